// Package screening goes through all children of a place, village by village
// 「集中排查」.
//
// It owns screening, screening_village, screening_answer, screening_event and
// screening_call, and reads the files of children in place. It promises: who lives in a
// village is read from the files at that moment and never copied, so that a
// campaign over any number of children begins at once and a child that moves
// counts where it lives; whoever was screened and whoever was not add up to
// all who are known; what is found goes into the file once, and nothing that
// the file says is asked again; that there is nobody, or nothing new, is a
// full answer. A village's duty ends by its report and not by ticking. It
// sets nobody a number to find and ranks no person.
package screening

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/rule"
)

// Desk holds what operations on campaigns need; it holds no state of its own.
type Desk struct {
	Cabinet *child.Cabinet
	Kernel  *duty.Kernel
	Book    func() *rule.Book
	// Unit gives who screens a village: who is the word of rule.Screening.
	Unit func(ctx context.Context, tx *db.Tx, region, who, key string) (ref.Unit, error)
}

// State says whether a campaign runs.
type State string

// The states.
const (
	Open   State = "open"
	Closed State = "closed"
)

// Campaign is a screening of all children of a place.
type Campaign struct {
	ID        ref.Campaign
	Name      string
	Form      string
	Asof      civil.Date
	Region    string
	Town      string
	County    string
	Unit      ref.Unit
	Begins    civil.Date
	Due       civil.Date
	State     State
	Begun     clock.Instant
	BegunBy   ref.User
	BegunName string
	Closed    clock.Instant
}

// Village is what one village has to do in a campaign.
type Village struct {
	Campaign     ref.Campaign
	Region       string
	Town         string
	County       string
	Unit         ref.Unit
	Duty         ref.Duty
	Expected     int64 // NotSaid where no other source names a number
	Source       string
	Same         int64
	Changed      int64
	Found        int64
	Absent       int64
	Gone         int64
	Leads        int64
	Carried      int64 // whom nobody met in the campaign before, when this one began
	Finished     clock.Instant
	FinishedBy   ref.User
	FinishedName string
	FinishedUnit ref.Unit
	Known        int64 // when it finished; Row has the number of now
	Zero         int64
	Words        string
}

// NotSaid stands where nobody entered how many children are expected.
const NotSaid = -1

// Done counts the children who live there and whose result was entered.
func (v Village) Done() int64 { return v.Same + v.Changed + v.Found + v.Absent }

// Outcome is what was found of a child.
type Outcome string

// The outcomes.
const (
	Same    Outcome = "same"    // all is as the file says
	Changed Outcome = "changed" // something is not
	Found   Outcome = "found"   // nobody knew of the child before
	Absent  Outcome = "absent"  // the child was not met, with a reason
)

// Label gives the word for an outcome.
func (o Outcome) Label() string {
	return map[Outcome]string{Same: "无变化", Changed: "有变化", Found: "新发现", Absent: "未见到"}[o]
}

// Answer is what was found of one child in one campaign.
type Answer struct {
	ID       int64
	Campaign ref.Campaign
	Child    ref.Child
	Region   string
	Town     string
	County   string
	Unit     ref.Unit
	Counted  int64
	Outcome  Outcome
	Reason   string
	At       clock.Instant
	ByUser   ref.User
	ByName   string
	ByUnit   ref.Unit
	Lead     int64
	Duty     ref.Duty
	Assessed clock.Instant
	Proposed string
	Sealed   []byte
}

// Paper is what is private in an answer.
type Paper struct {
	Answers map[string]string `json:"answers,omitempty"` // of every question, also of those the file answered
	Words   string            `json:"words,omitempty"`   // of who was not met
	Kept    []string          `json:"kept,omitempty"`    // labels of questions whose answers the file did not take over
}

// Reason says why a child was not met.
type Reason struct{ Key, Label string }

// MovedAway is the reason of those who live elsewhere now.
const MovedAway = "moved"

// Reasons are those a person chooses from.
var Reasons = []Reason{
	{"out", "临时外出，本次没有见到"},
	{"parents", "随父母在外地生活"},
	{"school", "在外地就学"},
	{MovedAway, "已经迁走，不再居住"},
	{"refused", "监护人不同意见面"},
	{"lost", "去向不明，联系不上"},
}

// ReasonLabel gives the words for a key of Reasons.
func ReasonLabel(key string) string {
	for _, r := range Reasons {
		if r.Key == key {
			return r.Label
		}
	}
	return ""
}

// The kinds of duties of this slice.
const (
	VillageKind = "screening.village"
	AssessKind  = "screening.assess"

	subject = "screening"
	basis   = "本县排查安排"
)

// adult is the band of age of those who are children no more.
const adult = 4

func today(tx *db.Tx) civil.Date { return civil.DateOf(tx.Now.Time()) }

// FormOf gives the pattern of a campaign.
func (k *Desk) FormOf(c Campaign) (rule.Screening, error) {
	form, ok := k.Book().Screening(c.Form, c.Asof)
	if !ok {
		return form, errs.New(errs.Conflict, "本县规则里已经没有这次排查所用的排查表，请联系县未保办恢复。")
	}
	return form, nil
}

// group gives the ids of the county's categories to which a pattern is
// limited; none where it asks about every child. none is true where the
// pattern names categories which the county does not have.
func (k *Desk) group(form rule.Screening, on civil.Date) (ids []string, none bool) {
	if len(form.Categories) == 0 {
		return nil, false
	}
	for _, c := range k.Book().PickCategories(on) {
		if overlap(append([]string{c.ID}, c.Codes...), form.Categories) {
			ids = append(ids, c.ID)
		}
	}
	return ids, len(ids) == 0
}

func overlap(a, b []string) bool {
	for _, x := range a {
		for _, y := range b {
			if x == y {
				return true
			}
		}
	}
	return false
}

// asks tells whether a pattern asks about a child.
func (k *Desk) asks(form rule.Screening, c child.Child, on civil.Date) bool {
	if c.State != child.Open || c.Band == adult {
		return false
	}
	ids, none := k.group(form, on)
	return !none && (len(ids) == 0 || overlap(ids, c.CategoryIDs()))
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// reaches tells whether an actor looks after all of a campaign.
func reaches(by access.Actor, c Campaign) bool { return by.Scope().Sees(0, c.Region) }
