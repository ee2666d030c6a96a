package plan

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
)

// head is the part of a plan that an edit may change.
type head struct {
	Title  string     `json:"title"`
	Issuer string     `json:"issuer"`
	Year   int        `json:"year"`
	Dated  civil.Date `json:"dated"`
}

// side is one side of an edit: the plan's head and the tasks that were touched.
type side struct {
	Head  head   `json:"head"`
	Tasks []Task `json:"tasks"`
}

func headOf(p Plan) head { return head{p.Title, p.Issuer, p.Year, p.Dated} }

func (h head) into(p *Plan) { p.Title, p.Issuer, p.Year, p.Dated = h.Title, h.Issuer, h.Year, h.Dated }

// bench is a plan that is open for a change: its tasks as they are, and what becomes of them.
type bench struct {
	Plan   Plan
	Tasks  []Task // all, in order
	edited map[ref.Task]Task
	added  []Task
	gone   []ref.Task
	now    instantID
}

// instantID makes ids for what is added within one edit.
type instantID func() int64

func (s *bench) find(id ref.Task) (Task, int, error) {
	i := slices.IndexFunc(s.Tasks, func(t Task) bool { return t.ID == id })
	if i < 0 {
		return Task{}, 0, errs.New(errs.Conflict, "这项任务已被删除或合并。请刷新页面查看最新内容。")
	}
	return s.Tasks[i].Clone(), i, nil
}

// at gives a task of the version which the person saw; 0 asks for whatever there is.
func (s *bench) at(id ref.Task, version int64) (Task, error) {
	t, _, err := s.find(id)
	if err == nil && version != 0 && version != t.Version {
		err = errs.New(errs.Conflict, "这项任务刚被他人改过。请刷新页面，对照最新内容后再改。")
	}
	return t, err
}

func (s *bench) put(t Task) { s.edited[t.ID] = t }

