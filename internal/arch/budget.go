package arch

import (
	"fmt"
	"go/ast"
	"slices"
	"strings"
)

// The budgets, in lines. A tree that is still small is not held to the share.
const (
	maxFile     = 600
	maxFunc     = 100
	p95Func     = 60
	maxPackage  = 4000
	maxShare    = 0.08
	shareFrom   = 48000
	minDocument = 0.95
)

// Files finds files over the budget.
func Files(t *Tree) []Finding {
	var out []Finding
	for _, f := range t.Files {
		if f.Size > maxFile {
			out = append(out, Finding{Path: f.Path, What: fmt.Sprintf("%d lines, at most %d", f.Size, maxFile),
				Do: "split it by operation or screen; data belongs into an embedded file"})
		}
	}
	return out
}

// Functions finds functions over the budget, and a tree whose long functions are too many.
func Functions(t *Tree) []Finding {
	var out []Finding
	var sizes []int
	for _, f := range t.Files {
		for _, d := range f.AST.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			size := t.Set.Position(fn.End()).Line - t.line(fn) + 1
			if !f.Test {
				sizes = append(sizes, size)
			}
			if size > maxFunc {
				out = append(out, Finding{Path: f.Path, Line: t.line(fn), What: fmt.Sprintf("%s has %d lines, at most %d", fn.Name.Name, size, maxFunc),
					Do: "give its steps names of their own"})
			}
		}
	}
	slices.Sort(sizes)
	if n := len(sizes); n > 0 && sizes[n*95/100] > p95Func {
		out = append(out, Finding{Path: ".", What: fmt.Sprintf("one function in twenty has %d lines or more, at most %d", sizes[n*95/100], p95Func),
			Do: "shorten the longest functions"})
	}
	return out
}

// Sizes finds packages over the budget.
func Sizes(t *Tree) []Finding {
	total := 0
	for _, dir := range t.dirs() {
		if !testsOnly(dir) {
			total += t.Packages[dir].Size
		}
	}
	var out []Finding
	for _, dir := range t.dirs() {
		size := t.Packages[dir].Size
		switch {
		case size > maxPackage:
			out = append(out, Finding{Path: dir, What: fmt.Sprintf("%d lines, at most %d", size, maxPackage), Do: "cut it into two slices, or move a part into a package below it"})
		case total > shareFrom && float64(size) > maxShare*float64(total):
			out = append(out, Finding{Path: dir, What: fmt.Sprintf("%d lines are more than 8%% of the tree (%d)", size, total), Do: "cut it into two slices, or move a part into a package below it"})
		}
	}
	return out
}

// Documents finds exported names without a comment where they are more than one in twenty.
func Documents(t *Tree) []Finding {
	var bare []Finding
	total := 0
	note := func(f File, n ast.Node, name string, documented bool) {
		total++
		if !documented {
			bare = append(bare, Finding{Path: f.Path, Line: t.line(n), What: name + " has no comment",
				Do: "say what it promises, who may call it, which errors come back, which clause is its source"})
		}
	}
	for _, f := range t.sources() {
		for _, d := range f.AST.Decls {
			documentsOf(f, d, note)
		}
	}
	if float64(total-len(bare)) >= minDocument*float64(total) {
		return nil
	}
	return bare
}

func documentsOf(f File, d ast.Decl, note func(File, ast.Node, string, bool)) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() && (d.Recv == nil || exportedReceiver(d)) {
			note(f, d, d.Name.Name, d.Doc != nil)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.TypeSpec:
				if s.Name.IsExported() {
					note(f, s, s.Name.Name, d.Doc != nil || s.Doc != nil)
				}
			case *ast.ValueSpec:
				for _, name := range s.Names {
					if name.IsExported() {
						note(f, s, name.Name, d.Doc != nil || s.Doc != nil || s.Comment != nil)
					}
				}
			}
		}
	}
}

func exportedReceiver(d *ast.FuncDecl) bool {
	kind := d.Recv.List[0].Type
	for {
		switch k := kind.(type) {
		case *ast.StarExpr:
			kind = k.X
		case *ast.IndexExpr:
			kind = k.X
		case *ast.IndexListExpr:
			kind = k.X
		case *ast.Ident:
			return k.IsExported()
		default:
			return false
		}
	}
}

// Comments finds packages without their one comment of 5 to 12 lines.
func Comments(t *Tree) []Finding {
	var out []Finding
	for _, dir := range t.dirs() {
		if !strings.HasPrefix(dir, "internal/") {
			continue
		}
		count, size, sources := 0, 0, 0
		for _, f := range t.Packages[dir].Files {
			if f.Test {
				continue
			}
			sources++
			if f.AST.Doc != nil {
				count++
				size = t.Set.Position(f.AST.Doc.End()).Line - t.line(f.AST.Doc) + 1
			}
		}
		if sources > 0 && (count != 1 || size < 5 || size > 12) {
			out = append(out, Finding{Path: dir, What: fmt.Sprintf("%d package comments, the last of %d lines", count, size),
				Do: "write one comment of 5 to 12 lines in one file: what it owns (tables), what it promises, what it never does"})
		}
	}
	return out
}
