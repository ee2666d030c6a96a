package duty_test

import (
	"context"
	"testing"
	"time"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/testkit"
)

const (
	county  = "990101000000"
	town    = "990101100000"
	village = "990101100201"

	office  = ref.Unit(10)
	bureau  = ref.Unit(20)
	station = ref.Unit(30)
)

var (
	officer = actor(100, office, county, access.Officer)
	liaison = actor(200, bureau, county, access.Liaison)
	other   = actor(300, station, county, access.Liaison)
	admin   = actor(400, office, county, access.SystemAdmin)
)

func actor(user ref.User, unit ref.Unit, region string, role access.Role) access.Actor {
	return access.Actor{User: user, Name: "测试员", Post: access.Post{ID: 1, Unit: unit, Region: region, Role: role}}
}

var ladders = map[string]rule.Ladder{
	duty.DefaultLadder: {ID: duty.DefaultLadder, Steps: []rule.LadderStep{
		{Action: "remind", Offset: rule.Span{N: -3, Unit: "workdays"}, To: "owner", Label: "提醒"},
		{Action: "urge", Offset: rule.Span{N: 1, Unit: "workdays"}, To: "owner", Label: "催办"},
		{Action: "superior", Offset: rule.Span{N: 5, Unit: "workdays"}, To: "superior", Label: "报上级督促"},
		{Action: "propose", Offset: rule.Span{N: 10, Unit: "workdays"}, To: "office", Label: "建议发督办单"},
	}},
	"short": {ID: "short", Steps: []rule.LadderStep{
		{Action: "urge", Offset: rule.Span{N: 2, Unit: "hours"}, To: "owner", Label: "催办"},
	}},
}

func kernel(t testing.TB) *duty.Kernel {
	cal := testkit.Calendar(t)
	return &duty.Kernel{
		Ladder:   func(id string) rule.Ladder { return ladders[id] },
		Calendar: func(context.Context, *db.Tx) (*civil.Calendar, error) { return cal, nil },
		Superior: func(context.Context, *db.Tx, ref.Unit) (ref.Unit, error) { return office, nil },
		Office:   func(context.Context, *db.Tx, string) (ref.Unit, error) { return office, nil },
		Limits: func() duty.Limits {
			return duty.Limits{Decide: 2, Soon: 3, Critical: 5, DecideLadder: "short", SuperiorLadder: duty.DefaultLadder, Superior: 3}
		},
	}
}

func sample(l duty.Deadline) duty.New {
	return duty.New{Kind: "plan.task", Subject: "plan_task", SubjectID: 77, Title: "开展排查", Unit: bureau,
		Region: county, Rule: "方案", Clause: "二（一）", Deadline: l}
}

// bench is what most tests of this package stand on.
type bench struct {
	t *testing.T
	*duty.Kernel
	d *db.DB
	c *clock.Manual
}

func withKernel(t *testing.T, test func(b bench)) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) { test(bench{t, kernel(t), d, c}) })
}

func (b bench) write(fn func(ctx context.Context, tx *db.Tx) error) error {
	return b.d.Write(b.t.Context(), func(tx *db.Tx) error { return fn(b.t.Context(), tx) })
}

func (b bench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b bench) open(n duty.New) ref.Duty {
	b.t.Helper()
	var ids []ref.Duty
	b.must(b.write(func(ctx context.Context, tx *db.Tx) (err error) {
		ids, err = b.Open(ctx, tx, officer, n)
		return err
	}))
	return ids[0]
}

func (b bench) get(id ref.Duty) duty.Duty {
	b.t.Helper()
	d, err := b.Get(b.t.Context(), b.d.Reader(), officer, id)
	b.must(err)
	return d
}

// level gives the rungs behind a duty.
func (b bench) level(id ref.Duty) int {
	b.t.Helper()
	s, err := b.Story(b.t.Context(), b.d.Reader(), officer, id)
	b.must(err)
	return levelOf(s)
}

func levelOf(s duty.Story) int {
	level := s.Duty.Passed
	for _, step := range s.Steps {
		if step.Arming == s.Duty.Arming {
			level = max(level, step.Step)
		}
	}
	return level
}

func (b bench) sweep() duty.Swept {
	b.t.Helper()
	s, err := b.Sweep(b.t.Context(), b.d)
	b.must(err)
	return s
}

func (b bench) list(by access.Actor, f duty.Filter) []duty.Duty {
	b.t.Helper()
	list, err := b.List(b.t.Context(), b.d.Reader(), by, f)
	b.must(err)
	return list
}

