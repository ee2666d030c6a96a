// Package uitest holds the checks which every page package runs on its
// screens: that each template fits its view struct, and that the HTML it
// makes keeps the rules of the house.
//
// It owns nothing and is imported by tests alone. A page is right when it
// parses, carries no script or style of its own, names every input, has one
// h1 and one main, speaks Chinese, and repeats no id. The allowed Latin words
// stand in one list (words.go); a new one needs a reason.
package uitest

import (
	"html/template"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/jba/templatecheck"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/ui"
)

// Now is the instant at which the renderers of New stand: 2026-11-22 10:00 in Beijing.
var Now = time.Date(2026, 11, 22, 2, 0, 0, 0, time.UTC)

// Officer is an actor of a county office for rendering screens in tests.
var Officer = access.Actor{User: 1, Name: "周岚", Post: office, Posts: []access.Post{office, station}}

var (
	office = access.Post{ID: 1, Unit: 1, UnitName: "县未保办", Region: "990101000000", RegionName: "云岭县", Role: access.Officer}
	// A second post lets the switcher show.
	station = access.Post{ID: 2, Unit: 2, UnitName: "青石镇未保站", Region: "990101100000", RegionName: "青石镇", Role: access.Supervisor}
)

// New makes a renderer for tests of a page package.
func New(t testing.TB) *ui.Renderer {
	t.Helper()
	r, err := ui.New(ui.Options{
		Place: "云岭县", Clock: clock.At(Now),
		SearchPath: "/search", LoginPath: "/login", PostPath: "/post", LogoutPath: "/logout", SelfPath: "/self", InboxPath: "/duties",
		Menu:  []ui.Entry{{Path: "/suggestions", Permission: "suggestion.add", Label: "意见建议"}, {Path: "/system/pledge", Permission: access.SignedIn, Label: "减负承诺"}},
		Inbox: func(*http.Request, access.Actor) (int, int) { return 23, 4 },
		Nav: []ui.Entry{
			{Key: "desk", Path: "/", Permission: access.SignedIn}, {Key: "plan", Path: "/plans", Permission: "plan.list"},
			{Key: "system", Path: "/units", Permission: "org.list", Label: "单位"},
			{Key: "system", Path: "/regions", Permission: "region.list", Label: "行政区划"},
			{Key: "system", Path: "/workdays", Permission: "workday.list", Label: "工作日历"},
			{Key: "system", Path: "/rules", Permission: "rule.list", Label: "本县规则"},
			{Key: "system", Path: "/system/status", Permission: "system.status", Label: "系统状态"},
			{Key: "system", Path: "/jobs", Permission: "job.list", Label: "后台作业"},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Templates type-checks every template that was added to r against its view.
func Templates(t *testing.T, r *ui.Renderer) {
	t.Helper()
	n := 0
	r.Each(func(set *template.Template, name string, view any) {
		n++
		if err := templatecheck.CheckHTML(set.Lookup(name), view); err != nil {
			t.Errorf("%s with %T: %v", name, view, err)
		}
	})
	if n == 0 {
		t.Error("no template was added")
	}
}

// Get calls a handler as by and gives the answer; an error becomes its page, as on the server.
func Get(t testing.TB, r *ui.Renderer, by access.Actor, path string, h ui.Handler) *httptest.ResponseRecorder {
	t.Helper()
	req := httptest.NewRequest(http.MethodGet, path, nil)
	w := httptest.NewRecorder()
	if err := h(w, req, by); err != nil {
		r.Error(w, req, by, err)
	}
	return w
}
