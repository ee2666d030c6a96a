package numbers_test

import (
	"context"
	"testing"
	"time"

	"pgregory.net/rapid"

	"weibao/internal/access"
	"weibao/internal/casework/numbers"
	"weibao/internal/casework/referral"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/file"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/tally"
	"weibao/internal/testkit"
	"weibao/internal/vault"
)

const county, village = "990101000000", "990101100200"

func actor(user ref.User, unit ref.Unit, region string, role access.Role) access.Actor {
	return access.Actor{User: user, Name: "某人", Post: access.Post{ID: ref.Post(user), Unit: unit, UnitName: "某单位", Region: region, Role: role}}
}

var (
	officer = actor(100, 100, county, access.Officer)
	police  = actor(200, 200, county, access.Liaison)
	civils  = actor(300, 300, county, access.Liaison)
	other   = actor(800, 800, "990102000000", access.Officer)
	station = actor(500, 500, "990101100000", access.Supervisor)
)

type desk struct {
	*testing.T
	d     *db.DB
	clock *clock.Manual
	k     *referral.Desk
}

func withDesk(t *testing.T, test func(x *desk)) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) {
		cal, book := testkit.Calendar(t), testkit.Book(t, "demo")
		v, err := vault.Open(t.Context(), d, t.TempDir()+"/keys.json", vault.SM)
		if err != nil {
			t.Fatal(err)
		}
		x := &desk{T: t, d: d, clock: c}
		x.k = &referral.Desk{Kernel: testkit.Kernel(cal, 100), Vault: v, Files: &file.Store{Dir: t.TempDir(), Vault: v}, Book: func() *rule.Book { return book },
			Clock: func(_ context.Context, tx *db.Tx, _, id string) (rule.Clock, error) {
				c, _ := book.Clock(id, civil.DateOf(tx.Now.Time()))
				return c, nil
			},
			Units: func(context.Context, *db.Tx, []ref.Unit) (map[ref.Unit]string, error) { return nil, nil }}
		x.k.Kernel.Moved = x.k.Follow
		test(x)
	})
}

func (x *desk) try(fn func(tx *db.Tx) error) bool {
	x.Helper()
	err := x.d.Write(x.Context(), fn)
	if err != nil && !errs.Is(err, errs.Conflict) && !errs.Is(err, errs.Invalid) && !errs.Is(err, errs.NotFound) {
		x.Fatal(err)
	}
	return err == nil
}

// told is what happened to one referral, as those who did it would count it.
type told struct {
	id                           ref.Referral
	topic                        string
	sent, signed, acted, replied time.Time
	returned, back               bool
}

// Whatever is done with referrals in whatever order: the numbers are those one
// counts by hand, one referral after another.
func TestNumbersEqualWhatIsCountedByHand(t *testing.T) {
	withDesk(t, func(x *desk) {
		rapid.Check(x.T, func(rt *rapid.T) {
			x.clock.Set(x.clock.Now().AddDate(0, 0, 400)) // a period of its own
			from := civil.DateOf(x.clock.Now())
			var all []*told
			for range rapid.IntRange(0, 12).Draw(rt, "referrals") {
				x.clock.Advance(time.Duration(rapid.IntRange(1, 300).Draw(rt, "minutes")) * time.Minute)
				l := &told{topic: rapid.SampledFrom([]string{"counsel", "medical"}).Draw(rt, "topic"), sent: x.clock.Now()}
				x.try(func(tx *db.Tx) (err error) {
					l.id, err = x.k.Dispatch(x.Context(), tx, officer, referral.Order{About: referral.About{Kind: referral.OnChild, ID: 7}, Child: 7, Region: village, Topic: l.topic, Label: "事项", Ask: "请办理",
						Lead: rapid.SampledFrom([]ref.Unit{200, 300}).Draw(rt, "lead"), Clock: rapid.SampledFrom(referral.Clocks).Draw(rt, "clock")})
					return err
				})
				x.work(rt, l)
				all = append(all, l)
			}
			x.clock.Advance(time.Duration(rapid.IntRange(0, 400).Draw(rt, "hours")) * time.Hour)
			x.compare(rt, from, all)
		})
	})
}

