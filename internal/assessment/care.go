package assessment

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/rule/special"
)

// Care is one thing to be done for a child, from its opening to its end.
type Care struct {
	ID     int64
	Child  ref.Child
	Kind   rule.CareKind
	Terms  string
	Duty   ref.Duty
	Due    civil.Date
	State  string
	Opened clock.Instant
	Closed clock.Instant
	Apart  int64     // the entry of a secret list on whose behalf it is; 0 = it stands on the child's file
	United ref.Child // the file by whose uniting with another it came here or rests; 0 = none
}

// The states of a care. What is past was done while the child was on a list
// that it has left since: should it come back, everything begins anew. What
// rests was open when its file was united with another, and goes on with its
// due should the two be parted.
const (
	careOpen = "open"
	careDone = "done"
	carePast = "past"
	careRest = "rest"
)

// termsOf writes a care as it is compared: a change of any of it plans anew.
func termsOf(c rule.Care) string {
	return fmt.Sprintf("%s %s*%d within %d%s by %s/%s", c.Kind, c.Every, c.Times, c.Within.N, c.Within.Unit, c.Who, c.Unit)
}

func today(tx *db.Tx) civil.Date { return civil.DateOf(tx.Now.Time()) }

// wanted is what a child's level and categories ask for. Patrols go by place
// and not by child, so they are no care of this child's.
func wanted(book *rule.Book, c child.Child, on civil.Date) []rule.Care {
	if c.State != child.Open {
		return nil
	}
	list := book.LevelDuties(c.Level, c.CategoryIDs(), on).Duties
	return slices.DeleteFunc(list, func(r rule.Care) bool { return r.Kind == rule.Patrol || c.Level == 0 && r.Kind == rule.Reassess })
}

// plan is what must change so that a child has the care it ought to have.
type plan struct {
	end  []Care
	past []Care // was done, on a list that the child has left
	open []rule.Care
}

func (p plan) empty() bool { return len(p.end) == 0 && len(p.open) == 0 && len(p.past) == 0 }

// compare finds the difference between the care that a child has and ought to
// have. What is done once is not opened again while the level stays.
func compare(book *rule.Book, c child.Child, have []Care, on civil.Date) plan {
	return difference(wanted(book, c, on), have, clock.Of(c.Leveled.Start())).of(c)
}

// of keeps what was done for a child whose file is closed or moves: it stays on
// its lists, and goes on where it was.
func (p plan) of(c child.Child) plan {
	if c.State != child.Open {
		p.past = nil
	}
	return p
}

// difference compares what is wanted with what there is. What a level asks for
// once may be asked again since that level holds; what a list asks for once is
// not asked again while the child stays on it, and not before what it follows.
func difference(want []rule.Care, have []Care, since clock.Instant) plan {
	var p plan
	for _, h := range have {
		switch {
		case h.State == careOpen && !slices.ContainsFunc(want, func(w rule.Care) bool {
			return termsOf(w) == h.Terms && done(have, w.After) && !once(w, have, since)
		}):
			p.end = append(p.end, h)
		case h.State == careDone && listOf(h.Kind) != "" && !slices.ContainsFunc(want, func(w rule.Care) bool { return w.List == listOf(h.Kind) }):
			p.past = append(p.past, h)
		}
	}
	for _, w := range want {
		if done(have, w.After) && !once(w, have, since) && !slices.ContainsFunc(have, func(h Care) bool { return h.State == careOpen && h.Terms == termsOf(w) }) {
			p.open = append(p.open, w)
		}
	}
	return p
}

// once tells whether a care was done and is not asked for again.
func once(w rule.Care, have []Care, since clock.Instant) bool {
	return !w.Returns() && slices.ContainsFunc(have, func(h Care) bool {
		if listOf(w.Kind) != "" {
			return h.State == careDone && h.Kind == w.Kind
		}
		return h.State == careDone && h.Terms == termsOf(w) && h.Opened >= since
	})
}

// done tells whether what a step follows was done; nothing to follow is done.
func done(have []Care, kind rule.CareKind) bool {
	return kind == "" || slices.ContainsFunc(have, func(h Care) bool { return h.Kind == kind && h.State == careDone })
}

// listOf gives the special list to whose own steps a kind of care belongs, "" for ordinary care.
func listOf(kind rule.CareKind) special.Kind {
	rest, its := strings.CutPrefix(string(kind), special.Prefix)
	if !its {
		return ""
	}
	list, _, _ := strings.Cut(rest, ".")
	return special.Kind(list)
}

// Plan brings the care of a child to what its level and categories ask for,
// and its due to the earliest of it. Whoever changes level or categories
// calls it in the same transaction.
func (k *Desk) Plan(ctx context.Context, tx *db.Tx, by access.Actor, c child.Child) error {
	return k.PlanAll(ctx, tx, by, []child.Child{c})
}

// PlanAll is Plan for some children, each named once.
func (k *Desk) PlanAll(ctx context.Context, tx *db.Tx, by access.Actor, list []child.Child) error {
	j, err := k.join(ctx, tx, list)
	if err != nil {
		return err
	}
	have, err := k.CaresBy(ctx, tx, list)
	if err != nil {
		return err
	}
	turns, book, on := make([]turn, len(list)), k.Book(), today(tx)
	for i, c := range list {
		turns[i] = turn{child: c, have: have[c.ID], plan: compare(book, c, have[c.ID], on)}
	}
	for i := range turns {
		j.tell(&turns[i], wanted(book, turns[i].child, on), have)
	}
	if err := k.carryOut(ctx, tx, by, turns); err != nil {
		return err
	}
	return endRest(ctx, tx, j.parted)
}

