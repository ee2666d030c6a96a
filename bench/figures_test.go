package bench_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/server"
	"weibao/internal/testkit"
)

var (
	full   = flag.Bool("full", false, "measure at full size")
	only   = flag.String("only", "", "comma-separated parts: write, desk, tasks, sweep, compile, children, screening, special, intake, overload")
	counts = flag.String("sizes", "10000,100000,1000000", "comma-separated numbers of open duties at full size")
	output = flag.String("output", "", "write the table as a page into this file")
)

// sizes are the numbers of open duties.
func sizes() []int {
	if !*full {
		return []int{2_000}
	}
	var out []int
	for word := range strings.SplitSeq(*counts, ",") {
		if n, err := strconv.Atoi(word); err == nil && n > 0 {
			out = append(out, n)
		}
	}
	return out
}

// row is one measured figure.
type row struct {
	part, what, where string
	size              int
	got               string
	bound             string
	ok                bool
}

type table struct{ rows []row }

func (t *table) add(r row) {
	t.rows = append(t.rows, r)
	fmt.Print((&table{rows: []row{r}}).text())
}

func (t *table) under(part, what string, where db.Dialect, size int, got, bound time.Duration) {
	r := row{part: part, what: what, where: string(where), size: size, got: ms(got), ok: true}
	if bound > 0 {
		r.bound, r.ok = "≤ "+ms(bound), got <= bound
	}
	t.add(r)
}

func ms(d time.Duration) string {
	v := float64(d) / float64(time.Millisecond)
	switch {
	case v >= 100:
		return fmt.Sprintf("%.0f ms", v)
	case v >= 10:
		return fmt.Sprintf("%.1f ms", v)
	}
	return fmt.Sprintf("%.2f ms", v)
}

// TestFigures measures and prints everything.
func TestFigures(t *testing.T) {
	server.Tune()
	out := &table{}
	for _, p := range []struct {
		name string
		run  func(*testing.T, *table)
	}{{"write", measureWrite}, {"desk", measureDesk}, {"tasks", measureTasks}, {"sweep", measureSweep}, {"compile", measureCompile}, {"children", measureChildren}, {"screening", measureScreening}, {"special", measureSpecial}, {"intake", measureIntake}, {"overload", measureOverload}} {
		if *only == "" || slices.Contains(strings.Split(*only, ","), p.name) {
			t.Run(p.name, func(t *testing.T) { p.run(t, out) })
		}
	}
	if *output != "" {
		path := *output
		if !filepath.IsAbs(path) {
			path = filepath.Join(testkit.Root(t), path)
		}
		before, err := os.ReadFile(path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(out.page(string(before))), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func (t *table) text() string {
	var b strings.Builder
	for _, r := range t.rows {
		mark := "  "
		if r.bound != "" && !r.ok {
			mark = "✗ "
		} else if r.bound != "" {
			mark = "✓ "
		}
		fmt.Fprintf(&b, "%s%-8s %-58s %-9s %9d  %-26s %s\n", mark, r.part, r.what, r.where, r.size, r.got, r.bound)
	}
	return b.String()
}

func machine() string {
	name := runtime.GOARCH
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.SplitSeq(string(text), "\n") {
			if k, v, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(k) == "model name" {
				name = strings.TrimSpace(v)
				break
			}
		}
	}
	load, _ := os.ReadFile("/proc/loadavg")
	return fmt.Sprintf("%d × %s, %s, one fsync of 4 KB %s (median of 200), load average at the end %s",
		runtime.NumCPU(), name, runtime.Version(), ms(fsyncTime()), strings.Join(strings.Fields(string(load))[:1], ""))
}

func fsyncTime() time.Duration {
	f, err := os.CreateTemp("", "weibao-fsync-")
	if err != nil {
		return 0
	}
	defer os.Remove(f.Name())
	defer f.Close()
	return median(200, func() {
		_, _ = f.Write(make([]byte, 4096))
		_ = f.Sync()
	})
}

func postgresVersion() string {
	bin, err := testkit.PostgresBin()
	if err != nil {
		return "none"
	}
	out, _ := exec.Command(filepath.Join(bin, "postgres"), "--version").Output()
	return strings.TrimSpace(string(out))
}

func durations(n int, fn func()) []time.Duration {
	out := make([]time.Duration, n)
	for i := range out {
		start := time.Now()
		fn()
		out[i] = time.Since(start)
	}
	slices.Sort(out)
	return out
}

func median(n int, fn func()) time.Duration { return durations(n, fn)[n/2] }

func quantile(sorted []time.Duration, q float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)]
}

