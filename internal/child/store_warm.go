package child

import (
	"context"

	"weibao/internal/db"
)

// warmIndexes reads the indexes by which the lists of a town or county run.
func warmIndexes(ctx context.Context, tx *db.Tx, p place, categories []string) error {
	if _, err := db.Get[int64](ctx, tx, "SELECT count(*) FROM child c WHERE c.state = 'open' AND c."+p.column+" = ?", p.value); err != nil {
		return err
	}
	for _, category := range categories {
		_, err := db.Get[int64](ctx, tx, "SELECT count(*) FROM child_category h WHERE h.ended = '' AND h.category = ? AND h."+p.column+" = ?", category, p.value)
		if err != nil {
			return err
		}
	}
	return nil
}
