package flow

import (
	"context"
	"fmt"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/job"
	"weibao/internal/org"
	"weibao/internal/plan"
	"weibao/internal/region"
)

// AfterRegions wants everything that holds a code which is no longer in force
// brought to the one in its place. It is called in the transaction of the
// change; the job runs at once.
func (f *Flow) AfterRegions(ctx context.Context, tx *db.Tx, by access.Actor) error {
	_, err := job.Add(ctx, tx, by, job.Want{Kind: rehomeKind, Key: rehomeKind})
	return err
}

// rehome brings units, posts and duties along, one division after the other.
// Each step can be done again, so that a job that was cut off is simply run anew.
func (f *Flow) rehome(ctx context.Context, r *job.Run) error {
	county, installed, err := org.Installed(ctx, r.DB.Reader())
	if err != nil || !installed {
		return err
	}
	moves, err := region.Moves(ctx, r.DB.Reader(), county.Region)
	if err != nil {
		return err
	}
	total := 0
	for i, m := range moves {
		if err := r.DB.WriteLow(ctx, func(tx *db.Tx) error {
			if err := r.Hold(ctx, tx); err != nil {
				return err
			}
			return f.rehomeOne(ctx, tx, m)
		}); err != nil {
			return err
		}
		n, err := f.Kernel.Rehome(ctx, r.DB, m.OldCode, m.NewCode)
		if err != nil {
			return err
		}
		total += n
		if f.Files != nil {
			if err := f.Files(ctx, r, m.OldCode, m.NewCode); err != nil {
				return err
			}
		}
		if err := r.Progress(ctx, 100*(i+1)/len(moves), fmt.Sprintf("已处理%d个区划，迁移责任事项%d项", i+1, total)); err != nil {
			return err
		}
	}
	return nil
}

// rehomeOne brings the units and posts of one division along. Where both
// divisions had an authority of their own, the former's goes into the other's.
func (f *Flow) rehomeOne(ctx context.Context, tx *db.Tx, m region.Move) error {
	old, stands, err := org.SeatOf(ctx, tx, m.OldCode)
	if err != nil {
		return err
	}
	heir, taken, err := org.SeatOf(ctx, tx, m.NewCode)
	if err != nil {
		return err
	}
	if stands && taken && old.Kind == heir.Kind {
		if err := org.Absorb(ctx, tx, access.Program, old.ID, heir.ID, org.Basis{Reason: "随行政区划撤并"}); err != nil {
			return err
		}
		if err := f.inherit(ctx, tx, access.Program, old.ID, heir.ID); err != nil {
			return err
		}
	}
	if err := org.Rehome(ctx, tx, access.Program, m.OldCode, m.NewCode); err != nil {
		return err
	}
	if err := plan.Rehome(ctx, tx, m.OldCode, m.NewCode); err != nil {
		return err
	}
	_, err = f.Guard.Rehome(ctx, tx, access.Program, m.OldCode, m.NewCode)
	return err
}