// The people and places of the measured county.
const (
	county = "990101000000"
	town   = "990101103000"

	office = ref.Unit(10)
	busy   = ref.Unit(20) // owns a tenth of all duties
	quiet  = ref.Unit(21) // owns fifty
	most   = ref.Unit(400)
)

func person(user ref.User, unit ref.Unit, region string, role access.Role) access.Actor {
	return access.Actor{User: user, Name: "测试员", Post: access.Post{ID: 1, Unit: unit, UnitName: "测试单位", Region: region, RegionName: "云岭县", Role: role}}
}

var (
	officer    = person(100, office, county, access.Officer)
	supervisor = person(101, 103, town, access.Supervisor)
	many       = person(102, busy, county, access.Liaison)
	few        = person(103, quiet, county, access.Liaison)
)

// ladder is that of the national rules: reminder, 催办, superior, 督办建议.
var ladder = rule.Ladder{ID: duty.DefaultLadder, Steps: []rule.LadderStep{
	{Action: "remind", Offset: rule.Span{N: -3, Unit: "workdays"}, To: "owner", Label: "提醒"},
	{Action: "urge", Offset: rule.Span{N: 1, Unit: "workdays"}, To: "owner", Label: "催办"},
	{Action: "superior", Offset: rule.Span{N: 5, Unit: "workdays"}, To: "superior", Label: "报上级督促"},
	{Action: "propose", Offset: rule.Span{N: 10, Unit: "workdays"}, To: "office", Label: "建议发督办单"},
}}

func newKernel(t testing.TB) *duty.Kernel {
	t.Helper()
	cal := testkit.Calendar(t)
	return &duty.Kernel{
		Ladder:   constant(ladder),
		Calendar: func(context.Context, *db.Tx) (*civil.Calendar, error) { return cal, nil },
		Superior: func(context.Context, *db.Tx, ref.Unit) (ref.Unit, error) { return office, nil },
		Office:   func(context.Context, *db.Tx, string) (ref.Unit, error) { return office, nil },
		Limits: func() duty.Limits {
			return duty.Limits{Decide: 2, Soon: 3, Critical: 5, SuperiorLadder: duty.DefaultLadder, Superior: 3}
		},
	}
}

// eachDatabase runs measure on a durable SQLite file and on a durable PostgreSQL.
func eachDatabase(t *testing.T, c clock.Clock, measure func(t *testing.T, d *db.DB)) {
	eachDialect(t, func(t *testing.T, dialect db.Dialect) {
		d, err := db.Open(t.Context(), durable(t, dialect), c)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { d.Close() })
		measure(t, d)
	})
}

func eachDialect(t *testing.T, measure func(t *testing.T, dialect db.Dialect)) {
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) { measure(t, dialect) })
	}
}

func durable(t testing.TB, dialect db.Dialect) string {
	t.Helper()
	if dialect == db.SQLite || !*full {
		return testkit.DSN(t, dialect)
	}
	return testkit.NewCluster(t, "shared_buffers=512MB", "max_wal_size=4GB", "checkpoint_timeout=30min").DSN(t)
}

func constant(l rule.Ladder) func(string) rule.Ladder { return func(string) rule.Ladder { return l } }
