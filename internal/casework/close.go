package casework

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/casework/referral"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/rule/procedure"
)

// EndingID names a proposal to close.
type EndingID int64

// Ending is a proposal to close a case.
type Ending struct {
	ID          EndingID
	Whole       ref.Case
	Outcome     string
	At          clock.Instant
	ByUser      ref.User
	ByName      string
	Sealed      []byte
	Decider     ref.User
	Duty        ref.Duty
	State       string
	Decided     clock.Instant
	DecidedName string
	Answer      []byte
}

// The states of a proposal.
const (
	Asked   = "proposed"
	Agreed  = "agreed"
	Against = "refused"
)

// Met is a condition of closing and whether it holds.
type Met struct {
	procedure.Condition
	Holds bool
	Why   string // what is lacking, and what to do
}

// Conditions tells what closing a case asks for, and what of it is lacking.
func (k *Desk) Conditions(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Case) ([]Met, procedure.Closing, error) {
	c, err := get(ctx, tx, by, id, "")
	if err != nil {
		return nil, procedure.Closing{}, err
	}
	return k.conditions(ctx, tx, by, c)
}

func (k *Desk) conditions(ctx context.Context, tx *db.Tx, by access.Actor, c Case) ([]Met, procedure.Closing, error) {
	law, ok := k.Book().Closing(today(tx))
	if !ok {
		return nil, law, errs.New(errs.Conflict, "本县规则中没有结案条件，请联系县未保办设置。")
	}
	facts, err := k.facts(ctx, tx, []Case{c})
	if err != nil {
		return nil, law, err
	}
	var out []Met
	for _, cond := range law.Conditions {
		m := Met{Condition: cond}
		if m.Label == "" {
			m.Label = procedure.Conditions[cond.ID]
		}
		if m.Why, err = k.lacks(ctx, tx, by, c, facts[c.ID], cond); err != nil {
			return nil, law, err
		}
		m.Holds = m.Why == ""
		out = append(out, m)
	}
	return out, law, nil
}

// lacks says what is lacking of a condition; "" where it holds.
func (k *Desk) lacks(ctx context.Context, tx *db.Tx, by access.Actor, c Case, f Facts, cond procedure.Condition) (string, error) {
	switch cond.ID {
	case "reassessed":
		if f.Acted == 0 {
			return "还没有记录提供过服务或者转介。", nil
		}
		if !f.Reassessed() {
			return "最后一次介入之后还没有复评。请重新评估风险等级。", nil
		}
	case "level":
		if f.Assessed == 0 || f.Level > cond.Top {
			return "最近一次评估的等级还没有降到规定的等级。", nil
		}
	case "goals":
		goals, err := goalsOf(ctx, tx, c.ID)
		if err != nil {
			return "", err
		}
		if c.Planned == 0 || slices.ContainsFunc(goals, func(g Goal) bool { return g.State == GoalOpen }) {
			return "服务方案没有确定，或者还有进行中的目标。请写明每个目标的结果。", nil
		}
	case "referrals":
		rows, err := k.Referrals.On(ctx, tx, by, referral.About{Kind: referral.OnCase, ID: int64(c.ID)})
		if err != nil {
			return "", err
		}
		if slices.ContainsFunc(rows, func(r referral.Row) bool { return r.State.Open() }) {
			return "还有转介没有办结。", nil
		}
	case "emergency":
		n, err := k.Urgent(ctx, tx, c)
		if err != nil {
			return "", err
		}
		if n > 0 {
			return "应急清单还有没有办结的步骤。", nil
		}
	case "opinion":
		heard, err := latest(ctx, tx, []ref.Case{c.ID}, Opinion)
		if err != nil {
			return "", err
		}
		if len(heard) == 0 {
			return "还没有记录儿童本人的意见。", nil
		}
	}
	return "", nil
}

// Propose asks the second person to close a case. What the rules ask for must
// hold; where the child is beyond reach, the second person alone is asked.
func (k *Desk) Propose(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Case, outcome, words string) error {
	c, err := k.locked(ctx, tx, by, "case.close", id)
	if err != nil {
		return err
	}
	met, law, err := k.conditions(ctx, tx, by, c)
	if err != nil {
		return err
	}
	o, known := law.Outcome(outcome)
	f := errs.Fields{}
	f.Check(known, "outcome", "请选择结案原因。")
	f.Check(strings.TrimSpace(words) != "", "words", "请写明孩子现在的情况和结案的理由。")
	if err := f.Err(); err != nil {
		return err
	}
	lack, err := k.lacking(ctx, tx, c, met, o)
	if err != nil {
		return err
	}
	if len(lack) > 0 {
		return errs.New(errs.Conflict, "还不能结案："+strings.Join(lack, ""))
	}
	second, err := k.second(ctx, tx, by, c)
	if err != nil {
		return err
	}
	return k.propose(ctx, tx, by, c, second, outcome, words)
}

