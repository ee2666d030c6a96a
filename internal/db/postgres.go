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
	conn, err := d.writes.Conn(ctx)
	if err != nil {
		return fmt.Errorf("db: connection: %w", err)
	}
	defer conn.Close()
	p := &transaction{conn: conn}
	tx := &Tx{Now: clock.Of(d.Clock.Now()), Dialect: Postgres, q: p}
	if err = guard(fn, tx); err == nil {
		err = p.commit(ctx, tx.pending)
	}
	if err != nil {
		p.rollback(ctx)
		return err
	}
	d.bus.publish(tx.notices)
	return nil
}

// transaction begins with its first statement and ends with one message that
// carries what was appended: a fact with its journal takes one way there and back.
type transaction struct {
	conn  *sql.Conn
	begun bool
}

func (p *transaction) begin(ctx context.Context) error {
	if p.begun {
		return nil
	}
	p.begun = true
	if _, err := p.conn.ExecContext(ctx, "BEGIN"); err != nil {
		return fmt.Errorf("db: begin: %w", err)
	}
	return nil
}

// ExecContext runs a statement of the transaction.
func (p *transaction) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := p.begin(ctx); err != nil {
		return nil, err
	}
	return p.conn.ExecContext(ctx, query, args...)
}

// QueryContext runs a query of the transaction.
func (p *transaction) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := p.begin(ctx); err != nil {
		return nil, err
	}
	return p.conn.QueryContext(ctx, query, args...)
}

// shared waits for a lock that others may share, and asks for one value.
func (p *transaction) shared(ctx context.Context, key string, v any, query string, args []any) (there bool, err error) {
	var b pgx.Batch
	if !p.begun {
		b.Queue("BEGIN")
		p.begun = true
	}
	b.Queue("SELECT pg_advisory_xact_lock_shared(hashtextextended($1, 0))", key)
	b.Queue(query, args...)
	err = p.conn.Raw(func(raw any) error {
		results := raw.(*stdlib.Conn).Conn().SendBatch(ctx, &b)
		for range b.Len() - 1 {
			if _, err := results.Exec(); err != nil {
				return errors.Join(err, results.Close())
			}
		}
		switch err := results.QueryRow().Scan(v); {
		case err == nil:
			there = true
		case !errors.Is(err, pgx.ErrNoRows):
			return errors.Join(err, results.Close())
		}
		return results.Close()
	})
	return there, err
}

var errRolledBack = errors.New("db: commit: the transaction had failed before")

func (p *transaction) commit(ctx context.Context, pending []batch) error {
	if !p.begun && len(pending) == 0 {
		return nil
	}
	var b pgx.Batch
	if !p.begun {
		b.Queue("BEGIN")
		p.begun = true
	}
	for _, rows := range pending {
		_ = rows.statements(Postgres, func(query string, args []any) error {
			b.Queue(rebound(query), plain(args)...)
			return nil
		})
	}
	b.Queue("COMMIT")
	return p.conn.Raw(func(raw any) error {
		results := raw.(*stdlib.Conn).Conn().SendBatch(ctx, &b)
		var last pgconn.CommandTag
		for range b.Len() {
			tag, err := results.Exec()
			if err != nil {
				return errors.Join(appended(err), results.Close())
			}
			last = tag
		}
		if err := results.Close(); err != nil {
			return fmt.Errorf("db: commit: %w", err)
		}
		if last.String() != "COMMIT" {
			return errRolledBack
		}
		p.begun = false
		return nil
	})
}

func appended(err error) error {
	if full := diskFull(err); full != nil {
		return full
	}
	return fmt.Errorf("db: append: %w", err)
}

// rollback gives up what was begun; a connection that cannot is not used again.
func (p *transaction) rollback(ctx context.Context) {
	if p.begun {
		_, _ = p.conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
	}
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
