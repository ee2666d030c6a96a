package duty

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/ref"
)

// The operations of this file are called by slices, in the transaction of the
// fact that causes the change, after they have checked the actor's right to it.

// Hold stops the clock of a duty whose owner has reported: checking the result
// does not count against him. A duty whose clock stands already stays so.
func (k *Kernel) Hold(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Duty, words string) error {
	d, err := stillOpen(lock(ctx, tx, id))
	if err != nil || d.Paused != 0 {
		return err
	}
	return k.hold(ctx, tx, by, d, words)
}

// Release lets the clock of a held duty run again: its result was sent back.
func (k *Kernel) Release(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Duty, words string) error {
	d, err := stillOpen(lock(ctx, tx, id))
	if err != nil || d.Paused == 0 {
		return err
	}
	return k.release(ctx, tx, by, d, words)
}

// Cancel ends one duty whose cause was withdrawn; one that was waived stays so.
func (k *Kernel) Cancel(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Duty, reason string) error {
	d, err := lock(ctx, tx, id)
	if err == nil && d.State == Waived {
		return nil
	}
	if d, err = stillOpen(d, err); err != nil {
		return err
	}
	return k.end(ctx, tx, by, d, Cancelled, "duty.cancel", int64(d.ID), reason)
}

// EndSeries ends one series; rounds that are open stay open.
func (k *Kernel) EndSeries(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Series) error {
	s, err := lockSeries(ctx, tx, id)
	if err != nil {
		return err
	}
	return k.endOne(ctx, tx, by, s)
}

// Retitle gives an open duty another title because its cause was amended.
func (k *Kernel) Retitle(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Duty, title, reason string) error {
	d, err := stillOpen(lock(ctx, tx, id))
	if err != nil || title == d.Title {
		return err
	}
	if err := setTitle(ctx, tx, id, title); err != nil {
		return err
	}
	return k.record(ctx, tx, by, "duty.amend", d, reason)
}

// Amend gives an open duty another title and deadline because its cause was
// amended, and arms its ladder anew.
func (k *Kernel) Amend(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Duty, title string, l Deadline, reason string) error {
	d, err := stillOpen(lock(ctx, tx, id))
	if err != nil {
		return err
	}
	cal, err := k.calendar(ctx, tx)
	if err != nil {
		return err
	}
	due, provisional, err := l.due(cal, d.Opened)
	if err != nil {
		return err
	}
	if title != d.Title {
		if err := setTitle(ctx, tx, id, title); err != nil {
			return err
		}
	}
	was := d
	d.Due, d.Provisional, d.Anchor = due, provisional, d.Opened
	if err := k.rearm(ctx, tx, cal, was, d); err != nil {
		return err
	}
	if err := setClock(ctx, tx, id, l.kind, l.n); err != nil {
		return err
	}
	return k.record(ctx, tx, by, "duty.amend", d, moved(was.Due, due)+withReason(reason))
}

func moved(from, to clock.Instant) string { return "时限由" + day(from) + "改为" + day(to) }

// Give hands an open duty to another unit because its cause was amended.
func (k *Kernel) Give(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Duty, unit ref.Unit, reason string) error {
	d, err := stillOpen(lock(ctx, tx, id))
	if err != nil || d.Unit == unit {
		return err
	}
	return k.give(ctx, tx, by, d, unit, reason)
}
