package numbers_test

import (
	"context"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/intake"
	"weibao/internal/intake/numbers"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/tally"
	"weibao/internal/testkit"
	"weibao/internal/vault"
)

func actor(user ref.User, role access.Role) access.Actor {
	return access.Actor{User: user, Name: "某人", Post: access.Post{ID: 1, Unit: 100, Region: "990101000000", Role: role}}
}

var officer, leader = actor(101, access.Officer), actor(102, access.Leader)

type desk struct {
	*testing.T
	d   *db.DB
	c   *clock.Manual
	k   *intake.Desk
	cal *civil.Calendar
	n   numbers.Counter
}

func withDesk(t *testing.T, test func(x *desk)) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) {
		v, err := vault.Open(t.Context(), d, filepath.Join(t.TempDir(), "keys"), vault.SM)
		if err != nil {
			t.Fatal(err)
		}
		book, cal := testkit.Book(t, "demo"), testkit.Calendar(t)
		x := &desk{T: t, d: d, c: c, cal: cal, k: &intake.Desk{Vault: v, Kernel: testkit.Kernel(cal, 100), Book: func() *rule.Book { return book }}}
		x.n = numbers.Counter{Calendar: func(context.Context, *db.Tx) (*civil.Calendar, error) { return cal, nil }, Book: x.k.Book}
		test(x)
	})
}

func (x *desk) lodge(in intake.In) intake.Lodged {
	x.Helper()
	out, err := x.k.Take(x.Context(), x.d, access.Program, in, "")
	if err != nil {
		x.Fatal(err)
	}
	return out
}

func (x *desk) must(fn func(tx *db.Tx) error) {
	x.Helper()
	if err := x.d.Write(x.Context(), fn); err != nil {
		x.Fatal(err)
	}
}

func (x *desk) of(by access.Actor, p tally.Period) (numbers.Numbers, error) {
	return x.n.Of(x.Context(), x.d.Reader(), by, p)
}

func TestNumbersEqualTheListAndTimesRunFromTheReceipt(t *testing.T) {
	withDesk(t, func(x *desk) {
		var ids []intake.Lodged
		for i := range 10 {
			ids = append(ids, x.lodge(intake.In{What: []string{"hurt", "alone"}[i%2], Narrative: "甲", Danger: i == 0, Channel: "web"}))
		}
		for _, out := range ids[:9] {
			x.c.Advance(time.Hour + time.Minute)
			x.must(func(tx *db.Tx) error { return x.k.Accept(x.Context(), tx, officer, out.ID) })
		}
		today := civil.DateOf(testkit.Noon)
		n, err := x.of(officer, tally.Period{From: today, To: today})
		if err != nil {
			x.Fatal(err)
		}
		list, err := x.k.List(x.Context(), x.d.Reader(), officer, intake.Filter{View: intake.All})
		if err != nil || n.Total != len(list) || n.Open != 10 || n.Emergency != 1 || n.Anonymous != 10 {
			x.Errorf("%+v for %d reports, %v", n, len(list), err)
		}
		if s := n.Accept; s.N != 9 || s.Median != 5*(time.Hour+time.Minute) || s.P90 != 9*(time.Hour+time.Minute) || s.Late != 1 {
			x.Errorf("%+v", s) // the emergency alone
		}
		if len(n.Situations) != 2 || n.Situations[0].N != 5 || n.Channels[0].Key != "web" {
			x.Errorf("%+v", n)
		}
		if n, err := x.of(officer, tally.Period{From: today.AddDays(1), To: today.AddDays(1)}); err != nil || n.Total != 0 {
			x.Errorf("%+v %v", n, err)
		}
		if _, err := x.of(access.Actor{}, tally.Period{}); !errs.Is(err, errs.Forbidden) {
			x.Error(err)
		}
	})
}

// course is what happens to one report, in hours after the first came in; 0 is
// that it does not.
type course struct {
	danger                                              bool
	at, accept, reject, act, decide, answer, end, merge int
}

