package child

import (
	"context"
	"slices"
	"strings"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/idcard"
	"weibao/internal/ref"
)

// AnyLevel in a Filter takes every level.
const AnyLevel = -1

// Filter chooses open files; zero fields choose all, Level needs AnyLevel.
type Filter struct {
	Region   string // a division within the actor's scope; "" = the whole scope
	Category string
	Level    int
	Sex      idcard.Sex
	Age      int // an age band and one; 0 = all
	After    Key // page key: what follows it
	Limit    int
}

// Key is a place in a list: by when something is due, and the id.
type Key struct {
	Due string
	ID  ref.Child
}

// KeyOf gives the page key of a file.
func KeyOf(c Child) Key { return Key{c.Due, c.ID} }

// List gives open files in the actor's scope by due, a page at a time: what
// lists show of them, the rest stays zero.
func (c *Cabinet) List(ctx context.Context, tx *db.Tx, by access.Actor, f Filter) ([]Child, error) {
	if err := require(by, "child.list"); err != nil {
		return nil, err
	}
	place, err := f.place(by)
	if err != nil {
		return nil, err
	}
	rows, err := list(ctx, tx, f, place)
	for i := range rows {
		rows[i].State, rows[i].Town = Open, access.Town(rows[i].Region)
	}
	// The place lies within the scope; this looks once more at what it gave.
	return slices.DeleteFunc(rows, func(c Child) bool { return !c.Sees(by) }), err
}

// Within gives the column of a file and its value by which a list is narrowed
// to the filter's division in the actor's scope.
func (f Filter) Within(by access.Actor) (column string, value any, err error) {
	p, err := f.place(by)
	return p.column, p.value, err
}

// place is the index by which a list runs.
type place struct {
	column string
	value  any
}

// place narrows the filter's division to the actor's scope.
func (f Filter) place(by access.Actor) (place, error) {
	scope := by.Scope()
	if scope.Reach == access.OwnUnit {
		return place{"unit", scope.Unit}, nil
	}
	region := f.Region
	if region == "" {
		region = scope.Region
	}
	if !strings.HasPrefix(region, access.Prefix(scope.Region)) || access.Prefix(scope.Region) == "" {
		return place{}, errs.Missing()
	}
	switch prefix := access.Prefix(region); len(prefix) {
	case 12:
		return place{"region", region}, nil
	case 9:
		return place{"town", prefix}, nil
	case 6:
		return place{"county", prefix}, nil
	}
	return place{}, errs.New(errs.Invalid, "请先选择一个县（市、区），再查看台账。")
}

// Walk gives open files of the actor's scope in the order of their ids, for
// work that looks at each of them in turn.
func (c *Cabinet) Walk(ctx context.Context, tx *db.Tx, by access.Actor, after ref.Child, limit int) ([]Child, error) {
	if err := require(by, "child.list"); err != nil {
		return nil, err
	}
	return walk(ctx, tx, by, after, limit)
}
