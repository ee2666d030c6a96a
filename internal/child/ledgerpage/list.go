package ledgerpage

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/child/childpage"
	"weibao/internal/child/ledger"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/idcard"
	"weibao/internal/letter"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/rule"
	"weibao/internal/ui"
)

type listView struct {
	Filter  ui.Filter
	Basis   *ui.Note
	Tallies *ui.Table
	Sum     string // of the groups
	Table   ui.Table
}

// The lines of a page on the screen, and of one to print: a village's whole ledger.
const (
	pageRows  = 50
	printRows = 500
)

// asked is what an address asks for.
type asked struct {
	by         access.Actor
	ledger     rule.Ledger
	categories []rule.Category // from which to choose
	levels     []rule.Level    // as the county calls and paints them
	own        []rule.Column   // of the county's ledger, whichever the view shows
	view       ledger.View
	after      ref.Child
	before     int // lines before this page, as the address tells
	rows       int // lines of a page
}

// read finds the list that an address names, or the reader's first one.
func (p *Pages) read(tx *db.Tx, by access.Actor, q url.Values) (asked, error) {
	book, on := p.Cabinet.Book(), today(tx)
	a := asked{by: by, view: ledger.Parse(q), levels: book.Levels(on), rows: pageRows}
	if q.Get("print") == "1" {
		a.rows = printRows
	}
	list := book.Ledgers("", on)
	for _, l := range list {
		if l.ID == a.view.Ledger {
			a.ledger = l
		}
	}
	if a.view.Ledger == "" && len(list) > 0 {
		a.ledger = first(list, levelOf(by))
	}
	if a.ledger.ID == "" {
		return a, errs.Missing()
	}
	a.view.Ledger, a.view.Filter.Region = a.ledger.ID, inside(by, q)
	a.view = a.view.For(by)
	wanted := func(c rule.Category) bool { return c.ID == a.view.Filter.Category }
	a.categories = ledger.Categories(book, a.ledger, on)
	if len(a.ledger.Categories) == 0 {
		a.categories = ledger.Picked(book, on)
		if shown := ledger.Shown(book, on); !slices.ContainsFunc(a.categories, wanted) {
			if i := slices.IndexFunc(shown, wanted); i >= 0 { // a view kept from before the county had words of its own
				a.categories = append(a.categories, shown[i])
			}
		}
	}
	if !slices.ContainsFunc(a.categories, wanted) {
		a.view.Filter.Category = ""
		if len(a.ledger.Categories) > 0 && len(a.categories) > 0 {
			a.view.Filter.Category = a.categories[0].ID
		}
	}
	if id, err := ref.Parse[ref.Child](q.Get("after")); err == nil {
		a.after = id
		if n, err := strconv.Atoi(q.Get("before")); err == nil {
			a.before = max(n, 0)
		}
	}
	a.own = a.ledger.Columns
	a.view.Columns = ledger.InOrder(a.ledger, a.view.Columns)
	a.ledger = a.view.Apply(a.ledger)
	return a, nil
}

