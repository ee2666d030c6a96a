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
	d.gather = newGatherer(d)
	d.bus.connect(cfg)
	return nil
}

// retries is how often a transaction is tried when the database itself asks for it.
const retries = 5

func (d *DB) writePostgres(ctx context.Context, fn func(*Tx) error) error {
	again, err := d.tryPostgres(ctx, fn, true)
	for try := range retries {
		if !again {
			return err
		}
		select {
		case <-time.After(time.Duration(try) * 5 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
		again, err = d.tryPostgres(ctx, fn, false)
	}
	if again {
		return errs.Wrap(errs.Conflict, err, "系统繁忙，多人同时修改了同一条记录，这次没有保存，请重试。")
	}
	return err
}

// tryPostgres runs fn once and tells, where that failed, whether to run it again.
func (d *DB) tryPostgres(ctx context.Context, fn func(*Tx) error, early bool) (again bool, err error) {
	p := &transaction{pool: d.writes, early: early}
	defer p.release()
	tx := &Tx{Now: clock.Of(d.Clock.Now()), Dialect: Postgres, q: p}
	gathers := false
	if err = guard(fn, tx); err == nil {
		if gathers = early && !p.begun && len(tx.pending) > 0; gathers {
			err = d.gather.keep(ctx, tx)
		} else {
			err = p.commit(ctx, tx.pending)
		}
	}
	if err != nil {
		p.rollback(ctx)
		return asksRetry(err) || refused(err) && (gathers || p.leapt), err
	}
	d.bus.publish(tx.notices)
	return false, nil
}

// transaction begins with its first statement and ends with one message that
// carries what was appended: a fact with its journal takes one way there and back.
type transaction struct {
	pool     *sql.DB
	conn     *sql.Conn // from the first statement on
	begun    bool
	early    bool
	leapt    bool // something was done that only the end of the transaction can confirm
	presumed []presumption
}

func (p *transaction) connect(ctx context.Context) (err error) {
	if p.conn == nil {
		if p.conn, err = p.pool.Conn(ctx); err != nil {
			return fmt.Errorf("db: connection: %w", err)
		}
	}
	return nil
}

func (p *transaction) release() {
	if p.conn != nil {
		p.conn.Close()
	}
}

// opening gives the statements that come before all others.
func (p *transaction) opening() *pgx.Batch {
	var b pgx.Batch
	if p.begun {
		return &b
	}
	p.begun = true
	b.Queue("BEGIN")
	for _, a := range p.presumed {
		b.Queue(lockShared, a.key)
		b.Queue(a.query, a.args...)
	}
	return &b
}

const lockShared = "SELECT pg_advisory_xact_lock_shared(hashtextextended($1, 0))"

func (p *transaction) begin(ctx context.Context) error {
	if err := p.connect(ctx); err != nil || p.begun {
		return err
	}
	if len(p.presumed) > 0 {
		_, err := p.send(ctx, p.opening(), nil)
		return err
	}
	p.begun = true
	if _, err := p.conn.ExecContext(ctx, "BEGIN"); err != nil {
		return fmt.Errorf("db: begin: %w", err)
	}
	return nil
}

// send runs statements in one way there and back and gives the tag of the
// last, whose row it leaves to scan, if there is one to scan into.
func (p *transaction) send(ctx context.Context, b *pgx.Batch, scan func(pgx.Row) error) (last pgconn.CommandTag, err error) {
	err = p.conn.Raw(func(raw any) error {
		results := raw.(*stdlib.Conn).Conn().SendBatch(ctx, b)
		for i := range b.Len() {
			var err error
			if scan != nil && i == b.Len()-1 {
				err = scan(results.QueryRow())
			} else {
				last, err = results.Exec()
			}
			if err != nil {
				return errors.Join(err, results.Close())
			}
		}
		return results.Close()
	})
	return last, err
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
	if err := p.connect(ctx); err != nil {
		return false, err
	}
	b := p.opening()
	b.Queue(lockShared, key)
	b.Queue(query, args...)
	_, err = p.send(ctx, b, func(row pgx.Row) error {
		err := row.Scan(v)
		if there = err == nil; errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		return err
	})
	return there, err
}

var errRolledBack = errors.New("db: commit: the transaction had failed before")

func (p *transaction) commit(ctx context.Context, pending []batch) error {
	if !p.begun && len(pending) == 0 {
		return nil
	}
	if err := p.connect(ctx); err != nil {
		return err
	}
	pending, err := p.copy(ctx, pending)
	if err != nil {
		return appended(err)
	}
	b := p.opening()
	for _, rows := range pending {
		_ = rows.statements(Postgres, func(query string, args []any) error {
			b.Queue(rebound(query), plain(args)...)
			return nil
		})
	}
	b.Queue("COMMIT")
	last, err := p.send(ctx, b, nil)
	switch {
	case err != nil:
		return appended(err)
	case last.String() != "COMMIT":
		return errRolledBack
	}
	p.begun = false
	return nil
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