// lacking says what stands against closing a case with an outcome.
func (k *Desk) lacking(ctx context.Context, tx *db.Tx, c Case, met []Met, o procedure.Outcome) (lack []string, err error) {
	for _, m := range met {
		if !m.Holds && o.Asks(m.ID) {
			lack = append(lack, m.Why)
		}
	}
	if o.Age == 0 {
		return lack, nil
	}
	who, err := k.Cabinet.Get(ctx, tx, access.Program, c.Child)
	if err != nil {
		return nil, err
	}
	if age, known := who.Age(today(tx)); !known || age < o.Age {
		lack = append(lack, fmt.Sprintf("按档案，儿童未满%d周岁，或者没有登记出生日期。", o.Age))
	}
	return lack, nil
}

// second finds who decides: somebody else of the team who may.
func (k *Desk) second(ctx context.Context, tx *db.Tx, by access.Actor, c Case) (Member, error) {
	team, err := teamOf(ctx, tx, c.ID)
	if err != nil {
		return Member{}, err
	}
	slices.SortStableFunc(team, func(a, b Member) int { return rankOf(a) - rankOf(b) })
	for _, m := range team {
		if m.Holder == by.User || !m.holds(tx.Now) || m.Role == Glass {
			continue
		}
		p, err := k.Person(ctx, tx, by, m.Holder)
		if err == nil && (access.Actor{User: p.ID, Post: access.Post{Role: p.Role}}).Can("case.decide") {
			return m, nil
		}
	}
	return Member{}, errs.New(errs.Conflict, "结案须由另一人审核。请先在个案组里加入一名审核人（未保办工作人员、督导员或者分管领导）。")
}

func rankOf(m Member) int {
	if m.Role == Second {
		return 0
	}
	return 1
}

func (k *Desk) propose(ctx context.Context, tx *db.Tx, by access.Actor, c Case, second Member, outcome, words string) error {
	limit, err := k.Clock(ctx, tx, c.Region, "case.decide")
	if err != nil {
		return err
	}
	e := Ending{ID: ref.New[EndingID](tx.Now.Time()), Whole: c.ID, Outcome: outcome, At: tx.Now, ByUser: by.User, ByName: by.Name, Decider: second.Holder, State: Asked, Answer: []byte{}}
	if e.Sealed, err = k.Vault.SealText(ctx, tx, group(c.ID), field("casework_closing", "sealed", int64(e.ID)), strings.TrimSpace(words)); err != nil {
		return err
	}
	ids, err := k.Kernel.Open(ctx, tx, by, duty.New{Kind: DecideKind, Subject: Subject, SubjectID: int64(c.ID), Whole: int64(c.ID), Title: "审核结案（" + c.Number + "）", Unit: second.Unit, Person: second.Holder,
		Region: c.Region, Rule: limit.Source.String(), Clause: limit.Label, Deadline: duty.After(limit, tx.Now)})
	if err != nil {
		return err
	}
	e.Duty = ids[0]
	if err := insertClosing(ctx, tx, e); err != nil {
		if db.IsUnique(err) {
			return errs.Wrap(errs.Conflict, err, "已经提出结案，正在等待审核。")
		}
		return err
	}
	if err := k.note(ctx, tx, by, c.ID, note{Kind: Proposed, Mark: outcome, Link: int64(e.ID), Words: words}); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "case.close", Subject, c.ID, map[string]any{"outcome": outcome, "second": second.Holder})
}

// Decide answers a proposal to close. Who proposed it cannot.
func (k *Desk) Decide(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Case, agree bool, words string) error {
	c, err := k.locked(ctx, tx, by, "case.decide", id)
	if err != nil {
		return err
	}
	e, asked, err := k.pending(ctx, tx, id)
	switch {
	case err != nil:
		return err
	case !asked:
		return errs.New(errs.Conflict, "没有等待审核的结案。")
	case e.ByUser == by.User:
		return errs.New(errs.Forbidden, "结案须由另一人审核：提出结案的人不能审核。")
	case !agree && strings.TrimSpace(words) == "":
		return errs.Fields{"words": "请写明不同意的理由。"}.Err()
	}
	law, _ := k.Book().Closing(today(tx))
	if o, _ := law.Outcome(e.Outcome); agree {
		met, _, err := k.conditions(ctx, tx, by, c)
		if err != nil {
			return err
		}
		lack, err := k.lacking(ctx, tx, c, met, o)
		if err != nil {
			return err
		}
		if len(lack) > 0 {
			return errs.New(errs.Conflict, "提出结案之后情况有变化，还不能结案："+strings.Join(lack, ""))
		}
	}
	e.State, e.Decided, e.DecidedName = Against, tx.Now, by.Name
	if agree {
		e.State = Agreed
	}
	if e.Answer, err = k.Vault.SealText(ctx, tx, group(id), field("casework_closing", "answer", int64(e.ID)), strings.TrimSpace(words)); err != nil {
		return err
	}
	if err := decideClosing(ctx, tx, e); err != nil {
		return err
	}
	if err := k.Kernel.Close(ctx, tx, by, e.Duty, "casework_closing", int64(e.ID)); err != nil {
		return err
	}
	if !agree {
		if err := k.note(ctx, tx, by, id, note{Kind: Refused, Link: int64(e.ID), Words: words}); err != nil {
			return err
		}
		return audit.Write(ctx, tx, by, "case.decide", Subject, id, map[string]any{"agreed": false})
	}
	return k.end(ctx, tx, by, c, e, words)
}

