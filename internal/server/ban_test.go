package server_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"weibao/internal/child"
	"weibao/internal/db"
	"weibao/internal/ref"
)

// Who may not be contacted is said wherever somebody prepares to meet the
// family, and why stands in the file alone.
func TestEveryPageAboutAChildSaysWhoMayNotBeContacted(t *testing.T) {
	w := newWorld(t, "甲")
	n, id := w.another("有禁令的孩子"), ref.Child(0)
	n.Dossier.People = []child.Person{{Name: "单独有", Relation: "51", Guardian: true, Phone: "13900007654", Blocked: "独有的原因"}}
	w.write(func(ctx context.Context, tx *db.Tx) (err error) {
		id, err = w.Cabinet.Create(ctx, tx, w.cast["officer"], n)
		return err
	})
	w.by = w.cast["officer"]
	for _, tail := range []string{"", "/history", "/record", "/records", "/assess", "/case", "/refer", "/emergency", "/move", "/measures", "/measures/new", "/categories"} {
		page := w.do(http.MethodGet, "/children/"+ref.Format(id)+tail, nil)
		body := page.Body.String()
		if page.Code != http.StatusOK || strings.Count(body, "不得联系：父亲") != 1 {
			t.Errorf("%s: status %d, the ban stands there %d times", tail, page.Code, strings.Count(body, "不得联系：父亲"))
		}
		for _, never := range []string{"独有的原因", "单独有", "13900007654"} {
			if strings.Contains(body, never) {
				t.Errorf("%s says %s", tail, never)
			}
		}
	}
	if body := w.do(http.MethodGet, "/ledgers?ledger=village&region="+village, nil).Body.String(); !strings.Contains(body, "【不得联系】139") || !strings.Contains(body, "【不得联系】单") {
		t.Error("the list of the village shows the guardian without the ban")
	}
	for _, by := range strangers() {
		w.by = by
		if body := w.do(http.MethodGet, "/children/"+ref.Format(id)+"/record", nil).Body.String(); strings.Contains(body, "不得联系：父亲") {
			t.Errorf("%s of %s learns of the ban", by.Post.Role, by.Post.Region)
		}
	}
}
