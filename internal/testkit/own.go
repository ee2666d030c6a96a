package testkit

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
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
	if err := asPostgres(dir, filepath.Join(bin, "initdb"), "-D", c.data(), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"); err != nil {
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
	base := "postgres://postgres@/postgres?host=" + c.dir
	name := fmt.Sprint("weibao", c.copies.Add(1))
	if err := administer(base, "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	dsn := withDatabase(base, name)
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
