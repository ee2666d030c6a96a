package child_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/idcard"
	"weibao/internal/ref"
	"weibao/internal/testkit"
)

const (
	county   = "990101000000"
	town     = "990101100000"
	village  = "990101100200"
	village2 = "990101100201"
	other    = "990101101200" // in the next township
	foreign  = "990102100200" // in the next county
)

func actor(user ref.User, region string, role access.Role) access.Actor {
	return access.Actor{User: user, Name: "某人", Post: access.Post{ID: ref.Post(user), Unit: ref.Unit(user), UnitName: "某单位", Region: region, Role: role}}
}

var (
	officer    = actor(100, county, access.Officer)
	supervisor = actor(200, town, access.Supervisor)
	director   = actor(300, village, access.ChildDirector)
	stranger   = actor(400, "990102000000", access.Officer)
	admin      = actor(500, county, access.SystemAdmin)
	liaison    = actor(600, county, access.Liaison)
)

type desk struct {
	*child.Cabinet
	d *db.DB
	t testing.TB
}

func withDesk(t *testing.T, test func(k desk, c *clock.Manual)) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) {
		test(desk{testkit.Cabinet(t, d, "demo"), d, t}, c)
	})
}

func (k desk) write(fn func(ctx context.Context, tx *db.Tx) error) error {
	return k.d.Write(context.Background(), func(tx *db.Tx) error { return fn(context.Background(), tx) })
}

func (k desk) create(by access.Actor, n child.New) (id ref.Child, err error) {
	err = k.write(func(ctx context.Context, tx *db.Tx) (err error) { id, err = k.Create(ctx, tx, by, n); return err })
	return id, err
}

func (k desk) mustCreate(n child.New) ref.Child {
	k.t.Helper()
	id, err := k.create(officer, n)
	if err != nil {
		k.t.Fatal(err)
	}
	return id
}

