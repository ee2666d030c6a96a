package casework_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"weibao/internal/access"
	"weibao/internal/casework"
	"weibao/internal/casework/referral"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/file"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/testkit"
)

const county, village = "990101000000", "990101100200"

func actor(user ref.User, unit ref.Unit, name, region string, role access.Role) access.Actor {
	return access.Actor{User: user, Name: name, Post: access.Post{ID: ref.Post(user), Unit: unit, UnitName: name, Region: region, Role: role}}
}

var (
	officer  = actor(100, 100, "周岚", county, access.Officer)
	second   = actor(101, 100, "赵晓梅", county, access.Officer)
	third    = actor(102, 100, "孙建国", county, access.Officer)
	station  = actor(200, 200, "罗成", "990101100000", access.Supervisor)
	director = actor(300, 300, "石秀兰", village, access.ChildDirector)
	health   = actor(400, 400, "卫健联络员", county, access.Liaison)
	cast     = []access.Actor{officer, second, third, station, director, health}
)

type desk struct {
	*testing.T
	d      *db.DB
	clock  *clock.Manual
	k      *casework.Desk
	child  ref.Child
	judged casework.Judged
}

func withDesk(t *testing.T, test func(x *desk)) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) {
		cal, cabinet := testkit.Calendar(t), testkit.Cabinet(t, d, "demo")
		x := &desk{T: t, d: d, clock: c}
		clocks := func(_ context.Context, tx *db.Tx, _, id string) (rule.Clock, error) {
			c, ok := cabinet.Book().Clock(id, civil.DateOf(tx.Now.Time()))
			if !ok {
				t.Errorf("no clock %s", id)
			}
			return c, nil
		}
		names := func(context.Context, *db.Tx, []ref.Unit) (map[ref.Unit]string, error) {
			return map[ref.Unit]string{}, nil
		}
		files := &file.Store{Dir: t.TempDir(), Vault: cabinet.Vault}
		kernel := testkit.Kernel(cal, 100)
		referrals := &referral.Desk{Kernel: kernel, Vault: cabinet.Vault, Files: files, Book: cabinet.Book, Clock: clocks, Units: names}
		x.k = &casework.Desk{Cabinet: cabinet, Kernel: kernel, Vault: cabinet.Vault, Files: files, Book: cabinet.Book, Referrals: referrals, Clock: clocks, Units: names,
			Judged: func(context.Context, *db.Tx, ref.Child) (casework.Judged, bool, error) {
				return x.judged, x.judged.ID != 0, nil
			},
			Unit: func(_ context.Context, _ *db.Tx, _, who string) (ref.Unit, error) {
				return map[string]ref.Unit{"village": 300, "township": 200, "office": 100}[who], nil
			},
			Person: func(_ context.Context, _ *db.Tx, _ access.Actor, id ref.User) (casework.Person, error) {
				for _, a := range cast {
					if a.User == id {
						return casework.Person{ID: id, Name: a.Name, Unit: a.Post.Unit, Role: a.Post.Role}, nil
					}
				}
				return casework.Person{}, errs.Missing()
			},
			Urgent: func(context.Context, *db.Tx, casework.Case) (int, error) { return 0, nil }}
		referrals.Insider, referrals.Moved = x.k.Insider, x.k.Moved
		x.newChild()
		test(x)
	})
}

// newChild makes a child of whom nothing is known yet.
func (x *desk) newChild() {
	x.Helper()
	x.must(func(tx *db.Tx) (err error) {
		x.child, err = x.k.Cabinet.Create(x.Context(), tx, officer, child.New{Name: "单小明", Region: village, Source: "form", Birth: civil.MustParse("2015-06-01"), Dossier: child.Dossier{NoNumber: "missing"}})
		return err
	})
}

func (x *desk) try(fn func(tx *db.Tx) error) error {
	x.Helper()
	x.clock.Advance(time.Second)
	return x.d.Write(x.Context(), fn)
}

func (x *desk) must(fn func(tx *db.Tx) error) {
	x.Helper()
	if err := x.try(fn); err != nil {
		x.Fatal(err)
	}
}

