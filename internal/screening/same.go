package screening

import (
	"context"
	"slices"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/child"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
)

// Batch tells what came of an entry for many children at once.
type Batch struct {
	Entered int
	Before  int         // had an entry of this campaign already
	Lacking []ref.Child // whose file does not say what must be known: they are entered one by one
	Leads   int         // who have to be assessed
}

// MaxBatch is how many children are entered at once.
const MaxBatch = 200

// EnterSame records of many children that all is as their files say 「无变化」.
// Whoever has an entry already keeps it.
func (k *Desk) EnterSame(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Campaign, who []ref.Child) (Batch, error) {
	if err := by.Require("screening.answer"); err != nil {
		return Batch{}, err
	}
	who = slices.Compact(slices.Sorted(slices.Values(who)))
	switch {
	case len(who) == 0:
		return Batch{}, errs.New(errs.Invalid, "请先勾选没有变化的儿童。")
	case len(who) > MaxBatch:
		return Batch{}, errs.Newf(errs.Invalid, "一次最多办理%d人，请分几次办理。", MaxBatch)
	}
	c, form, err := k.running(ctx, tx, by, id)
	if err != nil {
		return Batch{}, err
	}
	var b Batch
	for _, child := range who {
		v, err := k.visit(ctx, tx, by, c, form, child)
		if err != nil {
			return b, err
		}
		if v.again {
			b.Before++
			continue
		}
		if err := k.same(ctx, tx, by, v, &b); err != nil {
			return b, err
		}
	}
	return b, audit.Write(ctx, tx, by, "screening.answer", subject, id, map[string]any{"same": b.Entered, "lacking": len(b.Lacking)})
}

func (k *Desk) same(ctx context.Context, tx *db.Tx, by access.Actor, v visit, b *Batch) error {
	told, err := k.met(ctx, tx, by, v, In{Answers: v.calm()})
	if errs.Is(err, errs.Invalid) { // what must be known stands nowhere; nothing was written
		b.Lacking = append(b.Lacking, v.file.ID)
		return nil
	}
	if err != nil {
		return err
	}
	b.Entered++
	if len(told.Leads) > 0 || told.Duty != 0 {
		b.Leads++
	}
	return nil
}

// calm gives the answers that nothing is the matter.
func (v visit) calm() map[string]string {
	out := map[string]string{}
	for _, q := range v.form.Asked(v.facts.Age) {
		if a := q.Calm(); a != "" {
			out[q.ID] = a
		}
	}
	return out
}

// Discover opens the file of a child nobody knew of, in a village of a
// campaign; what is asked of it is entered next.
func (k *Desk) Discover(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Campaign, n child.New) (ref.Child, error) {
	if err := by.Require("screening.answer"); err != nil {
		return 0, err
	}
	c, _, err := k.running(ctx, tx, by, id)
	if err != nil {
		return 0, err
	}
	if _, err := village(ctx, tx, by, c.ID, n.Region, ""); err != nil {
		return 0, err
	}
	n.Source = Source(c.ID)
	return k.Cabinet.Create(ctx, tx, by, n)
}
