package db_test

import (
	"fmt"
	"sync"
	"testing"

	"weibao/internal/db"
)

// TestAQuestionUnderASharedLockNeverSeesWhatWasReplaced lets writers note which
// word they were told while others replace it: under the lock no note may name
// a word that had been replaced before the note was written.
func TestAQuestionUnderASharedLockNeverSeesWhatWasReplaced(t *testing.T) {
	withTable(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		must(t, d.Write(ctx, func(tx *db.Tx) error { return db.Insert(ctx, tx, "pair", pair{1, "word 0"}) }))
		var wg sync.WaitGroup
		for i := range 4 {
			wg.Go(func() {
				for j := range 20 {
					err := d.Write(ctx, func(tx *db.Tx) error {
						word, there, err := db.Shared[string](ctx, tx, "word", "SELECT word FROM pair WHERE id = ?", 1)
						if err != nil || !there {
							return fmt.Errorf("there %v: %w", there, err)
						}
						if _, again, err := db.Shared[string](ctx, tx, "word", "SELECT word FROM pair WHERE id = ? AND word = ?", 1, word); err != nil || !again {
							return fmt.Errorf("replaced under the lock: %q, %w", word, err)
						}
						return db.Insert(ctx, tx, "pair", pair{int64(1000 + 100*i + j), word})
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
		if _, there, err := db.Shared[string](ctx, d.Reader(), "word", "SELECT word FROM pair WHERE id = ?", 2); there || err != nil {
			t.Error("what is not there is found", err)
		}
	})
}
