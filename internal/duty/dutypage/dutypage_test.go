package dutypage_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
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
	"weibao/internal/duty/dutypage"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/testkit"
	"weibao/internal/ui"
	"weibao/internal/ui/uitest"
)

const (
	county = "990101000000"
	office = ref.Unit(10)
	bureau = ref.Unit(20)
)

var (
	officer = access.Actor{User: 100, Name: "测试员", Post: access.Post{ID: 1, Unit: office, UnitName: "未保办", Region: county, RegionName: "云岭县", Role: access.Officer}}
	liaison = access.Actor{User: 200, Name: "联络员", Post: access.Post{ID: 2, Unit: bureau, UnitName: "县教育局", Region: county, RegionName: "云岭县", Role: access.Liaison}}
)

type desk struct {
	t     *testing.T
	d     *db.DB
	c     *clock.Manual
	k     *duty.Kernel
	pages *dutypage.Pages
	r     *ui.Renderer
}

func withDesk(t *testing.T, test func(x *desk)) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) {
		cal := testkit.Calendar(t)
		k := &duty.Kernel{
			Ladder: func(string) rule.Ladder {
				return rule.Ladder{Steps: []rule.LadderStep{{Action: "urge", Offset: rule.Span{N: 1, Unit: "workdays"}, To: "owner", Label: "催办"}}}
			},
			Calendar: func(context.Context, *db.Tx) (*civil.Calendar, error) { return cal, nil },
			Superior: func(context.Context, *db.Tx, ref.Unit) (ref.Unit, error) { return office, nil },
			Office:   func(context.Context, *db.Tx, string) (ref.Unit, error) { return office, nil },
			Limits:   func() duty.Limits { return duty.Limits{Decide: 2, Soon: 3, Critical: 5, Superior: 3} },
		}
		r := uitest.New(t)
		pages, err := dutypage.New(dutypage.Deps{DB: d, UI: r, Kernel: k,
			Units: func(_ context.Context, _ *db.Tx, ids []ref.Unit) (map[ref.Unit]string, error) {
				return map[ref.Unit]string{office: "未保办", bureau: "县教育局"}, nil
			},
			UnitChoices: func(context.Context, *db.Tx, access.Actor) ([]ui.Option, error) {
				return []ui.Option{{Value: "20", Label: "县教育局"}, {Value: "30", Label: "县民政局"}}, nil
			},
			Colleagues: func(context.Context, *db.Tx, access.Actor) ([]ui.Option, error) {
				return []ui.Option{{Value: "200", Label: "联络员"}}, nil
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		test(&desk{t: t, d: d, c: c, k: k, pages: pages, r: r})
	})
}

func (x *desk) open(title string, l duty.Deadline) ref.Duty { return x.opens(title, l, false) }

func (x *desk) alarm(title string) ref.Duty { return x.opens(title, duty.In(1), true) }

func (x *desk) opens(title string, l duty.Deadline, pressing bool) ref.Duty {
	x.t.Helper()
	var ids []ref.Duty
	err := x.d.Write(x.t.Context(), func(tx *db.Tx) (err error) {
		ids, err = x.k.Open(x.t.Context(), tx, officer, duty.New{Kind: "plan.task", Subject: "plan_task", SubjectID: 1, Title: title,
			Unit: bureau, Region: county, Rule: "云岭县工作方案", Clause: "二（一）", Deadline: l, Pressing: pressing})
		return err
	})
	if err != nil {
		x.t.Fatal(err)
	}
	return ids[0]
}

// do asks a route as an actor, as the server would after its permission check.
func (x *desk) do(by access.Actor, method, path string, form url.Values) *httptest.ResponseRecorder {
	x.t.Helper()
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
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	return w
}

func (x *desk) page(by access.Actor, name, path string, want ...string) string {
	x.t.Helper()
	w := x.do(by, "GET", path, nil)
	body := w.Body.String()
	if w.Code != http.StatusOK {
		x.t.Fatalf("%s: status %d: %s", path, w.Code, body)
	}
	uitest.Page(x.t, w.Body.Bytes())
	for _, text := range want {
		if !strings.Contains(body, text) {
			x.t.Errorf("%s does not say %q", path, text)
		}
	}
	if dir := os.Getenv("WEIBAO_GALLERY"); dir != "" && x.d.Dialect == db.SQLite {
		if err := os.WriteFile(filepath.Join(dir, name+".html"), []byte(body), 0o600); err != nil {
			x.t.Fatal(err)
		}
	}
	return body
}

func TestTemplatesFitTheirViews(t *testing.T) {
	withDesk(t, func(x *desk) { uitest.Templates(x.t, x.r) })
}

func TestAUnitFindsItsWorkByUrgency(t *testing.T) {
	withDesk(t, func(x *desk) {
		x.open("建立困境儿童动态台账", duty.On(civil.MustParse("2026-03-03")))
		x.open("开展校园周边环境整治", duty.On(civil.MustParse("2026-06-30")))
		late := x.open("报送家庭教育指导计划", duty.In(2))
		x.c.Advance(26 * time.Hour)
		body := x.page(liaison, "duty-inbox", "/duties", "已超期", "即将到期", "未到期", "待签收", "报送家庭教育指导计划")
		if strings.Index(body, "报送家庭教育指导计划") > strings.Index(body, "开展校园周边环境整治") {
			t.Error("what is late does not stand first")
		}
		x.alarm("【紧急】受理报告")
		body = x.page(liaison, "duty-pressing", "/duties", "紧急")
		if at := strings.Index(body, "【紧急】受理报告"); at < 0 || at > strings.Index(body, "报送家庭教育指导计划") || strings.Count(body, "【紧急】受理报告") != strings.Count(body, "开展校园周边环境整治") {
			t.Error("an emergency does not stand once, before what is late")
		}
		x.page(officer, "duty-late", "/duties?view=late", "报送家庭教育指导计划", "县教育局", "批量催办")
		x.page(liaison, "duty-calendar", "/duties/calendar", "2026年3月", "建立困境儿童动态台账")
		x.page(liaison, "duty-show", "/duties/"+ref.Format(late), "签收", "申请延期", "退回", "2小时，节假日照常计时")
	})
}

func TestAnExtensionGoesItsWholeWay(t *testing.T) {
	withDesk(t, func(x *desk) {
		id := x.open("建立困境儿童动态台账", duty.On(civil.MustParse("2026-03-06")))
		base := "/duties/" + ref.Format(id)
		x.page(liaison, "duty-extend", base+"/extend", "延期的理由", "2026-03-06")
		if w := x.do(liaison, "POST", base+"/extend", url.Values{"until": {"2026-03-01"}}); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "请写明延期的理由") {
			t.Errorf("a bad request: status %d", w.Code)
		}
		if w := x.do(liaison, "POST", base+"/extend", url.Values{"until": {"2026-03-31"}, "reason": {"等待省级文件"}}); w.Code != http.StatusSeeOther {
			t.Fatalf("status %d: %s", w.Code, w.Body)
		}
		body := x.page(officer, "duty-office", "/duties", "审批延期")
		at := strings.Index(body, "/duties/requests/")
		path := body[at : at+strings.IndexByte(body[at:], '"')]
		x.page(officer, "duty-check", path, "等待省级文件", "不同意")
		if w := x.do(liaison, "POST", path, url.Values{"decision": {"grant"}}); w.Code == http.StatusSeeOther {
			t.Error("the asker decided")
		}
		if w := x.do(officer, "POST", path, url.Values{"decision": {"refuse"}}); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("refused without a reason: status %d", w.Code)
		}
		if w := x.do(officer, "POST", path, url.Values{"decision": {"grant"}}); w.Code != http.StatusSeeOther {
			t.Fatalf("status %d: %s", w.Code, w.Body)
		}
		x.page(liaison, "duty-extended", base, "2026-03-31", "同意延期至")
	})
}

