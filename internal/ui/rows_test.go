package ui_test

import (
	"html/template"
	"math/rand/v2"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"weibao/internal/ui"
	"weibao/internal/ui/uitest"
)

// The rows as a template draws them, which escapes by the place where words stand.
const reference = `
{{define "body"}}{{range .}}{{template "row" .}}
{{end}}{{end}}
{{define "row" -}}
{{with .Row}}{{if .Heading}}<tr class="group{{with .Near}} near-{{.}}{{end}}"><th colspan="{{$.Span}}" scope="colgroup">{{.Heading}}{{if .Count}} <span class="group-count">{{count .Count}}</span>{{end}}</th></tr>
{{- else}}<tr{{with .ID}} id="{{.}}"{{end}}{{with .Near}} class="near-{{.}}"{{end}}>{{if $.Batch}}<td class="pick slim">{{if .Select}}<input type="checkbox" class="check" name="id" value="{{.Select}}" data-batch-one aria-label="选择{{.Label}}">{{end}}</td>{{end}}{{range $.Fields}}{{template "cell" .}}{{end}}</tr>{{end}}{{end}}
{{- end}}
{{define "cell" -}}
<td{{with .Column.Class}} class="{{.}}"{{end}}{{with .Column.Label}} data-label="{{.}}"{{end}}>
{{- with .Cell}}
{{- with .Icon}}{{icon .}}{{end}}
{{- if .Href}}<a href="{{.Href}}"{{if .Dialog}} data-dialog{{end}}>{{.Text}}</a>{{else}}{{.Text}}{{end}}
{{- with .Level}}{{template "level" .}}{{end}}
{{- with .Tag}}{{template "tag" .}}{{end}}
{{- with .Due}}{{template "due" .}}{{end}}
{{- with .Bar}}<span class="bar{{if .Late}} bar-late{{end}}"><svg width="100%" height="6" aria-hidden="true" focusable="false"><rect class="bar-ground" width="100%" height="6" rx="3"/><rect class="bar-fill" width="{{.Width}}%" height="6" rx="3"/></svg><span class="bar-label">{{.Label}}</span></span>{{end}}
{{- .HTML}}
{{- with .Sub}}<span class="sub">{{.}}</span>{{end}}
{{- if .Actions}}<span class="row-actions">{{range .Actions}}{{if .Post}}<form class="inline" method="post" action="{{.Post}}"><button class="link{{if .Danger}} link-danger{{end}}">{{icon .Icon}}{{.Label}}</button></form>
{{- else}}<a class="link{{if .Danger}} link-danger{{end}}" href="{{.Href}}"{{if .Dialog}} data-dialog{{end}}>{{icon .Icon}}{{.Label}}</a>{{end}}{{end}}</span>{{end}}
{{- end}}</td>
{{- end}}
{{define "tag"}}<span class="tag tag-{{.State}}">{{icon .Icon}}{{.Label}}</span>{{end}}
{{define "level"}}<span class="level level-{{.Rank}}{{with .Color}} level-{{.}}{{end}}"><span class="level-shape" aria-hidden="true">{{.Shape}}</span>{{.Word}}</span>{{end}}
{{define "due"}}<span class="due due-{{.Near}}"><span class="due-date">{{.Date}}</span>{{with .Distance}}<span class="due-distance">{{.}}</span>{{end}}</span>{{end}}
{{define "tasks"}}{{range .}}<li class="task">
{{if .Select}}<input type="checkbox" class="check" name="id" value="{{.Select}}" data-batch-one aria-label="选择：{{.Title}}">{{end}}
<div class="task-what"><a class="task-title" href="{{.Href}}">{{.Title}}</a>{{with .Level}}{{template "level" .}}{{end}}
<p class="task-facts">{{with .Kind}}<span class="task-kind">{{icon "plus"}}{{.}}</span>{{end}}{{with .Owner}}<span class="task-owner">{{.}}</span>{{end}}{{with .Place}}<span>{{.}}</span>{{end}}{{with .From}}<span class="task-from">{{.}}</span>{{end}}</p></div>
<div class="task-state">{{template "tag" .Tag}}</div>
<div class="task-due">{{template "due" .Due}}</div>
</li>{{end}}{{end}}
{{define "select"}}<div class="field field-{{.Kind}}{{if .Short}} field-short{{end}}{{if .Error}} has-error{{end}}"><label class="label" for="{{.ID}}">{{.Label}}{{if .Required}}<span class="required">必填</span>{{end}}</label>{{if .Hint}}<p class="hint" id="{{.ID}}-hint">{{.Hint}}</p>{{end}}{{if .Error}}<p class="error" id="{{.ID}}-error">{{icon "stop"}}<span class="visually-hidden">错误：</span>{{.Error}}</p>{{end}}<select class="input select" id="{{.ID}}" name="{{.Name}}"{{if eq .Kind "pick"}} data-pick{{end}}{{if .Required}} required{{end}}{{with .Describes}} aria-describedby="{{.}}"{{end}}{{if .Error}} aria-invalid="true"{{end}}{{if .Focus}} autofocus{{end}}>{{if or .Blank (not .Required)}}<option value="">{{or .Blank "不限"}}</option>{{end}}{{range .Choices}}{{if .Label}}<optgroup label="{{.Label}}">{{template "options" .Options}}</optgroup>{{else}}{{template "options" .Options}}{{end}}{{end}}</select></div>{{end}}
{{define "options"}}{{range .}}<option value="{{.Value}}"{{if .On}} selected{{end}}{{with .Keys}} data-keys="{{.}}"{{end}}>{{.Label}}</option>{{end}}{{end}}`

