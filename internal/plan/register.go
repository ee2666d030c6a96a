package plan

import (
	"context"
	"sync"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/org"
	"weibao/internal/ref"
	"weibao/internal/rule"
)

// Register is the units of a county as the desk needs them. It does not change.
type Register struct {
	Units   []Unit
	Resolve func(name string) Match
	byID    map[ref.Unit]int
}

// Unit is a unit that can be named as an owner.
type Unit struct {
	ID      ref.Unit
	Name    string // as lists call it
	Region  string
	Keys    string // pinyin initials and aliases, for searching
	Kind    string
	Group   bool       // a word for several units: 各乡镇
	Members []ref.Unit // of a group
}

// Match is the answer to a name: one unit, or candidates among which a person chooses.
type Match struct {
	Unit       ref.Unit
	Candidates []ref.Unit
}

// NewRegister makes a register of units and a way to find them by name.
func NewRegister(units []Unit, resolve func(string) Match) *Register {
	r := &Register{Units: units, Resolve: resolve, byID: make(map[ref.Unit]int, len(units))}
	for i, u := range units {
		r.byID[u.ID] = i
	}
	return r
}

// Unit gives a unit by id.
func (r *Register) Unit(id ref.Unit) (Unit, bool) {
	i, ok := r.byID[id]
	if !ok {
		return Unit{}, false
	}
	return r.Units[i], true
}

// Name gives the name of a unit, or what stands in for it.
func (r *Register) Name(id ref.Unit) string {
	if u, ok := r.Unit(id); ok {
		return u.Name
	}
	return "已撤并单位"
}

// Members gives the units who are meant by a unit: itself, or the members of a group.
func (r *Register) Members(id ref.Unit) []ref.Unit {
	if u, ok := r.Unit(id); ok && u.Group {
		return u.Members
	}
	return []ref.Unit{id}
}

// Directory makes registers of the units that package org knows, with the
// short forms of the county's rules. A register is kept until a unit changes.
func Directory(rules func(region string) *rule.Book) func(ctx context.Context, tx *db.Tx, by access.Actor, region string) (*Register, error) {
	var kept sync.Map // registerKey → *Register
	return func(ctx context.Context, tx *db.Tx, by access.Actor, region string) (*Register, error) {
		stamp, err := org.Stamp(ctx, tx)
		if err != nil {
			return nil, err
		}
		book := rules(region)
		key := registerKey{by.Directory().Region, book}
		if known, ok := kept.Load(key); ok && known.(stamped).stamp == stamp {
			return known.(stamped).Register, nil
		}
		r, err := directory(ctx, tx, by, book)
		if err == nil {
			kept.Store(key, stamped{r, stamp})
		}
		return r, err
	}
}

type registerKey struct {
	region string
	book   *rule.Book
}

type stamped struct {
	*Register
	stamp string
}

func directory(ctx context.Context, tx *db.Tx, by access.Actor, book *rule.Book) (*Register, error) {
	resolver, err := org.NewResolver(ctx, tx, book)
	if err != nil {
		return nil, err
	}
	var kinds []org.Kind
	for _, k := range org.Kinds {
		kinds = append(kinds, k.Kind)
	}
	found, err := org.OfKinds(ctx, tx, by, kinds...)
	if err != nil {
		return nil, err
	}
	units := make([]Unit, len(found))
	for i, u := range found {
		units[i] = Unit{ID: u.ID, Name: u.Call(), Region: u.Region, Keys: u.Search, Kind: org.KindLabel(u.Kind), Group: u.Collective()}
		if !u.Collective() {
			continue
		}
		members, err := org.Members(ctx, tx, u.ID)
		if err != nil {
			return nil, err
		}
		for _, m := range members {
			units[i].Members = append(units[i].Members, m.ID)
		}
	}
	return NewRegister(units, func(name string) Match {
		m := resolver.Resolve(name)
		return Match{Unit: m.Unit, Candidates: m.Candidates}
	}), nil
}
