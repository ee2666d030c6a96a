package sheet

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/width"

	"weibao/internal/civil"
)

// Cell is a cell as it is stored.
type Cell struct {
	Text   string
	Number bool // stored as a number, so dates too

	mac1904 bool
}

// number makes the cell of a stored number, without the noise of binary fractions (0.10000000000000001).
func number(text string, mac1904 bool) Cell {
	text = strings.TrimSpace(text)
	if whole(text) {
		return Cell{Text: text, Number: true, mac1904: mac1904}
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
		return Cell{Text: text}
	}
	return Cell{Text: strconv.FormatFloat(f, 'f', -1, 64), Number: true, mac1904: mac1904}
}

// whole tells whether a text is a whole number as it would be written again.
func whole(s string) bool {
	if len(s) == 0 || len(s) > 15 || s[0] == '0' && len(s) > 1 {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// Trimmed is the text with signs of ASCII in half width, without blanks around it, as most columns want it.
func (c Cell) Trimmed() string {
	s := c.Text
	if !sameNarrow(s) {
		s = width.Fold.String(s) // and not 、 and 。, which Narrow would make half of
	}
	return strings.TrimFunc(s, func(r rune) bool { return r <= ' ' || r == 0xA0 || r == 0x3000 || r == 0xFEFF || r == 0x200B })
}

// sameNarrow tells whether a text has only signs of ASCII and common Han, which have no other width.
func sameNarrow(s string) bool {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c < utf8.RuneSelf:
		case c >= 0xE5 && c <= 0xE9, c == 0xE4 && i+1 < len(s) && s[i+1] >= 0xB8: // U+4E00 to U+9FFF
			i += 2
		default:
			return false
		}
	}
	return true
}

var dateMarks = strings.NewReplacer("年", "-", "月", "-", "日", "", "/", "-", ".", "-")

// LostDigits reports a number too long for Excel, which keeps 15 digits and turns the rest into zeros: an identity
// number in a cell that is not formatted as text. It cannot be repaired, only typed again.
func (c Cell) LostDigits() bool {
	return c.Number && len(strings.TrimLeft(strings.TrimLeft(c.Text, "-"), "0")) > 15 && !strings.Contains(c.Text, ".")
}

// Date reads a date however people write it: a date cell, 2026-11-22, 2026/1/2, 2026.1.2, 2026年1月2日, 20260102.
func (c Cell) Date() (civil.Date, bool) {
	s := c.Trimmed()
	if c.Number && len(s) != 8 {
		return c.serial()
	}
	if day, _, ok := strings.Cut(s, " "); ok {
		s = day
	}
	s = dateMarks.Replace(s)
	if len(s) == 8 && !strings.Contains(s, "-") {
		s = s[:4] + "-" + s[4:6] + "-" + s[6:]
	}
	parts := strings.Split(s, "-")
	if len(parts) != 3 || len(parts[0]) != 4 {
		return civil.Date{}, false
	}
	var n [3]int
	for i, p := range parts {
		v, err := strconv.Atoi(p)
		if err != nil || len(p) > 4 {
			return civil.Date{}, false
		}
		n[i] = v
	}
	return civil.NewDate(n[0], n[1], n[2])
}

// serial reads days since 1899-12-30, or 1904-01-01 where the workbook says so.
func (c Cell) serial() (civil.Date, bool) {
	f, err := strconv.ParseFloat(c.Text, 64)
	if err != nil || f < 61 || f >= 200_000 { // from 1900-03-01, before which Excel counts a day that never was
		return civil.Date{}, false
	}
	zero := civil.MustParse("1899-12-30")
	if c.mac1904 {
		zero = civil.MustParse("1904-01-01")
	}
	return zero.AddDays(int(f)), true
}
