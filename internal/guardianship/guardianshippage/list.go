package guardianshippage

import (
	"cmp"
	"context"
	"net/http"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/child/childpage"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/guardianship"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/rule/protection"
	"weibao/internal/ui"
)

const pageRows = 30

type listView struct {
	Filter ui.Filter
	Table  ui.Table
	Note   *ui.Note
}

var views = []struct {
	view  guardianship.View
	label string
}{{guardianship.Working, "进行中"}, {guardianship.Alarmed, "需要处理"}, {guardianship.Expired, "已到期"}, {guardianship.Finished, "已终止"}}

// List shows the measures of which the actor may know.
func (p *Pages) List(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.list(w, r, by, ListPath, "")
}

// Rescues shows the children found begging, straying or lost.
func (p *Pages) Rescues(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.list(w, r, by, RescuesPath, protection.Rescue)
}

// list shows measures, of one kind alone where the list is that kind's own.
func (p *Pages) list(w http.ResponseWriter, r *http.Request, by access.Actor, at, only string) error {
	ctx, tx := r.Context(), p.DB.Reader()
	f := guardianship.Filter{View: guardianship.View(r.FormValue("view")), Kind: cmp.Or(only, r.FormValue("kind")), Limit: pageRows + 1}
	if f.View == "" {
		f.View = guardianship.Working
	}
	if before, err := ref.Parse[ref.Measure](r.FormValue("before")); err == nil {
		f.Before = before
	}
	list, err := p.Desk.List(ctx, tx, by, f)
	if err != nil {
		return err
	}
	base := address(at, f.View, f.Kind)
	var pager *ui.Pager
	if len(list) > pageRows {
		list = list[:pageRows]
		pager = &ui.Pager{First: base, Next: base + "&before=" + ref.Format(list[pageRows-1].ID)}
	}
	table, err := p.table(ctx, tx, list)
	if err != nil {
		return err
	}
	table.Pager = pager
	page := ui.Page{Title: "监护干预措施", Nav: nav, Tabs: p.UI.Tabs(by, nav, at), More: []ui.Action{{Label: "打印", Print: true}},
		Lead: "从劝诫到撤销监护人资格、安置和返家。保密的措施只有参与的单位看得到。"}
	if only == protection.Rescue {
		page.Title, page.Lead = "流浪乞讨救助", "先救助，再查身份。疑似被拐卖、被组织乞讨的，立即拨打110。"
		if by.Can("guardianship.open") {
			page.Action = &ui.Action{Label: "登记身份不明的儿童", Href: RescuesPath + "/new", Icon: "plus"}
		}
	}
	return p.UI.Page(w, r, by, "list.html", page, listView{Filter: p.filter(at, only, f, today(tx)), Table: table})
}

func address(at string, v guardianship.View, kind string) string {
	return at + "?view=" + string(v) + "&kind=" + kind
}

func (p *Pages) filter(at, only string, f guardianship.Filter, on civil.Date) ui.Filter {
	options := []ui.Option{}
	for _, m := range p.Desk.Book().Measures(on) {
		options = append(options, ui.Option{Value: m.ID, Label: words(m.Label)})
	}
	out := ui.Filter{Action: at, Keep: []ui.Hidden{{Name: "view", Value: string(f.View)}}}
	if only == "" {
		out.Fields = []ui.Field{{Kind: ui.Select, Name: "kind", Label: "措施", Blank: "全部", Options: options, Value: f.Kind, Short: true}}
	}
	for _, v := range views {
		out.Quick = append(out.Quick, ui.Tab{Label: v.label, Href: address(at, v.view, f.Kind), Here: v.view == f.View})
	}
	return out
}

// table shows measures with the child whom each is for.
func (p *Pages) table(ctx context.Context, tx *db.Tx, list []guardianship.Measure) (ui.Table, error) {
	t := ui.Table{Caption: "监护干预措施", Columns: []ui.Column{{Label: "儿童"}, {Label: "措施", Wide: true}, {Label: "现状"}, {Label: "期限", Slim: true}, {Label: "负责单位"}},
		Empty: ui.Empty{Title: "没有这样的措施", Text: "在儿童的档案里选“监护措施”，可以登记新的措施。"}}
	var codes []string
	var units []ref.Unit
	for _, m := range list {
		codes, units = append(codes, m.Region), append(units, m.Unit)
	}
	places, err := region.Places(ctx, tx, codes)
	if err != nil {
		return t, err
	}
	names, err := p.Units(ctx, tx, units)
	if err != nil {
		return t, err
	}
	on := today(tx)
	for _, m := range list {
		c, err := p.Desk.Cabinet.Get(ctx, tx, access.Program, m.Child)
		if err != nil {
			return t, err
		}
		tag := standing(m, on)
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: called(c), Sub: places[m.Region]}, kindCell(p.Desk.RuleOf(m).Label, m),
			{Tag: &tag}, ui.T(civil.FormatDate(m.Until)), ui.T(names[m.Unit])}})
	}
	return t, nil
}

func kindCell(label string, m guardianship.Measure) ui.Cell {
	cell := ui.Link(words(label), path(m.ID))
	if cell.Sub = civil.FormatDate(m.Opened) + " 开始"; m.Secret != 0 {
		cell.Sub += "，保密"
	}
	return cell
}

func called(c child.Child) string { return guardianship.Shown(c) }

// Child shows the measures of one child.
func (p *Pages) Child(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := childOf(r)
	if err != nil {
		return err
	}
	ctx, tx := r.Context(), p.DB.Reader()
	list, err := p.Desk.Of(ctx, tx, by, id)
	if err != nil {
		return err
	}
	c, err := p.Desk.Cabinet.Get(ctx, tx, by, id)
	if err != nil {
		return err
	}
	table, err := p.table(ctx, tx, list)
	if err != nil {
		return err
	}
	table.Empty = ui.Empty{Title: "没有监护干预措施", Text: "从劝诫到临时监护，每项措施各有依据、文书和时限，登记后由系统提醒到人。"}
	page := ui.Page{Title: "监护措施", Nav: "child", Crumbs: crumbs(by, c), More: []ui.Action{{Label: "打印", Print: true}}}
	if by.Can("guardianship.open") && c.State == child.Open {
		page.Action = &ui.Action{Label: "采取措施", Href: childPath(id) + "/new", Icon: "plus"}
	}
	return p.UI.Page(w, r, by, "list.html", page, listView{Table: table})
}

func crumbs(by access.Actor, c child.Child) []ui.Crumb {
	if filed(by, c) == "" {
		return []ui.Crumb{{Label: "监护干预措施", Href: ListPath}}
	}
	return []ui.Crumb{{Label: "未成年人档案", Href: childpage.ListPath}, {Label: called(c), Href: childpage.Path(c.ID)}, {Label: "监护措施", Href: childPath(c.ID)}}
}
