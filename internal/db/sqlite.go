package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	sqlite "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"weibao/internal/errs"
)

// Page caches in KiB per connection.
const (
	readCache  = 16 << 10
	writeCache = 16 << 10
	logCache   = 1 << 10
)

// How long a connection waits for a lock; the checkpointer's keeps the writer waiting with it.
const (
	patience    = 10 * time.Second
	logPatience = 10 * time.Millisecond
)

func (d *DB) openSQLite(ctx context.Context) error {
	path, err := filepath.Abs(d.dsn)
	if err != nil {
		return fmt.Errorf("db.Open: %w", err)
	}
	d.Dialect, d.path = SQLite, path
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return errs.Wrap(errs.Full, err, "无法建立数据目录 "+filepath.Dir(path)+"，请检查路径和写权限。")
	}
	if err := private(path); err != nil {
		return errs.Wrap(errs.Full, err, "无法建立数据库文件 "+path+"，请检查写权限和磁盘空间。")
	}
	w, err := sql.Open("sqlite", sqliteDSN(path, writeCache, patience, "_txlock=immediate"))
	if err != nil {
		return fmt.Errorf("db.Open: %w", err)
	}
	w.SetMaxOpenConns(2) // one for the writer, one for migrations before it has work
	if err := w.PingContext(ctx); err != nil {
		w.Close()
		return errs.Wrap(errs.Full, err, "无法打开数据库文件 "+path+"，请检查文件是否损坏、目录是否可写。")
	}
	r, err := sql.Open("sqlite", sqliteDSN(path, readCache, patience, "_pragma=query_only(1)"))
	if err != nil {
		w.Close()
		return fmt.Errorf("db.Open: %w", err)
	}
	n := max(4, 2*runtime.NumCPU())
	r.SetMaxOpenConns(n)
	r.SetMaxIdleConns(n)
	d.reads, d.cache = r, newStatements(r)
	l, err := sql.Open("sqlite", sqliteDSN(path, logCache, logPatience, ""))
	if err != nil {
		w.Close()
		return fmt.Errorf("db.Open: %w", err)
	}
	if d.writer, err = newWriter(ctx, d, w); err != nil {
		l.Close()
		return err
	}
	d.log = newCheckpointer(d, l)
	return nil
}

// private makes a new file that nobody but the program's account can read.
func private(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// sqliteDSN sets what every connection must keep: full durability, foreign
// keys, and nothing readable left of deleted rows.
func sqliteDSN(path string, cacheKiB int, patience time.Duration, more string) string {
	pragmas := []string{
		"journal_mode(WAL)", "synchronous(FULL)", fmt.Sprintf("busy_timeout(%d)", patience.Milliseconds()), "foreign_keys(1)",
		"secure_delete(1)", "trusted_schema(0)", "temp_store(2)", "wal_autocheckpoint(0)",
		"journal_size_limit(67108864)", "mmap_size(1073741824)", fmt.Sprintf("cache_size(-%d)", cacheKiB),
	}
	var q []string
	for _, p := range pragmas {
		q = append(q, "_pragma="+p)
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + strings.Join(append(q, more), "&")
}

func sqliteCode(err error) int {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code()
	}
	return 0
}

// ioFailed tells whether err says that the disk did not keep what was written.
func ioFailed(err error) bool { return sqliteCode(err)&0xff == sqlite3.SQLITE_IOERR }

func diskFull(err error) error {
	if sqliteCode(err)&0xff == sqlite3.SQLITE_FULL || postgresCode(err) == "53100" {
		return errs.Wrap(errs.Full, err, "存储空间已满，这次没有保存。请联系系统管理员清理空间后重试；紧急情况请直接拨打110。")
	}
	return nil
}

// IsUnique tells whether err says that a row with the same key exists.
func IsUnique(err error) bool {
	code := sqliteCode(err)
	return code == sqlite3.SQLITE_CONSTRAINT_UNIQUE || code == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY ||
		postgresCode(err) == "23505"
}
