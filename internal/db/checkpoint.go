package db

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"time"

	"weibao/internal/errs"
)

// The log of a SQLite file, in pages of 4 KiB.
const (
	logWorth = 1000  // as much of it is brought into the file at once: more keeps the disk from commits
	logLong  = 4000  // from here it is to begin anew, for which the writer rests
	logTail  = 500   // as much the writer may wait for
	logMost  = 16000 // here the writer waits for all of it
)

const (
	logPace  = 20 * time.Millisecond  // between two looks at the log while there is work
	logRest  = 500 * time.Millisecond // the same when a reader, or the disk, stood in the way
	logTries = 4                      // to catch up with the writer
)

// checkpointer brings what the log holds into the file, on a connection of its
// own: no commit does it, and the writer waits for the last pages alone, so
// that the log can begin anew.
type checkpointer struct {
	db      *DB
	pool    *sql.DB
	changed chan struct{}
	stop    chan struct{}
	done    chan struct{}

	ending sync.Once
}

func newCheckpointer(d *DB, pool *sql.DB) *checkpointer {
	pool.SetMaxOpenConns(1)
	c := &checkpointer{db: d, pool: pool, changed: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{})}
	c.wake() // for what an earlier process has left
	go c.loop()
	return c
}

// wake tells that something was written.
func (c *checkpointer) wake() {
	select {
	case c.changed <- struct{}{}:
	default:
	}
}

func (c *checkpointer) loop() {
	defer close(c.done)
	for {
		select {
		case <-c.changed:
		case <-c.stop:
			return
		}
		wait := logPace
		if !c.tend() {
			wait = logRest
			c.wake()
		}
		select {
		case <-time.After(wait):
		case <-c.stop:
			return
		}
	}
}

// tend brings a long log into the file and tells whether nothing stood in the way.
func (c *checkpointer) tend() bool {
	s, err := c.run("NOOP")
	if err == nil && s.waits() >= logWorth {
		if _, err = c.catchUp(); err == nil {
			s, err = c.run("NOOP")
		}
	}
	if err == nil && s.isLong() {
		c.db.writer.between(func() {
			if s, err = c.run("NOOP"); err == nil && s.isLong() { // others have written meanwhile
				s, err = c.run("RESTART")
			}
		})
	}
	return err == nil && s.Busy == 0
}

// catchUp brings pages into the file while others write more of them, until few are left.
func (c *checkpointer) catchUp() (s checkpoint, err error) {
	for range logTries {
		if s, err = c.run("PASSIVE"); err != nil || s.waits() <= logTail {
			break
		}
	}
	return s, err
}

// checkpoint is what SQLite tells of one.
type checkpoint struct {
	Busy, Log, Checkpointed int
}

// waits is what the log holds and the file does not.
func (s checkpoint) waits() int { return s.Log - s.Checkpointed }

// isLong tells whether the log is to begin anew, and the writer may wait for
// that. Where nothing waits it begins anew by itself.
func (s checkpoint) isLong() bool {
	return s.waits() > 0 && s.Log >= logLong && (s.waits() <= logTail || s.Log >= logMost)
}

func (c *checkpointer) run(mode string) (s checkpoint, err error) {
	if halt := c.db.halted.Load(); halt != nil {
		return s, halt
	}
	err = c.pool.QueryRowContext(context.Background(), "PRAGMA wal_checkpoint("+mode+")").Scan(&s.Busy, &s.Log, &s.Checkpointed)
	if ioFailed(err) {
		err = c.db.halt(err)
	}
	return s, err
}

func (c *checkpointer) close() {
	c.ending.Do(func() {
		close(c.stop)
		<-c.done
	})
}

// finish leaves an empty log where nobody else has the file open.
func (c *checkpointer) finish() {
	_, _ = c.run("TRUNCATE") // what stays in the log is as durable there
	c.pool.Close()
}

// Checkpoint brings the log of a SQLite database into its file, as far as
// readers let it, so that the log begins anew; the log keeps its place on the
// disk, which costs a commit more to take than to use. PostgreSQL does that itself.
func (d *DB) Checkpoint(ctx context.Context) error {
	if d.log == nil {
		return nil
	}
	_, err := d.log.catchUp()
	if err == nil {
		d.writer.between(func() { _, err = d.log.run("RESTART") })
	}
	if err == nil {
		err = ctx.Err()
	}
	if full := diskFull(err); full != nil {
		return full
	}
	if err != nil && !errs.Is(err, errs.Full) {
		return fmt.Errorf("db.Checkpoint: %w", err)
	}
	return err
}
