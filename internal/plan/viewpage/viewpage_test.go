package viewpage_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/file"
	"weibao/internal/org"
	"weibao/internal/plan"
	"weibao/internal/plan/ledger"
	"weibao/internal/plan/viewpage"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/rule"
	"weibao/internal/testkit"
	"weibao/internal/ui/uitest"
	"weibao/internal/vault"
)

const county = "990101000000"

// house is a demo county with an issued plan that is half carried out.
type house struct {
	uitest.Desk
	t       *testing.T
	d       *db.DB
	c       *clock.Manual
	k       *duty.Kernel
	plans   *plan.Desk
	ledger  ledger.Ledger
	units   *plan.Register
	officer access.Actor
	id      ref.Plan
}

func inHouse(t *testing.T, test func(h *house)) {
	t.Helper()
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) {
		h := newHouse(t, d, c)
		h.issue()
		test(h)
	})
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newHouse(t *testing.T, d *db.DB, c *clock.Manual) *house {
	book, cal := testkit.Book(t, "demo"), testkit.Calendar(t)
	v, err := vault.Open(t.Context(), d, filepath.Join(t.TempDir(), "keys"), vault.SM)
	must(t, err)
	h := &house{t: t, d: d, c: c}
	h.k = &duty.Kernel{
		Ladder: func(string) rule.Ladder {
			l, _ := book.Ladder(rule.DefaultLadder, civil.DateOf(testkit.Noon))
			return l
		},
		Calendar: func(context.Context, *db.Tx) (*civil.Calendar, error) { return cal, nil },
		Superior: org.SuperiorID, Office: org.OfficeID,
		Limits: func() duty.Limits { return duty.Limits{Decide: 2, Soon: 5, Critical: 10, Superior: 3} },
	}
	h.ledger = ledger.Ledger{Duties: h.k}
	books := func(string) *rule.Book { return book }
	h.plans = &plan.Desk{Duties: h.k, Files: &file.Store{Dir: t.TempDir(), Vault: v}, Rules: books, Units: plan.Directory(books)}
	h.do(func(ctx context.Context, tx *db.Tx) error {
		if _, err := region.LoadSeed(ctx, tx, access.Program, county); err != nil {
			return err
		}
		_, err := org.LoadCounty(ctx, tx, access.Program, book)
		return err
	})
	h.officer = access.Actor{User: 100, Name: "周岚", Post: access.Post{ID: 1, Region: county, RegionName: "云岭县", Role: access.Officer}}
	h.units, err = h.plans.Units(t.Context(), d.Reader(), h.officer, county)
	must(t, err)
	h.officer.Post.Unit, h.officer.Post.UnitName = h.unit("县未保办"), "县未保办"
	r := uitest.New(t)
	pages, err := viewpage.New(viewpage.Deps{DB: d, UI: r, Desk: h.plans, Units: org.Names})
	must(t, err)
	h.Desk = uitest.Desk{T: t, UI: r, Routes: pages.Routes()}
	return h
}

func (h *house) do(fn func(ctx context.Context, tx *db.Tx) error) {
	h.t.Helper()
	must(h.t, h.d.Write(h.t.Context(), func(tx *db.Tx) error { return fn(h.t.Context(), tx) }))
}

func (h *house) unit(name string) ref.Unit {
	h.t.Helper()
	id := h.units.Resolve(name).Unit
	if id == 0 {
		h.t.Fatalf("no unit %s", name)
	}
	return id
}

// liaison is the 联络员 of a unit.
func (h *house) liaison(name string) access.Actor {
	u := h.unit(name)
	return access.Actor{User: ref.User(u), Name: "李文静", Post: access.Post{ID: 2, Unit: u, UnitName: name, Region: county, Role: access.Liaison}}
}

// stranger works in another county.
func (h *house) stranger() access.Actor {
	return access.Actor{User: 900, Name: "丁", Post: access.Post{ID: 9, Unit: 999, Region: "990102000000", Role: access.Officer}}
}

