package testkit

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// Cluster is a PostgreSQL cluster of one test, which keeps what it has
// committed: for measuring, and for killing.
type Cluster struct {
	bin, dir string
	options  []string
	postgres *exec.Cmd
	copies   atomic.Int64
}

// NewCluster makes and starts a durable cluster (fsync and synchronous_commit
// are on) that ends with the test. Options are settings like "shared_buffers=1GB".
func NewCluster(t testing.TB, options ...string) *Cluster {
	t.Helper()
	bin, err := postgresBin()
	if err != nil {
		t.Fatalf("PostgreSQL: %v", err)
	}
	dir, err := os.MkdirTemp("", "weibao-cluster-")
	if err != nil {
		t.Fatal(err)
	}
	c := &Cluster{bin: bin, dir: dir, options: options}
	t.Cleanup(func() {
		c.signal(syscall.SIGINT)
		os.RemoveAll(dir)
	})
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	if err := asPostgres(dir, filepath.Join(bin, "initdb"), "-D", c.data(), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--lc-collate=C", "--no-sync"); err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *Cluster) data() string { return filepath.Join(c.dir, "data") }

// Start starts the cluster, after Kill with recovery, and waits until it answers.
func (c *Cluster) Start() error {
	var err error
	for range 100 { // a killed postmaster's children hold its memory until they have noticed
		if err = c.start(); err == nil {
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	return err
}

func (c *Cluster) start() error {
	args := []string{"-D", c.data(), "-k", c.dir, "-c", "listen_addresses=", "-c", "max_connections=300"}
	for _, o := range c.options {
		args = append(args, "-c", o)
	}
	cmd := exec.Command(filepath.Join(c.bin, "postgres"), args...)
	cmd.Dir = c.dir
	if os.Getuid() == 0 {
		credential, err := postgresUser()
		if err != nil {
			return err
		}
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: credential}
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	for {
		if exec.Command(filepath.Join(c.bin, "pg_isready"), "-q", "-h", c.dir).Run() == nil {
			c.postgres = cmd
			return nil
		}
		select {
		case <-ended:
			return errors.New("PostgreSQL does not start")
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Kill ends the postmaster at once, as a crash would.
func (c *Cluster) Kill() { c.signal(syscall.SIGKILL) }

func (c *Cluster) signal(s syscall.Signal) {
	if c.postgres == nil {
		return
	}
	_ = c.postgres.Process.Signal(s)
	for c.postgres.Process.Signal(syscall.Signal(0)) == nil {
		time.Sleep(5 * time.Millisecond)
	}
	c.postgres = nil
}

// DSN gives the address of a fresh, migrated database in the cluster.
func (c *Cluster) DSN(t testing.TB) string {
	t.Helper()
	return c.database(t, "")
}

// DSNIn is DSN for a database whose tables lie in a folder, such as a disk of
// their own; the cluster's log of writes stays where it is.
func (c *Cluster) DSNIn(t testing.TB, dir string) string {
	t.Helper()
	space := filepath.Join(dir, "tables")
	if err := os.Mkdir(space, 0o700); err != nil {
		t.Fatal(err)
	}
	if os.Getuid() == 0 {
		credential, err := postgresUser()
		if err == nil {
			err = os.Chown(space, int(credential.Uid), int(credential.Gid))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	name := fmt.Sprint("space", c.copies.Add(1))
	if err := administer(c.base(), "CREATE TABLESPACE "+name+" LOCATION '"+space+"'"); err != nil {
		t.Fatal(err)
	}
	return c.database(t, " TABLESPACE "+name)
}

func (c *Cluster) database(t testing.TB, options string) string {
	t.Helper()
	name := fmt.Sprint("weibao", c.copies.Add(1))
	if err := administer(c.base(), "CREATE DATABASE "+name+options); err != nil {
		t.Fatal(err)
	}
	dsn := withDatabase(c.base(), name)
	if err := migrate(dsn); err != nil {
		t.Fatal(err)
	}
	return dsn
}

// Query asks one value of a database by its address, past the program.
func Query(dsn, query string) (string, error) {
	pool, err := sql.Open("pgx", dsn)
	if err != nil {
		return "", err
	}
	defer pool.Close()
	var out string
	return out, pool.QueryRow(query).Scan(&out)
}

// Standby makes and starts a copy of the cluster that follows it by streaming.
func (c *Cluster) Standby(t testing.TB) *Cluster {
	t.Helper()
	dir, err := os.MkdirTemp("", "weibao-standby-")
	if err != nil {
		t.Fatal(err)
	}
	s := &Cluster{bin: c.bin, dir: dir, options: c.options}
	t.Cleanup(func() {
		s.signal(syscall.SIGINT)
		os.RemoveAll(dir)
	})
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	if err := asPostgres(dir, filepath.Join(c.bin, "pg_basebackup"), "-h", c.dir, "-U", "postgres", "-D", s.data(), "-R", "-X", "stream", "-c", "fast", "--no-sync"); err != nil {
		t.Fatal(err)
	}
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	return s
}

// Set changes a setting of the running cluster.
func (c *Cluster) Set(t testing.TB, name, value string) {
	t.Helper()
	if err := administer(c.base(), "ALTER SYSTEM SET "+name+" = '"+value+"'", "SELECT pg_reload_conf()"); err != nil {
		t.Fatal(err)
	}
}

// Ask asks one value of the cluster.
func (c *Cluster) Ask(t testing.TB, query string) string {
	t.Helper()
	out, err := Query(c.base(), query)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Promote makes a standby take writes.
func (c *Cluster) Promote(t testing.TB) {
	t.Helper()
	if got := c.Ask(t, "SELECT pg_promote()::text"); got != "true" {
		t.Fatal("the standby was not promoted")
	}
}

// KillAll ends the postmaster and all its processes at once, as the loss of
// the machine would.
func (c *Cluster) KillAll() {
	if c.postgres == nil {
		return
	}
	pid := strconv.Itoa(c.postgres.Process.Pid)
	children, _ := os.ReadFile("/proc/" + pid + "/task/" + pid + "/children")
	c.Kill()
	for field := range strings.FieldsSeq(string(children)) {
		if n, err := strconv.Atoi(field); err == nil {
			_ = syscall.Kill(n, syscall.SIGKILL)
		}
	}
}

func (c *Cluster) base() string { return "postgres://postgres@/postgres?host=" + c.dir }

// Pair gives the address of a database of two clusters, of which the one is
// used that takes writes.
func (c *Cluster) Pair(other *Cluster, dsn string) string {
	return strings.Replace(dsn, c.dir, c.dir+","+other.dir, 1) + "&target_session_attrs=read-write&connect_timeout=2"
}

// Of gives the address of the same database in another cluster.
func (c *Cluster) Of(other *Cluster, dsn string) string {
	return strings.Replace(dsn, c.dir, other.dir, 1)
}
