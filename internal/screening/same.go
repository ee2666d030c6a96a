package screening

import (
	"context"
	"maps"
	"slices"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/child"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/rule"
)

// Batch tells what came of an entry for many children at once.
type Batch struct {
	Entered int
	Before  int         // had an entry of this campaign already
	Lacking []ref.Child // whose file does not say what must be known: they are entered one by one
	Leads   int         // who have to be assessed, each with a duty
	Never   int         // who were never assessed and are listed as to be assessed
}

// MaxBatch is how many children are entered at once.
const MaxBatch = 200

// EnterSame records of many children that all is as their files say 「无变化」,
// with as few statements as for one. Whoever has an entry already keeps it.
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
	visits, err := k.visits(ctx, tx, by, c, form, who)
	if err != nil {
		return Batch{}, err
	}
	var b Batch
	var calm []entry
	for _, v := range visits {
		if v.again {
			b.Before++
			continue
		}
		e, err := k.calmly(tx, by, v)
		switch {
		case errs.Is(err, errs.Invalid): // what must be known stands nowhere; nothing was written
			b.Lacking = append(b.Lacking, v.file.ID)
		case err != nil:
			return b, err
		default:
			calm = append(calm, e)
		}
	}
	if err := k.putAll(ctx, tx, by, calm, &b); err != nil {
		return b, err
	}
	return b, audit.Write(ctx, tx, by, "screening.answer", subject, id, map[string]any{"same": b.Entered, "lacking": len(b.Lacking)})
}

// visits gives many children at the time of an entry.
func (k *Desk) visits(ctx context.Context, tx *db.Tx, by access.Actor, c Campaign, form rule.Screening, who []ref.Child) ([]visit, error) {
	rows, err := k.Cabinet.LockAll(ctx, tx, by, who)
	if err != nil {
		return nil, err
	}
	if len(rows) < len(who) { // closed, or outside: said as for one
		at := slices.IndexFunc(who, func(id ref.Child) bool {
			return !slices.ContainsFunc(rows, func(c child.Child) bool { return c.ID == id })
		})
		_, err := k.visit(ctx, tx, by, c, form, who[at])
		return nil, err
	}
	papers, err := k.Cabinet.Dossiers(ctx, tx, by, who)
	if err != nil {
		return nil, err
	}
	before, err := answersOf(ctx, tx, c.ID, who)
	if err != nil {
		return nil, err
	}
	there := map[string]bool{}
	out := make([]visit, len(rows))
	for i, row := range rows {
		v := visit{campaign: c, form: form, file: row, dossier: papers[row.ID]}
		if !there[row.Region] || !k.asks(form, row, today(tx)) {
			if err := k.belongs(ctx, tx, by, v); err != nil {
				return nil, err
			}
			there[row.Region] = true
		}
		v.facts = k.Cabinet.Facts(row, v.dossier, today(tx))
		v.told = carried(form, v.facts)
		v.before, v.again = before[row.ID]
		out[i] = v
	}
	return out, nil
}

// entry is an answer that is about to be stored.
type entry struct {
	visit
	row   Answer
	paper Paper
	duty  bool // somebody must assess the child
}

// calmly judges an entry of a child with whom all is as the file says.
func (k *Desk) calmly(tx *db.Tx, by access.Actor, v visit) (entry, error) {
	answers := v.merge(v.calm())
	if _, err := v.form.Apply(v.facts, answers); err != nil {
		return entry{}, err
	}
	e := entry{visit: v, row: v.answer(tx, by, v.outcome(answers)), paper: Paper{Answers: answers}}
	categories, err := k.suggested(v.file, v.dossier, today(tx))
	e.row.Proposed = words(ids(categories))
	e.row.Lead, e.duty = v.weighs(v.file, e.row.Outcome, len(v.leads(answers)))
	return e, err
}

// putAll stores many entries that change no file.
func (k *Desk) putAll(ctx context.Context, tx *db.Tx, by access.Actor, list []entry, b *Batch) error {
	if len(list) == 0 {
		return nil
	}
	b.Entered = len(list)
	for _, e := range list {
		switch {
		case e.duty:
			b.Leads++
		case e.row.Lead == 1:
			b.Never++
		}
	}
	if err := k.promptAll(ctx, tx, by, list); err != nil {
		return err
	}
	if err := k.sealAll(ctx, tx, list); err != nil {
		return err
	}
	now, news, rows, items := today(tx), make([]child.News, len(list)), make([]Answer, len(list)), make([]audit.Item, len(list))
	sums := map[string]tally{}
	for i, e := range list {
		rows[i] = e.row
		news[i] = child.News{Child: e.row.Child, Set: child.Set{Screened: &now, Campaign: &rows[i].Campaign}}
		items[i] = audit.Item{ID: int64(e.row.Child), Detail: map[string]any{"campaign": e.campaign.ID, "outcome": e.row.Outcome, "lead": e.row.Lead}}
		sums[e.row.Region] = sums[e.row.Region].plus(e.row.tally())
	}
	if err := k.Cabinet.TellAll(ctx, tx, by, news); err != nil {
		return err
	}
	if err := insertAnswers(ctx, tx, rows); err != nil {
		return err
	}
	for _, region := range slices.Sorted(maps.Keys(sums)) {
		if err := addTally(ctx, tx, rows[0].Campaign, region, sums[region]); err != nil {
			return err
		}
	}
	return audit.WriteAll(ctx, tx, by, "screening.answer", "child", items)
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
