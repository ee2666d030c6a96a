package fault_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/file"
	"weibao/internal/intake"
	"weibao/internal/intake/publicpage"
	"weibao/internal/intake/throttle"
	"weibao/internal/ref"
	"weibao/internal/rule"
	web "weibao/internal/server"
	"weibao/internal/testkit"
	"weibao/internal/ui"
	"weibao/internal/vault"
	"weibao/rules"
)

// reception is the desk of reports with keys and files beside the seals.
func reception(ctx context.Context, d *db.DB, dir string) (*intake.Desk, error) {
	v, err := vault.Open(ctx, d, filepath.Join(dir, "keys"), vault.SM)
	if err != nil {
		return nil, err
	}
	book, err := rule.Load(rules.FS, "demo")
	if err != nil {
		return nil, err
	}
	return &intake.Desk{Vault: v, Kernel: newKernel(), Book: func() *rule.Book { return book }, Files: &file.Store{Dir: filepath.Join(dir, "files"), Vault: v}}, nil
}

// doors are the public pages and the API behind the program's own server.
func (s *server) doors() (http.Handler, error) {
	r, err := ui.New(ui.Options{Clock: s.c})
	if err != nil {
		return nil, err
	}
	const all = 1 << 40 // nobody is slowed here
	p, err := publicpage.New(publicpage.Deps{DB: s.d, UI: r, Desk: s.desk, Book: s.desk.Book,
		Gate: &throttle.Gate{Clock: s.c, Limits: throttle.Limits{Guesses: all, Reports: all, All: all}}})
	if err != nil {
		return nil, err
	}
	h, err := web.New(web.Options{Routes: p.Routes(), UI: r, DB: s.d, Log: slog.New(slog.DiscardHandler),
		Attach: func(r *http.Request) (*http.Request, access.Actor, error) { return r, access.Actor{}, nil }})
	if err != nil || !s.early {
		return h, err
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { // the control: it answers and stores later
		body, _ := io.ReadAll(r.Body)
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, `{"receipt":""}`)
		later := r.Clone(context.WithoutCancel(r.Context()))
		later.Body = io.NopCloser(bytes.NewReader(body))
		go func() {
			time.Sleep(20 * time.Millisecond)
			h.ServeHTTP(unheard{}, later)
		}()
	}), nil
}

// unheard is an answer to nobody.
type unheard struct{}

func (unheard) Header() http.Header         { return http.Header{} }
func (unheard) Write(b []byte) (int, error) { return len(b), nil }
func (unheard) WriteHeader(int)             {}

// receiptOf is what a reporter holds, and since when.
type receiptOf struct {
	text string
	at   time.Time
}

// reporters are clients who keep the receipts they were given and what was
// taken of their files.
type reporters struct {
	*ledger
	receipts sync.Map // number → receiptOf
	attached sync.Map // number → time.Time
	client   *http.Client
}

func newReporters() *reporters { return &reporters{ledger: newLedger(), client: client} }

// load lets clients send reports with a file each until ctx ends or one fails.
func (l *reporters) load(ctx context.Context, p *process, clients int, goOn bool) (wait func()) {
	var wg sync.WaitGroup
	for range clients {
		wg.Go(func() {
			for ctx.Err() == nil {
				n := l.next()
				ok := l.send(p, n) && l.attach(p, n)
				l.note(n, ok)
				if !ok && !goOn {
					return
				}
				if !ok {
					time.Sleep(5 * time.Millisecond)
				}
			}
		})
	}
	return wg.Wait
}

func keyOf(n int64) string { return "key-" + strconv.FormatInt(n, 10) }

func bodyOf(n int64) string {
	return fmt.Sprintf(`{"danger_now":false,"what":"hurt","place":{"region":%q},"narrative":"第%d件","reporter":{"phone":"1390000%04d"}}`, region, n, n%10000)
}

// contentOf is the file of a report: of no two the same, and long enough to be cut.
func contentOf(n int64) []byte {
	return bytes.Repeat(fmt.Appendf(nil, "第%d件的附件。", n), 200)
}

