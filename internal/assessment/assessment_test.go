package assessment_test

import (
	"context"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"weibao/internal/access"
	"weibao/internal/assessment"
	"weibao/internal/child"
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
	village = "990101100200"
	other   = "990101101200"
)

func actor(user ref.User, region string, role access.Role) access.Actor {
	return access.Actor{User: user, Name: "某人", Post: access.Post{ID: ref.Post(user), Unit: ref.Unit(user), UnitName: "某单位", Region: region, Role: role}}
}

var (
	officer    = actor(100, county, access.Officer)
	supervisor = actor(200, town, access.Supervisor)
	second     = actor(201, town, access.Supervisor)
	director   = actor(300, village, access.ChildDirector)
	stranger   = actor(400, other, access.ChildDirector)
	units      = map[string]ref.Unit{"child_director": 300, "assigned": 300, "grid": 300, "supervisor": 200, "officer": 100, "unit": 100}
)

type desk struct {
	*assessment.Desk
	d *db.DB
	t testing.TB
}

func withDesk(t *testing.T, book string, test func(k desk, c *clock.Manual)) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) { test(newDesk(t, d, book), c) })
}

func newDesk(t testing.TB, d *db.DB, book string) desk {
	cal := testkit.Calendar(t)
	rules := testkit.Book(t, book)
	return desk{&assessment.Desk{Cabinet: testkit.Cabinet(t, d, book), Kernel: testkit.Kernel(cal, 100), Book: func() *rule.Book { return rules },
		Unit:     func(_ context.Context, _ *db.Tx, _, who, _ string) (ref.Unit, error) { return units[who], nil },
		Calendar: func(context.Context, *db.Tx) (*civil.Calendar, error) { return cal, nil }}, d, t}
}

func (k desk) write(fn func(ctx context.Context, tx *db.Tx) error) error {
	return k.d.Write(context.Background(), func(tx *db.Tx) error { return fn(context.Background(), tx) })
}

func (k desk) child(categories ...string) (id ref.Child) {
	k.t.Helper()
	n := child.New{Name: "某某", Region: village, Source: "form", Birth: civil.MustParse("2015-06-01"), Dossier: child.Dossier{NoNumber: "missing"}}
	for _, c := range categories {
		n.Categories = append(n.Categories, child.NewCategory{ID: c, Source: "form"})
	}
	err := k.write(func(ctx context.Context, tx *db.Tx) (err error) {
		id, err = k.Cabinet.Create(ctx, tx, officer, n)
		return err
	})
	if err != nil {
		k.t.Fatal(err)
	}
	return id
}

// answers gives harmless answers with the worst ones for the first few.
func (k desk) answers(worst int) map[string]string {
	scale, _ := k.Book().CountyScale(civil.MustParse("2026-03-02"))
	out := map[string]string{}
	for _, e := range scale.Emergencies {
		out[e.ID] = rule.No
	}
	for i, ind := range scale.Asked(10) {
		list := slices.SortedFunc(slices.Values(ind.Answers), func(a, b rule.Choice) int {
			if scale.Direction == rule.Better {
				a, b = b, a
			}
			return a.Points - b.Points
		})
		out[ind.ID] = list[0].Value
		if i < worst {
			out[ind.ID] = list[len(list)-1].Value
		}
	}
	return out
}

func (k desk) assess(by access.Actor, id ref.Child, in assessment.In) (out assessment.Outcome, err error) {
	err = k.write(func(ctx context.Context, tx *db.Tx) (err error) { out, err = k.Assess(ctx, tx, by, id, in); return err })
	return out, err
}

func (k desk) mustAssess(by access.Actor, id ref.Child, in assessment.In) assessment.Outcome {
	k.t.Helper()
	out, err := k.assess(by, id, in)
	if err != nil {
		k.t.Fatal(err)
	}
	return out
}

func (k desk) decide(by access.Actor, id ref.Assessment, agree bool) error {
	return k.write(func(ctx context.Context, tx *db.Tx) error { return k.Decide(ctx, tx, by, id, agree, "已核实") })
}

func (k desk) level(id ref.Child) int {
	k.t.Helper()
	c, err := k.Cabinet.Get(context.Background(), k.d.Reader(), officer, id)
	if err != nil {
		k.t.Fatal(err)
	}
	return c.Level
}

