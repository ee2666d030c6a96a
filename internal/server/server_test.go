package server_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/config"
	"weibao/internal/errs"
	"weibao/internal/server"
	"weibao/internal/testkit"
	"weibao/internal/ui"
)

const county = "990101000000"

// house is the wired program on a small installation; who asks is chosen by the test.
type house struct {
	*server.App
	handler http.Handler
	by      access.Actor
	log     bytes.Buffer
}

func newHouse(t *testing.T, change func(*server.App)) *house {
	t.Helper()
	return newHouseOn(t, "", change)
}

// newHouseOn is newHouse on a database of its own, the embedded one with "".
func newHouseOn(t *testing.T, dsn string, change func(*server.App)) *house {
	t.Helper()
	return newHouseIn(t, dsn, "demo", change)
}

// newHouseIn is newHouseOn in the county of a pack.
func newHouseIn(t *testing.T, dsn, pack string, change func(*server.App)) *house {
	t.Helper()
	h := &house{}
	cfg := config.Config{Data: t.TempDir(), Database: dsn}
	log := slog.New(slog.NewJSONHandler(&h.log, nil))
	g, err := server.OpenGround(t.Context(), cfg, clock.At(testkit.Noon), log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.Close() })
	if _, err := g.LoadCounty(t.Context(), pack); err != nil {
		t.Fatal(err)
	}
	if h.App, err = server.Assemble(t.Context(), g, config.Serve{Listen: "127.0.0.1:0", Profile: "dengbao", Token: "token"}); err != nil {
		t.Fatal(err)
	}
	h.Attach = func(r *http.Request) (*http.Request, access.Actor, error) { return r, h.by, nil }
	if change != nil {
		change(h.App)
	}
	if h.handler, err = h.Server(); err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *house) do(method, path string, form url.Values, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r)
	return w
}

// actor is somebody whose role may, or may not, do a thing.
func actor(p access.Permission, may bool) (access.Actor, bool) {
	for _, info := range access.Roles {
		a := access.Actor{User: 500, Name: "测试员", Post: access.Post{ID: 1, Unit: 42, Region: county, Role: info.Role}}
		if a.Can(p) == may {
			return a, true
		}
	}
	return access.Actor{}, false
}

var wildcard = regexp.MustCompile(`\{[a-z_.]+\}`)

// address fills the wildcards of a route.
func address(r ui.Route, value string) string {
	path := strings.TrimSuffix(r.Path, "{$}")
	return wildcard.ReplaceAllString(path, value)
}

// The refusals below are inherited by every route of every page: they read the list the program serves.
func everyRoute(t *testing.T, test func(t *testing.T, h *house, r ui.Route)) {
	h := newHouse(t, nil)
	if len(h.Routes) < 20 {
		t.Fatalf("only %d routes", len(h.Routes))
	}
	for _, r := range h.Routes {
		t.Run(r.Method+" "+r.Path, func(t *testing.T) {
			h.by = access.Actor{}
			test(t, h, r)
		})
	}
}

func TestWithoutASessionEveryRouteLeadsToTheLogin(t *testing.T) {
	everyRoute(t, func(t *testing.T, h *house, r ui.Route) {
		w := h.do(r.Method, address(r, "1"), url.Values{})
		if r.Permission == access.Public {
			return
		}
		if w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), "/login") {
			t.Errorf("status %d to %q", w.Code, w.Header().Get("Location"))
		}
	})
}

func TestWithoutThePermissionEveryRouteRefuses(t *testing.T) {
	cells, routes := 0, 0
	defer func() { t.Logf("%d cells of %d routes and %d roles", cells, routes, len(access.Roles)) }()
	everyRoute(t, func(t *testing.T, h *house, r ui.Route) {
		want := http.StatusForbidden
		if r.Method == http.MethodGet {
			want = http.StatusNotFound // as if it did not exist
		}
		routes++
		for _, info := range access.Roles {
			h.by = access.Actor{User: 500, Name: "测试员", Post: access.Post{ID: 1, Unit: 42, Region: county, Role: info.Role}}
			if h.by.Can(r.Permission) || strings.HasSuffix(r.Path, "/live") {
				continue
			}
			cells++
			if w := h.do(r.Method, address(r, "1"), url.Values{}); w.Code != want {
				t.Errorf("%s gets %d, want %d", info.Role, w.Code, want)
			}
		}
	})
}

