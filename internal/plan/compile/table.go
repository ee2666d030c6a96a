package compile

import (
	"regexp"
	"strings"

	"weibao/internal/plan/compile/owner"
	"weibao/internal/script"
)

// table is a table of tasks; tables that name neither owners nor times order nothing and are passed over.
type table struct {
	columns []column
	rows    []row
}

// column says what the cells below a heading hold.
type column int

const (
	colOther column = iota
	colNumber
	colName    // the short name of the task
	colContent // what is to be done
	colLead
	colSupport
	colTime
	colPerson // names of persons: not read
)

type row struct {
	Span
	cells []Span
	group string // a section row above it
}

var columnRules = []struct {
	col column
	re  *regexp.Regexp
}{
	{colNumber, regexp.MustCompile(`^(序号|编号|序|号|No\.?)$`)},
	{colPerson, regexp.MustCompile(`(责任|牵头|分管|联系|包保)(领导|人|县领导)|^联系(人|方式)|备注|电话`)},
	{colLead, regexp.MustCompile(`^(牵头|主责|主办)`)},
	{colTime, regexp.MustCompile(`(时限|时间|期限|节点|进度)`)},
	{colSupport, regexp.MustCompile(`(责任|配合|协同|协作|协办|参与|参加|落实|承办|实施|负责)(单位|部门|主体|科室|处室|股室|机构|站所|站办|科|处)$`)},
	{colContent, regexp.MustCompile(`措施|内容|要求|举措|任务描述|标准|目标|指标|做法`)},
	{colName, regexp.MustCompile(`任务|项目|事项|工作|类别|领域|分类|目录|重点|名称`)},
}

func columnOf(words string) column {
	words = script.Squeeze(words)
	if n := len([]rune(words)); n == 0 || n > 12 {
		return colOther
	}
	for _, r := range columnRules {
		if r.re.MatchString(words) {
			return r.col
		}
	}
	return colOther
}

// table reads the rows that follow each other and hangs them below the current heading.
func (b *builder) table() {
	var rows [][]Span
	for b.i < len(b.lines) && (b.isRow(b.i) || len(rows) > 0 && b.sectionRow()) {
		rows = append(rows, splitCells(b.src, b.lines[b.i].Span))
		b.i++
	}
	if tab := readTable(b.src, rows); tab != nil {
		b.cur.tables = append(b.cur.tables, tab)
	}
}

// cellPerLine reads a table that a web page has broken so that each line holds one cell and a bar. The headings at
// its beginning tell how many cells make a row. It reports false, and reads nothing, where none begins.
func (b *builder) cellPerLine() bool {
	var cells []Span
	j := b.i
	for ; j < len(b.lines) && b.src.Norm[b.lines[j].End-1] == '|'; j++ {
		cells = append(cells, splitCells(b.src, b.lines[j].Span)...)
	}
	width := 0
	for width < len(cells) && columnOf(b.src.Sub(cells[width])) != colOther {
		width++
	}
	if width < 3 || len(cells) < 2*width {
		return false
	}
	var rows [][]Span
	for from := 0; from+width <= len(cells); from += width {
		rows = append(rows, cells[from:from+width])
	}
	if tab := readTable(b.src, rows); tab != nil {
		b.cur.tables = append(b.cur.tables, tab)
	}
	b.i = j
	return true
}

// isRow: a row, also one whose first cell is numbered (1. | …).
func (b *builder) isRow(i int) bool {
	l := b.lines[i]
	return l.kind == lineRow || l.kind == lineMarker && countCells(b.src, l.Span) >= 3
}

// sectionRow: a short line between two rows that heads those below it (一、家庭保护); the table goes on with as many
// cells as before.
func (b *builder) sectionRow() bool {
	l := b.lines[b.i]
	if l.kind != lineMarker && l.kind != lineText || l.Len() > 40 || b.i+1 >= len(b.lines) || !b.isRow(b.i+1) {
		return false
	}
	return headings(b.src, splitCells(b.src, b.lines[b.i+1].Span)) < 3
}

// readTable finds the row of headings and takes the rows below it; nil if no column names owners or times.
func readTable(s *source, rows [][]Span) *table {
	var t *table
	group := ""
	for _, cells := range rows {
		if t == nil || headings(s, cells) >= 3 {
			if headings(s, cells) >= 2 {
				t = &table{rows: rowsOf(t)}
				for _, c := range cells {
					t.columns = append(t.columns, columnOf(s.Sub(c)))
				}
			}
			continue
		}
		if ruled(s, cells) {
			continue
		}
		if filled := filledCells(cells); filled == 1 {
			group = s.Raw(onlyCell(cells))
			continue
		}
		t.rows = append(t.rows, row{Span: script.Between(cells[0].Start, cells[len(cells)-1].End), cells: cells, group: group})
	}
	if t == nil || !t.has(colLead) && !t.has(colSupport) && !t.has(colTime) || len(t.rows) == 0 {
		return nil
	}
	t.chooseNames()
	return t
}

