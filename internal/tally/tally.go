// Package tally counts things by a key and measures how long steps took, for
// the pages of numbers 「统计」.
//
// It owns nothing and knows no slice. It promises that lines stand with the
// greatest first and equal ones in the order of their keys, that a median and
// a ninth decile are values that occurred, and that a step that did not happen
// counts in neither. It never names, counts or ranks persons.
package tally

import (
	"cmp"
	"slices"
	"time"

	"weibao/internal/civil"
	"weibao/internal/clock"
)

// Period is days, both included.
type Period struct{ From, To civil.Date }

// Usual is how many days a page shows if none are chosen.
const Usual = 30

// PeriodOf reads the days that were typed; the last thirty where none were.
func PeriodOf(from, to string, today civil.Date) Period {
	p := Period{today.AddDays(1 - Usual), today}
	if d, err := civil.Parse(from); err == nil && !d.IsZero() {
		p.From = d
	}
	if d, err := civil.Parse(to); err == nil && !d.IsZero() {
		p.To = d
	}
	return p
}

// Bounds are the instants from which and before which a period runs.
func (p Period) Bounds() (from, to clock.Instant) {
	return clock.Of(p.From.Start()), clock.Of(p.To.AddDays(1).Start())
}

// Line is a number by a value of one dimension.
type Line struct {
	Key      string
	N        int
	Open     int
	Late     int
	Returned int
}

// Lines counts by key.
type Lines map[string]*Line

// Add counts one more and gives its line, to count what else is true of it.
func (t Lines) Add(key string) *Line {
	if t[key] == nil {
		t[key] = &Line{Key: key}
	}
	t[key].N++
	return t[key]
}

// Sorted gives the greatest first; equal ones by key.
func (t Lines) Sorted() []Line {
	var list []Line
	for _, l := range t {
		list = append(list, *l)
	}
	slices.SortFunc(list, func(a, b Line) int { return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Key, b.Key)) })
	return list
}

// Span is how long a step took.
type Span struct {
	N           int // that have the fact
	Median, P90 time.Duration
	Late        int // passed their own limit
}

// Times are those of one step.
type Times struct {
	took []time.Duration
	late int
}

// Add notes a step from one fact to the next; without the next there is none.
func (t *Times) Add(from, to clock.Instant) {
	if to != 0 {
		t.took = append(t.took, to.Sub(from))
	}
}

// Late notes whether a step passed its own limit, or waits beyond it.
func (t *Times) Late(late bool) { t.late += One(late) }

// Span gives the median and the ninth decile.
func (t *Times) Span() Span {
	slices.Sort(t.took)
	s := Span{N: len(t.took), Late: t.late}
	if s.N > 0 {
		s.Median, s.P90 = t.took[(s.N-1)/2], t.took[(s.N*9+9)/10-1]
	}
	return s
}

// One counts what is true.
func One(b bool) int {
	if b {
		return 1
	}
	return 0
}
