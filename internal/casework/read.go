package casework

import (
	"context"
	"slices"
	"strconv"

	"weibao/internal/access"
	"weibao/internal/casework/referral"
	"weibao/internal/child"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/file"
	"weibao/internal/ref"
)

// locked gives an open case of the actor's, for a change.
func (k *Desk) locked(ctx context.Context, tx *db.Tx, by access.Actor, p access.Permission, id ref.Case) (Case, error) {
	if err := by.Require(p); err != nil {
		return Case{}, err
	}
	c, err := k.worked(ctx, tx, by, id)
	if err == nil && c.Closed != 0 {
		return c, errs.New(errs.Conflict, "个案已经结案，不能再改。需要继续办理的，请重新开启。")
	}
	return c, err
}

// worked gives a case for a change to who works on it: whoever only looks at
// it in an emergency changes nothing.
func (k *Desk) worked(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Case) (Case, error) {
	c, err := get(ctx, tx, by, id, tx.ForUpdate())
	if err != nil {
		return c, err
	}
	team, err := teamOf(ctx, tx, id)
	if err == nil && !slices.ContainsFunc(team, func(m Member) bool { return m.Holder == by.User && m.Role != Glass && m.holds(tx.Now) }) {
		err = errs.New(errs.Forbidden, "紧急查看期间只能看，不能改。需要办理的，请个案负责人把您加入个案组。")
	}
	return c, err
}

// Get gives a case to its team.
func (k *Desk) Get(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Case) (Case, error) {
	if err := by.Require("case.show"); err != nil {
		return Case{}, err
	}
	return get(ctx, tx, by, id, "")
}

// Record is a case with all that its page shows.
type Record struct {
	Case
	Why      string
	Child    child.Child
	Facts    Facts
	Phase    Phase
	Team     []Member // who works on it now
	Judged   Judged
	Assessed bool // the child was ever assessed
	Goals    []Set
	Lacking  []Side
	Events   []Entry
	More     bool // there are older events
	Meetings []Meeting
	Referred []referral.Row
	Files    []file.Info
	Follows  []Follow
	Pending  *Ending // a closing that waits for the second person
	Reason   string  // of it
	Kin      []Case
	Duties   []duty.Duty
	Worry    bool // a follow-up found something that nobody has looked into
}

// eventRows is how many events a page shows at once.
const eventRows = 500

// Show gives the whole of a case to its team.
func (k *Desk) Show(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Case) (Record, error) {
	c, err := k.Get(ctx, tx, by, id)
	if err != nil {
		return Record{}, err
	}
	r := Record{Case: c}
	for _, read := range []func() error{
		func() error {
			r.Why, err = k.Vault.OpenText(ctx, tx, group(id), field(Subject, "sealed", int64(id)), c.Sealed)
			return err
		},
		func() error { r.Child, err = k.Cabinet.Get(ctx, tx, access.Program, c.Child); return err },
		func() error { r.Judged, r.Assessed, err = k.Judged(ctx, tx, c.Child); return err },
		func() error { r.Goals, err = k.goals(ctx, tx, id); return err },
		func() error { r.Meetings, err = k.meetings(ctx, tx, id); return err },
		func() error {
			r.Referred, err = k.Referrals.On(ctx, tx, by, referral.About{Kind: referral.OnCase, ID: int64(id)})
			return err
		},
		func() error { r.Files, err = k.Files.List(ctx, tx, by, FilesOf(id)); return err },
		func() error { r.Follows, err = followsOf(ctx, tx, []ref.Case{id}); return err },
		func() error { r.Kin, err = kin(ctx, tx, by, c); return err },
		func() error { r.Duties, err = k.Kernel.OfSubject(ctx, tx, by, Subject, int64(id)); return err },
		func() error { return k.story(ctx, tx, &r, 0) },
		func() error { return k.standing(ctx, tx, &r) },
	} {
		if err := read(); err != nil {
			return r, err
		}
	}
	r.Lacking = Lacking(r.Judged, r.Goals)
	r.Worry = slices.ContainsFunc(r.Duties, func(d duty.Duty) bool { return d.Kind == WorryKind && d.State == duty.Open })
	return r, nil
}

// standing reads where the case stands and who works on it.
func (k *Desk) standing(ctx context.Context, tx *db.Tx, r *Record) error {
	facts, err := k.facts(ctx, tx, []Case{r.Case})
	if err != nil {
		return err
	}
	r.Facts = facts[r.ID]
	r.Phase = r.Facts.Phase()
	team, err := teamOf(ctx, tx, r.ID)
	if err != nil {
		return err
	}
	r.Team = slices.DeleteFunc(team, func(m Member) bool { return !m.holds(tx.Now) })
	e, asked, err := k.pending(ctx, tx, r.ID)
	if err != nil || !asked {
		return err
	}
	r.Pending = &e
	r.Reason, err = k.Vault.OpenText(ctx, tx, group(r.ID), field("casework_closing", "sealed", int64(e.ID)), e.Sealed)
	return err
}