// open gives the plan for a change, locked, if it stands where the change is allowed.
func (d *Desk) open(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Plan, need State) (*bench, error) {
	p, err := lockPlan(ctx, tx, by, id)
	if err != nil {
		return nil, err
	}
	if p.State != need {
		return nil, errs.Newf(errs.Conflict, "这个方案%s，不能这样修改。请刷新页面查看最新情况。", p.State.Label())
	}
	tasks, err := tasksOf(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	return newBench(tx, p, tasks), nil
}

func newBench(tx *db.Tx, p Plan, tasks []Task) *bench {
	return &bench{Plan: p, Tasks: tasks, edited: map[ref.Task]Task{}, now: func() int64 { return int64(ref.New[ref.Task](tx.Now.Time())) }}
}

// changed gives the tasks that were changed, in order.
func (s *bench) changed() []Task {
	var out []Task
	for _, t := range s.Tasks {
		if now, ok := s.edited[t.ID]; ok {
			out = append(out, now)
		}
	}
	return out
}

// keep stores a changed bench and the edit that did it.
func keep(ctx context.Context, tx *db.Tx, by access.Actor, s *bench, was head, kind, words, reason string) error {
	before, after := side{Head: was}, side{Head: headOf(s.Plan)}
	var touched []ref.Task
	var stored []Task
	for _, t := range s.Tasks {
		now, changed := s.edited[t.ID]
		removed := slices.Contains(s.gone, t.ID)
		if !changed && !removed {
			continue
		}
		before.Tasks, touched = append(before.Tasks, t), append(touched, t.ID)
		if changed && !removed {
			now.Version = t.Version + 1
			after.Tasks, stored = append(after.Tasks, now), append(stored, now)
		}
	}
	for _, t := range s.added {
		t.Version = 1
		after.Tasks, stored, touched = append(after.Tasks, t), append(stored, t), append(touched, t.ID)
	}
	if len(touched) == 0 && was == headOf(s.Plan) {
		return nil
	}
	if err := putTasks(ctx, tx, stored, s.gone); err != nil {
		return err
	}
	e, err := newEdit(tx, by, s.Plan, kind, words, reason, before, after)
	if err != nil {
		return err
	}
	if err := dropRedo(ctx, tx, s.Plan.ID, s.Plan.Head); err != nil {
		return err
	}
	s.Plan.Head++
	if err := insertEdit(ctx, tx, e, touched); err != nil {
		return err
	}
	if err := updatePlan(ctx, tx, s.Plan); err != nil {
		return err
	}
	tx.Notify("plan", ref.Format(s.Plan.ID))
	return audit.Write(ctx, tx, by, access.Permission("plan."+kind), "plan", s.Plan.ID, map[string]any{"edit": e.Number, "tasks": touched})
}

func newEdit(tx *db.Tx, by access.Actor, p Plan, kind, words, reason string, before, after side) (Edit, error) {
	b, err := json.Marshal(before)
	if err != nil {
		return Edit{}, fmt.Errorf("plan: edit: %w", err)
	}
	a, err := json.Marshal(after)
	if err != nil {
		return Edit{}, fmt.Errorf("plan: edit: %w", err)
	}
	return Edit{ID: int64(ref.New[ref.Audit](tx.Now.Time())), Plan: p.ID, Number: p.Head + 1, Kind: kind, At: tx.Now,
		Actor: by.User, ActorName: by.Name, Words: words, Reason: reason, Before: string(b), After: string(a)}, nil
}

// edit changes a draft: one edit, one entry of the undo list.
func (d *Desk) edit(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Plan, words string, change func(*bench) error) error {
	if err := by.Require("plan.review"); err != nil {
		return err
	}
	s, err := d.open(ctx, tx, by, id, Draft)
	if err != nil {
		return err
	}
	was := headOf(s.Plan)
	if err := change(s); err != nil {
		return err
	}
	return keep(ctx, tx, by, s, was, "review", words, "")
}

// Undo takes back the last edit of a draft, exactly, and tells what it was.
func (d *Desk) Undo(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Plan) (string, error) {
	return d.move(ctx, tx, by, id, -1)
}

// Redo does again what Undo took back.
func (d *Desk) Redo(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Plan) (string, error) {
	return d.move(ctx, tx, by, id, +1)
}

func (d *Desk) move(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Plan, step int64) (string, error) {
	if err := by.Require("plan.review"); err != nil {
		return "", err
	}
	s, err := d.open(ctx, tx, by, id, Draft)
	if err != nil {
		return "", err
	}
	number := s.Plan.Head
	if step > 0 {
		number++
	}
	e, ok, err := editAt(ctx, tx, id, number)
	if err != nil {
		return "", err
	}
	if !ok {
		return "", errs.New(errs.Conflict, map[bool]string{true: "没有可以恢复的操作。", false: "没有可以撤销的操作。"}[step > 0])
	}
	from, to, err := e.sides(step)
	if err != nil {
		return "", err
	}
	to.Head.into(&s.Plan)
	s.Plan.Head += step
	if err := putTasks(ctx, tx, renewed(to.Tasks, s.Tasks), gone(from.Tasks, to.Tasks)); err != nil {
		return "", err
	}
	if err := updatePlan(ctx, tx, s.Plan); err != nil {
		return "", err
	}
	tx.Notify("plan", ref.Format(id))
	return e.Words, audit.Write(ctx, tx, by, "plan.review", "plan", id, map[string]any{"edit": e.Number, "step": step})
}

// sides gives from what to what a step through an edit leads.
func (e Edit) sides(step int64) (from, to side, err error) {
	if err = json.Unmarshal([]byte(e.Before), &to); err == nil {
		err = json.Unmarshal([]byte(e.After), &from)
	}
	if err != nil {
		return from, to, fmt.Errorf("plan: edit %d: %w", e.ID, err)
	}
	if step > 0 {
		from, to = to, from
	}
	return from, to, nil
}

// renewed gives tasks a version which no page has seen, so that a form opened
// before the step is refused.
func renewed(tasks, present []Task) []Task {
	for i := range tasks {
		tasks[i].Version = 1
		for _, p := range present {
			if p.ID == tasks[i].ID {
				tasks[i].Version = p.Version + 1
			}
		}
	}
	return tasks
}

func gone(from, to []Task) []ref.Task {
	var out []ref.Task
	for _, t := range from {
		if !slices.ContainsFunc(to, func(x Task) bool { return x.ID == t.ID }) {
			out = append(out, t.ID)
		}
	}
	return out
}
