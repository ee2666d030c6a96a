package org_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/org"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/rule"
	"weibao/internal/testkit"
	"weibao/rules"
)

const (
	county  = "990101000000"
	town    = "990101100000" // 青石镇
	village = "990101100200" // 石门村
)

func actor(role access.Role, code string) access.Actor {
	return access.Actor{User: 7, Name: "甲", Post: access.Post{ID: 1, Unit: 5, Region: code, Role: role}}
}

var (
	clerk  = actor(access.Officer, county)
	admin  = actor(access.SystemAdmin, county)
	basis  = org.Basis{Reason: "机构改革", Document: "云编发〔2026〕3号"}
	farOff = actor(access.Officer, "990102000000")
)

func book(t testing.TB, name string) *rule.Book {
	t.Helper()
	b, err := rule.Load(rules.FS, name)
	must(t, err)
	return b
}

func load(t testing.TB, d *db.DB, name string) (l org.Loaded) {
	t.Helper()
	b := book(t, name)
	must(t, d.Write(t.Context(), func(tx *db.Tx) error {
		_, err := region.LoadSeed(t.Context(), tx, access.Program, b.County().Region)
		if err == nil {
			l, err = org.LoadCounty(t.Context(), tx, access.Program, b)
		}
		return err
	}))
	return l
}

// demo runs a test on both databases with the demo county in place.
func demo(t *testing.T, test func(t *testing.T, d *db.DB)) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		load(t, d, "demo")
		test(t, d)
	})
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func do(t *testing.T, d *db.DB, fn func(ctx context.Context, tx *db.Tx) error) error {
	t.Helper()
	return d.Write(t.Context(), func(tx *db.Tx) error { return fn(t.Context(), tx) })
}

// named gives the unit which a list calls by a name.
func named(t *testing.T, d *db.DB, name string) org.Unit {
	t.Helper()
	found, err := org.Search(t.Context(), d.Reader(), clerk, name)
	must(t, err)
	for _, u := range found {
		if u.Call() == name || u.Name == name {
			return u
		}
	}
	t.Fatalf("no unit %s in %v", name, found)
	return org.Unit{}
}

func TestEveryPackSetsUpAnInstallationOnce(t *testing.T) {
	counties, err := rule.Counties(rules.FS)
	must(t, err)
	if len(counties) < 9 {
		t.Fatalf("%d packs", len(counties))
	}
	for _, c := range counties {
		t.Run(c.Name, func(t *testing.T) {
			d := testkit.Open(t, db.SQLite, clock.At(testkit.Noon))
			first, again := load(t, d, c.Name), load(t, d, c.Name)
			if again.Units+again.Places+again.Aliases != 0 {
				t.Errorf("loaded again: %+v", again)
			}
			by := actor(access.Officer, c.Region)
			office, err := org.Office(t.Context(), d.Reader(), c.Region)
			must(t, err)
			t.Logf("%s: %+v, office %s", c.Title, first, office.Call())
			units := everything(t, d, by)
			if len(units) != first.Units+first.Places || first.Units < 8 {
				t.Errorf("%d units, loaded %+v", len(units), first)
			}
			climbs(t, d, units)
			resolver, err := org.NewResolver(t.Context(), d.Reader(), book(t, c.Name))
			must(t, err)
			for _, u := range book(t, c.Name).Units(civil.MustParse("2026-03-02")) {
				m := resolver.Resolve(u.Name)
				if m.Unit == 0 && len(m.Candidates) < 2 {
					t.Errorf("%s: %+v", u.Name, m)
				}
			}
		})
	}
}

// everything pages through all units.
func everything(t *testing.T, d *db.DB, by access.Actor) []org.Unit {
	t.Helper()
	var all []org.Unit
	for f := (org.Filter{Limit: 37}); ; {
		page, err := org.List(t.Context(), d.Reader(), by, f)
		must(t, err)
		if len(page) == 0 {
			return all
		}
		all = append(all, page...)
		last := page[len(page)-1]
		f.After = org.Key{Region: last.Region, ID: last.ID}
	}
}