func (k *Desk) end(ctx context.Context, tx *db.Tx, by access.Actor, c Case, e Ending, words string) error {
	c.Closed, c.Outcome = tx.Now, e.Outcome
	if err := setClosed(ctx, tx, c); err != nil {
		return err
	}
	if err := k.note(ctx, tx, by, c.ID, note{Kind: ClosedCase, Mark: e.Outcome, Link: int64(e.ID), Words: words}); err != nil {
		return err
	}
	if err := k.Kernel.CancelAll(ctx, tx, by, Subject, int64(c.ID), "个案已结案"); err != nil {
		return err
	}
	if err := k.dismiss(ctx, tx, by, c.ID); err != nil {
		return err
	}
	if err := k.schedule(ctx, tx, by, c); err != nil {
		return err
	}
	if err := k.turn(ctx, tx, by, c, Over); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "case.decide", Subject, c.ID, map[string]any{"agreed": true, "outcome": e.Outcome})
}

func (k *Desk) pending(ctx context.Context, tx *db.Tx, id ref.Case) (Ending, bool, error) {
	list, err := closingsOf(ctx, tx, []ref.Case{id})
	i := slices.IndexFunc(list, func(e Ending) bool { return e.State == Asked })
	if err != nil || i < 0 {
		return Ending{}, false, err
	}
	return list[i], true, nil
}

// schedule opens the follow-ups of a case that was closed.
func (k *Desk) schedule(ctx context.Context, tx *db.Tx, by access.Actor, c Case) error {
	law, _ := k.Book().Closing(today(tx))
	if o, _ := law.Outcome(c.Outcome); o.Free {
		return nil
	}
	facts, err := k.facts(ctx, tx, []Case{c})
	if err != nil {
		return err
	}
	plan, ok := k.Book().FollowUp(facts[c.ID].Level, today(tx))
	if !ok {
		return nil
	}
	unit, err := k.Unit(ctx, tx, c.Region, plan.Who)
	if err != nil {
		return err
	}
	for _, s := range plan.Rounds {
		f := Follow{ID: ref.New[FollowID](tx.Now.Time()), Whole: c.ID, Child: c.Child, Unit: unit, Due: after(tx.Now, s), State: FollowOpen, Sealed: []byte{}}
		ids, err := k.Kernel.Open(ctx, tx, by, duty.New{Kind: FollowKind, Subject: "casework_follow", SubjectID: int64(f.ID), Whole: int64(c.ID), Title: "结案回访（" + c.Number + "）",
			Unit: unit, Region: c.Region, Rule: plan.Label, Clause: "结案后回访", Deadline: duty.On(f.Due)})
		if err != nil {
			return err
		}
		f.Duty = ids[0]
		if err := insertFollow(ctx, tx, f); err != nil {
			return err
		}
	}
	return nil
}

func after(now clock.Instant, s procedure.Span) civil.Date {
	day := civil.DateOf(now.Time())
	switch s.Unit {
	case "months":
		return day.AddMonths(s.N)
	case "hours":
		return civil.DateOf(now.Add(time.Duration(s.N) * time.Hour).Time())
	}
	return day.AddDays(s.N)
}

// Reopen takes up a closed case again; follow-ups to come end.
func (k *Desk) Reopen(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Case, reason string) error {
	if err := by.Require("case.reopen"); err != nil {
		return err
	}
	c, err := k.worked(ctx, tx, by, id)
	if err != nil {
		return err
	}
	busy, err := openOfChild(ctx, tx, c.Child)
	switch {
	case err != nil:
		return err
	case c.Closed == 0 || len(busy) > 0:
		return errs.New(errs.Conflict, "这名儿童已有正在办理的个案。")
	case strings.TrimSpace(reason) == "":
		return errs.Fields{"reason": "请写明重新开启的原因。"}.Err()
	}
	follows, err := followsOf(ctx, tx, []ref.Case{id})
	if err != nil {
		return err
	}
	for _, f := range follows {
		if f.State != FollowOpen {
			continue
		}
		f.State = FollowEnded
		if err := setFollow(ctx, tx, f); err != nil {
			return err
		}
		if err := k.Kernel.Cancel(ctx, tx, by, f.Duty, "个案重新开启"); err != nil {
			return err
		}
	}
	if _, err := k.fulfil(ctx, tx, by, id, WorryKind, Subject, int64(id)); err != nil {
		return err
	}
	c.Closed, c.Outcome, c.Planned, c.PlannedBy = 0, "", 0, ""
	if err := setClosed(ctx, tx, c); err != nil {
		return err
	}
	if err := k.note(ctx, tx, by, id, note{Kind: Reopened, Words: reason}); err != nil {
		return err
	}
	if _, err := k.duty(ctx, tx, by, c, PlanKind, "修订服务方案", "case.plan"); err != nil {
		return err
	}
	if err := k.turn(ctx, tx, by, c, Again); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "case.reopen", Subject, id, nil)
}