func (x *desk) open(by access.Actor) (id ref.Case) {
	x.Helper()
	x.must(func(tx *db.Tx) (err error) {
		id, err = x.k.Open(x.Context(), tx, by, casework.New{Child: x.child, Origin: casework.ByHand, Why: "照护缺失"})
		return err
	})
	return id
}

func (x *desk) show(by access.Actor, id ref.Case) casework.Record {
	x.Helper()
	r, err := x.k.Show(x.Context(), x.d.Reader(), by, id)
	if err != nil {
		x.Fatal(err)
	}
	return r
}

// assess lets the child be judged, with trouble in one dimension or none.
func (x *desk) assess(level int, clear bool) {
	x.Helper()
	x.must(func(tx *db.Tx) error {
		x.judged = casework.Judged{ID: ref.New[ref.Assessment](tx.Now.Time()), At: tx.Now, Level: level,
			Sides: []casework.Side{{ID: "body", Label: "生理", Clear: true}, {ID: "care", Label: "监护", Clear: clear}}}
		return x.k.Assessed(x.Context(), tx, officer, x.child, x.judged.ID, level)
	})
}

func goal(state string) []casework.GoalIn {
	return []casework.GoalIn{{Side: "care", Label: "监护", Text: "落实照护人", Unit: 200, Due: civil.MustParse("2026-05-01"), State: state, Result: "已落实"}}
}

func (x *desk) plan(id ref.Case, state string) {
	x.Helper()
	x.must(func(tx *db.Tx) error {
		return x.k.Save(x.Context(), tx, officer, id, x.show(officer, id).Version, goal(state))
	})
}

func (x *desk) duties(by access.Actor, kind string) []duty.Duty {
	x.Helper()
	list, err := x.k.Kernel.List(x.Context(), x.d.Reader(), by, duty.Filter{Mine: true, Kind: kind})
	if err != nil {
		x.Fatal(err)
	}
	return list
}

func TestOutsideItsTeamACaseDoesNotExist(t *testing.T) {
	withDesk(t, func(x *desk) {
		id := x.open(officer)
		for _, by := range []access.Actor{second, station, director} {
			if _, err := x.k.Show(t.Context(), x.d.Reader(), by, id); !errs.Is(err, errs.NotFound) {
				t.Errorf("%s sees it: %v", by.Name, err)
			}
			if rows, err := x.k.List(t.Context(), x.d.Reader(), by, casework.Filter{Limit: 10}); err != nil || len(rows) != 0 {
				t.Errorf("%s lists %d, %v", by.Name, len(rows), err)
			}
			if rows, err := x.k.Of(t.Context(), x.d.Reader(), by, x.child); err != nil || len(rows) != 0 {
				t.Errorf("%s finds %d by the child, %v", by.Name, len(rows), err)
			}
			if err := x.try(func(tx *db.Tx) error { return x.k.Note(t.Context(), tx, by, id, "甲", nil) }); !errs.Is(err, errs.NotFound) {
				t.Errorf("%s writes to it: %v", by.Name, err)
			}
		}
		x.must(func(tx *db.Tx) error { return x.k.Join(t.Context(), tx, officer, id, station.User, casework.Mate) })
		r := x.show(station, id)
		if len(r.Team) != 2 || r.Why != "照护缺失" {
			t.Errorf("the team: %+v", r.Team)
		}
		x.must(func(tx *db.Tx) error { return x.k.Part(t.Context(), tx, officer, id, r.Team[1].ID) })
		if _, err := x.k.Show(t.Context(), x.d.Reader(), station, id); !errs.Is(err, errs.NotFound) {
			t.Errorf("who left still sees it: %v", err)
		}
	})
}

func TestALiaisonIsAskedByReferralAndNotTakenIntoTheTeam(t *testing.T) {
	withDesk(t, func(x *desk) {
		id := x.open(officer)
		if err := x.try(func(tx *db.Tx) error { return x.k.Join(t.Context(), tx, officer, id, health.User, casework.Mate) }); !errs.Is(err, errs.Invalid) {
			t.Errorf("%v", err)
		}
	})
}

