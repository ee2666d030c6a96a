// Package flow holds the use cases that touch two or more slices, one file
// each: handing over a post with its work, merging units with their posts and
// duties, bringing everything along when divisions change, loading another
// year of the calendar, and the way of a report to units, cases and back.
//
// It owns no table and no rule: each step is an operation of the slice that
// owns the fact, and a use case is one transaction, or a job where it may be
// long. It promises that none is half done, and that whatever is handed over
// is told in a preview first. Slices never import it.
package flow

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/auth"
	"weibao/internal/casework"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/job"
	"weibao/internal/org"
	"weibao/internal/plan"
	"weibao/internal/ref"
)

// Flow is what the use cases stand on.
type Flow struct {
	Guard  *auth.Guard
	Kernel *duty.Kernel
	Cases  *casework.Desk // nil where nobody works on cases
	// Files brings the files of children along from a division to the one in its
	// place, with all that follows them; nil where there are none.
	Files func(ctx context.Context, r *job.Run, was, now string) error
}

// The kinds of job.
const (
	rehomeKind      = "region.rehome"
	recalculateKind = "workday.recalculate"
)

// Kinds lists the jobs of the use cases.
func (f *Flow) Kinds() []job.Kind {
	return []job.Kind{
		{Name: rehomeKind, Label: "区划变更后迁移单位、岗位和责任事项", Run: f.rehome},
		{Name: recalculateKind, Label: "导入放假安排后重算暂定时限", Run: f.recalculate},
	}
}

// MergeUnits puts a unit into another with its posts, tasks of plans, open duties and series 「单位撤并」.
func (f *Flow) MergeUnits(ctx context.Context, tx *db.Tx, by access.Actor, id, into ref.Unit, basis org.Basis) error {
	if err := org.Merge(ctx, tx, by, id, into, basis); err != nil {
		return err
	}
	return f.inherit(ctx, tx, by, id, into)
}

func (f *Flow) inherit(ctx context.Context, tx *db.Tx, by access.Actor, id, into ref.Unit) error {
	if _, err := f.Guard.Inherit(ctx, tx, by, id, into); err != nil {
		return err
	}
	const words = "单位撤并，由承接单位继续办理，时限不变"
	if _, err := plan.Inherit(ctx, tx, by, id, into, words); err != nil {
		return err
	}
	if _, err := f.Kernel.Inherit(ctx, tx, by, id, into, words); err != nil {
		return err
	}
	return plan.Settle(ctx, tx, by, f.Kernel, into, words)
}
