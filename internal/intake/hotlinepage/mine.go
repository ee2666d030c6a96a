package hotlinepage

import (
	"net/http"
	"strconv"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/intake"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

type mineView struct{ Table ui.Table }

const pageRows = 50

// Mine lists what the actor wrote down for others.
func (p *Pages) Mine(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	before, _ := ref.Parse[ref.Report](r.URL.Query().Get("before")) // the first page has none
	rows, err := p.Desk.Registered(r.Context(), p.DB.Reader(), by, before, pageRows+1)
	if err != nil {
		return err
	}
	t := ui.Table{Caption: "我登记的报告", Columns: []ui.Column{{Label: "编号", Slim: true}, {Label: "情形", Wide: true}, {Label: "登记时间", Slim: true}, {Label: "状态", Slim: true}},
		Empty: ui.Empty{Title: "还没有登记过报告", Text: "登记以后在这里看办到哪一步、报告人得到什么答复。", Action: &ui.Action{Label: "登记报告", Href: "/intake/new", Icon: "plus"}}}
	if len(rows) > pageRows {
		rows = rows[:pageRows]
		t.Pager = &ui.Pager{Next: "/intake/mine?before=" + ref.Format(rows[len(rows)-1].ID), Note: "本页" + strconv.Itoa(pageRows) + "件"}
	}
	for _, row := range rows {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Link(row.Number, "/intake/mine/"+ref.Format(row.ID)), ui.T(p.Desk.Call(row)),
			ui.T(ui.Clockwise(row.Received.Time(), p.now().Time())), {Tag: &ui.Tag{State: states[row.State], Label: row.State.Label()}}}})
	}
	page := ui.Page{Title: "我登记的报告", Nav: section, Tabs: p.UI.Tabs(by, section, "/intake/mine"), Action: &ui.Action{Label: "登记报告", Href: "/intake/new", Icon: "plus"}}
	return p.UI.Page(w, r, by, "mine.html", page, mineView{t})
}

type oneView struct {
	Identity ui.Identity
	Words    string
	Talk     ui.Timeline
}

// One shows how a report stands that the actor wrote down.
func (p *Pages) One(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	found, err := p.Desk.RegisteredOne(r.Context(), p.DB.Reader(), by, id)
	if err != nil {
		return err
	}
	state := ui.Tag{State: states[found.State], Label: found.State.Label()}
	v := oneView{Words: found.Words, Talk: ui.Timeline{Title: "给报告人的话", Empty: "还没有答复。"},
		Identity: ui.Identity{Kind: "我登记的报告", Title: found.Number, Tag: &state, Facts: []ui.Fact{{Label: "登记时间", Value: civil.FormatTime(found.Received.Time())}, {Label: "紧急程度", Value: found.Urgency.Label()}}}}
	for _, m := range found.Messages {
		if m.Side == intake.ByOffice {
			v.Talk.Items = append([]ui.Event{{Title: "未保办", Text: m.Text, When: civil.FormatTime(m.At.Time()), Icon: "send"}}, v.Talk.Items...)
		}
	}
	page := ui.Page{Title: "办理情况", Nav: section, Crumbs: []ui.Crumb{{Label: "我登记的报告", Href: "/intake/mine"}}}
	return p.UI.Page(w, r, by, "one.html", page, v)
}
