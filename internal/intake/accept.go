package intake

import (
	"context"
	"strings"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
)

func errMoved() error {
	return errs.New(errs.Conflict, "这件报告的状态已经变化，请先看最新情况，再决定怎样办理。")
}

// Accept takes a report on 「受理」: the duty to accept is done, the one to
// decide begins, and the reporter is told.
func (k *Desk) Accept(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report) error {
	if err := by.Require("intake.accept"); err != nil {
		return err
	}
	r, err := lock(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if r.State != Received {
		return errMoved()
	}
	if err := k.settle(ctx, tx, by, &r.Duty, id); err != nil {
		return err
	}
	r.State, r.Accepted, r.AcceptedName = Accepted, tx.Now, by.Name
	if r.Duty, err = k.open(ctx, tx, by, r, DecideKind); err != nil {
		return err
	}
	if err := save(ctx, tx, r); err != nil {
		return err
	}
	if err := k.post(ctx, tx, by, id, ByOffice, Notice, r.say("您的报告已经受理。", "你说的事，我们开始管了。")); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "intake.accept", "intake_report", id, map[string]any{"duty": r.Duty})
}

// Act records what was done for the child at once: whom was called, who went.
func (k *Desk) Act(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report, text string) error {
	if err := by.Require("intake.accept"); err != nil {
		return err
	}
	r, err := lock(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if text, err = messageText(text); err != nil {
		return err
	}
	if !r.State.Open() {
		return errMoved()
	}
	if r.Acted == 0 {
		r.Acted = tx.Now
	}
	return k.tellOne(ctx, tx, by, r, Note, text)
}

// Close ends a report with the answer to whoever reported 「办结」; reports that
// were merged into it end with the same answer. While a unit has not finished
// what was sent to it, a reason is asked for, which the office keeps.
func (k *Desk) Close(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report, text, despite string) error {
	r, text, err := k.speak(ctx, tx, by, id, text)
	if err != nil {
		return err
	}
	if r.State != Decided {
		return errs.New(errs.Conflict, "研判以后才能办结。请先确定由谁办理；不需要办理的，请选择不予受理并说明理由。")
	}
	if err := k.overrule(ctx, tx, by, id, despite); err != nil {
		return err
	}
	if err := k.tell(ctx, tx, by, r, Answered, text); err != nil {
		return err
	}
	return k.end(ctx, tx, by, id, Closed, "intake.close")
}

// Unanswered names the units that have not finished what was sent to them
// because of a report that the actor may see.
func (k *Desk) Unanswered(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report) ([]string, error) {
	if _, err := k.Get(ctx, tx, by, id); err != nil {
		return nil, err
	}
	return k.unanswered(ctx, tx, id)
}

func (k *Desk) unanswered(ctx context.Context, tx *db.Tx, id ref.Report) ([]string, error) {
	if k.Pending == nil {
		return nil, nil
	}
	return k.Pending(ctx, tx, id)
}

// overrule refuses to close a report over units that have not finished, or
// keeps the reason.
func (k *Desk) overrule(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report, despite string) error {
	units, err := k.unanswered(ctx, tx, id)
	if err != nil || len(units) == 0 {
		return err
	}
	names := strings.Join(units, "、")
	if strings.TrimSpace(despite) == "" {
		return errs.Fields{"despite": names + "还没有办结。请先催办；确实不必再等的，请写明理由。"}.Err()
	}
	if despite, err = messageText(despite); err != nil {
		return err
	}
	return k.post(ctx, tx, by, id, ByOffice, Note, names+"还没有办结，仍然办结报告的理由："+despite)
}

// end ends the duties of a report that was just told why.
func (k *Desk) end(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report, state State, action access.Permission) error {
	r, err := k.held(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if err := k.settle(ctx, tx, by, &r.Duty, id); err != nil {
		return err
	}
	r.State, r.Closed, r.ClosedName = state, tx.Now, by.Name
	if err := save(ctx, tx, r); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, action, "intake_report", id, nil)
}

// Reject ends a report that is not for this desk, with the reason, which the
// reporter reads 「不予受理、退回」.
func (k *Desk) Reject(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report, reason string) error {
	if err := by.Require("intake.reject"); err != nil {
		return err
	}
	r, err := lock(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if reason, err = messageText(reason); err != nil {
		return err
	}
	if r.State != Received && r.State != Accepted {
		return errMoved()
	}
	if err := k.tell(ctx, tx, by, r, Answered, r.say("未受理的原因：", "这件事我们不能直接办，原因是：")+reason); err != nil {
		return err
	}
	return k.end(ctx, tx, by, id, Rejected, "intake.reject")
}
