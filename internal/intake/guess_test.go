package intake_test

import (
	"math/rand/v2"
	"testing"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/intake/receipt"
)

// TestGuessedReceiptsFindNothing tries receipts that are well formed: drawn
// from all, and such as stand beside true ones, whose reports came one after
// the other.
func TestGuessedReceiptsFindNothing(t *testing.T) {
	withDesk(t, func(k desk) {
		guesses := 50_000
		if k.d.Dialect == db.Postgres {
			guesses = 500 // each is a way to the database
		}
		var known []uint64
		for range 100 {
			known = append(known, receipt.Number(k.lodge(access.Program, plain, "").Receipt))
		}
		const all = 1_000_000_000_000_000
		near := 0
		for i, n := range known {
			if next := known[(i+1)%len(known)]; max(n, next)-min(n, next) < all/1000 {
				near++
			}
		}
		if near > 3 { // 0.2 expected
			t.Errorf("%d of 100 receipts stand near the one that came after", near)
		}
		tx := k.d.Reader()
		for i := range guesses {
			n := rand.Uint64N(all)
			if i%2 == 1 {
				n = (known[i%len(known)] + 1 + rand.Uint64N(1000)) % all
			}
			if _, err := k.Lookup(t.Context(), tx, receipt.Of(n)); !errs.Is(err, errs.NotFound) {
				t.Fatalf("guess %d: %v", i, err)
			}
		}
		if _, err := k.Lookup(t.Context(), tx, receipt.Of(known[7])); err != nil {
			t.Error("the control, a receipt that was given, finds nothing:", err)
		}
	})
}
