// Package plan carries out work plans 「工作方案」: a text becomes a draft of
// tasks which a person reviews, the draft is issued as duties of units, units
// reply, the office checks.
//
// It owns plan, plan_text, plan_task, plan_fact, plan_edit, plan_edit_task,
// plan_link, plan_reply, plan_measure and plan_evidence. It promises that nothing is guessed:
// an unresolved unit or an unclear time stays a question until a person
// decides; that every edit of a draft can be taken back exactly; and that an
// issued task has exactly the duties which its units and times say. Where a
// duty stands is asked of duty; nothing of it is kept twice.
package plan

import (
	"context"
	"slices"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/file"
	"weibao/internal/ref"
	"weibao/internal/rule"
)

// State is where a plan stands.
type State string

// The states of a plan.
const (
	Draft  State = "draft"
	Issued State = "issued"
	Closed State = "closed"
)

var stateLabels = map[State]string{Draft: "待审核", Issued: "执行中", Closed: "已结束"}

// Label gives the Chinese term.
func (s State) Label() string { return stateLabels[s] }

// Plan is a 工作方案.
type Plan struct {
	ID        ref.Plan
	Title     string
	Issuer    string
	Unit      ref.Unit
	Region    string
	Town      string
	County    string
	Year      int
	Dated     civil.Date
	State     State
	File      string
	Digest    string
	Previous  ref.Plan
	Quiet     bool // support units confirm standing tasks once instead of each round
	Version   int64
	Head      int64
	Created   clock.Instant
	CreatedBy ref.User
	Issued    clock.Instant
	IssuedBy  ref.User
	Closed    clock.Instant
}

// TaskState is where a task stands.
type TaskState string

// The states of a task; what is done and what is late, its duties tell.
const (
	TaskDraft     TaskState = "draft"
	TaskIssued    TaskState = "issued"
	TaskWithdrawn TaskState = "withdrawn"
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
	ID       ref.Task  `json:"id"`
	Plan     ref.Plan  `json:"plan"`
	Seq      int64     `json:"seq"`
	Path     []string  `json:"path"`
	Start    int       `json:"start"`
	End      int       `json:"end"`
	Quote    string    `json:"quote"`
	Title    string    `json:"title"`
	State    TaskState `json:"state"`
	Standing bool      `json:"standing,omitempty"`
	Review   string    `json:"review,omitempty"`
	Checked  bool      `json:"checked,omitempty"`
	Rules    []string  `json:"rules,omitempty"`
	Version  int64     `json:"-"`
	Facts    []Fact    `json:"facts"`
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
func (t Task) Clause() string { return clause(t.Path) }

func clause(path []string) string {
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

func (t Task) clone() Task {
	t.Path, t.Rules, t.Facts = slices.Clone(t.Path), slices.Clone(t.Rules), slices.Clone(t.Facts)
	return t
}

// Desk is the plan desk with what it stands on. Its fields are set once when
// the program is wired.
type Desk struct {
	Duties *duty.Kernel
	// Files keeps the evidence of duties.
	Files *file.Store
	// Rules gives the rules of the county in which a region lies.
	Rules func(region string) *rule.Book
	// Units gives the units which a plan of a region can name.
	Units func(ctx context.Context, tx *db.Tx, by access.Actor, region string) (*Register, error)
}
