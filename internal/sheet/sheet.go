// Package sheet writes and reads tables as Excel workbooks and as CSV, for exports, templates and imports.
//
// It owns no table of the database. It promises that a text which starts like a formula (= + - @ TAB CR) stays a
// text in every file it writes, that a workbook prints as an A4 landscape ledger with its head on every page, that
// reading streams within limits and leaves no temporary file, and that a damaged file is an error and never a
// shorter table. Every error of reading is an errs.Invalid whose text says what to do.
//
// It knows nothing of plans, duties or children, decides nobody's right to a column, and never opens a link, a
// macro or a formula of a file.
package sheet

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"weibao/internal/civil"
	"weibao/internal/script"
)

// Kind says how the values of a column are shown.
type Kind int

// The kinds of columns.
const (
	Text    Kind = iota // anything; identity numbers and phones keep all digits
	Integer             // 1,234
	Decimal             // 1,234.50
	Percent             // 0.93 is shown as 93.0%
	Date                // 2026-11-22
	Instant             // 2026-11-22 14:05 in Beijing
)

// Column is a column of a table.
type Column struct {
	Title  string
	Kind   Kind
	Width  float64 // in characters of half width; 0 takes the title's width
	Center bool

	// For templates which people fill in.
	Required bool     // marked with an asterisk
	Choices  []string // drop-down list
	Hint     string   // note on the head cell
}

// Table is the head of a table on its own page of a workbook.
type Table struct {
	Name    string // of the tab; cleaned and cut to what Excel allows
	Title   string // first row over all columns; empty for none
	Note    string // second row: 单位, 截止时间, 条件; empty for none
	Columns []Column
	Rows    int  // number of rows for which drop-downs hold in a template
	Upright bool // A4 upright instead of landscape

	Watermark *Watermark // nil = none
}

const (
	maxRows    = 1_048_576
	maxColumns = 16_384
	maxCell    = 32_767 // characters that a cell holds
	cut        = "…(内容过长,其余未导出)"
)

// cell turns a value into what the writers know: string, int64, float64, time.Time or nil for an empty cell.
func cell(v any) (any, error) {
	switch v := v.(type) {
	case nil, int64, float64:
		return v, nil
	case string:
		return clean(v), nil
	case int:
		return int64(v), nil
	case bool:
		if v {
			return "是", nil
		}
		return "否", nil
	case civil.Date:
		if v.IsZero() {
			return nil, nil
		}
		if v.Year() < 1901 {
			return v.String(), nil // Excel has no day before 1900 and miscounts that year
		}
		return v.Start(), nil
	case time.Time:
		if v.IsZero() {
			return nil, nil
		}
		return v.In(civil.Zone), nil
	}
	return nil, fmt.Errorf("sheet: no cell for %T", v)
}

// clean keeps what a cell can hold: characters of XML without marks of direction, in the length that Excel allows.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == '\t' || r == '\n' || r == '\r' || r >= ' ' && r != utf8.RuneError && r != 0xFFFE && r != 0xFFFF && !script.Turns(r) {
			return r
		}
		return -1
	}, s)
	if len(s) <= maxCell {
		return s
	}
	units, keep := 0, len(s)
	for i, r := range s {
		if units += utf16.RuneLen(r); units > maxCell {
			return s[:keep] + cut
		}
		if units <= maxCell-utf8.RuneCountInString(cut) {
			keep = i + utf8.RuneLen(r)
		}
	}
	return s
}
