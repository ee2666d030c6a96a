package db_test

import (
	"context"
	"database/sql"
	"os"
	"strings"
	"testing"
	"time"

	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/testkit"
)

const (
	mebibyte = 1 << 20
	mostLog  = 64 * mebibyte
)

// write stores rows of a mebibyte in all, in one transaction.
func write(t *testing.T, d *db.DB, first int) {
	t.Helper()
	must(t, d.Write(t.Context(), func(tx *db.Tx) error {
		word := strings.Repeat("保", 4096)
		rows := make([]pair, mebibyte/len(word))
		for i := range rows {
			rows[i] = pair{int64(first*len(rows) + i + 1), word}
		}
		return db.InsertAll(t.Context(), tx, "pair", rows)
	}))
}

func paired(t *testing.T) *db.DB {
	t.Helper()
	d := testkit.Open(t, db.SQLite, clock.At(testkit.Noon))
	must(t, d.Write(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), "CREATE TABLE pair (id INTEGER PRIMARY KEY, word TEXT NOT NULL)")
		return err
	}))
	return d
}

func logSize(t *testing.T, d *db.DB) int64 {
	t.Helper()
	info, err := os.Stat(d.Path() + "-wal")
	must(t, err)
	return info.Size()
}

// inLog gives the pages which the log holds and the file does not.
func inLog(t *testing.T, d *db.DB) int {
	t.Helper()
	type state struct{ Busy, Log, Checkpointed int }
	s, err := db.Get[state](t.Context(), d.Reader(), "PRAGMA wal_checkpoint(NOOP)")
	must(t, err)
	return s.Log - s.Checkpointed
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for range 500 {
		if is() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error(what)
}

func TestTheLogStaysBoundedUnderConstantWriting(t *testing.T) {
	d := paired(t)
	const total = 300
	for i := range total {
		write(t, d, i)
		if size := logSize(t, d); size > 2*mostLog {
			t.Fatalf("after %d MiB the log has %d", i+1, size/mebibyte)
		}
	}
	rows, err := db.Get[int](t.Context(), d.Reader(), "SELECT count(*) FROM pair")
	must(t, err)
	if want := total * (mebibyte / len(strings.Repeat("保", 4096))); rows != want {
		t.Errorf("%d rows, want %d", rows, want)
	}
	must(t, d.Intact(t.Context()))
}

// While somebody reads an old state the log has to keep what came after it;
// writers go on, and when he has ended the log begins anew.
func TestALongReaderStopsNobodyAndTheLogShrinksAfterHim(t *testing.T) {
	d := paired(t)
	write(t, d, 0)
	raw, err := sql.Open("sqlite", d.Path())
	must(t, err)
	defer raw.Close()
	reader, err := raw.Conn(t.Context())
	must(t, err)
	for _, q := range []string{"BEGIN", "SELECT count(*) FROM pair"} {
		_, err := reader.ExecContext(t.Context(), q)
		must(t, err)
	}
	const total = 90
	for i := range total {
		start := clock.Mark()
		write(t, d, i+1)
		if took := clock.Since(start); took > 5*time.Second {
			t.Errorf("write %d waited %s for a reader", i, took)
		}
	}
	if size := logSize(t, d); size < total*mebibyte {
		t.Errorf("the log has %d MiB: the reader has lost his state", size/mebibyte)
	}
	_, err = reader.ExecContext(context.WithoutCancel(t.Context()), "COMMIT")
	must(t, err)
	eventually(t, "the log is not brought into the file after the reader has ended", func() bool { return inLog(t, d) == 0 })
	eventually(t, "the log keeps its size", func() bool {
		must(t, d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), "UPDATE pair SET word = 'x' WHERE id = 1")
			return err
		}))
		return logSize(t, d) <= mostLog
	})
}

func TestACheckpointBringsTheLogIntoTheFileBesideWriters(t *testing.T) {
	d := paired(t)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan int)
	go func() {
		n := 0
		for ; ctx.Err() == nil; n++ {
			if err := d.Write(t.Context(), func(tx *db.Tx) error { return db.Insert(t.Context(), tx, "pair", pair{int64(n + 1), "w"}) }); err != nil {
				t.Error(err)
			}
		}
		ended <- n
	}()
	for range 50 {
		must(t, d.Checkpoint(t.Context()))
	}
	stop()
	wrote := <-ended
	must(t, d.Checkpoint(t.Context()))
	if n := inLog(t, d); n != 0 {
		t.Errorf("%d pages stand in the log alone", n)
	}
	rows, err := db.Get[int](t.Context(), d.Reader(), "SELECT count(*) FROM pair")
	must(t, err)
	if rows != wrote {
		t.Errorf("%d rows of %d writes", rows, wrote)
	}
}

func TestAClosedFileHasNoLog(t *testing.T) {
	d := paired(t)
	write(t, d, 0)
	must(t, d.Close())
	if info, err := os.Stat(d.Path() + "-wal"); err == nil && info.Size() > 0 {
		t.Errorf("the log of a closed file has %d bytes", info.Size())
	}
}
