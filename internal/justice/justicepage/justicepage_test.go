package justicepage_test

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/justice"
	"weibao/internal/justice/justicepage"
	"weibao/internal/ref"
	"weibao/internal/testkit"
	"weibao/internal/ui"
	"weibao/internal/ui/uitest"
)

const county = "990101000000"

func actor(user ref.User, unit ref.Unit, role access.Role) access.Actor {
	return access.Actor{User: user, Name: "某人", Post: access.Post{ID: ref.Post(user), Unit: unit, UnitName: "某单位", Region: county, RegionName: "云岭县", Role: role}}
}

var (
	officer    = actor(1, 100, access.Officer)
	leader     = actor(2, 100, access.Leader)
	prosecutor = actor(3, 300, access.Liaison)
	stranger   = actor(5, 500, access.Liaison)
	admin      = actor(6, 0, access.SystemAdmin)
)

type desk struct {
	uitest.Desk
	c *clock.Manual
}

func withDesk(t *testing.T, test func(x desk)) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) {
		r := uitest.New(t)
		pages, err := justicepage.New(justicepage.Deps{DB: d, UI: r,
			Desk: &justice.Desk{Vault: testkit.Cabinet(t, d, "demo").Vault, Kernel: testkit.Kernel(testkit.Calendar(t), 100),
				Deciders: func(context.Context, *db.Tx, string) (ref.Unit, error) { return 100, nil }, Clock: func(string, civil.Date) string { return "" }},
			Units: func(context.Context, *db.Tx, []ref.Unit) (map[ref.Unit]string, error) {
				return map[ref.Unit]string{100: "县未保办", 300: "县检察院"}, nil
			},
			Choices: func(context.Context, *db.Tx, access.Actor) ([]ui.Option, error) {
				return []ui.Option{{Value: "300", Label: "县检察院"}}, nil
			}})
		if err != nil {
			t.Fatal(err)
		}
		uitest.Templates(t, r)
		test(desk{uitest.Desk{T: t, UI: r, Routes: pages.Routes(), Tick: func() { c.Advance(time.Second) }}, c})
	})
}

// entered are what a record asks for; the last three are who it is about and whom to ask.
func entered() url.Values {
	return url.Values{"kind": {"unprosecuted"}, "unit": {"300"}, "name": {"独有姓名"}, "contact": {"独有联系人"}, "phone": {"0990-7654321"}}
}

var private = []string{"独有姓名", "独有联系人", "0990-7654321"}

func (x desk) status(by access.Actor, method, path string, form url.Values, want int) string {
	x.T.Helper()
	w := x.Do(by, method, path, form)
	if w.Code != want {
		x.T.Errorf("%s %s as %s of unit %d: status %d instead of %d", method, path, by.Post.Role, by.Post.Unit, w.Code, want)
	}
	return w.Body.String()
}

func (x desk) hides(body string) {
	x.T.Helper()
	for _, word := range private {
		if strings.Contains(body, word) {
			x.T.Errorf("the page says %s", word)
		}
	}
}

func TestARecordSaysWhoKeepsItAndAfterATraceWhomToAsk(t *testing.T) {
	withDesk(t, func(x desk) {
		x.Page(officer, "justice-empty", justicepage.ListPath, "没有登记的事项")
		x.Page(officer, "justice-new", justicepage.ListPath+"/new", "不登记内容", "办结后依法封存")
		wrong := entered()
		wrong.Set("unit", "")
		wrong.Set("name", "")
		if body := x.status(officer, "POST", justicepage.ListPath+"/new", wrong, http.StatusUnprocessableEntity); !strings.Contains(body, "请选择由哪个单位保管材料") || !strings.Contains(body, "独有联系人") {
			t.Error("what is wrong is not told, or what was typed is lost")
		}
		one := x.Post(officer, justicepage.ListPath+"/new", entered())
		for _, by := range []access.Actor{officer, prosecutor} {
			x.hides(x.Page(by, "justice", justicepage.ListPath, "县检察院", "不起诉"))
			x.hides(x.Page(by, "justice-one", one, "县检察院", "封存", "查看会记下"))
		}
		revealed := x.status(prosecutor, "POST", one+"/reveal", nil, http.StatusOK)
		for _, word := range private {
			if !strings.Contains(revealed, word) {
				t.Errorf("a reveal does not say %s", word)
			}
		}
		x.status(stranger, "GET", one, nil, http.StatusNotFound)
		x.status(stranger, "POST", one+"/reveal", nil, http.StatusNotFound)
		if body := x.Page(stranger, "justice-other", justicepage.ListPath); strings.Contains(body, "不起诉") {
			t.Error("another unit lists it")
		}
		x.Refuses(admin, map[string]string{"record": one[strings.LastIndex(one, "/")+1:], "unseal": "1"})
	})
}

