// Package response describes the rules by which a county answers a report:
// situations, the units that take them on, the questions of triage, and the
// channels and numbers by which people reach it.
//
// It owns no table and reads no file: package rule reads them and keeps them
// with their source, days and status. It promises that a tree of questions
// which passes Check always ends, and that Judge tells the same of the same
// answers. It never decides who is right; it only says which unit the county
// named for which situation.
package response

// Urgency says how fast the county must act.
type Urgency string

// The urgencies, most urgent first.
const (
	Emergency Urgency = "emergency" // 紧急: somebody is in danger now
	Urgent    Urgency = "urgent"    // 加急
	Ordinary  Urgency = "ordinary"  // 一般
)

// Urgencies lists the urgencies in the order of screens.
var Urgencies = []Urgency{Emergency, Urgent, Ordinary}

// Label gives the official Chinese term.
func (u Urgency) Label() string {
	return map[Urgency]string{Emergency: "紧急", Urgent: "加急", Ordinary: "一般"}[u]
}

// Higher gives the more urgent of two; an unknown one counts least.
func Higher(a, b Urgency) Urgency {
	for _, u := range Urgencies {
		if a == u || b == u {
			return u
		}
	}
	return a
}

// Situation is what may have happened to a child.
type Situation struct {
	ID, Label string
	Plain     string  // in the words of the public page; empty where the page does not offer it
	Child     string  // in a child's own words
	Mandatory bool    // one of the nine of mandatory reporting
	Secret    bool    // says that somebody harmed the child: not for everybody who may open the child's file
	Urgency   Urgency // at least
	Advice    string  // what a person should do at once
	Verified  bool
}

// Route says who takes on a situation.
type Route struct {
	ID, Label  string
	Situations []string
	Lead       string   // short form of the unit: 公安; empty for the office itself
	Support    []string // short forms of the units that help
	Place      string   // "occurrence", "residence", "registered": whose county it is
	Topic      string   // id of the topic of referrals that says which data the units need
	Verified   bool
}

// Covers tells whether the route is for a situation.
func (r Route) Covers(situation string) bool {
	for _, s := range r.Situations {
		if s == situation {
			return true
		}
	}
	return false
}

// Places are the rules of place with their words.
var Places = map[string]string{"occurrence": "发生地", "residence": "居住地", "registered": "户籍地"}

// Channel is a way by which reports come in, or a number to call.
type Channel struct {
	ID, Label string
	Number    string // of a telephone
	When      string // for what one calls it
	Child     string // the same in a child's own words
	Intake    bool   // reports of this channel are registered here
	Verified  bool
}

// Described is a value that can stand in a catalog of rules.
type Described interface {
	Describe() (label string, verified bool)
}

// Describe tells the label, and whether the source was read.
func (s Situation) Describe() (string, bool) { return s.Label, s.Verified }

// Describe tells the label, and whether the source was read.
func (r Route) Describe() (string, bool) { return r.Label, r.Verified }

// Describe tells the label, and whether the source was read.
func (c Channel) Describe() (string, bool) { return c.Label, c.Verified }

// Describe tells the label, and whether the source was read.
func (t Triage) Describe() (string, bool) { return t.Label, t.Verified }
