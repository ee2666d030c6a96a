package duty

import (
	"math"
	"sort"
	"time"

	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/errs"
	"weibao/internal/rule"
)

// ClockKind is how the time of a duty is counted.
type ClockKind string

// The clocks.
const (
	Hours    ClockKind = "hours"    // run through nights and holidays
	Workdays ClockKind = "workdays" // State Council calendar with make-up days, from the day after, to the day's end
	Calendar ClockKind = "calendar" // to the end of a date
)

// Deadline says when a duty is due. Make one with In, Within or On.
type Deadline struct {
	kind ClockKind
	n    int
	date civil.Date
	from clock.Instant
}

// In is due n hours after the duty opens.
func In(hours int) Deadline { return Deadline{kind: Hours, n: hours} }

// Within is due at the end of the nth working day after the duty opens.
func Within(workdays int) Deadline { return Deadline{kind: Workdays, n: workdays} }

// On is due at the end of a date.
func On(d civil.Date) Deadline { return Deadline{kind: Calendar, date: d} }

// From counts hours and working days from an earlier instant than the opening
// of the duty: what became known late was due all the same.
func (l Deadline) From(at clock.Instant) Deadline {
	l.from = at
	return l
}

// After gives the deadline of a rule's clock that starts when the duty opens.
func After(c rule.Clock, opened clock.Instant) Deadline {
	switch c.Span.Unit {
	case "hours":
		return In(c.Span.N)
	case "workdays":
		return Within(c.Span.N)
	case "months":
		return On(civil.DateOf(opened.Time()).AddMonths(c.Span.N))
	case "years":
		return On(civil.DateOf(opened.Time()).AddMonths(12 * c.Span.N))
	}
	return On(civil.DateOf(opened.Time()).AddDays(c.Span.N))
}

// due gives the instant, and whether it lies beyond the loaded calendar.
func (l Deadline) due(cal *civil.Calendar, from clock.Instant) (clock.Instant, bool, error) {
	if l.from != 0 {
		from = l.from
	}
	switch {
	case l.kind == Hours && l.n > 0:
		return from.Add(time.Duration(l.n) * time.Hour), false, nil
	case l.kind == Workdays && l.n > 0:
		due, provisional := cal.DueWorkdays(from.Time(), l.n)
		return clock.Of(due), provisional, nil
	case l.kind == Calendar && !l.date.IsZero():
		return clock.Of(l.date.End()), false, nil
	}
	return 0, false, errs.New(errs.Invalid, "请填写办理时限：没有时限的事项不能下达。")
}

// Due gives when a deadline that begins at an instant ends, for who counts what
// was late without a duty of its own.
func (l Deadline) Due(cal *civil.Calendar, from clock.Instant) (clock.Instant, error) {
	due, _, err := l.due(cal, from)
	return due, err
}

// morning is the hour of the working day at which reminders go out.
const morning = 8 * time.Hour

// at gives the instant of a distance from the due.
func at(cal *civil.Calendar, due clock.Instant, s rule.Span) clock.Instant {
	day := civil.DateOf(due.Time())
	switch s.Unit {
	case "hours":
		return due.Add(time.Duration(s.N) * time.Hour)
	case "workdays":
		day, _ = cal.AddWorkdays(day, s.N)
	case "days":
		day = day.AddDays(s.N)
	case "months":
		day = day.AddMonths(s.N)
	}
	return clock.Of(day.Start().Add(morning))
}

// rungs gives the instants of a ladder's steps for a due, in order.
func rungs(cal *civil.Calendar, l rule.Ladder, due clock.Instant) []clock.Instant {
	out := make([]clock.Instant, len(l.Steps))
	for i, s := range l.Steps {
		out[i] = at(cal, due, s.Offset)
		if i > 0 && out[i] < out[i-1] {
			out[i] = out[i-1]
		}
	}
	return out
}

// reach gives the latest due of which a rung has come by now: what rungs says
// of it is at most now, and of every later due it is not.
func reach(cal *civil.Calendar, l rule.Ladder, rung int, now clock.Instant) clock.Instant {
	latest := clock.Instant(math.MaxInt64)
	for _, s := range l.Steps[:rung+1] {
		latest = min(latest, reachOf(cal, s.Offset, now))
	}
	return latest
}

// reachOf is the inverse of at, which never falls as the due grows.
func reachOf(cal *civil.Calendar, s rule.Span, now clock.Instant) clock.Instant {
	if s.Unit == "hours" {
		return now.Add(-time.Duration(s.N) * time.Hour)
	}
	far := 31*max(s.N, -s.N) + 60 // days: more than any offset moves a date
	first := civil.DateOf(now.Time()).AddDays(-far)
	end := func(i int) clock.Instant { return clock.Of(first.AddDays(i).End()) }
	return end(sort.Search(2*far, func(i int) bool { return at(cal, end(i), s) > now }) - 1)
}

// arm gives the rungs behind a duty whose ladder begins at from: warnings whose
// time has already passed are not given.
func arm(cal *civil.Calendar, l rule.Ladder, due, from clock.Instant) int {
	level := 0
	for _, t := range rungs(cal, l, due) {
		if t > from || t > due {
			break
		}
		level++
	}
	return level
}
