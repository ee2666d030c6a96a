package orgpage_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/org"
	"weibao/internal/org/orgpage"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/rule"
	"weibao/internal/testkit"
	"weibao/internal/ui"
	"weibao/internal/ui/uitest"
	"weibao/rules"
)

const county = "990101000000"

func actor(role access.Role, code string) access.Actor {
	return access.Actor{User: 7, Name: "周岚", Post: access.Post{ID: 1, Unit: 5, UnitName: "县未保办", Region: code, RegionName: "云岭县", Role: role}}
}

var (
	clerk  = actor(access.Officer, county)
	admin  = actor(access.SystemAdmin, county)
	farOff = actor(access.Officer, "990102000000")
)

type desk struct {
	t   *testing.T
	d   *db.DB
	r   *ui.Renderer
	mux *http.ServeMux
	by  access.Actor
}

// withDesk runs a test over the demo county, in which the education bureau has
// a liaison and 石门村 a child director.
func withDesk(t *testing.T, test func(x *desk)) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		book, err := rule.Load(rules.FS, "demo")
		must(t, err)
		must(t, d.Write(t.Context(), func(tx *db.Tx) error {
			_, err := region.LoadSeed(t.Context(), tx, access.Program, county)
			if err == nil {
				_, err = org.LoadCounty(t.Context(), tx, access.Program, book)
			}
			return err
		}))
		x := &desk{t: t, d: d, r: uitest.New(t), mux: http.NewServeMux(), by: clerk}
		staffed := map[ref.Unit]orgpage.Person{
			x.unit("县教育局").ID: {Post: 1, User: 8, Name: "林静", Role: access.Liaison, Since: "2026-01-01"},
			x.unit("石门村").ID:  {Post: 2, User: 9, Name: "韩梅", Role: access.ChildDirector, Since: "2026-01-01"},
		}
		pages, err := orgpage.New(orgpage.Deps{DB: d, UI: x.r, Merge: org.Merge,
			People: func(_ context.Context, _ *db.Tx, units []ref.Unit) (map[ref.Unit][]orgpage.Person, error) {
				found := map[ref.Unit][]orgpage.Person{}
				for _, u := range units {
					if h, ok := staffed[u]; ok {
						found[u] = append(found[u], h)
					}
				}
				return found, nil
			},
			Duties: func(context.Context, *db.Tx, access.Actor, ref.Unit) (int, int, error) { return 12, 3, nil },
		})
		must(t, err)
		for _, route := range pages.Routes() {
			x.mux.HandleFunc(route.Method+" "+route.Path, func(w http.ResponseWriter, r *http.Request) {
				if err := x.by.Require(route.Permission); err != nil {
					x.r.Error(w, r, x.by, err)
				} else if err := route.Handle(w, r, x.by); err != nil {
					x.r.Error(w, r, x.by, err)
				}
			})
		}
		test(x)
	})
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (x *desk) unit(name string) org.Unit {
	x.t.Helper()
	found, err := org.Search(x.t.Context(), x.d.Reader(), clerk, name)
	must(x.t, err)
	for _, u := range found {
		if u.Call() == name {
			return u
		}
	}
	x.t.Fatalf("no unit %s", name)
	return org.Unit{}
}

func (x *desk) get(path string, status int) string {
	x.t.Helper()
	w := httptest.NewRecorder()
	x.mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	if w.Code != status {
		x.t.Fatalf("GET %s: %d, want %d", path, w.Code, status)
	}
	uitest.Page(x.t, w.Body.Bytes())
	keep(x.t, path, w.Body.Bytes())
	return w.Body.String()
}

// keep stores a page for a look at it where WEIBAO_KEEP_PAGES names a folder.
func keep(t testing.TB, path string, page []byte) {
	if dir := os.Getenv("WEIBAO_KEEP_PAGES"); dir != "" {
		must(t, os.WriteFile(filepath.Join(dir, strings.NewReplacer("/", "_", "?", "_").Replace(path)+".html"), page, 0o600))
	}
}

