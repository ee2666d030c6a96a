package emergency

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/rule/procedure"
)

// Start says what is begun for whom.
type Start struct {
	About  About
	Child  ref.Child
	Region string
	List   string
	Brief  string   // where the child is, with whom, whom to call
	Also   []string // optional steps that are needed from the beginning
}

const maxBrief = 500

// Begin begins a checklist: each step that is not optional becomes a duty of
// its unit. The caller has checked the actor's right to the thing.
func (k *Desk) Begin(ctx context.Context, tx *db.Tx, by access.Actor, in Start) (RunID, error) {
	if err := by.Require("emergency.start"); err != nil {
		return 0, err
	}
	list, ok := k.Book().Checklist(in.List, civil.DateOf(tx.Now.Time()))
	f := errs.Fields{}
	f.Check(ok, "list", "请选择应急清单。")
	f.Check(strings.TrimSpace(in.Brief) != "", "brief", "请写明孩子现在在哪里、和谁在一起、联系谁。")
	f.Check(utf8.RuneCountInString(in.Brief) <= maxBrief, "brief", "不超过500字。")
	if err := f.Err(); err != nil {
		return 0, err
	}
	return k.begin(ctx, tx, by, by.Post.Unit, list, in)
}

// begin begins a checklist that a unit guides.
func (k *Desk) begin(ctx context.Context, tx *db.Tx, by access.Actor, unit ref.Unit, list procedure.Checklist, in Start) (RunID, error) {
	r := Run{ID: ref.New[RunID](tx.Now.Time()), List: list.ID, Label: list.Label, Subject: in.About.Kind, SubjectID: in.About.ID, Child: in.Child, Unit: unit,
		Region: in.Region, Town: access.Town(in.Region), County: access.County(in.Region), At: tx.Now, ByUser: by.User, ByName: by.Name}
	var err error
	if r.Sealed, err = k.Vault.SealText(ctx, tx, group(r.ID), field(RunSubject, int64(r.ID)), strings.TrimSpace(in.Brief)); err != nil {
		return 0, err
	}
	if err := insertRun(ctx, tx, r); err != nil {
		return 0, err
	}
	for _, s := range list.Steps {
		if err := k.lay(ctx, tx, by, r, s, !s.Optional || slices.Contains(in.Also, s.ID)); err != nil {
			return 0, err
		}
	}
	if err := k.tell(ctx, tx, by, r, "启动应急清单："+r.Label); err != nil {
		return 0, err
	}
	return r.ID, audit.Write(ctx, tx, by, "emergency.start", RunSubject, r.ID, map[string]any{"list": r.List, "subject": r.Subject, "id": r.SubjectID})
}

func (k *Desk) tell(ctx context.Context, tx *db.Tx, by access.Actor, r Run, words string) error {
	tx.Notify("emergency", ref.Format(r.ID))
	if k.Told == nil {
		return nil
	}
	return k.Told(ctx, tx, by, r.About(), r.ID, words)
}

// lay stores a step, and asks for it at once unless it is spare.
func (k *Desk) lay(ctx context.Context, tx *db.Tx, by access.Actor, r Run, s procedure.Step, now bool) error {
	unit, err := k.Unit(ctx, tx, r.Region, s.Who, s.Unit)
	if err != nil {
		return err
	}
	step := Step{ID: ref.New[StepID](tx.Now.Time()), Run: r.ID, Step: s.ID, Label: s.Label, Record: s.Record, Unit: unit, State: Spare, Sealed: []byte{}}
	if now {
		if step.Duty, err = k.open(ctx, tx, by, r, step, s); err != nil {
			return err
		}
		step.State = Open
	}
	return insertStep(ctx, tx, step)
}

