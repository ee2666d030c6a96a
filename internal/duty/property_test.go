package duty_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/testkit"
)

// timeline plays a random life of an office: duties and series open, clocks
// run and jump, processes sweep side by side, people act.
type timeline struct {
	*duty.Kernel
	ctx    context.Context
	d      *db.DB
	c      *clock.Manual
	open   []ref.Duty
	series map[ref.Series]life
	latest time.Time // latest instant at which a sweep ran
	ladder rule.Ladder
}

type life struct {
	recurrence   duty.Recurrence
	begins, ends civil.Date
}

func TestNothingIsSkippedOrDoneTwiceOverRandomTimelines(t *testing.T) {
	cal := testkit.Calendar(t)
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) {
		rapid.Check(t, func(rt *rapid.T) {
			wipe(t, d)
			c.Set(testkit.Noon)
			l := &timeline{Kernel: kernel(t), ctx: t.Context(), d: d, c: c, series: map[ref.Series]life{}, ladder: ladders[duty.DefaultLadder]}
			l.Ladder = l.ladderOf
			rt.Repeat(map[string]func(*rapid.T){
				"open":    l.Open,
				"begin":   l.Begin,
				"sweep":   l.Sweep,
				"advance": l.Advance,
				"setback": l.SetBack,
				"pause":   l.Pause,
				"resume":  l.Resume,
				"extend":  l.Extend,
				"return":  l.Return,
				"close":   l.Close,
				"cancel":  l.CancelSome,
				"change":  l.Change,
				"":        func(rt *rapid.T) { l.ownersStand(rt); l.placesStand(rt) },
			})
			if l.latest.After(c.Now()) { // the clock that was set back catches up
				c.Set(l.latest)
			}
			l.Sweep(rt)
			l.rungsStand(rt, cal)
			l.roundsStand(rt)
		})
	})
}

