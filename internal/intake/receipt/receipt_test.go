package receipt_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"weibao/internal/intake/receipt"
)

func TestAReceiptIsReadBackHoweverItIsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := receipt.Of(rapid.SliceOfN(rapid.Byte(), 16, 32).Draw(t, "digest"))
		for _, typed := range []string{r, receipt.Format(r), " " + strings.ReplaceAll(receipt.Format(r), " ", "-") + "\n", strings.ReplaceAll(r, "1", "１")} {
			if got, ok := receipt.Parse(typed); !ok || got != r {
				t.Fatalf("%q becomes %q, %v", typed, got, ok)
			}
		}
	})
}

func TestATypingErrorIsTold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := []byte(receipt.New())
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

func TestReceiptsAreSpreadOverAllDigits(t *testing.T) {
	var seen [10]int
	for range 2000 {
		for _, d := range receipt.New() {
			seen[d-'0']++
		}
	}
	for d, n := range seen {
		if n < 2800 || n > 3600 { // 3200 expected, sigma 54
			t.Errorf("digit %d stands %d times", d, n)
		}
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
