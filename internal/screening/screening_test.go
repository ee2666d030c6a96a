package screening_test

import (
	"context"
	"testing"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/rule"
	"weibao/internal/screening"
	"weibao/internal/testkit"
)

func actor(user ref.User, name, region string, role access.Role) access.Actor {
	return access.Actor{User: user, Name: name, Post: access.Post{ID: ref.Post(user), Unit: ref.Unit(user), UnitName: name + "的单位", Region: region, RegionName: "某地", Role: role}}
}

const (
	county  = "990101000000"
	town    = "990101100000"
	village = "990101100200"
	next    = "990101100201"
	abroad  = "990101101200"
)

var (
	officer    = actor(100, "周岚", county, access.Officer)
	supervisor = actor(200, "罗成", town, access.Supervisor)
	elsewhere  = actor(250, "外镇人", "990101101000", access.Supervisor)
	director   = actor(300, "石秀兰", village, access.ChildDirector)
	liaison    = actor(500, "联络员", county, access.Liaison)
)

type desk struct {
	*testing.T
	k     *screening.Desk
	d     *db.DB
	clock *clock.Manual
}

func withDesk(t *testing.T, test func(x desk)) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) {
		x := desk{t, newDesk(t, d), d, c}
		x.must(func(tx *db.Tx) error { _, err := region.LoadSeed(t.Context(), tx, access.Program, county); return err })
		test(x)
	})
}

// newDesk gives a desk of the demo county whose files tell it what happens to them.
func newDesk(t *testing.T, d *db.DB) *screening.Desk {
	book := testkit.Book(t, "demo")
	k := &screening.Desk{Cabinet: testkit.Cabinet(t, d, "demo"), Kernel: testkit.Kernel(testkit.Calendar(t), 100), Book: func() *rule.Book { return book },
		Unit: func(_ context.Context, _ *db.Tx, code, _, _ string) (ref.Unit, error) {
			if code == village {
				return director.Post.Unit, nil
			}
			return supervisor.Post.Unit, nil
		}}
	k.Cabinet.Settled = k.Follow
	k.Cabinet.Grown = func(ctx context.Context, tx *db.Tx, row child.Child) error {
		return k.Follow(ctx, tx, access.Program, []child.Child{row})
	}
	return k
}

func (x desk) try(fn func(tx *db.Tx) error) error { return x.d.Write(x.Context(), fn) }

func (x desk) must(fn func(tx *db.Tx) error) {
	x.Helper()
	if err := x.try(fn); err != nil {
		x.Fatal(err)
	}
}

// refuse asks that an act is refused in a way.
func (x desk) refuse(kind errs.Kind, fn func(tx *db.Tx) error) {
	x.Helper()
	if err := x.try(fn); !errs.Is(err, kind) {
		x.Fatalf("got %v, want %s", err, kind)
	}
}

func (x desk) day() civil.Date { return civil.DateOf(x.clock.Now()) }

// begin begins the county's yearly screening in a division.
func (x desk) begin(by access.Actor, code string) (id ref.Campaign) {
	x.Helper()
	x.must(func(tx *db.Tx) (err error) {
		id, err = x.k.Begin(x.Context(), tx, by, screening.New{Name: "2026年集中排查", Form: "yearly", Region: code, Begins: x.day(), Due: x.day().AddDays(30)})
		return err
	})
	return id
}

// full is a file that answers every required question.
func full(name, code string) child.New {
	return child.New{Name: name, Region: code, Source: "form", Birth: civil.MustParse("2015-06-01"), Dossier: child.Dossier{NoNumber: "missing",
		Family: child.Family{Away: "双方"}, Schooling: child.Schooling{State: "在学"},
		People: []child.Person{{Name: "单大山", Relation: "51", Guardian: true}, {Name: "石桂枝", Relation: "62", Caregiver: true}}}}
}

func (x desk) file(n child.New) (id ref.Child) {
	x.Helper()
	x.must(func(tx *db.Tx) (err error) { id, err = x.k.Cabinet.Create(x.Context(), tx, officer, n); return err })
	return id
}

func (x desk) enter(by access.Actor, id ref.Campaign, who ref.Child, in screening.In) (told screening.Told) {
	x.Helper()
	x.must(func(tx *db.Tx) (err error) { told, err = x.k.Enter(x.Context(), tx, by, id, who, in); return err })
	return told
}