// first is the list of a level that shows children of every category, or what comes nearest to it.
func first(list []rule.Ledger, level string) rule.Ledger {
	best, most := list[len(list)-1], 0
	for _, l := range list {
		fits := 0
		if len(l.Categories) == 0 {
			fits += 2
		}
		if l.Level == level {
			fits++
		}
		if fits > most {
			best, most = l, fits
		}
	}
	return best
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

// with writes the address of the list with something changed.
func (a asked) with(change func(v *ledger.View)) string {
	v := a.view
	change(&v)
	return address(v)
}

// address writes where a view's list begins.
func address(v ledger.View) string { return ListPath + "?" + v.Values().Encode() }

// next writes where the list goes on after a file: keyset pages know no number,
// so that the address carries how many lines stand before it.
func (a asked) next(after ref.Child) string {
	q := a.view.Values()
	q.Set("after", ref.Format(after))
	q.Set("before", strconv.Itoa(a.before+a.rows))
	if a.rows == printRows {
		q.Set("print", "1")
	}
	return ListPath + "?" + q.Encode()
}

// paper writes where the list stands to print.
func (a asked) paper() string { return address(a.view) + "&print=1" }

// List shows one of the county's lists.
func (p *Pages) List(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	ctx, tx := r.Context(), p.DB.Reader()
	a, err := p.read(tx, by, r.URL.Query())
	if err != nil {
		return err
	}
	rows, err := p.Desk.Find(ctx, tx, by, a.view, a.after, a.rows+1)
	if err != nil {
		return err
	}
	lines, err := p.Desk.Lines(ctx, tx, by, a.ledger, rows[:min(a.rows, len(rows))])
	if err != nil {
		return err
	}
	n, err := p.Desk.Count(ctx, tx, by, a.view)
	if err != nil {
		return err
	}
	below, err := region.Choices(ctx, tx, by, a.view.Filter.Region)
	if err != nil {
		return err
	}
	view := listView{}
	if view.Filter, err = p.filter(ctx, tx, by, a, below); err != nil {
		return err
	}
	tallies, err := p.tallies(ctx, tx, by, a, below)
	if err != nil {
		return err
	}
	if a.view.Group != ledger.ByNothing && a.after == 0 {
		view.Tallies, view.Sum = p.tallyTable(a, tallies, n)
	}
	view.Table = p.table(a, lines, tallies)
	view.Table.Pager = a.pager(rows, n)
	if note := a.ledger.Status.Note(); note != "" {
		view.Basis = &ui.Note{Tone: ui.Info, Text: "栏目：" + note}
	}
	names, err := region.Names(ctx, tx, []string{a.view.Filter.Region})
	if err != nil {
		return err
	}
	return p.UI.Page(w, r, by, "list.html", p.listPage(by, a, n, a.heading(names[a.view.Filter.Region], n, today(tx))), view)
}

// heading says of whom the list is, where and on which day, on the screen and on paper.
func (a asked) heading(place string, n int64, on civil.Date) string {
	words, f := []string{place}, a.view.Filter
	if i := slices.IndexFunc(a.categories, func(c rule.Category) bool { return c.ID == f.Category }); i >= 0 && f.Category != "" {
		words = append(words, letter.Punctuate(a.categories[i].Label))
	}
	if f.Level != child.AnyLevel {
		words = append(words, childpage.LevelOf(a.levels, f.Level).Word())
	}
	if f.Age != 0 {
		words = append(words, child.BandLabel(f.Age-1))
	}
	if f.Sex != "" {
		words = append(words, f.Sex.Word())
	}
	return strings.Join(words, "，") + "，共" + ui.Count(int(n)) + "人，" + civil.FormatDateLong(on) + "。"
}

func (p *Pages) listPage(by access.Actor, a asked, n int64, heading string) ui.Page {
	page := ui.Page{Title: letter.Punctuate(a.ledger.Label), Nav: "child", Tabs: p.UI.Tabs(by, "child", ListPath), Wide: true, Lead: heading}
	query := "?" + a.view.Values().Encode()
	if by.Can("child.view") {
		page.More = append(page.More, ui.Action{Label: "保存视图、选栏目", Href: ViewPath + query, Icon: "filter"})
	}
	print := ui.Action{Label: "打印", Print: true}
	if a.rows < printRows && n > pageRows {
		print = ui.Action{Label: "整本打印", Href: a.paper(), Icon: "print"}
	}
	page.More = append(page.More, print)
	if by.Can("child.export") {
		page.More = append(page.More, ui.Action{Label: "导出表格", Href: ListPath + ".xlsx" + query, Icon: "download"})
	}
	if by.Can("child.disclose") && n > 0 {
		page.More = append(page.More, ui.Action{Label: "申请明文导出", Href: DisclosePath + query})
	}
	return page
}

func (a asked) pager(rows []child.Child, n int64) *ui.Pager {
	if len(rows) <= a.rows && a.after == 0 {
		return nil
	}
	pager := &ui.Pager{Note: "按" + a.view.Order().Label() + "排列，每页" + strconv.Itoa(a.rows) + "人，共" + ui.Count(int(n)) + "人"}
	if a.after != 0 {
		pager.First = address(a.view)
		if a.rows == printRows {
			pager.First = a.paper()
		}
	}
	if len(rows) > a.rows {
		pager.Next = a.next(rows[a.rows-1].ID)
	}
	return pager
}

func (p *Pages) table(a asked, lines []ledger.Line, tallies []ledger.Tally) ui.Table {
	t := ui.Table{Caption: letter.Punctuate(a.ledger.Label), Empty: ui.Empty{Title: "没有符合条件的儿童", Text: "换一个条件再看。"}}
	for _, c := range a.ledger.Columns {
		t.Columns = append(t.Columns, a.column(c))
	}
	group := ""
	for i, line := range lines {
		if key := ledger.GroupOf(a.view, line.Child); key != group {
			group = key
			t.Rows = append(t.Rows, heading(tallies, key))
		}
		row := ui.Row{Label: line.Child.Name, Cells: make([]ui.Cell, len(line.Values))}
		for j, v := range line.Values {
			cell := ui.T(letter.Punctuate(v))
			switch a.ledger.Columns[j].Field {
			case "serial":
				cell = ui.T(a.serial(i))
			case "name":
				cell = ui.Link(called(line.Child), "/children/"+ref.Format(line.Child.ID))
			case "level":
				level := childpage.LevelOf(a.levels, line.Child.Level)
				cell = ui.Cell{Level: &level}
			}
			row.Cells[j] = cell
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// serial numbers a line of the page; an address that does not tell what stands
// before its page leaves the numbers out rather than beginning anew.
func (a asked) serial(i int) string {
	if a.after != 0 && a.before == 0 {
		return ""
	}
	return strconv.Itoa(a.before + i + 1)
}

// column is a head that sorts by its column where that makes sense.
func (a asked) column(c rule.Column) ui.Column {
	out := ui.Column{Label: letter.Punctuate(c.Head()), Slim: c.Width > 0 && c.Width < narrow && c.Field != "name", Num: c.Field == "serial" || c.Field == "age",
		Wide: c.Field == "name", Quiet: c.Field == "serial"}
	if f, _ := rule.DossierField(c.Field); f.Kind == rule.Date {
		out.Whole = true
	}
	by, sorts := ledger.SortOf(c.Field)
	if !sorts || !a.view.Offered(by, a.by) || a.view.Group == ledger.GroupPlace || a.view.Group == ledger.GroupLevel {
		return out
	}
	here := a.view.Sort == by
	out.Sort = a.with(func(v *ledger.View) { v.Sort, v.Desc = by, here && by.Turns() && !v.Desc })
	if here {
		out.Sorted = "asc"
		if a.view.Desc || by == ledger.ByLevel {
			out.Sorted = "desc"
		}
	}
	return out
}

// heading stands above the rows of a group, with the number of all of them.
func heading(tallies []ledger.Tally, key string) ui.Row {
	for _, t := range tallies {
		if t.Key == key {
			return ui.Row{Heading: letter.Punctuate(t.Label), Count: int(t.N)}
		}
	}
	return ui.Row{Heading: "其他"}
}

func (p *Pages) tallies(ctx context.Context, tx *db.Tx, by access.Actor, a asked, below []region.Choice) ([]ledger.Tally, error) {
	codes := make([]string, len(below))
	for i, c := range below {
		codes[i] = c.Code
	}
	return p.Desk.Tallies(ctx, tx, by, a.view, codes)
}

// tallyTable counts the groups; each leads to its own list.
func (p *Pages) tallyTable(a asked, tallies []ledger.Tally, n int64) (*ui.Table, string) {
	t := &ui.Table{ID: "tallies", Caption: "分组人数", Columns: []ui.Column{{Label: a.view.Group.Label(), Wide: true}, {Label: "人数", Num: true}}, Empty: ui.Empty{Title: "没有可以分组的内容"}}
	for _, g := range tallies {
		cell := ui.T(letter.Punctuate(g.Label))
		if g.Key != "" {
			cell = ui.Link(letter.Punctuate(g.Label), a.with(func(v *ledger.View) { v.Narrow(g.Key) }))
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{cell, ui.T(ui.Count(int(g.N)))}})
	}
	sum := "合计" + ui.Count(int(n)) + "人。"
	if a.view.Group == ledger.GroupKind {
		sum += "一人有多个类别的，在每个类别各计一次，合计只计一次。"
	}
	return t, sum
}

const narrow = 10 // characters under which a column is as wide as its content

func called(c child.Child) string {
	if c.Name == "" {
		return "身份不明儿童"
	}
	return c.Name
}

// filter offers the lists, what may be chosen within one, and the saved views.
func (p *Pages) filter(ctx context.Context, tx *db.Tx, by access.Actor, a asked, below []region.Choice) (ui.Filter, error) {
	book, on, f := p.Cabinet.Book(), today(tx), a.view.Filter
	var lists, categories, levels, ages, groups, places []ui.Option
	for _, l := range book.Ledgers("", on) {
		lists = append(lists, ui.Option{Value: l.ID, Label: letter.Punctuate(l.Label)})
	}
	for _, c := range a.categories {
		categories = append(categories, ui.Option{Value: c.ID, Label: letter.Punctuate(c.Label)})
	}
	for _, l := range book.Levels(on) {
		levels = append(levels, ui.Option{Value: strconv.Itoa(l.N), Label: letter.Punctuate(l.Label)})
	}
	levels = append(levels, ui.Option{Value: "0", Label: "未评估"})
	for _, b := range child.Bands {
		ages = append(ages, ui.Option{Value: strconv.Itoa(b.Band), Label: b.Label})
	}
	for _, g := range ledger.Groups {
		groups = append(groups, ui.Option{Value: string(g), Label: g.Label()})
	}
	level, age, place := "", "", ""
	if f.Level != child.AnyLevel {
		level = strconv.Itoa(f.Level)
	}
	if f.Age != 0 {
		age = strconv.Itoa(f.Age - 1)
	}
	own := inside(by, url.Values{})
	if f.Region != own {
		place = f.Region
		names, err := region.Names(ctx, tx, []string{place})
		if err != nil {
			return ui.Filter{}, err
		}
		places = append(places, ui.Option{Value: place, Label: names[place]})
	}
	for _, r := range below {
		places = append(places, ui.Option{Value: r.Code, Label: r.ShortName, Keys: r.Search})
	}
	out := ui.Filter{Action: ListPath, Fields: []ui.Field{
		{Kind: ui.Select, Name: "ledger", Label: "台账", Value: a.ledger.ID, Options: lists, Required: true},
		{Kind: ui.Select, Name: "category", Label: "对象类别", Value: f.Category, Options: categories, Required: a.fixed()},
		{Kind: ui.Select, Name: "level", Label: "风险等级", Value: level, Options: levels}},
		More: []ui.Field{
			{Kind: ui.Select, Name: "age", Label: "年龄段", Value: age, Options: ages},
			{Kind: ui.Select, Name: "sex", Label: "性别", Value: string(f.Sex), Options: []ui.Option{{Value: string(idcard.Male), Label: "男"}, {Value: string(idcard.Female), Label: "女"}}}}}
	if len(places) > 0 {
		out.Fields = append(out.Fields, ui.Field{Kind: ui.Pick, Name: "region", Label: "地方", Value: place, Options: places})
	}
	if column, _, err := f.Within(by); err == nil && column != "unit" {
		out.Fields = append(out.Fields, ui.Field{Kind: ui.Select, Name: "group", Label: "分组", Value: string(a.view.Group), Options: groups, Blank: "不分组"})
	}
	for name, value := range map[string]string{"columns": strings.Join(a.view.Columns, ","), "sort": string(a.view.Sort)} {
		if value != "" {
			out.Keep = append(out.Keep, ui.Hidden{Name: name, Value: value})
		}
	}
	slices.SortFunc(out.Keep, func(x, y ui.Hidden) int { return strings.Compare(x.Name, y.Name) })
	if bare := (ledger.View{Ledger: a.ledger.ID, Filter: child.Filter{Region: own, Level: child.AnyLevel}}); !a.fixed() && address(bare) != address(a.view) || a.fixed() && (place+level+age+string(f.Sex)+string(a.view.Group)+string(a.view.Sort) != "") {
		out.Clear = ListPath + "?ledger=" + url.QueryEscape(a.ledger.ID)
	}
	err := p.quick(ctx, tx, by, a, &out)
	return out, err
}

// fixed tells that the ledger is one of certain categories.
func (a asked) fixed() bool { return len(a.ledger.Categories) > 0 }

// quick offers the saved views.
func (p *Pages) quick(ctx context.Context, tx *db.Tx, by access.Actor, a asked, f *ui.Filter) error {
	saved, err := p.Desk.Views(ctx, tx, by)
	here := address(a.view)
	for _, s := range saved {
		href := ListPath + "?" + s.Query
		f.Quick = append(f.Quick, ui.Tab{Label: s.Name, Href: href, Here: href == here})
	}
	return err
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
	_, err = p.Desk.Export(r.Context(), p.DB, by, a.ledger, a.view, title, w)
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