func TestPhasesFollowFromWhatWasDone(t *testing.T) {
	withDesk(t, func(x *desk) {
		id := x.open(officer)
		want := func(ph casework.Phase) {
			t.Helper()
			if got := x.show(officer, id).Phase; got != ph {
				t.Errorf("phase %s, want %s", got, ph)
			}
		}
		want(casework.Taking)
		x.must(func(tx *db.Tx) error { return x.k.Join(t.Context(), tx, officer, id, second.User, casework.Second) })
		want(casework.Assessing)
		x.assess(3, false)
		want(casework.Planning)
		if err := x.try(func(tx *db.Tx) error { return x.k.Confirm(t.Context(), tx, officer, id) }); !errs.Is(err, errs.Conflict) || !strings.Contains(err.Error(), "监护") {
			t.Errorf("an incomplete plan was confirmed: %v", err)
		}
		x.plan(id, casework.GoalOpen)
		if len(x.duties(officer, casework.PlanKind)) != 1 {
			t.Error("no duty to plan")
		}
		x.must(func(tx *db.Tx) error { return x.k.Confirm(t.Context(), tx, officer, id) })
		if len(x.duties(officer, casework.PlanKind)) != 0 || len(x.duties(officer, casework.ReviewKind)) != 1 {
			t.Error("confirming neither ended planning nor asked for a review")
		}
		want(casework.Acting)
		x.must(func(tx *db.Tx) error {
			return x.k.Serve(t.Context(), tx, officer, id, casework.Done{Kind: "guardianship", Provider: "村委会", Words: "落实临时照护"})
		})
		want(casework.Acting)
		x.assess(1, true)
		want(casework.Reviewing)
	})
}

func TestACaseClosesAfterAReviewThroughASecondPersonAndIsFollowedUp(t *testing.T) {
	withDesk(t, func(x *desk) {
		id := x.open(officer)
		x.assess(3, false)
		x.plan(id, casework.GoalOpen)
		x.must(func(tx *db.Tx) error { return x.k.Confirm(t.Context(), tx, officer, id) })
		x.must(func(tx *db.Tx) error {
			return x.k.Serve(t.Context(), tx, officer, id, casework.Done{Kind: "visit", Provider: "村委会"})
		})
		x.must(func(tx *db.Tx) error {
			return x.k.Hear(t.Context(), tx, officer, id, casework.Heard{Able: true, Words: "想和外婆住"})
		})
		x.plan(id, casework.GoalMet)
		propose := func() error {
			return x.try(func(tx *db.Tx) error { return x.k.Propose(t.Context(), tx, officer, id, "stable", "照护已落实") })
		}
		if err := propose(); !errs.Is(err, errs.Conflict) || !strings.Contains(err.Error(), "复评") {
			t.Fatalf("closed without a review: %v", err)
		}
		x.assess(1, true)
		if err := propose(); !errs.Is(err, errs.Conflict) || !strings.Contains(err.Error(), "另一人") {
			t.Fatalf("closed alone: %v", err)
		}
		x.must(func(tx *db.Tx) error { return x.k.Join(t.Context(), tx, officer, id, second.User, casework.Second) })
		if err := propose(); err != nil {
			t.Fatal(err)
		}
		decide := func(by access.Actor, agree bool) error {
			return x.try(func(tx *db.Tx) error { return x.k.Decide(t.Context(), tx, by, id, agree, "") })
		}
		if err := decide(officer, true); !errs.Is(err, errs.Forbidden) {
			t.Errorf("who proposed decided: %v", err)
		}
		if err := decide(third, true); !errs.Is(err, errs.NotFound) {
			t.Errorf("an outsider decided: %v", err)
		}
		if err := decide(second, false); !errs.Is(err, errs.Invalid) {
			t.Errorf("refused without words: %v", err)
		}
		if err := decide(second, true); err != nil {
			t.Fatal(err)
		}
		r := x.show(officer, id)
		if r.Phase != casework.Following || len(r.Follows) != 3 || len(x.duties(officer, casework.ReviewKind)) != 0 {
			t.Fatalf("phase %s, %d follow-ups", r.Phase, len(r.Follows))
		}
		if list := x.duties(director, casework.FollowKind); len(list) != 3 || strings.Contains(list[0].Title, "单小明") {
			t.Errorf("the village has %d follow-ups", len(list))
		}
		look := func(f casework.Follow, in casework.Look) error {
			return x.try(func(tx *db.Tx) error { return x.k.Follow(t.Context(), tx, director, f.ID, in) })
		}
		if err := look(r.Follows[0], casework.Look{}); !errs.Is(err, errs.Invalid) {
			t.Errorf("a worry without words: %v", err)
		}
		if err := look(r.Follows[0], casework.Look{Words: "又无人照看"}); err != nil {
			t.Fatal(err)
		}
		if len(x.duties(officer, casework.WorryKind)) != 1 || !x.show(officer, id).Worry {
			t.Error("a worry does not come back to who is in charge")
		}
		x.must(func(tx *db.Tx) error { return x.k.Reopen(t.Context(), tx, officer, id, "照护人离开") })
		if r := x.show(officer, id); r.Closed != 0 || r.Worry || len(x.duties(director, casework.FollowKind)) != 0 {
			t.Errorf("reopened: %+v", r.Facts)
		}
	})
}

