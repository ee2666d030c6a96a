package region_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/region"
	"weibao/internal/region/seed"
	"weibao/internal/testkit"
)

const (
	county   = "990101000000"
	town     = "990101100000" // 青石镇
	village  = "990101100200" // 石门村
	otherPit = "990102000000"
)

func actor(role access.Role, code string) access.Actor {
	return access.Actor{User: 7, Name: "甲", Post: access.Post{ID: 1, Unit: 5, Region: code, Role: role}}
}

var (
	admin = actor(access.SystemAdmin, county)
	clerk = actor(access.Officer, county)
	basis = region.Basis{On: civil.MustParse("2026-03-01"), Document: "云府发〔2026〕1号"}
)

// loaded runs a test on both databases with the invented prefecture in place.
func loaded(t *testing.T, test func(t *testing.T, d *db.DB)) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		for _, code := range []string{county, otherPit} {
			write(t, d, func(ctx context.Context, tx *db.Tx) error {
				_, err := region.LoadSeed(ctx, tx, access.Program, code)
				return err
			})
		}
		test(t, d)
	})
}

func write(t *testing.T, d *db.DB, fn func(ctx context.Context, tx *db.Tx) error) {
	t.Helper()
	must(t, d.Write(t.Context(), func(tx *db.Tx) error { return fn(t.Context(), tx) }))
}

func refused(t *testing.T, d *db.DB, kind errs.Kind, words string, fn func(ctx context.Context, tx *db.Tx) error) {
	t.Helper()
	err := d.Write(t.Context(), func(tx *db.Tx) error { return fn(t.Context(), tx) })
	if !errs.Is(err, kind) || !strings.Contains(err.Error(), words) {
		t.Errorf("got %v, want %s with %q", err, kind, words)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestSeedIsLoadedOnceWithAllAboveAndBelow(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		for i, want := range []int{102, 0} { // province, prefecture, county, 8 townships, 91 villages
			write(t, d, func(ctx context.Context, tx *db.Tx) error {
				got, err := region.LoadSeed(ctx, tx, access.Program, county)
				if got.Added != want || got.Without != nil {
					t.Errorf("load %d: %+v", i, got)
				}
				return err
			})
		}
		path, err := region.Path(t.Context(), d.Reader(), village)
		must(t, err)
		var names []string
		for _, r := range path {
			names = append(names, r.ShortName)
		}
		if got := strings.Join(names, "/"); got != "示例省/云州市/云岭县/青石镇/石门村" {
			t.Errorf("path %s", got)
		}
		counts, err := region.Counts(t.Context(), d.Reader(), clerk)
		must(t, err)
		if fmt.Sprint(counts) != "[{3 1} {4 8} {5 91}]" {
			t.Errorf("counts %v", counts)
		}
	})
}

func TestAdministratorWithoutAPlaceSeesTheInstallation(t *testing.T) {
	loaded(t, func(t *testing.T, d *db.DB) {
		keeper := access.Actor{User: 7, Name: "甲", Post: access.Post{ID: 1, Role: access.SystemAdmin}}
		tree, err := region.Tree(t.Context(), d.Reader(), keeper, "")
		if err != nil || len(tree) != 2 || tree[0].Code != county || tree[1].Code != otherPit {
			t.Errorf("%v, %v", tree, err)
		}
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			return region.Rename(ctx, tx, keeper, town, "新名镇", basis)
		})
		nowhere := access.Actor{User: 7, Post: access.Post{ID: 1, Role: access.Officer}}
		if tree, err := region.Tree(t.Context(), d.Reader(), nowhere, ""); err != nil || len(tree) != 0 {
			t.Errorf("an officer without a place sees %v, %v", tree, err)
		}
	})
}

