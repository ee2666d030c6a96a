package emergencypage_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"weibao/internal/access"
	"weibao/internal/casework/emergency"
	"weibao/internal/casework/emergencypage"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/testkit"
	"weibao/internal/ui/uitest"
)

const county, village, elsewhere = "990101000000", "990101100200", "990101101200"

func actor(user ref.User, unit ref.Unit, name, region string, role access.Role) access.Actor {
	return access.Actor{User: user, Name: name, Post: access.Post{ID: ref.Post(user), Unit: unit, UnitName: name, Region: region, RegionName: "云岭县", Role: role}}
}

var (
	officer  = actor(100, 100, "周岚", county, access.Officer)
	police   = actor(200, 200, "公安联络员", county, access.Liaison)
	civils   = actor(250, 250, "民政联络员", county, access.Liaison)
	director = actor(300, 300, "石秀兰", village, access.ChildDirector)
	stranger = actor(400, 400, "外村人", elsewhere, access.ChildDirector)
	admin    = actor(500, 0, "系统管理员", county, access.SystemAdmin)
)

const brief = "孩子在上坪村委会，由村干部陪着，联系电话找村委会"

type desk struct {
	uitest.Desk
	d     *db.DB
	k     *emergency.Desk
	clock *clock.Manual
	told  []string
}

func withDesk(t *testing.T, test func(x *desk)) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) {
		cal, book := testkit.Calendar(t), testkit.Book(t, "demo")
		cabinet := testkit.Cabinet(t, d, "demo")
		x := &desk{d: d, clock: c}
		x.k = &emergency.Desk{Cabinet: cabinet, Kernel: testkit.Kernel(cal, 100), Vault: cabinet.Vault, Book: func() *rule.Book { return book },
			Unit: func(_ context.Context, _ *db.Tx, region, who, short string) (ref.Unit, error) {
				if region == elsewhere && who == "village" {
					return stranger.Post.Unit, nil
				}
				if short != "" {
					return map[string]ref.Unit{"公安": 200}[short] + map[bool]ref.Unit{true: 250}[short != "公安"], nil
				}
				return map[string]ref.Unit{"village": 300, "township": 350, "office": 100}[who], nil
			},
			Clock: func(ctx context.Context, tx *db.Tx, region, id string) (rule.Clock, error) {
				c, _ := book.Clock(id, civil.DateOf(tx.Now.Time()))
				return emergency.Limit(ctx, tx, book, region, c)
			},
			Insider: func(_ context.Context, _ *db.Tx, by access.Actor, _ emergency.About) (bool, error) {
				return by.User == officer.User, nil
			},
			Told: func(_ context.Context, _ *db.Tx, _ access.Actor, _ emergency.About, _ emergency.RunID, words string) error {
				x.told = append(x.told, words)
				return nil
			}}
		x.k.Kernel.Moved = x.k.Follow
		r := uitest.New(t)
		thing := func(_ context.Context, _ *db.Tx, by access.Actor, id int64) (emergencypage.Thing, error) {
			if id != 7 || by.User != officer.User {
				return emergencypage.Thing{}, errs.Missing()
			}
			return emergencypage.Thing{Title: "个案〔2026〕1号", Child: 9, Region: village}, nil
		}
		pages, err := emergencypage.New(emergencypage.Deps{DB: d, UI: r, Desk: x.k, Kernel: x.k.Kernel,
			Units: func(context.Context, *db.Tx, []ref.Unit) (map[ref.Unit]string, error) {
				return map[ref.Unit]string{200: "县公安局", 300: "上坪村", 400: "下坪村"}, nil
			},
			Sources: []emergencypage.Source{{Subject: "case", Prefix: "/cases", Of: thing}}})
		if err != nil {
			t.Fatal(err)
		}
		x.Desk = uitest.Desk{T: t, UI: r, Routes: pages.Routes(), Tick: func() { c.Advance(time.Second) }}
		test(x)
	})
}

func (x *desk) duties(by access.Actor) []duty.Duty {
	x.T.Helper()
	list, err := x.k.Kernel.List(x.T.Context(), x.d.Reader(), by, duty.Filter{Mine: true})
	if err != nil {
		x.T.Fatal(err)
	}
	return list
}

func (x *desk) begin() string {
	return x.Post(officer, "/cases/7/emergency", url.Values{"list": {"violence"}, "brief": {brief}})
}

func TestTemplatesFitTheirViews(t *testing.T) {
	withDesk(t, func(x *desk) { uitest.Templates(t, x.UI) })
}