// A free ending passes over what can no longer be had, and over nothing else:
// a child of six is not of age, and steps against a danger are not dropped.
func TestAFreeEndingKeepsWhatStillProtectsTheChild(t *testing.T) {
	withDesk(t, func(x *desk) {
		id := x.open(officer)
		x.must(func(tx *db.Tx) error { return x.k.Join(t.Context(), tx, officer, id, second.User, casework.Second) })
		propose := func(outcome string) error {
			return x.try(func(tx *db.Tx) error { return x.k.Propose(t.Context(), tx, officer, id, outcome, "情况说明") })
		}
		if err := propose("grown"); !errs.Is(err, errs.Conflict) {
			t.Errorf("closed as of age: %v", err)
		}
		urgent := x.k.Urgent
		x.k.Urgent = func(context.Context, *db.Tx, casework.Case) (int, error) { return 1, nil }
		if err := propose("moved"); !errs.Is(err, errs.Conflict) {
			t.Errorf("moved away with an emergency under way: %v", err)
		}
		if err := propose("died"); err != nil {
			t.Errorf("the death of a child waits for steps: %v", err)
		}
		x.k.Urgent = urgent
	})
}

func TestWhatWasWaivedKeepsNobodyFromGoingOn(t *testing.T) {
	withDesk(t, func(x *desk) {
		id := x.open(officer)
		x.must(func(tx *db.Tx) error { return x.k.Join(t.Context(), tx, officer, id, second.User, casework.Second) })
		x.must(func(tx *db.Tx) error { return x.k.Propose(t.Context(), tx, officer, id, "moved", "已迁出") })
		waive := func(list []duty.Duty) {
			t.Helper()
			if len(list) == 0 {
				t.Fatal("nothing to waive")
			}
			x.must(func(tx *db.Tx) error { return x.k.Kernel.Waive(t.Context(), tx, third, list[0].ID, "情况变化") })
		}
		waive(x.duties(second, casework.DecideKind))
		x.must(func(tx *db.Tx) error { return x.k.Decide(t.Context(), tx, second, id, true, "") })
		if r := x.show(officer, id); r.Phase != casework.ClosedDown {
			t.Errorf("phase %s", r.Phase)
		}
	})
}