func (l *reporters) post(p *process, n int64) (int, []byte, error) {
	r, err := http.NewRequest(http.MethodPost, "http://"+p.addr+"/api/v1/reports", strings.NewReader(bodyOf(n)))
	if err != nil {
		return 0, nil, err
	}
	r.Header.Set("Idempotency-Key", keyOf(n))
	return l.do(r)
}

func (l *reporters) do(r *http.Request) (int, []byte, error) {
	w, err := l.client.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer w.Body.Close()
	body, err := io.ReadAll(w.Body)
	return w.StatusCode, body, err
}

func (l *reporters) send(p *process, n int64) bool {
	status, body, err := l.post(p, n)
	var out struct{ Receipt string }
	if err != nil || status != http.StatusCreated || json.Unmarshal(body, &out) != nil {
		return false
	}
	l.receipts.LoadOrStore(n, receiptOf{out.Receipt, time.Now()})
	return true
}

// upload sends the file of a report.
func (l *reporters) upload(p *process, n int64) (int, []byte, error) {
	held, _ := l.receipts.Load(n)
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	_ = m.WriteField("receipt", held.(receiptOf).text)
	part, err := m.CreateFormFile("file", "a.txt")
	if err != nil {
		return 0, nil, err
	}
	_, _ = part.Write(contentOf(n))
	_ = m.Close()
	r, err := http.NewRequest(http.MethodPost, "http://"+p.addr+"/report/file", &body)
	if err != nil {
		return 0, nil, err
	}
	r.Header.Set("Content-Type", m.FormDataContentType())
	return l.do(r)
}

func (l *reporters) attach(p *process, n int64) bool {
	if held, _ := l.receipts.Load(n); held.(receiptOf).text == "" {
		return true // of the control
	}
	status, body, err := l.upload(p, n)
	if err != nil || status != http.StatusOK || !bytes.Contains(body, []byte("已经收到。")) {
		return false
	}
	l.attached.LoadOrStore(n, time.Now())
	return true
}

// mostTaken is how many reports with their files a child takes at most before
// it is killed, and longestLife how long it is waited for: the number of
// reports does not hang on how fast the machine is.
const (
	mostTaken   = 130
	longestLife = 10 * time.Second
)

// await waits until some reports more were taken.
func (l *reporters) await(more int) {
	taken := func() int {
		l.mu.Lock()
		defer l.mu.Unlock()
		return len(l.acked)
	}
	for goal, until := taken()+more, time.Now().Add(longestLife); taken() < goal && time.Now().Before(until); {
		time.Sleep(2 * time.Millisecond)
	}
}

// reportKills kills a child n times in the middle of taking reports and gives what it broke.
func reportKills(t *testing.T, dsn string, n int, env ...string) []string {
	t.Helper()
	l, seals := newReporters(), t.TempDir()
	env = append(env, childSeals+"="+seals)
	for range n {
		p := launch(t, dsn, env)
		wait := l.load(t.Context(), p, 16, false)
		l.await(rand.N(mostTaken))
		pause(0, 20*time.Millisecond)
		p.kill()
		wait()
	}
	if len(env) == 1 { // what is unsure is sent again with its key, and is there once
		p := launch(t, dsn, env)
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		l.load(ctx, p, 8, false)()
		p.kill()
	}
	t.Logf("%d kills, %d acknowledged with their files", n, len(l.acked))
	return l.broken(t, dsn, seals, time.Now())
}

