package testkit

import (
	"os"
	"path/filepath"
	"testing"
)

// Shared gives a path in the shared material beside the project (or in
// WEIBAO_SHARED), and tells whether it is there.
func Shared(t testing.TB, parts ...string) (string, bool) {
	t.Helper()
	base := os.Getenv("WEIBAO_SHARED")
	if base == "" {
		base = filepath.Join(Root(t), "..", "shared")
	}
	path := filepath.Join(append([]string{base}, parts...)...)
	_, err := os.Stat(path)
	return path, err == nil
}

// Root gives the project's root folder.
func Root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("no go.mod above the test")
		}
		dir = parent
	}
}
