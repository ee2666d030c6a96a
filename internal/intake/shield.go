package intake

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
)

// How a report that concerns the office's own level was raised.
const (
	Above = 1 // to the unit above: seen by leaders and that unit
	Alone = 2 // nobody stands above: seen by leaders alone
)

// Shield hides a report from a person whom it concerns or who is kin of one
// 「回避」: for him it does not exist.
func (k *Desk) Shield(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report, holder ref.User) error {
	if err := by.Require("intake.shield"); err != nil {
		return err
	}
	if _, err := lock(ctx, tx, by, id); err != nil {
		return err
	}
	if holder <= 0 {
		return errs.Fields{"holder": "请选择要回避的人。"}.Err()
	}
	if err := insertShield(ctx, tx, id, holder, by.User); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "intake.shield", "intake_report", id, map[string]any{"holder": holder})
}

// Shields lists from whom a report is hidden.
func (k *Desk) Shields(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report) ([]ref.User, error) {
	if _, err := k.Get(ctx, tx, by, id); err != nil {
		return nil, err
	}
	return shieldsOf(ctx, tx, id)
}

// Raise gives a report that concerns the office's own level to the unit above
// it 「提级办理」, with its duties; from then on leaders and that unit alone see
// it, or where no unit stands above leaders alone.
func (k *Desk) Raise(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report) error {
	if err := by.Require("intake.shield"); err != nil {
		return err
	}
	r, err := lock(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if r.Raised != 0 {
		return errs.New(errs.Conflict, "这件报告已经提级办理。")
	}
	before := r.Unit
	r.Raised = Above
	if err := k.own(ctx, tx, &r); err != nil {
		return err
	}
	for _, d := range []ref.Duty{r.Duty, r.Reply} {
		if d == 0 || r.Unit == before {
			continue
		}
		if err := k.Kernel.Give(ctx, tx, by, d, r.Unit, "提级办理"); err != nil {
			return err
		}
	}
	if err := save(ctx, tx, r); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "intake.raise", "intake_report", id, map[string]any{"unit": r.Unit})
}
