package job_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/job"
	"weibao/internal/ref"
	"weibao/internal/testkit"
)

var admin = access.Actor{User: 7, Name: "管理员", Post: access.Post{Role: access.SystemAdmin}}

// run starts a runner and gives the function that stops it and waits.
func run(t *testing.T, d *db.DB, kinds ...job.Kind) (stop func()) {
	t.Helper()
	return start(t, &job.Runner{DB: d, Kinds: kinds})
}

func start(t *testing.T, r *job.Runner) (stop func()) {
	t.Helper()
	r.Log, r.Poll = slog.New(slog.NewTextHandler(t.Output(), nil)), cmp.Or(r.Poll, 20*time.Millisecond)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx, time.Second) }()
	once := sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("runner: %v", err)
		}
	})
	t.Cleanup(once)
	return once
}

func add(t *testing.T, d *db.DB, w job.Want) ref.Job {
	t.Helper()
	var id ref.Job
	err := d.Write(t.Context(), func(tx *db.Tx) (err error) {
		id, err = job.Add(t.Context(), tx, admin, w)
		return err
	})
	if err != nil {
		t.Fatalf("add: %v", err)
	}
	return id
}

func get(t *testing.T, d *db.DB, id ref.Job) job.Row {
	t.Helper()
	row, err := job.Get(t.Context(), d.Reader(), admin, id)
	if err != nil {
		t.Fatalf("get: %v", err)
	}
	return row
}

// wait stands still until told to go on, or until the runner gives up.
func wait(ctx context.Context, goOn <-chan bool) error {
	select {
	case <-goOn:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for range 500 {
		if ok() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("never: %s", what)
}

func TestJobRunsOnceAfterItsFactAndNotWithoutIt(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		seen := make(chan string, 10)
		run(t, d, job.Kind{Name: "job.echo", Run: func(_ context.Context, r *job.Run) error {
			var in map[string]string
			err := r.Payload(&in)
			seen <- in["text"]
			return err
		}})
		lost := errors.New("the fact fails")
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			if _, err := job.Add(t.Context(), tx, admin, job.Want{Kind: "job.echo", Payload: map[string]string{"text": "never"}}); err != nil {
				return err
			}
			return lost
		})
		if !errors.Is(err, lost) {
			t.Fatal(err)
		}
		id := add(t, d, job.Want{Kind: "job.echo", Payload: map[string]string{"text": "once"}})
		eventually(t, "done", func() bool { return get(t, d, id).State == job.Done })
		time.Sleep(100 * time.Millisecond)
		if len(seen) != 1 || <-seen != "once" {
			t.Errorf("ran %d more times, or another job", len(seen))
		}
	})
}

func TestJobWaitsForItsTime(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) {
		run(t, d, job.Kind{Name: "job.later", Run: func(context.Context, *job.Run) error { return nil }})
		id := add(t, d, job.Want{Kind: "job.later", At: clock.Of(testkit.Noon.Add(time.Hour))})
		time.Sleep(100 * time.Millisecond)
		if got := get(t, d, id).State; got != job.Waiting {
			t.Fatalf("before its time: %s", got)
		}
		c.Advance(time.Hour)
		eventually(t, "done", func() bool { return get(t, d, id).State == job.Done })
	})
}

func TestFailureIsTriedAgainLaterThenStaysVisibleAndCanBeRetried(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) {
		var mu sync.Mutex
		broken := true
		run(t, d, job.Kind{Name: "job.weak", Tries: 3, Run: func(context.Context, *job.Run) error {
			mu.Lock()
			defer mu.Unlock()
			if broken {
				return errors.New("no route")
			}
			return nil
		}})
		id := add(t, d, job.Want{Kind: "job.weak"})
		for attempt := int64(1); attempt < 3; attempt++ {
			eventually(t, "postponed", func() bool { r := get(t, d, id); return r.Attempt == attempt && r.State == job.Waiting })
			if wait := get(t, d, id).NextAt.Sub(clock.Of(c.Now())); wait < 10*time.Second {
				t.Errorf("attempt %d is repeated after %v already", attempt, wait)
			}
			c.Advance(time.Hour)
		}
		eventually(t, "given up", func() bool { return get(t, d, id).State == job.Failed })
		if r := get(t, d, id); r.Failure != "no route" || r.Note == "" {
			t.Errorf("failure %q, for the person %q", r.Failure, r.Note)
		}
		mu.Lock()
		broken = false
		mu.Unlock()
		retry := func(by access.Actor) error {
			return d.Write(t.Context(), func(tx *db.Tx) error { return job.Retry(t.Context(), tx, by, id) })
		}
		if err := retry(access.Actor{User: 9, Post: access.Post{Role: access.Officer}}); !errs.Is(err, errs.Forbidden) {
			t.Errorf("retry without the right: %v", err)
		}
		if err := retry(admin); err != nil {
			t.Fatal(err)
		}
		eventually(t, "done", func() bool { return get(t, d, id).State == job.Done })
		if err := retry(admin); !errs.Is(err, errs.Conflict) {
			t.Errorf("retry of what is done: %v", err)
		}
	})
}