// whole are queries for what is half there.
var whole = map[string]string{
	"without one duty":                       "SELECT count(*) FROM intake_report r WHERE 1 <> (SELECT count(*) FROM duty d WHERE d.id = r.duty AND d.subject = 'intake_report' AND d.subject_id = r.id)",
	"without one entry of lodging":           "SELECT count(*) FROM intake_report r LEFT JOIN (SELECT subject_id, count(*) AS n FROM audit_entry WHERE action = 'intake.lodge' GROUP BY subject_id) AS a ON a.subject_id = r.id WHERE coalesce(a.n, 0) <> 1",
	"without its reporter":                   "SELECT count(*) FROM intake_report r WHERE NOT EXISTS (SELECT 1 FROM intake_reporter w WHERE w.report = r.id)",
	"without its key":                        "SELECT count(*) FROM intake_report r WHERE r.id NOT IN (SELECT report FROM intake_key)",
	"promised by a key and missing":          "SELECT count(*) FROM intake_key e WHERE NOT EXISTS (SELECT 1 FROM intake_report r WHERE r.id = e.report)",
	"of a duty and missing":                  "SELECT count(*) FROM duty d WHERE d.subject = 'intake_report' AND NOT EXISTS (SELECT 1 FROM intake_report r WHERE r.id = d.subject_id)",
	"of a file and missing":                  "SELECT count(*) FROM file f WHERE NOT EXISTS (SELECT 1 FROM intake_report r WHERE r.id = f.subject_id)",
	"with a file that is not in the journal": "SELECT abs((SELECT count(*) FROM file) - (SELECT count(*) FROM audit_entry WHERE action = 'file.add'))",
}

// broken lists what of all that was acknowledged before an instant is lost, and what is doubled or half there.
func (l *reporters) broken(t *testing.T, dsn, seals string, before time.Time) (out []string) {
	t.Helper()
	ctx := context.Background()
	d, err := db.Open(ctx, dsn, clock.At(start))
	if err != nil {
		return []string{"the database cannot be opened: " + err.Error()}
	}
	defer d.Close()
	k, err := reception(ctx, d, seals)
	if err != nil {
		return []string{"the keys cannot be read: " + err.Error()}
	}
	if d.Dialect == db.SQLite {
		if said, err := db.Get[string](ctx, d.Reader(), "PRAGMA quick_check(1)"); err != nil || said != "ok" {
			return []string{fmt.Sprint("the file is damaged: ", said, err)}
		}
	}
	for what, query := range whole {
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
	for n := int64(1); n <= l.last.Load(); n++ {
		if wrong := l.wrong(ctx, k, d.Reader(), n, before); wrong != "" {
			out = append(out, "report "+strconv.FormatInt(n, 10)+" "+wrong)
		}
	}
	return out
}

// wrong tells what is wrong with the report of a number.
func (l *reporters) wrong(ctx context.Context, k *intake.Desk, tx *db.Tx, n int64, before time.Time) string {
	held, _ := l.receipts.Load(n)
	receipt, _ := held.(receiptOf)
	acked := !receipt.at.IsZero() && receipt.at.Before(before)
	ids, err := db.All[ref.Report](ctx, tx, "SELECT report FROM intake_key WHERE key = ?", k.Vault.Blind("intake.key", keyOf(n)))
	if err == nil && len(ids) == 0 {
		if acked {
			return "was acknowledged and is lost"
		}
		return ""
	}
	if err == nil && acked && receipt.text != "" {
		_, err = k.Lookup(ctx, tx, receipt.text)
	}
	if err != nil {
		return "cannot be read: " + err.Error()
	}
	sub := file.Of("intake_report", ids[0])
	files, err := k.Files.List(ctx, tx, access.Program, sub)
	if err != nil {
		return "has files that cannot be listed: " + err.Error()
	}
	at, sent := l.attached.Load(n)
	if sent = sent && at.(time.Time).Before(before); sent && len(files) == 0 {
		return "lost its file"
	}
	if len(files) > 1 {
		return "has its file twice"
	}
	for _, f := range files {
		if got, err := read(ctx, k, tx, sub, f.ID); err != nil || !bytes.Equal(got, contentOf(n)) {
			return fmt.Sprint("has half a file: ", len(got), " bytes, ", err)
		}
	}
	return ""
}

func read(ctx context.Context, k *intake.Desk, tx *db.Tx, sub file.Subject, id ref.File) ([]byte, error) {
	c, err := k.Files.Open(ctx, tx, access.Program, sub, id)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	return io.ReadAll(c)
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