// work does some things with a referral.
func (x *desk) work(rt *rapid.T, l *told) {
	s, err := x.k.Get(x.Context(), x.d.Reader(), officer, l.id)
	if err != nil {
		rt.Fatal(err)
	}
	by := police
	if s.Lead.Unit == 300 {
		by = civils
	}
	said := referral.Said{Words: referral.Words{Text: "已办"}, Outcome: "done"}
	for range rapid.IntRange(0, 6).Draw(rt, "steps") {
		x.clock.Advance(time.Duration(rapid.IntRange(1, 3000).Draw(rt, "minutes")) * time.Minute)
		now := x.clock.Now()
		mark := func(at *time.Time, ok bool) {
			if ok && at.IsZero() {
				*at = now
			}
		}
		switch rapid.SampledFrom([]string{"sign", "note", "reply", "reply", "accept", "back", "return", "withdraw"}).Draw(rt, "step") {
		case "sign":
			mark(&l.signed, x.try(func(tx *db.Tx) error { return x.k.Kernel.Sign(x.Context(), tx, by, s.Lead.ID) }))
		case "note":
			mark(&l.acted, x.try(func(tx *db.Tx) error { return x.k.Note(x.Context(), tx, by, l.id, said) }))
		case "reply":
			ok := x.try(func(tx *db.Tx) error { _, err := x.k.Reply(x.Context(), tx, by, l.id, said); return err })
			mark(&l.replied, ok)
			mark(&l.acted, ok)
			mark(&l.signed, ok)
		case "accept", "back":
			accept := rapid.Bool().Draw(rt, "accept")
			now, err := x.k.Get(x.Context(), x.d.Reader(), officer, l.id)
			if err != nil {
				rt.Fatal(err)
			}
			if y, ok := now.Pending(officer); ok {
				done := x.try(func(tx *db.Tx) error { return x.k.Check(x.Context(), tx, officer, y.ID, accept, "请补充") })
				l.back = l.back || done && !accept
			}
		case "return":
			if x.try(func(tx *db.Tx) error {
				return x.k.Return(x.Context(), tx, by, l.id, referral.Refusal{Reason: "不是本单位职责", Ground: "第五条"})
			}) {
				l.returned = true
			}
		case "withdraw":
			x.try(func(tx *db.Tx) error { return x.k.Withdraw(x.Context(), tx, officer, l.id, "已不需要") })
		}
	}
}

func (x *desk) compare(rt *rapid.T, from civil.Date, all []*told) {
	p := tally.Period{From: from, To: civil.DateOf(x.clock.Now())}
	n, err := numbers.Of(x.Context(), x.d.Reader(), officer, p)
	if err != nil {
		rt.Fatal(err)
	}
	var want numbers.Referrals
	var sign, act, reply []time.Duration
	topics := map[string]int{}
	for _, l := range all {
		s, err := x.k.Get(x.Context(), x.d.Reader(), officer, l.id)
		if err != nil {
			rt.Fatal(err)
		}
		want.Total++
		topics[l.topic]++
		switch {
		case s.State.Open():
			want.Open++
		case s.State == referral.Done:
			want.Done++
		default:
			want.Withdrawn++
		}
		if s.Lead.Overdue(clock.Of(x.clock.Now())) || s.Lead.State == duty.LateDone {
			want.Late++
		}
		if l.returned {
			want.Returned++
		}
		if l.back && s.State != referral.Ended {
			want.Back++
		}
		for _, x := range []struct {
			to   time.Time
			list *[]time.Duration
		}{{l.signed, &sign}, {l.acted, &act}, {l.replied, &reply}} {
			if !x.to.IsZero() {
				*x.list = append(*x.list, x.to.Sub(l.sent))
			}
		}
	}
	got := n.Referrals
	if got.Total != want.Total || got.Open != want.Open || got.Done != want.Done || got.Withdrawn != want.Withdrawn || got.Late != want.Late || got.Returned != want.Returned || got.Back != want.Back {
		rt.Fatalf("counted %+v, by hand %+v", got, want)
	}
	for _, l := range got.Topics {
		if l.N != topics[l.Key] {
			rt.Fatalf("%s: %d, by hand %d", l.Key, l.N, topics[l.Key])
		}
	}
	for name, c := range map[string]struct {
		span tally.Span
		all  []time.Duration
	}{"sign": {got.Sign, sign}, "act": {got.Act, act}, "reply": {got.Reply, reply}} {
		within, tenth := 0, 0
		for _, d := range c.all {
			if d <= c.span.Median {
				within++
			}
			if d <= c.span.P90 {
				tenth++
			}
		}
		if c.span.N != len(c.all) || 2*within < len(c.all) || 10*tenth < 9*len(c.all) {
			rt.Fatalf("%s: %+v of %v", name, c.span, c.all)
		}
	}
}

func TestNumbersStayWithinTheScopeOfWhoAsks(t *testing.T) {
	withDesk(t, func(x *desk) {
		x.try(func(tx *db.Tx) error {
			_, err := x.k.Dispatch(x.Context(), tx, officer, referral.Order{About: referral.About{Kind: referral.OnChild, ID: 7}, Region: village, Topic: "counsel", Label: "事项", Ask: "请办理", Lead: 200})
			return err
		})
		day := civil.DateOf(x.clock.Now())
		p := tally.Period{From: day, To: day}
		for by, want := range map[*access.Actor]int{&officer: 1, &other: 0} {
			if n, err := numbers.Of(x.Context(), x.d.Reader(), *by, p); err != nil || n.Referrals.Total != want {
				t.Errorf("%s sees %d, %v", by.Post.Region, n.Referrals.Total, err)
			}
		}
		for _, by := range []access.Actor{police, station, {}} {
			if _, err := numbers.Of(x.Context(), x.d.Reader(), by, p); !errs.Is(err, errs.Forbidden) {
				t.Errorf("%s: %v", by.Post.Role, err)
			}
		}
	})
}
