package flow

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/job"
	"weibao/internal/workday"
)

// ImportWorkdays loads a year's notice on holidays and wants the dues that
// were provisional without it computed anew.
func (f *Flow) ImportWorkdays(ctx context.Context, tx *db.Tx, by access.Actor, n civil.Notice) error {
	if err := workday.Import(ctx, tx, by, n); err != nil {
		return err
	}
	_, err := job.Add(ctx, tx, by, job.Want{Kind: recalculateKind, Key: recalculateKind})
	return err
}

func (f *Flow) recalculate(ctx context.Context, r *job.Run) error {
	_, err := f.Kernel.Recalculate(ctx, r.DB)
	return err
}
