package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"weibao/internal/errs"
	"weibao/migrations"
)

// Migrate brings the schema to that of the program: each step in a
// transaction of its own, so that a kill leaves the old state or the new,
// and several processes at once take turns. Before it changes a SQLite file
// that holds data it writes a copy into backupDir. A schema newer than the
// program is refused.
func (d *DB) Migrate(ctx context.Context, backupDir string) error {
	p, err := d.provider()
	if err != nil {
		return err
	}
	current, target, err := versions(ctx, p)
	switch {
	case err != nil:
		return err
	case current > target:
		return errs.Newf(errs.Conflict, "数据库结构（版本 %d）比程序（版本 %d）新。请使用与数据库相配的新版程序。", current, target)
	case current == target:
		return nil
	case current > 0 && d.Dialect == SQLite:
		if err := d.copyBefore(ctx, backupDir, current); err != nil {
			return err
		}
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("db.Migrate: %w", err)
	}
	return nil
}

// Version tells the version of the schema and that of the program.
func (d *DB) Version(ctx context.Context) (current, target int64, err error) {
	p, err := d.provider()
	if err != nil {
		return 0, 0, err
	}
	return versions(ctx, p)
}

func versions(ctx context.Context, p *goose.Provider) (current, target int64, err error) {
	current, target, err = p.GetVersions(ctx)
	if err != nil {
		return 0, 0, fmt.Errorf("db.Migrate: %w", err)
	}
	return current, target, nil
}

func (d *DB) provider() (*goose.Provider, error) {
	steps, err := migrations.For(string(d.Dialect))
	if err != nil {
		return nil, fmt.Errorf("db.Migrate: %w", err)
	}
	dialect, pool, opts := goose.DialectSQLite3, (*sql.DB)(nil), []goose.ProviderOption{}
	if d.Dialect == Postgres {
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return nil, fmt.Errorf("db.Migrate: %w", err)
		}
		dialect, pool = goose.DialectPostgres, d.writes
		opts = append(opts, goose.WithSessionLocker(locker))
	} else {
		pool = d.writer.pool
	}
	p, err := goose.NewProvider(dialect, pool, steps, opts...)
	if err != nil {
		return nil, fmt.Errorf("db.Migrate: %w", err)
	}
	return p, nil
}

func (d *DB) copyBefore(ctx context.Context, dir string, version int64) error {
	if dir == "" {
		return errors.New("db.Migrate: no folder for the backup")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return errs.Wrap(errs.Full, err, "无法建立备份目录，结构升级未开始。请检查磁盘空间和写权限。")
	}
	target := filepath.Join(dir, fmt.Sprintf("before-%d.db", version))
	if err := os.Remove(target); err != nil && !errors.Is(err, os.ErrNotExist) {
		return errs.Wrap(errs.Full, err, "无法写入升级前备份，结构升级未开始。")
	}
	return d.Copy(ctx, target)
}

// Copy writes a consistent copy of a SQLite database into a new file while
// work goes on. PostgreSQL has its own tools for that.
func (d *DB) Copy(ctx context.Context, target string) error {
	if d.Dialect != SQLite {
		return errs.New(errs.Invalid, "PostgreSQL 数据库请使用 pg_dump 或数据库自带的备份工具。")
	}
	// Readers are query_only, which forbids even the writing of another file.
	if _, err := d.writer.pool.ExecContext(ctx, "VACUUM INTO ?", target); err != nil {
		return errs.Wrap(errs.Full, err, "备份没有写成，请检查目标目录的空间和写权限。")
	}
	return d.Checkpoint(ctx) // while it was read, the log had to keep all that came
}
