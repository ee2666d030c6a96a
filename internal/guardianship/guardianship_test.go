package guardianship_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/file"
	"weibao/internal/guardianship"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/rule/protection"
	"weibao/internal/testkit"
)

const (
	county  = "990101000000"
	town    = "990101100000"
	village = "990101100200"
	other   = "990101101200"
)

func actor(user ref.User, region string, role access.Role) access.Actor {
	return access.Actor{User: user, Name: "某人", Post: access.Post{ID: ref.Post(user), Unit: ref.Unit(user), UnitName: "某单位", Region: region, Role: role}}
}

var (
	officer    = actor(100, county, access.Officer)
	supervisor = actor(200, town, access.Supervisor)
	director   = actor(300, village, access.ChildDirector)
	police     = actor(400, county, access.Liaison)
	court      = actor(500, county, access.Liaison)
	civilians  = actor(600, county, access.Liaison)
	stranger   = actor(700, county, access.Liaison)
	elsewhere  = actor(800, "990101101000", access.Supervisor)
	units      = map[string]ref.Unit{"": 100, "office": 100, "township": 200, "village": 300, "公安": 400, "法院": 500, "民政": 600, "救助管理机构": 600}
)

type desk struct {
	*guardianship.Desk
	d *db.DB
	c *clock.Manual
	t testing.TB
}

func withDesk(t *testing.T, test func(t *testing.T, k desk)) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) { test(t, newDesk(t, d, c)) })
}

func newDesk(t testing.TB, d *db.DB, c *clock.Manual) desk {
	cal, book, cabinet := testkit.Calendar(t), testkit.Book(t, "demo"), testkit.Cabinet(t, d, "demo")
	kernel := testkit.Kernel(cal, 100)
	k := &guardianship.Desk{Cabinet: cabinet, Kernel: kernel, Files: &file.Store{Dir: t.TempDir(), Vault: cabinet.Vault},
		Book:     func() *rule.Book { return book },
		Unit:     func(_ context.Context, _ *db.Tx, _, who string) (ref.Unit, error) { return units[who], nil },
		Calendar: func(context.Context, *db.Tx) (*civil.Calendar, error) { return cal, nil }}
	kernel.Moved = k.Moved
	return desk{k, d, c, t}
}

func (k desk) write(fn func(ctx context.Context, tx *db.Tx) error) error {
	return k.d.Write(context.Background(), func(tx *db.Tx) error { return fn(context.Background(), tx) })
}

func (k desk) child() (id ref.Child) {
	k.t.Helper()
	n := child.New{Name: "某某", Region: village, Source: "form", Birth: civil.MustParse("2015-06-01"), Dossier: child.Dossier{NoNumber: "missing"}}
	if err := k.write(func(ctx context.Context, tx *db.Tx) (err error) {
		id, err = k.Cabinet.Create(ctx, tx, officer, n)
		return err
	}); err != nil {
		k.t.Fatal(err)
	}
	return id
}

func (k desk) open(by access.Actor, id ref.Child, in guardianship.In) (m ref.Measure, err error) {
	if r, ok := k.Rule(in.Kind, civil.DateOf(k.c.Now())); ok && in.First.Papers == nil {
		in.First.Papers = excused(r.First())
	}
	err = k.write(func(ctx context.Context, tx *db.Tx) (err error) { m, err = k.Open(ctx, tx, by, id, in); return err })
	return m, err
}

func (k desk) record(by access.Actor, m ref.Measure, e guardianship.Entry) (f ref.Record, err error) {
	if t, err := k.Get(context.Background(), k.d.Reader(), by, m); err == nil && e.Papers == nil {
		fact, _ := t.Rule.Fact(e.Kind)
		e.Papers = excused(fact)
	}
	err = k.write(func(ctx context.Context, tx *db.Tx) (err error) { f, err = k.Record(ctx, tx, by, m, e); return err })
	return f, err
}

// excused says of every document that a fact needs why there is none.
func excused(f protection.Fact) map[string]guardianship.Given {
	out := map[string]guardianship.Given{}
	for _, n := range f.Needs {
		out[n.ID] = guardianship.Given{Why: "原件在办理单位"}
	}
	return out
}

func (k desk) must(by access.Actor, m ref.Measure, facts ...string) {
	k.t.Helper()
	for _, f := range facts {
		if _, err := k.record(by, m, entry(f)); err != nil {
			k.t.Fatalf("%s: %v", f, err)
		}
	}
}

