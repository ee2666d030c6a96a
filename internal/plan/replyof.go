package plan

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/db"
)

// ReplyOf gives a reply to whoever may see its duty.
func (d *Desk) ReplyOf(ctx context.Context, tx *db.Tx, by access.Actor, id ReplyID) (Reply, error) {
	r, err := lockReply(ctx, tx, id)
	if err != nil {
		return Reply{}, err
	}
	if _, err := d.Duties.Get(ctx, tx, by, r.Duty); err != nil {
		return Reply{}, err
	}
	return r, nil
}