// 2026-03-02 is a Monday; three working days end on Thursday at midnight in Beijing.
func TestClocks(t *testing.T) {
	withKernel(t, func(b bench) {
		for _, c := range []struct {
			name     string
			deadline duty.Deadline
			due      string
		}{
			{"hours run through the night", duty.In(24), "2026-03-03T04:00:00Z"},
			{"workdays end with the day", duty.Within(3), "2026-03-05T15:59:59.999Z"},
			{"a make-up Saturday does not count before it is declared", duty.Within(5), "2026-03-09T15:59:59.999Z"},
			{"a date ends with its day", duty.On(civil.MustParse("2026-05-30")), "2026-05-30T15:59:59.999Z"},
		} {
			want, err := time.Parse(time.RFC3339Nano, c.due)
			b.must(err)
			if got := b.get(b.open(sample(c.deadline))).Due.Time(); !got.Equal(want) {
				b.t.Errorf("%s: due %s, want %s", c.name, got, want)
			}
		}
	})
}

func TestADutyWithoutOwnerPlaceOrTimeIsRefused(t *testing.T) {
	withKernel(t, func(b bench) {
		for name, spoil := range map[string]func(*duty.New){
			"owner":  func(n *duty.New) { n.Unit = 0 },
			"region": func(n *duty.New) { n.Region = "九九" },
			"time":   func(n *duty.New) { n.Deadline = duty.Deadline{} },
			"title":  func(n *duty.New) { n.Title = " " },
		} {
			n := sample(duty.Within(3))
			spoil(&n)
			err := b.write(func(ctx context.Context, tx *db.Tx) error { _, err := b.Open(ctx, tx, officer, n); return err })
			if !errs.Is(err, errs.Invalid) {
				b.t.Errorf("without %s: %v", name, err)
			}
		}
		if n := len(b.list(officer, duty.Filter{})); n != 0 {
			b.t.Errorf("%d duties stored", n)
		}
	})
}

func TestTheLadderClimbsRungByRung(t *testing.T) {
	withKernel(t, func(b bench) {
		id := b.open(sample(duty.On(civil.MustParse("2026-03-20")))) // a Friday
		for _, c := range []struct {
			at    string
			level int
		}{
			{"2026-03-16", 0}, {"2026-03-17", 1}, {"2026-03-20", 1}, {"2026-03-22", 1}, {"2026-03-23", 2}, {"2026-03-27", 3}, {"2026-04-03", 4}, {"2026-07-01", 4},
		} {
			b.c.Set(civil.MustParse(c.at).Start().Add(9 * time.Hour))
			b.sweep()
			if got := b.level(id); got != c.level {
				b.t.Errorf("%s: level %d, want %d", c.at, got, c.level)
			}
			if s := b.sweep(); s != (duty.Swept{}) && c.level != 4 {
				b.t.Errorf("%s: a second sweep did %+v", c.at, s)
			}
		}
		up := b.list(officer, duty.Filter{Mine: true})
		if len(up) != 1 || up[0].Kind != "duty.propose" || up[0].Subject != "duty" || up[0].SubjectID != int64(id) {
			b.t.Fatalf("the office has %d duties: %+v", len(up), up)
		}
		b.must(b.write(func(ctx context.Context, tx *db.Tx) error { return b.Close(ctx, tx, liaison, id, "plan_reply", 5) }))
		if d := b.get(id); d.State != duty.LateDone || d.Fact != "plan_reply" {
			b.t.Errorf("after closing: %+v", d)
		}
		if left := b.list(officer, duty.Filter{Mine: true}); len(left) != 0 {
			b.t.Errorf("the office still has to press for what is done: %+v", left)
		}
	})
}

func TestLaddersDoNotMultiply(t *testing.T) {
	withKernel(t, func(b bench) {
		b.open(sample(duty.Within(3)))
		own := sample(duty.Within(3))
		own.Unit = office // its own superior
		b.open(own)
		for range 52 {
			b.c.Advance(7 * 24 * time.Hour)
			b.sweep()
		}
		if all := b.list(officer, duty.Filter{Limit: 500}); len(all) != 3 {
			b.t.Errorf("two duties left for a year have become %d, want 3", len(all))
		}
	})
}