func number(t testing.TB, birth string, sequence int) string {
	t.Helper()
	s, err := idcard.Make("990101", civil.MustParse(birth), sequence)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func girl(t testing.TB, name, region string, sequence int) child.New {
	return child.New{Name: name, Region: region, Source: "form", Dossier: child.Dossier{Number: number(t, "2015-06-01", 2*sequence),
		People: []child.Person{{Name: "张大山", Relation: "51", Guardian: true, Phone: "13800001234"}}}}
}

func (k desk) found(by access.Actor, query string) []string {
	k.t.Helper()
	var names []string
	err := k.write(func(ctx context.Context, tx *db.Tx) error {
		hits, err := k.Search(ctx, tx, by, query)
		names = nil
		for _, h := range hits {
			names = append(names, h.Name)
		}
		return err
	})
	if err != nil {
		k.t.Fatal(err)
	}
	return names
}

func TestBirthAndSexComeFromTheNumber(t *testing.T) {
	withDesk(t, func(k desk, _ *clock.Manual) {
		id := k.mustCreate(girl(t, "单小明", village, 7))
		c, err := k.Get(t.Context(), k.d.Reader(), officer, id)
		if err != nil || c.Birth.String() != "2015-06-01" || c.Sex != idcard.Female || c.Band != 1 || c.Turns.String() != "2029-06-01" {
			t.Fatal(c, err)
		}
	})
}

func TestAChildIsFoundByEveryPartOfItsNameAndNumbers(t *testing.T) {
	withDesk(t, func(k desk, _ *clock.Manual) {
		n := girl(t, "单小明", village, 8)
		k.mustCreate(n)
		for _, q := range []string{"单小明", "单小", "小明", "sxm", "dxm", "SX", "shanxiaoming", "shanxiao", n.Dossier.Number, n.Dossier.Number[14:], "13800001234", "1234", "+86 138 0000 1234"} {
			if got := k.found(director, q); !slices.Equal(got, []string{"单小明"}) {
				t.Errorf("%q finds %v", q, got)
			}
		}
		for _, q := range []string{"明小", "xm2", "zz", "9999", "13800001235"} {
			if got := k.found(director, q); len(got) != 0 {
				t.Errorf("%q finds %v", q, got)
			}
		}
	})
}

func TestNobodyFindsAChildOutsideHisScope(t *testing.T) {
	withDesk(t, func(k desk, _ *clock.Manual) {
		n := girl(t, "单小明", other, 9)
		id := k.mustCreate(n)
		for _, by := range []access.Actor{supervisor, director, stranger} {
			if got := k.found(by, "单小明"); len(got) != 0 {
				t.Errorf("%s finds %v by name", by.Post.Role, got)
			}
			if got := k.found(by, n.Dossier.Number); len(got) != 0 {
				t.Errorf("%s finds %v by number", by.Post.Role, got)
			}
			for what, err := range map[string]error{
				"get":    second(k.Get(t.Context(), k.d.Reader(), by, id)),
				"show":   second(k.Show(t.Context(), k.d.Reader(), by, id)),
				"looks":  second(k.Looks(t.Context(), k.d.Reader(), by, id)),
				"past":   second(k.History(t.Context(), k.d.Reader(), by, id)),
				"belong": second(k.Belongings(t.Context(), k.d.Reader(), by, id)),
				"reveal": k.write(func(ctx context.Context, tx *db.Tx) error { _, err := k.Reveal(ctx, tx, by, id, "visit"); return err }),
				"close":  k.write(func(ctx context.Context, tx *db.Tx) error { return k.Close(ctx, tx, by, id, "moved") }),
			} {
				if by.Post.Role == access.Officer || what != "close" {
					if !errs.Is(err, errs.NotFound) {
						t.Errorf("%s %s: %v", by.Post.Role, what, err)
					}
				}
			}
			if list, err := k.Dossiers(t.Context(), k.d.Reader(), by, []ref.Child{id}); err != nil || len(list) != 0 {
				t.Error("dossiers", list, err)
			}
			if known, err := k.Known(t.Context(), k.d.Reader(), by, []string{n.Dossier.Number}); err != nil || len(known) != 0 {
				t.Error("known", known, err)
			}
		}
		for _, by := range []access.Actor{admin, liaison} {
			err := k.write(func(ctx context.Context, tx *db.Tx) error { _, err := k.Search(ctx, tx, by, "单小明"); return err })
			if !errs.Is(err, errs.Forbidden) {
				t.Errorf("%s may search: %v", by.Post.Role, err)
			}
		}
	})
}

func second[T any](_ T, err error) error { return err }

func TestNoFileIsMadeOutsideTheScopeOrFromWrongData(t *testing.T) {
	withDesk(t, func(k desk, _ *clock.Manual) {
		wrong := girl(t, "单小明", village, 10)
		wrong.Dossier.Number = wrong.Dossier.Number[:17] + map[bool]string{true: "1", false: "0"}[wrong.Dossier.Number[17] == '0']
		boy := girl(t, "单小明", village, 10)
		boy.Sex = idcard.Male
		late := child.New{Name: "某某", Region: village, Source: "form", Birth: civil.MustParse("2027-01-01"), Dossier: child.Dossier{NoNumber: "newborn"}}
		for what, n := range map[string]child.New{
			"outside": girl(t, "单小明", other, 10), "check digit": wrong, "sex": boy, "not born": late,
			"no reason": {Name: "某某", Region: village, Source: "form"}, "no name": {Region: village, Source: "form", Dossier: child.Dossier{NoNumber: "newborn"}},
			"no place": {Name: "某某", Region: county, Source: "form", Dossier: child.Dossier{NoNumber: "newborn"}},
		} {
			if _, err := k.create(director, n); !errs.Is(err, errs.Invalid) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if cells, err := k.Recount(t.Context(), k.d.Reader()); err != nil || len(cells) != 0 {
			t.Error(cells, err)
		}
	})
}

func TestARevealLeavesItsTraceAndNothingElseShowsWhatIsPrivate(t *testing.T) {
	withDesk(t, func(k desk, _ *clock.Manual) {
		n := girl(t, "单小明", village, 11)
		n.Dossier.Places.Residence.Text = "三组17号"
		id := k.mustCreate(n)
		masked, err := k.Show(t.Context(), k.d.Reader(), director, id)
		if err != nil {
			t.Fatal(err)
		}
		shown := fmt.Sprintf("%+v", masked)
		for _, secret := range []string{n.Dossier.Number, "13800001234", "三组17号", "张大山"} {
			if strings.Contains(shown, secret) {
				t.Errorf("%s shows unrevealed", secret)
			}
		}
		err = k.write(func(ctx context.Context, tx *db.Tx) error {
			f, err := k.Reveal(ctx, tx, director, id, "visit")
			if err == nil && (f.Dossier.Number != n.Dossier.Number || f.Dossier.Places.Residence.Text != "三组17号") {
				t.Error("the reveal hides")
			}
			return err
		})
		looks, err2 := k.Looks(t.Context(), k.d.Reader(), officer, id)
		if err != nil || err2 != nil || len(looks) != 1 || looks[0].Actor != director.User || looks[0].Post != director.Post.ID || looks[0].Purpose != "visit" {
			t.Fatal(looks, err, err2)
		}
	})
}

func TestEveryChangeKeepsBeforeAndAfter(t *testing.T) {
	withDesk(t, func(k desk, _ *clock.Manual) {
		id := k.mustCreate(girl(t, "单小明", village, 12))
		err := k.write(func(ctx context.Context, tx *db.Tx) error {
			return k.Change(ctx, tx, director, id, 1, "户口簿核对", func(n *child.New) { n.Name = "单晓明"; n.Dossier.Phone = "13900000001" })
		})
		if err != nil {
			t.Fatal(err)
		}
		past, err := k.History(t.Context(), k.d.Reader(), officer, id)
		want := []child.Difference{{Field: "dossier.phone", After: "13900000001"}, {Field: "name", Before: "单小明", After: "单晓明"}}
		if err != nil || len(past) != 1 || past[0].Words != "户口簿核对" || !slices.Equal(past[0].Differences, want) {
			t.Fatal(past, err)
		}
		if got := k.found(officer, "小明"); len(got) != 0 {
			t.Error("the old name still finds", got)
		}
		if got := k.found(officer, "0001"); len(got) != 1 {
			t.Error("the new phone does not find", got)
		}
		err = k.write(func(ctx context.Context, tx *db.Tx) error {
			return k.Change(ctx, tx, director, id, 1, "走访", func(n *child.New) { n.Name = "某某" })
		})
		if !errs.Is(err, errs.Conflict) {
			t.Error("an old version overwrites:", err)
		}
	})
}

func TestCheckedFieldsDoNotChangeByHand(t *testing.T) {
	withDesk(t, func(k desk, _ *clock.Manual) {
		n := girl(t, "单小明", village, 13)
		n.Dossier.Checked = []string{"name", "dossier.number"}
		id := k.mustCreate(n)
		err := k.write(func(ctx context.Context, tx *db.Tx) error {
			return k.Change(ctx, tx, director, id, 0, "走访", func(n *child.New) { n.Name = "某某" })
		})
		if !errs.Is(err, errs.Invalid) {
			t.Fatal(err)
		}
	})
}

// TestNumbersEqualListsOverRandomWork plays random work and holds after each
// step: the kept numbers equal a full count, and every list has as many rows
// as its number says.
func TestNumbersEqualListsOverRandomWork(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) {
		k := desk{testkit.Cabinet(t, d, "demo"), d, t}
		regions := []string{village, village2, other}
		categories := []string{"C03", "C07", "C16"}
		var ids []ref.Child
		sequence := 100
		rapid.Check(t, func(rt *rapid.T) {
			for range rapid.IntRange(1, 6).Draw(rt, "steps") {
				if len(ids) == 0 || rapid.IntRange(0, 3).Draw(rt, "new") == 0 {
					sequence++
					n := girl(t, "某某", rapid.SampledFrom(regions).Draw(rt, "region"), sequence%500)
					for _, category := range categories[:rapid.IntRange(0, 3).Draw(rt, "categories")] {
						n.Categories = append(n.Categories, child.NewCategory{ID: category, Source: "form"})
					}
					ids = append(ids, k.mustCreate(n))
					continue
				}
				k.step(rt, rapid.SampledFrom(ids).Draw(rt, "id"), regions, categories)
			}
			k.agree(rt, append(regions, town, county), append(categories, ""))
		})
	})
}

