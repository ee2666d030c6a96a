package referralpage

import (
	"context"
	"net/http"

	"weibao/internal/access"
	"weibao/internal/casework/referral"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/duty/dutypage"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

type listView struct {
	Tabs  []ui.Tab
	Table ui.Table
}

const pageRows = 50

// List shows what was sent to the actor's unit, what it sent, and for the
// office all of its region.
func (p *Pages) List(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	tx := p.DB.Reader()
	view := r.URL.Query().Get("view")
	if view == "" && by.Can("referral.dispatch") {
		view = "all"
	}
	f := referral.Filter{Received: view == "" || view == "received", Sent: view == "sent", Open: view == "open" || view == "all", Limit: pageRows + 1}
	if view == "done" {
		f.Open = false
	}
	f.Before, _ = ref.Parse[ref.Referral](r.URL.Query().Get("before")) // the first page has none
	rows, err := p.Desk.List(r.Context(), tx, by, f)
	if err != nil {
		return err
	}
	t, err := p.table(r.Context(), tx, by, rows, view)
	if err != nil {
		return err
	}
	v := listView{Table: t}
	if by.Can("referral.dispatch") {
		for _, tab := range []struct{ key, label string }{{"all", "未办结"}, {"received", "发给本单位的"}, {"sent", "本单位发出的"}, {"done", "全部"}} {
			v.Tabs = append(v.Tabs, ui.Tab{Label: tab.label, Href: ListPath + "?view=" + tab.key, Here: view == tab.key})
		}
	}
	return p.UI.Page(w, r, by, "list.html", ui.Page{Title: "转介和交办", Nav: "casework", Tabs: v.Tabs, Lead: "每项转介只含办理所需的资料；时限从下达起算，没有签收也计时。"}, v)
}

func (p *Pages) table(ctx context.Context, tx *db.Tx, by access.Actor, rows []referral.Row, view string) (ui.Table, error) {
	t := ui.Table{Caption: "转介和交办", Columns: []ui.Column{{Label: "编号、事项", Wide: true}, {Label: "发出单位", Quiet: true}, {Label: "牵头单位"}, {Label: "时限", Slim: true}, {Label: "状态", Slim: true}},
		Empty: ui.Empty{Title: "没有转介", Text: "从儿童档案、个案或者报告的页面下达；下达后会出现在这里和责任单位的待办里。"}}
	if len(rows) > pageRows {
		rows = rows[:pageRows]
		t.Pager = &ui.Pager{Next: ListPath + "?view=" + view + "&before=" + ref.Format(rows[len(rows)-1].ID)}
	}
	b, err := p.Kernel.Bounds(ctx, tx)
	if err != nil {
		return t, err
	}
	names, err := p.rowUnits(ctx, tx, rows)
	if err != nil {
		return t, err
	}
	for _, row := range rows {
		d := row.Lead
		if row.Own.ID != 0 {
			d = row.Own
		}
		due, state := dutypage.Due(d, b), tag(row.State)
		title := p.title(tx, row.Referral)
		if row.Own.Kind == referral.SupportKind {
			title += "（协办）"
		}
		cells := []ui.Cell{{Text: title, Href: Path(row.ID), Sub: row.Number + "，" + civil.FormatTime(row.At.Time())}, ui.T(names[row.Unit]), ui.T(names[row.Lead.Unit]), ui.Dues(due), {Tag: &state}}
		line := ui.Row{Cells: cells}
		if d.State == duty.Open {
			line.Near = due.Near
		}
		t.Rows = append(t.Rows, line)
	}
	return t, nil
}

// title names what is asked, as the county's list has it.
func (p *Pages) title(tx *db.Tx, r referral.Referral) string {
	if t, ok := p.Desk.Book().Topic(r.Topic, civil.DateOf(tx.Now.Time())); ok {
		return t.Label
	}
	return "转介"
}

func (p *Pages) rowUnits(ctx context.Context, tx *db.Tx, rows []referral.Row) (map[ref.Unit]string, error) {
	var ids []ref.Unit
	for _, row := range rows {
		ids = append(ids, row.Unit, row.Lead.Unit)
	}
	return p.names(ctx, tx, ids)
}
