package duty

import (
	"context"
	"fmt"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/ref"
)

// Evaluate computes anew, for every open duty, when the sweep must look at it
// next, and tells how many changed: after a ladder or the calendar changed.
// It works by groups of equal dues, so its cost grows with their number.
func (k *Kernel) Evaluate(ctx context.Context, d *db.DB) (int64, error) {
	groups, err := armGroups(ctx, d.Reader())
	if err != nil {
		return 0, fmt.Errorf("duty.Evaluate: %w", err)
	}
	var changed int64
	const batch = 50
	for len(groups) > 0 {
		n := min(batch, len(groups))
		err := d.WriteLow(ctx, func(tx *db.Tx) error {
			did, err := k.evaluateGroups(ctx, tx, groups[:n])
			changed += did
			return err
		})
		if err != nil {
			return changed, fmt.Errorf("duty.Evaluate: %w", err)
		}
		groups = groups[n:]
	}
	return changed, nil
}

func (k *Kernel) evaluateGroups(ctx context.Context, tx *db.Tx, groups []armGroup) (int64, error) {
	cal, err := k.calendar(ctx, tx)
	if err != nil {
		return 0, err
	}
	var changed int64
	for _, g := range groups {
		next := clock.Instant(0)
		if times := rungs(cal, k.Ladder(g.Ladder), g.Due); g.Level < len(times) {
			next = times[g.Level]
		}
		if next == g.Next {
			continue
		}
		n, err := setNext(ctx, tx, g, next)
		if err != nil {
			return 0, err
		}
		changed += n
	}
	if changed == 0 {
		return 0, nil
	}
	return changed, audit.Write(ctx, tx, access.Program, "duty.evaluate", "duty", ref.Duty(0), map[string]int64{"changed": changed})
}

// Recalculate computes anew the dues that were provisional because they lay
// beyond the working-day calendar, after another year of it was loaded, and
// tells how many moved.
func (k *Kernel) Recalculate(ctx context.Context, d *db.DB) (int, error) {
	moved, after := 0, ref.Duty(0)
	for {
		var seen int
		err := d.WriteLow(ctx, func(tx *db.Tx) error {
			list, err := provisional(ctx, tx, after, sweepBatch)
			if err != nil {
				return err
			}
			seen = len(list)
			if seen > 0 {
				after = list[seen-1].ID
			}
			n, err := k.settle(ctx, tx, list)
			moved += n
			return err
		})
		if err != nil {
			return moved, fmt.Errorf("duty.Recalculate: %w", err)
		}
		if seen == 0 {
			return moved, nil
		}
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
		old := d.Due
		d.Due, d.Provisional = due, still
		if times := rungs(cal, k.Ladder(d.Ladder), due); d.Level < len(times) && d.Paused == 0 {
			d.Next = times[d.Level]
		}
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