func (x desk) row(id ref.Campaign, code string) screening.Row {
	x.Helper()
	_, row, err := x.k.Village(x.Context(), x.d.Reader(), officer, id, code)
	if err != nil {
		x.Fatal(err)
	}
	return row
}

func (x desk) same(by access.Actor, id ref.Campaign, who ...ref.Child) (b screening.Batch) {
	x.Helper()
	x.must(func(tx *db.Tx) (err error) { b, err = x.k.EnterSame(x.Context(), tx, by, id, who); return err })
	return b
}

func (x desk) dossier(who ref.Child) child.Dossier {
	x.Helper()
	list, err := x.k.Cabinet.Dossiers(x.Context(), x.d.Reader(), officer, []ref.Child{who})
	if err != nil {
		x.Fatal(err)
	}
	return list[who]
}

func (x desk) duties(kind string) (list []duty.Duty) {
	x.Helper()
	list, err := x.k.Kernel.List(x.Context(), x.d.Reader(), officer, duty.Filter{Limit: 500})
	if err != nil {
		x.Fatal(err)
	}
	out := list[:0]
	for _, d := range list {
		if d.Kind == kind && d.State == duty.Open {
			out = append(out, d)
		}
	}
	return out
}

// calm are the answers of a child with whom nothing is the matter.
var calm = map[string]string{"harm": "no", "change": "no"}

// with adds answers to calm ones.
func with(pairs ...string) screening.In {
	in := screening.In{Answers: map[string]string{}}
	for id, a := range calm {
		in.Answers[id] = a
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		in.Answers[pairs[i]] = pairs[i+1]
	}
	return in
}

func TestACampaignGoesFromBeginToEnd(t *testing.T) {
	withDesk(t, func(x desk) {
		a, b := x.file(full("单小明", village)), x.file(full("单小红", village))
		id := x.begin(supervisor, town)
		if n := len(x.duties(screening.VillageKind)); n < 2 {
			t.Fatalf("%d duties of villages", n)
		}
		if row := x.row(id, village); row.Living != 2 || row.Missing() != 2 {
			t.Fatalf("at first: %+v", row)
		}
		x.refuse(errs.Conflict, func(tx *db.Tx) error { return x.k.Finish(t.Context(), tx, director, id, village, "") })
		if got := x.same(director, id, a); got.Entered != 1 {
			t.Fatalf("same: %+v", got)
		}
		if told := x.enter(director, id, b, with("living", "grandfather")); told.Outcome != screening.Changed {
			t.Errorf("a grandfather cares now, but outcome is %s", told.Outcome)
		}
		if who, ok := x.dossier(b).Caregiver(); !ok || who.Relation != "61" {
			t.Errorf("the file says %+v cares", who)
		}
		row := x.row(id, village)
		if row.Same != 1 || row.Changed != 1 || row.Missing() != 0 {
			t.Fatalf("after both: %+v", row.Village)
		}
		x.must(func(tx *db.Tx) error { return x.k.Finish(t.Context(), tx, director, id, village, "") })
		for _, d := range x.duties(screening.VillageKind) {
			if d.Region == village {
				t.Error("the duty of the village stays open after its report")
			}
		}
		c, err := x.k.Cabinet.Get(t.Context(), x.d.Reader(), officer, a)
		if err != nil || c.Screened != x.day() {
			t.Errorf("the file says screened on %s, %v", c.Screened, err)
		}
	})
}

func TestNobodyIsCopiedWhenACampaignBegins(t *testing.T) {
	withDesk(t, func(x desk) {
		x.file(full("单小明", village))
		id := x.begin(officer, county)
		x.file(full("单小红", village))
		if row := x.row(id, village); row.Living != 2 {
			t.Errorf("%d live there, a file opened later is not among them", row.Living)
		}
		rows, err := x.k.Missing(t.Context(), x.d.Reader(), director, id, village, screening.Key{}, 10)
		if err != nil || len(rows) != 2 {
			t.Errorf("%d missing, %v", len(rows), err)
		}
	})
}

