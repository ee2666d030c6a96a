// Package testkit gives tests what they stand on: real databases, clocks,
// actors and, where it is present, the shared material of real plans.
//
// It is imported by tests only. SQLite tests get a fresh file; PostgreSQL
// tests a fresh database copied from a migrated template in a cluster that
// the first test starts under the temporary folder (WEIBAO_TEST_POSTGRES
// names another). Every slice test runs on both.
package testkit

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver of the administrating connection

	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/migrations"
)

// Noon is where test clocks stand at first: a Monday, a working day, 12:00 in Beijing.
var Noon = time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC)

// Databases runs test once on SQLite and once on PostgreSQL, each time on a
// fresh, migrated database with a clock that stands at Noon.
func Databases(t *testing.T, test func(t *testing.T, d *db.DB, c *clock.Manual)) {
	t.Helper()
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			c := clock.At(Noon)
			test(t, Open(t, dialect, c), c)
		})
	}
}

// Open gives a fresh, migrated database of a dialect.
func Open(t testing.TB, dialect db.Dialect, c clock.Clock) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), DSN(t, dialect), c)
	if err != nil {
		t.Fatalf("open %s: %v", dialect, err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// DSN gives the address of a fresh, migrated database which is removed after the test.
func DSN(t testing.TB, dialect db.Dialect) string {
	t.Helper()
	if dialect == db.Postgres {
		return postgresCopy(t)
	}
	path := filepath.Join(t.TempDir(), "weibao.db")
	data, err := sqliteTemplate()
	if err != nil {
		t.Fatalf("sqlite template: %v", err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

var sqliteTemplate = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "weibao-template-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "t.db")
	if err := migrate(path); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

func migrate(dsn string) error {
	ctx := context.Background()
	d, err := db.Open(ctx, dsn, clock.System{})
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Migrate(ctx, "")
}

var copies atomic.Int64

func postgresCopy(t testing.TB) string {
	t.Helper()
	base, err := cluster()
	if err != nil {
		t.Fatalf("PostgreSQL for tests: %v (install it with 'apt-get install postgresql', or name one in WEIBAO_TEST_POSTGRES)", err)
	}
	template, err := postgresTemplate()
	if err != nil {
		t.Fatalf("PostgreSQL template: %v", err)
	}
	name := fmt.Sprintf("t_%d_%d_%d", os.Getpid(), time.Now().UnixNano()%1e9, copies.Add(1))
	if err := administer(base, "CREATE DATABASE "+name+" TEMPLATE "+template); err != nil {
		t.Fatalf("PostgreSQL copy: %v", err)
	}
	t.Cleanup(func() {
		if err := administer(base, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("drop %s: %v", name, err)
		}
	})
	return withDatabase(base, name)
}

var postgresTemplate = sync.OnceValues(func() (string, error) {
	base, err := cluster()
	if err != nil {
		return "", err
	}
	name := "weibao_" + migrationsHash()
	unlock, err := lockFile(filepath.Join(os.TempDir(), "weibao-template.lock"))
	if err != nil {
		return "", err
	}
	defer unlock()
	if ready(base, name) {
		return name, nil
	}
	if err := administer(base, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)", "CREATE DATABASE "+name); err != nil {
		return "", err
	}
	if err := migrate(withDatabase(base, name)); err != nil {
		return "", err
	}
	return name, administer(base, "COMMENT ON DATABASE "+name+" IS 'ready'")
})

func ready(base, name string) bool {
	pool, err := sql.Open("pgx", base)
	if err != nil {
		return false
	}
	defer pool.Close()
	var mark sql.NullString
	err = pool.QueryRow("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = $1", name).Scan(&mark)
	return err == nil && mark.String == "ready"
}

func administer(base string, statements ...string) error {
	pool, err := sql.Open("pgx", base)
	if err != nil {
		return err
	}
	defer pool.Close()
	for _, s := range statements {
		if _, err := pool.Exec(s); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	return nil
}

func withDatabase(base, name string) string {
	u, err := url.Parse(base)
	if err != nil {
		return base
	}
	u.Path = "/" + name
	return u.String()
}

func migrationsHash() string {
	h := sha256.New()
	for _, dialect := range []string{"postgres"} {
		steps, err := migrations.For(dialect)
		if err != nil {
			continue
		}
		_ = fs.WalkDir(steps, ".", func(path string, e fs.DirEntry, err error) error {
			if err == nil && !e.IsDir() && strings.HasSuffix(path, ".sql") {
				text, _ := fs.ReadFile(steps, path)
				h.Write([]byte(path))
				h.Write(text)
			}
			return err
		})
	}
	return hex.EncodeToString(h.Sum(nil))[:16]
}
