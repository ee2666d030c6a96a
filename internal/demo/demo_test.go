package demo_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"
	"weibao/internal/assessment"
	"weibao/internal/ref"

	"weibao/internal/access"
	"weibao/internal/auth"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/demo"
	"weibao/internal/duty"
	"weibao/internal/org"
	"weibao/internal/plan"
	"weibao/internal/region"
	"weibao/internal/rule"
	"weibao/internal/screening"
	"weibao/internal/testkit"
	"weibao/internal/vault"
	"weibao/internal/workday"
)

func TestTheStoryGivesEveryScreenLife(t *testing.T) {
	ctx := t.Context()
	today := time.Date(2026, 11, 20, 2, 0, 0, 0, time.UTC)
	c := clock.At(today)
	d := testkit.Open(t, db.SQLite, c)
	v, err := vault.Open(ctx, d, filepath.Join(t.TempDir(), "keys"), vault.SM)
	if err != nil {
		t.Fatal(err)
	}
	profile, err := auth.ProfileOf("demo")
	if err != nil {
		t.Fatal(err)
	}
	book := testkit.Book(t, demo.County)
	rules := func(string) *rule.Book { return book }
	k := &duty.Kernel{Ladder: func(id string) rule.Ladder { l, _ := book.Ladder(id, civil.DateOf(c.Now())); return l },
		Calendar: workday.Calendar, Superior: org.SuperiorID, Office: org.OfficeID,
		Limits: func() duty.Limits {
			return duty.Limits{Decide: 2, Soon: 3, Critical: 5, Superior: 3, DecideLadder: "default", SuperiorLadder: "default"}
		}}
	s := demo.Stage{DB: d, Clock: c, Book: book, Say: t.Output(), Guard: &auth.Guard{DB: d, Vault: v, Profile: profile},
		Desk: &plan.Desk{Duties: k, Rules: rules, Units: plan.Directory(rules)}, Cabinet: &child.Cabinet{Vault: v, Book: func() *rule.Book { return book }}, Children: 1500}
	s.Assessor = &assessment.Desk{Cabinet: s.Cabinet, Kernel: k, Book: s.Cabinet.Book, Calendar: workday.Calendar,
		Unit: func(ctx context.Context, tx *db.Tx, region, _, _ string) (ref.Unit, error) {
			return org.OfficeID(ctx, tx, region)
		}}
	s.Screener = &screening.Desk{Cabinet: s.Cabinet, Kernel: k, Book: s.Cabinet.Book, Unit: func(ctx context.Context, tx *db.Tx, region, _, _ string) (ref.Unit, error) {
		u, _, err := org.SeatOf(ctx, tx, region)
		return u.ID, err
	}}
	s.Cabinet.Settled = s.Screener.Follow
	err = d.Write(ctx, func(tx *db.Tx) error {
		if _, err := workday.Seed(ctx, tx, access.Program, book.Notices()); err != nil {
			return err
		}
		if _, err := region.LoadSeed(ctx, tx, access.Program, book.County().Region); err != nil {
			return err
		}
		_, err := org.LoadCounty(ctx, tx, access.Program, book)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	cast, err := s.Play(ctx, today)
	if err != nil {
		t.Fatal(err)
	}
	if len(cast) < 100 {
		t.Errorf("%d accounts", len(cast))
	}
	type row struct {
		State string
		N     int
	}
	rows, err := db.All[row](ctx, d.Reader(), "SELECT state, count(*) AS n FROM duty GROUP BY state")
	if err != nil {
		t.Fatal(err)
	}
	t.Log(rows)
	found := map[string]int{}
	for _, r := range rows {
		found[r.State] = r.N
	}
	for _, state := range []duty.State{duty.Open, duty.Done, duty.LateDone} {
		if found[string(state)] < 10 {
			t.Errorf("%d duties are %s", found[string(state)], state)
		}
	}
	late, err := db.Get[int](ctx, d.Reader(), "SELECT count(*) FROM duty WHERE state = 'open' AND paused = 0 AND due < ?", clock.Of(today))
	if err != nil || late < 5 {
		t.Errorf("%d duties are overdue (%v)", late, err)
	}
	files, err := db.All[row](ctx, d.Reader(), "SELECT state, count(*) AS n FROM child GROUP BY state ORDER BY state")
	if err != nil || len(files) != 2 || files[0].N < 3 || files[1].N < 1400 {
		t.Errorf("files: %v, %v", files, err)
	}
	ended, err := db.Get[int](ctx, d.Reader(), "SELECT count(*) FROM child_category WHERE reason = 'age'")
	if err != nil || ended < 3 {
		t.Errorf("%d categories ended by age (%v)", ended, err)
	}
	villages, err := db.Get[int](ctx, d.Reader(), "SELECT count(*) FROM screening_village WHERE finished > 0")
	if err != nil || villages < 10 {
		t.Errorf("%d villages were screened (%v)", villages, err)
	}
	if diff, err := s.Cabinet.Recount(ctx, d.Reader()); err != nil || len(diff) > 0 {
		t.Errorf("kept numbers are off: %v, %v", diff, err)
	}
}