func entry(kind string) guardianship.Entry {
	return guardianship.Entry{Kind: kind, Place: "relative", Detail: guardianship.Detail{Words: "已核实"}}
}

func (k desk) get(by access.Actor, m ref.Measure) guardianship.Told {
	k.t.Helper()
	t, err := k.Get(context.Background(), k.d.Reader(), by, m)
	if err != nil {
		k.t.Fatal(err)
	}
	return t
}

// todo gives the open duties of a measure with how far their dues are.
func (k desk) todo(m ref.Measure) map[string]duty.Duty {
	out, t := map[string]duty.Duty{}, k.get(officer, m)
	for _, task := range t.Tasks {
		if d := t.Duties[task.Duty]; d.State == duty.Open {
			out[task.Rule] = d
		}
	}
	return out
}

func order(urgent bool) guardianship.In {
	return guardianship.In{Kind: "order", Cause: guardianship.Cause{Grounds: []string{"danger"}, Asker: "police", Person: "父亲"}, First: guardianship.Entry{Urgent: urgent}}
}

func TestAProtectionOrderFromApplicationToBreachAndEnd(t *testing.T) {
	withDesk(t, func(t *testing.T, k desk) {
		m, err := k.open(officer, k.child(), order(false))
		if err != nil {
			t.Fatal(err)
		}
		k.must(court, m, "accepted")
		d := k.todo(m)["decide"]
		if d.Unit != 500 || d.Due.Sub(d.Opened) != 72*time.Hour {
			t.Errorf("to be decided by %d within %s", d.Unit, d.Due.Sub(d.Opened))
		}
		k.c.Advance(10 * time.Hour)
		k.must(court, m, "granted", "served")
		if got := k.get(court, m); got.Phase != protection.Held || got.Until != civil.MustParse("2026-09-02") {
			t.Errorf("%s until %s", got.Phase, got.Until)
		}
		todo := k.todo(m)
		if len(todo) != 3 || todo["verify"].Unit != 400 || todo["visit"].Unit != 300 || civil.DateOf(todo["renew"].Due.Time()) != civil.MustParse("2026-08-18") {
			t.Errorf("%v", todo)
		}
		k.must(director, m, "visited", "breach")
		if got := k.get(police, m); got.Alarm == 0 || k.todo(m)["breach"].Unit != 400 {
			t.Error("a breach asks nobody to act")
		}
		k.must(police, m, "verified", "handled")
		k.must(court, m, "revoked")
		if got := k.get(court, m); got.Alarm != 0 || got.Phase != protection.Ended || len(k.todo(m)) != 0 {
			t.Errorf("%+v, still to do %v", got.Measure, k.todo(m))
		}
	})
}

func TestAnUrgentOrderIsDecidedWithinADayOfTheHourAtWhichItWasAccepted(t *testing.T) {
	withDesk(t, func(t *testing.T, k desk) {
		m, err := k.open(officer, k.child(), order(true))
		if err != nil {
			t.Fatal(err)
		}
		if told := k.get(officer, m); !told.Urgent() {
			t.Error("the court's step does not begin as urgent as the application was")
		}
		if d := k.todo(m)["accept"]; d.Unit != 100 || d.Due.Sub(d.Opened) != 24*time.Hour {
			t.Errorf("nobody asks the court whether it accepts: %+v", k.todo(m))
		}
		k.c.Advance(5 * time.Hour)
		at := clock.Of(k.c.Now().Add(-2 * time.Hour))
		if _, err := k.record(court, m, guardianship.Entry{Kind: "accepted", At: at, Urgent: true}); err != nil {
			t.Fatal(err)
		}
		todo := k.todo(m)
		if d := todo["decide-urgent"]; len(todo) != 1 || d.Due.Sub(at) != 24*time.Hour {
			t.Errorf("%v", todo)
		}
	})
}

