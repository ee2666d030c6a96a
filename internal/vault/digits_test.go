package vault_test

import (
	"crypto/aes"
	"encoding/hex"
	"testing"

	"pgregory.net/rapid"

	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/testkit"
	"weibao/internal/vault"
)

// Samples 1, 4 and 7 of those that NIST publishes to SP 800-38G: FF1, radix 10, no tweak.
func TestDigitsAreThoseOfTheStandard(t *testing.T) {
	for _, key := range []struct {
		key  string
		want uint64
	}{
		{"2B7E151628AED2A6ABF7158809CF4F3C", 2433477484},
		{"2B7E151628AED2A6ABF7158809CF4F3CEF4359D8D580AA4F", 2830668132},
		{"2B7E151628AED2A6ABF7158809CF4F3CEF4359D8D580AA4F7F036D6F04FC6A94", 6657667009},
	} {
		secret, err := hex.DecodeString(key.key)
		if err != nil {
			t.Fatal(err)
		}
		block, err := aes.NewCipher(secret)
		if err != nil {
			t.Fatal(err)
		}
		d, err := vault.NewDigits(block, 10)
		if err != nil {
			t.Fatal(err)
		}
		if got := d.Seal(123456789); got != key.want {
			t.Errorf("0123456789 becomes %010d, want %010d", got, key.want)
		}
		if got := d.Open(key.want); got != 123456789 {
			t.Errorf("%010d becomes %010d again", key.want, got)
		}
	}
}

func TestDigitsAreTurnedBack(t *testing.T) {
	for _, suite := range []vault.Suite{vault.SM, vault.AES} {
		block, err := suite.Block(make([]byte, 32))
		if err != nil {
			t.Fatal(err)
		}
		rapid.Check(t, func(t *rapid.T) {
			n := rapid.IntRange(2, 18).Draw(t, "digits")
			d, err := vault.NewDigits(block, n)
			if err != nil {
				t.Fatal(err)
			}
			top := uint64(1)
			for range n {
				top *= 10
			}
			plain := rapid.Uint64Range(0, top-1).Draw(t, "number")
			if sealed := d.Seal(plain); sealed >= top || d.Open(sealed) != plain {
				t.Fatalf("%d becomes %d and %d again", plain, sealed, d.Open(sealed))
			}
		})
		for _, n := range []int{0, 1, 19} {
			if _, err := vault.NewDigits(block, n); err == nil {
				t.Errorf("%d digits are taken", n)
			}
		}
	}
}

// Every number of two and three digits stands for exactly one other.
func TestNoTwoNumbersBecomeTheSame(t *testing.T) {
	block, err := vault.SM.Block([]byte("0123456789abcdef0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	for n, top := range map[int]uint64{2: 100, 3: 1000, 5: 100_000} {
		d, err := vault.NewDigits(block, n)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[uint64]bool{}
		for i := range top {
			seen[d.Seal(i)] = true
		}
		if uint64(len(seen)) != top {
			t.Errorf("%d digits become %d numbers", n, len(seen))
		}
	}
}

func TestDigitsOfTwoPurposesAndVaultsDiffer(t *testing.T) {
	seen := map[uint64]bool{}
	for range 2 {
		v := opened(t, testkit.Open(t, db.SQLite, clock.System{}), t.TempDir()+"/keys", vault.SM)
		for _, purpose := range []string{"a", "b"} {
			c, err := v.Digits(purpose, 15)
			if err != nil {
				t.Fatal(err)
			}
			seen[c.Seal(1)] = true
		}
	}
	if len(seen) != 4 {
		t.Error("keys are shared")
	}
}
