package testkit

import (
	"context"

	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/ref"
	"weibao/internal/rule"
)

// Kernel gives a duty kernel with a short ladder, whose every way up leads to one office.
func Kernel(cal *civil.Calendar, office ref.Unit) *duty.Kernel {
	steps := []rule.LadderStep{{Action: "urge", Offset: rule.Span{N: 1, Unit: "workdays"}, To: "owner", Label: "催办"}}
	return &duty.Kernel{
		Ladder:   func(string) rule.Ladder { return rule.Ladder{Steps: steps} },
		Calendar: func(context.Context, *db.Tx) (*civil.Calendar, error) { return cal, nil },
		Superior: func(context.Context, *db.Tx, ref.Unit) (ref.Unit, error) { return office, nil },
		Office:   func(context.Context, *db.Tx, string) (ref.Unit, error) { return office, nil },
		Limits:   func() duty.Limits { return duty.Limits{Decide: 2, Soon: 3, Critical: 5, Superior: 3} },
	}
}