func TestAWaivedDecisionOrFollowUpWaitsForNobody(t *testing.T) {
	withDesk(t, func(x *desk) {
		x.k.Kernel.Moved = x.k.Freed
		id := x.open(officer)
		var conference casework.ConferenceID
		x.must(func(tx *db.Tx) (err error) {
			conference, err = x.k.Call(t.Context(), tx, officer, id, civil.MustParse("2026-03-05"), casework.Minutes{Agenda: "照护安排", Attendees: []casework.Attendee{{Unit: 400}}})
			return err
		})
		x.must(func(tx *db.Tx) error {
			return x.k.Minute(t.Context(), tx, officer, id, conference, casework.Minutes{Summary: "由卫健局牵头"}, []casework.Resolve{{Unit: 400, Text: "安排一次体检"}})
		})
		waive := func(d duty.Duty) {
			t.Helper()
			x.must(func(tx *db.Tx) error { return x.k.Kernel.Waive(t.Context(), tx, third, d.ID, "情况变化") })
		}
		d := x.duties(health, casework.DecisionKind)[0]
		waive(d)
		if got := x.show(officer, id).Meetings[0].Decisions[0]; got.Done == 0 || got.Waived == 0 {
			t.Errorf("the decision still waits: %+v", got.Decision)
		}
		if err := x.try(func(tx *db.Tx) error {
			return x.k.Carry(t.Context(), tx, health, casework.DecisionID(d.SubjectID), "已体检")
		}); !errs.Is(err, errs.Conflict) {
			t.Errorf("carried out all the same: %v", err)
		}
		x.must(func(tx *db.Tx) error { return x.k.Join(t.Context(), tx, officer, id, second.User, casework.Second) })
		x.assess(1, true)
		x.plan(id, casework.GoalMet)
		x.must(func(tx *db.Tx) error { return x.k.Confirm(t.Context(), tx, officer, id) })
		x.must(func(tx *db.Tx) error {
			return x.k.Serve(t.Context(), tx, officer, id, casework.Done{Kind: "visit", Provider: "村委会"})
		})
		x.must(func(tx *db.Tx) error {
			return x.k.Hear(t.Context(), tx, officer, id, casework.Heard{Able: true, Words: "想住外婆家"})
		})
		x.assess(1, true)
		x.must(func(tx *db.Tx) error { return x.k.Propose(t.Context(), tx, officer, id, "stable", "已稳定") })
		x.must(func(tx *db.Tx) error { return x.k.Decide(t.Context(), tx, second, id, true, "") })
		visits := x.duties(director, casework.FollowKind)
		if len(visits) == 0 || x.show(officer, id).Phase != casework.Following {
			t.Fatalf("%d follow-ups", len(visits))
		}
		for _, d := range visits {
			waive(d)
		}
		if got := x.show(officer, id).Phase; got != casework.ClosedDown {
			t.Errorf("all follow-ups were waived, and the case stands at %s", got)
		}
	})
}

func TestTwoWhoEditThePlanDoNotOverwriteEachOther(t *testing.T) {
	withDesk(t, func(x *desk) {
		id := x.open(officer)
		x.assess(3, false)
		x.must(func(tx *db.Tx) error { return x.k.Join(t.Context(), tx, officer, id, station.User, casework.Mate) })
		x.must(func(tx *db.Tx) error { return x.k.Edit(t.Context(), tx, officer, id) })
		save := func(by access.Actor, version int64) error {
			return x.try(func(tx *db.Tx) error { return x.k.Save(t.Context(), tx, by, id, version, goal("")) })
		}
		if err := x.try(func(tx *db.Tx) error { return x.k.Edit(t.Context(), tx, station, id) }); !errs.Is(err, errs.Conflict) || !strings.Contains(err.Error(), "周岚") {
			t.Errorf("two edit at once: %v", err)
		}
		if err := save(station, 1); !errs.Is(err, errs.Conflict) {
			t.Errorf("saved while somebody else edits: %v", err)
		}
		if err := save(officer, 1); err != nil {
			t.Fatal(err)
		}
		if err := save(station, 1); !errs.Is(err, errs.Invalid) || x.show(station, id).SavedBy != "周岚" {
			t.Errorf("an outdated version was saved: %v", err)
		}
		if err := save(station, 2); err != nil {
			t.Errorf("the present version: %v", err)
		}
		x.must(func(tx *db.Tx) error { return x.k.Edit(t.Context(), tx, officer, id) })
		x.clock.Advance(31 * time.Minute)
		if err := save(station, 3); err != nil {
			t.Errorf("an editing that lapsed still locks: %v", err)
		}
	})
}

