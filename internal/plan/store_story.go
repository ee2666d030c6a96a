package plan

import (
	"context"
	"encoding/json"
	"fmt"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/ref"
)

func pathsOf(ctx context.Context, tx *db.Tx, plan ref.Plan) ([]TaskPath, error) {
	type row struct {
		ID   ref.Task
		Path string
	}
	rows, err := db.All[row](ctx, tx, "SELECT t.id, t.path FROM plan_task t WHERE t.plan = ? AND t.state <> 'draft' ORDER BY t.seq, t.id", plan)
	if err != nil {
		return nil, err
	}
	out := make([]TaskPath, len(rows))
	for i, r := range rows {
		out[i].Task = r.ID
		if err := json.Unmarshal([]byte(r.Path), &out[i].Path); err != nil {
			return nil, fmt.Errorf("plan: path of task %d: %w", r.ID, err)
		}
	}
	return out, nil
}

// latestReplies gives the last answer about each task among those whose duty lies in the actor's scope.
func latestReplies(ctx context.Context, tx *db.Tx, by access.Actor, plan ref.Plan) ([]Reply, error) {
	where, args := owing(by)
	return db.All[Reply](ctx, tx, "SELECT "+db.ColumnsOf[Reply]("r")+` FROM plan_reply r WHERE r.id IN (
		SELECT max(x.id) FROM plan_task t JOIN plan_reply x ON x.task = t.id JOIN duty d ON d.id = x.duty
		WHERE t.plan = ? AND x.kind = 'reply' AND `+where+" GROUP BY x.task)", append([]any{plan}, args...)...)
}
