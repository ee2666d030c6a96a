// Package protection describes as rules the measures by which a county
// intervenes in the guardianship of a child 「监护干预措施」 and the documents
// that go with them 「文书」.
//
// It owns no table and reads no file: package rule reads them and keeps them
// with their source, days and status. It promises that Follow, which tells
// from the facts of a measure how it stands and what must be done next, is a
// pure function: the same facts give the same, in whatever order they became
// known. It never knows a child, a unit or a database.
package protection

import (
	"slices"
	"strings"
)

// Phase is how far a measure has come.
type Phase string

// The phases.
const (
	Asked Phase = "asked" // 办理中: asked for or being prepared
	Held  Phase = "held"  // 执行中: it binds somebody
	Ended Phase = "ended" // 已终止
)

// Label gives the word for a phase.
func (p Phase) Label() string {
	return map[Phase]string{Asked: "办理中", Held: "执行中", Ended: "已终止"}[p]
}

// Measure is a kind of measure.
type Measure struct {
	ID, Label string
	Group     string   // id of a group of Groups
	Secret    bool     // facts of the class secret: only units that take part know of it
	Owner     string   // whose measure it is: a short form, "township", "village"; empty for the office
	Note      string   // what whoever opens it must know
	Laws      []string // legal basis in the words of a citation
	Grounds   []Choice // of which one at least must hold
	Askers    []Choice // who may apply
	Facts     []Fact
	Duties    []Duty
	Papers    []string
	Verified  bool
}

// Choice is something that can be chosen, with where it stands in the law.
type Choice struct {
	ID, Label, Article string
	Unverified         bool
}

// Fact is something that can happen in a measure.
type Fact struct {
	ID, Label, Hint string
	After           []string // one of these must have happened; empty: it opens the measure
	Not             []string // none of these may have happened since
	Many            bool     // may happen again
	Phase           Phase    // in which the measure is then; empty leaves it
	State           string   // the word for how it stands then; empty leaves it
	Hour            bool     // the hour counts
	Number          bool     // a document has a number
	Until           bool     // it holds until a day
	Term            bool     // it gives a new term, which follows on the one before
	Most            string   // clocks of the longest time it may hold, the first that the county has
	Urgent          bool     // it is asked whether it is urgent
	Place           bool     // where the child is put
	Words           bool     // words are required
	Alarm           bool     // the order was broken, the care failed
	Calms           bool     // an alarm before it is dealt with
	Delegated       bool     // the child's file must hold who has the care, with the checks of 第二十二条
	Needs           []Need   // documents without which it is recorded only with a reason
	Window          *Window  // when it may happen, counted from what happened in another measure
}

// Need is a document that a fact requires.
type Need struct {
	ID         string // of a paper of the measure, or of its own where there is no template
	Label      string // of what has no template
	Article    string // where it stands that it is required
	Status     string // law, or suggested where no law says so
	Unverified bool   // the article was not read
}

// Basis says on what the requirement rests, and how sure that is.
func (n Need) Basis() string {
	switch {
	case n.Status != "law":
		return "系统建议，由本县确定"
	case n.Unverified:
		return n.Article + "（未核实）"
	}
	return n.Article
}

// Window is the time between two clocks, both counted from a fact of another
// measure of the same child.
type Window struct {
	Measure, Fact string
	From, To      string // clocks
}

// Duty is something that must be done because of a fact.
type Duty struct {
	ID, Label string
	On        []string // facts that ask for it
	By        []string // facts that fulfil it
	Who       string   // owner, office, village, township, or a short form of a unit
	Clock     string   // clocks of which the first that the county has counts from the fact; with Back, before the day until which it holds
	Back      bool
	Urgent    string // "only", "never": asked for by urgent facts alone, or by others alone
	Again     string // clock after which it must be done again
	For       string // clock of the time over which it returns; empty: until the measure ends
	Stays     bool   // goes on when the measure has ended
}

// Rescue is the group and the measure for a child found begging, straying or lost.
const Rescue = "rescue"

// Groups are the groups of measures in the order of screens.
var Groups = []Choice{
	{ID: "advice", Label: "劝诫教育"}, {ID: "court", Label: "司法保护令"}, {ID: "care", Label: "委托照护和临时监护"},
	{ID: "revocation", Label: "监护资格"}, {ID: "return", Label: "安置和回归"}, {ID: Rescue, Label: "流浪乞讨"},
}

// Fact gives a fact of the measure by id.
func (m Measure) Fact(id string) (Fact, bool) {
	i := slices.IndexFunc(m.Facts, func(f Fact) bool { return f.ID == id })
	if i < 0 {
		return Fact{ID: id, Label: "已停用的进展"}, false
	}
	return m.Facts[i], true
}

// Duty gives a duty of the measure by id.
func (m Measure) Duty(id string) (Duty, bool) {
	i := slices.IndexFunc(m.Duties, func(d Duty) bool { return d.ID == id })
	if i < 0 {
		return Duty{}, false
	}
	return m.Duties[i], true
}

// First gives the fact that opens the measure.
func (m Measure) First() Fact {
	for _, f := range m.Facts {
		if len(f.After) == 0 {
			return f
		}
	}
	return Fact{}
}

// Cite writes the legal basis.
func (m Measure) Cite() string { return strings.Join(m.Laws, "；") }

// Describe tells the label, and whether the source was read.
func (m Measure) Describe() (string, bool) { return m.Label, m.Verified }

// Check says what is wrong with a measure by itself, or "".
func (m Measure) Check() string {
	firsts := 0
	for _, f := range m.Facts {
		for _, n := range f.Needs {
			switch {
			case f.Alarm:
				return "的进展“" + f.ID + "”是危险情况，登记时不应当要求文书"
			case n.Label == "" && !slices.Contains(m.Papers, n.ID):
				return "的进展“" + f.ID + "”要求的文书“" + n.ID + "”不在 papers 中，也没有写 label"
			case n.Status == "law" && n.Article == "":
				return "的进展“" + f.ID + "”要求的文书“" + n.ID + "”没有写明依据的条文"
			}
		}
		if len(f.After) == 0 {
			firsts++
		}
		for _, id := range slices.Concat(f.After, f.Not) {
			if _, ok := m.Fact(id); !ok {
				return "的进展“" + f.ID + "”引用了不存在的进展“" + id + "”"
			}
		}
	}
	if firsts != 1 {
		return "应当恰有一项进展没有 after：由它开始"
	}
	if m.First().Phase == "" || m.First().State == "" {
		return "的第一项进展应当写明 phase 和 state"
	}
	for _, d := range m.Duties {
		for _, id := range slices.Concat(d.On, d.By) {
			if _, ok := m.Fact(id); !ok {
				return "的事项“" + d.ID + "”引用了不存在的进展“" + id + "”"
			}
		}
	}
	return ""
}

// Clocks lists the clocks by which the measure counts.
func (m Measure) Clocks() []string {
	var ids []string
	for _, f := range m.Facts {
		ids = append(ids, strings.Fields(f.Most)...)
		if f.Window != nil {
			ids = append(ids, f.Window.From, f.Window.To)
		}
	}
	for _, d := range m.Duties {
		ids = append(ids, strings.Fields(d.Clock+" "+d.Again+" "+d.For)...)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// Paper is the text of a document with {{names}} to be filled in.
type Paper struct {
	ID, Label string
	Title     string
	To        string // 主送, may hold a name
	Body      []string
	Signer    string // empty for the unit that makes it
	Note      string
	Verified  bool
}

// Describe tells the label, and whether the source was read.
func (p Paper) Describe() (string, bool) { return p.Label, p.Verified }