func TestWhoIsInvitedToAConferenceIsTold(t *testing.T) {
	withDesk(t, func(x *desk) {
		id := x.open(officer)
		call := func() (conference casework.ConferenceID) {
			x.must(func(tx *db.Tx) (err error) {
				conference, err = x.k.Call(t.Context(), tx, officer, id, civil.MustParse("2026-03-05"), casework.Minutes{Place: "县政府二楼", Agenda: "单小明的照护安排", Attendees: []casework.Attendee{{Unit: 400}}})
				return err
			})
			return conference
		}
		first, second := call(), call()
		list := x.duties(health, casework.ConferKind)
		if len(list) != 2 || !strings.Contains(list[0].Title, "3月5日，县政府二楼") || strings.Contains(list[0].Title, "单小明") || strings.Contains(list[0].Title, "照护") {
			t.Fatalf("%+v", list)
		}
		if list[0].Due < clock.Of(civil.MustParse("2026-03-05").Start()) {
			t.Errorf("due before the day: %v", list[0].Due.Time())
		}
		x.must(func(tx *db.Tx) error {
			return x.k.Minute(t.Context(), tx, officer, id, first, casework.Minutes{Summary: "由卫健局牵头"}, nil)
		})
		if left := x.duties(health, casework.ConferKind); len(left) != 1 {
			t.Errorf("%d duties after the minutes", len(left))
		}
		if err := x.try(func(tx *db.Tx) error { return x.k.CallOff(t.Context(), tx, officer, id, first, "改期") }); !errs.Is(err, errs.Conflict) {
			t.Errorf("called off after its minutes: %v", err)
		}
		x.must(func(tx *db.Tx) error { return x.k.CallOff(t.Context(), tx, officer, id, second, "改期") })
		if left := x.duties(health, casework.ConferKind); len(left) != 0 {
			t.Errorf("%d duties after it was called off", len(left))
		}
	})
}

func TestADecisionOfAConferenceIsADutyThatTellsNothingOfTheCase(t *testing.T) {
	withDesk(t, func(x *desk) {
		id := x.open(officer)
		var conference casework.ConferenceID
		x.must(func(tx *db.Tx) (err error) {
			conference, err = x.k.Call(t.Context(), tx, officer, id, civil.MustParse("2026-03-05"), casework.Minutes{Agenda: "照护安排", Attendees: []casework.Attendee{{Unit: 400}}})
			return err
		})
		x.must(func(tx *db.Tx) error {
			return x.k.Minute(t.Context(), tx, officer, id, conference, casework.Minutes{Summary: "由卫健局牵头", Attendees: []casework.Attendee{{Unit: 400, Name: "张医生", Opinion: "可以安排"}}},
				[]casework.Resolve{{Unit: 400, Text: "安排一次体检"}})
		})
		list := x.duties(health, casework.DecisionKind)
		if len(list) != 1 || strings.Contains(list[0].Title, "单小明") {
			t.Fatalf("%d duties", len(list))
		}
		decision := casework.DecisionID(list[0].SubjectID)
		if d, err := x.k.DecisionOf(t.Context(), x.d.Reader(), health, decision); err != nil || d.Text != "安排一次体检" {
			t.Errorf("%+v, %v", d, err)
		}
		if _, err := x.k.Show(t.Context(), x.d.Reader(), health, id); err == nil {
			t.Error("the unit sees the case")
		}
		if _, err := x.k.DecisionOf(t.Context(), x.d.Reader(), director, decision); !errs.Is(err, errs.NotFound) {
			t.Errorf("another unit reads it: %v", err)
		}
		x.must(func(tx *db.Tx) error { return x.k.Carry(t.Context(), tx, health, decision, "已体检") })
		if len(x.duties(health, casework.DecisionKind)) != 0 || x.show(officer, id).Meetings[0].Decisions[0].Outcome != "已体检" {
			t.Error("carrying out did not end the duty")
		}
	})
}