func TestABatchIsPreviewedAndDoneForAllOrNone(t *testing.T) {
	withDesk(t, func(x *desk) {
		a, b := x.open("甲", duty.Within(3)), x.open("乙", duty.Within(3))
		form := url.Values{"id": {ref.Format(a), ref.Format(b)}}
		w := x.do(liaison, "POST", "/duties/batch/sign", form)
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "批量签收2项") {
			t.Fatalf("preview: status %d", w.Code)
		}
		form.Set("confirmed", "1")
		if w := x.do(officer, "POST", "/duties/batch/sign", form); w.Code == http.StatusSeeOther {
			t.Error("another unit signed")
		}
		if w := x.do(liaison, "POST", "/duties/batch/sign", form); w.Code != http.StatusSeeOther {
			t.Fatalf("status %d: %s", w.Code, w.Body)
		}
		x.page(liaison, "duty-signed", "/duties/"+ref.Format(a), "办理中")
		form.Add("id", "999")
		if w := x.do(liaison, "POST", "/duties/batch/sign", form); w.Code != http.StatusNotFound {
			t.Errorf("an unknown duty in a batch: status %d", w.Code)
		}
	})
}

func TestEveryActRefusesStrangersAndUnknownIDs(t *testing.T) {
	stranger := liaison
	stranger.User, stranger.Post.Unit, stranger.Post.Region = 900, 99, "110101000000"
	withDesk(t, func(x *desk) {
		id := x.open("甲", duty.Within(3))
		for _, route := range x.pages.Routes() {
			if !strings.Contains(route.Path, "{id}") {
				continue
			}
			for _, target := range []string{ref.Format(id), "5", "x"} {
				w := x.do(stranger, route.Method, strings.Replace(route.Path, "{id}", target, 1), url.Values{"reason": {"r"}, "until": {"2027-01-01"}, "unit": {"20"}, "person": {"200"}, "decision": {"grant"}})
				if w.Code != http.StatusNotFound && w.Code != http.StatusForbidden {
					t.Errorf("%s %s with %s: status %d", route.Method, route.Path, target, w.Code)
				}
			}
		}
		if d, err := x.k.Get(t.Context(), x.d.Reader(), officer, id); err != nil || d.Signed != 0 || d.Unit != bureau {
			t.Errorf("a stranger changed the duty: %+v %v", d, err)
		}
	})
}
