package auth_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"weibao/internal/access"
	"weibao/internal/auth"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/testkit"
)

func fileHolds(t *testing.T, path, text string) bool {
	t.Helper()
	for _, p := range []string{path, path + "-wal"} {
		b, err := os.ReadFile(p)
		must(t, err)
		if bytes.Contains(b, []byte(text)) {
			return true
		}
	}
	return false
}

func TestSessionsEndByIdlenessAndAge(t *testing.T) {
	houses(t, func(t *testing.T, h *house) {
		h.post(h.user("desk"), access.Officer)
		h.post(h.user("hotline"), access.Operator)
		for login, idle := range map[string]time.Duration{"desk": 15 * time.Minute, "hotline": 30 * time.Minute} {
			token := h.login(login)
			h.clock.Advance(idle - time.Millisecond)
			if !h.alive(token) {
				t.Errorf("%s: ended before %v of rest", login, idle)
			}
			h.clock.Advance(idle)
			if h.alive(token) {
				t.Errorf("%s: lives after %v of rest", login, idle)
			}
			h.clock.Advance(-idle)
		}
		token := h.login("desk")
		for at := time.Duration(0); at < 12*time.Hour; at += 10 * time.Minute {
			if !h.alive(token) {
				t.Fatalf("busy session ended after %v", at)
			}
			h.clock.Advance(10 * time.Minute)
		}
		if h.alive(token) {
			t.Error("a busy session outlives 12 hours")
		}
	})
}

func TestAClockSetBackDoesNotLengthenSessions(t *testing.T) {
	houses(t, func(t *testing.T, h *house) {
		h.user("lihua")
		token := h.login("lihua")
		h.clock.Advance(-5 * time.Minute)
		if !h.alive(token) {
			t.Error("a small step ends sessions")
		}
		h.clock.Advance(-3 * time.Hour)
		if h.alive(token) {
			t.Error("a session from the future lives")
		}
	})
}

func TestAnUnfinishedLoginEndsSoon(t *testing.T) {
	houses(t, func(t *testing.T, h *house) {
		h.Profile.SecondFactor = "all"
		h.user("lihua")
		token, _, err := h.try("lihua", password, "203.0.113.5")
		must(t, err)
		h.clock.Advance(15 * time.Minute)
		if h.alive(token) {
			t.Error("lives after a quarter of an hour")
		}
	})
}

func TestTheThirdSessionEndsTheFirst(t *testing.T) {
	houses(t, func(t *testing.T, h *house) {
		h.user("lihua")
		var tokens []string
		for range 3 {
			tokens = append(tokens, h.login("lihua"))
			h.clock.Advance(time.Second)
		}
		if h.alive(tokens[0]) || !h.alive(tokens[1]) || !h.alive(tokens[2]) {
			t.Errorf("%v %v %v", h.alive(tokens[0]), h.alive(tokens[1]), h.alive(tokens[2]))
		}
		results := make(chan error, 8)
		for i := range 8 {
			go func() {
				_, _, err := h.try("lihua", password, fmt.Sprintf("203.0.%d.5", i))
				results <- err
			}()
		}
		for range 8 {
			must(t, <-results)
		}
		n, err := db.Get[int64](t.Context(), h.d.Reader(), "SELECT count(*) FROM auth_session WHERE stage = 'full'")
		must(t, err)
		if n != 2 {
			t.Errorf("%d sessions after eight logins at once", n)
		}
	})
}

func TestLogoutAndAccountChangesEndSessions(t *testing.T) {
	houses(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		id := h.user("lihua")
		token := h.login("lihua")
		must(t, h.Logout(ctx, token))
		must(t, h.Logout(ctx, token))
		if h.alive(token) {
			t.Error("lives after logout")
		}
		c, err := h.OneTime(ctx)
		must(t, err)
		for _, end := range []func(tx *db.Tx) error{
			func(tx *db.Tx) error { return h.Disable(ctx, tx, system, id) },
			func(tx *db.Tx) error { return h.ResetFactor(ctx, tx, security, id) },
			func(tx *db.Tx) error { return h.ResetPassword(ctx, tx, system, id, c) },
		} {
			h.write(func(tx *db.Tx) error { return h.Enable(ctx, tx, system, id) })
			token := h.login("lihua")
			h.write(end)
			if h.alive(token) {
				t.Error("a session outlives disabling or a reset")
			}
		}
	})
}

