package ledgerpage

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/child/ledger"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/letter"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/rule"
	"weibao/internal/ui"
)

type listView struct {
	Filter ui.Filter
	Basis  *ui.Note
	Table  ui.Table
}

const pageRows = 50

// asked is what an address asks for.
type asked struct {
	ledger     rule.Ledger
	categories []rule.Category // of which the list consists; none = all children
	filter     child.Filter
	query      url.Values
}

// read finds the list that an address names, or the reader's first one.
func (p *Pages) read(tx *db.Tx, by access.Actor, q url.Values) (asked, error) {
	book, on := p.Cabinet.Book(), today(tx)
	a := asked{query: q, filter: child.Filter{Region: inside(by, q), Level: child.AnyLevel, Limit: pageRows + 1}}
	list := book.Ledgers("", on)
	for i, l := range list {
		if l.ID == q.Get("ledger") || q.Get("ledger") == "" && (l.Level == levelOf(by) || i == len(list)-1) {
			a.ledger = l
			break
		}
	}
	if a.ledger.ID == "" {
		return a, errs.Missing()
	}
	a.categories = ledger.Categories(book, a.ledger, on)
	choices := a.categories
	if len(a.ledger.Categories) == 0 {
		choices = ledger.Shown(book, on)
	} else if len(choices) > 0 {
		a.filter.Category = choices[0].ID
	}
	for _, c := range choices {
		if c.ID == q.Get("category") {
			a.filter.Category = c.ID
		}
	}
	if level, err := strconv.Atoi(q.Get("level")); err == nil && level >= 0 && level <= child.MaxLevel {
		a.filter.Level = level
	}
	if id, err := ref.Parse[ref.Child](q.Get("after")); err == nil {
		a.filter.After = child.Key{Due: q.Get("due"), ID: id}
	}
	return a, nil
}

// levelOf is the level of lists that fits a reader.
func levelOf(by access.Actor) string {
	switch len(access.Prefix(by.Scope().Region)) {
	case 12:
		return "village"
	case 9:
		return "township"
	}
	return "county"
}

// address writes what is asked, from a place on.
func (a asked) address(path string, after child.Key) string {
	q := url.Values{"ledger": {a.ledger.ID}}
	for _, name := range []string{"region", "category", "level"} {
		if v := a.query.Get(name); v != "" {
			q.Set(name, v)
		}
	}
	if after != (child.Key{}) {
		q.Set("due", after.Due)
		q.Set("after", ref.Format(after.ID))
	}
	return path + "?" + q.Encode()
}

// List shows one of the county's lists.
func (p *Pages) List(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	tx := p.DB.Reader()
	a, err := p.read(tx, by, r.URL.Query())
	if err != nil {
		return err
	}
	lines, err := p.Desk.Lines(r.Context(), tx, by, a.ledger, a.filter)
	if err != nil {
		return err
	}
	n, err := p.Cabinet.Count(r.Context(), tx, by, a.filter)
	if err != nil {
		return err
	}
	view := listView{Table: p.table(a, lines, n)}
	if view.Filter, err = p.filter(r.Context(), tx, by, a); err != nil {
		return err
	}
	if note := a.ledger.Status.Note(); note != "" {
		view.Basis = &ui.Note{Tone: ui.Info, Text: "栏目：" + note}
	}
	page := ui.Page{Title: letter.Punctuate(a.ledger.Label), Nav: "child", Tabs: p.UI.Tabs(by, "child", ListPath), Wide: true,
		Lead: "共" + ui.Count(int(n)) + "人。台账是档案的实时视图，改档案即改台账。", More: []ui.Action{{Label: "打印", Print: true}}}
	if by.Can("child.export") {
		page.More = append(page.More, ui.Action{Label: "导出表格", Href: a.address(ListPath+".xlsx", child.Key{}), Icon: "download"})
	}
	return p.UI.Page(w, r, by, "list.html", page, view)
}

