package bench_test

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/intake"
	"weibao/internal/intake/publicpage"
	"weibao/internal/intake/throttle"
	"weibao/internal/rule"
	"weibao/internal/server"
	"weibao/internal/testkit"
	"weibao/internal/ui"
	"weibao/internal/ui/uitest"
	"weibao/internal/vault"
)

// overloaded names the database of a child that serves pages and reports.
const overloaded = "WEIBAO_BENCH_OVERLOAD"

// Bounds of overload.
const (
	overloadTimes = 10
	overloadBound = 2 * time.Second
	overloadRoom  = 512 // MB
)

// TestOverloadChild is the server of the overload figures, in a process of
// its own, so that its memory is its own; it ends with its input.
func TestOverloadChild(t *testing.T) {
	dsn := os.Getenv(overloaded)
	if dsn == "" {
		t.Skip("no test of its own: the server that the overload figures start in its own process")
	}
	server.Tune()
	d, err := db.Open(t.Context(), dsn, clock.System{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	k := newKernel(t)
	fill(t, d, k, 2_000)
	v, err := vault.Open(t.Context(), d, filepath.Join(t.TempDir(), "keys"), vault.SM)
	if err != nil {
		t.Fatal(err)
	}
	rules := testkit.Book(t, "demo")
	book, r := func() *rule.Book { return rules }, uitest.New(t)
	const all = 1 << 40 // nobody is slowed here
	p, err := publicpage.New(publicpage.Deps{DB: d, UI: r, Book: book, Desk: &intake.Desk{Vault: v, Kernel: k, Book: book},
		Gate: &throttle.Gate{Clock: clock.System{}, Limits: throttle.Limits{Guesses: all, Reports: all, All: all}}})
	if err != nil {
		t.Fatal(err)
	}
	s, err := server.New(server.Options{UI: r, DB: d, Log: slog.New(slog.NewJSONHandler(io.Discard, nil)),
		Attach: func(r *http.Request) (*http.Request, access.Actor, error) { return r, many, nil },
		Phones: []server.Phone{{Number: "110", Label: "公安报警"}},
		Routes: append(p.Routes(), ui.Route{Method: "GET", Path: "/duties", Permission: "duty.inbox", Handle: inbox(t, d, k)})})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println("listening", l.Addr())
	go func() { _ = s.Serve(t.Context(), l) }()
	profiled(t, "overload", func() { _, _ = io.Copy(io.Discard, os.Stdin) })
}

// seen is what one sort of client met.
type seen struct {
	mu      sync.Mutex
	times   []time.Duration // of requests that were done
	done    int
	refused int
	other   int
}

func (s *seen) quantile(q float64) time.Duration {
	slices.Sort(s.times)
	return quantile(s.times, q)
}

// rush lets clients ask without a pause until the end.
func rush(wg *sync.WaitGroup, addr, request string, conns int, during time.Duration) *seen {
	s := &seen{}
	until := time.Now().Add(during)
	for range conns {
		wg.Go(func() { s.client(addr, []byte(request), until) })
	}
	return s
}

func (s *seen) client(addr string, request []byte, until time.Time) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return
	}
	defer conn.Close()
	in := bufio.NewReader(conn)
	mine := seen{}
	defer func() { s.add(&mine) }()
	for time.Now().Before(until) {
		start := time.Now()
		if _, err := conn.Write(request); err != nil {
			return
		}
		status, err := statusOf(in)
		switch {
		case err != nil:
			return
		case status == http.StatusOK || status == http.StatusCreated:
			mine.done++
			mine.times = append(mine.times, time.Since(start))
		case status == http.StatusServiceUnavailable:
			mine.refused++
			time.Sleep(20 * time.Millisecond) // a hasty client; one that heeds Retry-After waits five seconds
		default:
			mine.other++
		}
	}
}

func (s *seen) add(o *seen) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done, s.refused, s.other, s.times = s.done+o.done, s.refused+o.refused, s.other+o.other, append(s.times, o.times...)
}

// statusOf reads one answer; of a refusal, of which there are many, by hand.
func statusOf(in *bufio.Reader) (int, error) {
	const refusal = "HTTP/1.1 503"
	if head, err := in.Peek(len(refusal)); err != nil || string(head) == refusal {
		if err == nil {
			_, err = skip(in)
		}
		return http.StatusServiceUnavailable, err
	}
	w, err := http.ReadResponse(in, nil)
	if err != nil {
		return 0, err
	}
	defer w.Body.Close()
	_, err = io.Copy(io.Discard, w.Body)
	return w.StatusCode, err
}

func measureOverload(t *testing.T, out *table) {
	during := 5 * time.Second
	if !*full {
		during = 300 * time.Millisecond
	}
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) { overload(t, out, dialect, during) })
	}
}

func overload(t *testing.T, out *table, dialect db.Dialect, during time.Duration) {
	t.Helper()
	child, addr := overloadChild(t, durable(t, dialect))
	page := "GET /duties HTTP/1.1\r\nHost: bench\r\n\r\n"
	report := fmt.Sprintf("POST /api/v1/reports HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(reportText), reportText)
	var wg sync.WaitGroup
	alone := rush(&wg, addr, page, 16, during)
	wg.Wait()
	pages := rush(&wg, addr, page, 16*overloadTimes*16, during)
	reports := rush(&wg, addr, report, 32, during)
	wg.Wait()
	add := func(what, got, bound string, ok bool) {
		out.add(row{part: "overload", what: what, where: string(dialect), got: got, bound: bound, ok: ok})
	}
	seconds := during.Seconds()
	offered := float64(pages.done+pages.refused+reports.done+reports.refused) / float64(max(alone.done, 1))
	add("pages done alone, and offered load against it", fmt.Sprintf("%.0f/s, %.1f×", float64(alone.done)/seconds, offered), fmt.Sprintf("≥ %d×", overloadTimes), offered >= overloadTimes)
	p99 := reports.quantile(0.99)
	add("reports taken meanwhile, p50 and p99", fmt.Sprintf("%.0f/s, %s, %s", float64(reports.done)/seconds, ms(reports.quantile(0.5)), ms(p99)), "≤ "+ms(overloadBound), reports.done > 0 && p99 <= overloadBound)
	add("reports refused", strconv.Itoa(reports.refused+reports.other), "", true)
	add("pages done, and told 503", fmt.Sprintf("%.0f/s, %.0f/s", float64(pages.done)/seconds, float64(pages.refused)/seconds), "", true)
	most := memory(t, child.Process.Pid)
	add("memory of the server at most", fmt.Sprintf("%d MB", most), fmt.Sprintf("≤ %d MB", overloadRoom), most <= overloadRoom)
}

// overloadChild starts the server in a process of its own.
func overloadChild(t *testing.T, dsn string) (child *exec.Cmd, addr string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child = exec.Command(self, "-test.run=^TestOverloadChild$")
	child.Env = append(os.Environ(), overloaded+"="+dsn)
	stdin, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stdin.Close(); _ = child.Wait() })
	said := bufio.NewScanner(stdout)
	for said.Scan() {
		if address, ok := strings.CutPrefix(said.Text(), "listening "); ok {
			go func() { _, _ = io.Copy(io.Discard, stdout) }()
			return child, address
		}
	}
	t.Fatal("the child does not serve")
	return nil, ""
}

// memory is the most that a process has held, in MB.
func memory(t *testing.T, pid int) int {
	t.Helper()
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "VmHWM:")
	kb, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		t.Fatal(err)
	}
	return kb >> 10
}
