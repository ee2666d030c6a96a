// Package special keeps the special lists of children with what they make
// somebody do 「专项名单」: 孤儿, 事实无人抚养, 重病残疾, 失学辍学, 服刑强戒人员子女,
// and, apart from all files, 心理关爱.
//
// It owns assessment_entry, assessment_proof and assessment_step. It promises:
// an ordinary list is a view of the children in its categories, so that it is
// never another number than theirs; entering opens its steps as care of the
// child, leaving ends them, with what was done kept; a paper that proves is
// described and never copied. Who stands on a secret list shows on no file,
// list, number, export or search, and its duties do not say whom or what they
// are about; every look at it leaves a trace in the journal. It never says how
// often something must be done: that is the county's rule.
package special

import (
	"context"
	"slices"

	"weibao/internal/access"
	"weibao/internal/assessment"
	"weibao/internal/child"
	"weibao/internal/child/ledger"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/rule/special"
)

// Desk holds what operations on special lists need; it holds no state of its own.
type Desk struct {
	Care    *assessment.Desk
	Ledgers *ledger.Desk // writes the columns of lists
}

func today(tx *db.Tx) civil.Date { return civil.DateOf(tx.Now.Time()) }

func (k *Desk) book() *rule.Book { return k.Care.Book() }

// Lists gives the lists that an actor may see.
func (k *Desk) Lists(by access.Actor, on civil.Date) []special.List {
	return slices.DeleteFunc(slices.Clone(k.book().SpecialLists(on)), func(l special.List) bool { return !seen(by, l) })
}

func seen(by access.Actor, l special.List) bool {
	if l.Secret {
		return by.Can("special.secret")
	}
	return by.Can("special.list")
}

// List gives one that the actor may see; any other does not exist for him.
func (k *Desk) List(by access.Actor, id special.Kind, on civil.Date) (special.List, error) {
	l, ok := k.book().SpecialList(id, on)
	if !ok || !seen(by, l) {
		return l, errs.Missing()
	}
	return l, nil
}

// ordinary gives a list whose members are those of its categories.
func (k *Desk) ordinary(by access.Actor, id special.Kind, on civil.Date) (special.List, error) {
	l, err := k.List(by, id, on)
	if err == nil && l.Secret {
		err = errs.Missing()
	}
	return l, err
}

// codes are the categories of a child with the national ones behind them.
func (k *Desk) codes(c child.Child, on civil.Date) []string {
	return k.book().CategoryFacts(c.CategoryIDs(), on)
}

// on tells whether a child stands on a list.
func (k *Desk) on(c child.Child, l special.List, day civil.Date) bool {
	return slices.ContainsFunc(k.book().SpecialCategories(l.ID, day), c.Holds)
}

// Entry is that a child stands on a secret list.
type Entry struct {
	ID        ref.Entry
	List      special.Kind
	Child     ref.Child
	Origin    ref.Child
	Region    string
	Town      string
	County    string
	Unit      ref.Unit
	Started   civil.Date
	Ended     civil.Date
	Reason    string
	Sealed    []byte
	At        clock.Instant
	ByUser    ref.User
	ByName    string
	ByUnit    ref.Unit
	EndedBy   ref.User
	EndedName string
}

// Proof is a paper by which a child belongs to a list.
type Proof struct {
	ID      ref.Proof
	Child   ref.Child
	Origin  ref.Child
	List    special.Kind
	Proof   string
	Day     civil.Date
	Until   civil.Date
	Sealed  []byte
	At      clock.Instant
	ByUser  ref.User
	ByName  string
	ByUnit  ref.Unit
	Dropped clock.Instant
	Lapsed  clock.Instant // when it was asked for anew, for it had run out; 0 = not yet
}

// Holds tells whether a paper proves on a day.
func (p Proof) Holds(on civil.Date) bool {
	return p.Dropped == 0 && (p.Until.IsZero() || !p.Until.Before(on))
}

// Step is what was done for a step of a list.
type Step struct {
	ID     ref.Step
	Child  ref.Child
	Origin ref.Child
	Entry  ref.Entry
	List   special.Kind
	Step   string // id of the step; '' = a child was named once more for a secret list
	Day    civil.Date
	At     clock.Instant
	ByUser ref.User
	ByName string
	ByUnit ref.Unit
	Duty   ref.Duty
	Sealed []byte
}

// Standing is a child on a list: what must be done, what was done, what proves it.
type Standing struct {
	List   special.List
	Since  civil.Date
	Steps  []Due
	Given  []Proof // papers, the latest first
	Lacks  []special.Proof
	Needed []special.Proof // that concern this child
	Done   []Step          // the latest first
	Ending bool            // the file suggests that the child no longer belongs here
}

