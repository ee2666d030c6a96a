// Package referral sends work on a report, a case or a child to units
// 「转介、交办」 and follows it to its end.
//
// It owns casework_referral, casework_reply and casework_serial. It promises:
// work goes to units, never to persons; the data that go along are chosen for
// the one referral, copied into it and sealed under a key of its own, and the
// unit reads these and nothing else of the child, the report or the case; the
// clock runs from dispatch, signed or not; the lead answers for the units that
// support it; a unit returns it once, with reason and ground, and the ruling is
// final. Where a referral stands is asked of its duties and never stored. It
// decides no right to the subject: who dispatches has checked that.
package referral

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/file"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/vault"
)

// The kinds of duties which a referral opens, and the subjects they are about.
const (
	LeadKind    = "referral.lead"
	SupportKind = "referral.support"
	CheckKind   = "referral.check"

	Subject      = "casework_referral"
	ReplySubject = "casework_reply"
)

// What a referral can be about.
const (
	OnChild  = "child"
	OnCase   = "case"
	OnReport = "report"
)

// About names the thing on which work is asked.
type About struct {
	Kind string
	ID   int64
}

// Desk holds what operations on referrals need; it holds no state of its own.
type Desk struct {
	Kernel *duty.Kernel
	Vault  *vault.Vault
	Files  *file.Store
	Book   func() *rule.Book
	// Clock gives the time limit of an id as it holds now in a region.
	Clock func(ctx context.Context, tx *db.Tx, region, id string) (rule.Clock, error)
	// Units gives the names of units.
	Units func(ctx context.Context, tx *db.Tx, ids []ref.Unit) (map[ref.Unit]string, error)
	// Insider tells whether an actor belongs to those who work on a secret
	// subject, such as the team of a case.
	Insider func(ctx context.Context, tx *db.Tx, by access.Actor, about About) (bool, error)
	// Moved is told of each referral that was sent, returned, taken back or
	// answered, in that transaction; nil tells nobody.
	Moved func(ctx context.Context, tx *db.Tx, by access.Actor, r Referral, move Move) error
}

// Move is what has just happened to a referral.
type Move string

// The moves of which the desk tells.
const (
	Sent      Move = "sent"
	Returned  Move = "returned"
	Withdrawn Move = "withdrawn"
	Settled   Move = "settled" // the lead's reply was accepted
)

// Referral is one piece of work that was sent to units.
type Referral struct {
	ID        ref.Referral
	Number    string
	Subject   string
	SubjectID int64
	Child     ref.Child
	Topic     string
	Unit      ref.Unit // who sent it
	Region    string
	Town      string
	County    string
	Clock     string
	Secret    int64
	At        clock.Instant
	ByUser    ref.User
	ByName    string
	Duty      ref.Duty // of the lead
	Sealed    []byte
}

// About gives the subject.
func (r Referral) About() About { return About{r.Subject, r.SubjectID} }

// Item is one fact that goes along with a referral.
type Item struct {
	Key     string `json:"key"`
	Label   string `json:"label"`
	Value   string `json:"value"`
	Support bool   `json:"support,omitempty"` // units that support the lead read it, too
}

// Paper is what a referral says.
type Paper struct {
	Topic string `json:"topic"` // the words of the topic when it was sent
	Ask   string `json:"ask"`   // what the unit is asked to do
	Items []Item `json:"items,omitempty"`
	More  []More `json:"more,omitempty"`
}

// More is what the sender added afterwards.
type More struct {
	At    clock.Instant `json:"at"`
	By    string        `json:"by"`
	Words string        `json:"words"`
}

// forSupport leaves what units that support the lead may read.
func (p Paper) forSupport() Paper {
	out := Paper{Topic: p.Topic, Ask: p.Ask, More: p.More}
	for _, i := range p.Items {
		if i.Support {
			out.Items = append(out.Items, i)
		}
	}
	return out
}

// State is where a referral stands, as its duties and replies say.
type State string

// The states.
const (
	Unsigned State = "unsigned" // 待签收
	Running  State = "running"  // 办理中
	Disputed State = "disputed" // 退回待裁定
	Paused   State = "paused"   // 已挂起
	Checking State = "checking" // 待审核
	Done     State = "done"     // 已办结
	Ended    State = "ended"    // 已撤回
)

var stateLabels = map[State]string{Unsigned: "待签收", Running: "办理中", Disputed: "退回待裁定", Paused: "已挂起", Checking: "待审核", Done: "已办结", Ended: "已撤回"}

// Label gives the official term.
func (s State) Label() string { return stateLabels[s] }

// Open tells whether somebody still has to act.
func (s State) Open() bool { return s != Done && s != Ended }

// StateOf derives the state from the lead's duty and what waits about it.
func StateOf(d duty.Duty, replied, disputed bool) State {
	switch {
	case d.State == duty.Done || d.State == duty.LateDone:
		return Done
	case d.State != duty.Open:
		return Ended
	case replied:
		return Checking
	case disputed:
		return Disputed
	case d.Paused != 0:
		return Paused
	case d.Signed == 0:
		return Unsigned
	}
	return Running
}

func group(id ref.Referral) vault.Group { return vault.GroupOf(Subject, id) }

func paperField(id ref.Referral) vault.Field {
	return vault.Field{Table: Subject, Column: "sealed", Row: int64(id)}
}

// FilesOf is what the sender's files of a referral belong to.
func FilesOf(id ref.Referral) file.Subject {
	return file.Subject{Kind: Subject, ID: int64(id), Group: group(id)}
}

// FilesOfReply is what the files of a reply belong to.
func FilesOfReply(id ref.Referral, reply ReplyID) file.Subject {
	return file.Subject{Kind: ReplySubject, ID: int64(reply), Group: group(id)}
}

// FilesOfReturn is what the evidence of a return belongs to.
func FilesOfReturn(id ref.Referral, request ref.Request) file.Subject {
	return file.Subject{Kind: "duty_request", ID: int64(request), Group: group(id)}
}
