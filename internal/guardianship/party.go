package guardianship

import (
	"context"
	"slices"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/db"
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

// lead gives a measure to whoever decides on its parties.
func (k *Desk) lead(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Measure) (Measure, error) {
	if err := by.Require("guardianship.party"); err != nil {
		return Measure{}, err
	}
	return get(ctx, tx, by, id, tx.ForUpdate())
}
