package duty

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/db"
	"weibao/internal/ref"
)

// CancelMany is Cancel for many duties whose cause was withdrawn together, with
// as few statements: what is written is what Cancel writes for each of them.
func (k *Kernel) CancelMany(ctx context.Context, tx *db.Tx, by access.Actor, ids []ref.Duty, reason string) error {
	if len(ids) == 0 {
		return nil
	}
	duties, err := lockAll(ctx, tx, ids)
	if err != nil {
		return err
	}
	for _, d := range duties {
		if d.State != Open {
			return ended(d)
		}
	}
	if err := cancelAll(ctx, tx, ids); err != nil {
		return err
	}
	if err := leaveAll(ctx, tx, duties); err != nil {
		return err
	}
	if err := k.settleAll(ctx, tx, by, ids); err != nil {
		return err
	}
	items := make([]audit.Item, len(duties))
	for i, d := range duties {
		if err := note(ctx, tx, by, d.ID, "duty.cancel", reason); err != nil {
			return err
		}
		announce(tx, d.Unit)
		items[i] = audit.Item{ID: int64(d.ID), Detail: map[string]ref.Unit{"unit": d.Unit}}
	}
	return audit.WriteAll(ctx, tx, by, "duty.cancel", "duty", items)
}

// settleAll settles what was asked about duties that have ended, and ends what
// the kernel opened because of them. Few duties have either.
func (k *Kernel) settleAll(ctx context.Context, tx *db.Tx, by access.Actor, ids []ref.Duty) error {
	asked, err := askedAbout(ctx, tx, ids)
	if err != nil {
		return err
	}
	for _, id := range asked {
		if err := k.dropRequests(ctx, tx, by, id); err != nil {
			return err
		}
	}
	followed, err := followedOf(ctx, tx, ids)
	if err != nil {
		return err
	}
	for _, id := range followed {
		if err := k.endFollowers(ctx, tx, by, Duty{ID: id}); err != nil {
			return err
		}
	}
	return nil
}
