// Package owner reads in a Chinese work plan who is to do what: names of organisations, the written forms that give
// a task its lead and support units (lines, brackets, cells), and the doer of a sentence where nothing is written.
//
// It owns no tables. It promises that every unit keeps its place in the text and the name of the rule that found it,
// that a name is taken as it is written, and that words which only look like a name (全县, 家庭, 培训会) are none.
// It never decides for which clause a line stands, never looks a unit up in a register, and never gives a task an
// owner whom the text does not name.
package owner

import "weibao/internal/script"

// The places in a text, made below this package.
type (
	Span = script.Span
	Fact = script.Fact
)

// Unit is one mention of an organisation as owner of a task, named as the text names it.
type Unit struct {
	Fact
	Name  string `json:"name"`
	Basis string `json:"basis"` // see Basis* constants
}

// How a task came to its units.
const (
	BasisLine      = "line"      // a written owner line, bracket, table cell, or 由…牵头
	BasisInherited = "inherited" // a written line which stands once for a group of tasks
	BasisParagraph = "unit-para" // the unit heads its own paragraph or section
	BasisActor     = "actor"     // the sentence names it as the doer
)

// Units makes units of the places where they are named.
func Units(text *script.Text, names []Span, rule, basis string) []Unit {
	var out []Unit
	for _, n := range names {
		out = append(out, Unit{Fact: text.Fact(n, rule), Name: text.Raw(n), Basis: basis})
	}
	return out
}

// Without drops the units that are named in others.
func Without(units, others []Unit) []Unit {
	var out []Unit
	for _, u := range units {
		twice := false
		for _, o := range others {
			twice = twice || Normalize(o.Name) == Normalize(u.Name)
		}
		if !twice {
			out = append(out, u)
		}
	}
	return out
}

// source is the text that is read.
type source struct{ *script.Text }
