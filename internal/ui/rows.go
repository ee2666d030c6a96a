package ui

import (
	"html/template"
	"strconv"
	"strings"
)

// pen draws the rows of tables and task lists as the templates of their parts
// would; a test holds both equal. A page of fifty rows costs a template two
// milliseconds and a pen a tenth of one.
type pen struct {
	strings.Builder
	sprite string // address of the icons
}

func (r *Renderer) pen(size int) *pen {
	p := &pen{sprite: r.sprite}
	p.Grow(size)
	return p
}

// What a cell and a task come to, in bytes.
const (
	cellSize = 100
	taskSize = 900
)

// rows draws the body of a table.
func (r *Renderer) rows(t Table) template.HTML {
	p, span, labels := r.pen((len(t.Rows)+1)*(len(t.Columns)+1)*cellSize), t.Span(), columnAttributes(t.Columns)
	for _, row := range t.Rows {
		if row.Heading != "" {
			p.heading(row, span)
		} else {
			p.row(row, t.Batch != nil, labels)
		}
		p.WriteByte('\n')
	}
	return template.HTML(p.String())
}

// totals draws the foot's cells.
func (r *Renderer) totals(t Table) template.HTML {
	p := r.pen(len(t.Foot) * cellSize)
	p.cells(t.Foot, columnAttributes(t.Columns))
	return template.HTML(p.String())
}

// columnAttributes gives what each cell of a column bears.
func columnAttributes(columns []Column) []string {
	out := make([]string, len(columns))
	for i, c := range columns {
		var b strings.Builder
		attr(&b, "class", c.Class())
		attr(&b, "data-label", c.Label)
		out[i] = b.String()
	}
	return out
}

func (p *pen) heading(r Row, span int) {
	p.WriteString(`<tr class="group`)
	if r.Near != "" {
		p.WriteString(" near-")
		p.text(string(r.Near))
	}
	p.WriteString(`"><th colspan="` + strconv.Itoa(span) + `" scope="colgroup">`)
	p.text(r.Heading)
	if r.Count != 0 {
		p.WriteString(` <span class="group-count">` + Count(r.Count) + "</span>")
	}
	p.WriteString("</th></tr>")
}

func (p *pen) row(r Row, batch bool, attributes []string) {
	p.WriteString("<tr")
	attr(&p.Builder, "id", r.ID)
	if r.Near != "" {
		attr(&p.Builder, "class", "near-"+string(r.Near))
	}
	p.WriteByte('>')
	if batch {
		p.WriteString(`<td class="pick slim">`)
		if r.Select != "" {
			p.box(r.Select, "选择"+r.Label)
		}
		p.WriteString("</td>")
	}
	p.cells(r.Cells, attributes)
	p.WriteString("</tr>")
}

func (p *pen) box(value, label string) {
	p.WriteString(`<input type="checkbox" class="check" name="id" value="`)
	p.text(value)
	p.WriteString(`" data-batch-one aria-label="`)
	p.text(label)
	p.WriteString(`">`)
}

func (p *pen) cells(cells []Cell, attributes []string) {
	for i := range cells {
		p.WriteString("<td")
		if i < len(attributes) {
			p.WriteString(attributes[i])
		}
		p.WriteByte('>')
		p.cell(&cells[i])
		p.WriteString("</td>")
	}
}

func (p *pen) cell(c *Cell) {
	p.icon(c.Icon)
	if c.Href == "" {
		p.text(c.Text)
	} else {
		p.link(c.Href, "", c.Dialog)
		p.text(c.Text)
		p.WriteString("</a>")
	}
	if c.Level != nil {
		p.level(*c.Level)
	}
	if c.Tag != nil {
		p.tag(*c.Tag)
	}
	if c.Due != nil {
		p.due(*c.Due)
	}
	if c.Bar != nil {
		p.bar(*c.Bar)
	}
	p.WriteString(string(c.HTML))
	p.span("sub", c.Sub)
	if len(c.Actions) > 0 {
		p.WriteString(`<span class="row-actions">`)
		for _, a := range c.Actions {
			p.action(a)
		}
		p.WriteString("</span>")
	}
}

