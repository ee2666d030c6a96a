// Package casework works on one child's trouble from opening to closure and
// beyond 「个案」.
//
// It owns every table casework_… that its parts do not. It promises: a case is
// seen by its team alone, for everybody else it does not exist; its phase
// follows from what was done and is never set; the care plan is whole only when
// each dimension that is not clear has a goal; two who edit the plan never
// overwrite each other unseen; a case closes only after a new assessment and
// through a second person, and is followed up by rule. Words are sealed under a
// key of the case's own. There is no field for what a child suffered: nobody is
// asked to tell it here.
package casework

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/casework/referral"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/file"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/vault"
)

// Subject is what duties about a case name as theirs.
const Subject = "casework_case"

// The kinds of duties of this slice.
const (
	PlanKind     = "case.plan"
	ReviewKind   = "case.review"
	DecideKind   = "case.decide"
	ConferKind   = "case.confer"   // to come to a conference
	DecisionKind = "case.decision" // of a conference
	FollowKind   = "case.follow"
	WorryKind    = "case.worry" // something came up in a follow-up
)

// Desk holds what operations on cases need; it holds no state of its own.
type Desk struct {
	Cabinet   *child.Cabinet
	Kernel    *duty.Kernel
	Vault     *vault.Vault
	Files     *file.Store
	Book      func() *rule.Book
	Referrals *referral.Desk
	// Clock gives the time limit of an id as it holds now in a region.
	Clock func(ctx context.Context, tx *db.Tx, region, id string) (rule.Clock, error)
	// Units gives the names of units.
	Units func(ctx context.Context, tx *db.Tx, ids []ref.Unit) (map[ref.Unit]string, error)
	// Judged gives the last assessment of a child that holds.
	Judged func(ctx context.Context, tx *db.Tx, id ref.Child) (Judged, bool, error)
	// Unit gives who looks after a child of a region: village, township or office.
	Unit func(ctx context.Context, tx *db.Tx, region, who string) (ref.Unit, error)
	// Person tells the name, unit and role of somebody who may join a team.
	Person func(ctx context.Context, tx *db.Tx, by access.Actor, id ref.User) (Person, error)
	// Urgent counts the steps of emergencies of a case that are still to be done.
	Urgent func(ctx context.Context, tx *db.Tx, c Case) (int, error)
	// Turned is told of each case that was opened, closed or opened again, in
	// that transaction; nil tells nobody.
	Turned func(ctx context.Context, tx *db.Tx, by access.Actor, c Case, turn Turn) error
}

// Turn is what has just happened to a case as a whole.
type Turn string

// The turns of which the desk tells.
const (
	Begun Turn = "begun"
	Over  Turn = "over"
	Again Turn = "again"
)

func (k *Desk) turn(ctx context.Context, tx *db.Tx, by access.Actor, c Case, t Turn) error {
	if k.Turned == nil {
		return nil
	}
	return k.Turned(ctx, tx, by, c, t)
}

// Person is somebody who may join a team.
type Person struct {
	ID   ref.User
	Name string
	Unit ref.Unit
	Role access.Role
}

// Judged is an assessment as a case uses it.
type Judged struct {
	ID    ref.Assessment
	At    clock.Instant
	Level int
	Sides []Side
}

// Side is a dimension of the child's life as it was judged.
type Side struct {
	ID, Label string
	Clear     bool
}

// Case is one 个案.
type Case struct {
	ID         ref.Case
	Number     string
	Child      ref.Child
	Family     int64
	Origin     Origin
	OriginID   int64
	Unit       ref.Unit
	Region     string
	Town       string
	County     string
	Opened     clock.Instant
	ByUser     ref.User
	ByName     string
	Sealed     []byte
	Planned    clock.Instant
	PlannedBy  string
	Closed     clock.Instant
	Outcome    string
	Version    int64
	Saved      clock.Instant
	SavedBy    string
	Editor     ref.User
	EditorName string
	Editing    clock.Instant
}

// Origin is from what a case was opened.
type Origin string

// The origins.
const (
	FromReport     Origin = "report"
	FromVisit      Origin = "visit"
	FromAssessment Origin = "assessment"
	FromEmergency  Origin = "emergency"
	ByHand         Origin = "hand"
)

// Label gives the word for an origin.
func (o Origin) Label() string {
	return map[Origin]string{FromReport: "报告", FromVisit: "走访发现", FromAssessment: "风险评估", FromEmergency: "应急处置", ByHand: "直接开立"}[o]
}

// MemberID names a membership.
type MemberID int64

// Member is somebody of the team.
type Member struct {
	ID     MemberID
	Whole  ref.Case
	Holder ref.User
	Name   string
	Unit   ref.Unit
	Role   string
	Since  clock.Instant
	Until  clock.Instant
}

// The roles in a team.
const (
	Lead   = "lead"   // 负责人
	Mate   = "member" // 成员
	Glass  = "glass"  // 紧急查看
	Second = "second" // 审核人, who decides on closing
)

// RoleLabel gives the word for a role.
func RoleLabel(role string) string {
	return map[string]string{Lead: "负责人", Mate: "成员", Glass: "紧急查看", Second: "审核人"}[role]
}

// Phase is how far a case has come.
type Phase string

// The phases, in order.
const (
	Taking     Phase = "taking"     // 接案
	Assessing  Phase = "assessing"  // 评估
	Planning   Phase = "planning"   // 计划
	Acting     Phase = "acting"     // 介入
	Reviewing  Phase = "reviewing"  // 复评
	Closing    Phase = "closing"    // 结案
	Following  Phase = "following"  // 回访
	ClosedDown Phase = "closeddown" // 已结案
)

// Phases lists them.
var Phases = []Phase{Taking, Assessing, Planning, Acting, Reviewing, Closing, Following, ClosedDown}

// Label gives the official term.
func (p Phase) Label() string {
	return map[Phase]string{Taking: "接案", Assessing: "评估", Planning: "计划", Acting: "介入", Reviewing: "复评", Closing: "结案", Following: "回访", ClosedDown: "已结案"}[p]
}

// Facts are those from which the phase of a case follows.
type Facts struct {
	Team     int           // how many work on it
	Assessed clock.Instant // last assessment since it was opened, or the one on which it rests; 0 = none
	Level    int           // of that assessment
	Planned  clock.Instant
	Acted    clock.Instant // last thing that was done for the child: a service, a referral
	Proposed bool          // closing waits for the second person
	Closed   clock.Instant
	Follow   int // follow-ups to come
}

// Reassessed tells whether an assessment came after what was done.
func (f Facts) Reassessed() bool { return f.Acted != 0 && f.Assessed > f.Acted }

// Phase derives the phase.
func (f Facts) Phase() Phase {
	switch {
	case f.Closed != 0 && f.Follow > 0:
		return Following
	case f.Closed != 0:
		return ClosedDown
	case f.Proposed:
		return Closing
	case f.Planned != 0 && f.Reassessed():
		return Reviewing
	case f.Planned != 0:
		return Acting
	case f.Assessed != 0:
		return Planning
	case f.Team > 1:
		return Assessing
	}
	return Taking
}

func group(id ref.Case) vault.Group { return vault.GroupOf(Subject, id) }

func field(table, column string, row int64) vault.Field {
	return vault.Field{Table: table, Column: column, Row: row}
}

// FilesOf is what the files of a case belong to.
func FilesOf(id ref.Case) file.Subject { return file.Of(Subject, id) }

func today(tx *db.Tx) civil.Date { return civil.DateOf(tx.Now.Time()) }
