package plan

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/plan/task/schedule"
	"weibao/internal/ref"
)

// Changes tells what an amendment did to the duties of a task.
type Changes struct {
	Opened, Cancelled, Moved, Given, Kept int
	Steps                                 []Step
}

// Step is what an amendment did to one duty or series.
type Step struct {
	What     string // one of the Step* words
	Unit     ref.Unit
	From     ref.Unit // who had it before, of StepGiven
	Role     string
	Title    string
	Was, Now string // when it is due, in words
	Late     bool   // due before today
}

// What an amendment does to a duty.
const (
	StepOpened    = "新下发"
	StepCancelled = "撤销"
	StepMoved     = "调整时限"
	StepGiven     = "改派"
	StepKept      = "不变"
)

var roleOfKind = map[string]string{KindTask: "责任", KindSupport: "配合", KindDocument: "制发"}

// Words says it for the person.
func (c Changes) Words() string {
	var parts []string
	for _, p := range []struct {
		n    int
		word string
	}{{c.Given, StepGiven}, {c.Moved, StepMoved}, {c.Opened, StepOpened}, {c.Cancelled, StepCancelled}} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%s%d项", p.word, p.n))
		}
	}
	if len(parts) == 0 {
		return "责任事项没有变动"
	}
	return strings.Join(parts, "，")
}

// Amend corrects a task after issue: its open duties are given to other
// units, re-dated, cancelled or joined by new ones, until they are what the
// task now says. What is done stays done.
func (d *Desk) Amend(ctx context.Context, tx *db.Tx, by access.Actor, task ref.Task, in Input, reason string) (Changes, error) {
	s, t, err := d.amend(ctx, tx, by, task, reason)
	if err != nil {
		return Changes{}, err
	}
	if _, err := s.at(task, in.Version); err != nil {
		return Changes{}, err
	}
	was := headOf(s.Plan)
	next, err := d.corrected(ctx, tx, by, s, t, in)
	if err != nil {
		return Changes{}, err
	}
	c, err := d.context(ctx, tx, by, s.Plan)
	if err != nil {
		return Changes{}, err
	}
	if open := c.Questions(next); len(open) > 0 {
		return Changes{}, &errs.Error{Kind: errs.Invalid, Message: open[0].Text, Fields: map[string]string{string(open[0].Topic): open[0].Text}}
	}
	s.put(next)
	done, err := d.follow(ctx, tx, by, c, s.Plan, next, reason)
	if err != nil {
		return done, err
	}
	return done, keep(ctx, tx, by, s, was, "amend", "调整任务：“"+next.Title+"”，"+done.Words(), reason)
}

// amend gives an issued task for a change.
func (d *Desk) amend(ctx context.Context, tx *db.Tx, by access.Actor, task ref.Task, reason string) (*bench, Task, error) {
	if err := by.Require("plan.amend"); err != nil {
		return nil, Task{}, err
	}
	if strings.TrimSpace(reason) == "" {
		return nil, Task{}, &errs.Error{Kind: errs.Invalid, Message: "请写明调整的原因或依据。", Fields: map[string]string{"reason": "请写明调整的原因或依据。"}}
	}
	found, err := tasksByID(ctx, tx, []ref.Task{task})
	if err != nil || len(found) == 0 {
		return nil, Task{}, cmpErr(err, errs.Missing())
	}
	s, err := d.open(ctx, tx, by, found[0].Plan, Issued)
	if err != nil {
		return nil, Task{}, err
	}
	t, _, err := s.find(task)
	if err == nil && t.State == TaskWithdrawn {
		err = errs.New(errs.Conflict, "这项任务已经撤回，不能再调整。")
	}
	return s, t, err
}