// step does one random thing to a file; what its state does not allow is refused.
func (k desk) step(rt *rapid.T, id ref.Child, regions, categories []string) {
	region, category := rapid.SampledFrom(regions).Draw(rt, "to"), rapid.SampledFrom(categories).Draw(rt, "category")
	level := rapid.IntRange(0, 4).Draw(rt, "level")
	due := civil.MustParse("2026-03-01").AddDays(rapid.IntRange(0, 60).Draw(rt, "due"))
	act := rapid.IntRange(0, 5).Draw(rt, "act")
	err := k.write(func(ctx context.Context, tx *db.Tx) error {
		switch act {
		case 0:
			return k.Change(ctx, tx, officer, id, 0, "迁居", func(n *child.New) { n.Region = region })
		case 1:
			return k.Enter(ctx, tx, officer, id, child.NewCategory{ID: category, Source: "form"})
		case 2:
			return k.Leave(ctx, tx, officer, id, category, "rule")
		case 3:
			return k.Tell(ctx, tx, officer, id, child.Set{Level: &level, Due: &due})
		case 4:
			return k.Close(ctx, tx, officer, id, "moved")
		}
		return k.Reopen(ctx, tx, officer, id, "误结")
	})
	if err != nil && !errs.Is(err, errs.Conflict) {
		rt.Fatal(err)
	}
}

