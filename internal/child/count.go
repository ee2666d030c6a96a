package child

import (
	"cmp"
	"context"
	"slices"

	"weibao/internal/db"
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

// counting collects what a transaction adds to and takes from the kept numbers.
type counting map[Cell]int64

// add counts a file n times into each number to which it belongs.
func (m counting) add(c Child, n int64) {
	if c.State != Open {
		return
	}
	// A file may stand at its township, where the village is not known.
	for _, region := range slices.Compact([]string{c.Region, padded(c.Town), padded(c.County)}) {
		for _, category := range append(c.CategoryIDs(), "") {
			m[Cell{Region: region, Category: category, Level: c.Level, Sex: c.Sex, Band: c.Band}] += n
		}
	}
}

// padded writes a prefix as a region code.
func padded(prefix string) string { return (prefix + "000000000000")[:12] }

// apply brings the kept numbers up to date, in one order for all writers.
func (m counting) apply(ctx context.Context, tx *db.Tx) error {
	cells := make([]Cell, 0, len(m))
	for c, n := range m {
		if n != 0 {
			c.N = n
			cells = append(cells, c)
		}
	}
	slices.SortFunc(cells, func(a, b Cell) int {
		return cmp.Or(cmp.Compare(a.Region, b.Region), cmp.Compare(a.Category, b.Category), cmp.Compare(a.Level, b.Level),
			cmp.Compare(a.Sex, b.Sex), cmp.Compare(a.Band, b.Band))
	})
	return addCells(ctx, tx, cells)
}
