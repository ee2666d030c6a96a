package planpage_test

import (
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/org"
	"weibao/internal/plan"
	"weibao/internal/plan/planpage"
	"weibao/internal/plan/viewpage"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/rule"
	"weibao/internal/testkit"
	"weibao/internal/ui"
	"weibao/internal/ui/uitest"
)

const county = "990101000000"

// screens is the plan desk of the demo county behind a mux.
type screens struct {
	t       *testing.T
	d       *db.DB
	desk    *plan.Desk
	r       *ui.Renderer
	mux     *http.ServeMux
	officer access.Actor
	by      access.Actor
}

func withScreens(t *testing.T, test func(s *screens)) {
	t.Helper()
	testkit.Databases(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		test(newScreens(t, d))
	})
}

func newScreens(t *testing.T, d *db.DB) *screens {
	t.Helper()
	book := testkit.Book(t, "demo")
	books := func(string) *rule.Book { return book }
	s := &screens{t: t, d: d, r: uitest.New(t), mux: http.NewServeMux()}
	s.desk = &plan.Desk{Duties: testkit.Kernel(testkit.Calendar(t), 10), Rules: books, Units: plan.Directory(books)}
	must(t, d.Write(t.Context(), func(tx *db.Tx) error {
		if _, err := region.LoadSeed(t.Context(), tx, access.Program, county); err != nil {
			return err
		}
		_, err := org.LoadCounty(t.Context(), tx, access.Program, book)
		return err
	}))
	s.officer = access.Actor{User: 100, Name: "甲", Post: access.Post{ID: 1, UnitName: "县未保办", Region: county, RegionName: "云岭县", Role: access.Officer}}
	reg, err := s.desk.Units(t.Context(), d.Reader(), s.officer, county)
	must(t, err)
	s.officer.Post.Unit = reg.Resolve("县未保办").Unit
	s.desk.Duties.Office = func(context.Context, *db.Tx, string) (ref.Unit, error) { return s.officer.Post.Unit, nil }
	s.by = s.officer
	pages, err := planpage.New(planpage.Deps{DB: d, UI: s.r, Desk: s.desk})
	must(t, err)
	views, err := viewpage.New(viewpage.Deps{DB: d, UI: s.r, Desk: s.desk, Units: org.Names})
	must(t, err)
	for _, route := range append(pages.Routes(), views.Routes()...) {
		s.mux.HandleFunc(route.Method+" "+route.Path, func(w http.ResponseWriter, r *http.Request) {
			err := s.by.Require(route.Permission)
			if err == nil {
				err = route.Handle(w, r, s.by)
			}
			if err != nil {
				s.r.Error(w, r, s.by, err)
			}
		})
	}
	return s
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (s *screens) get(path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.mux.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	return w
}

// page gets a page, checks its HTML and, with WEIBAO_GALLERY=DIR, keeps it to be looked at.
func (s *screens) page(name, path string) string {
	s.t.Helper()
	w := s.get(path)
	if w.Code != http.StatusOK {
		s.t.Fatalf("%s: %d %s", path, w.Code, w.Body)
	}
	for _, problem := range uitest.PageProblems(w.Body.String()) {
		s.t.Errorf("%s: %s", name, problem)
	}
	if dir := os.Getenv("WEIBAO_GALLERY"); dir != "" {
		must(s.t, os.WriteFile(filepath.Join(dir, "plan-"+name+".html"), w.Body.Bytes(), 0o600))
	}
	return w.Body.String()
}

func (s *screens) post(path string, form url.Values, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.mux.ServeHTTP(w, r)
	return w
}

// moved posts a form that must lead somewhere, and gives where.
func (s *screens) moved(path string, form url.Values) string {
	s.t.Helper()
	w := s.post(path, form)
	if w.Code != http.StatusSeeOther {
		s.t.Fatalf("%s: %d %s", path, w.Code, plain(w.Body.String()))
	}
	return w.Header().Get("Location")
}

var tags = regexp.MustCompile(`<[^>]*>`)

func plain(html string) string {
	return strings.Join(strings.Fields(tags.ReplaceAllString(html, " ")), " ")
}

func (s *screens) uploadFile(name string, raw []byte) *httptest.ResponseRecorder {
	s.t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	part, err := m.CreateFormFile("file", name)
	must(s.t, err)
	_, err = part.Write(raw)
	must(s.t, err)
	must(s.t, m.Close())
	r := httptest.NewRequest("POST", "/plans/upload", &body)
	r.Header.Set("Content-Type", m.FormDataContentType())
	w := httptest.NewRecorder()
	s.mux.ServeHTTP(w, r)
	return w
}

func (s *screens) sample() []byte {
	s.t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "testdata", "yunling.txt"))
	must(s.t, err)
	return raw
}

