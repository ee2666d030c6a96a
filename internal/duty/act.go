package duty

import (
	"context"
	"strings"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
)

// Sign records that the owner has taken notice 「签收」; signing twice changes
// nothing. Only members of the owning unit.
func (k *Kernel) Sign(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Duty) error {
	d, err := k.own(ctx, tx, by, "duty.sign", id)
	if err != nil || d.Signed != 0 {
		return err
	}
	if err := setSigned(ctx, tx, id, by.User); err != nil {
		return err
	}
	return k.record(ctx, tx, by, "duty.sign", d, "")
}

// Assign names the person within the owning unit who handles the duty.
func (k *Kernel) Assign(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Duty, person ref.User, name string) error {
	d, err := k.own(ctx, tx, by, "duty.assign", id)
	if err != nil {
		return err
	}
	if err := setPerson(ctx, tx, id, person); err != nil {
		return err
	}
	return k.record(ctx, tx, by, "duty.assign", d, "承办人："+name)
}

// Reassign gives the duty to another unit 「改派」; its clock goes on.
func (k *Kernel) Reassign(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Duty, unit ref.Unit, unitName, reason string) error {
	d, err := k.within(ctx, tx, by, "duty.reassign", id)
	switch {
	case err != nil:
		return err
	case unit <= 0:
		return errs.New(errs.Invalid, "请选择改派到哪个单位。")
	case unit == d.Unit:
		return errs.New(errs.Invalid, "这项工作已经由该单位负责，请选择其他单位。")
	}
	return k.give(ctx, tx, by, d, unit, "改派给"+unitName+"："+reason)
}

func (k *Kernel) give(ctx context.Context, tx *db.Tx, by access.Actor, d Duty, unit ref.Unit, words string) error {
	if err := setUnit(ctx, tx, d.ID, unit); err != nil {
		return err
	}
	announce(tx, unit)
	if err := k.record(ctx, tx, by, "duty.reassign", d, words); err != nil {
		return err
	}
	is := d
	is.Unit = unit
	return k.moved(ctx, tx, by, d, is)
}

// Pause stops the clock 「挂起」 until Resume; a reason is required.
func (k *Kernel) Pause(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Duty, reason string) error {
	d, err := k.within(ctx, tx, by, "duty.pause", id)
	switch {
	case err != nil:
		return err
	case strings.TrimSpace(reason) == "":
		return needReason("挂起")
	case d.Paused != 0:
		return errs.New(errs.Conflict, "这项工作已经挂起。")
	}
	return k.hold(ctx, tx, by, d, reason)
}

func (k *Kernel) hold(ctx context.Context, tx *db.Tx, by access.Actor, d Duty, words string) error {
	if err := setPaused(ctx, tx, d.ID); err != nil {
		return err
	}
	if err := leave(ctx, tx, d); err != nil {
		return err
	}
	return k.record(ctx, tx, by, "duty.pause", d, words)
}

// Resume lets the clock run again: the due moves by as long as it stood.
func (k *Kernel) Resume(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Duty) error {
	d, err := k.within(ctx, tx, by, "duty.pause", id)
	switch {
	case err != nil:
		return err
	case d.Paused == 0:
		return errs.New(errs.Conflict, "这项工作没有挂起。")
	}
	return k.release(ctx, tx, by, d, "恢复计时")
}

func (k *Kernel) release(ctx context.Context, tx *db.Tx, by access.Actor, d Duty, words string) error {
	cal, err := k.calendar(ctx, tx)
	if err != nil {
		return err
	}
	was := d
	d.Due, d.Provisional = resumed(cal, d, tx.Now)
	d.Anchor += tx.Now - d.Paused
	d.Paused = 0
	if err := k.rearm(ctx, tx, cal, was, d); err != nil {
		return err
	}
	return k.record(ctx, tx, by, "duty.resume", d, strings.TrimRight(words, "。；，")+"，时限为"+day(d.Due))
}

// Waive ends a duty that need not be done any more, with a reason 「免除」.
func (k *Kernel) Waive(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Duty, reason string) error {
	d, err := k.within(ctx, tx, by, "duty.waive", id)
	if err != nil {
		return err
	}
	if strings.TrimSpace(reason) == "" {
		return needReason("免除")
	}
	if err := k.end(ctx, tx, by, d, Waived, "duty.waive", int64(d.ID), reason); err != nil {
		return err
	}
	is := d
	is.State = Waived
	return k.moved(ctx, tx, by, d, is)
}

// Urge reminds the owner by hand 「催办」.
func (k *Kernel) Urge(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Duty, words string) error {
	d, err := k.within(ctx, tx, by, "duty.urge", id)
	if err != nil {
		return err
	}
	return k.record(ctx, tx, by, "duty.urge", d, words)
}

