package rulepage_test

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/rule"
	"weibao/internal/rule/rulepage"
	"weibao/internal/sheet"
	"weibao/internal/testkit"
	"weibao/internal/ui"
	"weibao/internal/ui/uitest"
	"weibao/rules"
)

var (
	officer  = uitest.Officer
	security = access.Actor{User: 5, Name: "安全员", Post: access.Post{ID: 5, Region: "990101000000", Role: access.SecurityAdmin}}
	director = access.Actor{User: 6, Name: "儿童主任", Post: access.Post{ID: 6, Region: "990101100200", Role: access.ChildDirector}}
	auditor  = access.Actor{User: 7, Name: "审计员", Post: access.Post{ID: 7, Region: "990101000000", Role: access.AuditAdmin}}
	today    = civil.DateOf(uitest.Now)
)

func desk(t *testing.T, county string) (uitest.Desk, *rule.Book) {
	t.Helper()
	book, r := testkit.Book(t, county), uitest.New(t)
	pages, err := rulepage.New(rulepage.Deps{UI: r, Clock: clock.At(uitest.Now), Book: func() *rule.Book { return book }, UnitsPath: "/units", TempDir: t.TempDir(),
		Uses: map[string][]ui.Crumb{"ladders": {{Label: "我的待办：提醒、催办", Href: "/duties"}}, "clocks/suggestion.answer": {{Label: "意见建议的答复时限", Href: "/suggestions"}}}})
	if err != nil {
		t.Fatal(err)
	}
	return uitest.Desk{T: t, UI: r, Routes: pages.Routes()}, book
}

func TestTemplatesFitTheirViews(t *testing.T) {
	x, _ := desk(t, "demo")
	uitest.Templates(t, x.UI)
}

func TestTheOfficeFindsWhatTheCountyMustStillDecide(t *testing.T) {
	x, book := desk(t, "demo")
	x.Page(officer, "rule-list", "/rules", "本县规则", "云岭县", rule.SuggestedNote, "单位名录", "催办督办", "到期前3个工作日到期前提醒", "性质")
	body := x.Page(officer, "rule-suggested", "/rules?status=suggested", "系统建议值")
	if strings.Contains(body, "中华人民共和国未成年人保护法") {
		t.Error("a law stands among the proposals")
	}
	for _, e := range book.Entries(today) {
		if link := "/rules/" + string(e.Kind) + "/" + e.ID + `"`; strings.Contains(body, link) != (e.Status == rule.Suggested) {
			t.Errorf("%s %s: %s", e.Kind, e.ID, e.Status)
		}
	}
	x.Page(officer, "rule-unread", "/rules?unread=1", "依据原文未核对")
	x.Page(officer, "rule-words", "/rules?words="+url.QueryEscape("公安 24"), "小时内")
	x.Page(officer, "rule-none", "/rules?words="+url.QueryEscape("没有这样的词"), "没有符合条件的规则")
	x.Page(officer, "rule-kind", "/rules?kind=levels", "红色（高）", "level-4", "第4级，红色，图形▲")
	x.Page(security, "rule-admin", "/rules")
}

func TestARuleTellsItsValueItsBasisAndWhereItWorks(t *testing.T) {
	x, _ := desk(t, "demo")
	x.Page(officer, "rule-category", "/rules/categories/C03", "农村留守儿童", "年龄不满16周岁", "户籍为农村", "父母外出为双方，或者（父母外出为一方，并且监护包括“另一方无监护能力”）", "依据原文未核对", "国发〔2016〕13号")
	x.Page(officer, "rule-ladder", "/rules/ladders/default", "第一步", "到期前3个工作日", "超期10个工作日", "建议发督办单", "我的待办：提醒、催办")
	x.Page(officer, "rule-clock", "/rules/clocks/suggestion.answer", "收到意见建议后10个工作日内", rule.SuggestedNote, "意见建议的答复时限")
	body := x.Page(officer, "rule-cycle", "/rules/cycles/return.progress", "每月25日前至少1次", "每季度至少1次", "正在执行", "本县另有规定")
	if strings.Index(body, "每月25日前") > strings.Index(body, "每季度至少1次") {
		t.Error("the county's own does not stand first")
	}
}

// Every rule of every county must be fit to be read by an official.
func TestEveryRuleOfEveryCountyReadsWell(t *testing.T) {
	counties, err := rule.Counties(rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range counties {
		x, book := desk(t, c.Name)
		x.T = t
		x.Page(officer, "rule-list-"+c.Name, "/rules")
		for _, e := range book.Entries(today) {
			path := "/rules/" + string(e.Kind) + "/" + url.PathEscape(e.ID)
			w := x.Do(officer, "GET", path, nil)
			if w.Code != http.StatusOK {
				t.Errorf("%s %s: status %d", c.Name, path, w.Code)
			}
			for _, problem := range uitest.PageProblems(w.Body.String()) {
				t.Errorf("%s %s: %s", c.Name, path, problem)
			}
		}
	}
}

func TestTheWorkbookHoldsWhatTheListShows(t *testing.T) {
	x, book := desk(t, "demo")
	w := x.Do(officer, "GET", "/rules/export?status=suggested", nil)
	if w.Code != http.StatusOK || !strings.Contains(w.Header().Get("Content-Disposition"), "filename*=UTF-8''") {
		t.Fatalf("status %d %s", w.Code, w.Header())
	}
	want := map[string]bool{}
	for _, e := range book.Entries(today) {
		if e.Status == rule.Suggested {
			want[e.Kind.Label()+e.ID] = true
		}
	}
	rows := 0
	for row, err := range sheet.Read(bytes.NewReader(w.Body.Bytes()), int64(w.Body.Len()), sheet.Limits{}) {
		if err != nil {
			t.Fatal(err)
		}
		if id := row.Cell(0).Trimmed() + row.Cell(9).Trimmed(); want[id] {
			rows++
			if got := row.Cell(4).Trimmed(); got != "系统建议值" {
				t.Errorf("%s: %s", id, got)
			}
		}
	}
	if rows != len(want) || rows == 0 {
		t.Errorf("%d rows of %d", rows, len(want))
	}
}

func TestWhoHasNothingToDoWithRulesDoesNotSeeThem(t *testing.T) {
	x, _ := desk(t, "demo")
	parts := map[string]string{"kind": "limits", "id": "T15"}
	for _, by := range []access.Actor{{}, director, auditor} {
		x.Refuses(by, parts)
	}
	for _, path := range []string{"/rules/limits/none", "/rules/none/T15", "/rules/units/minzheng"} {
		if w := x.Do(officer, "GET", path, nil); w.Code != http.StatusNotFound {
			t.Errorf("%s: status %d", path, w.Code)
		}
	}
}
