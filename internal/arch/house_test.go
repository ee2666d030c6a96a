package arch_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"weibao/internal/arch"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/testkit"
)

var checks = map[string]func(*arch.Tree) []arch.Finding{
	"imports go down":                     arch.Direction,
	"chains of imports are short":         arch.Depth,
	"files are short":                     arch.Files,
	"functions are short":                 arch.Functions,
	"packages are small":                  arch.Sizes,
	"exported names are documented":       arch.Documents,
	"packages say what they promise":      arch.Comments,
	"SQL stands in store.go":              arch.SQL,
	"time and printing stand where due":   arch.Calls,
	"pages hold no inline script":         arch.Templates,
	"nothing tells of a machine":          arch.Traces,
	"packages bear words of the glossary": arch.Glossary,
	"permissions stand in the table":      arch.Permissions,
	"migrations keep name and order":      arch.Migrations,
	"no red line is crossed":              arch.Pledge,
}

func TestHouse(t *testing.T) {
	tree, err := arch.Load(os.DirFS(testkit.Root(t)))
	if err != nil {
		t.Fatal(err)
	}
	if len(tree.Files) < 20 {
		t.Fatalf("only %d files read: the test looks at the wrong folder", len(tree.Files))
	}
	for name, check := range checks {
		t.Run(name, func(t *testing.T) {
			for _, f := range check(tree) {
				t.Error(f)
			}
		})
	}
}

func TestSchemaDumpIsCurrent(t *testing.T) {
	d := testkit.Open(t, db.SQLite, clock.At(testkit.Noon))
	want, err := arch.Schema(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(testkit.Root(t), "migrations", "schema.sql")
	if os.Getenv("WEIBAO_WRITE_SCHEMA") != "" {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got, err := os.ReadFile(file); err != nil || string(got) != want {
		t.Errorf("migrations/schema.sql is not the schema that the migrations make (%v)\n\tdo: run 'make schema' and commit the file", err)
	}
}

// The SQLite driver runs only with the very libc it was made with.
func TestLibcIsTheOneOfSQLite(t *testing.T) {
	list := func(format, name string) string {
		cmd := exec.Command("go", "list", "-m", "-f", format, name)
		cmd.Dir = testkit.Root(t)
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("go list -m %s: %v", name, err)
		}
		return strings.TrimSpace(string(out))
	}
	wants, err := os.ReadFile(list("{{.GoMod}}", "modernc.org/sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`modernc\.org/libc (v\S+)`).FindSubmatch(wants)
	if m == nil {
		t.Fatal("the go.mod of modernc.org/sqlite names no libc")
	}
	if got := list("{{.Version}}", "modernc.org/libc"); got != string(m[1]) {
		t.Errorf("modernc.org/libc is %s, the SQLite driver was made with %s\n\tdo: go get modernc.org/libc@%s", got, m[1], m[1])
	}
}