func TestHopelessInputAndPanicDoNotRunForEver(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		run(t, d,
			job.Kind{Name: "job.bad", Run: func(context.Context, *job.Run) error { return errs.New(errs.Invalid, "文件不是表格。") }},
			job.Kind{Name: "job.panic", Tries: 1, Run: func(context.Context, *job.Run) error { panic("bug") }})
		bad, bug := add(t, d, job.Want{Kind: "job.bad"}), add(t, d, job.Want{Kind: "job.panic"})
		eventually(t, "both given up", func() bool { return get(t, d, bad).State == job.Failed && get(t, d, bug).State == job.Failed })
		if got := get(t, d, bad).Note; got != "文件不是表格。" {
			t.Errorf("the person reads %q", got)
		}
	})
}

func TestKeyJoinsWhatIsOpenAndRepeatsWhatRuns(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		begun, goOn := make(chan int, 10), make(chan bool, 10)
		run(t, d, job.Kind{Name: "job.keyed", Run: func(ctx context.Context, r *job.Run) error {
			begun <- r.Attempt
			return wait(ctx, goOn)
		}})
		first := add(t, d, job.Want{Kind: "job.keyed", Key: "a"})
		<-begun
		for range 3 {
			if again := add(t, d, job.Want{Kind: "job.keyed", Key: "a"}); again != first {
				t.Errorf("a second row %d beside %d", again, first)
			}
		}
		goOn <- true
		<-begun
		goOn <- true
		eventually(t, "done", func() bool { return get(t, d, first).State == job.Done })
		if len(begun) > 0 {
			t.Error("ran a third time")
		}
		if next := add(t, d, job.Want{Kind: "job.keyed", Key: "a"}); next == first {
			t.Error("a job that is done was used again")
		}
		goOn <- true
	})
}

func TestPeriodicKindFiresOncePerTimeAndSurvivesClockJumps(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) {
		fired := make(chan time.Time, 100)
		run(t, d, job.Kind{Name: "job.hourly", Next: job.Every(time.Hour), Run: func(_ context.Context, r *job.Run) error {
			fired <- r.DB.Clock.Now()
			return nil
		}})
		expect := func(what string, n int) {
			t.Helper()
			eventually(t, what, func() bool { return len(fired) >= n })
			time.Sleep(80 * time.Millisecond)
			if len(fired) != n {
				t.Fatalf("%s: fired %d times, not %d", what, len(fired), n)
			}
			for range n {
				<-fired
			}
		}
		expect("before its time", 0)
		c.Advance(time.Hour)
		expect("after an hour", 1)
		c.Advance(72 * time.Hour)
		expect("after three days of standstill", 1)
		c.Advance(-1000 * time.Hour) // somebody set the clock back
		time.Sleep(300 * time.Millisecond)
		c.Advance(time.Hour)
		expect("an hour after the clock was set back", 1)
	})
}

func TestProgressAndListAreShownToThoseWhoMay(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		goOn := make(chan bool)
		stop := run(t, d, job.Kind{Name: "job.long", Run: func(ctx context.Context, r *job.Run) error {
			if err := r.Progress(ctx, 40, "已处理 40 户"); err != nil {
				return err
			}
			if err := wait(ctx, goOn); err != nil {
				return err
			}
			return r.DB.Write(ctx, func(tx *db.Tx) error { return r.Done(ctx, tx, "共 100 户") })
		}})
		id := add(t, d, job.Want{Kind: "job.long"})
		eventually(t, "progress", func() bool { return get(t, d, id).Percent == 40 })
		goOn <- true
		eventually(t, "done", func() bool {
			r := get(t, d, id)
			return r.State == job.Done && r.Note == "共 100 户" && r.Percent == 100
		})
		stop()
		stranger := access.Actor{User: 8, Name: "他人", Post: access.Post{Role: access.Officer}}
		if _, err := job.Get(t.Context(), d.Reader(), stranger, id); !errs.Is(err, errs.NotFound) {
			t.Errorf("a stranger sees the job: %v", err)
		}
		if _, err := job.List(t.Context(), d.Reader(), stranger, job.Filter{}); !errs.Is(err, errs.Forbidden) {
			t.Errorf("a stranger lists jobs: %v", err)
		}
		rows, err := job.List(t.Context(), d.Reader(), admin, job.Filter{State: job.Done})
		if err != nil || len(rows) != 1 {
			t.Errorf("%d rows, %v", len(rows), err)
		}
	})
}

