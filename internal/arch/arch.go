// Package arch reads the source of the whole house and holds it to its plan:
// who may import whom, how large files, functions and packages may grow, where
// SQL, the clock and printing may stand, and what must be documented.
//
// It owns no table and is imported by nothing. Every check is a pure function
// of a Tree, so that each is tried on a small broken house as well as on this
// one: a check that cannot fail proves nothing. A finding says what to do.
package arch

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Tree is the source of a house.
type Tree struct {
	Files    []File            // Go files, by path
	Texts    map[string]string // all other text files, and the Go files too
	Packages map[string]*Package
	Set      *token.FileSet
}

// File is one Go file.
type File struct {
	Path string
	Dir  string
	Test bool
	AST  *ast.File
	Size int // lines
}

// Package is one folder of Go files.
type Package struct {
	Dir     string
	Files   []File
	Imports []string // folders of this module which its non-test files import
	Size    int      // lines without tests
}

// Finding is one place that breaks the plan.
type Finding struct {
	Path string
	Line int
	What string
	Do   string
}

// String gives the finding as a line for people.
func (f Finding) String() string {
	at := f.Path
	if f.Line > 0 {
		at += ":" + strconv.Itoa(f.Line)
	}
	return fmt.Sprintf("%s: %s\n\tdo: %s", at, f.What, f.Do)
}

const module = "weibao/"

var skipped = []string{".git", "node_modules", "bin", "data", "assets/dist", "e2e/out", "shots"}

// Load reads the tree under a root.
func Load(root fs.FS) (*Tree, error) {
	t := &Tree{Texts: map[string]string{}, Packages: map[string]*Package{}, Set: token.NewFileSet()}
	err := fs.WalkDir(root, ".", func(p string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if e.IsDir() {
			if slices.Contains(skipped, p) || path.Base(p) == "node_modules" {
				return fs.SkipDir
			}
			return nil
		}
		if p == ".git" { // a file in a worktree
			return nil
		}
		return t.read(root, p, e)
	})
	return t, err
}

// maxText bounds what counts as a text worth reading.
const maxText = 4 << 20

func (t *Tree) read(root fs.FS, p string, e fs.DirEntry) error {
	info, err := e.Info()
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxText {
		return err
	}
	body, err := fs.ReadFile(root, p)
	if err != nil {
		return err
	}
	text := string(body)
	if strings.ContainsRune(text[:min(len(text), 4096)], 0) {
		return nil
	}
	t.Texts[p] = text
	if path.Ext(p) != ".go" {
		return nil
	}
	tree, err := parser.ParseFile(t.Set, p, body, parser.ParseComments)
	if err != nil {
		return err
	}
	f := File{Path: p, Dir: path.Dir(p), Test: strings.HasSuffix(p, "_test.go"), AST: tree, Size: strings.Count(text, "\n")}
	t.Files = append(t.Files, f)
	t.pack(f)
	return nil
}

func (t *Tree) pack(f File) {
	p := t.Packages[f.Dir]
	if p == nil {
		p = &Package{Dir: f.Dir}
		t.Packages[f.Dir] = p
	}
	p.Files = append(p.Files, f)
	if f.Test {
		return
	}
	p.Size += f.Size
	for _, dir := range f.imports() {
		if !slices.Contains(p.Imports, dir) {
			p.Imports = append(p.Imports, dir)
		}
	}
}

// imports gives the folders of this module which a file imports.
func (f File) imports() []string {
	var out []string
	for _, spec := range f.AST.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err == nil && strings.HasPrefix(p, module) {
			out = append(out, strings.TrimPrefix(p, module))
		}
	}
	return out
}

// sources gives the files that become part of the program.
func (t *Tree) sources() []File {
	var out []File
	for _, f := range t.Files {
		if !f.Test && !testsOnly(f.Dir) {
			out = append(out, f)
		}
	}
	return out
}

func (t *Tree) line(n ast.Node) int { return t.Set.Position(n.Pos()).Line }

// dirs gives the folders of packages in order.
func (t *Tree) dirs() []string {
	out := make([]string, 0, len(t.Packages))
	for dir := range t.Packages {
		out = append(out, dir)
	}
	slices.Sort(out)
	return out
}
