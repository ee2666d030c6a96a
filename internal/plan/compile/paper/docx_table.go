package paper

import (
	"encoding/xml"
	"strings"
)

// docxTable collects the rows of a table. A cell that is merged downwards repeats its words in the rows below,
// a cell that spans columns is followed by empty ones, so that all rows have the columns of the heading.
type docxTable struct {
	lines []string
	row   []docxCell
	cell  docxCell
	above map[int]string // words of merged cells by column
}

type docxCell struct {
	words string
	span  int
	merge string // restart, continue
}

func (t *docxTable) start(e xml.StartElement) {
	switch e.Name.Local {
	case "tr":
		t.row = nil
	case "tc":
		t.cell = docxCell{span: 1}
	case "gridSpan":
		t.cell.span = min(max(1, small(attr(e, "val"))), 60)
	case "vMerge":
		if t.cell.merge = attr(e, "val"); t.cell.merge == "" {
			t.cell.merge = "continue"
		}
	}
}

// write adds a paragraph to the open cell; a bar within it would look like a border.
func (t *docxTable) write(text string) {
	text = strings.Join(strings.Fields(strings.NewReplacer("|", "/", "｜", "/").Replace(text)), " ")
	if t.cell.words != "" && text != "" {
		t.cell.words += " "
	}
	t.cell.words += text
}

func (t *docxTable) endCell() { t.row = append(t.row, t.cell) }

func (t *docxTable) endRow() {
	var cells []string
	below := map[int]string{}
	filled := 0
	for _, c := range t.row {
		at := len(cells)
		switch c.merge {
		case "continue":
			c.words = t.above[at]
			below[at] = c.words
		case "restart":
			below[at] = c.words
		}
		if c.words != "" {
			filled++
		}
		cells = append(cells, c.words)
		for range c.span - 1 {
			cells = append(cells, "")
		}
	}
	t.above = below
	switch {
	case filled == 0:
	case len(cells) == 1:
		t.lines = append(t.lines, cells[0])
	default:
		t.lines = append(t.lines, strings.TrimRight(strings.Join(cells, " | "), " "))
	}
	t.row = nil
}
