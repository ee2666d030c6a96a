package file

import (
	"context"

	"weibao/internal/db"
	"weibao/internal/ref"
	"weibao/internal/vault"
)

var columns = db.ColumnsOf[row]("f")

func insert(ctx context.Context, tx *db.Tx, r row) error { return db.Insert(ctx, tx, "file", r) }

func byID(ctx context.Context, tx *db.Tx, sub Subject, id ref.File) (row, error) {
	return db.Get[row](ctx, tx, "SELECT "+columns+" FROM file f WHERE f.id = ? AND f.subject = ? AND f.subject_id = ?", id, sub.Kind, sub.ID)
}

func byAddress(ctx context.Context, tx *db.Tx, g vault.Group, address []byte) (row, bool, error) {
	return db.Maybe[row](ctx, tx, "SELECT "+columns+" FROM file f WHERE f.record_group = ? AND f.address = ? ORDER BY f.id LIMIT 1"+tx.ForUpdate(), g, address)
}

func ofSubject(ctx context.Context, tx *db.Tx, sub Subject) ([]row, error) {
	return db.All[row](ctx, tx, "SELECT "+columns+" FROM file f WHERE f.subject = ? AND f.subject_id = ? ORDER BY f.id LIMIT 500", sub.Kind, sub.ID)
}

func remove(ctx context.Context, tx *db.Tx, sub Subject, id ref.File) error {
	return tx.One(ctx, "DELETE FROM file WHERE id = ? AND subject = ? AND subject_id = ?", id, sub.Kind, sub.ID)
}

func blobUsed(ctx context.Context, tx *db.Tx, blob string) (bool, error) {
	_, there, err := db.Maybe[ref.File](ctx, tx, "SELECT id FROM file WHERE blob = ? LIMIT 1", blob)
	return there, err
}
