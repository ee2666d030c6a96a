package publicpage_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/intake"
	"weibao/internal/intake/publicpage"
	"weibao/internal/intake/receipt"
	"weibao/internal/intake/throttle"
	"weibao/internal/rule"
	"weibao/internal/testkit"
	"weibao/internal/ui/uitest"
	"weibao/internal/vault"
)

const office = 100

var (
	nobody  = access.Actor{}
	officer = access.Actor{User: 101, Name: "某人", Post: access.Post{ID: 1, Unit: office, Region: "990101000000", Role: access.Officer}}
)

type house struct {
	uitest.Desk
	desk *intake.Desk
	d    *db.DB
	c    *clock.Manual
	gate *throttle.Gate
	p    *publicpage.Pages
}

func newHouse(t testing.TB, d *db.DB, c *clock.Manual) house {
	t.Helper()
	v, err := vault.Open(t.Context(), d, filepath.Join(t.TempDir(), "keys"), vault.SM)
	if err != nil {
		t.Fatal(err)
	}
	rules := testkit.Book(t, "demo")
	book := func() *rule.Book { return rules }
	k := &intake.Desk{Vault: v, Kernel: testkit.Kernel(testkit.Calendar(t), office), Book: book}
	r := uitest.New(t)
	gate, err := throttle.New(c, book, nil)
	if err != nil {
		t.Fatal(err)
	}
	p, err := publicpage.New(publicpage.Deps{DB: d, UI: r, Desk: k, Book: book, Gate: gate})
	if err != nil {
		t.Fatal(err)
	}
	return house{uitest.Desk{T: t, UI: r, Routes: p.Routes()}, k, d, c, gate, p}
}

func withHouse(t *testing.T, test func(h house)) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) { test(newHouse(t, d, c)) })
}

func (h house) tx() *db.Tx { return h.d.Reader() }

func (h house) do(fn func(tx *db.Tx) error) {
	h.T.Helper()
	if err := h.d.Write(h.T.Context(), fn); err != nil {
		h.T.Fatal(err)
	}
}

// api sends JSON.
func (h house) api(path, body string, headers ...string) *httptest.ResponseRecorder {
	h.T.Helper()
	mux := http.NewServeMux()
	for _, route := range h.Routes {
		mux.HandleFunc(route.Method+" "+route.Path, func(w http.ResponseWriter, r *http.Request) {
			if err := route.Handle(w, r, nobody); err != nil {
				h.UI.Error(w, r, nobody, err)
			}
		})
	}
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	return w
}

const body = `{"danger_now":false,"what":"hurt","place":{"region":"990101100200","text":"石门村"},"narrative":"夜里有哭声"}`

