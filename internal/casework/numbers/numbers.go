// Package numbers counts what came of cases and referrals 「个案和转介统计」.
//
// It owns no table: it reads those of its slice and of their duties, in the
// scope of whoever asks. It promises that each number is a count of what was
// opened or sent within the period, that times run from the opening or the
// dispatch to the fact, with the median and the ninth decile of those that
// have the fact, and that what is late is late by the duty's own due. It
// counts units, never persons, and reads no sealed word; of cases it tells
// totals alone, which name no child.
package numbers

import (
	"cmp"
	"context"
	"slices"
	"time"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/ref"
)

// Period is the days of opening or dispatch, both included.
type Period struct{ From, To civil.Date }

// Line is a number by a value of one dimension.
type Line struct {
	Key      string
	N        int
	Open     int
	Late     int
	Returned int
}

// Span is how long a step took.
type Span struct {
	N           int // that have the fact
	Median, P90 time.Duration
}

// Referrals are the numbers of what was sent to units.
type Referrals struct {
	Total, Open, Done, Withdrawn int
	Late                         int // after the due, or past it now
	Returned                     int // were returned by a unit, whatever the ruling
	Back                         int // had a reply that was sent back
	Sign, Act, Reply, Close      Span
	Clocks, Topics, Units        []Line
}

// Cases are the numbers of work for single children.
type Cases struct {
	Total, Open, Closed, Reopened int
	Late                          int // a duty of the case was not done by its due
	Plan, Act, Close              Span
	Origins                       []Line
}

// Numbers are those of a period.
type Numbers struct {
	Referrals Referrals
	Cases     Cases
}

// Of counts what was opened and sent in a period in the actor's scope.
func Of(ctx context.Context, tx *db.Tx, by access.Actor, p Period) (Numbers, error) {
	if err := by.Require("case.numbers"); err != nil {
		return Numbers{}, err
	}
	from, to := clock.Of(p.From.Start()), clock.Of(p.To.AddDays(1).Start())
	sent, err := sentWithin(ctx, tx, by, from, to)
	if err != nil {
		return Numbers{}, err
	}
	opened, err := openedWithin(ctx, tx, by, from, to)
	return Numbers{ofReferrals(sent, tx.Now), ofCases(opened)}, err
}

// sent is a referral as it is counted.
type sent struct {
	Topic    string
	Clock    string
	Lead     ref.Unit
	At       clock.Instant
	Signed   clock.Instant
	Acted    clock.Instant // the lead's first word, or its first reply
	Replied  clock.Instant
	Due      clock.Instant
	Paused   clock.Instant
	Closed   clock.Instant
	State    duty.State
	Returned int
	Back     int
}

func late(state duty.State, due, paused, now clock.Instant) bool {
	return state == duty.LateDone || state == duty.Open && paused == 0 && now > due
}

func ofReferrals(rows []sent, now clock.Instant) Referrals {
	n := Referrals{Total: len(rows)}
	clocks, topics, units := tally{}, tally{}, tally{}
	var sign, act, reply, end times
	for _, r := range rows {
		open, done := r.State == duty.Open, r.State == duty.Done || r.State == duty.LateDone
		over := late(r.State, r.Due, r.Paused, now)
		n.Open += one(open)
		n.Done += one(done)
		n.Withdrawn += one(!open && !done)
		n.Late += one(over)
		n.Returned += one(r.Returned > 0)
		n.Back += one(r.Back > 0 && (open || done)) // taking it back answers what waited
		for t, key := range map[*tally]string{&clocks: r.Clock, &topics: r.Topic, &units: ref.Format(r.Lead)} {
			t.add(key, open, over, r.Returned > 0)
		}
		sign.add(r.At, r.Signed)
		act.add(r.At, r.Acted)
		reply.add(r.At, r.Replied)
		if done {
			end.add(r.At, r.Closed)
		}
	}
	n.Clocks, n.Topics, n.Units = clocks.lines(), topics.lines(), units.lines()
	n.Sign, n.Act, n.Reply, n.Close = sign.span(), act.span(), reply.span(), end.span()
	return n
}

// opened is a case as it is counted.
type opened struct {
	Origin   string
	At       clock.Instant
	Planned  clock.Instant
	Acted    clock.Instant // the first service or referral
	Closed   clock.Instant
	Late     int
	Reopened int
}

func ofCases(rows []opened) Cases {
	n := Cases{Total: len(rows)}
	origins := tally{}
	var plan, act, end times
	for _, r := range rows {
		n.Open += one(r.Closed == 0)
		n.Closed += one(r.Closed != 0)
		n.Reopened += one(r.Reopened > 0)
		n.Late += one(r.Late > 0)
		origins.add(r.Origin, r.Closed == 0, r.Late > 0, false)
		plan.add(r.At, r.Planned)
		act.add(r.At, r.Acted)
		end.add(r.At, r.Closed)
	}
	n.Origins = origins.lines()
	n.Plan, n.Act, n.Close = plan.span(), act.span(), end.span()
	return n
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

type tally map[string]*Line

func (t tally) add(key string, open, late, returned bool) {
	if t[key] == nil {
		t[key] = &Line{Key: key}
	}
	l := t[key]
	l.N, l.Open, l.Late, l.Returned = l.N+1, l.Open+one(open), l.Late+one(late), l.Returned+one(returned)
}

// lines gives the greatest first; equal ones by key.
func (t tally) lines() []Line {
	var list []Line
	for _, l := range t {
		list = append(list, *l)
	}
	slices.SortFunc(list, func(a, b Line) int { return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Key, b.Key)) })
	return list
}

type times []time.Duration

func (t *times) add(from, to clock.Instant) {
	if to != 0 {
		*t = append(*t, to.Sub(from))
	}
}

func (t times) span() Span {
	slices.Sort(t)
	s := Span{N: len(t)}
	if s.N > 0 {
		s.Median, s.P90 = t[(s.N-1)/2], t[(s.N*9+9)/10-1]
	}
	return s
}
