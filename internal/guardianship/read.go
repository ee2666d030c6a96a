package guardianship

import (
	"context"
	"encoding/json"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/child"
	"weibao/internal/child/merge"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/file"
	"weibao/internal/ref"
	"weibao/internal/rule/protection"
)

// View is a ready-made choice of measures.
type View string

// The views.
const (
	Working  View = "working" // not ended
	Alarmed  View = "alarmed" // broken, and nobody has dealt with that
	Expired  View = "expired" // ran out, and nobody has said what follows
	Finished View = "finished"
	All      View = "all"
)

// Filter chooses measures; zero fields choose all.
type Filter struct {
	View   View
	Kind   string
	Before ref.Measure // page key: older than this
	Limit  int

	children []ref.Child
}

// List gives measures of which the actor may know, the latest first.
func (k *Desk) List(ctx context.Context, tx *db.Tx, by access.Actor, f Filter) ([]Measure, error) {
	if err := by.Require("guardianship.list"); err != nil {
		return nil, err
	}
	return list(ctx, tx, by, f)
}

// ofChild bounds the measures of one child.
const ofChild = 200

// Of lists the measures of a child in the actor's scope, with those of files
// that were merged into it.
func (k *Desk) Of(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child) ([]Measure, error) {
	if err := by.Require("guardianship.list"); err != nil {
		return nil, err
	}
	ids, err := k.files(ctx, tx, by, id)
	if err != nil {
		return nil, err
	}
	return list(ctx, tx, by, Filter{children: ids, Limit: ofChild})
}

// files gives a file with those that were merged into it.
func (k *Desk) files(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child) ([]ref.Child, error) {
	if _, err := k.Cabinet.Get(ctx, tx, by, id); err != nil {
		return nil, err
	}
	merges, err := merge.Merges(ctx, tx, k.Cabinet, access.Program, id)
	ids := []ref.Child{id}
	for _, m := range merges {
		if m.Undone == 0 {
			ids = append(ids, m.Dropped)
		}
	}
	return ids, err
}

// Told is a measure with all that its page shows.
type Told struct {
	Measure
	Rule     protection.Measure
	Child    child.Child // what lists show of the file
	Facts    []Said
	Next     []protection.Fact
	Tasks    []Task
	Duties   map[ref.Duty]duty.Duty
	Parties  []Party
	Files    []file.Info
	Papers   []Asked // documents that its facts required
	Revealed bool
	Cause    Cause // where it was revealed
}

// Urgent tells whether the latest step of which it is asked was pressing: what
// follows from it is so, too, unless somebody says otherwise.
func (t Told) Urgent() bool {
	var last Fact
	for _, f := range t.Facts {
		if f.Rule.Urgent && f.Why == "" && f.At >= last.At {
			last = f.Fact
		}
	}
	return last.Urgent != 0
}

// Said is a fact with what is private in it, where that was revealed.
type Said struct {
	Fact
	Rule   protection.Fact
	Detail Detail
	Why    string // it was struck out
}

// Get gives a measure without what is private in it.
func (k *Desk) Get(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Measure) (Told, error) {
	if err := by.Require("guardianship.list"); err != nil {
		return Told{}, err
	}
	m, err := get(ctx, tx, by, id, "")
	if err != nil {
		return Told{}, err
	}
	return k.tell(ctx, tx, by, m)
}

// Reveal gives a measure with what is private in it and leaves the trace.
func (k *Desk) Reveal(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Measure) (Told, error) {
	t, err := k.Get(ctx, tx, by, id)
	if err != nil {
		return t, err
	}
	if err := k.open(ctx, tx, &t); err != nil {
		return t, err
	}
	return t, audit.Write(ctx, tx, by, "guardianship.reveal", Subject, id, nil)
}

func (k *Desk) tell(ctx context.Context, tx *db.Tx, by access.Actor, m Measure) (Told, error) {
	t := Told{Measure: m, Rule: k.RuleOf(m), Duties: map[ref.Duty]duty.Duty{}}
	facts, err := factsOf(ctx, tx, m.ID)
	if err != nil {
		return t, err
	}
	for _, f := range facts {
		rule, _ := t.Rule.Fact(f.Kind)
		t.Facts = append(t.Facts, Said{Fact: f, Rule: rule})
	}
	t.Next = t.Rule.Next(happened(facts))
	if t.Papers, err = k.asked(ctx, tx, t); err != nil {
		return t, err
	}
	if t.Child, err = k.Cabinet.Get(ctx, tx, access.Program, m.Child); err != nil {
		return t, err
	}
	if t.Tasks, err = tasksOf(ctx, tx, m.ID); err != nil {
		return t, err
	}
	for _, task := range t.Tasks {
		if t.Duties[task.Duty], err = k.duty(ctx, tx, by, task); err != nil {
			return t, err
		}
	}
	if t.Parties, err = parties(ctx, tx, m.ID); err != nil {
		return t, err
	}
	t.Files, err = k.Files.List(ctx, tx, by, FilesOf(m.ID))
	return t, err
}

// duty gives the duty of a task; of one that lies elsewhere a party learns
// what the measure tells.
func (k *Desk) duty(ctx context.Context, tx *db.Tx, by access.Actor, t Task) (duty.Duty, error) {
	d, err := k.Kernel.Get(ctx, tx, by, t.Duty)
	if errs.Is(err, errs.NotFound) {
		return k.Kernel.Get(ctx, tx, holder(t.Unit), t.Duty)
	}
	return d, err
}

// holder stands for the unit that has a duty, to read it for a party.
func holder(unit ref.Unit) access.Actor {
	return access.Actor{User: access.Program.User, Name: access.Program.Name, Post: access.Post{Unit: unit, Role: access.Liaison}}
}

func (k *Desk) open(ctx context.Context, tx *db.Tx, t *Told) error {
	plain, err := k.Cabinet.Vault.Open(ctx, tx, group(t.ID), causeField(t.ID), t.Sealed)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(plain, &t.Cause); err != nil {
		return err
	}
	for i := range t.Facts {
		f := &t.Facts[i]
		if plain, err = k.Cabinet.Vault.Open(ctx, tx, group(t.ID), detailField(f.ID), f.Sealed); err != nil {
			return err
		}
		if err := json.Unmarshal(plain, &f.Detail); err != nil {
			return err
		}
		if f.Why, err = k.Cabinet.Vault.OpenText(ctx, tx, group(t.ID), reasonField(f.ID), f.Reason); err != nil {
			return err
		}
	}
	for i := range t.Papers {
		p := &t.Papers[i]
		if p.Why, err = k.Cabinet.Vault.OpenText(ctx, tx, group(t.ID), whyField(p.ID), p.Sealed); err != nil {
			return err
		}
	}
	t.Revealed = true
	return nil
}
