// Package assessment judges the risk of a child by the county's scale, and
// lets the level make the work 「风险评估」.
//
// It owns assessment, assessment_care and assessment_record. It promises: a
// level rises at once by one person; it falls only through a new assessment
// and a second person of the tier that the county names; who differs from the
// scale says why, and who differs downwards needs that second person, too. A
// level and the categories of a child open the duties of the county's matrix
// and end those that no longer follow from it; each kind of care has one open
// duty, and the next begins when its fact closes it, so that missed visits
// never pile up. It never scores an emergency: that is the highest level, and
// the page says whom to call first. It never counts a person's visits.
package assessment

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/ref"
	"weibao/internal/rule"
)

// Desk holds what operations on assessments need; it holds no state of its own.
type Desk struct {
	Cabinet *child.Cabinet
	Kernel  *duty.Kernel
	Book    func() *rule.Book
	// Unit gives who does a care for a child that lives in a region: who is
	// the word of rule.Care, key the unit where the word is "unit".
	Unit func(ctx context.Context, tx *db.Tx, region, who, key string) (ref.Unit, error)
	// Assessed is told of each child that was assessed, in that transaction;
	// nil tells nobody.
	Assessed func(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child, a ref.Assessment) error
	// Calendar gives the working days.
	Calendar func(ctx context.Context, tx *db.Tx) (*civil.Calendar, error)
	// Held is told of each assessment that comes to hold, in that transaction: a
	// case of the child takes it over. nil tells nobody.
	Held func(ctx context.Context, tx *db.Tx, by access.Actor, a Assessment) error
}

// State says how far an assessment has come.
type State string

// The states.
const (
	Proposed State = "proposed" // waits for a second person
	Held     State = "held"     // its level holds, or held until the next
	Refused  State = "refused"
	Replaced State = "replaced" // another came before it was decided
)

// Label gives the word for a state.
func (s State) Label() string {
	return map[State]string{Proposed: "待审定", Held: "已生效", Refused: "未同意", Replaced: "已被新的评估取代"}[s]
}

// Assessment is one judgement of a child's risk.
type Assessment struct {
	ID          ref.Assessment
	Child       ref.Child
	Region      string
	Town        string
	County      string
	Unit        ref.Unit
	Scale       string
	Version     civil.Date
	Age         int
	At          clock.Instant
	ByUser      ref.User
	ByName      string
	ByUnit      ref.Unit
	Total       int
	Emergency   int64
	Scored      int
	Level       int
	Before      int
	State       State
	Confirmed   clock.Instant
	Sealed      []byte
	Duty        ref.Duty
	Decided     clock.Instant
	DecidedBy   ref.User
	DecidedName string
	Decision    []byte
}

// Paper is what is private in an assessment.
type Paper struct {
	Answers map[string]string `json:"answers"`
	Words   string            `json:"words,omitempty"`  // what the assessor adds
	Reason  string            `json:"reason,omitempty"` // why the level differs from the scale's
}

// DecideKind, ConfirmKind and CareKind begin the kinds of duties of this slice.
const (
	DecideKind  = "assessment.decide"
	ConfirmKind = "assessment.confirm"
	carePrefix  = "assessment."

	basis = "本县等级和类别的关爱安排" // the rules on what a level makes, as a duty cites them
)

// Open tells whether somebody must still decide on it or confirm it.
func (a Assessment) Open() bool {
	return a.State == Proposed || a.State == Held && a.Duty != 0 && a.Decided == 0
}

// Recalculated tells whether nobody looked at the child anew: rules changed,
// and the answers that were there were judged by the new ones.
func (a Assessment) Recalculated() bool { return a.Decided != 0 && a.DecidedBy == a.ByUser }

// Displaced tells whether another assessment came before anybody confirmed
// or decided on this one.
func (a Assessment) Displaced() bool {
	return a.Decided != 0 && a.DecidedBy == access.Program.User && !a.Recalculated()
}

// Lowers tells whether the level holds only after a second person agreed: it
// falls, or lies under the scale's.
func (a Assessment) Lowers() bool {
	return !a.Recalculated() && (a.Before > 0 && a.Level < a.Before || a.Level < a.Scored)
}
