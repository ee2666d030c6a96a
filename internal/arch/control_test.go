package arch_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"weibao/internal/arch"
)

const comment = "// Package %[1]s is of a small house.\n//\n// It owns nothing,\n// promises nothing,\n// and never does anything.\npackage %[1]s\n"

func house(files map[string]string) fstest.MapFS {
	out := fstest.MapFS{}
	for name, text := range files {
		out[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o644}
	}
	return out
}

func source(pkg, body string) string { return fmt.Sprintf(comment, pkg) + body }

const glossary = "| 中文 | code | meaning |\n|---|---|---|\n| 责任事项 | duty | |\n| 单位 | `org` · errs / db | |\n"

// Each check is shown a small house that breaks its rule once, and one that keeps it.
func TestChecksCanFail(t *testing.T) {
	long := "package db\n" + strings.Repeat("\n", 700)
	function := "func Long() {\n" + strings.Repeat("\t_ = 1\n", 120) + "}\n"
	table := source("access", "type Grant struct{ Permission string }\n\nvar Table = []Grant{{\"plan.issue\"}}\n")
	for name, c := range map[string]struct {
		check func(*arch.Tree) []arch.Finding
		bad   map[string]string
		good  map[string]string
	}{
		"upward import": {arch.Direction,
			map[string]string{"internal/db/a.go": source("db", "import _ \"weibao/internal/duty\"\n"), "internal/duty/a.go": source("duty", "")},
			map[string]string{"internal/duty/a.go": source("duty", "import _ \"weibao/internal/org\"\n"), "internal/org/a.go": source("org", "")}},
		"sideward import": {arch.Direction,
			map[string]string{"internal/org/a.go": source("org", "import _ \"weibao/internal/duty\"\n")},
			map[string]string{"internal/plan/planpage/a.go": source("planpage", "import _ \"weibao/internal/plan\"\n")}},
		"compiler above leaves": {arch.Direction,
			map[string]string{"internal/plan/compile/a.go": source("compile", "import _ \"weibao/internal/db\"\n")},
			map[string]string{"internal/plan/compile/a.go": source("compile", "import _ \"weibao/internal/civil\"\n"), "internal/plan/a.go": source("plan", "import _ \"weibao/internal/plan/compile\"\n")}},
		"package without a floor": {arch.Direction,
			map[string]string{"internal/util/a.go": source("util", "")}, map[string]string{"internal/errs/a.go": source("errs", "")}},
		"test helper in the program": {arch.Direction,
			map[string]string{"internal/plan/a.go": source("plan", "import _ \"weibao/internal/testkit\"\n")},
			map[string]string{"internal/plan/a_test.go": source("plan_test", "import _ \"weibao/internal/testkit\"\n")}},
		"long chain": {arch.Depth, chain(12), chain(9)},
		"long file":  {arch.Files, map[string]string{"internal/db/a.go": long}, map[string]string{"internal/db/a.go": "package db\n"}},
		"long function": {arch.Functions,
			map[string]string{"internal/db/a.go": source("db", function)}, map[string]string{"internal/db/a.go": source("db", "func Short() {}\n")}},
		"large package": {arch.Sizes, parts(8), parts(5)},
		"bare export": {arch.Documents,
			map[string]string{"internal/db/a.go": source("db", "func Bare() {}\n")}, map[string]string{"internal/db/a.go": source("db", "// Told does nothing.\nfunc Told() {}\n")}},
		"no package comment": {arch.Comments,
			map[string]string{"internal/db/a.go": "package db\n"}, map[string]string{"internal/db/a.go": source("db", "")}},
		"SQL in a page": {arch.SQL,
			map[string]string{"internal/org/list.go": source("org", "const q = `SELECT a FROM b`\n")}, map[string]string{"internal/org/store.go": source("org", "const q = `SELECT a FROM b`\n")}},
		"machine's time": {arch.Calls,
			map[string]string{"internal/org/a.go": source("org", "import \"time\"\n\nvar t = time.Now\n")}, map[string]string{"internal/clock/a.go": source("clock", "import \"time\"\n\nvar t = time.Now\n")}},
		"panic": {arch.Calls,
			map[string]string{"internal/org/a.go": source("org", "func f() { panic(1) }\n")}, map[string]string{"internal/org/a.go": source("org", "func mustF() { panic(1) }\n")}},
		"printing": {arch.Calls,
			map[string]string{"internal/org/a.go": source("org", "import \"fmt\"\n\nfunc f() { fmt.Println() }\n")}, map[string]string{"cmd/weibao/main.go": "package main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println() }\n"}},
		"inline handler": {arch.Templates,
			map[string]string{"internal/ui/a.html": "<a onclick=\"x()\">"}, map[string]string{"internal/ui/a.html": "<script src=\"/a.js\"></script>"}},
		"inline style": {arch.Templates,
			map[string]string{"internal/ui/a.html": "<p style=\"color:red\">"}, map[string]string{"internal/ui/a.html": "<p class=\"style\">"}},
		"somebody's folder": {arch.Traces,
			map[string]string{"README.md": "see /ho" + "me/li/x"}, map[string]string{"README.md": "see docs/x and 127.0.0.1"}},
		"unknown word": {arch.Glossary,
			map[string]string{"internal/obligation/a.go": source("obligation", ""), "docs/glossary.md": glossary},
			map[string]string{"internal/duty/dutypage/a.go": source("dutypage", ""), "internal/db/a.go": source("db", ""), "docs/glossary.md": glossary}},
		"unknown permission": {arch.Permissions,
			map[string]string{"internal/access/a.go": table, "internal/plan/planpage/routes.go": source("planpage", "var r = R{Permission: \"plan.isue\"}\n")},
			map[string]string{"internal/access/a.go": table, "internal/plan/planpage/routes.go": source("planpage", "var r = R{Permission: \"plan.issue\"}\n")}},
		"migration's name": {arch.Migrations,
			map[string]string{"migrations/1_duty.sql": "-- +goose Up\n"}, map[string]string{"migrations/202601010000_duty_first.sql": "-- +goose Up\n-- One duty.\nCREATE TABLE duty (id BIGINT PRIMARY KEY);\n"}},
		"migration's way back": {arch.Migrations,
			map[string]string{"migrations/202601010000_duty_first.sql": "-- +goose Up\n-- +goose Down\n"}, map[string]string{"migrations/202601010000_duty_first.sql": "-- +goose Up\n"}},
		"foreign table": {arch.Migrations,
			map[string]string{"migrations/202601010000_duty_first.sql": "-- +goose Up\n-- A thing.\nCREATE TABLE plan_x (id BIGINT);\n"}, map[string]string{"migrations/202601010000_duty_first.sql": "-- +goose Up\n-- A thing.\nCREATE TABLE duty_x (id BIGINT);\n"}},
		"table without a comment": {arch.Migrations,
			map[string]string{"migrations/202601010000_duty_first.sql": "-- +goose Up\nCREATE TABLE duty_x (id BIGINT);\n"}, map[string]string{}},
		"two steps of one minute": {arch.Migrations,
			map[string]string{"migrations/202601010000_duty_a.sql": "-- +goose Up\n", "migrations/202601010000_plan_b.sql": "-- +goose Up\n"},
			map[string]string{"migrations/sqlite/202601010000_duty_a.sql": "-- +goose Up\n", "migrations/postgres/202601010000_duty_a.sql": "-- +goose Up\n"}},
		"place of a person": {arch.Pledge,
			map[string]string{"assets/src/a.ts": "navigator.geolocation.getCurrentPosition(send)"}, map[string]string{"assets/src/a.ts": "navigator.onLine"}},
		"camera": {arch.Pledge,
			map[string]string{"internal/ui/a.html": `<input type="file" capture="environment">`}, map[string]string{"internal/ui/a.html": `<input type="file" accept="image/*">`}},
		"words of formalism": {arch.Pledge,
			map[string]string{"internal/org/orgpage/a.go": source("orgpage", "const title = \"在线时长\"\n")}, map[string]string{"internal/org/orgpage/a.go": source("orgpage", "const title = \"签收\"\n")}},
		"people in order": {arch.Pledge,
			map[string]string{"internal/duty/store.go": source("duty", "const q = `SELECT d.person, count(*) FROM duty d GROUP BY d.person ORDER BY count(*) DESC`\n")},
			map[string]string{"internal/duty/store.go": source("duty", "const q = `SELECT d.unit, count(*) AS n FROM duty d GROUP BY d.unit ORDER BY n DESC`\n")}},
		"time online": {arch.Pledge,
			map[string]string{"migrations/202601010000_auth_first.sql": "-- +goose Up\n-- A person.\nCREATE TABLE auth_user (\n    id BIGINT PRIMARY KEY,\n    online_minutes BIGINT NOT NULL\n);\n"},
			map[string]string{"migrations/202601010000_auth_first.sql": "-- +goose Up\n-- A session.\nCREATE TABLE auth_session (\n    holder BIGINT NOT NULL,\n    seen BIGINT NOT NULL\n);\n"}},
		"points of a person": {arch.Pledge,
			map[string]string{"migrations/202601010000_duty_first.sql": "-- +goose Up\n-- A person.\nCREATE TABLE duty_x (\n    person BIGINT NOT NULL,\n    points BIGINT NOT NULL\n);\n"},
			map[string]string{"migrations/202601010000_appraisal_first.sql": "-- +goose Up\n-- A unit's item.\nCREATE TABLE appraisal_item (\n    unit BIGINT NOT NULL,\n    points BIGINT NOT NULL\n);\n"}},
		"place added later": {arch.Pledge,
			map[string]string{"migrations/202601010000_visit_more.sql": "-- +goose Up\nALTER TABLE visit ADD COLUMN latitude REAL;\n"},
			map[string]string{"migrations/202601010000_visit_more.sql": "-- +goose Up\nALTER TABLE visit ADD COLUMN region TEXT;\n"}},
	} {
		t.Run(name, func(t *testing.T) {
			if len(findings(t, c.check, c.bad)) == 0 {
				t.Error("the broken house passes")
			}
			for _, f := range findings(t, c.check, c.good) {
				t.Errorf("the sound house does not pass: %v", f)
			}
		})
	}
}

func findings(t *testing.T, check func(*arch.Tree) []arch.Finding, files map[string]string) []arch.Finding {
	t.Helper()
	tree, err := arch.Load(house(files))
	if err != nil {
		t.Fatal(err)
	}
	return check(tree)
}

// chain gives packages each of which imports the next.
func chain(n int) map[string]string {
	files := map[string]string{}
	for i := range n {
		files[fmt.Sprintf("internal/p%d/a.go", i)] = source(fmt.Sprintf("p%d", i), fmt.Sprintf("import _ \"weibao/internal/p%d\"\n", i+1))
	}
	return files
}

// parts gives a package of n times 550 lines.
func parts(n int) map[string]string {
	files := map[string]string{}
	for i := range n {
		files[fmt.Sprintf("internal/db/a%d.go", i)] = "package db\n" + strings.Repeat("\n", 550)
	}
	return files
}
