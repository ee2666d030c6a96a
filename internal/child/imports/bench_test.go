package imports_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/csv"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"weibao/internal/audit"
	"weibao/internal/child"
	"weibao/internal/child/generate"
	"weibao/internal/child/imports"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/idcard"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/sheet"
	"weibao/internal/testkit"
)

var ledgerHeadings = []string{"序号", "姓名", "性别", "身份证号", "出生日期", "民族", "户口性质", "乡镇", "村", "居住地址", "户籍地址", "学校", "年级", "监护人", "与监护人关系", "监护人电话", "健康状况", "就学状态", "父母外出情况", "备注"}

// ledgerRows gives the first n children of the generator as a ledger of twenty columns.
func ledgerRows(k *desk, n int) func(i int) []string {
	names := map[string]string{}
	list, err := region.Under(k.t.Context(), k.DB.Reader(), county)
	if err != nil {
		k.t.Fatal(err)
	}
	for _, r := range list {
		names[r.Code] = r.Name
	}
	var rows [][]string
	next, stop := pull(generate.Population{Seed: 7, N: n, Today: civil.DateOf(k.DB.Clock.Now())}.New())
	k.t.Cleanup(stop)
	return func(i int) []string {
		if i == 0 {
			return ledgerHeadings
		}
		for len(rows) < 1 {
			rows = append(rows, ledgerCells(next(), i, names))
		}
		row := rows[0]
		rows = rows[:0]
		return row
	}
}

func ledgerCells(n child.New, i int, names map[string]string) []string {
	d := n.Dossier
	var guardian child.Person
	if g := d.Guardians(); len(g) > 0 {
		guardian = g[0]
	}
	number := d.Number
	if number == "" {
		number = fmt.Sprintf("9901%014d", i) // wrong, as some are
	}
	sex := ""
	if n.Sex == idcard.Male || n.Sex == idcard.Female {
		sex = n.Sex.Word()
	}
	return []string{"#" + strconv.Itoa(i), n.Name, sex, number, n.Birth.String(), "汉族", d.Household.Kind, names[n.Region[:9]+"000"], names[n.Region],
		fmt.Sprintf("云岭县%s%s%d组%d号", names[n.Region[:9]+"000"], names[n.Region], i%9+1, i%97+1), fmt.Sprintf("云岭县%s%s%d组%d号", names[n.Region[:9]+"000"], names[n.Region], i%9+1, i%97+1),
		n.School, n.Grade, guardian.Name, child.LabelOf(child.Relations, guardian.Relation), guardian.Phone, d.Health.State, d.Schooling.State, d.Family.Away, "经入户核实"}
}

func pull(all iter.Seq[child.New]) (func() child.New, func()) {
	next, stop := iter.Pull(all)
	return func() child.New { n, _ := next(); return n }, stop
}

// peak gives the most memory that the process held since reset, in MB.
func peak() int {
	b, _ := os.ReadFile("/proc/self/status")
	for l := range strings.Lines(string(b)) {
		if v, ok := strings.CutPrefix(l, "VmHWM:"); ok {
			n, _ := strconv.Atoi(strings.Fields(v)[0])
			return n >> 10
		}
	}
	return 0
}

func resetPeak() {
	debug.FreeOSMemory()
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0)
}

