package childpage_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/child/childpage"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/idcard"
	"weibao/internal/org"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/testkit"
	"weibao/internal/ui/uitest"
)

const (
	county  = "990101000000"
	town    = "990101100000"
	village = "990101100200"
	other   = "990101101200"
)

func actor(user ref.User, name, region string, role access.Role) access.Actor {
	return access.Actor{User: user, Name: name, Post: access.Post{ID: ref.Post(user), Unit: ref.Unit(user), UnitName: name + "的单位", Region: region, RegionName: "某地", Role: role}}
}

var (
	officer    = actor(100, "周岚", county, access.Officer)
	leader     = actor(150, "何主任", county, access.Leader)
	supervisor = actor(200, "赵督导", town, access.Supervisor)
	director   = actor(300, "石秀兰", village, access.ChildDirector)
	stranger   = actor(400, "外县人员", "990102000000", access.Officer)
	admin      = actor(500, "管理员", county, access.SystemAdmin)
	liaison    = actor(600, "联络员", county, access.Liaison)
)

// desk is the screens over files.
type desk struct {
	uitest.Desk
	cabinet *child.Cabinet
	d       *db.DB
	clock   *clock.Manual
}

func withDesk(t *testing.T, test func(x desk)) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) {
		if err := d.Write(t.Context(), func(tx *db.Tx) error { _, err := region.LoadSeed(t.Context(), tx, access.Program, county); return err }); err != nil {
			t.Fatal(err)
		}
		cabinet := testkit.Cabinet(t, d, "demo")
		r := uitest.New(t)
		kernel := testkit.Kernel(testkit.Calendar(t), 10)
		pages, err := childpage.New(childpage.Deps{DB: d, UI: r, Cabinet: cabinet, Kernel: kernel, Units: org.Names})
		if err != nil {
			t.Fatal(err)
		}
		test(desk{uitest.Desk{T: t, UI: r, Routes: pages.Routes()}, cabinet, d, c})
	})
}

func (x desk) write(fn func(ctx context.Context, tx *db.Tx) error) {
	x.T.Helper()
	if err := x.d.Write(context.Background(), func(tx *db.Tx) error { return fn(context.Background(), tx) }); err != nil {
		x.T.Fatal(err)
	}
}

// girl is a file with something private on every sheet.
func (x desk) girl(name, region string, sequence int) child.New {
	number, err := idcard.Make("990101", civil.MustParse("2015-06-01"), 2*sequence)
	if err != nil {
		x.T.Fatal(err)
	}
	return child.New{Name: name, Region: region, Source: "form", School: "青石镇中心小学", Grade: "五年级", Dossier: child.Dossier{
		Number: number, Phone: "13900005678", Ethnic: "06", Household: child.Residence{Kind: "农村"}, Remarks: "夜里怕黑",
		Places:    child.Places{Residence: child.Place{Text: "三组17号"}},
		Schooling: child.Schooling{State: "在学", Student: "G990101201506010012", Teacher: "田老师", Phone: "13700001111"},
		Health:    child.Health{State: "患病", Illness: "哮喘", Disability: []child.Disability{{Kind: 4, Grade: 2}}},
		Family:    child.Family{Away: "双方", AwayTo: "广东东莞", Quality: "一般"},
		People: []child.Person{{Name: "欧阳大山", Relation: "51", Guardian: true, Phone: "13800001234", Situation: []string{"外出务工"}},
			{Name: "李桂花", Relation: "62", Caregiver: true, Member: true, Phone: "13800009999"},
			{Name: "欧阳小水", Relation: "83", Phone: "13600002222", Blocked: "曾对儿童施暴"}},
	}}
}

// secrets are what shows only after a reveal.
var secrets = []string{"13900005678", "三组17号", "G990101201506010012", "13700001111", "哮喘", "广东东莞", "欧阳大山", "13800001234", "曾对儿童施暴", "夜里怕黑", "肢体残疾"}

func (x desk) create(n child.New) (id ref.Child) {
	x.T.Helper()
	x.write(func(ctx context.Context, tx *db.Tx) (err error) {
		id, err = x.cabinet.Create(ctx, tx, officer, n)
		return err
	})
	return id
}

func (x desk) close(id ref.Child) {
	x.T.Helper()
	x.write(func(ctx context.Context, tx *db.Tx) error { return x.cabinet.Close(ctx, tx, officer, id, "moved") })
}

