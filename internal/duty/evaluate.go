package duty

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/ref"
)

// evaluateBatch bounds how many duties one transaction of Evaluate moves, so
// that nobody's write waits long behind it.
const evaluateBatch = 2000

// evaluateAhead is how far Evaluate looks: far more than the time until it
// runs again, so that nothing comes due unseen, and far less than a year, so
// that it moves few of the duties there are.
const evaluateAhead = 3 * 24 * time.Hour

// Evaluate brings forward every open duty that the ladders and the calendar,
// as they stand now, want looked at within the coming days and earlier than
// was noted, and tells how many. It runs every hour. Duties that may be looked
// at later than noted need nothing: the sweep finds no rung there and goes on.
// It reads an index alone and moves groups of equal dues in short
// transactions, so its cost grows with what changes.
func (k *Kernel) Evaluate(ctx context.Context, d *db.DB) (int64, error) {
	moves, err := k.groupMoves(ctx, d.Reader())
	if err != nil {
		return 0, fmt.Errorf("duty.Evaluate: %w", err)
	}
	var changed int64
	for len(moves) > 0 {
		var moved int64
		var left []groupMove
		err := d.WriteLow(ctx, func(tx *db.Tx) (err error) {
			moved, left, err = moveGroups(ctx, tx, moves)
			return err
		})
		if err != nil {
			return changed, fmt.Errorf("duty.Evaluate: %w", err)
		}
		changed, moves = changed+moved, left
	}
	return changed, nil
}

type groupMove struct {
	armGroup
	to clock.Instant
}

// groupMoves lists the groups that must be brought forward, the soonest first.
func (k *Kernel) groupMoves(ctx context.Context, tx *db.Tx) ([]groupMove, error) {
	cal, err := k.calendar(ctx, tx)
	if err != nil {
		return nil, err
	}
	groups, err := armGroups(ctx, tx)
	if err != nil {
		return nil, err
	}
	var out []groupMove
	for _, g := range groups {
		times := rungs(cal, k.Ladder(g.Ladder), g.Due)
		if g.Level >= len(times) {
			continue
		}
		next := times[g.Level]
		if sooner := g.Next == 0 || next < g.Next; sooner && next <= tx.Now.Add(evaluateAhead) {
			out = append(out, groupMove{g, next})
		}
	}
	slices.SortFunc(out, func(a, b groupMove) int { return cmp.Compare(a.to, b.to) })
	return out, nil
}

// moveGroups moves duties until the batch is full and gives the groups that are left.
func moveGroups(ctx context.Context, tx *db.Tx, moves []groupMove) (moved int64, left []groupMove, err error) {
	for left = moves; len(left) > 0 && moved < evaluateBatch; {
		n, err := setNext(ctx, tx, left[0].armGroup, left[0].to, evaluateBatch-int(moved))
		if err != nil {
			return 0, nil, err
		}
		if moved += n; moved < evaluateBatch {
			left = left[1:]
		}
	}
	if moved == 0 {
		return 0, left, nil
	}
	return moved, left, audit.Write(ctx, tx, access.Program, "duty.evaluate", "duty", ref.Duty(0), map[string]int64{"changed": moved})
}

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