func TestTownshipAndPrefectureInstallations(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			got, err := region.LoadSeed(ctx, tx, access.Program, "520327111000")
			if got.Added != 3+1+5 {
				t.Errorf("township: %+v", got)
			}
			return err
		})
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			got, err := region.LoadSeed(ctx, tx, access.Program, "150300000000")
			if got.Added < 100 || got.Without != nil {
				t.Errorf("prefecture: %+v", got)
			}
			return err
		})
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			got, err := region.LoadSeed(ctx, tx, access.Program, "110101000000")
			if len(got.Without) != 1 {
				t.Errorf("county without villages: %+v", got)
			}
			return err
		})
		refused(t, d, errs.NotFound, "全国区划中没有代码", func(ctx context.Context, tx *db.Tx) error {
			_, err := region.LoadSeed(ctx, tx, access.Program, "990109000000")
			return err
		})
	})
}

func TestWhatLiesInAnotherCountyIsNotFound(t *testing.T) {
	loaded(t, func(t *testing.T, d *db.DB) {
		ctx, tx := t.Context(), d.Reader()
		for _, code := range []string{otherPit, "990102400000", "990102400400", "123", ""} {
			if _, err := region.Get(ctx, tx, clerk, code); !errs.Is(err, errs.NotFound) {
				t.Errorf("%s: %v", code, err)
			}
			if _, err := region.History(ctx, tx, clerk, code); !errs.Is(err, errs.NotFound) {
				t.Errorf("history of %s: %v", code, err)
			}
			refused(t, d, errs.NotFound, "", func(ctx context.Context, tx *db.Tx) error {
				return region.Rename(ctx, tx, admin, code, "新名镇", basis)
			})
		}
		for _, code := range []string{"990000000000", "990100000000", county, village} {
			if _, err := region.Get(ctx, tx, actor(access.ChildDirector, village), code); err != nil {
				t.Errorf("%s is above or beside the village: %v", code, err)
			}
		}
		if found, err := region.Search(ctx, tx, clerk, "管区"); err != nil || len(found) != 0 {
			t.Errorf("%v, %v", found, err)
		}
		if list, err := region.Tree(ctx, tx, clerk, otherPit); err != nil || len(list) != 0 {
			t.Errorf("%v, %v", list, err)
		}
		above := actor(access.Officer, "990100000000")
		if list, err := region.Tree(ctx, tx, above, ""); err != nil || len(list) != 2 || list[1].Below != 1 {
			t.Errorf("prefecture sees %v, %v", list, err)
		}
	})
}

func TestOnlyTheSystemAdministratorChangesDivisions(t *testing.T) {
	loaded(t, func(t *testing.T, d *db.DB) {
		for _, role := range access.Roles {
			if role.Role == access.SystemAdmin {
				continue
			}
			by := actor(role.Role, county)
			for name, try := range map[string]func(ctx context.Context, tx *db.Tx) error{
				"rename": func(ctx context.Context, tx *db.Tx) error {
					return region.Rename(ctx, tx, by, town, "新名镇", basis)
				},
				"merge": func(ctx context.Context, tx *db.Tx) error {
					return region.Merge(ctx, tx, by, town, "990101101000", basis)
				},
				"abolish": func(ctx context.Context, tx *db.Tx) error { return region.Abolish(ctx, tx, by, village, basis) },
				"transfer": func(ctx context.Context, tx *db.Tx) error {
					_, err := region.Transfer(ctx, tx, by, village, "990101101000", basis)
					return err
				},
				"add": func(ctx context.Context, tx *db.Tx) error {
					_, err := region.Add(ctx, tx, by, region.Addition{Parent: county, Name: "场", Kind: region.LikeTown, Basis: basis})
					return err
				},
				"compare": func(ctx context.Context, tx *db.Tx) error {
					_, err := region.Compare(ctx, tx, by, county, nil)
					return err
				},
				"import": func(ctx context.Context, tx *db.Tx) error {
					return region.Import(ctx, tx, by, region.Difference{}, basis)
				},
			} {
				if err := d.Write(t.Context(), func(tx *db.Tx) error { return try(t.Context(), tx) }); !errs.Is(err, errs.Forbidden) {
					t.Errorf("%s as %s: %v", name, role.Role, err)
				}
			}
		}
	})
}

