package plan

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/file"
	"weibao/internal/ref"
)

// Outline is a plan with its tasks and all that they are read with.
type Outline struct {
	Context
	Plan  Plan
	Tasks []Task // without drafts
}

// Outline gives an issued plan that the actor may see, and of its tasks those
// that concern what he may see: the chosen ones, or all.
func (d *Desk) Outline(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Plan, chosen []ref.Task) (o Outline, err error) {
	if o.Plan, err = d.Get(ctx, tx, by, id); err != nil {
		return o, err
	}
	if o.Plan.State == Draft {
		return o, errs.Missing()
	}
	if o.Context, err = d.context(ctx, tx, by, o.Plan); err != nil {
		return o, err
	}
	var tasks []Task
	if chosen == nil {
		tasks, err = tasksOf(ctx, tx, id)
	} else {
		tasks, err = tasksByID(ctx, tx, chosen)
	}
	if err != nil || len(tasks) == 0 {
		return o, err
	}
	o.Tasks, err = amongSeen(ctx, tx, by, o.Plan, tasks)
	return o, err
}

// Paths gives the headings of each task of a plan that the actor sees, in its order.
func (d *Desk) Paths(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Plan) ([]TaskPath, error) {
	p, err := d.Get(ctx, tx, by, id)
	if err != nil {
		return nil, err
	}
	return pathsOf(ctx, tx, by, p)
}

// TaskPath is where a task stands in its plan.
type TaskPath struct {
	Task ref.Task
	Path []string
}

// Latest gives the latest reply about each task of a plan that lies with a
// unit which the actor sees.
func (d *Desk) Latest(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Plan) (map[ref.Task]Reply, error) {
	if err := by.Require("plan.list"); err != nil {
		return nil, err
	}
	list, err := latestReplies(ctx, tx, by, id)
	out := make(map[ref.Task]Reply, len(list))
	for _, r := range list {
		out[r.Task] = r
	}
	return out, err
}

// Story is one task from its clause to its proof.
type Story struct {
	Context
	Plan    Plan
	Task    Task
	Duties  []duty.Duty // those that the actor sees, by due
	Replies []Reply     // to them, latest first
	Values  []Value     // in these replies
	Files   map[ReplyID][]file.Info
	History []Edit // changes after the issue, and before it for who reviews
}

// Story gives a task of an issued plan that the actor may see, with the duties
// in his scope, what was replied to them, and how the task was changed.
func (d *Desk) Story(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Task) (s Story, err error) {
	if err := by.Require("plan.task"); err != nil {
		return s, err
	}
	tasks, err := tasksByID(ctx, tx, []ref.Task{id})
	if err != nil {
		return s, err
	}
	if len(tasks) == 0 || tasks[0].State == TaskDraft {
		return s, errs.Missing()
	}
	s.Task = tasks[0]
	if s.Plan, err = getPlan(ctx, tx, by, s.Task.Plan); err != nil {
		return s, err
	}
	if seen, err := amongSeen(ctx, tx, by, s.Plan, tasks); err != nil || len(seen) == 0 {
		return Story{}, cmpErr(err, errs.Missing())
	}
	if s.Context, err = d.context(ctx, tx, by, s.Plan); err != nil {
		return s, err
	}
	if s.Duties, err = d.Duties.OfSubject(ctx, tx, by, Subject, int64(id)); err != nil {
		return s, err
	}
	if err := d.answers(ctx, tx, by, &s); err != nil {
		return s, err
	}
	history, err := editsOfTask(ctx, tx, id)
	for _, e := range history {
		if e.Kind == "amend" || by.Can("plan.review") {
			s.History = append(s.History, e)
		}
	}
	return s, err
}

// answers adds replies, values and evidence of the duties that are seen.
func (d *Desk) answers(ctx context.Context, tx *db.Tx, by access.Actor, s *Story) (err error) {
	ids := make([]ref.Duty, len(s.Duties))
	for i, x := range s.Duties {
		ids[i] = x.ID
	}
	if len(ids) == 0 {
		return nil
	}
	if s.Replies, err = repliesOf(ctx, tx, ids); err != nil {
		return err
	}
	shown := map[ReplyID]bool{}
	for _, r := range s.Replies {
		shown[r.ID] = true
	}
	values, err := valuesOf(ctx, tx, s.Task.ID)
	if err != nil {
		return err
	}
	for _, v := range values {
		if shown[v.Reply] {
			s.Values = append(s.Values, v)
		}
	}
	s.Files, err = d.files(ctx, tx, by, ids)
	return err
}