// issue uploads, answers and issues the sample plan.
func (h *house) issue() {
	h.t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "testdata", "yunling.txt"))
	must(h.t, err)
	c, err := plan.Compile("方案.txt", raw)
	must(h.t, err)
	h.do(func(ctx context.Context, tx *db.Tx) (err error) {
		if h.id, err = h.plans.Upload(ctx, tx, h.officer, c); err != nil {
			return err
		}
		if err := h.plans.Name(ctx, tx, h.officer, h.id, "县水务局", h.unit("县应急局")); err != nil {
			return err
		}
		return h.plans.Stand(ctx, tx, h.officer, h.id)
	})
	h.answer()
	h.do(func(ctx context.Context, tx *db.Tx) error {
		p, err := h.plans.Get(ctx, tx, h.officer, h.id)
		if err != nil {
			return err
		}
		_, err = h.plans.Issue(ctx, tx, h.officer, h.id, plan.Order{Version: p.Version, Late: true})
		return err
	})
	h.sweep()
}

// answer decides every question that the sample leaves open.
func (h *house) answer() {
	h.t.Helper()
	r, err := h.plans.OpenReview(h.t.Context(), h.d.Reader(), h.officer, h.id)
	must(h.t, err)
	for _, q := range r.Questions {
		h.do(func(ctx context.Context, tx *db.Tx) error {
			tasks, err := h.plans.Tasks(ctx, tx, h.officer, h.id)
			if err != nil {
				return err
			}
			for _, t := range tasks {
				if t.ID != q.Task {
					continue
				}
				in := plan.Input{Version: t.Version, Title: t.Title, Standing: t.Standing, Facts: t.Facts}
				for i, f := range in.Facts {
					if f.ID == q.Fact {
						in.Facts[i].Norm = map[plan.Topic]string{plan.AskTime: "every=term,min=1", plan.AskDue: "date=2026-06-30"}[q.Topic]
					}
				}
				return h.plans.Update(ctx, tx, h.officer, h.id, q.Task, in)
			}
			return fmt.Errorf("no task %d", q.Task)
		})
	}
}

func (h *house) sweep() {
	h.t.Helper()
	_, err := h.k.Sweep(h.t.Context(), h.d)
	must(h.t, err)
}

// carry plays half a year: units sign, answer, and some are late.
func (h *house) carry() {
	h.t.Helper()
	for range 6 {
		h.c.Advance(30 * 24 * time.Hour)
		h.sweep()
		for i, name := range []string{"县教育局", "县公安局", "县民政局", "县卫健局"} {
			h.work(h.liaison(name), i)
		}
	}
}

// work answers every other open duty of a unit; the office accepts most answers.
func (h *house) work(by access.Actor, keep int) {
	h.t.Helper()
	list, err := h.k.List(h.t.Context(), h.d.Reader(), by, duty.Filter{Mine: true, Limit: 200})
	must(h.t, err)
	for i, x := range list {
		if x.Subject != plan.Subject || x.Kind == plan.KindDocument || (i+keep)%3 == 0 || x.Paused != 0 {
			continue
		}
		h.do(func(ctx context.Context, tx *db.Tx) error {
			in := plan.Report{Text: "已按要求组织开展，相关台账和影像资料齐全。", Without: "配合单位情况另行补充。", Values: map[int64]string{}}
			story, err := h.plans.Handle(ctx, tx, by, x.ID)
			if err != nil {
				return err
			}
			for _, f := range story.Targets {
				in.Values[f.ID] = "98"
			}
			reply, err := h.plans.Reply(ctx, tx, by, x.ID, in)
			if err != nil || i%4 == 0 {
				return err
			}
			return h.plans.Check(ctx, tx, h.officer, reply, i%5 != 0, "请补充佐证材料")
		})
	}
}

func (h *house) path(view string) string { return "/plan/" + ref.Format(h.id) + "/" + view }

// task finds a task of the plan by its title.
func (h *house) task(title string) plan.Task {
	h.t.Helper()
	tasks, err := h.plans.Tasks(h.t.Context(), h.d.Reader(), h.officer, h.id)
	must(h.t, err)
	for _, t := range tasks {
		if strings.Contains(t.Title, title) {
			return t
		}
	}
	h.t.Fatalf("no task %s", title)
	return plan.Task{}
}

func TestTemplatesFitTheirViews(t *testing.T) {
	inHouse(t, func(h *house) { uitest.Templates(h.t, h.UI) })
}

