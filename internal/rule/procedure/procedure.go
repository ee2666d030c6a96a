// Package procedure describes the rules by which a county works on a case:
// what units are asked to do and what they learn for it, checklists of
// emergencies with their clocks, what a case must have before it closes, when
// it is followed up, and what a public event changes.
//
// It owns no table and reads no file: package rule reads them and keeps them
// with their source, days and status. It promises that a list which passes
// Check can be worked off whatever its order. It never says that the law asks
// for a figure which no document fixes: such values are suggested.
package procedure

import (
	"fmt"
	"slices"
)

// Topic is what a unit can be asked to do by a referral.
type Topic struct {
	ID, Label string
	Hint      string   // what to write to the unit
	Lead      string   // short form of the unit that usually does it
	Items     []string // keys of the data which it needs for that, and no others
	Support   []string // of these, what units that support the lead need
	Verified  bool
}

// Items are the data that can go along with a referral, in the order of
// screens. A level or category is not among them: no label leaves the office.
var Items = []struct{ Key, Label string }{
	{"name", "姓名"}, {"sex", "性别"}, {"age", "年龄"}, {"birth", "出生日期"}, {"number", "身份证件号码"}, {"school", "学校、年级"}, {"place", "居住地"}, {"address", "详细住址"},
	{"phone", "儿童本人电话"}, {"guardian", "监护人"}, {"guardian_phone", "监护人电话"}, {"caregiver", "实际照护人"}, {"caregiver_phone", "实际照护人电话"},
	{"health", "健康和残疾情况"}, {"contact", "工作联系人"}, {"situation", "需要办理的情况"},
}

// Who may be asked to do a step.
const (
	Village  = "village"
	Township = "township"
	Office   = "office"
	ByUnit   = "unit" // the unit of the step
)

// Span is a distance in time: N of Unit.
type Span struct {
	N    int
	Unit string // "hours", "workdays", "days", "months"
}

// Step is one thing to be done in an emergency.
type Step struct {
	ID, Label string
	Hint      string
	Who       string // Village, Township, Office or ByUnit
	Unit      string // short form of the unit where Who is ByUnit
	Within    Span
	Record    string // kind of paper that proves it, a key of Records; empty where words do
	Optional  bool   // is opened only when somebody decides that it is needed
	Basis     string // document and article
	Law       bool   // the limit itself is the law's, not a suggestion
}

// Records are the papers by which steps are proved, with their words.
var Records = map[string]string{
	"call": "拨打110的记录", "placement": "临时安置", "notice": "通知父母或者其他监护人", "medical": "就医", "forensic": "伤情鉴定", "legal-aid": "法律援助", "school": "转学、入学",
	"protection": "人身安全保护令", "warning": "告诫书", "visit": "查访", "guard": "有人看护",
}

// Checklist is what is done in one kind of emergency.
type Checklist struct {
	ID, Label  string
	First      string   // what to do before anything is entered
	Situations []string // ids of situations for which it is proposed
	Steps      []Step
	Verified   bool
}

// Step gives a step by its id.
func (c Checklist) Step(id string) (Step, bool) {
	i := slices.IndexFunc(c.Steps, func(s Step) bool { return s.ID == id })
	if i < 0 {
		return Step{}, false
	}
	return c.Steps[i], true
}

// Check says what is wrong with the list, or "".
func (c Checklist) Check() string {
	seen := map[string]bool{}
	for _, s := range c.Steps {
		switch {
		case seen[s.ID]:
			return fmt.Sprintf("的步骤“%s”写了两次", s.ID)
		case (s.Who == ByUnit) != (s.Unit != ""):
			return fmt.Sprintf("的步骤“%s”由单位办理(who: unit)时要写明单位(unit),其他情况不写", s.ID)
		case s.Record != "" && Records[s.Record] == "":
			return fmt.Sprintf("的步骤“%s”的记录种类“%s”没有定义", s.ID, s.Record)
		}
		seen[s.ID] = true
	}
	return ""
}

// Condition is what a case must have before it closes.
type Condition struct {
	ID    string // one of Conditions
	Label string
	Top   int // of "level": the highest level with which a case may close
}

// Conditions are those that the program can look up, with their words.
var Conditions = map[string]string{
	"reassessed": "介入之后做过复评", "level": "复评的等级不高于规定", "goals": "各项目标已达成或者说明不再需要", "referrals": "转介都已办结", "emergency": "应急清单都已办结", "opinion": "听取过儿童本人的意见",
}

// Outcome is why a case ends.
type Outcome struct {
	ID, Label string
	Free      bool     // the child is beyond reach: nothing but the second person and what still holds is asked for
	Still     []string // of Free: conditions that must hold all the same
	Age       int      // years that the child must have reached; 0 = any
}

// Asks tells whether an ending asks for a condition.
func (o Outcome) Asks(condition string) bool { return !o.Free || slices.Contains(o.Still, condition) }

// Closing says what closing a case asks for.
type Closing struct {
	ID, Label  string
	Conditions []Condition
	Outcomes   []Outcome
	Verified   bool
}

// Outcome gives an outcome by its id.
func (c Closing) Outcome(id string) (Outcome, bool) {
	i := slices.IndexFunc(c.Outcomes, func(o Outcome) bool { return o.ID == id })
	if i < 0 {
		return Outcome{}, false
	}
	return c.Outcomes[i], true
}

// Check says what is wrong with the closing, or "".
func (c Closing) Check() string {
	for _, k := range c.Conditions {
		if Conditions[k.ID] == "" {
			return fmt.Sprintf("的条件“%s”没有定义", k.ID)
		}
	}
	return ""
}

// FollowUp says when a child is looked at again after the case was closed.
type FollowUp struct {
	ID, Label string
	Level     int // of the last assessment; 0 for all that have no row of their own
	Who       string
	Rounds    []Span // each from the day of closing
	Verified  bool
}

// Contingency is what a public event changes while it lasts 「突发事件预案」.
type Contingency struct {
	ID, Label string
	Clocks    []Changed // time limits that are shorter or longer meanwhile
	Lists     []string  // ids of checklists that are worked off for each child
	First     string    // what everybody is told
	Verified  bool
}

// Changed is a time limit with its span during an event.
type Changed struct {
	ID   string
	Span Span
}

// Describe tells the label, and whether the source was read.
func (t Topic) Describe() (string, bool) { return t.Label, t.Verified }

// Describe tells the label, and whether the source was read.
func (c Checklist) Describe() (string, bool) { return c.Label, c.Verified }

// Describe tells the label, and whether the source was read.
func (c Closing) Describe() (string, bool) { return c.Label, c.Verified }

// Describe tells the label, and whether the source was read.
func (f FollowUp) Describe() (string, bool) { return f.Label, f.Verified }

// Describe tells the label, and whether the source was read.
func (c Contingency) Describe() (string, bool) { return c.Label, c.Verified }
