package merge

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/ref"
)

func startCategory(ctx context.Context, tx *db.Tx, id int64, day civil.Date) error {
	_, err := tx.Exec(ctx, "UPDATE child_category SET started = ? WHERE id = ?", day, id)
	return err
}

func dropCategory(ctx context.Context, tx *db.Tx, id int64) error {
	_, err := tx.Exec(ctx, "DELETE FROM child_category WHERE id = ?", id)
	return err
}

func mergesInto(ctx context.Context, tx *db.Tx, id ref.Child) ([]Merger, error) {
	return db.All[Merger](ctx, tx, "SELECT "+db.ColumnsOf[Merger]("m")+" FROM child_merge m WHERE m.kept = ? AND m.undone = 0 ORDER BY m.id DESC", id)
}

func mergeOf(ctx context.Context, tx *db.Tx, dropped ref.Child) (Merger, bool, error) {
	return db.Maybe[Merger](ctx, tx, "SELECT "+db.ColumnsOf[Merger]("m")+" FROM child_merge m WHERE m.dropped = ? AND m.undone = 0"+tx.ForUpdate(), dropped)
}

func undo(ctx context.Context, tx *db.Tx, id ref.Audit, by access.Actor) error {
	return tx.One(ctx, "UPDATE child_merge SET undone = ?, undone_by = ?, undone_name = ? WHERE id = ? AND undone = 0", tx.Now, by.User, by.Name, id)
}

// openRequests counts what waits for a decision about a file.
func openRequests(ctx context.Context, tx *db.Tx, id ref.Child) (int64, error) {
	return db.Get[int64](ctx, tx, "SELECT COUNT(*) FROM child_request r WHERE r.child = ? AND r.state IN ('asked', 'sent')", id)
}
