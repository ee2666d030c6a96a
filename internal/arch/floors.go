package arch

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// floors is the plan of the house; a package imports only lower floors.
var floors = [][]string{
	0: {"ref", "errs", "clock", "civil", "idcard", "pinyin", "script", "tally"},
	1: {"config", "db", "access"},
	2: {"audit", "rule"},
	3: {"vault", "auth", "job", "ui", "sheet", "letter", "file"},
	4: {"region", "org", "workday", "library", "duty", "child"},
	5: {"plan", "suggestion", "system", "screening", "assessment", "intake", "casework", "guardianship", "justice", "aid", "visit", "hazard", "meeting", "bulletin"},
	6: {"supervision", "appraisal", "stats", "exchange"},
	7: {"flow"},
	8: {"field", "demo"},
	9: {"server", "demo"},
}

const (
	leafFloor = 0
	pageFloor = 8
	topFloor  = 10
)

// neighbours are the imports within one floor that the plan allows.
var neighbours = map[string][]string{
	"auth":  {"vault"},
	"file":  {"vault"},
	"org":   {"region"},
	"duty":  {"region", "org", "workday"},
	"child": {"region", "org", "duty"}, // its requests are decided through duties
	"plan":  {"duty"},                  // its screens show duties as the screens of duties do

	"casework": {"duty"}, // the same
	// their screens show children and duties as the screens of those do
	"assessment":   {"child", "duty"},
	"guardianship": {"child", "duty"},
	"justice":      {"child", "duty"},
}

// leafOnly are packages that must stay usable alone: they and their parts import leaves and their own parts.
var leafOnly = []string{"internal/plan/compile"}

func leafOnlyPart(dir string) bool {
	return slices.ContainsFunc(leafOnly, func(p string) bool { return dir == p || strings.HasPrefix(dir, p+"/") })
}

// embedded are folders at the root that hold data for the program; they
// import nothing of the house and anybody may import them.
var embedded = []string{"migrations", "rules", "assets"}

// place is where a package stands: its floor and the slice to which it belongs.
type place struct {
	floor int
	slice string
	page  bool
}

func placeOf(dir string) (place, bool) {
	parts := strings.Split(dir, "/")
	switch {
	case slices.Contains(embedded, parts[0]):
		return place{floor: -1, slice: parts[0]}, true
	case parts[0] != "internal" || len(parts) < 2:
		return place{floor: topFloor, slice: dir}, true
	case isPage(dir):
		return place{floor: pageFloor, slice: parts[1], page: true}, true
	}
	for n, names := range floors {
		if slices.Contains(names, parts[1]) {
			return place{floor: n, slice: parts[1]}, true
		}
	}
	return place{}, false
}

func isPage(dir string) bool {
	return strings.HasSuffix(dir, "page") && strings.Count(dir, "/") == 2
}

// Direction finds imports that do not go down, and packages without a floor.
func Direction(t *Tree) []Finding {
	var out []Finding
	for _, dir := range t.dirs() {
		if testsOnly(dir) {
			continue
		}
		if _, known := placeOf(dir); !known {
			out = append(out, Finding{Path: dir, What: "package stands on no floor",
				Do: "put its name on a floor in internal/arch/floors.go and into docs/glossary.md, or name a package of screens <slice>/…page"})
			continue
		}
		for _, to := range t.Packages[dir].Imports {
			if why := forbidden(dir, to); why != "" {
				out = append(out, Finding{Path: dir, What: "imports " + to + ": " + why,
					Do: "hand in a function value or a ref from above, move the shared type down, or compose both in internal/flow"})
			}
		}
	}
	return out
}

// testsOnly tells whether only tests may import a package: the kit, this
// package, and helpers named <slice>/<slice>test.
func testsOnly(dir string) bool {
	return dir == "internal/arch" || dir == "internal/testkit" || path.Base(dir) == path.Base(path.Dir(dir))+"test"
}

func forbidden(from, to string) string {
	a, _ := placeOf(from)
	b, known := placeOf(to)
	switch {
	case testsOnly(to):
		return "only tests may"
	case !known:
		return "that package stands on no floor"
	case leafOnlyPart(from) && b.floor > leafFloor && !strings.HasPrefix(to, from+"/"):
		return "this package may import leaves only"
	case a.slice == b.slice && !b.page && strings.HasPrefix(to, from+"/"):
		return "" // a slice uses its own parts
	case a.slice == b.slice && !a.page && !b.page && strings.HasPrefix(from, to+"/"):
		return "" // a part may stand on its slice, where that does not use it: Go forbids the circle
	case a.slice == b.slice && a.page && b.page:
		return "" // the screens of one slice lead to each other
	case b.floor < a.floor, a.floor == leafFloor && b.floor == leafFloor:
		return ""
	case slices.Contains(neighbours[a.slice], b.slice) && from != to:
		return ""
	case a.floor == topFloor && b.floor == topFloor:
		return ""
	}
	return fmt.Sprintf("floor %d may import lower floors only, that is floor %d", a.floor, b.floor)
}

// maxDepth is the longest chain of imports inside internal.
const maxDepth = 10

// Depth finds chains of imports that are too long.
func Depth(t *Tree) []Finding {
	known := map[string][]string{}
	var chain func(dir string, busy []string) []string
	chain = func(dir string, busy []string) []string {
		if c, ok := known[dir]; ok {
			return c
		}
		if slices.Contains(busy, dir) || t.Packages[dir] == nil {
			return []string{dir}
		}
		var best []string
		for _, to := range t.Packages[dir].Imports {
			if !strings.HasPrefix(to, "internal/") {
				continue
			}
			if c := chain(to, append(slices.Clone(busy), dir)); len(c) > len(best) {
				best = c
			}
		}
		known[dir] = append([]string{dir}, best...)
		return known[dir]
	}
	for _, dir := range t.dirs() {
		if c := chain(dir, nil); strings.HasPrefix(dir, "internal/") && len(c)-1 > maxDepth {
			return []Finding{{Path: dir, What: "chain of imports is longer than 10: " + strings.Join(c, " → "),
				Do: "cut the chain where a package needs only a ref or a function value"}}
		}
	}
	return nil
}
