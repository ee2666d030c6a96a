// Package rule reads the rules that are data: units and their names, levels, clocks, ladders, cycles, limits,
// categories and the yearly notices on holidays, from YAML under rules/national and rules/county/<name>.
//
// It owns no table. It promises that every value carries its source, its status and the days on which it holds; that
// a county's value stands before the national one of the same id exactly on its own days; that a mistake in a file
// is named with file, line and cause; and that a Book does not change after it was loaded, so many may read it.
//
// It never invents law: what no document fixes is Suggested and a screen says 「系统建议值,请本县确定」. It never
// guesses a unit: a spelling that fits several is answered with the candidates. Conditions cannot call, loop or
// reach anything but the fields of Facts.
package rule

// Status says on whose authority a value stands.
type Status string

// The statuses.
const (
	Law       Status = "law"       // a law, regulation or document of the State
	Local     Status = "local"     // fixed by the county's own document
	Suggested Status = "suggested" // fixed by nobody: a proposal of the system which the county should decide on
)

// SuggestedNote stands on a screen next to a value that is Suggested.
const SuggestedNote = "系统建议值,请本县确定"

// Note is what a screen adds to a value of this status; empty where nothing needs saying.
func (s Status) Note() string {
	if s == Suggested {
		return SuggestedNote
	}
	return ""
}

// Source is the document that fixes a value.
type Source struct {
	Document string `yaml:"document"`
	Article  string `yaml:"article"` // 第十一条, 四(三)…; empty where the whole document is meant
	Note     string `yaml:"note"`    // what a reader must know, such as where the text was seen
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
	N    int    `yaml:"n"`
	Unit string `yaml:"unit"` // "hours", "workdays", "days", "months", "years"
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
