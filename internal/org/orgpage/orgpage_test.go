package orgpage_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"weibao/internal/access"
	"weibao/internal/auth"
	"weibao/internal/flow/flowtest"
	"weibao/internal/org"
	"weibao/internal/org/orgpage"
	"weibao/internal/ref"
	"weibao/internal/ui/uitest"
)

const county = flowtest.County

var (
	actor         = flowtest.Actor
	admin, farOff = flowtest.Admin, flowtest.FarOff
	has, lacks    = flowtest.Has, flowtest.Lacks
)

// desk is the demo county in which the education bureau has a liaison with
// two duties and 石门村 a child director.
type desk struct {
	*flowtest.Desk
	liaison ref.User
	post    ref.Post
}

func withDesk(t *testing.T, test func(x *desk)) {
	flowtest.Houses(t, func(h *flowtest.House) {
		r := uitest.New(h.T)
		pages, err := orgpage.New(orgpage.Deps{DB: h.D, UI: r, Flow: h.Flow})
		flowtest.Must(h.T, err)
		x := &desk{Desk: flowtest.NewDesk(h, r, flowtest.Clerk, pages.Routes()), liaison: h.User("linjing", "林静")}
		x.post = h.Post(x.liaison, h.Unit("县教育局"), access.Liaison)
		h.Post(h.User("hanmei", "韩梅"), h.Unit("石门村"), access.ChildDirector)
		h.Open(h.Unit("县教育局"), x.liaison, 5, 1)
		h.C.Advance(72 * time.Hour)
		test(x)
	})
}

func at(u org.Unit) string { return "/units/" + ref.Format(u.ID) }

func TestTemplatesFitTheirViews(t *testing.T) {
	r := uitest.New(t)
	_, err := orgpage.New(orgpage.Deps{UI: r})
	flowtest.Must(t, err)
	uitest.Templates(t, r)
}

func TestListFindsByInitialsAndPagesByKey(t *testing.T) {
	withDesk(t, func(x *desk) {
		page := x.Get("/units", http.StatusOK)
		has(x.T, page, "云岭县民政局", "新增单位", "下一页", "林静", "空缺")
		_, rest, _ := strings.Cut(page, `rel="next" href="`)
		next, _, _ := strings.Cut(rest, `"`)
		second := x.Get(strings.ReplaceAll(next, "&amp;", "&"), http.StatusOK)
		has(x.T, second, "上一页", "石门村")
		lacks(x.T, second, ">县民政局</a>")
		found := x.Get("/units?q=mzj", http.StatusOK)
		has(x.T, found, "县民政局")
		lacks(x.T, found, ">县公安局</a>")
		has(x.T, x.Get("/units?q="+url.QueryEscape("没有的局"), http.StatusOK), "没有符合条件的单位")
		lacks(x.T, x.Get("/units?kind=village&region=990101100000", http.StatusOK), ">上河村</a>")
		x.By = farOff
		lacks(x.T, x.Get("/units?q=mzj", http.StatusOK), ">县民政局</a>")
	})
}

func TestUnitPageShowsPeopleAndDutiesToWhoMaySeeThem(t *testing.T) {
	withDesk(t, func(x *desk) {
		u := x.Unit("县教育局")
		page := x.Get(at(u), http.StatusOK)
		has(x.T, page, "林静", "联络员", "2项", "其中超期1项", "逾期催办升级到", "县未保办", "/duties?view=all&amp;unit=")
		x.By = admin
		page = x.Get(at(u), http.StatusOK)
		has(x.T, page, "林静")
		lacks(x.T, page, "2项", "/duties?view")
		has(x.T, x.Get(at(x.Unit("各成员单位")), http.StatusOK), "指哪些单位", "等（共")
		x.By = actor(access.Liaison, county)
		lacks(x.T, x.Get(at(u), http.StatusOK), "修改", "撤并到其他单位")
		x.By = farOff
		x.Get(at(u), http.StatusNotFound)
		x.Get("/units/0", http.StatusNotFound)
		x.Get("/units/abc", http.StatusNotFound)
	})
}

func TestUnitIsAddedEditedAndMerged(t *testing.T) {
	withDesk(t, func(x *desk) {
		bureau := x.Unit("县教育局")
		x.Get("/units/new", http.StatusOK)
		form := url.Values{"name": {"云岭县第一中学"}, "short_name": {"县一中"}, "kind": {"school"}, "superior": {ref.Format(bureau.ID)}, "region": {county}, "aliases": {"一中\r\n\r\n高级中学"}}
		to, _ := x.Desk.Post("/units/new", http.StatusSeeOther, form)
		has(x.T, x.Get(to, http.StatusOK), "云岭县第一中学", "一中、高级中学")
		form.Set("superior", "")
		_, page := x.Desk.Post("/units/new", http.StatusUnprocessableEntity, form)
		has(x.T, page, "请选择上级单位", "云岭县第一中学", "高级中学")

		x.Get(to+"/edit", http.StatusOK)
		form.Set("superior", ref.Format(bureau.ID))
		form.Set("name", "云岭县实验中学")
		x.Desk.Post(to+"/edit", http.StatusSeeOther, form)
		has(x.T, x.Get(to, http.StatusOK), "云岭县实验中学", "更名", "改称")

		x.Get(to+"/merge", http.StatusOK)
		_, page = x.Desk.Post(to+"/merge", http.StatusUnprocessableEntity, url.Values{})
		has(x.T, page, "请选择并入哪个单位")
		choice := url.Values{"into": {ref.Format(bureau.ID)}, "document": {"云编发〔2026〕3号"}}
		_, page = x.Desk.Post(to+"/merge", http.StatusOK, choice)
		has(x.T, page, "撤并后不能恢复", "在办事项0项", "确认撤并", "云编发〔2026〕3号")
		has(x.T, x.Get(to, http.StatusOK), "修改") // nothing happened yet
		choice.Set("confirmed", "1")
		heir, _ := x.Desk.Post(to+"/merge", http.StatusSeeOther, choice)
		if heir != at(bureau) {
			x.T.Errorf("led to %s", heir)
		}
		has(x.T, x.Get(heir, http.StatusOK), "云岭县实验中学并入本单位")
		has(x.T, x.Get(to, http.StatusOK), "撤并，原有事项由承接单位办理")
		lacks(x.T, x.Get(to, http.StatusOK), "/edit")
	})
}

