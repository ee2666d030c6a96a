// Package rule reads the rules that are data: units and their names, levels, clocks, ladders, cycles, limits,
// categories and the yearly notices on holidays, from YAML under rules/national and rules/county/<name>.
//
// It owns no table. It promises that every value carries its source, its status and the days on which it holds; that
// a county's value stands before the national one of the same id exactly on its own days; that a mistake in a file
// is named with file, line and cause; and that a Book does not change after it was loaded, so many may read it.
//
// It never invents law: what no document fixes is Suggested and a screen says 「系统建议值，请本县确定」. It never
// guesses a unit: a spelling that fits several is answered with the candidates. Conditions cannot call, loop or
// reach anything but the fields of Facts.
package rule

import "weibao/internal/rule/rulefile"

// Finding is one mistake in the rule files: where it is and what to do.
type Finding = rulefile.Finding

// Findings are mistakes in order of file and line; as an error it names the first ones.
type Findings = rulefile.Findings

// Status says on whose authority a value stands.
type Status string

// The statuses.
const (
	Law       Status = "law"       // a law, regulation or document of the State
	Local     Status = "local"     // fixed by the county's own document
	Suggested Status = "suggested" // fixed by nobody: a proposal of the system which the county should decide on
)

// SuggestedNote stands on a screen next to a value that is Suggested.
const SuggestedNote = "系统建议值，请本县确定"

// Note is what a screen adds to a value of this status; empty where nothing needs saying.
func (s Status) Note() string {
	if s == Suggested {
		return SuggestedNote
	}
	return ""
}

// Source is the document that fixes a value.
type Source struct {
	Document string
	Article  string // 第十一条, 四(三)…; empty where the whole document is meant
	Note     string // what a reader must know, such as where the text was seen
}

// String is the source as a page cites it.
func (s Source) String() string {
	if s.Article == "" {
		return s.Document
	}
	return s.Document + " " + s.Article
}

// Span is a distance in time from an instant: N of Unit.
type Span struct {
	N    int
	Unit string // "hours", "workdays", "days", "months", "years"
}

// Ladder is what happens, step by step, to a duty that nears its due or runs over it.
type Ladder struct {
	ID, Label string
	Steps     []LadderStep
	Source    Source
	Status    Status
}

// LadderStep is one rung: an action towards somebody at a distance from the due.
type LadderStep struct {
	Action string // "remind" | "urge" | "superior" | "propose"
	Offset Span   // relative to the due; negative is before it
	To     string // "owner" | "superior" | "office" | "leader"
	Label  string
}

// Clock is a time limit which a norm sets on an event.
type Clock struct {
	ID, Label string
	Span      Span   // zero where the norm says 立即 or 及时 without a figure
	Kind      string // "hours" | "workdays" | "calendar"
	Event     string // what starts it
	Actor     string // whose it is
	Words     string // the norm's own word where it has no figure: 立即, 及时
	Source    Source
	Status    Status
	Verified  bool // the text of the norm itself was read; false means seen in excerpts only
}

// Cycle is something that returns: meetings, returns to the office, visits, the review of standing tasks.
type Cycle struct {
	ID, Label string
	Every     string // "day", "week", "2week", "month", "2month", "quarter", "halfyear", "term", "school-year", "year", "2year"
	Times     int    // at least so often in each period
	Day       int    // of the month, 0 where the norm names none
	Months    []int  // the months in which it falls, empty where the norm names none
	Actor     string
	Source    Source
	Status    Status
	Verified  bool
}

// Limit is a figure which a norm sets: ages, numbers of staff, how long to keep something.
type Limit struct {
	ID, Label string
	Op        string // ">=", "<=", "<", ">", "="
	Value     float64
	Unit      string // 周岁, 人, 个月, % …
	Source    Source
	Status    Status
	Verified  bool
}

// Level is a step of risk, 1 lowest to 4 highest; what it is called and how it looks is the county's affair, for
// the same colour means different things in different provinces.
type Level struct {
	N      int
	Label  string // 红色, 高风险 …
	Color  string // key of a token of the design language: "blue", "green", "yellow", "orange", "red"
	Shape  string // "circle", "square", "diamond", "triangle": never colour alone
	Source Source
	Status Status
}

// Term is a name or wording of the county that stands on documents: lead body, office, seal, letterhead.
type Term struct {
	ID, Label string
	Text      string
	Source    Source
	Status    Status
}
