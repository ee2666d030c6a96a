package guardianship

import (
	"context"
	"slices"
	"strings"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/rule/protection"
)

// follow brings the standing of a measure and its duties to what its facts say.
func (k *Desk) follow(ctx context.Context, tx *db.Tx, by access.Actor, m Measure) error {
	facts, err := factsOf(ctx, tx, m.ID)
	if err != nil {
		return err
	}
	cal, err := k.Calendar(ctx, tx)
	if err != nil {
		return err
	}
	r := k.RuleOf(m)
	s := r.Follow(happened(facts), k.Span(cal, today(tx)))
	if err := k.reconcile(ctx, tx, by, m, r, s.Tasks); err != nil {
		return err
	}
	m.Phase, m.State, m.Until, m.Alarm = s.Phase, s.State, s.Until, flag(s.Alarm)
	return update(ctx, tx, m)
}

// reconcile opens, closes and cancels duties so that they are those wanted.
func (k *Desk) reconcile(ctx context.Context, tx *db.Tx, by access.Actor, m Measure, r protection.Measure, want []protection.Task) error {
	have, err := tasksOf(ctx, tx, m.ID)
	if err != nil {
		return err
	}
	for _, h := range have {
		if h.State != taskOpen {
			continue
		}
		at := slices.IndexFunc(want, func(w protection.Task) bool { return h.is(w) })
		switch {
		case at >= 0 && want[at].Open():
			continue
		case at >= 0 && want[at].Done != 0:
			h.State, h.Fact = taskDone, ref.Record(want[at].Done)
			err = k.Kernel.Close(ctx, tx, by, h.Duty, "guardianship_fact", int64(h.Fact))
		default:
			h.State = taskOver
			err = k.Kernel.Cancel(ctx, tx, by, h.Duty, "措施已有新的进展，不必再办")
		}
		if err != nil {
			return err
		}
		if err := closeTask(ctx, tx, h); err != nil {
			return err
		}
	}
	for _, w := range want {
		if w.Open() && !slices.ContainsFunc(have, func(h Task) bool { return (h.State == taskOpen || h.State == taskFree) && h.is(w) }) {
			if err := k.task(ctx, tx, by, m, r, w); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t Task) is(w protection.Task) bool {
	return t.Rule == w.Duty && int64(t.Cause) == w.Cause && t.Round == w.Round
}

// task opens the duty of a task; the unit that gets it takes part from then on.
func (k *Desk) task(ctx context.Context, tx *db.Tx, by access.Actor, m Measure, r protection.Measure, w protection.Task) error {
	d, _ := r.Duty(w.Duty)
	unit, region := m.Unit, m.Region
	var err error
	if d.Who != "owner" {
		if unit, err = k.Unit(ctx, tx, m.Region, d.Who); err != nil {
			return err
		}
	}
	c, err := k.Cabinet.Get(ctx, tx, access.Program, m.Child)
	if err != nil {
		return err
	}
	title, whole := d.Label+"："+Shown(c), int64(m.Child)
	if m.Secret != 0 { // who is no party must not learn whom it is about, nor where
		title, whole, region = d.Label+"（保密事项）", 0, m.County+strings.Repeat("0", 12-len(m.County))
	}
	line, basis, ladder := k.deadline(d, w, today(tx))
	ids, err := k.Kernel.Open(ctx, tx, by, duty.New{Kind: DutyKind, Subject: Subject, SubjectID: int64(m.ID), Whole: whole, Title: title, Unit: unit,
		Region: region, Rule: r.Cite(), Clause: basis, Deadline: line, Ladder: ladder})
	if err != nil {
		return err
	}
	t := Task{ID: int64(ref.New[ref.Record](tx.Now.Time())), Measure: m.ID, Rule: d.ID, Cause: ref.Record(w.Cause), Round: w.Round, Duty: ids[0], Unit: unit,
		State: taskOpen, Opened: tx.Now}
	if err := insertTask(ctx, tx, t); err != nil {
		return err
	}
	return join(ctx, tx, m.ID, by.User, unit)
}

// Shown is how a duty calls a child.
func Shown(c child.Child) string {
	if c.Name == "" {
		return "身份不明儿童"
	}
	return c.Name
}

// Clock gives the first of some clocks that the county has with a figure.
func (k *Desk) Clock(ids string, on civil.Date) (rule.Clock, bool) {
	for _, id := range strings.Fields(ids) {
		if c, ok := k.Book().Clock(id, on); ok && c.Span.N != 0 {
			return c, true
		}
		if l, ok := k.Book().Limit(id, on); ok && l.Unit == "个月" { // what a county fixed as a figure
			return rule.Clock{ID: l.ID, Label: l.Label, Kind: "calendar", Span: rule.Span{N: int(l.Value), Unit: "months"}, Source: l.Source, Status: l.Status, Verified: l.Verified}, true
		}
	}
	return rule.Clock{}, false
}

// Span adds the time of clocks to a day.
func (k *Desk) Span(cal *civil.Calendar, on civil.Date) protection.Span {
	return func(ids string, day civil.Date) (civil.Date, bool) {
		c, ok := k.Clock(ids, on)
		if !ok {
			return day, false
		}
		return add(cal, day, c.Span, 1), true
	}
}

func add(cal *civil.Calendar, day civil.Date, s rule.Span, sign int) civil.Date {
	switch s.Unit {
	case "hours":
		return day.AddDays(sign * (s.N + 23) / 24)
	case "workdays":
		due, _ := cal.AddWorkdays(day, sign*s.N)
		return due
	case "months":
		return day.AddMonths(sign * s.N)
	case "years":
		return day.AddMonths(sign * 12 * s.N)
	}
	return day.AddDays(sign * s.N)
}

// withoutClock is how many days a duty has whose clocks the county's rules do not hold.
const withoutClock = 30

// deadline is when a task must be done, on what that rests, and which ladder it climbs.
func (k *Desk) deadline(d protection.Duty, w protection.Task, on civil.Date) (duty.Deadline, string, string) {
	ids := d.Clock
	if w.Round > 0 {
		ids = d.Again
	}
	c, ok := k.Clock(ids, on)
	day := civil.DateOf(w.From.At.Time())
	switch {
	case !ok:
		return duty.On(day.AddDays(withoutClock)), rule.SuggestedNote, duty.DefaultLadder
	case d.Back:
		return duty.On(add(civil.NewCalendar(nil, nil), w.From.Until, c.Span, -1)), Basis(c), duty.DefaultLadder
	case c.Span.Unit == "hours":
		return duty.After(c, w.From.At).From(w.From.At), Basis(c), c.Span.Unit
	}
	return duty.After(c, w.From.At).From(w.From.At), Basis(c), duty.DefaultLadder
}

// Basis says on what a clock rests, and how sure that is.
func Basis(c rule.Clock) string {
	words := c.Label + "：" + c.Source.String()
	switch {
	case c.Status == rule.Suggested:
		words = c.Label + "：" + rule.SuggestedNote
	case !c.Verified:
		words += "（未核实）"
	}
	return words
}
