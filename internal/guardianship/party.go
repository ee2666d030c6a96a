package guardianship

import (
	"context"
	"slices"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/ref"
)

// Invite makes units parties to a measure: they may see it from then on.
func (k *Desk) Invite(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Measure, units []ref.Unit) error {
	m, err := k.lead(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if len(units) == 0 {
		return errs.Fields{"unit": "请选择单位。"}.Err()
	}
	if err := join(ctx, tx, m.ID, by.User, units...); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "guardianship.party", Subject, id, map[string]any{"joined": units})
}

// Dismiss ends that a unit takes part. Whose measure it is, and whoever has an
// open duty in it, stays.
func (k *Desk) Dismiss(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Measure, unit ref.Unit) error {
	m, err := k.lead(ctx, tx, by, id)
	if err != nil {
		return err
	}
	tasks, err := tasksOf(ctx, tx, id)
	if err != nil {
		return err
	}
	if unit == m.Unit || unit == by.Post.Unit || slices.ContainsFunc(tasks, func(t Task) bool { return t.State == taskOpen && t.Unit == unit }) {
		return errs.New(errs.Conflict, "该单位负责这项措施或者还有没办结的事项，不能移出。")
	}
	if err := leave(ctx, tx, id, unit); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "guardianship.party", Subject, id, map[string]any{"left": unit})
}

// Moved lets a measure follow a duty of its own that others than it changed:
// the unit that has it now takes part, and what was waived is not asked for again.
func (k *Desk) Moved(ctx context.Context, tx *db.Tx, by access.Actor, was, is duty.Duty) error {
	if was.Kind != DutyKind || was.Subject != Subject {
		return nil
	}
	t, err := taskOf(ctx, tx, was.ID)
	if errs.Is(err, errs.NotFound) {
		return nil // it had ended before
	}
	if err != nil {
		return err
	}
	if is.State == duty.Waived {
		t.State = taskFree
		return closeTask(ctx, tx, t)
	}
	if err := setTaskUnit(ctx, tx, t.ID, is.Unit); err != nil {
		return err
	}
	return join(ctx, tx, t.Measure, by.User, is.Unit)
}

// lead gives a measure to whoever decides on its parties.
func (k *Desk) lead(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Measure) (Measure, error) {
	if err := by.Require("guardianship.party"); err != nil {
		return Measure{}, err
	}
	return get(ctx, tx, by, id, tx.ForUpdate())
}
