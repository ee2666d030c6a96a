package sheet

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"io"
	"iter"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/transform"

	"weibao/internal/civil"
	"weibao/internal/errs"
)

// Encoding of a CSV file.
type Encoding int

// The encodings that office programs here read: both open with a double click.
const (
	UTF8    Encoding = iota // with byte order mark
	GB18030                 // for old programs
)

// CSV writes rows as a CSV file.
type CSV struct {
	out    io.WriteCloser
	rows   *csv.Writer
	kinds  []Kind
	record []string
}

// NewCSV starts a CSV file with a head line. Title and note of the table are left out: programs read these files.
func NewCSV(out io.Writer, t Table, e Encoding) (*CSV, error) {
	c := &CSV{out: nopCloser{out}, record: make([]string, len(t.Columns))}
	if e == GB18030 {
		c.out = transform.NewWriter(out, simplifiedchinese.GB18030.NewEncoder())
	} else if _, err := io.WriteString(out, "\uFEFF"); err != nil {
		return nil, err
	}
	c.rows = csv.NewWriter(c.out)
	c.rows.UseCRLF = true
	for i, column := range t.Columns {
		c.kinds = append(c.kinds, column.Kind)
		c.record[i] = guard(clean(column.Title))
	}
	return c, c.rows.Write(c.record)
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

// Row writes a row; the values are those of Writer.Row.
func (c *CSV) Row(values ...any) error {
	if len(values) > len(c.record) {
		return errs.Newf(errs.Internal, "sheet: %d values for %d columns", len(values), len(c.record))
	}
	clear(c.record)
	for i, value := range values {
		v, err := cell(value)
		if err != nil {
			return err
		}
		c.record[i] = plain(v, c.kinds[i])
	}
	return c.rows.Write(c.record)
}

func plain(v any, k Kind) string {
	switch v := v.(type) {
	case string:
		return guard(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case time.Time:
		if k == Instant {
			return civil.FormatTime(v)
		}
		return civil.DateOf(v).String()
	}
	return ""
}

// guard puts an apostrophe before a text which a spreadsheet would take for a formula when it opens the file.
func guard(s string) string {
	if r, _ := utf8.DecodeRuneInString(s); s != "" && strings.ContainsRune("=+-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20", r) {
		return "'" + s
	}
	return s
}

// Close ends the file; it does not close the writer underneath.
func (c *CSV) Close() error {
	c.rows.Flush()
	if err := c.rows.Error(); err != nil {
		return err
	}
	return c.out.Close()
}

// ReadCSV streams the rows of a CSV file: UTF-8 with or without mark, or GB18030; comma, semicolon or tab. Rows may
// be of different length.
func ReadCSV(r io.Reader, l Limits) iter.Seq2[Row, error] {
	l = l.orDefault()
	return func(yield func(Row, error) bool) {
		text, err := decode(r, l.Bytes/4)
		if err != nil {
			yield(Row{}, err)
			return
		}
		in := csv.NewReader(bytes.NewReader(text))
		in.Comma, in.FieldsPerRecord = comma(text), -1
		given := 0
		for {
			record, err := in.Read()
			if err == io.EOF {
				if given == 0 {
					yield(Row{}, ErrEmpty)
				}
				return
			}
			row, err := csvRow(in, record, err, l)
			if err == nil && len(row.Cells) == 0 {
				continue
			}
			if given++; err == nil && given > l.Rows {
				err = ErrTooManyRows
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
}

func csvRow(in *csv.Reader, record []string, err error, l Limits) (Row, error) {
	if err != nil {
		line := 0
		if e, ok := err.(*csv.ParseError); ok {
			line = e.StartLine
		}
		return Row{}, errs.Newf(errs.Invalid, "第%d行的引号不成对,无法分列。请在Excel或WPS中打开核对,另存为.xlsx后重新上传。", line)
	}
	line, _ := in.FieldPos(0)
	row := Row{Number: line}
	for i, field := range record {
		switch {
		case strings.TrimSpace(field) == "":
			continue
		case i >= l.Columns:
			return Row{}, ErrTooManyColumns
		case strings.ContainsRune(field, utf8.RuneError):
			return Row{}, errs.Newf(errs.Invalid, "第%d行有无法识别的文字,文件编码可能不对。请另存为“CSV UTF-8”或.xlsx后重新上传。", line)
		}
		for len(row.Cells) < i {
			row.Cells = append(row.Cells, Cell{})
		}
		row.Cells = append(row.Cells, Cell{Text: field})
	}
	return row, nil
}

// decode reads the whole file, because which of the two encodings it has may show in its last line only.
func decode(r io.Reader, limit int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(bufio.NewReader(r), limit+1))
	switch {
	case err != nil:
		return nil, ErrCorrupt
	case int64(len(b)) > limit:
		return nil, ErrTooLarge
	case bytes.IndexByte(b, 0) >= 0:
		return nil, ErrNotTable
	}
	b = bytes.TrimPrefix(b, []byte("\uFEFF"))
	if !utf8.Valid(b) {
		if b, err = simplifiedchinese.GB18030.NewDecoder().Bytes(b); err != nil {
			return nil, ErrNotTable
		}
	}
	return b, nil
}

// comma takes the separator that stands most often in the first line.
func comma(text []byte) rune {
	first, _, _ := bytes.Cut(text, []byte("\n"))
	best, most := ',', bytes.Count(first, []byte(","))
	for _, c := range ";\t" {
		if n := bytes.Count(first, []byte(string(c))); n > most {
			best, most = c, n
		}
	}
	return best
}