func TestAChecklistIsWorkedOffByUnitsThatReadTheirStepAlone(t *testing.T) {
	withDesk(t, func(x *desk) {
		x.Page(officer, "emergency-start", "/cases/7/emergency", "现在就拨打110", "家庭暴力", "走失")
		if w := x.Do(officer, "POST", "/cases/7/emergency", url.Values{"list": {"violence"}}); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("no brief: status %d", w.Code)
		}
		path := x.begin()
		x.Page(officer, "emergency-show", path, brief, "送医检查", "需要时再下达", "120")
		list := x.duties(director)
		if len(list) != 1 || list[0].Clock != duty.Hours || list[0].Span != 1 {
			t.Fatalf("the village has %+v", list)
		}
		step := "/emergency-steps/" + ref.Format(emergency.StepID(list[0].SubjectID))
		if body := x.Page(director, "emergency-step", step, brief, "出警民警"); strings.Contains(body, "个案〔2026〕") || strings.Contains(body, "伤情鉴定") {
			t.Error("a unit reads more than its step")
		}
		if body := x.Page(director, "emergency-unit", path, "报警"); strings.Contains(body, "伤情鉴定") {
			t.Error("a unit sees the steps of others")
		}
		for _, p := range []string{step, path} {
			if w := x.Do(stranger, "GET", p, nil); w.Code != http.StatusNotFound {
				t.Errorf("%s for an outsider: status %d", p, w.Code)
			}
		}
		if w := x.Do(director, "POST", step, url.Values{"words": {"已报警"}}); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("a step without its proof: status %d", w.Code)
		}
		x.Post(director, step, url.Values{"who": {"民警"}, "number": {"09:10"}, "words": {"已报警"}})
		if len(x.duties(director)) != 0 {
			t.Error("the proof did not end the duty")
		}
		x.Page(officer, "emergency-done", path, "已报警", "09:10")
		if len(x.told) != 2 {
			t.Errorf("the case was told %v", x.told)
		}
	})
}

func TestAnOrderThatWasServedIsVisitedAndABreachGoesToThePolice(t *testing.T) {
	withDesk(t, func(x *desk) {
		path := x.begin()
		id, err := ref.Parse[emergency.RunID](strings.TrimPrefix(path, "/emergencies/"))
		if err != nil {
			t.Fatal(err)
		}
		s, err := x.k.Get(t.Context(), x.d.Reader(), officer, id)
		if err != nil {
			t.Fatal(err)
		}
		of := func(key string) emergency.Told {
			for _, step := range s.Steps {
				if step.Step.Step == key {
					return step
				}
			}
			t.Fatal(key)
			return emergency.Told{}
		}
		order := "/emergency-steps/" + ref.Format(of("protection").ID)
		x.Post(officer, order+"/need", nil)
		x.Post(civils, order, url.Values{"number": {"民保令1号"}, "where": {"县法院"}, "until": {"2026-09-01"}, "words": {"已送达"}})
		visits := 0
		for _, d := range x.duties(director) {
			if d.Kind == emergency.VisitKind {
				visits++
			}
		}
		if visits != 1 {
			t.Errorf("%d visits after the service", visits)
		}
		x.Page(director, "emergency-visit", path, "登记查访、处置", "报告违反保护令")
		x.Post(director, path+"/breach", url.Values{"words": {"被申请人又上门"}})
		found := false
		for _, d := range x.duties(police) {
			found = found || d.Kind == emergency.BreachKind && d.Span == 2
		}
		if !found {
			t.Error("the police were not asked")
		}
		x.Post(director, path+"/carried", url.Values{"words": {"已查访"}})
		skip := "/emergency-steps/" + ref.Format(of("counsel").ID) + "/skip"
		if w := x.Do(officer, "POST", skip, nil); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("left out without a reason: status %d", w.Code)
		}
		if w := x.Do(civils, "POST", skip, url.Values{"reason": {"甲"}}); w.Code != http.StatusForbidden && w.Code != http.StatusNotFound {
			t.Errorf("a unit left its step out: status %d", w.Code)
		}
		x.Post(officer, skip, url.Values{"reason": {"已有心理医生"}})
	})
}

