package task

import (
	"fmt"
	"slices"

	"weibao/internal/civil"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/plan/task/schedule"
	"weibao/internal/ref"
)

// The kinds of duties which a plan opens, and the subject they are about.
const (
	KindTask     = "plan.task"     // of a lead unit, or of one of several side by side
	KindSupport  = "plan.support"  // of a support unit: it answers to the lead
	KindDocument = "plan.document" // a document to be issued, proved by the document
	KindCheck    = "plan.check"    // of who checks a reply

	Subject      = "plan_task"
	SubjectReply = "plan_reply"
)

// Kinds lists the kinds of duties that carry a task.
var Kinds = []string{KindTask, KindSupport, KindDocument}

// Roles of a unit in a task, as screens write them.
const (
	RoleLead    = "牵头"
	RoleSupport = "配合"
	RoleSide    = "责任"
	RoleMaker   = "制发"
)

// Assignment is a duty, or a series of them, which a task gives to a unit.
type Assignment struct {
	Task       ref.Task
	Slot       int64 // fact from which it comes; 0 = the standing task
	Kind       string
	Role       string
	Unit       ref.Unit
	Title      string
	Pace       schedule.Pace
	Due        civil.Date
	Deadline   duty.Deadline   // of Once
	Words      string          // when, in words
	Recurrence duty.Recurrence // of Rounds
	Begins     civil.Date
	Parent     int  // place of the lead's assignment in the list; -1 = none
	Late       bool // due before today
	Suggested  bool // its cycle is the system's proposal
}

// firstReview is how many days a unit has at least until its first review of a
// standing task: a plan issued at the end of a quarter asks nobody for a
// report on the next day.
const firstReview = 30

// Assign gives what an answered task asks of whom. Quiet spares support units
// the rounds of standing tasks: they confirm once, and the lead reports.
//
// With several leads the first one is asked for the whole and support units
// answer to him; without a lead all units stand side by side.
func (c Context) Assign(t Task, quiet bool) ([]Assignment, error) {
	if t.State == Withdrawn {
		return nil, nil
	}
	leads := c.expand(t.Of(Lead), nil)
	supports := c.expand(t.Of(Support), leads)
	var out []Assignment
	slots, err := c.slots(t)
	if err != nil {
		return nil, err
	}
	for _, s := range slots {
		parent := -1
		for _, u := range leads {
			if parent < 0 {
				parent = len(out)
			}
			out = append(out, s.with(KindTask, RoleLead, u, -1))
		}
		for _, u := range supports {
			if parent < 0 {
				out = append(out, s.with(KindTask, RoleSide, u, -1))
			} else {
				out = append(out, s.support(u, parent, quiet, c.Today))
			}
		}
		if parent < 0 {
			continue
		}
		out = c.documents(t, s, leads[0], parent, out)
	}
	if len(leads) == 0 {
		for _, s := range slots {
			out = c.documents(t, s, 0, -1, out)
		}
	}
	return out, nil
}

// expand gives the units behind facts, groups as their members, without those taken already.
func (c Context) expand(facts []Fact, taken []ref.Unit) []ref.Unit {
	seen := map[ref.Unit]bool{}
	for _, u := range taken {
		seen[u] = true
	}
	var out []ref.Unit
	for _, f := range facts {
		for _, u := range c.Register.Members(f.Unit) {
			if u != 0 && !seen[u] {
				seen[u] = true
				out = append(out, u)
			}
		}
	}
	return out
}

// slot is one time of a task with its schedule.
type slot struct {
	Assignment
	timing   schedule.Schedule
	standing bool
	first    bool // the first slot with one date: what names no time is due with it
}

func (s slot) with(kind, role string, unit ref.Unit, parent int) Assignment {
	a := s.Assignment
	a.Kind, a.Role, a.Unit, a.Parent = kind, role, unit, parent
	return a
}

// confirmDays is the time which support units have to confirm a standing task.
const confirmDays = 10

func (s slot) support(unit ref.Unit, parent int, quiet bool, today civil.Date) Assignment {
	a := s.with(KindSupport, RoleSupport, unit, parent)
	if quiet && s.standing {
		// A round has another parent each time; a confirmation is about the task itself.
		a.Pace, a.Due, a.Parent = schedule.Once, today.AddDays(confirmDays), -1
		a.Deadline, a.Words = duty.On(a.Due), "签收确认，"+civil.FormatDate(a.Due)+"前"
	}
	return a
}

