package compile_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"

	"weibao/internal/plan/compile"
	"weibao/internal/plan/compile/owner"
)

// gold is what a person says a plan orders.
type gold struct {
	Plan  string              `json:"plan"`
	Tasks []goldTask          `json:"tasks"`
	Goals []goldTask          `json:"goals"`
	Units map[string][]string `json:"units"`
}

type goldTask struct {
	ID        string   `json:"id"`
	Start     int      `json:"start"`
	End       int      `json:"end"`
	Lead      []string `json:"lead"`
	Support   []string `json:"support"`
	LeadOK    []string `json:"lead_ok"`
	Basis     string   `json:"unit_basis"`
	Ambiguous bool     `json:"units_ambiguous"`
	Time      []struct {
		Text string `json:"text"`
		Norm string `json:"norm"`
	} `json:"time"`
	Targets []struct {
		Text string `json:"text"`
	} `json:"targets"`
	Documents []string `json:"documents"`
	Soft      []string `json:"documents_soft"`
}

// tally counts hits, spurious and missed items.
type tally struct{ tp, fp, fn int }

func (t *tally) add(tp, fp, fn int) { t.tp += tp; t.fp += fp; t.fn += fn }

func (t tally) f1() float64 {
	if d := 2*t.tp + t.fp + t.fn; d > 0 {
		return 2 * float64(t.tp) / float64(d)
	}
	return 1
}

func (t tally) String() string { return fmt.Sprintf("%.3f (%d/%d/%d)", t.f1(), t.tp, t.fp, t.fn) }

// score holds the measures, named as they are reported.
type score map[string]*tally

var measures = []string{"tasks", "lead", "lead written", "support", "support written", "time", "targets", "documents"}

func newScore() score {
	s := score{}
	for _, m := range measures {
		s[m] = &tally{}
	}
	return s
}

// plan scores one compiled plan: tasks are matched one to one by half of the shorter span, the best overlap first.
func (s score) plan(g gold, p *compile.Plan) (complaints []string) {
	pairs := match(g.Tasks, p.Tasks)
	used := map[int]bool{}
	for j := range g.Tasks {
		i, ok := pairs[j]
		if !ok {
			s["tasks"].add(0, 0, 1)
			complaints = append(complaints, "missed task "+g.Tasks[j].ID)
			s.facts(g, g.Tasks[j], &compile.Task{})
			continue
		}
		used[i] = true
		s["tasks"].add(1, 0, 0)
		complaints = append(complaints, s.facts(g, g.Tasks[j], &p.Tasks[i])...)
	}
	for i := range p.Tasks {
		if !used[i] && !within(g.Goals, p.Tasks[i]) {
			s["tasks"].add(0, 1, 0)
			complaints = append(complaints, "spurious task "+p.Tasks[i].Quote)
		}
	}
	return complaints
}

func within(goals []goldTask, t compile.Task) bool {
	return slices.ContainsFunc(goals, func(g goldTask) bool { return min(g.End, t.End)-max(g.Start, t.Start) > t.Len()/2 })
}

