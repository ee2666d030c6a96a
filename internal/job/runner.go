package job

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"weibao/internal/clock"
	"weibao/internal/db"
)

// Runner takes jobs of the kinds it knows and runs them.
type Runner struct {
	DB      *db.DB
	Kinds   []Kind
	Log     *slog.Logger
	Workers int           // jobs at a time; 0 means 4
	Poll    time.Duration // how often an idle worker looks without being woken; 0 means a second

	holder string
	names  []string
}

const (
	defaultWorkers = 4
	defaultPoll    = time.Second
	tidyPause      = 5 // polls between looks for lost jobs
)

// Run works until ctx ends, then waits for the jobs that have begun; their
// own context ends grace later.
func (r *Runner) Run(ctx context.Context, grace time.Duration) error {
	if err := r.prepare(ctx); err != nil {
		if ctx.Err() != nil {
			return nil // told to stop before it began
		}
		return err
	}
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	context.AfterFunc(ctx, func() { time.AfterFunc(grace, stop) })
	var busy sync.WaitGroup
	for range r.Workers {
		busy.Go(func() { r.worker(ctx, work) })
	}
	busy.Go(func() { r.tidier(ctx) })
	busy.Wait()
	return nil
}

// prepare sets defaults, gives each periodic kind its row, and frees what a
// process that was killed has left behind.
func (r *Runner) prepare(ctx context.Context) error {
	if r.Workers <= 0 {
		r.Workers = defaultWorkers
	}
	if r.Poll <= 0 {
		r.Poll = defaultPoll
	}
	if r.Log == nil {
		r.Log = slog.Default()
	}
	r.holder = rand.Text()
	for _, k := range r.Kinds {
		if slices.Contains(r.names, k.Name) || k.Run == nil {
			return errors.New("job: kind " + k.Name + " is registered twice or does nothing")
		}
		r.names = append(r.names, k.Name)
	}
	return r.DB.WriteLow(ctx, func(tx *db.Tx) error {
		if tx.Dialect == db.SQLite { // the only process there is: nobody else can hold anything
			if err := freeAll(ctx, tx); err != nil {
				return err
			}
		}
		return r.plan(ctx, tx)
	})
}

// plan gives each periodic kind its row and brings back times which lie
// further ahead than the next one: the clock was set back.
func (r *Runner) plan(ctx context.Context, tx *db.Tx) error {
	for _, k := range r.Kinds {
		if k.Next == nil {
			continue
		}
		if err := planPeriodic(ctx, tx, k.Name, clock.Of(k.Next(tx.Now.Time()))); err != nil {
			return err
		}
	}
	return nil
}

func (r *Runner) tidier(ctx context.Context) {
	every := time.NewTicker(tidyPause * r.Poll)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
		r.say(ctx, "job.tidy", r.tidy(ctx))
	}
}

// tidy frees the jobs of holders that fell silent; what kills its process
// again and again is given up.
func (r *Runner) tidy(ctx context.Context) error {
	stale, err := anyStale(ctx, r.DB.Reader(), r.periodic())
	if err != nil || !stale {
		return err
	}
	return r.DB.WriteLow(ctx, func(tx *db.Tx) error {
		if err := r.plan(ctx, tx); err != nil {
			return err
		}
		n, err := freeExpired(ctx, tx)
		if n > 0 {
			tx.Notify(wakeTopic, "")
		}
		return err
	})
}

// periodic gives the next time of each periodic kind.
func (r *Runner) periodic() map[string]clock.Instant {
	now, out := r.DB.Clock.Now(), map[string]clock.Instant{}
	for _, k := range r.Kinds {
		if k.Next != nil {
			out[k.Name] = clock.Of(k.Next(now))
		}
	}
	return out
}

func (r *Runner) worker(ctx, work context.Context) {
	woken := r.DB.Listen(ctx, wakeTopic)
	poll := time.NewTicker(r.Poll)
	defer poll.Stop()
	for ctx.Err() == nil {
		run, err := r.take(ctx)
		r.say(ctx, "job.take", err)
		if run != nil {
			r.attempt(work, run)
			continue
		}
		select {
		case <-ctx.Done():
		case <-poll.C:
		case <-woken:
		}
	}
}

// take claims the job that has been due longest.
func (r *Runner) take(ctx context.Context) (*Run, error) {
	due, err := anyDue(ctx, r.DB.Reader(), r.names)
	if err != nil || !due || len(r.names) == 0 || r.DB.Halted() != nil {
		return nil, err
	}
	var run *Run
	err = r.DB.WriteLow(ctx, func(tx *db.Tx) error {
		run = nil
		row, ok, err := claim(ctx, tx, r.names, r.holder, defaultLease)
		if err != nil || !ok {
			return err
		}
		kind := r.Kinds[slices.Index(r.names, row.Kind)]
		if row.Attempt > kind.tries() {
			return giveUp(ctx, tx, row, "后台作业多次使程序中断，已停止执行，请联系系统管理员。", "its process ended during every attempt")
		}
		if err := extend(ctx, tx, row, kind.lease()); err != nil {
			return err
		}
		run = &Run{ID: row.ID, DB: r.DB, Attempt: int(row.Attempt), row: row, kind: kind}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return run, nil
}

// attempt runs a job and keeps its lease alive; when the lease is lost the
// job's context ends.
func (r *Runner) attempt(work context.Context, run *Run) {
	ctx, cancel := context.WithCancel(work)
	defer cancel()
	go r.keep(ctx, cancel, run)
	start := clock.Mark()
	err := run.attempt(ctx)
	if err != nil {
		r.Log.Warn("job", "kind", run.kind.Name, "id", int64(run.ID), "attempt", run.Attempt, "took", clock.Since(start).String(), "error", err)
	}
}

func (r *Runner) keep(ctx context.Context, lost context.CancelFunc, run *Run) {
	renew := time.NewTicker(run.kind.lease() / 3)
	defer renew.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-renew.C:
		}
		err := r.DB.WriteLow(ctx, func(tx *db.Tx) error { return extend(ctx, tx, run.row, run.kind.lease()) })
		if errors.Is(err, errLost) && ctx.Err() == nil {
			lost()
			return
		}
		r.say(ctx, "job.keep", err)
	}
}

func (r *Runner) say(ctx context.Context, what string, err error) {
	if err != nil && ctx.Err() == nil {
		r.Log.Error(what, "error", err)
	}
}
