package receipt_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"weibao/internal/intake/receipt"
)

func TestAReceiptIsReadBackHoweverItIsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawn(t)
		for _, typed := range []string{r, receipt.Format(r), " " + strings.ReplaceAll(receipt.Format(r), " ", "-") + "\n", strings.ReplaceAll(r, "1", "１")} {
			if got, ok := receipt.Parse(typed); !ok || got != r {
				t.Fatalf("%q becomes %q, %v", typed, got, ok)
			}
		}
	})
}

func TestATypingErrorIsTold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := []byte(drawn(t))
		i := rapid.IntRange(0, receipt.Len-1).Draw(t, "place")
		wrong := append([]byte{}, r...)
		wrong[i] = '0' + (wrong[i]-'0'+byte(rapid.IntRange(1, 9).Draw(t, "by")))%10
		if _, ok := receipt.Parse(string(wrong)); ok {
			t.Fatal("one wrong digit passes")
		}
		if i+1 < receipt.Len && r[i] != r[i+1] && !(r[i] == '0' && r[i+1] == '9' || r[i] == '9' && r[i+1] == '0') {
			swapped := append([]byte{}, r...)
			swapped[i], swapped[i+1] = swapped[i+1], swapped[i]
			if _, ok := receipt.Parse(string(swapped)); ok {
				t.Fatal("two digits in the wrong order pass")
			}
		}
	})
}

func drawn(t *rapid.T) string {
	n := rapid.Uint64Range(0, 999_999_999_999_999).Draw(t, "number")
	r := receipt.Of(n)
	if got := receipt.Number(r); got != n {
		t.Fatalf("%d is read back as %d", n, got)
	}
	return r
}

// However many draw at once and wherever the clock goes, no serial comes twice.
func TestSerialsGrowAndNeverRepeat(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now, before := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC), int64(0)
		for range rapid.IntRange(1, 400).Draw(t, "reports") {
			now = now.Add(time.Duration(rapid.IntRange(-2, 2).Draw(t, "ms")) * time.Millisecond)
			serial := receipt.Serial(now)
			if serial <= before || serial >= 1_000_000_000_000_000 {
				t.Fatalf("%d after %d", serial, before)
			}
			before = serial
		}
	})
	all, done := make(chan int64, 8000), make(chan bool)
	for range 8 {
		go func() {
			for range 1000 {
				all <- receipt.Serial(time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC))
			}
			done <- true
		}()
	}
	for range 8 {
		<-done
	}
	close(all)
	seen := map[int64]bool{}
	for n := range all {
		seen[n] = true
	}
	if len(seen) != 8000 {
		t.Errorf("%d of 8000 are different", len(seen))
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"", "0000000000000000", "1234 5678 9012 3452", "１２３４", "1234-", strings.Repeat("9", 300)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		r, ok := receipt.Parse(typed)
		if ok && len(r) != receipt.Len {
			t.Fatalf("%q", r)
		}
		if again, still := receipt.Parse(r); ok && (!still || again != r) {
			t.Fatalf("%q becomes %q", r, again)
		}
	})
}
