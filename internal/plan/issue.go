package plan

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/plan/task/schedule"
	"weibao/internal/ref"
)

// Preview is what issuing a plan would do.
type Preview struct {
	Context
	Plan        Plan
	Tasks       []Task
	Assignments []Assignment
	Questions   []Question // what must be decided first; while there is any, nothing is issued
	Late        int        // assignments whose due lies before today
	Suggested   int        // whose review cycle is the system's proposal
	SideBySide  int        // tasks without a lead
	ManyLeads   int        // tasks with several leads
	Unchecked   int        // tasks that nobody has accepted
	Series      int        // assignments that come back
	Previous    Plan       // the plan whose recurring duties end with this one
}

// Load is how much a unit gets.
type Load struct {
	Unit                    ref.Unit
	Name                    string
	Lead, Support, Document int
}

// Loads counts what each unit gets, the most first.
func (p Preview) Loads() []Load {
	byUnit := map[ref.Unit]*Load{}
	for _, a := range p.Assignments {
		l := byUnit[a.Unit]
		if l == nil {
			l = &Load{Unit: a.Unit, Name: p.Register.Name(a.Unit)}
			byUnit[a.Unit] = l
		}
		switch a.Kind {
		case KindSupport:
			l.Support++
		case KindDocument:
			l.Document++
		default:
			l.Lead++
		}
	}
	var out []Load
	for _, l := range byUnit {
		out = append(out, *l)
	}
	slices.SortFunc(out, func(a, b Load) int {
		return cmp.Or(cmp.Compare(b.Lead+b.Support+b.Document, a.Lead+a.Support+a.Document), cmp.Compare(a.Name, b.Name))
	})
	return out
}

// Preview tells what issuing a draft would do, and what stands in the way.
func (d *Desk) Preview(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Plan, quiet bool) (Preview, error) {
	if err := by.Require("plan.issue"); err != nil {
		return Preview{}, err
	}
	p, err := getPlan(ctx, tx, by, id)
	if err != nil {
		return Preview{}, err
	}
	if p.State != Draft {
		return Preview{Plan: p}, already(p)
	}
	return d.preview(ctx, tx, by, p, quiet)
}

func already(p Plan) error {
	return errs.Newf(errs.Conflict, "这个方案%s，没有重复下发。请从方案页面查看任务。", p.State.Label())
}

func (d *Desk) preview(ctx context.Context, tx *db.Tx, by access.Actor, p Plan, quiet bool) (out Preview, err error) {
	out.Plan = p
	if out.Tasks, err = tasksOf(ctx, tx, p.ID); err != nil {
		return out, err
	}
	if out.Context, err = d.context(ctx, tx, by, p); err != nil {
		return out, err
	}
	if p.Previous != 0 {
		if out.Previous, _, err = planByID(ctx, tx, p.Previous); err != nil {
			return out, err
		}
	}
	out.Questions = out.AllQuestions(p.Year, out.Tasks)
	for _, t := range out.Tasks {
		if len(out.Context.Questions(t)) > 0 {
			continue
		}
		list, err := out.Assign(t, quiet)
		if err != nil {
			return out, err
		}
		out.count(t, list)
		base := len(out.Assignments)
		for _, a := range list {
			if a.Parent >= 0 {
				a.Parent += base
			}
			out.Assignments = append(out.Assignments, a)
		}
	}
	return out, nil
}

func (p *Preview) count(t Task, list []Assignment) {
	if !t.Checked {
		p.Unchecked++
	}
	switch leads := len(t.Of(Lead)); {
	case leads == 0 && len(t.Of(Support)) > 1:
		p.SideBySide++
	case leads > 1:
		p.ManyLeads++
	}
	for _, a := range list {
		if a.Late {
			p.Late++
		}
		if a.Suggested {
			p.Suggested++
		}
		if a.Pace == schedule.Rounds {
			p.Series++
		}
	}
}

// Order is the officer's decision to issue what he saw in the preview.
type Order struct {
	Version int64 // of the plan in the preview
	Late    bool  // issue duties whose due has passed; they are overdue at once
	Quiet   bool  // support units confirm standing tasks once
}

// Issued tells what was opened.
type Result struct{ Duties, Series, Units int }

// Issue gives every task of a reviewed draft to its units, in one
// transaction. It refuses while anything is unresolved, when the draft has
// changed since the preview, and when the plan is issued already.
func (d *Desk) Issue(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Plan, in Order) (Result, error) {
	if err := by.Require("plan.issue"); err != nil {
		return Result{}, err
	}
	p, err := lockPlan(ctx, tx, by, id)
	if err != nil {
		return Result{}, err
	}
	if p.State != Draft {
		return Result{}, already(p)
	}
	if in.Version != p.Version {
		return Result{}, errs.New(errs.Conflict, "预览之后方案又有修改。请重新预览后再下发。")
	}
	v, err := d.preview(ctx, tx, by, p, in.Quiet)
	if err != nil {
		return Result{}, err
	}
	if err := v.refusal(in); err != nil {
		return Result{}, err
	}
	if err := d.assign(ctx, tx, by, v.Context, p, v.Tasks, v.Assignments); err != nil {
		return Result{}, err
	}
	if err := issueTasks(ctx, tx, id); err != nil {
		return Result{}, err
	}
	p.State, p.Issued, p.IssuedBy, p.Quiet = Issued, tx.Now, by.User, in.Quiet
	if err := updatePlan(ctx, tx, p); err != nil {
		return Result{}, err
	}
	if err := d.supersede(ctx, tx, by, v.Previous); err != nil {
		return Result{}, err
	}
	tx.Notify("plan", ref.Format(id))
	out := Result{Duties: len(v.Assignments) - v.Series, Series: v.Series, Units: len(v.Loads())}
	return out, audit.Write(ctx, tx, by, "plan.issue", "plan", id, map[string]int{"tasks": len(v.Tasks), "duties": out.Duties, "series": out.Series, "units": out.Units})
}

