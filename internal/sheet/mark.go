package sheet

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"
)

// Fault is what is wrong with a cell of a file that somebody uploaded.
type Fault struct {
	Row    int    // as Row.Number
	Column int    // from 0; −1 for the whole row
	Text   string // what is wrong and what to do
}

const (
	markInk    = "FFC7CE"
	markTitle  = "错误原因"
	maxMarks   = 5_000
	markAuthor = "核对结果"
)

// Mark gives people their own workbook back, in its own order and look: each wrong cell on red with a note, and the
// reasons of each row in a last column 错误原因, whose title stands in the row head. It takes the first visible tab,
// as Read does; dir is as for NewBook.
func Mark(out io.Writer, dir string, file io.ReaderAt, size int64, head int, faults []Fault) error {
	b, err := Open(file, size, Limits{})
	if err != nil {
		return err
	}
	tab := b.Tabs()[0]
	column, stale, err := reasonColumn(b, tab, head)
	if err != nil {
		return err
	}
	own, err := os.MkdirTemp(dir, "sheet-")
	if err != nil {
		return fmt.Errorf("sheet: %w", err)
	}
	defer os.RemoveAll(own)
	f, err := excelize.OpenReader(io.NewSectionReader(file, 0, size), excelize.Options{TmpDir: own, UnzipSizeLimit: b.limits.Bytes})
	if err != nil {
		return ErrCorrupt
	}
	m := marking{file: f, tab: tab, styles: map[ground]int{}}
	if err = m.clear(column, stale); err == nil {
		err = m.all(head, column, faults)
	}
	if err == nil {
		_, err = f.WriteTo(out)
	}
	return errors.Join(err, f.Close())
}

// reasonColumn is the column after the last one, or the one of an earlier marking with the rows that it filled.
func reasonColumn(b *Workbook, tab string, head int) (int, []int, error) {
	column, earlier := 0, -1
	var stale []int
	for r, err := range b.Rows(tab) {
		if err != nil {
			return 0, nil, err
		}
		column = max(column, len(r.Cells))
		if r.Number == head {
			earlier = slices.IndexFunc(r.Cells, func(c Cell) bool { return strings.TrimSpace(c.Text) == markTitle })
		}
		if earlier >= 0 && r.Cell(earlier).Text != "" {
			stale = append(stale, r.Number)
		}
	}
	if earlier >= 0 {
		column = earlier
	}
	return column, stale, nil
}

type marking struct {
	file   *excelize.File
	tab    string
	styles map[ground]int
}

// ground is a cell's style and whether the same is wanted on red.
type ground struct {
	style int
	red   bool
}

// clear takes back what an earlier marking wrote, so that a corrected cell does not come back red.
func (m *marking) clear(column int, stale []int) error {
	for _, row := range stale {
		at, err := excelize.CoordinatesToCellName(column+1, row)
		if err != nil {
			return err
		}
		if err := errors.Join(m.file.SetCellStr(m.tab, at, ""), m.paint(at, false)); err != nil {
			return err
		}
	}
	comments, err := m.file.GetComments(m.tab)
	if err != nil {
		return err
	}
	for _, c := range comments {
		if c.Author != markAuthor {
			continue
		}
		if err := errors.Join(m.file.DeleteComment(m.tab, c.Cell), m.paint(c.Cell, false)); err != nil {
			return err
		}
	}
	return nil
}

func (m *marking) all(head, column int, faults []Fault) error {
	faults = slices.Clone(faults)
	slices.SortStableFunc(faults, func(a, b Fault) int { return cmp.Or(a.Row-b.Row, a.Column-b.Column) })
	faults = faults[:min(len(faults), maxMarks)]
	if err := m.reason(head, column, markTitle); err != nil {
		return err
	}
	for len(faults) > 0 {
		row := faults[0].Row
		var reasons []string
		for len(faults) > 0 && faults[0].Row == row {
			reasons = append(reasons, clean(faults[0].Text))
			if err := m.cell(faults[0]); err != nil {
				return err
			}
			faults = faults[1:]
		}
		if err := m.reason(row, column, strings.Join(reasons, "\n")); err != nil {
			return err
		}
	}
	return nil
}

func (m *marking) reason(row, column int, text string) error {
	at, err := excelize.CoordinatesToCellName(column+1, row)
	if err != nil {
		return err
	}
	if err := m.file.SetCellStr(m.tab, at, text); err != nil {
		return err
	}
	return m.paint(at, true)
}

func (m *marking) cell(f Fault) error {
	if f.Column < 0 {
		return nil
	}
	at, err := excelize.CoordinatesToCellName(f.Column+1, f.Row)
	if err != nil {
		return err
	}
	if err := m.file.DeleteComment(m.tab, at); err != nil {
		return err
	}
	if err := m.file.AddComment(m.tab, excelize.Comment{Cell: at, Author: markAuthor, Text: clean(f.Text)}); err != nil {
		return err
	}
	return m.paint(at, true)
}

// paint keeps the cell's look but for the ground; the note and the last column say it in words too.
func (m *marking) paint(at string, red bool) error {
	old, err := m.file.GetCellStyle(m.tab, at)
	if err != nil {
		return err
	}
	id, ok := m.styles[ground{old, red}]
	if !ok {
		look, err := m.file.GetStyle(old)
		if err != nil {
			return err
		}
		look.Fill = excelize.Fill{}
		if red {
			look.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{markInk}}
		}
		if id, err = m.file.NewStyle(look); err != nil {
			return err
		}
		m.styles[ground{old, red}] = id
	}
	return m.file.SetCellStyle(m.tab, at, at, id)
}
