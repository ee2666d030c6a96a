package fault_test

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/testkit"
)

// smallDisk gives a folder on a file system of its own with room for size.
func smallDisk(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Chmod(filepath.Dir(dir), 0o711); err != nil { // PostgreSQL runs under another account
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("no file system of its own: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	return dir
}

func migrated(t *testing.T, path string) {
	t.Helper()
	d, err := db.Open(t.Context(), path, clock.At(start))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := d.Migrate(t.Context(), filepath.Dir(path)); err != nil {
		t.Fatal(err)
	}
}

// On a full disk writes are refused in words, reading goes on, and when there
// is room again writes go on without a restart.
func TestFaultOfAFullDiskHealsWithoutRestart(t *testing.T) {
	dir := smallDisk(t, "6m")
	path := filepath.Join(dir, "weibao.db")
	migrated(t, path)
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 2<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	l := newLedger()
	p := launch(t, path, nil)
	status := 0
	for n := int64(1); n < 20000 && status != 507; n++ {
		var err error
		if status, err = p.post("/open?n=" + strconv.FormatInt(n, 10)); err != nil {
			t.Fatal(err)
		}
		l.note(n, status == 201)
	}
	if status != 507 {
		t.Fatalf("the disk did not fill: status %d", status)
	}
	if said := p.get(t, "/count"); !strings.Contains(said, "<nil>") {
		t.Errorf("a full disk is no failed one: %s", said)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	before := len(l.acked)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	l.load(ctx, p, 4, true)()
	if len(l.acked) == before {
		t.Error("with room again, writes are still refused")
	}
	p.kill()
	t.Logf("%d acknowledged before the disk was full, %d after", before, len(l.acked)-before)
	for _, f := range l.broken(t, path, "") {
		t.Error(f)
	}
}

// When the disk says that it did not keep what was written, nothing more is
// acknowledged, reading goes on, and a restart has what was acknowledged.
func TestFaultOfASyncStopsAllWrites(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("strace, which breaks the syncs, is not installed (scripts/deps.sh installs it)")
	}
	for _, failing := range []int{20, 21, 22, 23, 33} {
		path := filepath.Join(t.TempDir(), "weibao.db")
		migrated(t, path)
		l := newLedger()
		p := launch(t, path, nil, strace, "-f", "-qq", "-o", os.DevNull, "-e", "trace=fsync,fdatasync",
			"-e", "inject=fsync,fdatasync:error=EIO:when="+strconv.Itoa(failing)+"+")
		refused := 0
		for n := int64(1); n < 400 && refused < 5; n++ {
			status, err := p.post("/open?n=" + strconv.FormatInt(n, 10))
			if err != nil {
				t.Fatal(err)
			}
			l.note(n, status == 201)
			switch {
			case status == 201 && refused > 0:
				t.Errorf("order %d was acknowledged after a failed sync", n)
			case status != 201:
				refused++
			}
		}
		if refused == 0 {
			t.Error("no sync failed")
		}
		if said := p.get(t, "/count"); !strings.Contains(said, "存储设备写入失败") {
			t.Errorf("the process does not say that its disk failed: %s", said)
		}
		end(t, p)
		for _, f := range l.broken(t, path, "") {
			t.Errorf("sync %d: %s", failing, f)
		}
	}
}

// end kills a child that runs behind strace: strace and what it started.
func end(t *testing.T, p *process) {
	t.Helper()
	out, err := os.ReadFile("/proc/" + strconv.Itoa(p.cmd.Process.Pid) + "/task/" + strconv.Itoa(p.cmd.Process.Pid) + "/children")
	if err != nil {
		t.Fatal(err)
	}
	for field := range strings.FieldsSeq(string(out)) {
		if pid, err := strconv.Atoi(field); err == nil {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
	late := time.AfterFunc(20*time.Second, func() { _ = p.cmd.Process.Kill() })
	defer late.Stop()
	_ = p.cmd.Wait()
}

// small gives a folder on a small disk with a database in it: all of SQLite's,
// the tables of PostgreSQL's, whose own log must never lack room.
func small(t *testing.T, dialect db.Dialect) (dir, dsn string) {
	t.Helper()
	if dialect == db.Postgres {
		dir = smallDisk(t, "64m")
		return dir, testkit.NewCluster(t).DSNIn(t, dir)
	}
	dir = smallDisk(t, "10m")
	dsn = filepath.Join(dir, "weibao.db")
	migrated(t, dsn)
	return dir, dsn
}

// filled is a child with its keys, files and database on a small disk that is
// now full; room makes room again.
func filled(t *testing.T, l *reporters, dialect db.Dialect, env ...string) (p *process, dsn, seals string, room func()) {
	t.Helper()
	dir, dsn := small(t, dialect)
	seals = filepath.Join(dir, "seals")
	if err := os.Mkdir(seals, 0o700); err != nil {
		t.Fatal(err)
	}
	ballast := filepath.Join(dir, "ballast")
	p = launch(t, dsn, append(env, childSeals+"="+seals))
	if !l.send(p, l.last.Add(1)) || !l.attach(p, 1) { // keys are made while there is room
		t.Fatal("the first report was not taken")
	}
	var space syscall.Statfs_t
	if err := syscall.Statfs(dir, &space); err != nil {
		t.Fatal(err)
	}
	const left = 1 << 20
	if err := os.WriteFile(ballast, make([]byte, int64(space.Bavail)*space.Bsize-left), 0o600); err != nil {
		t.Fatal(err)
	}
	return p, dsn, seals, func() {
		if err := os.Remove(ballast); err != nil {
			t.Fatal(err)
		}
	}
}

// calls tells which of the numbers to call an answer leaves out.
func calls(body []byte, form string) (missing []string) {
	for _, number := range []string{"110", "120", "12345", "12355", "12309", "12338"} {
		if !strings.Contains(string(body), strings.ReplaceAll(form, "N", number)) {
			missing = append(missing, number)
		}
	}
	return missing
}

// On a full disk whoever reports is told so with the numbers to call, by the
// page as by the API; reports that were taken can be read, and when there is
// room again reports are taken without a restart.
func TestFaultOfAFullDiskTellsReportersWhomToCall(t *testing.T) {
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) { fullDisk(t, dialect) })
	}
}

func fullDisk(t *testing.T, dialect db.Dialect) {
	l := newReporters()
	p, dsn, seals, room := filled(t, l, dialect)
	status, body := l.untilFull(t, p)
	if missing := calls(body, `"N"`); status != http.StatusInsufficientStorage || len(missing) > 0 {
		t.Fatalf("status %d, %s, without %v", status, body, missing)
	}
	form := url.Values{"step": {"4"}, "danger": {"no"}, "what": {"hurt"}, "narrative": {"夜里有哭声"}, "key": {"page"}}
	page, err := client.PostForm("http://"+p.addr+"/report/new", form)
	if err != nil {
		t.Fatal(err)
	}
	text, _ := io.ReadAll(page.Body)
	page.Body.Close()
	if missing := calls(text, `href="tel:N"`); page.StatusCode != http.StatusInsufficientStorage || len(missing) > 0 || !strings.Contains(string(text), "没有保存") {
		t.Errorf("page: status %d, without %v: %s", page.StatusCode, missing, text)
	}
	if status, text, err := l.upload(p, 1); err != nil || status != http.StatusOK && (status != http.StatusInsufficientStorage || len(calls(text, `href="tel:N"`)) > 0) {
		t.Errorf("file: status %d, %v", status, err)
	}
	p.get(t, "/report")
	if got, _ := l.receipts.Load(int64(1)); !strings.Contains(lookup(t, p, got.(receiptOf).text), `"state":"received"`) {
		t.Error("a report that was taken cannot be read")
	}
	before := len(acknowledged(l))
	room()
	for n := range l.last.Load() {
		if l.note(n+1, l.send(p, n+1) && l.attach(p, n+1)); len(l.unsure) > 0 {
			t.Fatalf("with room again, report %d is refused", n+1)
		}
	}
	p.kill()
	t.Logf("%d reports, %d before the disk was full, all after", len(l.acked), before)
	for _, f := range l.broken(t, dsn, seals, time.Now()) {
		t.Error(f)
	}
}

// untilFull sends reports until one after another is refused, and gives the
// last answer. A log that begins anew, and a page of one table, make room once more.
func (l *reporters) untilFull(t *testing.T, p *process) (status int, body []byte) {
	t.Helper()
	for refused := 0; refused < 5 && l.last.Load() < 5000; {
		n := l.last.Add(1)
		var err error
		if status, body, err = l.post(p, n); err != nil {
			t.Fatal(err)
		}
		if status == http.StatusCreated && !l.send(p, n) { // the same again
			status = http.StatusInsufficientStorage
			_, body, _ = l.post(p, n)
		}
		if status != http.StatusInsufficientStorage {
			refused = 0
			continue
		}
		refused++
		time.Sleep(300 * time.Millisecond)
	}
	return status, body
}

// The control: who answers before the commit is caught by a full disk, too.
func TestFaultOfAFullDiskCatchesReceiptsBeforeTheCommit(t *testing.T) {
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			l := newReporters()
			p, dsn, seals, room := filled(t, l, dialect, childEarly+"=1")
			for n := l.last.Add(1); n < 2000; n = l.last.Add(1) {
				l.note(n, l.send(p, n))
			}
			time.Sleep(300 * time.Millisecond)
			p.kill()
			room() // so that the check itself can open the database
			if len(l.broken(t, dsn, seals, time.Now())) == 0 {
				t.Error("nothing was lost, so the check cannot see a loss")
			}
		})
	}
}

func lookup(t *testing.T, p *process, receipt string) string {
	t.Helper()
	r, err := client.Post("http://"+p.addr+"/api/v1/receipts/lookup", "application/json", strings.NewReader(`{"receipt":"`+receipt+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	body, _ := io.ReadAll(r.Body)
	return string(body)
}
