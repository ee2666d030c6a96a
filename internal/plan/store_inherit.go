package plan

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/ref"
)

// giveOffice lets the successor run the plans of a unit and check their replies.
func giveOffice(ctx context.Context, tx *db.Tx, from, to ref.Unit) error {
	_, err := tx.Exec(ctx, "UPDATE plan SET unit = ?, version = version + 1 WHERE unit = ?", to, from)
	return err
}

// tasksNaming gives the tasks that name a unit, in plans that are not closed.
func tasksNaming(ctx context.Context, tx *db.Tx, unit ref.Unit) ([]Task, error) {
	ids, err := db.All[ref.Task](ctx, tx, `SELECT DISTINCT f.task FROM plan_fact f JOIN plan p ON p.id = f.plan
		WHERE f.unit = ? AND f.unit > 0 AND p.state <> 'closed' ORDER BY f.task`, unit)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	return tasksByID(ctx, tx, ids)
}

func editsOfDrafts(ctx context.Context, tx *db.Tx) ([]Edit, error) {
	return db.All[Edit](ctx, tx, "SELECT "+db.ColumnsOf[Edit]("e")+" FROM plan p JOIN plan_edit e ON e.plan = p.id WHERE p.state = 'draft' ORDER BY e.id")
}

func setSides(ctx context.Context, tx *db.Tx, edit int64, before, after string) error {
	return tx.One(ctx, "UPDATE plan_edit SET before = ?, after = ? WHERE id = ?", before, after, edit)
}

// rehomePlans moves plans to another division. A file that stands in both keeps its mark in the one that has it.
func rehomePlans(ctx context.Context, tx *db.Tx, was, now string) error {
	if _, err := tx.Exec(ctx, `UPDATE plan SET digest = '' WHERE region = ? AND digest <> '' AND digest IN
		(SELECT q.digest FROM plan q WHERE q.region = ? AND q.digest <> '')`, was, now); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "UPDATE plan SET region = ?, town = ?, county = ?, version = version + 1 WHERE region = ?", now, access.Town(now), access.County(now), was)
	return err
}

// ownSupport gives the open support duties of a unit that answer to a duty of the same unit.
func ownSupport(ctx context.Context, tx *db.Tx, unit ref.Unit) ([]ref.Duty, error) {
	return db.All[ref.Duty](ctx, tx, `SELECT d.id FROM duty d JOIN duty lead ON lead.id = d.parent
		WHERE d.unit = ? AND d.state = 'open' AND d.kind = 'plan.support' AND lead.unit = d.unit ORDER BY d.id`, unit)
}

func ownSupportSeries(ctx context.Context, tx *db.Tx, unit ref.Unit) ([]ref.Series, error) {
	return db.All[ref.Series](ctx, tx, `SELECT s.id FROM duty_series s JOIN duty_series lead ON lead.id = s.parent
		WHERE s.unit = ? AND s.state = 'open' AND s.kind = 'plan.support' AND lead.unit = s.unit ORDER BY s.id`, unit)
}
