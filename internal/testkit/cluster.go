package testkit

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"sort"
	"strconv"
	"sync"
	"syscall"
)

// cluster gives the address of a PostgreSQL cluster for tests. The first test
// process starts one on a socket under the temporary folder, without fsync;
// it stays for the next ones (make stop-postgres ends it).
var cluster = sync.OnceValues(func() (string, error) {
	if dsn := os.Getenv("WEIBAO_TEST_POSTGRES"); dsn != "" {
		return dsn, nil
	}
	bin, err := postgresBin()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(os.TempDir(), "weibao-postgres-"+strconv.Itoa(os.Getuid()))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	unlock, err := lockFile(dir + ".lock")
	if err != nil {
		return "", err
	}
	defer unlock()
	if err := start(bin, dir); err != nil {
		return "", err
	}
	return "postgres://postgres@/postgres?host=" + dir + "&port=5499", nil
})

// PostgresBin gives the folder of the newest installed PostgreSQL's programs.
func PostgresBin() (string, error) { return postgresBin() }

func postgresBin() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil || len(found) == 0 {
		if path, err := exec.LookPath("initdb"); err == nil {
			return filepath.Dir(path), nil
		}
		return "", errors.New("no initdb found")
	}
	sort.Strings(found)
	return found[len(found)-1], nil
}

func start(bin, dir string) error {
	data := filepath.Join(dir, "data")
	if exec.Command(filepath.Join(bin, "pg_isready"), "-q", "-h", dir, "-p", "5499").Run() == nil {
		return nil
	}
	if _, err := os.Stat(filepath.Join(data, "PG_VERSION")); err != nil {
		if err := asPostgres(dir, filepath.Join(bin, "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--lc-collate=C", "--no-sync"); err != nil {
			return err
		}
	}
	options := "-c listen_addresses='' -c port=5499 -c unix_socket_directories=" + dir +
		" -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=400 -c shared_buffers=256MB"
	return asPostgres(dir, filepath.Join(bin, "pg_ctl"), "-D", data, "-w", "-t", "60", "-l", filepath.Join(dir, "log"), "-o", options, "start")
}

// asPostgres runs a program as the postgres user where the test runs as root,
// since PostgreSQL refuses root.
func asPostgres(dir, name string, args ...string) error {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	if os.Getuid() == 0 {
		credential, err := postgresUser()
		if err != nil {
			return err
		}
		if err := os.Chown(dir, int(credential.Uid), int(credential.Gid)); err != nil {
			return err
		}
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: credential, Setsid: true}
	}
	log, err := os.CreateTemp("", "weibao-pg-")
	if err != nil {
		return err
	}
	defer os.Remove(log.Name())
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Run(); err != nil {
		said, _ := os.ReadFile(log.Name())
		return fmt.Errorf("%s: %w: %s", filepath.Base(name), err, said)
	}
	return nil
}

func postgresUser() (*syscall.Credential, error) {
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, err
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

func lockFile(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o666)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		f.Close()
		return nil, err
	}
	return func() { f.Close() }, nil
}