// climbs fails unless urging gets from every unit to an office in few steps.
func climbs(t *testing.T, d *db.DB, units []org.Unit) {
	t.Helper()
	for _, u := range units {
		at, steps := u, 0
		for !at.Office {
			up, err := org.Superior(t.Context(), d.Reader(), at.ID)
			must(t, err)
			if at = up; steps > 5 {
				t.Fatalf("urging of %s does not end", u.Call())
			}
			steps++
		}
		if top, err := org.SuperiorID(t.Context(), d.Reader(), at.ID); err != nil || top != at.ID {
			t.Errorf("above the office: %v, %v", top, err)
		}
	}
}

func TestAnotherCountyIsRefused(t *testing.T) {
	demo(t, func(t *testing.T, d *db.DB) {
		err := do(t, d, func(ctx context.Context, tx *db.Tx) error {
			_, err := org.LoadCounty(ctx, tx, access.Program, book(t, "rangtang"))
			return err
		})
		if !errs.Is(err, errs.Conflict) || !strings.Contains(err.Error(), "已为“云岭县”建立") {
			t.Errorf("%v", err)
		}
		c, installed, err := org.Installed(t.Context(), d.Reader())
		if err != nil || !installed || c.Name != "demo" || c.Region != county {
			t.Errorf("%+v, %t, %v", c, installed, err)
		}
		err = do(t, d, func(ctx context.Context, tx *db.Tx) error {
			_, err := org.LoadCounty(ctx, tx, access.Program, book(t, ""))
			return err
		})
		if !errs.Is(err, errs.Invalid) {
			t.Errorf("national rules: %v", err)
		}
	})
}

func TestUnitsAreFoundByInitialsAndAliases(t *testing.T) {
	demo(t, func(t *testing.T, d *db.DB) {
		for query, want := range map[string]string{"mzj": "县民政局", "xmzj": "县民政局", "民政": "县民政局", "minzheng": "县民政局", "未保办": "县未保办", "wbb": "县未保办", "smc": "石门村", "qszrmzf": "青石镇"} {
			found, err := org.Search(t.Context(), d.Reader(), clerk, query)
			must(t, err)
			if len(found) == 0 || found[0].Call() != want {
				t.Errorf("%s finds %v", query, calls(found))
			}
		}
		for _, query := range []string{"", "%", "_", "。", "不存在的局"} {
			if found, err := org.Search(t.Context(), d.Reader(), clerk, query); err != nil || len(found) != 0 {
				t.Errorf("%q finds %v, %v", query, calls(found), err)
			}
		}
		page, err := org.List(t.Context(), d.Reader(), clerk, org.Filter{Kind: rule.Village, Region: town, Query: "smc"})
		if err != nil || len(page) != 1 || page[0].Region != village {
			t.Errorf("%v, %v", calls(page), err)
		}
	})
}

func calls(units []org.Unit) []string {
	var names []string
	for _, u := range units {
		names = append(names, u.Call())
	}
	return names
}

func TestPagesRunForwardAndBackAlike(t *testing.T) {
	demo(t, func(t *testing.T, d *db.DB) {
		all := everything(t, d, clerk)
		if !slices.IsSortedFunc(all, func(a, b org.Unit) int { return strings.Compare(a.Region, b.Region) }) {
			t.Error("units are not in the order of divisions")
		}
		page, err := org.List(t.Context(), d.Reader(), clerk, org.Filter{Limit: 10, Before: org.Key{Region: all[25].Region, ID: all[25].ID}})
		must(t, err)
		if !slices.Equal(calls(page), calls(all[15:25])) {
			t.Errorf("%v, want %v", calls(page), calls(all[15:25]))
		}
	})
}

