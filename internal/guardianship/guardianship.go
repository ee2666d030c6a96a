// Package guardianship keeps the measures by which units intervene in the
// guardianship of a child 「监护干预措施」, from the first word of advice to the
// return home.
//
// It owns every table guardianship_…. It promises: how a measure stands and
// which duties are open follows from its facts alone, so that a fact that is
// struck out leaves no trace in either; each duty has its clock from the rules
// and is closed by the fact; whoever is no party to a secret measure is
// answered as if it did not exist; what is private stands under a key of the
// measure's own and shows only to whoever leaves a trace. It never keeps the
// story of what was done to a child.
package guardianship

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/file"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/rule/protection"
	"weibao/internal/vault"
)

// Desk holds what operations on measures need; it holds no state of its own.
type Desk struct {
	Cabinet *child.Cabinet
	Kernel  *duty.Kernel
	Files   *file.Store
	Book    func() *rule.Book
	// Unit gives the unit of a word of the rules for a child that lives in a
	// region: office, township, village, or a short form such as 公安.
	Unit func(ctx context.Context, tx *db.Tx, region, who string) (ref.Unit, error)
	// Calendar gives the working days.
	Calendar func(ctx context.Context, tx *db.Tx) (*civil.Calendar, error)
}

// Measure is one 监护干预措施.
type Measure struct {
	ID      ref.Measure
	Child   ref.Child
	Kind    string
	Secret  int64
	Region  string
	Town    string
	County  string
	Unit    ref.Unit
	Opened  civil.Date
	Phase   protection.Phase
	State   string
	Until   civil.Date
	Alarm   int64
	Version int64
	At      clock.Instant
	ByUser  ref.User
	ByName  string
	ByUnit  ref.Unit
	Sealed  []byte
}

// Expired tells whether a measure that still binds ran out before a day.
func (m Measure) Expired(on civil.Date) bool {
	return m.Phase == protection.Held && !m.Until.IsZero() && m.Until.Before(on)
}

// Cause is why a measure was taken and whom it addresses: sealed.
type Cause struct {
	Grounds []string `json:"grounds,omitempty"`
	Asker   string   `json:"asker,omitempty"`
	Person  string   `json:"person,omitempty"` // whom it addresses, in words
	Words   string   `json:"words,omitempty"`
}

// Fact is what happened in a measure.
type Fact struct {
	ID       ref.Record
	Measure  ref.Measure
	Kind     string
	At       clock.Instant
	Since    civil.Date // first day of a term of its own
	Until    civil.Date
	Urgent   int64
	Place    string
	Entered  clock.Instant
	ByUser   ref.User
	ByName   string
	ByUnit   ref.Unit
	Sealed   []byte
	Struck   clock.Instant
	StruckBy string
	Reason   []byte
}

// Detail is what is private in a fact.
type Detail struct {
	Number string `json:"number,omitempty"` // of the document
	Place  string `json:"place,omitempty"`  // where exactly the child is
	Words  string `json:"words,omitempty"`
}

// Task is a duty for which a fact asked.
type Task struct {
	ID      int64
	Measure ref.Measure
	Rule    string
	Cause   ref.Record
	Round   int
	Duty    ref.Duty
	Unit    ref.Unit
	State   string
	Fact    ref.Record
	Opened  clock.Instant
	Closed  clock.Instant
}

// The states of a task.
const (
	taskOpen = "open"
	taskDone = "done"
	taskOver = "over"
	taskFree = "waived" // its duty was waived: it is not asked for again
)

// Party is a unit that takes part in a measure.
type Party struct {
	Measure ref.Measure
	Unit    ref.Unit
	At      clock.Instant
	ByUser  ref.User
}

// Subject is what duties and files of a measure name as theirs, and DutyKind
// the kind of the duties.
const (
	Subject  = "guardianship_measure"
	DutyKind = "guardianship.task"
)

// Places are the ways in which a child can be placed (未成年人保护法 第九十三条).
var Places = []protection.Choice{
	{ID: "relative", Label: "委托亲属照护"}, {ID: "foster", Label: "家庭寄养"},
	{ID: "rescue", Label: "未成年人救助保护机构"}, {ID: "welfare", Label: "儿童福利机构"}, {ID: "other", Label: "其他适当方式"},
}

func group(id ref.Measure) vault.Group { return vault.GroupOf("measure", id) }

func causeField(id ref.Measure) vault.Field {
	return vault.Field{Table: Subject, Column: "sealed", Row: int64(id)}
}

func detailField(id ref.Record) vault.Field {
	return vault.Field{Table: "guardianship_fact", Column: "sealed", Row: int64(id)}
}

func reasonField(id ref.Record) vault.Field {
	return vault.Field{Table: "guardianship_fact", Column: "reason", Row: int64(id)}
}

// FilesOf is the subject of a measure's attachments.
func FilesOf(id ref.Measure) file.Subject {
	return file.Subject{Kind: Subject, ID: int64(id), Group: group(id)}
}

// Rule gives the rule of a kind of measure as it held on a day.
func (k *Desk) Rule(kind string, on civil.Date) (protection.Measure, bool) {
	return k.Book().Measure(kind, on)
}

// RuleOf gives the rule by which a measure goes.
func (k *Desk) RuleOf(m Measure) protection.Measure {
	r, ok := k.Rule(m.Kind, m.Opened)
	if !ok {
		r = protection.Measure{ID: m.Kind, Label: "已停用的措施"}
	}
	return r
}

// seesRegion tells whether a role knows of the measures of its region that are
// not secret; the others know of those in which their unit takes part.
func seesRegion(r access.Role) bool {
	return r == access.Officer || r == access.Leader || r == access.Supervisor
}

func today(tx *db.Tx) civil.Date { return civil.DateOf(tx.Now.Time()) }

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
