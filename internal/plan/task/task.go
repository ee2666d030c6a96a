// Package task is a 任务 of a plan as it stands: what it says, what a person must still decide about it, and which
// duties it asks of which units.
//
// It owns no table and touches no database. It promises that a task with an open question asks nothing of anybody,
// that a group of units is asked as its members and no unit twice, that support units answer to the first lead, and
// that a document whose date is not written is never given one. It never opens a duty: package plan does.
package task

import (
	"slices"

	"weibao/internal/ref"
)

// State is where a task stands.
type State string

// The states of a task; what is done and what is late, its duties tell.
const (
	Draft     State = "draft"
	Issued    State = "issued"
	Withdrawn State = "withdrawn"
)

// Kind is what a fact of a task says.
type Kind string

// The kinds of facts.
const (
	Lead     Kind = "lead"
	Support  Kind = "support"
	Time     Kind = "time"
	Vague    Kind = "vague" // a word of time without a date: 及时, 定期
	Target   Kind = "target"
	Document Kind = "document"
)

var kindLabels = map[Kind]string{Lead: "牵头", Support: "配合", Time: "时限", Vague: "时间用语", Target: "指标", Document: "文件"}

// Label gives the Chinese term.
func (k Kind) Label() string { return kindLabels[k] }

// Person is the rule of a fact which no rule of the compiler found.
const Person = "person"

// Fact is an owner, a time, a target or a document of a task. Start and End
// count code points of the plan's text; both are 0 where a person added it.
type Fact struct {
	ID    int64    `json:"id"`
	Kind  Kind     `json:"kind"`
	Text  string   `json:"text"`
	Norm  string   `json:"norm,omitempty"`
	Unit  ref.Unit `json:"unit,omitempty"`
	Slot  int64    `json:"slot,omitempty"`
	Start int      `json:"start,omitempty" db:"span_start"`
	End   int      `json:"end,omitempty" db:"span_end"`
	Rule  string   `json:"rule,omitempty"`
}

// Task is a 任务 with all that it says.
type Task struct {
	ID       ref.Task `json:"id"`
	Plan     ref.Plan `json:"plan"`
	Seq      int64    `json:"seq"`
	Path     []string `json:"path"`
	Start    int      `json:"start"`
	End      int      `json:"end"`
	Quote    string   `json:"quote"`
	Title    string   `json:"title"`
	State    State    `json:"state"`
	Standing bool     `json:"standing,omitempty"`
	Review   string   `json:"review,omitempty"`
	Checked  bool     `json:"checked,omitempty"`
	Rules    []string `json:"rules,omitempty"`
	Version  int64    `json:"-"`
	Facts    []Fact   `json:"facts"`
}

// Of gives the facts of a kind, in the order of the text.
func (t Task) Of(k Kind) []Fact {
	var out []Fact
	for _, f := range t.Facts {
		if f.Kind == k {
			out = append(out, f)
		}
	}
	return out
}

// Owners gives leads and then support units.
func (t Task) Owners() []Fact { return slices.Concat(t.Of(Lead), t.Of(Support)) }

// Clause is the path of headings in one line.
func (t Task) Clause() string { return Line(t.Path) }

// Line joins a path of headings in one line.
func Line(path []string) string {
	s := ""
	for i, p := range path {
		if i > 0 {
			s += " › "
		}
		s += p
	}
	return s
}

// Fact gives a fact by id.
func (t Task) Fact(id int64) (Fact, bool) {
	i := slices.IndexFunc(t.Facts, func(f Fact) bool { return f.ID == id })
	if i < 0 {
		return Fact{}, false
	}
	return t.Facts[i], true
}

// Clone gives a copy whose facts can be changed.
func (t Task) Clone() Task {
	t.Path, t.Rules, t.Facts = slices.Clone(t.Path), slices.Clone(t.Rules), slices.Clone(t.Facts)
	return t
}
