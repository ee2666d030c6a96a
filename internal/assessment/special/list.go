package special

import (
	"cmp"
	"context"
	"slices"

	"weibao/internal/access"
	"weibao/internal/assessment"
	"weibao/internal/audit"
	"weibao/internal/child"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/rule/special"
)

// Filter chooses members of a list.
type Filter struct {
	Region string // a division within the actor's scope; "" = the whole scope
	Step   string // whom this step waits for; "" = everybody
	After  child.Key
	Limit  int
}

// Member is a child as a row of a list.
type Member struct {
	Child  child.Child
	Entry  ref.Entry // of a secret list
	Open   []assessment.Care
	Lacks  []special.Proof
	Values []string  // of the list's columns, covered
	Key    child.Key // place in the list
}

// Next is what must be done first for a member; false where nothing waits.
func (m Member) Next() (assessment.Care, bool) {
	if len(m.Open) == 0 {
		return assessment.Care{}, false
	}
	return slices.MinFunc(m.Open, func(a, b assessment.Care) int { return a.Due.Compare(b.Due) }), true
}

// Members gives a page of an ordinary list in the actor's scope: by due, or
// those for whom a step waits, by when.
func (k *Desk) Members(ctx context.Context, tx *db.Tx, by access.Actor, id special.Kind, f Filter) ([]Member, error) {
	l, err := k.ordinary(by, id, today(tx))
	if err != nil {
		return nil, err
	}
	rows, keys, err := k.rows(ctx, tx, by, l, f)
	if err != nil {
		return nil, err
	}
	out := make([]Member, len(rows))
	for i, c := range rows {
		out[i] = Member{Child: c, Key: keys[i]}
	}
	return out, k.fill(ctx, tx, by, l, out)
}

// rows gives the children of a page, with their places in the list.
func (k *Desk) rows(ctx context.Context, tx *db.Tx, by access.Actor, l special.List, f Filter) ([]child.Child, []child.Key, error) {
	cf := child.Filter{Region: f.Region, Level: child.AnyLevel, After: f.After, Limit: f.Limit}
	if f.Step != "" {
		step, ok := l.Step(f.Step)
		if !ok {
			return nil, nil, errs.Missing()
		}
		column, value, err := cf.Within(by)
		if err != nil {
			return nil, nil, err
		}
		return waiting(ctx, tx, rule.CareKind(l.KindOf(step)), k.book().SpecialCategories(l.ID, today(tx)), column, value, f)
	}
	var rows []child.Child
	for _, category := range k.book().SpecialCategories(l.ID, today(tx)) {
		cf.Category = category
		some, err := k.Care.Cabinet.List(ctx, tx, by, cf)
		if err != nil {
			return nil, nil, err
		}
		rows = append(rows, some...)
	}
	slices.SortFunc(rows, func(a, b child.Child) int { return cmp.Or(cmp.Compare(a.Due, b.Due), cmp.Compare(a.ID, b.ID)) })
	rows = slices.CompactFunc(rows, func(a, b child.Child) bool { return a.ID == b.ID })
	rows = rows[:min(len(rows), f.Limit)]
	keys := make([]child.Key, len(rows))
	for i, c := range rows {
		keys[i] = child.KeyOf(c)
	}
	return rows, keys, nil
}

// fill adds what is open and what lacks proof to the members of an ordinary list.
func (k *Desk) fill(ctx context.Context, tx *db.Tx, by access.Actor, l special.List, list []Member) error {
	rows, ids := make([]child.Child, len(list)), make([]ref.Child, len(list))
	for i, m := range list {
		rows[i], ids[i] = m.Child, m.Child.ID
	}
	cares, err := k.Care.OpenBy(ctx, tx, rows)
	if err != nil {
		return err
	}
	given, err := proofsOf(ctx, tx, ids)
	if err != nil {
		return err
	}
	for i := range list {
		m, codes := &list[i], k.codes(list[i].Child, today(tx))
		m.Open = openOf(l, cares[m.Child.ID])
		m.Lacks = l.Missing(codes, there(given, l.ID, m.Child.ID, today(tx)))
	}
	return k.columns(ctx, tx, by, l, rows, list)
}