// open gives the kinds of open care of a child, and holds that each has one
// open duty of the right kind and that the child's due is the earliest.
func (k desk) open(t rapid.TB, id ref.Child) []string {
	ctx, tx := context.Background(), k.d.Reader()
	cares, err := k.Cares(ctx, tx, officer, id)
	if err != nil {
		t.Fatal(err)
	}
	duties, err := k.Kernel.OfSubject(ctx, tx, officer, "child", int64(id))
	if err != nil {
		t.Fatal(err)
	}
	duties = slices.DeleteFunc(duties, func(d duty.Duty) bool { return d.State != duty.Open })
	c, err := k.Cabinet.Get(ctx, tx, officer, id)
	if err != nil {
		t.Fatal(err)
	}
	if len(duties) != len(cares) {
		t.Fatalf("%d open duties for %d cares", len(duties), len(cares))
	}
	var kinds []string
	for i, h := range cares {
		kinds = append(kinds, string(h.Kind))
		if !slices.ContainsFunc(duties, func(d duty.Duty) bool { return d.ID == h.Duty && d.Kind == assessment.DutyKind(h.Kind) }) {
			t.Fatalf("care %s has no open duty", h.Kind)
		}
		if i == 0 && c.Due != h.Due.String() {
			t.Fatalf("due of the child is %s, of its care %s", c.Due, h.Due)
		}
	}
	if len(cares) == 0 && c.Due != child.NoDue {
		t.Fatal("due without care", c.Due)
	}
	slices.Sort(kinds)
	return kinds
}

func TestALevelRisesAtOnceAndMakesTheWork(t *testing.T) {
	withDesk(t, "demo", func(k desk, _ *clock.Manual) {
		id := k.child()
		out := k.mustAssess(director, id, assessment.In{Answers: k.answers(5)})
		if out.State != assessment.Held || out.Result.Level < 3 || k.level(id) != out.Result.Level || len(out.Result.Why()) == 0 {
			t.Fatal(out, k.level(id))
		}
		kinds := k.open(t, id)
		for _, kind := range []rule.CareKind{rule.Visit, rule.Reassess, rule.FirstContact} {
			if !slices.Contains(kinds, string(kind)) {
				t.Errorf("no %s among %v", kind, kinds)
			}
		}
	})
}

func TestALevelFallsOnlyThroughASecondPerson(t *testing.T) {
	withDesk(t, "demo", func(k desk, _ *clock.Manual) {
		id := k.child()
		k.mustAssess(supervisor, id, assessment.In{Answers: k.answers(5)})
		high, before := k.level(id), k.open(t, id)
		out := k.mustAssess(supervisor, id, assessment.In{Answers: k.answers(0)})
		if out.State != assessment.Proposed || k.level(id) != high || !slices.Equal(k.open(t, id), before) {
			t.Fatal("it fell alone", out)
		}
		if err := k.decide(supervisor, out.ID, true); !errs.Is(err, errs.Forbidden) {
			t.Error("he agreed with himself:", err)
		}
		if err := k.decide(director, out.ID, true); !errs.Is(err, errs.Forbidden) {
			t.Error("a village decided:", err)
		}
		if err := k.decide(stranger, out.ID, true); err == nil {
			t.Error("a stranger decided")
		}
		decider := second
		if high == 4 {
			decider = officer
		}
		if err := k.decide(decider, out.ID, true); err != nil {
			t.Fatal(err)
		}
		if k.level(id) != 1 || slices.Contains(k.open(t, id), "first-contact") {
			t.Error("level or care of the old level stayed", k.level(id), k.open(t, id))
		}
		if err := k.decide(decider, out.ID, true); !errs.Is(err, errs.Conflict) {
			t.Error("decided twice:", err)
		}
	})
}

func TestARefusalLeavesTheLevel(t *testing.T) {
	withDesk(t, "demo", func(k desk, _ *clock.Manual) {
		id := k.child()
		k.mustAssess(supervisor, id, assessment.In{Answers: k.answers(3)})
		high := k.level(id)
		out := k.mustAssess(supervisor, id, assessment.In{Answers: k.answers(0)})
		if err := k.decide(officer, out.ID, false); err != nil {
			t.Fatal(err)
		}
		told, err := k.Get(t.Context(), k.d.Reader(), officer, out.ID)
		if err != nil || told.State != assessment.Refused || told.Words != "已核实" || !told.Readable || k.level(id) != high {
			t.Fatal(told, err)
		}
	})
}