// S-01: what the permission table grants is open: where an address names no
// thing, every role that may sees its page, and each permission has a route
// or an operation behind one.
func TestWithThePermissionEveryRoleIsLetIn(t *testing.T) {
	cells := 0
	everyRoute(t, func(t *testing.T, h *house, r ui.Route) {
		if r.Method != http.MethodGet || strings.Contains(strings.TrimSuffix(r.Path, "{$}"), "{") || strings.HasSuffix(r.Path, "/live") || r.Permission == access.Public {
			return
		}
		for _, info := range access.Roles {
			h.by = access.Actor{User: 500, Name: "测试员", Post: access.Post{ID: 1, Unit: 42, Region: county, Role: info.Role}}
			if !h.by.Can(r.Permission) {
				continue
			}
			cells++
			if w := h.do(r.Method, address(r, ""), nil); w.Code == http.StatusForbidden || w.Code == http.StatusNotFound || w.Code >= 500 {
				t.Errorf("%s gets %d", info.Role, w.Code)
			}
		}
	})
	if cells < 100 {
		t.Errorf("only %d cells", cells)
	}
	t.Logf("%d cells", cells)
}

func TestAFormOfAnotherSiteIsRefusedEverywhere(t *testing.T) {
	everyRoute(t, func(t *testing.T, h *house, r ui.Route) {
		if r.Method == http.MethodGet {
			return
		}
		h.by, _ = actor(r.Permission, true)
		for name, headers := range map[string][]string{
			"by its fetch metadata": {"Sec-Fetch-Site", "cross-site"},
			"by its origin":         {"Origin", "https://attacker.example"},
		} {
			if w := h.do(r.Method, address(r, "1"), url.Values{}, headers...); w.Code != http.StatusForbidden {
				t.Errorf("%s: status %d", name, w.Code)
			}
		}
	})
}

func TestWhatDoesNotExistIsNotFoundEverywhere(t *testing.T) {
	everyRoute(t, func(t *testing.T, h *house, r ui.Route) {
		if !wildcard.MatchString(strings.TrimSuffix(r.Path, "{$}")) {
			return
		}
		by, some := actor(r.Permission, true)
		if !some {
			t.Fatal("nobody may open it")
		}
		h.by = by
		for _, id := range []string{"286709199669270699", "0", "-1", "x", "999999999999999999999999"} {
			// A form with nothing in it may be refused for that, but never with success or a fault.
			w := h.do(r.Method, address(r, id), url.Values{})
			if w.Code != http.StatusNotFound && !(r.Method == http.MethodPost && w.Code == http.StatusUnprocessableEntity) {
				t.Errorf("id %s: status %d", id, w.Code)
			}
		}
	})
}

func TestABodyThatIsTooLargeIsRefusedEverywhere(t *testing.T) {
	everyRoute(t, func(t *testing.T, h *house, r ui.Route) {
		if r.Method == http.MethodGet {
			return
		}
		h.by, _ = actor(r.Permission, true)
		if w := h.do(r.Method, address(r, "1"), url.Values{"x": {strings.Repeat("a", 51<<20)}}); w.Code != http.StatusRequestEntityTooLarge {
			t.Errorf("status %d", w.Code)
		}
	})
}

func TestEveryAnswerCarriesTheHeadersOfSafety(t *testing.T) {
	everyRoute(t, func(t *testing.T, h *house, r ui.Route) {
		by, _ := actor(r.Permission, true)
		if strings.HasSuffix(r.Path, "/live") {
			return // stays open
		}
		for _, who := range []access.Actor{{}, by} {
			h.by = who
			head := h.do(r.Method, address(r, "1"), url.Values{}).Header()
			for name, want := range map[string]string{
				"Content-Security-Policy": "default-src 'self'", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
				"Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin", "Cache-Control": "no-store",
			} {
				if !strings.Contains(head.Get(name), want) {
					t.Errorf("%s is %q", name, head.Get(name))
				}
			}
			if policy := head.Get("Content-Security-Policy"); strings.Contains(policy, "unsafe") {
				t.Error("the policy allows what is unsafe")
			}
			if head.Get("Server") != "" || head.Get("X-Powered-By") != "" {
				t.Error("the answer tells what serves it")
			}
		}
	})
}

func TestOtherMethodsAndUnknownAddresses(t *testing.T) {
	h := newHouse(t, nil)
	for _, method := range []string{"PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"} {
		if w := h.do(method, "/duties", nil); w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") == "" {
			t.Errorf("%s: status %d, Allow %q", method, w.Code, w.Header().Get("Allow"))
		}
	}
	for _, path := range []string{"/nowhere", "/.git/config", "/debug/pprof/", "/assets/../go.mod"} {
		if w := h.do("GET", path, nil); w.Code != http.StatusNotFound && w.Code/100 != 3 {
			t.Errorf("%s: status %d", path, w.Code)
		}
	}
}

