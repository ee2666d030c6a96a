package screeningpage_test

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/org"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/rule"
	"weibao/internal/screening"
	"weibao/internal/screening/screeningpage"
	"weibao/internal/testkit"
	"weibao/internal/ui/uitest"
)

func actor(user ref.User, name, region string, role access.Role) access.Actor {
	return access.Actor{User: user, Name: name, Post: access.Post{ID: ref.Post(user), Unit: ref.Unit(user), UnitName: name + "的单位", Region: region, RegionName: "某地", Role: role}}
}

const (
	county  = "990101000000"
	village = "990101100200"
)

var (
	officer    = actor(100, "周岚", county, access.Officer)
	supervisor = actor(200, "罗成", "990101100000", access.Supervisor)
	director   = actor(300, "石秀兰", village, access.ChildDirector)
	stranger   = actor(400, "外镇人", "990101101000", access.Supervisor)
	liaison    = actor(500, "联络员", county, access.Liaison)
)

type desk struct {
	uitest.Desk
	k *screening.Desk
	d *db.DB
}

func withDesk(t *testing.T, test func(x desk)) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		if err := d.Write(t.Context(), func(tx *db.Tx) error { _, err := region.LoadSeed(t.Context(), tx, access.Program, county); return err }); err != nil {
			t.Fatal(err)
		}
		book := testkit.Book(t, "demo")
		k := &screening.Desk{Cabinet: testkit.Cabinet(t, d, "demo"), Kernel: testkit.Kernel(testkit.Calendar(t), 100), Book: func() *rule.Book { return book },
			Unit: func(context.Context, *db.Tx, string, string, string) (ref.Unit, error) { return 300, nil }}
		k.Cabinet.Settled = k.Follow
		r := uitest.New(t)
		pages, err := screeningpage.New(screeningpage.Deps{DB: d, UI: r, Desk: k, Units: org.Names})
		if err != nil {
			t.Fatal(err)
		}
		test(desk{uitest.Desk{T: t, UI: r, Routes: pages.Routes()}, k, d})
	})
}

// file is a child whose file answers every required question.
func (x desk) file(name string) (id ref.Child) {
	x.T.Helper()
	err := x.d.Write(x.T.Context(), func(tx *db.Tx) (err error) {
		id, err = x.k.Cabinet.Create(x.T.Context(), tx, officer, child.New{Name: name, Region: village, Source: "form", Birth: civil.MustParse("2015-06-01"), School: "青石小学",
			Dossier: child.Dossier{NoNumber: "missing", Family: child.Family{Away: "双方"}, Schooling: child.Schooling{State: "在学"},
				People: []child.Person{{Name: "石桂枝", Relation: "62", Caregiver: true}}}})
		return err
	})
	if err != nil {
		x.T.Fatal(err)
	}
	return id
}

var asked = url.Values{"name": {"2026年集中排查"}, "form": {"yearly"}, "region": {county}, "begins": {"2026-03-02"}, "due": {"2026-05-30"}}

// begin begins a campaign by the screens and gives its address.
func (x desk) begin() string {
	x.T.Helper()
	w := x.Do(officer, "POST", "/screenings/new", asked)
	if w.Code != http.StatusSeeOther {
		x.T.Fatalf("status %d: %s", w.Code, w.Body)
	}
	return w.Header().Get("Location")
}

// post sends a form and asks where it led.
func (x desk) post(by access.Actor, path string, form url.Values, to string) {
	x.T.Helper()
	w := x.Do(by, "POST", path, form)
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != to {
		x.T.Fatalf("%s: status %d to %q, want %q: %s", path, w.Code, w.Header().Get("Location"), to, w.Body)
	}
}

// wrong sends a form that must come back with words.
func (x desk) wrong(by access.Actor, path string, form url.Values, words string) {
	x.T.Helper()
	if w := x.Do(by, "POST", path, form); w.Code != http.StatusUnprocessableEntity && w.Code != http.StatusConflict || !strings.Contains(w.Body.String(), words) {
		x.T.Errorf("%s: status %d, does not say %q", path, w.Code, words)
	}
}

func TestTemplatesFitTheirViews(t *testing.T) {
	withDesk(t, func(x desk) { uitest.Templates(t, x.UI) })
}

func TestACampaignIsLookedAtBeforeItBegins(t *testing.T) {
	withDesk(t, func(x desk) {
		x.file("单小明")
		x.Page(officer, "screening-empty", "/screenings", "还没有开展过集中排查", "发起排查")
		x.Page(officer, "screening-new", "/screenings/new", "年度集中排查", "流动儿童信息更新", "还没有发起")
		x.wrong(officer, "/screenings/new/check", url.Values{"form": {"yearly"}, "begins": {"下月"}}, "日期请写成")
		x.wrong(supervisor, "/screenings/new/check", asked, "请选择本辖区内的排查范围")
		w := x.Do(officer, "POST", "/screenings/new/check", asked)
		uitest.Page(t, w.Body.Bytes())
		for _, words := range []string{"发起后", "在档儿童", "由谁排查", "2026-05-30"} {
			if !strings.Contains(w.Body.String(), words) {
				t.Errorf("the preview does not say %q", words)
			}
		}
		path := x.begin()
		x.Page(officer, "screening-list", "/screenings", "2026年集中排查", "进行中", path)
		x.Page(officer, "screening-patterns", "/screenings/new", "已发起")
		x.Page(director, "screening-mine", "/screenings", path+"/villages/"+village)
	})
}

