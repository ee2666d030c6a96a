package sheet_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"

	"golang.org/x/text/width"
	"pgregory.net/rapid"

	"weibao/internal/sheet"
	"weibao/internal/testkit"
)

// The texts of a long workbook are read as well from aside, in any order, and
// nobody finds them on the disk.
func TestTextsOfALongWorkbookLieAsideSealed(t *testing.T) {
	const n = 30_000
	order := rand.New(rand.NewPCG(1, 2)).Perm(n)
	text := func(i int) string { return fmt.Sprintf("云岭县石门村住址与说明%0300d", i) }
	path := testkit.Workbook(t, 2*n, func(i int) []string {
		if i < n {
			return []string{text(i), "同一个词"}
		}
		return []string{text(order[i-n]), "同一个词"}
	})
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	kept, err := os.Create(t.TempDir() + "/aside")
	if err != nil {
		t.Fatal(err)
	}
	book, err := sheet.Open(f, info.Size(), sheet.Limits{Aside: func() (*os.File, cipher.AEAD, error) { return kept, cipherOf(t), nil }})
	if err != nil {
		t.Fatal(err)
	}
	at := 0
	for r, err := range book.Rows(book.Tabs()[0]) {
		if err != nil {
			t.Fatal(err)
		}
		want := at
		if at >= n {
			want = order[at-n]
		}
		if r.Cell(0).Text != text(want) || r.Cell(1).Text != "同一个词" {
			t.Fatalf("row %d holds %q", r.Number, r.Cell(0).Text)
		}
		at++
	}
	content, err := os.ReadFile(kept.Name())
	if err != nil || at != 2*n || len(content) < 5<<20 || bytes.Contains(content, []byte("石门村")) {
		t.Fatal(at, len(content), err)
	}
	if err := book.Close(); err != nil || kept.Close() == nil {
		t.Fatal("the file stayed open", err)
	}
}

func cipherOf(t *testing.T) cipher.AEAD {
	block, err := aes.NewCipher(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	seal, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	return seal
}

func TestTrimmingFoldsEveryWideSign(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := rapid.StringOf(rapid.OneOf(rapid.RuneFrom([]rune("张三４Ａ（）、。·　ｱア○─￥㐀一龥豈é 1a")), rapid.Rune())).Draw(rt, "text")
		if got, want := (sheet.Cell{Text: "字" + s + "字"}).Trimmed(), width.Fold.String("字"+s+"字"); got != want {
			rt.Fatalf("%q became %q, not %q", s, got, want)
		}
	})
}
