package merge_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/child/merge"
	"weibao/internal/child/merge/compare"
	"weibao/internal/child/merge/match"
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

// numberless gives the file of the same girl as somebody wrote it who had no papers.
func numberless(n child.New, region string) child.New {
	n.Dossier.Number, n.Dossier.NoNumber, n.Region = "", "missing", region
	n.Birth, n.Sex = civil.MustParse("2015-06-01"), "2"
	return n
}

func (k desk) walk(want int) {
	k.t.Helper()
	if n, err := compare.Match(k.t.Context(), k.Cabinet, k.d); err != nil || n != want {
		k.t.Fatalf("matched %d files, want %d: %v", n, want, err)
	}
}

func (k desk) pairs(by access.Actor) []merge.Pair {
	k.t.Helper()
	list, err := merge.Pairs(k.t.Context(), k.d.Reader(), by, merge.PairKey{}, 50)
	if err != nil {
		k.t.Fatal(err)
	}
	return list
}

func (k desk) merge(by access.Actor, m merge.Merging) error {
	if m.Reason == "" {
		m.Reason = "户口簿核对"
	}
	return k.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := merge.Merge(ctx, tx, k.Cabinet, by, m)
		return err
	})
}

func (k desk) unmerge(by access.Actor, dropped ref.Child) error {
	return k.write(func(ctx context.Context, tx *db.Tx) error {
		return merge.Unmerge(ctx, tx, k.Cabinet, by, dropped, "经核实不是同一人")
	})
}

func TestTheJobFindsTwoFilesOfOneChildAndTakesOnlyWhatChanged(t *testing.T) {
	withDesk(t, func(k desk, _ *clock.Manual) {
		a := k.mustCreate(girl(t, "单小明", village, 30))
		k.mustCreate(girl(t, "罗雨涵", village, 31))
		k.walk(2)
		if got := k.pairs(officer); len(got) != 0 {
			t.Fatal("found without a cause", got)
		}
		homophone := numberless(girl(t, "单晓鸣", village2, 30), village2)
		b := k.mustCreate(homophone)
		k.walk(1)
		got := k.pairs(officer)
		if len(got) != 1 || got[0].A != a || got[0].B != b || !slices.Contains(got[0].Why(), match.Reason("name.homophone")) || !slices.Contains(got[0].Why(), match.Reason("phone.equal")) {
			t.Fatal(got)
		}
		k.walk(0)
		err := k.write(func(ctx context.Context, tx *db.Tx) error {
			return k.Change(ctx, tx, officer, b, 0, "走访", func(n *child.New) { n.Name, n.Birth = "白云飞", civil.MustParse("2012-12-30") })
		})
		if err != nil {
			t.Fatal(err)
		}
		k.walk(1)
		if got := k.pairs(officer); len(got) != 0 {
			t.Fatal("a pair stays that no longer holds", got)
		}
	})
}

func TestAPairIsSeenByWhoSeesBothFiles(t *testing.T) {
	withDesk(t, func(k desk, _ *clock.Manual) {
		a, b := k.mustCreate(girl(t, "单小明", village, 32)), k.mustCreate(numberless(girl(t, "单小明", other, 32), other))
		k.walk(2)
		if got := k.pairs(officer); len(got) != 1 {
			t.Fatal("the county does not see it", got)
		}
		for _, by := range []access.Actor{supervisor, director, stranger} {
			if got := k.pairs(by); len(got) != 0 {
				t.Errorf("%s sees %v", by.Post.Role, got)
			}
			if _, _, err := merge.PairOf(t.Context(), k.d.Reader(), k.Cabinet, by, a, b); !errs.Is(err, errs.NotFound) {
				t.Errorf("%s opens it: %v", by.Post.Role, err)
			}
			differ := k.write(func(ctx context.Context, tx *db.Tx) error { return merge.Differ(ctx, tx, k.Cabinet, by, a, b) })
			merged := k.merge(by, merge.Merging{Keep: a, Drop: b})
			if by.Post.Role == access.ChildDirector {
				if !errs.Is(differ, errs.Forbidden) || !errs.Is(merged, errs.Forbidden) {
					t.Errorf("%s may decide: %v, %v", by.Post.Role, differ, merged)
				}
			} else if !errs.Is(differ, errs.NotFound) || !errs.Is(merged, errs.NotFound) {
				t.Errorf("%s decides: %v, %v", by.Post.Role, differ, merged)
			}
		}
		// It moves with the file.
		err := k.write(func(ctx context.Context, tx *db.Tx) error {
			return k.Change(ctx, tx, officer, b, 0, "迁居", func(n *child.New) { n.Region = village2 })
		})
		if got := k.pairs(supervisor); err != nil || len(got) != 1 {
			t.Error(got, err)
		}
		if _, err := merge.Pairs(t.Context(), k.d.Reader(), admin, merge.PairKey{}, 9); !errs.Is(err, errs.Forbidden) {
			t.Error("an administrator sees pairs:", err)
		}
	})
}

