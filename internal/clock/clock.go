// Package clock is the only place that reads the time of the machine.
//
// Everything else is handed an instant or a Clock, so that tests and the
// demo can move time: deadlines, sessions and recurrences are tried out over
// years, restarts and jumps. Instants are stored as UTC milliseconds.
package clock

import (
	"sync/atomic"
	"time"
)

// Clock tells the present instant, cut to the millisecond in UTC.
type Clock interface{ Now() time.Time }

// System is the clock of the machine.
type System struct{}

// Now gives the machine's instant.
func (System) Now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

// Manual is a clock that stands until it is moved; safe for concurrent use.
type Manual struct{ ms atomic.Int64 }

// At makes a Manual clock which stands at t.
func At(t time.Time) *Manual {
	m := &Manual{}
	m.Set(t)
	return m
}

// Now gives the instant at which the clock stands.
func (m *Manual) Now() time.Time { return FromMillis(m.ms.Load()) }

// Set moves the clock to t, forwards or backwards.
func (m *Manual) Set(t time.Time) { m.ms.Store(t.UnixMilli()) }

// Advance moves the clock by d.
func (m *Manual) Advance(d time.Duration) { m.ms.Add(d.Milliseconds()) }

// Shifted runs with base, moved by a fixed distance: the moved clock of a demo.
type Shifted struct {
	Base Clock
	By   time.Duration
}

// Now gives base's instant moved by the distance.
func (s Shifted) Now() time.Time { return s.Base.Now().Add(s.By) }

// Since is the real time that passed since start, for measuring only; never for deadlines.
func Since(start time.Time) time.Duration { return time.Since(start) }

// Mark is the start of a measurement for Since; it keeps the monotonic reading.
func Mark() time.Time { return time.Now() }

// Millis gives the stored form of an instant; the zero time is 0.
func Millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// FromMillis reads the stored form of an instant; 0 is the zero time.
func FromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
