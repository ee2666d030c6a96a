package taskpage_test

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/file"
	"weibao/internal/plan"
	"weibao/internal/plan/task"
	"weibao/internal/plan/taskpage"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/testkit"
	"weibao/internal/ui"
	"weibao/internal/ui/uitest"
	"weibao/internal/vault"
)

const county = "990101000000"

const (
	office = ref.Unit(10)
	bureau = ref.Unit(20)
	police = ref.Unit(30)
)

func actor(user ref.User, unit ref.Unit, name string, role access.Role) access.Actor {
	return access.Actor{User: user, Name: name, Post: access.Post{ID: 1, Unit: unit, UnitName: names[unit], Region: county, RegionName: "云岭县", Role: role}}
}

var (
	names    = map[ref.Unit]string{office: "县未保办", bureau: "县教育局", police: "县公安局"}
	officer  = actor(100, office, "周岚", access.Officer)
	teacher  = actor(200, bureau, "李文静", access.Liaison)
	officer2 = actor(300, police, "赵志强", access.Liaison)
)

const text = `云岭县2026年未成年人保护工作方案

一、重点任务
（一）开展排查。2026年6月底前完成全县中小学校欺凌排查，排查率达到100%。（牵头单位：县教育局；配合单位：县公安局）
`

type desk struct {
	t     *testing.T
	d     *db.DB
	k     *duty.Kernel
	plans *plan.Desk
	pages *taskpage.Pages
	r     *ui.Renderer
}

func withDesk(t *testing.T, test func(x *desk)) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) {
		book, cal := testkit.Book(t, "demo"), testkit.Calendar(t)
		v, err := vault.Open(t.Context(), d, filepath.Join(t.TempDir(), "keys"), vault.SM)
		if err != nil {
			t.Fatal(err)
		}
		k := testkit.Kernel(cal, office)
		plans := &plan.Desk{Duties: k, Files: &file.Store{Dir: t.TempDir(), Vault: v}, Rules: func(string) *rule.Book { return book },
			Units: func(context.Context, *db.Tx, access.Actor, string) (*plan.Register, error) {
				units := []plan.Unit{{ID: office, Name: "县未保办"}, {ID: bureau, Name: "县教育局"}, {ID: police, Name: "县公安局"}}
				return task.NewRegister(units, func(name string) plan.Match {
					for _, u := range units {
						if u.Name == name {
							return plan.Match{Unit: u.ID}
						}
					}
					return plan.Match{}
				}), nil
			}}
		r := uitest.New(t)
		pages, err := taskpage.New(taskpage.Deps{DB: d, UI: r, Desk: plans, Units: func(context.Context, *db.Tx, []ref.Unit) (map[ref.Unit]string, error) { return names, nil }})
		if err != nil {
			t.Fatal(err)
		}
		test(&desk{t: t, d: d, k: k, plans: plans, pages: pages, r: r})
	})
}

// issue plays the office's part and gives the duties of the lead and of the support unit.
func (x *desk) issue() (lead, support ref.Duty) {
	x.t.Helper()
	ctx := x.t.Context()
	compiled, err := plan.Compile("方案.txt", []byte(text))
	if err != nil {
		x.t.Fatal(err)
	}
	err = x.d.Write(ctx, func(tx *db.Tx) error {
		id, err := x.plans.Upload(ctx, tx, officer, compiled)
		if err != nil {
			return err
		}
		if err := x.plans.Accept(ctx, tx, officer, id); err != nil {
			return err
		}
		p, err := x.plans.Get(ctx, tx, officer, id)
		if err != nil {
			return err
		}
		_, err = x.plans.Issue(ctx, tx, officer, id, plan.Order{Version: p.Version})
		return err
	})
	if err != nil {
		x.t.Fatal(err)
	}
	return x.only(teacher), x.only(officer2)
}

func (x *desk) only(by access.Actor) ref.Duty {
	x.t.Helper()
	list, err := x.k.List(x.t.Context(), x.d.Reader(), by, duty.Filter{Mine: true})
	if err != nil || len(list) != 1 {
		x.t.Fatalf("%d duties: %v", len(list), err)
	}
	return list[0].ID
}

func (x *desk) do(by access.Actor, r *http.Request) *httptest.ResponseRecorder {
	mux := http.NewServeMux()
	for _, route := range x.pages.Routes() {
		mux.HandleFunc(route.Method+" "+route.Path, func(w http.ResponseWriter, r *http.Request) {
			err := by.Require(route.Permission)
			if err == nil {
				err = route.Handle(w, r, by)
			}
			if err != nil {
				x.r.Error(w, r, by, err)
			}
		})
	}
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	return w
}

func (x *desk) get(by access.Actor, name, path string, want ...string) string {
	x.t.Helper()
	w := x.do(by, httptest.NewRequest("GET", path, nil))
	if w.Code != http.StatusOK {
		x.t.Fatalf("%s: status %d: %s", path, w.Code, w.Body)
	}
	uitest.Page(x.t, w.Body.Bytes())
	for _, text := range want {
		if !strings.Contains(w.Body.String(), text) {
			x.t.Errorf("%s does not say %q", path, text)
		}
	}
	if dir := os.Getenv("WEIBAO_GALLERY"); dir != "" && x.d.Dialect == db.SQLite {
		if err := os.WriteFile(filepath.Join(dir, name+".html"), w.Body.Bytes(), 0o600); err != nil {
			x.t.Fatal(err)
		}
	}
	return w.Body.String()
}

