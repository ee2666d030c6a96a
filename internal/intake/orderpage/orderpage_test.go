package orderpage_test

import (
	"bytes"
	"context"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/file"
	"weibao/internal/intake"
	"weibao/internal/intake/order"
	"weibao/internal/intake/orderpage"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/testkit"
	"weibao/internal/ui/uitest"
	"weibao/internal/vault"
)

const county = "990101000000"

var (
	nobody   = access.Actor{}
	officer  = access.Actor{User: 101, Name: "某人", Post: access.Post{ID: 1, Unit: 100, Region: county, Role: access.Officer}}
	operator = access.Actor{User: 102, Name: "坐席", Post: access.Post{ID: 2, Unit: 300, Region: county, Role: access.Operator}}
	guard    = access.Actor{User: 104, Name: "管理员", Post: access.Post{ID: 4, Unit: 100, Region: county, Role: access.SecurityAdmin}}
)

func withDesk(t *testing.T, test func(h uitest.Desk, d *db.DB)) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) {
		dir := t.TempDir()
		v, err := vault.Open(t.Context(), d, filepath.Join(dir, "keys"), vault.SM)
		if err != nil {
			t.Fatal(err)
		}
		rules := testkit.Book(t, "demo")
		book := func() *rule.Book { return rules }
		files := &file.Store{Dir: filepath.Join(dir, "files"), Vault: v}
		r := uitest.New(t)
		p, err := orderpage.New(orderpage.Deps{DB: d, UI: r, Book: book,
			Units: func(_ context.Context, _ *db.Tx, ids []ref.Unit) (map[ref.Unit]string, error) {
				return map[ref.Unit]string{100: "未保办"}, nil
			},
			Desk: &order.Desk{DB: d, Temp: dir, Files: files, Intake: &intake.Desk{Vault: v, Kernel: testkit.Kernel(testkit.Calendar(t), 100), Book: book, Files: files},
				Places: func(context.Context, *db.Tx) ([]order.Place, error) { return nil, nil }}})
		if err != nil {
			t.Fatal(err)
		}
		test(uitest.Desk{T: t, UI: r, Routes: p.Routes()}, d)
	})
}

func ask(h uitest.Desk, by access.Actor, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	mux := http.NewServeMux()
	for _, route := range h.Routes {
		mux.HandleFunc(route.Method+" "+route.Path, func(w http.ResponseWriter, r *http.Request) {
			if err := route.Handle(w, r, by); err != nil {
				h.UI.Error(w, r, by, err)
			}
		})
	}
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	return w
}

func upload(h uitest.Desk, by access.Actor, text string) *httptest.ResponseRecorder {
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	_ = m.WriteField("channel", "o12345")
	part, _ := m.CreateFormFile("file", "工单.csv")
	_, _ = part.Write([]byte(text))
	_ = m.Close()
	return ask(h, by, "POST", orderpage.ListPath+"/upload", body.String(), "Content-Type", m.FormDataContentType())
}

const list = "工单编号,诉求内容\r\n20260301,孩子被反锁在家\r\n20260302,\r\n"

func TestTheHotlinesDeskSendsFilesAndTakesResults(t *testing.T) {
	withDesk(t, func(h uitest.Desk, d *db.DB) {
		h.Page(operator, "orders-empty", orderpage.ListPath, "热线工单", "没有工单")
		h.Page(operator, "orders-upload", orderpage.ListPath+"/upload", "导入热线工单", "12355")
		if w := upload(h, operator, list); w.Code != http.StatusSeeOther {
			t.Fatalf("status %d: %s", w.Code, w.Body)
		}
		page := h.Page(operator, "orders", orderpage.ListPath, "20260301", "下载退回的行", "首接单位负责到底")
		back := regexp.MustCompile(`/intake/orders/uploads/\d+`).FindString(page)
		if w := h.Do(operator, "GET", back, nil); w.Code != http.StatusOK || !bytes.HasPrefix(w.Body.Bytes(), []byte("PK")) {
			t.Errorf("the wrong rows: status %d", w.Code)
		}
		one := regexp.MustCompile(`/intake/orders/\d+`).FindString(page)
		h.Page(operator, "order", one, "20260301", "未保办", "待受理")
		h.Page(officer, "order-office", one, "退回热线", "属于别的单位办理不是退回理由")
		if w := h.Do(officer, "POST", one+"/return", url.Values{"reason": {""}, "words": {"甲"}}); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("without a reason: %d", w.Code)
		}
		if w := h.Do(officer, "POST", one+"/return", url.Values{"reason": {"02"}, "words": {"来电人四十岁"}}); w.Code != http.StatusSeeOther {
			t.Errorf("return: %d %s", w.Code, w.Body)
		}
		h.Page(operator, "order-back", one, "退回", "不涉及未成年人", "来电人四十岁")
		for format, start := range map[string]string{"xlsx": "PK", "csv": "\uFEFF工单编号", "gbk": "\xb9\xa4"} {
			if w := h.Do(operator, "POST", orderpage.ListPath+"/results", url.Values{"view": {"all"}, "format": {format}}); w.Code != http.StatusOK || !strings.HasPrefix(w.Body.String(), start) {
				t.Errorf("%s: status %d", format, w.Code)
			}
		}
		if w := h.Do(operator, "GET", orderpage.ListPath+"/template", nil); w.Code != http.StatusOK || !bytes.HasPrefix(w.Body.Bytes(), []byte("PK")) {
			t.Errorf("template: %d", w.Code)
		}
		if w := upload(h, operator, "甲,乙\r\n1,2\r\n"); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "没有认出表头") {
			t.Errorf("no list of orders: %d", w.Code)
		}
		h.Refuses(access.Actor{User: 9, Post: access.Post{ID: 9, Unit: 9, Region: county, Role: access.AuditAdmin}}, map[string]string{"order": "1", "upload": "1", "partner": "1"})
	})
}

