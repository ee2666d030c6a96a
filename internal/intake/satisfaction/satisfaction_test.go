package satisfaction_test

import (
	"path/filepath"
	"testing"
	"time"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/intake"
	"weibao/internal/intake/satisfaction"
	"weibao/internal/rule"
	"weibao/internal/testkit"
	"weibao/internal/vault"
)

var (
	officer = access.Actor{User: 101, Name: "某人", Post: access.Post{ID: 1, Unit: 100, Region: "990101000000", Role: access.Officer}}
	next    = access.Actor{User: 102, Name: "某人", Post: access.Post{ID: 2, Unit: 200, Region: "990102000000", Role: access.Officer}}
)

func TestOnlyANamedReporterOfAnEndedReportIsAskedAndMaySayNothing(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) {
		v, err := vault.Open(t.Context(), d, filepath.Join(t.TempDir(), "keys"), vault.SM)
		if err != nil {
			t.Fatal(err)
		}
		book := testkit.Book(t, "demo")
		k := &intake.Desk{Vault: v, Kernel: testkit.Kernel(testkit.Calendar(t), 100), Book: func() *rule.Book { return book }}
		begun := clock.Of(c.Now())
		write := func(fn func(tx *db.Tx) error) error { c.Advance(time.Second); return d.Write(t.Context(), fn) }
		must := func(fn func(tx *db.Tx) error) {
			t.Helper()
			if err := write(fn); err != nil {
				t.Fatal(err)
			}
		}
		take := func(reporter *intake.Reporter) intake.Lodged {
			out, err := k.Take(t.Context(), d, access.Program, intake.In{What: "other", Narrative: "甲", Channel: "web", Place: intake.Place{Region: "990101100200"}, Reporter: reporter}, "")
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		end := func(out intake.Lodged) {
			t.Helper()
			must(func(tx *db.Tx) error { return k.Accept(t.Context(), tx, officer, out.ID) })
			must(func(tx *db.Tx) error { return k.Reveal(t.Context(), tx, officer, out.ID) })
			must(func(tx *db.Tx) error {
				_, err := k.Decide(t.Context(), tx, officer, out.ID, intake.DecideIn{Situation: "other", Answers: map[string]string{"danger": "no", "harm": "no", "care": "no", "again": "no"}})
				return err
			})
			must(func(tx *db.Tx) error { return k.Close(t.Context(), tx, officer, out.ID, "已落实照护", "") })
		}
		say := func(code string, m satisfaction.Mark) error {
			return write(func(tx *db.Tx) error { return satisfaction.Say(t.Context(), tx, k, code, m) })
		}
		named, silent, nobody := take(&intake.Reporter{Name: "某人", Phone: "13900001234"}), take(&intake.Reporter{Name: "某人", Phone: "13900005678"}), take(nil)
		if err := say(named.Receipt, "good"); !errs.Is(err, errs.Conflict) {
			t.Errorf("before the end: %v", err)
		}
		for _, out := range []intake.Lodged{named, silent, nobody} {
			end(out)
		}
		if err := say(nobody.Receipt, "good"); !errs.Is(err, errs.Conflict) {
			t.Errorf("without a name: %v", err)
		}
		if err := say("0000000000000000", "good"); !errs.Is(err, errs.NotFound) && !errs.Is(err, errs.Invalid) {
			t.Errorf("a receipt of nothing: %v", err)
		}
		if err := say(named.Receipt, "best"); !errs.Is(err, errs.Invalid) {
			t.Errorf("an unknown mark: %v", err)
		}
		for _, m := range []satisfaction.Mark{"good", "poor"} {
			if err := say(named.Receipt, m); err != nil {
				t.Fatal(err)
			}
		}
		if m, err := satisfaction.Given(t.Context(), d.Reader(), named.ID); err != nil || m != "poor" {
			t.Errorf("%q, %v", m, err)
		}
		got, err := satisfaction.Of(t.Context(), d.Reader(), officer, begun, clock.Of(c.Now()))
		if err != nil || got.Asked != 2 || got.Given["poor"] != 1 || got.Given["good"] != 0 || got.Silent() != 1 {
			t.Errorf("%+v, %v", got, err)
		}
		if got, err := satisfaction.Of(t.Context(), d.Reader(), next, begun, clock.Of(c.Now())); err != nil || got.Asked != 0 {
			t.Errorf("the next county counts %+v, %v", got, err)
		}
		if _, err := satisfaction.Of(t.Context(), d.Reader(), access.Actor{}, begun, clock.Of(c.Now())); !errs.Is(err, errs.Forbidden) {
			t.Error(err)
		}
	})
}
