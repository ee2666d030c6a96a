package publicpage_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/intake"
	"weibao/internal/ref"
	"weibao/internal/ui/uitest"
)

// grown are words that no child says.
var grown = []string{"您", "受理", "研判", "办结", "承办", "反馈", "提交", "补充", "核实", "报告", "满意", "办理", "上传", "无法", "输入", "情况"}

// plain asks that a page is in a child's own words.
func (h house) plain(name string, w *httptest.ResponseRecorder, status int, want ...string) string {
	h.T.Helper()
	page := w.Body.String()
	if w.Code != status {
		h.T.Errorf("%s: status %d: %s", name, w.Code, page)
	}
	uitest.Page(h.T, w.Body.Bytes())
	h.keep("kid-"+name, 1, page)
	for _, word := range grown {
		if strings.Contains(page, word) {
			i := strings.Index(page, word)
			h.T.Errorf("%s says %s: …%s…", name, word, page[max(0, i-60):min(len(page), i+60)])
		}
	}
	for _, word := range append(want, "tel:110", `class="kid"`) {
		if !strings.Contains(page, word) {
			h.T.Errorf("%s does not say %s", name, word)
		}
	}
	return page
}

func (h house) lodge(in intake.In) intake.Lodged {
	h.T.Helper()
	out, err := h.desk.Take(h.T.Context(), h.d, access.Program, in, "")
	if err != nil {
		h.T.Fatal(err)
	}
	return out
}

var told = intake.In{What: "hurt", Narrative: "爸爸打我", Channel: "child", Place: intake.Place{Region: "990101100200"}, Reporter: &intake.Reporter{Name: "小明"}}

func (h house) decide(id ref.Report) {
	h.T.Helper()
	h.do(func(tx *db.Tx) error { return h.desk.Accept(h.T.Context(), tx, officer, id) })
	h.do(func(tx *db.Tx) error {
		_, err := h.desk.Decide(h.T.Context(), tx, officer, id, intake.DecideIn{Situation: "other", Words: "由本办办理", Answers: map[string]string{"danger": "no", "harm": "no", "care": "no", "again": "no"}})
		return err
	})
}

// From telling to the answer, through whatever is typed wrong, a child reads
// its own words; also where it opens its report by the adults' door.
func TestAChildIsSpokenToInItsOwnWordsAllTheWay(t *testing.T) {
	withFiles(t, func(h house, _ string) {
		get := func(path string) *httptest.ResponseRecorder { return h.Do(nobody, "GET", path, nil) }
		page := h.plain("danger", get("/report/child"), 200)
		for i, answers := range []url.Values{{}, {"danger": {"yes"}}, {}, {"what": {"hurt"}}, {"place": {strings.Repeat("长", 301)}}, {"narrative": {" "}}, {"narrative": {"爸爸打我"}, "place": {"学校"}}} {
			w := h.next("/report/child", page, answers)
			page = h.plain("way"+string(rune('a'+i)), w, w.Code)
		}
		h.plain("look", get("/report/child/look"), 200, "16个数字")
		for _, wrong := range []string{"12", "0000000000000000"} {
			w := h.Do(nobody, "POST", "/report/child/look", url.Values{"receipt": {wrong}})
			h.plain("wrong"+wrong[:2], w, w.Code, "一个一个再对一遍")
		}
		first, second := h.lodge(told), h.lodge(told)
		look := func(path string, out intake.Lodged) *httptest.ResponseRecorder {
			return h.Do(nobody, "POST", path, url.Values{"receipt": {out.Receipt}})
		}
		h.plain("received", look("/report/look", first), 200, "我们收到了", `action="/report/child/say"`)
		h.decide(first.ID)
		h.plain("decided", look("/report/child/look", first), 200, "有人在帮你")
		h.do(func(tx *db.Tx) error {
			return h.desk.Ask(t.Context(), tx, officer, first.ID, "你现在和谁在一起？")
		})
		page = h.plain("asked", look("/report/child/look", first), 200, "回答上面的问题")
		h.plain("empty", h.next("/report/child/say", page, url.Values{"text": {""}}), 422, "请写一句话")
		h.plain("said", h.next("/report/child/say", page, url.Values{"text": {"和外婆"}}), 200, "和外婆")
		h.do(func(tx *db.Tx) error { return h.desk.Merge(t.Context(), tx, officer, second.ID, first.ID) })
		h.plain("merged", look("/report/child/look", second), 200, "也有别人告诉我们")
		h.do(func(tx *db.Tx) error {
			return h.desk.Follow(t.Context(), tx, access.Program, first.ID, "已转办", intake.News{Adult: "承办单位已经反馈，核实后答复您。", Child: "有人去看过了。"})
		})
		h.do(func(tx *db.Tx) error {
			return h.desk.Close(t.Context(), tx, officer, first.ID, "我们去了你家，以后每周来看你。", "")
		})
		page = h.plain("closed", look("/report/child/look", first), 200, "我们帮到你了吗", "有人去看过了")
		h.plain("rated", h.next("/report/child/satisfied", page, url.Values{"mark": {"fair"}}), 200, "谢谢你")
		h.plain("together", look("/report/child/look", second), 200, "我们把结果写在下面了")
		third := h.lodge(told)
		h.do(func(tx *db.Tx) error {
			return h.desk.Reject(t.Context(), tx, officer, third.ID, "这是别的县的事，我们告诉了那边的人。")
		})
		h.plain("rejected", look("/report/child/look", third), 200, "我们不能直接办")
		for range 20 {
			h.do(func(tx *db.Tx) error { return h.desk.Say(t.Context(), tx, third.Receipt, "还有") })
		}
		h.plain("often", h.Do(nobody, "POST", "/report/child/say", url.Values{"receipt": {third.Receipt}, "text": {"还有"}}), 429, "明天再来写")
	})
}

func TestAChildIsSpokenToInItsOwnWordsWhereThingsGoWrong(t *testing.T) {
	withHouse(t, func(h house) {
		for kind, status := range map[errs.Kind]int{errs.NotFound: 404, errs.Method: 405} {
			w := httptest.NewRecorder()
			if err := h.p.Lost(w, httptest.NewRequest("GET", "/report/child/say", nil), errs.New(kind, "没有")); err != nil {
				t.Fatal(err)
			}
			h.plain("lost", w, status, "/report/child/look")
		}
		page := h.Page(nobody, "kid-hold", "/report/child")
		for _, answers := range []url.Values{{"danger": {"no"}}, {"what": {"hurt"}}, {"place": {"学校"}}} {
			page = h.next("/report/child", page, answers).Body.String()
		}
		h.flood()
		h.plain("hold", h.next("/report/child", page, url.Values{"narrative": {"爸爸打我"}}), http.StatusTooManyRequests, "请等30秒", "马上打110", "爸爸打我")
	})
}

// Who told it as an adult reads the words of adults, whichever door he takes.
func TestAdultsAreNotSpokenToAsChildren(t *testing.T) {
	withHouse(t, func(h house) {
		in := told
		in.Channel = "web"
		out := h.lodge(in)
		page := h.Do(nobody, "POST", "/report/child/look", url.Values{"receipt": {out.Receipt}}).Body.String()
		if strings.Contains(page, `class="kid"`) || !strings.Contains(page, "等待未保办受理") || !strings.Contains(page, `action="/report/say"`) {
			t.Error(page)
		}
	})
}
