package org

import (
	"context"
	"slices"
	"strings"

	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/ref"
	"weibao/internal/rule"
)

// Resolver finds the unit which a spelling in a document means. It is made
// once for a document and may be used by many; it does not see later changes.
type Resolver struct{ names *rule.Names }

// Match is the answer to a spelling.
type Match struct {
	Unit       ref.Unit   // 0 unless exactly one fits
	Candidates []ref.Unit // those that may be meant where it is not certain
	Also       []ref.Unit // units named in brackets: 县委组织部(关工委)
	By         string     // name, alias, form, foreign; empty where nothing fits
}

// NewResolver makes a resolver of all units that exist, with the short forms
// and the place of the county's book.
func NewResolver(ctx context.Context, tx *db.Tx, book *rule.Book) (*Resolver, error) {
	units, err := allActive(ctx, tx)
	if err != nil {
		return nil, err
	}
	aliases, err := allAliases(ctx, tx)
	if err != nil {
		return nil, err
	}
	spellings := map[ref.Unit][]string{}
	for _, a := range aliases {
		spellings[a.Unit] = append(spellings[a.Unit], a.Alias)
	}
	list := make([]rule.Unit, len(units))
	for i, u := range units {
		list[i] = rule.Unit{Key: ref.Format(u.ID), Name: u.Name, Short: u.ShortName, Aliases: spellings[u.ID], Kind: u.Kind,
			Covers: strings.Fields(u.Covers)}
		if len(list[i].Covers) == 0 && u.Code != "" {
			list[i].Covers = []string{u.Code}
		}
	}
	return &Resolver{book.NamesOf(list, civil.DateOf(tx.Now.Time()))}, nil
}

// Resolve finds the unit of a spelling: exactly one, several candidates, or none.
func (r *Resolver) Resolve(spelling string) Match {
	m := r.names.Resolve(spelling)
	out := Match{Candidates: ids(m.Candidates), Also: ids(m.Also), By: m.By}
	if m.Key != "" {
		out.Unit = ids([]string{m.Key})[0]
	}
	return out
}

func ids(keys []string) []ref.Unit {
	var list []ref.Unit
	for _, k := range keys {
		if id, err := ref.Parse[ref.Unit](k); err == nil && !slices.Contains(list, id) {
			list = append(list, id)
		}
	}
	return list
}

// Stamp is the same as long as the units and their names are: for whoever
// keeps something that was made of them.
func Stamp(ctx context.Context, tx *db.Tx) (string, error) { return stamp(ctx, tx) }
