package assessmentpage_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"weibao/internal/access"
	"weibao/internal/assessment"
	"weibao/internal/assessment/assessmentpage"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/testkit"
	"weibao/internal/ui/uitest"
)

func actor(user ref.User, name, region string, role access.Role) access.Actor {
	return access.Actor{User: user, Name: name, Post: access.Post{ID: ref.Post(user), Unit: ref.Unit(user), UnitName: "上坪村", Region: region, RegionName: "上坪村", Role: role}}
}

var (
	officer    = actor(100, "周岚", "990101000000", access.Officer)
	supervisor = actor(200, "罗成", "990101100000", access.Supervisor)
	director   = actor(300, "石秀兰", "990101100200", access.ChildDirector)
	stranger   = actor(400, "外村人", "990101101200", access.ChildDirector)
	admin      = actor(500, "系统管理员", "990101000000", access.SystemAdmin)
)

type desk struct {
	uitest.Desk
	k  *assessment.Desk
	id ref.Child
}

func withDesk(t *testing.T, test func(x desk)) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		cal, book := testkit.Calendar(t), testkit.Book(t, "demo")
		k := &assessment.Desk{Cabinet: testkit.Cabinet(t, d, "demo"), Kernel: testkit.Kernel(cal, 100), Book: func() *rule.Book { return book },
			Unit: func(_ context.Context, _ *db.Tx, _, who, _ string) (ref.Unit, error) {
				return map[string]ref.Unit{"officer": 100, "supervisor": 200}[who] + 1, nil
			},
			Calendar: func(context.Context, *db.Tx) (*civil.Calendar, error) { return cal, nil }}
		r := uitest.New(t)
		pages, err := assessmentpage.New(assessmentpage.Deps{DB: d, UI: r, Desk: k})
		if err != nil {
			t.Fatal(err)
		}
		x := desk{Desk: uitest.Desk{T: t, UI: r, Routes: pages.Routes()}, k: k}
		err = d.Write(t.Context(), func(tx *db.Tx) (err error) {
			x.id, err = k.Cabinet.Create(t.Context(), tx, officer, child.New{Name: "单小明", Region: "990101100200", Source: "form",
				Birth: civil.MustParse("2015-06-01"), Dossier: child.Dossier{NoNumber: "missing"}})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		test(x)
	})
}

func (x desk) path() string { return "/children/" + ref.Format(x.id) }

// form answers the county's scale, the first few questions in the worst way.
func (x desk) form(worst int) url.Values {
	scale, _ := x.k.Book().CountyScale(civil.MustParse("2026-03-02"))
	f := url.Values{}
	for _, e := range scale.Emergencies {
		f.Set(e.ID, rule.No)
	}
	for i, ind := range scale.Asked(10) {
		f.Set(ind.ID, ind.Answers[0].Value)
		if i < worst {
			f.Set(ind.ID, ind.Answers[len(ind.Answers)-1].Value)
		}
	}
	return f
}

func TestTemplatesFitTheirViews(t *testing.T) {
	withDesk(t, func(x desk) { uitest.Templates(t, x.UI) })
}

func TestAnAssessmentGoesItsWholeWay(t *testing.T) {
	withDesk(t, func(x desk) {
		x.Page(supervisor, "assessment-assess", x.path()+"/assess", "现在就拨打110", "紧急情形", "单小明")
		if w := x.Do(supervisor, "POST", x.path()+"/assess", url.Values{}); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "请回答") {
			t.Fatalf("nothing answered: status %d", w.Code)
		}
		w := x.Do(supervisor, "POST", x.path()+"/assess", x.form(5))
		if w.Code != http.StatusSeeOther {
			t.Fatalf("status %d: %s", w.Code, w.Body)
		}
		up := w.Header().Get("Location")
		body := x.Page(supervisor, "assessment-held", up, "为什么是这个等级", "已生效", "罗成")
		if strings.Contains(body, up+"/decide") {
			t.Error("asks to decide what holds")
		}
		x.Page(officer, "assessment-none", "/assessments", "没有待审定的评估")
		w = x.Do(supervisor, "POST", x.path()+"/assess", x.form(0))
		down := w.Header().Get("Location")
		x.Page(officer, "assessment-waiting", "/assessments", "单小明", down)
		if body := x.Page(supervisor, "assessment-own", down, "待审定"); strings.Contains(body, down+"/decide") {
			t.Error("who assessed is asked to decide")
		}
		if w := x.Do(supervisor, "POST", down+"/decide", url.Values{"agree": {"1"}}); w.Code != http.StatusForbidden {
			t.Errorf("who assessed decided: status %d", w.Code)
		}
		if w := x.Do(officer, "POST", down+"/decide", url.Values{"refuse": {"1"}}); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("refused without a reason: status %d", w.Code)
		}
		x.Page(officer, "assessment-decide", down, "审定意见", down+"/decide")
		if w := x.Do(officer, "POST", down+"/decide", url.Values{"agree": {"1"}, "words": {"已核实"}}); w.Code != http.StatusSeeOther {
			t.Fatalf("status %d: %s", w.Code, w.Body)
		}
		x.Page(officer, "assessment-decided", down, "已生效", "周岚", "已核实")
	})
}

