package arch

import (
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"strconv"
	"strings"
)

const glossaryFile = "docs/glossary.md"

var separators = regexp.MustCompile(`\s*[·/,;]\s*`)

// words reads the code words of the glossary: the second column of its tables.
func words(t *Tree) map[string]bool {
	known := map[string]bool{}
	for line := range strings.SplitSeq(t.Texts[glossaryFile], "\n") {
		cells := strings.Split(line, "|")
		if len(cells) < 4 {
			continue
		}
		for _, word := range separators.Split(strings.TrimSpace(cells[2]), -1) {
			known[strings.Trim(word, "` ")] = true
		}
	}
	return known
}

// Glossary finds packages whose name the glossary does not know.
func Glossary(t *Tree) []Finding {
	known := words(t)
	var out []Finding
	for _, dir := range t.dirs() {
		name := strings.TrimSuffix(path.Base(dir), "test")
		if isPage(dir) {
			name = strings.TrimSuffix(name, "page")
		}
		if strings.HasPrefix(dir, "internal/") && !known[name] {
			out = append(out, Finding{Path: dir, What: "the glossary has no word " + name,
				Do: "add a row to docs/glossary.md (or to its table of technical words), or use the word that stands there"})
		}
	}
	return out
}

// Permissions finds permissions in code that the table in package access does not hold.
func Permissions(t *Tree) []Finding {
	table := permissionTable(t)
	if len(table) == 0 {
		return nil
	}
	table["public"], table["signed_in"] = true, true
	var out []Finding
	for _, f := range t.sources() {
		ast.Inspect(f.AST, func(n ast.Node) bool {
			for _, lit := range permissionsIn(n) {
				if word, err := strconv.Unquote(lit.Value); err == nil && !table[word] {
					out = append(out, Finding{Path: f.Path, Line: t.line(lit), What: "unknown permission " + word,
						Do: "add a described row to access.Table, or use the word that stands there"})
				}
			}
			return true
		})
	}
	return out
}

// permissionsIn gives the literals of a route's Permission field and of Require.
func permissionsIn(n ast.Node) []*ast.BasicLit {
	switch n := n.(type) {
	case *ast.KeyValueExpr:
		if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Permission" {
			return literals(n.Value)
		}
	case *ast.CallExpr:
		if sel, ok := n.Fun.(*ast.SelectorExpr); ok && sel.Sel.Name == "Require" && len(n.Args) == 1 {
			return literals(n.Args[0])
		}
	}
	return nil
}

func literals(e ast.Expr) []*ast.BasicLit {
	if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
		return []*ast.BasicLit{lit}
	}
	return nil
}

// permissionTable reads the words of access.Table from its source.
func permissionTable(t *Tree) map[string]bool {
	table := map[string]bool{}
	for _, f := range t.Files {
		if f.Dir != "internal/access" || f.Test {
			continue
		}
		ast.Inspect(f.AST, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || spec.Names[0].Name != "Table" || len(spec.Values) != 1 {
				return true
			}
			rows, ok := spec.Values[0].(*ast.CompositeLit)
			if !ok {
				return true
			}
			for _, row := range rows.Elts {
				if cells, ok := row.(*ast.CompositeLit); ok && len(cells.Elts) > 0 {
					for _, lit := range literals(cells.Elts[0]) {
						word, _ := strconv.Unquote(lit.Value)
						table[word] = true
					}
				}
			}
			return false
		})
	}
	return table
}
