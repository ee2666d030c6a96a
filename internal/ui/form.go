package ui

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"weibao/internal/errs"
)

// Kind is the kind of a form field.
type Kind string

// The kinds of field.
const (
	Text     Kind = "text"
	TextArea Kind = "textarea"
	Select   Kind = "select"   // few options
	Pick     Kind = "pick"     // many options; with scripts it is searched by name or pinyin initials
	PickMany Kind = "pickmany" // several of many options
	Radios   Kind = "radios"
	Checks   Kind = "checks"
	Check    Kind = "check" // one box that stands for itself
	Date     Kind = "date"
	Number   Kind = "number"
	File     Kind = "file"
	Password Kind = "password"
	Code     Kind = "code" // digits: one-time codes
	Phone    Kind = "tel"
	Query    Kind = "search"
)

// Field is a form field with label, hint and error.
type Field struct {
	Kind         Kind
	Name         string
	Label        string
	Hint         string
	Error        string
	Value        string
	Values       []string // of PickMany and Checks
	Required     bool
	Options      []Option
	Blank        string // first option of Select and Pick, e.g. 「请选择」; none if Required and empty
	Max          int    // characters; shows a counter under a TextArea
	Rows         int    // of a TextArea
	Min, Top     string // limits of Date and Number
	Unit         string // word behind a Number
	Short        bool   // as wide as its usual content
	Accept       string // of File, e.g. ".docx,.txt"
	Many         bool   // several files
	MaxMB        int    // of one file
	Autocomplete string
	Focus        bool // the first field to fill in
	ReadOnly     bool
	Live         string // address asked with htmx when the field changes; the answer goes into the field's note
	Scope        string // prefix of element ids where one page shows two forms
}

// Option is a choice of a field.
type Option struct {
	Value, Label string
	Hint         string
	Keys         string // what a search finds it by besides the label: pinyin initials, aliases
	Group        string // heading over options that follow each other
}

// ID gives the element id of the field.
func (f Field) ID() string { return f.Scope + "f-" + f.Name }

// Describes gives the ids of hint and error for aria-describedby.
func (f Field) Describes() string {
	var ids []string
	if f.Hint != "" || f.Kind == File && f.MaxMB > 0 {
		ids = append(ids, f.ID()+"-hint")
	}
	if f.Error != "" {
		ids = append(ids, f.ID()+"-error")
	}
	if f.Max > 0 && f.Kind == TextArea {
		ids = append(ids, f.ID()+"-count")
	}
	return strings.Join(ids, " ")
}

// Group tells that the field is made of several inputs and needs a legend.
func (f Field) Group() bool { return f.Kind == Radios || f.Kind == Checks || f.Kind == PickMany }

// Listed tells that the field's value is chosen from a list.
func (f Field) Listed() bool { return f.Kind == Select || f.Kind == Pick }

// Chosen tells whether an option's value is the field's.
func (f Field) Chosen(value string) bool {
	return f.Value == value || slices.Contains(f.Values, value)
}

// Lines gives the height of a TextArea.
func (f Field) Lines() int {
	if f.Rows > 0 {
		return f.Rows
	}
	return 4
}

// InputMode tells phones which keys to show.
func (f Field) InputMode() string {
	if f.Kind == Code || f.Kind == Number {
		return "numeric"
	}
	return ""
}

// Type gives the type of an input element.
func (f Field) Type() string {
	switch f.Kind {
	case Number, Code:
		return "text"
	case "":
		return string(Text)
	}
	return string(f.Kind)
}

// Choices gives the options in their groups.
func (f Field) Choices() []choices {
	var out []choices
	for _, o := range f.Options {
		if n := len(out); n == 0 || out[n-1].Label != o.Group {
			out = append(out, choices{Label: o.Group})
		}
		last := &out[len(out)-1]
		last.Options = append(last.Options, choice{o, f.Chosen(o.Value), f.Name, f.ID() + "-" + strconv.Itoa(len(out)) + "-" + strconv.Itoa(len(last.Options))})
	}
	return out
}

