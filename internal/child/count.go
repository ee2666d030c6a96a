package child

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/idcard"
)

// Cell is a kept number: open files of a place, category, level, sex and band.
type Cell struct {
	Region   string // village, township or county in twelve digits
	Category string // "" counts every child once
	Level    int
	Sex      idcard.Sex
	Band     int
	N        int64
}

// wait is a kept number of the children who are in categories: for how many of
// a place and a set of categories something waits.
type wait struct {
	Region     string
	Due        string // the day by which it waits; "" = whenever
	Kind       string // "" = the children themselves, each once
	Categories string // as Child.Categories
	N          int64
}

// counting collects what a transaction adds to and takes from the kept numbers.
type counting struct {
	cells map[Cell]int64
	waits map[wait]int64
}

// add counts a file n times into each number to which it belongs.
func (m *counting) add(c Child, n int64) {
	if c.State != Open {
		return
	}
	if m.cells == nil {
		m.cells, m.waits = map[Cell]int64{}, map[wait]int64{}
	}
	// A file may stand at its township, where the village is not known.
	for _, region := range slices.Compact([]string{c.Region, padded(c.Town), padded(c.County)}) {
		for _, category := range append(c.CategoryIDs(), "") {
			m.cells[Cell{Region: region, Category: category, Level: c.Level, Sex: c.Sex, Band: c.Band}] += n
		}
		m.await(c, region, n)
	}
}

// await counts what waits for a child; lists know nobody who is in no category.
func (m *counting) await(c Child, region string, n int64) {
	if c.Categories == "" {
		return
	}
	w := wait{Region: region, Categories: c.Categories}
	m.waits[w] += n
	for one := range strings.FieldsSeq(c.Waits) {
		w.Kind, w.Due, _ = strings.Cut(one, "=")
		m.waits[w] += n
		w.Due = ""
		m.waits[w] += n
	}
}

// padded writes a prefix as a region code.
func padded(prefix string) string { return (prefix + "000000000000")[:12] }

// apply brings the kept numbers up to date, in one order for all writers.
func (m *counting) apply(ctx context.Context, tx *db.Tx) error {
	cells, waits := make([]Cell, 0, len(m.cells)), make([]wait, 0, len(m.waits))
	for c, n := range m.cells {
		if n != 0 {
			c.N = n
			cells = append(cells, c)
		}
	}
	for w, n := range m.waits {
		if n != 0 {
			w.N = n
			waits = append(waits, w)
		}
	}
	slices.SortFunc(cells, func(a, b Cell) int {
		return cmp.Or(cmp.Compare(a.Region, b.Region), cmp.Compare(a.Category, b.Category), cmp.Compare(a.Level, b.Level),
			cmp.Compare(a.Sex, b.Sex), cmp.Compare(a.Band, b.Band))
	})
	slices.SortFunc(waits, func(a, b wait) int {
		return cmp.Or(cmp.Compare(a.Region, b.Region), cmp.Compare(a.Due, b.Due), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Categories, b.Categories))
	})
	if err := addCells(ctx, tx, cells); err != nil {
		return err
	}
	return addWaits(ctx, tx, waits)
}

// Waits writes what waits for a child, by kind, as Child.Waits holds it.
func Waits(open map[string]civil.Date) string {
	if len(open) == 0 {
		return ""
	}
	list := make([]string, 0, len(open))
	for kind, due := range open {
		list = append(list, kind+"="+due.String())
	}
	slices.Sort(list)
	return " " + strings.Join(list, " ") + " "
}

// Waiting tells for how many children of a set of categories something waits,
// and for how many of them it is late.
type Waiting struct {
	Kind       string // "" = the children themselves, each once
	Categories string // as Child.Categories
	N, Late    int64
}

// Of tells whether the set knows one of some categories.
func (w Waiting) Of(categories []string) bool {
	return slices.ContainsFunc(categories, func(c string) bool { return strings.Contains(w.Categories, " "+c+" ") })
}

// Waiting gives the kept numbers of what waits on a day, of a division in the
// actor's scope; "" is the whole scope. With categories it gives those of the
// sets that know one of them. Whoever sees his unit's files alone has
// no division, and nothing is kept of those.
func (c *Cabinet) Waiting(ctx context.Context, tx *db.Tx, by access.Actor, region string, on civil.Date, categories ...string) ([]Waiting, error) {
	if err := require(by, "child.list"); err != nil {
		return nil, err
	}
	p, err := Filter{Region: region}.place(by)
	if err != nil {
		return nil, err
	}
	prefix, ok := p.value.(string)
	if !ok {
		return nil, errs.Missing()
	}
	return waiting(ctx, tx, padded(prefix), on, categories)
}

// Recount tells in lines where a full count of the files differs from the kept
// numbers; nothing, unless somebody edited a table.
func (c *Cabinet) Recount(ctx context.Context, tx *db.Tx) ([]string, error) {
	truth, err := recount(ctx, tx)
	if err != nil {
		return nil, err
	}
	var out []string
	for c, n := range truth.cells {
		if n != 0 {
			out = append(out, fmt.Sprintf("%+v: %+d", c, n))
		}
	}
	for w, n := range truth.waits {
		if n != 0 {
			out = append(out, fmt.Sprintf("%+v: %+d", w, n))
		}
	}
	return out, nil
}
