package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"weibao/internal/clock"
	"weibao/internal/errs"
)

func (d *DB) openPostgres(ctx context.Context) error {
	d.Dialect = Postgres
	cfg, err := pgx.ParseConfig(d.dsn)
	if err != nil {
		return errs.Wrap(errs.Invalid, errors.New("unreadable address"), "数据库地址写法不对。应形如 postgres://用户:口令@主机:5432/库名。")
	}
	if cfg.RuntimeParams["application_name"] == "" {
		cfg.RuntimeParams["application_name"] = "weibao"
	}
	pool := stdlib.OpenDB(*cfg)
	n := max(16, 8*runtime.NumCPU())
	pool.SetMaxOpenConns(n)
	pool.SetMaxIdleConns(n)
	pool.SetConnMaxIdleTime(10 * time.Minute)
	if err := pool.PingContext(ctx); err != nil {
		pool.Close()
		return errs.Wrap(errs.Full, err, fmt.Sprintf("连接不上数据库 %s:%d/%s。请检查地址、账号以及数据库是否已启动。", cfg.Host, cfg.Port, cfg.Database))
	}
	d.reads, d.writes = pool, pool
	d.bus.connect(cfg)
	return nil
}

// retries is how often a transaction is tried when the database itself asks for it.
const retries = 5

func (d *DB) writePostgres(ctx context.Context, fn func(*Tx) error) error {
	var err error
	for try := range retries {
		if err = d.tryPostgres(ctx, fn); !asksRetry(err) {
			return err
		}
		select {
		case <-time.After(time.Duration(try+1) * 5 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return errs.Wrap(errs.Conflict, err, "系统繁忙，多人同时修改了同一条记录，这次没有保存，请重试。")
}

func (d *DB) tryPostgres(ctx context.Context, fn func(*Tx) error) error {
	raw, err := d.writes.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("db: begin: %w", err)
	}
	tx := &Tx{Now: clock.Of(d.Clock.Now()), Dialect: Postgres, q: raw}
	if err := guard(fn, tx); err != nil {
		return errors.Join(err, ignoreDone(raw.Rollback()))
	}
	if err := raw.Commit(); err != nil {
		return fmt.Errorf("db: commit: %w", err)
	}
	d.bus.publish(tx.notices)
	return nil
}

func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}

func postgresCode(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code
	}
	return ""
}

func asksRetry(err error) bool {
	code := postgresCode(err)
	return code == "40001" || code == "40P01"
}
