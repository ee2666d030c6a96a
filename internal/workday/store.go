package workday

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/ref"
)

// stamp marks the import that gave a year its days.
type stamp struct {
	Year  int
	Stamp int64
}

func stamps(ctx context.Context, tx *db.Tx) ([]stamp, error) {
	return db.All[stamp](ctx, tx, "SELECT year, stamp FROM workday_year ORDER BY year")
}

func exceptions(ctx context.Context, tx *db.Tx) ([]civil.Exception, error) {
	return db.All[civil.Exception](ctx, tx, "SELECT date, workday, name FROM workday ORDER BY date")
}

func daysOf(ctx context.Context, tx *db.Tx, year int) ([]civil.Exception, error) {
	return db.All[civil.Exception](ctx, tx, "SELECT date, workday, name FROM workday WHERE year = ? ORDER BY date", year)
}

func years(ctx context.Context, tx *db.Tx) ([]Year, error) {
	return db.All[Year](ctx, tx, `SELECT y.year, y.source, y.at, y.actor_name,
		(SELECT count(*) FROM workday d WHERE d.year = y.year AND d.workday = 0) AS holidays,
		(SELECT count(*) FROM workday d WHERE d.year = y.year AND d.workday = 1) AS makeups
		FROM workday_year y ORDER BY y.year DESC`)
}

type yearRow struct {
	Year      int
	Source    string
	Stamp     int64
	At        clock.Instant
	ActorName string
}

// replaceYear puts a notice in place of the year's former one. A day that a
// later year's notice has moved stays with the later one.
func replaceYear(ctx context.Context, tx *db.Tx, by access.Actor, n civil.Notice) error {
	for _, q := range []string{"DELETE FROM workday WHERE year = ?", "DELETE FROM workday_year WHERE year = ?"} {
		if _, err := tx.Exec(ctx, q, n.Year); err != nil {
			return err
		}
	}
	for _, d := range n.Days {
		if _, err := tx.Exec(ctx, `INSERT INTO workday (date, workday, name, year) VALUES (?, ?, ?, ?)
			ON CONFLICT (date) DO UPDATE SET workday = excluded.workday, name = excluded.name, year = excluded.year
			WHERE workday.year < excluded.year`, d.Date, number(d.Workday), d.Name, n.Year); err != nil {
			return err
		}
	}
	return db.Insert(ctx, tx, "workday_year", yearRow{n.Year, n.Source, int64(ref.New[ref.Job](tx.Now.Time())), tx.Now, by.Name})
}

func number(b bool) int {
	if b {
		return 1
	}
	return 0
}