func TestAcrossCountiesAnOfficerLearnsOnlyWhere(t *testing.T) {
	withDesk(t, func(k desk, _ *clock.Manual) {
		near := k.mustCreate(girl(t, "单小明", village, 33))
		far := girl(t, "单小明", foreign, 33)
		if _, err := k.create(stranger, numberless(far, foreign)); err != nil {
			t.Fatal(err)
		}
		k.walk(2)
		if got := k.pairs(officer); len(got) != 0 {
			t.Fatal("shown as if both were his", got)
		}
		got, err := merge.Abroad(t.Context(), k.d.Reader(), officer, 9)
		if err != nil || len(got) != 1 || got[0].A != near || got[0].B != 0 || got[0].RegionB != "990102000000" || got[0].TownB != "" {
			t.Fatal(got, err)
		}
		if got, err := merge.Abroad(t.Context(), k.d.Reader(), supervisor, 9); err != nil || len(got) != 0 {
			t.Error("a township learns of it", got, err)
		}
	})
}

func TestNotTheSameIsRemembered(t *testing.T) {
	withDesk(t, func(k desk, _ *clock.Manual) {
		a, b := k.mustCreate(girl(t, "单小明", village, 34)), k.mustCreate(numberless(girl(t, "单小明", village, 34), village))
		k.walk(2)
		if err := k.write(func(ctx context.Context, tx *db.Tx) error { return merge.Differ(ctx, tx, k.Cabinet, supervisor, b, a) }); err != nil {
			t.Fatal(err)
		}
		err := k.write(func(ctx context.Context, tx *db.Tx) error {
			return k.Change(ctx, tx, officer, b, 0, "走访", func(n *child.New) { n.School = "第一小学" })
		})
		if err != nil {
			t.Fatal(err)
		}
		k.walk(1)
		if got := k.pairs(officer); len(got) != 0 {
			t.Fatal("it is shown again", got)
		}
		if p, _, err := merge.PairOf(t.Context(), k.d.Reader(), k.Cabinet, officer, a, b); err != nil || p.State != merge.Different || p.DecidedBy != supervisor.User {
			t.Fatal(p, err)
		}
	})
}

func TestAMergerKeepsOneFileAndLeadsFromTheOther(t *testing.T) {
	withDesk(t, func(k desk, _ *clock.Manual) {
		first, second := girl(t, "单小明", village, 35), numberless(girl(t, "单晓明", village2, 35), village2)
		first.Categories = []child.NewCategory{{ID: "C03", Source: "form", Evidence: "户口簿"}}
		second.Categories = []child.NewCategory{{ID: "C07", Source: "form", Evidence: "残疾证"}, {ID: "C03", Source: "form", Started: civil.MustParse("2025-01-01")}}
		second.Dossier.Welfare = []string{"低保"}
		a, b := k.mustCreate(first), k.mustCreate(second)
		if err := k.merge(officer, merge.Merging{Keep: a, Drop: b, Take: map[string]merge.Side{"region": merge.Dropped, "welfare": merge.Both, "people": merge.Both}}); err != nil {
			t.Fatal(err)
		}
		row, err := k.Get(t.Context(), k.d.Reader(), officer, a)
		if err != nil || row.Region != village2 || row.Name != "单小明" || row.Categories != " C03 C07 " {
			t.Fatal(row, err)
		}
		if old, err := k.Get(t.Context(), k.d.Reader(), officer, b); err != nil || old.Successor != a {
			t.Error("the old address leads to", old.Successor, err)
		}
		if got := k.found(officer, "单晓明"); len(got) != 0 {
			t.Error("the merged file is still found", got)
		}
		held, err := k.Belongings(t.Context(), k.d.Reader(), officer, a)
		if err != nil || len(held) != 2 || held[0].Started.String() != "2025-01-01" || held[1].Words != "残疾证" {
			t.Error(held, err)
		}
		if past, err := k.History(t.Context(), k.d.Reader(), officer, a); err != nil || len(past) != 2 {
			t.Error("history is not united", past, err)
		}
		if err := k.merge(officer, merge.Merging{Keep: a, Drop: b}); !errs.Is(err, errs.Conflict) {
			t.Error("merged twice:", err)
		}
		for what, m := range map[string]merge.Merging{"itself": {Keep: a, Drop: a}, "no part": {Keep: a, Drop: b, Take: map[string]merge.Side{"x": merge.Dropped}}} {
			if err := k.merge(officer, m); err == nil {
				t.Error(what)
			}
		}
		if diff, err := k.Recount(t.Context(), k.d.Reader()); err != nil || len(diff) != 0 {
			t.Error(diff, err)
		}
	})
}