func (p Preview) refusal(in Order) error {
	switch {
	case len(p.Questions) > 0:
		return errs.Newf(errs.Conflict, "还有%d个问题待确认，不能下发。请先在审核页面逐项处理。", len(p.Questions))
	case len(p.Assignments) == 0:
		return errs.New(errs.Conflict, "方案里没有可以下发的任务。请先在审核页面增加任务。")
	case p.Late > 0 && !in.Late:
		return &errs.Error{Kind: errs.Invalid, Message: fmt.Sprintf("有%d项的时限已经过去。请修改时限，或勾选仍按原时限下发。", p.Late),
			Fields: map[string]string{"late": "请确认是否仍按原时限下发。"}}
	}
	return nil
}

// assign opens duties and series for assignments, parents first, and links them to their tasks.
func (d *Desk) assign(ctx context.Context, tx *db.Tx, by access.Actor, c Context, p Plan, tasks []Task, list []Assignment) error {
	return (&opener{Desk: d, by: by, c: c, plan: p, tasks: tasks, duty: make([]ref.Duty, len(list)), series: make([]ref.Series, len(list))}).some(ctx, tx, list, func(int) bool { return true })
}

type opener struct {
	*Desk
	by     access.Actor
	c      Context
	plan   Plan
	tasks  []Task
	duty   []ref.Duty
	series []ref.Series
}

// some opens the chosen assignments, parents first, and links them to their
// tasks. Those not chosen are open already and may be parents.
func (o *opener) some(ctx context.Context, tx *db.Tx, list []Assignment, chosen func(int) bool) error {
	for _, parents := range []bool{true, false} {
		if err := o.level(ctx, tx, list, func(i int) bool { return chosen(i) && (list[i].Parent < 0) == parents }); err != nil {
			return err
		}
	}
	var links []link
	for i, a := range list {
		if chosen(i) {
			links = append(links, link{ID: int64(ref.New[ref.Duty](tx.Now.Time())), Plan: o.plan.ID, Task: a.Task, Slot: a.Slot, Kind: a.Kind, Duty: o.duty[i], Series: o.series[i]})
		}
	}
	return db.InsertAll(ctx, tx, "plan_link", links)
}

// level opens assignments whose parents are open.
func (o *opener) level(ctx context.Context, tx *db.Tx, list []Assignment, chosen func(int) bool) error {
	var at []int
	var once []duty.New
	for i, a := range list {
		if !chosen(i) {
			continue
		}
		n := o.new(a)
		if a.Pace == schedule.Once {
			if a.Parent >= 0 {
				n.Parent = o.duty[a.Parent]
			}
			n.Deadline = a.Deadline
			at, once = append(at, i), append(once, n)
			continue
		}
		s := duty.NewSeries{New: n, Recurrence: a.Recurrence, Begins: a.Begins}
		if a.Parent >= 0 {
			s.Parent = o.series[a.Parent]
		}
		id, err := o.Duties.Begin(ctx, tx, o.by, s)
		if err != nil {
			return err
		}
		o.series[i] = id
	}
	ids, err := o.Duties.Open(ctx, tx, o.by, once...)
	for n, id := range ids {
		o.duty[at[n]] = id
	}
	return err
}

func (o *opener) new(a Assignment) duty.New {
	n := duty.New{Kind: a.Kind, Subject: Subject, SubjectID: int64(a.Task), Whole: int64(o.plan.ID), Title: a.Title, Unit: a.Unit,
		Region: o.plan.Region, Rule: o.plan.Title}
	if i := slices.IndexFunc(o.tasks, func(t Task) bool { return t.ID == a.Task }); i >= 0 {
		n.Clause = o.tasks[i].Clause()
	}
	// A duty of a township's unit lies in the township, so that its leaders see it too.
	if u, ok := o.c.Register.Unit(a.Unit); ok && inside(u.Region, o.plan.Region) {
		n.Region = u.Region
	}
	return n
}

func inside(region, whole string) bool {
	prefix := access.Prefix(whole)
	return access.Prefix(region) != "" && prefix != "" && len(region) >= len(prefix) && region[:len(prefix)] == prefix
}

// supersede ends what recurs in the plan that this one continues; what is open stays to be finished.
func (d *Desk) supersede(ctx context.Context, tx *db.Tx, by access.Actor, old Plan) error {
	if old.ID == 0 || old.State != Issued {
		return nil
	}
	series, err := seriesOfPlan(ctx, tx, old.ID)
	if err != nil {
		return err
	}
	for _, s := range series {
		if err := d.Duties.EndSeries(ctx, tx, by, s); err != nil {
			return err
		}
	}
	old.State, old.Closed = Closed, tx.Now
	if err := updatePlan(ctx, tx, old); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "plan.copy", "plan", old.ID, map[string]int{"series": len(series)})
}
