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
