package flow

import (
	"context"
	"strings"
	"unicode/utf8"

	"weibao/internal/access"
	"weibao/internal/auth"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
)

// Handover is what a handover moves.
type Handover struct {
	auth.Succession
	Duties int64 // open duties that name the former holder
	Late   int64 // of these overdue
	Cases  int64 // on whose teams he is
}

// PreviewHandover tells what HandOver would do, without doing it.
func (f *Flow) PreviewHandover(ctx context.Context, tx *db.Tx, by access.Actor, post ref.Post, heir ref.User) (Handover, error) {
	s, err := f.Guard.Succession(ctx, tx, by, post, heir)
	if err != nil {
		return Handover{}, err
	}
	h := Handover{Succession: s}
	if h.Duties, h.Late, err = f.Kernel.Named(ctx, tx, s.Old.Unit, s.Old.Holder); err != nil || f.Cases == nil {
		return h, err
	}
	h.Cases, err = f.Cases.Held(ctx, tx, s.Old.Unit, s.Old.Holder)
	return h, err
}

const maxReason = 200

// HandOver ends a post, gives the heir the same one, and puts his name on
// every open duty of the unit that bore the former holder's, among them those
// of reports and referrals, and into the teams of his cases 「岗位交接」. The duties belong to the unit all the while: their clocks go on, and nothing is
// lost where the heir's post still waits to be granted.
func (f *Flow) HandOver(ctx context.Context, tx *db.Tx, by access.Actor, post ref.Post, heir ref.User, reason string) (Handover, error) {
	reason = strings.TrimSpace(reason)
	fields := errs.Fields{}
	fields.Check(reason != "", "reason", "请写明交接的原因，例如岗位调整、退休。")
	fields.Check(utf8.RuneCountInString(reason) <= maxReason, "reason", "交接原因不超过200字。")
	if err := fields.Err(); err != nil {
		return Handover{}, err
	}
	h, err := f.PreviewHandover(ctx, tx, by, post, heir)
	if err != nil {
		return h, err
	}
	if h.Succession, err = f.Guard.Succeed(ctx, tx, by, post, heir, "岗位交接："+reason); err != nil {
		return h, err
	}
	moved, err := f.Kernel.Handover(ctx, tx, by, h.Old.Unit, h.Old.Holder, heir, "岗位交接，承办人改为接任人")
	h.Duties = int64(moved)
	if err != nil || f.Cases == nil {
		return h, err
	}
	cases, err := f.Cases.Handover(ctx, tx, by, h.Old.Unit, h.Old.Holder, heir, h.Heir.Name)
	h.Cases = int64(cases)
	return h, err
}
