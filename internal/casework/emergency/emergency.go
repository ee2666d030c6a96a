// Package emergency works off what must be done at once when a child is in
// danger 「应急处置」: checklists with clocks, who is on duty, and what a public
// event changes.
//
// It owns casework_run, casework_step, casework_roster, casework_contingency
// and casework_touched. It promises: a checklist begins with whom to call, and
// entering it delays no call; each step is a duty of a unit whose clock runs in
// hours; a unit reads the short brief and its own step, nothing of a file, case
// or report; a step ends by its proof or is left out with a reason. An order of
// protection that was served asks the village to visit, and a breach goes to
// the police. It never decides that somebody is in danger: people do.
package emergency

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
	"weibao/internal/vault"
)

// The kinds of duties of this slice, and what they are about.
const (
	StepKind   = "emergency.step"
	VisitKind  = "emergency.visit"  // after an order was served
	BreachKind = "emergency.breach" // of an order
	ReachKind  = "emergency.reach"  // the children whom a public event touches

	RunSubject  = "casework_run"
	StepSubject = "casework_step"
)

// RunID and StepID name a checklist at work and its steps.
type (
	RunID  int64
	StepID int64
)

// About names the thing because of which a checklist is worked off.
type About struct {
	Kind string
	ID   int64
}

// Desk holds what operations need; it holds no state of its own.
type Desk struct {
	Cabinet *child.Cabinet
	Kernel  *duty.Kernel
	Vault   *vault.Vault
	Book    func() *rule.Book
	// Unit gives who acts for a region: village, township, office, or the unit of a short form.
	Unit func(ctx context.Context, tx *db.Tx, region, who, short string) (ref.Unit, error)
	// Clock gives the time limit of an id as it holds now in a region.
	Clock func(ctx context.Context, tx *db.Tx, region, id string) (rule.Clock, error)
	// Insider tells whether an actor belongs to those who work on the thing.
	Insider func(ctx context.Context, tx *db.Tx, by access.Actor, about About) (bool, error)
	// Told is told of what happens, in that transaction; nil tells nobody.
	Told func(ctx context.Context, tx *db.Tx, by access.Actor, about About, id RunID, words string) error
}

// Run is a checklist at work.
type Run struct {
	ID        RunID
	List      string
	Label     string
	Subject   string
	SubjectID int64
	Child     ref.Child
	Unit      ref.Unit
	Region    string
	Town      string
	County    string
	At        clock.Instant
	ByUser    ref.User
	ByName    string
	Sealed    []byte
}

// About gives the thing because of which it is worked off.
func (r Run) About() About { return About{r.Subject, r.SubjectID} }

// The states of a step.
const (
	Spare   = "spare" // not asked for yet
	Open    = "open"
	Done    = "done"
	Skipped = "skipped"
)

// Step is a step of a checklist at work.
type Step struct {
	ID     StepID
	Run    RunID
	Step   string
	Label  string
	Record string
	Unit   ref.Unit
	Duty   ref.Duty
	State  string
	Done   clock.Instant
	ByName string
	Sealed []byte
}

// Proof is how a step was done.
type Proof struct {
	Who    string     `json:"who,omitempty"`    // with whom, by whom
	Where  string     `json:"where,omitempty"`  // place, hospital, school
	Number string     `json:"number,omitempty"` // of a paper or a receipt
	Until  civil.Date `json:"until,omitzero"`   // to which day it holds
	Words  string     `json:"words"`
}

// Asks says which parts of a proof a kind of paper asks for, in words.
type Asks struct{ Who, Where, Number, Until string }

var asks = map[string]Asks{
	"call":       {Who: "出警民警", Number: "警情编号或者接警时间"},
	"placement":  {Who: "接收人或者接收机构", Where: "安置地点"},
	"notice":     {Who: "通知了谁"},
	"medical":    {Where: "就诊医院"},
	"forensic":   {Where: "鉴定机构", Number: "委托书编号"},
	"legal-aid":  {Who: "法律援助机构或者律师"},
	"school":     {Where: "就读学校"},
	"protection": {Number: "裁定书编号", Where: "作出裁定的法院", Until: "有效期至"},
	"warning":    {Number: "告诫书编号", Who: "出具单位"},
	"visit":      {Who: "查访人"},
	"guard":      {Who: "现在由谁看护"},
}

// AsksOf gives what the proof of a kind of paper asks for.
func AsksOf(record string) Asks { return asks[record] }

// orders are the papers after whose service somebody must visit.
var orders = map[string]bool{"protection": true, "warning": true}

func group(id RunID) vault.Group { return vault.GroupOf(RunSubject, id) }

func field(table string, row int64) vault.Field {
	return vault.Field{Table: table, Column: "sealed", Row: row}
}
