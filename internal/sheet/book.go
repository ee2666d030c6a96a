package sheet

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// Book is a workbook that is written table by table, each row once and in order. Large tables are kept in a
// directory of its own, readable by the owner alone, until Close removes it.
type Book struct {
	file   *excelize.File
	dir    string
	styles map[style]int
	names  map[string]bool
	open   *Writer
}

// Writer takes the rows of one table.
type Writer struct {
	book    *Book
	stream  *excelize.StreamWriter
	table   Table
	name    string
	styles  []int
	row     int
	headEnd int
	cells   []any
}

// NewBook starts a workbook. Close it in any case; dir is where the directory for large tables is made, "" for the
// system's.
func NewBook(dir string) (*Book, error) {
	own, err := os.MkdirTemp(dir, "sheet-")
	if err != nil {
		return nil, fmt.Errorf("sheet: %w", err)
	}
	f := excelize.NewFile(excelize.Options{TmpDir: own})
	return &Book{file: f, dir: own, styles: map[style]int{}, names: map[string]bool{}}, nil
}

// Close removes what the book kept.
func (b *Book) Close() error {
	return errors.Join(b.file.Close(), os.RemoveAll(b.dir))
}

// Table starts a table on a new tab; the one before is complete.
func (b *Book) Table(t Table) (*Writer, error) {
	if len(t.Columns) == 0 || len(t.Columns) > maxColumns {
		return nil, fmt.Errorf("sheet: a table with %d columns", len(t.Columns))
	}
	if err := b.finish(); err != nil {
		return nil, err
	}
	name := b.tab(t.Name)
	if len(b.names) == 1 {
		if err := b.file.SetSheetName("Sheet1", name); err != nil {
			return nil, err
		}
	} else if _, err := b.file.NewSheet(name); err != nil {
		return nil, err
	}
	w := &Writer{book: b, table: t, name: name, cells: make([]any, len(t.Columns))}
	if err := w.begin(); err != nil {
		return nil, fmt.Errorf("sheet: begin table: %w", err)
	}
	b.open = w
	return w, nil
}

// WriteTo completes the book and writes it.
func (b *Book) WriteTo(out io.Writer) (int64, error) {
	if err := b.finish(); err != nil {
		return 0, err
	}
	return b.file.WriteTo(out)
}

func (b *Book) finish() error {
	if b.open == nil {
		return nil
	}
	err := b.open.stream.Flush()
	b.open = nil
	return err
}

// tab makes a name that Excel accepts and that no other tab has.
func (b *Book) tab(name string) string {
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:\/?*[]`, r) || r < ' ' || r == utf8.RuneError {
			return '-'
		}
		return r
	}, name)
	base := strings.Trim(string([]rune(name)[:min(24, utf8.RuneCountInString(name))]), " '")
	if base == "" {
		base = "表"
	}
	name = base
	for n := 2; b.names[strings.ToLower(name)]; n++ {
		name = fmt.Sprintf("%s(%d)", base, n)
	}
	b.names[strings.ToLower(name)] = true
	return name
}

// begin sets page, widths and styles, then writes title, note and head.
func (w *Writer) begin() error {
	w.headEnd = 1
	for _, line := range []string{w.table.Title, w.table.Note} {
		if line != "" {
			w.headEnd++
		}
	}
	if err := w.layout(); err != nil {
		return err
	}
	if err := w.mark(); err != nil {
		return err
	}
	stream, err := w.book.file.NewStreamWriter(w.name)
	if err != nil {
		return err
	}
	w.stream = stream
	for i, c := range w.table.Columns {
		id, err := w.book.style(style{kind: c.Kind, center: c.Center || c.Kind == Date || c.Kind == Instant})
		if err != nil {
			return err
		}
		w.styles = append(w.styles, id)
		if err := stream.SetColWidth(i+1, i+1, columnWidth(c)); err != nil {
			return err
		}
	}
	err = stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: w.headEnd, TopLeftCell: fmt.Sprintf("A%d", w.headEnd+1), ActivePane: "bottomLeft"})
	if err != nil {
		return err
	}
	return w.head()
}

func (w *Writer) head() error {
	if err := w.banner(w.table.Title, style{role: title}, 36); err != nil {
		return err
	}
	if err := w.banner(w.table.Note, style{role: note}, 20); err != nil {
		return err
	}
	id, err := w.book.style(style{role: head})
	if err != nil {
		return err
	}
	for i, c := range w.table.Columns {
		label := clean(c.Title)
		if c.Required {
			label = "*" + label
		}
		w.cells[i] = excelize.Cell{StyleID: id, Value: label}
	}
	if err := w.set(excelize.RowOpts{Height: 30}); err != nil {
		return err
	}
	return w.hints()
}

// banner is a row over all columns.
func (w *Writer) banner(text string, s style, height float64) error {
	if text == "" {
		return nil
	}
	id, err := w.book.style(s)
	if err != nil {
		return err
	}
	clear(w.cells)
	w.cells[0] = excelize.Cell{StyleID: id, Value: clean(text)}
	if err := w.set(excelize.RowOpts{Height: height}); err != nil || len(w.cells) == 1 {
		return err
	}
	last, err := excelize.CoordinatesToCellName(len(w.cells), w.row)
	if err != nil {
		return err
	}
	return w.stream.MergeCell(fmt.Sprintf("A%d", w.row), last)
}

// Row writes the next row: string, int, int64, float64, bool, civil.Date, time.Time or nil for each column. Fewer
// values leave the rest empty.
func (w *Writer) Row(values ...any) error {
	if len(values) > len(w.cells) {
		return fmt.Errorf("sheet: %d values for %d columns", len(values), len(w.cells))
	}
	if w.book.open != w {
		return errors.New("sheet: the table is complete already")
	}
	if w.row >= maxRows {
		return ErrTooManyRows
	}
	for i := range w.cells {
		var v any
		if i < len(values) {
			c, err := cell(values[i])
			if err != nil {
				return err
			}
			v = c
		}
		if v == nil {
			v = "" // an empty cell keeps its frame
		}
		w.cells[i] = excelize.Cell{StyleID: w.styles[i], Value: v}
	}
	return w.set()
}

func (w *Writer) set(opts ...excelize.RowOpts) error {
	w.row++
	return w.stream.SetRow(fmt.Sprintf("A%d", w.row), w.cells, opts...)
}

// Properties are what a file says of itself; no person's name belongs there.
type Properties struct {
	Title string
	Unit  string // 单位 that exported
	Made  time.Time
}

// Describe sets the properties of the book.
func (b *Book) Describe(p Properties) error {
	made := p.Made.UTC().Format(time.RFC3339)
	return b.file.SetDocProps(&excelize.DocProperties{Title: clean(p.Title), Creator: clean(p.Unit), LastModifiedBy: clean(p.Unit), Created: made, Modified: made, Language: "zh-CN"})
}
