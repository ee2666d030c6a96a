package fault_test

import (
	"context"
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
)

// smallDisk gives a folder on a file system of its own with room for size.
func smallDisk(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
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
		t.Skip("no strace here")
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
	p.kill()
}