func wipe(t *testing.T, d *db.DB) {
	t.Helper()
	err := d.Write(t.Context(), func(tx *db.Tx) error {
		for _, table := range []string{"duty", "duty_event", "duty_place", "duty_step", "duty_request", "duty_series", "audit_entry"} {
			if _, err := tx.Exec(t.Context(), "DELETE FROM "+table); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (l *timeline) write(rt *rapid.T, fn func(tx *db.Tx) error) {
	if err := l.d.Write(l.ctx, fn); err != nil {
		rt.Fatal(err)
	}
}

func (l *timeline) ladderOf(id string) rule.Ladder {
	if id == duty.DefaultLadder {
		return l.ladder
	}
	return ladders[id]
}

// Change gives the default ladder other rungs.
func (l *timeline) Change(rt *rapid.T) { l.ladder = anyLadder(rt) }

func (l *timeline) today() civil.Date { return civil.DateOf(l.c.Now()) }

func (l *timeline) Open(rt *rapid.T) {
	n := sample(rapid.OneOf(
		rapid.Map(rapid.IntRange(1, 200), duty.In),
		rapid.Map(rapid.IntRange(1, 40), duty.Within),
		rapid.Map(rapid.IntRange(0, 120), func(days int) duty.Deadline { return duty.On(l.today().AddDays(days)) }),
	).Draw(rt, "deadline"))
	n.Ladder = rapid.SampledFrom([]string{"", "short"}).Draw(rt, "ladder")
	l.write(rt, func(tx *db.Tx) error {
		ids, err := l.Kernel.Open(l.ctx, tx, officer, n)
		l.open = append(l.open, ids...)
		return err
	})
}

func (l *timeline) Begin(rt *rapid.T) {
	r := rapid.SampledFrom([]duty.Recurrence{
		{Every: "week"}, {Every: "month"}, {Every: "month", Day: 25}, {Every: "month", Days: []int{10, 31}}, {Every: "2week"}, {Every: "quarter", Times: 2}, {Every: "halfyear"},
		{Every: "year", Months: []int{8, 12}}, {Every: "year", Date: "05-30"}, {Every: "2month"},
		{Every: "term", Terms: []duty.Term{{From: "03-01", To: "07-10"}, {From: "09-01", To: "01-20"}}},
	}).Draw(rt, "recurrence")
	this := life{recurrence: r, begins: l.today()}
	if rapid.Bool().Draw(rt, "ends") {
		this.ends = l.today().AddDays(rapid.IntRange(1, 200).Draw(rt, "days"))
	}
	l.write(rt, func(tx *db.Tx) error {
		id, err := l.Kernel.Begin(l.ctx, tx, officer, duty.NewSeries{New: sample(duty.Deadline{}), Recurrence: r, Begins: this.begins, Ends: this.ends})
		l.series[id] = this
		return err
	})
}

// Sweep runs two sweeps side by side, as two processes would.
func (l *timeline) Sweep(rt *rapid.T) {
	var wg sync.WaitGroup
	var errs [2]error
	for i := range errs {
		wg.Go(func() { _, errs[i] = l.Kernel.Sweep(l.ctx, l.d) })
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			rt.Fatal(err)
		}
	}
	if _, err := l.Kernel.Sweep(l.ctx, l.d); err != nil { // what one passed over while the other held it
		rt.Fatal(err)
	}
	if now := l.c.Now(); now.After(l.latest) {
		l.latest = now
	}
}

func (l *timeline) Advance(rt *rapid.T) {
	l.c.Advance(time.Duration(rapid.IntRange(1, 60*24*60).Draw(rt, "minutes")) * time.Minute)
}

func (l *timeline) SetBack(rt *rapid.T) {
	l.c.Advance(-time.Duration(rapid.IntRange(1, 3*24*60).Draw(rt, "minutes")) * time.Minute)
}

func (l *timeline) pick(rt *rapid.T, want func(duty.Duty) bool) (ref.Duty, bool) {
	var fit []ref.Duty
	for _, id := range l.open {
		d, err := l.Get(l.ctx, l.d.Reader(), officer, id)
		if err != nil {
			rt.Fatal(err)
		}
		if d.State == duty.Open && d.Unit == bureau && want(d) {
			fit = append(fit, id)
		}
	}
	if len(fit) == 0 {
		return 0, false
	}
	return rapid.SampledFrom(fit).Draw(rt, "duty"), true
}

func (l *timeline) act(rt *rapid.T, want func(duty.Duty) bool, fn func(tx *db.Tx, id ref.Duty) error) {
	if id, ok := l.pick(rt, want); ok {
		l.write(rt, func(tx *db.Tx) error { return fn(tx, id) })
	}
}

func running(d duty.Duty) bool { return d.Paused == 0 }

func (l *timeline) Pause(rt *rapid.T) {
	l.act(rt, running, func(tx *db.Tx, id ref.Duty) error { return l.Kernel.Pause(l.ctx, tx, officer, id, "等待") })
}

func (l *timeline) Resume(rt *rapid.T) {
	l.act(rt, func(d duty.Duty) bool { return d.Paused != 0 && d.Paused <= clock.Of(l.c.Now()) }, func(tx *db.Tx, id ref.Duty) error {
		return l.Kernel.Resume(l.ctx, tx, officer, id)
	})
}

func (l *timeline) Extend(rt *rapid.T) {
	grant := rapid.Bool().Draw(rt, "grant")
	l.act(rt, running, func(tx *db.Tx, id ref.Duty) error {
		d, err := l.Get(l.ctx, tx, officer, id)
		if err != nil {
			return err
		}
		from := civil.DateOf(max(d.Due, tx.Now).Time())
		asked, err := l.Kernel.Extend(l.ctx, tx, liaison, id, from.AddDays(30), "困难")
		if err != nil {
			return err
		}
		return l.Decide(l.ctx, tx, officer, asked, duty.Ruling{Grant: grant, Words: "已研究"})
	})
}

func (l *timeline) Return(rt *rapid.T) {
	grant := rapid.Bool().Draw(rt, "grant")
	l.act(rt, func(d duty.Duty) bool { return running(d) && !l.returned(rt, d) }, func(tx *db.Tx, id ref.Duty) error {
		asked, err := l.Kernel.Return(l.ctx, tx, liaison, id, "不属职责")
		if err != nil {
			return err
		}
		return l.Decide(l.ctx, tx, officer, asked, duty.Ruling{Grant: grant, Words: "已研究", Unit: station, UnitName: "站"})
	})
}

func (l *timeline) returned(rt *rapid.T, d duty.Duty) bool {
	s, err := l.Story(l.ctx, l.d.Reader(), officer, d.ID)
	if err != nil {
		rt.Fatal(err)
	}
	return slices.ContainsFunc(s.Requests, func(r duty.Request) bool { return r.Kind == "return" })
}

func (l *timeline) Close(rt *rapid.T) {
	l.act(rt, running, func(tx *db.Tx, id ref.Duty) error { return l.Kernel.Close(l.ctx, tx, liaison, id, "plan_reply", 1) })
}

// ownersStand: no duty is ever without an owner, and what is closed has its fact and no clock.
func (l *timeline) ownersStand(rt *rapid.T) {
	bad, err := db.Get[int](l.ctx, l.d.Reader(), `SELECT count(*) FROM duty WHERE unit <= 0 OR region = '' OR due = 0
		OR (state = 'open') <> (closed = 0) OR (state <> 'open' AND (fact = '' OR paused <> 0))`)
	if err != nil || bad > 0 {
		rt.Fatalf("%d duties break the promise (%v)", bad, err)
	}
}

// placesStand: each open, running duty stands once on its ladder, by the rungs
// behind it and its due, and no other duty does.
func (l *timeline) placesStand(rt *rapid.T) {
	bad, err := db.Get[int](l.ctx, l.d.Reader(), `SELECT count(*) FROM duty d LEFT JOIN duty_place p ON p.duty = d.id
		WHERE (d.state = 'open' AND d.paused = 0) <> (p.duty IS NOT NULL) OR p.due <> d.due OR p.ladder <> d.ladder
			OR p.level <> coalesce((SELECT max(s.step) FROM duty_step s WHERE s.duty = d.id AND s.arming = d.arming), d.passed)`)
	if err != nil || bad > 0 {
		rt.Fatalf("%d duties stand where they should not (%v)", bad, err)
	}
	astray, err := db.Get[int](l.ctx, l.d.Reader(), "SELECT count(*) FROM duty_step s LEFT JOIN duty d ON d.id = s.duty AND d.due = s.due WHERE d.id IS NULL")
	if err != nil || astray > 0 {
		rt.Fatalf("%d steps do not stand under the due of their duty (%v)", astray, err)
	}
	places, err := db.Get[int](l.ctx, l.d.Reader(), "SELECT count(*) - count(DISTINCT duty) FROM duty_place")
	if err != nil || places != 0 {
		rt.Fatalf("%d places too many (%v)", places, err)
	}
}

// rungsStand: every rung whose time has come was climbed, in order, without a gap and once.
func (l *timeline) rungsStand(rt *rapid.T, cal *civil.Calendar) {
	now := clock.Of(l.c.Now())
	all, err := db.All[duty.Duty](l.ctx, l.d.Reader(), "SELECT "+db.ColumnsOf[duty.Duty]("d")+" FROM duty d")
	if err != nil {
		rt.Fatal(err)
	}
	for _, d := range all {
		s, err := l.Story(l.ctx, l.d.Reader(), access.Actor{User: 1, Post: access.Post{Region: county, Role: access.Officer}}, d.ID)
		if err != nil {
			rt.Fatal(err)
		}
		level := levelOf(s)
		if ladder := l.ladderOf(d.Ladder); d.State == duty.Open && d.Paused == 0 && level < len(ladder.Steps) && comes(cal, ladder, level, d.Due) <= now {
			rt.Errorf("duty %d: rung %d was skipped", d.ID, level+1)
		}
		last := map[int]int{}
		for _, step := range s.Steps {
			if before, ok := last[step.Arming]; ok && step.Step != before+1 {
				rt.Errorf("duty %d: rung %d follows rung %d", d.ID, step.Step, before)
			}
			if step.Planned > step.At {
				rt.Errorf("duty %d: rung %d climbed before its time", d.ID, step.Step)
			}
			last[step.Arming] = step.Step
		}
	}
}

// roundsStand: each series has opened exactly the rounds whose period has begun.
func (l *timeline) roundsStand(rt *rapid.T) {
	for id, s := range l.series {
		got, err := db.All[int64](l.ctx, l.d.Reader(), "SELECT round FROM duty WHERE series = ? ORDER BY round", id)
		if err != nil {
			rt.Fatal(err)
		}
		var want []int64
		for r := s.recurrence.Next(s.begins); s.ends.IsZero() || !r.Due.After(s.ends); r = s.recurrence.Next(r.Due.AddDays(1)) {
			if r.From.Start().Add(8 * time.Hour).After(l.latest) {
				break
			}
			want = append(want, r.Number())
		}
		if !slices.Equal(got, want) {
			rt.Errorf("series %s: rounds %v, want %v", s.recurrence.JSON(), got, want)
		}
	}
}

func TestEveryRoundFollowsTheOneBefore(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		r := duty.Recurrence{Every: rapid.SampledFrom([]string{"week", "2week", "month", "2month", "quarter", "halfyear", "year", "2year"}).Draw(rt, "every"), Day: rapid.IntRange(0, 31).Draw(rt, "day")}
		if r.Every == "month" {
			r.Days = rapid.SliceOfN(rapid.IntRange(1, 31), 0, 3).Draw(rt, "days")
		}
		day := civil.MustParse("2025-01-01").AddDays(rapid.IntRange(0, 2000).Draw(rt, "day of start"))
		round := r.Next(day)
		for range 30 {
			if round.Due.Before(day) || round.Due.Before(round.From) {
				rt.Fatalf("round %v for %s", round, day)
			}
			day = round.Due.AddDays(1)
			next := r.Next(day)
			if !next.Due.After(round.Due) || next.From.Before(round.From) {
				rt.Fatalf("%v follows %v", next, round)
			}
			round = next
		}
	})
}