func TestOnlyTheOwnersUnitActsAndOnlyItsScopeSees(t *testing.T) {
	withKernel(t, func(b bench) {
		id := b.open(sample(duty.Within(3)))
		stranger := actor(500, 99, "110101000000", access.Officer)
		for name, by := range map[string]access.Actor{"another unit": other, "another county": stranger, "an administrator": admin, "nobody": {}} {
			err := b.write(func(ctx context.Context, tx *db.Tx) error { return b.Sign(ctx, tx, by, id) })
			if err == nil {
				b.t.Errorf("%s signed", name)
			}
			if d, err := b.Get(b.t.Context(), b.d.Reader(), by, id); err == nil {
				b.t.Errorf("%s saw %d", name, d.ID)
			}
		}
		b.must(b.write(func(ctx context.Context, tx *db.Tx) error { return b.Sign(ctx, tx, liaison, id) }))
		if d := b.get(id); d.Signed == 0 || d.Person != liaison.User {
			b.t.Errorf("after signing: %+v", d)
		}
		if n := len(b.list(liaison, duty.Filter{})); n != 1 {
			b.t.Errorf("the owner sees %d duties", n)
		}
		if n := len(b.list(other, duty.Filter{})); n != 0 {
			b.t.Errorf("another unit sees %d duties", n)
		}
	})
}

func TestAGrantedExtensionArmsTheLadderAnew(t *testing.T) {
	withKernel(t, func(b bench) {
		id := b.open(sample(duty.On(civil.MustParse("2026-03-06"))))
		b.c.Set(civil.MustParse("2026-03-09").Start().Add(9 * time.Hour))
		b.sweep()
		var asked ref.Request
		until := civil.MustParse("2026-03-31")
		b.must(b.write(func(ctx context.Context, tx *db.Tx) (err error) {
			asked, err = b.Extend(ctx, tx, liaison, id, until, "需要协调")
			return err
		}))
		err := b.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := b.Extend(ctx, tx, liaison, id, until, "再要一次")
			return err
		})
		if !errs.Is(err, errs.Conflict) {
			b.t.Errorf("asked twice: %v", err)
		}
		err = b.write(func(ctx context.Context, tx *db.Tx) error {
			return b.Decide(ctx, tx, liaison, asked, duty.Ruling{Grant: true})
		})
		if !errs.Is(err, errs.Forbidden) {
			b.t.Errorf("the asker decided: %v", err)
		}
		b.must(b.write(func(ctx context.Context, tx *db.Tx) error {
			return b.Decide(ctx, tx, officer, asked, duty.Ruling{Grant: true})
		}))
		d := b.get(id)
		if civil.DateOf(d.Due.Time()) != until || b.level(id) != 0 || d.Arming != 1 {
			b.t.Errorf("after the extension: %+v", d)
		}
		if left := b.list(officer, duty.Filter{Mine: true}); len(left) != 0 {
			b.t.Errorf("the decider's duty is still open: %+v", left)
		}
	})
}

func TestAReturnIsRuledOnceAndThenFinal(t *testing.T) {
	withKernel(t, func(b bench) {
		id := b.open(sample(duty.Within(10)))
		var asked ref.Request
		ask := func() error {
			return b.write(func(ctx context.Context, tx *db.Tx) (err error) {
				asked, err = b.Return(ctx, tx, liaison, id, "不属于本单位职责")
				return err
			})
		}
		b.must(ask())
		decide := func(r duty.Ruling) error {
			return b.write(func(ctx context.Context, tx *db.Tx) error { return b.Decide(ctx, tx, officer, asked, r) })
		}
		if err := decide(duty.Ruling{}); !errs.Is(err, errs.Invalid) {
			b.t.Errorf("refused without a reason: %v", err)
		}
		b.must(decide(duty.Ruling{Words: "属于本单位职责"}))
		if err := ask(); !errs.Is(err, errs.Conflict) {
			b.t.Errorf("returned a second time: %v", err)
		}
		if d := b.get(id); d.Unit != bureau || d.State != duty.Open {
			b.t.Errorf("after the ruling: %+v", d)
		}
	})
}

