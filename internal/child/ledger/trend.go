package ledger

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/db"
)

// Month is how many children there were at the end of a month, by level.
type Month struct {
	Month  string // 2026-11
	Levels [child.MaxLevel + 1]int64
	Now    bool // the present month, as it stands
}

// Total gives the number of all levels.
func (m Month) Total() (n int64) {
	for _, x := range m.Levels {
		n += x
	}
	return n
}

// monthOf names a month.
func monthOf(d civil.Date) string { return d.String()[:7] }

// KeepMonth keeps the numbers of the month that has ended, once; the job calls
// it each night, so that a night when the program stood still is made up for.
func (k *Desk) KeepMonth(ctx context.Context, d *db.DB) error {
	return d.Write(ctx, func(tx *db.Tx) error {
		last := monthOf(civil.DateOf(tx.Now.Time()).MonthStart().AddDays(-1))
		kept, err := keptMonth(ctx, tx, last)
		if err != nil || kept {
			return err
		}
		return keepMonth(ctx, tx, last)
	})
}

// Trend gives the numbers of a division month by month, the present one last:
// that of its cells, as Cabinet.Cells gives them.
func (k *Desk) Trend(ctx context.Context, tx *db.Tx, by access.Actor, region, category string, cells []child.Cell, months int) ([]Month, error) {
	if err := child.MayCount(by, []string{region}); err != nil {
		return nil, err
	}
	on := civil.DateOf(tx.Now.Time())
	first := monthOf(on.MonthStart().AddMonths(-months + 1))
	rows, err := monthsOf(ctx, tx, region, category, first)
	if err != nil {
		return nil, err
	}
	var out []Month
	for _, r := range rows {
		if len(out) == 0 || out[len(out)-1].Month != r.Month {
			out = append(out, Month{Month: r.Month})
		}
		if r.Level >= 0 && r.Level <= child.MaxLevel {
			out[len(out)-1].Levels[r.Level] += r.N
		}
	}
	now := Month{Month: monthOf(on), Now: true}
	for _, c := range cells {
		if c.Category == category {
			now.Levels[c.Level] += c.N
		}
	}
	return append(out, now), nil
}
