package workdaypage_test

import (
	"net/http"
	"strings"
	"testing"

	"weibao/internal/access"
	"weibao/internal/flow/flowtest"
	"weibao/internal/ui/uitest"
	"weibao/internal/workday/workdaypage"
)

const notice = "kind: workdays\nyear: 2027\nsource: {document: 虚构的2027年通知}\ndays:\n  - {date: 2027-01-01, kind: holiday, name: 元旦}\n"

func withDesk(t *testing.T, test func(x *flowtest.Desk)) {
	flowtest.Houses(t, func(h *flowtest.House) {
		r := uitest.New(h.T)
		pages, err := workdaypage.New(workdaypage.Deps{DB: h.D, UI: r, Flow: h.Flow})
		flowtest.Must(h.T, err)
		test(flowtest.NewDesk(h, r, flowtest.Admin, pages.Routes()))
	})
}

func TestTemplatesFitTheirViews(t *testing.T) {
	r := uitest.New(t)
	_, err := workdaypage.New(workdaypage.Deps{UI: r})
	flowtest.Must(t, err)
	uitest.Templates(t, r)
}

func TestYearsAndTheEndOfTheDataAreSaid(t *testing.T) {
	withDesk(t, func(x *flowtest.Desk) {
		page := x.Get("/workdays", http.StatusOK)
		flowtest.Has(x.T, page, "2026年放假和调休", "国庆节调休上班", "2026-10-10 周六", "2027", "尚未导入，暂按周一至周五推算", "导入放假安排")
		flowtest.Lacks(x.T, page, "跨年期限暂按")
		flowtest.Has(x.T, x.Get("/workdays?year=2031", http.StatusOK), "2031年放假安排尚未导入")
		x.C.Set(x.C.Now().AddDate(0, 9, 0))
		flowtest.Has(x.T, x.Get("/workdays", http.StatusOK), "2027年放假安排尚未导入，跨年期限暂按周一至周五推算")
	})
}

func TestYearIsImportedOrRefusedWithLineAndCause(t *testing.T) {
	withDesk(t, func(x *flowtest.Desk) {
		flowtest.Has(x.T, x.Get("/workdays/import", http.StatusOK), "文件样例")
		for name, c := range map[string]struct{ file, want string }{
			"day of another year": {strings.ReplaceAll(notice, "2027-01-01", "2029-01-01"), "第5行"},
			"other file":          {"这是一份通知\n", "文件没有导入，日历没有改动"},
			"empty":               {"", "文件没有导入，日历没有改动"},
		} {
			if _, page := x.Upload("/workdays/import", http.StatusUnprocessableEntity, c.file, nil); !strings.Contains(page, c.want) {
				x.T.Errorf("%s: no %q", name, c.want)
			}
		}
		_, page := x.Post("/workdays/import", http.StatusUnprocessableEntity, nil)
		flowtest.Has(x.T, page, "请选择要导入的文件")
		flowtest.Has(x.T, x.Get("/workdays?year=2027", http.StatusOK), "2027年放假安排尚未导入")
		to, _ := x.Upload("/workdays/import", http.StatusSeeOther, notice, nil)
		flowtest.Has(x.T, x.Get(to, http.StatusOK), "虚构的2027年通知", "2027-01-01 周五", "元旦")
		x.Work()
	})
}

func TestOthersReadButDoNotImport(t *testing.T) {
	withDesk(t, func(x *flowtest.Desk) {
		for _, role := range access.Roles {
			x.By = flowtest.Actor(role.Role, flowtest.County)
			if role.Role == access.SystemAdmin {
				continue
			}
			x.Get("/workdays/import", http.StatusNotFound)
			x.Upload("/workdays/import", http.StatusForbidden, notice, nil)
		}
		x.By = flowtest.Clerk
		flowtest.Lacks(x.T, x.Get("/workdays", http.StatusOK), "导入放假安排")
		x.By = flowtest.Actor(access.AuditAdmin, "")
		x.Get("/workdays", http.StatusNotFound)
	})
}
