package sheet

import (
	"bytes"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"
)

// maxCells bounds the time which cells without content take.
const maxCells = 20_000_000

var errStop = errors.New("sheet: reader stopped")

// walk reads a part and calls step for each tag and text. A part that ends early, is no XML, or is larger than
// allowed is an error.
func (b *Workbook) walk(part string, step func(*element) error) error {
	f := b.parts[part]
	if f == nil {
		return ErrCorrupt
	}
	if f.UncompressedSize64 > uint64(b.limits.Bytes) {
		return ErrTooLarge
	}
	r, err := f.Open()
	if err != nil {
		return ErrCorrupt
	}
	defer r.Close()
	tokens := newScanner(io.LimitReader(r, b.limits.Bytes+1))
	for depth, seen := 0, false; ; {
		e, err := tokens.next()
		if err == io.EOF && depth == 0 && seen {
			return nil
		}
		if err != nil {
			return ErrCorrupt
		}
		switch e.kind {
		case starts:
			depth, seen = depth+1, true
		case ends:
			depth--
		}
		if depth < 0 {
			return ErrCorrupt
		}
		if err := step(e); err != nil {
			return err
		}
	}
}

// rowScan assembles rows out of the elements of a worksheet.
type rowScan struct {
	book   *Workbook
	yield  func(Row, error) bool
	given  int
	number int
	cells  []Cell

	column   int
	wide     int // cells of the row before
	seen     int // cells with and without content
	kind     cellKind
	inText   bool
	phonetic bool
	text     []byte
}

type cellKind byte

const (
	numberCell cellKind = iota
	sharedCell
	boolCell
	textCell
)

func (s *rowScan) step(e *element) error {
	if e.kind == text {
		if s.inText && !s.phonetic {
			if s.text = append(s.text, e.text...); len(s.text) > maxToken {
				return ErrCorrupt
			}
		}
		return nil
	}
	switch e.name {
	case "c":
		if e.kind == ends {
			return s.endCell()
		}
		return s.beginCell(e)
	case "v", "t":
		s.inText = e.kind == starts
	case "row":
		if e.kind == ends {
			return s.endRow()
		}
		return s.beginRow(e)
	case "rPh":
		s.phonetic = e.kind == starts
	}
	return nil
}

func (s *rowScan) beginRow(e *element) error {
	number := s.number + 1
	if r := e.raw("r"); len(r) > 0 {
		n, ok := small(r)
		if !ok || n <= s.number {
			return ErrCorrupt
		}
		number = n
	}
	if number > maxRows {
		return ErrCorrupt
	}
	s.number, s.cells, s.column = number, make([]Cell, 0, s.wide), -1
	return nil
}

// small reads a whole number without a sign.
func small(b []byte) (int, bool) {
	n := 0
	for _, c := range b {
		if c < '0' || c > '9' || n > math.MaxInt32 {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, len(b) > 0
}

func (s *rowScan) beginCell(e *element) error {
	s.column++
	if r := e.raw("r"); len(r) > 0 {
		column := columnOf(r)
		if column < s.column {
			return ErrCorrupt
		}
		s.column = column
	}
	if s.seen++; s.seen > maxCells {
		return ErrTooLarge
	}
	if s.column >= maxColumns {
		return ErrCorrupt
	}
	switch string(e.raw("t")) {
	case "", "n":
		s.kind = numberCell
	case "s":
		s.kind = sharedCell
	case "b":
		s.kind = boolCell
	default:
		s.kind = textCell
	}
	s.text, s.inText, s.phonetic = s.text[:0], false, false
	return nil
}

// columnOf reads the letters of "AB12", counted from 0; −1 when there are none or too many.
func columnOf(r []byte) int {
	n := 0
	for i := range len(r) {
		c := r[i] &^ 0x20
		if c < 'A' || c > 'Z' {
			break
		}
		if n = n*26 + int(c-'A') + 1; n > maxColumns {
			return -1
		}
	}
	return n - 1
}

func (s *rowScan) endCell() error {
	if len(s.text) == 0 {
		return nil
	}
	c, err := s.cell()
	if err != nil || strings.TrimSpace(c.Text) == "" {
		return err
	}
	if s.column >= s.book.limits.Columns {
		return ErrTooManyColumns
	}
	for len(s.cells) < s.column {
		s.cells = append(s.cells, Cell{})
	}
	s.cells = append(s.cells, c)
	return nil
}

func (s *rowScan) cell() (Cell, error) {
	switch s.kind {
	case sharedCell:
		i, ok := small(bytes.TrimSpace(s.text))
		if !ok || i >= s.book.shared.len() {
			return Cell{}, ErrCorrupt
		}
		text, err := s.book.shared.text(i)
		return Cell{Text: text}, err
	case boolCell:
		switch string(bytes.TrimSpace(s.text)) {
		case "1":
			return Cell{Text: "TRUE"}, nil
		case "0":
			return Cell{Text: "FALSE"}, nil
		}
		return Cell{}, nil
	case numberCell:
		return number(string(s.text), s.book.mac1904), nil
	}
	return Cell{Text: unescape(string(s.text))}, nil
}

func (s *rowScan) endRow() error {
	if len(s.cells) == 0 {
		return nil
	}
	if s.given++; s.given > s.book.limits.Rows {
		return ErrTooManyRows
	}
	if !s.yield(Row{s.number, s.cells}, nil) {
		return errStop
	}
	s.wide, s.cells = len(s.cells), nil
	return nil
}

// unescape reads _xHHHH_, by which workbooks write characters that XML cannot hold.
func unescape(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	var b strings.Builder
	for {
		before, after, found := strings.Cut(s, "_x")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		if len(after) >= 5 && after[4] == '_' {
			if n, err := strconv.ParseUint(after[:4], 16, 16); err == nil {
				b.WriteRune(rune(n))
				s = after[5:]
				continue
			}
		}
		b.WriteString("_x")
		s = after
	}
}