// benched gives the database of a bench: SQLite, or with WEIBAO_DATABASE=postgres a PostgreSQL that writes durably.
func benched(t *testing.T) *db.DB {
	if os.Getenv("WEIBAO_DATABASE") != string(db.Postgres) {
		return testkit.Open(t, db.SQLite, clock.System{})
	}
	d, err := db.Open(t.Context(), testkit.NewCluster(t, "shared_buffers=512MB", "max_wal_size=4GB").DSN(t), clock.System{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// WEIBAO_BENCH=1 go test -run TestABigLedger ./internal/child/imports
func TestABigLedger(t *testing.T) {
	if os.Getenv("WEIBAO_BENCH") == "" {
		t.Skip("a bench: set WEIBAO_BENCH=1")
	}
	n := 300_000
	if s := os.Getenv("WEIBAO_ROWS"); s != "" {
		n, _ = strconv.Atoi(s)
	}
	d := benched(t)
	k := newDesk(t, d, nil)
	path := testkit.Workbook(t, n+1, ledgerRows(k, n))
	read := readAlone(t, path)
	k.work()
	resetPeak()
	m := watchMemory(t)
	begin := time.Now()
	content, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	s, err := k.Receive(t.Context(), officer, imports.Ledger, "civil", "台账.xlsx", content)
	if err != nil {
		t.Fatal(err)
	}
	k.write(func(ctx context.Context, tx *db.Tx) error { return k.Keep(ctx, tx, officer, s) })
	if err := k.Look(t.Context(), officer, s.ID, ""); err != nil {
		t.Fatal(err)
	}
	sent := time.Since(begin)
	b := k.stage(officer, k.batch(officer, s.ID))
	staged := time.Since(begin)
	t.Log(counts(b))
	memory, own := peak(), m.peak()
	k.write(func(ctx context.Context, tx *db.Tx) error { return k.Apply(ctx, tx, officer, s.ID) })
	for k.batch(officer, s.ID).State.Busy() {
		time.Sleep(50 * time.Millisecond)
	}
	whole := time.Since(begin)
	t.Logf("%d rows: sent %v, read and matched %v, carried out %v, together %v, %d MB while reading (%d of its own), %d MB in all (%d of its own)", n, sent.Round(time.Millisecond), (staged - sent).Round(time.Millisecond),
		(whole - staged).Round(time.Millisecond), whole.Round(time.Millisecond), memory, own, peak(), m.peak())
	if d.Dialect == db.SQLite {
		bare := bareInsert(t, d)
		t.Logf("reading alone %v, bare insert %v, ratio %.2f", read.Round(time.Millisecond), bare.Round(time.Millisecond), whole.Seconds()/(read+bare).Seconds())
	}
	if wrong := k.batch(officer, s.ID); wrong.Wrong > 0 {
		begin = time.Now()
		var out bytes.Buffer
		if _, err := k.Answer(t.Context(), officer, wrong, &out); err != nil {
			t.Fatal(err)
		}
		t.Logf("%d wrong rows back in %v", wrong.Wrong, time.Since(begin))
	}
}

func readAlone(t *testing.T, path string) time.Duration {
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	for _, err := range sheet.Read(f, info.Size(), sheet.Limits{Rows: 400_000, Bytes: 400 << 20}) {
		if err != nil {
			t.Fatal(err)
		}
	}
	return time.Since(begin)
}

// bareTables are what an import writes into, with the order in which it does.
var bareTables = map[string]string{"child": "id", "child_dossier": "child", "child_category": "id", "child_gram": "child", "child_key": "child", "child_count": "region", "vault_key": "record_group", "audit_entry": "id"}

// bareInsert writes what the import left into tables with the same indexes, in as many commits, with nothing else.
func bareInsert(t *testing.T, from *db.DB) time.Duration {
	t.Helper()
	target := filepath.Join(t.TempDir(), "bare.db")
	empty, err := db.Open(t.Context(), target, clock.System{})
	if err != nil {
		t.Fatal(err)
	}
	if err := empty.Migrate(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	if err := empty.Close(); err != nil {
		t.Fatal(err)
	}
	source, err := sql.Open("sqlite", from.Path())
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	pool, err := sql.Open("sqlite", "file:"+target+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=cache_size(-65536)&_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	pool.SetMaxOpenConns(1)
	var took time.Duration
	for table, order := range bareTables {
		took += bareTable(t, source, pool, table, order)
	}
	return took
}

func bareTable(t *testing.T, source, pool *sql.DB, table, order string) time.Duration {
	rows, err := source.Query("SELECT * FROM " + table + " ORDER BY " + order)
	if err != nil {
		t.Logf("%s: %v", table, err)
		return 0
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	one := "(" + strings.TrimSuffix(strings.Repeat("?,", len(columns)), ",") + ")"
	const together = 50
	many := "INSERT OR REPLACE INTO " + table + " VALUES " + strings.TrimSuffix(strings.Repeat(one+",", together), ",")
	single := "INSERT OR REPLACE INTO " + table + " VALUES " + one
	var took time.Duration
	var args []any
	flush := func() {
		begin := time.Now()
		tx, err := pool.Begin()
		if err != nil {
			t.Fatal(err)
		}
		defer tx.Rollback()
		for chunk := range slices.Chunk(args, together*len(columns)) {
			if len(chunk) == together*len(columns) {
				_, err = tx.Exec(many, chunk...)
			} else {
				for row := range slices.Chunk(chunk, len(columns)) {
					if _, err = tx.Exec(single, row...); err != nil {
						break
					}
				}
			}
			if err != nil {
				t.Fatal(table, err)
			}
		}
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
		took += time.Since(begin)
		args = args[:0]
	}
	for rows.Next() {
		row := make([]any, len(columns))
		into := make([]any, len(columns))
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		if args = append(args, row...); len(args) >= 4000*len(columns) {
			flush()
		}
	}
	if len(args) > 0 {
		flush()
	}
	return took
}

// The same ledger as text, read and judged.
func TestABigText(t *testing.T) {
	if os.Getenv("WEIBAO_BENCH") == "" {
		t.Skip("a bench: set WEIBAO_BENCH=1")
	}
	const n = 300_000
	d := benched(t)
	k := newDesk(t, d, nil)
	row := ledgerRows(k, n)
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	for i := range n + 1 {
		cells := row(i)
		cells[0] = strings.TrimPrefix(cells[0], "#")
		if i > 0 {
			cells[9], cells[10], cells[11], cells[19] = "石门村", "", "", "" // under the limit of an upload
		}
		if err := w.Write(cells); err != nil {
			t.Fatal(err)
		}
	}
	w.Flush()
	k.work()
	begin := time.Now()
	b := k.stage(officer, k.upload(officer, imports.Ledger, "台账.csv", out.Bytes()))
	t.Logf("%s in %v, %d MB of text", counts(b), time.Since(begin), out.Len()>>20)
}

// TestALargeUndo takes a large import back, and tells how long others wait beside it for a write of their own.
func TestALargeUndo(t *testing.T) {
	if os.Getenv("WEIBAO_BENCH") == "" {
		t.Skip("a bench: set WEIBAO_BENCH=1")
	}
	n := 100_000
	if s := os.Getenv("WEIBAO_ROWS"); s != "" {
		n, _ = strconv.Atoi(s)
	}
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			k := newDesk(t, testkit.Open(t, dialect, clock.System{}), nil)
			content, err := os.ReadFile(testkit.Workbook(t, n+1, ledgerRows(k, n)))
			if err != nil {
				t.Fatal(err)
			}
			k.work()
			b := k.upload(officer, imports.Ledger, "台账.xlsx", content)
			begin := time.Now()
			k.write(func(ctx context.Context, tx *db.Tx) error {
				return k.Map(ctx, tx, officer, b.ID, fields(k.head(b)), imports.Everybody)
			})
			k.until(b.ID)
			read := time.Since(begin)
			begin = time.Now()
			k.write(func(ctx context.Context, tx *db.Tx) error { return k.Apply(ctx, tx, officer, b.ID) })
			k.until(b.ID)
			applied := time.Since(begin)
			begin = time.Now()
			k.write(func(ctx context.Context, tx *db.Tx) error { return k.Undo(ctx, tx, officer, b.ID) })
			waits := k.until(b.ID)
			t.Logf("%d rows: read and matched %v, carried out %v, undone %v; beside the undoing a small write waited %v at most, %v in the middle (of %d)", n, read.Round(time.Millisecond),
				applied.Round(time.Millisecond), time.Since(begin).Round(time.Millisecond), waits[len(waits)-1].Round(time.Millisecond), waits[len(waits)/2].Round(time.Millisecond), len(waits))
			if left := k.files(officer); len(left) > 0 {
				t.Errorf("%d files are left", len(left))
			}
		})
	}
}

// until waits for the job of a batch, writes something small now and then, and gives how long that took, the shortest first.
func (k *desk) until(id ref.Import) []time.Duration {
	waits := []time.Duration{0}
	for k.batch(officer, id).State.Busy() {
		time.Sleep(20 * time.Millisecond)
		begin := time.Now()
		k.write(func(ctx context.Context, tx *db.Tx) error {
			return audit.Write(ctx, tx, officer, "child.import", "child_import_batch", id, nil)
		})
		waits = append(waits, time.Since(begin))
	}
	slices.Sort(waits)
	return waits
}