// Close ends a duty by the fact that fulfils it. The slice calls it in the
// transaction that records the fact and has checked the actor's right to it.
// That a duty was waived keeps nobody from recording the fact: it stays waived.
func (k *Kernel) Close(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Duty, fact string, factID int64) error {
	d, err := lock(ctx, tx, id)
	if err != nil {
		return err
	}
	switch d.State {
	case Open:
	case Waived:
		return nil
	default:
		return ended(d)
	}
	state := Done
	if d.late(tx.Now) {
		state = LateDone
	}
	if fact == "" {
		return errs.New(errs.Internal, "办结事项缺少依据，请联系系统管理员。")
	}
	return k.end(ctx, tx, by, d, state, fact, factID, "")
}

// CancelAll ends all open duties and series about a thing that is withdrawn.
// The slice calls it in the transaction of the withdrawal.
func (k *Kernel) CancelAll(ctx context.Context, tx *db.Tx, by access.Actor, subject string, id int64, reason string) error {
	duties, err := openOf(ctx, tx, subject, id)
	if err != nil {
		return err
	}
	for _, d := range duties {
		if err := k.end(ctx, tx, by, d, Cancelled, "duty.cancel", int64(d.ID), reason); err != nil {
			return err
		}
	}
	return k.endSeries(ctx, tx, by, subject, id)
}

// Handover moves the open duties of a person in a unit to a successor and
// tells how many. The flow that hands over the post calls it.
func (k *Kernel) Handover(ctx context.Context, tx *db.Tx, by access.Actor, unit ref.Unit, from, to ref.User, words string) (int, error) {
	ids, err := openOfPerson(ctx, tx, unit, from)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	if _, err := setPersonOfAll(ctx, tx, unit, from, to); err != nil {
		return 0, err
	}
	items := make([]audit.Item, len(ids))
	for i, id := range ids {
		items[i] = audit.Item{ID: int64(id), Detail: map[string]ref.User{"from": from, "to": to}}
		if err := note(ctx, tx, by, id, "duty.handover", words); err != nil {
			return 0, err
		}
	}
	announce(tx, unit)
	return len(ids), audit.WriteAll(ctx, tx, by, "org.handover", "duty", items)
}

func (k *Kernel) end(ctx context.Context, tx *db.Tx, by access.Actor, d Duty, state State, fact string, factID int64, reason string) error {
	if err := setClosed(ctx, tx, d.ID, state, fact, factID); err != nil {
		return err
	}
	if err := leave(ctx, tx, d); err != nil {
		return err
	}
	if err := k.dropRequests(ctx, tx, by, d.ID); err != nil {
		return err
	}
	if err := k.endFollowers(ctx, tx, by, d); err != nil {
		return err
	}
	return k.record(ctx, tx, by, access.Permission(endings[state]), d, reason)
}

var endings = map[State]string{Done: "duty.close", LateDone: "duty.close", Waived: "duty.waive", Cancelled: "duty.cancel"}

// endFollowers ends what the kernel itself opened because of a duty: the
// superior's and the deciders' duties have nothing left to do.
func (k *Kernel) endFollowers(ctx context.Context, tx *db.Tx, by access.Actor, d Duty) error {
	followers, err := openOf(ctx, tx, "duty", int64(d.ID))
	if err != nil {
		return err
	}
	for _, f := range followers {
		state := Done
		if f.Overdue(tx.Now) {
			state = LateDone
		}
		if err := k.end(ctx, tx, by, f, state, "duty.close", int64(d.ID), "所督促的事项已结束"); err != nil {
			return err
		}
	}
	return nil
}

// record writes event, audit entry and announcement of one act on a duty.
func (k *Kernel) record(ctx context.Context, tx *db.Tx, by access.Actor, action access.Permission, d Duty, words string) error {
	if err := note(ctx, tx, by, d.ID, string(action), words); err != nil {
		return err
	}
	announce(tx, d.Unit)
	return audit.Write(ctx, tx, by, action, "duty", d.ID, map[string]ref.Unit{"unit": d.Unit})
}

// own gives an open duty of the actor's unit, for a change.
func (k *Kernel) own(ctx context.Context, tx *db.Tx, by access.Actor, p access.Permission, id ref.Duty) (Duty, error) {
	if err := by.Require(p); err != nil {
		return Duty{}, err
	}
	return stillOpen(k.lockOwn(ctx, tx, by, id))
}

// within gives an open duty in the actor's scope, for a change.
func (k *Kernel) within(ctx context.Context, tx *db.Tx, by access.Actor, p access.Permission, id ref.Duty) (Duty, error) {
	if err := by.Require(p); err != nil {
		return Duty{}, err
	}
	return stillOpen(k.lockIn(ctx, tx, by, id))
}

func stillOpen(d Duty, err error) (Duty, error) {
	if err == nil && d.State != Open {
		return d, ended(d)
	}
	return d, err
}

func ended(d Duty) error {
	return errs.Newf(errs.Conflict, "这项工作%s，不能再改。请刷新页面查看最新情况。", d.State.Label())
}

func needReason(what string) error {
	return &errs.Error{Kind: errs.Invalid, Message: "请写明" + what + "的理由。", Fields: map[string]string{"reason": "请写明" + what + "的理由。"}}
}