func TestAVillageIsScreenedByTouches(t *testing.T) {
	withDesk(t, func(x desk) {
		a, b, c := x.file("单小明"), x.file("单小红"), x.file("欧阳小水")
		path := x.begin()
		place := path + "/villages/" + village
		of := func(id ref.Child) string { return path + "/children/" + ref.Format(id) }
		x.Page(director, "screening-village", place, "单小明", "勾选的都没有变化", "报告完成", "发现新的孩子", "登记预计人数")
		x.post(director, place+"/same", url.Values{"one": {ref.Format(a)}}, place)
		x.Page(director, "screening-child", of(b), "无变化", "与档案一致", "没有见到", "带出档案里的情况", "110")
		x.post(director, of(b), url.Values{"harm": {"no"}, "change": {"no"}, "father": {"prison"}}, of(b))
		x.Page(director, "screening-lead", of(b), "需评估", "评估风险等级", "有变化")
		x.wrong(director, of(c)+"/absent", url.Values{}, "请选择没有见到的原因")
		x.Page(director, "screening-left", place+"/finish", "还有1名儿童没有排查结果")
		x.post(director, of(c)+"/absent", url.Values{"absent": {"moved"}}, of(c))
		x.Page(director, "screening-moved", of(c), "已经迁走", "办理转出")
		x.Page(director, "screening-done", place+"?show=done", "单小明", "无变化", "未见到", "石秀兰")
		x.Page(director, "screening-news", place+"?show=news", "单小红")
		x.Page(director, "screening-finish", place+"/finish", "全部有结果")
		x.post(director, place+"/finish", url.Values{}, place)
		x.Page(director, "screening-finished", place, "已完成", "石秀兰")
		x.Page(officer, "screening-show", path, "青石镇", "完成的村", "需评估")
		x.Page(officer, "screening-show-all", path+"?show=all", "已完成")
		x.Page(supervisor, "screening-show-town", path, "已完成")
		w := x.Do(officer, "GET", path+"/sheet", nil)
		if !strings.Contains(text(t, w.Body.Bytes()), "石秀兰") {
			t.Error("the workbook does not name who reported")
		}
	})
}

// text gives all texts of a workbook.
func text(t *testing.T, book []byte) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(book), int64(len(book)))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(&all, r); err != nil {
			t.Fatal(err)
		}
		r.Close()
	}
	return all.String()
}

func TestWhatTheFileSaysShowsOnlyAfterALook(t *testing.T) {
	withDesk(t, func(x desk) {
		id := x.file("单小明")
		of := x.begin() + "/children/" + ref.Format(id)
		chosen := `<option value="grandmother" selected>`
		if body := x.Page(director, "screening-covered", of); strings.Contains(body, chosen) {
			t.Error("the page shows who cares before anybody asked")
		}
		w := x.Do(director, "POST", of+"/reveal", nil)
		uitest.Page(t, w.Body.Bytes())
		if !strings.Contains(w.Body.String(), chosen) || !strings.Contains(w.Body.String(), "本次查看已记下") {
			t.Error("a look does not show what the file says")
		}
	})
}

