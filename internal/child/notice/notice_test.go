package notice_test

import (
	"context"
	"strings"
	"testing"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/child/notice"
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
	village = "990101100200"
	other   = "990101101200"
	school  = ref.Unit(77)
)

func actor(user ref.User, region string, role access.Role) access.Actor {
	return access.Actor{User: user, Name: "某人", Post: access.Post{ID: ref.Post(user), Unit: ref.Unit(user), UnitName: "某单位", Region: region, Role: role}}
}

var (
	officer  = actor(100, county, access.Officer)
	director = actor(300, village, access.ChildDirector)
	moved    = actor(400, other, access.ChildDirector)
	teacher  = actor(ref.User(school), county, access.Liaison)
	stranger = actor(78, county, access.Liaison)
	leader   = actor(150, county, access.Leader)
	keepers  = map[string]ref.Unit{village: 300, other: 400}
)

type desk struct {
	*notice.Desk
	d *db.DB
	t testing.TB
}

func withDesk(t *testing.T, test func(k desk)) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		book := testkit.Book(t, "demo")
		k := desk{&notice.Desk{Cabinet: testkit.Cabinet(t, d, "demo"), Kernel: testkit.Kernel(testkit.Calendar(t), 100), Book: func() *rule.Book { return book },
			Keeper: func(_ context.Context, _ *db.Tx, region string) (ref.Unit, error) { return keepers[region], nil }}, d, t}
		k.Cabinet.Entrusted, k.Cabinet.Settled = k.Follow, k.Settled
		test(k)
	})
}

func (k desk) write(fn func(ctx context.Context, tx *db.Tx) error) error {
	return k.d.Write(context.Background(), func(tx *db.Tx) error { return fn(context.Background(), tx) })
}

func (k desk) must(fn func(ctx context.Context, tx *db.Tx) error) {
	k.t.Helper()
	if err := k.write(fn); err != nil {
		k.t.Fatal(err)
	}
}

// child is a file with a father and a grandmother; born says how old it is.
func (k desk) child(born string, at ref.Unit, schooling string) (id ref.Child) {
	k.t.Helper()
	k.must(func(ctx context.Context, tx *db.Tx) (err error) {
		id, err = k.Cabinet.Create(ctx, tx, officer, child.New{Name: "单小明", Region: village, Unit: at, School: schooling, Source: "form", Birth: civil.MustParse(born), Dossier: child.Dossier{NoNumber: "missing",
			People: []child.Person{{Name: "单大山", Relation: "51", Guardian: true}, {Name: "李桂花", Relation: "62"}}}})
		return err
	})
	return id
}

// care is a delegation of which nothing is told yet.
func care() child.Delegation {
	d := child.Delegation{From: civil.MustParse("2026-02-01"), Signed: civil.MustParse("2026-01-31"), Consulted: true, ContactWeekly: true}
	for _, b := range child.Bars {
		d.Cleared = append(d.Cleared, b.Key)
	}
	return d
}

func (k desk) delegate(id ref.Child, person int, d *child.Delegation) error {
	return k.write(func(ctx context.Context, tx *db.Tx) error {
		return k.Cabinet.Delegate(ctx, tx, director, child.Child{ID: id}, person, d, "家长申请")
	})
}

// open gives the open duties of a child: kind and unit.
func (k desk) open(id ref.Child) map[string]duty.Duty {
	k.t.Helper()
	out := map[string]duty.Duty{}
	k.must(func(ctx context.Context, tx *db.Tx) error {
		list, err := k.Kernel.OpenAbout(ctx, tx, "child", int64(id))
		for _, d := range list {
			out[d.Kind] = d
		}
		return err
	})
	return out
}