func (x desk) says(body string, want bool, texts ...string) {
	x.T.Helper()
	for _, text := range texts {
		if strings.Contains(body, text) != want {
			x.T.Errorf("the page says %q: should be %v", text, want)
		}
	}
}

func (x desk) post(by access.Actor, path string, status int, form url.Values) string {
	x.T.Helper()
	w := x.Do(by, http.MethodPost, path, form)
	if w.Code != status {
		x.T.Fatalf("%s: status %d: %s", path, w.Code, w.Body)
	}
	if status == http.StatusOK || status == http.StatusUnprocessableEntity {
		uitest.Page(x.T, w.Body.Bytes())
	}
	return w.Body.String()
}

func TestTemplatesFitTheirViews(t *testing.T) {
	withDesk(t, func(x desk) { uitest.Templates(t, x.UI) })
}

func TestTheListShowsWhoIsDueFirstWithinTheScope(t *testing.T) {
	withDesk(t, func(x desk) {
		x.Page(director, "children-empty", childpage.ListPath, "本辖区还没有档案", "新建档案")
		late, soon, never := x.create(x.girl("单小明", village, 1)), x.create(x.girl("单小红", village, 2)), x.create(x.girl("单小军", village, 3))
		x.create(x.girl("仇远方", other, 4))
		for id, s := range map[ref.Child]child.Set{late: {Level: new(4), Due: new(civil.DateOf(testkit.Noon).AddDays(-2))}, soon: {Level: new(2), Due: new(civil.DateOf(testkit.Noon).AddDays(3))}} {
			x.write(func(ctx context.Context, tx *db.Tx) error { return x.cabinet.Tell(ctx, tx, officer, id, s) })
		}
		x.write(func(ctx context.Context, tx *db.Tx) error {
			return x.cabinet.Enter(ctx, tx, officer, never, child.NewCategory{ID: "C03", Source: "form"})
		})
		body := x.Page(director, "children", childpage.ListPath, "超期2天", "还有3天", "10周岁", "农村留守儿童", "青石镇中心小学", "五年级")
		x.says(body, false, "仇远方", "13800001234", "三组17号")
		if strings.Index(body, "单小明") > strings.Index(body, "单小红") || strings.Index(body, "单小红") > strings.Index(body, "单小军") {
			t.Error("not in the order of what is due")
		}
		x.says(x.Page(officer, "children-county", childpage.ListPath), true, "仇远方", "单小明")
		x.says(x.Page(officer, "children-category", childpage.ListPath+"?category=C03", "已选条件"), false, Path(late), Path(soon))
		x.says(x.Page(officer, "children-level", childpage.ListPath+"?level=4&town="+town), false, Path(never), Path(soon))
		for _, target := range []string{"?town=" + other, "?town=990102000000"} {
			if w := x.Do(director, "GET", childpage.ListPath+target, nil); w.Code != http.StatusNotFound {
				t.Errorf("%s: status %d", target, w.Code)
			}
		}
	})
}

// Path is the address of a file as it stands in links.
func Path(id ref.Child) string { return `href="` + childpage.Path(id) + `"` }

func TestTheListGoesOnPageByPageWithoutLossOrRepetition(t *testing.T) {
	withDesk(t, func(x desk) {
		const n = 103
		list := make([]child.New, n)
		for i := range list {
			list[i] = x.girl("某某", village, i)
		}
		x.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := x.cabinet.CreateAll(ctx, tx, officer, list)
			return err
		})
		seen, path := 0, childpage.ListPath
		for path != "" {
			body := x.Page(director, "children-page", path)
			seen += strings.Count(body, "10周岁")
			_, next, found := strings.Cut(body, `rel="next" href="`)
			if path = ""; found {
				next, _, _ = strings.Cut(next, `"`)
				path = strings.ReplaceAll(next, "&amp;", "&")
			}
		}
		if seen != n {
			t.Errorf("%d rows of %d", seen, n)
		}
	})
}

