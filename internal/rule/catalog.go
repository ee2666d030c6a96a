package rule

import (
	"cmp"
	"slices"
	"strings"

	"weibao/internal/civil"
	"weibao/internal/rule/response"
)

// Kind is a sort of rule: the word that stands as kind in its files.
type Kind string

// The kinds of rules that a catalog lists.
const (
	Terms      Kind = "terms"
	Levels     Kind = "levels"
	Scales     Kind = "scales"
	Matrices   Kind = "matrices"
	Categories Kind = "categories"
	Clocks     Kind = "clocks"
	Ladders    Kind = "ladders"
	Cycles     Kind = "cycles"
	Limits     Kind = "limits"
	Ledgers    Kind = "ledgers"
	Screenings Kind = "screenings"
	Checks     Kind = "checks"
	CodeLists  Kind = "codes"
	Situations Kind = "situations"
	Routes     Kind = "routes"
	Triages    Kind = "triages"
	Channels   Kind = "channels"
	Topics     Kind = "topics"
	Checklists Kind = "checklists"
	Closings   Kind = "closings"
	FollowUps  Kind = "followups"

	Contingencies Kind = "contingencies"
	Measures      Kind = "measures"
	Papers        Kind = "papers"
	Specials      Kind = "specials"
)

// Kinds lists the kinds in the order in which screens show them.
var Kinds = []Kind{Terms, Levels, Scales, Matrices, Categories, Specials, Clocks, Ladders, Cycles, Limits, Screenings, Ledgers, Checks, CodeLists,
	Situations, Routes, Triages, Channels, Topics, Checklists, Contingencies, Closings, FollowUps, Measures, Papers}

var kindLabels = map[Kind]string{Terms: "名称用语", Levels: "风险等级", Scales: "评估量表", Matrices: "分级措施", Clocks: "办理时限", Ladders: "催办督办",
	Cycles: "周期频次", Limits: "数值限额", Categories: "对象类别",
	Screenings: "排查方案", Ledgers: "台账栏目", Checks: "勾稽关系", CodeLists: "代码对照",
	Situations: "报告情形", Routes: "派单规则", Triages: "研判问题", Channels: "受理渠道",
	Topics: "转介事项", Checklists: "应急清单", Contingencies: "突发事件预案", Closings: "结案条件", FollowUps: "回访安排",
	Measures: "监护干预措施", Papers: "文书", Specials: "专项名单"}

// Label gives the word for a kind.
func (k Kind) Label() string { return kindLabels[k] }

// rack is a shelf, whatever it holds.
type rack interface {
	keepRegion(region string)
	checkDays(found *Findings)
	ids() []string
	history(kind Kind, id string) []Entry
}

// racks are the shelves which a catalog lists: whatever a county may have to decide.
func (b *Book) racks() map[Kind]rack {
	return map[Kind]rack{Terms: &b.terms, Levels: &b.levels, Scales: &b.scales, Matrices: &b.matrices, Categories: &b.categories,
		Clocks: &b.clocks, Ladders: &b.ladders, Cycles: &b.cycles, Limits: &b.limits,
		Screenings: &b.screenings, Ledgers: &b.ledgers, Checks: &b.checks, CodeLists: &b.codes,
		Situations: &b.situations, Routes: &b.routes, Triages: &b.triages, Channels: &b.channels,
		Topics: &b.topics, Checklists: &b.checklists, Contingencies: &b.contingencies, Closings: &b.closings, FollowUps: &b.followups,
		Measures: &b.measures, Papers: &b.papers, Specials: &b.specials}
}

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
	Value    any // Term, Level, Scale, Matrix … as the kind says
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
	shelf := b.racks()[kind]
	if shelf == nil {
		return nil
	}
	list := shelf.history(kind, id)
	for i, e := range list {
		switch v := e.Value.(type) {
		case Term:
			list[i].Value = b.titled(v)
		case Category:
			list[i].Value = b.inherit(v, e.From)
		}
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
	list := b.racks()[kind].ids()
	if kind == Levels {
		return slices.Sorted(slices.Values(list))
	}
	return list
}

func (b *Book) titled(t Term) Term {
	t.Text = strings.ReplaceAll(t.Text, placeholder, b.county.Title)
	return t
}

func (s *shelf[T]) ids() []string { return s.order }

func (s *shelf[T]) history(kind Kind, id string) []Entry {
	list := make([]Entry, 0, len(s.entries[id]))
	for _, e := range s.entries[id] {
		entry := Entry{Kind: kind, ID: id, From: e.From, To: e.To, Local: e.local, Status: e.Status, Source: e.Source, Value: e.value}
		if v, ok := any(e.value).(described); ok {
			entry.Label, entry.Verified = v.describe()
		} else if v, ok := any(e.value).(response.Described); ok {
			entry.Label, entry.Verified = v.Describe()
		}
		list = append(list, entry)
	}
	return list
}

// described is a value that can stand in a catalog: it tells its label and whether its source was read.
type described interface {
	describe() (label string, verified bool)
}

func (t Term) describe() (string, bool)       { return t.Label, true }
func (l Level) describe() (string, bool)      { return l.Label, true }
func (l Ladder) describe() (string, bool)     { return l.Label, true }
func (c Clock) describe() (string, bool)      { return c.Label, c.Verified }
func (c Cycle) describe() (string, bool)      { return c.Label, c.Verified }
func (l Limit) describe() (string, bool)      { return l.Label, l.Verified }
func (c Category) describe() (string, bool)   { return c.Label, c.Verified }
func (s Scale) describe() (string, bool)      { return s.Label, s.Verified }
func (m Matrix) describe() (string, bool)     { return m.Label, m.Verified }
func (l Ledger) describe() (string, bool)     { return l.Label, l.Verified }
func (s Screening) describe() (string, bool)  { return s.Label, s.Verified }
func (c CrossCheck) describe() (string, bool) { return c.Label, c.Verified }
func (t CodeTable) describe() (string, bool)  { return t.Label, t.Verified }