type choices struct {
	Label   string
	Options []choice
}

type choice struct {
	Option
	On       bool
	Name, ID string
}

// Form is a whole form: problems first, fields, then one primary button.
type Form struct {
	ID       string
	Action   string
	Method   string // "post" if empty
	Problem  string // what is wrong with the whole, from Fill
	Warning  string // what will happen, for actions that cannot be undone
	Parts    []Part
	Fields   []Field
	Hidden   []Hidden
	Submit   string // word of the button, e.g. 「提交反馈」
	Danger   bool
	Quiet    bool // a lesser form of its page: the button is plain
	Also     []SubmitButton
	Cancel   string // address to go back to
	Guard    bool   // asks before leaving with unsaved input
	Optional bool   // marks the optional fields instead of the required ones
	Wide     bool   // lays the fields of each part side by side where there is room
}

// Part is a group of fields under a heading.
type Part struct {
	Title  string
	Text   string
	Fields []Field
}

// SubmitButton is a second button that sends the same form.
type SubmitButton struct{ Label, Name, Value string }

// Verb gives the form's method.
func (f Form) Verb() string { return or(f.Method, "post") }

// Files tells whether the form carries files.
func (f Form) Files() bool {
	for _, x := range f.all() {
		if x.Kind == File {
			return true
		}
	}
	return false
}

// Problems lists what must be mended, for the summary above the form.
func (f Form) Problems() Problems {
	p := Problems{Title: f.Problem}
	for _, x := range f.all() {
		if x.Error != "" {
			p.Items = append(p.Items, Problem{strings.TrimSuffix(x.Label, "？") + "：" + x.Error, "#" + x.ID()})
		}
	}
	if p.Title == "" && len(p.Items) > 0 {
		p.Title = "有内容需要改正"
	}
	return p
}

func (f Form) all() []Field {
	fs := slices.Clone(f.Fields)
	for _, p := range f.Parts {
		fs = append(fs, p.Fields...)
	}
	return fs
}

// Fill gives the form with what was typed and the messages of err, an errs
// error, under their fields. Either may be nil. Passwords and files are not
// filled in again.
func (f Form) Fill(typed url.Values, err error) Form {
	messages := map[string]string{}
	if e, ok := errors.AsType[*errs.Error](err); ok {
		f.Problem = e.Message
		messages = e.Fields
	}
	fill := func(fs []Field) []Field {
		fs = slices.Clone(fs)
		for i := range fs {
			fs[i] = fs[i].fill(typed, messages[fs[i].Name])
		}
		return fs
	}
	f.Fields = fill(f.Fields)
	f.Parts = slices.Clone(f.Parts)
	for i := range f.Parts {
		f.Parts[i].Fields = fill(f.Parts[i].Fields)
	}
	return f
}

func (f Field) fill(typed url.Values, message string) Field {
	f.Error = message
	if typed == nil || f.Kind == Password || f.Kind == File || f.Kind == Code {
		return f
	}
	if f.Kind == Checks || f.Kind == PickMany {
		f.Values = typed[f.Name]
		return f
	}
	if typed.Has(f.Name) || f.Kind == Check {
		f.Value = typed.Get(f.Name)
	}
	return f
}

// Problems is the summary above a form that could not be accepted.
type Problems struct {
	Title string
	Items []Problem
}

// Problem is one thing to mend, linked to its field.
type Problem struct{ Text, Href string }

// Filter is the bar above a list; its whole state is in the address.
type Filter struct {
	Action string // address of the list
	Search *Field
	Fields []Field // always in sight
	More   []Field // under 更多条件
	Keep   []Hidden
	Quick  []Tab // ready-made views with their counts
	Tags   []FilterTag
	Clear  string // address of the list without conditions
}

// FilterTag is a condition in force; its link takes it off.
type FilterTag struct{ Label, Value, Remove string }
