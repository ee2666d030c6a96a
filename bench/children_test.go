package bench_test

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/child/childpage"
	columns "weibao/internal/child/ledger"
	"weibao/internal/child/ledgerpage"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/org"
	"weibao/internal/pinyin"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/testkit"
	"weibao/internal/ui/uitest"
)

var (
	childSizes         = flag.String("children", "300000,3000000", "comma-separated numbers of children on SQLite at full size")
	childSizesPostgres = flag.String("children-postgres", "300000", "the same on PostgreSQL; 3000000 and 20000000 are long runs")
	childDatabase      = flag.String("children-database", "", "address of a migrated PostgreSQL in which children stay for the next run, with its keys in -children-keys")
	childFill          = flag.Bool("children-fill", false, "open the files and measure nothing")
	childKeys          = flag.String("children-keys", "", "folder of the keys of -children-database")
)

const (
	pageBound   = 5 * time.Millisecond
	cellsBound  = 500
	coldBound   = 30 * time.Millisecond
	childVolume = 300_000 // a county's; larger populations are several counties
)

// province reads all counties of a population.
var province = person(110, office, "990000000000", access.Officer)

func measureChildren(t *testing.T, out *table) {
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		text := *childSizes
		if dialect == db.Postgres {
			text = *childSizesPostgres
		}
		t.Run(string(dialect), func(t *testing.T) {
			x := &ledger{t: t, out: out, dialect: dialect}
			if dialect == db.Postgres && *childDatabase != "" {
				x.dsn = *childDatabase
				x.resume()
			} else {
				x.dsn = durable(t, dialect)
				x.open()
			}
			for _, n := range childCounts(text) {
				x.grow(n)
				if !*childFill {
					x.measure()
				}
			}
		})
	}
}

func childCounts(text string) []int {
	if !*full {
		return []int{2_000}
	}
	var out []int
	for word := range strings.SplitSeq(text, ",") {
		if n, err := strconv.Atoi(word); err == nil && n > 0 {
			out = append(out, n)
		}
	}
	return out
}

// ledger measures the files of children on one database.
type ledger struct {
	t       *testing.T
	out     *table
	dsn     string
	dialect db.Dialect
	d       *db.DB
	cabinet *child.Cabinet
	pages   *childpage.Pages
	ledgers *ledgerpage.Pages
	size    int // children so far
	first   int // of them made through the program; the others are their copies
	samples []child.Child
}

func (x *ledger) open() {
	x.t.Helper()
	d, err := db.Open(x.t.Context(), x.dsn, clock.System{})
	if err != nil {
		x.t.Fatal(err)
	}
	x.t.Cleanup(func() { d.Close() })
	x.d = d
	if x.cabinet == nil {
		x.cabinet = testkit.Cabinet(x.t, d, "demo")
	}
	x.pages, err = childpage.New(childpage.Deps{DB: d, UI: uitest.New(x.t), Cabinet: x.cabinet,
		Kernel: testkit.Kernel(testkit.Calendar(x.t), office), Units: org.Names})
	if err != nil {
		x.t.Fatal(err)
	}
	x.ledgers, err = ledgerpage.New(ledgerpage.Deps{DB: d, UI: uitest.New(x.t), Cabinet: x.cabinet, Desk: &columns.Desk{Cabinet: x.cabinet, Names: region.Names}})
	if err != nil {
		x.t.Fatal(err)
	}
}

func (x *ledger) measure() {
	fmt.Printf("  measuring %d children on %s\n", x.size, x.dialect)
	x.lists()
	x.sheets()
	x.searches()
	x.numbers()
	x.throughput()
	if x.dialect == db.SQLite {
		x.restart()
	}
}