type refRow struct {
	Row    ui.Row
	Batch  bool
	Span   int
	Fields []refField
}

type refField struct {
	Column ui.Column
	Cell   ui.Cell
}

// anyWords makes words of characters that matter to HTML, addresses and scripts.
func anyWords(r *rand.Rand) string {
	pool := []string{"", "<script>", "张", "“", "&amp;", "'", `"`, "+", "\x00", "javascript:", "https:", "/x?y=1&z=%20", "%zz", " ", "\n", "{{", "\xff", "😀", "(", "a:b", "=", "`", "\u2028", "data:text/html,"}
	var b strings.Builder
	for range r.IntN(5) {
		b.WriteString(pool[r.IntN(len(pool))])
	}
	return b.String()
}

func anyCell(r *rand.Rand) ui.Cell {
	c := ui.Cell{Icon: "", Text: anyWords(r), Href: anyWords(r), Dialog: r.IntN(2) == 0, Sub: anyWords(r), HTML: template.HTML("<b>x</b>"[:r.IntN(2)*8])}
	if r.IntN(3) == 0 {
		c.Icon = "plus"
		c.Level = &ui.Level{Rank: r.IntN(6), Label: anyWords(r), Color: anyWords(r), Figure: "square"}
		c.Tag = &ui.Tag{State: ui.State(anyWords(r)), Label: anyWords(r)}
		c.Due = &ui.Due{Date: anyWords(r), Distance: anyWords(r), Near: ui.Near(anyWords(r))}
		c.Bar = &ui.Bar{Percent: r.IntN(200) - 50, Label: anyWords(r), Late: r.IntN(2) == 0}
	}
	for range r.IntN(3) {
		c.Actions = append(c.Actions, ui.Action{Label: anyWords(r), Href: anyWords(r), Post: anyWords(r), Icon: "plus"[:r.IntN(2)*4], Danger: r.IntN(2) == 0, Dialog: r.IntN(2) == 0})
	}
	return c
}

func anyTable(r *rand.Rand) (t ui.Table, rows []refRow) {
	if r.IntN(2) == 0 {
		t.Batch = &ui.Batch{}
	}
	for range 1 + r.IntN(4) {
		t.Columns = append(t.Columns, ui.Column{Label: anyWords(r), Num: r.IntN(2) == 0, Slim: r.IntN(2) == 0, Wide: r.IntN(2) == 0, Quiet: r.IntN(2) == 0, Tools: r.IntN(2) == 0})
	}
	for range 1 + r.IntN(4) {
		row := ui.Row{ID: anyWords(r), Heading: anyWords(r), Count: r.IntN(2) * 1234, Select: anyWords(r), Label: anyWords(r), Near: ui.Near(anyWords(r))}
		ref := refRow{Batch: t.Batch != nil, Span: t.Span()}
		for _, c := range t.Columns {
			cell := anyCell(r)
			row.Cells, ref.Fields = append(row.Cells, cell), append(ref.Fields, refField{c, cell})
		}
		ref.Row = row
		t.Rows, rows = append(t.Rows, row), append(rows, ref)
	}
	return t, rows
}

