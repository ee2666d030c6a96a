package fault_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/testkit"
)

// rungsPromised are what stands wrong after sweeps that killed each other.
var rungsPromised = map[string]string{
	"duties that did not climb all rungs":         "SELECT count(*) FROM duty d LEFT JOIN duty_place p ON p.duty = d.id WHERE d.subject = 'fault' AND (coalesce(p.level, 0) <> 4 OR 4 <> (SELECT count(*) FROM duty_step s WHERE s.duty = d.id))",
	"rungs whose receiver has none or two duties": "SELECT count(*) FROM duty_step s WHERE s.step > 2 AND 1 <> (SELECT count(*) FROM duty u WHERE u.subject = 'duty' AND u.subject_id = s.duty AND u.unit = s.receiver)",
	"rungs that name no duty":                     "SELECT count(*) FROM duty_step s WHERE s.step > 2 AND NOT EXISTS (SELECT 1 FROM duty u WHERE u.id = s.opened AND u.subject = 'duty' AND u.subject_id = s.duty)",
	"duties opened by no rung":                    "SELECT count(*) FROM duty u WHERE u.subject = 'duty' AND NOT EXISTS (SELECT 1 FROM duty_step s WHERE s.opened = u.id)",
	"opened duties without one entry":             "SELECT count(*) FROM duty u LEFT JOIN (SELECT subject_id, count(*) AS n FROM audit_entry WHERE subject = 'duty' GROUP BY subject_id) AS a ON a.subject_id = u.id WHERE u.subject = 'duty' AND coalesce(a.n, 0) <> 1",
}

// Two processes on one PostgreSQL sweep the same duties while they are killed
// in turn: each duty climbs each rung once.
func TestProcessesThatAreKilledWhileTheySweepClimbEachRungOnce(t *testing.T) {
	dsn := testkit.DSN(t, db.Postgres)
	fillSweep(t, dsn, 3000)
	pair := [2]*process{launch(t, dsn, nil), launch(t, dsn, nil)}
	for range min(rounds(12), 100) {
		var wg sync.WaitGroup
		for _, p := range pair {
			hour := 8 + rand.IntN(7)
			wg.Go(func() { _, _ = p.post(fmt.Sprint("/sweep?hour=", hour)) })
		}
		pause(5*time.Millisecond, 120*time.Millisecond)
		victim := rand.IntN(2)
		pair[victim].kill()
		wg.Wait()
		pair[victim] = launch(t, dsn, nil)
	}
	if status, err := pair[0].post("/sweep?hour=20"); err != nil || status != 200 {
		t.Fatalf("last sweep: status %d, %v", status, err)
	}
	d, err := db.Open(t.Context(), dsn, clock.At(start))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for what, query := range rungsPromised {
		if n, err := db.Get[int](t.Context(), d.Reader(), query); err != nil || n != 0 {
			t.Errorf("%d %s (%v)", n, what, err)
		}
	}
}

// The control: the check sees a rung that was skipped and one that was climbed twice.
func TestFaultsOfTheLadderAreSeen(t *testing.T) {
	dsn := testkit.DSN(t, db.SQLite)
	fillSweep(t, dsn, 50)
	p := launch(t, dsn, nil)
	if status, err := p.post("/sweep?hour=20"); err != nil || status != 200 {
		t.Fatalf("sweep: status %d, %v", status, err)
	}
	p.kill()
	d, err := db.Open(t.Context(), dsn, clock.At(start))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	count := func() (n int) {
		for _, query := range rungsPromised {
			bad, err := db.Get[int](t.Context(), d.Reader(), query)
			if err != nil {
				t.Fatal(err)
			}
			n += bad
		}
		return n
	}
	if n := count(); n != 0 {
		t.Fatalf("%d faults before one was made", n)
	}
	for _, harm := range []string{
		"DELETE FROM duty_step WHERE step = 2 AND duty = (SELECT min(duty) FROM duty_step)",
		"UPDATE duty_step SET opened = 0 WHERE step = 3 AND duty = (SELECT max(duty) FROM duty_step)",
	} {
		before := count()
		err := d.Write(t.Context(), func(tx *db.Tx) error { _, err := tx.Exec(t.Context(), harm); return err })
		if err != nil {
			t.Fatal(err)
		}
		if count() == before {
			t.Errorf("not seen: %s", harm)
		}
	}
}

func fillSweep(t *testing.T, dsn string, n int) {
	t.Helper()
	d, err := db.Open(t.Context(), dsn, clock.At(start))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	k := newKernel()
	err = d.Write(t.Context(), func(tx *db.Tx) error {
		list := make([]duty.New, n)
		for i := range list {
			list[i] = duty.New{Kind: "fault", Subject: "fault", SubjectID: int64(i + 1), Title: "走访排查", Unit: bureau, Region: region, Deadline: duty.In(10)}
		}
		_, err := k.Open(context.WithoutCancel(t.Context()), tx, officer, list...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
