package referralpage_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"weibao/internal/access"
	"weibao/internal/casework/referral"
	"weibao/internal/casework/referralpage"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/file"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/testkit"
	"weibao/internal/ui"
	"weibao/internal/ui/uitest"
	"weibao/internal/vault"
)

const county, village = "990101000000", "990101100200"

func actor(user ref.User, unit ref.Unit, name, region string, role access.Role) access.Actor {
	return access.Actor{User: user, Name: name, Post: access.Post{ID: ref.Post(user), Unit: unit, UnitName: name, Region: region, RegionName: "云岭县", Role: role}}
}

var (
	officer  = actor(100, 100, "周岚", county, access.Officer)
	health   = actor(200, 200, "卫健联络员", county, access.Liaison)
	civils   = actor(300, 300, "民政联络员", county, access.Liaison)
	stranger = actor(400, 400, "妇联联络员", county, access.Liaison)
	admin    = actor(500, 0, "系统管理员", county, access.SystemAdmin)
)

// secrets are what stands in the child's file; only what was ticked may leave it.
var secrets = map[string]string{"name": "单小明", "number": "990101201506010017", "address": "上坪村三组十二号", "guardian_phone": "13900001234", "school": "上坪小学"}

type desk struct {
	uitest.Desk
	d *db.DB
	k *referral.Desk
}

func withDesk(t *testing.T, test func(x desk)) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		cal, book := testkit.Calendar(t), testkit.Book(t, "demo")
		v, err := vault.Open(t.Context(), d, t.TempDir()+"/keys.json", vault.SM)
		if err != nil {
			t.Fatal(err)
		}
		names := map[ref.Unit]string{100: "县未保办", 200: "县卫健局", 300: "县民政局", 400: "县妇联"}
		k := &referral.Desk{Kernel: testkit.Kernel(cal, 100), Vault: v, Files: &file.Store{Dir: t.TempDir(), Vault: v}, Book: func() *rule.Book { return book },
			Clock: func(_ context.Context, tx *db.Tx, _, id string) (rule.Clock, error) {
				c, _ := book.Clock(id, civil.DateOf(tx.Now.Time()))
				return c, nil
			},
			Units:   func(context.Context, *db.Tx, []ref.Unit) (map[ref.Unit]string, error) { return names, nil },
			Insider: func(context.Context, *db.Tx, access.Actor, referral.About) (bool, error) { return false, nil }}
		r := uitest.New(t)
		pages, err := referralpage.New(referralpage.Deps{DB: d, UI: r, Desk: k, Kernel: k.Kernel,
			UnitChoices: func(context.Context, *db.Tx, access.Actor) ([]ui.Option, error) {
				return []ui.Option{{Value: "200", Label: "县卫健局"}, {Value: "300", Label: "县民政局"}, {Value: "400", Label: "县妇联"}}, nil
			},
			Resolve: func(context.Context, *db.Tx, string, string) (ref.Unit, error) { return 200, nil },
			Sources: []referralpage.Source{{Subject: referral.OnChild, Prefix: "/children", Of: thing}}})
		if err != nil {
			t.Fatal(err)
		}
		test(desk{uitest.Desk{T: t, UI: r, Routes: pages.Routes()}, d, k})
	})
}

func thing(_ context.Context, _ *db.Tx, by access.Actor, id int64, _ bool) (referralpage.Thing, error) {
	if id != 7 || by.Post.Unit != 100 {
		return referralpage.Thing{}, errs.Missing()
	}
	t := referralpage.Thing{Title: "单小明", Child: 7, Region: village, Identity: ui.Identity{Title: "单小明", Kind: "未成年人档案"}}
	for _, key := range []string{"name", "number", "school", "address", "guardian_phone"} {
		t.Items = append(t.Items, referral.Item{Key: key, Label: map[string]string{"name": "姓名", "number": "身份证件号码", "school": "学校、年级", "address": "详细住址", "guardian_phone": "监护人电话"}[key], Value: secrets[key]})
	}
	return t, nil
}

