package emergency

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/ref"
	"weibao/internal/vault"
)

// Unreached in a filter takes those whom nobody has reached: not asked after
// yet, or not found.
const Unreached = "unreached"

// TouchFilter chooses children of an event.
type TouchFilter struct {
	State string   // "" = all that it touches; Unreached, or a state
	Unit  ref.Unit // which is to reach them; 0 = any
	After TouchedID
	Limit int
}

// Line is a child of an event as its list shows it.
type Line struct {
	Touched
	File      child.Child
	Words     string
	Done, All int64 // steps of its checklist
}

// Behind is a unit with how many of its children are not reached.
type Behind struct {
	Unit ref.Unit
	N    int64 // not reached
	All  int64
	Duty ref.Duty // open, 0 = none
	Due  clock.Instant

	Region string // where they live
}

// Contingency gives an event that holds where the actor works, lies within his
// reach, or asks his unit to reach children.
func (k *Desk) Contingency(ctx context.Context, tx *db.Tx, by access.Actor, event int64) (Contingency, error) {
	if err := by.Require("emergency.show"); err != nil {
		return Contingency{}, err
	}
	return contingency(ctx, tx, by, event)
}

// Touched gives a page of the children of an event within the actor's scope:
// what is counted by Tally, by the same condition.
func (k *Desk) Touched(ctx context.Context, tx *db.Tx, by access.Actor, event int64, f TouchFilter) ([]Line, error) {
	if _, err := k.Contingency(ctx, tx, by, event); err != nil {
		return nil, err
	}
	rows, err := touched(ctx, tx, by, event, f)
	if err != nil {
		return nil, err
	}
	return k.lines(ctx, tx, event, rows)
}

// TouchedAt gives chosen children of an event within the actor's scope.
func (k *Desk) TouchedAt(ctx context.Context, tx *db.Tx, by access.Actor, event int64, ids []TouchedID) ([]Line, error) {
	if _, err := k.Contingency(ctx, tx, by, event); err != nil {
		return nil, err
	}
	rows, err := someTouched(ctx, tx, by, event, ids, "")
	if err != nil {
		return nil, err
	}
	return k.lines(ctx, tx, event, rows)
}

// lines adds to children of an event what their list shows.
func (k *Desk) lines(ctx context.Context, tx *db.Tx, event int64, rows []Touched) ([]Line, error) {
	out, sealed, runs := make([]Line, len(rows)), make([]vault.Sealed, len(rows)), []RunID{}
	var err error
	for i, t := range rows {
		out[i].Touched = t
		sealed[i] = vault.Sealed{Group: eventGroup(event), Field: field("casework_touched", int64(t.ID)), Bytes: t.Sealed}
		if t.Run != 0 {
			runs = append(runs, t.Run)
		}
		if out[i].File, err = k.Cabinet.Get(ctx, tx, access.Program, t.Child); err != nil {
			return nil, err
		}
	}
	words, err := k.Vault.OpenAll(ctx, tx, sealed)
	if err != nil {
		return nil, err
	}
	steps, err := progress(ctx, tx, runs)
	if err != nil {
		return nil, err
	}
	for i := range out {
		out[i].Words = words[i]
		for _, p := range steps {
			if p.Run == out[i].Run {
				out[i].Done, out[i].All = p.Done, p.Total
			}
		}
	}
	return out, nil
}

// Tally counts the children of an event within the actor's scope by state.
func (k *Desk) Tally(ctx context.Context, tx *db.Tx, by access.Actor, event int64, unit ref.Unit) (map[string]int64, error) {
	if _, err := k.Contingency(ctx, tx, by, event); err != nil {
		return nil, err
	}
	rows, err := tally(ctx, tx, by, event, unit)
	out := map[string]int64{}
	for _, r := range rows {
		out[r.State] = r.N
		if r.State != Left {
			out[""] += r.N
		}
		if r.State == Unheard || r.State == Lost {
			out[Unreached] += r.N
		}
	}
	return out, err
}

// Behinds lists the units with children that are not reached, within the
// actor's scope, the most first.
func (k *Desk) Behinds(ctx context.Context, tx *db.Tx, by access.Actor, event int64) ([]Behind, error) {
	if _, err := k.Contingency(ctx, tx, by, event); err != nil {
		return nil, err
	}
	rows, err := behinds(ctx, tx, by, event)
	if err != nil {
		return nil, err
	}
	duties, err := reachDuties(ctx, tx, event)
	if err != nil {
		return nil, err
	}
	for i := range rows {
		for _, d := range duties {
			if d.Unit == rows[i].Unit {
				rows[i].Duty, rows[i].Due = d.ID, d.Due
			}
		}
	}
	return rows, nil
}

// Follow lets what hangs on a duty of this slice follow it: children of an
// event go with the duty of reaching them to another unit, and a step that was
// waived is left out.
func (k *Desk) Follow(ctx context.Context, tx *db.Tx, by access.Actor, was, is duty.Duty) error {
	switch {
	case was.Kind == ReachKind && is.State == duty.Open:
		return giveTouched(ctx, tx, was.SubjectID, was.Unit, is.Unit)
	case was.Kind != StepKind || is.State != duty.Waived:
		return nil
	}
	s, err := step(ctx, tx, StepID(was.SubjectID))
	if err != nil || s.State != Open {
		return err
	}
	r, err := run(ctx, tx, s.Run)
	if err != nil {
		return err
	}
	s.State, s.Done, s.ByName = Skipped, tx.Now, by.Name
	if err := k.seal(ctx, tx, &s, Proof{Words: "这一步经批准免除。"}); err != nil {
		return err
	}
	if err := setStep(ctx, tx, s); err != nil {
		return err
	}
	return k.tell(ctx, tx, by, r, "应急清单免除："+s.Label+"。")
}
