package bench_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver of the bare side
	_ "modernc.org/sqlite"             // the same

	"weibao/internal/db"
)

// bare is the least that a server must do to keep durably as many rows as a duty takes, which is three: what the
// product is measured against. Nothing of the product runs in it.
type bare struct {
	id    atomic.Int64
	store func(ctx context.Context, r rows) error
}

// rows are as wide as a duty, its audit entry and its place on a ladder.
type rows struct {
	id                   int64
	first, second, third string
}

// newBare makes a bare server: on SQLite on a file of its own beside the one that dsn names.
func newBare(t testing.TB, dialect db.Dialect, dsn string) http.Handler {
	t.Helper()
	b := &bare{}
	if dialect == db.Postgres {
		b.store = barePostgres(t, dsn)
	} else {
		b.store = bareSQLite(t, dsn)
	}
	return b
}

const bareTables = "CREATE TABLE one (id BIGINT PRIMARY KEY, body TEXT NOT NULL); CREATE TABLE two (id BIGINT PRIMARY KEY, body TEXT NOT NULL); CREATE TABLE three (id BIGINT PRIMARY KEY, body TEXT NOT NULL)"

// ServeHTTP keeps the rows of one request.
func (b *bare) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var o order
	if err := json.NewDecoder(r.Body).Decode(&o); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	id := b.id.Add(1)
	first := fmt.Sprintf("%s %d %s %d plan.task plan_task 云岭县未成年人保护工作实施方案 二(一)3 1772424000000 1772424000000 1772424000000 workdays open default", o.Title, o.Unit, o.Region, o.Days)
	second := fmt.Sprintf(`1772424000000 100 测试员 10 officer duty.open duty %d {"kind":"plan.task","unit":%d,"due":1772424000000}`, id, o.Unit)
	if err := b.store(r.Context(), rows{id, first, second, "default 0 1772424000000"}); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.WriteHeader(http.StatusCreated)
	fmt.Fprintf(w, `{"id":"%d"}`, id)
}

// grouped gives a store whose workers commit whatever waits in one transaction each.
func grouped[T any](t testing.TB, workers int, commit func([]T) error) func(context.Context, T) error {
	t.Helper()
	type request struct {
		rows T
		done chan error
	}
	queue := make(chan *request, 256)
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for r := range queue {
				group, rows := []*request{r}, []T{r.rows}
				for more := true; more && len(group) < 256; {
					select {
					case r := <-queue:
						group, rows = append(group, r), append(rows, r.rows)
					default:
						more = false
					}
				}
				err := commit(rows)
				for _, r := range group {
					r.done <- err
				}
			}
		})
	}
	t.Cleanup(func() { close(queue); all.Wait() })
	return func(_ context.Context, rows T) error {
		r := &request{rows, make(chan error, 1)}
		queue <- r
		return <-r.done
	}
}

// bareSQLite commits whatever waits in one transaction.
func bareSQLite(t testing.TB, dsn string) func(context.Context, rows) error {
	t.Helper()
	pool := barePool(t, db.SQLite, dsn, bareTables)
	return grouped(t, 1, func(group []rows) error { return bareGroup(pool, group) })
}

// barePool opens a database for a bare side: on SQLite a file of its own beside the one that dsn names.
func barePool(t testing.TB, dialect db.Dialect, dsn, tables string) *sql.DB {
	t.Helper()
	driver, conns := "pgx", max(16, 8*runtime.NumCPU())
	if dialect == db.SQLite {
		driver, conns, dsn = "sqlite", 1, "file:"+dsn+".bare?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate"
	}
	pool, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pool.Close() })
	pool.SetMaxOpenConns(conns)
	pool.SetMaxIdleConns(conns)
	if _, err := pool.Exec(tables); err != nil {
		t.Fatal(err)
	}
	return pool
}

func bareGroup(pool *sql.DB, group []rows) error {
	tx, err := pool.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	one, err := tx.Prepare("INSERT INTO one VALUES (?, ?)")
	if err != nil {
		return err
	}
	defer one.Close()
	two, err := tx.Prepare("INSERT INTO two VALUES (?, ?)")
	if err != nil {
		return err
	}
	defer two.Close()
	three, err := tx.Prepare("INSERT INTO three VALUES (?, ?)")
	if err != nil {
		return err
	}
	defer three.Close()
	for _, r := range group {
		if _, err := one.Exec(r.id, r.first); err != nil {
			return err
		}
		if _, err := two.Exec(r.id, r.second); err != nil {
			return err
		}
		if _, err := three.Exec(r.id, r.third); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// bareCommitters is how many connections of the bare side commit at a time on PostgreSQL, as the product's.
const bareCommitters = 2

// barePostgres commits whatever waits in one transaction, table by table.
func barePostgres(t testing.TB, dsn string) func(context.Context, rows) error {
	t.Helper()
	pool := barePool(t, db.Postgres, dsn, bareTables)
	return grouped(t, bareCommitters, func(group []rows) error {
		ids, bodies := make([]int64, len(group)), [3][]string{}
		for i, r := range group {
			ids[i] = r.id
			for n, body := range []string{r.first, r.second, r.third} {
				bodies[n] = append(bodies[n], body)
			}
		}
		tx, err := pool.Begin()
		if err != nil {
			return err
		}
		defer tx.Rollback()
		for n, table := range []string{"one", "two", "three"} {
			if _, err := tx.Exec("INSERT INTO "+table+" SELECT * FROM unnest($1::bigint[], $2::text[])", ids, bodies[n]); err != nil {
				return err
			}
		}
		return tx.Commit()
	})
}
