package regionpage_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"weibao/internal/access"
	"weibao/internal/flow/flowtest"
	"weibao/internal/org"
	"weibao/internal/region/regionpage"
	"weibao/internal/region/seed"
	"weibao/internal/ui/uitest"
)

const (
	county  = "/regions/990101000000"
	town    = "/regions/990101100000" // 青石镇
	village = "/regions/990101100200" // 石门村
	other   = "990101101000"          // 河湾镇
)

var (
	has, lacks = flowtest.Has, flowtest.Lacks
	document   = url.Values{"on": {"2026-03-01"}, "document": {"云府发〔2026〕1号"}}
)

func withDesk(t *testing.T, test func(x *flowtest.Desk)) {
	flowtest.Houses(t, func(h *flowtest.House) {
		r := uitest.New(h.T)
		pages, err := regionpage.New(regionpage.Deps{DB: h.D, UI: r, Flow: h.Flow})
		flowtest.Must(h.T, err)
		test(flowtest.NewDesk(h, r, flowtest.Admin, pages.Routes()))
	})
}

func form(more ...string) url.Values {
	v := url.Values{}
	for k, x := range document {
		v[k] = x
	}
	for i := 0; i < len(more); i += 2 {
		v.Set(more[i], more[i+1])
	}
	return v
}

func TestTemplatesFitTheirViews(t *testing.T) {
	r := uitest.New(t)
	_, err := regionpage.New(regionpage.Deps{UI: r})
	flowtest.Must(t, err)
	uitest.Templates(t, r)
}

func TestTreeIsWalkedAndSearched(t *testing.T) {
	withDesk(t, func(x *flowtest.Desk) {
		has(x.T, x.Get("/regions", http.StatusOK), "云岭县", "青石镇", "梨花乡", "新增下级区划", "导入全国区划文件")
		has(x.T, x.Get(town, http.StatusOK), "石门村", "石门村村民委员会", "990101100", "并入其他区划", "云州市")
		has(x.T, x.Get(village, http.StatusOK), "划转到其他乡镇", "没有下级区划")
		found := x.Get("/regions?q=smc", http.StatusOK)
		has(x.T, found, "青石镇石门村")
		lacks(x.T, found, "大湾村")
		has(x.T, x.Get("/regions?q="+url.QueryEscape("没有的村"), http.StatusOK), "没有查到")
		x.By = flowtest.Clerk
		lacks(x.T, x.Get(town, http.StatusOK), "并入其他区划", "导入全国区划文件", "新增下级区划")
		x.By = flowtest.FarOff
		x.Get(town, http.StatusNotFound)
		x.Get("/regions/abc", http.StatusNotFound)
		x.Get("/regions", http.StatusOK)
	})
}

func TestDivisionIsAddedRenamedTransferredAndAbolished(t *testing.T) {
	withDesk(t, func(x *flowtest.Desk) {
		x.Get(county+"/add", http.StatusOK)
		_, page := x.Post(county+"/add", http.StatusUnprocessableEntity, form("name", "云岭农场"))
		has(x.T, page, "请选择乡镇级的类别", "云岭农场")
		farm, _ := x.Post(county+"/add", http.StatusSeeOther, form("name", "云岭农场", "kind", "like_town"))
		has(x.T, x.Get(farm, http.StatusOK), "云岭农场", "本地新增", "990101900", "云府发〔2026〕1号")
		has(x.T, x.Get(farm+"/add", http.StatusOK), "管区、连队")

		x.Get(farm+"/rename", http.StatusOK)
		_, page = x.Post(farm+"/rename", http.StatusUnprocessableEntity, url.Values{"name": {"云岭国有农场"}, "on": {"2026-03-01"}})
		has(x.T, page, "请填写批准文件")
		x.Post(farm+"/rename", http.StatusSeeOther, form("name", "云岭国有农场"))
		has(x.T, x.Get(farm, http.StatusOK), "云岭农场更名为云岭国有农场")

		x.Get(village+"/transfer", http.StatusOK)
		_, page = x.Post(village+"/transfer", http.StatusUnprocessableEntity, form())
		has(x.T, page, "请选择划入哪个乡镇")
		moved, _ := x.Post(village+"/transfer", http.StatusSeeOther, form("into", other))
		has(x.T, x.Get(moved, http.StatusOK), "石门村", "河湾镇", "划转，代码由990101100200变更为")
		has(x.T, x.Get(village, http.StatusOK), "本区划已于")

		x.Get(farm+"/abolish", http.StatusOK)
		x.Post(farm+"/abolish", http.StatusSeeOther, form())
		has(x.T, x.Get("/regions/former", http.StatusOK), "云岭国有农场", "云岭县", "石门村")
		x.Post(town+"/abolish", http.StatusConflict, form())
		x.Work()
		if u := x.Unit("石门村"); u.Town != "990101101" {
			x.T.Errorf("the village's unit stands in %s", u.Region)
		}
	})
}