func TestSearchByNamePinyinAndInitials(t *testing.T) {
	loaded(t, func(t *testing.T, d *db.DB) {
		for query, want := range map[string]string{"smc": village, "石门": village, "shimen": village, "石门村村民委员会": village, "qsz": town, "ＱＳＺ": town} {
			found, err := region.Search(t.Context(), d.Reader(), clerk, query)
			must(t, err)
			if len(found) == 0 || found[0].Code != want {
				t.Errorf("%s finds %+v", query, found)
			}
		}
		if found, err := region.Search(t.Context(), d.Reader(), clerk, "石", region.Township); err != nil || len(found) != 1 || found[0].Code != town {
			t.Errorf("townships with 石: %v, %v", found, err)
		}
		for _, query := range []string{"", "%", "_", " ", "没有这个村"} {
			if found, err := region.Search(t.Context(), d.Reader(), clerk, query); err != nil || len(found) != 0 {
				t.Errorf("%q finds %v, %v", query, found, err)
			}
		}
	})
}

func TestNamesOfManyCodes(t *testing.T) {
	loaded(t, func(t *testing.T, d *db.DB) {
		places, err := region.Places(t.Context(), d.Reader(), []string{village, town, village, "", "000000000001"})
		must(t, err)
		if places[village] != "青石镇石门村" || places[town] != "青石镇" || places[""] != "" {
			t.Errorf("%v", places)
		}
		names, err := region.Names(t.Context(), d.Reader(), nil)
		if err != nil || len(names) != 0 {
			t.Errorf("%v, %v", names, err)
		}
	})
}

func TestLocalAdditionsTakeCodesThatNoStandardUses(t *testing.T) {
	loaded(t, func(t *testing.T, d *db.DB) {
		add := func(in region.Addition) (r region.Region, err error) {
			err = d.Write(t.Context(), func(tx *db.Tx) error {
				r, err = region.Add(t.Context(), tx, admin, in)
				return err
			})
			return r, err
		}
		farm, err := add(region.Addition{Parent: county, Name: "云岭农场", Kind: region.LikeTown, Basis: basis})
		must(t, err)
		zone, err := add(region.Addition{Parent: county, Name: "云岭经济开发区", Kind: region.LikeTown, From: "990101001000", Basis: basis})
		must(t, err)
		first, err := add(region.Addition{Parent: farm.Code, Name: "一管区", Kind: region.LikeVillage, Basis: basis})
		must(t, err)
		second, err := add(region.Addition{Parent: farm.Code, Name: "二管区", Kind: region.LikeVillage, Basis: basis})
		must(t, err)
		official, err := add(region.Addition{Parent: town, Name: "新村村民委员会", Kind: region.VillageKind, Code: "990101100250", Basis: basis})
		must(t, err)
		for got, want := range map[string]string{farm.Code: "990101900000", zone.Code: "990101901000", first.Code: "990101900900", second.Code: "990101900901", official.ShortName: "新村"} {
			if got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		}
		if h, err := region.History(t.Context(), d.Reader(), clerk, "990101001000"); err != nil || len(h) != 1 || h[0].Kind != region.SplitOff || h[0].Code != zone.Code {
			t.Errorf("history of the street: %+v, %v", h, err)
		}
		for name, c := range map[string]struct {
			in   region.Addition
			want string
		}{
			"no name":             {region.Addition{Parent: county, Kind: region.Town, Basis: basis}, "请填写名称"},
			"kind of a village":   {region.Addition{Parent: county, Name: "甲", Kind: region.Community, Basis: basis}, "类别"},
			"below a village":     {region.Addition{Parent: village, Name: "甲", Kind: region.Community, Basis: basis}, "只能在县"},
			"name taken":          {region.Addition{Parent: county, Name: "青石镇", Kind: region.Town, Basis: basis}, "已有“青石镇”"},
			"code taken":          {region.Addition{Parent: county, Name: "甲镇", Kind: region.Town, Code: "990101100", Basis: basis}, "已经使用"},
			"code of other place": {region.Addition{Parent: county, Name: "甲镇", Kind: region.Town, Code: "990102100", Basis: basis}, "代码应以990101开头"},
			"no document":         {region.Addition{Parent: county, Name: "甲镇", Kind: region.Town, Basis: region.Basis{On: basis.On}}, "请填写批准文件"},
			"in future":           {region.Addition{Parent: county, Name: "甲镇", Kind: region.Town, Basis: region.Basis{On: civil.MustParse("2026-03-03"), Document: "文"}}, "不能晚于今天"},
		} {
			if _, err := add(c.in); !errs.Is(err, errs.Invalid) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestTownshipsRightBelowAPrefecture(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			_, err := region.LoadSeed(ctx, tx, access.Program, "441900000000")
			return err
		})
		by := actor(access.SystemAdmin, "441900000000")
		rows, err := region.Read(strings.NewReader("code,name,areaCode\n441900003,东城街道,441900\n"), "441900000000")
		must(t, err)
		importRows(t, d, by, "441900000000", rows)
		tree, err := region.Tree(t.Context(), d.Reader(), by, "")
		must(t, err)
		if len(tree) != 1 || tree[0].Name != "东城街道" || tree[0].Level != region.Township || tree[0].Parent != "441900000000" || tree[0].Kind != region.Street {
			t.Fatalf("%+v", tree)
		}
		write(t, d, func(ctx context.Context, tx *db.Tx) error {
			r, err := region.Add(ctx, tx, by, region.Addition{Parent: "441900000000", Name: "松山湖", Kind: region.LikeTown, Basis: basis})
			if r.Code != "441900900000" || r.Town != "441900900" || r.County != "441900" {
				t.Errorf("%+v", r)
			}
			return err
		})
	})
}