func TestTheLostFindAWayBack(t *testing.T) {
	h := newHouse(t, nil)
	for path, status := range map[string]int{"/report/say": 405, "/report/file": 405, "/report/proof": 405, "/report/satisfied": 405, "/report/nowhere": 404} {
		w := h.do("GET", path, nil)
		if body := w.Body.String(); w.Code != status || !strings.Contains(body, "tel:110") || !strings.Contains(body, "快速离开") || !strings.Contains(body, `href="/report"`) {
			t.Errorf("%s: status %d, without phones or way back: %s", path, w.Code, body)
		}
	}
	if w := h.do("GET", "/logout", nil); w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") == "" || !strings.Contains(w.Body.String(), "回到首页") {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
}

func TestARouteWithoutAKnownPermissionKeepsTheProgramFromStarting(t *testing.T) {
	h := newHouse(t, nil)
	ok := func(http.ResponseWriter, *http.Request, access.Actor) error { return nil }
	for name, r := range map[string]ui.Route{
		"no permission":      {Method: "GET", Path: "/a", Handle: ok},
		"unknown permission": {Method: "GET", Path: "/a", Permission: "duty.inbx", Handle: ok},
		"no handler":         {Method: "GET", Path: "/a", Permission: "duty.inbox"},
		"strange method":     {Method: "DELETE", Path: "/a", Permission: "duty.inbox", Handle: ok},
		"no path":            {Method: "GET", Path: "a", Permission: "duty.inbox", Handle: ok},
		"address taken":      {Method: "GET", Path: "/duties", Permission: "duty.inbox", Handle: ok},
	} {
		own := h.Routes
		h.Routes = append(slices.Clone(own), r)
		if _, err := h.Server(); err == nil {
			t.Errorf("%s: started", name)
		}
		h.Routes = own
	}
}

func TestFaultsBecomePagesAndTheLogHoldsNoPersonalData(t *testing.T) {
	broken := errors.New("table is gone")
	h := newHouse(t, func(a *server.App) {
		a.Routes = append(a.Routes,
			ui.Route{Method: "GET", Path: "/panic", Permission: access.Public, Handle: func(http.ResponseWriter, *http.Request, access.Actor) error { panic("bug") }},
			ui.Route{Method: "GET", Path: "/broken/{name}", Permission: access.Public, Handle: func(http.ResponseWriter, *http.Request, access.Actor) error { return broken }},
		)
	})
	for _, path := range []string{"/panic?q=zhangsan", "/broken/zhangsan?phone=13900000000"} {
		w := h.do("GET", path, nil, "X-Forwarded-For", "203.0.113.9")
		if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "bug") || strings.Contains(w.Body.String(), "table") {
			t.Errorf("%s: status %d", path, w.Code)
		}
	}
	for _, secret := range []string{"zhangsan", "13900000000", "203.0.113.9", "192.0.2.1"} {
		if strings.Contains(h.log.String(), secret) {
			t.Errorf("the log holds %s", secret)
		}
	}
	if !strings.Contains(h.log.String(), `"route":"GET /broken/{name}"`) {
		t.Error("the log does not name the route")
	}
}

func TestMetricsAnswerTheMachineOrTheToken(t *testing.T) {
	h := newHouse(t, nil)
	ask := func(remote string, headers ...string) int {
		r := httptest.NewRequest("GET", "/metrics", nil)
		r.RemoteAddr = remote
		for i := 0; i+1 < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		w := httptest.NewRecorder()
		h.handler.ServeHTTP(w, r)
		return w.Code
	}
	for name, c := range map[string]struct {
		got, want int
	}{
		"the machine":             {ask("127.0.0.1:5"), 200},
		"another machine":         {ask("203.0.113.5:5"), 404},
		"forged address":          {ask("203.0.113.5:5", "X-Forwarded-For", "127.0.0.1"), 404},
		"through a local proxy":   {ask("127.0.0.1:5", "X-Forwarded-For", "203.0.113.5"), 404},
		"another with the token":  {ask("203.0.113.5:5", "Authorization", "Bearer token"), 200},
		"another with half of it": {ask("203.0.113.5:5", "Authorization", "Bearer tok"), 404},
	} {
		if c.got != c.want {
			t.Errorf("%s: status %d, want %d", name, c.got, c.want)
		}
	}
}