func TestAFileThatNamesNoVillageIsScreenedAtItsTownship(t *testing.T) {
	withDesk(t, func(x desk) {
		who := x.file(full("单小明", town))
		x.file(full("单小红", village))
		id := x.begin(officer, county)
		if row := x.row(id, town); row.Living != 1 || row.Missing() != 1 {
			t.Errorf("%+v", row)
		}
		x.same(supervisor, id, who)
		if row := x.row(id, town); row.Same != 1 {
			t.Errorf("%+v", row.Village)
		}
		p, err := x.k.Progress(t.Context(), x.d.Reader(), officer, id)
		if err != nil || screening.Sum(p.Rows).Living != 2 {
			t.Errorf("%d known in all, %v", screening.Sum(p.Rows).Living, err)
		}
		if off, err := x.k.Cabinet.Recount(t.Context(), x.d.Reader()); err != nil || len(off) != 0 {
			t.Errorf("kept numbers are off: %v, %v", off, err)
		}
	})
}

func TestTheOfficeIsAskedOnceToBeginWhatReturns(t *testing.T) {
	withDesk(t, func(x desk) {
		remind := func() int {
			x.must(func(tx *db.Tx) error { return x.k.Remind(t.Context(), tx) })
			return len(x.duties(screening.BeginKind))
		}
		if n := remind(); n != 0 {
			t.Errorf("%d duties in March", n)
		}
		x.clock.Set(civil.MustParse("2026-10-08").Start())
		if n := remind(); n != 1 { // the yearly one; that of the half year is not due yet
			t.Errorf("%d duties in October", n)
		}
		if n := remind(); n != 1 {
			t.Errorf("%d duties after asking again", n)
		}
		x.begin(supervisor, town)
		if n := len(x.duties(screening.BeginKind)); n != 1 {
			t.Error("a township's campaign answers for the county")
		}
		x.begin(officer, county)
		if n := remind(); n != 0 {
			t.Errorf("%d duties after the campaign began", n)
		}
		x.clock.Set(civil.MustParse("2026-11-20").Start())
		if n := remind(); n != 1 {
			t.Errorf("%d duties in November", n)
		}
	})
}

func TestAZeroReportIsAFullAnswer(t *testing.T) {
	withDesk(t, func(x desk) {
		id := x.begin(officer, county)
		x.must(func(tx *db.Tx) error { return x.k.Finish(t.Context(), tx, director, id, village, "") })
		row := x.row(id, village)
		if row.Zero != 1 || row.FinishedName != director.Name || row.Finished == 0 || row.Missing() != 0 {
			t.Errorf("%+v", row.Village)
		}
		x.refuse(errs.Conflict, func(tx *db.Tx) error { return x.k.Finish(t.Context(), tx, director, id, village, "") })
	})
}

func TestWhatTheFileSaysIsNotAskedAgain(t *testing.T) {
	withDesk(t, func(x desk) {
		id := x.begin(officer, county)
		who := x.file(full("单小明", village))
		s, err := x.k.Sheet(t.Context(), x.d.Reader(), director, id, who)
		if err != nil || len(s.Lacks) > 0 || s.Answers != nil {
			t.Fatalf("lacks %v, shows %v, %v", s.Lacks, s.Answers, err)
		}
		before := x.dossier(who)
		if told := x.enter(director, id, who, with()); told.Outcome != screening.Same {
			t.Errorf("outcome %s", told.Outcome)
		}
		x.enter(director, id, who, with())
		after := x.dossier(who)
		if len(after.People) != len(before.People) || after.Family.Away != before.Family.Away {
			t.Errorf("entering twice changed the file: %+v", after)
		}
		past, err := x.k.Cabinet.History(t.Context(), x.d.Reader(), director, who)
		if err != nil || len(past) != 0 {
			t.Errorf("%d changes in the history, %v", len(past), err)
		}
		if row := x.row(id, village); row.Same != 1 || row.Done() != 1 {
			t.Errorf("counted twice: %+v", row.Village)
		}
	})
}