func (x *desk) post(path string, status int, form url.Values) (location, page string) {
	x.t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	x.mux.ServeHTTP(w, r)
	if w.Code != status {
		x.t.Fatalf("POST %s: %d, want %d: %s", path, w.Code, status, w.Body)
	}
	if w.Code != http.StatusSeeOther {
		uitest.Page(x.t, w.Body.Bytes())
	}
	return w.Header().Get("Location"), w.Body.String()
}

func has(t *testing.T, page string, words ...string) {
	t.Helper()
	for _, word := range words {
		if !strings.Contains(page, word) {
			t.Errorf("the page lacks %q", word)
		}
	}
}

func lacks(t *testing.T, page string, words ...string) {
	t.Helper()
	for _, word := range words {
		if strings.Contains(page, word) {
			t.Errorf("the page shows %q", word)
		}
	}
}

func at(u org.Unit) string { return "/units/" + ref.Format(u.ID) }

func TestTemplatesFitTheirViews(t *testing.T) {
	r := uitest.New(t)
	_, err := orgpage.New(orgpage.Deps{UI: r})
	must(t, err)
	uitest.Templates(t, r)
}

func TestListFindsByInitialsAndPagesByKey(t *testing.T) {
	withDesk(t, func(x *desk) {
		page := x.get("/units", http.StatusOK)
		has(x.t, page, "云岭县民政局", "新增单位", "下一页", "林静", "空缺")
		_, rest, _ := strings.Cut(page, `rel="next" href="`)
		next, _, _ := strings.Cut(rest, `"`)
		second := x.get(strings.ReplaceAll(next, "&amp;", "&"), http.StatusOK)
		has(x.t, second, "上一页", "石门村")
		lacks(x.t, second, ">县民政局</a>")
		found := x.get("/units?q=mzj", http.StatusOK)
		has(x.t, found, "县民政局")
		lacks(x.t, found, ">县公安局</a>")
		has(x.t, x.get("/units?q="+url.QueryEscape("没有的局"), http.StatusOK), "没有符合条件的单位")
		lacks(x.t, x.get("/units?kind=village&region=990101100000", http.StatusOK), ">上河村</a>")
		x.by = farOff
		lacks(x.t, x.get("/units?q=mzj", http.StatusOK), ">县民政局</a>")
	})
}

func TestUnitPageShowsPeopleAndDutiesToWhoMaySeeThem(t *testing.T) {
	withDesk(t, func(x *desk) {
		u := x.unit("县教育局")
		page := x.get(at(u), http.StatusOK)
		has(x.t, page, "林静", "联络员", "12项", "其中超期3项", "逾期催办升级到", "县未保办", "/duties?view=all&amp;unit=")
		x.by = admin
		page = x.get(at(u), http.StatusOK)
		has(x.t, page, "林静")
		lacks(x.t, page, "12项", "/duties?view")
		has(x.t, x.get(at(x.unit("各成员单位")), http.StatusOK), "指哪些单位", "等（共")
		x.by = actor(access.Liaison, county)
		lacks(x.t, x.get(at(u), http.StatusOK), "修改", "撤并到其他单位")
		x.by = farOff
		x.get(at(u), http.StatusNotFound)
		x.get("/units/0", http.StatusNotFound)
		x.get("/units/abc", http.StatusNotFound)
	})
}

