package testkit

import (
	"context"
	"testing"

	"weibao/internal/assessment"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/ref"
)

// Assessor gives the desk of assessments over a cabinet and kernel, whose
// every care is one unit's.
func Assessor(t testing.TB, cabinet *child.Cabinet, kernel *duty.Kernel, carer ref.Unit) *assessment.Desk {
	cal := Calendar(t)
	return &assessment.Desk{Cabinet: cabinet, Kernel: kernel, Book: cabinet.Book,
		Unit:     func(context.Context, *db.Tx, string, string, string) (ref.Unit, error) { return carer, nil },
		Calendar: func(context.Context, *db.Tx) (*civil.Calendar, error) { return cal, nil }}
}
