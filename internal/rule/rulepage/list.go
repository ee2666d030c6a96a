package rulepage

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/letter"
	"weibao/internal/rule"
	"weibao/internal/ui"
)

type listView struct {
	Note   *ui.Note
	Filter ui.Filter
	Table  ui.Table
}

// query is what the address asks for.
type query struct {
	kind   rule.Kind
	status rule.Status
	unread bool
	words  string
}

func readQuery(q url.Values) query {
	return query{kind: rule.Kind(q.Get("kind")), status: rule.Status(q.Get("status")), unread: q.Get("unread") == "1", words: strings.TrimSpace(q.Get("words"))}
}

// String is the query as it stands in an address.
func (q query) String() string {
	v := url.Values{}
	for name, value := range map[string]string{"kind": string(q.kind), "status": string(q.status), "words": q.words} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if q.unread {
		v.Set("unread", "1")
	}
	if len(v) == 0 {
		return ""
	}
	return "?" + v.Encode()
}

// fits tells whether a rule is asked for.
func (q query) fits(e rule.Entry) bool {
	switch {
	case q.kind != "" && e.Kind != q.kind, q.status != "" && e.Status != q.status, q.unread && !notRead(e):
		return false
	case q.words == "":
		return true
	}
	text := fold(e.Label + value(e) + source(e.Source) + who(e.Value) + e.Source.Note + " " + e.ID)
	for word := range strings.FieldsSeq(fold(q.words)) {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}

func fold(s string) string { return strings.ToLower(norm.NFKC.String(s)) }

// List shows the rules in force today.
func (p *Pages) List(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	q, book := readQuery(r.URL.Query()), p.Book()
	all := book.Entries(p.today())
	rows := slices.DeleteFunc(slices.Clone(all), func(e rule.Entry) bool { return !q.fits(e) })
	v := listView{Note: note(all), Filter: p.filter(q, all), Table: p.table(rows)}
	page := ui.Page{Title: "本县规则", Nav: "system", Tabs: p.UI.Tabs(by, "system", "/rules"), Lead: p.lead(book),
		More: []ui.Action{{Label: "打印", Print: true}, {Label: "导出表格", Href: "/rules/export" + q.String(), Icon: "download"}}}
	if p.UnitsPath != "" && by.Can("org.list") {
		page.More = append([]ui.Action{{Label: "单位名录", Href: p.UnitsPath, Icon: "unit"}}, page.More...)
	}
	return p.UI.Page(w, r, by, "list.html", page, v)
}

func (p *Pages) today() civil.Date { return civil.DateOf(p.Clock.Now()) }

func (p *Pages) lead(b *rule.Book) string {
	county := b.County()
	if county.Title == "" {
		return "全国规则。还没有装入本县的规则。"
	}
	return county.Title + "的规则与全国规则合在一起，本县有规定的按本县规定。当前名录中的单位" + strconv.Itoa(len(b.Units(p.today()))) + "个。规则随程序发布：修改后的本县规则检查通过，编入新版本，升级程序后生效；影响哪些儿童，在“规则变化的影响”中列出，确认后才更新。本页只能查看。"
}

func note(all []rule.Entry) *ui.Note {
	open := count(all, query{status: rule.Suggested})
	if open == 0 {
		return nil
	}
	return &ui.Note{Tone: ui.Warn, Title: "有" + strconv.Itoa(open) + "项是" + rule.SuggestedNote,
		Text: "没有文件规定这些数值，系统先按建议值办理。请未保办逐项研究，确定后报系统管理员写入本县规则。",
		Link: &ui.Crumb{Label: "只看系统建议值", Href: "/rules" + query{status: rule.Suggested}.String()}}
}

func count(all []rule.Entry, q query) int {
	n := 0
	for _, e := range all {
		if q.fits(e) {
			n++
		}
	}
	return n
}

func (p *Pages) filter(q query, all []rule.Entry) ui.Filter {
	quick := func(label string, to query) ui.Tab {
		return ui.Tab{Label: label, Href: "/rules" + to.String(), Here: q.status == to.status && q.unread == to.unread && q.kind == "" && q.words == "", Count: count(all, to)}
	}
	var kinds []ui.Option
	for _, k := range rule.Kinds {
		kinds = append(kinds, ui.Option{Value: string(k), Label: k.Label()})
	}
	f := ui.Filter{Action: "/rules",
		Quick: []ui.Tab{quick("全部", query{}), quick("系统建议值", query{status: rule.Suggested}), quick("本县规定", query{status: rule.Local}), quick("法律法规", query{status: rule.Law}), quick(unread, query{unread: true})},
		Fields: []ui.Field{
			{Kind: ui.Query, Name: "words", Label: "查找", Value: q.words},
			{Kind: ui.Select, Name: "kind", Label: "种类", Value: string(q.kind), Blank: "不限", Options: kinds, Short: true},
		}}
	if q.status != "" {
		f.Keep = append(f.Keep, ui.Hidden{Name: "status", Value: string(q.status)})
	}
	if q.unread {
		f.Keep = append(f.Keep, ui.Hidden{Name: "unread", Value: "1"})
	}
	return f
}

func (p *Pages) table(rows []rule.Entry) ui.Table {
	t := ui.Table{Caption: "规则", Columns: []ui.Column{{Label: "规则"}, {Label: "规定内容", Wide: true}, {Label: "性质", Slim: true}, {Label: "依据"}, {Label: "有效期", Slim: true, Quiet: true}},
		Empty: ui.Empty{Title: "没有符合条件的规则", Text: "请换一个词，或去掉筛选条件。"}}
	for i, e := range rows {
		if i == 0 || rows[i-1].Kind != e.Kind {
			t.Rows = append(t.Rows, ui.Row{Heading: e.Kind.Label(), Count: count(rows, query{kind: e.Kind})})
		}
		t.Rows = append(t.Rows, ui.Row{Cells: cells(e)})
	}
	return t
}

func cells(e rule.Entry) []ui.Cell {
	what := ui.Cell{Text: value(e), Sub: who(e.Value)}
	if l, ok := e.Value.(rule.Level); ok {
		what = ui.Cell{Level: &ui.Level{Rank: l.N, Label: letter.Punctuate(l.Label), Color: l.Color, Figure: l.Shape}, Sub: value(e)}
	}
	basis := ui.Cell{Text: source(e.Source)}
	if notRead(e) {
		basis.Sub = unread
	}
	return []ui.Cell{ui.Link(letter.Punctuate(e.Label), showPath(e)), what, {Tag: statusTag(e.Status)}, basis, ui.T(days(e))}
}
