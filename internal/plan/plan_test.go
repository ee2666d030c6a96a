package plan_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/org"
	"weibao/internal/plan"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/rule"
	"weibao/internal/testkit"
	"weibao/rules"
)

const county = "990101000000"

// house is a demo county with its units, the kernel and the plan desk.
type house struct {
	t        *testing.T
	d        *db.DB
	c        *clock.Manual
	k        *duty.Kernel
	desk     *plan.Desk
	book     *rule.Book
	officer  access.Actor
	register *plan.Register
}

func inHouse(t *testing.T, test func(h *house)) {
	t.Helper()
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) { test(newHouse(t, d, c)) })
}

func newHouse(t *testing.T, d *db.DB, c *clock.Manual) *house {
	t.Helper()
	book, err := rule.Load(rules.FS, "demo")
	must(t, err)
	cal := testkit.Calendar(t)
	h := &house{t: t, d: d, c: c, book: book}
	h.k = &duty.Kernel{
		Ladder: func(string) rule.Ladder {
			l, _ := book.Ladder(rule.DefaultLadder, civil.DateOf(testkit.Noon))
			return l
		},
		Calendar: func(context.Context, *db.Tx) (*civil.Calendar, error) { return cal, nil },
		Superior: org.SuperiorID, Office: org.OfficeID,
		Limits: func() duty.Limits { return duty.Limits{Decide: 2, Soon: 5, Critical: 10, Superior: 3} },
	}
	books := func(string) *rule.Book { return book }
	h.desk = &plan.Desk{Duties: h.k, Rules: books, Units: plan.Directory(books)}
	h.do(func(ctx context.Context, tx *db.Tx) error {
		if _, err := region.LoadSeed(ctx, tx, access.Program, county); err != nil {
			return err
		}
		_, err := org.LoadCounty(ctx, tx, access.Program, book)
		return err
	})
	h.officer = access.Actor{User: 100, Name: "甲", Post: access.Post{ID: 1, Region: county, Role: access.Officer}}
	h.reload()
	h.officer.Post.Unit = h.unit("县未保办")
	return h
}

func (h *house) reload() {
	r, err := h.desk.Units(h.t.Context(), h.d.Reader(), h.officer, county)
	must(h.t, err)
	h.register = r
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (h *house) do(fn func(ctx context.Context, tx *db.Tx) error) {
	h.t.Helper()
	must(h.t, h.try(fn))
}

func (h *house) try(fn func(ctx context.Context, tx *db.Tx) error) error {
	return h.d.Write(h.t.Context(), func(tx *db.Tx) error { return fn(h.t.Context(), tx) })
}

// refused runs an operation that must fail with a kind.
func (h *house) refused(kind errs.Kind, fn func(ctx context.Context, tx *db.Tx) error) {
	h.t.Helper()
	if err := h.try(fn); !errs.Is(err, kind) {
		h.t.Fatalf("want %s, got %v", kind, err)
	}
}

func (h *house) unit(name string) ref.Unit {
	h.t.Helper()
	id := h.register.Resolve(name).Unit
	if id == 0 {
		h.t.Fatalf("no unit %s", name)
	}
	return id
}

// liaison is the 联络员 of a unit.
func (h *house) liaison(name string) access.Actor {
	h.t.Helper()
	u := h.unit(name)
	return access.Actor{User: ref.User(u), Name: "乙", Post: access.Post{ID: 2, Unit: u, UnitName: name, Region: county, Role: access.Liaison}}
}

func sample(t testing.TB) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", "yunling.txt"))
	must(t, err)
	return raw
}

// upload stores the sample plan as a draft.
func (h *house) upload() (id ref.Plan) {
	h.t.Helper()
	return h.uploadText(sample(h.t))
}

func (h *house) uploadText(raw []byte) (id ref.Plan) {
	h.t.Helper()
	c, err := plan.Compile("方案.txt", raw)
	must(h.t, err)
	h.do(func(ctx context.Context, tx *db.Tx) error {
		id, err = h.desk.Upload(ctx, tx, h.officer, c)
		return err
	})
	return id
}

func (h *house) review(id ref.Plan) plan.Review {
	h.t.Helper()
	r, err := h.desk.OpenReview(h.t.Context(), h.d.Reader(), h.officer, id)
	must(h.t, err)
	return r
}

// answer decides every open question of the sample plan.
func (h *house) answer(id ref.Plan) {
	h.t.Helper()
	h.do(func(ctx context.Context, tx *db.Tx) error {
		if err := h.desk.Name(ctx, tx, h.officer, id, "县水务局", h.unit("县应急局")); err != nil {
			return err
		}
		return h.desk.Stand(ctx, tx, h.officer, id)
	})
	for _, q := range h.review(id).Questions {
		task := h.task(id, q.Task)
		in := plan.Input{Version: task.Version, Title: task.Title, Standing: task.Standing}
		for _, f := range task.Facts {
			if f.ID == q.Fact && q.Topic == plan.AskTime {
				f.Norm = "every=term,min=1"
			}
			if f.ID == q.Fact && q.Topic == plan.AskDue {
				f.Norm = "date=2026-06-30"
			}
			in.Facts = append(in.Facts, f)
		}
		h.do(func(ctx context.Context, tx *db.Tx) error { return h.desk.Update(ctx, tx, h.officer, id, q.Task, in) })
	}
	if left := h.review(id).Questions; len(left) > 0 {
		h.t.Fatalf("questions left: %+v", left)
	}
}

func (h *house) task(id ref.Plan, task ref.Task) plan.Task {
	h.t.Helper()
	for _, t := range h.review(id).Tasks {
		if t.ID == task {
			return t
		}
	}
	h.t.Fatalf("no task %d", task)
	return plan.Task{}
}

func (h *house) preview(id ref.Plan) plan.Preview {
	h.t.Helper()
	p, err := h.desk.Preview(h.t.Context(), h.d.Reader(), h.officer, id, false)
	must(h.t, err)
	return p
}

// issue uploads, answers and issues the sample plan.
func (h *house) issue() ref.Plan {
	h.t.Helper()
	id := h.upload()
	h.answer(id)
	h.issueDraft(id)
	return id
}

func (h *house) issueDraft(id ref.Plan) plan.Result {
	h.t.Helper()
	version := h.preview(id).Plan.Version
	var out plan.Result
	h.do(func(ctx context.Context, tx *db.Tx) (err error) {
		out, err = h.desk.Issue(ctx, tx, h.officer, id, plan.Order{Version: version, Late: true})
		return err
	})
	h.sweep()
	return out
}

func (h *house) sweep() {
	h.t.Helper()
	_, err := h.k.Sweep(h.t.Context(), h.d)
	must(h.t, err)
}

// open gives the open duties of a unit about a plan.
func (h *house) open(by access.Actor) []duty.Duty {
	h.t.Helper()
	list, err := h.k.List(h.t.Context(), h.d.Reader(), by, duty.Filter{Mine: true, Limit: 500})
	must(h.t, err)
	return list
}

func (h *house) findDuty(by access.Actor, kind, title string) duty.Duty {
	h.t.Helper()
	for _, d := range h.open(by) {
		if d.Kind == kind && d.Title == title {
			return d
		}
	}
	h.t.Fatalf("%s has no open duty %s %q", by.Post.UnitName, kind, title)
	return duty.Duty{}
}

func day(s string) civil.Date { return civil.MustParse(s) }

func at(s string) time.Time { return day(s).Start().Add(10 * time.Hour) }