func TestAFileThatLacksWhatMustBeKnownIsNotTickedOff(t *testing.T) {
	withDesk(t, func(x desk) {
		id := x.begin(officer, county)
		bare := full("单小明", village)
		bare.Dossier.Family, bare.Dossier.People = child.Family{}, nil
		lacking, whole := x.file(bare), x.file(full("单小红", village))
		b := x.same(director, id, lacking, whole)
		if b.Entered != 1 || len(b.Lacking) != 1 || b.Lacking[0] != lacking {
			t.Errorf("%+v", b)
		}
		s, err := x.k.Sheet(t.Context(), x.d.Reader(), director, id, lacking)
		if err != nil || len(s.Lacks) != 2 {
			t.Errorf("lacks %v, %v", s.Lacks, err)
		}
		x.enter(director, id, lacking, with("living", "mother", "away", "one"))
		if d := x.dossier(lacking); d.Family.Away != "一方" {
			t.Errorf("the file says %q", d.Family.Away)
		}
		if b := x.same(director, id, lacking); b.Before != 1 {
			t.Errorf("an entry was replaced: %+v", b)
		}
	})
}

func TestWhatIsFoundLeadsToAnAssessmentOnce(t *testing.T) {
	withDesk(t, func(x desk) {
		id := x.begin(officer, county)
		who := x.file(full("单小明", village))
		told := x.enter(director, id, who, with("school", "out"))
		if len(told.Leads) != 1 || told.Duty == 0 {
			t.Fatalf("%+v", told)
		}
		if len(told.Categories) == 0 {
			t.Error("a drop-out suggests no category")
		}
		x.enter(director, id, who, with("school", "out", "change", "yes"))
		if n := len(x.duties(screening.AssessKind)); n != 1 {
			t.Fatalf("%d duties to assess", n)
		}
		if row := x.row(id, village); row.Leads != 1 || row.Changed != 1 {
			t.Errorf("%+v", row.Village)
		}
		x.must(func(tx *db.Tx) error { return x.k.Assessed(t.Context(), tx, director, who, 7) })
		if n := len(x.duties(screening.AssessKind)); n != 0 {
			t.Errorf("%d duties after the assessment", n)
		}
	})
}

func TestAChildThatMovesCountsWhereItLives(t *testing.T) {
	withDesk(t, func(x desk) {
		id := x.begin(officer, town)
		a, b := x.file(full("单小明", village)), x.file(full("单小红", village))
		x.same(director, id, a)
		move := func(who ref.Child, to string) {
			x.must(func(tx *db.Tx) error {
				return x.k.Cabinet.Change(t.Context(), tx, officer, who, 0, "入户走访", func(n *child.New) { n.Region = to })
			})
		}
		move(a, next)
		move(b, next)
		if here, there := x.row(id, village), x.row(id, next); here.Living != 0 || here.Done() != 0 || there.Living != 2 || there.Done() != 1 {
			t.Errorf("left %+v, went to %+v", here, there)
		}
		move(a, abroad) // out of the campaign
		if there := x.row(id, next); there.Living != 1 || there.Done() != 0 {
			t.Errorf("%+v", there)
		}
		x.refuse(errs.Conflict, func(tx *db.Tx) error {
			_, err := x.k.Enter(t.Context(), tx, officer, id, a, with())
			return err
		})
		move(a, village)
		if here := x.row(id, village); here.Living != 1 || here.Same != 1 {
			t.Errorf("back again: %+v", here)
		}
	})
}

func TestWhatADepartmentCheckedStays(t *testing.T) {
	withDesk(t, func(x desk) {
		id := x.begin(officer, county)
		n := full("单小明", village)
		n.Dossier.Checked = []string{"dossier.schooling"}
		who := x.file(n)
		told := x.enter(director, id, who, with("school", "done"))
		if len(told.Kept) != 1 || x.dossier(who).Schooling.State != "在学" {
			t.Errorf("kept %v, the file says %s", told.Kept, x.dossier(who).Schooling.State)
		}
	})
}

func TestAChildNotMetNeedsAReason(t *testing.T) {
	withDesk(t, func(x desk) {
		id := x.begin(officer, county)
		who := x.file(full("单小明", village))
		x.refuse(errs.Invalid, func(tx *db.Tx) error {
			_, err := x.k.Enter(t.Context(), tx, director, id, who, screening.In{Absent: "because"})
			return err
		})
		x.enter(director, id, who, screening.In{Absent: screening.MovedAway, Words: "随父母去了外省"})
		row := x.row(id, village)
		if row.Absent != 1 || row.Gone != 1 || row.Missing() != 0 {
			t.Errorf("%+v", row.Village)
		}
		x.enter(director, id, who, with())
		if row := x.row(id, village); row.Absent != 0 || row.Gone != 0 || row.Same != 1 {
			t.Errorf("met after all: %+v", row.Village)
		}
	})
}

