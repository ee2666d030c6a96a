package ui

import "html/template"

// Identity is the bar at the top of a record: who or what, and how urgent.
type Identity struct {
	Title string
	Kind  string // what kind of record, e.g. 「方案任务」
	Facts []Fact
	Level *Level
	Tag   *Tag
	Due   *Due
	Marks []string // restrictions and warnings, in words
}

// Fact is a line of a summary. Facts without a value are not shown.
type Fact struct {
	Label  string
	Value  string
	Href   string
	Sub    string
	Tag    *Tag
	Level  *Level
	Due    *Due
	Action *Action
	Reveal *Action       // opens a masked value and leaves a trace
	HTML   template.HTML // already escaped content of the page's own
}

// Blank tells that the fact has nothing to show.
func (f Fact) Blank() bool {
	return f.Value == "" && f.Tag == nil && f.Level == nil && f.Due == nil && f.HTML == ""
}

// Summary is a list of facts under a heading.
type Summary struct {
	Title  string
	Facts  []Fact
	Action *Action
}

// Timeline is what happened, newest first.
type Timeline struct {
	Title string
	Items []Event
	More  string // address of what is older
	Empty string
}

// Event is an entry of a timeline: who did what, when.
type Event struct {
	Title string
	Text  string
	Who   string // person and unit
	When  string // as the function "moment" writes it
	Icon  string
	Tone  Tone
	Tag   *Tag
	Files []FileLink
	Do    *Action // what can be done about it
}

// FileLink is a stored file.
type FileLink struct {
	Name, Href string
	Size       string
	Note       string // who added it, when
	Remove     *Action
}

// Files is a list of files, e.g. the evidence of a duty.
type Files struct {
	Title string
	Items []FileLink
	Empty string
}

// Confirm is a page, or a dialog where scripts run, that asks before an act
// which cannot be undone.
type Confirm struct {
	Title  string
	Text   string   // what will happen
	Points []string // in detail
	Form   Form
}

// Progress is work that takes longer than a second. The part asks for itself
// again every second until Done or Failed.
type Progress struct {
	ID      string
	Poll    string // address that answers with this part
	Label   string // what is being done
	Note    string // how far: 「已处理 1,200 / 5,000 行」
	Percent int    // -1 if unknown
	Done    bool
	Failed  string // why it stopped and what to do
	Next    *Action
}

// Name gives the element id of the block.
func (p Progress) Name() string { return or(p.ID, "progress") }

// Busy tells that the work goes on.
func (p Progress) Busy() bool { return !p.Done && p.Failed == "" }

// Note is a block of words beside the work: a hint, a warning, a basis.
type Note struct {
	Tone  Tone
	Title string
	Text  string
	Link  *Crumb
}

// Figure is a number with its name, definition and date; it opens its list.
type Figure struct {
	Label      string
	Value      string
	Unit       string
	Href       string
	Definition string
	Near       Near
}

// Figures are the numbers at the top of a page.
type Figures struct {
	Label string // of what, where a page shows several
	Asof  string // when they were counted
	Items []Figure
}
