package duty

import (
	"context"
	"slices"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/db"
	"weibao/internal/ref"
)

// Inherit gives the open duties and running series of a unit to the one into
// which it was merged 「撤并」, and tells how many duties; their clocks go on.
// The flow that merges units calls it.
func (k *Kernel) Inherit(ctx context.Context, tx *db.Tx, by access.Actor, from, to ref.Unit, words string) (int, error) {
	ids, err := openOfUnit(ctx, tx, from)
	if err != nil {
		return 0, err
	}
	if err := setUnitOfAll(ctx, tx, from, to); err != nil {
		return 0, err
	}
	items := make([]audit.Item, len(ids))
	for i, id := range ids {
		items[i] = audit.Item{ID: int64(id), Detail: map[string]ref.Unit{"from": from, "to": to}}
		if err := note(ctx, tx, by, id, "duty.reassign", words); err != nil {
			return 0, err
		}
	}
	announce(tx, from)
	announce(tx, to)
	return len(ids), audit.WriteAll(ctx, tx, by, "duty.reassign", "duty", items)
}

// rehomeBatch is how many duties move in one transaction, so that nobody waits for it.
const rehomeBatch = 500

// Rehome gives the duties and series of a division that is no longer in force
// the one in its place, closed ones as well, so that who looks after the
// place sees its past, and tells how many. The job that follows changes of
// divisions calls it.
func (k *Kernel) Rehome(ctx context.Context, d *db.DB, was, now string) (int, error) {
	ids, err := inRegion(ctx, d.Reader(), was)
	if err != nil {
		return 0, err
	}
	if err := d.WriteLow(ctx, func(tx *db.Tx) error { return rehomeSeries(ctx, tx, was, now) }); err != nil {
		return 0, err
	}
	for batch := range slices.Chunk(ids, rehomeBatch) {
		if err := d.WriteLow(ctx, func(tx *db.Tx) error { return rehome(ctx, tx, batch, now) }); err != nil {
			return 0, err
		}
	}
	return len(ids), nil
}

// Named counts the open duties that name a person within a unit, for the
// preview of a handover.
func (k *Kernel) Named(ctx context.Context, tx *db.Tx, unit ref.Unit, person ref.User) (open, overdue int64, err error) {
	return countNamed(ctx, tx, unit, person)
}