func TestOnlyATrustedProxyTellsTheClientsAddress(t *testing.T) {
	seen := ""
	h := newHouse(t, func(a *server.App) {
		a.Serve.Proxies = []string{"203.0.113.0/24"}
		a.Routes = append(a.Routes, ui.Route{Method: "GET", Path: "/who", Permission: access.Public,
			Handle: func(_ http.ResponseWriter, r *http.Request, _ access.Actor) error {
				seen = r.RemoteAddr + r.Header.Get("X-Forwarded-For")
				return nil
			}})
	})
	for name, c := range map[string]struct{ remote, claim, want string }{
		"no proxy":              {"198.51.100.1:7", "", "198.51.100.1:7"},
		"forged by a client":    {"198.51.100.1:7", "198.51.100.9", "198.51.100.1:7"},
		"through the proxy":     {"203.0.113.1:7", "198.51.100.9", "198.51.100.9:0"},
		"forged before it":      {"203.0.113.1:7", "127.0.0.1, 198.51.100.9", "198.51.100.9:0"},
		"through two proxies":   {"203.0.113.1:7", "198.51.100.9, 203.0.113.2", "198.51.100.9:0"},
		"nonsense from a proxy": {"203.0.113.1:7", "unknown", "203.0.113.1:7"},
	} {
		r := httptest.NewRequest("GET", "/who", nil)
		r.RemoteAddr = c.remote
		if c.claim != "" {
			r.Header.Set("X-Forwarded-For", c.claim)
		}
		h.handler.ServeHTTP(httptest.NewRecorder(), r)
		if seen != c.want {
			t.Errorf("%s: %s, want %s", name, seen, c.want)
		}
	}
}

func TestReadyTellsWhetherWorkMayBeSent(t *testing.T) {
	h := newHouse(t, nil)
	if w := h.do("GET", "/readyz", nil); w.Code != 200 {
		t.Errorf("status %d", w.Code)
	}
	if w := h.do("GET", "/healthz", nil); w.Code != 200 {
		t.Errorf("status %d", w.Code)
	}
	h.DB.Close()
	if w := h.do("GET", "/readyz", nil); w.Code != http.StatusServiceUnavailable {
		t.Errorf("without a database: status %d", w.Code)
	}
	if w := h.do("GET", "/healthz", nil); w.Code != 200 {
		t.Errorf("without a database: status %d", w.Code)
	}
}

func TestStopFinishesWhatItHasBegun(t *testing.T) {
	begun, goOn := make(chan bool), make(chan bool)
	h := newHouse(t, func(a *server.App) {
		a.Routes = append(a.Routes,
			ui.Route{Method: "GET", Path: "/slow", Permission: access.Public, Handle: func(w http.ResponseWriter, _ *http.Request, _ access.Actor) error {
				begun <- true
				<-goOn
				_, err := io.WriteString(w, "done")
				return err
			}},
			ui.Route{Method: "GET", Path: "/slow/live", Permission: access.Public, Handle: func(w http.ResponseWriter, r *http.Request, _ access.Actor) error {
				begun <- true
				<-r.Context().Done()
				return nil
			}})
	})
	l, err := server.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	var out bytes.Buffer
	go func() { ended <- h.Run(ctx, l, &out) }()
	got := make(chan string, 2)
	for _, path := range []string{"/slow", "/slow/live"} {
		go func() {
			res, err := http.Get("http://" + l.Addr().String() + path)
			if err != nil {
				got <- err.Error()
				return
			}
			defer res.Body.Close()
			body, err := io.ReadAll(res.Body)
			got <- fmt.Sprint(string(body), err)
		}()
		<-begun
	}
	stop()
	if first := <-got; first != "<nil>" {
		t.Errorf("the open stream ended with %s", first)
	}
	close(goOn)
	if body := <-got; body != "done<nil>" {
		t.Errorf("the answer that had begun: %s", body)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if !strings.Contains(out.String(), "http://127.0.0.1:") {
		t.Errorf("said %q", out.String())
	}
	if _, err := server.Listen(t.Context(), l.Addr().String()); err != nil {
		t.Errorf("the address is still held: %v", err)
	}
}

func TestListenSaysWhyItCannot(t *testing.T) {
	l, err := server.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err := server.Listen(t.Context(), l.Addr().String()); !errs.Is(err, errs.Conflict) {
		t.Errorf("taken: %v", err)
	}
	if _, err := server.Listen(t.Context(), "203.0.113.7:80"); !errs.Is(err, errs.Invalid) {
		t.Errorf("foreign: %v", err)
	}
}