// ruled: the line under the headings of a table drawn with signs (| --- | --- |).
func ruled(s *source, cells []Span) bool {
	for _, c := range cells {
		if strings.Trim(s.Sub(c), "-:= ") != "" {
			return false
		}
	}
	return true
}

func rowsOf(t *table) []row {
	if t == nil {
		return nil
	}
	return t.rows
}

// chooseNames: where nothing says 措施 or 内容 the last column of tasks is the content.
func (t *table) chooseNames() {
	if t.has(colContent) {
		return
	}
	for i := len(t.columns) - 1; i >= 0; i-- {
		if t.columns[i] == colName {
			t.columns[i] = colContent
			return
		}
	}
}

func (t *table) has(c column) bool {
	for _, x := range t.columns {
		if x == c {
			return true
		}
	}
	return false
}

// splitCells cuts a row at its bars or tabs; bars at the edges hold no cell.
func splitCells(s *source, sp Span) []Span {
	sep := "\t"
	if strings.Contains(s.Sub(sp), "|") {
		sep = "|"
		if s.Norm[sp.Start] == '|' {
			sp.Start++
		}
		if sp.End > sp.Start && s.Norm[sp.End-1] == '|' {
			sp.End--
		}
	}
	var out []Span
	from := sp.Start
	for i := sp.Start; i < sp.End; i++ {
		if strings.ContainsRune(sep, s.Norm[i]) {
			out = append(out, s.Trim(script.Between(from, i)))
			from = i + 1
		}
	}
	return append(out, s.Trim(script.Between(from, sp.End)))
}

func headings(s *source, cells []Span) int {
	n := 0
	for _, c := range cells {
		if columnOf(s.Sub(c)) != colOther {
			n++
		}
	}
	return n
}

func filledCells(cells []Span) int {
	n := 0
	for _, c := range cells {
		if c.Len() > 0 {
			n++
		}
	}
	return n
}

func onlyCell(cells []Span) Span {
	for _, c := range cells {
		if c.Len() > 0 {
			return c
		}
	}
	return Span{}
}

// rows makes a task of each row.
func (w *walker) rows(n *node, tab *table) {
	for _, r := range tab.rows {
		d := draft{node: n, rules: []string{"clause.table_row"}, item: r.group}
		o := &owner.Line{Span: r.Span, Rule: "owner.table"}
		var number, name string
		for i, c := range r.cells {
			if i >= len(tab.columns) || c.Len() == 0 {
				continue
			}
			switch tab.columns[i] {
			case colNumber:
				number = w.src.Raw(c)
			case colName:
				name = w.src.Raw(c)
			case colContent:
				if d.Span.Len() == 0 {
					d.Span = c
				}
				d.Span.End = c.End
			case colLead, colSupport, colTime:
				w.cell(o, tab.columns[i], c)
			}
		}
		if d.Span.Len() == 0 || w.src.Orig[d.Span.Start] == '—' {
			continue
		}
		o.Dedupe()
		d.owner, d.title = o, name
		if label := strings.TrimSpace(number + " " + name); label != "" && d.item == "" {
			d.item = label
		}
		w.add(d)
	}
}

// cell adds what one cell says about owners or times; its column gives the role unless its own words do.
func (w *walker) cell(o *owner.Line, col column, c Span) {
	if col == colTime {
		o.Times = append(o.Times, c)
		return
	}
	if own := owner.Read(w.src.Text, c, w.conv, owner.Own); own != nil {
		*o = *o.Merge(own)
		return
	}
	rule := map[column]string{colLead: "owner.table_lead", colSupport: "owner.table_support"}[col]
	names := owner.List(w.src.Text, c, true)
	if names == nil {
		for _, p := range owner.SplitTop(w.src.Text, c, ",;。 ") {
			names = append(names, owner.List(w.src.Text, p, true)...)
		}
	}
	for _, u := range owner.Units(w.src.Text, names, rule, owner.BasisLine) {
		if col == colLead {
			o.Lead = append(o.Lead, u)
		} else {
			o.Support = append(o.Support, u)
		}
	}
}
