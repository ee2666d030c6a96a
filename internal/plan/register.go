package plan

import (
	"context"
	"sync"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/org"
	"weibao/internal/plan/task"
	"weibao/internal/rule"
)

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
	return task.NewRegister(units, func(name string) Match {
		m := resolver.Resolve(name)
		return Match{Unit: m.Unit, Candidates: m.Candidates}
	}), nil
}
