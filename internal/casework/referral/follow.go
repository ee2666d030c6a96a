package referral

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/ref"
)

// Follow lets what hangs on a referral's duty follow it: replies that wait for
// the lead's check go with it to another lead; a duty that was waived leaves
// nothing to check, and a lead's leaves nothing to support.
func (k *Desk) Follow(ctx context.Context, tx *db.Tx, by access.Actor, was, is duty.Duty) error {
	if was.Subject != Subject {
		return nil
	}
	id := ref.Referral(was.SubjectID)
	list, err := replies(ctx, tx, id, 0)
	if err != nil {
		return err
	}
	lead := was.Kind == LeadKind
	for _, y := range list {
		switch {
		case y.State != Waiting:
			continue
		case is.State == duty.Waived && (lead || y.Duty == was.ID):
			err = k.checked(ctx, tx, by, y, Back, "这项工作已经免除，不再需要反馈。")
		case is.State == duty.Open && lead && y.Duty != was.ID:
			err = k.Kernel.Give(ctx, tx, by, y.CheckDuty, is.Unit, "牵头单位变更，随转介移交")
		}
		if err != nil {
			return err
		}
	}
	if !lead || is.State != duty.Waived {
		return nil
	}
	if err := k.Kernel.CancelAll(ctx, tx, by, Subject, int64(id), "牵头单位的工作已经免除"); err != nil {
		return err
	}
	r, err := known(ctx, tx, id)
	if err != nil {
		return err
	}
	return k.tell(ctx, tx, by, r, Withdrawn)
}