func TestAnExpectedNumberSetsNobodyATarget(t *testing.T) {
	withDesk(t, func(x desk) {
		id := x.begin(officer, county)
		who := x.file(full("单小明", village))
		x.refuse(errs.Invalid, func(tx *db.Tx) error { return x.k.Expect(t.Context(), tx, director, id, village, 3, " ") })
		x.must(func(tx *db.Tx) error { return x.k.Expect(t.Context(), tx, director, id, village, 3, "学籍名册") })
		x.same(director, id, who)
		x.refuse(errs.Invalid, func(tx *db.Tx) error { return x.k.Finish(t.Context(), tx, director, id, village, "") })
		x.must(func(tx *db.Tx) error {
			return x.k.Finish(t.Context(), tx, director, id, village, "另外2人在外地就学")
		})
		if row := x.row(id, village); row.Unknown() != 2 || row.Words == "" {
			t.Errorf("%+v", row)
		}
	})
}

func TestAVillageIsAskedToLookAgain(t *testing.T) {
	withDesk(t, func(x desk) {
		id := x.begin(officer, county)
		x.must(func(tx *db.Tx) error { return x.k.Finish(t.Context(), tx, director, id, village, "") })
		x.refuse(errs.Forbidden, func(tx *db.Tx) error { return x.k.Review(t.Context(), tx, director, id, village, "再查", x.day()) })
		x.refuse(errs.Invalid, func(tx *db.Tx) error { return x.k.Review(t.Context(), tx, supervisor, id, village, "", x.day()) })
		before := len(x.duties(screening.VillageKind))
		x.must(func(tx *db.Tx) error {
			return x.k.Review(t.Context(), tx, supervisor, id, village, "与学籍名册相差5人，请再核对", x.day().AddDays(7))
		})
		if row := x.row(id, village); row.Finished != 0 || len(x.duties(screening.VillageKind)) != before+1 {
			t.Errorf("%+v", row.Village)
		}
	})
}

func TestClosingNamesWhatIsMissingAndCanBeTakenBack(t *testing.T) {
	withDesk(t, func(x desk) {
		id := x.begin(officer, town)
		who := x.file(full("单小明", village))
		x.must(func(tx *db.Tx) error { return x.k.Finish(t.Context(), tx, supervisor, id, next, "") })
		x.refuse(errs.Invalid, func(tx *db.Tx) error { return x.k.Close(t.Context(), tx, officer, id, "") })
		x.must(func(tx *db.Tx) error { return x.k.Close(t.Context(), tx, officer, id, "汛期") })
		if n := len(x.duties(screening.VillageKind)); n != 0 {
			t.Errorf("%d duties of a closed campaign", n)
		}
		events, err := x.k.Events(t.Context(), x.d.Reader(), officer, id, "", 10)
		if err != nil || len(events) == 0 || events[0].Action != "screening.close" || len(events[0].Words) < 20 {
			t.Errorf("%+v, %v", events, err)
		}
		x.refuse(errs.Conflict, func(tx *db.Tx) error { _, err := x.k.Enter(t.Context(), tx, director, id, who, with()); return err })
		x.file(full("单小红", village))
		if row := x.row(id, village); row.Living != 1 {
			t.Errorf("the numbers of a closed campaign moved: %+v", row)
		}
		x.must(func(tx *db.Tx) error { return x.k.Reopen(t.Context(), tx, officer, id, "继续", x.day().AddDays(5)) })
		if row := x.row(id, village); row.Living != 2 || row.Duty == 0 {
			t.Errorf("reopened: %+v", row)
		}
		x.enter(director, id, who, with())
	})
}