func TestWhoIsNoPartyIsAnsweredAsIfASecretMeasureDidNotExist(t *testing.T) {
	withDesk(t, func(t *testing.T, k desk) {
		id := k.child()
		m, err := k.open(officer, id, order(false))
		if err != nil {
			t.Fatal(err)
		}
		ctx, absent := context.Background(), ref.Measure(12345)
		for _, by := range []access.Actor{supervisor, director, stranger, elsewhere, police, actor(1000, county, access.AuditAdmin)} {
			_, err := k.Get(ctx, k.d.Reader(), by, m)
			_, none := k.Get(ctx, k.d.Reader(), by, absent)
			if err == nil || err.Error() != none.Error() {
				t.Errorf("%d: %v, of what does not exist %v", by.User, err, none)
			}
			list, err := k.List(ctx, k.d.Reader(), by, guardianship.Filter{Limit: 10})
			if len(list) != 0 {
				t.Errorf("%d sees it in a list, %v", by.User, err)
			}
			duties, err := k.Kernel.List(ctx, k.d.Reader(), by, duty.Filter{Limit: 10})
			for _, d := range duties {
				t.Errorf("%d sees the duty %q, %v", by.User, d.Title, err)
			}
		}
		if list, err := k.Of(ctx, k.d.Reader(), supervisor, id); err != nil || len(list) != 0 {
			t.Errorf("on the child's file: %v, %v", list, err)
		}
		if err := k.write(func(ctx context.Context, tx *db.Tx) error { return k.Invite(ctx, tx, officer, m, []ref.Unit{200}) }); err != nil {
			t.Fatal(err)
		}
		k.get(supervisor, m)
		if err := k.write(func(ctx context.Context, tx *db.Tx) error { return k.Dismiss(ctx, tx, officer, m, 200) }); err != nil {
			t.Fatal(err)
		}
		if _, err := k.Get(ctx, k.d.Reader(), supervisor, m); !errs.Is(err, errs.NotFound) {
			t.Error("a party that left still sees it")
		}
	})
}

func TestWhatIsStruckOutLeavesStandingAndDutiesAsBefore(t *testing.T) {
	withDesk(t, func(t *testing.T, k desk) {
		m, err := k.open(officer, k.child(), order(false))
		if err != nil {
			t.Fatal(err)
		}
		k.must(court, m, "accepted")
		before := k.get(court, m)
		f, err := k.record(court, m, entry("granted"))
		if err != nil {
			t.Fatal(err)
		}
		strike := func(by access.Actor, reason string) error {
			return k.write(func(ctx context.Context, tx *db.Tx) error { return k.Strike(ctx, tx, by, m, f, reason) })
		}
		if err := strike(officer, "登记错了"); !errs.Is(err, errs.Forbidden) {
			t.Errorf("another unit strikes it out: %v", err)
		}
		if err := strike(court, " "); !errs.Is(err, errs.Invalid) {
			t.Errorf("without a reason: %v", err)
		}
		if err := strike(court, "登记错了"); err != nil {
			t.Fatal(err)
		}
		after := k.get(court, m)
		if after.Phase != before.Phase || after.State != before.State || !after.Until.IsZero() {
			t.Errorf("%+v", after.Measure)
		}
		if todo := k.todo(m); len(todo) != 1 || todo["decide"].ID == 0 {
			t.Errorf("%v", todo)
		}
		k.must(court, m, "granted")
	})
}

func TestTemporaryGuardianshipIsReviewedBeforeItsYearIsOver(t *testing.T) {
	withDesk(t, func(t *testing.T, k desk) {
		m, err := k.open(supervisor, k.child(), guardianship.In{Kind: "custody", Cause: guardianship.Cause{Grounds: []string{"vanished"}}, First: guardianship.Entry{Place: "rescue"}})
		if err != nil {
			t.Fatal(err)
		}
		todo := k.todo(m)
		if got := civil.DateOf(todo["review"].Due.Time()); got != civil.MustParse("2027-01-31") {
			t.Errorf("reviewed by %s", got)
		}
		if slices.ContainsFunc(k.get(civilians, m).Next, func(f protection.Fact) bool { return f.ID == "returned" }) {
			t.Error("a child goes home without an assessment")
		}
		k.c.Advance(300 * 24 * time.Hour)
		k.must(civilians, m, "told", "assessed", "reviewed")
		if _, err := k.record(civilians, m, guardianship.Entry{Kind: "extended", Until: civil.MustParse("2027-06-30"), Detail: guardianship.Detail{Words: "监护人仍下落不明"}}); err != nil {
			t.Fatal(err)
		}
		if got := civil.DateOf(k.todo(m)["review"].Due.Time()); got != civil.MustParse("2027-05-31") {
			t.Errorf("after the extension reviewed by %s", got)
		}
		k.must(civilians, m, "returned")
		if todo := k.todo(m); len(todo) != 1 || todo["follow"].Unit != 300 {
			t.Errorf("after the return: %v", todo)
		}
	})
}