func (k *Desk) story(ctx context.Context, tx *db.Tx, r *Record, before EventID) error {
	rows, err := eventsOf(ctx, tx, r.ID, before, eventRows+1)
	if err != nil {
		return err
	}
	if r.More = len(rows) > eventRows; r.More {
		rows = rows[:eventRows]
	}
	r.Events, err = k.entries(ctx, tx, rows)
	return err
}

// Older gives the events of a case before one, the latest first.
func (k *Desk) Older(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Case, before EventID) (Record, error) {
	c, err := k.Get(ctx, tx, by, id)
	if err != nil {
		return Record{}, err
	}
	r := Record{Case: c}
	return r, k.story(ctx, tx, &r, before)
}

// Plan gives the care plan of a case to its team.
func (k *Desk) Plan(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Case) (Record, error) {
	c, err := k.Get(ctx, tx, by, id)
	if err != nil {
		return Record{}, err
	}
	r := Record{Case: c}
	if r.Judged, r.Assessed, err = k.Judged(ctx, tx, c.Child); err != nil {
		return r, err
	}
	r.Goals, err = k.goals(ctx, tx, id)
	return r, err
}

// facts reads, for some cases, from what their phases follow.
func (k *Desk) facts(ctx context.Context, tx *db.Tx, cases []Case) (map[ref.Case]Facts, error) {
	ids, out := make([]ref.Case, len(cases)), make(map[ref.Case]Facts, len(cases))
	for i, c := range cases {
		ids[i] = c.ID
		out[c.ID] = Facts{Planned: c.Planned, Closed: c.Closed}
	}
	if len(ids) == 0 {
		return out, nil
	}
	members, err := teams(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	for _, m := range members {
		if m.holds(tx.Now) && m.Role != Glass {
			f := out[m.Whole]
			f.Team++
			out[m.Whole] = f
		}
	}
	last, err := latest(ctx, tx, ids, Assessed, Service, Referred)
	if err != nil {
		return nil, err
	}
	for _, e := range last {
		out[e.Whole] = out[e.Whole].with(e)
	}
	return out, k.ends(ctx, tx, ids, out)
}

// with adds what an event tells.
func (f Facts) with(e Event) Facts {
	switch e.Kind {
	case Assessed:
		f.Assessed = e.At
		f.Level, _ = strconv.Atoi(e.Mark) // written by this package
	case Service, Referred:
		f.Acted = max(f.Acted, e.At)
	}
	return f
}

// ends adds what is known of closing and following up.
func (k *Desk) ends(ctx context.Context, tx *db.Tx, ids []ref.Case, out map[ref.Case]Facts) error {
	closings, err := closingsOf(ctx, tx, ids)
	if err != nil {
		return err
	}
	for _, e := range closings {
		f := out[e.Whole]
		f.Proposed = f.Proposed || e.State == Asked
		out[e.Whole] = f
	}
	follows, err := followsOf(ctx, tx, ids)
	if err != nil {
		return err
	}
	for _, w := range follows {
		if w.State == FollowOpen {
			f := out[w.Whole]
			f.Follow++
			out[w.Whole] = f
		}
	}
	return nil
}

// Filter chooses cases of the actor's.
type Filter struct {
	Closed bool
	Before ref.Case // page key: what is older
	Limit  int
}

// Row is a line of a list.
type Row struct {
	Case
	Child child.Child
	Facts Facts
	Phase Phase
	Due   clock.Instant // of the next duty about it; 0 = none
}

// List gives the cases on whose team the actor is, the latest first.
func (k *Desk) List(ctx context.Context, tx *db.Tx, by access.Actor, f Filter) ([]Row, error) {
	if err := by.Require("case.list"); err != nil {
		return nil, err
	}
	cases, err := list(ctx, tx, by, f)
	if err != nil {
		return nil, err
	}
	return k.rows(ctx, tx, cases)
}

// Of gives the cases of a child on whose team the actor is.
func (k *Desk) Of(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child) ([]Row, error) {
	if err := by.Require("case.list"); err != nil {
		return nil, err
	}
	cases, err := ofChild(ctx, tx, by, id)
	if err != nil {
		return nil, err
	}
	return k.rows(ctx, tx, cases)
}

func (k *Desk) rows(ctx context.Context, tx *db.Tx, cases []Case) ([]Row, error) {
	facts, err := k.facts(ctx, tx, cases)
	if err != nil {
		return nil, err
	}
	out := make([]Row, len(cases))
	for i, c := range cases {
		out[i] = Row{Case: c, Facts: facts[c.ID], Phase: facts[c.ID].Phase()}
		if out[i].Child, err = k.Cabinet.Get(ctx, tx, access.Program, c.Child); err != nil {
			return nil, err
		}
	}
	return out, nil
}
