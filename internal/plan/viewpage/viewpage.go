// Package viewpage holds the views of issued plans: the list of tasks
// 「任务清单」 by clause, unit or due, the timeline 「时间轴」, the network of
// lead and support units 「责任网络」, one task from its clause to its proof,
// and their export to Excel and Word.
//
// It owns no table. The state of every view is in its address, lists go by
// key, and a number is counted by the filter of the list that it opens. It
// shows nobody a duty outside his scope, and ranks work, never people. Every
// export leaves an entry in the journal.
package viewpage

import (
	"context"
	"embed"
	"net/http"
	"slices"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/plan"
	"weibao/internal/plan/ledger"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

//go:embed *.html
var templates embed.FS

// Deps is what the screens stand on.
type Deps struct {
	DB   *db.DB
	UI   *ui.Renderer
	Desk *plan.Desk
	// Units gives the names of units, merged ones included.
	Units func(ctx context.Context, tx *db.Tx, ids []ref.Unit) (map[ref.Unit]string, error)
}

// Pages serves the screens.
type Pages struct {
	Deps
	ledger ledger.Ledger
}

// New makes the screens and adds their templates to the renderer.
func New(d Deps) (*Pages, error) {
	p := &Pages{d, ledger.Ledger{Duties: d.Desk.Duties}}
	return p, d.UI.Add(templates, map[string]any{
		"tasks.html": tasksView{}, "timeline.html": timelineView{}, "network.html": networkView{}, "task.html": taskView{},
	})
}

// Routes lists every address of this package.
func (p *Pages) Routes() []ui.Route {
	return []ui.Route{
		{Method: "GET", Path: "/tasks", Permission: "plan.list", Handle: p.All},
		{Method: "GET", Path: "/tasks/{id}", Permission: "plan.task", Handle: p.Task},
		{Method: "GET", Path: "/plan/{id}/tasks", Permission: "plan.list", Handle: p.Tasks},
		{Method: "GET", Path: "/plan/{id}/timeline", Permission: "plan.list", Handle: p.Timeline},
		{Method: "GET", Path: "/plan/{id}/network", Permission: "plan.list", Handle: p.Network},
		{Method: "GET", Path: "/plan/{id}/tasks.xlsx", Permission: "plan.export", Handle: p.Sheet},
		{Method: "GET", Path: "/plan/{id}/tasks.docx", Permission: "plan.export", Handle: p.Letter},
	}
}

// Tabs are the views of one issued plan; here is the last part of the
// address of the one that is open, "" for the plan's own page.
func Tabs(id ref.Plan, here string) []ui.Tab {
	tabs := []ui.Tab{{Label: "总体进展"}, {Label: "任务清单", Href: "tasks"}, {Label: "时间轴", Href: "timeline"}, {Label: "责任网络", Href: "network"}}
	for i, t := range tabs {
		tabs[i].Here = t.Href == here
		tabs[i].Href = PlanPath(id)
		if t.Href != "" {
			tabs[i].Href += "/" + t.Href
		}
	}
	return tabs
}

// PlanPath is the address of a plan.
func PlanPath(id ref.Plan) string { return "/plan/" + ref.Format(id) }

// TaskPath is the address of a task.
func TaskPath(id ref.Task) string { return "/tasks/" + ref.Format(id) }

func dutyPath(id ref.Duty) string { return "/plans/duties/" + ref.Format(id) }

func listPath(id ref.Plan) string {
	if id == 0 {
		return "/tasks"
	}
	return PlanPath(id) + "/tasks"
}

// pathID reads the id in the address; what is no id is not found.
func pathID[T ref.ID](r *http.Request) (T, error) {
	id, err := ref.Parse[T](r.PathValue("id"))
	if err != nil {
		return 0, errs.Missing()
	}
	return id, nil
}

// page is the shell of a view of a plan.
func page(by access.Actor, v plan.Plan, title, here string) ui.Page {
	out := ui.Page{Title: title, Kicker: v.Title, Nav: "plan", Tabs: Tabs(v.ID, here),
		Crumbs: []ui.Crumb{{Label: "方案任务", Href: "/plans"}, {Label: v.Title, Href: PlanPath(v.ID)}}}
	if by.Can("plan.export") {
		base := PlanPath(v.ID) + "/tasks"
		out.More = append(out.More, ui.Action{Label: "导出Excel", Href: base + ".xlsx", Icon: "download"}, ui.Action{Label: "导出公文", Href: base + ".docx", Icon: "file"})
	}
	out.More = append(out.More, ui.Action{Label: "打印", Print: true})
	return out
}

// names gives the names of the units of duties.
func (p *Pages) names(ctx context.Context, tx *db.Tx, units []ref.Unit) (map[ref.Unit]string, error) {
	slices.Sort(units)
	units = slices.DeleteFunc(slices.Compact(units), func(u ref.Unit) bool { return u == 0 })
	if len(units) == 0 {
		return nil, nil
	}
	return p.Units(ctx, tx, units)
}

var roles = map[string]string{plan.KindTask: "牵头", plan.KindSupport: "配合", plan.KindDocument: "制发"}

// tag gives the state of a duty of a plan; sent tells that a reply waits for its check.
func tag(d duty.Duty, sent bool, now clock.Instant) ui.Tag {
	switch {
	case d.State == duty.Done || d.State == duty.LateDone:
		return ui.Tag{State: ui.Finished, Label: d.State.Label()}
	case d.State != duty.Open:
		return ui.Tag{State: ui.Ended, Label: d.State.Label()}
	case sent:
		return ui.Tag{State: ui.Checking, Label: "待审核"}
	case d.Paused != 0:
		return ui.Tag{State: ui.Paused, Label: "已挂起"}
	case d.Overdue(now):
		return ui.Tag{State: ui.Late, Label: "超期"}
	case d.Signed == 0:
		return ui.Tag{State: ui.Waiting, Label: "待签收"}
	}
	return ui.Tag{State: ui.Running, Label: "办理中"}
}

var nears = map[duty.Group]ui.Near{duty.Critical: ui.Critical, duty.Late: ui.Overdue, duty.Soon: ui.Soon, duty.Later: ui.Later}

// due gives the limit of a duty as lists show it.
func due(d duty.Duty, b duty.Bounds) ui.Due {
	out := ui.DueAt(d.Due.Time(), b.Now.Time(), d.Clock == duty.Hours, 0, 0)
	switch {
	case d.State != duty.Open:
		out.Near, out.Distance = ui.Settled, ""
		if d.Closed != 0 {
			out.Distance = civil.DateOf(d.Closed.Time()).String() + " 办结"
		}
	case d.Paused != 0:
		out.Near, out.Distance = ui.Later, "停止计时"
	default:
		out.Near = nears[b.Of(d.Due)]
	}
	return out
}

// unitOf limits an actor who sees his own unit alone.
func own(by access.Actor) bool { return by.Scope().Reach == access.OwnUnit }
