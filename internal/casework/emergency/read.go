package emergency

import (
	"context"
	"encoding/json"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
)

// Told is a step with its proof.
type Told struct {
	Step
	Proof Proof
}

// Sheet is a checklist at work as one reader may know it.
type Sheet struct {
	Run
	Brief  string
	Steps  []Told // all of them for who guides it, for a unit its own
	Guides bool   // the reader decides on steps
	Mine   bool   // the reader's unit has a visit or a breach to see to
}

// guides tells whether an actor guides a checklist: his unit began it, or he
// works on the thing.
func (k *Desk) guides(ctx context.Context, tx *db.Tx, by access.Actor, r Run) (bool, error) {
	if !by.Can("emergency.start") {
		return false, nil
	}
	return k.insider(ctx, tx, by, r)
}

// insider tells whether an actor belongs to those who work on the thing: the
// team of a case, who may see a report, the unit that began the rest.
func (k *Desk) insider(ctx context.Context, tx *db.Tx, by access.Actor, r Run) (bool, error) {
	if r.Subject == "case" || r.Subject == "report" {
		return k.Insider(ctx, tx, by, r.About())
	}
	return r.Unit == by.Post.Unit, nil
}

// seen gives a checklist to who guides it, or who has a duty of it.
func (k *Desk) seen(ctx context.Context, tx *db.Tx, by access.Actor, id RunID) (Run, error) {
	r, err := run(ctx, tx, id)
	if err != nil {
		return r, err
	}
	if ok, err := k.guides(ctx, tx, by, r); err != nil || ok {
		return r, err
	}
	if r.Subject == "report" && r.Unit == by.Post.Unit {
		return r, errs.Missing() // his unit guides it, and the report is hidden from him
	}
	n, err := dutiesOf(ctx, tx, id, by.Post.Unit)
	if err == nil && n == 0 {
		err = errs.Missing()
	}
	return r, err
}

// guided gives a step to who guides its checklist, for a change.
func (k *Desk) guided(ctx context.Context, tx *db.Tx, by access.Actor, id StepID) (Run, Step, error) {
	if err := by.Require("emergency.start"); err != nil {
		return Run{}, Step{}, err
	}
	s, err := step(ctx, tx, id)
	if err != nil {
		return Run{}, s, err
	}
	r, err := run(ctx, tx, s.Run)
	if err != nil {
		return r, s, err
	}
	ok, err := k.guides(ctx, tx, by, r)
	if err == nil && !ok {
		err = errs.Missing()
	}
	return r, s, err
}

// Get gives a checklist at work.
func (k *Desk) Get(ctx context.Context, tx *db.Tx, by access.Actor, id RunID) (Sheet, error) {
	if err := by.Require("emergency.show"); err != nil {
		return Sheet{}, err
	}
	r, err := k.seen(ctx, tx, by, id)
	if err != nil {
		return Sheet{}, err
	}
	out := Sheet{Run: r}
	if out.Guides, err = k.guides(ctx, tx, by, r); err != nil {
		return out, err
	}
	if out.Brief, err = k.Vault.OpenText(ctx, tx, group(id), field(RunSubject, int64(id)), r.Sealed); err != nil {
		return out, err
	}
	mine, err := openOf(ctx, tx, id, by.Post.Unit)
	if err != nil {
		return out, err
	}
	out.Mine = len(mine) > 0
	steps, err := stepsOf(ctx, tx, id)
	if err != nil {
		return out, err
	}
	for _, s := range steps {
		if !out.Guides && s.Unit != by.Post.Unit {
			continue
		}
		t, err := k.told(ctx, tx, s)
		if err != nil {
			return out, err
		}
		out.Steps = append(out.Steps, t)
	}
	return out, nil
}

func (k *Desk) told(ctx context.Context, tx *db.Tx, s Step) (Told, error) {
	t := Told{Step: s}
	if len(s.Sealed) == 0 {
		return t, nil
	}
	plain, err := k.Vault.Open(ctx, tx, group(s.Run), field(StepSubject, int64(s.ID)), s.Sealed)
	if err != nil {
		return t, err
	}
	return t, json.Unmarshal(plain, &t.Proof)
}

// StepOf gives a step with the brief to the unit that does it, or to who guides it.
func (k *Desk) StepOf(ctx context.Context, tx *db.Tx, by access.Actor, id StepID) (Sheet, Told, error) {
	s, err := step(ctx, tx, id)
	if err != nil {
		return Sheet{}, Told{}, err
	}
	sheet, err := k.Get(ctx, tx, by, s.Run)
	if err != nil {
		return sheet, Told{}, err
	}
	for _, t := range sheet.Steps {
		if t.ID == id {
			return sheet, t, nil
		}
	}
	return sheet, Told{}, errs.Missing()
}

// On lists the checklists of a thing; the caller has checked that the actor
// may see the thing.
func (k *Desk) On(ctx context.Context, tx *db.Tx, a About) ([]Run, error) { return runsOf(ctx, tx, a) }

// Urgent counts the steps that are still to be done of a thing.
func (k *Desk) Urgent(ctx context.Context, tx *db.Tx, a About) (int, error) {
	return openSteps(ctx, tx, a)
}

// Pending gives the units whose steps of a thing are still to be done, for the
// program's own answers.
func (k *Desk) Pending(ctx context.Context, tx *db.Tx, a About) ([]ref.Unit, error) {
	return pending(ctx, tx, a)
}

// Signature is that a unit signed for a step.
type Signature struct {
	Unit ref.Unit
	At   clock.Instant
}

// Signatures gives who has signed for steps of a thing, the first of each
// unit, for the program's own answers: they hold nothing of what is told there.
func (k *Desk) Signatures(ctx context.Context, tx *db.Tx, a About) ([]Signature, error) {
	return signatures(ctx, tx, a)
}

// Progress tells how far checklists are that the caller may name.
func (k *Desk) Progress(ctx context.Context, tx *db.Tx, list []Run) (map[RunID]Far, error) {
	ids := make([]RunID, len(list))
	for i, r := range list {
		ids[i] = r.ID
	}
	rows, err := progress(ctx, tx, ids)
	out := make(map[RunID]Far, len(rows))
	for _, f := range rows {
		out[f.Run] = f
	}
	return out, err
}

// List gives the checklists which the actor's unit began, the latest first.
func (k *Desk) List(ctx context.Context, tx *db.Tx, by access.Actor, limit int) ([]Run, error) {
	if err := by.Require("emergency.show"); err != nil {
		return nil, err
	}
	rows, err := runsOfUnit(ctx, tx, by.Post.Unit, limit)
	if err != nil {
		return nil, err
	}
	var out []Run
	for _, r := range rows {
		ok, err := k.insider(ctx, tx, by, r)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, r)
		}
	}
	return out, nil
}