func TestAChildFoundIsAFileThatSaysSo(t *testing.T) {
	withDesk(t, func(x desk) {
		id := x.begin(officer, county)
		var who ref.Child
		x.must(func(tx *db.Tx) (err error) {
			n := full("单小明", village)
			who, err = x.k.Discover(t.Context(), tx, director, id, n)
			return err
		})
		if told := x.enter(director, id, who, with()); told.Outcome != screening.Found {
			t.Errorf("outcome %s", told.Outcome)
		}
		if row := x.row(id, village); row.Found != 1 || row.Living != 1 {
			t.Errorf("%+v", row)
		}
		x.refuse(errs.NotFound, func(tx *db.Tx) error {
			_, err := x.k.Discover(t.Context(), tx, director, id, full("单小红", abroad))
			return err
		})
	})
}

func TestOthersFindNothing(t *testing.T) {
	withDesk(t, func(x desk) {
		id := x.begin(supervisor, town)
		who := x.file(full("单小明", village))
		ctx, tx := t.Context(), x.d.Reader()
		for name, err := range map[string]error{
			"get":      second(x.k.Get(ctx, tx, elsewhere, id)),
			"progress": second(x.k.Progress(ctx, tx, elsewhere, id)),
			"missing":  second(x.k.Missing(ctx, tx, elsewhere, id, village, screening.Key{}, 10)),
			"entered":  second(x.k.Entered(ctx, tx, elsewhere, id, village, screening.Part{}, 0, 10)),
			"sheet":    second(x.k.Sheet(ctx, tx, elsewhere, id, who)),
			"events":   second(x.k.Events(ctx, tx, elsewhere, id, village, 10)),
			"enter":    x.try(func(tx *db.Tx) error { return second(x.k.Enter(ctx, tx, elsewhere, id, who, with())) }),
			"same":     x.try(func(tx *db.Tx) error { return second(x.k.EnterSame(ctx, tx, elsewhere, id, []ref.Child{who})) }),
			"finish":   x.try(func(tx *db.Tx) error { return x.k.Finish(ctx, tx, elsewhere, id, village, "") }),
			"close":    x.try(func(tx *db.Tx) error { return x.k.Close(ctx, tx, elsewhere, id, "理由") }),
		} {
			if !errs.Is(err, errs.NotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if list, err := x.k.List(ctx, tx, elsewhere, 0, 10); err != nil || len(list) != 0 {
			t.Errorf("lists %d campaigns, %v", len(list), err)
		}
		if _, err := x.k.List(ctx, tx, liaison, 0, 10); !errs.Is(err, errs.Forbidden) {
			t.Errorf("a liaison lists: %v", err)
		}
		x.refuse(errs.Invalid, func(tx *db.Tx) error {
			return second(x.k.Begin(ctx, tx, supervisor, screening.New{Name: "全县", Form: "yearly", Region: county, Begins: x.day(), Due: x.day()}))
		})
		x.refuse(errs.Forbidden, func(tx *db.Tx) error {
			return second(x.k.Begin(ctx, tx, director, screening.New{Name: "本村", Form: "yearly", Region: village, Begins: x.day(), Due: x.day()}))
		})
	})
}

func second[T any](_ T, err error) error { return err }

func TestWhatIsPrivateIsSealedUntilALookLeavesItsTrace(t *testing.T) {
	withDesk(t, func(x desk) {
		id := x.begin(officer, county)
		who := x.file(full("单小明", village))
		x.enter(director, id, who, with("father", "prison", "remark", "父亲去年入狱"))
		raw, err := db.All[[]byte](t.Context(), x.d.Reader(), "SELECT sealed FROM screening_answer")
		if err != nil || len(raw) != 1 || len(raw[0]) == 0 {
			t.Fatal(err)
		}
		for _, word := range []string{"prison", "入狱", "father"} {
			if contains(raw[0], word) {
				t.Errorf("%q stands in the open", word)
			}
		}
		var s screening.Sheet
		x.must(func(tx *db.Tx) (err error) { s, err = x.k.Reveal(t.Context(), tx, director, id, who); return err })
		if s.Paper.Answers["father"] != "prison" || s.Answers["father"] != "prison" {
			t.Errorf("revealed %v", s.Answers)
		}
		looks, err := x.k.Cabinet.Looks(t.Context(), x.d.Reader(), director, who)
		if err != nil || len(looks) != 1 {
			t.Errorf("%d looks, %v", len(looks), err)
		}
	})
}

func contains(b []byte, word string) bool {
	for i := 0; i+len(word) <= len(b); i++ {
		if string(b[i:i+len(word)]) == word {
			return true
		}
	}
	return false
}