// draft uploads the sample and gives the address of its plan.
func (s *screens) draft() string {
	s.t.Helper()
	w := s.uploadFile("云岭县方案.txt", s.sample())
	if w.Code != http.StatusSeeOther {
		s.t.Fatalf("upload: %d %s", w.Code, plain(w.Body.String()))
	}
	return strings.TrimSuffix(w.Header().Get("Location"), "/review")
}

func (s *screens) id(base string) ref.Plan {
	s.t.Helper()
	id, err := ref.Parse[ref.Plan](strings.TrimPrefix(base, "/plan/"))
	must(s.t, err)
	return id
}

func (s *screens) review(base string) plan.Review {
	s.t.Helper()
	r, err := s.desk.OpenReview(s.t.Context(), s.d.Reader(), s.officer, s.id(base))
	must(s.t, err)
	return r
}

// settle answers all questions of the sample by the buttons that the screen offers.
func (s *screens) settle(base string) {
	s.t.Helper()
	reg := s.review(base).Register
	s.moved(base+"/review/name", url.Values{"name": {"县水务局"}, "unit": {ref.Format(reg.Resolve("县应急局").Unit)}})
	s.moved(base+"/review/stand", nil)
	for _, q := range s.review(base).Questions {
		switch task := base + "/review/" + ref.Format(q.Task); q.Topic {
		case plan.AskDue:
			s.moved(task+"/fact", url.Values{"fact": {fmt.Sprint(q.Fact)}, "norm": {plan.WithReview}})
		default:
			form := url.Values{"title": {"开展控辍保学"}, "time-way-" + fmt.Sprint(q.Fact): {"term"}, "time-n-" + fmt.Sprint(q.Fact): {"1"}}
			for _, t := range s.review(base).Tasks {
				for _, f := range t.Owners() {
					if t.ID == q.Task {
						form.Set("role-"+fmt.Sprint(f.ID), string(f.Kind))
					}
				}
			}
			s.moved(task+"/edit", form)
		}
	}
	s.moved(base+"/review/accept", nil)
}

// issue issues the sample and lets its first rounds open.
func (s *screens) issue() string {
	s.t.Helper()
	base := s.draft()
	s.settle(base)
	s.moved(base+"/issue", url.Values{"version": {fmt.Sprint(s.review(base).Plan.Version)}, "quiet": {"0"}})
	_, err := s.desk.Duties.Sweep(s.t.Context(), s.d)
	must(s.t, err)
	return base
}

func TestTemplatesFitTheirViews(t *testing.T) {
	s := newScreens(t, testkit.Open(t, db.SQLite, clock.At(testkit.Noon)))
	uitest.Templates(t, s.r)
}

func TestFromUploadToIssueByFormsAlone(t *testing.T) {
	withScreens(t, func(s *screens) {
		s.page("empty", "/plans")
		s.page("upload", "/plans/upload")
		base := s.draft()
		html := s.page("review", base+"/review")
		for _, want := range []string{"待确认", `class="m-time"`, `class="m-ask"`, "县水务局", "系统建议值"} {
			if !strings.Contains(html, want) {
				t.Errorf("review lacks %s", want)
			}
		}
		task := ref.Format(s.review(base).Tasks[3].ID)
		s.page("edit", base+"/review?edit="+task)
		s.page("split", base+"/review/"+ref.Format(s.review(base).Tasks[14].ID)+"/split")
		s.page("name", base+"/review/name?name="+url.QueryEscape("县水务局"))
		s.page("questions", base+"/review?show=questions")
		s.page("discard", base+"/discard")
		if blocked := s.page("issue-blocked", base+"/issue"); !strings.Contains(blocked, "不能下发") || strings.Contains(blocked, "确认下发</button>") {
			t.Error("a plan with questions can be issued")
		}
		s.settle(base)
		s.page("issue", base+"/issue")
		s.moved(base+"/issue", url.Values{"version": {fmt.Sprint(s.review(base).Plan.Version)}, "quiet": {"0"}})
		if w := s.get(base + "/review"); w.Code != http.StatusConflict {
			t.Errorf("review of an issued plan: %d", w.Code)
		}
		if w := s.get(base + "/issue"); w.Code != http.StatusSeeOther || w.Header().Get("Location") != base {
			t.Errorf("issued twice: %d", w.Code)
		}
	})
}