// link opens a link.
func (p *pen) link(href, class string, dialog bool) {
	p.WriteString("<a")
	attr(&p.Builder, "class", class)
	p.WriteString(` href="`)
	p.address(href)
	p.WriteByte('"')
	if dialog {
		p.WriteString(" data-dialog")
	}
	p.WriteByte('>')
}

// action draws an action as a link or a small form.
func (p *pen) action(a Action) {
	class := "link"
	if a.Danger {
		class = "link link-danger"
	}
	if a.Post != "" {
		p.WriteString(`<form class="inline" method="post" action="`)
		p.address(a.Post)
		p.WriteString(`"><button class="` + class + `">`)
	} else {
		p.link(a.Href, class, a.Dialog)
	}
	p.icon(a.Icon)
	p.text(a.Label)
	if a.Post != "" {
		p.WriteString("</button></form>")
	} else {
		p.WriteString("</a>")
	}
}

func (p *pen) icon(name string) {
	if name != "" {
		p.WriteString(`<svg class="icon" aria-hidden="true" focusable="false"><use href="` + p.sprite + "#")
		p.text(name)
		p.WriteString(`"/></svg>`)
	}
}

// span draws words of a class; none where there are no words.
func (p *pen) span(class, words string) {
	if words == "" {
		return
	}
	p.WriteString(`<span class="` + class + `">`)
	p.text(words)
	p.WriteString("</span>")
}

func (p *pen) tag(t Tag) {
	p.WriteString(`<span class="tag tag-`)
	p.text(string(t.State))
	p.WriteString(`">`)
	p.icon(t.Icon())
	p.text(t.Label)
	p.WriteString("</span>")
}

func (p *pen) level(l Level) {
	p.WriteString(`<span class="level level-` + strconv.Itoa(l.Rank))
	if l.Color != "" {
		p.WriteString(" level-")
		p.text(l.Color)
	}
	p.WriteString(`"><span class="level-shape" aria-hidden="true">` + l.Shape() + "</span>")
	p.text(l.Word())
	p.WriteString("</span>")
}

func (p *pen) due(d Due) {
	p.WriteString(`<span class="due due-`)
	p.text(string(d.Near))
	p.WriteString(`"><span class="due-date">`)
	p.text(d.Date)
	p.WriteString("</span>")
	p.span("due-distance", d.Distance)
	p.WriteString("</span>")
}

func (p *pen) bar(b Bar) {
	late := ""
	if b.Late {
		late = " bar-late"
	}
	p.WriteString(`<span class="bar` + late + `"><svg width="100%" height="6" aria-hidden="true" focusable="false"><rect class="bar-ground" width="100%" height="6" rx="3"/><rect class="bar-fill" width="` +
		strconv.Itoa(b.Width()) + `%" height="6" rx="3"/></svg><span class="bar-label">`)
	p.text(b.Label)
	p.WriteString("</span></span>")
}

// tasks draws the rows of a task list.
func (r *Renderer) tasks(rows []TaskRow) template.HTML {
	p := r.pen(len(rows) * taskSize)
	for i := range rows {
		p.task(&rows[i])
	}
	return template.HTML(p.String())
}

func (p *pen) task(t *TaskRow) {
	p.WriteString("<li class=\"task\">\n")
	if t.Select != "" {
		p.box(t.Select, "选择："+t.Title)
	}
	p.WriteString("\n<div class=\"task-what\">")
	p.link(t.Href, "task-title", false)
	p.text(t.Title)
	p.WriteString("</a>")
	if t.Level != nil {
		p.level(*t.Level)
	}
	p.WriteString("\n<p class=\"task-facts\">")
	if t.Kind != "" {
		p.WriteString(`<span class="task-kind">`)
		p.icon(t.Icon)
		p.text(t.Kind)
		p.WriteString("</span>")
	}
	p.span("task-owner", t.Owner)
	if t.Place != "" {
		p.WriteString("<span>")
		p.text(t.Place)
		p.WriteString("</span>")
	}
	p.span("task-from", t.From)
	p.WriteString("</p></div>\n<div class=\"task-state\">")
	p.tag(t.Tag)
	p.WriteString("</div>\n<div class=\"task-due\">")
	p.due(t.Due)
	p.WriteString("</div>\n</li>")
}