func receiptOf(t testing.TB, w *httptest.ResponseRecorder) string {
	t.Helper()
	var out struct{ Receipt string }
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || w.Code != http.StatusCreated {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	if digits, ok := receipt.Parse(out.Receipt); !ok || digits != out.Receipt {
		t.Fatalf("receipt %q", out.Receipt)
	}
	return out.Receipt
}

func TestMachinesReportAndComeBack(t *testing.T) {
	withHouse(t, func(h house) {
		first := receiptOf(t, h.api("/api/v1/reports", body, "Idempotency-Key", "k1"))
		if again := receiptOf(t, h.api("/api/v1/reports", body, "Idempotency-Key", "k1")); again != first {
			t.Errorf("%s after %s", again, first)
		}
		if w := h.api("/api/v1/reports", strings.Replace(body, "哭声", "喊声", 1), "Idempotency-Key", "k1"); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("the same key with other content: %d", w.Code)
		}
		if other := receiptOf(t, h.api("/api/v1/reports", body)); other == first {
			t.Error("two reports share a receipt")
		}
		w := h.api("/api/v1/receipts/lookup", `{"receipt":"`+first+`"}`)
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"state":"received"`) || strings.Contains(w.Body.String(), "哭声") {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	})
}

func TestWhatMachinesSendWrongIsTold(t *testing.T) {
	withHouse(t, func(h house) {
		for _, c := range []struct {
			path, body, says string
			status           int
		}{
			{"/api/v1/reports", `{`, "JSON", 400},
			{"/api/v1/reports", body + `{}`, "JSON", 400},
			{"/api/v1/reports", `{"danger_now":"yes"}`, "JSON", 400},
			{"/api/v1/reports", `[]`, "JSON", 400},
			{"/api/v1/reports", ``, "JSON", 400},
			{"/api/v1/reports", `{"danger_now":true}`, `"narrative"`, 422},
			{"/api/v1/reports", strings.Replace(body, "990101100200", "1", 1), `"place"`, 422},
			{"/api/v1/reports", strings.Replace(body, "夜里有哭声", strings.Repeat("长", 5001), 1), `"narrative"`, 422},
			{"/api/v1/receipts/lookup", `{"receipt":"1234"}`, "16位", 422},
			{"/api/v1/receipts/lookup", `{"receipt":"0000000000000000"}`, "没有找到", 404},
			{"/api/v1/receipts/lookup", `{}`, "16位", 422},
		} {
			w := h.api(c.path, c.body)
			if w.Code != c.status || !strings.Contains(w.Body.String(), c.says) || !strings.Contains(w.Header().Get("Content-Type"), "json") {
				t.Errorf("%s %.40s: %d %s", c.path, c.body, w.Code, w.Body)
			}
		}
	})
}

func TestGuessingReceiptsIsStopped(t *testing.T) {
	withHouse(t, func(h house) {
		code := receiptOf(t, h.api("/api/v1/reports", body))
		for range h.gate.Limits.Guesses {
			h.api("/api/v1/receipts/lookup", `{"receipt":"0000000000000000"}`)
		}
		if w := h.api("/api/v1/receipts/lookup", `{"receipt":"`+code+`"}`); w.Code != http.StatusTooManyRequests {
			t.Errorf("status %d", w.Code)
		}
		if w := h.api("/api/v1/reports", body); w.Code != http.StatusCreated {
			t.Errorf("a report after guesses: %d", w.Code)
		}
	})
}

var hidden = regexp.MustCompile(`<input type="hidden" name="([a-z_]+)" value="([^"]*)">`)

// next fills in a page and sends it.
func (h house) next(path, page string, answers url.Values) *httptest.ResponseRecorder {
	h.T.Helper()
	form := url.Values{}
	for _, m := range hidden.FindAllStringSubmatch(page, -1) {
		form.Add(m[1], m[2])
	}
	for k, v := range answers {
		form[k] = v
	}
	return h.Do(nobody, http.MethodPost, path, form)
}

var groups = regexp.MustCompile(`<span>(\d{4})</span>`)

// through goes the whole way of a flow and gives the receipt.
func (h house) through(path, name string, steps ...url.Values) (string, *httptest.ResponseRecorder) {
	h.T.Helper()
	page := h.Page(nobody, name+"-1", path)
	var w *httptest.ResponseRecorder
	for i, answers := range steps {
		w = h.next(path, page, answers)
		page = w.Body.String()
		uitest.Page(h.T, []byte(page))
		if want := http.StatusOK; i < len(steps)-1 && w.Code != want {
			h.T.Fatalf("step %d: status %d: %s", i+1, w.Code, page)
		}
		if len(page) > 40<<10 {
			h.T.Errorf("step %d: %d bytes", i+1, len(page))
		}
		if !strings.Contains(page, "tel:110") {
			h.T.Errorf("step %d does not say whom to call", i+1)
		}
		h.keep(name, i+2, page)
	}
	if w.Code != http.StatusCreated {
		h.T.Fatalf("status %d: %s", w.Code, page)
	}
	var code strings.Builder
	for _, m := range groups.FindAllStringSubmatch(page, -1) {
		code.WriteString(m[1])
	}
	return code.String(), w
}

func (h house) keep(name string, n int, page string) {
	if dir := os.Getenv("WEIBAO_GALLERY"); dir != "" {
		_ = os.WriteFile(filepath.Join(dir, name+"-"+string(rune('0'+n))+".html"), []byte(page), 0o600)
	}
}

func TestAChildReportsComesBackAndAnswers(t *testing.T) {
	withHouse(t, func(h house) {
		code, w := h.through("/report/child", "child", url.Values{"danger": {"unknown"}}, url.Values{"what": {"hurt"}}, url.Values{"place": {"石门小学"}},
			url.Values{"narrative": {"爸爸打我"}})
		if strings.Contains(w.Body.String(), "爸爸") {
			t.Error("the last page shows what was told")
		}
		r, err := h.desk.List(t.Context(), h.tx(), officer, intake.Filter{View: intake.All})
		if err != nil || len(r) != 1 || r[0].Channel != "child" || r[0].Situation != "hurt" || r[0].Named != 0 || r[0].ByUser != 0 {
			t.Fatalf("%+v %v", r, err)
		}
		h.do(func(tx *db.Tx) error { return h.desk.Accept(t.Context(), tx, officer, r[0].ID) })
		h.do(func(tx *db.Tx) error {
			return h.desk.Ask(t.Context(), tx, officer, r[0].ID, "你现在和谁在一起？")
		})
		w = h.Do(nobody, "POST", "/report/look", url.Values{"receipt": {receipt.Format(code)}})
		page := w.Body.String()
		uitest.Page(t, []byte(page))
		h.keep("look", 2, page)
		if w.Code != 200 || !strings.Contains(page, "你现在和谁在一起？") || !strings.Contains(page, "回答上面的问题") || strings.Contains(page, officer.Name) {
			t.Fatalf("%d %s", w.Code, page)
		}
		w = h.next("/report/say", page, url.Values{"text": {"和外婆"}})
		if w.Code != 200 || !strings.Contains(w.Body.String(), "和外婆") {
			t.Errorf("%d %s", w.Code, w.Body)
		}
		h.Page(nobody, "look-1", "/report/look", "查询码")
	})
}

func TestAnsweringAgainAndDoublePressesMakeOneReport(t *testing.T) {
	withHouse(t, func(h house) {
		page := h.Page(nobody, "adult-1", "/report/new", "孩子现在有危险吗")
		if w := h.next("/report/new", page, nil); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "请选一个") {
			t.Errorf("nothing chosen: %d", w.Code)
		}
		page = h.next("/report/new", page, url.Values{"danger": {"yes"}}).Body.String()
		if !strings.Contains(page, "calls-urgent") {
			t.Error("danger, and the numbers stay small")
		}
		if back := h.next("/report/new", page, url.Values{"back": {"1"}}).Body.String(); !strings.Contains(back, "孩子现在有危险吗") || !strings.Contains(back, "checked") {
			t.Error("going back forgets the answer")
		}
		page = h.next("/report/new", page, url.Values{"what": {"alone"}}).Body.String()
		page = h.next("/report/new", page, url.Values{"place": {"村口"}}).Body.String()
		if w := h.next("/report/new", page, url.Values{"narrative": {" "}}); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("without a word: %d", w.Code)
		}
		first := h.next("/report/new", page, url.Values{"narrative": {"孩子一个人"}}).Body.String()
		second := h.next("/report/new", page, url.Values{"narrative": {"孩子一个人"}}).Body.String()
		if groups.FindAllString(first, -1) == nil || strings.Join(groups.FindAllString(first, -1), "") != strings.Join(groups.FindAllString(second, -1), "") {
			t.Error("pressing twice gives two receipts")
		}
		if list, err := h.desk.List(t.Context(), h.tx(), officer, intake.Filter{View: intake.Pressing}); err != nil || len(list) != 1 {
			t.Errorf("%v %v", list, err)
		}
	})
}

