// Package job does the work that nobody waits for at a screen: sweeps,
// sealing, exports, notices 「后台作业」.
//
// It owns the table job. A job is added in the transaction of the fact that
// wants it, so it exists if and only if that fact does. Several processes on
// one database share the work: a row is run under a lease which the
// database's own clock measures, and a holder that lost its lease cannot mark
// or write anything with Done or Hold. What fails is tried again later and
// later, then stays visible as failed. Legal deadlines are never jobs: they
// are duty rows, and a job only wakes up to look at them.
package job

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
)

// State is where a job stands.
type State string

// The states.
const (
	Waiting State = "waiting"
	Running State = "running"
	Done    State = "done"
	Failed  State = "failed" // given up; a person may retry it
)

// Row is a job as it is stored.
type Row struct {
	ID        ref.Job
	Kind      string
	Key       string
	Payload   string
	State     State
	NextAt    clock.Instant
	Attempt   int64
	Again     int64
	Holder    string
	Until     int64 // milliseconds of the database's clock
	Percent   int64
	Note      string
	Failure   string
	CreatedBy ref.User
	CreatedAt clock.Instant
	EndedAt   clock.Instant
}

// Open tells whether the job is not yet at its end.
func (r Row) Open() bool { return r.State == Waiting || r.State == Running }

// Kind is one sort of work, registered by the slice that owns it.
type Kind struct {
	Name  string // <slice>.<word>
	Label string // what it does, for the page of jobs
	Run   func(ctx context.Context, r *Run) error
	// Next makes the kind periodic: it gives the next time after an instant.
	// Such a kind needs nobody to add it and never ends.
	Next func(after time.Time) time.Time
	// Tries is how often a job is begun before it is given up; 0 means 8.
	// Periodic kinds never give up.
	Tries int
	// Lease is how long a silent holder keeps the job; 0 means 30 seconds. It
	// is renewed while Run works.
	Lease time.Duration
}

const (
	defaultTries = 8
	defaultLease = 30 * time.Second
	everyKey     = "every" // key of the one row of a periodic kind
)

func (k Kind) tries() int64 {
	if k.Next != nil {
		return 1 << 40
	}
	if k.Tries > 0 {
		return int64(k.Tries)
	}
	return defaultTries
}

func (k Kind) lease() time.Duration {
	if k.Lease > 0 {
		return k.Lease
	}
	return defaultLease
}

// Every gives the times that are multiples of d.
func Every(d time.Duration) func(time.Time) time.Time {
	return func(after time.Time) time.Time { return after.Truncate(d).Add(d) }
}

var beijing = time.FixedZone("CST", 8*3600)

// Daily gives one time of the day in Beijing.
func Daily(hour, minute int) func(time.Time) time.Time {
	return func(after time.Time) time.Time {
		local := after.In(beijing)
		next := time.Date(local.Year(), local.Month(), local.Day(), hour, minute, 0, 0, beijing)
		if !next.After(after) {
			next = next.AddDate(0, 0, 1)
		}
		return next.UTC()
	}
}

// Want describes a job to be added.
type Want struct {
	Kind    string
	Key     string        // if an open job of the kind bears it, that one is used
	Payload any           // becomes JSON; refs only
	At      clock.Instant // not before; 0 means now
}

// Add enqueues a job in the transaction of the fact that wants it, on behalf
// of by. With a key that an open job bears it gives that job, which runs once
// more if it is running now.
func Add(ctx context.Context, tx *db.Tx, by access.Actor, w Want) (ref.Job, error) {
	if by.IsZero() {
		return 0, errs.New(errs.SignIn, "请先登录。")
	}
	payload := "{}"
	if w.Payload != nil {
		b, err := json.Marshal(w.Payload)
		if err != nil {
			return 0, fmt.Errorf("job.Add: %w", err)
		}
		payload = string(b)
	}
	at := max(w.At, tx.Now)
	if w.At == 0 {
		at = tx.Now
	}
	id, err := upsert(ctx, tx, Row{ID: ref.New[ref.Job](tx.Now.Time()), Kind: w.Kind, Key: w.Key, Payload: payload,
		State: Waiting, NextAt: at, CreatedBy: by.User, CreatedAt: tx.Now})
	if err != nil {
		return 0, err
	}
	tx.Notify(wakeTopic, "")
	return id, nil
}

// Topic is told the id of a job when it makes progress or ends.
const Topic = "job"

const wakeTopic = "job.wake"