func (k *Desk) open(ctx context.Context, tx *db.Tx, by access.Actor, r Run, step Step, s procedure.Step) (ref.Duty, error) {
	basis := s.Basis
	if basis == "" {
		basis = "应急清单：" + r.Label
	}
	n := duty.New{Kind: StepKind, Subject: StepSubject, SubjectID: int64(step.ID), Title: "应急：" + s.Label, Unit: step.Unit, Region: r.Region, Rule: basis, Clause: r.Label,
		Deadline: duty.After(rule.Clock{Span: rule.Span{N: s.Within.N, Unit: s.Within.Unit}}, tx.Now)}
	if s.Within.Unit == "hours" {
		n.Ladder, n.Pressing = "hours", true
	}
	if r.Subject == "case" {
		n.Whole = r.SubjectID
	}
	ids, err := k.Kernel.Open(ctx, tx, by, n)
	if err != nil {
		return 0, err
	}
	return ids[0], nil
}

// Need asks for a step that was spare.
func (k *Desk) Need(ctx context.Context, tx *db.Tx, by access.Actor, id StepID) error {
	r, s, err := k.guided(ctx, tx, by, id)
	if err != nil {
		return err
	}
	list, _ := k.Book().Checklist(r.List, civil.DateOf(tx.Now.Time()))
	law, ok := list.Step(s.Step)
	if s.State != Spare || !ok {
		return errs.New(errs.Conflict, "这一步已经下达或者不再适用。")
	}
	if s.Duty, err = k.open(ctx, tx, by, r, s, law); err != nil {
		return err
	}
	s.State = Open
	if err := setStep(ctx, tx, s); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "emergency.start", StepSubject, id, map[string]any{"run": r.ID})
}

// Skip leaves a step out, with a reason.
func (k *Desk) Skip(ctx context.Context, tx *db.Tx, by access.Actor, id StepID, reason string) error {
	r, s, err := k.guided(ctx, tx, by, id)
	switch {
	case err != nil:
		return err
	case s.State == Done || s.State == Skipped:
		return errs.New(errs.Conflict, "这一步已经办结。")
	case strings.TrimSpace(reason) == "":
		return errs.Fields{"reason": "请写明不需要这一步的理由。"}.Err()
	}
	if s.State == Open {
		if err := k.Kernel.Cancel(ctx, tx, by, s.Duty, "不需要这一步"); err != nil {
			return err
		}
	}
	s.State, s.Done, s.ByName = Skipped, tx.Now, by.Name
	if err := k.seal(ctx, tx, &s, Proof{Words: strings.TrimSpace(reason)}); err != nil {
		return err
	}
	if err := setStep(ctx, tx, s); err != nil {
		return err
	}
	if err := k.tell(ctx, tx, by, r, "应急清单不需要："+s.Label+"。"+reason); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "emergency.start", StepSubject, id, map[string]any{"skipped": true})
}

func (k *Desk) seal(ctx context.Context, tx *db.Tx, s *Step, p Proof) error {
	plain, err := json.Marshal(p)
	if err != nil {
		return err
	}
	s.Sealed, err = k.Vault.Seal(ctx, tx, group(s.Run), field(StepSubject, int64(s.ID)), plain)
	return err
}

// Prove records how a step was done, which ends the unit's duty. An order of
// protection or a warning that was served asks the village to visit.
func (k *Desk) Prove(ctx context.Context, tx *db.Tx, by access.Actor, id StepID, p Proof) error {
	if err := by.Require("emergency.step"); err != nil {
		return err
	}
	s, err := step(ctx, tx, id)
	if err != nil {
		return err
	}
	r, err := run(ctx, tx, s.Run)
	if err != nil {
		return err
	}
	d, err := k.Kernel.Get(ctx, tx, by, s.Duty)
	switch {
	case err != nil:
		return err
	case d.Unit != by.Post.Unit:
		return errs.Missing()
	case s.State != Open:
		return errs.New(errs.Conflict, "这一步已经办结。")
	}
	if err := p.refuse(AsksOf(s.Record)); err != nil {
		return err
	}
	if err := k.Kernel.Sign(ctx, tx, by, s.Duty); err != nil {
		return err
	}
	s.State, s.Done, s.ByName, s.Unit = Done, tx.Now, by.Name, d.Unit
	if err := k.seal(ctx, tx, &s, p); err != nil {
		return err
	}
	if err := setStep(ctx, tx, s); err != nil {
		return err
	}
	if err := k.Kernel.Close(ctx, tx, by, s.Duty, StepSubject, int64(id)); err != nil {
		return err
	}
	if orders[s.Record] {
		if err := k.ask(ctx, tx, by, r, VisitKind, "查访："+s.Label, procedure.Village, "", "order.visit"); err != nil {
			return err
		}
	}
	if err := k.tell(ctx, tx, by, r, "应急清单："+s.Label+"，已办结。"+p.Words); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "emergency.step", StepSubject, id, map[string]any{"record": s.Record})
}

