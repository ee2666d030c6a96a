package viewpage

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/plan"
	"weibao/internal/plan/ledger"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

type tasksView struct {
	Figures ui.Figures
	Filter  *ui.Filter
	Found   string
	Table   ui.Table
}

const (
	pageSize   = 50
	countLimit = 1000 // figures say 999+ beyond it
	countSome  = 100  // of the duties of all plans, where every count reads far
)

// All is the 任务清单 of all plans in the actor's scope.
func (p *Pages) All(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.list(w, r, by, plan.Plan{}, ui.Page{Title: "任务清单", Nav: "plan", Tabs: SectionTabs("tasks"), More: []ui.Action{{Label: "打印", Print: true}},
		Lead: "各方案下达到各单位的事项。选择一个方案后，可按条款查看。"})
}

// SectionTabs lead between the plans and the tasks of all of them.
func SectionTabs(here string) []ui.Tab {
	return []ui.Tab{{Label: "工作方案", Href: "/plans", Here: here == "plans"}, {Label: "任务清单", Href: "/tasks", Here: here == "tasks"}}
}

// Tasks is the 任务清单 of one plan.
func (p *Pages) Tasks(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID[ref.Plan](r)
	if err != nil {
		return err
	}
	o, err := p.Desk.Outline(r.Context(), p.DB.Reader(), by, id, []ref.Task{})
	if err != nil {
		return err
	}
	return p.list(w, r, by, o.Plan, page(by, o.Plan, "任务清单", "tasks"))
}

func (p *Pages) list(w http.ResponseWriter, r *http.Request, by access.Actor, v plan.Plan, shell ui.Page) error {
	tx := p.DB.Reader()
	b, err := p.Desk.Duties.Bounds(r.Context(), tx)
	if err != nil {
		return err
	}
	l := &lister{Pages: p, ctx: r.Context(), tx: tx, by: by, plan: v, ask: read(r.URL.Query(), v.ID), bounds: b, today: civil.DateOf(tx.Now.Time())}
	view, err := l.view()
	if err != nil {
		return err
	}
	return p.UI.Page(w, r, by, "tasks.html", shell, view)
}

// lister makes one answer of the list.
type lister struct {
	*Pages
	ctx     context.Context
	tx      *db.Tx
	by      access.Actor
	plan    plan.Plan // none for all plans
	ask     ask
	bounds  duty.Bounds
	today   civil.Date
	clauses clauses
}

func (l *lister) view() (v tasksView, err error) {
	if l.ask.whole {
		paths, err := l.Desk.Paths(l.ctx, l.tx, l.by, l.ask.plan)
		if err != nil {
			return v, err
		}
		l.clauses = clausesOf(paths)
	}
	if v.Figures, err = l.figures(); err != nil {
		return v, err
	}
	if v.Filter, err = l.bar(); err != nil {
		return v, err
	}
	if l.ask.group == byClause {
		v.Table, v.Found, err = l.byClause()
	} else {
		v.Table, v.Found, err = l.duties()
	}
	v.Table.Empty = l.empty()
	return v, err
}

func (l *lister) filter(a ask) ledger.Filter { return a.filter(l.today, l.clauses.within(a.clause)) }

func (l *lister) count(a ask) (string, int, error) {
	limit := countLimit
	if !a.whole {
		limit = countSome
	}
	a.after, a.before = ledger.Key{}, ledger.Key{} // the whole list, not what is left of it
	n, err := l.ledger.Count(l.ctx, l.tx, l.by, l.filter(a), limit)
	return countWords(n, limit), n, err
}

func countWords(n, limit int) string {
	if n >= limit {
		return strconv.Itoa(limit-1) + "+"
	}
	return strconv.Itoa(n)
}

var figureStates = []ledger.State{ledger.Open, ledger.Unsigned, ledger.Checking, ledger.Soon, ledger.Late, ledger.Finished}

// figures counts what the conditions besides the state choose.
func (l *lister) figures() (ui.Figures, error) {
	f := ui.Figures{Asof: civil.FormatTime(l.tx.Now.Time())}
	for _, s := range figureStates {
		a := l.ask.duties(s)
		words, n, err := l.count(a)
		if err != nil {
			return f, err
		}
		item := ui.Figure{Label: s.Label(), Value: words, Unit: "项", Href: a.href(), Definition: s.Definition()}
		if s == ledger.Late && n > 0 {
			item.Near = ui.Overdue
		}
		f.Items = append(f.Items, item)
	}
	return f, nil
}