func TestASearchFindsByNameInitialsAndNumberAndKeepsTheWordsOutOfTheAddress(t *testing.T) {
	withDesk(t, func(x desk) {
		n := x.girl("单小明", village, 5)
		id := x.create(n)
		for _, q := range []string{"单小明", "小明", "sxm", "shanxiaoming", n.Dossier.Number, n.Dossier.Number[14:], "1234"} {
			x.says(x.post(director, "/children/search", http.StatusOK, url.Values{"q": {q}}), true, Path(id), "找到1人")
		}
		x.says(x.post(director, "/children/search", http.StatusOK, url.Values{"q": {"仇远方"}}), true, "没有找到这名儿童")
		for _, q := range []string{"石门村", "shimen"} {
			x.says(x.post(supervisor, "/children/search", http.StatusOK, url.Values{"q": {q}}), true, "地名：", "village=", "石门村")
		}
		x.says(x.post(director, "/children/search", http.StatusOK, url.Values{"q": {"单"}}), true, "请至少输入两个字")
		outside := actor(301, "邻村", other, access.ChildDirector)
		x.says(x.post(outside, "/children/search", http.StatusOK, url.Values{"q": {"单小明"}}), false, Path(id))
		x.says(x.post(outside, "/children/search", http.StatusOK, url.Values{"q": {"石门村"}}), false, "village=")
		if w := x.Do(director, "GET", "/children/search?q=x", nil); w.Code == http.StatusOK {
			t.Error("a search by address")
		}
	})
}

func TestARecordIsCoveredUntilSomebodyRevealsItAndTheTraceShows(t *testing.T) {
	withDesk(t, func(x desk) {
		n := x.girl("单小明", village, 6)
		id := x.create(n)
		path := childpage.Path(id)
		x.says(x.Page(director, "child-covered", path, "单小明", "查看用途", "不得联系", "2015年"), false, append([]string{n.Dossier.Number, "2015-06-01"}, secrets...)...)
		x.Page(director, "child-looks-empty", path+"/looks", "还没有人查看过")
		if w := x.Do(director, "POST", path+"/reveal", nil); w.Code != http.StatusSeeOther {
			t.Errorf("without a purpose: status %d", w.Code)
		}
		body := x.post(director, path+"/reveal", http.StatusOK, url.Values{"purpose": {"visit"}})
		x.says(body, true, append([]string{n.Dossier.Number, "2015-06-01", "苗族", "肢体残疾二级", "祖母"}, secrets...)...)
		x.says(x.Page(leader, "child-looks", path+"/looks"), true, "石秀兰", "石秀兰的单位", "走访联系")
		x.says(x.Page(leader, "child-again", path), false, secrets...)
	})
}

func TestHistoryTellsFieldsToEverybodyAndValuesToWhoRevealed(t *testing.T) {
	withDesk(t, func(x desk) {
		id := x.create(x.girl("单小明", village, 7))
		x.write(func(ctx context.Context, tx *db.Tx) error {
			return x.cabinet.Change(ctx, tx, director, id, 0, "户口簿核对", func(n *child.New) { n.Dossier.Phone, n.Dossier.Family.Away = "13500007777", "一方" })
		})
		path := childpage.Path(id)
		x.says(x.Page(officer, "child-history", path+"/history", "本人电话", "父母外出", "石秀兰"), false, "13500007777", "户口簿核对")
		x.says(x.post(officer, path+"/reveal", http.StatusOK, url.Values{"purpose": {"check"}}), true, "13900005678", "13500007777", "户口簿核对", "由“双方”改为“一方”")
	})
}

func TestNobodyElseComesIn(t *testing.T) {
	withDesk(t, func(x desk) {
		id := x.create(x.girl("单小明", other, 8))
		path := childpage.Path(id)
		for _, by := range []access.Actor{supervisor, director, stranger, admin, liaison, {}} {
			for _, target := range []string{path, path + "/looks", path + "/history", childpage.Path(5), childpage.Path(5) + "/looks", "/children/x"} {
				if w := x.Do(by, "GET", target, nil); w.Code != http.StatusNotFound {
					t.Errorf("%s at %s: status %d", by.Post.Role, target, w.Code)
				}
			}
			if w := x.Do(by, "POST", path+"/reveal", url.Values{"purpose": {"visit"}}); w.Code != http.StatusNotFound && w.Code != http.StatusForbidden {
				t.Errorf("%s reveals: status %d", by.Post.Role, w.Code)
			}
		}
		if looks, err := x.cabinet.Looks(t.Context(), x.d.Reader(), officer, id); err != nil || len(looks) != 0 {
			t.Error("traces of refused looks", looks, err)
		}
		for _, by := range []access.Actor{admin, liaison, leader, {}} {
			x.Refuses(by, map[string]string{"child": ref.Format(id)})
		}
	})
}