// Due is a step of a list for a child.
type Due struct {
	special.Step
	Kind  rule.CareKind
	Open  *assessment.Care // what waits to be done; nil = nothing does
	Done  bool             // once and for all
	Waits string           // label of the step that comes first and is not done
}

// On gives the lists on which a child in the actor's scope stands; secret ones are no part of it.
func (k *Desk) On(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child) (child.Child, []Standing, error) {
	if err := by.Require("special.list"); err != nil {
		return child.Child{}, nil, err
	}
	c, err := k.Care.Cabinet.Get(ctx, tx, by, id)
	if err != nil {
		return c, nil, err
	}
	cares, err := k.Care.AllCares(ctx, tx, by, id)
	if err != nil {
		return c, nil, err
	}
	given, err := proofsOf(ctx, tx, []ref.Child{id})
	if err != nil {
		return c, nil, err
	}
	acts, err := stepsOf(ctx, tx, id, 0)
	if err != nil {
		return c, nil, err
	}
	held, err := child.CategoriesOf(ctx, tx, id)
	if err != nil {
		return c, nil, err
	}
	ending, err := k.ending(ctx, tx, c)
	if err != nil {
		return c, nil, err
	}
	on := today(tx)
	var out []Standing
	for _, l := range k.Lists(by, on) {
		if l.Secret || !k.on(c, l, on) {
			continue
		}
		s := k.standing(l, cares, k.codes(c, on))
		its := k.book().SpecialCategories(l.ID, on)
		for _, h := range held {
			if h.Ended.IsZero() && slices.Contains(its, h.Category) {
				if s.Since.IsZero() || h.Started.Before(s.Since) {
					s.Since = h.Started
				}
				s.Ending = s.Ending || ending[h.Category]
			}
		}
		s.Done = slices.DeleteFunc(slices.Clone(acts), func(a Step) bool { return a.List != l.ID })
		s.Given = slices.DeleteFunc(slices.Clone(given), func(p Proof) bool { return p.List != l.ID })
		s.Lacks = l.Missing(k.codes(c, on), there(s.Given, l.ID, id, on))
		for _, p := range l.Proofs {
			if special.For(p.Categories, k.codes(c, on)) {
				s.Needed = append(s.Needed, p)
			}
		}
		out = append(out, s)
	}
	return c, out, nil
}

// ending tells of which categories the file suggests the end.
func (k *Desk) ending(ctx context.Context, tx *db.Tx, c child.Child) (map[string]bool, error) {
	papers, err := k.Care.Cabinet.Dossiers(ctx, tx, access.Program, []ref.Child{c.ID})
	if err != nil {
		return nil, err
	}
	on := today(tx)
	facts, out := k.Care.Cabinet.Facts(c, papers[c.ID], on), map[string]bool{}
	for _, id := range c.CategoryIDs() {
		category, ok := k.book().Category(id, on)
		if !ok {
			continue
		}
		v, err := category.Ends(facts)
		if err != nil {
			return nil, err
		}
		out[id] = v.Held
	}
	return out, nil
}

// standing shows the steps of a list as their care stands.
func (k *Desk) standing(l special.List, cares []assessment.Care, codes []string) Standing {
	s := Standing{List: l}
	done := func(kind string) bool {
		return slices.ContainsFunc(cares, func(h assessment.Care) bool { return string(h.Kind) == kind && h.Done() })
	}
	for _, step := range l.Steps {
		if !special.For(step.Categories, codes) {
			continue
		}
		d := Due{Step: step, Kind: rule.CareKind(l.KindOf(step))}
		if i := slices.IndexFunc(cares, func(h assessment.Care) bool { return h.Kind == d.Kind && h.Open() }); i >= 0 {
			d.Open = &cares[i]
		}
		d.Done = d.Open == nil && step.Every == "" && done(string(d.Kind))
		if before, ok := l.Step(step.After); ok && !done(l.KindOf(before)) {
			d.Waits = before.Label
		}
		s.Steps = append(s.Steps, d)
	}
	return s
}

// there tells which proofs of a list a child has on a day.
func there(given []Proof, list special.Kind, id ref.Child, on civil.Date) func(string) bool {
	return func(proof string) bool {
		return slices.ContainsFunc(given, func(p Proof) bool { return p.Child == id && p.List == list && p.Proof == proof && p.Holds(on) })
	}
}