func TestAnotherCountysUnitsAreNotFound(t *testing.T) {
	demo(t, func(t *testing.T, d *db.DB) {
		ctx, tx := t.Context(), d.Reader()
		u := named(t, d, "县民政局")
		if _, err := org.Get(ctx, tx, farOff, u.ID); !errs.Is(err, errs.NotFound) {
			t.Errorf("%v", err)
		}
		if page, err := org.List(ctx, tx, farOff, org.Filter{}); err != nil || len(page) != 0 {
			t.Errorf("%v, %v", calls(page), err)
		}
		if found, err := org.Search(ctx, tx, farOff, "mzj"); err != nil || len(found) != 0 {
			t.Errorf("%v, %v", calls(found), err)
		}
		for name, read := range map[string]func() error{
			"aliases":   func() error { _, err := org.Aliases(ctx, tx, farOff, u.ID); return err },
			"inferiors": func() error { _, err := org.Inferiors(ctx, tx, farOff, u.ID); return err },
			"history":   func() error { _, err := org.History(ctx, tx, farOff, u.ID); return err },
			"roster":    func() error { _, err := org.Roster(ctx, tx, farOff, u.ID, civil.Date{}); return err },
			"edit": func() error {
				return do(t, d, func(ctx context.Context, tx *db.Tx) error {
					return org.Edit(ctx, tx, farOff, u.ID, org.Draft{Name: "甲局"}, basis)
				})
			},
			"merge": func() error {
				return do(t, d, func(ctx context.Context, tx *db.Tx) error { return org.Merge(ctx, tx, farOff, u.ID, u.ID, basis) })
			},
			"seat": func() error {
				return do(t, d, func(ctx context.Context, tx *db.Tx) error {
					_, err := org.Seat(ctx, tx, farOff, org.Member{Body: u.ID, Name: "乙", Rank: org.Head})
					return err
				})
			},
		} {
			if err := read(); !errs.Is(err, errs.NotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := org.Get(ctx, tx, access.Actor{}, u.ID); !errs.Is(err, errs.Forbidden) {
			t.Errorf("nobody reads: %v", err)
		}
		if _, err := org.Get(ctx, tx, actor(access.AuditAdmin, county), u.ID); !errs.Is(err, errs.Forbidden) {
			t.Errorf("the audit administrator reads: %v", err)
		}
		if _, err := org.Get(ctx, tx, actor(access.ChildDirector, village), u.ID); err != nil {
			t.Errorf("a child director reads the county's units: %v", err)
		}
	})
}

func TestOnlyOfficerAndSystemAdministratorEdit(t *testing.T) {
	demo(t, func(t *testing.T, d *db.DB) {
		u := named(t, d, "县民政局")
		for _, role := range access.Roles {
			by := actor(role.Role, county)
			err := do(t, d, func(ctx context.Context, tx *db.Tx) error {
				return org.Edit(ctx, tx, by, u.ID, draft(u, func(d *org.Draft) { d.ShortName = "民政局" + string(role.Role[:1]) }), basis)
			})
			if may := role.Role == access.Officer || role.Role == access.SystemAdmin; may != (err == nil) || !may && !errs.Is(err, errs.Forbidden) {
				t.Errorf("edit as %s: %v", role.Role, err)
			}
			err = do(t, d, func(ctx context.Context, tx *db.Tx) error {
				_, err := org.Seat(ctx, tx, by, org.Member{Body: named(t, d, "县未保委").ID, Name: "乙", Rank: org.Ordinary})
				return err
			})
			if may := role.Role == access.Officer; may != (err == nil) {
				t.Errorf("seat as %s: %v", role.Role, err)
			}
		}
	})
}

func draft(u org.Unit, change func(*org.Draft)) org.Draft {
	d := org.Draft{Name: u.Name, ShortName: u.ShortName, Kind: u.Kind, Superior: u.Superior, Region: u.Region, Office: u.Office}
	change(&d)
	return d
}

func TestRenamedUnitIsStillUnderstoodByItsFormerName(t *testing.T) {
	demo(t, func(t *testing.T, d *db.DB) {
		u := named(t, d, "县卫健局")
		must(t, do(t, d, func(ctx context.Context, tx *db.Tx) error {
			return org.Edit(ctx, tx, clerk, u.ID, draft(u, func(d *org.Draft) { d.Name, d.ShortName = "云岭县卫生健康委员会", "县卫健委" }), basis)
		}))
		r, err := org.NewResolver(t.Context(), d.Reader(), book(t, "demo"))
		must(t, err)
		for _, spelling := range []string{"云岭县卫生健康委员会", "县卫健委", "县卫健局", "云岭县卫生健康局", "卫健部门", "县民政局(县卫健委)"} {
			m := r.Resolve(spelling)
			if m.Unit != u.ID && !slices.Contains(m.Also, u.ID) {
				t.Errorf("%s: %+v", spelling, m)
			}
		}
		if m := r.Resolve("县文物保护中心"); m.Unit != 0 || m.Candidates != nil || m.By != "" {
			t.Errorf("what does not exist: %+v", m)
		}
		h, err := org.History(t.Context(), d.Reader(), clerk, u.ID)
		if err != nil || len(h) != 1 || h[0].Kind != org.Renamed || h[0].OldName != "云岭县卫生健康局" || h[0].Document != basis.Document {
			t.Errorf("%+v, %v", h, err)
		}
	})
}

func TestSpellingThatFitsSeveralIsAnsweredWithCandidates(t *testing.T) {
	demo(t, func(t *testing.T, d *db.DB) {
		a, b := named(t, d, "县教育局"), named(t, d, "县民政局")
		for _, u := range []org.Unit{a, b} {
			must(t, do(t, d, func(ctx context.Context, tx *db.Tx) error {
				return org.Edit(ctx, tx, clerk, u.ID, draft(u, func(d *org.Draft) { d.Aliases = []string{"关爱中心"} }), basis)
			}))
		}
		r, err := org.NewResolver(t.Context(), d.Reader(), book(t, "demo"))
		must(t, err)
		if m := r.Resolve("关爱中心"); m.Unit != 0 || len(m.Candidates) != 2 {
			t.Errorf("%+v", m)
		}
	})
}

func TestDraftsThatCannotStandAreRefused(t *testing.T) {
	demo(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		office, bureau, station := named(t, d, "县未保办"), named(t, d, "县民政局"), named(t, d, "石门村")
		government := named(t, d, "县政府")
		for name, c := range map[string]struct {
			of     org.Unit
			change func(*org.Draft)
			field  string
		}{
			"no name":             {bureau, func(d *org.Draft) { d.Name = " " }, "name"},
			"unknown kind":        {bureau, func(d *org.Draft) { d.Kind = "club" }, "kind"},
			"a group by hand":     {bureau, func(d *org.Draft) { d.Kind = rule.Group }, "kind"},
			"no superior":         {bureau, func(d *org.Draft) { d.Superior = 0 }, "superior"},
			"itself above":        {bureau, func(d *org.Draft) { d.Superior = bureau.ID }, "superior"},
			"a circle":            {government, func(d *org.Draft) { d.Superior = station.ID }, "superior"},
			"unknown superior":    {bureau, func(d *org.Draft) { d.Superior = 99 }, "superior"},
			"region elsewhere":    {bureau, func(d *org.Draft) { d.Region = "990102000000" }, "region"},
			"no region":           {bureau, func(d *org.Draft) { d.Region = "" }, "region"},
			"alias of signs":      {bureau, func(d *org.Draft) { d.Aliases = []string{"……"} }, "aliases"},
			"office given up":     {office, func(d *org.Draft) { d.Office = false }, "office"},
			"name of two lines":   {bureau, func(d *org.Draft) { d.Name = "甲\n乙" }, "name"},
			"name without an end": {bureau, func(d *org.Draft) { d.Name = strings.Repeat("长", 61) }, "name"},
		} {
			err := do(t, d, func(ctx context.Context, tx *db.Tx) error {
				return org.Edit(ctx, tx, clerk, c.of.ID, draft(c.of, c.change), basis)
			})
			if !errs.Is(err, errs.Invalid) || !strings.Contains(err.Error(), c.field+":") {
				t.Errorf("%s: %v", name, err)
			}
			now, err := org.Get(ctx, d.Reader(), clerk, c.of.ID)
			if err != nil || now != c.of {
				t.Errorf("%s changed the unit to %+v, %v", name, now, err)
			}
		}
	})
}

func TestOfficeCanMoveToAnotherUnit(t *testing.T) {
	demo(t, func(t *testing.T, d *db.DB) {
		bureau := named(t, d, "县民政局")
		must(t, do(t, d, func(ctx context.Context, tx *db.Tx) error {
			return org.Edit(ctx, tx, clerk, bureau.ID, draft(bureau, func(d *org.Draft) { d.Office = true }), basis)
		}))
		for _, code := range []string{county, town, village} {
			if u, err := org.Office(t.Context(), d.Reader(), code); err != nil || u.ID != bureau.ID {
				t.Errorf("office of %s: %s, %v", code, u.Call(), err)
			}
		}
		if _, err := org.Office(t.Context(), d.Reader(), "990102000000"); !errs.Is(err, errs.Conflict) {
			t.Errorf("office of another county: %v", err)
		}
		climbs(t, d, everything(t, d, clerk))
	})
}

func TestAddedUnitStandsUnderItsSuperior(t *testing.T) {
	demo(t, func(t *testing.T, d *db.DB) {
		bureau := named(t, d, "县教育局")
		var school org.Unit
		must(t, do(t, d, func(ctx context.Context, tx *db.Tx) (err error) {
			school, err = org.Add(ctx, tx, admin, org.Draft{Name: "云岭县第一中学", ShortName: "县一中", Kind: rule.School, Superior: bureau.ID, Region: county, Aliases: []string{"一中", " "}}, org.Basis{})
			return err
		}))
		if got := named(t, d, "县一中"); got.ID != school.ID || got.ValidFrom != civil.MustParse("2026-03-02") {
			t.Errorf("%+v", got)
		}
		up, err := org.Superior(t.Context(), d.Reader(), school.ID)
		if err != nil || up.ID != bureau.ID {
			t.Errorf("%s, %v", up.Call(), err)
		}
		group := named(t, d, "学校")
		members, err := org.Members(t.Context(), d.Reader(), group.ID)
		if err != nil || !slices.Contains(calls(members), "县一中") || slices.Contains(calls(members), "县教育局") {
			t.Errorf("%v, %v", calls(members), err)
		}
		if below, err := org.Inferiors(t.Context(), d.Reader(), clerk, bureau.ID); err != nil || !slices.Contains(calls(below), "县一中") {
			t.Errorf("%v, %v", calls(below), err)
		}
	})
}

func TestGroupWordsMeanTheirUnits(t *testing.T) {
	demo(t, func(t *testing.T, d *db.DB) {
		for word, want := range map[string]int{"各乡镇（街道）": 8, "各村（社区）": 91, "县民政局": 1} {
			members, err := org.Members(t.Context(), d.Reader(), named(t, d, word).ID)
			if err != nil || len(members) != want {
				t.Errorf("%s means %d units, want %d (%v)", word, len(members), want, err)
			}
		}
		all, err := org.Members(t.Context(), d.Reader(), named(t, d, "各成员单位").ID)
		if err != nil || len(all) < 25 || slices.ContainsFunc(all, func(u org.Unit) bool { return u.Collective() || u.Kind == rule.Village }) {
			t.Errorf("%v, %v", calls(all), err)
		}
	})
}

func TestEveryUnitEverKnownResolvesWhateverIsMerged(t *testing.T) {
	demo(t, func(t *testing.T, d *db.DB) {
		random := rand.New(rand.NewPCG(9, 26))
		known := everything(t, d, clerk)
		merged := 0
		for range 30 {
			left, err := org.List(t.Context(), d.Reader(), clerk, org.Filter{Limit: 200})
			must(t, err)
			a, b := left[random.IntN(len(left))], left[random.IntN(len(left))]
			err = do(t, d, func(ctx context.Context, tx *db.Tx) error {
				if random.IntN(3) == 0 {
					return org.Edit(ctx, tx, clerk, a.ID, draft(a, func(d *org.Draft) { d.Superior = b.ID }), basis)
				}
				return org.Merge(ctx, tx, clerk, a.ID, b.ID, basis)
			})
			switch {
			case err == nil:
				merged++
			case !errs.Is(err, errs.Invalid):
				t.Fatal(err)
			}
		}
		for _, u := range known {
			now, err := org.Successor(t.Context(), d.Reader(), u.ID)
			if err != nil || !now.Active() {
				t.Fatalf("%s became %+v, %v", u.Call(), now, err)
			}
		}
		if merged < 12 {
			t.Errorf("only %d changes went through", merged)
		}
		climbs(t, d, everything(t, d, clerk))
	})
}

func TestMergedUnitLeavesItsNamesAndItsUnits(t *testing.T) {
	demo(t, func(t *testing.T, d *db.DB) {
		old, heir := named(t, d, "县民政局"), named(t, d, "县卫健局")
		must(t, do(t, d, func(ctx context.Context, tx *db.Tx) error { return org.Merge(ctx, tx, clerk, old.ID, heir.ID, basis) }))
		r, err := org.NewResolver(t.Context(), d.Reader(), book(t, "demo"))
		must(t, err)
		for _, spelling := range []string{"县民政局", "云岭县民政局", "县卫健局"} {
			if m := r.Resolve(spelling); m.Unit != heir.ID {
				t.Errorf("%s: %+v", spelling, m)
			}
		}
		if up := named(t, d, "县未保中心").Superior; up != heir.ID {
			t.Errorf("the centre stands under %d", up)
		}
		if found, err := org.Search(t.Context(), d.Reader(), clerk, "mzj"); err != nil || len(found) == 0 || found[0].ID != heir.ID {
			t.Errorf("mzj finds %v, %v", calls(found), err)
		}
		err = do(t, d, func(ctx context.Context, tx *db.Tx) error {
			return org.Edit(ctx, tx, clerk, old.ID, draft(old, func(*org.Draft) {}), basis)
		})
		if !errs.Is(err, errs.Conflict) || !strings.Contains(err.Error(), "现为县卫健局") {
			t.Errorf("%v", err)
		}
		for name, c := range map[string]struct {
			a, b  ref.Unit
			basis org.Basis
		}{
			"into itself":    {heir.ID, heir.ID, basis},
			"a group":        {heir.ID, named(t, d, "各成员单位").ID, basis},
			"without reason": {named(t, d, "县教育局").ID, heir.ID, org.Basis{}},
		} {
			err := do(t, d, func(ctx context.Context, tx *db.Tx) error { return org.Merge(ctx, tx, clerk, c.a, c.b, c.basis) })
			if !errs.Is(err, errs.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestUnitsFollowTheirDivision(t *testing.T) {
	demo(t, func(t *testing.T, d *db.DB) {
		u := named(t, d, "石门村")
		must(t, do(t, d, func(ctx context.Context, tx *db.Tx) error {
			if err := region.Merge(ctx, tx, admin, town, "990101101000", region.Basis{On: civil.MustParse("2026-03-01"), Document: "文"}); err != nil {
				return err
			}
			moves, err := region.Moves(ctx, tx, county)
			if err != nil || len(moves) != 13 {
				t.Errorf("%v, %v", moves, err)
			}
			for _, m := range moves {
				if err := org.Rehome(ctx, tx, access.Program, m.OldCode, m.NewCode); err != nil {
					return err
				}
			}
			return nil
		}))
		now, err := org.Get(t.Context(), d.Reader(), clerk, u.ID)
		if err != nil || now.Town != "990101101" || now.County != "990101" {
			t.Errorf("%+v, %v", now, err)
		}
		if again := load(t, d, "demo"); again.Units+again.Places != 0 {
			t.Errorf("loaded again after the merge: %+v", again)
		}
	})
}

func TestNamesOfManyUnits(t *testing.T) {
	demo(t, func(t *testing.T, d *db.DB) {
		a, b := named(t, d, "县教育局"), named(t, d, "石门村")
		names, err := org.Names(t.Context(), d.Reader(), []ref.Unit{a.ID, b.ID, a.ID, 99})
		if err != nil || fmt.Sprint(names) != fmt.Sprint(map[ref.Unit]string{a.ID: "县教育局", b.ID: "石门村"}) {
			t.Errorf("%v, %v", names, err)
		}
	})
}
