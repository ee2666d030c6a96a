package bench_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/testkit"
)

const (
	evaluateBound = 3 * time.Second
	holdBound     = 50 * time.Millisecond
)

func measureSweep(t *testing.T, out *table) {
	c := clock.At(testkit.Noon)
	eachDatabase(t, c, func(t *testing.T, d *db.DB) {
		for i, n := range sizes() {
			if i > 0 {
				empty(t, d)
			}
			x := &sweep{t: t, d: d, k: newKernel(t), out: out, size: n}
			fill(t, d, x.k, n)
			x.changed()
			x.nothingDue()
			x.due(n/1000, 50*time.Millisecond)
			x.due(n/50, 500*time.Millisecond)
		}
	})
}

type sweep struct {
	t    *testing.T
	d    *db.DB
	k    *duty.Kernel
	out  *table
	size int
	done int // duties that were made due so far
}

func (x *sweep) must(err error) {
	x.t.Helper()
	if err != nil {
		x.t.Fatal(err)
	}
}

// changed measures the first sweep after every rung of the ladder has moved to
// the front by a working day, and after it has moved back again: all open
// duties are judged by the ladder as it is now.
func (x *sweep) changed() {
	sooner, shifted := *x.k, ladder
	shifted.Steps = slices.Clone(ladder.Steps)
	for i := range shifted.Steps {
		shifted.Steps[i].Offset.N--
	}
	sooner.Ladder = constant(shifted)
	for i, k := range []*duty.Kernel{&sooner, x.k} {
		start := time.Now()
		s, err := k.Sweep(x.t.Context(), x.d)
		x.must(err)
		x.out.under("sweep", fmt.Sprintf("ladder changed %s, %d climb", []string{"to sooner", "back again"}[i], s.Steps), x.d.Dialect, x.size, time.Since(start), evaluateBound)
	}
}

func (x *sweep) nothingDue() {
	got := median(21, func() {
		_, err := x.k.Sweep(x.t.Context(), x.d)
		x.must(err)
	})
	x.out.under("sweep", "nothing due", x.d.Dialect, x.size, got, 0)
}

// due measures sweeps of n due duties, with nobody else and with small writes beside them.
func (x *sweep) due(n int, bound time.Duration) {
	var times, used []time.Duration
	for range 5 {
		x.makeDue(n)
		start, before := time.Now(), processorTime()
		s, err := x.k.Sweep(x.t.Context(), x.d)
		x.must(err)
		times, used = append(times, time.Since(start)), append(used, processorTime()-before)
		if s.Steps != n {
			x.t.Errorf("%d steps, want %d", s.Steps, n)
		}
	}
	slices.Sort(times)
	slices.Sort(used)
	median := times[len(times)/2]
	x.out.add(row{part: "sweep", what: fmt.Sprintf("%d due", n), where: string(x.d.Dialect), size: x.size, bound: "≤ " + ms(bound), ok: median <= bound,
		got: fmt.Sprintf("%s (processor %s)", ms(median), ms(used[len(used)/2]))})
	x.makeDue(n)
	waits := x.beside(func() {
		_, err := x.k.Sweep(x.t.Context(), x.d)
		x.must(err)
	})
	x.out.under("sweep", fmt.Sprintf("%d due, small writes beside wait p99 (of %d)", n, len(waits)), x.d.Dialect, x.size, quantile(waits, 0.99), 0)
	x.out.under("sweep", fmt.Sprintf("%d due, small writes beside wait at most", n), x.d.Dialect, x.size, quantile(waits, 1), holdBound)
}

// makeDue lets the next rung of n duties come now: a few dues, as months end on few days.
func (x *sweep) makeDue(n int) {
	cal, err := x.k.Calendar(x.t.Context(), nil)
	x.must(err)
	today := civil.DateOf(x.d.Clock.Now())
	var begins []clock.Instant
	for _, s := range ladder.Steps {
		day, _ := cal.AddWorkdays(today, -s.Offset.N)
		begins = append(begins, clock.Of(day.End()))
	}
	ctx := x.t.Context()
	x.must(x.d.Write(ctx, func(tx *db.Tx) error {
		ids, err := db.All[int64](ctx, tx, fmt.Sprintf("SELECT id FROM duty WHERE state = 'open' AND kind = 'plan.task' AND subject_id %% %d = ? ORDER BY id LIMIT ?", x.size/n), x.done, n)
		if err != nil {
			return err
		}
		x.done++
		if len(ids) != n {
			return fmt.Errorf("%d duties to make due, want %d", len(ids), n)
		}
		for i, id := range ids {
			level := levelOf(i)
			for _, q := range []string{
				"DELETE FROM duty_place WHERE ladder = 'default' AND level IN (0, 1, 2, 3, 4) AND due = (SELECT due FROM duty WHERE id = ?) AND duty = ?",
				"UPDATE duty SET due = ?, passed = ?, arming = arming + 1 WHERE id = ?",
				"INSERT INTO duty_place (ladder, level, due, duty) SELECT ladder, passed, due, id FROM duty WHERE id = ?",
			} {
				args := []any{id, id}
				if strings.HasPrefix(q, "UPDATE") {
					args = []any{begins[level], level, id}
				}
				if _, err := tx.Exec(ctx, q, args[:strings.Count(q, "?")]...); err != nil {
					return err
				}
			}
		}
		return nil
	}))
	x.must(x.d.Checkpoint(ctx)) // what was made due is in the file, as if it had been there for days
	x.small(0)                  // the first commit after so long a log cuts it: 50–80 ms which no sweep causes
}

func levelOf(i int) int {
	switch i %= 100; {
	case i < 45:
		return 0
	case i < 90:
		return 1
	case i < 98:
		return 2
	}
	return 3
}

// small writes one duty.
func (x *sweep) small(i int) {
	err := x.d.Write(x.t.Context(), func(tx *db.Tx) error {
		_, err := x.k.Open(x.t.Context(), tx, officer, duty.New{Kind: "bench", Subject: "bench", SubjectID: int64(i), Title: "小写入",
			Unit: most, Region: county, Deadline: duty.Within(60)})
		return err
	})
	if err != nil {
		x.t.Error(err)
	}
}

// beside measures how long small writes wait while fn runs.
func (x *sweep) beside(fn func()) []time.Duration {
	ctx, stop := context.WithCancel(x.t.Context())
	var mu sync.Mutex
	var waits []time.Duration
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for ctx.Err() == nil {
				start := time.Now()
				x.small(i)
				mu.Lock()
				waits = append(waits, time.Since(start))
				mu.Unlock()
				time.Sleep(2 * time.Millisecond)
			}
		})
	}
	fn()
	stop()
	wg.Wait()
	slices.Sort(waits)
	return waits
}