func TestEveryScreenOfAnIssuedPlan(t *testing.T) {
	withScreens(t, func(s *screens) {
		base := s.issue()
		id := strings.TrimPrefix(base, "/plan/")
		for name, path := range map[string]string{"plans": "/plans", "show": base, "tasks": base + "/tasks", "timeline": base + "/timeline", "network": base + "/network",
			"ledger": "/tasks?plan=" + id, "ledger-unit": "/tasks?group=unit", "ledger-none": "/tasks?state=waived", "add": base + "/add", "close": base + "/close"} {
			s.page(name, path)
		}
		tasks, err := s.desk.Tasks(t.Context(), s.d.Reader(), s.officer, s.id(base))
		must(t, err)
		s.page("task", "/tasks/"+ref.Format(tasks[0].ID))
		s.page("amend", "/tasks/"+ref.Format(tasks[0].ID)+"/amend")
		s.page("withdraw", "/tasks/"+ref.Format(tasks[0].ID)+"/withdraw")
		for path, magic := range map[string]string{base + "/tasks.xlsx": "PK", base + "/tasks.docx": "PK"} {
			if w := s.get(path); w.Code != http.StatusOK || !strings.HasPrefix(w.Body.String(), magic) || w.Body.Len() < 4000 {
				t.Errorf("%s: %d, %d bytes", path, w.Code, w.Body.Len())
			}
		}
	})
}

func TestHtmxGetsThePartsOnly(t *testing.T) {
	withScreens(t, func(s *screens) {
		base := s.draft()
		task := s.review(base).Tasks[0]
		w := s.post(base+"/review/"+ref.Format(task.ID)+"/accept", nil, "HX-Request", "true", "HX-Target", "review-list")
		html := w.Body.String()
		if w.Code != http.StatusOK || strings.Contains(html, "<html") || !strings.Contains(html, `id="review-list"`) || !strings.Contains(html, `id="review-bar" hx-swap-oob`) {
			t.Errorf("%d %.300s", w.Code, html)
		}
		if zipped := s.post(base+"/review/undo", nil, "HX-Request", "true", "HX-Target", "review-list", "Accept-Encoding", "gzip"); zipped.Body.Len() > 30<<10 {
			t.Errorf("an update weighs %d bytes", zipped.Body.Len())
		}
		w = s.post(base+"/review/"+ref.Format(task.ID)+"/delete", url.Values{"version": {"999"}}, "HX-Request", "true", "HX-Target", "review-list")
		if w.Code != http.StatusConflict || w.Header().Get("HX-Retarget") != "#notice" {
			t.Errorf("stale version: %d %v", w.Code, w.Header())
		}
	})
}

func TestBadUploadsKeepTheFormAndSayWhatToDo(t *testing.T) {
	withScreens(t, func(s *screens) {
		for name, raw := range map[string][]byte{"空.txt": {}, "信.txt": []byte("今天天气很好。"), "坏.docx": []byte("PK\x03\x04"), "图.txt": {0, 1, 2, 3, 4, 0, 9}} {
			w := s.uploadFile(name, raw)
			if html := w.Body.String(); w.Code != http.StatusUnprocessableEntity || !strings.Contains(html, "请") {
				t.Errorf("%s: %d %s", name, w.Code, plain(html))
			}
		}
		if n := len(s.plans()); n != 0 {
			t.Errorf("%d plans stored", n)
		}
		s.draft()
		if w := s.uploadFile("改名.txt", s.sample()); w.Code != http.StatusConflict || !strings.Contains(w.Body.String(), "继续审核已有的草稿") {
			t.Errorf("same file: %d", w.Code)
		}
	})
}

func (s *screens) plans() []plan.Plan {
	s.t.Helper()
	list, err := s.desk.List(s.t.Context(), s.d.Reader(), s.officer, 0, 100)
	must(s.t, err)
	return list
}