// lists measures the query of a page and the page with its template.
func (x *ledger) lists() {
	village := "990101103200"
	for _, p := range []struct {
		who string
		by  access.Actor
		f   child.Filter
	}{
		{"county, all", officer, child.Filter{Level: child.AnyLevel}},
		{"county, level 2", officer, child.Filter{Level: 2}},
		{"county, one category", officer, child.Filter{Category: "C03", Level: child.AnyLevel}},
		{"county, one category and level", officer, child.Filter{Category: "C06", Level: 1}},
		{"township, all", supervisor, child.Filter{Level: child.AnyLevel}},
		{"township, one category", supervisor, child.Filter{Category: "C03", Level: child.AnyLevel}},
		{"township, one category and level", supervisor, child.Filter{Category: "C03", Level: 1}},
		{"village, all", supervisor, child.Filter{Region: village, Level: child.AnyLevel}},
		{"village, one category", supervisor, child.Filter{Region: village, Category: "C03", Level: child.AnyLevel}},
	} {
		p.f.Limit = rowsOfOne + 1
		x.list(p.who+", page 1", p.by, p.f)
		if key, page := x.deep(p.by, p.f); page > 2 {
			p.f.After = key
			x.list(fmt.Sprintf("%s, page %d", p.who, page), p.by, p.f)
		}
	}
}

func (x *ledger) times() int {
	if *full {
		return 300
	}
	return 3
}

func (x *ledger) list(what string, by access.Actor, f child.Filter) {
	x.t.Helper()
	ctx := x.t.Context()
	query := durations(x.times(), func() {
		if _, err := x.cabinet.List(ctx, x.d.Reader(), by, f); err != nil {
			x.t.Fatal(err)
		}
	})
	path := address(f)
	used := processorTime()
	page := durations(x.times(), func() { x.get(path, by) })
	cpu := (processorTime() - used) / time.Duration(x.times())
	p95 := quantile(page, 0.95)
	x.out.add(row{part: "children", what: "ledger of " + what, where: string(x.dialect), size: x.size, bound: "≤ " + ms(pageBound), ok: p95 <= pageBound,
		got: fmt.Sprintf("%s (median %s, processor %s; query alone p95 %s, median %s)", ms(p95), ms(quantile(page, 0.5)), ms(cpu), ms(quantile(query, 0.95)), ms(quantile(query, 0.5)))})
}

func (x *ledger) get(path string, by access.Actor) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	if err := x.pages.List(w, httptest.NewRequest(http.MethodGet, path, nil), by); err != nil || w.Code != http.StatusOK {
		x.t.Errorf("%s: %v, status %d", path, err, w.Code)
	}
	return w
}

// address is that of the page which shows a filter.
func address(f child.Filter) string {
	q := "/children?x=1"
	if f.Region != "" {
		q += "&town=" + access.Town(f.Region) + "000&village=" + f.Region
	}
	if f.Category != "" {
		q += "&category=" + f.Category
	}
	if f.Level != child.AnyLevel {
		q += "&level=" + strconv.Itoa(f.Level)
	}
	if f.After != (child.Key{}) {
		q += "&due=" + f.After.Due + "&after=" + ref.Format(f.After.ID)
	}
	return q
}

// deep gives the key in the middle of a list.
func (x *ledger) deep(by access.Actor, f child.Filter) (child.Key, int) {
	x.t.Helper()
	where, args := by.Scope().Where(access.ScopeColumns("c"))
	where = "c.state = 'open' AND " + where
	add := func(use bool, cond string, arg any) {
		if use {
			where, args = where+" AND "+cond, append(args, arg)
		}
	}
	add(f.Region != "", "c.region = ?", f.Region)
	add(f.Category != "", "c.categories LIKE ?", "% "+f.Category+" %")
	add(f.Level != child.AnyLevel, "c.level = ?", f.Level)
	n, err := db.Get[int](x.t.Context(), x.d.Reader(), "SELECT count(*) FROM child c WHERE "+where, args...)
	if err != nil {
		x.t.Fatal(err)
	}
	page := n / rowsOfOne / 2
	if page < 2 {
		return child.Key{}, 0
	}
	key, err := db.Get[child.Key](x.t.Context(), x.d.Reader(), "SELECT c.due, c.id FROM child c WHERE "+where+" ORDER BY c.due, c.id LIMIT 1 OFFSET ?",
		append(args, page*rowsOfOne-1)...)
	if err != nil {
		x.t.Fatal(err)
	}
	return key, page + 1
}

