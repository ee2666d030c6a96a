package imports_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/child/imports"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/file"
	"weibao/internal/job"
	"weibao/internal/org"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/rule"
	"weibao/internal/testkit"
	"weibao/internal/vault"
	"weibao/rules"
)

// Settings of a child, in its environment.
const (
	killDSN  = "WEIBAO_IMPORT_DSN"  // makes the test program a worker on this database
	killDir  = "WEIBAO_IMPORT_DIR"  // its keys and files
	killHour = "WEIBAO_IMPORT_HOUR" // what its clock says, in hours after noon: the leases of the dead have run out
)

func TestMain(m *testing.M) {
	if dsn := os.Getenv(killDSN); dsn != "" {
		if err := worker(dsn, os.Getenv(killDir)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// worker carries out jobs until it is killed.
func worker(dsn, dir string) error {
	hour, err := strconv.Atoi(os.Getenv(killHour))
	if err != nil {
		return err
	}
	d, err := db.Open(context.Background(), dsn, clock.At(testkit.Noon.Add(time.Duration(hour)*time.Hour)))
	if err != nil {
		return err
	}
	k, err := deskAt(context.Background(), d, dir)
	if err != nil {
		return err
	}
	fmt.Println("begins")
	kinds := k.Jobs()
	for i := range kinds {
		kinds[i].Lease = 300 * time.Millisecond // so that the next one need not wait for the dead
	}
	r := job.Runner{DB: d, Kinds: kinds, Workers: 1, Poll: 10 * time.Millisecond}
	return r.Run(context.Background(), time.Second)
}

func deskAt(ctx context.Context, d *db.DB, dir string) (*imports.Desk, error) {
	v, err := vault.Open(ctx, d, filepath.Join(dir, "keys"), vault.SM)
	if err != nil {
		return nil, err
	}
	book, err := rule.Load(rules.FS, "demo")
	if err != nil {
		return nil, err
	}
	c := &child.Cabinet{Vault: v, Book: func() *rule.Book { return book }}
	return &imports.Desk{DB: d, Cabinet: c, Vault: v, Book: c.Book, Files: &file.Store{Dir: dir, Vault: v}, Temp: dir}, nil
}

// killing is an import whose worker is killed again and again.
type killing struct {
	*desk
	dsn, dir string
	hour     int
	hits     map[imports.State]int
	resumed  int
}

func newKilling(t *testing.T, dialect db.Dialect) *killing {
	dsn, dir := testkit.DSN(t, dialect), t.TempDir()
	d, err := db.Open(t.Context(), dsn, clock.At(testkit.Noon))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	k, err := deskAt(t.Context(), d, dir)
	if err != nil {
		t.Fatal(err)
	}
	out := &killing{desk: &desk{k, t, nil}, dsn: dsn, dir: dir, hits: map[imports.State]int{}}
	out.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := region.LoadSeed(ctx, tx, access.Program, county)
		if err == nil {
			_, err = org.LoadCounty(ctx, tx, access.Program, k.Book())
		}
		return err
	})
	return out
}

// through has workers do the job of a batch and kills each of them somewhere in it, each a little later than the one
// before, until it is done.
func (k *killing) through(id ref.Import) imports.Batch {
	k.t.Helper()
	for limit := 100 * time.Millisecond; ; limit += limit / 2 {
		b := k.batch(officer, id)
		if !b.State.Busy() {
			return b
		}
		if stopped, err := k.Stopped(k.t.Context(), k.DB.Reader(), b); err != nil || stopped { // as many kills as make a job be given up
			k.write(func(ctx context.Context, tx *db.Tx) error { return k.Resume(ctx, tx, officer, id) })
			k.resumed++
		}
		k.hour++
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), killDSN+"="+k.dsn, killDir+"="+k.dir, killHour+"="+strconv.Itoa(k.hour))
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			k.t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			k.t.Fatal(err)
		}
		if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
			k.t.Fatal("the worker did not begin:", err)
		}
		for end := time.Now().Add(rand.N(limit)); time.Now().Before(end) && k.batch(officer, id).State.Busy(); {
			time.Sleep(5 * time.Millisecond)
		}
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if after := k.batch(officer, id); after.State.Busy() {
			k.hits[after.State]++
		}
	}
}

const (
	killRows  = 6000
	killWrong = 10
)

// killLedger is a list of children of whom a fifth have no number, and some are wrong. School tells two lists apart.
func killLedger(t *testing.T, school string) []byte {
	rows := [][]any{{"姓名", "身份证号", "出生日期", "乡镇", "村", "就读学校"}}
	for i := range killRows {
		day := civil.MustParse("2014-01-01").AddDays(i % 1500)
		n := number(strings.ReplaceAll(day.String(), "-", ""), i/1500*7+i%7)
		if i%5 == 0 {
			n = ""
		}
		if i%(killRows/killWrong) == 1 {
			n = "12"
		}
		rows = append(rows, []any{"童" + string(rune(0x4e00+i/80)) + string(rune(0x5e00+i%80)), n, day.String(), "青石镇", "石门村", school})
	}
	return workbook(t, rows...)
}

