package sheet

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

type role int

const (
	body role = iota
	title
	note
	head
)

// style is the key under which a book keeps a style it has made.
type style struct {
	role   role
	kind   Kind
	center bool
}

// formats are number formats; "@" keeps what is typed into the cell later a text as well, formulas included.
var formats = map[Kind]string{
	Text: "@", Integer: "#,##0", Decimal: "#,##0.00", Percent: "0.0%", Date: "yyyy-mm-dd", Instant: "yyyy-mm-dd hh:mm",
}

const (
	songti  = "宋体"
	heiti   = "黑体"
	ink     = "1F2329"
	line    = "A6A6A6"
	headInk = "E8EDF3"
)

// style gives the id of a style, making it on first use.
func (b *Book) style(s style) (int, error) {
	if id, ok := b.styles[s]; ok {
		return id, nil
	}
	id, err := b.file.NewStyle(s.excel())
	if err != nil {
		return 0, fmt.Errorf("sheet: style: %w", err)
	}
	b.styles[s] = id
	return id, nil
}

func (s style) excel() *excelize.Style {
	frame := []excelize.Border{{Type: "left", Color: line, Style: 1}, {Type: "right", Color: line, Style: 1}, {Type: "top", Color: line, Style: 1}, {Type: "bottom", Color: line, Style: 1}}
	format := formats[s.kind]
	e := &excelize.Style{
		Font:         &excelize.Font{Family: songti, Size: 11, Color: ink},
		Alignment:    &excelize.Alignment{Vertical: "center", WrapText: true},
		Border:       frame,
		CustomNumFmt: &format,
	}
	if s.center {
		e.Alignment.Horizontal = "center"
	}
	switch s.role {
	case title:
		e.Font, e.Border = &excelize.Font{Family: heiti, Size: 18, Color: ink}, nil
		e.Alignment.Horizontal = "center"
	case note:
		e.Font, e.Border = &excelize.Font{Family: songti, Size: 10, Color: ink}, nil
	case head:
		e.Font = &excelize.Font{Family: heiti, Size: 11, Color: ink}
		e.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{headInk}}
		e.Alignment.Horizontal = "center"
	}
	return e
}

// columnWidth is in half-width characters; a Chinese character takes two.
func columnWidth(c Column) float64 {
	if c.Width > 0 {
		return min(c.Width, 200)
	}
	least := map[Kind]float64{Date: 12, Instant: 18, Integer: 10, Decimal: 12, Percent: 10}[c.Kind]
	n := 4.0
	for _, r := range c.Title {
		n += float64(min(2, utf8.RuneLen(r)))
	}
	return max(n, least, 8)
}

// layout makes the tab print on A4 with head and page numbers on each page, as wide as the paper.
func (w *Writer) layout() error {
	f, name := w.book.file, w.name
	a4, wide, high, fit, orientation := 9, 1, 0, true, "landscape"
	if w.table.Upright {
		orientation = "portrait"
	}
	if err := f.SetSheetProps(name, &excelize.SheetPropsOptions{FitToPage: &fit}); err != nil {
		return err
	}
	if err := f.SetPageLayout(name, &excelize.PageLayoutOptions{Size: &a4, Orientation: &orientation, FitToWidth: &wide, FitToHeight: &high}); err != nil {
		return err
	}
	side, end, footer, centered := 0.5, 0.7, 0.35, true // inches
	if err := f.SetPageMargins(name, &excelize.PageLayoutMarginsOptions{Left: &side, Right: &side, Top: &end, Bottom: &end, Header: &footer, Footer: &footer, Horizontally: &centered}); err != nil {
		return err
	}
	if err := f.SetHeaderFooter(name, &excelize.HeaderFooterOptions{OddFooter: "&C第 &P 页 共 &N 页"}); err != nil {
		return err
	}
	return f.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", Scope: name, RefersTo: fmt.Sprintf("'%s'!$1:$%d", strings.ReplaceAll(name, "'", "''"), w.headEnd)})
}

// hints adds the notes and drop-downs of a template.
func (w *Writer) hints() error {
	for i, c := range w.table.Columns {
		column, err := excelize.ColumnNumberToName(i + 1)
		if err != nil {
			return err
		}
		if c.Hint != "" {
			at := fmt.Sprintf("%s%d", column, w.row)
			if err := w.book.file.AddComment(w.name, excelize.Comment{Cell: at, Author: "填写说明", Text: clean(c.Hint)}); err != nil {
				return err
			}
		}
		if len(c.Choices) > 0 {
			if err := w.choices(column, c); err != nil {
				return err
			}
		}
	}
	return nil
}

// choices adds a drop-down; a list over the 255 characters that Excel stores is left out and the hint must do.
func (w *Writer) choices(column string, c Column) error {
	v := excelize.NewDataValidation(!c.Required)
	v.SetSqref(fmt.Sprintf("%s%d:%s%d", column, w.row+1, column, w.row+max(w.table.Rows, 1000)))
	if err := v.SetDropList(c.Choices); err != nil {
		return nil
	}
	v.SetError(excelize.DataValidationErrorStyleStop, "请从列表中选择", "此处只能填写下拉列表中的内容。")
	return w.book.file.AddDataValidation(w.name, v)
}
