package specialpage_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"weibao/internal/access"
	"weibao/internal/assessment"
	"weibao/internal/assessment/special"
	"weibao/internal/assessment/specialpage"
	"weibao/internal/child"
	"weibao/internal/child/ledger"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/rule"
	"weibao/internal/testkit"
	"weibao/internal/ui/uitest"
)

func actor(user ref.User, name, place string, role access.Role) access.Actor {
	return access.Actor{User: user, Name: name, Post: access.Post{ID: ref.Post(user), Unit: ref.Unit(user), UnitName: "上坪村", Region: place, RegionName: "上坪村", Role: role}}
}

var (
	officer    = actor(100, "周岚", "990101000000", access.Officer)
	leader     = actor(101, "孟祥", "990101000000", access.Leader)
	supervisor = actor(200, "罗成", "990101100000", access.Supervisor)
	director   = actor(300, "石秀兰", "990101100200", access.ChildDirector)
	stranger   = actor(400, "外村人", "990101101200", access.ChildDirector)
)

type desk struct {
	uitest.Desk
	d  *db.DB
	id ref.Child
}

func withDesk(t *testing.T, test func(x desk)) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		cal, book, cabinet := testkit.Calendar(t), testkit.Book(t, "demo"), testkit.Cabinet(t, d, "demo")
		care := &assessment.Desk{Cabinet: cabinet, Kernel: testkit.Kernel(cal, 100), Book: func() *rule.Book { return book },
			Unit: func(_ context.Context, _ *db.Tx, _, who, _ string) (ref.Unit, error) {
				return map[string]ref.Unit{"officer": 99, "supervisor": 199}[who] + 1, nil
			},
			Calendar: func(context.Context, *db.Tx) (*civil.Calendar, error) { return cal, nil }}
		k := &special.Desk{Care: care, Ledgers: &ledger.Desk{Cabinet: cabinet, Names: region.Places}}
		cabinet.Settled = func(ctx context.Context, tx *db.Tx, by access.Actor, rows []child.Child) error {
			return care.PlanAll(ctx, tx, by, rows)
		}
		r := uitest.New(t)
		pages, err := specialpage.New(specialpage.Deps{DB: d, UI: r, Desk: k, Kernel: care.Kernel})
		if err != nil {
			t.Fatal(err)
		}
		x := desk{Desk: uitest.Desk{T: t, UI: r, Routes: pages.Routes()}, d: d}
		err = d.Write(t.Context(), func(tx *db.Tx) (err error) {
			if _, err = region.LoadSeed(t.Context(), tx, access.Program, "990101000000"); err != nil {
				return err
			}
			x.id, err = cabinet.Create(t.Context(), tx, officer, child.New{Name: "单小明", Region: "990101100200", Source: "form",
				Birth: civil.MustParse("2015-06-01"), Dossier: child.Dossier{NoNumber: "missing", Schooling: child.Schooling{State: "辍学"}}})
			if err != nil {
				return err
			}
			for _, category := range []string{"C16", "C02"} {
				if err := cabinet.Enter(t.Context(), tx, director, x.id, child.NewCategory{ID: category, Source: "form", Evidence: "走访"}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		test(x)
	})
}

func (x desk) file() string { return "/children/" + ref.Format(x.id) }

func (x desk) post(by access.Actor, path string, form url.Values, want int) string {
	x.T.Helper()
	w := x.Do(by, "POST", path, form)
	if w.Code != want {
		x.T.Fatalf("%s: status %d, want %d: %s", path, w.Code, want, w.Body)
	}
	return w.Body.String() + w.Header().Get("Location")
}

func TestTemplatesFitTheirViews(t *testing.T) {
	withDesk(t, func(x desk) { uitest.Templates(t, x.UI) })
}

func TestAListShowsWhatWaitsAndAStepIsRecorded(t *testing.T) {
	withDesk(t, func(x desk) {
		x.Page(officer, "special-index", "/specials", "失学辍学", "孤儿", "单独保密", "不另外填报")
		if body := x.Page(director, "special-index-village", "/specials", "失学辍学"); strings.Contains(body, "心理关爱") {
			t.Error("a village is offered the secret list")
		}
		x.Page(officer, "special-list", "/specials/dropout", "单小明", "上门劝返", "学校的辍学报告", x.file()+"/specials")
		x.Page(officer, "special-step", "/specials/dropout?step=guardian", "单小明")
		x.Page(officer, "special-step-none", "/specials/dropout?step=return", "没有符合条件的儿童")
		x.Page(stranger, "special-none", "/specials/dropout", "没有符合条件的儿童")
		x.Page(director, "special-show", x.file()+"/specials", "失学辍学", "事实无人抚养", "核实学校已通知监护人", "先办：核实学校已通知监护人", "还缺", "与同组材料有一件即可")
		step := x.file() + "/specials/dropout/steps/guardian"
		x.Page(director, "special-do", step, "办理情况")
		if body := x.post(director, step, url.Values{"words": {""}, "day": {"2026-03-02"}}, http.StatusUnprocessableEntity); !strings.Contains(body, "请简要写明") {
			t.Error(body)
		}
		x.post(director, step, url.Values{"words": {"学校三月一日书面通知了外祖母"}, "day": {"2026-03-02"}}, http.StatusSeeOther)
		if body := x.Page(director, "special-covered", x.file()+"/specials", "办理经过", "查看登记的内容"); strings.Contains(body, "外祖母") {
			t.Error("what was written shows before a reveal")
		}
		if body := x.post(director, x.file()+"/specials", nil, http.StatusOK); !strings.Contains(body, "外祖母") {
			t.Error("what was written does not show after a reveal")
		}
		proof := x.file() + "/specials/dropout/proofs/report"
		x.Page(director, "special-prove", proof, "不必拍照上传")
		x.post(director, proof, url.Values{"words": {"第二小学，第1号"}, "day": {"2026-03-01"}}, http.StatusSeeOther)
		if body := x.Page(director, "special-proved", x.file()+"/specials", "撤回"); strings.Count(body, "还缺")-strings.Count(body, "同组还缺一件") != 1 || !strings.Contains(body, "同组还缺一件") {
			t.Error("the paper is still lacking")
		}
		x.Refuses(stranger, map[string]string{"child": ref.Format(x.id), "list": "dropout", "step": "guardian", "proof": "report", "paper": "1", "entry": "1"})
	})
}

func TestASecretListLooksLikeWhatDoesNotExist(t *testing.T) {
	withDesk(t, func(x desk) {
		x.Page(director, "special-refer", x.file()+"/concern", "提出专业关爱", "先拨打120或110")
		x.post(director, x.file()+"/concern", url.Values{"words": {""}}, http.StatusUnprocessableEntity)
		x.post(director, x.file()+"/concern", url.Values{"words": {"一个月不说话"}}, http.StatusSeeOther)
		for _, by := range []access.Actor{director, leader, stranger} {
			if w := x.Do(by, "GET", "/specials/mental", nil); w.Code != http.StatusNotFound {
				t.Errorf("%s: status %d", by.Post.Role, w.Code)
			}
		}
		body := x.Page(officer, "special-secret", "/specials/mental", "单小明", "转介专业人员", "每次打开都留痕")
		_, rest, _ := strings.Cut(body, `href="/specials/entries/`)
		id, _, _ := strings.Cut(rest, `"`)
		entry := "/specials/entries/" + id
		if strings.Contains(x.Page(supervisor, "special-entry", entry, "一个月不说话", "单独保密"), "一级") {
			t.Error("a level shows beside it")
		}
		if body := x.Page(director, "special-file", x.file()+"/specials", "失学辍学"); strings.Contains(body, "心理") || strings.Contains(body, "不说话") {
			t.Error("the file tells")
		}
		x.post(supervisor, entry+"/steps/refer", url.Values{"words": {"已联系县医院"}, "day": {"2026-03-02"}}, http.StatusSeeOther)
		x.Page(supervisor, "special-served", entry, "已联系县医院", "登记心理服务")
		x.Page(supervisor, "special-leave", entry+"/leave", "为什么退出")
		x.post(supervisor, entry+"/leave", url.Values{}, http.StatusUnprocessableEntity)
		x.post(supervisor, entry+"/leave", url.Values{"reason": {"settled"}}, http.StatusSeeOther)
		x.Page(officer, "special-secret-none", "/specials/mental", "名单上没有人")
	})
}
