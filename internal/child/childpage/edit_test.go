package childpage_test

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"weibao/internal/child"
	"weibao/internal/child/childpage"
)

// filled reads a form of a page as a browser would send it.
func (x desk) filled(path string) url.Values {
	x.T.Helper()
	root, err := html.Parse(strings.NewReader(x.Page(director, "child-form", path)))
	if err != nil {
		x.T.Fatal(err)
	}
	form := url.Values{}
	for n := range root.Descendants() {
		attrs := map[string]string{}
		for _, a := range n.Attr {
			attrs[a.Key] = a.Val
		}
		_, checked := attrs["checked"]
		_, selected := attrs["selected"]
		switch {
		case n.Data == "input" && (attrs["type"] == "checkbox" || attrs["type"] == "radio"):
			if checked {
				form.Add(attrs["name"], attrs["value"])
			}
		case n.Data == "input" && attrs["name"] != "q":
			form.Set(attrs["name"], attrs["value"])
		case n.Data == "textarea":
			text := ""
			if n.FirstChild != nil {
				text = n.FirstChild.Data
			}
			form.Set(attrs["name"], text)
		case n.Data == "option" && selected:
			form.Set(selectName(n), attrs["value"])
		}
	}
	return form
}

func selectName(n *html.Node) string {
	for p := n.Parent; p != nil; p = p.Parent {
		if p.Data == "select" {
			for _, a := range p.Attr {
				if a.Key == "name" {
					return a.Val
				}
			}
		}
	}
	return ""
}

var sheets = []string{"identity", "places", "schooling", "health", "family"}

// TestAFormThatIsSentBackUnchangedChangesNothing holds for every sheet and
// person: what a form shows is what it reads.
func TestAFormThatIsSentBackUnchangedChangesNothing(t *testing.T) {
	withDesk(t, func(x desk) {
		n := x.girl("单小明", village, 30)
		n.Dossier.Papers = []child.Paper{{Kind: "出生医学证明", Number: "Q990000001"}, {Kind: "护照", Number: "E1"}, {Kind: "户口簿", Number: "3"}}
		n.Dossier.Schooling.State, n.Dossier.Family.Guardianship, n.Dossier.Health.State = "走读", []string{"祖辈照护"}, "良好"
		id := x.create(n)
		paths := []string{"/people/1", "/people/2", "/people/3"}
		for _, s := range sheets {
			paths = append(paths, "/edit/"+s)
		}
		for _, path := range paths {
			form := x.filled(childpage.Path(id) + path)
			form.Set("reason", "核对")
			x.goes(childpage.Path(id)+path, form)
		}
		past, err := x.cabinet.History(t.Context(), x.d.Reader(), officer, id)
		if err != nil || len(past) != 0 {
			t.Errorf("changed: %+v %v", past, err)
		}
	})
}

func TestEverySheetSavesWhatWasChangedAndSaysWhy(t *testing.T) {
	withDesk(t, func(x desk) {
		id := x.create(x.girl("单小明", village, 31))
		path := childpage.Path(id)
		for sheet, c := range map[string]struct {
			change url.Values
			says   []string
		}{
			"identity":  {url.Values{"ethnic": {"23"}, "phone": {"13900001111"}, "paper_kind_0": {"护照"}, "paper_number_0": {"990011"}}, []string{"高山族", "13900001111", "990011"}},
			"places":    {url.Values{"registered": {"邻县大寨村"}, "registered_region": {village}, "residence": {"五组3号"}}, []string{"邻县大寨村", "五组3号"}},
			"schooling": {url.Values{"state": {"辍学"}, "left": {"2026-01-05"}, "boards": {"1"}}, []string{"辍学", "2026-01-05", "住校"}},
			"health":    {url.Values{"certificate": {"99010120150601001244"}, "kind_0": {""}, "grade_0": {""}}, nil},
			"family":    {url.Values{"away": {"一方"}, "situation": {"父母服刑"}, "welfare": {"低保", "临时救助"}, "contact": {"罗站长"}, "contact_phone": {"13300001111"}}, []string{"罗站长", "13300001111", "父母服刑", "低保、临时救助"}},
		} {
			if sheet == "health" {
				number := x.girl("", village, 31).Dossier.Number
				c.change.Set("certificate", number+"43")
				c.says = []string{"肢体残疾三级", number + "43"}
			}
			form := x.filled(path + "/edit/" + sheet)
			maps.Copy(form, c.change)
			if body := x.asks(path+"/edit/"+sheet, form, "请说明修改的依据"); !strings.Contains(body, "依据") {
				t.Error(sheet)
			}
			form.Set("reason", "入户走访")
			if to := x.goes(path+"/edit/"+sheet, form); to != path {
				t.Error("leads to", to)
			}
			x.says(x.revealed(path), true, append(c.says, "入户走访")...)
		}
	})
}