func TestFormsAreClosedToOthers(t *testing.T) {
	withDesk(t, func(x *desk) {
		u := x.Unit("县民政局")
		for _, role := range access.Roles {
			x.By = actor(role.Role, county)
			if role.Role != access.Officer && role.Role != access.SystemAdmin {
				for _, path := range []string{"/units/new", at(u) + "/edit", at(u) + "/merge"} {
					x.Get(path, http.StatusNotFound)
					x.Desk.Post(path, http.StatusForbidden, url.Values{})
				}
			}
			if role.Role != access.Officer {
				x.Get("/group/new", http.StatusNotFound)
				x.Desk.Post("/group/new", http.StatusForbidden, url.Values{})
			}
		}
		x.By = farOff
		x.Get(at(u)+"/edit", http.StatusNotFound)
		x.Desk.Post(at(u)+"/edit", http.StatusNotFound, url.Values{"name": {"甲"}})
		x.Desk.Post(at(u)+"/merge", http.StatusNotFound, url.Values{"into": {ref.Format(u.ID)}, "confirmed": {"1"}})
	})
}

func TestLeadingGroupIsKept(t *testing.T) {
	withDesk(t, func(x *desk) {
		body := x.Unit("县未保委")
		has(x.T, x.Get("/group", http.StatusOK), "还没有登记成员", "增加成员")
		x.Get("/group/new", http.StatusOK)
		form := url.Values{"body": {ref.Format(body.ID)}, "rank": {"head"}, "name": {"高远"}, "title": {"副县长"}, "valid_from": {"2026-01-05"}, "place": {"1"}}
		x.Desk.Post("/group/new", http.StatusSeeOther, form)
		page := x.Get("/group", http.StatusOK)
		has(x.T, page, "组长", "高远", "副县长", "2026-01-05起")
		_, rest, _ := strings.Cut(page, `href="/group/2`)
		id, _, _ := strings.Cut(rest, `"`)
		path := "/group/2" + id
		x.Get(path, http.StatusOK)
		form.Set("valid_to", "2025-12-31")
		_, page = x.Desk.Post(path, http.StatusUnprocessableEntity, form)
		has(x.T, page, "卸任日期不能早于任职日期", "高远")
		form.Set("valid_to", "2026-02-28")
		x.Desk.Post(path, http.StatusSeeOther, form)
		lacks(x.T, x.Get("/group", http.StatusOK), "高远")
		has(x.T, x.Get("/group?former=1", http.StatusOK), "高远", "2026-01-05至2026-02-28")
		form.Set("place", "x")
		_, page = x.Desk.Post("/group/new", http.StatusUnprocessableEntity, form)
		has(x.T, page, "排序请填0到999的数字")
		x.Get("/group/99", http.StatusNotFound)
	})
}

func TestVacanciesAreShownByPlace(t *testing.T) {
	withDesk(t, func(x *desk) {
		page := x.Get("/units/vacant", http.StatusOK)
		has(x.T, page, "青石镇：没有儿童主任的村（社区）", "大湾村", "共91个", "县公安局", "单位没有联络员", "乡镇没有儿童督导员")
		lacks(x.T, page, ">石门村</a>", ">县教育局</a>")
	})
}

func TestPostIsHandedOverAfterAPreview(t *testing.T) {
	withDesk(t, func(x *desk) {
		heir := x.User("heir", "何平")
		bureau := x.Unit("县教育局")
		has(x.T, x.Get(at(bureau), http.StatusOK), "交接")
		path := "/posts/" + ref.Format(x.post) + "/handover"
		has(x.T, x.Get(path, http.StatusOK), "接任人", "何平")
		_, page := x.Desk.Post(path, http.StatusUnprocessableEntity, url.Values{"reason": {"退休"}})
		has(x.T, page, "请选择接任人", "退休")
		choice := url.Values{"heir": {ref.Format(heir)}}
		_, page = x.Desk.Post(path, http.StatusUnprocessableEntity, choice)
		has(x.T, page, "请写明交接的原因")
		choice.Set("reason", "退休")
		_, page = x.Desk.Post(path, http.StatusOK, choice)
		has(x.T, page, "在办事项2项（其中超期1项）转给何平", "安全保密管理员审批后生效", "确认交接")
		if x.Posts(x.liaison)[0].State != auth.Granted || len(x.Posts(heir)) != 0 {
			x.T.Error("the preview did something")
		}
		choice.Set("confirmed", "1")
		to, _ := x.Desk.Post(path, http.StatusSeeOther, choice)
		if to != at(bureau) || x.Posts(heir)[0].State != auth.Requested {
			x.T.Errorf("led to %s; %+v", to, x.Posts(heir))
		}
		x.Desk.Post(path, http.StatusConflict, choice)
		x.By = actor(access.Liaison, county)
		lacks(x.T, x.Get(at(bureau), http.StatusOK), "/handover")
		x.Get(path, http.StatusNotFound)
		x.Desk.Post(path, http.StatusForbidden, choice)
		x.By = farOff
		x.Get(path, http.StatusNotFound)
		x.Desk.Post("/posts/x/handover", http.StatusNotFound, choice)
	})
}