func TestWhyALevelHoldsIsSaidInPlainWords(t *testing.T) {
	withDesk(t, func(x desk) {
		assess := func(form url.Values) string {
			t.Helper()
			w := x.Do(supervisor, "POST", x.path()+"/assess", form)
			if w.Code != http.StatusSeeOther {
				t.Fatalf("status %d: %s", w.Code, w.Body)
			}
			return w.Header().Get("Location")
		}
		decide := func(at string, form url.Values) {
			t.Helper()
			if w := x.Do(officer, "POST", at+"/decide", form); w.Code != http.StatusSeeOther {
				t.Fatalf("status %d: %s", w.Code, w.Body)
			}
		}
		scale, _ := x.k.Book().CountyScale(civil.MustParse("2026-03-02"))
		raised := x.form(0)
		raised.Set("level", "3")
		raised.Set("reason", "父母失联已两周")
		x.Page(supervisor, "assessment-raised", assess(raised), scale.Version.String()+" 周", "起施行的版本",
			"量表算出的是“蓝色（低）”，罗成于", "改定为“橙色（较高）”。理由：父母失联已两周。", "提高等级当场生效，不需要另一人审定。")

		down := assess(x.form(0))
		x.Page(supervisor, "assessment-falls", down, "把等级由“橙色（较高）”降为“蓝色（低）”", "现在还没有审定，等级没有改变。")
		decide(down, url.Values{"refuse": {"1"}, "words": {"父母仍未联系上"}})
		x.Page(supervisor, "assessment-refused", down, "周岚于", "审定不同意，这个等级没有生效。意见：父母仍未联系上。")

		again := assess(x.form(0))
		down = assess(x.form(0))
		x.Page(supervisor, "assessment-replaced", again, "还没有人审定就有了新的评估，这个等级没有生效。")
		decide(down, url.Values{"agree": {"1"}, "words": {"父母已返家"}})
		x.Page(supervisor, "assessment-agreed", down, "周岚于", "审定同意，等级从这时起生效。意见：父母已返家。")

		urgent := x.form(0)
		urgent.Set(scale.Emergencies[0].ID, rule.Yes)
		x.Page(supervisor, "assessment-urgent", assess(urgent), "登记了紧急情形，不看得分，直接定为最高等级“红色（高）”。", "不需要另一人审定。")
	})
}

func TestAVisitIsRecordedInAFewTouches(t *testing.T) {
	withDesk(t, func(x desk) {
		x.Do(supervisor, "POST", x.path()+"/assess", x.form(3))
		x.Page(director, "assessment-record", x.path()+"/record", "不要求拍照、定位", "入户走访", "先拨打110")
		if w := x.Do(director, "POST", x.path()+"/record", url.Values{"kind": {"visit"}}); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("half filled: status %d", w.Code)
		}
		ok := url.Values{"kind": {"visit"}, "seen": {"1"}, "present": {"1"}, "abnormal": {"0"}}
		if w := x.Do(director, "POST", x.path()+"/record", ok); w.Code != http.StatusSeeOther || w.Header().Get("Location") != x.path() {
			t.Errorf("status %d: %s", w.Code, w.Body)
		}
		ok.Set("abnormal", "1")
		if w := x.Do(director, "POST", x.path()+"/record", ok); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "请写明异常情况") {
			t.Errorf("abnormal without words: status %d", w.Code)
		}
		ok.Set("words", "手臂有淤青，奶奶住院，独自在家")
		w := x.Do(director, "POST", x.path()+"/record", ok)
		if at := w.Header().Get("Location"); w.Code != http.StatusSeeOther || !strings.Contains(at, "/case?origin=visit&of=") {
			t.Errorf("an abnormal visit leads to %q: status %d", at, w.Code)
		}
		x.Page(director, "assessment-records", x.path()+"/records", "入户走访", "有异常", "手臂有淤青，奶奶住院，独自在家", "登记走访、联系")
	})
}

func TestEveryRouteRefusesOthers(t *testing.T) {
	withDesk(t, func(x desk) {
		w := x.Do(supervisor, "POST", x.path()+"/assess", x.form(1))
		parts := map[string]string{"child": ref.Format(x.id), "assessment": strings.TrimPrefix(w.Header().Get("Location"), "/assessments/")}
		x.Refuses(admin, parts)
		x.Refuses(director, parts)
		for _, path := range []string{x.path() + "/assess", x.path() + "/record", x.path() + "/records", w.Header().Get("Location")} {
			if w := x.Do(stranger, "GET", path, nil); w.Code != http.StatusNotFound {
				t.Errorf("%s: status %d for a stranger", path, w.Code)
			}
		}
	})
}

func TestWhatChangedRulesWouldDoIsShown(t *testing.T) {
	withDesk(t, func(x desk) {
		x.Do(supervisor, "POST", x.path()+"/assess", x.form(3))
		x.Page(officer, "assessment-replan", "/assessments/replan", "规则与现有安排一致", "在档儿童")
		if w := x.Do(officer, "POST", "/assessments/replan", url.Values{}); w.Code != http.StatusSeeOther {
			t.Errorf("status %d: %s", w.Code, w.Body)
		}
	})
}

func TestADutyLeadsToItsPage(t *testing.T) {
	for kind, want := range map[string]string{"assessment.visit": "/children/7/record", "assessment.reassess": "/children/7/assess"} {
		if got := assessmentpage.DutyHref(duty.Duty{Kind: kind, Subject: "child", SubjectID: 7}); got != want {
			t.Errorf("%s leads to %s", kind, got)
		}
	}
	if got := assessmentpage.DutyHref(duty.Duty{Subject: "assessment", SubjectID: 9}); got != "/assessments/9" {
		t.Error(got)
	}
}
