package org

import (
	"context"
	"slices"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/pinyin"
	"weibao/internal/ref"
	"weibao/internal/region/seed"
	"weibao/internal/rule"
)

const (
	searchLimit = 20
	pageLimit   = 50
	pageMax     = 200
)

// Key is a place in the list of units.
type Key struct {
	Region string
	ID     ref.Unit
}

// Filter chooses units; zero fields choose all that exist.
type Filter struct {
	Query    string // name, alias, pinyin or initials
	Kind     Kind
	Region   string // this division and all below it
	Superior ref.Unit
	Former   bool // those that are gone instead
	After    Key
	Before   Key
	Limit    int
}

func (f Filter) first() string { first, _ := seed.Subtree(f.Region); return first }
func (f Filter) last() string  { _, last := seed.Subtree(f.Region); return last }

// List gives a page of the units in the actor's county.
func List(ctx context.Context, tx *db.Tx, by access.Actor, f Filter) ([]Unit, error) {
	if err := by.Require("org.list"); err != nil {
		return nil, err
	}
	if f.Limit <= 0 || f.Limit > pageMax {
		f.Limit = pageLimit
	}
	if access.Prefix(f.Region) == "" {
		f.Region = ""
	}
	folded := pinyin.Fold(f.Query)
	if f.Query != "" && folded == "" {
		return nil, nil
	}
	page, err := list(ctx, tx, by, f, folded)
	if f.Before != (Key{}) {
		slices.Reverse(page)
	}
	return page, err
}

// Counts tells how many units of each kind the actor's county has.
func Counts(ctx context.Context, tx *db.Tx, by access.Actor) ([]KindCount, error) {
	if err := by.Require("org.list"); err != nil {
		return nil, err
	}
	return kindCounts(ctx, tx, by)
}

// Get gives a unit of the actor's county.
func Get(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Unit) (Unit, error) {
	if err := by.Require("org.list"); err != nil {
		return Unit{}, err
	}
	return get(ctx, tx, by, id)
}

// Search finds units by name, alias, pinyin or its initials, best first:
// "mzj" finds 民政局.
func Search(ctx context.Context, tx *db.Tx, by access.Actor, query string) ([]Unit, error) {
	if err := by.Require("org.list"); err != nil {
		return nil, err
	}
	folded := pinyin.Fold(query)
	if folded == "" {
		return nil, nil
	}
	return search(ctx, tx, by, folded, searchLimit)
}

// OfKinds gives all units of some kinds in the actor's county, for choices in forms.
func OfKinds(ctx context.Context, tx *db.Tx, by access.Actor, kinds ...Kind) ([]Unit, error) {
	if err := by.Require("org.list"); err != nil {
		return nil, err
	}
	return ofKinds(ctx, tx, by, kinds)
}

// Aliases gives the further spellings of a unit.
func Aliases(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Unit) ([]string, error) {
	if _, err := Get(ctx, tx, by, id); err != nil {
		return nil, err
	}
	return aliasesOf(ctx, tx, id)
}

// Inferiors gives the units right below a unit.
func Inferiors(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Unit) ([]Unit, error) {
	if _, err := Get(ctx, tx, by, id); err != nil {
		return nil, err
	}
	return inferiors(ctx, tx, id)
}

// History gives what happened to a unit, newest first.
func History(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Unit) ([]Change, error) {
	if _, err := Get(ctx, tx, by, id); err != nil {
		return nil, err
	}
	return changesOf(ctx, tx, id)
}

// Names gives how lists call many units at once; names of units are open.
func Names(ctx context.Context, tx *db.Tx, ids []ref.Unit) (map[ref.Unit]string, error) {
	wanted := slices.Compact(slices.Sorted(slices.Values(ids)))
	units, err := byIDs(ctx, tx, wanted)
	names := make(map[ref.Unit]string, len(units))
	for _, u := range units {
		names[u.ID] = u.Call()
	}
	return names, err
}

// Successor gives the unit that exists in place of one, which is itself while
// it exists. Units never known are errs.Missing.
func Successor(ctx context.Context, tx *db.Tx, id ref.Unit) (Unit, error) {
	return chain(ctx, tx, id)
}

// Office gives the unit that runs the standing office 「未保办」 nearest to a
// region: its own, its township's, its county's, and so on upwards.
func Office(ctx context.Context, tx *db.Tx, region string) (Unit, error) {
	prefix := access.Prefix(region)
	var regions []string
	for _, n := range []int{2, 4, 6, 9, 12} {
		if n <= len(prefix) {
			regions = append(regions, seed.Pad(prefix[:n]))
		}
	}
	found, err := offices(ctx, tx, regions)
	if err != nil {
		return Unit{}, err
	}
	if len(found) == 0 {
		return Unit{}, errs.New(errs.Conflict, "本县还没有确定未保办。请在“单位”中指定由哪个单位承担未保办工作。")
	}
	return found[0], nil
}

// OfficeID is Office for who needs the id alone, as the duty kernel does.
func OfficeID(ctx context.Context, tx *db.Tx, region string) (ref.Unit, error) {
	u, err := Office(ctx, tx, region)
	return u.ID, err
}

// Superior gives the unit to which urging climbs: the one above, or the
// office where that is a government or leading group, which act through it.
// At the top it is the unit itself.
func Superior(ctx context.Context, tx *db.Tx, id ref.Unit) (Unit, error) {
	u, err := chain(ctx, tx, id)
	if err != nil || u.Office {
		return u, err
	}
	if u.Superior != 0 {
		up, err := chain(ctx, tx, u.Superior)
		if err != nil || !up.actsThroughOffice() {
			return up, err
		}
	}
	return Office(ctx, tx, u.Region)
}

// SuperiorID is Superior for who needs the id alone, as the duty kernel does.
func SuperiorID(ctx context.Context, tx *db.Tx, id ref.Unit) (ref.Unit, error) {
	u, err := Superior(ctx, tx, id)
	return u.ID, err
}

// memberKinds are the kinds that 「各成员单位」 means where no member list says otherwise.
var memberKinds = []Kind{rule.Department, rule.PartyOrgan, rule.Justice, rule.MassOrgan}

// Members gives the units which a group word means; a single unit means itself.
func Members(ctx context.Context, tx *db.Tx, id ref.Unit) ([]Unit, error) {
	u, err := chain(ctx, tx, id)
	if err != nil || !u.Collective() {
		return []Unit{u}, err
	}
	all, err := allActive(ctx, tx)
	if err != nil {
		return nil, err
	}
	known, err := codes(ctx, tx)
	if err != nil {
		return nil, err
	}
	spec := u.membership()
	named := map[ref.Unit]bool{}
	for _, code := range spec.Units {
		if one, err := chain(ctx, tx, known[code]); err == nil {
			named[one.ID] = true
		} else if !errs.Is(err, errs.NotFound) {
			return nil, err
		}
	}
	prefix := access.Prefix(u.Region)
	return slices.DeleteFunc(all, func(m Unit) bool {
		within := len(m.Region) == 12 && m.Region[:len(prefix)] == prefix
		meant := named[m.ID] || slices.Contains(spec.Kinds, m.Kind) || spec.All && slices.Contains(memberKinds, m.Kind)
		return m.Collective() || !within || !meant
	}), nil
}

// Installed gives the county for which the installation was set up, and whether it was.
func Installed(ctx context.Context, tx *db.Tx) (County, bool, error) { return county(ctx, tx) }
