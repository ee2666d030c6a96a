package sheet

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"image"
	"image/color"
	"image/png"
	"strings"

	"github.com/xuri/excelize/v2"
)

// Watermark says whose copy a workbook is: in words above and below each
// printed page, as a pattern behind the cells on the screen, and hidden in the
// file. The sheet is locked as far as Excel can lock one.
type Watermark struct {
	Words  string // who, when, number: head and foot of each page
	Number string // digits, - and : of the pattern and of the hidden marks
}

// property is the name under which the number is hidden in the file's properties.
const property = "wb-no"

// mark locks a tab and puts the watermark on and behind it.
func (w *Writer) mark() error {
	m := w.table.Watermark
	if m == nil {
		return nil
	}
	f := w.book.file
	words := strings.ReplaceAll(clean(m.Words), "&", "&&")
	if err := f.SetHeaderFooter(w.name, &excelize.HeaderFooterOptions{OddHeader: "&C" + words, OddFooter: "&L" + words + "&R第 &P 页 共 &N 页"}); err != nil {
		return err
	}
	tile, err := Tile(m.Number)
	if err != nil {
		return err
	}
	if err := f.SetSheetBackgroundFromBytes(w.name, ".png", tile); err != nil {
		return err
	}
	if err := f.SetCustomProps(excelize.CustomProperty{Name: property, Value: m.Number}); err != nil {
		return err
	}
	// Nobody keeps the password: the lock says that the copy is not to be worked on.
	var random [8]byte
	rand.Read(random[:])
	return f.ProtectSheet(w.name, &excelize.SheetProtectionOptions{Password: hex.EncodeToString(random[:]), SelectLockedCells: true, SelectUnlockedCells: true})
}

// invisible are the characters of no width in which a number is hidden: ten digits and two signs.
var invisible = []string{"\u200b\u200b\u200b", "\u200b\u200b\u200c", "\u200b\u200b\u2060", "\u200b\u200c\u200b", "\u200b\u200c\u200c", "\u200b\u200c\u2060",
	"\u200b\u2060\u200b", "\u200b\u2060\u200c", "\u200b\u2060\u2060", "\u200c\u200b\u200b", "\u200c\u200b\u200c", "\u200c\u200b\u2060"}

const signs = "0123456789-:"

// Hide writes a number so that nobody sees it.
func Hide(number string) string {
	var b strings.Builder
	for _, r := range number {
		if i := strings.IndexRune(signs, r); i >= 0 {
			b.WriteString(invisible[i])
		}
	}
	return b.String()
}

// Hidden reads a number that Hide wrote into a text; "" where there is none.
func Hidden(text string) string {
	var marks []rune
	for _, r := range text {
		if r == '\u200b' || r == '\u200c' || r == '\u2060' {
			marks = append(marks, r)
		}
	}
	var b strings.Builder
	for ; len(marks) >= 3; marks = marks[3:] {
		for i, s := range invisible {
			if s == string(marks[:3]) {
				b.WriteByte(signs[i])
			}
		}
	}
	return b.String()
}

// font are the signs of the pattern, five dots wide and seven high.
var font = map[rune][7]string{
	'0': {".###.", "#...#", "#..##", "#.#.#", "##..#", "#...#", ".###."}, '1': {"..#..", ".##..", "..#..", "..#..", "..#..", "..#..", ".###."},
	'2': {".###.", "#...#", "....#", "...#.", "..#..", ".#...", "#####"}, '3': {"#####", "...#.", "..#..", "...#.", "....#", "#...#", ".###."},
	'4': {"...#.", "..##.", ".#.#.", "#..#.", "#####", "...#.", "...#."}, '5': {"#####", "#....", "####.", "....#", "....#", "#...#", ".###."},
	'6': {"..##.", ".#...", "#....", "####.", "#...#", "#...#", ".###."}, '7': {"#####", "....#", "...#.", "..#..", ".#...", ".#...", ".#..."},
	'8': {".###.", "#...#", "#...#", ".###.", "#...#", "#...#", ".###."}, '9': {".###.", "#...#", "#...#", ".####", "....#", "...#.", ".##.."},
	'-': {".....", ".....", ".....", "#####", ".....", ".....", "....."}, ':': {".....", "..#..", "..#..", ".....", "..#..", "..#..", "....."},
	' ': {".....", ".....", ".....", ".....", ".....", ".....", "....."},
}

// The pattern: dots of two pixels, and a tile so small that a piece of
// 600 × 400 pixels of a screen holds a whole one.
const (
	dot        = 2
	cellWidth  = 6 * dot
	tileWidth  = 288
	tileHeight = 120
	perLine    = tileWidth/cellWidth - 2
)

// pale is a grey that is seen behind text and does not hinder reading.
var pale = color.Gray{Y: 0xdc}

// Tile draws a number as the picture that repeats behind a sheet, broken into
// lines at its blanks.
func Tile(number string) ([]byte, error) {
	img := image.NewGray(image.Rect(0, 0, tileWidth, tileHeight))
	for i := range img.Pix {
		img.Pix[i] = 0xff
	}
	for n, line := range strings.Fields(number) {
		if len(line) > perLine {
			return nil, errors.New("sheet: the number is too long for a watermark")
		}
		for at, r := range []rune(line) {
			glyph, known := font[r]
			if !known {
				return nil, errors.New("sheet: no sign for the watermark")
			}
			stamp(img, glyph, cellWidth+at*cellWidth, 24+n*28)
		}
	}
	var b bytes.Buffer
	err := png.Encode(&b, img)
	return b.Bytes(), err
}

func stamp(img *image.Gray, glyph [7]string, left, top int) {
	for y, row := range glyph {
		for x, c := range row {
			if c != '#' {
				continue
			}
			for dy := range dot {
				for dx := range dot {
					img.SetGray(left+x*dot+dx, top+y*dot+dy, pale)
				}
			}
		}
	}
}

// Reveal reads the number from a piece of a screen that shows the pattern on
// white: the lines of a tile that stands in it whole, "" where none does.
func Reveal(piece image.Image) string {
	b, best := piece.Bounds(), ""
	for y := b.Min.Y; y+tileHeight <= b.Max.Y; y++ {
		for x := b.Min.X; x+tileWidth <= b.Max.X; x++ {
			var lines []string
			for n := 0; n == len(lines); n++ {
				if line := read(piece, x+cellWidth, y+24+n*28); line != "" {
					lines = append(lines, line)
				}
			}
			// A longer reading began further to the left or higher up.
			if all := strings.Join(lines, " "); len(all) > len(best) {
				best = all
			}
		}
	}
	return best
}

// read reads signs from a point on to the right.
func read(img image.Image, left, top int) string {
	var b strings.Builder
	for at := 0; at < perLine; at++ {
		sign, ok := signAt(img, left+at*cellWidth, top)
		if !ok {
			break
		}
		b.WriteRune(sign)
	}
	return b.String()
}

func signAt(img image.Image, left, top int) (rune, bool) {
next:
	for _, r := range signs {
		for y, row := range font[r] {
			for x, c := range row {
				gray := color.GrayModel.Convert(img.At(left+x*dot, top+y*dot)).(color.Gray)
				if (gray.Y < 0xf0) != (c == '#') {
					continue next
				}
			}
		}
		return r, true
	}
	return 0, false
}
