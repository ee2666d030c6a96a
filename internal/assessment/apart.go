package assessment

import (
	"context"
	"slices"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/db"
	"weibao/internal/ref"
	"weibao/internal/rule"
)

// Apart is the care on behalf of an entry of a secret list.
type Apart struct {
	Entry  int64
	Beside []int64     // other entries of the child on the same list: what was done for one was done for all
	Want   []rule.Care // what the list asks for; nothing where the entry has ended or another stands for it
	United ref.Child   // the file by whose uniting or parting it changes: what ends rests; 0 = none
}

// PlanApart brings the care on behalf of an entry of a secret list to what the
// list asks for. Neither the child's file nor its due knows of it, and its
// duties do not say whom or what they are about. The caller has checked the
// actor's right to the list.
func (k *Desk) PlanApart(ctx context.Context, tx *db.Tx, by access.Actor, c child.Child, a Apart) error {
	have, err := apartCares(ctx, tx, append([]int64{a.Entry}, a.Beside...))
	if err != nil {
		return err
	}
	have = slices.DeleteFunc(have, func(h Care) bool { return h.Apart != a.Entry && !h.Done() })
	t := turn{child: c, have: have, apart: a.Entry, plan: difference(a.Want, have, 0).of(c), united: a.United}
	t.plan.past = slices.DeleteFunc(t.plan.past, func(h Care) bool { return h.Apart != a.Entry || a.United != 0 })
	if t.plan.empty() {
		return nil
	}
	var woken []int64
	for _, h := range have {
		if h.State == careRest && slices.ContainsFunc(t.plan.open, func(w rule.Care) bool { return termsOf(w) == h.Terms }) {
			t.lent, woken = append(t.lent, h), append(woken, h.ID)
		}
	}
	if err := wake(ctx, tx, woken); err != nil {
		return err
	}
	return k.carryOut(ctx, tx, by, []turn{t})
}

// Apart gives every care on behalf of entries of a secret list.
func (k *Desk) Apart(ctx context.Context, tx *db.Tx, entries ...int64) ([]Care, error) {
	return apartCares(ctx, tx, entries)
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
	have, err := apartCares(ctx, tx, []int64{entry})
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

// Resumed says whose due goes on in a step that is opened anew: of what was
// done, or of what rests since a file was united with another.
type Resumed struct {
	Done   bool
	United ref.Child // 0 = none
}

// Redo opens a step anew that was done and does not hold any more.
func (k *Desk) Redo(ctx context.Context, tx *db.Tx, by access.Actor, c child.Child, kind rule.CareKind, r Resumed) error {
	have, err := cares(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	rest, err := restOf(ctx, tx, []ref.Child{r.United})
	if err != nil {
		return err
	}
	t := turn{child: c, lent: slices.DeleteFunc(rest, func(h Care) bool { return h.Kind != kind })}
	var gone []int64
	for i, h := range have {
		if h.Kind == kind && h.Done() {
			gone, have[i].State = append(gone, h.ID), carePast
			if r.Done {
				t.lent = append(t.lent, h)
			}
		}
	}
	if err := leaveCares(ctx, tx, gone); err != nil {
		return err
	}
	t.have, t.plan = have, compare(k.Book(), c, have, today(tx))
	return k.carryOut(ctx, tx, by, []turn{t})
}
