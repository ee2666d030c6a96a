// Package flowtest gives tests of use cases and screens a demo county with
// people, posts and duties on a real database.
//
// It owns nothing and is imported by tests alone. The county is the shipped
// pack of the demo with its divisions; the login is made cheap.
package flowtest

import (
	"context"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/auth"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/flow"
	"weibao/internal/job"
	"weibao/internal/org"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/rule"
	"weibao/internal/testkit"
	"weibao/internal/ui"
	"weibao/internal/ui/uitest"
	"weibao/internal/vault"
	"weibao/internal/workday"
	"weibao/rules"
)

// County is the demo county.
const County = "990101000000"

// Actor is somebody in a role for a region.
func Actor(role access.Role, code string) access.Actor {
	return access.Actor{User: 700, Name: "周岚", Post: access.Post{ID: 1, Unit: 5, UnitName: "县未保办", Region: code, RegionName: "云岭县", Role: role}}
}

// The actors of most tests: an officer of the county, the system
// administrator, and an officer of another county.
var (
	Clerk  = Actor(access.Officer, County)
	Admin  = Actor(access.SystemAdmin, "")
	FarOff = Actor(access.Officer, "990102000000")
)

// House is the demo county with people and duties.
type House struct {
	*flow.Flow
	T *testing.T
	D *db.DB
	C *clock.Manual
}

// Houses runs a test on both databases, each time in a fresh county.
func Houses(t *testing.T, test func(h *House)) {
	t.Helper()
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) { test(newHouse(t, d, c)) })
}

func newHouse(t *testing.T, d *db.DB, c *clock.Manual) *House {
	t.Helper()
	book, err := rule.Load(rules.FS, "demo")
	Must(t, err)
	v, err := vault.Open(t.Context(), d, filepath.Join(t.TempDir(), "keys.json"), vault.SM)
	Must(t, err)
	profile, err := auth.ProfileOf("dengbao")
	Must(t, err)
	profile.SecondFactor, profile.Work = "none", auth.Work{MemoryKiB: 64, Passes: 1, Lanes: 1}
	kernel := &duty.Kernel{Ladder: func(string) rule.Ladder { return rule.Ladder{} }, Calendar: workday.Calendar, Superior: org.SuperiorID, Office: org.OfficeID,
		Limits: func() duty.Limits { return duty.Limits{Decide: 2, Soon: 3, Critical: 5, Superior: 3} }}
	h := &House{&flow.Flow{Guard: &auth.Guard{DB: d, Vault: v, Profile: profile}, Kernel: kernel}, t, d, c}
	h.Write(func(ctx context.Context, tx *db.Tx) error {
		_, err := region.LoadSeed(ctx, tx, access.Program, County)
		if err == nil {
			_, err = org.LoadCounty(ctx, tx, access.Program, book)
		}
		if err == nil {
			_, err = workday.Seed(ctx, tx, access.Program, book.Notices())
		}
		return err
	})
	return h
}

// Must ends a test that cannot go on.
func Must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Write runs a transaction that must succeed.
func (h *House) Write(fn func(ctx context.Context, tx *db.Tx) error) {
	h.T.Helper()
	Must(h.T, h.Try(fn))
}

// Try runs a transaction.
func (h *House) Try(fn func(ctx context.Context, tx *db.Tx) error) error {
	return h.D.Write(h.T.Context(), func(tx *db.Tx) error { return fn(h.T.Context(), tx) })
}

// Unit gives the unit which lists call by a name.
func (h *House) Unit(name string) org.Unit {
	h.T.Helper()
	found, err := org.Search(h.T.Context(), h.D.Reader(), Clerk, name)
	Must(h.T, err)
	for _, u := range found {
		if u.Call() == name {
			return u
		}
	}
	h.T.Fatalf("no unit %s", name)
	return org.Unit{}
}

// User opens an account.
func (h *House) User(login, name string) (id ref.User) {
	h.T.Helper()
	c, err := h.Guard.Fixed(h.T.Context(), "Maple.river7")
	Must(h.T, err)
	h.Write(func(ctx context.Context, tx *db.Tx) error {
		id, err = h.Guard.CreateUser(ctx, tx, access.Program, auth.NewUser{Login: login, Name: name, Password: c})
		return err
	})
	return id
}

// Post gives somebody a post in force.
func (h *House) Post(holder ref.User, u org.Unit, role access.Role) (id ref.Post) {
	h.T.Helper()
	h.Write(func(ctx context.Context, tx *db.Tx) (err error) {
		id, err = h.Guard.Install(ctx, tx, auth.PostRequest{Holder: holder, Unit: u.ID, Region: u.Region, Role: role, Starts: civil.MustParse("2026-01-01")})
		return err
	})
	return id
}

// Open opens duties of a unit that name a person, due some days from now.
func (h *House) Open(u org.Unit, person ref.User, days ...int) (ids []ref.Duty) {
	h.T.Helper()
	h.Write(func(ctx context.Context, tx *db.Tx) (err error) {
		var list []duty.New
		for _, n := range days {
			list = append(list, duty.New{Kind: "plan.task", Subject: "plan_task", SubjectID: 1, Title: "排查", Unit: u.ID, Person: person, Region: u.Region, Rule: "方案",
				Deadline: duty.On(civil.DateOf(h.C.Now()).AddDays(n))})
		}
		ids, err = h.Kernel.Open(ctx, tx, access.Program, list...)
		return err
	})
	return ids
}

