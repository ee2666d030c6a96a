// Package satisfaction keeps what named reporters say of the outcome of their
// report 「满意度」.
//
// It owns intake_satisfaction. It promises: only whoever left his name is
// asked, on the page of his receipt, once the report has ended; saying nothing
// is an answer that leaves no trace; whoever has said something can say
// otherwise later; and no unit and nobody who handles reports can ask, see
// which reporter said what, or enter it for him. It never asks for a reason.
package satisfaction

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/intake"
	"weibao/internal/ref"
)

// Mark is what a reporter said.
type Mark string

// Marks are those that can be chosen, with their words.
var Marks = []struct {
	Mark  Mark
	Label string
}{{"good", "满意"}, {"fair", "基本满意"}, {"poor", "不满意"}}

// Label gives the word for a mark, "" for an unknown one.
func (m Mark) Label() string {
	for _, have := range Marks {
		if have.Mark == m {
			return have.Label
		}
	}
	return ""
}

// Asked tells whether the reporter of a report is asked.
func Asked(p intake.Progress) bool { return p.Named && p.State == intake.Closed }

// Given gives what the reporter said; "" where he said nothing.
func Given(ctx context.Context, tx *db.Tx, id ref.Report) (Mark, error) { return given(ctx, tx, id) }

// Say records what the holder of a receipt says of the outcome. The receipt is
// his only right to it, so there is no actor.
func Say(ctx context.Context, tx *db.Tx, desk *intake.Desk, receipt string, mark Mark) error {
	p, err := desk.Lookup(ctx, tx, receipt)
	switch {
	case err != nil:
		return err
	case !Asked(p):
		return errs.New(errs.Conflict, "这件报告还没有办结，或者没有留下姓名，不需要评价。")
	case mark.Label() == "":
		return errs.Fields{"mark": "请选择一项；也可以不回答。"}.Err()
	}
	return put(ctx, tx, p.ID, mark)
}

// Counted is how many of the ended reports of named reporters got which mark.
type Counted struct {
	Asked int // ended, with a name
	Given map[Mark]int
}

// Silent is how many said nothing.
func (c Counted) Silent() int {
	n := c.Asked
	for _, k := range c.Given {
		n -= k
	}
	return n
}

// Of counts for the reports received in a time in the actor's scope.
func Of(ctx context.Context, tx *db.Tx, by access.Actor, from, to clock.Instant) (Counted, error) {
	if err := by.Require("intake.numbers"); err != nil {
		return Counted{}, err
	}
	rows, err := within(ctx, tx, by, from, to)
	c := Counted{Given: map[Mark]int{}}
	for _, r := range rows {
		c.Asked += r.N
		if r.Mark != "" {
			c.Given[r.Mark] += r.N
		}
	}
	return c, err
}
