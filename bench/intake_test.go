package bench_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"modernc.org/sqlite"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/intake"
	"weibao/internal/intake/publicpage"
	"weibao/internal/intake/throttle"
	"weibao/internal/rule"
	"weibao/internal/testkit"
	"weibao/internal/ui"
	"weibao/internal/vault"
)

// reportText has fifteen fields.
const reportText = `{"danger_now":false,"what":"hurt","place":{"region":"990101100200","text":"石门村三组村口小卖部旁边"},"narrative":"昨天夜里十点左右听到隔壁孩子哭喊，今天上学看到脸上有伤，孩子说是摔的。这样的情况一个月里有三四次，家里只有爷爷和父亲。",` +
	`"situations":["R4"],"reporter":{"name":"某邻居","phone":"13900000000","relation":"邻居","hours":"晚上"},"child":{"name":"某某","sex":"男","age":"八岁","school":"石门小学","address":"石门村三组"},"channel":"web"}`

// reportRows is how many rows one report is: report, reporter, two data keys,
// duty and its place, two entries of the journal.
const reportRows = 8

// reportPath takes reports on the product's side.
const reportPath = "/api/v1/reports"

// Bounds of what is asked of durability and of a load below the greatest.
const (
	normalBound = 0.85
	calmShare   = 0.8
	calmBound   = 40 * time.Millisecond
	calmConns   = 256
)

// mostConns is how many connections the greatest load has.
const mostConns = 128

func measureIntake(t *testing.T, out *table) {
	rounds, during := 5, 3*time.Second
	if !*full {
		rounds, during = 1, 200*time.Millisecond
	}
	eachDialect(t, func(t *testing.T, dialect db.Dialect) {
		product, bare := apart(t, "intake", dialect), apart(t, "intake, bare", dialect)
		var ours, theirs []result
		for _, conns := range []int{1, 32, mostConns} {
			product.burst(t, reportPath, reportText, conns, during/3)
			bare.burst(t, "/", reportText, conns, during/3)
			ours, theirs = nil, nil
			for range rounds {
				theirs = append(theirs, bare.burst(t, "/", reportText, conns, during))
				ours = append(ours, product.burst(t, reportPath, reportText, conns, during))
			}
			reportIntake(out, dialect, conns, ours, theirs)
		}
		calm(t, out, dialect, product, ours, during)
		if dialect == db.SQLite {
			measureFull(t, out, product, rounds, during)
		}
	})
}

// calm sends four fifths of what was done at most, at a steady rate.
func calm(t *testing.T, out *table, dialect db.Dialect, product *side, most []result, during time.Duration) {
	t.Helper()
	rate := calmShare * middle(most)
	times, took := paced(t, product.addr, reportPath, reportText, calmConns, rate, 3*during)
	p99 := quantile(times, 0.99)
	out.add(row{part: "intake", what: "steady at 0.8 of that rate, asked and done", where: string(dialect),
		got: fmt.Sprintf("%.0f and %.0f/s, p50 %s", rate, float64(len(times))/took.Seconds(), ms(quantile(times, 0.5)))})
	out.add(row{part: "intake", what: "steady at 0.8 of that rate, p99", where: string(dialect), got: ms(p99), bound: "≤ " + ms(calmBound), ok: p99 <= calmBound})
}

// middle is the rate in the middle of the rounds.
func middle(list []result) float64 {
	rates := make([]float64, len(list))
	for i, r := range list {
		rates[i] = r.rate
	}
	slices.Sort(rates)
	return rates[len(rates)/2]
}

