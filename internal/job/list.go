package job

import (
	"context"
	"time"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
)

// Filter chooses rows for the page of jobs; zero fields choose all.
type Filter struct {
	State  State
	Kind   string
	Every  bool    // the rows of periodic kinds instead of those which somebody or something wanted
	Before ref.Job // page key: jobs older than this id
	Limit  int
}

const pageSize = 50

// List gives jobs, newest first, to whoever has job.list.
func List(ctx context.Context, tx *db.Tx, by access.Actor, f Filter) ([]Row, error) {
	if err := by.Require("job.list"); err != nil {
		return nil, err
	}
	limit := f.Limit
	if limit <= 0 || limit > 500 {
		limit = pageSize
	}
	return list(ctx, tx, f, limit)
}

// Get gives one job to the person who wanted it, or to whoever has job.list.
func Get(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Job) (Row, error) {
	row, err := get(ctx, tx, id)
	if err != nil {
		return Row{}, err
	}
	if by.IsZero() || row.CreatedBy != by.User && !by.Can("job.list") {
		return Row{}, errs.Missing()
	}
	return row, nil
}

// Count is how many jobs stand in a state, and when the first of them was due.
type Count struct {
	State  State
	N      int64
	Oldest clock.Instant
}

// Counts gives the numbers of open and failed jobs for metrics and doctor.
func Counts(ctx context.Context, tx *db.Tx) ([]Count, error) { return counts(ctx, tx) }

// KindState is how many jobs of a kind stand in a state, how often the one
// tried most was tried, and when the first of them was due.
type KindState struct {
	Kind     string        `json:"kind"`
	State    State         `json:"state"`
	N        int64         `json:"n"`
	Attempts int64         `json:"attempts"`
	Oldest   clock.Instant `json:"oldest"`
}

// States gives the numbers of all jobs by kind and state, for the support bundle.
func States(ctx context.Context, tx *db.Tx) ([]KindState, error) { return states(ctx, tx) }

// Stopped tells whether no job of a kind that bears a key waits or runs: its
// work was done, or given up.
func Stopped(ctx context.Context, tx *db.Tx, kind, key string) (bool, error) {
	return stopped(ctx, tx, kind, key)
}

// Retry lets a failed job run again.
func Retry(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Job) error {
	if err := by.Require("job.retry"); err != nil {
		return err
	}
	row, err := get(ctx, tx, id)
	if err != nil {
		return err
	}
	if row.State != Failed {
		return errs.New(errs.Conflict, "这项作业已不在失败清单中，请刷新页面。")
	}
	switch err := reopen(ctx, tx, id); {
	case db.IsUnique(err):
		return errs.Wrap(errs.Conflict, err, "同一作业已经在等待执行，无需重试。")
	case err != nil:
		return err
	}
	tx.Notify(wakeTopic, "")
	return audit.Write(ctx, tx, by, "job.retry", "job", id, map[string]string{"kind": row.Kind})
}

const (
	keepDone  = 30 * 24 * time.Hour
	cleanStep = 500
)

// Clean is the kind that forgets jobs which were done long ago.
var Clean = Kind{Name: "job.clean", Label: "清理已完成的后台作业", Next: Daily(3, 20), Run: func(ctx context.Context, r *Run) error {
	for {
		var n int64
		err := r.DB.WriteLow(ctx, func(tx *db.Tx) error {
			var err error
			n, err = removeDone(ctx, tx, tx.Now.Add(-keepDone), cleanStep)
			return err
		})
		if err != nil || n < cleanStep {
			return err
		}
	}
}}

// Queue is how much background work waits, for the page of the system's state.
type Queue struct {
	Due     int64         // whose time has come and that nobody runs yet
	Running int64         // being run
	Failed  int64         // given up
	Oldest  clock.Instant // since when the first of the due ones waits; 0 = none
}

// Standing gives the queue to whoever has system.status.
func Standing(ctx context.Context, tx *db.Tx, by access.Actor) (Queue, error) {
	if err := by.Require("system.status"); err != nil {
		return Queue{}, err
	}
	return queue(ctx, tx)
}