func TestWhoGoesBelowTheScaleSaysWhyAndWaits(t *testing.T) {
	withDesk(t, "demo", func(k desk, _ *clock.Manual) {
		id := k.child()
		if _, err := k.assess(supervisor, id, assessment.In{Answers: k.answers(5), Level: 1}); !errs.Is(err, errs.Invalid) {
			t.Error("no reason asked:", err)
		}
		out := k.mustAssess(supervisor, id, assessment.In{Answers: k.answers(5), Level: 1, Reason: "祖父母照护周到"})
		if out.State != assessment.Proposed || k.level(id) != 0 {
			t.Error(out.State, k.level(id))
		}
		up := k.mustAssess(director, id, assessment.In{Answers: k.answers(0), Level: 3, Reason: "邻里反映异常"})
		if up.State != assessment.Held || k.level(id) != 3 {
			t.Error(up.State, k.level(id))
		}
		told, err := k.Get(t.Context(), k.d.Reader(), officer, out.ID)
		if err != nil || told.State != assessment.Replaced {
			t.Error("the old proposal still waits", told.State, err)
		}
	})
}

func TestWhoeverWaitsForAnAssessmentIsToldOfIt(t *testing.T) {
	withDesk(t, "demo", func(k desk, _ *clock.Manual) {
		var told []ref.Assessment
		k.Assessed = func(_ context.Context, _ *db.Tx, _ access.Actor, _ ref.Child, a ref.Assessment) error {
			told = append(told, a)
			return nil
		}
		id := k.child()
		up := k.mustAssess(director, id, assessment.In{Answers: k.answers(3)})
		down := k.mustAssess(director, id, assessment.In{Answers: k.answers(0)}) // waits for a second person, but the child was assessed
		if !slices.Equal(told, []ref.Assessment{up.ID, down.ID}) {
			t.Errorf("told of %v", told)
		}
	})
}

func TestAnEmergencyOverridesThePoints(t *testing.T) {
	withDesk(t, "demo", func(k desk, _ *clock.Manual) {
		id := k.child()
		scale, _ := k.Book().CountyScale(civil.MustParse("2026-03-02"))
		answers := map[string]string{scale.Emergencies[0].ID: rule.Yes}
		if _, err := k.assess(director, id, assessment.In{Answers: answers, Level: 2, Reason: "不严重"}); !errs.Is(err, errs.Invalid) {
			t.Error("an emergency was talked down:", err)
		}
		out := k.mustAssess(director, id, assessment.In{Answers: answers})
		if out.State != assessment.Held || k.level(id) != rule.TopLevel || len(out.Result.Emergencies) != 1 {
			t.Fatal(out)
		}
	})
}

func TestUnansweredQuestionsAreNamed(t *testing.T) {
	withDesk(t, "demo", func(k desk, _ *clock.Manual) {
		answers := k.answers(0)
		delete(answers, "p.illness")
		if _, err := k.assess(director, k.child(), assessment.In{Answers: answers}); !errs.Is(err, errs.Invalid) {
			t.Fatal(err)
		}
	})
}

func TestTheTownshipProposesAndTheCountyConfirmsWhereThePlanSaysSo(t *testing.T) {
	withDesk(t, "beiliu", func(k desk, _ *clock.Manual) {
		id := k.child()
		out := k.mustAssess(supervisor, id, assessment.In{Answers: k.answers(5)})
		if out.State != assessment.Held || out.Waits != rule.AtCounty || k.level(id) == 0 {
			t.Fatal(out)
		}
		if err := k.decide(second, out.ID, true); !errs.Is(err, errs.Forbidden) {
			t.Error("a township confirmed:", err)
		}
		if err := k.decide(officer, out.ID, true); err != nil {
			t.Fatal(err)
		}
		told, err := k.Get(t.Context(), k.d.Reader(), officer, out.ID)
		if err != nil || told.Confirmed == 0 {
			t.Error(told.Confirmed, err)
		}
	})
}