func TestAnEmergencyOpensACaseForThreeHoursInSight(t *testing.T) {
	withDesk(t, func(x *desk) {
		id := x.open(officer)
		number := x.show(officer, id).Number
		enter := func(by access.Actor, number, reason string) error {
			return x.try(func(tx *db.Tx) error {
				_, err := x.k.Enter(t.Context(), tx, by, number, reason)
				return err
			})
		}
		if err := enter(second, number, ""); !errs.Is(err, errs.Invalid) {
			t.Errorf("without a reason: %v", err)
		}
		if err := enter(second, "个案〔2026〕99号", "甲"); !errs.Is(err, errs.Invalid) {
			t.Errorf("a case that is not there: %v", err)
		}
		if err := enter(station, number, "甲"); !errs.Is(err, errs.Forbidden) {
			t.Errorf("a station: %v", err)
		}
		if err := enter(second, number, "孩子走失，联系不上负责人"); err != nil {
			t.Fatal(err)
		}
		if r := x.show(second, id); r.Events[0].Kind != casework.Entered || r.Events[0].Words != "孩子走失，联系不上负责人" {
			t.Errorf("no trace: %+v", r.Events[0])
		}
		x.clock.Advance(3 * time.Hour)
		if _, err := x.k.Show(t.Context(), x.d.Reader(), second, id); !errs.Is(err, errs.NotFound) {
			t.Errorf("still open after three hours: %v", err)
		}
	})
}

func TestSiblingsHaveLinkedCases(t *testing.T) {
	withDesk(t, func(x *desk) {
		var sister ref.Child
		x.must(func(tx *db.Tx) (err error) {
			sister, err = x.k.Cabinet.Create(t.Context(), tx, officer, child.New{Name: "单小红", Region: village, Source: "form", Birth: civil.MustParse("2017-06-01"), Dossier: child.Dossier{NoNumber: "missing"}})
			return err
		})
		var id ref.Case
		x.must(func(tx *db.Tx) (err error) {
			id, err = x.k.Open(t.Context(), tx, officer, casework.New{Child: x.child, Siblings: []ref.Child{sister}, Origin: casework.ByHand, Why: "照护缺失"})
			return err
		})
		r := x.show(officer, id)
		if len(r.Kin) != 1 || r.Kin[0].Child != sister {
			t.Errorf("kin %+v", r.Kin)
		}
		err := x.try(func(tx *db.Tx) error {
			_, err := x.k.Open(t.Context(), tx, officer, casework.New{Child: sister, Origin: casework.ByHand, Why: "甲"})
			return err
		})
		if !errs.Is(err, errs.Conflict) {
			t.Errorf("a second case for one child: %v", err)
		}
	})
}

func TestAHeirTakesThePlaceInTheTeams(t *testing.T) {
	withDesk(t, func(x *desk) {
		id := x.open(officer)
		x.must(func(tx *db.Tx) error {
			n, err := x.k.Handover(t.Context(), tx, officer, 100, officer.User, third.User, third.Name)
			if n != 1 {
				t.Errorf("%d teams", n)
			}
			return err
		})
		if _, err := x.k.Show(t.Context(), x.d.Reader(), officer, id); !errs.Is(err, errs.NotFound) {
			t.Errorf("who handed over still sees it: %v", err)
		}
		if r := x.show(third, id); r.Team[0].Role != casework.Lead {
			t.Errorf("the heir is %s", r.Team[0].Role)
		}
	})
}

func TestAReferralFromACaseStaysWithTheTeamAndTheUnit(t *testing.T) {
	withDesk(t, func(x *desk) {
		id := x.open(officer)
		var sent ref.Referral
		x.must(func(tx *db.Tx) (err error) {
			sent, err = x.k.Referrals.Dispatch(t.Context(), tx, officer, referral.Order{About: referral.About{Kind: referral.OnCase, ID: int64(id)}, Child: x.child, Region: village, Topic: "counsel", Label: "心理支持",
				Ask: "请安排面谈", Items: []referral.Item{{Key: "name", Label: "姓名", Value: "单小明"}}, Lead: 400, Secret: true})
			return err
		})
		if r := x.show(officer, id); len(r.Referred) != 1 || r.Events[0].Kind != casework.Referred || r.Facts.Acted == 0 {
			t.Errorf("the case does not know of it: %+v", r.Facts)
		}
		if s, err := x.k.Referrals.Get(t.Context(), x.d.Reader(), second, sent); err != nil || s.Reads || len(s.Paper.Items) != 0 {
			t.Errorf("an officer outside the team reads it: %+v, %v", s.Paper, err)
		}
		if s, err := x.k.Referrals.Get(t.Context(), x.d.Reader(), health, sent); err != nil || len(s.Paper.Items) != 1 {
			t.Errorf("the unit: %+v, %v", s.Paper, err)
		}
	})
}
