package plan

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/ref"
)

// Get gives a plan that the actor may see.
func (d *Desk) Get(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Plan) (Plan, error) {
	if err := by.Require("plan.list"); err != nil {
		return Plan{}, err
	}
	return getPlan(ctx, tx, by, id)
}

// Tasks gives the tasks of a plan that the actor may see.
func (d *Desk) Tasks(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Plan) ([]Task, error) {
	if _, err := d.Get(ctx, tx, by, id); err != nil {
		return nil, err
	}
	return tasksOf(ctx, tx, id)
}

// TaskHistory gives the changes of a task, oldest first.
func (d *Desk) TaskHistory(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Task) ([]Edit, error) {
	if err := by.Require("plan.task"); err != nil {
		return nil, err
	}
	return editsOfTask(ctx, tx, id)
}
