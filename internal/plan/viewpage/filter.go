package viewpage

import (
	"slices"

	"weibao/internal/plan"
	"weibao/internal/plan/ledger"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

var groupOptions = []ui.Option{{Value: byClause, Label: "按条款"}, {Value: byUnit, Label: "按单位"}, {Value: byDue, Label: "按时限"}}

var roleOptions = []ui.Option{{Value: "plan.task", Label: "牵头或共同负责"}, {Value: "plan.support", Label: "配合"}, {Value: "plan.document", Label: "制发文件"}}

// bar is the filter above the list; its state is in the address.
func (l *lister) bar() (*ui.Filter, error) {
	a := l.ask
	f := &ui.Filter{Action: a.base(), Clear: a.base()}
	if a.task != 0 {
		f.Keep = append(f.Keep, ui.Hidden{Name: "task", Value: ref.Format(a.task)})
	}
	switch {
	case a.whole:
	case own(l.by): // whose plans are found through each of their duties
		if a.plan != 0 {
			f.Keep = append(f.Keep, ui.Hidden{Name: "plan", Value: ref.Format(a.plan)})
		}
	default:
		plans, err := l.plans()
		if err != nil {
			return nil, err
		}
		f.Fields = append(f.Fields, plans)
	}
	f.Fields = append(f.Fields, groupField(a), stateField(a))
	if !own(l.by) {
		register, err := l.register()
		if err != nil {
			return nil, err
		}
		f.Fields = append(f.Fields, ui.Field{Kind: ui.Pick, Name: "unit", Label: "单位", Value: id(a.unit), Blank: "全部单位", Options: register})
	}
	f.Fields = append(f.Fields, ui.Field{Kind: ui.Select, Name: "due", Label: "到期时间", Value: a.due, Blank: "不限", Options: dueOptions(l.plan.Year, a.due, l.today), Short: true})
	if a.whole {
		f.Fields = append(f.Fields, ui.Field{Kind: ui.Select, Name: "clause", Label: "条款", Value: a.clause, Blank: "全部条款", Options: l.clauses.options})
	}
	f.Fields = append(f.Fields, ui.Field{Kind: ui.Select, Name: "role", Label: "承担角色", Value: a.kind, Blank: "不限", Options: roleOptions, Short: true})
	return f, l.tags(f)
}

// choices is how many plans the filter offers, the latest first.
const choices = 50

// plans chooses one of the issued plans.
func (l *lister) plans() (ui.Field, error) {
	f := ui.Field{Kind: ui.Pick, Name: "plan", Label: "方案", Value: id(l.ask.plan), Blank: "全部方案"}
	list, err := l.Desk.List(l.ctx, l.tx, l.by, 0, choices)
	for _, v := range list {
		if v.State != plan.Draft {
			f.Options = append(f.Options, ui.Option{Value: ref.Format(v.ID), Label: v.Title})
		}
	}
	return f, err
}

// groupField chooses the group; the one that comes without asking is the blank.
func groupField(a ask) ui.Field {
	f := ui.Field{Kind: ui.Select, Name: "group", Label: "分组", Value: a.query().Get("group"), Blank: "按时限", Options: groupOptions[1:2], Short: true}
	if a.whole {
		f.Blank, f.Options = "按条款", groupOptions[1:]
	}
	return f
}

// stateField chooses the state; without a choice tasks are of any, duties are open.
func stateField(a ask) ui.Field {
	f := ui.Field{Kind: ui.Select, Name: "state", Label: "状态", Value: a.query().Get("state"), Blank: "全部", Short: true}
	for _, s := range ledger.States {
		if a.group != byClause && s == ledger.Open {
			f.Blank = s.Label()
			continue
		}
		f.Options = append(f.Options, ui.Option{Value: string(s), Label: s.Label()})
	}
	return f
}

// register gives the units of the county for the choice.
func (l *lister) register() ([]ui.Option, error) {
	region := l.plan.Region
	if region == "" {
		region = l.by.Directory().Region
	}
	r, err := l.Desk.Units(l.ctx, l.tx, l.by, region)
	if err != nil {
		return nil, err
	}
	var out []ui.Option
	for _, u := range r.Units {
		if !u.Group {
			out = append(out, ui.Option{Value: ref.Format(u.ID), Label: u.Name, Keys: u.Keys, Group: u.Kind})
		}
	}
	return out, nil
}

// tags names the conditions in force, each with an address that takes it off.
func (l *lister) tags(f *ui.Filter) error {
	a := l.ask
	add := func(on bool, label, value string, off func(a *ask)) {
		if on {
			without := a
			off(&without)
			f.Tags = append(f.Tags, ui.FilterTag{Label: label, Value: value, Remove: without.href()})
		}
	}
	if a.task != 0 || a.plan != 0 && !a.whole {
		title, err := l.subject()
		if err != nil {
			return err
		}
		add(a.task != 0, "任务", title, func(a *ask) { a.task = 0 })
		add(a.task == 0, "方案", title, func(a *ask) { a.plan = 0 })
	}
	if a.group == byClause {
		add(a.state != ledger.Any, "状态", a.state.Label(), func(a *ask) { a.state = ledger.Any })
	} else {
		add(a.state != ledger.Open, "状态", a.state.Label(), func(a *ask) { a.state = ledger.Open })
	}
	if a.unit != 0 {
		names, err := l.names(l.ctx, l.tx, []ref.Unit{a.unit})
		if err != nil {
			return err
		}
		add(true, "单位", names[a.unit], func(a *ask) { a.unit = 0 })
	}
	add(a.due != "", "到期时间", label(f.Fields, "due"), func(a *ask) { a.due = "" })
	add(a.clause != "", "条款", label(f.Fields, "clause"), func(a *ask) { a.clause = "" })
	add(a.kind != "", "承担角色", label(f.Fields, "role"), func(a *ask) { a.kind = "" })
	return nil
}

// subject is the title of the task, or of the plan, to which the list is limited.
func (l *lister) subject() (string, error) {
	if l.ask.task != 0 && l.ask.whole {
		o, err := l.Desk.Outline(l.ctx, l.tx, l.by, l.ask.plan, []ref.Task{l.ask.task})
		if err != nil || len(o.Tasks) == 0 {
			return "已删除的任务", err
		}
		return o.Tasks[0].Title, nil
	}
	v, err := l.Desk.Get(l.ctx, l.tx, l.by, l.ask.plan)
	return v.Title, err
}

// label is the word of a field's chosen option.
func label(fields []ui.Field, name string) string {
	i := slices.IndexFunc(fields, func(f ui.Field) bool { return f.Name == name })
	if i < 0 {
		return "未知"
	}
	for _, o := range fields[i].Options {
		if o.Value == fields[i].Value {
			return o.Label
		}
	}
	return "未知"
}
