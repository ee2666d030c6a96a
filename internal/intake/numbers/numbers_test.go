package numbers_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/intake"
	"weibao/internal/intake/numbers"
	"weibao/internal/rule"
	"weibao/internal/tally"
	"weibao/internal/testkit"
	"weibao/internal/vault"
)

var officer = access.Actor{User: 101, Name: "某人", Post: access.Post{ID: 1, Unit: 100, Region: "990101000000", Role: access.Officer}}

func TestNumbersEqualTheListAndTimesRunFromTheReceipt(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) {
		v, err := vault.Open(t.Context(), d, filepath.Join(t.TempDir(), "keys"), vault.SM)
		if err != nil {
			t.Fatal(err)
		}
		book := testkit.Book(t, "demo")
		k := &intake.Desk{Vault: v, Kernel: testkit.Kernel(testkit.Calendar(t), 100), Book: func() *rule.Book { return book }}
		var ids []intake.Lodged
		for i := range 10 {
			out, err := k.Take(t.Context(), d, access.Program, intake.In{What: []string{"hurt", "alone"}[i%2], Narrative: "甲", Danger: i == 0, Channel: "web"}, "")
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, out)
		}
		for i, out := range ids[:9] {
			c.Advance(time.Hour)
			if err := d.Write(t.Context(), func(tx *db.Tx) error { return k.Accept(context.Background(), tx, officer, out.ID) }); err != nil {
				t.Fatal(i, err)
			}
		}
		today := civil.DateOf(testkit.Noon)
		n, err := numbers.Of(t.Context(), d.Reader(), officer, tally.Period{From: today, To: today}, numbers.Limits{Accept: 8*time.Hour + time.Minute, AcceptEmergency: 30 * time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		list, err := k.List(t.Context(), d.Reader(), officer, intake.Filter{View: intake.All})
		if err != nil || n.Total != len(list) || n.Open != 10 || n.Emergency != 1 || n.Anonymous != 10 {
			t.Errorf("%+v for %d reports, %v", n, len(list), err)
		}
		if s := n.Accept; s.N != 9 || s.Median != 5*time.Hour || s.P90 != 9*time.Hour || s.Late != 3 {
			t.Errorf("%+v", s) // the emergency, the ninth, and the one that still waits
		}
		if len(n.Situations) != 2 || n.Situations[0].N != 5 || n.Channels[0].Key != "web" {
			t.Errorf("%+v", n)
		}
		if n, err := numbers.Of(t.Context(), d.Reader(), officer, tally.Period{From: today.AddDays(1), To: today.AddDays(1)}, numbers.Limits{}); err != nil || n.Total != 0 {
			t.Errorf("%+v %v", n, err)
		}
		if _, err := numbers.Of(t.Context(), d.Reader(), access.Actor{}, tally.Period{}, numbers.Limits{}); !errs.Is(err, errs.Forbidden) {
			t.Error(err)
		}
	})
}