// CaresBy gives every care of some children.
func (k *Desk) CaresBy(ctx context.Context, tx *db.Tx, list []child.Child) (map[ref.Child][]Care, error) {
	rows, err := caresOf(ctx, tx, idsOf(list))
	have := make(map[ref.Child][]Care, len(list))
	for _, h := range rows {
		have[h.Child] = append(have[h.Child], h)
	}
	return have, err
}

// OpenBy gives what is open for some children, for lists: its kind and its due.
func (k *Desk) OpenBy(ctx context.Context, tx *db.Tx, list []child.Child) (map[ref.Child][]Care, error) {
	rows, err := openCaresOf(ctx, tx, idsOf(list))
	open := make(map[ref.Child][]Care, len(list))
	for _, h := range rows {
		open[h.Child] = append(open[h.Child], h)
	}
	return open, err
}

func idsOf(list []child.Child) []ref.Child {
	ids := make([]ref.Child, len(list))
	for i, c := range list {
		ids[i] = c.ID
	}
	return ids
}

// deadline is when a care that begins now must be done: once within a span,
// or before a period has gone by since the last time.
func (k *Desk) deadline(ctx context.Context, tx *db.Tx, w rule.Care) (duty.Deadline, civil.Date, error) {
	now := today(tx)
	if w.Returns() {
		due := afterPeriod(now, w.Every, w.Times)
		return duty.On(due), due, nil
	}
	switch w.Within.Unit {
	case "hours":
		due := civil.DateOf(tx.Now.Add(hours(w.Within.N)).Time())
		return duty.In(w.Within.N), due, nil
	case "workdays":
		cal, err := k.Calendar(ctx, tx)
		if err != nil {
			return duty.Deadline{}, now, err
		}
		due, _ := cal.AddWorkdays(now, w.Within.N)
		return duty.Within(w.Within.N), due, nil
	case "months":
		due := now.AddMonths(w.Within.N)
		return duty.On(due), due, nil
	case "years":
		due := now.AddMonths(12 * w.Within.N)
		return duty.On(due), due, nil
	}
	due := now.AddDays(w.Within.N)
	return duty.On(due), due, nil
}

// periods are the lengths of what returns, in days or months.
var periods = map[string]struct{ days, months int }{"day": {1, 0}, "week": {7, 0}, "2week": {14, 0}, "month": {0, 1}, "2month": {0, 2},
	"quarter": {0, 3}, "term": {0, 6}, "halfyear": {0, 6}, "school-year": {0, 12}, "year": {0, 12}, "2year": {0, 24}}

// afterPeriod is the last day on which something that returns so many times in
// a period must be done again.
func afterPeriod(day civil.Date, every string, times int) civil.Date {
	p := periods[every]
	end := day.AddDays(p.days).AddMonths(p.months)
	if times > 1 {
		return day.AddDays(max(end.Sub(day)/times, 1))
	}
	return end
}

// fulfil closes the open duty of a care by the fact, if there is one.
func (k *Desk) fulfil(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child, kind rule.CareKind, fact string, factID int64) error {
	_, err := k.close(ctx, tx, by, id, kind, fact, factID)
	return err
}

func (k *Desk) close(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child, kind rule.CareKind, fact string, factID int64) (ref.Duty, error) {
	have, err := cares(ctx, tx, id)
	if err != nil {
		return 0, err
	}
	return k.closeOf(ctx, tx, by, have, kind, fact, factID)
}

// closeOf closes the one of a kind that is open among some, if there is one.
func (k *Desk) closeOf(ctx context.Context, tx *db.Tx, by access.Actor, have []Care, kind rule.CareKind, fact string, factID int64) (ref.Duty, error) {
	at := slices.IndexFunc(have, func(h Care) bool { return h.State == careOpen && h.Kind == kind })
	if at < 0 {
		return 0, nil
	}
	if err := closeCare(ctx, tx, have[at].ID, careDone); err != nil {
		return 0, err
	}
	return have[at].Duty, k.Kernel.Close(ctx, tx, by, have[at].Duty, fact, factID)
}

// Cares lists what is open for a child in the actor's scope, by due.
func (k *Desk) Cares(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child) ([]Care, error) {
	if _, err := k.Cabinet.Get(ctx, tx, by, id); err != nil {
		return nil, err
	}
	list, err := cares(ctx, tx, id)
	list = slices.DeleteFunc(list, func(h Care) bool { return h.State != careOpen })
	slices.SortFunc(list, func(a, b Care) int { return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.Kind, b.Kind)) })
	return list, err
}

// CareKinds lists the kinds of care that open duties.
func CareKinds() []rule.CareKind {
	return []rule.CareKind{rule.FirstContact, rule.CarePlan, rule.Visit, rule.Contact, rule.FollowUp, rule.Rehab, rule.Counsel, rule.Reassess}
}

// ListKind and ApartKind are the kinds of duties of steps of special lists;
// those of a secret list say nothing of what they are about.
const (
	ListKind  = "assessment.special"
	ApartKind = "assessment.apart"
	ApartWord = "保密事项"
)

// DutyKind is the kind of duty that a care opens.
func DutyKind(k rule.CareKind) string {
	if listOf(k) != "" {
		return ListKind
	}
	return carePrefix + string(k)
}
