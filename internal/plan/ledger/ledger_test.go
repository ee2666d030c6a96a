package ledger_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/plan/ledger"
	"weibao/internal/ref"
	"weibao/internal/testkit"
)

const county = "990101000000"

var (
	officer = access.Actor{User: 1, Name: "甲", Post: access.Post{ID: 1, Unit: 10, Region: county, Role: access.Officer}}
	liaison = access.Actor{User: 2, Name: "乙", Post: access.Post{ID: 2, Unit: 12, Region: county, Role: access.Liaison}}
	far     = access.Actor{User: 3, Name: "丙", Post: access.Post{ID: 3, Unit: 99, Region: "990102000000", Role: access.Officer}}
)

func reader(t testing.TB) ledger.Ledger {
	cal := testkit.Calendar(t)
	return ledger.Ledger{Duties: &duty.Kernel{Calendar: func(context.Context, *db.Tx) (*civil.Calendar, error) { return cal, nil }, Limits: func() duty.Limits { return duty.Limits{Soon: 5, Critical: 10} }}}
}

type planRow struct {
	ID                                           ref.Plan
	Title, Issuer                                string
	Unit                                         ref.Unit
	Region, Town, County                         string
	Year                                         int
	Dated, State, File, Digest                   string
	Previous, Quiet, Version, Head               int64
	Created, CreatedBy, Issued, IssuedBy, Closed int64
}

type taskRow struct {
	ID                  ref.Task
	Plan                ref.Plan
	Seq                 int64
	Path                string
	SpanStart, SpanEnd  int
	Quote, Title, State string
	Standing            int
	Review              string
	Checked             int
	Rules               string
	Version             int64
}

type replyRow struct {
	ID                            int64
	Plan                          ref.Plan
	Task                          ref.Task
	Duty                          ref.Duty
	Unit                          ref.Unit
	Kind                          string
	At, ByUser                    int64
	ByName, Text, Without, State  string
	CheckDuty, Checked, CheckedBy int64
	CheckedName, Words            string
}

