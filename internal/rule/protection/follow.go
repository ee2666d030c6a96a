package protection

import (
	"cmp"
	"slices"

	"weibao/internal/civil"
	"weibao/internal/clock"
)

// Happened is a fact of one measure.
type Happened struct {
	ID     int64
	Kind   string
	At     clock.Instant // when it happened
	Until  civil.Date
	Urgent bool
}

// Standing is how a measure stands after its facts.
type Standing struct {
	Phase Phase
	State string
	Until civil.Date // to which day it holds; zero where nothing says so
	Alarm bool       // an alarm nobody has dealt with
	Tasks []Task
}

// Expired tells whether a measure that still binds ran out before a day.
func (s Standing) Expired(on civil.Date) bool {
	return s.Phase == Held && !s.Until.IsZero() && s.Until.Before(on)
}

// Task is a duty that facts asked for.
type Task struct {
	Duty  string
	Cause int64 // the fact that asked for it
	Round int   // how often it had returned before
	From  Happened
	Done  int64 // the fact that fulfilled it, 0: none yet
	Over  bool  // it need not be done any more
}

// Open tells whether the task must still be done.
func (t Task) Open() bool { return t.Done == 0 && !t.Over }

// Span adds the time of a clock to a day; ok is false where the clock has no figure.
type Span func(clock string, day civil.Date) (civil.Date, bool)

// Follow tells from the facts of a measure how it stands. Facts count in the
// order in which they happened, and where that is equal, became known.
func (m Measure) Follow(facts []Happened, span Span) Standing {
	facts = slices.Clone(facts)
	slices.SortFunc(facts, func(a, b Happened) int { return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.ID, b.ID)) })
	var s Standing
	for _, h := range facts {
		f, known := m.Fact(h.Kind)
		if !known {
			continue
		}
		m.fulfil(&s, h, span)
		if f.Phase == Ended {
			m.end(&s)
		}
		s.step(f, h)
		m.ask(&s, h)
	}
	return s
}

func (s *Standing) step(f Fact, h Happened) {
	if f.Phase != "" {
		s.Phase = f.Phase
	}
	if f.State != "" {
		s.State = f.State
	}
	if !h.Until.IsZero() {
		s.Until = h.Until
	}
	s.Alarm = s.Alarm && !f.Calms || f.Alarm
}

// fulfil ends the tasks that a fact fulfils; what returns is asked for again.
func (m Measure) fulfil(s *Standing, h Happened, span Span) {
	for i := range s.Tasks {
		t := &s.Tasks[i]
		d, _ := m.Duty(t.Duty)
		if !t.Open() || !slices.Contains(d.By, h.Kind) {
			continue
		}
		t.Done = h.ID
		if d.Again == "" || s.Phase == Ended && !d.Stays {
			continue
		}
		if next := (Task{Duty: d.ID, Cause: t.Cause, Round: t.Round + 1, From: h}); m.returns(d, s.cause(t.Cause), h, span) {
			s.Tasks = append(s.Tasks, next)
		}
	}
}

// cause gives the fact that first asked for a task.
func (s *Standing) cause(id int64) Happened {
	for _, t := range s.Tasks {
		if t.Cause == id && t.Round == 0 {
			return t.From
		}
	}
	return Happened{}
}

// returns tells whether a duty that was done must be done again within its time.
func (m Measure) returns(d Duty, cause, done Happened, span Span) bool {
	if d.For == "" {
		return true
	}
	next, known := span(d.Again, dayOf(done))
	end, limited := span(d.For, dayOf(cause))
	return known && (!limited || !next.After(end))
}

// end stops whatever belongs to a measure that ends.
func (m Measure) end(s *Standing) {
	for i := range s.Tasks {
		if d, _ := m.Duty(s.Tasks[i].Duty); s.Tasks[i].Open() && !d.Stays {
			s.Tasks[i].Over = true
		}
	}
}

// ask adds the tasks for which a fact asks. One that counts back from the day
// until which the measure holds is asked for by facts that name such a day.
func (m Measure) ask(s *Standing, h Happened) {
	for _, d := range m.Duties {
		if !slices.Contains(d.On, h.Kind) || d.Urgent == "only" && !h.Urgent || d.Urgent == "never" && h.Urgent || d.Back && h.Until.IsZero() {
			continue
		}
		for i := range s.Tasks { // the later day counts
			if t := &s.Tasks[i]; d.Back && t.Duty == d.ID && t.Open() {
				t.Over = true
			}
		}
		s.Tasks = append(s.Tasks, Task{Duty: d.ID, Cause: h.ID, From: h})
	}
}

func dayOf(h Happened) civil.Date { return civil.DateOf(h.At.Time()) }

// Next lists the facts that can follow.
func (m Measure) Next(facts []Happened) []Fact {
	had := map[string]int{} // the place of its last
	for i, h := range facts {
		had[h.Kind] = i + 1
	}
	var out []Fact
	for _, f := range m.Facts {
		if len(f.After) == 0 {
			continue
		}
		since := 0
		for _, id := range f.After {
			since = max(since, had[id])
		}
		barred := slices.ContainsFunc(f.Not, func(id string) bool { return had[id] >= since && had[id] > 0 })
		if since > 0 && !barred && (f.Many || had[f.ID] < since) {
			out = append(out, f)
		}
	}
	return out
}