// TestEveryFigureEqualsItsList walks the list behind each figure to its end.
func TestEveryFigureEqualsItsList(t *testing.T) {
	withScreens(t, func(s *screens) {
		base := s.issue()
		html := s.page("show", base)
		figure := regexp.MustCompile(`<a href="(/plan/[^"]*)"><span class="figure-label">([^<]*)</span><span class="figure-value">([^<]*)<small>`)
		found := figure.FindAllStringSubmatch(html, -1)
		if len(found) < 5 {
			s.t.Fatalf("%d figures", len(found))
		}
		total := 0
		for _, f := range found {
			n := s.listed(strings.ReplaceAll(f[1], "&amp;", "&"))
			if total += n; fmt.Sprint(n) != f[3] {
				s.t.Errorf("%s is %s, its list has %d", f[2], f[3], n)
			}
		}
		if total == 0 {
			s.t.Error("nothing was counted")
		}
	})
}

var (
	row  = regexp.MustCompile(`<a href="/plans/duties/\d+"`)
	next = regexp.MustCompile(`rel="next" href="([^"]*)"`)
)

// listed counts the duties of a list over all its pages.
func (s *screens) listed(path string) (n int) {
	s.t.Helper()
	for {
		html := s.get(path).Body.String()
		n += len(row.FindAllString(html, -1))
		more := next.FindStringSubmatch(html)
		if more == nil {
			return n
		}
		path = strings.ReplaceAll(more[1], "&amp;", "&")
	}
}

func TestAUnitSeesItsTasksAlone(t *testing.T) {
	withScreens(t, func(s *screens) {
		base := s.issue()
		reg := s.review2()
		unit := reg.Resolve("县妇联").Unit
		s.by = access.Actor{User: 7, Name: "乙", Post: access.Post{ID: 9, Unit: unit, UnitName: "县妇联", Region: county, RegionName: "云岭县", Role: access.Liaison}}
		html := s.page("unit-tasks", base+"/tasks")
		if !strings.Contains(html, "办好家长学校") || strings.Contains(html, "整治校园周边环境") {
			t.Error("a unit sees other units' tasks or not its own")
		}
		for _, path := range []string{base + "/review", base + "/issue", base + "/add"} {
			if w := s.get(path); w.Code != http.StatusNotFound {
				t.Errorf("%s: %d", path, w.Code)
			}
		}
		s.by.Post.Unit, s.by.Post.Region = 999, "990102000000"
		if w := s.get(base); w.Code != http.StatusNotFound {
			t.Errorf("another county: %d", w.Code)
		}
	})
}

func (s *screens) review2() *plan.Register {
	s.t.Helper()
	reg, err := s.desk.Units(s.t.Context(), s.d.Reader(), s.officer, county)
	must(s.t, err)
	return reg
}

func TestATaskTakesAnyNumberOfOwnersAndItsTargetsAreRestatedInPlace(t *testing.T) {
	withScreens(t, func(s *screens) {
		w := s.uploadFile("方案.txt", s.sample())
		base := strings.TrimSuffix(w.Header().Get("Location"), "/review")
		var task plan.Task
		for _, x := range s.review(base).Tasks {
			if len(x.Of(plan.Target)) > 0 {
				task = x
			}
		}
		target := task.Of(plan.Target)[0]
		k := fmt.Sprint(target.ID)
		form := url.Values{"title": {task.Title}, "version": {fmt.Sprint(task.Version)}, "target-text-" + k: {"培训覆盖率"}, "target-way-" + k: {">="}, "target-value-" + k: {"96.5"}, "target-unit-" + k: {"%"}}
		names := []string{"县教育局", "县公安局", "县财政局", "县妇联", "县残联"}
		for i, name := range names[:4] {
			form.Set(fmt.Sprint("unit-", i), ref.Format(s.review2().Resolve(name).Unit))
			form.Set(fmt.Sprint("unit-role-", i), map[bool]string{true: "lead", false: "support"}[i == 0])
		}
		path := base + "/review/" + ref.Format(task.ID) + "/edit"
		form.Set("more", "owner")
		w = s.post(path, form)
		if body := w.Body.String(); w.Code != http.StatusOK || !strings.Contains(body, `name="unit-4"`) || !strings.Contains(body, `value="96.5"`) {
			t.Fatalf("another row: %d", w.Code)
		}
		form.Del("more")
		form.Set("unit-4", ref.Format(s.review2().Resolve(names[4]).Unit))
		s.moved(path, form)
		for _, x := range s.review(base).Tasks {
			if x.ID != task.ID {
				continue
			}
			if len(x.Owners()) != 5 || len(x.Of(plan.Lead)) != 1 {
				t.Errorf("owners %+v", x.Owners())
			}
			if got := x.Of(plan.Target)[0]; got.ID != target.ID || got.Text != "培训覆盖率" || !strings.HasSuffix(got.Norm, "96.5%") || got.Start != target.Start {
				t.Errorf("target %+v was %+v", got, target)
			}
		}
		form.Set("version", "")
		form.Set("target-value-"+k, "很多")
		if w := s.post(path, form); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("a target without a figure: %d", w.Code)
		}
	})
}