func TestMergedTownshipKeepsItsVillagesUnderNewCodes(t *testing.T) {
	loaded(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		into := "990101101000" // 河湾镇
		write(t, d, func(ctx context.Context, tx *db.Tx) error { return region.Merge(ctx, tx, admin, town, into, basis) })
		villages, err := region.Tree(ctx, d.Reader(), clerk, into)
		must(t, err)
		if len(villages) != 12+13 {
			t.Errorf("%d villages after the merge", len(villages))
		}
		for old, name := range map[string]string{town: "河湾镇", village: "石门村", "990101100209": "铁厂村"} {
			r, err := region.Successor(ctx, d.Reader(), old)
			must(t, err)
			if r.ShortName != name || r.Town != "990101101" || !r.Active() {
				t.Errorf("%s became %+v", old, r)
			}
		}
		old, err := region.Get(ctx, d.Reader(), clerk, town)
		must(t, err)
		if old.Active() || old.Successor != into || old.ValidTo != basis.On {
			t.Errorf("%+v", old)
		}
		h, err := region.History(ctx, d.Reader(), clerk, town)
		if err != nil || len(h) != 1 || h[0].Kind != region.Merged || h[0].Other != into || h[0].Document != basis.Document || h[0].ActorName != "甲" {
			t.Errorf("%+v, %v", h, err)
		}
		former, err := region.Former(ctx, d.Reader(), clerk, "", 100)
		if err != nil || len(former) != 13 {
			t.Errorf("%d former divisions, %v", len(former), err)
		}
		refused(t, d, errs.Conflict, "现为河湾镇", func(ctx context.Context, tx *db.Tx) error {
			return region.Rename(ctx, tx, admin, town, "青石街道", basis)
		})
		for name, c := range map[string][2]string{"itself": {into, into}, "village into township": {"990101102200", into}, "county": {county, county}} {
			err := d.Write(ctx, func(tx *db.Tx) error { return region.Merge(ctx, tx, admin, c[0], c[1], basis) })
			if !errs.Is(err, errs.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		refused(t, d, errs.Conflict, "请先划转", func(ctx context.Context, tx *db.Tx) error { return region.Abolish(ctx, tx, admin, into, basis) })
	})
}

func TestEveryCodeEverKnownResolvesWhateverHappens(t *testing.T) {
	loaded(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		random := rand.New(rand.NewPCG(2026, 3))
		known := map[string]bool{}
		for range 60 {
			active, all := state(t, d)
			for _, r := range all {
				known[r] = true
			}
			a, b := active[random.IntN(len(active))], active[random.IntN(len(active))]
			_ = d.Write(ctx, func(tx *db.Tx) error { // many of these are refused; what counts is what stands after
				switch random.IntN(4) {
				case 0:
					return region.Merge(ctx, tx, admin, a, b, basis)
				case 1:
					_, err := region.Transfer(ctx, tx, admin, a, b, basis)
					return err
				case 2:
					return region.Abolish(ctx, tx, admin, a, basis)
				}
				_, err := region.Add(ctx, tx, admin, region.Addition{Parent: a, Name: fmt.Sprint("新", random.IntN(1e9)), Kind: region.VillageKind, Basis: basis})
				return err
			})
			resolves(t, d, known)
		}
		moves, err := region.Moves(ctx, d.Reader(), county)
		must(t, err)
		active, all := state(t, d)
		if len(moves) != len(all)-len(active) || len(moves) < 10 {
			t.Errorf("%d moves, %d of %d divisions in force", len(moves), len(active), len(all))
		}
		for _, m := range moves {
			if r, err := region.Successor(ctx, d.Reader(), m.OldCode); err != nil || r.Code != m.NewCode {
				t.Errorf("%s became %s, %v; the list says %s", m.OldCode, r.Code, err, m.NewCode)
			}
		}
		orphans(t, d)
	})
}