func TestChangingThePasswordEndsOtherSessions(t *testing.T) {
	houses(t, func(t *testing.T, h *house) {
		h.user("lihua")
		thief, own := h.login("lihua"), h.login("lihua")
		next, _, err := h.ChangePassword(t.Context(), own, auth.Change{Old: password, New: "Maple.river8", Again: "Maple.river8"})
		must(t, err)
		if h.alive(thief) || h.alive(own) || !h.alive(next) {
			t.Errorf("other %v, former own %v, new %v", h.alive(thief), h.alive(own), h.alive(next))
		}
	})
}

func TestAPostTakenAwayIsGoneWithTheNextRequest(t *testing.T) {
	houses(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		id := h.user("lihua")
		first, second := h.post(id, access.Liaison), h.post(id, access.Officer)
		token := h.login("lihua")
		must(t, h.Switch(ctx, token, second))
		_, a, err := h.Resume(ctx, token)
		must(t, err)
		if a.Post.ID != second || len(a.Posts) != 2 || a.Post.Region != county || !a.Can("plan.issue") {
			t.Fatalf("%+v", a)
		}
		h.write(func(tx *db.Tx) error { return h.EndPost(ctx, tx, security, second, "调离") })
		_, a, err = h.Resume(ctx, token)
		must(t, err)
		if a.Post.ID != first || a.Can("plan.issue") {
			t.Errorf("still %+v", a.Post)
		}
		if err := h.Switch(ctx, token, second); !errs.Is(err, errs.NotFound) {
			t.Errorf("switches to an ended post: %v", err)
		}
		h.write(func(tx *db.Tx) error { return h.EndPost(ctx, tx, security, first, "调离") })
		_, a, err = h.Resume(ctx, token)
		must(t, err)
		if a.IsZero() || len(a.Posts) != 0 || a.Can("duty.inbox") || !a.Can(access.SignedIn) {
			t.Errorf("without a post: %+v", a)
		}
	})
}

func TestTablesHoldNoToken(t *testing.T) {
	houses(t, func(t *testing.T, h *house) {
		h.user("lihua")
		token := h.login("lihua")
		digests, err := db.All[[]byte](t.Context(), h.d.Reader(), "SELECT digest FROM auth_session")
		must(t, err)
		for _, d := range digests {
			if bytes.Contains(d, []byte(token)) || h.alive(string(d)) {
				t.Error("what stands in the table opens the session")
			}
		}
	})
}

func TestCookies(t *testing.T) {
	houses(t, func(t *testing.T, h *house) {
		id := h.user("lihua")
		for _, secure := range []bool{false, true} {
			h.Secure = secure
			w := httptest.NewRecorder()
			h.SetCookie(w, h.login("lihua"))
			c := w.Result().Cookies()[0]
			if want := map[bool]string{false: "weibao", true: "__Host-weibao"}[secure]; c.Name != want || c.Secure != secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" || c.SameSite != http.SameSiteLaxMode {
				t.Errorf("%+v", c)
			}
			r := httptest.NewRequest("GET", "/", nil)
			r.AddCookie(c)
			r, v, err := h.Attach(r)
			must(t, err)
			if v.Actor.User != id || auth.VisitOf(r.Context()).Actor.User != id {
				t.Errorf("%+v", v)
			}
		}
		for name, value := range map[string]string{"none": "", "made up": "abcdef"} {
			r := httptest.NewRequest("GET", "/", nil)
			r.AddCookie(&http.Cookie{Name: "__Host-weibao", Value: value})
			if _, v, err := h.Attach(r); err != nil || !v.Actor.IsZero() {
				t.Errorf("%s: %+v %v", name, v, err)
			}
		}
	})
}

// What every request pays to know who is behind it.
func BenchmarkResume(b *testing.B) {
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		b.Run(string(dialect), func(b *testing.B) {
			c := clock.At(testkit.Noon)
			h := newHouse(b, testkit.Open(b, dialect, c), c)
			h.post(h.user("lihua"), access.Officer)
			token := h.login("lihua")
			for b.Loop() {
				if _, a, err := h.Resume(b.Context(), token); err != nil || a.IsZero() {
					b.Fatal(err)
				}
			}
		})
	}
}