func TestWhatWasSealedAnswersEverybodyLikeWhatNeverWas(t *testing.T) {
	withDesk(t, func(x desk) {
		one := x.Post(officer, justicepage.ListPath+"/new", entered())
		id := one[strings.LastIndex(one, "/")+1:]
		x.Page(prosecutor, "justice-seal", one+"/seal", id, "像不存在一样", "两个人共同办理")
		x.status(stranger, "POST", one+"/seal", nil, http.StatusNotFound)
		x.Post(prosecutor, one+"/seal", nil)
		for _, by := range []access.Actor{officer, prosecutor, stranger} {
			for _, r := range []struct{ method, tail string }{{"GET", ""}, {"POST", "/reveal"}, {"GET", "/seal"}, {"POST", "/seal"}} {
				sealed := x.Do(by, r.method, one+r.tail, nil)
				never := x.Do(by, r.method, justicepage.ListPath+"/123456789"+r.tail, nil)
				if sealed.Code != http.StatusNotFound || strings.ReplaceAll(sealed.Body.String(), id, "123456789") != never.Body.String() {
					t.Errorf("%s %s as unit %d: %d, what never was %d", r.method, r.tail, by.Post.Unit, sealed.Code, never.Code)
				}
			}
			body := x.Page(by, "justice-sealed", justicepage.ListPath, "没有登记的事项")
			if x.hides(body); strings.Contains(body, id) {
				t.Error("the list names it")
			}
		}
	})
}

func TestTwoPersonsOpenWhatWasSealedForATime(t *testing.T) {
	withDesk(t, func(x desk) {
		one := x.Post(officer, justicepage.ListPath+"/new", entered())
		x.Post(prosecutor, one+"/seal", nil)
		handle := one[strings.LastIndex(one, "/")+1:]
		ask := func(by access.Actor, handle string) string {
			t.Helper()
			return x.Post(by, justicepage.UnsealsPath+"/new", url.Values{"ground": {"case"}, "handle": {handle}, "words": {"某检刑〔2026〕1号"}})
		}
		if body := x.status(prosecutor, "POST", justicepage.UnsealsPath+"/new", url.Values{"handle": {handle}}, http.StatusUnprocessableEntity); !strings.Contains(body, "请选择依据") || !strings.Contains(body, "请写明文号") {
			t.Error("what is missing is not told")
		}
		request, nothing := ask(prosecutor, handle), ask(prosecutor, "123456789")
		waiting := x.Page(prosecutor, "unseal", request, "待审批", "某检刑")
		other := x.Page(prosecutor, "unseal-nothing", nothing, "待审批")
		ids := regexp.MustCompile(`\d{9,}`)
		if ids.ReplaceAllString(waiting, "") != ids.ReplaceAllString(other, "") {
			t.Error("the page tells whether there is anything")
		}
		x.status(prosecutor, "POST", request+"/look", nil, http.StatusForbidden)
		x.status(prosecutor, "POST", request+"/decide", url.Values{"grant": {"1"}}, http.StatusForbidden)
		x.status(officer, "GET", request, nil, http.StatusNotFound)
		x.status(stranger, "GET", request, nil, http.StatusNotFound)
		for _, at := range []string{justicepage.UnsealsPath, request} {
			if body := x.Page(leader, "unseal-decide", at, "保密查询申请"); strings.Contains(body, `href="/justice"`) {
				t.Errorf("%s leads a leader to a list he may not see", at)
			}
			if body := x.Page(prosecutor, "unseal-asker", at); !strings.Contains(body, `href="/justice"`) {
				t.Errorf("%s leads nobody to the list", at)
			}
		}
		x.Page(leader, "unseal-decide", request, "可以查看多久", "不同意")
		for _, region := range []string{"990101100000", "990100000000", "990102000000"} {
			elsewhere := actor(9, 900, access.Leader)
			elsewhere.Post.Region = region
			x.status(elsewhere, "GET", request, nil, http.StatusNotFound)
			x.status(elsewhere, "POST", request+"/decide", url.Values{"grant": {"1"}}, http.StatusNotFound)
		}
		x.status(leader, "POST", request+"/decide", url.Values{"grant": {"1"}, "hours": {"100"}}, http.StatusUnprocessableEntity)
		x.Post(leader, request+"/decide", url.Values{"grant": {"1"}, "hours": {"2"}})
		x.Post(leader, nothing+"/decide", url.Values{"grant": {"1"}, "hours": {"2"}})
		x.status(leader, "POST", request+"/decide", url.Values{"grant": {"1"}, "hours": {"2"}}, http.StatusConflict)
		seen := x.status(prosecutor, "POST", request+"/look", nil, http.StatusOK)
		for _, word := range append([]string{"不起诉", "县检察院"}, private...) {
			if !strings.Contains(seen, word) {
				t.Errorf("the look does not say %s", word)
			}
		}
		if body := x.status(prosecutor, "POST", nothing+"/look", nil, http.StatusOK); !strings.Contains(body, "没有符合的封存事项") {
			t.Error("a look at nothing says nothing")
		}
		x.status(leader, "POST", request+"/look", nil, http.StatusForbidden)
		x.c.Advance(2*time.Hour + time.Minute)
		x.status(prosecutor, "POST", request+"/look", nil, http.StatusForbidden)
		x.hides(x.Page(prosecutor, "unseal-over", request, "已过期"))
		refused := ask(prosecutor, handle)
		x.Post(leader, refused+"/decide", url.Values{"grant": {"1"}, "refuse": {"1"}})
		x.Page(prosecutor, "unseal-refused", refused, "未同意")
		x.status(prosecutor, "POST", refused+"/look", nil, http.StatusForbidden)
	})
}
