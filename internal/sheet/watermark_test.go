package sheet_test

import (
	"archive/zip"
	"bytes"
	"image"
	"image/draw"
	"image/png"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"weibao/internal/sheet"
)

const number = "20261122-0007 2026-11-22 18:05"

func TestANumberIsReadFromAnyPieceOfAScreen(t *testing.T) {
	raw, err := sheet.Tile(number)
	if err != nil {
		t.Fatal(err)
	}
	tile, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	screen := image.NewGray(image.Rect(0, 0, 1366, 768))
	size := tile.Bounds().Size()
	for y := 0; y < 768; y += size.Y {
		for x := 0; x < 1366; x += size.X {
			draw.Draw(screen, image.Rect(x, y, x+size.X, y+size.Y), tile, image.Point{}, draw.Src)
		}
	}
	r := rand.New(rand.NewPCG(8, 9))
	for range 25 {
		at := image.Pt(r.IntN(1366-600), r.IntN(768-400))
		if got := sheet.Reveal(screen.SubImage(image.Rectangle{Min: at, Max: at.Add(image.Pt(600, 400))})); got != number {
			t.Fatalf("a piece at %v reads %q", at, got)
		}
	}
	if got := sheet.Reveal(image.NewGray(image.Rect(0, 0, 600, 400))); got != "" {
		t.Errorf("a piece without a pattern reads %q", got)
	}
	if _, err := sheet.Tile(strings.Repeat("1", 40)); err == nil {
		t.Error("a number that does not fit is drawn")
	}
}

func TestAHiddenNumberComesBack(t *testing.T) {
	if got := sheet.Hidden("名册" + sheet.Hide("20261122-0007") + "一"); got != "20261122-0007" {
		t.Errorf("hidden: %q", got)
	}
	if sheet.Hidden("名册") != "" {
		t.Error("a plain text hides something")
	}
}

func TestAWatermarkedSheetIsLockedAndMarkedThroughout(t *testing.T) {
	book, err := sheet.NewBook(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	w, err := book.Table(sheet.Table{Name: "名册", Title: "名册", Columns: []sheet.Column{{Title: "姓名"}}, Watermark: &sheet.Watermark{Words: "编号&7", Number: number}})
	if err == nil {
		err = w.Row("张小明")
	}
	var out bytes.Buffer
	if err == nil {
		_, err = book.WriteTo(&out)
	}
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	z, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, _ := io.ReadAll(r)
		all[f.Name] = string(b)
	}
	page := all["xl/worksheets/sheet1.xml"]
	for _, want := range []string{"<sheetProtection ", "编号&amp;&amp;7", "<oddHeader>", "<oddFooter>", "<picture "} {
		if !strings.Contains(page, want) {
			t.Errorf("the sheet lacks %s", want)
		}
	}
	if !strings.Contains(all["docProps/custom.xml"], number) {
		t.Error("the properties do not hide the number")
	}
}