func (p Proof) refuse(a Asks) error {
	f := errs.Fields{}
	f.Check(a.Who == "" || strings.TrimSpace(p.Who) != "", "who", "请填写"+a.Who+"。")
	f.Check(a.Where == "" || strings.TrimSpace(p.Where) != "", "where", "请填写"+a.Where+"。")
	f.Check(a.Number == "" || strings.TrimSpace(p.Number) != "", "number", "请填写"+a.Number+"。")
	f.Check(a.Until == "" || !p.Until.IsZero(), "until", "请填写"+a.Until+"。")
	f.Check(strings.TrimSpace(p.Words) != "", "words", "请写明做了什么。")
	return f.Err()
}

// ask opens a duty that follows from a checklist.
func (k *Desk) ask(ctx context.Context, tx *db.Tx, by access.Actor, r Run, kind, title, who, short, limit string) error {
	unit, err := k.Unit(ctx, tx, r.Region, who, short)
	if err != nil {
		return err
	}
	c, err := k.Clock(ctx, tx, r.Region, limit)
	if err != nil {
		return err
	}
	n := duty.New{Kind: kind, Subject: RunSubject, SubjectID: int64(r.ID), Title: title, Unit: unit, Region: r.Region, Rule: c.Source.String(), Clause: c.Label, Deadline: duty.After(c, tx.Now)}
	if c.Span.Unit == "hours" {
		n.Ladder, n.Pressing = "hours", true
	}
	_, err = k.Kernel.Open(ctx, tx, by, n)
	return err
}

// Breach reports that an order of protection was broken: the police have hours.
func (k *Desk) Breach(ctx context.Context, tx *db.Tx, by access.Actor, id RunID, words string) error {
	if err := by.Require("emergency.step"); err != nil {
		return err
	}
	r, err := k.seen(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if strings.TrimSpace(words) == "" {
		return errs.Fields{"words": "请写明看到的情况。正在发生的，先拨打110。"}.Err()
	}
	if err := k.ask(ctx, tx, by, r, BreachKind, "处置违反保护令的报告", procedure.ByUnit, "公安", "order.breach"); err != nil {
		return err
	}
	if err := k.tell(ctx, tx, by, r, "报告违反人身安全保护令："+words); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "emergency.step", RunSubject, id, map[string]any{"breach": true})
}

// Carried ends a duty of visiting after an order, or of a breach, by words.
func (k *Desk) Carried(ctx context.Context, tx *db.Tx, by access.Actor, id RunID, words string) error {
	if err := by.Require("emergency.step"); err != nil {
		return err
	}
	r, err := k.seen(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if strings.TrimSpace(words) == "" {
		return errs.Fields{"words": "请写明查访或者处置的情况。"}.Err()
	}
	mine, err := openOf(ctx, tx, id, by.Post.Unit)
	if err != nil {
		return err
	}
	if len(mine) == 0 {
		return errs.New(errs.Conflict, "没有等待本单位办理的查访或者处置。")
	}
	for _, d := range mine {
		if err := k.Kernel.Close(ctx, tx, by, d, RunSubject, int64(id)); err != nil {
			return err
		}
	}
	if err := k.tell(ctx, tx, by, r, "查访、处置情况："+words); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "emergency.step", RunSubject, id, map[string]any{"carried": len(mine)})
}