func TestAMandatoryReporterIsToldThatThisIsNoCallToThePolice(t *testing.T) {
	withHouse(t, func(h house) {
		_, w := h.through("/report/duty", "duty", url.Values{"danger": {"no"}}, url.Values{"codes": {"R4", "R6"}}, url.Values{"region": {""}},
			url.Values{"narrative": {"就诊时发现多处旧伤"}, "unit": {"县医院"}, "name": {"李医生"}, "called": {"9时30分"}})
		page := w.Body.String()
		if !strings.Contains(page, "不等于已经报警") || strings.Contains(page, "公安机关已经") {
			t.Error(page)
		}
		list, err := h.desk.List(t.Context(), h.tx(), officer, intake.Filter{View: intake.All})
		if err != nil || len(list) != 1 || list[0].Mandatory != 1 || list[0].Codes != "R4,R6" || list[0].Named != 1 {
			t.Errorf("%+v %v", list, err)
		}
	})
}

func TestTheFrontPageSaysWhomToCallFirst(t *testing.T) {
	withHouse(t, func(h house) {
		page := h.Page(nobody, "front-1", "/report", "110", "120", "12345", "12355", "12309", "12338", "快速离开", "我是孩子")
		if strings.Index(page, "tel:110") > strings.Index(page, "我要报告") {
			t.Error("the form stands before the numbers")
		}
	})
}