// searches asks for names of children that there are, each another.
func (x *ledger) searches() {
	bound := pageBound
	switch {
	case x.size > 3_000_000:
		bound = 0 // nothing was asked of so many
	case x.size > childVolume:
		bound = 20 * time.Millisecond
	}
	two := func(runes []rune) string { return string(runes) }
	for _, s := range []struct {
		what string
		ask  func(name string) string
	}{
		{"initials", func(name string) string { return pinyin.Initials(name)[0] }},
		{"the first two characters", func(name string) string { return two([]rune(name)[:2]) }},
		{"the last two characters", func(name string) string { r := []rune(name); return two(r[len(r)-2:]) }},
		{"whole pinyin", func(name string) string { return pinyin.Full(name)[0] }},
		{"two letters", func(name string) string { return pinyin.Initials(name)[0][:2] }},
	} {
		x.search("search of the county by "+s.what, officer, s.ask, bound)
		if x.size > childVolume {
			x.search("search of the province by "+s.what, province, s.ask, bound)
		}
	}
	tail := func(string) string { return fmt.Sprintf("%04d", time.Now().UnixNano()/1000%10_000) }
	x.search("search of the county by the last four of a number", officer, tail, bound)
}

func (x *ledger) search(what string, by access.Actor, ask func(string) string, bound time.Duration) {
	x.t.Helper()
	i := 0
	all := durations(x.times(), func() {
		name := x.samples[i%len(x.samples)].Name
		i++
		if _, err := x.cabinet.Find(x.t.Context(), x.d.Reader(), by, ask(name), 50); err != nil {
			x.t.Fatal(err)
		}
	})
	limit := ""
	if bound > 0 {
		limit = "≤ " + ms(bound)
	}
	x.out.add(row{part: "children", what: what, where: string(x.dialect), size: x.size, bound: limit, ok: quantile(all, 0.95) <= bound,
		got: fmt.Sprintf("%s (median %s)", ms(quantile(all, 0.95)), ms(quantile(all, 0.5)))})
}

// numbersReaders ask for pages of numbers at once.
const numbersReaders = 4

// together runs fn so many times by each of some goroutines, and tells how long all took.
func together(runners, times int, fn func()) time.Duration {
	var wg sync.WaitGroup
	start := time.Now()
	for range runners {
		wg.Go(func() {
			for range times {
				fn()
			}
		})
	}
	wg.Wait()
	return time.Since(start)
}

// coverBound is how long the first reader of a day may wait for the covered numbers.
const coverBound = time.Second

// numbers measures the page of numbers: of a township and of the county, each
// with the divisions below it, and of the county for who may not see the
// files, for whom all tables are covered once a day.
func (x *ledger) numbers() {
	for _, p := range []struct {
		what string
		by   access.Actor
	}{{"page of numbers of a township with its villages", supervisor}, {"page of numbers of the county with its townships", officer}, {"page of covered numbers of the county", many}} {
		page := func() {
			w := httptest.NewRecorder()
			if err := x.ledgers.Numbers(w, httptest.NewRequest(http.MethodGet, "/numbers", nil), p.by); err != nil || w.Code != http.StatusOK {
				x.t.Errorf("numbers: %v, status %d", err, w.Code)
			}
		}
		if p.by.Post.Role == access.Liaison {
			first := durations(1, page)[0]
			x.out.add(row{part: "children", what: p.what + ", first of the day", where: string(x.dialect), size: x.size, bound: "≤ " + ms(coverBound), got: ms(first), ok: first <= coverBound})
		}
		all := durations(x.times(), page)
		var sum time.Duration
		for _, d := range all {
			sum += d
		}
		rate := float64(len(all)) / sum.Seconds()
		x.out.add(row{part: "children", what: p.what + ", one reader", where: string(x.dialect), size: x.size, bound: fmt.Sprintf("≥ %d/s", cellsBound),
			ok: rate >= cellsBound, got: fmt.Sprintf("%.0f/s (p95 %s)", rate, ms(quantile(all, 0.95)))})
		took := together(numbersReaders, x.times(), page)
		rate = float64(numbersReaders*x.times()) / took.Seconds()
		x.out.add(row{part: "children", what: fmt.Sprintf("%s, %d readers at once", p.what, numbersReaders), where: string(x.dialect), size: x.size, bound: fmt.Sprintf("≥ %d/s", cellsBound),
			got: fmt.Sprintf("%.0f/s", rate), ok: rate >= cellsBound})
	}
}