func (x *desk) send(by access.Actor, path string, fields url.Values, files map[string]string) *httptest.ResponseRecorder {
	x.t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for name, values := range fields {
		for _, v := range values {
			if err := m.WriteField(name, v); err != nil {
				x.t.Fatal(err)
			}
		}
	}
	for name, content := range files {
		part, err := m.CreateFormFile("files", name)
		if err != nil {
			x.t.Fatal(err)
		}
		if _, err := part.Write([]byte(content)); err != nil {
			x.t.Fatal(err)
		}
	}
	m.Close()
	r := httptest.NewRequest("POST", path, &body)
	r.Header.Set("Content-Type", m.FormDataContentType())
	return x.do(by, r)
}

func target(t *testing.T, page string) string {
	t.Helper()
	found := regexp.MustCompile(`name="(target-\d+)"`).FindStringSubmatch(page)
	if found == nil {
		t.Fatal("the form asks for no value")
	}
	return found[1]
}

func TestTemplatesFitTheirViews(t *testing.T) {
	withDesk(t, func(x *desk) { uitest.Templates(x.t, x.r) })
}

func TestADutyGoesFromClauseToProof(t *testing.T) {
	withDesk(t, func(x *desk) {
		lead, support := x.issue()
		base, under := "/plans/duties/"+ref.Format(lead), "/plans/duties/"+ref.Format(support)
		x.get(teacher, "task-new", base, "签收", "县公安局", "欺凌排查", "100%")
		x.get(officer2, "task-support", under, "配合单位", "欺凌排查")
		if w := x.send(officer2, under+"/reply", url.Values{"text": {"已配合排查全部学校。"}}, nil); w.Code != http.StatusSeeOther {
			t.Fatalf("support reply: %d %s", w.Code, w.Body)
		}
		form := x.get(teacher, "task-reply", base+"/reply", "办理情况", "完成值", "佐证材料")
		if w := x.send(teacher, base+"/reply", url.Values{"text": {"已完成。"}}, nil); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "已完成。") {
			t.Fatalf("a reply without its value: %d", w.Code)
		}
		if w := x.send(teacher, base+"/reply", url.Values{"text": {"已完成。"}, target(t, form): {"100"}}, map[string]string{"台账.exe": "MZ\x90\x00"}); w.Code != http.StatusUnprocessableEntity {
			t.Fatalf("a program as evidence: %d", w.Code)
		}
		w := x.send(teacher, base+"/reply", url.Values{"text": {"已完成全部学校的排查。"}, target(t, form): {"100"}}, map[string]string{"排查情况.txt": "全部学校已排查。"})
		if w.Code != http.StatusSeeOther {
			t.Fatalf("reply: %d %s", w.Code, w.Body)
		}
		body := x.get(officer, "task-sent", base, "待审核", "排查情况.txt", "审核")
		proof := regexp.MustCompile(`/plans/duties/\d+/files/\d+`).FindString(body)
		if w := x.do(teacher, httptest.NewRequest("GET", proof, nil)); w.Code != http.StatusOK || w.Body.String() != "全部学校已排查。" {
			t.Errorf("evidence: %d %q", w.Code, w.Body)
		}
		check := regexp.MustCompile(`/plans/replies/\d+/check`).FindString(body)
		x.get(officer, "task-check", check, "已完成全部学校的排查", "退回补充")
		x.checks(check)
		x.get(teacher, "task-done", base, "已办结", "审核通过")
	})
}

// checks plays refusals, then sends back, answers again and accepts.
func (x *desk) checks(check string) {
	x.t.Helper()
	post := func(by access.Actor, decision, words string) int {
		return x.send(by, check, url.Values{}, nil).Code + x.form(by, check, url.Values{"decision": {decision}, "words": {words}})*1000
	}
	if code := post(teacher, "accept", ""); code/1000 == http.StatusSeeOther {
		x.t.Error("the unit accepted its own reply")
	}
	if code := post(officer, "back", ""); code/1000 != http.StatusUnprocessableEntity {
		x.t.Errorf("sent back without words: %d", code)
	}
	if code := post(officer, "", ""); code/1000 != http.StatusUnprocessableEntity {
		x.t.Errorf("no decision: %d", code)
	}
	if code := post(officer, "accept", "符合要求"); code/1000 != http.StatusSeeOther {
		x.t.Errorf("accept: %d", code)
	}
}

func (x *desk) form(by access.Actor, path string, v url.Values) int {
	r := httptest.NewRequest("POST", path, strings.NewReader(v.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return x.do(by, r).Code
}

func TestStrangersFindNothing(t *testing.T) {
	stranger := actor(900, 99, "外县", access.Liaison)
	withDesk(t, func(x *desk) {
		lead, _ := x.issue()
		for _, route := range x.pages.Routes() {
			path := strings.NewReplacer("{id}", ref.Format(lead), "{file}", "7").Replace(route.Path)
			r := httptest.NewRequest(route.Method, path, strings.NewReader("text=x&decision=accept"))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			if w := x.do(stranger, r); w.Code != http.StatusNotFound && w.Code != http.StatusForbidden {
				t.Errorf("%s %s: %d", route.Method, route.Path, w.Code)
			}
		}
	})
}
