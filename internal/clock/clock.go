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
func (m *Manual) Now() time.Time { return Instant(m.ms.Load()).Time() }

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

// Instant is a stored instant: UTC milliseconds since 1970; 0 means none.
type Instant int64

// Of gives the stored form of t; the zero time is 0.
func Of(t time.Time) Instant {
	if t.IsZero() {
		return 0
	}
	return Instant(t.UnixMilli())
}

// Time gives the instant in UTC; 0 is the zero time.
func (i Instant) Time() time.Time {
	if i == 0 {
		return time.Time{}
	}
	return time.UnixMilli(int64(i)).UTC()
}

// IsZero tells whether there is no instant.
func (i Instant) IsZero() bool { return i == 0 }

// Add gives the instant moved by d.
func (i Instant) Add(d time.Duration) Instant { return i + Instant(d.Milliseconds()) }

// Sub gives the distance from j to i.
func (i Instant) Sub(j Instant) time.Duration { return time.Duration(i-j) * time.Millisecond }