func TestALaterChangeSurvivesTheUndoing(t *testing.T) {
	withDesk(t, func(k desk, _ *clock.Manual) {
		a, b := k.mustCreate(girl(t, "单小明", village, 36)), k.mustCreate(numberless(girl(t, "单晓明", village2, 36), village2))
		steps := []func() error{
			func() error {
				return k.merge(officer, merge.Merging{Keep: a, Drop: b, Take: map[string]merge.Side{"region": merge.Dropped}})
			},
			func() error {
				return k.write(func(ctx context.Context, tx *db.Tx) error {
					return k.Change(ctx, tx, officer, a, 0, "走访", func(n *child.New) { n.Dossier.Phone = "13900000009" })
				})
			},
			func() error { return k.unmerge(officer, b) },
		}
		for i, step := range steps {
			if err := step(); err != nil {
				t.Fatal(i, err)
			}
		}
		f, err := k.Show(t.Context(), k.d.Reader(), officer, a)
		if err != nil || f.Region != village || !strings.HasSuffix(f.Dossier.Phone, "0009") {
			t.Fatal(f.Region, f.Dossier.Phone, err)
		}
	})
}

// TestMergeThenUndoIsTheIdentity merges random files with random choices, undoes
// it and holds that nothing of both differs from before but their versions and
// the entries that tell of it.
func TestMergeThenUndoIsTheIdentity(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		k := desk{testkit.Cabinet(t, d, "demo"), d, t}
		sequence := 0
		rapid.Check(t, func(rt *rapid.T) {
			sequence++
			first := girl(t, "单小明", village, sequence%499)
			second := numberless(girl(t, rapid.SampledFrom([]string{"单小明", "单晓明", "罗雨"}).Draw(rt, "name"), village2, sequence%499), rapid.SampledFrom([]string{village, village2, other}).Draw(rt, "region"))
			for _, n := range []*child.New{&first, &second} {
				for _, category := range []string{"C03", "C07", "C16"} {
					if rapid.Bool().Draw(rt, category) {
						n.Categories = append(n.Categories, child.NewCategory{ID: category, Source: "form", Evidence: "材料", Started: civil.MustParse("2026-01-01").AddDays(rapid.IntRange(0, 30).Draw(rt, "started"))})
					}
				}
				n.School, n.Dossier.Remarks = rapid.SampledFrom([]string{"", "一小", "二小"}).Draw(rt, "school"), rapid.SampledFrom([]string{"", "甲", "乙"}).Draw(rt, "remarks")
				n.Dossier.Welfare = []string{rapid.SampledFrom([]string{"低保", "特困"}).Draw(rt, "welfare")}
			}
			a, b := k.mustCreate(first), k.mustCreate(second)
			for _, id := range []ref.Child{a, b} {
				level, due := rapid.IntRange(0, 4).Draw(rt, "level"), civil.MustParse("2026-04-01").AddDays(rapid.IntRange(0, 9).Draw(rt, "due"))
				if err := k.write(func(ctx context.Context, tx *db.Tx) error {
					return k.Tell(ctx, tx, officer, id, child.Set{Level: &level, Due: &due})
				}); err != nil {
					rt.Fatal(err)
				}
			}
			if _, err := compare.Match(context.Background(), k.Cabinet, d); err != nil {
				rt.Fatal(err)
			}
			m := merge.Merging{Keep: a, Drop: b, Take: map[string]merge.Side{}}
			if rapid.Bool().Draw(rt, "turned") {
				m.Keep, m.Drop = b, a
			}
			for _, p := range child.Parts() {
				side := rapid.SampledFrom([]merge.Side{merge.Kept, merge.Dropped, merge.Both}).Draw(rt, p.Key)
				if side != merge.Both || p.Unites() {
					m.Take[p.Key] = side
				}
			}
			before := k.all(rt, a, b)
			if err := k.merge(officer, m); err != nil {
				rt.Fatal(err)
			}
			if diff, err := k.Recount(context.Background(), d.Reader()); err != nil || len(diff) != 0 {
				rt.Fatal(diff, err)
			}
			if err := k.unmerge(officer, m.Drop); err != nil {
				rt.Fatal(err)
			}
			if after := k.all(rt, a, b); after != before {
				rt.Fatalf("before\n%s\nafter\n%s", before, after)
			}
		})
	})
}