func TestEntrustedCareMakesSomebodyTellSchoolAndVillage(t *testing.T) {
	withDesk(t, func(k desk) {
		id := k.child("2015-06-01", school, "青石镇中心小学")
		d := care()
		if err := k.delegate(id, 1, &d); err != nil {
			t.Fatal(err)
		}
		open := k.open(id)
		if len(open) != 2 || open[notice.SchoolKind].Unit != school || open[notice.VillageKind].Unit != 300 {
			t.Fatal("who must tell:", open)
		}
		told := notice.Told{Day: civil.MustParse("2026-03-01"), Proof: "回执3号，档案柜二层"}
		confirm := func(by access.Actor, kind string, in notice.Told) error {
			return k.write(func(ctx context.Context, tx *db.Tx) error { return k.Confirm(ctx, tx, by, open[kind].ID, in) })
		}
		for who, c := range map[string]struct {
			by   access.Actor
			want errs.Kind
		}{"another unit": {stranger, errs.NotFound}, "another village": {moved, errs.NotFound}, "a leader": {leader, errs.Forbidden}} {
			if err := confirm(c.by, notice.SchoolKind, told); !errs.Is(err, c.want) {
				t.Errorf("%s: %v", who, err)
			}
		}
		for _, in := range []notice.Told{{Proof: "回执"}, {Day: told.Day, Proof: " "}, {Day: civil.MustParse("2031-01-01"), Proof: "回执"}} {
			if err := confirm(teacher, notice.SchoolKind, in); !errs.Is(err, errs.Invalid) {
				t.Errorf("%v: %v", in, err)
			}
		}
		if err := confirm(teacher, notice.SchoolKind, told); err != nil {
			t.Fatal(err)
		}
		if err := confirm(director, notice.VillageKind, told); err != nil {
			t.Fatal(err)
		}
		if err := confirm(director, notice.VillageKind, told); !errs.Is(err, errs.Conflict) {
			t.Error("told twice:", err)
		}
		if left := k.open(id); len(left) != 0 {
			t.Error("still open:", left)
		}
		done, err := k.Kernel.Get(t.Context(), k.d.Reader(), officer, open[notice.SchoolKind].ID)
		if err != nil || done.State != duty.Done || done.Fact != "child" {
			t.Error(done, err)
		}
		f, err := k.Cabinet.Show(t.Context(), k.d.Reader(), officer, id)
		g := f.Dossier.People[1].Delegation
		if err != nil || g.School != told.Day || g.Village != told.Day || strings.Contains(g.SchoolProof+g.VillageProof, "回执") {
			t.Error("before a look the file shows", g, err)
		}
		k.must(func(ctx context.Context, tx *db.Tx) (err error) {
			f, err = k.Cabinet.Reveal(ctx, tx, officer, id, "visit")
			return err
		})
		if g := f.Dossier.People[1].Delegation; g.SchoolProof != told.Proof || g.VillageProof != told.Proof {
			t.Error("the proof stands not on the file:", g)
		}
	})
}

func TestWhoWasNotToldIsToldAfterAMoveAndNobodyAfterTheEnd(t *testing.T) {
	withDesk(t, func(k desk) {
		id := k.child("2015-06-01", 0, "")
		d := care()
		d.Village, d.VillageProof = civil.MustParse("2026-02-02"), "告知书存村委会"
		if err := k.delegate(id, 1, &d); err != nil {
			t.Fatal(err)
		}
		if open := k.open(id); len(open) != 0 {
			t.Fatal("a child of no school, its village told:", open)
		}
		k.must(func(ctx context.Context, tx *db.Tx) error {
			return k.Cabinet.Change(ctx, tx, officer, id, 0, "随祖母迁居", func(n *child.New) { n.Region, n.School = other, "另一所小学" })
		})
		open := k.open(id)
		if len(open) != 2 || open[notice.VillageKind].Unit != 400 || open[notice.SchoolKind].Unit != 400 {
			t.Fatal("after the move:", open)
		}
		k.must(func(ctx context.Context, tx *db.Tx) error {
			return k.Cabinet.Change(ctx, tx, officer, id, 0, "又迁回", func(n *child.New) { n.Region = village })
		})
		if open = k.open(id); len(open) != 2 || open[notice.VillageKind].Unit != 300 || open[notice.SchoolKind].Unit != 300 {
			t.Fatal("after the second move:", open)
		}
		k.must(func(ctx context.Context, tx *db.Tx) error {
			return k.Cabinet.Delegate(ctx, tx, director, child.Child{ID: id}, 1, nil, "父母返乡")
		})
		if open = k.open(id); len(open) != 0 {
			t.Error("after the end:", open)
		}
		if err := k.delegate(id, 1, &d); err != nil {
			t.Fatal(err)
		}
		k.must(func(ctx context.Context, tx *db.Tx) error { return k.Cabinet.Close(ctx, tx, officer, id, "moved") })
		if open = k.open(id); len(open) != 0 {
			t.Error("of a closed file:", open)
		}
	})
}

func TestTheOpinionIsAskedOfWhoeverCanHaveOne(t *testing.T) {
	withDesk(t, func(k desk) {
		infant, pupil := k.child("2025-06-01", 0, ""), k.child("2015-06-01", 0, "")
		unheard := care()
		unheard.Consulted = false
		unable := unheard
		unable.Unable = "重度智力残疾，不能表达意愿"
		both := unable
		both.Consulted = true
		for name, c := range map[string]struct {
			id   ref.Child
			d    child.Delegation
			good bool
		}{"an infant": {infant, unheard, true}, "a pupil": {pupil, unheard, false}, "a pupil who cannot": {pupil, unable, true}, "both at once": {pupil, both, false}} {
			err := k.delegate(c.id, 1, &c.d)
			if c.good != (err == nil) || err != nil && !errs.Is(err, errs.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestNothingIsEntrustedToAParent(t *testing.T) {
	withDesk(t, func(k desk) {
		id := k.child("2015-06-01", 0, "")
		d := care()
		if err := k.delegate(id, 0, &d); !errs.Is(err, errs.Invalid) {
			t.Error("to the father:", err)
		}
		unproven := care()
		unproven.Village = civil.MustParse("2026-02-02")
		if err := k.delegate(id, 1, &unproven); !errs.Is(err, errs.Invalid) {
			t.Error("told without a proof:", err)
		}
	})
}
