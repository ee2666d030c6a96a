package bench_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"runtime"
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

type bareRequest struct {
	rows
	done chan error
}

// bareSQLite commits whatever waits in one transaction.
func bareSQLite(t testing.TB, dsn string) func(context.Context, rows) error {
	t.Helper()
	pool, err := sql.Open("sqlite", "file:"+dsn+".bare?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	pool.SetMaxOpenConns(1)
	if _, err := pool.Exec(bareTables); err != nil {
		t.Fatal(err)
	}
	queue := make(chan *bareRequest, 256)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for r := range queue {
			group := []*bareRequest{r}
			for more := true; more && len(group) < 256; {
				select {
				case r := <-queue:
					group = append(group, r)
				default:
					more = false
				}
			}
			err := bareGroup(pool, group)
			for _, r := range group {
				r.done <- err
			}
		}
	}()
	t.Cleanup(func() { close(queue); <-ended; pool.Close() })
	return func(_ context.Context, all rows) error {
		r := &bareRequest{all, make(chan error, 1)}
		queue <- r
		return <-r.done
	}
}

func bareGroup(pool *sql.DB, group []*bareRequest) error {
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

// barePostgres commits each request in a transaction of its own.
func barePostgres(t testing.TB, dsn string) func(context.Context, rows) error {
	t.Helper()
	pool, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pool.Close() })
	n := max(16, 8*runtime.NumCPU())
	pool.SetMaxOpenConns(n)
	pool.SetMaxIdleConns(n)
	if _, err := pool.Exec(bareTables); err != nil {
		t.Fatal(err)
	}
	return func(ctx context.Context, r rows) error {
		tx, err := pool.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		defer tx.Rollback()
		for _, row := range []struct{ table, body string }{{"one", r.first}, {"two", r.second}, {"three", r.third}} {
			if _, err := tx.ExecContext(ctx, "INSERT INTO "+row.table+" VALUES ($1, $2)", r.id, row.body); err != nil {
				return err
			}
		}
		return tx.Commit()
	}
}