// measureFull compares the program as it is, which syncs each commit, with
// itself where SQLite syncs at checkpoints alone.
func measureFull(t *testing.T, out *table, product *side, rounds int, during time.Duration) {
	t.Helper()
	normal := apart(t, normalReports, db.SQLite)
	normal.burst(t, reportPath, reportText, mostConns, during/3)
	ratios := make([]float64, rounds)
	var with, without []result
	for i := range ratios {
		without = append(without, normal.burst(t, reportPath, reportText, mostConns, during))
		with = append(with, product.burst(t, reportPath, reportText, mostConns, during))
		ratios[i] = with[i].rate / without[i].rate
	}
	slices.Sort(ratios)
	ratio := ratios[rounds/2]
	out.add(row{part: "intake", what: "128 connections, synchronous=NORMAL", where: string(db.SQLite), got: rateText(without)})
	out.add(row{part: "intake", what: "128 connections, FULL against NORMAL", where: string(db.SQLite), got: fmt.Sprintf("%.2f (%.2f–%.2f)", ratio, ratios[0], ratios[rounds-1]),
		bound: fmt.Sprintf("≥ %.2f", normalBound), ok: ratio >= normalBound})
}

const normalReports = "intake, normal"

// normalSide is the product on connections that sync at checkpoints alone,
// which the program itself never opens.
func normalSide(t testing.TB, dialect db.Dialect, dsn string) http.Handler {
	t.Helper()
	sqlite.RegisterConnectionHook(func(conn sqlite.ExecQuerierContext, _ string) error {
		_, err := conn.ExecContext(context.Background(), "PRAGMA synchronous=NORMAL", nil)
		return err
	})
	return reportSide(t, dialect, dsn)
}

func reportIntake(out *table, dialect db.Dialect, conns int, ours, theirs []result) {
	what := fmt.Sprintf("%d connections", conns)
	out.add(row{part: "intake", what: what + ", bare", where: string(dialect), got: rateText(theirs)})
	out.add(row{part: "intake", what: what + ", product", where: string(dialect), got: rateText(ours)})
	if conns == 1 {
		slices.SortFunc(ours, func(a, b result) int { return int(a.p50 - b.p50) })
		p50 := ours[len(ours)/2].p50
		out.add(row{part: "intake", what: what + ", p50", where: string(dialect), got: ms(p50), bound: "≤ " + ms(time.Millisecond), ok: p50 <= time.Millisecond})
		return
	}
	ratios := make([]float64, len(ours))
	for i := range ours {
		ratios[i] = ours[i].rate / theirs[i].rate
	}
	slices.Sort(ratios)
	ratio := ratios[len(ratios)/2]
	r := row{part: "intake", what: what + ", ratio", where: string(dialect), got: fmt.Sprintf("%.2f (%.2f–%.2f)", ratio, ratios[0], ratios[len(ratios)-1]), ok: true}
	if conns == mostConns {
		r.bound, r.ok = fmt.Sprintf("≥ %.1f", bareBound), ratio >= bareBound
	}
	out.add(r)
}

// reportSide is the route of the API with all that stands behind it but the server's own middleware.
func reportSide(t testing.TB, _ db.Dialect, dsn string) http.Handler {
	t.Helper()
	d := openSide(t, dsn)
	v, err := vault.Open(t.Context(), d, filepath.Join(t.TempDir(), "keys"), vault.SM)
	if err != nil {
		t.Fatal(err)
	}
	rules := testkit.Book(t, "demo")
	book := func() *rule.Book { return rules }
	r, err := ui.New(ui.Options{Clock: clock.System{}})
	if err != nil {
		t.Fatal(err)
	}
	const all = 1 << 40 // nobody is throttled here
	p, err := publicpage.New(publicpage.Deps{DB: d, UI: r, Book: book, Desk: &intake.Desk{Vault: v, Kernel: newKernel(t), Book: book},
		Gate: &throttle.Gate{Clock: clock.System{}, Limits: throttle.Limits{Guesses: all, Reports: all, All: all}}})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	for _, route := range p.Routes() {
		mux.HandleFunc(route.Method+" "+route.Path, func(w http.ResponseWriter, r *http.Request) {
			if err := route.Handle(w, r, access.Actor{}); err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
			}
		})
	}
	return mux
}

// bareReports is the least that a server must do for a report: read it, seal
// it and who told it under keys of their own, wrap the keys, hash the receipt,
// and keep as many rows durably. Nothing of the product but its ciphers runs in it.
type bareReports struct {
	id    atomic.Int64
	store func(ctx context.Context, r bareReport) error
}