func TestUnitIsAddedEditedAndMerged(t *testing.T) {
	withDesk(t, func(x *desk) {
		bureau := x.unit("县教育局")
		x.get("/units/new", http.StatusOK)
		form := url.Values{"name": {"云岭县第一中学"}, "short_name": {"县一中"}, "kind": {"school"}, "superior": {ref.Format(bureau.ID)}, "region": {county}, "aliases": {"一中\r\n\r\n高级中学"}}
		to, _ := x.post("/units/new", http.StatusSeeOther, form)
		has(x.t, x.get(to, http.StatusOK), "云岭县第一中学", "一中、高级中学")
		form.Set("superior", "")
		_, page := x.post("/units/new", http.StatusUnprocessableEntity, form)
		has(x.t, page, "请选择上级单位", "云岭县第一中学", "高级中学")

		x.get(to+"/edit", http.StatusOK)
		form.Set("superior", ref.Format(bureau.ID))
		form.Set("name", "云岭县实验中学")
		x.post(to+"/edit", http.StatusSeeOther, form)
		has(x.t, x.get(to, http.StatusOK), "云岭县实验中学", "更名", "改称")

		x.get(to+"/merge", http.StatusOK)
		_, page = x.post(to+"/merge", http.StatusUnprocessableEntity, url.Values{})
		has(x.t, page, "请选择并入哪个单位")
		choice := url.Values{"into": {ref.Format(bureau.ID)}, "document": {"云编发〔2026〕3号"}}
		_, page = x.post(to+"/merge", http.StatusOK, choice)
		has(x.t, page, "撤并后不能恢复", "在办事项12项", "确认撤并", "云编发〔2026〕3号")
		has(x.t, x.get(to, http.StatusOK), "修改") // nothing happened yet
		choice.Set("confirmed", "1")
		heir, _ := x.post(to+"/merge", http.StatusSeeOther, choice)
		if heir != at(bureau) {
			x.t.Errorf("led to %s", heir)
		}
		has(x.t, x.get(heir, http.StatusOK), "云岭县实验中学并入本单位")
		has(x.t, x.get(to, http.StatusOK), "撤并，原有事项由承接单位办理")
		lacks(x.t, x.get(to, http.StatusOK), "/edit")
	})
}

func TestFormsAreClosedToOthers(t *testing.T) {
	withDesk(t, func(x *desk) {
		u := x.unit("县民政局")
		for _, role := range access.Roles {
			x.by = actor(role.Role, county)
			if role.Role != access.Officer && role.Role != access.SystemAdmin {
				for _, path := range []string{"/units/new", at(u) + "/edit", at(u) + "/merge"} {
					x.get(path, http.StatusNotFound)
					x.post(path, http.StatusForbidden, url.Values{})
				}
			}
			if role.Role != access.Officer {
				x.get("/group/new", http.StatusNotFound)
				x.post("/group/new", http.StatusForbidden, url.Values{})
			}
		}
		x.by = farOff
		x.get(at(u)+"/edit", http.StatusNotFound)
		x.post(at(u)+"/edit", http.StatusNotFound, url.Values{"name": {"甲"}})
		x.post(at(u)+"/merge", http.StatusNotFound, url.Values{"into": {ref.Format(u.ID)}, "confirmed": {"1"}})
	})
}

func TestLeadingGroupIsKept(t *testing.T) {
	withDesk(t, func(x *desk) {
		body := x.unit("县未保委")
		has(x.t, x.get("/group", http.StatusOK), "还没有登记成员", "增加成员")
		x.get("/group/new", http.StatusOK)
		form := url.Values{"body": {ref.Format(body.ID)}, "rank": {"head"}, "name": {"高远"}, "title": {"副县长"}, "valid_from": {"2026-01-05"}, "place": {"1"}}
		x.post("/group/new", http.StatusSeeOther, form)
		page := x.get("/group", http.StatusOK)
		has(x.t, page, "组长", "高远", "副县长", "2026-01-05起")
		_, rest, _ := strings.Cut(page, `href="/group/2`)
		id, _, _ := strings.Cut(rest, `"`)
		path := "/group/2" + id
		x.get(path, http.StatusOK)
		form.Set("valid_to", "2025-12-31")
		_, page = x.post(path, http.StatusUnprocessableEntity, form)
		has(x.t, page, "卸任日期不能早于任职日期", "高远")
		form.Set("valid_to", "2026-02-28")
		x.post(path, http.StatusSeeOther, form)
		lacks(x.t, x.get("/group", http.StatusOK), "高远")
		has(x.t, x.get("/group?former=1", http.StatusOK), "高远", "2026-01-05至2026-02-28")
		form.Set("place", "x")
		_, page = x.post("/group/new", http.StatusUnprocessableEntity, form)
		has(x.t, page, "排序请填0到999的数字")
		x.get("/group/99", http.StatusNotFound)
	})
}

func TestVacanciesAreShownByPlace(t *testing.T) {
	withDesk(t, func(x *desk) {
		page := x.get("/units/vacant", http.StatusOK)
		has(x.t, page, "青石镇：没有儿童主任的村（社区）", "大湾村", "共91个", "县公安局", "单位没有联络员", "乡镇没有儿童督导员")
		lacks(x.t, page, ">石门村</a>", ">县教育局</a>")
	})
}