// ledger is a table-free effect outside the database: what was sent, by key.
type ledger struct {
	sync.Mutex
	sent map[string]int
}

func (l *ledger) send(key string) {
	l.Lock()
	defer l.Unlock()
	l.sent[key]++
}

func TestManyRunnersOnOnePostgresRunEachJobOnce(t *testing.T) {
	c := clock.At(testkit.Noon)
	dsn := testkit.DSN(t, db.Postgres)
	out := &ledger{sent: map[string]int{}}
	kind := job.Kind{Name: "job.send", Run: func(_ context.Context, r *job.Run) error {
		out.send(ref.Format(r.ID))
		return nil
	}}
	hourly := job.Kind{Name: "job.hourly", Next: job.Every(time.Hour), Run: func(_ context.Context, r *job.Run) error {
		out.send("hour " + r.DB.Clock.Now().Format(time.RFC3339))
		return nil
	}}
	var first *db.DB
	for range 3 {
		d, err := db.Open(t.Context(), dsn, c)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { d.Close() })
		run(t, d, kind, hourly)
		first = d
	}
	const n = 200
	for range n {
		add(t, first, job.Want{Kind: "job.send"})
	}
	for range 5 {
		c.Advance(time.Hour)
		eventually(t, "the hour", func() bool {
			out.Lock()
			defer out.Unlock()
			return out.sent["hour "+c.Now().Format(time.RFC3339)] > 0
		})
	}
	eventually(t, "all done", func() bool {
		rows, err := job.List(t.Context(), first.Reader(), admin, job.Filter{State: job.Done, Limit: 500})
		return err == nil && len(rows) == n
	})
	out.Lock()
	defer out.Unlock()
	if len(out.sent) != n+5 {
		t.Errorf("%d different effects, want %d", len(out.sent), n+5)
	}
	for key, times := range out.sent {
		if times != 1 {
			t.Errorf("%s happened %d times", key, times)
		}
	}
}

// A process that dies between its effect outside and the mark leaves the job
// to another after its lease; the job's id lets the receiver drop the second
// message, and the effect inside the database happens once.
func TestProcessKilledBetweenSendAndMark(t *testing.T) {
	c := clock.At(testkit.Noon)
	dsn := testkit.DSN(t, db.Postgres)
	open := func() *db.DB {
		d, err := db.Open(t.Context(), dsn, c)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	watch, victim, heir := open(), open(), open()
	defer watch.Close()
	defer heir.Close()
	out := &ledger{sent: map[string]int{}}
	sent, dead := make(chan bool, 1), make(chan bool)
	run(t, victim, job.Kind{Name: "job.send", Lease: 400 * time.Millisecond, Run: func(ctx context.Context, r *job.Run) error {
		out.send(ref.Format(r.ID))
		sent <- true
		return wait(ctx, dead)
	}})
	id := add(t, watch, job.Want{Kind: "job.send"})
	<-sent
	victim.Close() // as the kernel does with the connections of a killed process
	run(t, heir, job.Kind{Name: "job.send", Run: func(ctx context.Context, r *job.Run) error {
		out.send(ref.Format(r.ID))
		return nil
	}})
	eventually(t, "the heir has done it", func() bool { return get(t, watch, id).State == job.Done })
	close(dead)
	out.Lock()
	defer out.Unlock()
	if len(out.sent) != 1 || out.sent[ref.Format(id)] != 2 {
		t.Errorf("receiver saw %v: want one key twice", out.sent)
	}
}

// A holder that slept through its lease must not write what its heir has written.
func TestSleeperCannotMarkAfterItsHeir(t *testing.T) {
	c := clock.At(testkit.Noon)
	dsn := testkit.DSN(t, db.Postgres)
	var handles []*db.DB
	for range 2 {
		d, err := db.Open(t.Context(), dsn, c)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { d.Close() })
		handles = append(handles, d)
	}
	asleep, wake, late := make(chan bool, 1), make(chan bool), make(chan error, 2)
	effect := func(ctx context.Context, r *job.Run, text string) error {
		return r.DB.Write(ctx, func(tx *db.Tx) error {
			if err := r.Hold(ctx, tx); err != nil {
				return err
			}
			if _, err := job.Add(ctx, tx, admin, job.Want{Kind: "job.effect", Payload: text}); err != nil {
				return err
			}
			return r.Done(ctx, tx, text)
		})
	}
	goOn := sync.OnceFunc(func() { close(wake) })
	defer goOn()
	sleeper := job.Kind{Name: "job.twice", Lease: time.Hour, Run: func(_ context.Context, r *job.Run) error {
		asleep <- true
		<-wake // whatever its context says
		err := effect(context.Background(), r, "sleeper")
		late <- err
		return err
	}}
	start(t, &job.Runner{DB: handles[0], Kinds: []job.Kind{sleeper}, Workers: 1})
	id := add(t, handles[1], job.Want{Kind: "job.twice"})
	<-asleep
	expire(t, handles[1], id)
	run(t, handles[1], job.Kind{Name: "job.twice", Run: func(ctx context.Context, r *job.Run) error {
		return effect(ctx, r, "heir")
	}})
	eventually(t, "the heir has done it", func() bool { return get(t, handles[1], id).State == job.Done })
	goOn()
	if err := <-late; !errs.Is(err, errs.Conflict) {
		t.Errorf("the sleeper wrote after its heir: %v", err)
	}
	effects, err := job.List(t.Context(), handles[1].Reader(), admin, job.Filter{Kind: "job.effect"})
	if err != nil || len(effects) != 1 || effects[0].Payload != `"heir"` {
		t.Errorf("effects %v, %v", effects, err)
	}
}

