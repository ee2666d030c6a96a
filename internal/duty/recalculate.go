package duty

import (
	"context"
	"fmt"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/ref"
)

// Recalculate computes anew the dues that were provisional because they lay
// beyond the working-day calendar, after another year of it was loaded, and
// tells how many moved.
func (k *Kernel) Recalculate(ctx context.Context, d *db.DB) (int, error) {
	moved, after := 0, ref.Duty(0)
	for {
		var list []Duty
		var n int
		err := d.WriteLow(ctx, func(tx *db.Tx) (err error) {
			if list, err = provisional(ctx, tx, after, sweepBatch); err == nil {
				n, err = k.settle(ctx, tx, list)
			}
			return err
		})
		if err != nil {
			return moved, fmt.Errorf("duty.Recalculate: %w", err)
		}
		if len(list) == 0 {
			return moved, nil
		}
		moved, after = moved+n, list[len(list)-1].ID
	}
}

func (k *Kernel) settle(ctx context.Context, tx *db.Tx, list []Duty) (int, error) {
	cal, err := k.calendar(ctx, tx)
	if err != nil {
		return 0, err
	}
	moved := 0
	for _, d := range list {
		due, still, err := (Deadline{kind: d.Clock, n: d.Span}).due(cal, d.Anchor)
		if err != nil || d.Clock != Workdays || due == d.Due && still {
			continue
		}
		if err := moveDue(ctx, tx, d, due); err != nil {
			return moved, err
		}
		if err := moveSteps(ctx, tx, d.ID, d.Due, due); err != nil {
			return moved, err
		}
		old := d.Due
		d.Due, d.Provisional = due, still
		if err := setDue(ctx, tx, d); err != nil {
			return moved, err
		}
		if old == due {
			continue
		}
		moved++
		if err := k.record(ctx, tx, access.Program, "duty.recalculate", d, "放假安排已导入，时限由"+day(old)+"改为"+day(due)); err != nil {
			return moved, err
		}
	}
	return moved, nil
}
