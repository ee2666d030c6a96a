// Package db is the ground on which every fact stands: one SQL text over
// embedded SQLite and over PostgreSQL.
//
// It promises that Write answers only after a durable commit. On SQLite one
// writer runs concurrently arriving transactions within one transaction, so
// that one fsync serves many and a failing one is undone alone; readers use
// their own connections. On PostgreSQL the same functions run in ordinary
// transactions, and those that only append are committed together. After a failed sync the process stops
// accepting writes and says so. It owns no table but those of migrations and
// never knows what a row means.
package db

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"sync/atomic"

	"weibao/internal/clock"
	"weibao/internal/errs"
)

// Dialect is the kind of database behind a DB.
type Dialect string

// The dialects.
const (
	SQLite   Dialect = "sqlite"
	Postgres Dialect = "postgres"
)

// DB is an open database. It is safe for concurrent use.
type DB struct {
	Dialect Dialect
	Clock   clock.Clock

	reads  *sql.DB
	cache  *statements
	writer *writer       // SQLite
	log    *checkpointer // SQLite
	writes *sql.DB       // PostgreSQL
	gather *gatherer     // PostgreSQL
	bus    *bus
	path   string // SQLite file
	dsn    string
	halted atomic.Pointer[errs.Error]
}

// Open opens the database which dsn names: a postgres:// address, or the path
// of a SQLite file, which is made if it does not exist.
func Open(ctx context.Context, dsn string, c clock.Clock) (*DB, error) {
	d := &DB{Clock: c, dsn: dsn, bus: newBus()}
	if IsPostgres(dsn) {
		return d, d.openPostgres(ctx)
	}
	return d, d.openSQLite(ctx)
}

// IsPostgres tells whether dsn is a PostgreSQL address.
func IsPostgres(dsn string) bool {
	return strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://")
}

// Close ends all connections after the writes under way.
func (d *DB) Close() error {
	d.bus.close()
	if d.log != nil {
		d.log.close()
	}
	if d.writer != nil {
		d.writer.close()
	}
	if d.gather != nil {
		d.gather.close()
	}
	if d.log != nil {
		d.log.finish()
	}
	if d.cache != nil {
		d.cache.close()
	}
	if d.writes != nil && d.writes != d.reads {
		d.writes.Close()
	}
	if d.reads != nil {
		return d.reads.Close()
	}
	return nil
}

// Path is the SQLite file, or "" on PostgreSQL.
func (d *DB) Path() string { return d.path }

// Write runs fn in a transaction and returns after its durable commit, or
// with fn's error after its rollback. fn must touch nothing but the Tx and
// set, never add to, what it hands out: it runs again after a serialization
// failure or deadlock on PostgreSQL, and on both when another writer of the
// same commit fails. It must be short, since on SQLite all writers wait for it.
func (d *DB) Write(ctx context.Context, fn func(*Tx) error) error {
	return d.write(ctx, fn, false)
}

// WriteLow is Write for background work: on SQLite it yields to waiting
// writers and has a commit of its own.
func (d *DB) WriteLow(ctx context.Context, fn func(*Tx) error) error {
	return d.write(ctx, fn, true)
}

func (d *DB) write(ctx context.Context, fn func(*Tx) error, low bool) error {
	if halt := d.halted.Load(); halt != nil {
		return halt
	}
	if d.writer != nil {
		return d.writer.do(ctx, fn, low)
	}
	return d.writePostgres(ctx, fn)
}

// Read gives fn a Tx that can only read, with Now fixed. Each query sees what
// is committed when it starts.
func (d *DB) Read(ctx context.Context, fn func(*Tx) error) error {
	return fn(d.Reader())
}

// Reader gives a Tx that can only read, with Now fixed at the call.
func (d *DB) Reader() *Tx {
	tx := &Tx{Now: clock.Of(d.Clock.Now()), Dialect: d.Dialect, readOnly: true, q: d.reads}
	if d.cache != nil {
		tx.q = d.cache
	}
	return tx
}

// Explained is Reader for tests: see is given, for each query, the database's
// plan of it.
func (d *DB) Explained(see func(query string, plan []string)) *Tx {
	tx := d.Reader()
	tx.see = see
	return tx
}

// Halted tells why the process no longer accepts writes, or nil.
func (d *DB) Halted() error {
	if halt := d.halted.Load(); halt != nil {
		return halt
	}
	return nil
}

func (d *DB) halt(cause error) *errs.Error {
	e := errs.Wrap(errs.Full, cause, "存储设备写入失败，系统已停止接收新数据，已保存的内容可以继续查看。请立即联系系统管理员；紧急情况请直接拨打110。")
	d.halted.CompareAndSwap(nil, e)
	return d.halted.Load()
}

// Ping asks the database for a sign of life.
func (d *DB) Ping(ctx context.Context) error {
	if err := d.reads.PingContext(ctx); err != nil {
		return fmt.Errorf("db.Ping: %w", err)
	}
	return nil
}
