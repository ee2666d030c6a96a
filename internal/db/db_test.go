package db_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/testkit"
)

type pair struct {
	ID   int64
	Word string
}

func withTable(t *testing.T, test func(t *testing.T, d *db.DB)) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		must(t, d.Write(t.Context(), func(tx *db.Tx) error {
			id := "INTEGER PRIMARY KEY"
			if d.Dialect == db.Postgres {
				id = "BIGINT PRIMARY KEY"
			}
			_, err := tx.Exec(t.Context(), "CREATE TABLE pair (id "+id+", word TEXT NOT NULL)")
			return err
		}))
		test(t, d)
	})
}

func TestAFailingWriteRollsBackAlone(t *testing.T) {
	withTable(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		refused := errors.New("refused")
		var wg sync.WaitGroup
		for i := range 200 {
			wg.Go(func() {
				err := d.Write(ctx, func(tx *db.Tx) error {
					if err := db.Insert(ctx, tx, "pair", pair{int64(i + 1), fmt.Sprint("w", i)}); err != nil {
						return err
					}
					switch i % 4 {
					case 1:
						return refused
					case 2:
						panic("broken")
					}
					return nil
				})
				if ok := i%4 == 0 || i%4 == 3; ok != (err == nil) {
					t.Errorf("write %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		rows, err := db.All[pair](ctx, d.Reader(), "SELECT id, word FROM pair ORDER BY id")
		must(t, err)
		if len(rows) != 100 {
			t.Fatalf("%d rows, want 100", len(rows))
		}
		for _, r := range rows {
			if m := (r.ID - 1) % 4; m == 1 || m == 2 {
				t.Errorf("row %d of a failed write is there", r.ID)
			}
		}
	})
}

// Rows that were appended together fail alone, and are there for the
// statements that follow in their transaction.
func TestAppendedRowsFailAloneAndAreSeen(t *testing.T) {
	withTable(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		var wg sync.WaitGroup
		for i := range 200 {
			wg.Go(func() {
				id := int64(i + 1)
				if i%5 == 4 {
					id-- // that of the neighbour
				}
				var seen int
				err := d.Write(ctx, func(tx *db.Tx) (err error) {
					if err = db.Append(tx, "pair", pair{id, "first"}, pair{id + 1000, "second"}); err != nil || i%2 == 0 {
						return err
					}
					seen, err = db.Get[int](ctx, tx, "SELECT count(*) FROM pair WHERE id IN (?, ?)", id, id+1000)
					return err
				})
				if i%5 < 3 && err != nil || i%2 == 1 && err == nil && seen != 2 {
					t.Errorf("write %d: %d rows seen, %v", i, seen, err)
				}
				if err != nil && !db.IsUnique(err) {
					t.Errorf("write %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		whole, err := db.Get[int](ctx, d.Reader(), "SELECT count(*) FROM pair a JOIN pair b ON b.id = a.id + 1000")
		must(t, err)
		rows, err := db.Get[int](ctx, d.Reader(), "SELECT count(*) FROM pair")
		must(t, err)
		if whole != 160 || rows != 320 {
			t.Errorf("%d whole writes and %d rows, want 160 and 320", whole, rows)
		}
		if err := db.Append(d.Reader(), "pair", pair{1, ""}); err == nil {
			t.Error("a reader appended")
		}
	})
}

// Who passes over the failure of an insert of several rows keeps nothing: the
// rows before the one that failed would else stand alone.
func TestAFailedInsertOfSeveralRowsLeavesNone(t *testing.T) {
	withTable(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		must(t, d.Write(ctx, func(tx *db.Tx) error { return db.Insert(ctx, tx, "pair", pair{1, "first"}) }))
		var wg sync.WaitGroup
		wg.Go(func() {
			must(t, d.Write(ctx, func(tx *db.Tx) error { return db.Insert(ctx, tx, "pair", pair{9, "neighbour"}) }))
		})
		err := d.Write(ctx, func(tx *db.Tx) error {
			if err := db.InsertAll(ctx, tx, "pair", []pair{{2, "before"}, {1, "again"}, {3, "after"}}); !db.IsUnique(err) {
				t.Errorf("the second row of number 1 gave %v", err)
			}
			return nil
		})
		if err == nil {
			t.Error("a transaction with a torn insert was kept")
		}
		wg.Wait()
		got, err := db.All[int](ctx, d.Reader(), "SELECT id FROM pair ORDER BY id")
		must(t, err)
		if !slices.Equal(got, []int{1, 9}) {
			t.Errorf("rows %v, want 1 and 9", got)
		}
	})
}

// What was asked once is never older than the commit, nor from a transaction
// that was undone.
func TestWhatIsAskedOnceIsAskedAnewByTheNextCommit(t *testing.T) {
	withTable(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		asked := 0
		word := func(tx *db.Tx) (string, error) {
			return db.Once(tx, "word", func() (string, error) {
				asked++
				return db.Get[string](ctx, tx, "SELECT coalesce(max(word), '') FROM pair")
			})
		}
		refused := errors.New("refused")
		write := func(id int64, want string, end error) {
			t.Helper()
			err := d.Write(ctx, func(tx *db.Tx) error {
				if err := db.Insert(ctx, tx, "pair", pair{id, want}); err != nil {
					return err
				}
				for range 2 {
					if got, err := word(tx); err != nil || got != want {
						t.Errorf("%q, not %q: %v", got, want, err)
					}
				}
				return end
			})
			if !errors.Is(err, end) {
				t.Errorf("%v", err)
			}
		}
		write(1, "a", nil)
		if d.Dialect == db.SQLite && asked != 1 {
			t.Errorf("asked %d times within one commit", asked)
		}
		write(2, "c", refused)
		write(3, "b", nil)
	})
}

func TestACancelledCallerHurtsNobody(t *testing.T) {
	withTable(t, func(t *testing.T, d *db.DB) {
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if err := d.Write(ended, func(tx *db.Tx) error { return db.Insert(ended, tx, "pair", pair{1, "a"}) }); err == nil {
			t.Error("a cancelled write succeeded")
		}
		must(t, d.Write(t.Context(), func(tx *db.Tx) error { return db.Insert(t.Context(), tx, "pair", pair{2, "b"}) }))
	})
}

func TestReaderCannotWrite(t *testing.T) {
	withTable(t, func(t *testing.T, d *db.DB) {
		if err := db.Insert(t.Context(), d.Reader(), "pair", pair{1, "a"}); err == nil {
			t.Error("a reader wrote")
		}
	})
}

func TestGetTellsMissingFromFound(t *testing.T) {
	withTable(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		if _, err := db.Get[pair](ctx, d.Reader(), "SELECT id, word FROM pair WHERE id = ?", 9); !errs.Is(err, errs.NotFound) {
			t.Errorf("got %v, want not found", err)
		}
		rows := make([]pair, 5000)
		for i := range rows {
			rows[i] = pair{int64(i + 1), "词'?"}
		}
		must(t, d.Write(ctx, func(tx *db.Tx) error { return db.InsertAll(ctx, tx, "pair", rows) }))
		n, err := db.Get[int64](ctx, d.Reader(), "SELECT count(*) FROM pair WHERE word = '词''?' AND id > ?", 0)
		must(t, err)
		if n != 5000 {
			t.Errorf("%d rows, want 5000", n)
		}
		err = d.Write(ctx, func(tx *db.Tx) error { return db.Insert(ctx, tx, "pair", pair{1, "again"}) })
		if !db.IsUnique(err) {
			t.Errorf("second row with one key: %v", err)
		}
	})
}

// Few rows and many go ways of their own on PostgreSQL; both keep what they are given.
func TestRowsComeBackAsTheyWereWritten(t *testing.T) {
	type mixed struct {
		ID    int64
		Word  string
		Open  bool
		Bytes []byte
	}
	withTable(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		must(t, d.Write(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, "CREATE TABLE mixed (id BIGINT PRIMARY KEY, word TEXT NOT NULL, open BIGINT NOT NULL, bytes BYTEA)")
			return err
		}))
		for from, n := range map[int64]int{-3: 3, 1 << 40: 40} {
			rows := make([]mixed, n)
			for i := range rows {
				rows[i] = mixed{from + int64(i), []string{"", "𠮷·词\t\\N", "a\nb"}[i%3], i%2 == 0, [][]byte{nil, {}, {0, 255, '\n'}}[i%3]}
			}
			must(t, d.Write(ctx, func(tx *db.Tx) error { return db.InsertAll(ctx, tx, "mixed", rows) }))
			got, err := db.All[mixed](ctx, d.Reader(), "SELECT id, word, open, bytes FROM mixed WHERE id >= ? AND id < ? ORDER BY id", from, from+int64(n))
			must(t, err)
			if fmt.Sprint(got) != fmt.Sprint(rows) { // no bytes and none at all are alike on SQLite
				t.Errorf("%v, not %v", got, rows)
			}
		}
	})
}

func TestNoticesReachListenersAfterCommitOnly(t *testing.T) {
	withTable(t, func(t *testing.T, d *db.DB) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		heard := d.Listen(ctx, "duty")
		for try := 0; ; try++ { // PostgreSQL's listener connects in its own time
			must(t, d.Write(ctx, func(tx *db.Tx) error { tx.Notify("duty", "here"); return nil }))
			select {
			case text := <-heard:
				if text != "here" {
					t.Fatalf("heard %q", text)
				}
			default:
				if try > 10000 {
					t.Fatal("heard nothing")
				}
				continue
			}
			break
		}
		_ = d.Write(ctx, func(tx *db.Tx) error { tx.Notify("duty", "undone"); return errors.New("no") })
		must(t, d.Write(ctx, func(tx *db.Tx) error { tx.Notify("duty", "last"); return nil }))
		for text := range heard {
			if text == "undone" {
				t.Fatal("heard of a write that was rolled back")
			}
			if text == "last" {
				return
			}
		}
	})
}

func TestSnake(t *testing.T) {
	for name, want := range map[string]string{"ID": "id", "DueAt": "due_at", "TOTPSecret": "totp_secret", "ActorName": "actor_name", "SM4Key": "sm4_key"} {
		if got := db.Snake(name); got != want {
			t.Errorf("Snake(%s) = %s, want %s", name, got, want)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestCopyIsWholeWhileWorkGoesOnAndUpgradesBeginWithOne(t *testing.T) {
	d := testkit.Open(t, db.SQLite, clock.At(testkit.Noon))
	target := filepath.Join(t.TempDir(), "copy.db")
	if err := d.Copy(t.Context(), target); err != nil {
		t.Fatal(err)
	}
	c, err := db.Open(t.Context(), target, clock.At(testkit.Noon))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Intact(t.Context()); err != nil {
		t.Error(err)
	}
	if current, want, err := c.Version(t.Context()); err != nil || current != want {
		t.Errorf("version %d of %d, %v", current, want, err)
	}
	if err := d.Copy(t.Context(), target); err == nil {
		t.Error("a copy was written over another")
	}
}