// Duty gives a duty as the officer sees it.
func (h *House) Duty(id ref.Duty) duty.Duty {
	h.T.Helper()
	d, err := h.Kernel.Get(h.T.Context(), h.D.Reader(), Clerk, id)
	Must(h.T, err)
	return d
}

// Posts lists the posts of a person.
func (h *House) Posts(id ref.User) []auth.Post {
	h.T.Helper()
	list, err := h.Guard.PostsOf(h.T.Context(), h.D.Reader(), id)
	Must(h.T, err)
	return list
}

// Work runs the jobs that wait until none is left.
func (h *House) Work() {
	h.T.Helper()
	ctx, stop := context.WithCancel(h.T.Context())
	done := make(chan error, 1)
	go func() {
		done <- (&job.Runner{DB: h.D, Kinds: h.Kinds(), Log: slog.New(slog.DiscardHandler), Workers: 1, Poll: 10 * time.Millisecond}).Run(ctx, time.Minute)
	}()
	for open := true; open; {
		counts, err := job.Counts(ctx, h.D.Reader())
		Must(h.T, err)
		open = false
		for _, c := range counts {
			if c.State == job.Failed {
				h.T.Fatal("a job failed")
			}
			open = open || c.N > 0 && (c.State == job.Waiting || c.State == job.Running)
		}
	}
	stop()
	Must(h.T, <-done)
}

// Journalled lists the subjects of the journal under an action.
func (h *House) Journalled(action access.Permission) (subjects []string) {
	h.T.Helper()
	list, err := audit.List(h.T.Context(), h.D.Reader(), Actor(access.AuditAdmin, ""), audit.Filter{Action: action, Limit: 500})
	Must(h.T, err)
	for _, e := range list {
		subjects = append(subjects, e.Subject)
	}
	return subjects
}

// Desk serves the routes of a page package to one actor after the other.
type Desk struct {
	*House
	By  access.Actor
	ui  *ui.Renderer
	mux *http.ServeMux
}

// NewDesk makes the routes of a page package answer to by.
func NewDesk(h *House, r *ui.Renderer, by access.Actor, routes []ui.Route) *Desk {
	x := &Desk{House: h, By: by, ui: r, mux: http.NewServeMux()}
	for _, route := range routes {
		x.mux.HandleFunc(route.Method+" "+route.Path, func(w http.ResponseWriter, r *http.Request) {
			if err := x.By.Require(route.Permission); err != nil {
				x.ui.Error(w, r, x.By, err)
			} else if err := route.Handle(w, r, x.By); err != nil {
				x.ui.Error(w, r, x.By, err)
			}
		})
	}
	return x
}

// Get fetches a page, which must have a status and keep the rules of the house.
func (x *Desk) Get(path string, status int) string {
	x.T.Helper()
	w := httptest.NewRecorder()
	x.mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	if w.Code != status {
		x.T.Fatalf("GET %s: %d, want %d: %s", path, w.Code, status, w.Body)
	}
	uitest.Page(x.T, w.Body.Bytes())
	return w.Body.String()
}

// Post sends a form and gives where it leads, or the page that answers.
func (x *Desk) Post(path string, status int, form url.Values) (location, page string) {
	x.T.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return x.send(r, status)
}

// Upload sends a file with a form.
func (x *Desk) Upload(path string, status int, file string, form url.Values) (location, page string) {
	x.T.Helper()
	var b strings.Builder
	m := multipart.NewWriter(&b)
	for name, values := range form {
		Must(x.T, m.WriteField(name, values[0]))
	}
	part, err := m.CreateFormFile("file", "test.csv")
	Must(x.T, err)
	_, err = part.Write([]byte(file))
	Must(x.T, err)
	Must(x.T, m.Close())
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(b.String()))
	r.Header.Set("Content-Type", m.FormDataContentType())
	return x.send(r, status)
}

func (x *Desk) send(r *http.Request, status int) (location, page string) {
	x.T.Helper()
	w := httptest.NewRecorder()
	x.mux.ServeHTTP(w, r)
	if w.Code != status {
		x.T.Fatalf("POST %s: %d, want %d: %s", r.URL.Path, w.Code, status, w.Body)
	}
	if w.Code != http.StatusSeeOther {
		uitest.Page(x.T, w.Body.Bytes())
	}
	return w.Header().Get("Location"), w.Body.String()
}

// Has fails for each text that a page lacks.
func Has(t testing.TB, page string, words ...string) {
	t.Helper()
	for _, word := range words {
		if !strings.Contains(page, word) {
			t.Errorf("the page lacks %q", word)
		}
	}
}

// Lacks fails for each text that a page shows.
func Lacks(t testing.TB, page string, words ...string) {
	t.Helper()
	for _, word := range words {
		if strings.Contains(page, word) {
			t.Errorf("the page shows %q", word)
		}
	}
}