// resolves fails unless every known code is in force or leads to one that is.
func resolves(t *testing.T, d *db.DB, known map[string]bool) {
	t.Helper()
	active, _ := state(t, d)
	stands := map[string]bool{}
	for _, code := range active {
		stands[code] = true
	}
	leads := map[string]string{}
	moves, err := region.Moves(t.Context(), d.Reader(), county)
	must(t, err)
	for _, m := range moves {
		leads[m.OldCode] = m.NewCode
	}
	for code := range known {
		if !stands[code] && !stands[leads[code]] {
			t.Fatalf("%s leads to %q", code, leads[code])
		}
	}
}

// state lists the codes of the county in force and all that are known.
func state(t *testing.T, d *db.DB) (active, all []string) {
	t.Helper()
	rows, err := db.All[region.Region](t.Context(), d.Reader(), "SELECT "+db.ColumnsOf[region.Region]("r")+" FROM region r WHERE r.county = '990101' ORDER BY r.code")
	must(t, err)
	for _, r := range rows {
		all = append(all, r.Code)
		if r.Active() {
			active = append(active, r.Code)
		}
		if r.Active() != (r.Successor == "") {
			t.Errorf("%+v", r)
		}
	}
	return active, all
}

func orphans(t *testing.T, d *db.DB) {
	t.Helper()
	n, err := db.Get[int64](t.Context(), d.Reader(), `SELECT count(*) FROM region r WHERE r.status = 'active' AND r.parent <> ''
		AND NOT EXISTS (SELECT 1 FROM region p WHERE p.code = r.parent AND p.status = 'active' AND p.level < r.level)`)
	must(t, err)
	if n != 0 {
		t.Errorf("%d divisions in force stand under none", n)
	}
}