// sheets measures the county's own ledgers 「台账」, whose lines are opened and
// covered, of the lists that generated files fill.
func (x *ledger) sheets() {
	for _, s := range []struct{ what, query string }{
		{"village ledger with its columns", "ledger=village&region=990101103200"}, {"township ledger with its columns", "ledger=township"},
		{"ledger of one category with its columns", "ledger=leftbehind"},
	} {
		used := processorTime()
		page := durations(x.times(), func() {
			w := httptest.NewRecorder()
			if err := x.ledgers.List(w, httptest.NewRequest(http.MethodGet, "/ledgers?"+s.query, nil), supervisor); err != nil || w.Code != http.StatusOK {
				x.t.Fatalf("%s: %v, status %d", s.query, err, w.Code)
			}
		})
		cpu, p95 := (processorTime()-used)/time.Duration(x.times()), quantile(page, 0.95)
		x.out.add(row{part: "children", what: s.what, where: string(x.dialect), size: x.size, bound: "≤ " + ms(pageBound), ok: p95 <= pageBound,
			got: fmt.Sprintf("%s (median %s, processor %s)", ms(p95), ms(quantile(page, 0.5)), ms(cpu))})
	}
}

// restart opens the file anew with nothing of it in memory.
func (x *ledger) restart() {
	for _, warm := range []bool{false, true} {
		if err := x.d.Close(); err != nil {
			x.t.Fatal(err)
		}
		forget(x.t, x.dsn)
		x.open()
		what := "first page after a restart with the file out of memory"
		if warm {
			start := time.Now()
			if err := x.cabinet.Warm(x.t.Context(), x.d); err != nil {
				x.t.Fatal(err)
			}
			x.out.under("children", "warming of what lists read, beside the start", x.dialect, x.size, time.Since(start), 0)
			what = "first page after a restart and warming"
		}
		start := time.Now()
		x.get("/children", supervisor)
		bound := coldBound
		if !warm {
			bound = 0
		}
		x.out.under("children", what, x.dialect, x.size, time.Since(start), bound)
	}
}

// forget takes a closed file out of the page cache, where the system does as it is asked.
func forget(t testing.TB, path string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	_ = f.Sync()
	const dontNeed = 4 // POSIX_FADV_DONTNEED
	_, _, _ = syscall.Syscall6(syscall.SYS_FADVISE64, f.Fd(), 0, 0, dontNeed, 0, 0)
}

// throughput compares the page at sixteen connections with a bare list of the
// same rows as JSON.
func (x *ledger) throughput() {
	if x.dialect != db.SQLite {
		return
	}
	product := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Method, r.URL.RawQuery = http.MethodGet, "category=C03"
		if err := x.pages.List(created{w}, r, supervisor); err != nil {
			x.t.Error(err)
		}
	}))
	defer product.Close()
	bare := httptest.NewServer(newBareList(x.t, x.dsn))
	defer bare.Close()
	during, rounds := 2*time.Second, 3
	if !*full {
		during, rounds = 100*time.Millisecond, 1
	}
	var ours, theirs []result
	for range rounds {
		theirs = append(theirs, burst(x.t, strings.TrimPrefix(bare.URL, "http://"), "/", "", 16, during))
		ours = append(ours, burst(x.t, strings.TrimPrefix(product.URL, "http://"), "/", "", 16, during))
	}
	var a, b float64
	for i := range ours {
		a, b = a+ours[i].rate, b+theirs[i].rate
	}
	ratio := a / b
	x.out.add(row{part: "children", what: "ledger of a township by category at 16 connections against a bare JSON list", where: string(x.dialect), size: x.size,
		bound: "≥ 0.25", ok: ratio >= 0.25, got: fmt.Sprintf("%.2f (%.0f/s against %.0f/s)", ratio, a/float64(rounds), b/float64(rounds))})
}

// created answers as burst expects it.
type created struct{ http.ResponseWriter }

// WriteHeader sends 201 instead of 200.
func (c created) WriteHeader(int) { c.ResponseWriter.WriteHeader(http.StatusCreated) }

func (x *ledger) write(fn func(ctx context.Context, tx *db.Tx) error) {
	x.t.Helper()
	if err := x.d.Write(x.t.Context(), func(tx *db.Tx) error { return fn(x.t.Context(), tx) }); err != nil {
		x.t.Fatal(err)
	}
}