func TestWhatWasDoneClosesItsDutyAndTheNextBegins(t *testing.T) {
	withDesk(t, "demo", func(k desk, c *clock.Manual) {
		id := k.child()
		k.mustAssess(supervisor, id, assessment.In{Answers: k.answers(3)})
		before, err := k.Cares(t.Context(), k.d.Reader(), officer, id)
		if err != nil {
			t.Fatal(err)
		}
		c.Advance(24 * 60 * 60 * 1e9)
		err = k.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := k.Enter(ctx, tx, director, id, assessment.Done{Kind: rule.Visit, Seen: true, Present: true})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		after, err := k.Cares(t.Context(), k.d.Reader(), officer, id)
		if err != nil {
			t.Fatal(err)
		}
		visit := func(list []assessment.Care) assessment.Care {
			return list[slices.IndexFunc(list, func(h assessment.Care) bool { return h.Kind == rule.Visit })]
		}
		if visit(after).Duty == visit(before).Duty || !visit(after).Due.After(visit(before).Due) || slices.Contains(k.open(t, id), "first-contact") {
			t.Fatal(before, after)
		}
		d, err := k.Kernel.Get(t.Context(), k.d.Reader(), officer, visit(before).Duty)
		if err != nil || d.State != duty.Done || d.Fact != "assessment_record" {
			t.Fatal(d, err)
		}
	})
}

func TestNobodyAssessesOutsideHisScope(t *testing.T) {
	withDesk(t, "demo", func(k desk, _ *clock.Manual) {
		id := k.child()
		out := k.mustAssess(director, id, assessment.In{Answers: k.answers(2)})
		if _, err := k.assess(stranger, id, assessment.In{Answers: k.answers(0)}); !errs.Is(err, errs.NotFound) {
			t.Error("assessed:", err)
		}
		if _, err := k.Get(t.Context(), k.d.Reader(), stranger, out.ID); !errs.Is(err, errs.NotFound) {
			t.Error("read:", err)
		}
		if _, err := k.Of(t.Context(), k.d.Reader(), stranger, id); !errs.Is(err, errs.NotFound) {
			t.Error("listed:", err)
		}
		if _, err := k.Records(t.Context(), k.d.Reader(), stranger, id); !errs.Is(err, errs.NotFound) {
			t.Error("records:", err)
		}
		err := k.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := k.Enter(ctx, tx, stranger, id, assessment.Done{Kind: rule.Visit})
			return err
		})
		if !errs.Is(err, errs.NotFound) {
			t.Error("recorded:", err)
		}
	})
}

// TestCareEqualsAFullRecomputation plays random work and holds after each
// step that what is open is what the matrix asks for.
func TestCareEqualsAFullRecomputation(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) {
		k := newDesk(t, d, "demo")
		kinds := []rule.CareKind{rule.Visit, rule.Contact, rule.FirstContact, rule.FollowUp}
		rapid.Check(t, func(rt *rapid.T) {
			c.Set(testkit.Noon)
			id := k.child([]string{"C03", "C10", "C16"}[:rapid.IntRange(0, 3).Draw(rt, "categories")]...)
			for range rapid.IntRange(1, 5).Draw(rt, "steps") {
				c.Advance(1e9 * 3600 * 24 * 3)
				by := rapid.SampledFrom([]access.Actor{director, supervisor, officer}).Draw(rt, "by")
				if rapid.Bool().Draw(rt, "assess") {
					out, err := k.assess(by, id, assessment.In{Answers: k.answers(rapid.IntRange(0, 6).Draw(rt, "worst"))})
					if err != nil {
						rt.Fatal(err)
					}
					if out.State == assessment.Proposed && by.User != officer.User && rapid.Bool().Draw(rt, "agree") {
						if err := k.decide(officer, out.ID, true); err != nil {
							rt.Fatal(err)
						}
					}
				} else {
					err := k.write(func(ctx context.Context, tx *db.Tx) error {
						_, err := k.Enter(ctx, tx, director, id, assessment.Done{Kind: rapid.SampledFrom(kinds).Draw(rt, "kind"), Seen: true})
						return err
					})
					if err != nil {
						rt.Fatal(err)
					}
				}
				row, err := k.Cabinet.Get(context.Background(), d.Reader(), officer, id)
				if err != nil {
					rt.Fatal(err)
				}
				open := k.open(rt, id)
				for _, w := range k.Book().LevelDuties(row.Level, row.CategoryIDs(), civil.DateOf(c.Now())).Duties {
					if w.Returns() && w.After == "" && w.Kind != rule.Patrol && (row.Level > 0 || w.Kind != rule.Reassess) && !slices.Contains(open, string(w.Kind)) {
						rt.Fatalf("%s is missing at level %d: %v", w.Kind, row.Level, open)
					}
				}
				for _, kind := range open {
					if _, ok := k.Book().LevelDuties(row.Level, row.CategoryIDs(), civil.DateOf(c.Now())).Duty(rule.CareKind(kind)); !ok {
						rt.Fatalf("%s is open and nothing asks for it", kind)
					}
				}
			}
		})
	})
}