// Withdraw takes an issued task back: its open duties and series end.
func (d *Desk) Withdraw(ctx context.Context, tx *db.Tx, by access.Actor, task ref.Task, reason string) error {
	s, t, err := d.amend(ctx, tx, by, task, reason)
	if err != nil {
		return err
	}
	was := headOf(s.Plan)
	if err := d.dropChecks(ctx, tx, by, task, reason); err != nil {
		return err
	}
	if err := d.Duties.CancelAll(ctx, tx, by, Subject, int64(task), "任务撤回："+reason); err != nil {
		return err
	}
	t.State = TaskWithdrawn
	s.put(t)
	return keep(ctx, tx, by, s, was, "amend", "撤回任务：“"+t.Title+"”", reason)
}

// dropChecks ends what waits to be checked of a task that is taken back.
func (d *Desk) dropChecks(ctx context.Context, tx *db.Tx, by access.Actor, task ref.Task, reason string) error {
	waiting, err := sentOfTask(ctx, tx, task)
	if err != nil {
		return err
	}
	for _, r := range waiting {
		if err := setChecked(ctx, tx, r.ID, SentBack, by, reason); err != nil {
			return err
		}
		if err := d.Duties.Cancel(ctx, tx, by, r.CheckDuty, reason); err != nil {
			return err
		}
	}
	return nil
}

// AddIssued adds a task to an issued plan and gives it to its units at once.
func (d *Desk) AddIssued(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Plan, in Input, reason string) (ref.Task, Changes, error) {
	var done Changes
	if err := by.Require("plan.amend"); err != nil {
		return 0, done, err
	}
	if strings.TrimSpace(reason) == "" {
		return 0, done, &errs.Error{Kind: errs.Invalid, Message: "请写明增补的原因或依据。", Fields: map[string]string{"reason": "请写明增补的原因或依据。"}}
	}
	s, err := d.open(ctx, tx, by, id, Issued)
	if err != nil {
		return 0, done, err
	}
	was := headOf(s.Plan)
	t := Task{ID: ref.Task(s.now()), Plan: id, Seq: seqGap, State: TaskIssued, Rules: []string{Person}, Checked: true, Path: []string{"增补任务"}}
	if n := len(s.Tasks); n > 0 {
		t.Seq = s.Tasks[n-1].Seq + seqGap
	}
	if t, err = d.corrected(ctx, tx, by, s, t, in); err != nil {
		return 0, done, err
	}
	t.Quote = t.Title
	c, err := d.context(ctx, tx, by, s.Plan)
	if err != nil {
		return 0, done, err
	}
	if open := c.Questions(t); len(open) > 0 {
		return 0, done, &errs.Error{Kind: errs.Invalid, Message: open[0].Text, Fields: map[string]string{string(open[0].Topic): open[0].Text}}
	}
	list, err := c.Assign(t, s.Plan.Quiet)
	if err != nil {
		return 0, done, err
	}
	if err := d.assign(ctx, tx, by, c, s.Plan, []Task{t}, list); err != nil {
		return 0, done, err
	}
	s.added = append(s.added, t)
	for _, a := range list {
		done.opened(a)
	}
	return t.ID, done, keep(ctx, tx, by, s, was, "amend", fmt.Sprintf("增补任务：“%s”，下发%d项", t.Title, len(list)), reason)
}