func TestTheOfficeSeesAPlanInEveryView(t *testing.T) {
	inHouse(t, func(h *house) {
		h.carry()
		h.Page(h.officer, "view-tasks", h.path("tasks"), "办好家长学校", "县妇联", "未办结", "已超期", "统计时间")
		h.Page(h.officer, "view-units", h.path("tasks?group=unit"), "县教育局", "任务全貌")
		h.Page(h.officer, "view-dues", h.path("tasks?group=due&state=late"), "月到期", "超期")
		h.Page(h.officer, "view-all", "/tasks", "县教育局", "云岭县2026年")
		h.Page(h.officer, "view-timeline", h.path("timeline"), "2026年", "办结", "超期", "将到")
		h.Page(h.officer, "view-network", h.path("network"), "牵头", "配合", "各单位承担情况", "县教育局")
		task := h.task("心理健康筛查")
		h.Page(h.officer, "view-task", "/tasks/"+ref.Format(task.ID), "条款原文", "每学期", "县教育局", "县卫健局", "反馈", "台账和影像资料", "调整任务")
		h.Page(h.liaison("县教育局"), "view-own", h.path("tasks"), "心理健康筛查")
	})
}

func TestAUnitSeesItsOwnDutiesAlone(t *testing.T) {
	inHouse(t, func(h *house) {
		h.carry()
		by := h.liaison("县妇联")
		for _, path := range []string{h.path("tasks?group=due"), h.path("tasks?group=unit"), "/tasks", h.path("network")} {
			body := h.Page(by, "view-unit", path, "县妇联")
			if strings.Contains(body, "县卫健局") || strings.Contains(body, "县公安局") {
				h.t.Errorf("%s shows the duties of other units", path)
			}
		}
		body := h.Page(by, "view-unit", h.path("timeline"), "办好家长学校")
		if strings.Contains(body, "法治副校长") {
			h.t.Error("the timeline shows tasks in which the unit has no part")
		}
		task := "/tasks/" + ref.Format(h.task("心理健康筛查").ID)
		if w := h.Do(by, "GET", task, nil); w.Code != http.StatusNotFound {
			h.t.Errorf("a task in which the unit has no part: status %d", w.Code)
		}
	})
}

func TestASupportUnitDoesNotReadWhatTheLeadReplied(t *testing.T) {
	inHouse(t, func(h *house) {
		h.c.Advance(30 * 24 * time.Hour)
		h.sweep()
		h.work(h.liaison("县教育局"), 1)
		task := "/tasks/" + ref.Format(h.task("心理健康筛查").ID)
		h.Page(h.officer, "view-unit", task, "台账和影像资料")
		if body := h.Page(h.liaison("县卫健局"), "view-unit", task, "条款原文"); strings.Contains(body, "台账和影像资料") {
			h.t.Error("the reply of the lead unit is shown")
		}
	})
}

func TestStrangersFindNothing(t *testing.T) {
	inHouse(t, func(h *house) {
		task := ref.Format(h.task("心理健康筛查").ID)
		for _, path := range []string{h.path("tasks"), h.path("timeline"), h.path("network"), h.path("tasks.xlsx"), h.path("tasks.docx"), "/tasks/" + task, "/plan/7/tasks", "/plan/x/timeline", "/tasks/5"} {
			if w := h.Do(h.stranger(), "GET", path, nil); w.Code != http.StatusNotFound {
				h.t.Errorf("%s: status %d", path, w.Code)
			}
		}
		if body := h.Page(h.stranger(), "view-stranger", "/tasks?unit="+ref.Format(h.unit("县教育局"))); strings.Contains(body, "心理健康") {
			h.t.Error("a stranger sees duties")
		}
		if w := h.Do(h.stranger(), "GET", "/tasks?plan="+ref.Format(h.id), nil); w.Code != http.StatusNotFound {
			h.t.Errorf("another county's plan as a condition: status %d", w.Code)
		}
		admin := access.Actor{User: 1, Name: "管理员", Post: access.Post{ID: 3, Unit: 1, Region: county, Role: access.SystemAdmin}}
		h.Refuses(admin, map[string]string{"id": ref.Format(h.id)})
	})
}