func (k desk) agree(rt *rapid.T, regions, categories []string) {
	ctx, tx := context.Background(), k.d.Reader()
	if diff, err := k.Recount(ctx, tx); err != nil || len(diff) != 0 {
		rt.Fatal("kept numbers differ from the count: ", diff, err)
	}
	region, category := rapid.SampledFrom(regions).Draw(rt, "list of"), rapid.SampledFrom(categories).Draw(rt, "in")
	level := rapid.IntRange(child.AnyLevel, 4).Draw(rt, "at")
	cells, err := k.Cells(ctx, tx, officer, []string{region})
	if err != nil {
		rt.Fatal(err)
	}
	want := int64(0)
	for _, c := range cells {
		if c.Category == category && (level == child.AnyLevel || c.Level == level) {
			want += c.N
		}
	}
	seen := map[ref.Child]bool{}
	f := child.Filter{Region: region, Category: category, Level: level, Limit: 7}
	for last := ""; ; {
		rows, err := k.List(ctx, tx, officer, f)
		if err != nil {
			rt.Fatal(err)
		}
		for _, r := range rows {
			if seen[r.ID] || r.Due < last || !strings.HasPrefix(r.Region, access.Prefix(region)) {
				rt.Fatal("list repeats, is out of order or leaves its place", r.ID)
			}
			seen[r.ID], last = true, r.Due
			f.After = child.KeyOf(r)
		}
		if len(rows) < f.Limit {
			break
		}
	}
	if int64(len(seen)) != want {
		rt.Fatalf("list has %d rows, its number says %d", len(seen), want)
	}
}

func TestAFileTurnsIntoTheNextBandOnTheBirthday(t *testing.T) {
	withDesk(t, func(k desk, c *clock.Manual) {
		id := k.mustCreate(child.New{Name: "某某", Region: village, Source: "form", Birth: civil.MustParse("2020-03-10"), Dossier: child.Dossier{NoNumber: "missing"}})
		for _, step := range []struct {
			day  string
			band int
		}{{"2026-03-09", 0}, {"2026-03-10", 1}, {"2036-03-10", 3}, {"2040-01-01", 4}} {
			c.Set(civil.MustParse(step.day).Start())
			if _, err := k.Turn(t.Context(), k.d); err != nil {
				t.Fatal(err)
			}
			row, err := k.Get(t.Context(), k.d.Reader(), officer, id)
			if err != nil || row.Band != step.band {
				t.Errorf("%s: band %d, %v", step.day, row.Band, err)
			}
			if diff, err := k.Recount(t.Context(), k.d.Reader()); err != nil || len(diff) != 0 {
				t.Error(diff, err)
			}
		}
	})
}
