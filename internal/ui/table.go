package ui

import (
	"html/template"
	"strings"
)

// BatchMax is the most that one batch action takes.
const BatchMax = 200

// Table is a list with a head that stays in sight. On phones each row becomes a block.
type Table struct {
	ID      string // anchor; "list" if empty
	Caption string // what the table lists, for who cannot see it
	Columns []Column
	Rows    []Row
	Batch   *Batch
	Pager   *Pager
	Empty   Empty
	Foot    []Cell // a line of totals
	Sides   bool   // columns are compared: on phones each has lines of its own under its name
}

// Column is a head of a table.
type Column struct {
	Label  string
	Sort   string // address that sorts by this column, "" if it cannot
	Sorted string // "asc" or "desc" while the list is sorted by it
	Num    bool   // right-aligned figures
	Slim   bool   // as narrow as its content
	Wide   bool   // takes the space that is left
	Whole  bool   // days and the like: never broken over lines
	Quiet  bool   // left out on phones and tablets
	Tools  bool   // holds actions: not printed, no label on phones
}

// Row is a line of a table, or with Heading the title of the rows after it.
type Row struct {
	ID      string // element id, for partial updates
	Heading string
	Count   int    // beside the heading
	Select  string // value of the batch checkbox, "" for none
	Label   string // says what the checkbox selects
	Near    Near   // marks the row
	Cells   []Cell
}

// Cell is a field of a table; its parts are shown in this order.
type Cell struct {
	Icon    string
	Text    string
	Href    string // makes the text a link
	Dialog  bool   // the link opens as a dialog
	Sub     string // second line, smaller
	Level   *Level
	Tag     *Tag
	Due     *Due
	Bar     *Bar
	HTML    template.HTML // already escaped content of the page's own
	Actions []Action
}

// T is a cell of text.
func T(text string) Cell { return Cell{Text: text} }

// Link is a cell whose text is a link.
func Link(text, href string) Cell { return Cell{Text: text, Href: href} }

// Counted is a cell of a number that leads to its list; tables full of them are drawn faster so than by a template.
func Counted(words, href string) Cell {
	var b strings.Builder
	word(&b, words, href)
	return Cell{HTML: template.HTML(b.String())}
}

// Tags is a cell with a state.
func Tags(state State, label string) Cell { return Cell{Tag: &Tag{state, label}} }

// Dues is a cell with a time limit.
func Dues(d Due) Cell { return Cell{Due: &d} }

// Name gives the id of the table.
func (t Table) Name() string { return or(t.ID, "list") }

// Span gives the number of columns, the checkbox included.
func (t Table) Span() int {
	if t.Batch != nil {
		return len(t.Columns) + 1
	}
	return len(t.Columns)
}

// Class gives the classes of the head.
func (c Column) Class() string {
	s := ""
	for _, k := range []struct {
		on   bool
		name string
	}{{c.Num, "num"}, {c.Slim, "slim"}, {c.Wide, "wide"}, {c.Whole, "whole"}, {c.Quiet, "quiet"}, {c.Tools, "tools"}} {
		if k.on {
			s += " " + k.name
		}
	}
	if s == "" {
		return ""
	}
	return s[1:]
}

// Aria gives the value of aria-sort.
func (c Column) Aria() string {
	switch c.Sorted {
	case "asc":
		return "ascending"
	case "desc":
		return "descending"
	}
	return "none"
}

// Batch makes rows selectable and carries the actions for what is selected.
// The form posts the values of the selected rows as "id".
type Batch struct {
	Action  string // address, where a button has none of its own
	Unit    string // 项, 人, 条
	Hidden  []Hidden
	Buttons []BatchButton
}

// BatchButton is an action on all selected rows.
type BatchButton struct {
	Label, Action, Icon string
	Danger              bool
}

// Hidden is a value that a form sends along unseen.
type Hidden struct{ Name, Value string }

// Noun gives the counting word.
func (b Batch) Noun() string { return or(b.Unit, "项") }

// Max gives the most that can be selected.
func (b Batch) Max() int { return BatchMax }

// Pager walks a list by key: there is a page before and after, no page number.
type Pager struct {
	First, Prev, Next string // addresses, "" where there is none
	Note              string // e.g. 「本页50项,共1,024项」
}

// Empty is what a list shows instead of rows: what will appear and how to begin.
type Empty struct {
	Title  string
	Text   string
	Action *Action
}

// Matrix is a table whose heads run along both sides, e.g. units against
// clauses; it scrolls sideways in its own frame with the first column fixed.
type Matrix struct {
	Caption string
	Corner  string
	Columns []MatrixHead
	Rows    []MatrixRow
	Legend  []Mark
}

// MatrixHead is a head of a matrix.
type MatrixHead struct{ Label, Href string }

// MatrixRow is a line of a matrix.
type MatrixRow struct {
	MatrixHead
	Cells []Mark
}

// Mark is a field of a matrix: a short sign, and the words for it.
type Mark struct {
	Sign  string // e.g. 牵头, 配合, or ""
	Label string // read aloud and shown on pointing
	Href  string
	Tone  string // "lead", "support", "late", "done" or ""
}

func or(s, instead string) string {
	if s == "" {
		return instead
	}
	return s
}
