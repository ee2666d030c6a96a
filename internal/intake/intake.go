// Package intake is the one door for reports on children in trouble 「一门受理」:
// from the first second to the answer to whoever reported.
//
// It owns every table intake_…. It promises: a receipt is given only after the
// durable commit, also to a request that was sent again; a report opens the
// office's duty with its clock in the same transaction; what was told is
// sealed under a key of the report's own and shows only to whoever leaves a
// trace; who told it stands in a table of its own, opened by a reasoned
// request and a second person; merged reports keep each reporter's clock and
// answer. It never stores from where or with what somebody wrote, never says
// that the police know before they have signed, and never delays a call to 110.
package intake

import (
	"context"
	"fmt"
	"strings"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/file"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/rule/response"
	"weibao/internal/vault"
)

// Desk holds what operations on reports need. Its fields are set once when
// the program is wired; it holds no state of its own.
type Desk struct {
	Vault  *vault.Vault
	Kernel *duty.Kernel
	Book   func() *rule.Book
	Files  *file.Store
	// Dispatch sends a decided report to the units that were named, in the
	// transaction of the decision; nil sends nothing.
	Dispatch func(ctx context.Context, tx *db.Tx, by access.Actor, d Decision) error
	// Police tells when the police signed for what was sent to them because of
	// a report; 0, and a nil Police, is: they have not.
	Police func(ctx context.Context, tx *db.Tx, id ref.Report) (clock.Instant, error)
	// Pending names the units that have not finished what was sent to them
	// because of a report; a nil Pending names none.
	Pending func(ctx context.Context, tx *db.Tx, id ref.Report) ([]string, error)
}

// State says how far a report has come.
type State string

// The states.
const (
	Received State = "received" // 待受理
	Accepted State = "accepted" // 已受理，待研判
	Decided  State = "decided"  // 办理中
	Closed   State = "closed"   // 已办结
	Rejected State = "rejected" // 不予受理，或者退回来源
	Merged   State = "merged"   // 并入另一件报告
)

// Label gives the official Chinese term.
func (s State) Label() string {
	return map[State]string{Received: "待受理", Accepted: "待研判", Decided: "办理中", Closed: "已办结", Rejected: "不予受理", Merged: "已合并"}[s]
}

// Open tells whether the office still has to act.
func (s State) Open() bool { return s == Received || s == Accepted || s == Decided }

// The kinds of duties of this slice.
const (
	AcceptKind   = "intake.accept"
	DecideKind   = "intake.decide"
	AnswerKind   = "intake.answer"
	MessageKind  = "intake.message"
	IdentityKind = "intake.identity"
)

// Report is one 报告、线索, without what was told.
type Report struct {
	ID           ref.Report
	Number       string
	Channel      string
	Situation    string
	Codes        string
	Danger       int64
	Urgency      response.Urgency
	State        State
	Region       string
	Town         string
	County       string
	Unit         ref.Unit
	Raised       int64
	About        string // level of the officials it concerns; "" = about none
	Mandatory    int64
	Named        int64
	ByUser       ref.User
	ByUnit       ref.Unit
	Received     clock.Instant
	Accepted     clock.Instant
	AcceptedName string
	Acted        clock.Instant
	Decided      clock.Instant
	Answered     clock.Instant
	Closed       clock.Instant
	ClosedName   string
	Lead         ref.Unit
	Merged       ref.Report
	Child        ref.Child
	Waiting      int64
	Duty         ref.Duty
	Reply        ref.Duty
	Serial       int64
	Sealed       []byte
}

// ChildChannel is the channel of what children tell by themselves.
const ChildChannel = "child"

// ByChild tells whether a child told it by itself, and is spoken to in plain words.
func (r Report) ByChild() bool { return r.Channel == ChildChannel }

// say gives the words for who told the report.
func (r Report) say(adult, child string) string {
	if r.ByChild() {
		return child
	}
	return adult
}

// CodeList gives the situations of mandatory reporting.
func (r Report) CodeList() []string {
	if r.Codes == "" {
		return nil
	}
	return strings.Split(r.Codes, ",")
}

// Seat is the division in whose scope what is opened on a report lies: where it
// happened, or, where it is about officials, the county above their village or
// township, so that nothing on it stands in lists of theirs; of what was
// raised, the prefecture.
func (r Report) Seat() string {
	digits := 0
	switch p := access.Prefix(r.Region); {
	case r.Raised == Above && len(p) > prefecture:
		digits = prefecture
	case r.About != "" && len(p) > county:
		digits = county
	default:
		return r.Region
	}
	return r.Region[:digits] + strings.Repeat("0", len(r.Region)-digits)
}

// Digits of codes of divisions.
const (
	prefecture = 4
	county     = 6
	town       = 9
)

// Subject is what files of the report belong to.
func (r Report) Subject() file.Subject { return file.Of("intake_report", r.ID) }

// Telling is what was told.
type Telling struct {
	What      string  `json:"what,omitempty"` // words, where it was none of the choices
	Place     string  `json:"place,omitempty"`
	Region    string  `json:"region,omitempty"` // as it was given
	Narrative string  `json:"narrative"`
	Child     *Child  `json:"child,omitempty"`
	About     string  `json:"about,omitempty"`
	Called    *Called `json:"called,omitempty"`
}

// Child is what the reporter knows of the child.
type Child struct {
	Name    string `json:"name,omitempty"`
	Sex     string `json:"sex,omitempty"`
	Age     string `json:"age,omitempty"`
	School  string `json:"school,omitempty"`
	Phone   string `json:"phone,omitempty"`
	Address string `json:"address,omitempty"`
	Now     string `json:"now,omitempty"` // where the child is now
}

// Called says that the police were called, as the reporter tells it.
type Called struct {
	At      string `json:"at,omitempty"`
	Officer string `json:"officer,omitempty"`
	Number  string `json:"number,omitempty"` // of the police's own receipt
}

// Reporter is who told it.
type Reporter struct {
	Name     string `json:"name,omitempty"`
	Phone    string `json:"phone,omitempty"`
	Relation string `json:"relation,omitempty"`
	Unit     string `json:"unit,omitempty"` // of a mandatory reporter
	Post     string `json:"post,omitempty"`
	Hours    string `json:"hours,omitempty"` // when to call back
}

func group(id ref.Report) vault.Group { return vault.GroupOf("intake_report", id) }

func reporterGroup(id ref.Report) vault.Group { return vault.GroupOf("intake_reporter", id) }

func field(table, column string, row int64) vault.Field {
	return vault.Field{Table: table, Column: column, Row: row}
}

// situation gives a situation by id.
func (k *Desk) situation(id string, tx clock.Instant) (response.Situation, bool) {
	return k.Book().Situation(id, civil.DateOf(tx.Time()))
}

// Call says in words what a report is about, without anything private.
func (k *Desk) Call(r Report) string {
	if s, ok := k.situation(r.Situation, r.Received); ok {
		return s.Label
	}
	return "未分类的报告"
}

// numberOf is how the office calls a report: its day and ten digits of its id.
func numberOf(id ref.Report, now clock.Instant) string {
	const tail = 10_000_000_000
	n := int64(id) % tail
	return fmt.Sprintf("%s-%05d-%05d", strings.ReplaceAll(civil.DateOf(now.Time()).String(), "-", ""), n/100_000, n%100_000)
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
