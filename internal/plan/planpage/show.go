package planpage

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/plan"
	"weibao/internal/plan/ledger"
	"weibao/internal/plan/viewpage"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

type showView struct {
	Figures  ui.Figures
	Units    ui.Table
	Timeline ui.Timeline
}

// issued gives a plan that was issued, or leads a draft to its review.
func (p *Pages) issued(w http.ResponseWriter, r *http.Request, by access.Actor) (v plan.Plan, done bool, err error) {
	id, err := pathID[ref.Plan](r, "plan")
	if err != nil {
		return v, false, err
	}
	v, err = p.Desk.Get(r.Context(), p.DB.Reader(), by, id)
	if err == nil && v.State == plan.Draft {
		ui.Redirect(w, r, reviewPath(id))
		return v, true, nil
	}
	return v, false, err
}

// planPage is the head of every page of an issued plan.
func planPage(by access.Actor, v plan.Plan) ui.Page {
	base := planPath(v.ID)
	page := ui.Page{Title: v.Title, Kicker: "工作方案 · " + v.State.Label(), Nav: "plan", Crumbs: crumbs(), Tabs: viewpage.Tabs(v.ID, "")}
	page.More = append(page.More, ui.Action{Label: "打印", Print: true})
	if by.Can("plan.export") {
		page.More = append(page.More, ui.Action{Label: "导出Excel", Href: base + "/tasks.xlsx", Icon: "download"}, ui.Action{Label: "导出公文", Href: base + "/tasks.docx", Icon: "file"})
	}
	return page
}

// Show is how far a plan has come: figures that open their lists, and units.
func (p *Pages) Show(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	v, done, err := p.issued(w, r, by)
	if err != nil || done {
		return err
	}
	tx := p.DB.Reader()
	view := showView{}
	if view.Figures, err = p.figures(r.Context(), tx, by, v); err != nil {
		return err
	}
	if view.Units, err = p.unitTable(r.Context(), tx, by, v); err != nil {
		return err
	}
	edits, err := p.Desk.History(r.Context(), tx, by, v.ID)
	if err != nil {
		return err
	}
	view.Timeline = editTimeline("方案变动", edits, tx.Now)
	page := planPage(by, v)
	page.Lead = v.Issuer + "，" + civil.FormatDateLong(civil.DateOf(v.Issued.Time())) + "下发"
	if by.Can("plan.amend") && v.State == plan.Issued {
		page.More = append(page.More, ui.Action{Label: "结束方案", Href: planPath(v.ID) + "/close", Dialog: true})
		page.Action = &ui.Action{Label: "增补任务", Href: planPath(v.ID) + "/add", Icon: "plus"}
	}
	if by.Can("plan.copy") {
		page.More = append(page.More, ui.Action{Label: "编制下年方案", Post: planPath(v.ID) + "/copy", Icon: "copy"})
	}
	return p.UI.Page(w, r, by, "show.html", page, view)
}

// figures counts by the filters of the lists which they open.
func (p *Pages) figures(ctx context.Context, tx *db.Tx, by access.Actor, v plan.Plan) (ui.Figures, error) {
	out := ui.Figures{Asof: civil.FormatTime(tx.Now.Time())}
	nears := map[ledger.State]ui.Near{ledger.Late: ui.Overdue, ledger.Soon: ui.Soon}
	for _, s := range []ledger.State{ledger.Open, ledger.Late, ledger.Soon, ledger.Unsigned, ledger.Checking, ledger.Done, ledger.LateDone} {
		n, err := p.ledger.Count(ctx, tx, by, ledger.Filter{Plan: v.ID, State: s}, countLimit)
		if err != nil {
			return out, err
		}
		f := ui.Figure{Label: s.Label(), Value: countWords(n), Unit: "项", Href: ledgerPath(v.ID, s), Definition: s.Definition()}
		if n > 0 {
			f.Near = nears[s]
		}
		out.Items = append(out.Items, f)
	}
	return out, nil
}

func (p *Pages) unitTable(ctx context.Context, tx *db.Tx, by access.Actor, v plan.Plan) (ui.Table, error) {
	t := ui.Table{ID: "units", Caption: "各单位进展", Columns: []ui.Column{{Label: "单位", Wide: true}, {Label: "未办结", Num: true, Slim: true}, {Label: "超期", Num: true, Slim: true},
		{Label: "待签收", Num: true, Slim: true, Quiet: true}, {Label: "已办结", Num: true, Slim: true}, {Label: "办结进度"}},
		Empty: ui.Empty{Title: "还没有到期的事项", Text: "周期事项到了时间会自动下达，并在这里计数。"}}
	list, err := p.ledger.Units(ctx, tx, by, v.ID)
	if err != nil {
		return t, err
	}
	c, err := p.Desk.Context(ctx, tx, by, v)
	if err != nil {
		return t, err
	}
	slices.SortFunc(list, func(a, b ledger.UnitTally) int {
		return cmp.Or(cmp.Compare(b.Late, a.Late), cmp.Compare(b.Open, a.Open), cmp.Compare(a.Unit, b.Unit))
	})
	for _, u := range list {
		unit := "&unit=" + ref.Format(u.Unit)
		cell := func(n int, s ledger.State) ui.Cell {
			if n == 0 {
				return ui.T("—")
			}
			return ui.Link(ui.Count(n), ledgerPath(v.ID, s)+unit)
		}
		row := ui.Row{Cells: []ui.Cell{ui.T(c.Register.Name(u.Unit)), cell(u.Open, ledger.Open), cell(u.Late, ledger.Late), cell(u.Unsigned, ledger.Unsigned),
			ui.T(dash(u.Done + u.LateDone)), {Bar: bar(u.Done+u.LateDone, u.Total(), u.Late > 0)}}}
		if u.Late > 0 {
			row.Near = ui.Overdue
		}
		t.Rows = append(t.Rows, row)
	}
	return t, nil
}

// editTimeline shows changes of a plan or task, newest first.
func editTimeline(title string, edits []plan.Edit, now clock.Instant) ui.Timeline {
	t := ui.Timeline{Title: title, Empty: "下发后还没有调整。"}
	for _, e := range edits {
		t.Items = append(t.Items, ui.Event{Title: e.Words, Text: e.Reason, Who: e.ActorName, When: ui.Clockwise(e.At.Time(), now.Time()), Icon: "edit"})
	}
	return t
}
