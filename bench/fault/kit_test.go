package fault_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/testkit"
)

var start = testkit.Noon

// rounds is how often something is broken: few in `make test`, many in `make fault`.
func rounds(few int) int {
	if n, err := strconv.Atoi(os.Getenv("WEIBAO_FAULTS")); err == nil && n > 0 {
		return n
	}
	return few
}

// process is a running child.
type process struct {
	cmd  *exec.Cmd
	addr string
}

// launch starts a child on a database, behind the program that wrap names.
func launch(t *testing.T, dsn string, env []string, wrap ...string) *process {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	args := append(wrap, self)
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = append(append(os.Environ(), childDSN+"="+dsn), env...)
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := &process{cmd: cmd}
	t.Cleanup(p.kill)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		p.kill()
		t.Fatalf("child did not start: %v: %s", err, said.String())
	}
	p.addr = strings.TrimSpace(line)
	return p
}

// kill ends the child at once and waits for its end.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

var client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}, Timeout: 20 * time.Second}

func (p *process) post(path string) (int, error) {
	r, err := client.Post("http://"+p.addr+path, "", nil)
	if err != nil {
		return 0, err
	}
	defer r.Body.Close()
	_, err = io.Copy(io.Discard, r.Body)
	return r.StatusCode, err
}

func (p *process) get(t *testing.T, path string) string {
	t.Helper()
	r, err := client.Get("http://" + p.addr + path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusOK {
		t.Fatalf("%s: status %d, %v", path, r.StatusCode, err)
	}
	return string(body)
}

// ledger is what clients know: which of their numbers were acknowledged.
type ledger struct {
	mu     sync.Mutex
	last   atomic.Int64
	acked  map[int64]bool
	unsure []int64 // sent, no answer: to be sent again
}

func newLedger() *ledger { return &ledger{acked: map[int64]bool{}} }

// next gives a number to send: an unsure one again, or a new one.
func (l *ledger) next() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n := len(l.unsure); n > 0 {
		number := l.unsure[n-1]
		l.unsure = l.unsure[:n-1]
		return number
	}
	return l.last.Add(1)
}

func (l *ledger) note(number int64, acknowledged bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if acknowledged {
		l.acked[number] = true
	} else {
		l.unsure = append(l.unsure, number)
	}
}

// load lets clients send orders until ctx ends; each stops at its first failure unless it is to go on.
func (l *ledger) load(ctx context.Context, p *process, clients int, goOn bool) (wait func()) {
	var wg sync.WaitGroup
	for range clients {
		wg.Go(func() {
			for ctx.Err() == nil {
				n := l.next()
				status, err := p.post("/open?n=" + strconv.FormatInt(n, 10))
				l.note(n, err == nil && status == http.StatusCreated)
				if (err != nil || status != http.StatusCreated) && !goOn {
					return
				}
				if err != nil {
					time.Sleep(5 * time.Millisecond)
				}
			}
		})
	}
	return wg.Wait
}

// broken lists what the database does not keep of the promises.
func (l *ledger) broken(t *testing.T, dsn, seals string) []string {
	t.Helper()
	d, err := db.Open(t.Context(), dsn, clock.At(start))
	if err != nil {
		t.Fatalf("after the fault: %v", err)
	}
	defer d.Close()
	out := append(l.lostOrDoubled(t, d), halves(t, d)...)
	if d.Dialect == db.SQLite {
		if said, err := db.Get[string](t.Context(), d.Reader(), "PRAGMA quick_check(1)"); err != nil || said != "ok" {
			out = append(out, fmt.Sprint("the file is damaged: ", said, err))
		}
	}
	if seals != "" {
		s := newSealer(seals)
		if _, err := s.Seal(t.Context(), d); err != nil { // as the next process does when it starts
			t.Fatal(err)
		}
		report, err := s.Verify(t.Context(), d.Reader())
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range report.Faults {
			out = append(out, fmt.Sprintf("journal, block %d: %s", f.Block, f.What))
		}
	}
	return out
}

func (l *ledger) lostOrDoubled(t *testing.T, d *db.DB) (out []string) {
	t.Helper()
	stored, err := db.All[int64](t.Context(), d.Reader(), "SELECT subject_id FROM duty WHERE subject = 'fault'")
	if err != nil {
		t.Fatal(err)
	}
	times := map[int64]int{}
	for _, n := range stored {
		times[n]++
		if times[n] == 2 {
			out = append(out, fmt.Sprint("order ", n, " is stored twice"))
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for n := range l.acked {
		if times[n] == 0 {
			out = append(out, fmt.Sprint("order ", n, " was acknowledged and is lost"))
		}
	}
	return out
}

// halves finds orders of which a part is missing, and parts without an order.
func halves(t *testing.T, d *db.DB) (out []string) {
	t.Helper()
	for what, query := range map[string]string{
		"without one entry of opening":  "SELECT count(*) FROM duty d LEFT JOIN (SELECT subject_id, count(*) AS n FROM audit_entry WHERE subject = 'duty' AND action = 'duty.open' GROUP BY subject_id) AS a ON a.subject_id = d.id WHERE d.subject = 'fault' AND coalesce(a.n, 0) <> 1",
		"without one entry of signing":  "SELECT count(*) FROM duty d LEFT JOIN (SELECT subject_id, count(*) AS n FROM audit_entry WHERE subject = 'duty' AND action = 'duty.sign' GROUP BY subject_id) AS a ON a.subject_id = d.id WHERE d.subject = 'fault' AND coalesce(a.n, 0) <> 1",
		"without one event":             "SELECT count(*) FROM duty d WHERE d.subject = 'fault' AND 1 <> (SELECT count(*) FROM duty_event e WHERE e.duty = d.id)",
		"unsigned":                      "SELECT count(*) FROM duty d WHERE d.subject = 'fault' AND d.signed = 0",
		"short of a job, or one more":   "SELECT abs((SELECT count(*) FROM duty d WHERE d.subject = 'fault') - (SELECT count(*) FROM job WHERE kind = 'fault.once'))",
		"with entries but no duty":      "SELECT count(*) FROM audit_entry a WHERE a.subject = 'duty' AND NOT EXISTS (SELECT 1 FROM duty d WHERE d.id = a.subject_id)",
		"with events but no duty":       "SELECT count(*) FROM duty_event e WHERE NOT EXISTS (SELECT 1 FROM duty d WHERE d.id = e.duty)",
		"whose job left two marks":      "SELECT count(*) FROM (SELECT 1 FROM audit_entry WHERE subject = 'fault_job' GROUP BY subject_id HAVING count(*) > 1) AS twice",
		"whose job is done without one": "SELECT abs((SELECT count(*) FROM audit_entry WHERE subject = 'fault_job') - (SELECT count(*) FROM job WHERE kind = 'fault.once' AND state = 'done'))",
	} {
		n, err := db.Get[int](t.Context(), d.Reader(), query)
		if err != nil {
			t.Fatal(err)
		}
		if n != 0 {
			out = append(out, fmt.Sprint(n, " orders ", what))
		}
	}
	return out
}

func pause(from, to time.Duration) { time.Sleep(from + rand.N(to-from)) }