// broken tells what is lost, doubled or half written of the files that a batch should have made.
func (k *killing) broken(id ref.Import, want int) (found []string) {
	ask := func(what, query string, want int64, args ...any) {
		got, err := db.Get[int64](k.t.Context(), k.DB.Reader(), query, args...)
		if err != nil || got != want {
			found = append(found, fmt.Sprintf("%s: %d instead of %d %v", what, got, want, err))
		}
	}
	n := int64(want)
	source := "import:" + ref.Format(id)
	ask("open files", "SELECT count(*) FROM child WHERE state = 'open' AND source = ?", n, source)
	ask("names", "SELECT count(DISTINCT name) FROM child WHERE state = 'open'", n)
	ask("files that search finds", "SELECT count(DISTINCT g.child) FROM child_gram g JOIN child c ON c.id = g.child WHERE c.state = 'open'", n)
	ask("search entries of closed files", "SELECT count(*) FROM child_gram g JOIN child c ON c.id = g.child WHERE c.state <> 'open'", 0)
	ask("numbers of closed files", "SELECT count(*) FROM child_key n JOIN child c ON c.id = n.child WHERE c.state <> 'open'", 0)
	ask("numbers borne twice", "SELECT count(*) FROM (SELECT digest FROM child_key GROUP BY digest HAVING count(*) > 1) AS twice", 0)
	ask("files without content", "SELECT count(*) FROM child c LEFT JOIN child_dossier p ON p.child = c.id WHERE p.child IS NULL", 0)
	if cells, err := k.Cabinet.Recount(k.t.Context(), k.DB.Reader()); err != nil || len(cells) > 0 {
		found = append(found, fmt.Sprint("kept numbers differ from a full count: ", len(cells), err))
	}
	return append(found, k.unjournalled()...)
}

// unjournalled tells of files that the journal does not name once.
func (k *killing) unjournalled() (found []string) {
	details, err := db.All[string](k.t.Context(), k.DB.Reader(), "SELECT detail FROM audit_entry WHERE action = 'child.add'")
	if err != nil {
		return []string{err.Error()}
	}
	named := map[ref.Child]int{}
	for _, d := range details {
		var entry struct{ IDs []ref.Child }
		if err := json.Unmarshal([]byte(d), &entry); err != nil {
			return []string{err.Error()}
		}
		for _, id := range entry.IDs {
			named[id]++
		}
	}
	files, err := db.All[ref.Child](k.t.Context(), k.DB.Reader(), "SELECT id FROM child")
	if err != nil {
		return []string{err.Error()}
	}
	for _, id := range files {
		if named[id] != 1 {
			found = append(found, fmt.Sprintf("a file stands %d times in the journal", named[id]))
		}
	}
	if len(named) != len(files) {
		found = append(found, fmt.Sprintf("the journal names %d files of %d", len(named), len(files)))
	}
	return found
}

func (k *killing) must(found []string) {
	k.t.Helper()
	for _, f := range found {
		k.t.Error(f)
	}
}

func TestAKilledImportLosesAndDoublesNothing(t *testing.T) {
	rounds := 1
	if n, err := strconv.Atoi(os.Getenv("WEIBAO_FAULTS")); err == nil && n > 0 {
		rounds = max(n/20, 1)
	}
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			k := newKilling(t, dialect)
			for range rounds {
				k.round(k.t)
			}
			t.Logf("kills that hit: %v, work resumed %d times", k.hits, k.resumed)
			if len(k.hits) == 0 {
				t.Error("no worker was killed at its work")
			}
			k.caught()
		})
	}
}

// round imports a list, changes it by a second one, and takes both back, killed all the way.
func (k *killing) round(t *testing.T) {
	first := k.upload(officer, imports.Ledger, "台账.xlsx", killLedger(t, "第一小学"))
	k.write(func(ctx context.Context, tx *db.Tx) error {
		return k.Map(ctx, tx, officer, first.ID, fields(k.head(first)), "")
	})
	staged := k.through(first.ID)
	expect(t, "read", counts(staged), fmt.Sprintf("staged: %d rows, %d new, 0 same, 0 changed, 0 doubtful, %d wrong", killRows, killRows-killWrong, killWrong))
	k.write(func(ctx context.Context, tx *db.Tx) error { return k.Apply(ctx, tx, officer, first.ID) })
	if b := k.through(first.ID); b.Done != killRows-killWrong {
		t.Errorf("%d rows carried out", b.Done)
	}
	k.must(k.broken(first.ID, killRows-killWrong))
	k.write(func(ctx context.Context, tx *db.Tx) error { return k.Undo(ctx, tx, officer, first.ID) })
	if b := k.through(first.ID); b.Kept != 0 || b.State != imports.Undone {
		t.Errorf("%s, kept %d", b.State, b.Kept)
	}
	k.must(k.broken(first.ID, 0))
}

// caught is the control: what a lost, a doubled and a half written file look like is seen.
func (k *killing) caught() {
	b := k.upload(officer, imports.Ledger, "台账.xlsx", killLedger(k.t, "第二小学"))
	k.write(func(ctx context.Context, tx *db.Tx) error {
		return k.Map(ctx, tx, officer, b.ID, fields(k.head(b)), imports.Everybody)
	})
	k.through(b.ID)
	k.write(func(ctx context.Context, tx *db.Tx) error { return k.Apply(ctx, tx, officer, b.ID) })
	k.through(b.ID)
	broken := func(query string) {
		var found []string
		k.write(func(ctx context.Context, tx *db.Tx) error { _, err := tx.Exec(ctx, query); return err })
		if found = k.broken(b.ID, killRows-killWrong); len(found) == 0 {
			k.t.Error("not seen: " + query)
		}
	}
	k.must(k.broken(b.ID, killRows-killWrong))
	for _, query := range []string{
		"DELETE FROM child_dossier WHERE child = (SELECT min(id) FROM child WHERE state = 'open')",
		"DELETE FROM child WHERE id = (SELECT max(id) FROM child WHERE state = 'open')",
	} {
		broken(query)
	}
}
