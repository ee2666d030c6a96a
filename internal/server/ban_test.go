package server_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"weibao/internal/casework/emergency"
	"weibao/internal/casework/referral"
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

// Units that are sent to a family learn whom they may not contact, on the pages
// by which they work; whoever is no party to them learns nothing.
func TestUnitsAtWorkAreToldWhoMayNotBeContacted(t *testing.T) {
	w := newWorld(t, "甲")
	n, id := w.another("有禁令的孩子"), ref.Child(0)
	n.Dossier.People = []child.Person{{Name: "单独有", Relation: "51", Guardian: true, Phone: "13900007654", Blocked: "独有的原因"}}
	officer := w.cast["officer"]
	w.write(func(ctx context.Context, tx *db.Tx) (err error) {
		id, err = w.Cabinet.Create(ctx, tx, officer, n)
		return err
	})
	var run emergency.RunID
	w.write(func(ctx context.Context, tx *db.Tx) (err error) {
		run, err = w.Alarm.Begin(ctx, tx, officer, emergency.Start{About: emergency.About{Kind: "child", ID: int64(id)}, Child: id, Region: village, List: "violence", Brief: "甲"})
		return err
	})
	sheet, err := w.Alarm.Get(t.Context(), w.DB.Reader(), officer, run)
	if err != nil {
		t.Fatal(err)
	}
	police := w.cast["police"]
	at := slices.IndexFunc(sheet.Steps, func(s emergency.Told) bool { return s.Unit == police.Post.Unit && s.State == emergency.Open })
	if at < 0 {
		t.Fatal("the police have no step")
	}
	var sent ref.Referral
	w.write(func(ctx context.Context, tx *db.Tx) (err error) {
		sent, err = w.Referrer.Dispatch(ctx, tx, officer, referral.Order{About: referral.About{Kind: referral.OnChild, ID: int64(id)}, Child: id, Region: village, Topic: "counsel", Label: "心理支持", Ask: "甲",
			Items: []referral.Item{{Key: "name", Label: "姓名", Value: "甲"}}, Lead: police.Post.Unit, Secret: true})
		return err
	})
	step, to := "/emergency-steps/"+ref.Format(sheet.Steps[at].ID), "/referrals/"+ref.Format(sent)
	for _, address := range []string{"/emergencies/" + ref.Format(run), step, to, to + "/progress", to + "/reply", to + "/return"} {
		w.by = police
		page := w.do(http.MethodGet, address, nil)
		if page.Code != http.StatusOK || strings.Count(page.Body.String(), "不得联系：父亲") != 1 {
			t.Errorf("%s: status %d, the ban stands there %d times", address, page.Code, strings.Count(page.Body.String(), "不得联系：父亲"))
		}
		w.by = w.cast["court"]
		if strings.Contains(w.do(http.MethodGet, address, nil).Body.String(), "不得联系") {
			t.Errorf("%s tells who takes no part", address)
		}
	}
}