// all writes down everything that is kept about two files.
func (k desk) all(rt *rapid.T, ids ...ref.Child) string {
	ctx, tx := context.Background(), k.d.Reader()
	var b strings.Builder
	ask := func(query string, args ...any) {
		rows, err := db.All[string](ctx, tx, query, args...)
		if err != nil {
			rt.Fatal(err)
		}
		fmt.Fprintln(&b, rows)
	}
	for _, id := range ids {
		row, err := k.Get(ctx, tx, officer, id)
		if err != nil {
			rt.Fatal(err)
		}
		row.Version, row.Changed = 0, 0
		dossiers, err := k.Dossiers(ctx, tx, officer, []ref.Child{id})
		held, err2 := k.Belongings(ctx, tx, officer, id)
		past, err3 := k.History(ctx, tx, officer, id)
		if err != nil || err2 != nil || err3 != nil {
			rt.Fatal(err, err2, err3)
		}
		for i := range held {
			held[i].Evidence = nil
		}
		past = slices.DeleteFunc(past, func(p child.Told) bool { return p.Action == "child.merge" })
		text, err := json.Marshal([]any{row, dossiers[id], held, past})
		if err != nil {
			rt.Fatal(err)
		}
		b.Write(text)
		ask("SELECT g.town || ' ' || CAST(g.gram AS TEXT) FROM child_gram g WHERE g.child = ? ORDER BY g.town, g.gram", id)
		ask("SELECT CAST(k.digest AS TEXT) FROM child_key k WHERE k.child = ? ORDER BY k.digest", id)
		ask("SELECT CAST(p.a AS TEXT) || p.state || p.reasons || p.region_a || p.region_b FROM child_pair p WHERE p.a = ? OR p.b = ? ORDER BY p.a, p.b", id, id)
	}
	ask("SELECT c.region || c.category || CAST(c.level AS TEXT) || c.sex || CAST(c.band AS TEXT) || CAST(c.n AS TEXT) FROM child_count c WHERE c.n <> 0 ORDER BY c.region, c.category, c.level, c.sex, c.band")
	return b.String()
}

func TestWhoPlansCareHearsOfWhatBecameOfAFile(t *testing.T) {
	withDesk(t, func(k desk, _ *clock.Manual) {
		var heard []string
		k.Settled = func(_ context.Context, _ *db.Tx, _ access.Actor, rows []child.Child) error {
			for _, row := range rows {
				heard = append(heard, string(row.State)+" "+row.Region)
			}
			slices.Sort(heard)
			return nil
		}
		a, b := k.mustCreate(girl(t, "单小明", village, 45)), k.mustCreate(numberless(girl(t, "单小明", village, 45), village))
		steps := []struct {
			do   func() error
			want []string
		}{
			{func() error { return k.merge(officer, merge.Merging{Keep: a, Drop: b}) }, []string{"closed " + village, "open " + village}},
			{func() error { return k.unmerge(officer, b) }, []string{"open " + village, "open " + village}},
			{func() error {
				return k.write(func(ctx context.Context, tx *db.Tx) error {
					return k.Change(ctx, tx, officer, a, 0, "迁居", func(n *child.New) { n.Region = other })
				})
			}, []string{"closed " + village, "open " + other}},
			{func() error {
				return k.write(func(ctx context.Context, tx *db.Tx) error { return k.Close(ctx, tx, officer, a, "moved") })
			}, []string{"closed " + other}},
			{func() error {
				return k.write(func(ctx context.Context, tx *db.Tx) error {
					return k.Enter(ctx, tx, officer, b, child.NewCategory{ID: "C03", Source: "form"})
				})
			}, []string{"open " + village}},
		}
		for i, step := range steps {
			heard = nil
			if err := step.do(); err != nil || !slices.Equal(heard, step.want) {
				t.Errorf("step %d: heard %v, want %v, %v", i, heard, step.want, err)
			}
		}
	})
}
