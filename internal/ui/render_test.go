package ui_test

import (
	"compress/gzip"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/errs"
	"weibao/internal/ui"
	"weibao/internal/ui/uitest"
)

type aView struct{ Name string }
type bView struct{ Title string }

func twoPackages(t *testing.T) *ui.Renderer {
	t.Helper()
	r := uitest.New(t)
	for text, view := range map[string]any{`<p>甲 {{.Name}}</p>`: aView{}, `<p>乙 {{.Title}}</p>`: bView{}} {
		if err := r.Add(fstest.MapFS{"list.html": {Data: []byte(text)}}, map[string]any{"list.html": view}); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

func answer(t *testing.T, r *ui.Renderer, headers map[string]string, view any) *httptest.ResponseRecorder {
	t.Helper()
	req := httptest.NewRequest(http.MethodGet, "/plans?unit=2", nil)
	for k, v := range headers {
		req.Header.Set(k, v)
	}
	w := httptest.NewRecorder()
	if err := r.Page(w, req, uitest.Officer, "list.html", ui.Page{Title: "清单", Nav: "plan"}, view); err != nil {
		t.Fatal(err)
	}
	return w
}

func TestTemplatesOfOneNameAreToldApartByTheirView(t *testing.T) {
	r := twoPackages(t)
	if body := answer(t, r, nil, aView{"一"}).Body.String(); !strings.Contains(body, "甲 一") {
		t.Error(body)
	}
	if body := answer(t, r, nil, bView{"二"}).Body.String(); !strings.Contains(body, "乙 二") {
		t.Error(body)
	}
}

func TestAWrongViewIsRefusedBeforeAnythingIsSent(t *testing.T) {
	w := httptest.NewRecorder()
	err := twoPackages(t).Page(w, httptest.NewRequest(http.MethodGet, "/", nil), uitest.Officer, "list.html", ui.Page{Title: "清单"}, struct{}{})
	if err == nil || w.Body.Len() > 0 {
		t.Errorf("err %v, sent %q", err, w.Body)
	}
}

func TestHtmxGetsTheMainPartAlone(t *testing.T) {
	r := twoPackages(t)
	for _, c := range []struct {
		name    string
		headers map[string]string
		whole   bool
	}{
		{"a browser", nil, true},
		{"htmx for the main part", map[string]string{"HX-Request": "true", "HX-Target": "main#main"}, false},
		{"htmx for the body", map[string]string{"HX-Request": "true", "HX-Target": "body"}, true},
		{"htmx going back", map[string]string{"HX-Request": "true", "HX-Target": "main#main", "HX-History-Restore-Request": "true"}, true},
	} {
		body := answer(t, r, c.headers, aView{}).Body.String()
		if strings.Contains(body, "<html") != c.whole || !strings.Contains(body, `<main id="main"`) || !strings.Contains(body, "<title>清单") {
			t.Errorf("%s: %s", c.name, body)
		}
	}
}

func TestPagesAreNeverStoredAndTravelCompressed(t *testing.T) {
	w := answer(t, twoPackages(t), map[string]string{"Accept-Encoding": "gzip, br"}, aView{"一"})
	if got := w.Header().Get("Cache-Control"); got != "no-store" {
		t.Error(got)
	}
	z, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	if body, err := io.ReadAll(z); err != nil || !strings.Contains(string(body), "甲 一") {
		t.Error(err, string(body))
	}
}

func TestNavigationShowsWhatThePostOpens(t *testing.T) {
	admin := uitest.Officer
	admin.Post.Role = access.AuditAdmin
	for by, want := range map[string]bool{"officer": true, "admin": false} {
		who := uitest.Officer
		if by == "admin" {
			who = admin
		}
		w := httptest.NewRecorder()
		if err := twoPackages(t).Page(w, httptest.NewRequest(http.MethodGet, "/", nil), who, "list.html", ui.Page{Title: "清单"}, aView{}); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(w.Body.String(), `href="/plans"`); got != want {
			t.Errorf("%s sees the plans: %v", by, got)
		}
	}
}

func fail(t *testing.T, method string, headers map[string]string, err error) *httptest.ResponseRecorder {
	t.Helper()
	r, newErr := ui.New(ui.Options{Clock: clock.At(uitest.Now), LoginPath: "/login", Log: slog.New(slog.DiscardHandler)})
	if newErr != nil {
		t.Fatal(newErr)
	}
	req := httptest.NewRequest(method, "/duties/7?view=late", nil)
	for k, v := range headers {
		req.Header.Set(k, v)
	}
	w := httptest.NewRecorder()
	r.Error(w, req, uitest.Officer, err)
	return w
}

func TestErrorsBecomeStatusAndWords(t *testing.T) {
	for _, c := range []struct {
		name, method string
		err          error
		status       int
		say          string
	}{
		{"not found", "GET", errs.Missing(), 404, "没有找到"},
		{"wrapped", "POST", errs.Wrap(errs.Conflict, errors.New("version 3"), "刚被别人改过，请刷新。"), 409, "刚被别人改过"},
		{"refused action", "POST", errs.New(errs.Forbidden, "没有这项权限。"), 403, "没有这项权限"},
		{"invalid", "POST", errs.Fields{"due": "请填写时限。"}.Err(), 422, "请填写时限"},
		{"too large", "POST", errs.New(errs.TooLarge, "文件超过20MB。"), 413, "20MB"},
		{"full", "POST", errs.New(errs.Full, "磁盘已满。"), 507, "磁盘已满"},
		{"fault", "GET", errors.New("secret cause"), 500, "故障编号"},
	} {
		w := fail(t, c.method, nil, c.err)
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.say) {
			t.Errorf("%s: %d %s", c.name, w.Code, w.Body)
		}
		if strings.Contains(w.Body.String(), "secret cause") || strings.Contains(w.Body.String(), "version 3") {
			t.Errorf("%s: the cause is shown", c.name)
		}
	}
}

func TestForbiddenPagesLookLikeMissingOnes(t *testing.T) {
	missing, forbidden := fail(t, "GET", nil, errs.Missing()), fail(t, "GET", nil, errs.New(errs.Forbidden, "没有这项权限。"))
	if missing.Code != forbidden.Code || missing.Body.String() != forbidden.Body.String() {
		t.Errorf("%d and %d differ", missing.Code, forbidden.Code)
	}
}

func TestHtmxErrorsBecomeANoticeOnThePresentPage(t *testing.T) {
	w := fail(t, "POST", map[string]string{"HX-Request": "true", "HX-Target": "tr#row-7"}, errs.New(errs.Conflict, "刚被别人改过，请刷新。"))
	if w.Code != 409 || w.Header().Get("HX-Retarget") != "#notice" || strings.Contains(w.Body.String(), "<main") {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
	uitest.Fragment(t, w.Body.Bytes())
}

func TestWhoHasNoSessionSignsInAndComesBack(t *testing.T) {
	end := errs.New(errs.SignIn, "登录已过期，请重新登录。")
	if to := fail(t, "GET", nil, end).Header().Get("Location"); to != "/login?next="+url.QueryEscape("/duties/7?view=late") {
		t.Error(to)
	}
	w := fail(t, "GET", map[string]string{"HX-Request": "true", "HX-Current-URL": "http://example.com/duties?view=late"}, end)
	if to := w.Header().Get("HX-Redirect"); to != "/login?next="+url.QueryEscape("/duties?view=late") {
		t.Error(to)
	}
}

func TestRedirectsStayOnThisServer(t *testing.T) {
	for to, want := range map[string]string{"/plans/1": "/plans/1", "//evil.example": "/", "https://evil.example": "/", `/\evil.example`: "/", "": "/", "/a\r\nSet-Cookie: x": "/"} {
		w := httptest.NewRecorder()
		ui.Redirect(w, httptest.NewRequest(http.MethodPost, "/x", nil), to)
		if got := w.Header().Get("Location"); got != want || w.Code != http.StatusSeeOther {
			t.Errorf("%q leads to %q with %d", to, got, w.Code)
		}
	}
}

func TestAScriptThatSendsAFormIsToldWhereToGo(t *testing.T) {
	for _, header := range []string{"HX-Request", "X-Upload"} {
		w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/x", nil)
		r.Header.Set(header, "true")
		if ui.RedirectWith(w, r, "/plans", ui.Done, "已收到。"); w.Code != http.StatusOK || w.Header().Get("HX-Redirect") != "/plans" {
			t.Errorf("%s: %d %v", header, w.Code, w.Header())
		}
	}
}

func TestANoticeSurvivesOneRedirect(t *testing.T) {
	sent := httptest.NewRecorder()
	ui.RedirectWith(sent, httptest.NewRequest(http.MethodPost, "/x", nil), "/plans", ui.Done, "已下发62项任务。")
	cookie := sent.Result().Cookies()[0]
	w := answer(t, twoPackages(t), map[string]string{"Cookie": cookie.String()}, aView{})
	if !strings.Contains(w.Body.String(), "已下发62项任务。") || !strings.Contains(w.Body.String(), "notice-done") {
		t.Error("the notice is not shown")
	}
	if again := w.Result().Cookies(); len(again) != 1 || again[0].MaxAge >= 0 {
		t.Error("the notice is not taken back")
	}
}

func TestElderModeIsKeptInACookie(t *testing.T) {
	r := twoPackages(t)
	route := r.Routes()[0]
	req := httptest.NewRequest(http.MethodPost, route.Path, strings.NewReader("on=1&back=/plans"))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	if err := route.Handle(w, req, access.Actor{}); err != nil || w.Header().Get("Location") != "/plans" {
		t.Fatal(err, w.Header())
	}
	page := answer(t, r, map[string]string{"Cookie": w.Result().Cookies()[0].String()}, aView{}).Body.String()
	if !strings.Contains(page, `class="elder"`) || !strings.Contains(page, `aria-pressed="true"`) {
		t.Error("the page is not in 长者模式")
	}
}
