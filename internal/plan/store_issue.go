package plan

import (
	"context"

	"weibao/internal/db"
	"weibao/internal/ref"
)

// link says which duty or series carries which part of a task.
type link struct {
	ID     int64
	Plan   ref.Plan
	Task   ref.Task
	Slot   int64
	Kind   string
	Duty   ref.Duty
	Series ref.Series
}

func planByID(ctx context.Context, tx *db.Tx, id ref.Plan) (Plan, bool, error) {
	return db.Maybe[Plan](ctx, tx, "SELECT "+planColumns+" FROM plan p WHERE p.id = ?"+tx.ForUpdate(), id)
}

func issueTasks(ctx context.Context, tx *db.Tx, plan ref.Plan) error {
	_, err := tx.Exec(ctx, "UPDATE plan_task SET state = 'issued', version = version + 1 WHERE plan = ? AND state = 'draft'", plan)
	return err
}

func seriesOfPlan(ctx context.Context, tx *db.Tx, plan ref.Plan) ([]ref.Series, error) {
	return db.All[ref.Series](ctx, tx, `SELECT s.id FROM plan_task t JOIN duty_series s ON s.subject = 'plan_task' AND s.subject_id = t.id
		WHERE t.plan = ? AND s.state = 'open' ORDER BY s.id`, plan)
}

func linksOf(ctx context.Context, tx *db.Tx, task ref.Task) ([]link, error) {
	return db.All[link](ctx, tx, "SELECT "+db.ColumnsOf[link]("l")+" FROM plan_link l WHERE l.task = ? ORDER BY l.id", task)
}
