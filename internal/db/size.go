package db

import (
	"context"
	"errors"
	"io/fs"
	"os"
)

// Size gives the bytes which the database takes: on SQLite its file with the
// log beside it.
func (d *DB) Size(ctx context.Context) (int64, error) {
	if d.Dialect == Postgres {
		return Get[int64](ctx, d.Reader(), "SELECT pg_database_size(current_database())")
	}
	total := int64(0)
	for _, suffix := range []string{"", "-wal"} {
		info, err := os.Stat(d.path + suffix)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return 0, err
		}
		total += info.Size()
	}
	return total, nil
}