// duties is the list of duties by due or by unit.
func (l *lister) duties() (ui.Table, string, error) {
	f := l.filter(l.ask)
	f.Limit = pageSize + 1
	list, err := l.ledger.List(l.ctx, l.tx, l.by, f)
	if err != nil {
		return ui.Table{}, "", err
	}
	list, more := cut(list, l.ask.before != ledger.Key{})
	t := ui.Table{Caption: "任务清单：" + l.ask.state.Label() + "事项", Columns: l.dutyColumns()}
	units := make([]ref.Unit, len(list))
	for i, x := range list {
		units[i] = x.Unit
	}
	names, err := l.names(l.ctx, l.tx, units)
	if err != nil {
		return t, "", err
	}
	heading := ""
	for _, x := range list {
		if h := l.heading(x, names); h != heading {
			heading = h
			t.Rows = append(t.Rows, ui.Row{Heading: h})
		}
		t.Rows = append(t.Rows, l.dutyRow(x, names))
	}
	if len(list) > 0 {
		t.Pager = l.pager(f.KeyOf(list[0]), f.KeyOf(list[len(list)-1]), more)
	}
	n, _, err := l.count(l.ask)
	return t, l.ask.state.Label() + "事项" + n + "项", err
}

// cut takes off the row that tells whether there is more in the direction of the page.
func cut[T any](list []T, back bool) ([]T, bool) {
	if len(list) <= pageSize {
		return list, false
	}
	if back {
		return list[1:], true
	}
	return list[:pageSize], true
}

func (l *lister) dutyColumns() []ui.Column {
	return []ui.Column{{Label: "任务", Wide: true}, {Label: "责任单位"}, {Label: "角色", Slim: true}, {Label: "时限", Slim: true}, {Label: "状态", Slim: true}, {Label: "查看", Slim: true, Tools: true}}
}

func (l *lister) heading(x ledger.Item, names map[ref.Unit]string) string {
	switch {
	case l.ask.group == byUnit:
		return names[x.Unit]
	case x.Due == 0:
		return "没有固定时限"
	}
	return monthWords(civil.DateOf(x.Due.Time())) + "到期"
}

func (l *lister) dutyRow(x ledger.Item, names map[ref.Unit]string) ui.Row {
	t, d := tag(x.Duty, x.Reply != 0, l.bounds.Now), due(x.Duty, l.bounds)
	sub := strings.Join(x.Headings(), " › ")
	if l.ask.plan == 0 {
		sub = x.Plan + " › " + sub
	}
	return ui.Row{Cells: []ui.Cell{{Text: x.Title, Href: dutyPath(x.ID), Sub: sub}, ui.T(names[x.Unit]), ui.T(roles[x.Kind]),
		{Due: &d}, {Tag: &t}, {Actions: []ui.Action{{Label: "任务全貌", Href: TaskPath(ref.Task(x.SubjectID))}}}}}
}

func (l *lister) pager(first, last ledger.Key, more bool) *ui.Pager {
	none := ledger.Key{}
	return l.pages(keyWords(first), keyWords(last), l.ask.after != none, l.ask.before != none, more)
}

// pages makes the pager from the keys of the page; nil where the list is one page.
func (l *lister) pages(first, last string, forth, back, more bool) *ui.Pager {
	pg := &ui.Pager{}
	if forth || back {
		pg.First = l.ask.href()
	}
	if forth || back && more {
		pg.Prev = l.ask.at("before", first)
	}
	if back || more && !back {
		pg.Next = l.ask.at("after", last)
	}
	if pg.First == "" && pg.Next == "" {
		return nil
	}
	return pg
}

func (l *lister) empty() ui.Empty {
	e := ui.Empty{Title: "没有符合条件的任务", Text: "可以放宽上面的条件，或清除全部条件后查看。"}
	if len(l.ask.query()) == 0 {
		e.Title, e.Text = "没有未办结的事项", "方案下发后，各单位承担的任务会列在这里。"
	}
	return e
}