// columns writes the columns of a list.
func (k *Desk) columns(ctx context.Context, tx *db.Tx, by access.Actor, l special.List, rows []child.Child, list []Member) error {
	lines, err := k.Ledgers.Lines(ctx, tx, by, Sheet(l), rows)
	for i := range lines {
		list[i].Values = lines[i].Values
	}
	return err
}

// Sheet is a list as ledgers write it.
func Sheet(l special.List) rule.Ledger {
	var out rule.Ledger
	for _, field := range l.Columns {
		out.Columns = append(out.Columns, rule.Column{Field: field})
	}
	return out
}

// openOf gives what waits to be done of a list's steps.
func openOf(l special.List, cares []assessment.Care) (out []assessment.Care) {
	for _, h := range cares {
		if h.Open() && slices.ContainsFunc(l.Steps, func(s special.Step) bool { return l.KindOf(s) == string(h.Kind) }) {
			out = append(out, h)
		}
	}
	return out
}

// Waiting counts for whom a step waits, and for how many it is late.
type Waiting struct{ N, Late int64 }

// Count is how many children stand on a list, and for whom its steps wait.
type Count struct {
	Children int64
	Steps    map[string]Waiting
}

// Counts gives the kept numbers of the lists that an actor may see, of a
// division in his scope; "" is the whole scope. Secret lists are not counted.
func (k *Desk) Counts(ctx context.Context, tx *db.Tx, by access.Actor, region string) (map[special.Kind]Count, error) {
	on, out := today(tx), map[special.Kind]Count{}
	rows, err := k.Care.Cabinet.Waiting(ctx, tx, by, region, on)
	if err != nil {
		return nil, err
	}
	for _, l := range k.Lists(by, on) {
		if !l.Secret {
			out[l.ID] = countOf(l, k.book().SpecialCategories(l.ID, on), rows)
		}
	}
	return out, nil
}

// Count is Counts for one list.
func (k *Desk) Count(ctx context.Context, tx *db.Tx, by access.Actor, id special.Kind, region string) (Count, error) {
	l, err := k.ordinary(by, id, today(tx))
	its := k.book().SpecialCategories(l.ID, today(tx))
	if err != nil || len(its) == 0 {
		return Count{}, err
	}
	rows, err := k.Care.Cabinet.Waiting(ctx, tx, by, region, today(tx), its...)
	return countOf(l, its, rows), err
}

// countOf sums what belongs to a list.
func countOf(l special.List, its []string, rows []child.Waiting) Count {
	out, steps := Count{Steps: map[string]Waiting{}}, map[string]string{}
	for _, s := range l.Steps {
		steps[l.KindOf(s)] = s.ID
	}
	for _, r := range rows {
		switch step, waits := steps[r.Kind]; {
		case r.Kind != "" && !waits || !r.Of(its):
		case r.Kind == "":
			out.Children += r.N
		default:
			w := out.Steps[step]
			out.Steps[step] = Waiting{w.N + r.N, w.Late + r.Late}
		}
	}
	return out
}

// Entries gives a page of a secret list in the actor's scope, the latest first,
// and leaves a trace of the look.
func (k *Desk) Entries(ctx context.Context, tx *db.Tx, by access.Actor, id special.Kind, after ref.Entry, limit int) ([]Member, error) {
	l, err := k.List(by, id, today(tx))
	if err != nil {
		return nil, err
	}
	if !l.Secret {
		return nil, errs.Missing()
	}
	entries, err := entriesOf(ctx, tx, by, id, after, limit)
	if err != nil {
		return nil, err
	}
	out, rows := make([]Member, len(entries)), make([]child.Child, len(entries))
	for i, e := range entries {
		if rows[i], err = k.Care.Cabinet.Get(ctx, tx, by, e.Child); err != nil {
			return nil, err
		}
		cares, err := k.Care.Apart(ctx, tx, int64(e.ID)) // those of another entry of the child rest
		if err != nil {
			return nil, err
		}
		out[i] = Member{Child: rows[i], Entry: e.ID, Open: openOf(l, cares)}
	}
	if err := k.columns(ctx, tx, by, l, rows, out); err != nil {
		return nil, err
	}
	return out, audit.Write(ctx, tx, by, "special.secret", "assessment_entry", ref.Entry(0), map[string]any{"list": id, "shown": len(out)})
}
