package assessmentpage

import (
	"net/http"

	"weibao/internal/access"
	"weibao/internal/assessment"
	"weibao/internal/civil"
	"weibao/internal/ui"
)

type recordsView struct {
	Identity ui.Identity
	Table    ui.Table
}

// Records lists the visits and contacts of a child, the latest first, with
// what was found and the cases that were opened out of them.
func (p *Pages) Records(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := childOf(r)
	if err != nil {
		return err
	}
	ctx, tx := r.Context(), p.DB.Reader()
	c, err := p.Desk.Cabinet.Get(ctx, tx, by, id)
	if err != nil {
		return err
	}
	list, err := p.Desk.Records(ctx, tx, by, id)
	if err != nil {
		return err
	}
	view := recordsView{p.identity(c, tx.Now), ui.Table{ID: "records", Caption: "走访、联系记录", Columns: []ui.Column{{Label: "方式", Slim: true}, {Label: "日期", Slim: true}, {Label: "情况", Wide: true}, {Label: "登记人"}, {Label: "由此开立的个案", Slim: true}},
		Empty: ui.Empty{Title: "还没有走访、联系记录", Text: "登记走访、联系后，这里按日期列出。"}}}
	for _, e := range list {
		row := ui.Row{Cells: []ui.Cell{ui.T(e.Kind.Label()), ui.T(civil.FormatDate(e.Day)), found(e), {Text: e.ByName, Sub: civil.FormatTime(e.At.Time())}, {}}}
		if e.Abnormal != 0 && p.Cases != nil {
			cases, err := p.Cases(ctx, tx, by, "visit", int64(e.ID))
			if err != nil {
				return err
			}
			for _, f := range cases {
				row.Cells[4] = ui.Cell{Text: f.Value, Href: f.Href, Sub: f.Sub}
			}
		}
		view.Table.Rows = append(view.Table.Rows, row)
	}
	page := ui.Page{Title: "走访、联系记录", Nav: "child", Crumbs: crumbs(c), More: []ui.Action{{Print: true}}}
	if by.Can("assessment.record") {
		page.Action = &ui.Action{Label: "登记走访、联系", Href: childPath(id) + "/record", Icon: "visit"}
	}
	return p.UI.Page(w, r, by, "records.html", page, view)
}

// found says what was found on a visit.
func found(e assessment.Entered) ui.Cell {
	words := map[bool]string{true: "见到孩子", false: "没有见到孩子"}[e.Seen != 0] + "，" + map[bool]string{true: "照护人在", false: "照护人不在"}[e.Present != 0] + "。"
	c := ui.Cell{Text: words, Sub: e.Text}
	if e.Abnormal != 0 {
		c.Tag = &ui.Tag{State: ui.Late, Label: "有异常"}
	}
	return c
}
