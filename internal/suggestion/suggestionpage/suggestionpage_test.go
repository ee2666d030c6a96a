package suggestionpage_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/suggestion"
	"weibao/internal/suggestion/suggestionpage"
	"weibao/internal/testkit"
	"weibao/internal/ui/uitest"
)

const county = "990101000000"

var (
	officer  = access.Actor{User: 100, Name: "周岚", Post: access.Post{ID: 1, Unit: 10, UnitName: "县未保办", Region: county, RegionName: "云岭县", Role: access.Officer}}
	director = access.Actor{User: 200, Name: "石秀兰", Post: access.Post{ID: 2, Unit: 20, UnitName: "上坪村", Region: "990101100200", RegionName: "上坪村", Role: access.ChildDirector}}
	admin    = access.Actor{User: 300, Name: "系统管理员", Post: access.Post{ID: 3, Unit: 10, UnitName: "县未保办", Region: county, RegionName: "云岭县", Role: access.AuditAdmin}}
)

func withDesk(t *testing.T, test func(x uitest.Desk)) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		cal, book := testkit.Calendar(t), testkit.Book(t, "demo")
		k := &duty.Kernel{
			Ladder:   func(string) rule.Ladder { return rule.Ladder{} },
			Calendar: func(context.Context, *db.Tx) (*civil.Calendar, error) { return cal, nil },
			Superior: func(context.Context, *db.Tx, ref.Unit) (ref.Unit, error) { return 10, nil },
			Office:   func(context.Context, *db.Tx, string) (ref.Unit, error) { return 10, nil },
		}
		r := uitest.New(t)
		pages, err := suggestionpage.New(suggestionpage.Deps{DB: d, UI: r, Box: &suggestion.Box{Kernel: k, Clock: book.Clock}})
		if err != nil {
			t.Fatal(err)
		}
		test(uitest.Desk{T: t, UI: r, Routes: pages.Routes()})
	})
}

func TestTemplatesFitTheirViews(t *testing.T) {
	withDesk(t, func(x uitest.Desk) { uitest.Templates(t, x.UI) })
}

// hand hands one in and gives the path of its page.
func hand(t *testing.T, x uitest.Desk, by access.Actor, words string, more url.Values) string {
	t.Helper()
	form := url.Values{"kind": {"complaint"}, "words": {words}}
	for k, v := range more {
		form[k] = v
	}
	w := x.Do(by, "POST", "/suggestions/add", form)
	if w.Code != http.StatusSeeOther {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	return w.Header().Get("Location")
}

func TestASuggestionGoesItsWholeWay(t *testing.T) {
	const words = "走访登记每次都要重新填一遍监护人电话，希望带出上一次的内容。"
	withDesk(t, func(x uitest.Desk) {
		x.Page(director, "suggestion-empty", "/suggestions", "还没有意见建议", "减负承诺")
		x.Page(director, "suggestion-add", "/suggestions/add", "立即拨打110", "让未保办看到我的姓名和单位")
		path := hand(t, x, director, words, nil)
		hand(t, x, director, "字太小，看不清。", url.Values{"named": {"1"}})
		x.Page(director, "suggestion-waiting", path, "等待未保办答复", words)
		list := x.Page(officer, "suggestion-list", "/suggestions", "待答复", "不具名", director.Name)
		if strings.Count(list, director.Name) != 1 {
			t.Error("who asked not to be named is named")
		}
		x.Page(officer, "suggestion-answer", path+"/answer", words, "提交后不能修改")
		if w := x.Do(officer, "POST", path+"/answer", url.Values{"words": {" "}}); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "请写明内容") {
			t.Errorf("an empty answer: status %d", w.Code)
		}
		if w := x.Do(officer, "POST", path+"/answer", url.Values{"words": {"下月起自动带出。"}}); w.Code != http.StatusSeeOther {
			t.Fatalf("status %d: %s", w.Code, w.Body)
		}
		body := x.Page(director, "suggestion-show", path, "下月起自动带出。", "已答复")
		if strings.Contains(body, path+"/answer") {
			t.Error("the author is offered to answer")
		}
		if w := x.Do(officer, "GET", path+"/answer", nil); w.Code != http.StatusConflict {
			t.Errorf("answering again: status %d", w.Code)
		}
	})
}

func TestAFormWithFaultsKeepsWhatWasTyped(t *testing.T) {
	withDesk(t, func(x uitest.Desk) {
		w := x.Do(director, "POST", "/suggestions/add", url.Values{"kind": {"advice"}, "words": {strings.Repeat("长", suggestion.MaxWords+1)}})
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "最多1000字") || !strings.Contains(w.Body.String(), "长长长") {
			t.Errorf("status %d", w.Code)
		}
		for range 5 {
			hand(t, x, director, "甲", nil)
		}
		if w := x.Do(director, "POST", "/suggestions/add", url.Values{"kind": {"advice"}, "words": {"第六条"}}); w.Code != http.StatusTooManyRequests || !strings.Contains(w.Body.String(), "第六条") {
			t.Errorf("the sixth: status %d", w.Code)
		}
	})
}

func TestNobodyElseComesIn(t *testing.T) {
	withDesk(t, func(x uitest.Desk) {
		path := hand(t, x, director, "甲", nil)
		id := strings.TrimPrefix(path, "/suggestions/")
		neighbour := director
		neighbour.User = 201
		for name, by := range map[string]access.Actor{"neighbour": neighbour, "administrator": admin, "nobody": {}} {
			for _, target := range []string{path, path + "/answer", "/suggestions/5", "/suggestions/x"} {
				if w := x.Do(by, "GET", target, nil); w.Code != http.StatusNotFound {
					t.Errorf("%s at %s: status %d", name, target, w.Code)
				}
			}
			if w := x.Do(by, "POST", path+"/answer", url.Values{"words": {"乙"}}); w.Code != http.StatusForbidden {
				t.Errorf("%s answers: status %d", name, w.Code)
			}
		}
		x.Refuses(director, map[string]string{"id": id})
		x.Refuses(access.Actor{}, map[string]string{"id": id})
	})
}
