package childpage_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"weibao/internal/child"
)

// asks posts a form that is refused and gives the page.
func (x desk) asks(path string, form url.Values, want ...string) string {
	x.T.Helper()
	body := x.post(director, path, http.StatusUnprocessableEntity, form)
	x.says(body, true, want...)
	return body
}

// goes posts a form that is accepted and gives where it leads.
func (x desk) goes(path string, form url.Values) string {
	x.T.Helper()
	w := x.Do(director, http.MethodPost, path, form)
	if w.Code != http.StatusSeeOther {
		x.T.Fatalf("%s: status %d: %s", path, w.Code, w.Body)
	}
	return w.Header().Get("Location")
}

// revealed gives the record with what is private.
func (x desk) revealed(path string) string {
	x.T.Helper()
	return x.post(director, path+"/reveal", http.StatusOK, url.Values{"purpose": {"check"}})
}

func entry(more url.Values) url.Values {
	form := url.Values{"name": {"单小明"}, "no_number": {"newborn"}, "sex": {"2"}, "birth": {"2025-11-02"}, "region": {village}, "address": {"三组17号"}, "household": {"农村"},
		"a_name": {"石桂花"}, "a_relation": {"52"}, "a_phone": {"138 0000 4321"}, "b_name": {"单大山"}, "b_relation": {"51"}, "b_situation": {"外出务工"},
		"away": {"一方"}, "welfare": {"低保"}, "category": {"C03"}, "evidence": {"入户走访"}, "remarks": {"母亲带养"}}
	for k, v := range more {
		form[k] = v
	}
	return form
}

func TestNobodyGetsASecondFile(t *testing.T) {
	withDesk(t, func(x desk) {
		n := x.girl("单小明", village, 20)
		id := x.create(n)
		x.Page(director, "child-new", "/children/new", "查找是否已有档案", "一名儿童只建一份档案")
		x.asks("/children/new/check", url.Values{}, "请填写姓名或公民身份号码")
		x.asks("/children/new/check", url.Values{"name": {"单小明"}, "number": {n.Dossier.Number[:17] + "A"}}, "公民身份号码", "单小明")
		body := x.post(director, "/children/new/check", http.StatusOK, url.Values{"number": {n.Dossier.Number}})
		x.says(body, true, "已有档案", Path(id))
		x.says(body, false, "建立档案</button>")
		body = x.post(director, "/children/new/check", http.StatusOK, url.Values{"name": {"单小明"}})
		x.says(body, true, "可能已有档案", "就是她", Path(id), "建立档案</button>")
		w := x.Do(director, "POST", "/children/new", entry(url.Values{"number": {n.Dossier.Number}, "no_number": {""}, "birth": {""}}))
		if w.Code != http.StatusConflict || !strings.Contains(w.Body.String(), Path(id)) {
			t.Errorf("the same number again: status %d", w.Code)
		}
		if list, err := x.cabinet.List(t.Context(), x.d.Reader(), officer, child.Filter{Level: child.AnyLevel, Limit: 10}); err != nil || len(list) != 1 {
			t.Error(list, err)
		}
	})
}

func TestBirthAndSexAreFilledInFromTheNumber(t *testing.T) {
	withDesk(t, func(x desk) {
		number := x.girl("单小明", village, 21).Dossier.Number
		body := x.post(director, "/children/new/check", http.StatusOK, url.Values{"name": {"单小明"}, "number": {" " + strings.ToLower(number)}})
		x.says(body, true, `value="2015-06-01"`, `value="`+number+`"`, `<option value="2" selected>女`)
	})
}

func TestANewFileHoldsWhatWasEntered(t *testing.T) {
	withDesk(t, func(x desk) {
		path := x.goes("/children/new", entry(nil))
		x.says(x.Page(director, "child-entered", path, "不满1周岁", "农村留守儿童"), false, "13800004321", "石桂花", "母亲带养")
		x.says(x.revealed(path), true, "13800004321", "石桂花", "单大山", "三组17号", "外出务工", "低保", "入户走访", "母亲带养", "新生儿，正在办理", "实际照护人")
	})
}

func TestAnEntryWithFaultsSaysThemAndKeepsWhatWasTyped(t *testing.T) {
	withDesk(t, func(x desk) {
		for what, c := range map[string]struct {
			change url.Values
			says   string
		}{
			"no place":     {url.Values{"region": {""}}, "请选择居住地所在的村"},
			"other scope":  {url.Values{"region": {other}}, "不在您的职责范围内"},
			"no number":    {url.Values{"no_number": {""}}, "没有的，请选择原因"},
			"future":       {url.Values{"birth": {"2031-01-01"}}, "出生日期晚于今天"},
			"no date":      {url.Values{"birth": {"去年"}}, "的样子填写日期"},
			"no name":      {url.Values{"name": {" "}}, "请填写姓名"},
			"no relation":  {url.Values{"b_relation": {""}}, "请选择此人与儿童的关系"},
			"no category":  {url.Values{"category": {"C99"}}, "请从本县的对象类别中选择"},
			"wrong number": {url.Values{"number": {"990101201506010012"}}, "校验位不符"},
		} {
			body := x.asks("/children/new", entry(c.change), c.says, "母亲带养", "三组17号", `value="138 0000 4321"`)
			if !strings.Contains(body, "problems-title") {
				t.Errorf("%s: no summary", what)
			}
		}
	})
}