func form() url.Values {
	return url.Values{"topic": {"counsel"}, "lead": {"200"}, "supports": {"300"}, "clock": {"referral.urgent"}, "ask": {"请安排一次面谈"}, "items": {"name", "school"}, "shared": {"school"}}
}

// send goes the whole way of the form and gives the referral's address.
func (x desk) send() string {
	x.T.Helper()
	w := x.Do(officer, "POST", "/children/7/refer", form())
	uitest.Page(x.T, w.Body.Bytes())
	_, rest, found := strings.Cut(w.Body.String(), `name="seen" value="`)
	if !found {
		x.T.Fatalf("no preview: status %d: %s", w.Code, w.Body)
	}
	seen, _, _ := strings.Cut(rest, `"`)
	f := form()
	f.Set("confirm", "1")
	f.Set("seen", seen)
	w = x.Do(officer, "POST", "/children/7/refer", f)
	if w.Code != http.StatusSeeOther {
		x.T.Fatalf("status %d: %s", w.Code, w.Body)
	}
	return w.Header().Get("Location")
}

func TestTemplatesFitTheirViews(t *testing.T) {
	withDesk(t, func(x desk) { uitest.Templates(t, x.UI) })
}

func TestNothingIsSentThatWasNotSeen(t *testing.T) {
	withDesk(t, func(x desk) {
		x.Page(officer, "referral-topic", "/children/7/refer", "请单位做什么", "心理支持")
		x.Page(officer, "referral-dispatch", "/children/7/refer?topic=counsel", "牵头单位看到的资料", "县卫健局")
		w := x.Do(officer, "POST", "/children/7/refer", form())
		body := w.Body.String()
		for _, want := range []string{"将看到以下内容", "单小明", "上坪小学", "请安排一次面谈"} {
			if !strings.Contains(body, want) {
				t.Errorf("the preview does not say %s", want)
			}
		}
		f := form()
		f.Set("confirm", "1")
		f.Set("seen", "1")
		if w := x.Do(officer, "POST", "/children/7/refer", f); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("sent what was not seen: status %d", w.Code)
		}
		f = form()
		f.Set("shared", "address")
		if w := x.Do(officer, "POST", "/children/7/refer", f); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "只能从牵头单位") {
			t.Errorf("a support unit is to see more than the lead: status %d", w.Code)
		}
	})
}

func TestAUnitsPagesHoldNothingBeyondWhatWasChosen(t *testing.T) {
	withDesk(t, func(x desk) {
		path := x.send()
		for _, who := range []struct {
			by   access.Actor
			sees []string
		}{{health, []string{"name", "school"}}, {civils, []string{"school"}}} {
			for _, tail := range []string{"", "/progress", "/reply", "/return"} {
				body := x.Page(who.by, "referral-unit"+strings.ReplaceAll(tail, "/", "-"), path+tail)
				for key, value := range secrets {
					allowed := false
					for _, k := range who.sees {
						allowed = allowed || k == key
					}
					if strings.Contains(body, value) && !allowed {
						t.Errorf("%s%s shows %s to %s", path, tail, key, who.by.Name)
					}
				}
			}
		}
		x.Page(health, "referral-show", path, "单小明", "上坪小学", "待签收", "县民政局")
		if body := x.Page(health, "referral-list", "/referrals", "心理支持", "转介〔2026〕1号"); strings.Contains(body, "单小明") {
			t.Error("a list names the child")
		}
		for _, tail := range []string{"", "/progress", "/reply", "/return"} {
			if w := x.Do(stranger, "GET", path+tail, nil); w.Code != http.StatusNotFound {
				t.Errorf("%s for an outsider: status %d", tail, w.Code)
			}
		}
		for _, tail := range []string{"/supplement", "/support", "/withdraw"} {
			if w := x.Do(health, "GET", path+tail, nil); w.Code != http.StatusNotFound {
				t.Errorf("%s for a unit that was asked: status %d", tail, w.Code)
			}
		}
	})
}

