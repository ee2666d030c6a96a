package assessment

import (
	"context"
	"strings"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/vault"
)

// Decide answers a proposal, or confirms a level that holds already. The one
// who assessed cannot decide, and the tier must be the one that the county
// names. Refusing a level that holds leaves it: it falls by a new assessment.
func (k *Desk) Decide(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Assessment, agree bool, words string) error {
	if err := by.Require("assessment.decide"); err != nil {
		return err
	}
	a, err := lock(ctx, tx, by, id)
	if err != nil {
		return err
	}
	c, err := k.Cabinet.Lock(ctx, tx, by, a.Child)
	if err != nil {
		return err
	}
	switch {
	case !a.Open():
		return errs.New(errs.Conflict, "这次评估已经办结或被新的评估取代，不需要再审定。")
	case by.User == a.ByUser:
		return errs.New(errs.Forbidden, "审定须由另一人办理：提出评估的人不能审定自己的评估。")
	case tierOf(by) < rank(k.decides(tx, a, c.CategoryIDs())):
		return errs.New(errs.Forbidden, "按本县规定，这项审定由上一级办理。")
	case !agree && strings.TrimSpace(words) == "":
		f := errs.Fields{}
		f.Check(false, "words", "请说明不同意的理由。")
		return f.Err()
	}
	if err := k.answer(ctx, tx, by, a, agree, words); err != nil {
		return err
	}
	if a.Duty != 0 {
		if err := k.Kernel.Close(ctx, tx, by, a.Duty, "assessment", int64(a.ID)); err != nil {
			return err
		}
	}
	if agree && a.State == Proposed {
		if err := k.hold(ctx, tx, by, a); err != nil {
			return err
		}
	}
	return audit.Write(ctx, tx, by, "assessment.decide", "assessment", id, map[string]any{"child": a.Child, "agreed": agree, "level": a.Level})
}

// decides gives the tier that decides an assessment, as the rules stand.
func (k *Desk) decides(tx *db.Tx, a Assessment, categories []string) rule.Tier {
	m := k.Book().LevelDuties(max(a.Level, a.Before), categories, today(tx))
	if a.State == Held {
		return m.Confirm
	}
	if t := higher(m.Lower, m.Confirm); t != "" {
		return t
	}
	return rule.AtTownship
}

func (k *Desk) answer(ctx context.Context, tx *db.Tx, by access.Actor, a Assessment, agree bool, words string) error {
	sealed, err := k.Cabinet.Vault.SealText(ctx, tx, vault.GroupOf("child", a.Child), decisionField(a.ID), strings.TrimSpace(words))
	if err != nil {
		return err
	}
	a.Decision, a.Decided, a.DecidedBy, a.DecidedName = sealed, tx.Now, by.User, by.Name
	switch {
	case agree && a.State == Held:
		a.Confirmed = tx.Now
	case agree:
		a.State = Held
	case a.State == Proposed:
		a.State = Refused
	}
	return update(ctx, tx, a)
}
