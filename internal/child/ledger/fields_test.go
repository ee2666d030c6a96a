package ledger_test

import (
	"context"
	"slices"
	"testing"

	"weibao/internal/child"
	"weibao/internal/child/ledger"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/idcard"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/testkit"
)

// onPaper are columns that no file holds: their cells are for the pen.
var onPaper = []string{"serial", "needs", "measures"}

// whole is a child of whom everything is known that a ledger can ask.
func whole(t *testing.T) child.New {
	number, err := idcard.Make("990101", civil.MustParse("2015-06-01"), 101)
	if err != nil {
		t.Fatal(err)
	}
	parent := func(name, relation string) child.Person {
		return child.Person{Name: name, Relation: relation, Phone: "13800001234", Number: number, Situation: []string{child.Jailed}}
	}
	father := parent("单大山", "51")
	father.Guardian, father.Caregiver = true, true
	n := child.New{Name: "单小明", Region: "990101100200", School: "某小学", Grade: "五年级", Source: "form", Categories: []child.NewCategory{{ID: "C03", Source: "form"}},
		Dossier: child.Dossier{Number: number, Ethnic: "06", Phone: "13800001234", Remarks: "备注", Welfare: []string{"低保"}, Household: child.Residence{Kind: "农村"},
			People:    []child.Person{father, parent("郑小燕", "52"), {Name: "单小雨", Relation: "77"}},
			Schooling: child.Schooling{State: "在学", Class: "二班", Boards: true},
			Health:    child.Health{State: "患病", Illness: "白血病", Certificate: number + "42", Disability: []child.Disability{{Kind: 4, Grade: 2}}},
			Family:    child.Family{Away: "双方", AwaySince: civil.MustParse("2024-03-01"), AwayTo: "某市"},
			Contact:   &child.Contact{Unit: 1, Name: "某干部", Phone: "13800001234"}}}
	n.Dossier.Places.Residence.Group = "三组"
	n.Dossier.Places.Registered.Text, n.Dossier.Places.Residence.Text = "某村1号", "某村2号"
	return n
}

// TestEveryColumnOfTheRulesHasItsValue: covered or in clear, what a file holds is never an empty cell.
func TestEveryColumnOfTheRulesHasItsValue(t *testing.T) {
	withHouse(t, 1, func(h house) {
		h.desk.Visited = func(_ context.Context, _ *db.Tx, ids []ref.Child) (map[ref.Child]civil.Date, error) {
			out := map[ref.Child]civil.Date{}
			for _, id := range ids {
				out[id] = civil.MustParse("2026-09-09")
			}
			return out, nil
		}
		var id ref.Child
		h.write(func(ctx context.Context, tx *db.Tx) (err error) {
			if id, err = h.desk.Cabinet.Create(ctx, tx, officer, whole(t)); err != nil {
				return err
			}
			level, due := 2, civil.MustParse("2026-12-31")
			return h.desk.Cabinet.Tell(ctx, tx, officer, id, child.Set{Level: &level, Due: &due})
		})
		columns := map[string]bool{}
		for _, county := range []string{"demo", "beiliu", "jinyuan", "nongchang", "rangtang", "wangzhai", "wuhai", "yangchang", "yinchuan"} {
			for _, l := range testkit.Book(t, county).Ledgers("", civil.DateOf(testkit.Noon)) {
				for _, c := range l.Columns {
					columns[c.Field] = !slices.Contains(onPaper, c.Field)
				}
			}
		}
		for _, f := range ledger.Fields() {
			columns[f.Key] = !slices.Contains(onPaper, f.Key)
		}
		delete(columns, "no_idnumber") // this child has a number
		delete(columns, "delegate")
		delete(columns, "delegate_phone")
		l := rule.Ledger{ID: "all", Categories: []string{"C03"}}
		for key, held := range columns {
			if held {
				l.Columns = append(l.Columns, rule.Column{Field: key})
			}
		}
		row, err := h.desk.Cabinet.Get(t.Context(), h.d.Reader(), officer, id)
		if err != nil {
			t.Fatal(err)
		}
		lines, err := h.desk.Lines(t.Context(), h.d.Reader(), officer, l, []child.Child{row})
		if err != nil {
			t.Fatal(err)
		}
		for i, c := range l.Columns {
			v := lines[0].Values[i]
			if v == "" {
				t.Errorf("the column %s is empty", c.Field)
			}
			if want, private := map[string]string{"disability": child.Cover, "disability_grade": child.Cover, "illness": child.Cover, "away_since": child.Cover,
				"ethnic": "苗族", "group": "三组", "last_visit": "2026-09-09"}[c.Field]; private && v != want {
				t.Errorf("%s shows as %s", c.Field, v)
			}
		}
	})
}