func TestAmendingByTheForm(t *testing.T) {
	withScreens(t, func(s *screens) {
		base := s.issue()
		tasks, err := s.desk.Tasks(t.Context(), s.d.Reader(), s.officer, s.id(base))
		must(t, err)
		task := tasks[0]
		form := url.Values{"title": {task.Title}, "version": {fmt.Sprint(task.Version)}}
		for _, f := range task.Facts {
			switch f.Kind {
			case plan.Lead, plan.Support:
				form.Set("role-"+fmt.Sprint(f.ID), string(f.Kind))
			case plan.Time:
				form.Set("time-way-"+fmt.Sprint(f.ID), "date")
				form.Set("time-date-"+fmt.Sprint(f.ID), "2026-05-20")
			}
		}
		path := "/tasks/" + ref.Format(task.ID)
		if w := s.post(path+"/amend", form); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "原因或依据") {
			t.Fatalf("without a reason: %d", w.Code)
		}
		form.Set("reason", "县里会议要求")
		w := s.post(path+"/amend", form)
		if body := w.Body.String(); w.Code != http.StatusOK || !strings.Contains(body, "调整时限") || !strings.Contains(body, "2026-05-20") || !strings.Contains(body, "哪些单位有什么变化") {
			t.Fatalf("the preview: %d", w.Code)
		}
		if html := s.page("task-previewed", path); strings.Contains(html, "县里会议要求") {
			t.Fatal("a preview has changed the task")
		}
		form.Set("step", "return")
		if body := s.post(path+"/amend", form).Body.String(); !strings.Contains(body, `value="2026-05-20"`) || !strings.Contains(body, "县里会议要求") {
			t.Error("the form has forgotten what was typed")
		}
		form.Set("step", "confirm")
		s.moved(path+"/amend", form)
		html := s.page("task-amended", path)
		if !strings.Contains(html, "2026-05-20") || !strings.Contains(html, "县里会议要求") {
			t.Error("the task page does not show the amendment")
		}
		if err := s.try(func(ctx context.Context, tx *db.Tx) error {
			_, err := s.desk.Amend(ctx, tx, s.officer, task.ID, plan.Input{Version: task.Version, Title: task.Title, Facts: task.Facts}, "旧页面")
			return err
		}); !errs.Is(err, errs.Conflict) {
			t.Errorf("stale page: %v", err)
		}
	})
}

func (s *screens) try(fn func(ctx context.Context, tx *db.Tx) error) error {
	return s.d.Write(s.t.Context(), func(tx *db.Tx) error { return fn(s.t.Context(), tx) })
}

// TestReviewIsFast renders a plan of 40 tasks; 50 ms is the budget of a quiet machine.
func TestReviewIsFast(t *testing.T) {
	s := newScreens(t, testkit.Open(t, db.SQLite, clock.At(testkit.Noon)))
	text := string(s.sample())
	text = strings.Replace(text, "三、保障措施", strings.Replace(text[strings.Index(text, "（一）家庭保护"):strings.Index(text, "三、保障措施")], "家庭保护", "家庭保护（续）", 1)+"三、保障措施", 1)
	w := s.uploadFile("长方案.txt", []byte(text))
	base := strings.TrimSuffix(w.Header().Get("Location"), "/review")
	best := time.Hour
	for range 8 {
		start := time.Now()
		s.get(base + "/review")
		best = min(best, time.Since(start))
	}
	t.Logf("%d tasks, %d characters: %s", len(s.review(base).Tasks), len([]rune(text)), best)
	if best > 50*time.Millisecond {
		t.Errorf("the review screen takes %s", best)
	}
}
