package bench_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/child/generate"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/rule"
	"weibao/internal/testkit"
	"weibao/internal/vault"
)

// grow brings the database to n children: the first county through the
// program, which is measured, the others as copies of it in SQL under counties
// of their own, without what is sealed, for no list reads that.
func (x *ledger) grow(n int) {
	x.t.Helper()
	if x.size == 0 {
		x.fill(min(n, childVolume))
	}
	if x.size+x.first <= n {
		restore := x.bare()
		for x.size+x.first <= n {
			x.another(x.size / x.first)
			x.size += x.first
		}
		restore()
	}
	analyze(x.t, x.d)
}

// resume opens a database in which the files of an earlier run are.
func (x *ledger) resume() {
	x.t.Helper()
	d, err := db.Open(x.t.Context(), x.dsn, clock.System{})
	if err != nil {
		x.t.Fatal(err)
	}
	v, err := vault.Open(x.t.Context(), d, *childKeys, vault.SM)
	if err != nil {
		x.t.Fatal(err)
	}
	book := testkit.Book(x.t, "demo")
	x.cabinet = &child.Cabinet{Vault: v, Book: func() *rule.Book { return book }}
	d.Close()
	x.open()
	files := "SELECT coalesce(CAST(sum(n) AS BIGINT), 0) FROM child_count WHERE category = '' AND region "
	if x.first, err = db.Get[int](x.t.Context(), x.d.Reader(), files+"= ?", county); err == nil {
		x.size, err = db.Get[int](x.t.Context(), x.d.Reader(), files+"LIKE '99____000000'")
	}
	if err != nil {
		x.t.Fatal(err)
	}
	if x.size > 0 {
		x.sample()
	}
}

// bare takes the indexes and keys from the tables that are about to be filled,
// and gives what makes them anew: an index is built at once in a fraction of the
// time that its entries take one by one. SQLite takes them one by one, for its
// tables of keys are their own index.
func (x *ledger) bare() (restore func()) {
	x.t.Helper()
	if x.dialect != db.Postgres {
		return func() {}
	}
	type made struct{ Drop, Make string }
	copied := "'" + strings.Join(slices.Sorted(maps.Keys(firsts)), "', '") + "'"
	list, err := db.All[made](x.t.Context(), x.d.Reader(), `SELECT 'ALTER TABLE ' || r.relname || ' DROP CONSTRAINT ' || c.conname AS drop,
			'ALTER TABLE ' || r.relname || ' ADD CONSTRAINT ' || c.conname || ' ' || pg_get_constraintdef(c.oid) AS make
		FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid WHERE c.contype = 'p' AND r.relname IN (`+copied+`)
		UNION ALL SELECT 'DROP INDEX ' || i.relname, pg_get_indexdef(x.indexrelid)
		FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class r ON r.oid = x.indrelid WHERE NOT x.indisprimary AND r.relname IN (`+copied+`)`)
	if err != nil {
		x.t.Fatal(err)
	}
	run := func(text string) {
		x.write(func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.Exec(ctx, "SET LOCAL maintenance_work_mem = '2GB'"); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, text)
			return err
		})
	}
	for table, order := range firsts {
		run("CREATE UNLOGGED TABLE first_" + table + " AS SELECT * FROM " + table + " WHERE " + order)
	}
	for _, m := range list {
		run(m.Drop)
	}
	return func() {
		for table := range firsts {
			run("DROP TABLE first_" + table)
		}
		for _, m := range list {
			run(m.Make)
		}
	}
}

// firsts say how the rows of the first county are found, in the order in which their copies lie.
var firsts = map[string]string{
	"child":          "county = '990101' ORDER BY id",
	"child_category": "county = '990101' ORDER BY id",
	"child_gram":     "town BETWEEN '990101' AND '990101999' ORDER BY town, gram, child",
	"child_key":      "child IN (SELECT id FROM child WHERE county = '990101') ORDER BY digest, child",
}

// firstOf is where the rows of the first county are read: on PostgreSQL from a
// table of their own, for there is no index while the others go in.
func (x *ledger) firstOf(table string) string {
	if x.dialect == db.Postgres {
		return "first_" + table
	}
	return "(SELECT * FROM " + table + " WHERE " + firsts[table] + ") AS f"
}

func (x *ledger) fill(n int) {
	x.t.Helper()
	x.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := region.LoadSeed(ctx, tx, access.Program, county)
		return err
	})
	people := generate.Population{Seed: 11, N: n, Today: civil.DateOf(x.d.Clock.Now())}
	start, used := time.Now(), processorTime()
	if err := generate.Fill(x.t.Context(), x.cabinet, x.d, access.Program, people.New(), nil); err != nil {
		x.t.Fatal(err)
	}
	took := time.Since(start)
	x.size, x.first = n, n
	x.out.add(row{part: "children", what: "files opened in batches, generator and encryption with them", where: string(x.dialect), size: n,
		got: fmt.Sprintf("%.0f/s (%.1f s, processor %.1f s without the database's own)", float64(n)/took.Seconds(), took.Seconds(), (processorTime() - used).Seconds())})
	x.sample()
}