func TestRestorationIsAppliedForWithinItsWindowOrWithAReason(t *testing.T) {
	withDesk(t, func(t *testing.T, k desk) {
		id := k.child()
		apply := func(words string) error {
			_, err := k.open(officer, id, guardianship.In{Kind: "restoration", First: guardianship.Entry{Detail: guardianship.Detail{Words: words}}})
			return err
		}
		if err := apply(""); !errs.Is(err, errs.Invalid) {
			t.Errorf("nobody knows since when: %v", err)
		}
		m, err := k.open(officer, id, guardianship.In{Kind: "revocation", Cause: guardianship.Cause{Grounds: []string{"neglect"}, Asker: "civil"}})
		if err != nil {
			t.Fatal(err)
		}
		k.must(civilians, m, "applied", "accepted", "revoked")
		day := civil.DateOf(k.c.Now())
		rule, _ := k.Rule("restoration", day)
		w, ok, err := k.Window(t.Context(), k.d.Reader(), id, rule.First())
		if err != nil || !ok || w.On != day || w.From != day.AddMonths(3) || w.To != day.AddMonths(12) || w.Sure {
			t.Errorf("%+v, %v", w, err)
		}
		if err := apply(""); !errs.Is(err, errs.Invalid) {
			t.Errorf("on the day of the judgment: %v", err)
		}
		if err := apply("人民法院已经收到申请"); err != nil {
			t.Errorf("with a reason: %v", err)
		}
		k.c.Advance(100 * 24 * time.Hour)
		if err := apply(""); err != nil {
			t.Errorf("after a hundred days: %v", err)
		}
		k.c.Advance(300 * 24 * time.Hour)
		if err := apply(""); !errs.Is(err, errs.Invalid) {
			t.Errorf("after the year: %v", err)
		}
	})
}