// courses mix what comes early, late and never.
func courses() (list []course) {
	for i := range 60 {
		c := course{danger: i%3 == 0, at: 1 + i%7}
		now := c.at
		step := func(turn int, hours ...int) int {
			h := hours[(i/turn)%len(hours)]
			if h != 0 {
				now += h
				h = now
			}
			return h
		}
		if c.accept = step(1, 1, 2, 23, 24, 25, 70, 0); c.accept != 0 && i%11 == 5 {
			c.reject, c.accept = c.accept, 0
		}
		if c.accept != 0 {
			c.act = step(2, 0, 1, 3, 30, 60)
			if c.decide = step(3, 1, 5, 0, 40, 200); c.decide != 0 {
				if c.answer = step(1, 0, 1, 60, 110, 150); c.answer != 0 {
					c.end = step(5, 0, 1, 20, 100)
				}
			}
		}
		if i%9 == 8 && c.reject == 0 && c.end == 0 {
			c.merge = step(9, 2, 90)
		}
		list = append(list, c)
	}
	return list
}

// until is the course as it has gone by an hour.
func (c course) until(hour int) course {
	for _, h := range []*int{&c.at, &c.accept, &c.reject, &c.act, &c.decide, &c.answer, &c.end, &c.merge} {
		if *h > hour {
			*h = 0
		}
	}
	return c
}

// overdue is what a person with the list and a calendar would call late.
func (x *desk) overdue(start time.Time, c course, hour int) (accept, act, answer, end bool) {
	acceptLimit, actLimit := 24, 48
	if c.danger {
		acceptLimit, actLimit = 1, 3
	}
	taken := slices.Max([]int{c.accept, c.reject})
	if taken == 0 {
		taken = c.merge
	}
	passed := func(fact, limit int) bool { return fact > c.at+limit || fact == 0 && hour > c.at+limit }
	over := c.reject != 0 || c.end != 0 || c.merge != 0
	accept, act = passed(taken, acceptLimit), passed(c.act, actLimit) && (c.act != 0 || !over)
	begun := c.accept
	if begun == 0 {
		begun = c.merge
	}
	if begun == 0 {
		return accept, act, false, false
	}
	due, _ := x.cal.DueWorkdays(start.Add(time.Duration(begun)*time.Hour), 5)
	after := func(h int) bool {
		if h == 0 {
			h = hour
		}
		return start.Add(time.Duration(h) * time.Hour).After(due)
	}
	return accept, act, after(c.answer), after(c.end) && c.merge == 0
}

func (x *desk) compare(start time.Time, list []course, hour int) {
	x.Helper()
	n, err := x.of(leader, tally.Period{From: civil.DateOf(start), To: civil.DateOf(start).AddDays(1)})
	if err != nil {
		x.Fatal(err)
	}
	var want, facts [4]int
	for _, c := range list {
		if c = c.until(hour); c.at == 0 {
			continue
		}
		var late [4]bool
		late[0], late[1], late[2], late[3] = x.overdue(start, c, hour)
		for i, fact := range []int{c.accept + c.merge, c.act, c.reject + c.answer, c.reject + c.end} {
			want[i] += tally.One(late[i])
			facts[i] += tally.One(fact != 0)
		}
	}
	for i, got := range []tally.Span{n.Accept, n.Act, n.Answer, n.Close} {
		if got.Late != want[i] || got.N != facts[i] {
			x.Errorf("after %d hours, step %d: %d late of %d instead of %d of %d", hour, i, got.Late, got.N, want[i], facts[i])
		}
	}
}

func TestWhatIsLateIsWhatOneCountsReportByReport(t *testing.T) {
	withDesk(t, func(x *desk) {
		ctx, list := x.Context(), courses()
		main := x.lodge(intake.In{What: "alone", Narrative: "甲", Channel: "web"}) // before the period: others are merged into it
		x.c.Advance(30*24*time.Hour - 4*time.Hour)
		start := x.c.Now()
		ids := make([]ref.Report, len(list))
		do := map[int][]func(){}
		for i, c := range list {
			on := func(hour int, fn func(tx *db.Tx) error) {
				if hour != 0 {
					do[hour] = append(do[hour], func() { x.must(fn) })
				}
			}
			do[c.at] = append(do[c.at], func() {
				ids[i] = x.lodge(intake.In{What: "alone", Narrative: "甲", Danger: c.danger, Channel: "web"}).ID
			})
			on(c.accept, func(tx *db.Tx) error { return x.k.Accept(ctx, tx, officer, ids[i]) })
			on(c.reject, func(tx *db.Tx) error { return x.k.Reject(ctx, tx, officer, ids[i], "不属于本县") })
			on(c.act, func(tx *db.Tx) error { return x.k.Act(ctx, tx, officer, ids[i], "已上门") })
			on(c.decide, func(tx *db.Tx) error {
				in := intake.DecideIn{Situation: "other", Words: "由本办办理", Answers: map[string]string{"danger": "no", "harm": "no", "care": "no", "again": "no"}}
				_, err := x.k.Decide(ctx, tx, officer, ids[i], in)
				return err
			})
			on(c.answer, func(tx *db.Tx) error { return x.k.Answer(ctx, tx, officer, ids[i], "正在办理") })
			on(c.end, func(tx *db.Tx) error { return x.k.Close(ctx, tx, officer, ids[i], "已经办好", "") })
			on(c.merge, func(tx *db.Tx) error { return x.k.Merge(ctx, tx, officer, ids[i], main.ID) })
		}
		for hour := range 800 {
			for _, fn := range do[hour] {
				fn()
			}
			if slices.Contains([]int{9, 30, 60, 130, 200, 300, 799}, hour) {
				x.compare(start, list, hour)
			}
			x.c.Advance(time.Hour)
		}
	})
}

