package plan

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/duty"
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

// carriedBy gives the duties and series that carry a task, with where they stand.
func carriedBy(ctx context.Context, tx *db.Tx, task ref.Task) ([]carried, error) {
	type row struct {
		ID     int64
		Slot   int64
		Kind   string
		Duty   ref.Duty
		Series ref.Series
		Unit   ref.Unit
		State  duty.State
		Every  string
	}
	rows, err := db.All[row](ctx, tx, `SELECT l.id, l.slot, l.kind, l.duty, l.series, coalesce(d.unit, s.unit, 0) AS unit,
		coalesce(d.state, s.state, '') AS state, coalesce(s.recurrence, '') AS every
		FROM plan_link l LEFT JOIN duty d ON d.id = l.duty AND l.duty > 0 LEFT JOIN duty_series s ON s.id = l.series AND l.series > 0
		WHERE l.task = ? ORDER BY l.id`, task)
	out := make([]carried, len(rows))
	for i, r := range rows {
		out[i] = carried{link: link{ID: r.ID, Task: task, Slot: r.Slot, Kind: r.Kind, Duty: r.Duty, Series: r.Series}, Unit: r.Unit, State: r.State, Every: r.Every}
	}
	return out, err
}

func openRounds(ctx context.Context, tx *db.Tx, series ref.Series) ([]ref.Duty, error) {
	return db.All[ref.Duty](ctx, tx, "SELECT d.id FROM duty d WHERE d.series = ? AND d.series > 0 AND d.state = 'open' ORDER BY d.id", series)
}

func nextOf(ctx context.Context, tx *db.Tx, plan ref.Plan) (Plan, bool, error) {
	return db.Maybe[Plan](ctx, tx, "SELECT "+planColumns+" FROM plan p WHERE p.previous = ? AND p.previous > 0", plan)
}

// tasksOwed gives the tasks of a plan that ask something of the actor's unit or region.
func tasksOwed(ctx context.Context, tx *db.Tx, by access.Actor, plan ref.Plan) ([]ref.Task, error) {
	owes, args := owing(by)
	args = append(append([]any{plan}, args...), plan, by.Post.Unit)
	return db.All[ref.Task](ctx, tx, "SELECT d.subject_id FROM duty d WHERE d.whole = ? AND d.whole > 0 AND "+owes+
		" UNION SELECT s.subject_id FROM duty_series s JOIN plan_task t ON t.id = s.subject_id WHERE s.subject = 'plan_task' AND t.plan = ? AND s.unit = ?", args...)
}

func seriesOfTask(ctx context.Context, tx *db.Tx, task ref.Task) ([]duty.Series, error) {
	return db.All[duty.Series](ctx, tx, "SELECT "+db.ColumnsOf[duty.Series]("s")+" FROM duty_series s WHERE s.subject = 'plan_task' AND s.subject_id = ? ORDER BY s.id", task)
}
