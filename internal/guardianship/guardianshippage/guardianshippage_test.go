package guardianshippage_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/file"
	"weibao/internal/guardianship"
	"weibao/internal/guardianship/guardianshippage"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/testkit"
	"weibao/internal/ui"
	"weibao/internal/ui/uitest"
)

const county, village = "990101000000", "990101100200"

func actor(user ref.User, region string, role access.Role) access.Actor {
	return access.Actor{User: user, Name: "某人", Post: access.Post{ID: ref.Post(user), Unit: ref.Unit(user), UnitName: "某单位", Region: region, RegionName: "云岭县", Role: role}}
}

var (
	officer  = actor(100, county, access.Officer)
	court    = actor(500, county, access.Liaison)
	stranger = actor(700, county, access.Liaison)
	admin    = actor(800, county, access.SystemAdmin)
	units    = map[string]ref.Unit{"": 100, "office": 100, "township": 200, "village": 300, "公安": 400, "法院": 500, "民政": 600, "救助管理机构": 600}
)

type desk struct {
	uitest.Desk
	clock *clock.Manual
	child string
}

func withDesk(t *testing.T, test func(x desk)) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) {
		cal, cabinet, r := testkit.Calendar(t), testkit.Cabinet(t, d, "demo"), uitest.New(t)
		k := &guardianship.Desk{Cabinet: cabinet, Kernel: testkit.Kernel(cal, 100), Files: &file.Store{Dir: t.TempDir(), Vault: cabinet.Vault}, Book: func() *rule.Book { return cabinet.Book() },
			Unit:     func(_ context.Context, _ *db.Tx, _, who string) (ref.Unit, error) { return units[who], nil },
			Calendar: func(context.Context, *db.Tx) (*civil.Calendar, error) { return cal, nil }}
		pages, err := guardianshippage.New(guardianshippage.Deps{DB: d, UI: r, Desk: k,
			Units: func(context.Context, *db.Tx, []ref.Unit) (map[ref.Unit]string, error) {
				return map[ref.Unit]string{100: "县未保办", 500: "县法院"}, nil
			},
			Choices: func(context.Context, *db.Tx, access.Actor) ([]ui.Option, error) {
				return []ui.Option{{Value: "700", Label: "县妇联"}}, nil
			},
			Villages: func(context.Context, *db.Tx, access.Actor) ([]ui.Option, error) {
				return []ui.Option{{Value: village, Label: "上坪村"}}, nil
			}})
		if err != nil {
			t.Fatal(err)
		}
		var id ref.Child
		if err := d.Write(t.Context(), func(tx *db.Tx) (err error) {
			id, err = cabinet.Create(t.Context(), tx, officer, child.New{Name: "单小明", Region: village, Source: "form", Birth: civil.MustParse("2021-06-01"), Dossier: child.Dossier{NoNumber: "missing"}})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		test(desk{uitest.Desk{T: t, UI: r, Routes: pages.Routes(), Tick: func() { c.Advance(time.Second) }}, c, "/children/" + ref.Format(id) + "/measures"})
	})
}

func TestTemplatesFitTheirViews(t *testing.T) {
	withDesk(t, func(x desk) { uitest.Templates(t, x.UI) })
}

