package rule

import (
	"cmp"
	"slices"
	"strings"

	"weibao/internal/civil"
)

// Kind is a sort of rule: the word that stands as kind in its files.
type Kind string

// The kinds of rules that a catalog lists.
const (
	Terms      Kind = "terms"
	Levels     Kind = "levels"
	Clocks     Kind = "clocks"
	Ladders    Kind = "ladders"
	Cycles     Kind = "cycles"
	Limits     Kind = "limits"
	Categories Kind = "categories"
)

// Kinds lists the kinds in the order in which screens show them.
var Kinds = []Kind{Terms, Levels, Clocks, Ladders, Cycles, Limits, Categories}

var kindLabels = map[Kind]string{Terms: "名称用语", Levels: "风险等级", Clocks: "办理时限", Ladders: "催办督办", Cycles: "周期频次", Limits: "数值限额", Categories: "对象类别"}

// Label gives the word for a kind.
func (k Kind) Label() string { return kindLabels[k] }

// Entry is one value of a rule with the days on which it holds.
type Entry struct {
	Kind     Kind
	ID       string
	Label    string
	From, To civil.Date // To is zero where it has no end
	Local    bool       // from the county's own pack
	Status   Status
	Verified bool // the source itself was read; always true where a kind does not tell
	Source   Source
	Value    any // Term, Level, Clock, Ladder, Cycle, Limit or Category
}

// Holds tells whether the value is in force on a day, as far as its own days go.
func (e Entry) Holds(on civil.Date) bool { return head{From: e.From, To: e.To}.holds(on) }

// Entries lists every rule in force on a day, by kind in the order of the files.
func (b *Book) Entries(on civil.Date) []Entry {
	var list []Entry
	for _, kind := range Kinds {
		for _, id := range b.ids(kind) {
			for _, e := range b.History(kind, id) {
				if e.Holds(on) {
					list = append(list, e)
					break
				}
			}
		}
	}
	return list
}

// History lists all values of one rule: the county's own before the national
// ones, the latest first. A rule that is not in the book has none.
func (b *Book) History(kind Kind, id string) []Entry {
	var list []Entry
	switch kind {
	case Terms:
		list = entriesOf(b.terms, kind, id, b.titled)
	case Levels:
		list = entriesOf(b.levels, kind, id, nil)
	case Clocks:
		list = entriesOf(b.clocks, kind, id, nil)
	case Ladders:
		list = entriesOf(b.ladders, kind, id, nil)
	case Cycles:
		list = entriesOf(b.cycles, kind, id, nil)
	case Limits:
		list = entriesOf(b.limits, kind, id, nil)
	case Categories:
		list = entriesOf(b.categories, kind, id, nil)
	}
	slices.SortStableFunc(list, func(x, y Entry) int {
		if x.Local != y.Local {
			return cmp.Compare(rankOf(y), rankOf(x))
		}
		return y.From.Compare(x.From)
	})
	return list
}

func rankOf(e Entry) int {
	if e.Local {
		return 1
	}
	return 0
}

func (b *Book) ids(kind Kind) []string {
	switch kind {
	case Terms:
		return b.terms.order
	case Levels:
		return slices.Sorted(slices.Values(b.levels.order))
	case Clocks:
		return b.clocks.order
	case Ladders:
		return b.ladders.order
	case Cycles:
		return b.cycles.order
	case Limits:
		return b.limits.order
	case Categories:
		return b.categories.order
	}
	return nil
}

func (b *Book) titled(t Term) Term {
	t.Text = strings.ReplaceAll(t.Text, placeholder, b.county.Title)
	return t
}

func entriesOf[T any](s shelf[T], kind Kind, id string, finish func(T) T) []Entry {
	list := make([]Entry, 0, len(s.entries[id]))
	for _, e := range s.entries[id] {
		value := e.value
		if finish != nil {
			value = finish(value)
		}
		label, verified := describe(value)
		list = append(list, Entry{Kind: kind, ID: id, Label: label, From: e.From, To: e.To, Local: e.local,
			Status: e.Status, Verified: verified, Source: e.Source, Value: value})
	}
	return list
}

// describe gives the label of a value and whether its source was read.
func describe(value any) (label string, verified bool) {
	switch v := value.(type) {
	case Term:
		return v.Label, true
	case Level:
		return v.Label, true
	case Ladder:
		return v.Label, true
	case Clock:
		return v.Label, v.Verified
	case Cycle:
		return v.Label, v.Verified
	case Limit:
		return v.Label, v.Verified
	case Category:
		return v.Label, v.Verified
	}
	return "", false
}
