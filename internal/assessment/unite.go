package assessment

import (
	"context"
	"slices"

	"weibao/internal/child"
	"weibao/internal/db"
	"weibao/internal/ref"
	"weibao/internal/rule"
)

// joint is what uniting and parting of files means for their care. What was
// done for one was done for the child: it counts for the file that stands for
// both. What was open goes on there with its due. Should they be parted, each
// has again what it had.
type joint struct {
	united map[ref.Child]ref.Child // by file, the one that was united with it or into another
	parted []ref.Child
	rest   []Care // what rested since those were united
}

// join takes what was done along with files that were united or parted.
func (k *Desk) join(ctx context.Context, tx *db.Tx, list []child.Child) (joint, error) {
	j := joint{united: map[ref.Child]ref.Child{}}
	var open []ref.Child
	for _, c := range list {
		switch {
		case c.Successor != 0:
			j.united[c.ID], j.united[c.Successor] = c.ID, c.ID
			if err := lend(ctx, tx, c, k.proofs(tx)); err != nil {
				return j, err
			}
		case c.State == child.Open:
			open = append(open, c.ID)
		}
	}
	var err error
	if j.parted, err = partedOf(ctx, tx, open); err != nil || len(j.parted) == 0 {
		return j, err
	}
	for _, id := range j.parted {
		if err := regain(ctx, tx, id); err != nil {
			return j, err
		}
	}
	j.rest, err = restOf(ctx, tx, j.parted)
	return j, err
}

// proofs are the kinds of steps that papers fulfil: each file has its own, and
// what both have together is looked at anew.
func (k *Desk) proofs(tx *db.Tx) []rule.CareKind {
	out := []rule.CareKind{""} // a list in a statement is never empty
	for _, l := range k.Book().SpecialLists(today(tx)) {
		for _, s := range l.Steps {
			if s.Proves {
				out = append(out, rule.CareKind(l.KindOf(s)))
			}
		}
	}
	return out
}

// tell lets a turn know of what its care goes on with. Where both files wait
// for the same, the earlier due holds.
func (j joint) tell(t *turn, want []rule.Care, have map[ref.Child][]Care) {
	for _, h := range j.rest {
		if h.Child == t.child.ID {
			t.lent = append(t.lent, h)
		}
	}
	united, ok := j.united[t.child.ID]
	if !ok {
		return
	}
	t.united = united
	if united == t.child.ID {
		return
	}
	for _, h := range have[united] {
		if h.Open() {
			t.lent = append(t.lent, h)
		}
	}
	for _, h := range t.have {
		ends := slices.ContainsFunc(t.plan.end, func(e Care) bool { return e.ID == h.ID })
		i := slices.IndexFunc(want, func(w rule.Care) bool { return termsOf(w) == h.Terms })
		if h.Open() && !ends && i >= 0 && slices.ContainsFunc(t.lent, func(l Care) bool { return l.Terms == h.Terms && l.Due.Before(h.Due) }) {
			t.plan.end, t.plan.open = append(t.plan.end, h), append(t.plan.open, want[i])
		}
	}
}
