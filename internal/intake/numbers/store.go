package numbers

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/db"
)

// within gives the reports received in a time; those hidden from the actor are not counted for him.
func within(ctx context.Context, tx *db.Tx, by access.Actor, from, to clock.Instant) ([]row, error) {
	where, args := by.Scope().Where(access.ScopeColumns("r"))
	return db.All[row](ctx, tx, "SELECT "+db.ColumnsOf[row]("r")+" FROM intake_report r WHERE r.received >= ? AND r.received < ? AND r.raised = 0 "+
		"AND NOT EXISTS (SELECT 1 FROM intake_shield s WHERE s.report = r.id AND s.holder = ?) AND "+where, append([]any{from, to, by.User}, args...)...)
}
