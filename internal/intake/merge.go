package intake

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
)

// Merge puts a report into another on the same event 「合并」. Each reporter keeps
// his receipt, his clock and his own answer: the duty to answer him stays
// open until he is answered, be it together with the other.
func (k *Desk) Merge(ctx context.Context, tx *db.Tx, by access.Actor, id, into ref.Report) error {
	if err := by.Require("intake.merge"); err != nil {
		return err
	}
	r, err := lock(ctx, tx, by, id)
	if err != nil {
		return err
	}
	main, err := lock(ctx, tx, by, into)
	if err != nil {
		return err
	}
	switch {
	case id == into:
		return errs.New(errs.Invalid, "不能并入自己，请填写另一件报告的编号。")
	case !r.State.Open():
		return errMoved()
	case !main.State.Open():
		return errs.New(errs.Conflict, "要并入的报告已经办结或者已经合并，请选择正在办理的报告。")
	}
	others, err := mergedInto(ctx, tx, id)
	if err != nil {
		return err
	}
	if len(others) > 0 {
		return errs.New(errs.Conflict, "已有其他报告并入这一件，请把后来的报告并入它。")
	}
	decided := r.State == Decided
	if r.Accepted == 0 {
		r.Accepted, r.AcceptedName = tx.Now, by.Name
	}
	r.State, r.Merged = Merged, into
	if !decided || r.Duty == 0 { // the duty to answer stands already, with whatever extended or stopped its clock
		if err := k.settle(ctx, tx, by, &r.Duty, id); err != nil {
			return err
		}
		if r.Duty, err = k.open(ctx, tx, by, r, AnswerKind); err != nil {
			return err
		}
	}
	if err := save(ctx, tx, r); err != nil {
		return err
	}
	if err := k.post(ctx, tx, by, id, ByOffice, Notice, r.say("您的报告已经受理，与反映同一件事的报告一并办理。", "你说的事，我们开始管了。也有别人告诉我们这件事，我们一起办。")); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "intake.merge", "intake_report", id, map[string]any{"into": into, "duty": r.Duty})
}

// ByNumber finds a report by the number by which the office calls it.
func (k *Desk) ByNumber(ctx context.Context, tx *db.Tx, by access.Actor, number string) (Report, error) {
	number = clean(number)
	rows, err := k.List(ctx, tx, by, Filter{View: All, Number: number, Limit: 1})
	if err != nil {
		return Report{}, err
	}
	if len(rows) == 0 || number == "" {
		return Report{}, errs.Fields{"number": "没有找到这个编号的报告，请核对后再填。"}.Err()
	}
	return rows[0], nil
}