func TestAReferralGoesItsWholeWay(t *testing.T) {
	withDesk(t, func(x desk) {
		path := x.send()
		if w := x.Do(civils, "POST", path+"/reply", url.Values{"outcome": {"done"}, "text": {"已联系"}}); w.Code != http.StatusSeeOther {
			t.Fatalf("status %d: %s", w.Code, w.Body)
		}
		x.Page(health, "referral-lead", path, "审核反馈", "已反馈")
		s, err := x.k.Get(t.Context(), x.d.Reader(), health, parse(t, path))
		if err != nil {
			t.Fatal(err)
		}
		check := "/referral-replies/" + ref.Format(s.Replies[0].ID) + "/check"
		if w := x.Do(officer, "GET", check, nil); w.Code != http.StatusNotFound {
			t.Errorf("the sender checks a support unit: status %d", w.Code)
		}
		x.Page(health, "referral-check-support", check, "已联系")
		if w := x.Do(health, "POST", check, url.Values{"decision": {"accept"}}); w.Code != http.StatusSeeOther {
			t.Fatalf("status %d: %s", w.Code, w.Body)
		}
		if w := x.Do(health, "POST", path+"/reply", url.Values{"text": {"已面谈"}}); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("a reply without an outcome: status %d", w.Code)
		}
		if w := x.Do(health, "POST", path+"/reply", url.Values{"outcome": {"done"}, "text": {"已面谈"}}); w.Code != http.StatusSeeOther {
			t.Fatalf("status %d: %s", w.Code, w.Body)
		}
		x.Page(officer, "referral-checking", path, "待审核", "审核反馈")
		s, _ = x.k.Get(t.Context(), x.d.Reader(), officer, parse(t, path))
		check = "/referral-replies/" + ref.Format(s.Replies[1].ID) + "/check"
		if w := x.Do(officer, "POST", check, url.Values{}); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("no decision: status %d", w.Code)
		}
		if w := x.Do(officer, "POST", check, url.Values{"decision": {"accept"}}); w.Code != http.StatusSeeOther {
			t.Fatalf("status %d: %s", w.Code, w.Body)
		}
		x.Page(officer, "referral-done", path, "已办结", "审核通过")
	})
}

func TestAReturnShowsItsGroundToTheOffice(t *testing.T) {
	withDesk(t, func(x desk) {
		path := x.send()
		if w := x.Do(health, "POST", path+"/return", url.Values{"reason": {"不归本单位"}}); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("returned without a ground: status %d", w.Code)
		}
		if w := x.Do(health, "POST", path+"/return", url.Values{"reason": {"不归本单位"}, "ground": {"职责分工第五条"}}); w.Code != http.StatusSeeOther {
			t.Fatalf("status %d: %s", w.Code, w.Body)
		}
		x.Page(officer, "referral-disputed", path, "裁定退回", "职责分工第五条", "退回待裁定")
		if body := x.Page(health, "referral-returned", path, "等待未保办裁定"); strings.Contains(body, path+"/return\"") {
			t.Error("offers to return it a second time")
		}
		if w := x.Do(health, "GET", path+"/return", nil); w.Code != http.StatusConflict || strings.Contains(w.Body.String(), "name=\"reason\"") {
			t.Errorf("asks to return it a second time: status %d", w.Code)
		}
	})
}

func TestEveryRouteRefusesOthers(t *testing.T) {
	withDesk(t, func(x desk) {
		path := x.send()
		parts := map[string]string{"child": "7", "referral": strings.TrimPrefix(path, "/referrals/"), "reply": "1", "file": "1", "request": "1"}
		x.Refuses(admin, parts)
		x.Refuses(health, parts)
	})
}

func parse(t *testing.T, path string) ref.Referral {
	t.Helper()
	id, err := ref.Parse[ref.Referral](strings.TrimPrefix(path, "/referrals/"))
	if err != nil {
		t.Fatal(err)
	}
	return id
}
