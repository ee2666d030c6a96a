package fault_test

import (
	"context"
	"encoding/json"
	"net/http"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/intake"
	"weibao/internal/rule"
	"weibao/internal/testkit"
	"weibao/internal/vault"
	"weibao/rules"
)

// reception is the desk of reports with keys beside the seals.
func reception(ctx context.Context, d *db.DB, dir string) (*intake.Desk, error) {
	v, err := vault.Open(ctx, d, filepath.Join(dir, "keys"), vault.SM)
	if err != nil {
		return nil, err
	}
	book, err := rule.Load(rules.FS, "demo")
	if err != nil {
		return nil, err
	}
	return &intake.Desk{Vault: v, Kernel: newKernel(), Book: func() *rule.Book { return book }}, nil
}

// report takes the report of a number; the number is the key, too.
func (s *server) report(w http.ResponseWriter, r *http.Request) {
	n := r.URL.Query().Get("n")
	in := intake.In{What: "hurt", Narrative: "第" + n + "件", Place: intake.Place{Region: region}, Reporter: &intake.Reporter{Phone: "1390000" + n}}
	take := func(ctx context.Context) (intake.Lodged, error) {
		return s.desk.Take(ctx, s.d, access.Program, in, "key-"+n)
	}
	if s.early { // the control: it answers and stores later
		w.WriteHeader(http.StatusCreated)
		_ = json.NewEncoder(w).Encode(map[string]string{"receipt": ""})
		go func() {
			time.Sleep(20 * time.Millisecond)
			_, _ = take(context.WithoutCancel(r.Context()))
		}()
		return
	}
	out, err := take(r.Context())
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.WriteHeader(http.StatusCreated)
	_ = json.NewEncoder(w).Encode(map[string]string{"receipt": out.Receipt})
}

// reporters are clients who keep the receipts they were given.
type reporters struct {
	*ledger
	receipts sync.Map
}

// load lets clients send reports until ctx ends or one fails.
func (l *reporters) load(ctx context.Context, p *process, clients int) (wait func()) {
	var wg sync.WaitGroup
	for range clients {
		wg.Go(func() {
			for ctx.Err() == nil {
				n := l.next()
				receipt, ok := l.send(p, n)
				l.note(n, ok)
				if !ok {
					return
				}
				l.receipts.Store(n, receipt)
			}
		})
	}
	return wg.Wait
}

func (l *reporters) send(p *process, n int64) (string, bool) {
	r, err := client.Post("http://"+p.addr+"/report?n="+strconv.FormatInt(n, 10), "", nil)
	if err != nil {
		return "", false
	}
	defer r.Body.Close()
	var out struct{ Receipt string }
	err = json.NewDecoder(r.Body).Decode(&out)
	return out.Receipt, err == nil && r.StatusCode == http.StatusCreated
}

// reportKills kills a child n times in the middle of taking reports and gives what it broke.
func reportKills(t *testing.T, dsn string, n int, env ...string) []string {
	t.Helper()
	l, seals := &reporters{ledger: newLedger()}, t.TempDir()
	env = append(env, childSeals+"="+seals)
	for range n {
		p := launch(t, dsn, env)
		wait := l.load(t.Context(), p, 8)
		pause(20*time.Millisecond, 250*time.Millisecond)
		p.kill()
		wait()
	}
	early := len(env) > 1
	if !early { // what is unsure is sent again with its key, and is there once
		p := launch(t, dsn, env)
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		l.load(ctx, p, 8)()
		p.kill()
	}
	t.Logf("%d kills, %d acknowledged", n, len(l.acked))
	return l.broken(t, dsn, seals)
}

// broken lists what is lost, doubled or half there.
func (l *reporters) broken(t *testing.T, dsn, seals string) (out []string) {
	t.Helper()
	ctx := context.Background()
	d, err := db.Open(ctx, dsn, clock.At(start))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	k, err := reception(ctx, d, seals)
	if err != nil {
		t.Fatal(err)
	}
	for what, query := range map[string]string{
		"without one duty":              "SELECT count(*) FROM intake_report r WHERE 1 <> (SELECT count(*) FROM duty d WHERE d.id = r.duty AND d.subject = 'intake_report' AND d.subject_id = r.id)",
		"without one entry of lodging":  "SELECT count(*) FROM intake_report r WHERE 1 <> (SELECT count(*) FROM audit_entry a WHERE a.subject_id = r.id AND a.action = 'intake.lodge')",
		"without its reporter":          "SELECT count(*) FROM intake_report r WHERE NOT EXISTS (SELECT 1 FROM intake_reporter w WHERE w.report = r.id)",
		"without its key":               "SELECT count(*) FROM intake_report r WHERE NOT EXISTS (SELECT 1 FROM intake_key e WHERE e.report = r.id)",
		"promised by a key and missing": "SELECT count(*) FROM intake_key e WHERE NOT EXISTS (SELECT 1 FROM intake_report r WHERE r.id = e.report)",
		"of a duty and missing":         "SELECT count(*) FROM duty d WHERE d.subject = 'intake_report' AND NOT EXISTS (SELECT 1 FROM intake_report r WHERE r.id = d.subject_id)",
	} {
		n, err := db.Get[int](ctx, d.Reader(), query)
		if err != nil {
			t.Fatal(err)
		}
		if n != 0 {
			out = append(out, strconv.Itoa(n)+" reports "+what)
		}
	}
	stored, err := db.Get[int](ctx, d.Reader(), "SELECT count(*) FROM intake_report")
	if err != nil {
		t.Fatal(err)
	}
	if most := int(l.last.Load()); stored > most {
		out = append(out, strconv.Itoa(stored)+" reports stored of "+strconv.Itoa(most)+" sent")
	}
	for n := range l.acked {
		key := k.Vault.Blind("intake.key", "key-"+strconv.FormatInt(n, 10))
		found, err := db.Get[int](ctx, d.Reader(), "SELECT count(*) FROM intake_key WHERE key = ?", key)
		if err != nil {
			t.Fatal(err)
		}
		receipt, _ := l.receipts.Load(n)
		if text, _ := receipt.(string); text != "" && found == 1 {
			_, err = k.Lookup(ctx, d.Reader(), text)
		}
		if found != 1 || err != nil {
			out = append(out, "report "+strconv.FormatInt(n, 10)+" was acknowledged and is lost")
		}
	}
	return out
}

func TestAKilledProcessLosesAndDoublesNoReport(t *testing.T) {
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			for _, f := range reportKills(t, testkit.DSN(t, dialect), rounds(10)) {
				t.Error(f)
			}
		})
	}
}

// The control: who answers before the commit is caught.
func TestAKillCatchesReceiptsBeforeTheCommit(t *testing.T) {
	if len(reportKills(t, testkit.DSN(t, db.SQLite), 5, childEarly+"=1")) == 0 {
		t.Error("nothing was lost, so the check cannot see a loss")
	}
}