func TestPrivateWordsShowOnlyAfterARevealThatLeavesATrace(t *testing.T) {
	withDesk(t, func(t *testing.T, k desk) {
		m, err := k.open(officer, k.child(), order(false))
		if err != nil {
			t.Fatal(err)
		}
		if got := k.get(officer, m); got.Cause.Person != "" {
			t.Error("shown without a reveal")
		}
		var told guardianship.Told
		if err := k.write(func(ctx context.Context, tx *db.Tx) (err error) {
			told, err = k.Reveal(ctx, tx, officer, m)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if told.Cause.Person != "父亲" || !told.Revealed {
			t.Errorf("%+v", told.Cause)
		}
		n, err := db.Get[int64](context.Background(), k.d.Reader(), "SELECT count(*) FROM audit_entry WHERE action = 'guardianship.reveal' AND subject_id = ?", m)
		if err != nil || n != 1 {
			t.Errorf("%d traces, %v", n, err)
		}
	})
}

func TestAChildThatWasRescuedBeforeIsTheAffairOfItsPlaceOfOrigin(t *testing.T) {
	withDesk(t, func(t *testing.T, k desk) {
		var m ref.Measure
		err := k.write(func(ctx context.Context, tx *db.Tx) (err error) {
			m, err = k.Rescue(ctx, tx, officer, guardianship.Found{Sex: "1", Age: 9, Region: village, Signs: "蓝色书包", First: guardianship.Entry{Place: "rescue"}})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		todo := k.todo(m)
		if d := todo["notice"]; d.Due.Sub(d.Opened) != 24*time.Hour {
			t.Errorf("the notice is due after %s", d.Due.Sub(d.Opened))
		}
		if got := civil.DateOf(todo["sample"].Due.Time()); got != civil.MustParse("2026-03-11") {
			t.Errorf("the sample is due on %s", got)
		}
		if got := civil.DateOf(todo["register"].Due.Time()); got != civil.MustParse("2026-06-02") {
			t.Errorf("registration is due on %s", got)
		}
		k.must(officer, m, "noticed", "identified", "returned", "accepted")
		if todo := k.todo(m); len(todo) != 1 || todo["follow"].Unit != 300 {
			t.Errorf("after the return: %v", todo)
		}
		k.c.Advance(40 * 24 * time.Hour)
		again, err := k.open(officer, k.get(officer, m).Child.ID, guardianship.In{Kind: protection.Rescue, First: guardianship.Entry{Place: "rescue"}})
		if err != nil {
			t.Fatal(err)
		}
		if k.todo(again)["origin"].ID == 0 || k.get(officer, again).Alarm == 0 {
			t.Errorf("nobody asks the place of origin: %v", k.todo(again))
		}
	})
}

func TestAFactIsRecordedWithItsDocumentOrAReasonAndTheDocumentMayFollow(t *testing.T) {
	withDesk(t, func(t *testing.T, k desk) {
		id := k.child()
		none := order(false)
		none.First.Papers = map[string]guardianship.Given{}
		if _, err := k.open(officer, id, none); !errs.Is(err, errs.Invalid) {
			t.Errorf("applied for without a word about the document: %v", err)
		}
		m, err := k.open(officer, id, order(false))
		if err != nil {
			t.Fatal(err)
		}
		lacks := k.get(officer, m).Lacking()
		if len(lacks) != 1 || lacks[0].Need.ID != "order-request" || lacks[0].Need.Basis() != "《反家庭暴力法》第二十四条（未核实）" || lacks[0].Why != "" {
			t.Fatalf("%+v", lacks)
		}
		receive := func(name string) *file.Incoming {
			t.Helper()
			in, err := k.Files.Receive(t.Context(), guardianship.FilesOf(m), name, strings.NewReader("申请书"))
			if err != nil {
				t.Fatal(err)
			}
			return in
		}
		supply := func(by access.Actor, in *file.Incoming) error {
			return k.write(func(ctx context.Context, tx *db.Tx) error { return k.Supply(ctx, tx, by, m, lacks[0].ID, in) })
		}
		if err := supply(officer, nil); !errs.Is(err, errs.Invalid) {
			t.Errorf("nothing handed in: %v", err)
		}
		if err := supply(stranger, receive("a.txt")); !errs.Is(err, errs.NotFound) {
			t.Errorf("by who is no party: %v", err)
		}
		if err := supply(officer, receive("申请书.txt")); err != nil {
			t.Fatal(err)
		}
		if err := supply(officer, receive("申请书.txt")); !errs.Is(err, errs.Conflict) {
			t.Errorf("twice: %v", err)
		}
		k.must(court, m, "accepted")
		f, err := k.record(court, m, guardianship.Entry{Kind: "granted", Papers: map[string]guardianship.Given{"ruling": {File: receive("裁定书.txt")}}})
		if err != nil {
			t.Fatal(err)
		}
		if got := k.get(court, m); len(got.Lacking()) != 0 || len(got.Papers) != 2 || len(got.Files) != 2 {
			t.Errorf("%d lack, %d required, %d files", len(got.Lacking()), len(got.Papers), len(got.Files))
		}
		if err := k.write(func(ctx context.Context, tx *db.Tx) error { return k.Strike(ctx, tx, court, m, f, "登记错了") }); err != nil {
			t.Fatal(err)
		}
		if got := k.get(court, m); len(got.Papers) != 1 {
			t.Errorf("what was struck out still requires %+v", got.Papers)
		}
		k.must(court, m, "granted")
		if _, err := k.record(director, m, guardianship.Entry{Kind: "breach", Detail: guardianship.Detail{Words: "又上门"}, Papers: map[string]guardianship.Given{}}); errs.Is(err, errs.Invalid) {
			t.Errorf("danger waits for a document: %v", err)
		}
	})
}

// Whatever happens in whatever order, and whatever of it is struck out again:
// the open duties and the standing are those that the facts ask for.
func TestDutiesAndStandingAlwaysFollowFromTheFacts(t *testing.T) {
	withDesk(t, func(t *testing.T, k desk) {
		ctx := context.Background()
		rapid.Check(t, func(t *rapid.T) {
			k.c.Set(testkit.Noon)
			kinds := []string{"order", "custody", "warning", "guidance", "revocation", "return", "rescue"}
			kind := rapid.SampledFrom(kinds).Draw(t, "kind")
			in := guardianship.In{Kind: kind, Cause: guardianship.Cause{Asker: "police"}, First: guardianship.Entry{Place: "rescue", Urgent: rapid.Bool().Draw(t, "urgent")}}
			if kind == "revocation" {
				in.Cause.Asker = "civil"
			}
			rule, _ := k.Rule(kind, civil.MustParse("2026-03-02"))
			for _, g := range rule.Grounds {
				in.Cause.Grounds = append(in.Cause.Grounds, g.ID)
			}
			m, err := k.open(officer, k.child(), in)
			if err != nil {
				t.Fatal(err)
			}
			t.Repeat(map[string]func(*rapid.T){
				"time passes": func(t *rapid.T) { k.c.Advance(time.Duration(rapid.IntRange(1, 900).Draw(t, "hours")) * time.Hour) },
				"something happens": func(t *rapid.T) {
					next := k.get(officer, m).Next
					if len(next) == 0 {
						t.Skip("an ended measure takes no facts; another step is drawn")
					}
					e := entry(rapid.SampledFrom(next).Draw(t, "fact").ID)
					if _, err := k.record(officer, m, e); err != nil && !errs.Is(err, errs.Invalid) {
						t.Fatal(err)
					}
				},
				"another unit gets a duty": func(t *rapid.T) {
					for _, d := range k.todo(m) {
						to := rapid.SampledFrom([]ref.Unit{100, 200, 400, 700}).Draw(t, "unit")
						err := k.write(func(ctx context.Context, tx *db.Tx) error {
							return k.Kernel.Reassign(ctx, tx, officer, d.ID, to, "某单位", "职责调整")
						})
						if err != nil && !errs.Is(err, errs.Invalid) && !errs.Is(err, errs.NotFound) {
							t.Fatal(err)
						}
						if err == nil && to == stranger.Post.Unit {
							if _, err := k.Get(ctx, k.d.Reader(), stranger, m); err != nil {
								t.Fatalf("the unit that has a duty of it now: %v", err)
							}
						}
						return
					}
				},
				"a duty is waived": func(t *rapid.T) {
					for _, d := range k.todo(m) {
						err := k.write(func(ctx context.Context, tx *db.Tx) error {
							return k.Kernel.Waive(ctx, tx, officer, d.ID, "情况变化")
						})
						if err != nil && !errs.Is(err, errs.NotFound) {
							t.Fatal(err)
						}
						return
					}
				},
				"something was wrong": func(t *rapid.T) {
					f := rapid.SampledFrom(k.get(officer, m).Facts).Draw(t, "fact")
					err := k.write(func(ctx context.Context, tx *db.Tx) error { return k.Strike(ctx, tx, officer, m, f.ID, "登记错了") })
					if err != nil && !errs.Is(err, errs.Conflict) && !errs.Is(err, errs.NotFound) {
						t.Fatal(err)
					}
				},
				"": func(t *rapid.T) { k.followsFromFacts(t, m) },
			})
		})
	})
}

// followsFromFacts holds standing and open duties of a measure against what its facts ask for.
func (k desk) followsFromFacts(t *rapid.T, m ref.Measure) {
	t.Helper()
	got := k.get(officer, m)
	var facts []protection.Happened
	for _, f := range got.Facts {
		if f.Struck == 0 {
			facts = append(facts, protection.Happened{ID: int64(f.ID), Kind: f.Kind, At: f.At, Until: f.Until, Urgent: f.Urgent != 0})
		}
	}
	cal, _ := k.Calendar(context.Background(), k.d.Reader())
	want := got.Rule.Follow(facts, k.Span(cal, civil.DateOf(k.c.Now())))
	if got.Phase != want.Phase || got.State != want.State || got.Until != want.Until || (got.Alarm != 0) != want.Alarm {
		t.Fatalf("stands %s %q until %s, should %s %q until %s", got.Phase, got.State, got.Until, want.Phase, want.State, want.Until)
	}
	type key struct {
		rule  string
		cause int64
		round int
	}
	open, waived := map[key]int{}, map[key]bool{}
	for _, task := range got.Tasks {
		at := key{task.Rule, int64(task.Cause), task.Round}
		switch got.Duties[task.Duty].State {
		case duty.Open:
			open[at]--
		case duty.Waived:
			waived[at] = true
		}
	}
	for _, w := range want.Tasks {
		if at := (key{w.Duty, w.Cause, w.Round}); w.Open() && !waived[at] {
			open[at]++
		}
	}
	for at, n := range open {
		if n != 0 {
			t.Fatalf("%d too few open duties of %s", n, at.rule)
		}
	}
}
