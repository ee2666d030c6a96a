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
	"time"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/tally"
)

// Numbers are those of a period.
type Numbers struct {
	Total, Open, Emergency, Anonymous, Mandatory int
	Rejected, Merged, Closed                     int
	Channels, Situations, Towns                  []tally.Line
	Accept, Act, Answer, Close                   tally.Span
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
func Of(ctx context.Context, tx *db.Tx, by access.Actor, p tally.Period, l Limits) (Numbers, error) {
	if err := by.Require("intake.numbers"); err != nil {
		return Numbers{}, err
	}
	from, to := p.Bounds()
	rows, err := within(ctx, tx, by, from, to)
	if err != nil {
		return Numbers{}, err
	}
	return count(rows, l, tx.Now), nil
}

func count(rows []row, l Limits, now clock.Instant) Numbers {
	n := Numbers{Total: len(rows)}
	channels, situations, towns := tally.Lines{}, tally.Lines{}, tally.Lines{}
	var accept, act, answer, end tally.Times
	for _, r := range rows {
		open := r.State == "received" || r.State == "accepted" || r.State == "decided"
		n.Open += tally.One(open)
		n.Emergency += tally.One(r.Urgency == "emergency")
		n.Anonymous += tally.One(r.Named == 0)
		n.Mandatory += tally.One(r.Mandatory == 1)
		n.Rejected += tally.One(r.State == "rejected")
		n.Merged += tally.One(r.State == "merged")
		n.Closed += tally.One(r.State == "closed")
		channels.Add(r.Channel).Open += tally.One(open)
		situations.Add(r.Situation).Open += tally.One(open)
		towns.Add(r.Town).Open += tally.One(open)
		limit := l.Accept
		if r.Urgency == "emergency" {
			limit = l.AcceptEmergency
		}
		accept.Add(r.Received, r.Accepted)
		accept.Within(r.Received, r.Accepted, limit, now, open)
		act.Add(r.Received, r.Acted)
		answer.Add(r.Received, r.Answered)
		end.Add(r.Received, r.Closed)
	}
	n.Channels, n.Situations, n.Towns = channels.Sorted(), situations.Sorted(), towns.Sorted()
	n.Accept, n.Act, n.Answer, n.Close = accept.Span(), act.Span(), answer.Span(), end.Span()
	return n
}
