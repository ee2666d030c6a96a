// Package numbers counts what came of reports 「报告受理统计」.
//
// It owns no table: it reads those of its slice and of its duties, in the
// scope of whoever asks. It promises that each number is a count of reports
// received within the period, that times run from the receipt to the fact,
// with the median and the ninth decile of those that have the fact, and that a
// report is late by its own limit: the due of its duty, with whatever extended
// or stopped its clock, or the clock of the rules where no duty has it. It
// never counts persons, and never compares the people who handle reports.
package numbers

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/intake"
	"weibao/internal/rule"
	"weibao/internal/tally"
)

// Numbers are those of a period.
type Numbers struct {
	Total, Open, Emergency, Anonymous, Mandatory int
	Rejected, Merged, Closed                     int
	Channels, Situations, Towns                  []tally.Line
	Accept, Act, Answer, Close                   tally.Span
}

// Counter counts by the clocks of the county's rules.
type Counter struct {
	Calendar func(ctx context.Context, tx *db.Tx) (*civil.Calendar, error)
	Book     func() *rule.Book
}

// The clocks of the steps that no duty of their own has.
const (
	ActClock          = "report.act"
	ActEmergencyClock = "report.act-emergency"
	AnswerClock       = "report.reply"
)

// row is a report as it is counted; the dues are those of its duties, 0 where
// there is none.
type row struct {
	Channel      string
	Situation    string
	Town         string
	Urgency      string
	State        intake.State
	Named        int64
	Mandatory    int64
	Received     clock.Instant
	Accepted     clock.Instant
	Acted        clock.Instant
	Answered     clock.Instant
	Closed       clock.Instant
	AcceptState  duty.State
	AcceptDue    clock.Instant
	AcceptPaused clock.Instant
	Pressing     int64 // an emergency when it came in
	AnswerState  duty.State
	AnswerDue    clock.Instant
	AnswerPaused clock.Instant
	ActDue       clock.Instant // by the rules alone
}

// Of counts the reports of a period in the actor's scope.
func (c Counter) Of(ctx context.Context, tx *db.Tx, by access.Actor, p tally.Period) (Numbers, error) {
	if err := by.Require("intake.numbers"); err != nil {
		return Numbers{}, err
	}
	from, to := p.Bounds()
	rows, err := within(ctx, tx, by, from, to)
	if err != nil {
		return Numbers{}, err
	}
	cal, err := c.Calendar(ctx, tx)
	if err != nil {
		return Numbers{}, err
	}
	for i := range rows {
		if err := c.limit(cal, &rows[i]); err != nil {
			return Numbers{}, err
		}
	}
	return count(rows, tx.Now), nil
}

// limit gives a report the limits for which no duty stands: that of the first
// action, and, while nobody has decided, that of the answer, whose duty opens
// with the decision and whose clock began before.
func (c Counter) limit(cal *civil.Calendar, r *row) (err error) {
	id := ActClock
	if r.Pressing == 1 {
		id = ActEmergencyClock
	}
	if r.ActDue, err = c.due(cal, id, r.Received); err != nil || r.State != intake.Accepted || r.AnswerDue != 0 {
		return err
	}
	r.AnswerState = duty.Open
	r.AnswerDue, err = c.due(cal, AnswerClock, r.Accepted)
	return err
}

// due is when a clock of the rules that began at an instant ends; 0 where they set no limit.
func (c Counter) due(cal *civil.Calendar, id string, from clock.Instant) (clock.Instant, error) {
	limit, ok := c.Book().Clock(id, civil.DateOf(from.Time()))
	if !ok || limit.Span.N == 0 {
		return 0, nil
	}
	return duty.After(limit, from).Due(cal, from)
}

func count(rows []row, now clock.Instant) Numbers {
	n := Numbers{Total: len(rows)}
	channels, situations, towns := tally.Lines{}, tally.Lines{}, tally.Lines{}
	var accept, act, answer, end tally.Times
	for _, r := range rows {
		open := r.State.Open()
		n.Open += tally.One(open)
		n.Emergency += tally.One(r.Urgency == "emergency")
		n.Anonymous += tally.One(r.Named == 0)
		n.Mandatory += tally.One(r.Mandatory == 1)
		n.Rejected += tally.One(r.State == intake.Rejected)
		n.Merged += tally.One(r.State == intake.Merged)
		n.Closed += tally.One(r.State == intake.Closed)
		channels.Add(r.Channel).Open += tally.One(open)
		situations.Add(r.Situation).Open += tally.One(open)
		towns.Add(r.Town).Open += tally.One(open)
		accept.Add(r.Received, r.Accepted)
		accept.Late(late(r.AcceptState, r.AcceptDue, r.AcceptPaused, now))
		act.Add(r.Received, r.Acted)
		act.Late(r.ActDue != 0 && (r.Acted > r.ActDue || r.Acted == 0 && open && now > r.ActDue))
		answer.Add(r.Received, r.Answered)
		answer.Late(r.answeredLate(now))
		end.Add(r.Received, r.Closed)
		end.Late(r.State != intake.Merged && late(r.AnswerState, r.AnswerDue, r.AnswerPaused, now))
	}
	n.Channels, n.Situations, n.Towns = channels.Sorted(), situations.Sorted(), towns.Sorted()
	n.Accept, n.Act, n.Answer, n.Close = accept.Span(), act.Span(), answer.Span(), end.Span()
	return n
}

// answeredLate tells whether the reporter had his first answer after its due,
// or waits beyond it.
func (r row) answeredLate(now clock.Instant) bool {
	if r.AnswerDue == 0 {
		return false
	}
	if r.Answered != 0 {
		return r.Answered > r.AnswerDue
	}
	return r.AnswerState == duty.Open && r.AnswerPaused == 0 && now > r.AnswerDue
}

func late(state duty.State, due, paused, now clock.Instant) bool {
	return state == duty.LateDone || state == duty.Open && due != 0 && paused == 0 && now > due
}