func importRows(t *testing.T, d *db.DB, by access.Actor, code string, rows []seed.Row) region.Difference {
	t.Helper()
	var diff region.Difference
	write(t, d, func(ctx context.Context, tx *db.Tx) error {
		var err error
		if diff, err = region.Compare(ctx, tx, by, code, rows); err != nil {
			return err
		}
		return region.Import(ctx, tx, by, diff, region.FileBasis("villages.csv", basis.On))
	})
	return diff
}

func TestNationalFileAddsRenamesAndRecodes(t *testing.T) {
	loaded(t, func(t *testing.T, d *db.DB) {
		var file strings.Builder
		file.WriteString("code,name\n")
		rows, err := seed.OfCounty(county)
		must(t, err)
		for _, r := range rows {
			switch {
			case r.Code == village:
				r.Name = "石门新村村民委员会"
			case r.Code == "990101100201": // 大湾村 gets another code
				r.Code = "990101100299"
			case r.Code == "990101100202": // 柳树村 is no longer listed
				continue
			case strings.HasPrefix(r.Code, "990101202"): // 竹溪乡 became a 镇 with another code; its villages follow
				r.Code = "990101105" + r.Code[9:]
			}
			fmt.Fprintf(&file, "%s,%s\n", r.Code, r.Name)
		}
		file.WriteString("990101100260,新立村村民委员会\n")
		read, err := region.Read(strings.NewReader(file.String()), county)
		must(t, err)
		diff := importRows(t, d, admin, county, read)
		if len(diff.Add) != 1 || len(diff.Rename) != 1 || len(diff.Recode) != 1+1+11 || len(diff.Missing) != 1 || diff.Missing[0].ShortName != "柳树村" || len(diff.Revived) != 0 {
			t.Fatalf("add %v, rename %v, recode %d, missing %v", diff.Add, diff.Rename, len(diff.Recode), diff.Missing)
		}
		for old, want := range map[string]string{village: village, "990101100201": "990101100299", "990101202000": "990101105000", "990101202204": "990101105204"} {
			r, err := region.Successor(t.Context(), d.Reader(), old)
			if err != nil || r.Code != want || r.Source == region.Local {
				t.Errorf("%s became %+v, %v", old, r, err)
			}
		}
		orphans(t, d)
		if again := importRows(t, d, admin, county, read); again.Changes() != 0 || again.Same != len(read) {
			t.Errorf("the same file again: %+v", again)
		}
	})
}

func TestBadNationalFilesStoreNothing(t *testing.T) {
	loaded(t, func(t *testing.T, d *db.DB) {
		before, _ := state(t, d)
		for name, c := range map[string]struct{ text, want string }{
			"empty":            {"", "文件是空的"},
			"wrong line":       {"code,name\n990101100260,甲村\n99010110026x,乙村\n", "第3行：区划代码应为"},
			"no townships":     {"code,name\n990101300260,甲村村民委员会\n", "请先导入乡镇级文件"},
			"binary":           {"PK\x03\x04\x00\x00", "不是文本文件"},
			"of other county":  {"code,name\n990102400400,一管区\n", "没有本县的"},
			"eleven and more":  {"code,name\n" + strings.Repeat("x,y\n", 30), "另有20处"},
			"same code twice":  {"code,name\n990101100260,甲村\n990101100260,甲村\n", "第3行：区划代码990101100260重复"},
			"name of controls": {"code,name\n990101100260,甲\u202e村\n", "第2行：名称"},
		} {
			rows, err := region.Read(strings.NewReader(c.text), county)
			if err == nil {
				err = d.Write(t.Context(), func(tx *db.Tx) error {
					diff, err := region.Compare(t.Context(), tx, admin, county, rows)
					if err != nil {
						return err
					}
					return region.Import(t.Context(), tx, admin, diff, basis)
				})
			}
			if !errs.Is(err, errs.Invalid) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if after, _ := state(t, d); len(after) != len(before) {
			t.Errorf("%d divisions became %d", len(before), len(after))
		}
	})
}