func TestFaultsOfAFormAreSaidAtTheirFieldsAndNothingIsSaved(t *testing.T) {
	withDesk(t, func(x desk) {
		id := x.create(x.girl("单小明", village, 32))
		path := childpage.Path(id)
		for _, c := range []struct {
			sheet, field, value, says string
		}{
			{"identity", "number", "990101201506010012", "校验位不符"}, {"identity", "birth", "2015-06-02", "与公民身份号码不一致"},
			{"identity", "name", "", "请填写姓名"}, {"identity", "paper_kind_0", "护照", "请同时填写证件和号码"}, {"identity", "ethnic", "99", "请从列表中选择"},
			{"places", "region", other, "不在您的职责范围内"}, {"places", "school_region", "1", "请从列表中选择"},
			{"schooling", "state", "辍学", "请填写离校日期"}, {"schooling", "left", "去年", "的样子填写日期"},
			{"health", "certificate", "123", "应为20位"}, {"health", "grade_0", "", "请同时选择"}, {"family", "remarks", strings.Repeat("长", 501), "请删减"},
		} {
			form := x.filled(path + "/edit/" + c.sheet)
			form.Set("reason", "入户走访")
			form.Set(c.field, c.value)
			body := x.asks(path+"/edit/"+c.sheet, form, c.says)
			at := c.field
			if also, ok := map[string]string{"paper_kind_0": "paper_number_0", "state": "left"}[c.field]; ok {
				at = also // what is missing is the other one
			}
			if !strings.Contains(body, `id="f-`+at+`-error"`) {
				t.Errorf("%s %s: the message does not stand at its field", c.sheet, c.field)
			}
		}
		past, err := x.cabinet.History(t.Context(), x.d.Reader(), officer, id)
		if err != nil || len(past) != 0 {
			t.Error(past, err)
		}
	})
}

func TestAnOldFormDoesNotOverwriteWhatSomebodyElseSaved(t *testing.T) {
	withDesk(t, func(x desk) {
		path := childpage.Path(x.create(x.girl("单小明", village, 33)))
		form := x.filled(path + "/edit/family")
		form.Set("reason", "入户走访")
		form.Set("away_to", "浙江义乌")
		x.goes(path+"/edit/family", form)
		form.Set("away_to", "福建石狮")
		body := x.post(director, path+"/edit/family", http.StatusConflict, form)
		x.says(body, true, "刚刚被他人修改", "福建石狮")
		x.says(x.revealed(path), false, "福建石狮")
	})
}

func TestAClosedFileIsNotEdited(t *testing.T) {
	withDesk(t, func(x desk) {
		id := x.create(x.girl("单小明", village, 34))
		x.close(id)
		path := childpage.Path(id)
		x.says(x.Page(director, "child-closed", path, "这份档案已结", "迁出本县"), false, path+"/edit/", path+"/people/")
		for _, target := range []string{"/edit/family", "/people/1", "/people/new", "/people/1/delegate"} {
			if w := x.Do(director, "GET", path+target, nil); w.Code != http.StatusConflict {
				t.Errorf("%s: status %d", target, w.Code)
			}
		}
	})
}

