package db_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"weibao/internal/db"
)

// wordUnderLock gives the word under the lock, asked twice.
func wordUnderLock(ctx context.Context, tx *db.Tx) (string, error) {
	word, there, err := db.Shared[string](ctx, tx, "word", wordAsked, 1)
	if err != nil || !there {
		return "", fmt.Errorf("there %v: %w", there, err)
	}
	if _, again, err := db.Shared[string](ctx, tx, "word", wordAsked+" AND word = ?", 1, word); err != nil || !again {
		return "", fmt.Errorf("replaced under the lock: %q, %w", word, err)
	}
	return word, nil
}

const wordAsked = "SELECT word FROM pair WHERE id = ?"

func TestAQuestionUnderASharedLockNeverSeesWhatWasReplaced(t *testing.T) {
	withTable(t, func(t *testing.T, d *db.DB) { noted(t, d, wordUnderLock) })
}

// The first presumes a word that never was, and whoever comes after what the
// last was told, which is perhaps replaced by then.
func TestAPresumptionNeverStandsOnWhatWasReplaced(t *testing.T) {
	withTable(t, func(t *testing.T, d *db.DB) {
		var presumed, asked atomic.Int64
		var known atomic.Value
		known.Store("no word")
		noted(t, d, func(ctx context.Context, tx *db.Tx) (string, error) {
			word := known.Load().(string)
			if db.Presume(tx, "word", wordAsked, word, 1) {
				presumed.Add(1)
				return word, nil
			}
			asked.Add(1)
			word, err := wordUnderLock(ctx, tx)
			known.Store(word)
			return word, err
		})
		if d.Dialect == db.Postgres && (presumed.Load() == 0 || asked.Load() == 0) {
			t.Errorf("%d presumed, %d asked: both must happen", presumed.Load(), asked.Load())
		}
		if d.Dialect == db.SQLite && presumed.Load() > 0 {
			t.Error("SQLite presumes, where asking costs nothing")
		}
	})
}

// noted lets writers note which word they were told while others replace it:
// no note may name a word that had been replaced before the note was written.
func noted(t *testing.T, d *db.DB, ask func(context.Context, *db.Tx) (string, error)) {
	t.Helper()
	ctx := t.Context()
	must(t, d.Write(ctx, func(tx *db.Tx) error { return db.Insert(ctx, tx, "pair", pair{1, "word 0"}) }))
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for j := range 20 {
				err := d.Write(ctx, func(tx *db.Tx) error {
					word, err := ask(ctx, tx)
					if err != nil {
						return err
					}
					note := pair{int64(1000 + 100*i + j), word}
					if d.Dialect == db.Postgres && j%2 == 0 { // on SQLite what is appended is not seen within the commit
						return db.Append(tx, "pair", note)
					}
					return db.Insert(ctx, tx, "pair", note)
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	notes := func(tx *db.Tx, word string) (int64, error) {
		return db.Get[int64](ctx, tx, "SELECT count(*) FROM pair WHERE id >= 1000 AND word = ?", word)
	}
	counted := map[string]int64{}
	for n := range 20 {
		was := fmt.Sprint("word ", n)
		must(t, d.Write(ctx, func(tx *db.Tx) error {
			if err := tx.Lock(ctx, "word"); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, "UPDATE pair SET word = ? WHERE id = 1", fmt.Sprint("word ", n+1)); err != nil {
				return err
			}
			there, err := notes(tx, was)
			counted[was] = there
			return err
		}))
	}
	wg.Wait()
	for word, there := range counted {
		if now, err := notes(d.Reader(), word); err != nil || now != there {
			t.Errorf("%q was noted %d times when it was replaced, now %d: %v", word, there, now, err)
		}
	}
	if n, err := db.Get[int](ctx, d.Reader(), "SELECT count(*) FROM pair WHERE id >= 1000"); err != nil || n != 80 {
		t.Errorf("%d notes, not 80: %v", n, err)
	}
	if _, there, err := db.Shared[string](ctx, d.Reader(), "word", wordAsked, 2); there || err != nil {
		t.Error("what is not there is found", err)
	}
}

// Who takes a row for new finds at the second try that it is there.
func TestWhatWasTakenForNewIsLookedUp(t *testing.T) {
	withTable(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		var wg sync.WaitGroup
		var first atomic.Int64
		for i := range 60 {
			wg.Go(func() {
				var mine bool
				err := d.Write(ctx, func(tx *db.Tx) error {
					own := fmt.Sprint("from ", i)
					if err := db.Append(tx, "pair", pair{int64(1000 + i), own}); err != nil {
						return err
					}
					if mine = tx.Early(); mine {
						return db.Append(tx, "pair", pair{int64(i % 3), own})
					}
					got, err := db.Get[string](ctx, tx, "INSERT INTO pair (id, word) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET word = pair.word RETURNING word", i%3, own)
					mine = got == own
					return err
				})
				if err != nil {
					t.Error(err)
				}
				if mine {
					first.Add(1)
				}
			})
		}
		wg.Wait()
		own, err := db.Get[int](ctx, d.Reader(), "SELECT count(*) FROM pair WHERE id >= 1000")
		if err != nil || own != 60 || first.Load() != 3 {
			t.Errorf("%d of 60 wrote, %d were first of 3: %v", own, first.Load(), err)
		}
	})
}