func newBareReports(t testing.TB, dialect db.Dialect, dsn string) http.Handler {
	t.Helper()
	b := &bareReports{}
	if dialect == db.Postgres {
		b.store = bareReportsPostgres(t, dsn)
	} else {
		b.store = bareReportsSQLite(t, dsn)
	}
	return b
}

// ServeHTTP keeps the rows of one report.
func (b *bareReports) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in intake.In
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	id := b.id.Add(1)
	told, err := json.Marshal(in)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	who, _ := json.Marshal(in.Reporter)
	h := vault.SM.Hash()
	fmt.Fprintf(h, "%d", id)
	sealed, key := bareSeal(told)
	reporter, second := bareSeal(who)
	wide := strings.Repeat("0123456789", 15) // a duty or an entry of the journal, as wide as the product's
	rows := []string{sealed + string(h.Sum(nil)) + wide, reporter, key, second, wide + wide, wide[:60], wide, wide}
	if err := b.store(r.Context(), bareReport{id, rows}); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.WriteHeader(http.StatusCreated)
	fmt.Fprintf(w, `{"receipt":"%016d"}`, id)
}

// bareSeal seals under a new key, and the key under a fixed one.
func bareSeal(plain []byte) (sealed, wrapped string) {
	secret, nonce := make([]byte, 16), make([]byte, 12)
	_, _ = rand.Read(secret)
	_, _ = rand.Read(nonce)
	a, _ := vault.SM.AEAD(secret)
	m, _ := vault.SM.AEAD(make([]byte, 16))
	return string(a.Seal(nonce, nonce, plain, nil)), string(m.Seal(nonce, nonce, secret, nil))
}

const bareReportTables = "CREATE TABLE r0 (id BIGINT PRIMARY KEY, body BYTEA NOT NULL); CREATE TABLE r1 (id BIGINT PRIMARY KEY, body BYTEA NOT NULL); " +
	"CREATE TABLE r2 (id BIGINT PRIMARY KEY, body BYTEA NOT NULL); CREATE TABLE r3 (id BIGINT PRIMARY KEY, body BYTEA NOT NULL)"

// bareReport is a report as the bare side keeps it, two rows to a table.
type bareReport struct {
	id   int64
	rows []string
}

func bareReportsSQLite(t testing.TB, dsn string) func(context.Context, bareReport) error {
	t.Helper()
	pool := barePool(t, db.SQLite, dsn, bareReportTables)
	return grouped(t, 1, func(group []bareReport) error {
		tx, err := pool.Begin()
		if err != nil {
			return err
		}
		defer tx.Rollback()
		for table := range reportRows / 2 {
			s, err := tx.Prepare(fmt.Sprintf("INSERT INTO r%d VALUES (?, ?)", table))
			if err != nil {
				return err
			}
			for _, r := range group {
				for half := range 2 {
					if _, err := s.Exec(2*r.id+int64(half), []byte(r.rows[2*table+half])); err != nil {
						return err
					}
				}
			}
			s.Close()
		}
		return tx.Commit()
	})
}

func bareReportsPostgres(t testing.TB, dsn string) func(context.Context, bareReport) error {
	t.Helper()
	pool := barePool(t, db.Postgres, dsn, bareReportTables)
	return grouped(t, bareCommitters, func(group []bareReport) error {
		tx, err := pool.Begin()
		if err != nil {
			return err
		}
		defer tx.Rollback()
		for table := range reportRows / 2 {
			ids, bodies := make([]int64, 0, 2*len(group)), make([][]byte, 0, 2*len(group))
			for _, r := range group {
				ids = append(ids, 2*r.id, 2*r.id+1)
				bodies = append(bodies, []byte(r.rows[2*table]), []byte(r.rows[2*table+1]))
			}
			if _, err := tx.Exec(fmt.Sprintf("INSERT INTO r%d SELECT * FROM unnest($1::bigint[], $2::bytea[])", table), ids, bodies); err != nil {
				return err
			}
		}
		return tx.Commit()
	})
}
