// Package numbers counts what came of reports 「报告受理统计」.
//
// It owns no table: it reads those of its slice, in the scope of whoever asks.
// It promises that each number is a count of reports received within the
// period, that times run from the receipt to the fact, with the median and
// the ninth decile of those that have the fact, and that what is late is
// counted by the county's own clocks. It never counts persons, and never
// compares the people who handle reports.
package numbers

import (
	"context"
	"slices"
	"time"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
)

// Period is the days of receipt, both included.
type Period struct{ From, To civil.Date }

// Line is a number by a value of one dimension.
type Line struct {
	Key  string
	N    int
	Open int
}

// Span is how long a step took.
type Span struct {
	N           int // reports that have the fact
	Median, P90 time.Duration
	Late        int // over the county's limit, or over it now without the fact
}

// Numbers are those of a period.
type Numbers struct {
	Total, Open, Emergency, Anonymous, Mandatory int
	Rejected, Merged, Closed                     int
	Channels, Situations, Towns                  []Line
	Accept, Act, Answer, Close                   Span
}

// Limits are the county's limits, in hours; 0 is none.
type Limits struct{ Accept, AcceptEmergency time.Duration }

type row struct {
	Channel   string
	Situation string
	Town      string
	Urgency   string
	State     string
	Named     int64
	Mandatory int64
	Received  clock.Instant
	Accepted  clock.Instant
	Acted     clock.Instant
	Answered  clock.Instant
	Closed    clock.Instant
}

// Of counts the reports of a period in the actor's scope.
func Of(ctx context.Context, tx *db.Tx, by access.Actor, p Period, l Limits) (Numbers, error) {
	if err := by.Require("intake.numbers"); err != nil {
		return Numbers{}, err
	}
	rows, err := within(ctx, tx, by, clock.Of(p.From.Start()), clock.Of(p.To.AddDays(1).Start()))
	if err != nil {
		return Numbers{}, err
	}
	return count(rows, l, tx.Now), nil
}

func count(rows []row, l Limits, now clock.Instant) Numbers {
	n := Numbers{Total: len(rows)}
	channels, situations, towns := tally{}, tally{}, tally{}
	accept, act, answer, end := timer{}, timer{}, timer{}, timer{}
	for _, r := range rows {
		open := r.State == "received" || r.State == "accepted" || r.State == "decided"
		n.Open += one(open)
		n.Emergency += one(r.Urgency == "emergency")
		n.Anonymous += one(r.Named == 0)
		n.Mandatory += one(r.Mandatory == 1)
		n.Rejected += one(r.State == "rejected")
		n.Merged += one(r.State == "merged")
		n.Closed += one(r.State == "closed")
		channels.add(r.Channel, open)
		situations.add(r.Situation, open)
		towns.add(r.Town, open)
		limit := l.Accept
		if r.Urgency == "emergency" {
			limit = l.AcceptEmergency
		}
		accept.add(r.Received, r.Accepted, limit, now, open)
		act.add(r.Received, r.Acted, 0, now, open)
		answer.add(r.Received, r.Answered, 0, now, open)
		end.add(r.Received, r.Closed, 0, now, open)
	}
	n.Channels, n.Situations, n.Towns = channels.lines(), situations.lines(), towns.lines()
	n.Accept, n.Act, n.Answer, n.Close = accept.span(), act.span(), answer.span(), end.span()
	return n
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

type tally map[string]*Line

func (t tally) add(key string, open bool) {
	if t[key] == nil {
		t[key] = &Line{Key: key}
	}
	t[key].N++
	t[key].Open += one(open)
}

// lines gives the greatest first; equal ones by key.
func (t tally) lines() []Line {
	var list []Line
	for _, l := range t {
		list = append(list, *l)
	}
	slices.SortFunc(list, func(a, b Line) int {
		if a.N != b.N {
			return b.N - a.N
		}
		if a.Key < b.Key {
			return -1
		}
		return 1
	})
	return list
}

type timer struct {
	times []time.Duration
	late  int
}

func (t *timer) add(from, to clock.Instant, limit time.Duration, now clock.Instant, open bool) {
	if to != 0 {
		t.times = append(t.times, to.Sub(from))
	}
	took := to.Sub(from)
	if to == 0 {
		took = now.Sub(from)
	}
	t.late += one(limit > 0 && took > limit && (to != 0 || open))
}

func (t *timer) span() Span {
	slices.Sort(t.times)
	s := Span{N: len(t.times), Late: t.late}
	if s.N > 0 {
		s.Median, s.P90 = t.times[(s.N-1)/2], t.times[(s.N*9+9)/10-1]
	}
	return s
}
