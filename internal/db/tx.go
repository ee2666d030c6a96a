package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"weibao/internal/clock"
	"weibao/internal/errs"
)

// Tx is what operations and reads are given: a transaction, or from
// DB.Reader a view that can only read. Statements use ? for arguments.
type Tx struct {
	Now     clock.Instant // fixed at the start
	Dialect Dialect

	q        querier
	readOnly bool
	wrote    bool    // a statement that may write was run
	torn     error   // an insert stopped between its rows: nothing of the transaction may stay
	pending  []batch // appended and not yet written
	notices  []notice
	commit   map[string]any                    // Once: of all transactions of the commit; nil where each has its own
	see      func(query string, plan []string) // DB.Explained
}

type querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

var errReadOnly = errors.New("db: write on a reading Tx")

// Exec runs a statement and tells how many rows it touched.
func (t *Tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	if err := t.flush(ctx); err != nil {
		return 0, err
	}
	return t.exec(ctx, query, args)
}

func (t *Tx) exec(ctx context.Context, query string, args []any) (int64, error) {
	if t.readOnly {
		return 0, errReadOnly
	}
	t.wrote = true
	res, err := t.q.ExecContext(t.context(ctx), t.rebind(query), plain(args)...)
	if err != nil {
		return 0, t.wrap(err, query)
	}
	n, err := res.RowsAffected()
	return n, t.wrap(err, query)
}

// Once gives what ask gives, asked once for all transactions that share a
// commit on SQLite: for what changes once in months, and where it does no harm
// not to see a change of it by another transaction of the same commit.
func Once[T any](t *Tx, key string, ask func() (T, error)) (T, error) {
	if known, ok := t.commit[key].(T); ok {
		return known, nil
	}
	v, err := ask()
	if err == nil && t.commit != nil {
		t.commit[key] = v
	}
	return v, err
}

// One runs a statement that must touch exactly one row; none is errs.Missing.
func (t *Tx) One(ctx context.Context, query string, args ...any) error {
	n, err := t.Exec(ctx, query, args...)
	switch {
	case err != nil:
		return err
	case n == 0:
		return errs.Missing()
	case n > 1:
		return fmt.Errorf("db: %d rows touched instead of one: %s", n, head(query))
	}
	return nil
}

// ForUpdate is appended to a SELECT whose rows are to be changed: it locks
// them on PostgreSQL; the single writer of SQLite needs nothing.
func (t *Tx) ForUpdate() string {
	if t.Dialect == Postgres && !t.readOnly {
		return " FOR UPDATE"
	}
	return ""
}

// SkipLocked is ForUpdate which passes over rows that another process holds:
// for workers that share a queue. It locks those of the named tables, or of all.
func (t *Tx) SkipLocked(of ...string) string {
	if t.Dialect != Postgres || t.readOnly {
		return ""
	}
	if len(of) == 0 {
		return " FOR UPDATE SKIP LOCKED"
	}
	return " FOR UPDATE OF " + strings.Join(of, ", ") + " SKIP LOCKED"
}

// Lock waits until no other transaction holds key, and holds it to the end of
// this one. On SQLite every transaction already runs alone.
func (t *Tx) Lock(ctx context.Context, key string) error {
	if t.Dialect != Postgres || t.readOnly {
		return nil
	}
	_, err := t.Exec(ctx, "SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", key)
	return err
}

// Shared is Maybe of a single value, asked while nobody holds key by Lock and
// nobody will to the end of this transaction. On PostgreSQL both take one way
// there and back, and unlike FOR SHARE leave nothing in the row.
func Shared[T any](ctx context.Context, t *Tx, key, query string, args ...any) (v T, there bool, err error) {
	p, locks := t.q.(*transaction)
	if !locks {
		return Maybe[T](ctx, t, query, args...)
	}
	if err := t.flush(ctx); err != nil {
		return v, false, err
	}
	there, err = p.shared(ctx, key, &v, t.rebind(query), plain(args))
	return v, there, t.wrap(err, query)
}

// Rows runs a query; the caller closes the rows.
func (t *Tx) rows(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := t.flush(ctx); err != nil {
		return nil, err
	}
	if t.see != nil {
		plan, err := t.explain(ctx, query, args)
		if err != nil {
			return nil, t.wrap(err, query)
		}
		t.see(query, plan)
	}
	t.wrote = t.wrote || !strings.HasPrefix(query, "SELECT")
	rows, err := t.q.QueryContext(t.context(ctx), t.rebind(query), plain(args)...)
	return rows, t.wrap(err, query)
}

// explain gives the lines of the database's plan for a query.
func (t *Tx) explain(ctx context.Context, query string, args []any) ([]string, error) {
	command, columns := "EXPLAIN QUERY PLAN ", []any{new(any), new(any), new(any), new(string)}
	if t.Dialect == Postgres {
		command, columns = "EXPLAIN ", []any{new(string)}
	}
	rows, err := t.q.QueryContext(ctx, command+t.rebind(query), plain(args)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var lines []string
	for rows.Next() {
		if err := rows.Scan(columns...); err != nil {
			return nil, err
		}
		lines = append(lines, *columns[len(columns)-1].(*string))
	}
	return lines, rows.Err()
}

// plain stores booleans as 0 and 1, which both databases keep in BIGINT.
func plain(args []any) []any {
	for i, a := range args {
		if b, ok := a.(bool); ok {
			args[i] = 0
			if b {
				args[i] = 1
			}
		}
	}
	return args
}

// context shields statements of the one SQLite writer from cancellation: an
// interrupted statement would roll back everybody's work in the transaction.
func (t *Tx) context(ctx context.Context) context.Context {
	if t.Dialect == SQLite && !t.readOnly {
		return context.WithoutCancel(ctx)
	}
	return ctx
}

func (t *Tx) rebind(query string) string {
	if t.Dialect != Postgres {
		return query
	}
	return rebound(query)
}

func (t *Tx) wrap(err error, query string) error {
	if err == nil {
		return nil
	}
	if full := diskFull(err); full != nil {
		return full
	}
	return fmt.Errorf("db: %s: %w", head(query), err)
}

func head(query string) string {
	query = strings.Join(strings.Fields(query), " ")
	if len(query) > 80 {
		query = query[:80] + "…"
	}
	return query
}

var rebounds sync.Map // query with ? → query with $n

func rebound(query string) string {
	if known, ok := rebounds.Load(query); ok {
		return known.(string)
	}
	var b strings.Builder
	n, quoted := 0, false
	for i := range len(query) {
		switch c := query[i]; {
		case c == '\'':
			quoted = !quoted
			b.WriteByte(c)
		case c == '?' && !quoted:
			n++
			b.WriteByte('$')
			b.WriteString(strconv.Itoa(n))
		default:
			b.WriteByte(c)
		}
	}
	if len(query) < 4096 {
		rebounds.Store(query, b.String())
	}
	return b.String()
}
