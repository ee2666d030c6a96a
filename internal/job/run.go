package job

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
)

// Run is one attempt at a job, handed to the kind's function.
type Run struct {
	ID      ref.Job
	DB      *db.DB
	Attempt int

	row    Row
	kind   Kind
	marked bool
	shown  time.Time // start of the last progress write
}

// errLost tells a holder that another process has the job now.
var errLost = errs.New(errs.Conflict, "作业已由另一进程接手。")

// Payload reads the JSON with which the job was added.
func (r *Run) Payload(into any) error {
	if err := json.Unmarshal([]byte(r.row.Payload), into); err != nil {
		return errs.Wrap(errs.Invalid, err, "作业参数无法识别。")
	}
	return nil
}

// Hold makes tx fail unless this process still holds the job, and keeps it
// until tx ends and for a lease from now. Work in several transactions calls
// it in each: so it lives on where the runner's own renewal is starved.
func (r *Run) Hold(ctx context.Context, tx *db.Tx) error {
	return extend(ctx, tx, r.row, r.kind.lease())
}

// Done marks the job as done in the transaction of its last effect, so that
// both happen once or not at all; it fails if the job was lost to another
// process. A kind that does not call it is marked after Run returns nil.
func (r *Run) Done(ctx context.Context, tx *db.Tx, note string) error {
	if err := finish(ctx, tx, r.row, r.next(tx.Now), note); err != nil {
		return err
	}
	r.marked = true
	tx.Notify(Topic, ref.Format(r.ID))
	return nil
}

// next gives the row's next time: 0 ends it.
func (r *Run) next(now clock.Instant) clock.Instant {
	if r.kind.Next == nil {
		return 0
	}
	return clock.Of(r.kind.Next(now.Time()))
}

// progressPause keeps progress from costing more than the work.
const progressPause = 300 * time.Millisecond

// Progress notes how far the work is (0 to 100) and what is being done, for
// the page that waits. Calls in quick succession are left out.
func (r *Run) Progress(ctx context.Context, percent int, note string) error {
	if !r.shown.IsZero() && clock.Since(r.shown) < progressPause && percent < 100 {
		return nil
	}
	r.shown = clock.Mark()
	return r.DB.WriteLow(ctx, func(tx *db.Tx) error {
		tx.Notify(Topic, ref.Format(r.ID))
		return progress(ctx, tx, r.row, r.kind.lease(), min(max(percent, 0), 100), note)
	})
}

// attempt runs the kind's function once and notes how it ended.
func (r *Run) attempt(ctx context.Context) error {
	err := r.guarded(ctx)
	if err == nil && r.marked {
		return nil
	}
	// What happened must be noted even if the process is being stopped.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	noteErr := r.DB.WriteLow(ctx, func(tx *db.Tx) error {
		tx.Notify(Topic, ref.Format(r.ID))
		if err == nil {
			return finish(ctx, tx, r.row, r.next(tx.Now), r.row.Note)
		}
		return r.failed(ctx, tx, err)
	})
	return errors.Join(err, noteErr)
}

func (r *Run) guarded(ctx context.Context) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return r.kind.Run(ctx, r)
}

func (r *Run) failed(ctx context.Context, tx *db.Tx, cause error) error {
	switch {
	case errors.Is(cause, errLost):
		return nil
	case errors.Is(cause, context.Canceled):
		return release(ctx, tx, r.row) // stopped in the middle: begins anew elsewhere
	case r.kind.Next != nil:
		return postpone(ctx, tx, r.row, min(r.next(tx.Now), tx.Now.Add(backOff(r.row.Attempt))), cut(cause))
	case hopeless(cause) || r.row.Attempt >= r.kind.tries():
		return giveUp(ctx, tx, r.row, personText(cause), cut(cause))
	}
	return postpone(ctx, tx, r.row, tx.Now.Add(backOff(r.row.Attempt)), cut(cause))
}

// hopeless errors come back however often the job is tried.
func hopeless(err error) bool {
	switch errs.KindOf(err) {
	case errs.Invalid, errs.NotFound, errs.Forbidden, errs.TooLarge:
		return true
	}
	return false
}

// backOff grows threefold from ten seconds to an hour.
func backOff(attempt int64) time.Duration {
	d := 10 * time.Second
	for range min(attempt-1, 6) {
		d *= 3
	}
	return min(d, time.Hour)
}

func personText(err error) string {
	if e, ok := errors.AsType[*errs.Error](err); ok {
		return e.Message
	}
	return "后台作业多次执行失败，请联系系统管理员查看原因。"
}

const maxFailure = 500

func cut(err error) string {
	text := []rune(err.Error())
	if len(text) > maxFailure {
		text = text[:maxFailure]
	}
	return string(text)
}
