package plan

import (
	"context"
	"slices"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/file"
	"weibao/internal/ref"
)

// Get gives a plan that the actor may see.
func (d *Desk) Get(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Plan) (Plan, error) {
	if err := by.Require("plan.list"); err != nil {
		return Plan{}, err
	}
	return getPlan(ctx, tx, by, id)
}

// Tasks gives the tasks of a plan that the actor may see.
func (d *Desk) Tasks(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Plan) ([]Task, error) {
	p, err := d.Get(ctx, tx, by, id)
	if err != nil {
		return nil, err
	}
	tasks, err := tasksOf(ctx, tx, id)
	if err != nil || covers(by, p) {
		return tasks, err
	}
	mine, err := tasksOwed(ctx, tx, by, id)
	return slices.DeleteFunc(tasks, func(t Task) bool { return !slices.Contains(mine, t.ID) }), err
}

// covers tells whether the actor sees the whole plan, and not only what it asks of his unit.
func covers(by access.Actor, p Plan) bool {
	return by.Scope().Reach == access.InRegion && by.Scope().Sees(p.Unit, p.Region)
}

// Task gives one task that the actor may see, with its plan.
func (d *Desk) Task(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Task) (Plan, Task, error) {
	if err := by.Require("plan.task"); err != nil {
		return Plan{}, Task{}, err
	}
	found, err := tasksByID(ctx, tx, []ref.Task{id})
	if err != nil || len(found) == 0 || found[0].State == TaskDraft {
		return Plan{}, Task{}, cmpErr(err, errs.Missing())
	}
	p, err := getPlan(ctx, tx, by, found[0].Plan)
	if err != nil || covers(by, p) {
		return p, found[0], err
	}
	mine, err := tasksOwed(ctx, tx, by, p.ID)
	if err == nil && !slices.Contains(mine, id) {
		err = errs.Missing()
	}
	return p, found[0], err
}

// Course is what happened with a task: its duties, replies, values and changes.
type Course struct {
	Duties  []duty.Duty
	Series  []duty.Series
	Replies []Reply
	Values  []Value
	Files   map[ReplyID][]file.Info
	Edits   []Edit
}

// Course gives what happened with a task, as far as the actor sees it.
func (d *Desk) Course(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Task) (c Course, err error) {
	if _, _, err = d.Task(ctx, tx, by, id); err != nil {
		return c, err
	}
	if c.Duties, err = d.Duties.OfSubject(ctx, tx, by, Subject, int64(id)); err != nil {
		return c, err
	}
	ids := make([]ref.Duty, len(c.Duties))
	for i, x := range c.Duties {
		ids[i] = x.ID
	}
	if c.Series, err = seriesOfTask(ctx, tx, id); err != nil {
		return c, err
	}
	if c.Replies, err = repliesOf(ctx, tx, ids); err != nil {
		return c, err
	}
	if c.Values, err = valuesOf(ctx, tx, id); err != nil {
		return c, err
	}
	if c.Files, err = d.files(ctx, tx, by, ids); err != nil {
		return c, err
	}
	c.Edits, err = editsOfTask(ctx, tx, id)
	return c, err
}

// TaskHistory gives the changes of a task, oldest first.
func (d *Desk) TaskHistory(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Task) ([]Edit, error) {
	if _, _, err := d.Task(ctx, tx, by, id); err != nil {
		return nil, err
	}
	return editsOfTask(ctx, tx, id)
}

// List gives the plans that the actor may see, latest first, after a plan.
func (d *Desk) List(ctx context.Context, tx *db.Tx, by access.Actor, after ref.Plan, limit int) ([]Plan, error) {
	if err := by.Require("plan.list"); err != nil {
		return nil, err
	}
	return listPlans(ctx, tx, by, after, limit)
}

// Text gives the text of a plan that the actor may see.
func (d *Desk) Text(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Plan) (string, error) {
	if _, err := d.Get(ctx, tx, by, id); err != nil {
		return "", err
	}
	return textOf(ctx, tx, id)
}

// Context gives what the tasks of a plan are read with.
func (d *Desk) Context(ctx context.Context, tx *db.Tx, by access.Actor, p Plan) (Context, error) {
	return d.context(ctx, tx, by, p)
}

// Drafted gives a task of a draft which the actor may review.
func (d *Desk) Drafted(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Plan, task ref.Task) (Task, error) {
	if err := by.Require("plan.review"); err != nil {
		return Task{}, err
	}
	if _, err := getPlan(ctx, tx, by, id); err != nil {
		return Task{}, err
	}
	found, err := tasksByID(ctx, tx, []ref.Task{task})
	if err == nil && (len(found) == 0 || found[0].Plan != id) {
		err = errs.New(errs.Conflict, "这项任务已被删除或合并。请刷新页面查看最新内容。")
	}
	if err != nil {
		return Task{}, err
	}
	return found[0], nil
}

// historyLimit is the most changes that a page shows.
const historyLimit = 100

// History gives the changes of a plan after its issue, latest first.
func (d *Desk) History(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Plan) ([]Edit, error) {
	p, err := d.Get(ctx, tx, by, id)
	if err != nil || !covers(by, p) {
		return nil, err
	}
	return editsOfPlan(ctx, tx, id, "amend", historyLimit)
}
