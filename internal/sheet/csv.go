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
	UTF8     Encoding = iota // with byte order mark
	GB18030                  // for old programs
	BareUTF8                 // without mark, as programs write it
)

// Form is how a CSV file is written.
type Form struct {
	Encoding Encoding
	Comma    rune
}

// FormOf tells how a CSV file is written, so that its sender gets what comes back in the same form.
func FormOf(r io.ReaderAt, size int64) (Form, error) {
	utf, err := isUTF8(io.NewSectionReader(r, 0, size))
	if err != nil {
		return Form{}, err
	}
	first := make([]byte, min(size, 64<<10))
	if _, err := r.ReadAt(first, 0); err != nil && err != io.EOF {
		return Form{}, ErrCorrupt
	}
	f := Form{GB18030, comma(first)} // the signs of separators are the same in all of them
	if bytes.HasPrefix(first, []byte(mark)) {
		f.Encoding = UTF8
	} else if utf {
		f.Encoding = BareUTF8
	}
	return f, nil
}

const mark = "\uFEFF"

// CSV writes rows as a CSV file.
type CSV struct {
	out    io.WriteCloser
	rows   *csv.Writer
	kinds  []Kind
	record []string
}

// NewCSV starts a CSV file with a head line. Title and note of the table are left out: programs read these files.
func NewCSV(out io.Writer, t Table, e Encoding) (*CSV, error) { return Form{e, ','}.New(out, t) }

// New is NewCSV for a form.
func (f Form) New(out io.Writer, t Table) (*CSV, error) {
	c := &CSV{out: nopCloser{out}, record: make([]string, len(t.Columns))}
	switch f.Encoding {
	case GB18030:
		c.out = transform.NewWriter(out, simplifiedchinese.GB18030.NewEncoder())
	case UTF8:
		if _, err := io.WriteString(out, mark); err != nil {
			return nil, err
		}
	}
	c.rows = csv.NewWriter(c.out)
	c.rows.UseCRLF, c.rows.Comma = true, f.Comma
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
// be of different length. It reads the file twice, because which of the two encodings it has may show in its last
// line only.
func ReadCSV(r io.ReaderAt, size int64, l Limits) iter.Seq2[Row, error] {
	l = l.orDefault()
	return func(yield func(Row, error) bool) {
		if size > l.Bytes/4 {
			yield(Row{}, ErrTooLarge)
			return
		}
		form, err := FormOf(r, size)
		if err != nil {
			yield(Row{}, err)
			return
		}
		var text io.Reader = io.NewSectionReader(r, 0, size)
		if form.Encoding == GB18030 {
			text = transform.NewReader(text, simplifiedchinese.GB18030.NewDecoder())
		}
		source := &recordReader{r: bufio.NewReaderSize(text, 64<<10)}
		first, _ := source.r.Peek(64 << 10)
		if bytes.HasPrefix(first, []byte(mark)) {
			if _, err := source.r.Discard(len(mark)); err != nil {
				yield(Row{}, ErrCorrupt)
				return
			}
		}
		in := csv.NewReader(source)
		in.Comma, in.FieldsPerRecord = form.Comma, -1
		csvRows(in, source, l, yield)
	}
}

func csvRows(in *csv.Reader, source *recordReader, l Limits, yield func(Row, error) bool) {
	for given, last := 0, 0; ; {
		source.used = 0
		record, err := in.Read()
		if err == io.EOF {
			if given == 0 {
				yield(Row{}, ErrEmpty)
			}
			return
		}
		row, err := csvRow(in, record, last, err, l)
		if last = max(last, row.Number); err == nil && len(row.Cells) == 0 {
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

// recordReader fails where one record grows beyond all measure, as one with a quote that never ends does.
type recordReader struct {
	r    *bufio.Reader
	used int
}

const maxRecord = 4 << 20

func (r *recordReader) Read(p []byte) (int, error) {
	if r.used > maxRecord {
		return 0, ErrCorrupt
	}
	n, err := r.r.Read(p)
	r.used += n
	return n, err
}

func csvRow(in *csv.Reader, record []string, last int, err error, l Limits) (Row, error) {
	if err != nil {
		line := last + 1
		if e, ok := err.(*csv.ParseError); ok {
			line = e.StartLine
		}
		return Row{}, errs.Newf(errs.Invalid, "第%d行的引号不成对，无法分列。请在Excel或WPS中打开核对，另存为.xlsx后重新上传。", line)
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
			return Row{}, errs.Newf(errs.Invalid, "第%d行有无法识别的文字，文件编码可能不对。请另存为“CSV UTF-8”或.xlsx后重新上传。", line)
		}
		for len(row.Cells) < i {
			row.Cells = append(row.Cells, Cell{})
		}
		row.Cells = append(row.Cells, Cell{Text: field})
	}
	return row, nil
}

// isUTF8 reads a file through; one that is not UTF-8 is taken for GB18030.
func isUTF8(r io.Reader) (bool, error) {
	buf, kept, utf := make([]byte, 64<<10), 0, true
	for {
		n, err := r.Read(buf[kept:])
		b := buf[:kept+n]
		kept = 0
		if bytes.IndexByte(b, 0) >= 0 {
			return false, ErrNotTable
		}
		if utf && !utf8.Valid(b) {
			whole := len(b)
			for whole > len(b)-utf8.UTFMax && whole > 0 && !utf8.RuneStart(b[whole-1]) {
				whole--
			}
			if whole > 0 && !utf8.FullRune(b[whole-1:]) {
				whole--
			} else {
				whole = len(b)
			}
			utf = utf8.Valid(b[:whole])
			kept = copy(buf, b[whole:])
		}
		switch {
		case err == io.EOF:
			return utf && kept == 0, nil
		case err != nil:
			return false, ErrCorrupt
		}
	}
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