func match(gs []goldTask, ts []compile.Task) map[int]int {
	type pair struct {
		iou  float64
		i, j int
	}
	var all []pair
	for j, g := range gs {
		for i, t := range ts {
			o := min(g.End, t.End) - max(g.Start, t.Start)
			if o > 0 && 2*o >= min(g.End-g.Start, t.Len()) {
				all = append(all, pair{float64(o) / float64(max(g.End, t.End)-min(g.Start, t.Start)), i, j})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b pair) int {
		switch {
		case a.iou > b.iou:
			return -1
		case a.iou < b.iou:
			return 1
		}
		return 0
	})
	out, taken := map[int]int{}, map[int]bool{}
	for _, p := range all {
		if _, done := out[p.j]; !done && !taken[p.i] {
			out[p.j], taken[p.i] = p.i, true
		}
	}
	return out
}

// facts scores units, times, targets and documents of a matched task.
func (s score) facts(g gold, want goldTask, got *compile.Task) (complaints []string) {
	count := func(measures []string, want, got map[string]bool, neutral map[string]bool) {
		for _, m := range measures {
			for k := range want {
				if got[k] {
					s[m].add(1, 0, 0)
				} else {
					s[m].add(0, 0, 1)
					complaints = append(complaints, fmt.Sprintf("%s: %s missed %s", want0(want), m, k))
				}
			}
			for k := range got {
				if !want[k] && !neutral[k] {
					s[m].add(0, 1, 0)
					complaints = append(complaints, fmt.Sprintf("%s: %s spurious %s", want0(want), m, k))
				}
			}
		}
	}
	if !want.Ambiguous {
		alias := aliases(g)
		lead, support := alias.set(want.Lead), alias.set(want.Support)
		gotLead, gotSupport := alias.units(got.Lead), alias.units(got.Support)
		neutral := alias.set(want.Lead)
		for k := range alias.set(want.LeadOK) {
			if gotLead[k] {
				delete(support, k)
				delete(gotLead, k)
			}
		}
		kinds := func(m string) []string {
			if want.Basis == "line" || want.Basis == "inherited" {
				return []string{m, m + " written"}
			}
			return []string{m}
		}
		count(kinds("lead"), lead, gotLead, nil)
		count(kinds("support"), support, gotSupport, neutral)
	}
	norms, gotNorms := map[string]bool{}, map[string]bool{}
	for _, t := range want.Time {
		norms[canonical(t.Norm)] = true
	}
	for _, t := range got.Times {
		gotNorms[canonical(t.Norm)] = true
	}
	count([]string{"time"}, norms, gotNorms, nil)
	s.targets(want, got, &complaints)
	docs, gotDocs, soft := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, d := range want.Documents {
		docs[fold(d)] = true
	}
	for _, d := range got.Documents {
		gotDocs[fold(d.Title)] = true
	}
	for _, d := range want.Soft {
		soft["《"+fold(d)+"》"] = true
	}
	count([]string{"documents"}, docs, gotDocs, soft)
	for i := range complaints {
		complaints[i] = want.ID + " " + complaints[i]
	}
	return complaints
}

func want0(map[string]bool) string { return "" }

// targets pair up if one text holds the other, or half of it, and their figures do not disagree.
func (s score) targets(want goldTask, got *compile.Task, complaints *[]string) {
	taken := map[int]bool{}
	for _, w := range want.Targets {
		hit := false
		for i, t := range got.Targets {
			if !hit && !taken[i] && common(fold(w.Text), fold(t.Text))*2 >= min(len(fold(w.Text)), len(fold(t.Text))) && sameFigures(w.Text, t.Text) {
				taken[i], hit = true, true
			}
		}
		if hit {
			s["targets"].add(1, 0, 0)
		} else {
			s["targets"].add(0, 0, 1)
			*complaints = append(*complaints, ": targets missed "+w.Text)
		}
	}
	for i, t := range got.Targets {
		if !taken[i] {
			s["targets"].add(0, 1, 0)
			*complaints = append(*complaints, ": targets spurious "+t.Text)
		}
	}
}

var figures = regexp.MustCompile(`\d+(?:\.\d+)?`)

func sameFigures(a, b string) bool {
	x, y := figures.FindAllString(fold(a), -1), figures.FindAllString(fold(b), -1)
	in := func(p, q []string) bool {
		return !slices.ContainsFunc(p, func(v string) bool { return !slices.Contains(q, v) })
	}
	return (len(x) > 0) == (len(y) > 0) && (in(x, y) || in(y, x))
}

// common is the length of the longest stretch that both have.
func common(a, b string) int {
	best := 0
	for i := range a {
		for j := range b {
			k := 0
			for i+k < len(a) && j+k < len(b) && a[i+k] == b[j+k] {
				k++
			}
			best = max(best, k)
		}
	}
	return best
}

// fold brings spellings together as NFKC without white space does.
func fold(s string) string {
	return strings.Join(strings.Fields(strings.NewReplacer("—", "-", "–", "-").Replace(norm.NFKC.String(width.Fold.String(s)))), "")
}

// alias maps every spelling of a unit to its name.
type alias map[string]string

func aliases(g gold) alias {
	a := alias{}
	for name, spellings := range g.Units {
		a[fold(name)] = fold(name)
		for _, s := range spellings {
			a[fold(s)] = fold(name)
		}
	}
	for spelling, name := range a {
		cut := owner.Normalize(spelling)
		if _, known := a[cut]; !known {
			a[cut] = name
		}
	}
	return a
}

func (a alias) of(name string) string {
	f := fold(name)
	if n, ok := a[f]; ok {
		return n
	}
	if n, ok := a[owner.Normalize(f)]; ok {
		return n
	}
	return f
}

func (a alias) set(names []string) map[string]bool {
	m := map[string]bool{}
	for _, n := range names {
		m[a.of(n)] = true
	}
	return m
}

func (a alias) units(units []compile.Unit) map[string]bool {
	m := map[string]bool{}
	for _, u := range units {
		m[a.of(u.Name)] = true
	}
	return m
}

// canonical orders the parts of a norm; a missing min is one.
func canonical(n string) string {
	n = fold(n)
	if strings.HasPrefix(n, "months=") {
		return n
	}
	parts := strings.Split(n, ",")
	if strings.Contains(n, "every=") && !strings.Contains(n, "min=") && !strings.Contains(n, "at=") && !strings.Contains(n, "within=") {
		parts = append(parts, "min=1")
	}
	slices.Sort(parts)
	return strings.Join(parts, ",")
}

// scoreDir compiles every plan of a folder and scores it against the gold beside it.
func scoreDir(t *testing.T, dir string) (score, int) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "gold", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no gold in %s", dir)
	}
	s := newScore()
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var g gold
		if err := json.Unmarshal(raw, &g); err != nil {
			t.Fatal(err)
		}
		own := newScore()
		for _, c := range own.plan(g, compileFile(t, filepath.Join(dir, "text", g.Plan+".txt"))) {
			t.Log(c)
		}
		for _, m := range measures {
			s[m].add(own[m].tp, own[m].fp, own[m].fn)
		}
	}
	return s, len(files)
}

func compileFile(t testing.TB, file string) *compile.Plan {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	p, err := compile.Compile(filepath.Base(file), raw)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return p
}