// Close ends a plan: its series end, open duties stay to be finished.
func (d *Desk) Close(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Plan) error {
	if err := by.Require("plan.amend"); err != nil {
		return err
	}
	p, err := lockPlan(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if p.State != Issued {
		return errs.Newf(errs.Conflict, "这个方案%s，不能办理结束。", p.State.Label())
	}
	return d.supersede(ctx, tx, by, p)
}

// Discard throws a draft away.
func (d *Desk) Discard(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Plan) error {
	if err := by.Require("plan.review"); err != nil {
		return err
	}
	p, err := lockPlan(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if p.State != Draft {
		return errs.Newf(errs.Conflict, "这个方案%s，不能删除。需要停止时请撤回任务。", p.State.Label())
	}
	if err := deletePlan(ctx, tx, id); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "plan.review", "plan", id, map[string]string{"discard": p.Digest})
}

// carried is what carries an assignment now: an open duty or series.
type carried struct {
	link
	Unit  ref.Unit
	State duty.State
	Every string // recurrence of a series
}

// key tells which assignment a duty carries, apart from its unit.
type key struct {
	slot   int64
	kind   string
	series bool
}

// follow makes the open duties of a task what it now says.
func (d *Desk) follow(ctx context.Context, tx *db.Tx, by access.Actor, c Context, p Plan, t Task, reason string) (Changes, error) {
	list, err := c.Assign(t, p.Quiet)
	if err != nil {
		return Changes{}, err
	}
	have, err := carriedBy(ctx, tx, t.ID)
	if err != nil {
		return Changes{}, err
	}
	f := follower{Desk: d, by: by, c: c, plan: p, task: t, reason: "方案调整：" + reason, list: list, have: have,
		taken: make([]bool, len(have)), carrier: make([]int, len(list))}
	for i := range f.carrier {
		f.carrier[i] = -1
	}
	return f.run(ctx, tx)
}

type follower struct {
	*Desk
	by      access.Actor
	c       Context
	plan    Plan
	task    Task
	reason  string
	list    []Assignment
	have    []carried
	taken   []bool
	carrier []int // place in have that carries an assignment, -1 = none
	done    Changes
}

func (f *follower) run(ctx context.Context, tx *db.Tx) (Changes, error) {
	f.match(func(a Assignment, h carried) bool { return a.Unit == h.Unit })
	// A lead that was replaced hands over its duty, with what answers to it.
	f.match(func(a Assignment, h carried) bool {
		return a.Kind == KindTask && h.Duty != 0 && h.State == duty.Open && a.Pace == schedule.Once
	})
	if err := f.cancel(ctx, tx); err != nil {
		return f.done, err
	}
	for i, a := range f.list {
		if f.carrier[i] < 0 {
			continue
		}
		if err := f.change(ctx, tx, a, f.have[f.carrier[i]]); err != nil {
			return f.done, err
		}
	}
	return f.done, f.open(ctx, tx)
}

// match pairs assignments with what carries them.
func (f *follower) match(fits func(a Assignment, h carried) bool) {
	for i, a := range f.list {
		want := key{a.Slot, a.Kind, a.Pace == schedule.Rounds}
		for j, h := range f.have {
			if f.carrier[i] < 0 && !f.taken[j] && h.State != duty.Cancelled && want == (key{h.Slot, h.Kind, h.Series != 0}) && fits(a, h) && f.sameRounds(a, h) {
				f.carrier[i], f.taken[j] = j, true
			}
		}
	}
}

func (f *follower) sameRounds(a Assignment, h carried) bool {
	return h.Series == 0 || h.State == duty.Open && h.Every == a.Recurrence.JSON()
}

func (f *follower) cancel(ctx context.Context, tx *db.Tx) error {
	for j, h := range f.have {
		if f.taken[j] || h.State != duty.Open {
			continue
		}
		if err := f.cancelled(ctx, tx, h); err != nil {
			return err
		}
		if h.Series != 0 {
			if err := f.endSeries(ctx, tx, h.Series); err != nil {
				return err
			}
			continue
		}
		if err := f.cancelDuty(ctx, tx, h.Duty); err != nil {
			return err
		}
	}
	return nil
}

// endSeries ends a series and its open rounds.
func (f *follower) endSeries(ctx context.Context, tx *db.Tx, id ref.Series) error {
	rounds, err := openRounds(ctx, tx, id)
	if err != nil {
		return err
	}
	for _, r := range rounds {
		if err := f.cancelDuty(ctx, tx, r); err != nil {
			return err
		}
	}
	return f.Duties.EndSeries(ctx, tx, f.by, id)
}

func (f *follower) cancelDuty(ctx context.Context, tx *db.Tx, id ref.Duty) error {
	waiting, err := sentOfDuty(ctx, tx, id)
	if err != nil {
		return err
	}
	for _, r := range waiting {
		if err := setChecked(ctx, tx, r.ID, SentBack, f.by, f.reason); err != nil {
			return err
		}
		if err := f.Duties.Cancel(ctx, tx, f.by, r.CheckDuty, f.reason); err != nil {
			return err
		}
	}
	return f.Duties.Cancel(ctx, tx, f.by, id, f.reason)
}

// cancelled notes a duty or series that ends.
func (f *follower) cancelled(ctx context.Context, tx *db.Tx, h carried) error {
	f.done.Cancelled++
	step := Step{What: StepCancelled, Unit: h.Unit, Role: roleOfKind[h.Kind], Title: f.task.Title, Was: "周期事项"}
	if h.Duty != 0 {
		d, err := parentOf(ctx, tx, h.Duty)
		if err != nil {
			return err
		}
		step.Title, step.Was = d.Title, dueWords(d)
	}
	f.done.Steps = append(f.done.Steps, step)
	return nil
}

func dueWords(d duty.Duty) string {
	if d.Due == 0 {
		return ""
	}
	return civil.FormatDate(civil.DateOf(d.Due.Time())) + "前"
}

// opened notes a duty or series that begins.
func (c *Changes) opened(a Assignment) {
	c.Opened++
	c.Steps = append(c.Steps, Step{What: StepOpened, Unit: a.Unit, Role: a.Role, Title: a.Title, Now: a.Words, Late: a.Late})
}

// change gives an open duty another unit, title or due.
func (f *follower) change(ctx context.Context, tx *db.Tx, a Assignment, h carried) error {
	step := Step{What: StepKept, Unit: a.Unit, Role: a.Role, Title: a.Title, Now: a.Words}
	if h.Duty == 0 || h.State != duty.Open {
		f.done.Kept++
		step.Was = a.Words
		if h.Duty != 0 {
			step.Was, step.Now = "已办结", ""
		}
		f.done.Steps = append(f.done.Steps, step)
		return nil
	}
	now, err := parentOf(ctx, tx, h.Duty)
	if err != nil {
		return err
	}
	step.Was = dueWords(now)
	moves := !a.Due.IsZero() && now.Due.Time() != a.Due.End().UTC()
	switch {
	case h.Unit != a.Unit:
		f.done.Given++
		step.What, step.From = StepGiven, h.Unit
	case !moves:
		f.done.Kept++
	}
	if moves {
		f.done.Moved++
		step.Late = a.Late
		if step.What == StepKept {
			step.What = StepMoved
		}
	}
	f.done.Steps = append(f.done.Steps, step)
	return f.carry(ctx, tx, a, h, now, moves)
}

// carry makes an open duty what its assignment says.
func (f *follower) carry(ctx context.Context, tx *db.Tx, a Assignment, h carried, now duty.Duty, moves bool) error {
	if h.Unit != a.Unit {
		if err := f.Duties.Give(ctx, tx, f.by, h.Duty, a.Unit, f.reason+"，改由"+f.c.Register.Name(a.Unit)+"负责"); err != nil {
			return err
		}
	}
	switch {
	case moves:
		return f.Duties.Amend(ctx, tx, f.by, h.Duty, a.Title, a.Deadline, f.reason)
	case now.Title != a.Title:
		return f.Duties.Retitle(ctx, tx, f.by, h.Duty, a.Title, f.reason)
	}
	return nil
}

// open opens what nothing carries yet, under the duties that are there.
func (f *follower) open(ctx context.Context, tx *db.Tx) error {
	o := opener{Desk: f.Desk, by: f.by, c: f.c, plan: f.plan, tasks: []Task{f.task}, duty: make([]ref.Duty, len(f.list)), series: make([]ref.Series, len(f.list))}
	fresh := make([]bool, len(f.list))
	for i := range f.list {
		if at := f.carrier[i]; at >= 0 {
			o.duty[i], o.series[i] = f.have[at].Duty, f.have[at].Series
			continue
		}
		fresh[i] = true
		f.done.opened(f.list[i])
	}
	if !slices.Contains(fresh, true) {
		return nil
	}
	return o.some(ctx, tx, f.list, func(i int) bool { return fresh[i] })
}