func TestWhatIsWrittenIsShownAsTextEverywhere(t *testing.T) {
	withHouse(t, func(h house) {
		const attack = `"><script>alert(1)</script><img src=x onerror=alert(1)>`
		page := h.Page(nobody, "attack-1", "/report/new")
		for _, answers := range []url.Values{{"danger": {"no"}}, {"what": {"hurt"}}, {"place": {attack}, "region": {attack}}} {
			page = h.next("/report/new", page, answers).Body.String()
		}
		page += h.next("/report/new", page, url.Values{"narrative": {""}, "name": {attack}, "about": {attack}, "key": {attack}, "step": {attack}}).Body.String()
		code := receiptOf(t, h.api("/api/v1/reports", strings.Replace(body, "夜里有哭声", `<script>alert(1)</script>`, 1)))
		h.do(func(tx *db.Tx) error { return h.desk.Say(t.Context(), tx, code, attack) })
		page += h.Do(nobody, "POST", "/report/look", url.Values{"receipt": {code}}).Body.String()
		if strings.Contains(page, "<script>alert") || strings.Contains(page, "<img src=x") {
			t.Error("what somebody wrote became a part of the page")
		}
	})
}

func FuzzPost(f *testing.F) {
	d, c := testkit.Open(f, db.SQLite, clock.At(testkit.Noon)), clock.At(testkit.Noon)
	h := newHouse(f, d, c)
	for _, seed := range []string{body, `{`, `null`, `{"narrative":1}`, `{"child":null,"reporter":{}}`, `{"situations":["R1","R1","x"]}`, "\xff\xfe", `{"place":{"region":"990101100200x"}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		h.T = t
		h.c.Advance(2 * time.Hour) // an hour and more, so that nobody is throttled
		w := h.api("/api/v1/reports", string(text))
		if w.Code != 201 && w.Code != 400 && w.Code != 422 && w.Code != 429 {
			t.Fatalf("status %d", w.Code)
		}
		if !json.Valid(bytes.TrimSpace(w.Body.Bytes())) {
			t.Fatalf("answer %q", w.Body)
		}
	})
}

func TestTemplatesFitTheirViews(t *testing.T) {
	withHouse(t, func(h house) { uitest.Templates(t, h.UI) })
}

// A field under a wrong name might be the one that keeps a report from whom it
// is about: it is told, and nothing is stored.
func TestAFieldThatTheInterfaceDoesNotKnowIsNamed(t *testing.T) {
	withHouse(t, func(h house) {
		wrong := strings.Replace(body, "{", `{"about":"county",`, 1)
		if w := h.api("/api/v1/reports", wrong); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `\"about\"`) {
			t.Errorf("%d %s", w.Code, w.Body)
		}
		receiptOf(t, h.api("/api/v1/reports", body))
	})
}