func TestAPublicEventShortensLimitsUntilItEnds(t *testing.T) {
	withDesk(t, func(x *desk) {
		limitIn := func(region string) string {
			c, err := x.k.Clock(t.Context(), x.d.Reader(), region, "referral.ordinary")
			if err != nil {
				t.Fatal(err)
			}
			return c.Label
		}
		limit := func() string { return limitIn(village) }
		if limit() != "一般转介" {
			t.Error(limit())
		}
		if w := x.Do(officer, "POST", "/emergency-watch/declare", url.Values{"plan": {"disaster"}}); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("declared without a ground: status %d", w.Code)
		}
		x.Post(officer, "/emergency-watch/declare", url.Values{"plan": {"disaster"}, "reason": {"县应急指挥部通知"}})
		if !strings.Contains(limit(), "自然灾害") {
			t.Error(limit())
		}
		if next := limitIn("990102100200"); next != "一般转介" {
			t.Errorf("in the next county: %s", next)
		}
		x.Post(officer, "/emergency-watch", url.Values{"day": {"2026-03-03"}, "name": {"周岚"}, "phone": {"0990-1234567"}})
		lists := x.Page(officer, "emergency-event", "/cases/7/emergency", "正在执行的预案")
		if strings.Index(lists, `value="event"`) > strings.Index(lists, `value="alone"`) {
			t.Error("the plan's checklist does not stand first")
		}
		body := x.Page(officer, "emergency-watch", "/emergency-watch", "正在执行预案", "0990-1234567", "结束预案")
		_, rest, _ := strings.Cut(body, "/emergency-watch/recall?id=")
		id, _, _ := strings.Cut(rest, `"`)
		x.Post(officer, "/emergency-watch/recall?id="+id, nil)
		if limit() != "一般转介" {
			t.Error(limit())
		}
		if body := x.Page(officer, "emergency-peace", "/cases/7/emergency"); strings.Contains(body, "正在执行的预案") {
			t.Error("a plan that has ended still asks for its checklists")
		}
		x.clock.Advance(24 * time.Hour)
		x.Page(officer, "emergency-duty", "/cases/7/emergency", "今天值班：周岚，电话0990-1234567")
	})
}

func TestEveryRouteRefusesOthers(t *testing.T) {
	withDesk(t, func(x *desk) {
		path := x.begin()
		parts := map[string]string{"case": "7", "run": strings.TrimPrefix(path, "/emergencies/"), "step": "1"}
		x.Refuses(admin, parts)
		x.Refuses(director, parts)
	})
}

// Who was put on duty by mistake is taken off, or replaced, and that he stood
// there stays to be read.
func TestADutyRosterIsTakenBackAndItsHistoryStays(t *testing.T) {
	withDesk(t, func(x *desk) {
		on := func(day, name string) {
			x.Post(officer, "/emergency-watch", url.Values{"day": {day}, "name": {name}, "phone": {"0990-1234567"}})
		}
		roster := func() (names string) {
			list, err := x.k.Roster(t.Context(), x.d.Reader(), officer, civil.MustParse("2026-03-01"), 14)
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range list {
				names += w.Name + "|"
			}
			return names
		}
		on("2026-03-03", "周岚")
		on("2026-03-03", "莫言川")
		on("2026-03-04", "韦青")
		if got := roster(); got != "莫言川|韦青|" {
			t.Fatal(got)
		}
		body := x.Page(officer, "emergency-roster", "/emergency-watch", "更换和撤回的排班", "周岚", "撤回")
		_, rest, _ := strings.Cut(body, "/emergency-watch/withdraw?id=")
		id, _, _ := strings.Cut(rest, `"`)
		for name, by := range map[string]access.Actor{"another county's officer": actor(600, 600, "邻县", "990102000000", access.Officer), "a unit": police} {
			if w := x.Do(by, "POST", "/emergency-watch/withdraw?id="+id, nil); w.Code < 400 || roster() != "莫言川|韦青|" {
				t.Errorf("%s: %d", name, w.Code)
			}
		}
		x.Post(officer, "/emergency-watch/withdraw?id="+id, nil)
		if got := roster(); got != "韦青|" {
			t.Error(got)
		}
		if w := x.Do(officer, "POST", "/emergency-watch/withdraw?id="+id, nil); w.Code != http.StatusConflict {
			t.Errorf("twice: %d", w.Code)
		}
		past, err := x.k.Relieved(t.Context(), x.d.Reader(), officer, civil.MustParse("2026-03-01"))
		if err != nil || len(past) != 2 || past[0].Name+past[1].Name != "莫言川周岚" || past[0].EndedBy != officer.Name {
			t.Errorf("%+v %v", past, err)
		}
		on("2026-03-03", "罗平")
		if got := roster(); got != "罗平|韦青|" {
			t.Error(got)
		}
		if n, err := db.Get[int64](t.Context(), x.d.Reader(), "SELECT count(*) FROM audit_entry e WHERE e.action = 'emergency.roster'"); err != nil || n != 5 {
			t.Errorf("%d entries in the journal, %v", n, err)
		}
	})
}
