package plan

import (
	"context"
	"encoding/json"
	"fmt"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/ref"
)

// Inherit makes a unit's successor the owner of what plans ask of it: tasks of
// drafts and of issued plans, and the plans that it runs. It is called in the
// transaction of the merger, which asked for the right; the duties follow in
// package duty. An issued plan keeps the change in its history. In a draft no
// step back leads to the unit that is gone.
func Inherit(ctx context.Context, tx *db.Tx, by access.Actor, from, to ref.Unit, words string) (int, error) {
	if err := giveOffice(ctx, tx, from, to); err != nil {
		return 0, err
	}
	tasks, err := tasksNaming(ctx, tx, from)
	if err != nil {
		return 0, err
	}
	byPlan := map[ref.Plan][]Task{}
	var order []ref.Plan
	for _, t := range tasks {
		if byPlan[t.Plan] == nil {
			order = append(order, t.Plan)
		}
		byPlan[t.Plan] = append(byPlan[t.Plan], t)
	}
	for _, id := range order {
		if err := inheritPlan(ctx, tx, by, id, byPlan[id], from, to, words); err != nil {
			return 0, err
		}
	}
	return len(tasks), inheritEdits(ctx, tx, from, to)
}

func inheritPlan(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Plan, tasks []Task, from, to ref.Unit, words string) error {
	p, known, err := planByID(ctx, tx, id)
	if err != nil || !known {
		return err
	}
	s := newBench(tx, p, tasks)
	for _, t := range tasks {
		s.put(succeeded(t, from, to))
	}
	if p.State == Issued {
		return keep(ctx, tx, by, s, headOf(p), "amend", fmt.Sprintf("单位撤并，%d项任务由承接单位负责", len(tasks)), words)
	}
	if err := putTasks(ctx, tx, renewed(s.changed(), tasks), nil); err != nil {
		return err
	}
	if err := updatePlan(ctx, tx, p); err != nil {
		return err
	}
	tx.Notify("plan", ref.Format(id))
	return audit.Write(ctx, tx, by, "plan.review", "plan", id, map[string]any{"from": from, "to": to, "tasks": len(tasks)})
}

// succeeded gives a task in which one unit stands for another; a task that named both names it once.
func succeeded(t Task, from, to ref.Unit) Task {
	t = t.Clone()
	for i := range t.Facts {
		if t.Facts[i].Unit == from {
			t.Facts[i].Unit = to
		}
	}
	t.Facts = once(t.Facts)
	return t
}

// inheritEdits lets the steps back and forth of drafts lead to the successor.
func inheritEdits(ctx context.Context, tx *db.Tx, from, to ref.Unit) error {
	edits, err := editsOfDrafts(ctx, tx)
	if err != nil {
		return err
	}
	for _, e := range edits {
		before, err1 := succeededSide(e.Before, from, to)
		after, err2 := succeededSide(e.After, from, to)
		if err1 != nil || err2 != nil {
			return fmt.Errorf("plan: edit %d: %w", e.ID, cmpErr(err1, err2))
		}
		if before == e.Before && after == e.After {
			continue
		}
		if err := setSides(ctx, tx, e.ID, before, after); err != nil {
			return err
		}
	}
	return nil
}

func succeededSide(stored string, from, to ref.Unit) (string, error) {
	var s side
	if err := json.Unmarshal([]byte(stored), &s); err != nil {
		return "", err
	}
	named := false
	for i, t := range s.Tasks {
		for _, f := range t.Facts {
			named = named || f.Unit == from
		}
		s.Tasks[i] = succeeded(t, from, to)
	}
	if !named {
		return stored, nil
	}
	b, err := json.Marshal(s)
	return string(b), err
}

// Settle ends what a unit would answer to itself: where one unit led a task and
// the other supported it, the successor has the lead alone. It is called when
// the duties have followed.
func Settle(ctx context.Context, tx *db.Tx, by access.Actor, kernel *duty.Kernel, unit ref.Unit, words string) error {
	duties, err := ownSupport(ctx, tx, unit)
	if err != nil {
		return err
	}
	f := follower{Desk: &Desk{Duties: kernel}, by: by, reason: words}
	for _, id := range duties {
		if err := f.cancelDuty(ctx, tx, id); err != nil {
			return err
		}
	}
	series, err := ownSupportSeries(ctx, tx, unit)
	if err != nil {
		return err
	}
	for _, id := range series {
		if err := f.endSeries(ctx, tx, id); err != nil {
			return err
		}
	}
	return nil
}

// Rehome gives plans of a division that is no longer in force the one in its
// place, with the change of divisions.
func Rehome(ctx context.Context, tx *db.Tx, was, now string) error {
	return rehomePlans(ctx, tx, was, now)
}