// drawn renders a template of components with a view.
func drawn[V any](t *testing.T, text string) (draw func(v V) string) {
	renderer := uitest.New(t)
	var zero V
	if err := renderer.Add(fstest.MapFS{"v.html": {Data: []byte(text)}}, map[string]any{"v.html": zero}); err != nil {
		t.Fatal(err)
	}
	return func(v V) string {
		w := httptest.NewRecorder()
		if err := renderer.Part(w, httptest.NewRequest("GET", "/", nil), "v.html", v); err != nil {
			t.Fatal(err)
		}
		return w.Body.String()
	}
}

// oracle draws the reference; icons look like the one that a page begins with.
func oracle(t *testing.T, page string) func(name string, data any) string {
	plus, _, _ := strings.Cut(page, "</svg>")
	set := template.Must(template.New("").Funcs(template.FuncMap{"count": ui.Count, "icon": func(name string) template.HTML {
		if name == "" {
			return ""
		}
		return template.HTML(strings.Replace(plus, "#plus", "#"+name, 1) + "</svg>")
	}}).Parse(reference))
	return func(name string, data any) string {
		var b strings.Builder
		if err := set.ExecuteTemplate(&b, name, data); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
}

func TestASelectIsDrawnAsATemplateWouldEscapeIt(t *testing.T) {
	draw, r := drawn[ui.Field](t, `{{icon "plus"}}{{template "field" .}}`), rand.New(rand.NewPCG(3, 4))
	want := oracle(t, draw(ui.Field{Kind: ui.Select}))
	for i := range 2000 {
		f := ui.Field{Kind: []ui.Kind{ui.Select, ui.Pick}[r.IntN(2)], Name: anyWords(r), Label: anyWords(r), Hint: anyWords(r), Error: anyWords(r), Value: anyWords(r),
			Blank: anyWords(r), Required: r.IntN(2) == 0, Focus: r.IntN(2) == 0, Short: r.IntN(2) == 0, Scope: anyWords(r)}
		for range r.IntN(6) {
			f.Options = append(f.Options, ui.Option{Value: anyWords(r), Label: anyWords(r), Keys: anyWords(r), Group: []string{"", "一", "<二>"}[r.IntN(3)]})
		}
		if got, want := draw(f), want("select", f); !strings.HasSuffix(got, "</svg>"+want) {
			t.Fatalf("%d: the field is\n%s\nand should be\n%s", i, got, want)
		}
	}
}

func TestRowsAreDrawnAsATemplateWouldEscapeThem(t *testing.T) {
	type view struct {
		Table ui.Table
		Tasks ui.TaskList
	}
	draw, r := drawn[view](t, `{{icon "plus"}}{{template "table" .Table}}{{template "tasks" .Tasks}}`), rand.New(rand.NewPCG(1, 2))
	reference := oracle(t, draw(view{}))
	for i := range 3000 {
		table, rows := anyTable(r)
		task := ui.TaskRow{Kind: anyWords(r), Title: anyWords(r), Href: anyWords(r), Owner: anyWords(r), Place: anyWords(r), From: anyWords(r), Select: anyWords(r),
			Icon: "plus", Tag: ui.Tag{State: ui.Late, Label: anyWords(r)}, Due: ui.Due{Date: anyWords(r)}, Level: &ui.Level{Rank: 2}}
		body := draw(view{Table: table, Tasks: ui.TaskList{Groups: []ui.TaskGroup{{Label: "一", Rows: []ui.TaskRow{task}}}}})
		if want := "<tbody>\n" + reference("body", rows) + "</tbody>"; !strings.Contains(body, want) {
			t.Fatalf("%d: the table is\n%s\nand should be\n%s", i, body, want)
		}
		if want := `<ul class="tasks">` + reference("tasks", []ui.TaskRow{task}) + "</ul>"; !strings.Contains(body, want) {
			t.Fatalf("%d: the tasks are\n%s\nand should be\n%s", i, body, want)
		}
	}
}
