package arch

import (
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var sqlText = regexp.MustCompile(`\b(SELECT\s|INSERT\s+INTO\s|DELETE\s+FROM\s|UPDATE\s+\w+\s+SET\s|CREATE\s+(TABLE|INDEX|VIEW)\s|ON\s+CONFLICT\s*\()|\sWHERE\s`)

// SQL finds SQL outside store.go (or store_<part>.go) and package db.
func SQL(t *Tree) []Finding {
	var out []Finding
	for _, f := range t.sources() {
		base := path.Base(f.Path)
		if f.Dir == "internal/db" || base == "store.go" || strings.HasPrefix(base, "store_") {
			continue
		}
		ast.Inspect(f.AST, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			if text, err := strconv.Unquote(lit.Value); err == nil && sqlText.MatchString(text) {
				out = append(out, Finding{Path: f.Path, Line: t.line(lit), What: "SQL outside store.go", Do: "move the text into the store.go (or store_<part>.go) of the slice that owns the table"})
			}
			return true
		})
	}
	return out
}

// ban is a call that may stand in few places only.
type ban struct {
	calls []string
	where func(f File, fn string) bool
	do    string
}

var bans = []ban{
	{[]string{"time.Now", "time.Since", "time.Until"}, func(f File, _ string) bool { return f.Dir == "internal/clock" },
		"take the instant from tx.Now or a clock.Clock that is handed in; measure with clock.Mark and clock.Since"},
	{[]string{"fmt.Print", "fmt.Println", "fmt.Printf", "log.Print", "log.Println", "log.Printf", "log.Fatal", "log.Fatalf", "os.Exit"},
		func(f File, _ string) bool { return !strings.HasPrefix(f.Dir, "internal/") && !isEmbedded(f.Dir) },
		"return an error, or write to an io.Writer or *slog.Logger that is handed in; only commands print"},
	{[]string{"panic"}, func(f File, fn string) bool {
		return !strings.HasPrefix(f.Dir, "internal/") || strings.HasPrefix(strings.ToLower(fn), "must")
	}, "return an error; only commands and Must… functions for constants of the program may panic"},
}

func isEmbedded(dir string) bool { return slices.Contains(embedded, strings.Split(dir, "/")[0]) }

// Calls finds reading of the machine's time, printing and panics where they must not be.
func Calls(t *Tree) []Finding {
	var out []Finding
	for _, f := range t.sources() {
		for _, d := range f.AST.Decls {
			name := ""
			if fn, ok := d.(*ast.FuncDecl); ok {
				name = fn.Name.Name
			}
			ast.Inspect(d, func(n ast.Node) bool {
				used := usedName(n)
				for _, b := range bans {
					if used != "" && slices.Contains(b.calls, used) && !b.where(f, name) {
						out = append(out, Finding{Path: f.Path, Line: t.line(n), What: used + " here", Do: b.do})
					}
				}
				return true
			})
		}
	}
	return out
}

// usedName gives "pkg.Name" of a selector, or the name of a called builtin.
func usedName(n ast.Node) string {
	switch n := n.(type) {
	case *ast.SelectorExpr:
		if pkg, ok := n.X.(*ast.Ident); ok && pkg.Obj == nil {
			return pkg.Name + "." + n.Sel.Name
		}
	case *ast.CallExpr:
		if id, ok := n.Fun.(*ast.Ident); ok && id.Name == "panic" {
			return id.Name
		}
	}
	return ""
}

var inlined = regexp.MustCompile(`(?i)<script(?:\s+[^>]*)?>|<style[\s>]|\sstyle\s*=\s*["']|\son[a-z]{3,}\s*=\s*["']|["']\s*javascript:`)

// Templates finds script and style inside HTML, which the content security policy refuses.
func Templates(t *Tree) []Finding {
	var out []Finding
	for p, text := range t.Texts {
		if path.Ext(p) != ".html" || !strings.HasPrefix(p, "internal/") {
			continue
		}
		for _, at := range inlined.FindAllStringIndex(text, -1) {
			hit := text[at[0]:at[1]]
			if strings.HasPrefix(strings.ToLower(hit), "<script") && strings.Contains(hit, "src=") {
				continue
			}
			out = append(out, Finding{Path: p, Line: 1 + strings.Count(text[:at[0]], "\n"), What: "inline script or style: " + hit,
				Do: "put script into assets/src and style into the Sass; the policy forbids both inside pages"})
		}
	}
	return out
}

// traces are words that betray the machine on which somebody worked.
var traces = regexp.MustCompile(`(?:^|[\s"'=(:])(/[w]ork/|/[h]ome/[a-z]|/[U]sers/[A-Za-z]|/[r]oot/)|[A-Z]:\\[U]sers|\b192\.168\.\d+\.\d+|\b10\.\d{1,3}\.\d{1,3}\.\d{1,3}\b|[r]egistry\.npm|[g]oproxy|"[r]esolved":`)

// Traces finds paths and hosts of persons and machines.
func Traces(t *Tree) []Finding {
	var out []Finding
	for p, text := range t.Texts {
		for _, at := range traces.FindAllStringIndex(text, -1) {
			out = append(out, Finding{Path: p, Line: 1 + strings.Count(text[:at[0]], "\n"), What: fmt.Sprintf("%q belongs to a machine, not to the project", text[at[0]:at[1]]),
				Do: "use a relative path, an environment variable or an example address (example.cn, 127.0.0.1)"})
		}
	}
	return out
}