// slots gives the times of a task; one without any runs on with reviews.
func (c Context) slots(t Task) ([]slot, error) {
	var out []slot
	times, once := t.Of(Time), false
	for _, f := range times {
		s, err := c.slot(t, f.ID, c.Calendar.Read(f.Norm))
		if err != nil {
			return nil, err
		}
		if len(times) > 1 {
			s.Title = t.Title + "：" + f.Text
		}
		s.first = s.Pace == schedule.Once && !once
		once = once || s.first
		out = append(out, s)
	}
	if len(times) == 0 {
		s, err := c.slot(t, 0, schedule.Schedule{Pace: schedule.Ongoing})
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	if !once && len(out) > 0 {
		out[0].first = true
	}
	return out, nil
}

func (c Context) slot(t Task, id int64, s schedule.Schedule) (slot, error) {
	out := slot{Assignment: Assignment{Task: t.ID, Slot: id, Title: t.Title, Pace: s.Pace, Begins: c.Today}, timing: s}
	switch s.Pace {
	case schedule.Once:
		out.Due, out.Deadline = s.Due, s.Deadline()
		out.Late = !s.Due.IsZero() && s.Due.Before(c.Today)
		out.Words = s.Words()
	case schedule.Rounds:
		out.Recurrence, out.Words = s.Recurrence, s.Words()
	case schedule.Ongoing:
		r, suggested, err := c.ReviewRounds(t)
		if err != nil {
			return out, fmt.Errorf("task: review of task %d: %w", t.ID, err)
		}
		out.standing, out.Pace, out.Recurrence, out.Suggested = true, schedule.Rounds, r, suggested
		out.Begins = c.Today.AddDays(firstReview)
		if s.From.After(out.Begins) {
			out.Begins = s.From
		}
		out.Words = "长期，" + schedule.RecurrenceWords(r) + "复核"
	default:
		return out, ErrUnclear
	}
	return out, nil
}

// documents adds the documents that are due with a slot.
func (c Context) documents(t Task, s slot, lead ref.Unit, parent int, out []Assignment) []Assignment {
	for _, f := range t.Of(Document) {
		if f.Slot != s.Slot && !(f.Slot == 0 && s.first) {
			continue
		}
		a := s.with(KindDocument, RoleMaker, lead, parent)
		if makers := c.expand([]Fact{f}, nil); f.Unit != 0 && len(makers) > 0 {
			a.Unit = makers[0]
		}
		if a.Unit == 0 {
			continue
		}
		a.Slot, a.Title = f.ID, "制发"+f.Text
		if f.Norm != "" || a.Pace != schedule.Once {
			a.Pace, a.Recurrence = schedule.Once, duty.Recurrence{}
			a.Due = c.documentDue(f, s)
			a.Deadline, a.Late, a.Words, a.Parent = duty.On(a.Due), a.Due.Before(c.Today), civil.FormatDate(a.Due)+"前", -1
		}
		out = append(out, a)
	}
	return out
}

// ErrUnclear is the answer to issuing a task with a time that nobody has settled.
var ErrUnclear = errs.New(errs.Conflict, "还有时限没有确认，不能下发。请先在审核页面处理待确认的问题。")

// WithReview is the norm of a document that is handed in with the first round of its task.
const WithReview = "first-round"

// documentDue is a document's own date, or the due of the first round of its task.
func (c Context) documentDue(f Fact, s slot) civil.Date {
	if own := c.Calendar.Read(f.Norm); own.Pace == schedule.Once && own.Span == "" {
		return own.Due
	}
	return s.Recurrence.Next(s.Begins).Due
}

// needsDue tells of a document whether nothing says by when it is due.
func (c Context) needsDue(t Task, f Fact) bool {
	if f.Norm == WithReview || c.Calendar.Read(f.Norm).Pace == schedule.Once {
		return false
	}
	return !slices.ContainsFunc(t.Of(Time), func(x Fact) bool {
		return (f.Slot == 0 || f.Slot == x.ID) && c.Calendar.Read(x.Norm).Pace == schedule.Once
	})
}
