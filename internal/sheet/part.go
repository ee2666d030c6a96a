package sheet

import (
	"bufio"
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"
)

// maxToken bounds one tag or one run of text of a part, so that a hostile one cannot fill the memory.
const maxToken = 1 << 20

var errStop = errors.New("sheet: reader stopped")

// element is what walk hands over: the start of a tag, its end, or text.
type element struct {
	start, end string
	text       []byte
	attrs      []xml.Attr
}

func (e *element) attr(name string) string {
	for _, a := range e.attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// walk reads a part and calls step for each element. A part that ends early, is no XML, or is larger than allowed
// is an error.
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
	input := &tokenReader{r: bufio.NewReaderSize(io.LimitReader(r, b.limits.Bytes+1), 64<<10)}
	tokens := xml.NewDecoder(input)
	var e element
	for depth, seen := 0, false; ; {
		token, err := tokens.RawToken()
		if err == io.EOF && depth == 0 && seen {
			return nil
		}
		if err != nil {
			return ErrCorrupt
		}
		input.used = 0
		e = element{}
		switch t := token.(type) {
		case xml.StartElement:
			e.start, e.attrs = t.Name.Local, t.Attr
			depth, seen = depth+1, true
		case xml.EndElement:
			e.end = t.Name.Local
			depth--
		case xml.CharData:
			e.text = t
		case xml.Directive:
			return ErrCorrupt // a DOCTYPE has no place in a workbook
		default:
			continue
		}
		if depth < 0 {
			return ErrCorrupt
		}
		if err := step(&e); err != nil {
			return err
		}
	}
}

// tokenReader fails where a single token grows beyond maxToken.
type tokenReader struct {
	r    *bufio.Reader
	used int
}

var errToken = errors.New("sheet: token too long")

// ReadByte is what the decoder reads by.
func (t *tokenReader) ReadByte() (byte, error) {
	if t.used++; t.used > maxToken {
		return 0, errToken
	}
	return t.r.ReadByte()
}

// Read is never called by the decoder, which prefers ReadByte; it makes tokenReader an io.Reader.
func (t *tokenReader) Read(p []byte) (int, error) { return t.r.Read(p) }

// rowScan assembles rows out of the elements of a worksheet.
type rowScan struct {
	book   *Workbook
	yield  func(Row, error) bool
	given  int
	number int
	cells  []Cell

	column   int
	kind     string
	inText   bool
	phonetic bool
	text     strings.Builder
}

func (s *rowScan) step(e *element) error {
	switch {
	case e.start == "row":
		return s.beginRow(e)
	case e.end == "row":
		return s.endRow()
	case e.start == "c":
		return s.beginCell(e)
	case e.end == "c":
		return s.endCell()
	case e.start == "rPh" || e.end == "rPh":
		s.phonetic = e.start != ""
	case e.start == "v" || e.start == "t":
		s.inText = true
	case e.end == "v" || e.end == "t":
		s.inText = false
	case s.inText && !s.phonetic:
		s.text.Write(e.text)
		if s.text.Len() > maxToken {
			return ErrCorrupt
		}
	}
	return nil
}

func (s *rowScan) beginRow(e *element) error {
	number := s.number + 1
	if r := e.attr("r"); r != "" {
		n, err := strconv.Atoi(r)
		if err != nil || n <= s.number || n > maxRows {
			return ErrCorrupt
		}
		number = n
	}
	s.number, s.cells, s.column = number, nil, -1
	return nil
}

func (s *rowScan) beginCell(e *element) error {
	s.column++
	if r := e.attr("r"); r != "" {
		column := columnOf(r)
		if column < s.column {
			return ErrCorrupt
		}
		s.column = column
	}
	s.kind = e.attr("t")
	s.text.Reset()
	s.inText, s.phonetic = false, false
	return nil
}

// columnOf reads the letters of "AB12", counted from 0; −1 when there are none or too many.
func columnOf(r string) int {
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
	c, err := s.cell(s.text.String())
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

func (s *rowScan) cell(text string) (Cell, error) {
	switch s.kind {
	case "s":
		i, err := strconv.Atoi(strings.TrimSpace(text))
		if text == "" {
			return Cell{}, nil
		}
		if err != nil || i < 0 || i >= len(s.book.shared) {
			return Cell{}, ErrCorrupt
		}
		return Cell{Text: s.book.shared[i]}, nil
	case "b":
		return Cell{Text: map[string]string{"1": "TRUE", "0": "FALSE"}[strings.TrimSpace(text)]}, nil
	case "", "n":
		return number(text, s.book.mac1904), nil
	}
	return Cell{Text: unescape(text)}, nil
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
	s.cells = nil
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
