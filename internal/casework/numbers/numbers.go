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
	"context"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/ref"
	"weibao/internal/tally"
)

// Referrals are the numbers of what was sent to units.
type Referrals struct {
	Total, Open, Done, Withdrawn int
	Late                         int // after the due, or past it now
	Returned                     int // were returned by a unit, whatever the ruling
	Back                         int // had a reply that was sent back
	Sign, Act, Reply, Close      tally.Span
	Clocks, Topics, Units        []tally.Line
}

// Cases are the numbers of work for single children.
type Cases struct {
	Total, Open, Closed, Reopened int
	Late                          int // a duty of the case was not done by its due
	Plan, Act, Close              tally.Span
	Origins                       []tally.Line
}

// Numbers are those of a period.
type Numbers struct {
	Referrals Referrals
	Cases     Cases
}

// Of counts what was opened and sent in a period in the actor's scope.
func Of(ctx context.Context, tx *db.Tx, by access.Actor, p tally.Period) (Numbers, error) {
	if err := by.Require("case.numbers"); err != nil {
		return Numbers{}, err
	}
	from, to := p.Bounds()
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
	clocks, topics, units := tally.Lines{}, tally.Lines{}, tally.Lines{}
	var sign, act, reply, end tally.Times
	for _, r := range rows {
		open, done := r.State == duty.Open, r.State == duty.Done || r.State == duty.LateDone
		over := late(r.State, r.Due, r.Paused, now)
		n.Open += tally.One(open)
		n.Done += tally.One(done)
		n.Withdrawn += tally.One(!open && !done)
		n.Late += tally.One(over)
		n.Returned += tally.One(r.Returned > 0)
		n.Back += tally.One(r.Back > 0 && (open || done)) // taking it back answers what waited
		for _, l := range []*tally.Line{clocks.Add(r.Clock), topics.Add(r.Topic), units.Add(ref.Format(r.Lead))} {
			l.Open, l.Late, l.Returned = l.Open+tally.One(open), l.Late+tally.One(over), l.Returned+tally.One(r.Returned > 0)
		}
		sign.Add(r.At, r.Signed)
		act.Add(r.At, r.Acted)
		reply.Add(r.At, r.Replied)
		if done {
			end.Add(r.At, r.Closed)
		}
	}
	n.Clocks, n.Topics, n.Units = clocks.Sorted(), topics.Sorted(), units.Sorted()
	n.Sign, n.Act, n.Reply, n.Close = sign.Span(), act.Span(), reply.Span(), end.Span()
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
	origins := tally.Lines{}
	var plan, act, end tally.Times
	for _, r := range rows {
		n.Open += tally.One(r.Closed == 0)
		n.Closed += tally.One(r.Closed != 0)
		n.Reopened += tally.One(r.Reopened > 0)
		n.Late += tally.One(r.Late > 0)
		l := origins.Add(r.Origin)
		l.Open, l.Late = l.Open+tally.One(r.Closed == 0), l.Late+tally.One(r.Late > 0)
		plan.Add(r.At, r.Planned)
		act.Add(r.At, r.Acted)
		end.Add(r.At, r.Closed)
	}
	n.Origins = origins.Sorted()
	n.Plan, n.Act, n.Close = plan.Span(), act.Span(), end.Span()
	return n
}
