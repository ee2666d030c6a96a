package fault_test

import (
	"bufio"
	"context"
	"encoding/hex"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// traced are the calls by which a program changes what is on its disk.
const traced = "open,openat,pwrite64,write,ftruncate,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,lseek"

// disk is what a recording of those calls leaves on a disk that loses its
// power: what was synced stays; of what was not, any part may be there.
type disk struct {
	root    string
	lying   bool              // the control: a disk that says it has synced
	names   map[string]*inode // as the program sees them
	kept    map[string]*inode // as they are after the cut
	moved   []naming          // what happened to names since their folder was synced
	offsets map[string]int64  // of open files, by descriptor
	open    map[string]string // calls that wait for their end, by thread
	waiting map[string]int    // writes that a sync under way covers, by thread
}

// inode is a file or folder: what is surely on the disk, and what perhaps.
type inode struct {
	folder  bool
	bytes   []byte
	pending []change
}

type change struct {
	at   int64
	data []byte
	cut  bool // to length at
}

type naming struct {
	folder string
	do     func(names map[string]*inode)
}

func newDisk(t *testing.T, root string) *disk {
	t.Helper()
	d := &disk{root: root, names: map[string]*inode{}, kept: map[string]*inode{}, offsets: map[string]int64{}, open: map[string]string{}, waiting: map[string]int{}}
	err := filepath.WalkDir(root, func(path string, e os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		f := &inode{folder: e.IsDir()}
		if !f.folder {
			f.bytes, err = os.ReadFile(path)
		}
		d.names[path], d.kept[path] = f, f
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

var (
	resumed = regexp.MustCompile(`^<\.\.\. (\w+) resumed>(.*)$`)
	quoted  = regexp.MustCompile(`"((?:\\x[0-9a-f]{2})*)"`)
	handle  = regexp.MustCompile(`^\w+\((\d+)<([^>]*)>`)
	number  = regexp.MustCompile(`, (\d+)(?: <unfinished \.\.\.>|\) += -?\d+)`)
	result  = regexp.MustCompile(`\) += (-?\d+)(?:<[^>]*>)?[^=]*$`)
)

func unhex(s string) []byte {
	out, _ := hex.DecodeString(strings.ReplaceAll(s, `\x`, ""))
	return out
}

// line takes one line of the recording and gives its instant.
func (d *disk) line(text string) time.Time {
	thread, rest, _ := strings.Cut(text, " ")
	stamp, call, _ := strings.Cut(strings.TrimSpace(rest), " ")
	seconds, micros, _ := strings.Cut(stamp, ".")
	s, _ := strconv.ParseInt(seconds, 10, 64)
	us, _ := strconv.ParseInt(micros, 10, 64)
	at := time.Unix(s, us*1000)
	switch m := resumed.FindStringSubmatch(call); {
	case m != nil:
		d.end(thread, d.open[thread]+m[2])
		delete(d.open, thread)
	case strings.HasSuffix(call, "<unfinished ...>"):
		d.open[thread] = strings.TrimSuffix(call, "<unfinished ...>")
		d.begin(thread, call)
	default:
		d.begin(thread, call)
		d.end(thread, call)
	}
	return at
}

func (d *disk) file(call string) (descriptor string, f *inode) {
	m := handle.FindStringSubmatch(call)
	if m == nil {
		return "", nil
	}
	return m[1], d.names[string(unhex(m[2]))]
}

// begin notes writes when they start, for any part may reach the disk from
// then on, and what a sync will cover.
func (d *disk) begin(thread, call string) {
	name, _, _ := strings.Cut(call, "(")
	descriptor, f := d.file(call)
	if f == nil || f.folder || strings.HasSuffix(call, "= ?") && !strings.Contains(call, "<unfinished ...>") {
		return // the process ended before the call had begun
	}
	last := func() int64 {
		n, _ := strconv.ParseInt(number.FindStringSubmatch(call)[1], 10, 64)
		return n
	}
	switch name {
	case "pwrite64":
		f.pending = append(f.pending, change{at: last(), data: unhex(quoted.FindStringSubmatch(call)[1])})
	case "write":
		data := unhex(quoted.FindStringSubmatch(call)[1])
		f.pending = append(f.pending, change{at: d.offsets[descriptor], data: data})
		d.offsets[descriptor] += int64(len(data))
	case "ftruncate":
		f.pending = append(f.pending, change{at: last(), cut: true})
	case "fsync", "fdatasync":
		d.waiting[thread] = len(f.pending)
	}
}

// end notes what holds only once a call has come back.
func (d *disk) end(thread, call string) {
	name, _, _ := strings.Cut(call, "(")
	m := result.FindStringSubmatch(call)
	if m == nil || strings.HasPrefix(m[1], "-") {
		return
	}
	var paths []string
	for _, q := range quoted.FindAllStringSubmatch(call, 2) {
		paths = append(paths, string(unhex(q[1])))
	}
	switch name {
	case "open", "openat":
		d.offsets[m[1]] = 0
		if d.names[paths[0]] == nil && strings.HasPrefix(paths[0], d.root) {
			d.name(paths[0], &inode{})
		}
	case "mkdir", "mkdirat":
		d.name(paths[0], &inode{folder: true})
	case "unlink", "unlinkat":
		d.name(paths[0], nil)
	case "rename", "renameat", "renameat2":
		f := d.names[paths[0]]
		d.name(paths[1], f)
		d.name(paths[0], nil)
	case "lseek":
		descriptor, _ := d.file(call)
		d.offsets[descriptor], _ = strconv.ParseInt(m[1], 10, 64)
	case "fsync", "fdatasync":
		d.sync(thread, call)
	}
}

// name gives a file a name, or takes it off.
func (d *disk) name(path string, f *inode) {
	do := func(names map[string]*inode) {
		if f == nil {
			delete(names, path)
		} else {
			names[path] = f
		}
	}
	do(d.names)
	d.moved = append(d.moved, naming{filepath.Dir(path), do})
}

func (d *disk) sync(thread, call string) {
	m := handle.FindStringSubmatch(call)
	path := string(unhex(m[2]))
	f := d.names[path]
	if f == nil || d.lying {
		return
	}
	if !f.folder {
		n := min(d.waiting[thread], len(f.pending))
		f.bytes, f.pending = after(f.bytes, f.pending[:n]), slices.Clone(f.pending[n:])
		return
	}
	d.moved = slices.DeleteFunc(d.moved, func(n naming) bool {
		if n.folder == path {
			n.do(d.kept)
		}
		return n.folder == path
	})
}

// after gives the content of a file after changes.
func after(content []byte, changes []change) []byte {
	out := slices.Clone(content)
	for _, c := range changes {
		length := int(c.at) + len(c.data)
		if c.cut {
			out = slices.Grow(out, max(0, int(c.at)-len(out)))[:min(len(out), int(c.at))]
		}
		if length > len(out) {
			out = append(out, make([]byte, length-len(out))...)
		}
		copy(out[c.at:], c.data)
	}
	return out
}

const sector = 512

// cut writes what the disk holds after a loss of power into a folder: of what
// was not synced some writes, some of these torn.
func (d *disk) cut(t *testing.T, into string) {
	t.Helper()
	names := map[string]*inode{}
	for path, f := range d.kept {
		names[path] = f
	}
	if !d.lying && rand.IntN(2) == 0 { // else none of them
		for _, n := range d.moved[:rand.IntN(len(d.moved)+1)] {
			n.do(names)
		}
	}
	paths := make([]string, 0, len(names))
	for path := range names {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	for _, path := range paths {
		to := filepath.Join(into, strings.TrimPrefix(path, d.root))
		if names[path].folder {
			_ = os.MkdirAll(to, 0o755)
			continue
		}
		if strings.HasSuffix(path, "-shm") {
			continue // shared memory, made anew
		}
		if _, err := os.Stat(filepath.Dir(to)); err != nil {
			continue // its folder is lost
		}
		if err := os.WriteFile(to, after(names[path].bytes, d.some(names[path].pending)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// some gives a part of what was not synced.
func (d *disk) some(pending []change) (out []change) {
	if d.lying {
		return nil
	}
	for _, c := range pending {
		switch rand.IntN(5) {
		case 0, 1:
			out = append(out, c)
		case 2:
			if n := len(c.data) / sector; n > 1 {
				c.data = c.data[:sector*(1+rand.IntN(n-1))]
			}
			out = append(out, c)
		}
	}
	return out
}

// recorded runs a child that takes reports with files, and records what it
// does to its disk.
func recorded(t *testing.T, during time.Duration) (before *disk, log string, l *reporters) {
	t.Helper()
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("strace, which records what is synced, is not installed (scripts/deps.sh installs it)")
	}
	root := t.TempDir()
	path, seals, log := filepath.Join(root, "weibao.db"), filepath.Join(root, "seals"), filepath.Join(t.TempDir(), "log")
	migrated(t, path)
	if err := os.Mkdir(seals, 0o755); err != nil {
		t.Fatal(err)
	}
	before = newDisk(t, root)
	p := launch(t, path, []string{childSeals + "=" + seals}, strace, "-f", "-qq", "-y", "-xx", "-ttt", "-s", strconv.Itoa(1<<20), "-o", log, "-e", "trace="+traced)
	l = newReporters()
	ctx, cancel := context.WithTimeout(t.Context(), during)
	defer cancel()
	l.load(ctx, p, 4, false)()
	end(t, p)
	return before, log, l
}

// cuts replays a recording and cuts the power n times; it gives what was
// broken at the first cut that broke something.
func cuts(t *testing.T, d *disk, log string, l *reporters, n int) []string {
	t.Helper()
	lines := 0
	each(t, log, func(string) bool { lines++; return true })
	when := map[int]bool{}
	for range n {
		when[rand.IntN(lines)] = true
	}
	var found []string
	i := 0
	each(t, log, func(text string) bool {
		at := d.line(text)
		if i++; !when[i] {
			return true
		}
		into := t.TempDir()
		defer os.RemoveAll(into)
		d.cut(t, into)
		found = l.broken(t, filepath.Join(into, "weibao.db"), filepath.Join(into, "seals"), at)
		return len(found) == 0
	})
	return found
}

func each(t *testing.T, path string, line func(string) bool) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	in := bufio.NewReaderSize(f, 1<<20)
	for {
		text, err := in.ReadString('\n')
		if err == io.EOF {
			return // what has no end was being written when the recorder ended
		}
		if err != nil {
			t.Fatal(err)
		}
		if !line(strings.TrimSuffix(text, "\n")) {
			return
		}
	}
}

// Power is lost at random moments on a disk that forgets, or keeps in parts,
// what was not synced: no report and no file that was acknowledged is lost.
func TestFaultOfThePowerLosesNoReport(t *testing.T) {
	d, log, l := recorded(t, time.Second)
	n := min(rounds(20), 300)
	for _, f := range cuts(t, d, log, l, n) {
		t.Error(f)
	}
	t.Logf("%d cuts in a recording of %d reports with files", n, len(l.acked))
}

// The control: a disk that only says it has synced loses.
func TestFaultOfThePowerOnADiskThatLiesIsCaught(t *testing.T) {
	d, log, l := recorded(t, 500*time.Millisecond)
	d.lying = true
	if len(cuts(t, d, log, l, 20)) == 0 {
		t.Error("nothing was lost, so the check cannot see a loss")
	}
}
