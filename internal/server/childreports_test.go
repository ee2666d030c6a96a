package server_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"weibao/internal/access"
	"weibao/internal/casework"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/intake"
	"weibao/internal/ref"
)

// S-17: a child's file names the reports about it that its reader may see, and
// to nobody else does it tell that there are any.
func TestAChildsFileNamesTheReportsThatItsReaderMaySee(t *testing.T) {
	w := newWorld(t, "甲")
	ctx, officer, second := context.Background(), w.cast["officer"], w.cast["second"]
	lodge := func(what, about string) intake.Lodged {
		t.Helper()
		out, err := w.Reception.Take(ctx, w.DB, access.Program, intake.In{What: what, Narrative: "独有的原话", About: about, Channel: "web", Place: intake.Place{Region: village},
			Reporter: &intake.Reporter{Name: "独有的报告人", Phone: "13900009876"}}, "")
		if err != nil {
			t.Fatal(err)
		}
		w.write(func(ctx context.Context, tx *db.Tx) error {
			return w.Reception.Link(ctx, tx, w.cast["leader"], out.ID, w.child())
		})
		return out
	}
	plain, harm, led, raised, hidden := lodge("aid", ""), lodge("hurt", ""), lodge("R4", ""), lodge("aid", "county"), lodge("dropout", "")
	w.write(func(ctx context.Context, tx *db.Tx) error {
		return w.Reception.Shield(ctx, tx, officer, hidden.ID, second.User)
	})
	var other ref.Child
	w.write(func(ctx context.Context, tx *db.Tx) (err error) {
		other, err = w.Cabinet.Create(ctx, tx, officer, w.another("同村的孩子"))
		return err
	})
	w.write(func(ctx context.Context, tx *db.Tx) error {
		if err := w.Reception.Link(ctx, tx, officer, led.ID, other); err != nil {
			return err
		}
		_, err := w.Cases.Open(ctx, tx, officer, casework.New{Child: other, Origin: casework.FromReport, OriginID: int64(led.ID), Why: "需要持续支持。"})
		return err
	})
	all := map[string]string{"plain": plain.Number, "harm": harm.Number, "led": led.Number, "raised": raised.Number, "hidden": hidden.Number}
	for _, c := range []struct {
		who   string
		child ref.Child
		sees  string
	}{
		{"officer", w.child(), "plain hidden"}, {"second", w.child(), "plain"}, {"leader", w.child(), "plain hidden"},
		{"supervisor", w.child(), ""}, {"director", w.child(), ""}, {"police", w.child(), ""}, {"operator", w.child(), ""},
		{"officer", other, "led"}, {"second", other, ""}, {"leader", other, ""}, {"director", other, ""},
	} {
		w.by = w.cast[c.who]
		page := w.do(http.MethodGet, "/children/"+ref.Format(c.child), nil)
		body := page.Body.String()
		if mine := w.by.Can("child.show"); mine != (page.Code == http.StatusOK) {
			t.Errorf("%s: status %d", c.who, page.Code)
		}
		for name, number := range all {
			if shown, want := strings.Contains(body, number), strings.Contains(c.sees, name); shown != want {
				t.Errorf("%s of the file %d: %s stands there %v", c.who, c.child, name, shown)
			}
		}
		for _, never := range []string{"独有的原话", "独有的报告人", "13900009876"} {
			if strings.Contains(body, never) {
				t.Errorf("%s reads %s", c.who, never)
			}
		}
		if strings.Contains(body, "关于这个孩子的报告") != (c.sees != "") {
			t.Errorf("%s learns by the heading whether there are reports", c.who)
		}
	}
	for _, by := range strangers() {
		w.by = by
		body := w.do(http.MethodGet, "/children/"+ref.Format(w.child()), nil).Body.String()
		for name, number := range all {
			if strings.Contains(body, number) {
				t.Errorf("%s of %s: %s", by.Post.Role, by.Post.Region, name)
			}
		}
	}
}

// harm are the kinds of reports whose mere subject says that somebody harmed
// the child, or may have: the nine of 强制报告, and those the rules mark.
var harm = []string{"R1", "R2", "R3", "R4", "R5", "R6", "R7", "R8", "R9", "hurt", "sexual", "bully", "self", "online"}

// S-17: of what says that somebody harmed a child its file shows neither the
// report nor a hint of it to who is not on the team of its case.
func TestAChildsFileHidesEachKindOfHarm(t *testing.T) {
	w := newWorld(t, "甲")
	ctx, officer := context.Background(), w.cast["officer"]
	for _, s := range w.Rules.Situations(civil.DateOf(w.DB.Clock.Now())) {
		secret := slices.Contains(harm, s.ID)
		if secret != (s.Mandatory || s.Secret) {
			t.Errorf("%s: the rules say secret %v", s.ID, s.Mandatory || s.Secret)
		}
		var id ref.Child
		w.write(func(ctx context.Context, tx *db.Tx) (err error) {
			id, err = w.Cabinet.Create(ctx, tx, officer, w.another("情形"+s.ID))
			return err
		})
		out, err := w.Reception.Take(ctx, w.DB, access.Program, intake.In{What: s.ID, Narrative: "独有的原话", Channel: "web", Place: intake.Place{Region: village}}, "")
		if err != nil {
			t.Fatal(s.ID, err)
		}
		w.write(func(ctx context.Context, tx *db.Tx) error {
			return w.Reception.Link(ctx, tx, w.cast["leader"], out.ID, id)
		})
		w.by = officer
		page := w.do(http.MethodGet, "/children/"+ref.Format(id), nil)
		if page.Code != http.StatusOK {
			t.Fatalf("%s: status %d", s.ID, page.Code)
		}
		body := page.Body.String()
		for _, hint := range []string{out.Number, s.Label, "关于这个孩子的报告", "/reports/" + ref.Format(out.ID)} {
			if strings.Contains(body, hint) == secret {
				t.Errorf("%s: its file shows %q", s.ID, hint)
			}
		}
		if !secret {
			continue
		}
		w.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := w.Cases.Open(ctx, tx, officer, casework.New{Child: id, Origin: casework.FromReport, OriginID: int64(out.ID), Why: "需要持续支持。"})
			return err
		})
		if body := w.do(http.MethodGet, "/children/"+ref.Format(id), nil).Body.String(); !strings.Contains(body, out.Number) {
			t.Errorf("%s: the team of its case does not find it", s.ID)
		}
	}
}