// choice draws a field whose value is chosen from a list.
func (r *Renderer) choice(f Field) template.HTML {
	p := r.pen(400 + 80*len(f.Options))
	p.WriteString(`<div class="field field-`)
	p.text(string(f.Kind))
	p.when(f.Short, " field-short")
	p.when(f.Error != "", " has-error")
	p.WriteString(`"><label class="label" for="`)
	p.text(f.ID())
	p.WriteString(`">`)
	p.text(f.Label)
	p.when(f.Required, `<span class="required">必填</span>`)
	p.WriteString("</label>")
	if f.Hint != "" {
		p.WriteString(`<p class="hint" id="`)
		p.text(f.ID() + "-hint")
		p.WriteString(`">`)
		p.text(f.Hint)
		p.WriteString("</p>")
	}
	if f.Error != "" {
		p.WriteString(`<p class="error" id="`)
		p.text(f.ID() + "-error")
		p.WriteString(`">`)
		p.icon("stop")
		p.WriteString(`<span class="visually-hidden">错误：</span>`)
		p.text(f.Error)
		p.WriteString("</p>")
	}
	p.options(f)
	p.WriteString("</div>")
	return template.HTML(p.String())
}

// options draws the list of a field.
func (p *pen) options(f Field) {
	p.WriteString(`<select class="input select" id="`)
	p.text(f.ID())
	p.WriteString(`" name="`)
	p.text(f.Name)
	p.WriteByte('"')
	p.when(f.Kind == Pick, " data-pick")
	p.when(f.Required, " required")
	attr(&p.Builder, "aria-describedby", f.Describes())
	p.when(f.Error != "", ` aria-invalid="true"`)
	p.when(f.Focus, " autofocus")
	p.WriteByte('>')
	if f.Blank != "" || !f.Required {
		p.WriteString(`<option value="">`)
		p.text(or(f.Blank, "不限"))
		p.WriteString("</option>")
	}
	group := ""
	for _, o := range f.Options {
		if o.Group != group {
			p.when(group != "", "</optgroup>")
			if group = o.Group; group != "" {
				p.WriteString("<optgroup")
				attr(&p.Builder, "label", group)
				p.WriteByte('>')
			}
		}
		p.WriteString(`<option value="`)
		p.text(o.Value)
		p.WriteByte('"')
		p.when(f.Chosen(o.Value), " selected")
		attr(&p.Builder, "data-keys", o.Keys)
		p.WriteByte('>')
		p.text(o.Label)
		p.WriteString("</option>")
	}
	p.when(group != "", "</optgroup>")
	p.WriteString("</select>")
}

// places draws the entries of the navigation.
func (r *Renderer) places(items []navItem) template.HTML {
	p := r.pen(len(items) * 200)
	for _, it := range items {
		p.WriteString(`<li><a href="`)
		p.address(it.Href)
		p.WriteByte('"')
		p.when(it.Here, ` aria-current="page"`)
		p.WriteByte('>')
		p.icon(it.Icon)
		p.WriteString("<span>")
		p.text(it.Label)
		p.WriteString("</span></a></li>\n")
	}
	return template.HTML(p.String())
}

// when writes words under a condition.
func (p *pen) when(on bool, words string) {
	if on {
		p.WriteString(words)
	}
}

func (p *pen) text(s string) { text(&p.Builder, s) }

// address writes the address of a link as html/template does: no scheme but
// those of the web, what an address cannot hold in per cents.
func (p *pen) address(s string) {
	if scheme, _, has := strings.Cut(s, ":"); has && !strings.Contains(scheme, "/") &&
		!strings.EqualFold(scheme, "http") && !strings.EqualFold(scheme, "https") && !strings.EqualFold(scheme, "mailto") {
		s = "#ZgotmplZ"
	}
	from := 0
	for i := range len(s) {
		c := s[i]
		if plainInAddress[c] || c == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]) {
			continue
		}
		p.text(s[from:i])
		const digits = "0123456789abcdef"
		p.Write([]byte{'%', digits[c>>4], digits[c&15]})
		from = i + 1
	}
	p.text(s[from:])
}

var plainInAddress = func() (plain [256]bool) {
	for _, c := range []byte("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!#$&*+,/:;=?@[]") {
		plain[c] = true
	}
	return plain
}()

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}
