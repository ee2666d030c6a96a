package plan

import (
	"context"
	"regexp"
	"strconv"
	"strings"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
)

// Copy makes next year's plan from this one: a draft with the same text,
// tasks and units, its dates a year later, for a person to review. Tasks that
// were withdrawn stay behind. When the draft is issued, what recurs in this
// plan ends with it.
func (d *Desk) Copy(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Plan) (ref.Plan, error) {
	if err := by.Require("plan.copy"); err != nil {
		return 0, err
	}
	old, err := lockPlan(ctx, tx, by, id)
	if err != nil {
		return 0, err
	}
	if old.State == Draft {
		return 0, errs.New(errs.Conflict, "方案还没有下发，不能据此编制下年方案。请先审核下发。")
	}
	if next, ok, err := nextOf(ctx, tx, id); err != nil || ok {
		return next.ID, cmpErr(err, errs.New(errs.Conflict, "已经据此编制了下年方案“"+next.Title+"”，请从方案列表打开。"))
	}
	text, err := textOf(ctx, tx, id)
	if err != nil {
		return 0, err
	}
	tasks, err := tasksOf(ctx, tx, id)
	if err != nil {
		return 0, err
	}
	p := old
	p.ID, p.State, p.Previous, p.Unit = ref.New[ref.Plan](tx.Now.Time()), Draft, old.ID, by.Post.Unit
	p.Title, p.Dated, p.Digest, p.Version, p.Head = later(old.Title), civil.Date{}, "", 1, 0
	p.Created, p.CreatedBy, p.Issued, p.IssuedBy, p.Closed = tx.Now, by.User, 0, 0, 0
	if old.Year > 0 {
		p.Year = old.Year + 1
	}
	var drafts []Task
	for _, t := range tasks {
		if t.State != TaskWithdrawn {
			drafts = append(drafts, again(tx, t, p.ID))
		}
	}
	if err := insertPlan(ctx, tx, p, text); err != nil {
		return 0, err
	}
	if err := insertTasks(ctx, tx, drafts); err != nil {
		return 0, err
	}
	return p.ID, audit.Write(ctx, tx, by, "plan.copy", "plan", p.ID, map[string]any{"from": id, "tasks": len(drafts)})
}

// again gives a task as a draft of next year's plan, with ids of its own.
func again(tx *db.Tx, t Task, plan ref.Plan) Task {
	out := t.Clone()
	out.ID, out.Plan, out.State, out.Checked, out.Version = ref.New[ref.Task](tx.Now.Time()), plan, TaskDraft, false, 1
	renamed := map[int64]int64{}
	for i := range out.Facts {
		f := &out.Facts[i]
		was := f.ID
		f.ID = int64(ref.New[ref.Task](tx.Now.Time()))
		renamed[was] = f.ID
		if f.Kind == Time || f.Kind == Document {
			if moved := later(f.Norm); moved != f.Norm {
				f.Norm, f.Rule = moved, "next-year"
			}
		}
	}
	for i := range out.Facts {
		out.Facts[i].Slot = renamed[out.Facts[i].Slot]
	}
	return out
}

var yearNumber = regexp.MustCompile(`(?:19|20)\d\d`)

// later moves every year in a title or norm by one: 2026 to 2027.
func later(s string) string {
	return yearNumber.ReplaceAllStringFunc(s, func(y string) string {
		n, err := strconv.Atoi(y)
		if err != nil || strings.HasPrefix(y, "19") {
			return y
		}
		return strconv.Itoa(n + 1)
	})
}
