package viewpage

import (
	"strings"

	"weibao/internal/plan"
	"weibao/internal/plan/ledger"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

// byClause lists tasks under their headings, with how far each has come.
func (l *lister) byClause() (ui.Table, string, error) {
	f := l.filter(l.ask)
	f.Limit = pageSize + 1
	t := ui.Table{Caption: "任务清单，按条款", Columns: []ui.Column{{Label: "任务", Wide: true}, {Label: "牵头单位"}, {Label: "配合单位", Quiet: true},
		{Label: "时限", Quiet: true}, {Label: "办结进度", Slim: true}, {Label: "未办结", Num: true, Slim: true}, {Label: "超期", Num: true, Slim: true}}}
	ids, err := l.ledger.Tasks(l.ctx, l.tx, l.by, f, l.ask.from, l.ask.back)
	if err != nil {
		return t, "", err
	}
	ids, more := cut(ids, l.ask.back)
	if err := l.clauseRows(&t, ids); err != nil {
		return t, "", err
	}
	if len(ids) > 0 {
		t.Pager = l.pages(ref.Format(ids[0]), ref.Format(ids[len(ids)-1]), l.ask.from != 0 && !l.ask.back, l.ask.back, more)
	}
	n, err := l.ledger.CountTasks(l.ctx, l.tx, l.by, f, countLimit)
	found := "任务" + countWords(n, countLimit) + "项"
	if l.ask.state != ledger.Any {
		found = "有" + l.ask.state.Label() + "事项的任务" + countWords(n, countLimit) + "项"
	}
	return t, found, err
}

func (l *lister) clauseRows(t *ui.Table, ids []ref.Task) error {
	if len(ids) == 0 {
		return nil
	}
	o, err := l.Desk.Outline(l.ctx, l.tx, l.by, l.plan.ID, ids)
	if err != nil {
		return err
	}
	tallies, err := l.ledger.Tallies(l.ctx, l.tx, l.by, ids)
	if err != nil {
		return err
	}
	heading := ""
	for _, task := range o.Tasks {
		if h := headingOf(task); h != heading {
			heading = h
			t.Rows = append(t.Rows, ui.Row{Heading: h})
		}
		t.Rows = append(t.Rows, l.taskRow(o, task, tallies[task.ID]))
	}
	return nil
}

// headingOf is the way to a task without its own heading.
func headingOf(t plan.Task) string {
	path := t.Path
	if len(path) > 2 {
		path = path[:2]
	}
	if len(path) == 0 {
		return "正文"
	}
	return strings.Join(path, " › ")
}

func (l *lister) taskRow(o plan.Outline, t plan.Task, n ledger.Tally) ui.Row {
	lead, support := o.Names(t, plan.Lead), o.Names(t, plan.Support)
	sub := ""
	if len(lead) == 0 {
		lead, support, sub = support, nil, "共同负责"
	}
	name := ui.Cell{Text: t.Title, Href: TaskPath(t.ID)}
	if t.State == plan.TaskWithdrawn {
		name.Tag = &ui.Tag{State: ui.Ended, Label: "已撤回"}
	}
	all := ask{plan: l.ask.plan, whole: true, group: byDue}
	return ui.Row{Cells: []ui.Cell{name, {Text: strings.Join(lead, "、"), Sub: sub}, ui.T(strings.Join(support, "、")), ui.T(o.When(t)), progress(t, n),
		number(n.Open, all.of(t.ID, ledger.Open)), number(n.Late, all.of(t.ID, ledger.Late))}}
}

// number is a figure that opens its list; a nought opens none.
func number(n int, a ask) ui.Cell {
	if n == 0 {
		return ui.T("0")
	}
	return ui.Link(ui.Count(n), a.href())
}

func progress(t plan.Task, n ledger.Tally) ui.Cell {
	switch {
	case n.Total() > 0:
		done := n.Done + n.LateDone
		percent := done * 100 / n.Total()
		return ui.Cell{Bar: &ui.Bar{Percent: percent, Late: n.Late > 0, Label: ui.Count(done) + "/" + ui.Count(n.Total()) + " · " + ui.Count(percent) + "%"}}
	case t.State == plan.TaskWithdrawn:
		return ui.T("—")
	}
	return ui.T("尚未到首个周期")
}
