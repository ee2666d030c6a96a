package rule

import (
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"

	"weibao/internal/rule/rulefile"
)

// item is one entry of a file while it is read.
type item struct {
	head
	place
	node  *yaml.Node
	found *Findings
}

func (it item) complain(format string, args ...any) {
	it.found.Add(it.file, it.line, "“%s”%s", it.ID, fmt.Sprintf(format, args...))
}

// readItems puts the items of a document on a shelf. finish completes and checks what neither schema nor decoder can.
func readItems[T any](s *shelf[T], doc *rulefile.Document, local bool, found *Findings, finish func(*T, item)) {
	list := rulefile.Child(doc.Root, "items")
	if list == nil {
		return
	}
	for _, node := range list.Content {
		it := item{place: place{file: doc.File, line: node.Line, local: local}, node: node, found: found}
		var value T
		err := node.Decode(&it.head)
		if err == nil {
			err = node.Decode(&value)
		}
		if err != nil {
			found.Add(doc.File, node.Line, "“%s”无法读取: %v", it.ID, err)
			continue
		}
		if !local && it.Status == Local {
			it.complain("是全国规则,状态不能是 local")
		}
		if finish != nil {
			finish(&value, it)
		}
		s.put(entry[T]{head: it.head, place: it.place, value: value})
	}
}

// readConditions compiles the conditions of a category, each by itself.
func readConditions(c *Category, it item) {
	for name, into := range map[string]*[]Condition{"when": &c.When, "entry": &c.Entry, "propose": &c.Propose, "exit": &c.Exit} {
		list := rulefile.Child(it.node, name)
		if list == nil {
			continue
		}
		for _, n := range list.Content {
			cond, err := Compile(n.Value)
			if err != nil {
				it.found.Add(it.file, n.Line, "“%s”的条件: %v", it.ID, err)
				continue
			}
			*into = append(*into, cond)
		}
	}
}

var spanUnits = map[string]string{
	"hours": "hours", "workdays": "workdays", "days": "calendar", "months": "calendar", "years": "calendar",
}

// checkClock refuses a clock that says two things or nothing.
func checkClock(c *Clock, it item) {
	switch {
	case c.Span.N == 0 && c.Words == "":
		it.complain("既没有时限(span),也没有原文用词(words),请写其中一项")
	case c.Span.N != 0 && spanUnits[c.Span.Unit] != c.Kind:
		it.complain("的时限单位是%s,与种类(kind)%s不符", c.Span.Unit, c.Kind)
	}
}

// checkLadder refuses rungs out of order: each comes later than the one before it.
func checkLadder(l *Ladder, it item) {
	for i := 1; i < len(l.Steps); i++ {
		before, after := l.Steps[i-1].Offset, l.Steps[i].Offset
		if before.Unit == after.Unit && before.N >= after.N {
			it.complain("第%d级(%s)不晚于前一级(%s),请按时间先后排列", i+1, l.Steps[i].Label, l.Steps[i-1].Label)
		}
	}
	seen := map[string]bool{}
	for _, s := range l.Steps {
		at := fmt.Sprint(s.Action, s.To)
		if seen[at] {
			it.complain("同一动作“%s”对同一对象写了两次", strings.TrimSpace(s.Label))
		}
		seen[at] = true
	}
}