func (p *Pages) table(a asked, lines []ledger.Line, n int64) ui.Table {
	t := ui.Table{Caption: letter.Punctuate(a.ledger.Label), Empty: ui.Empty{Title: "没有符合条件的儿童", Text: "换一个条件再看。"}}
	for _, c := range a.ledger.Columns {
		t.Columns = append(t.Columns, ui.Column{Label: letter.Punctuate(c.Head()), Slim: c.Width > 0 && c.Width < narrow, Num: c.Field == "serial" || c.Field == "age"})
	}
	if len(lines) > pageRows || a.filter.After != (child.Key{}) {
		t.Pager = &ui.Pager{Note: "按应办日期排列，每页" + strconv.Itoa(pageRows) + "人，共" + ui.Count(int(n)) + "人"}
		if a.filter.After != (child.Key{}) {
			t.Pager.First = a.address(ListPath, child.Key{})
		}
	}
	if len(lines) > pageRows {
		lines = lines[:pageRows]
		t.Pager.Next = a.address(ListPath, child.KeyOf(lines[pageRows-1].Child))
	}
	for i, line := range lines {
		row := ui.Row{Label: line.Child.Name}
		for j, v := range line.Values {
			cell := ui.T(letter.Punctuate(v))
			switch a.ledger.Columns[j].Field {
			case "serial":
				cell = ui.T(strconv.Itoa(i + 1))
			case "name":
				cell = ui.Link(called(line.Child), "/children/"+ref.Format(line.Child.ID))
			case "level":
				cell = ui.Cell{Level: &ui.Level{Rank: line.Child.Level, Label: letter.Punctuate(v)}}
			}
			row.Cells = append(row.Cells, cell)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

const narrow = 10 // characters under which a column is as wide as its content

func called(c child.Child) string {
	if c.Name == "" {
		return "身份不明儿童"
	}
	return c.Name
}

// filter offers the lists, and the places, categories and levels within one.
func (p *Pages) filter(ctx context.Context, tx *db.Tx, by access.Actor, a asked) (ui.Filter, error) {
	book, on := p.Cabinet.Book(), today(tx)
	var lists, categories, levels []ui.Option
	for _, l := range book.Ledgers("", on) {
		lists = append(lists, ui.Option{Value: l.ID, Label: letter.Punctuate(l.Label)})
	}
	choices := a.categories
	if len(a.ledger.Categories) == 0 {
		choices = ledger.Shown(book, on)
	}
	for _, c := range choices {
		categories = append(categories, ui.Option{Value: c.ID, Label: letter.Punctuate(c.Label)})
	}
	for _, l := range book.Levels(on) {
		levels = append(levels, ui.Option{Value: strconv.Itoa(l.N), Label: letter.Punctuate(l.Label)})
	}
	places, err := region.Choices(ctx, tx, by, a.filter.Region)
	f := ui.Filter{Action: ListPath, Fields: []ui.Field{
		{Kind: ui.Select, Name: "ledger", Label: "台账", Value: a.ledger.ID, Options: lists, Required: true},
		{Kind: ui.Select, Name: "category", Label: "对象类别", Value: a.filter.Category, Options: categories, Required: len(a.ledger.Categories) > 0},
		{Kind: ui.Select, Name: "level", Label: "风险等级", Value: a.query.Get("level"), Options: levels}}}
	if len(places) > 0 {
		var options []ui.Option
		for _, r := range places {
			options = append(options, ui.Option{Value: r.Code, Label: r.ShortName, Keys: r.Search})
		}
		f.Fields = append(f.Fields, ui.Field{Kind: ui.Pick, Name: "region", Label: "地方", Value: a.query.Get("region"), Options: options})
	}
	if a.query.Get("region") != "" || a.query.Get("category") != "" || a.query.Get("level") != "" {
		f.Clear = ListPath + "?ledger=" + url.QueryEscape(a.ledger.ID)
	}
	return f, err
}

// Sheet exports a list as a workbook.
func (p *Pages) Sheet(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	tx := p.DB.Reader()
	a, err := p.read(tx, by, r.URL.Query())
	if err != nil {
		return err
	}
	title := letter.Punctuate(a.ledger.Label)
	attach(w, title+".xlsx")
	_, err = p.Desk.Export(r.Context(), p.DB, by, a.ledger, a.filter, title, w)
	return err
}

// attach says that the answer is a file to keep.
func attach(w http.ResponseWriter, name string) {
	h := w.Header()
	h.Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	h.Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(name))
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
}
