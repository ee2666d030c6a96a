package satisfaction

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/intake"
	"weibao/internal/ref"
)

func given(ctx context.Context, tx *db.Tx, id ref.Report) (Mark, error) {
	m, err := db.Get[Mark](ctx, tx, "SELECT s.mark FROM intake_satisfaction s WHERE s.report = ?", id)
	if errs.Is(err, errs.NotFound) {
		return "", nil
	}
	return m, err
}

// put always writes, also what stood there already: its answer rests on a commit of its own.
func put(ctx context.Context, tx *db.Tx, id ref.Report, mark Mark) error {
	_, err := tx.Exec(ctx, "INSERT INTO intake_satisfaction (report, mark, at) VALUES (?, ?, ?) ON CONFLICT (report) DO UPDATE SET mark = excluded.mark, at = excluded.at", id, mark, tx.Now)
	return err
}

type row struct {
	Mark Mark
	N    int
}

// within counts the ended reports of named reporters by what they said; those
// hidden from the actor are not counted for him.
func within(ctx context.Context, tx *db.Tx, by access.Actor, from, to clock.Instant) ([]row, error) {
	where, args := by.Scope().Where(access.ScopeColumns("r"))
	return db.All[row](ctx, tx, "SELECT COALESCE(s.mark, '') AS mark, count(*) AS n FROM intake_report r LEFT JOIN intake_satisfaction s ON s.report = r.id "+
		"WHERE r.received >= ? AND r.received < ? AND r.state = 'closed' AND r.named = 1 AND r.raised = 0 "+
		"AND NOT EXISTS (SELECT 1 FROM intake_shield h WHERE h.report = r.id AND h.holder = ?) AND "+intake.Apart(by)+" AND "+where+" GROUP BY s.mark ORDER BY s.mark",
		append([]any{from, to, by.User}, args...)...)
}