// sample takes the names that searches ask for.
func (x *ledger) sample() {
	x.t.Helper()
	samples, err := db.All[child.Child](x.t.Context(), x.d.Reader(), "SELECT "+db.ColumnsOf[child.Child]("c")+
		" FROM child c WHERE c.county = '990101' AND length(c.name) > 2 AND c.id % 97 = 3 LIMIT 300")
	if err != nil || len(samples) == 0 {
		x.t.Fatal(err, len(samples))
	}
	x.samples = samples
}

// another copies the first county into the k-th.
func (x *ledger) another(k int) {
	x.t.Helper()
	code := fmt.Sprintf("99%04d", 200+k)
	off := int64(k) << 41 // beyond the ids of one county, which took less than a few minutes
	place := func(column string) string { return "'" + code + "' || substr(" + column + ", 7)" }
	for _, text := range []string{
		fmt.Sprintf(`INSERT INTO child (id, name, sex, birth, guessed, region, town, county, unit, school, grade, level, leveled, due, screened, categories, band, turns,
			state, ended, successor, source, version, created, created_by, changed)
			SELECT id + %d, name, sex, birth, guessed, %s, %s, '%s', unit, school, grade, level, leveled, due, screened, categories, band, turns,
			state, ended, successor, source, version, created, created_by, changed FROM %s`, off, place("region"), place("town"), code, x.firstOf("child")),
		fmt.Sprintf(`INSERT INTO child_category (id, child, category, started, ended, source, evidence, added_by, ended_by, reason, region, town, county, level, due)
			SELECT id + %d, child + %d, category, started, ended, source, evidence, added_by, ended_by, reason, %s, %s, '%s', level, due
			FROM %s`, off, off, place("region"), place("town"), code, x.firstOf("child_category")),
		fmt.Sprintf(`INSERT INTO child_gram (town, gram, child) SELECT %s, gram, child + %d FROM %s`, place("town"), off, x.firstOf("child_gram")),
		fmt.Sprintf(`INSERT INTO child_key (digest, child) SELECT digest %% 4611686018427387904 + %d, child + %d FROM %s`, int64(k)*77_777_777_777_777, off, x.firstOf("child_key")),
		fmt.Sprintf(`INSERT INTO child_count (region, category, level, sex, band, n) SELECT %s, category, level, sex, band, n FROM child_count
			WHERE region BETWEEN '990101' AND '990101999999'`, place("region")),
		fmt.Sprintf(`INSERT INTO child_wait (region, due, kind, categories, n) SELECT %s, due, kind, categories, n FROM child_wait
			WHERE kind = '' AND region BETWEEN '990101' AND '990101999999'`, place("region")),
	} {
		x.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, text)
			return err
		})
	}
}

// newBareList serves fifty rows of a town and category as JSON by plain
// database/sql over the same file: what the ledger's page is measured against.
func newBareList(t testing.TB, path string) http.Handler {
	t.Helper()
	pool, err := sql.Open("sqlite", "file:"+path+"?_pragma=query_only(1)&_pragma=mmap_size(1073741824)&_pragma=cache_size(-16384)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pool.Close() })
	pool.SetMaxOpenConns(16)
	pool.SetMaxIdleConns(16)
	query, err := pool.Prepare(`SELECT c.id, c.name, c.sex, c.birth, c.region, c.school, c.grade, c.level, c.due, c.categories FROM child_category h JOIN child c ON c.id = h.child
		WHERE h.ended = '' AND h.category = 'C03' AND h.town = ? AND h.level = 1 ORDER BY h.due, h.child LIMIT 50`)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { query.Close() })
	type line struct {
		ID                                                 ref.Child
		Name, Sex, Birth, Region, School, Grade, Due, Cats string
		Level                                              int
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rows, err := query.QueryContext(r.Context(), strings.TrimRight(town, "0"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		defer rows.Close()
		var list []line
		for rows.Next() {
			var l line
			if err := rows.Scan(&l.ID, &l.Name, &l.Sex, &l.Birth, &l.Region, &l.School, &l.Grade, &l.Level, &l.Due, &l.Cats); err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
				return
			}
			list = append(list, l)
		}
		body, _ := json.Marshal(list)
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		w.WriteHeader(http.StatusCreated)
		_, _ = w.Write(body)
	})
}
