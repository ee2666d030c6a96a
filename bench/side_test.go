package bench_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime/pprof"
	"strconv"
	"strings"
	"testing"
	"time"

	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/server"
)

// sides are the servers of which the rates are compared. Each has a process of
// its own: in one process all connections of SQLite share their pages, and the
// bare side, which asks for a small cache only, takes them from the product.
var sides = map[string]func(t testing.TB, dialect db.Dialect, dsn string) http.Handler{
	"write":        productSide,
	"write, bare":  newBare,
	"intake":       reportSide,
	"intake, bare": newBareReports,
	normalReports:  normalSide,
}

// What the process of a side is told.
const (
	sideName    = "WEIBAO_BENCH_SIDE"
	sideDialect = "WEIBAO_BENCH_DIALECT"
	sideDSN     = "WEIBAO_BENCH_DSN"
)

// side is one of the two servers, seen from the process that measures.
type side struct {
	addr string
	pid  int
}

// apart starts a side in a process of its own, on a new durable database.
func apart(t testing.TB, name string, dialect db.Dialect) *side {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestSide$", "-test.timeout=1h")
	cmd.Env = append(os.Environ(), sideName+"="+name, sideDialect+"="+string(dialect), sideDSN+"="+durable(t, dialect))
	cmd.Stderr = os.Stderr
	stop, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("side %s: %v", name, err)
		}
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if addr, ok := strings.CutPrefix(lines.Text(), "serving "); ok {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return &side{addr: addr, pid: cmd.Process.Pid}
		}
	}
	t.Fatalf("side %s did not start", name)
	return nil
}

// burst is what a burst of load saw, with the processor time of both processes.
func (s *side) burst(t testing.TB, path, body string, conns int, during time.Duration) result {
	t.Helper()
	used := timeOf(s.pid)
	r := burst(t, s.addr, path, body, conns, during)
	r.cpu += (timeOf(s.pid) - used) / time.Duration(max(r.answers, 1))
	return r
}

// timeOf is the processor time that a process has used, in ticks of 10 ms (proc(5)).
func timeOf(pid int) time.Duration {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	words := strings.Fields(rest)
	if len(words) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(words[11])
	system, _ := strconv.Atoi(words[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}

// TestSide is the process of a side: it serves until its input ends.
func TestSide(t *testing.T) {
	name := os.Getenv(sideName)
	if name == "" {
		t.Skip("no test of its own: the server that a ratio starts in its own process")
	}
	server.Tune()
	h := sides[name](t, db.Dialect(os.Getenv(sideDialect)), os.Getenv(sideDSN))
	fmt.Println("serving", serve(t, h))
	profiled(t, name, func() { _, _ = io.Copy(io.Discard, os.Stdin) })
}

// profiled writes a CPU profile of fn into the file that WEIBAO_PROFILE names, followed by the side's name.
func profiled(t testing.TB, name string, fn func()) {
	path := os.Getenv("WEIBAO_PROFILE")
	if path == "" {
		fn()
		return
	}
	f, err := os.Create(path + "." + strings.ReplaceAll(name, ", ", "-"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := pprof.StartCPUProfile(f); err != nil {
		t.Fatal(err)
	}
	defer pprof.StopCPUProfile()
	fn()
}

func serve(t testing.TB, h http.Handler) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{Handler: h}
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { s.Close() })
	return l.Addr().String()
}

func openSide(t testing.TB, dsn string) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), dsn, clock.System{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}