func TestPauseMovesTheDue(t *testing.T) {
	withKernel(t, func(b bench) {
		hours, days := b.open(sample(duty.In(24))), b.open(sample(duty.Within(3)))
		for _, id := range []ref.Duty{hours, days} {
			b.must(b.write(func(ctx context.Context, tx *db.Tx) error { return b.Pause(ctx, tx, officer, id, "等待鉴定") }))
		}
		b.c.Set(civil.MustParse("2026-03-09").Start().Add(12 * time.Hour)) // five working days later
		if s := b.sweep(); s.Steps != 0 {
			b.t.Errorf("a paused duty climbed: %+v", s)
		}
		for _, id := range []ref.Duty{hours, days} {
			b.must(b.write(func(ctx context.Context, tx *db.Tx) error { return b.Resume(ctx, tx, officer, id) }))
		}
		if got, want := b.get(hours).Due.Time(), b.c.Now().Add(24*time.Hour); !got.Equal(want) {
			b.t.Errorf("hours: due %s, want %s", got, want)
		}
		if got := civil.DateOf(b.get(days).Due.Time()).String(); got != "2026-03-12" {
			b.t.Errorf("workdays: due %s, want 2026-03-12", got)
		}
	})
}

func TestDuesBeyondTheCalendarAreRecalculated(t *testing.T) {
	withKernel(t, func(b bench) {
		b.c.Set(civil.MustParse("2026-12-28").Start().Add(time.Hour))
		id := b.open(sample(duty.Within(10)))
		before := b.get(id)
		if !before.Provisional {
			b.t.Fatal("a due in a year without data is not marked")
		}
		notices := append(testkit.Book(b.t, "").Notices(), civil.Notice{Year: 2027, Days: []civil.Exception{{Date: civil.MustParse("2027-01-04"), Name: "元旦"}}})
		cal := civil.CalendarOf(notices)
		b.Kernel.Calendar = func(context.Context, *db.Tx) (*civil.Calendar, error) { return cal, nil }
		moved, err := b.Recalculate(b.t.Context(), b.d)
		b.must(err)
		if after := b.get(id); moved != 1 || after.Provisional || after.Due <= before.Due {
			b.t.Errorf("moved %d: %+v", moved, after)
		}
	})
}

func TestHandoverMovesAllOpenWork(t *testing.T) {
	withKernel(t, func(b bench) {
		for range 3 {
			id := b.open(sample(duty.Within(3)))
			b.must(b.write(func(ctx context.Context, tx *db.Tx) error { return b.Sign(ctx, tx, liaison, id) }))
		}
		var n int
		b.must(b.write(func(ctx context.Context, tx *db.Tx) (err error) {
			n, err = b.Handover(ctx, tx, officer, bureau, liaison.User, 201, "岗位交接")
			return err
		}))
		if left := b.list(officer, duty.Filter{Person: liaison.User}); n != 3 || len(left) != 0 {
			b.t.Errorf("%d moved, %d left", n, len(left))
		}
	})
}

func TestPagesGoByKeyBothWays(t *testing.T) {
	withKernel(t, func(b bench) {
		for i := range 23 {
			b.open(sample(duty.Within(1 + i%4)))
		}
		all := b.list(officer, duty.Filter{Limit: 100})
		var seen []duty.Duty
		f := duty.Filter{Limit: 5}
		for {
			p := b.list(officer, f)
			seen = append(seen, p...)
			if len(p) < 5 {
				break
			}
			f.After = f.KeyOf(p[4])
		}
		if len(seen) != 23 || len(all) != 23 {
			b.t.Fatalf("%d by pages, %d at once", len(seen), len(all))
		}
		for i := range all {
			if all[i].ID != seen[i].ID {
				b.t.Fatalf("row %d differs", i)
			}
		}
		back := b.list(officer, duty.Filter{Limit: 5, Before: f.KeyOf(all[10])})
		if len(back) != 5 || back[0].ID != all[5].ID || back[4].ID != all[9].ID {
			b.t.Errorf("backwards: %d rows", len(back))
		}
	})
}

// The spans of the county's rules count as they are now, without a restart.
func TestChangedLimitsAreObeyedAtOnce(t *testing.T) {
	withKernel(t, func(b bench) {
		limits := duty.Limits{Decide: 2, Soon: 3, Critical: 5}
		b.Kernel.Limits = func() duty.Limits { return limits }
		before, err := b.Bounds(t.Context(), b.d.Reader())
		if err != nil {
			t.Fatal(err)
		}
		limits.Soon, limits.Critical = 6, 8
		after, err := b.Bounds(t.Context(), b.d.Reader())
		if err != nil {
			t.Fatal(err)
		}
		if after.Soon <= before.Soon || after.Critical >= before.Critical {
			t.Errorf("bounds were %v and are %v", before, after)
		}
	})
}