// A holder whose lease ran out while nothing could renew it keeps its job as
// soon as its next batch has begun, and for another lease after that.
func TestABatchKeepsTheJobWhoseRenewalWasStarved(t *testing.T) {
	dsn := testkit.DSN(t, db.Postgres)
	var handles []*db.DB
	for range 2 {
		d, err := db.Open(t.Context(), dsn, clock.At(testkit.Noon))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { d.Close() })
		handles = append(handles, d)
	}
	begun, batch, held, commit, end := make(chan bool, 1), make(chan bool), make(chan bool, 1), make(chan bool), make(chan bool)
	long := job.Kind{Name: "job.long", Lease: time.Hour, Run: func(ctx context.Context, r *job.Run) error {
		begun <- true
		if err := wait(ctx, batch); err != nil {
			return err
		}
		err := r.DB.Write(ctx, func(tx *db.Tx) error {
			if err := r.Hold(ctx, tx); err != nil {
				return err
			}
			held <- true
			return wait(ctx, commit)
		})
		if err != nil {
			return err
		}
		return wait(ctx, end)
	}}
	id := add(t, handles[1], job.Want{Kind: "job.long"})
	start(t, &job.Runner{DB: handles[0], Kinds: []job.Kind{long}, Workers: 1, Poll: time.Hour}) // it tidies nothing by itself
	<-begun
	err := handles[1].Write(t.Context(), func(tx *db.Tx) error {
		return tx.One(t.Context(), "UPDATE job SET until = 1 WHERE id = ?", id)
	})
	if err != nil {
		t.Fatal(err)
	}
	batch <- true
	<-held
	taken := make(chan bool, 1)
	run(t, handles[1], job.Kind{Name: "job.long", Run: func(context.Context, *job.Run) error { taken <- true; return nil }})
	const looks = 500 * time.Millisecond // five rounds of the other process's tidying
	time.Sleep(looks)
	commit <- true
	time.Sleep(looks)
	select {
	case <-taken:
		t.Error("another process took a job whose holder was writing")
	default:
	}
	end <- true
	eventually(t, "its holder has ended it", func() bool { return get(t, handles[1], id).State == job.Done })
	if row := get(t, handles[1], id); row.Attempt != 1 {
		t.Errorf("begun %d times", row.Attempt)
	}
}

// expire ends a lease as time would.
func expire(t *testing.T, d *db.DB, id ref.Job) {
	t.Helper()
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		return tx.One(t.Context(), "UPDATE job SET until = 1, holder = 'gone' WHERE id = ?", id)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestStopLetsBegunWorkEnd(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		begun := make(chan bool, 1)
		stop := run(t, d, job.Kind{Name: "job.slow", Run: func(context.Context, *job.Run) error {
			begun <- true
			time.Sleep(150 * time.Millisecond)
			return nil
		}})
		id := add(t, d, job.Want{Kind: "job.slow"})
		<-begun
		stop()
		if got := get(t, d, id).State; got != job.Done {
			t.Errorf("stopped in the middle: %s", got)
		}
	})
}

func TestDailyTimesAreThoseOfBeijing(t *testing.T) {
	next := job.Daily(7, 30)
	for after, want := range map[string]string{
		"2026-03-01T23:29:00Z": "2026-03-01T23:30:00Z",
		"2026-03-01T23:30:00Z": "2026-03-02T23:30:00Z",
		"2026-03-02T12:00:00Z": "2026-03-02T23:30:00Z",
	} {
		at, err := time.Parse(time.RFC3339, after)
		if err != nil {
			t.Fatal(err)
		}
		if got := next(at).Format(time.RFC3339); got != want {
			t.Errorf("after %s: %s, want %s", after, got, want)
		}
	}
	if got := fmt.Sprint(job.Every(time.Hour)(testkit.Noon.Add(time.Minute))); got != fmt.Sprint(testkit.Noon.Add(time.Hour)) {
		t.Error(got)
	}
}
