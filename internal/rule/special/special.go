// Package special describes the special lists of children 「专项名单」: what
// being on one makes somebody do, once and again, and what proves that a
// child belongs there.
//
// It owns no table and reads no file: package rule reads the lists and keeps
// them with their source, days and status. It promises that the steps of a
// list which passes Check can all be reached. A list never says who belongs
// to it: that is for the categories of its name, or, where the list is secret,
// for those who may see it. It fixes no figure that no document fixes: such
// limits are suggested.
package special

import (
	"fmt"
	"slices"
)

// Kind is a special list; categories name it as their group.
type Kind string

// The special lists.
const (
	Prison      Kind = "prison"
	Dropout     Kind = "dropout"
	Disability  Kind = "disability"
	Mental      Kind = "mental"
	Orphan      Kind = "orphan"
	Unsupported Kind = "unsupported"
	LeftBehind  Kind = "leftbehind"
	Migrant     Kind = "migrant"
)

// Kinds lists the special lists in the order in which screens show them.
var Kinds = []Kind{LeftBehind, Migrant, Orphan, Unsupported, Disability, Dropout, Prison, Mental}

var labels = map[Kind]string{Prison: "服刑强戒人员子女", Dropout: "失学辍学", Disability: "重病残疾", Mental: "心理关爱", Orphan: "孤儿",
	Unsupported: "事实无人抚养", LeftBehind: "留守儿童", Migrant: "流动儿童"}

// Label is the name of a special list.
func (k Kind) Label() string { return labels[k] }

// Span is a distance in time: N of Unit.
type Span struct {
	N    int
	Unit string // "hours", "workdays", "days", "months", "years"
}

// List is one special list with its duties and proofs.
type List struct {
	ID       Kind
	Label    string
	Purpose  string   // what it is for, a sentence
	Secret   bool     // keeps a register of its own, which only those see who look after it
	Columns  []string // fields of the file shown beside name, level and due
	Proofs   []Proof
	Steps    []Step
	Status   string
	Source   Source
	Verified bool
}

// Source is where a list comes from.
type Source struct{ Document, Article, Note string }

// Proof is a paper by which a child belongs to the list.
type Proof struct {
	ID, Label  string
	Hint       string
	Instead    string   // group of proofs of which one is enough; empty where this one is needed
	Categories []string // national codes of those who need it; empty for all
}

// Step is one thing that somebody does for a child on the list.
type Step struct {
	ID, Label  string
	Hint       string
	Kind       string // an ordinary care such as "contact", done together with those of the level; empty for a step of its own
	Within     Span   // once, counted from when it opens; zero where it returns
	Every      string // as of a cycle; empty where it is done once
	Times      int    // at least so often in each period
	Who        string // "child_director", "supervisor", "officer", "assigned"
	Party      string // whom the step concerns besides: 学校, 司法所 …
	After      string // step that must be done before this one opens
	Proves     bool   // is done when every proof is there, and by nothing else
	Categories []string
	Basis      string // document and article, where it differs from the list's
	Status     string // of this step where it differs from the list's
}

// KindOf is the kind of care that a step is: an ordinary one, or its own.
func (l List) KindOf(s Step) string {
	if s.Kind != "" {
		return s.Kind
	}
	return Prefix + string(l.ID) + "." + s.ID
}

// Prefix begins the kinds of care of steps of their own.
const Prefix = "special."

// For tells whether something limited to categories concerns a child with these national codes.
func For(limited, codes []string) bool {
	return len(limited) == 0 || slices.ContainsFunc(limited, func(c string) bool { return slices.Contains(codes, c) })
}

// Step gives a step by its id.
func (l List) Step(id string) (Step, bool) {
	i := slices.IndexFunc(l.Steps, func(s Step) bool { return s.ID == id })
	if i < 0 {
		return Step{}, false
	}
	return l.Steps[i], true
}

// Proof gives a proof by its id.
func (l List) Proof(id string) (Proof, bool) {
	i := slices.IndexFunc(l.Proofs, func(p Proof) bool { return p.ID == id })
	if i < 0 {
		return Proof{}, false
	}
	return l.Proofs[i], true
}

// Missing gives the proofs that a child with these national codes lacks; of
// those that stand instead of each other it gives the first.
func (l List) Missing(codes []string, there func(id string) bool) []Proof {
	var out []Proof
	met := map[string]bool{}
	for _, p := range l.Proofs {
		if For(p.Categories, codes) && there(p.ID) {
			met[p.key()] = true
		}
	}
	for _, p := range l.Proofs {
		if For(p.Categories, codes) && !met[p.key()] {
			met[p.key()] = true
			out = append(out, p)
		}
	}
	return out
}

func (p Proof) key() string {
	if p.Instead != "" {
		return "one of " + p.Instead
	}
	return p.ID
}

// Check says what is wrong with the list, or "".
func (l List) Check() string {
	if l.ID.Label() == "" {
		return "不是专项名单的编号"
	}
	if l.Secret && len(l.Proofs) > 0 {
		return "单独保密,不登记证明材料(proofs)"
	}
	seen := map[string]bool{}
	for _, s := range l.Steps {
		switch {
		case seen[s.ID]:
			return fmt.Sprintf("的事项“%s”写了两次", s.ID)
		case (s.Within.N != 0) == (s.Every != ""):
			return fmt.Sprintf("的事项“%s”要么写期限(within),要么写周期(every),只写其中一项", s.ID)
		case s.After != "" && !l.leads(s.After, seen):
			return fmt.Sprintf("的事项“%s”跟在“%s”之后:那一项应排在它前面,并且单独办理", s.ID, s.After)
		case s.Kind != "" && s.After != "":
			return fmt.Sprintf("的事项“%s”与等级的事项合并办理(kind),不能再跟在别的事项之后(after)", s.ID)
		case s.Proves && (len(l.Proofs) == 0 || s.Every != ""):
			return fmt.Sprintf("的事项“%s”是补齐证明(proves),应写期限,并列出证明材料(proofs)", s.ID)
		}
		seen[s.ID] = true
	}
	seen = map[string]bool{}
	for _, p := range l.Proofs {
		if seen[p.ID] {
			return fmt.Sprintf("的证明“%s”写了两次", p.ID)
		}
		seen[p.ID] = true
	}
	return ""
}

// leads tells whether another step can follow one: it comes before, and is of its own.
func (l List) leads(id string, seen map[string]bool) bool {
	s, _ := l.Step(id)
	return seen[id] && s.Kind == ""
}

// Describe tells the label, and whether the source was read.
func (l List) Describe() (string, bool) { return l.Label, l.Verified }
