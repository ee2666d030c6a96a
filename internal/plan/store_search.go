package plan

import (
	"context"
	"slices"

	"weibao/internal/access"
	"weibao/internal/db"
)

// searchTasks scans the tasks in sight: no index serves words of two Han
// characters on both databases. Only the few that are shown are read whole.
func searchTasks(ctx context.Context, tx *db.Tx, by access.Actor, words []string, limit int) ([]Found, error) {
	cond, args := visiblePlan(by)
	inTitle, titleArgs := "1 = 1", []any{}
	for _, w := range words {
		cond += " AND (" + tx.Holds("t.title") + " OR " + tx.Holds("t.quote") + ")"
		args = append(args, w, w)
		inTitle += " AND " + tx.Holds("t.title")
		titleArgs = append(titleArgs, w)
	}
	return db.All[Found](ctx, tx, `SELECT t.id AS task, t.title, t.quote, t.path, t.state, p.id AS plan, p.title AS plan_title
		FROM (SELECT t.id, CASE WHEN `+inTitle+` THEN 0 ELSE 1 END AS place
			FROM plan p JOIN plan_task t ON t.plan = p.id WHERE t.state <> 'withdrawn' AND `+cond+`
			ORDER BY place, t.plan DESC, t.seq, t.id LIMIT ?) f
		JOIN plan_task t ON t.id = f.id JOIN plan p ON p.id = t.plan ORDER BY f.place, p.id DESC, t.seq, t.id`, slices.Concat(titleArgs, args, []any{limit})...)
}