func TestMergerIsToldAndEverythingFollows(t *testing.T) {
	withDesk(t, func(x *flowtest.Desk) {
		station := x.Unit("青石镇")
		has(x.T, x.Get(town+"/merge", http.StatusOK), "并入后不能恢复", "下属12个村（社区）一并划入")
		_, page := x.Post(town+"/merge", http.StatusUnprocessableEntity, form())
		has(x.T, page, "请选择并入哪个区划")
		to, _ := x.Post(town+"/merge", http.StatusSeeOther, form("into", other))
		has(x.T, x.Get(to, http.StatusOK), "青石镇并入河湾镇", "石门村")
		x.Post(town+"/merge", http.StatusConflict, form("into", other))
		x.Work()
		if heir, err := org.Successor(x.T.Context(), x.D.Reader(), station.ID); err != nil || heir.Call() != "河湾镇" {
			x.T.Errorf("%s, %v", heir.Call(), err)
		}
	})
}

func TestNationalFileIsShownBeforeItIsImported(t *testing.T) {
	withDesk(t, func(x *flowtest.Desk) {
		rows, err := seed.OfCounty("990101000000")
		flowtest.Must(x.T, err)
		file := "code,name\n990101100260,新立村村民委员会\n"
		for _, r := range rows {
			if r.Code != "990101100201" {
				file += fmt.Sprintf("%s,%s\n", r.Code, strings.ReplaceAll(r.Name, "石门村村民", "石门新村村民"))
			}
		}
		x.Get("/regions/import", http.StatusOK)
		to, _ := x.Upload("/regions/import", http.StatusSeeOther, file, nil)
		page := x.Get(to, http.StatusOK)
		has(x.T, page, "确认导入2处变化", "新立村村民委员会", "原名石门村村民委员会", "大湾村村民委员会", "不自动撤销")
		lacks(x.T, x.Get(town, http.StatusOK), "新立村")
		staged := url.Values{"staged": {to[strings.Index(to, "=")+1:]}}
		x.By.User++ // somebody else
		x.Get(to, http.StatusNotFound)
		x.Post("/regions/import/confirm", http.StatusNotFound, staged)
		x.By.User--
		x.Post("/regions/import/confirm", http.StatusSeeOther, staged)
		has(x.T, x.Get(town, http.StatusOK), "新立村", "石门新村", "大湾村")
		x.Post("/regions/import/confirm", http.StatusNotFound, staged)
		to, _ = x.Upload("/regions/import", http.StatusSeeOther, file, nil)
		has(x.T, x.Get(to, http.StatusOK), "没有需要导入的内容")
		for name, c := range map[string]struct{ file, want string }{
			"empty": {"", "文件是空的"}, "wrong line": {"code,name\nx,y\n", "第2行"}, "binary": {"PK\x03\x04\x00\x00", "不是文本文件"},
		} {
			if _, page := x.Upload("/regions/import", http.StatusUnprocessableEntity, c.file, nil); !strings.Contains(page, c.want) {
				x.T.Errorf("%s: no %q", name, c.want)
			}
		}
	})
}

func TestFormsAreClosedToOthers(t *testing.T) {
	withDesk(t, func(x *flowtest.Desk) {
		for _, role := range access.Roles {
			if role.Role == access.SystemAdmin {
				continue
			}
			x.By = flowtest.Actor(role.Role, flowtest.County)
			for _, tail := range []string{"add", "rename", "merge", "transfer", "abolish"} {
				x.Get(town+"/"+tail, http.StatusNotFound)
				x.Post(town+"/"+tail, http.StatusForbidden, form())
			}
			x.Get("/regions/import", http.StatusNotFound)
			x.Upload("/regions/import", http.StatusForbidden, "code,name\n", nil)
		}
		x.By = flowtest.Actor(access.SystemAdmin, "990102000000")
		for _, tail := range []string{"add", "rename", "merge", "transfer", "abolish"} {
			x.Get(town+"/"+tail, http.StatusNotFound)
			x.Post(town+"/"+tail, http.StatusNotFound, form())
		}
	})
}
