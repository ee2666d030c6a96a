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
