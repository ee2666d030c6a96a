package numbers

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/db"
)

// sentWithin gives the referrals sent in a time in the actor's scope, each with
// what its lead's duty and replies tell.
func sentWithin(ctx context.Context, tx *db.Tx, by access.Actor, from, to clock.Instant) ([]sent, error) {
	where, args := by.Scope().Where(access.ScopeColumns("r"))
	return db.All[sent](ctx, tx, `SELECT r.topic, r.clock, d.unit AS lead, r.at, d.signed, d.due, d.paused, d.closed, d.state,
		COALESCE((SELECT min(y.at) FROM casework_reply y WHERE y.referral = r.id AND y.duty = r.duty), 0) AS acted,
		COALESCE((SELECT min(y.at) FROM casework_reply y WHERE y.referral = r.id AND y.duty = r.duty AND y.kind = 'reply'), 0) AS replied,
		(SELECT count(*) FROM casework_reply y WHERE y.referral = r.id AND y.duty = r.duty AND y.state = 'back') AS back,
		(SELECT count(*) FROM duty_request q WHERE q.duty = r.duty AND q.kind = 'return') AS returned
		FROM casework_referral r JOIN duty d ON d.id = r.duty WHERE r.at >= ? AND r.at < ? AND `+where+" ORDER BY r.id", append([]any{from, to}, args...)...)
}

// openedWithin gives the cases opened in a time in the actor's scope; nothing
// of them that names anybody.
func openedWithin(ctx context.Context, tx *db.Tx, by access.Actor, from, to clock.Instant) ([]opened, error) {
	where, args := by.Scope().Where(access.ScopeColumns("c"))
	return db.All[opened](ctx, tx, `SELECT c.origin, c.opened AS at, c.closed,
		COALESCE((SELECT min(e.at) FROM casework_event e WHERE e.whole = c.id AND e.kind = 'planned'), 0) AS planned,
		COALESCE((SELECT min(e.at) FROM casework_event e WHERE e.whole = c.id AND e.kind IN ('service', 'referral')), 0) AS acted,
		(SELECT count(*) FROM casework_event e WHERE e.whole = c.id AND e.kind = 'reopened') AS reopened,
		(SELECT count(*) FROM duty d WHERE d.subject = 'casework_case' AND d.subject_id = c.id AND (d.state = 'late-done' OR d.state = 'open' AND d.paused = 0 AND d.due < ?)) AS late
		FROM casework_case c WHERE c.opened >= ? AND c.opened < ? AND `+where+" ORDER BY c.id", append([]any{tx.Now, from, to}, args...)...)
}
