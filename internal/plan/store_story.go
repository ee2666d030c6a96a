package plan

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/ref"
)

// seenTasks is the scope of an actor over the tasks of a plan that he may see:
// all of them where the plan itself lies in his scope, else those that ask
// something of his unit or of a unit in his region.
func seenTasks(by access.Actor, p Plan) (string, []any) {
	if by.Scope().Sees(p.Unit, p.Region) {
		return "1 = 1", nil
	}
	owes, args := owing(by)
	series, more := by.Scope().Where(access.Columns{Unit: "s.unit", Region: "s.region", Town: "substr(s.region, 1, 9)", County: "substr(s.region, 1, 6)"})
	return "(EXISTS (SELECT 1 FROM duty d WHERE d.subject = 'plan_task' AND d.subject_id = t.id AND " + owes +
			") OR EXISTS (SELECT 1 FROM duty_series s WHERE s.subject = 'plan_task' AND s.subject_id = t.id AND (" + series + " OR s.unit = ?)))",
		append(append(args, more...), by.Post.Unit)
}

// amongSeen leaves those of some tasks of a plan which the actor sees.
func amongSeen(ctx context.Context, tx *db.Tx, by access.Actor, p Plan, tasks []Task) ([]Task, error) {
	where, args := seenTasks(by, p)
	ids, err := db.All[ref.Task](ctx, tx, "SELECT t.id FROM plan_task t WHERE t.plan = ? AND t.state <> 'draft' AND "+where, append([]any{p.ID}, args...)...)
	if err != nil {
		return nil, err
	}
	seen := make(map[ref.Task]bool, len(ids))
	for _, id := range ids {
		seen[id] = true
	}
	return slices.DeleteFunc(tasks, func(t Task) bool { return !seen[t.ID] }), nil
}

func pathsOf(ctx context.Context, tx *db.Tx, by access.Actor, p Plan) ([]TaskPath, error) {
	type row struct {
		ID   ref.Task
		Path string
	}
	where, args := seenTasks(by, p)
	rows, err := db.All[row](ctx, tx, "SELECT t.id, t.path FROM plan_task t WHERE t.plan = ? AND t.state <> 'draft' AND "+where+" ORDER BY t.seq, t.id", append([]any{p.ID}, args...)...)
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