func TestAnOrderIsOpenedRecordedRevealedAndCorrected(t *testing.T) {
	withDesk(t, func(x desk) {
		x.Page(officer, "measure-kinds", x.child+"/new", "劝诫教育", "监护资格", "保密：只有参与的单位看得到", "现在就拨打110")
		x.Page(officer, "measure-open", x.child+"/new?kind=order", "由谁提出", "不要记录孩子受侵害的经过")
		x.Refused(officer, x.child+"/new", url.Values{"kind": {"order"}, "day": {"2026-03-02"}}, http.StatusUnprocessableEntity, "请选择符合哪一种情形")
		path := x.Post(officer, x.child+"/new", url.Values{"kind": {"order"}, "day": {"2026-03-02"}, "grounds": {"violence"}, "asker": {"police"}, "person": {"独有的父亲"}, "without.order-request": {"原件在法院"}})
		if body := x.Page(officer, "measure-asked", path, "已申请", "（隐去）"); strings.Contains(body, "独有的父亲") {
			t.Error("shown without a reveal")
		}
		if w := x.Do(stranger, "GET", path, nil); w.Code != http.StatusNotFound {
			t.Errorf("who is no party: %d", w.Code)
		}
		if w := x.Do(officer, "POST", path+"/reveal", nil); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "独有的父亲") {
			t.Errorf("reveal: %d", w.Code)
		}
		x.Page(court, "measure-record", path+"/record?fact=accepted", "人民法院受理")
		x.Post(court, path+"/record", url.Values{"fact": {"accepted"}, "day": {"2026-03-02"}, "number": {"（2026）民保令1号"}})
		x.Refused(court, path+"/record", url.Values{"fact": {"granted"}, "day": {"2026-03-02"}, "until": {"2027-03-02"}}, http.StatusUnprocessableEntity, "超过规定的最长期限")
		x.Refused(court, path+"/record", url.Values{"fact": {"granted"}, "day": {"2026-03-02"}}, http.StatusUnprocessableEntity, "请上传《人身安全保护令裁定书》")
		x.Post(court, path+"/record", url.Values{"fact": {"granted"}, "day": {"2026-03-02"}, "without.ruling": {"稍后补交"}})
		body := x.Page(court, "measure-held", path, "保护令生效", "2026-09-02", "送达人身安全保护令")
		x.Page(court, "measure-extend", path+"/record?fact=extended", "从哪一天起算", `value="2026-09-02"`, "按裁定书填写")
		x.Refused(court, path+"/record", url.Values{"fact": {"extended"}, "day": {"2026-03-02"}, "since": {"2026-10-01"}, "without.order-extend": {"原件在法院"}}, http.StatusUnprocessableEntity, "失效的不能延长")
		_, rest, _ := strings.Cut(body[strings.Index(body, "/strike?fact="):], "/strike?fact=")
		fact, _, _ := strings.Cut(rest, `"`)
		x.Page(court, "measure-strike", path+"/strike?fact="+fact, "更正登记错误")
		x.Refused(court, path+"/strike", url.Values{"fact": {fact}}, http.StatusUnprocessableEntity, "请说明更正的原因")
		x.Post(court, path+"/strike", url.Values{"fact": {fact}, "reason": {"登记错了"}})
		if w := x.Do(officer, "POST", path+"/papers/order-request", nil); w.Code != http.StatusOK || !strings.HasPrefix(w.Body.String(), "PK") {
			t.Errorf("document: %d", w.Code)
		}
		if w := x.Do(officer, "POST", path+"/papers/custody", nil); w.Code != http.StatusNotFound {
			t.Errorf("a document of another measure: %d", w.Code)
		}
		x.supplies(path)
		x.Post(officer, path+"/invite", url.Values{"unit": {"700"}})
		x.Page(stranger, "measure-party", path, "法院已受理")
		x.Page(officer, "measure-list", "/guardianship", "单小明", "人身安全保护令")
		x.Page(officer, "measure-child", x.child, "人身安全保护令", "保密")
	})
}

// supplies hands in the document that lacks.
func (x desk) supplies(path string) {
	x.T.Helper()
	body := x.Page(officer, "measure-lacks", path, "应有的文书", "人身安全保护令申请书", "缺，已说明原因")
	_, rest, _ := strings.Cut(body, "/supply?paper=")
	paper, _, _ := strings.Cut(rest, `"`)
	x.Page(officer, "measure-supply", path+"/supply?paper="+paper, "补交文书", "第二十四条（未核实）")
	x.Refused(officer, path+"/supply", url.Values{"paper": {paper}}, http.StatusUnprocessableEntity, "请选择文书的扫描件")
	if w := x.Do(stranger, "POST", path+"/supply", url.Values{"paper": {paper}}); w.Code != http.StatusNotFound {
		x.T.Errorf("who is no party: %d", w.Code)
	}
}

// The county's age for an institution stands beside the choice of a place, and
// says that no law fixes it; restoration says within which days it is asked for.
func TestFormsSayWhatTheCountyAndTheLawHave(t *testing.T) {
	withDesk(t, func(x desk) {
		x.Page(officer, "measure-custody", x.child+"/new?kind=custody", "4周岁的孩子", "送儿童福利机构", "写明理由", "系统建议值", "第九十二条第七项")
		x.Page(officer, "measure-restore", x.child+"/new?kind=restoration", "本系统没有登记判决撤销监护人资格", "未核实")
		x.Refused(officer, x.child+"/new", url.Values{"kind": {"restoration"}, "day": {"2026-03-02"}}, http.StatusUnprocessableEntity, "请写明日期和文号")
	})
}

func TestAChildFoundIsRescuedBeforeItIsKnown(t *testing.T) {
	withDesk(t, func(x desk) {
		x.Page(officer, "rescue-new", "/rescues/new", "在哪里发现", "先救助再查身份")
		x.Refused(officer, "/rescues/new", url.Values{"day": {"2026-03-02"}}, http.StatusUnprocessableEntity, "请选择性别")
		path := x.Post(officer, "/rescues/new", url.Values{"sex": {"1"}, "age": {"9"}, "region": {village}, "signs": {"蓝色书包"}, "day": {"2026-03-02"}, "place": {"rescue"}})
		x.Page(officer, "rescue-show", path, "身份不明儿童", "发布寻亲公告", "提请采集DNA", "办理户口登记")
		x.Page(officer, "rescue-list", "/rescues", "身份不明儿童")
	})
}

func TestEveryRouteRefusesOthers(t *testing.T) {
	withDesk(t, func(x desk) {
		x.Refuses(admin, map[string]string{"child": "1", "measure": "1", "file": "1", "paper": "order-request"})
	})
}