func TestManyAreEnteredAtOnceAndWhoLacksIsNamed(t *testing.T) {
	withDesk(t, func(x desk) {
		a, b := x.file("单小明"), x.file("单小红")
		var bare ref.Child
		if err := x.d.Write(t.Context(), func(tx *db.Tx) (err error) {
			bare, err = x.k.Cabinet.Create(t.Context(), tx, officer, child.New{Name: "无名", Region: village, Source: "form", Dossier: child.Dossier{NoNumber: "missing"}})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		path := x.begin()
		place := path + "/villages/" + village
		x.post(director, place+"/same", url.Values{"id": {ref.Format(a), ref.Format(b), ref.Format(bare)}}, place)
		x.post(director, place+"/same", url.Values{"id": {ref.Format(bare)}}, path+"/children/"+ref.Format(bare))
		x.Page(director, "screening-lacks", path+"/children/"+ref.Format(bare), "档案里还没有", "现在和谁一起生活")
		x.post(director, place+"/same", url.Values{}, place)
		body := x.Page(director, "screening-rest", place, "无名")
		if strings.Contains(body, "单小明") {
			t.Error("who was entered is still listed")
		}
	})
}

func TestAChildFoundIsLookedForFirst(t *testing.T) {
	withDesk(t, func(x desk) {
		x.file("单小明")
		path := x.begin()
		place := path + "/villages/" + village
		x.Page(director, "screening-find", place+"/new", "查找是否已有档案")
		x.wrong(director, place+"/new/check", url.Values{}, "请填写姓名或公民身份号码")
		w := x.Do(director, "POST", place+"/new/check", url.Values{"name": {"单小明"}})
		uitest.Page(t, w.Body.Bytes())
		if !strings.Contains(w.Body.String(), "可能已有档案") || !strings.Contains(w.Body.String(), "建立档案") {
			t.Error("a like name is not shown beside the form")
		}
		x.wrong(director, place+"/new", url.Values{"name": {"单小七"}}, "没有的，请选择原因")
		w = x.Do(director, "POST", place+"/new", url.Values{"name": {"单小七"}, "no_number": {"missing"}, "birth": {"2019-01-01"}, "relation": {"62"}, "person": {"石桂枝"}})
		if w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), path+"/children/") {
			t.Fatalf("status %d: %s", w.Code, w.Body)
		}
		to := w.Header().Get("Location")
		x.Page(director, "screening-fresh", to, "父母外出")
		x.post(director, to, url.Values{"harm": {"no"}, "away": {"both"}, "school": {"attends"}, "registered": {"rural"}}, to) // left behind: a category is suggested
		x.Page(director, "screening-found", to, "新发现", "可能应当列入")
	})
}

func TestNumbersReviewsAndEndingsAreAskedAndSaid(t *testing.T) {
	withDesk(t, func(x desk) {
		path := x.begin()
		place := path + "/villages/" + village
		x.Page(director, "screening-expect", place+"/expect", "不是任务指标")
		x.wrong(director, place+"/expect", url.Values{"expected": {"三"}}, "请填写人数")
		x.post(director, place+"/expect", url.Values{"expected": {"2"}, "source": {"学籍名册"}}, place)
		x.Page(director, "screening-zero", place+"/finish", "零报告与其他结果同样有效", "预计2人（学籍名册）")
		x.wrong(director, place+"/finish", url.Values{}, "请说明相差的原因")
		x.post(director, place+"/finish", url.Values{"words": {"2人已随父母在外地"}}, place)
		x.Page(supervisor, "screening-review", place+"/review", "需要重查什么")
		x.wrong(supervisor, place+"/review", url.Values{"due": {"2026-03-10"}}, "请写明需要重查什么")
		x.post(supervisor, place+"/review", url.Values{"due": {"2026-03-10"}, "reason": {"请按学籍名册再核对"}}, place)
		x.Page(director, "screening-again", place, "退回重查", "请按学籍名册再核对")
		x.Page(officer, "screening-close", path+"/close", "没有报告完成", "现在结束的理由")
		x.wrong(officer, path+"/close", url.Values{}, "请写明现在结束的理由")
		x.post(officer, path+"/close", url.Values{"reason": {"汛期"}}, path)
		x.Page(officer, "screening-closed", path, "已结束", "未完成：", "重新开启")
		x.Page(director, "screening-closed-village", place, "这次排查已经结束")
		x.Page(officer, "screening-reopen", path+"/reopen", "重新开启的理由")
		x.wrong(officer, path+"/reopen", url.Values{"due": {"2026-04-01"}}, "请写明重新开启的理由")
		x.post(officer, path+"/reopen", url.Values{"due": {"2026-04-01"}, "reason": {"补查"}}, path)
	})
}

func TestEveryRouteRefusesOthers(t *testing.T) {
	withDesk(t, func(x desk) {
		id := x.file("单小明")
		w := x.Do(supervisor, "POST", "/screenings/new", url.Values{"name": {"青石镇排查"}, "form": {"yearly"}, "region": {"990101100000"}, "begins": {"2026-03-02"}, "due": {"2026-05-30"}})
		path := w.Header().Get("Location")
		parts := map[string]string{"campaign": strings.TrimPrefix(path, "/screenings/"), "village": village, "child": ref.Format(id)}
		x.Refuses(liaison, parts)
		x.Refuses(director, parts)
		for _, route := range x.Routes {
			if !strings.Contains(route.Path, "{") {
				continue
			}
			to := route.Path
			for name, value := range parts {
				to = strings.ReplaceAll(to, "{"+name+"}", value)
			}
			form := url.Values{"id": {ref.Format(id)}, "reason": {"理由"}, "due": {"2026-05-01"}, "expected": {"1"}, "source": {"来源"}, "absent": {"out"}, "q": {"单小明"},
				"name": {"单小七"}, "no_number": {"missing"}}
			if w := x.Do(stranger, route.Method, to, form); w.Code != http.StatusNotFound {
				t.Errorf("%s %s: status %d for a stranger", route.Method, route.Path, w.Code)
			}
		}
	})
}
