package db

import (
	"context"

	"weibao/internal/errs"
)

// Intact reads the whole of a SQLite file and tells whether it is sound.
// PostgreSQL looks after that itself.
func (d *DB) Intact(ctx context.Context) error {
	if d.Dialect != SQLite {
		return nil
	}
	found, err := All[string](ctx, d.Reader(), "PRAGMA integrity_check(10)")
	if err != nil {
		return errs.Wrap(errs.Invalid, err, "数据库文件已损坏。请停止写入，并从最近的备份恢复。")
	}
	if len(found) != 1 || found[0] != "ok" {
		return errs.Newf(errs.Invalid, "数据库文件已损坏(%d 处）。请停止写入，并从最近的备份恢复。", len(found))
	}
	return nil
}