func TestASystemSendsOrdersWithItsTokenAndReadsTheirResults(t *testing.T) {
	withDesk(t, func(h uitest.Desk, d *db.DB) {
		h.Page(guard, "partners", orderpage.PartnersPath, "还没有发放过口令")
		w := h.Do(guard, "POST", orderpage.PartnersPath, url.Values{"name": {"市热线平台"}, "channel": {"o12345"}})
		found := regexp.MustCompile(`aria-label="对接口令">([a-z0-9]+)<`).FindStringSubmatch(w.Body.String())
		if w.Code != http.StatusCreated || found == nil {
			t.Fatalf("status %d", w.Code)
		}
		if page := h.Page(guard, "partners-one", orderpage.PartnersPath, "市热线平台", "收回"); strings.Contains(page, found[1]) {
			t.Error("the token is shown twice")
		}
		bearer := []string{"Authorization", "Bearer " + found[1]}
		const body = `{"number":"20260311","title":"疑似家暴","content":"夜里有哭声","danger_now":true,"caller":{"phone":"13900000000"},"due_at":"2026-03-10T18:00:00+08:00"}`
		first := ask(h, nobody, "POST", "/api/v1/orders", body, append(bearer, "Idempotency-Key", "k1")...)
		again := ask(h, nobody, "POST", "/api/v1/orders", body, append(bearer, "Idempotency-Key", "k1")...)
		if first.Code != http.StatusCreated || first.Body.String() != again.Body.String() || !strings.Contains(first.Body.String(), `"call":"110"`) {
			t.Errorf("%d %s, then %d %s", first.Code, first.Body, again.Code, again.Body)
		}
		for _, c := range []struct {
			method, path, body string
			headers            []string
			status             int
		}{
			{"POST", "/api/v1/orders", body, nil, 401},
			{"POST", "/api/v1/orders", body, []string{"Authorization", "Bearer x"}, 401},
			{"GET", "/api/v1/orders/results", "", nil, 401},
			{"POST", "/api/v1/orders", `{`, bearer, 422},
			{"POST", "/api/v1/orders", `{"number":"20260312"}`, bearer, 422},
			{"POST", "/api/v1/orders", strings.Replace(body, "哭声", "喊声", 1), append(bearer, "Idempotency-Key", "k1"), 422},
			{"POST", "/api/v1/orders", strings.Replace(body, "20260311", "20260313", 1), append(bearer, "Idempotency-Key", "k1"), 422},
			{"POST", "/api/v1/orders/lookup", `{"number":"none"}`, bearer, 404},
			{"GET", "/api/v1/orders/results?after=x", "", bearer, 422},
		} {
			if w := ask(h, nobody, c.method, c.path, c.body, c.headers...); w.Code != c.status || !json.Valid(w.Body.Bytes()) {
				t.Errorf("%s %s: %d instead of %d: %s", c.method, c.body, w.Code, c.status, w.Body)
			}
		}
		if w := ask(h, nobody, "POST", "/api/v1/orders/lookup", `{"number":"20260311"}`, bearer...); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"words":"待受理"`) {
			t.Errorf("%d %s", w.Code, w.Body)
		}
		page := h.Page(officer, "orders-api", orderpage.ListPath, "20260311")
		one := regexp.MustCompile(`/intake/orders/\d+`).FindString(page)
		h.Do(officer, "POST", one+"/return", url.Values{"reason": {"04"}, "words": {"电话打不通"}})
		w = ask(h, nobody, "GET", "/api/v1/orders/results", "", bearer...)
		var out struct {
			Results []map[string]string
			Next    string
		}
		if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || len(out.Results) != 1 || out.Results[0]["returned"] == "" || !strings.Contains(out.Results[0]["answer"], "电话打不通") {
			t.Errorf("%s %v", w.Body, err)
		}
		if w := ask(h, nobody, "GET", "/api/v1/orders/results?after="+out.Next, "", bearer...); !strings.Contains(w.Body.String(), `"results":[]`) {
			t.Errorf("%s", w.Body)
		}
		end := regexp.MustCompile(`/intake/partners/\d+/end`).FindString(h.Page(guard, "partners-two", orderpage.PartnersPath))
		if w := h.Do(guard, "POST", end, nil); w.Code != http.StatusSeeOther {
			t.Errorf("taking back: %d", w.Code)
		}
		if w := ask(h, nobody, "POST", "/api/v1/orders", body, bearer...); w.Code != http.StatusUnauthorized {
			t.Errorf("after it was taken back: %d", w.Code)
		}
	})
}
