package numbers

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/intake"
)

// within gives the reports received in a time; those hidden from the actor are not counted for him.
func within(ctx context.Context, tx *db.Tx, by access.Actor, from, to clock.Instant) ([]row, error) {
	where, args := by.Scope().Where(access.ScopeColumns("r"))
	return db.All[row](ctx, tx, `SELECT r.channel, r.situation, r.town, r.urgency, r.state, r.named, r.mandatory, r.received, r.accepted, r.acted, r.answered, r.closed,
		COALESCE(a.state, '') AS accept_state, COALESCE(a.due, 0) AS accept_due, COALESCE(a.paused, 0) AS accept_paused, COALESCE(a.pressing, 0) AS pressing,
		COALESCE(w.state, '') AS answer_state, COALESCE(w.due, 0) AS answer_due, COALESCE(w.paused, 0) AS answer_paused
		FROM intake_report r
		LEFT JOIN duty a ON a.subject = 'intake_report' AND a.subject_id = r.id AND a.kind = 'intake.accept'
		LEFT JOIN duty w ON w.id = (SELECT max(x.id) FROM duty x WHERE x.subject = 'intake_report' AND x.subject_id = r.id AND x.kind = 'intake.answer')
		WHERE r.received >= ? AND r.received < ? AND r.raised = 0
		AND NOT EXISTS (SELECT 1 FROM intake_shield s WHERE s.report = r.id AND s.holder = ?) AND `+intake.Apart(by)+" AND "+where, append([]any{from, to, by.User}, args...)...)
}