// fill stores plans with tasks and duties: n duties in all, per of them for each task.
func fill(t testing.TB, d *db.DB, plans, tasksPerPlan, dutiesPerTask int, mixed bool) {
	t.Helper()
	rnd := rand.New(rand.NewPCG(1, 2))
	now := clock.Of(testkit.Noon)
	states := []duty.State{duty.Open}
	if mixed {
		states = []duty.State{duty.Open, duty.Open, duty.Done, duty.LateDone, duty.Waived, duty.Cancelled}
	}
	id := ref.Duty(1)
	for p := range plans {
		plan, region := ref.Plan(p+1), county
		if mixed && p == 2 {
			region = far.Post.Region
		}
		var tasks []taskRow
		var duties []duty.Duty
		var replies []replyRow
		for i := range tasksPerPlan {
			task := ref.Task(p*tasksPerPlan + i + 1)
			tasks = append(tasks, taskRow{ID: task, Plan: plan, Seq: int64(i), Path: `["二、工作任务"]`, Title: "任务" + strconv.Itoa(i), State: "issued", Rules: "[]"})
			for range dutiesPerTask {
				x := duty.Duty{ID: id, Kind: []string{"plan.task", "plan.support", "plan.document"}[rnd.IntN(3)], Subject: "plan_task", SubjectID: int64(task), Whole: int64(plan),
					Title: tasks[i].Title, Unit: ref.Unit(10 + rnd.IntN(40)), Region: county, County: "990101", Rule: "方案", Clause: "二", Opened: now, Clock: duty.Calendar,
					Due: now + clock.Instant(rnd.IntN(400)-60)*86400000 + clock.Instant(rnd.IntN(9)), State: states[rnd.IntN(len(states))], Ladder: "default", Anchor: now}
				if rnd.IntN(3) > 0 {
					x.Signed = now
				}
				if x.State != duty.Open {
					x.Closed = now - clock.Instant(rnd.IntN(1e9))
				} else if mixed && rnd.IntN(5) == 0 {
					x.Paused = now
					replies = append(replies, replyRow{ID: int64(id), Plan: plan, Task: task, Duty: id, Unit: x.Unit, Kind: "reply", State: "sent"})
				}
				if region != county {
					x.Region, x.County = region, access.County(region)
				}
				duties, id = append(duties, x), id+1
			}
		}
		err := d.Write(t.Context(), func(tx *db.Tx) error {
			row := planRow{ID: plan, Title: "方案" + strconv.Itoa(p), Unit: 10, Region: region, County: access.County(region), Year: 2026, State: "issued"}
			if err := db.Insert(t.Context(), tx, "plan", row); err != nil {
				return err
			}
			if err := db.InsertAll(t.Context(), tx, "plan_task", tasks); err != nil {
				return err
			}
			if err := db.InsertAll(t.Context(), tx, "plan_reply", replies); err != nil {
				return err
			}
			return db.InsertAll(t.Context(), tx, "duty", duties)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestEveryNumberEqualsItsList walks the pages of random filters to both ends.
func TestEveryNumberEqualsItsList(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, _ *clock.Manual) {
		fill(t, d, 3, 12, 9, true)
		l := reader(t)
		rnd := rand.New(rand.NewPCG(5, 6))
		now := clock.Of(testkit.Noon)
		for range 250 {
			f := ledger.Filter{State: ledger.States[rnd.IntN(len(ledger.States))], ByUnit: rnd.IntN(3) == 0, Limit: 1 + rnd.IntN(30)}
			if rnd.IntN(2) == 0 {
				f.Plan = ref.Plan(1 + rnd.IntN(3))
			}
			if rnd.IntN(3) == 0 {
				f.Unit = ref.Unit(10 + rnd.IntN(40))
			}
			if rnd.IntN(4) == 0 {
				f.Kind = "plan.support"
			}
			if rnd.IntN(4) == 0 {
				f.From, f.To = now, now+60*86400000
			}
			by := []access.Actor{officer, liaison, far}[rnd.IntN(3)]
			tx := d.Reader()
			n, err := l.Count(t.Context(), tx, by, f, 10000)
			if err != nil {
				t.Fatal(err)
			}
			all := walk(t, l, tx, by, f)
			if len(all) != n {
				t.Fatalf("%+v: counted %d, listed %d", f, n, len(all))
			}
			check(t, by, f, all, now)
		}
	})
}

func walk(t *testing.T, l ledger.Ledger, tx *db.Tx, by access.Actor, f ledger.Filter) (all []ledger.Item) {
	t.Helper()
	var first []ledger.Item
	seen := map[ref.Duty]bool{}
	for {
		page, err := l.List(t.Context(), tx, by, f)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		if first == nil {
			first = page
		} else if f.After != (ledger.Key{}) && len(all) == len(first) {
			back := f
			back.After, back.Before = ledger.Key{}, f.KeyOf(page[0])
			again, err := l.List(t.Context(), tx, by, back)
			if err != nil || !slices.EqualFunc(again, first, func(a, b ledger.Item) bool { return a.ID == b.ID }) {
				t.Fatalf("page before the second is not the first: %v", err)
			}
		}
		for _, i := range page {
			if seen[i.ID] {
				t.Fatalf("%d is listed twice", i.ID)
			}
			seen[i.ID] = true
		}
		all = append(all, page...)
		f.After = f.KeyOf(page[len(page)-1])
	}
	return all
}

func check(t *testing.T, by access.Actor, f ledger.Filter, all []ledger.Item, now clock.Instant) {
	t.Helper()
	for i, x := range all {
		ok := x.Region[:6] == by.Post.Region[:6] || by.Post.Role == access.Liaison
		ok = ok && (by.Post.Role != access.Liaison || x.Unit == by.Post.Unit)
		ok = ok && (f.Plan == 0 || x.Whole == int64(f.Plan)) && (f.Unit == 0 || x.Unit == f.Unit) && (f.Kind == "" || x.Kind == f.Kind)
		switch f.State {
		case ledger.Late:
			ok = ok && x.Overdue(now)
		case ledger.Checking:
			ok = ok && x.Reply != 0
		case ledger.Unsigned:
			ok = ok && x.Signed == 0
		}
		if ok = ok && (f.State.Closed() == (x.State != duty.Open)); !ok {
			t.Fatalf("%+v does not belong into %+v of %s", x, f, by.Post.Role)
		}
		if i > 0 && f.ByUnit && all[i-1].Unit > x.Unit {
			t.Fatal("not in the order of units")
		}
	}
}

// TestAMillionDuties measures the list; it is a bench of the house:
// WEIBAO_BENCH=1 go test -run TestAMillionDuties ./internal/plan/ledger
func TestAMillionDuties(t *testing.T) {
	if os.Getenv("WEIBAO_BENCH") == "" {
		t.Skip("a bench: set WEIBAO_BENCH=1")
	}
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			d := testkit.Open(t, dialect, clock.At(testkit.Noon))
			fill(t, d, 250, 400, 10, false)
			if err := d.Write(t.Context(), func(tx *db.Tx) error { _, err := tx.Exec(t.Context(), "ANALYZE"); return err }); err != nil {
				t.Fatal(err)
			}
			l := reader(t)
			for name, f := range map[string]ledger.Filter{
				"by due": {}, "by unit": {ByUnit: true}, "one unit": {Unit: 15}, "late": {State: ledger.Late}, "soon": {State: ledger.Soon},
				"one plan by due": {Plan: 77}, "one plan by unit": {Plan: 77, ByUnit: true}, "one plan and unit": {Plan: 77, Unit: 15}, "done": {State: ledger.Done},
			} {
				measure(t, d, l, name, f)
			}
		})
	}
}

func measure(t *testing.T, d *db.DB, l ledger.Ledger, name string, f ledger.Filter) {
	t.Helper()
	for _, page := range []int{1, 1000} {
		g := f
		if page > 1 { // a key deep in the list costs what walking there gives
			g.After = ledger.Key{Unit: 30, At: clock.Of(testkit.Noon) + 86400000*150, ID: 1}
		}
		var took []time.Duration
		for range 200 {
			start := time.Now()
			if _, err := l.List(t.Context(), d.Reader(), officer, g); err != nil {
				t.Fatal(err)
			}
			took = append(took, time.Since(start))
		}
		slices.Sort(took)
		start := time.Now()
		n, err := l.Count(t.Context(), d.Reader(), officer, f, 1000)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Printf("%-10s %-20s page %-5d p50 %6.2f ms  p95 %6.2f ms   count %d in %.2f ms\n", d.Dialect, name, page,
			ms(took[100]), ms(took[190]), n, ms(time.Since(start)))
		if took[190] > 8*time.Millisecond {
			t.Errorf("%s page %d: p95 %s", name, page, took[190])
		}
	}
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
