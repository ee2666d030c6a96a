package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"weibao/internal/config"
	"weibao/internal/errs"
)

func TestCheckRefusesWhatCannotWork(t *testing.T) {
	for name, bad := range map[string]interface{ Check() error }{
		"empty folder":            &config.Config{Data: " "},
		"foreign database":        &config.Config{Data: "d", Database: "mysql://h/x"},
		"no host":                 &config.Config{Data: "d", Database: "postgres:///x"},
		"a file as the address":   &config.Config{Data: "d", Database: "./weibao.db"},
		"listen without a port":   &config.Serve{Listen: "127.0.0.1"},
		"listen beyond the ports": &config.Serve{Listen: "127.0.0.1:70000"},
		"listen with a path":      &config.Serve{Listen: "http://127.0.0.1:80"},
		"proxy that is a name":    &config.Serve{Listen: ":80", Proxies: []string{"proxy"}},
	} {
		if err := bad.Check(); !errs.Is(err, errs.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, good := range map[string]interface{ Check() error }{
		"embedded": &config.Config{Data: "d"},
		"postgres": &config.Config{Data: "d", Database: "postgres://u:p@h:5432/x"},
		"socket":   &config.Config{Data: "d", Database: "postgres://u@/x?host=/run/pg"},
		"serve":    &config.Serve{Listen: "0.0.0.0:8080", Proxies: []string{"127.0.0.1", "172.16.0.0/12", "::1"}},
	} {
		if err := good.Check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCheckDoesNotRepeatThePassword(t *testing.T) {
	c := &config.Config{Data: "d", Database: "mysql://u:geheim@h/x"}
	if err := c.Check(); err == nil || strings.Contains(err.Error(), "geheim") {
		t.Errorf("got %v", err)
	}
}

func TestPrepareMakesThePrivateFolderAndRefusesAnUnwritableOne(t *testing.T) {
	c := &config.Config{Data: filepath.Join(t.TempDir(), "new", "data")}
	if err := c.Prepare(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(c.Data); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	blocked := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(blocked, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	bad := &config.Config{Data: filepath.Join(blocked, "data")}
	if err := bad.Prepare(); !errs.Is(err, errs.Full) {
		t.Errorf("got %v", err)
	}
}

func TestOnlyOneProcessHoldsAnEmbeddedDatabase(t *testing.T) {
	c := &config.Config{Data: t.TempDir()}
	release, err := c.Lock()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Lock(); !errs.Is(err, errs.Conflict) {
		t.Errorf("a second lock: %v", err)
	}
	shared := &config.Config{Data: c.Data, Database: "postgres://h/x"}
	if _, err := shared.Lock(); err != nil {
		t.Errorf("PostgreSQL needs no lock: %v", err)
	}
	release()
	again, err := c.Lock()
	if err != nil {
		t.Fatalf("after release: %v", err)
	}
	again()
}
