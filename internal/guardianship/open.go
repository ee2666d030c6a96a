package guardianship

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/rule/protection"
)

// In is what whoever opens a measure hands in.
type In struct {
	ID    ref.Measure // under which files were received; 0 = none were
	Kind  string
	Cause Cause
	Unit  ref.Unit // whose measure it is; 0 takes the rule's
	First Entry    // its first fact; the kind is the rule's
}

// Open begins a measure for a child with its first fact.
func (k *Desk) Open(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child, in In) (ref.Measure, error) {
	if err := by.Require("guardianship.open"); err != nil {
		return 0, err
	}
	c, err := k.Cabinet.Lock(ctx, tx, by, id)
	if err != nil {
		return 0, err
	}
	r, ok := k.Rule(in.Kind, today(tx))
	if !ok {
		return 0, errs.Fields{"kind": "请选择措施。"}.Err()
	}
	in.First.Kind = r.First().ID
	if err := k.validate(ctx, tx, id, r.First(), &in.First, in.check(r)); err != nil {
		return 0, err
	}
	if in.ID == 0 {
		in.ID = ref.New[ref.Measure](tx.Now.Time())
	}
	m := Measure{ID: in.ID, Child: id, Kind: r.ID, Secret: flag(r.Secret), Region: c.Region, Town: c.Town, County: c.County,
		Unit: in.Unit, Opened: civil.DateOf(in.First.At.Time()), Phase: r.First().Phase, State: r.First().State,
		At: tx.Now, ByUser: by.User, ByName: by.Name, ByUnit: by.Post.Unit}
	if m.Unit == 0 {
		if m.Unit, err = k.Unit(ctx, tx, m.Region, r.Owner); err != nil {
			return 0, err
		}
	}
	if _, ok := k.Rule(r.ID, m.Opened); !ok {
		m.Opened = today(tx) // the rule is younger than the fact
	}
	if m.Sealed, err = k.seal(ctx, tx, m, in.Cause); err != nil {
		return 0, err
	}
	if err := insert(ctx, tx, m); err != nil {
		return 0, err
	}
	if err := join(ctx, tx, m.ID, by.User, m.Unit, by.Post.Unit); err != nil {
		return 0, err
	}
	if _, err := k.enter(ctx, tx, by, m, in.First); err != nil {
		return 0, err
	}
	if err := k.repeat(ctx, tx, by, m, in.First); err != nil {
		return 0, err
	}
	if err := audit.Write(ctx, tx, by, "guardianship.open", Subject, m.ID, map[string]any{"kind": m.Kind}); err != nil {
		return 0, err
	}
	return m.ID, k.follow(ctx, tx, by, m)
}

// check tells what is missing in why a measure is taken.
func (in *In) check(r protection.Measure) errs.Fields {
	f := errs.Fields{}
	known := func(list []protection.Choice, id string) bool {
		return slices.ContainsFunc(list, func(c protection.Choice) bool { return c.ID == id })
	}
	in.Cause.Grounds = slices.DeleteFunc(in.Cause.Grounds, func(id string) bool { return !known(r.Grounds, id) })
	f.Check(len(r.Grounds) == 0 || len(in.Cause.Grounds) > 0, "grounds", "请选择符合哪一种情形。")
	f.Check(len(r.Askers) == 0 || known(r.Askers, in.Cause.Asker), "asker", "请选择由谁提出。")
	in.Cause.Person, in.Cause.Words = strings.TrimSpace(in.Cause.Person), strings.TrimSpace(in.Cause.Words)
	return f
}

func (k *Desk) seal(ctx context.Context, tx *db.Tx, m Measure, c Cause) ([]byte, error) {
	plain, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	return k.Cabinet.Vault.Seal(ctx, tx, group(m.ID), causeField(m.ID), plain)
}