func TestPeopleAreAddedChangedRemovedAndBlocked(t *testing.T) {
	withDesk(t, func(x desk) {
		path := childpage.Path(x.create(x.girl("单小明", village, 35)))
		form := x.filled(path + "/people/new")
		form.Set("reason", "入户走访")
		x.asks(path+"/people/new", form, "请选择此人与儿童的关系")
		form.Set("relation", "52")
		form.Set("name", "石桂花")
		form.Set("block", "1")
		x.asks(path+"/people/new", form, "请写明为什么不得联系")
		form.Set("blocked", "涉嫌侵害，案件办理中")
		form.Set("caregiver", "1")
		x.asks(path+"/people/new", form, "不能同时是实际照护人")
		form.Del("caregiver")
		x.goes(path+"/people/new", form)
		x.says(x.Page(director, "child-blocked", path, "不得联系：母亲"), false, "涉嫌侵害", "石桂花")
		x.says(x.revealed(path), true, "石桂花", "涉嫌侵害，案件办理中")
		form = x.filled(path + "/people/4")
		form.Set("reason", "撤案")
		form.Del("block")
		x.goes(path+"/people/4", form)
		x.says(x.Page(director, "child-unblocked", path), false, "不得联系：母亲")
		form = x.filled(path + "/people/4")
		form.Set("reason", "登记有误")
		form.Set("remove", "1")
		x.goes(path+"/people/4", form)
		x.says(x.revealed(path), true, "由“石桂花”改为（空）")
		for _, target := range []string{"/people/4", "/people/0", "/people/x", "/people/4/delegate", "/edit/people"} {
			if w := x.Do(director, "GET", path+target, nil); w.Code != http.StatusNotFound {
				t.Errorf("%s: status %d", target, w.Code)
			}
		}
	})
}

func TestCareIsEntrustedOnlyWhenEveryBarIsCleared(t *testing.T) {
	withDesk(t, func(x desk) {
		path := childpage.Path(x.create(x.girl("单小明", village, 36)))
		all := url.Values{"from": {"2026-03-01"}, "signed": {"2026-02-28"}, "consulted": {"1"}, "weekly": {"1"}, "reason": {"家长申请"}}
		for _, bar := range child.Bars {
			all.Set(bar.Key, "1")
		}
		form := x.filled(path + "/people/2/delegate")
		maps.Copy(form, all)
		for _, missing := range append([]string{"from", "signed", "consulted"}, child.Bars[0].Key, child.Bars[1].Key, child.Bars[2].Key, child.Bars[3].Key) {
			without := maps.Clone(form)
			without.Del(missing)
			body := x.post(director, path+"/people/2/delegate", http.StatusUnprocessableEntity, without)
			if !strings.Contains(body, `id="f-`+missing+`-error"`) {
				t.Errorf("without %s: no message at its field", missing)
			}
		}
		x.goes(path+"/people/2/delegate", form)
		x.says(x.Page(director, "child-delegated", path), true, "受委托照护人", "还没有告知", "祖母")
		told := x.revealed(path)
		for _, bar := range child.Bars {
			x.says(told, true, "受委托人逐项核实由（空）改为“已核实没有："+bar.Label+"”")
			x.says(told, false, "改为“"+bar.Label)
		}
		x.says(told, true, "委托照护协议签订日期由（空）改为“2026-02-28", "委托照护听取儿童意见由（空）改为“是”")
		x.says(x.Page(director, "child-delegable", path), false, "/people/1/delegate")
		if w := x.Do(director, "GET", path+"/people/1/delegate", nil); w.Code != http.StatusConflict {
			t.Errorf("entrusted to the father: status %d", w.Code)
		}
		blocked := x.filled(path + "/people/3/delegate")
		maps.Copy(blocked, all)
		x.asks(path+"/people/3/delegate", blocked, "不能受托照护")
		form = x.filled(path + "/people/2/delegate")
		if form.Get("from") != "2026-03-01" || form.Get(child.Bars[0].Key) != "1" {
			t.Error("the form forgot", form)
		}
		form.Set("end", "1")
		form.Set("reason", "父母返乡")
		x.goes(path+"/people/2/delegate", form)
		x.says(x.Page(director, "child-undelegated", path), false, "受委托照护人")
	})
}