func TestAStoppedOrWaivedDutyMakesNothingLate(t *testing.T) {
	withDesk(t, func(x *desk) {
		var ids []ref.Report
		for range 3 {
			id := x.lodge(intake.In{What: "alone", Narrative: "甲", Channel: "web"}).ID
			x.must(func(tx *db.Tx) error { return x.k.Accept(x.Context(), tx, officer, id) })
			x.must(func(tx *db.Tx) error {
				in := intake.DecideIn{Situation: "other", Words: "由本办办理", Answers: map[string]string{"danger": "no", "harm": "no", "care": "no", "again": "no"}}
				_, err := x.k.Decide(x.Context(), tx, officer, id, in)
				return err
			})
			ids = append(ids, id)
		}
		get := func(id ref.Report) ref.Duty {
			r, err := x.k.Get(x.Context(), x.d.Reader(), officer, id)
			if err != nil {
				x.Fatal(err)
			}
			return r.Duty
		}
		x.must(func(tx *db.Tx) error { return x.k.Kernel.Pause(x.Context(), tx, officer, get(ids[0]), "等鉴定") })
		x.must(func(tx *db.Tx) error {
			return x.k.Kernel.Waive(x.Context(), tx, leader, get(ids[1]), "已由法院办理")
		})
		x.c.Advance(30 * 24 * time.Hour)
		today := civil.DateOf(testkit.Noon)
		n, err := x.of(officer, tally.Period{From: today, To: today})
		if err != nil || n.Answer.Late != 1 || n.Close.Late != 1 || n.Act.Late != 3 || n.Accept.Late != 0 {
			x.Errorf("%+v %v", n, err)
		}
	})
}

// What was decided and is merged then keeps the clock of its own reporter.
func TestAMergedReportKeepsTheClockOfItsReporter(t *testing.T) {
	withDesk(t, func(x *desk) {
		in := intake.DecideIn{Situation: "other", Words: "由本办办理", Answers: map[string]string{"danger": "no", "harm": "no", "care": "no", "again": "no"}}
		var ids []ref.Report
		for range 3 {
			ids = append(ids, x.lodge(intake.In{What: "alone", Narrative: "甲", Channel: "web"}).ID)
			x.must(func(tx *db.Tx) error { return x.k.Accept(x.Context(), tx, officer, ids[len(ids)-1]) })
		}
		due, _ := x.cal.DueWorkdays(x.c.Now(), 5)
		x.c.Advance(4 * 24 * time.Hour)
		for _, id := range ids[:2] {
			x.must(func(tx *db.Tx) error { _, err := x.k.Decide(x.Context(), tx, officer, id, in); return err })
		}
		x.c.Advance(time.Hour)
		for _, id := range ids[1:] {
			x.must(func(tx *db.Tx) error { return x.k.Merge(x.Context(), tx, officer, id, ids[0]) })
		}
		for _, id := range ids {
			list, err := x.k.Kernel.OfSubject(x.Context(), x.d.Reader(), officer, "intake_report", int64(id))
			if err != nil {
				x.Fatal(err)
			}
			open := 0
			for _, d := range list {
				if d.Kind == intake.AnswerKind {
					open++
					if !d.Due.Time().Equal(due) {
						x.Errorf("due %v instead of %v", d.Due.Time(), due)
					}
				}
			}
			if open != 1 {
				x.Errorf("%d duties to answer", open)
			}
		}
	})
}
