package assessment

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/db"
	"weibao/internal/ref"
	"weibao/internal/rule"
)

// PlanApart brings the care on behalf of an entry of a secret list to what the
// list asks for; nothing is wanted where the entry has ended. Neither the
// child's file nor its due knows of it, and its duties do not say whom or what
// they are about. The caller has checked the actor's right to the list.
func (k *Desk) PlanApart(ctx context.Context, tx *db.Tx, by access.Actor, entry int64, c child.Child, want []rule.Care) error {
	have, err := apartCares(ctx, tx, entry)
	if err != nil {
		return err
	}
	t := turn{child: c, have: have, apart: entry, plan: difference(want, have, 0).of(c)}
	if t.plan.empty() {
		return nil
	}
	return k.carryOut(ctx, tx, by, []turn{t})
}

// Apart gives every care on behalf of an entry of a secret list.
func (k *Desk) Apart(ctx context.Context, tx *db.Tx, entry int64) ([]Care, error) {
	return apartCares(ctx, tx, entry)
}

// Fulfil closes the open step of a kind by its fact and opens what follows:
// of the child's own care, or with an entry of what stands apart. It gives the
// duty that was closed, 0 where none was open. The caller has checked the
// actor's right to the step.
func (k *Desk) Fulfil(ctx context.Context, tx *db.Tx, by access.Actor, c child.Child, entry int64, kind rule.CareKind, factID int64) (ref.Duty, error) {
	const fact = "assessment_step"
	if entry == 0 {
		id, err := k.close(ctx, tx, by, c.ID, kind, fact, factID)
		if err != nil {
			return 0, err
		}
		return id, k.Plan(ctx, tx, by, c)
	}
	have, err := apartCares(ctx, tx, entry)
	if err != nil {
		return 0, err
	}
	return k.closeOf(ctx, tx, by, have, kind, fact, factID)
}

// AllCares gives every care of a child, whatever became of it, in the actor's scope.
func (k *Desk) AllCares(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child) ([]Care, error) {
	if _, err := k.Cabinet.Get(ctx, tx, by, id); err != nil {
		return nil, err
	}
	return cares(ctx, tx, id)
}

// Open tells whether a care waits to be done, Done whether it was done while
// what asked for it holds.
func (c Care) Open() bool { return c.State == careOpen }

// Done tells whether a care was done and is not asked for again.
func (c Care) Done() bool { return c.State == careDone }

// Redo opens a step anew that was done and does not hold any more.
func (k *Desk) Redo(ctx context.Context, tx *db.Tx, by access.Actor, c child.Child, kind rule.CareKind) error {
	have, err := cares(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	var gone []int64
	for _, h := range have {
		if h.Kind == kind && h.Done() {
			gone = append(gone, h.ID)
		}
	}
	if err := leaveCares(ctx, tx, gone); err != nil {
		return err
	}
	return k.Plan(ctx, tx, by, c)
}
