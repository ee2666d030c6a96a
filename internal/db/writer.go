package db

import (
	"context"
	"database/sql"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"

	"weibao/internal/clock"
	"weibao/internal/errs"
)

// maxGroup bounds how many transactions share one commit, so that the first
// of them does not wait long for its answer.
const maxGroup = 256

// maxYields is how often a group that has no more to do lets others come.
const maxYields = 4

// writer is the one that writes to a SQLite file.
type writer struct {
	db    *DB
	pool  *sql.DB
	conn  *sql.Conn
	stmts *statements
	once  map[string]any // what was asked once for the commit under way
	high  chan *request
	low   chan *request
	rests chan func()
	stop  chan struct{}
	done  chan struct{}

	ending sync.Once
}

type request struct {
	ctx  context.Context
	fn   func(*Tx) error
	tx   *Tx
	err  error
	done chan struct{}
}

func newWriter(ctx context.Context, d *DB, pool *sql.DB) (*writer, error) {
	conn, err := pool.Conn(ctx)
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("db: writer: %w", err)
	}
	w := &writer{db: d, pool: pool, conn: conn, stmts: newStatements(conn), once: map[string]any{},
		high: make(chan *request), low: make(chan *request), rests: make(chan func()), stop: make(chan struct{}), done: make(chan struct{})}
	go w.loop()
	return w, nil
}

var errClosed = errs.New(errs.Full, "系统正在停止或重新启动，这次没有保存，请稍后重试。")

func (w *writer) do(ctx context.Context, fn func(*Tx) error, low bool) error {
	r := &request{ctx: ctx, fn: fn, done: make(chan struct{})}
	queue := w.high
	if low {
		queue = w.low
	}
	select {
	case queue <- r:
	case <-ctx.Done():
		return ctx.Err()
	case <-w.stop:
		return errClosed
	}
	<-r.done
	return r.err
}

func (w *writer) close() {
	w.ending.Do(func() {
		close(w.stop)
		<-w.done
		w.stmts.close()
		w.conn.Close()
		w.pool.Close()
	})
}

func (w *writer) loop() {
	defer close(w.done)
	for {
		select {
		case r := <-w.high:
			w.group(r, true)
			continue
		case fn := <-w.rests:
			fn()
			continue
		case <-w.stop:
			return
		default:
		}
		select {
		case r := <-w.high:
			w.group(r, true)
		case r := <-w.low:
			w.group(r, false)
		case fn := <-w.rests:
			fn()
		case <-w.stop:
			return
		}
	}
}

// between runs fn while no transaction is under way, unless the writer ends.
func (w *writer) between(fn func()) {
	done := make(chan struct{})
	select {
	case w.rests <- func() { defer close(done); fn() }:
		<-done
	case <-w.stop:
	}
}

// group runs first and, if more, whatever else waits, then commits and answers all.
func (w *writer) group(first *request, more bool) {
	group, err := w.attempt(first, more)
	for _, r := range group {
		if err != nil && r.err == nil {
			r.err = err
		}
		if r.err == nil {
			w.db.bus.publish(r.tx.notices)
		}
		close(r.done)
	}
}

func (w *writer) attempt(first *request, more bool) ([]*request, error) {
	group := []*request{first}
	if err := w.begin(); err != nil {
		return group, err
	}
	spoilt := w.run(first)
	for yields := 0; more && !spoilt && len(group) < maxGroup; {
		select {
		case r := <-w.high:
			group = append(group, r)
			spoilt = w.run(r)
		default: // who is on his way here saves an fsync; to let him come costs microseconds
			runtime.Gosched()
			yields++
			more = yields < maxYields
		}
	}
	if spoilt {
		last := group[len(group)-1]
		if ioFailed(last.err) {
			last.err = w.db.halt(last.err)
		}
		if err := w.again(group[:len(group)-1]); err != nil {
			return group, err
		}
	} else if err := w.flush(group); err != nil {
		if err := w.again(group); err != nil {
			return group, err
		}
	}
	return group, w.commit()
}

// flush writes what the requests of a group appended, table by table.
func (w *writer) flush(group []*request) error {
	all := Tx{Dialect: SQLite, q: w.stmts}
	for _, r := range group {
		if r.err == nil {
			for _, b := range r.tx.pending {
				all.pending = join(all.pending, b)
			}
		}
	}
	return all.flush(context.Background())
}

// again undoes a group and runs the given requests of it once more, each within
// a savepoint. Failures after a write are rare, and a savepoint for every
// request costs a sixth of the rate.
func (w *writer) again(group []*request) error {
	w.rollback()
	if halt := w.db.halted.Load(); halt != nil {
		return halt
	}
	if err := w.begin(); err != nil {
		return err
	}
	for _, r := range group {
		if r.err == nil {
			w.runWithin(r)
		}
	}
	return nil
}

func (w *writer) begin() error {
	clear(w.once)
	return w.exec("BEGIN IMMEDIATE")
}

func (w *writer) commit() error {
	err := w.exec("COMMIT")
	if err == nil {
		w.db.log.wake()
		return nil
	}
	if full := diskFull(err); full != nil {
		err = full
	} else if ioFailed(err) {
		err = w.db.halt(err)
	}
	w.rollback()
	return err
}

func (w *writer) rollback() { _ = w.exec("ROLLBACK") } // fails only where SQLite has rolled back already

// run executes one request and tells whether it failed with something written.
func (w *writer) run(r *request) (spoilt bool) {
	if r.err = r.ctx.Err(); r.err != nil {
		return false
	}
	r.tx = &Tx{Now: clock.Of(w.db.Clock.Now()), Dialect: SQLite, q: w.stmts, commit: w.once}
	if r.err = guard(r.fn, r.tx); r.err == nil {
		r.err = r.tx.torn
	}
	if r.err == nil {
		return false
	}
	r.tx.notices = nil
	return r.tx.wrote
}

// runWithin executes one request within its own savepoint.
func (w *writer) runWithin(r *request) {
	if r.err = w.exec("SAVEPOINT one"); r.err != nil {
		return
	}
	if w.run(r); r.err == nil {
		r.err = r.tx.flush(r.ctx)
	}
	if r.err != nil {
		w.undo(r)
		return
	}
	r.err = w.exec("RELEASE one")
}

func (w *writer) undo(r *request) {
	if ioFailed(r.err) {
		r.err = w.db.halt(r.err)
	}
	clear(w.once)
	if err := w.exec("ROLLBACK TO one"); err == nil {
		_ = w.exec("RELEASE one")
	}
}

func (w *writer) exec(query string) error {
	_, err := w.stmts.ExecContext(context.Background(), query)
	return err
}

// guard turns a panic of fn into an error, so that one request cannot take
// down the writer of all.
func guard(fn func(*Tx) error, tx *Tx) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("db: panic in a transaction: %v\n%s", p, debug.Stack())
		}
	}()
	return fn(tx)
}
