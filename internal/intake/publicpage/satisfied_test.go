package publicpage_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/intake"
	"weibao/internal/intake/satisfaction"
)

func TestANamedReporterSaysHowHeFindsTheOutcomeOrNothing(t *testing.T) {
	withHouse(t, func(h house) {
		out, err := h.desk.Take(t.Context(), h.d, access.Program, intake.In{What: "other", Narrative: "甲", Channel: "web", Place: intake.Place{Region: "990101100200"}, Reporter: &intake.Reporter{Name: "某人", Phone: "13900001234"}}, "")
		if err != nil {
			t.Fatal(err)
		}
		look := func(path string, more url.Values) string {
			t.Helper()
			more.Set("receipt", out.Receipt)
			w := h.Do(nobody, "POST", path, more)
			if w.Code != http.StatusOK {
				t.Fatalf("%s: %d %s", path, w.Code, w.Body)
			}
			return w.Body.String()
		}
		if strings.Contains(look("/report/look", url.Values{}), "您对办理结果满意吗") {
			t.Error("asked before anything was done")
		}
		h.do(func(tx *db.Tx) error { return h.desk.Accept(t.Context(), tx, officer, out.ID) })
		h.do(func(tx *db.Tx) error { return h.desk.Reveal(t.Context(), tx, officer, out.ID) })
		h.do(func(tx *db.Tx) error {
			_, err := h.desk.Decide(t.Context(), tx, officer, out.ID, intake.DecideIn{Situation: "other", Answers: map[string]string{"danger": "no", "harm": "no", "care": "no", "again": "no"}})
			return err
		})
		h.do(func(tx *db.Tx) error { return h.desk.Close(t.Context(), tx, officer, out.ID, "已落实照护", "") })
		if page := look("/report/look", url.Values{}); !strings.Contains(page, "您对办理结果满意吗") || !strings.Contains(page, "可以不回答") {
			t.Error("not asked after the end")
		}
		if page := look("/report/satisfied", url.Values{}); strings.Contains(page, "评价已经记下") {
			t.Error("nothing was said, but something was kept")
		}
		if page := look("/report/satisfied", url.Values{"mark": {"poor"}}); !strings.Contains(page, "评价已经记下") {
			t.Error("not kept")
		}
		if m, err := satisfaction.Given(t.Context(), h.tx(), out.ID); err != nil || m != "poor" {
			t.Errorf("%q %v", m, err)
		}
		if w := h.Do(nobody, "POST", "/report/satisfied", url.Values{"receipt": {out.Receipt}, "mark": {"best"}}); w.Code != http.StatusUnprocessableEntity {
			t.Errorf("an unknown mark: %d", w.Code)
		}
	})
}
