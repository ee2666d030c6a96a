package db

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// A transaction on PostgreSQL is first tried early: as long as it only appends
// and presumes, it asks the database nothing, and at its end its rows are
// written with those of everybody who waits, in one transaction of few
// statements. If that is refused, each runs again and asks as it goes.

const (
	maxGather  = 64               // transactions of one commit
	gatherers  = 2                // commits under way at a time
	gatherTime = 30 * time.Second // then the database is taken for lost
)

// Early tells that what the transaction does now reaches the database at its
// end. A row may then be appended that is perhaps there already: if it is,
// Write runs the transaction again, not early.
func (t *Tx) Early() bool {
	p, ok := t.q.(*transaction)
	if !ok || !p.early || p.begun {
		return false
	}
	p.leapt = true
	return true
}

// Presume takes for granted that query gives want, asked while nobody holds
// key by Lock and nobody will to the end of the transaction. It is checked
// with the commit; if it does not hold, Write runs the transaction again, not
// early. Where it gives false nothing is granted, and the caller asks by Shared.
func Presume(t *Tx, key, query string, want any, args ...any) bool {
	if !t.Early() {
		return false
	}
	p := t.q.(*transaction)
	p.presumed = append(p.presumed, presumption{key: key, query: rebound("SELECT 1 / count(*) FROM (" + query + ") AS held (value) WHERE value = ?"), args: append(plain(args), want)})
	return true
}

// presumption is a question that fails, by a division by zero, unless its answer is the wanted one.
type presumption struct {
	key   string
	query string
	args  []any
}

func (a presumption) same(b presumption) bool {
	return a.key == b.key && a.query == b.query && fmt.Sprint(a.args) == fmt.Sprint(b.args)
}

// gatherer commits early transactions together.
type gatherer struct {
	db     *DB
	queue  chan *request
	stop   chan struct{}
	all    sync.WaitGroup
	ending sync.Once
}

func newGatherer(d *DB) *gatherer {
	g := &gatherer{db: d, queue: make(chan *request), stop: make(chan struct{})}
	for range gatherers {
		g.all.Go(g.loop)
	}
	return g
}

// keep waits until the rows of an early transaction are committed.
func (g *gatherer) keep(ctx context.Context, tx *Tx) error {
	r := &request{tx: tx, done: make(chan struct{})}
	select {
	case g.queue <- r:
		<-r.done
		return r.err
	case <-ctx.Done():
		return ctx.Err()
	case <-g.stop:
		return errClosed
	}
}

func (g *gatherer) close() {
	g.ending.Do(func() {
		close(g.stop)
		g.all.Wait()
	})
}

func (g *gatherer) loop() {
	for {
		select {
		case r := <-g.queue:
			group := g.waiting(r)
			err := g.commit(group)
			for _, r := range group {
				r.err = err
				close(r.done)
			}
		case <-g.stop:
			return
		}
	}
}

// waiting gives first and whoever else waits or is on his way.
func (g *gatherer) waiting(first *request) []*request {
	group := []*request{first}
	for yields := 0; len(group) < maxGather && yields < maxYields; {
		select {
		case r := <-g.queue:
			group = append(group, r)
		default:
			runtime.Gosched()
			yields++
		}
	}
	return group
}

func (g *gatherer) commit(group []*request) error {
	ctx, cancel := context.WithTimeout(context.Background(), gatherTime)
	defer cancel()
	p := &transaction{pool: g.db.writes}
	defer p.release()
	var rows []batch
	for _, r := range group {
		for _, b := range r.tx.pending {
			rows = join(rows, b)
		}
		p.presumed = append(p.presumed, r.tx.q.(*transaction).presumed...)
	}
	p.presumed = slices.CompactFunc(p.presumed, presumption.same)
	err := p.commit(ctx, rows)
	if err != nil {
		p.rollback(ctx)
	}
	return err
}

// refused tells that the database looked at what it was given and kept nothing
// of it: wrong data, a row that is there already, a presumption that does not
// hold, a deadlock. After any other failure of a commit nobody knows.
func refused(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (e.Code[:2] == "22" || e.Code[:2] == "23" || e.Code[:2] == "40")
}
