package compile

import (
	"strings"

	"weibao/internal/plan/compile/owner"
	"weibao/internal/script"
)

// part is a stretch of a node's own text together with the owners written inside it or right below it.
type part struct {
	paras  []Span
	inside []*owner.Line // in brackets or behind a label within the paragraphs
	line   *owner.Line   // on lines of their own
}

// owner of the whole part, if only one is written.
func (p *part) owner() *owner.Line {
	o := p.line
	for _, in := range p.inside {
		o = o.Merge(in)
	}
	return o
}

// scopeOwners finds the written owners of every node and spreads those that stand once for a group.
func (t *tree) scopeOwners() {
	t.each(t.root, func(n *node) {
		t.ownerInHeading(n)
		t.cutParts(n)
	})
	var once [][]*node
	other := 0
	t.each(t.root, func(n *node) {
		for _, g := range n.groups() {
			switch formOf(g) {
			case lastOnly:
				once = append(once, g)
			case several:
				other++
			}
		}
	})
	if len(once) < other {
		return // in this text clauses have lines of their own; a single one at the end speaks for its clause alone
	}
	for _, g := range once {
		inherit(g)
	}
}

// groupForm tells how owner lines stand among the clauses of a group.
type groupForm int

const (
	noLines  groupForm = iota
	lastOnly           // one line behind the last clause: it stands for all
	several            // clauses have their own
)

// groups are the runs of clauses without clauses of their own, numbered in one form, among the children of n.
func (n *node) groups() [][]*node {
	var out [][]*node
	var run []*node
	for _, k := range n.kids {
		leaf := len(k.kids) == 0 && len(k.tables) == 0
		if len(run) > 0 && (!leaf || k.mark.kind != run[0].mark.kind) {
			out, run = append(out, run), nil
		}
		if leaf {
			run = append(run, k)
		}
	}
	return append(out, run)
}

func formOf(group []*node) groupForm {
	owned := 0
	for _, k := range group {
		if k.owner != nil {
			owned++
		}
	}
	switch {
	case len(group) < 2 || owned == 0:
		return noLines
	case owned == 1 && group[len(group)-1].owner != nil:
		return lastOnly
	}
	return several
}

// inherit gives the line behind the last clause of a group to the clauses before it.
func inherit(group []*node) {
	last := len(group) - 1
	whole := *group[last].owner
	whole.Inherited = true
	for _, k := range group[:last] {
		k.owner = &whole
	}
}

// ownerInHeading takes an owner bracket off the heading.
func (t *tree) ownerInHeading(n *node) {
	for i := n.head.Start; i < n.head.End; i++ {
		if t.src.Norm[i] != '(' {
			continue
		}
		c := t.src.Closing(i, n.head.End)
		if c < 0 {
			return
		}
		if o := owner.Read(t.src.Text, script.Between(i+1, c), t.conv, owner.Bracket); o != nil && c == n.head.End-1 {
			o.Span = script.Between(i, c+1)
			n.above = n.above.Merge(o)
			n.head = t.src.Trim(script.Between(n.head.Start, i))
			return
		}
		i = c
	}
}

// cutParts divides the node's own text at its owner lines. The owners of a node with children stand above these.
func (t *tree) cutParts(n *node) {
	var parts []part
	cur := part{}
	closed := false
	for _, p := range n.paras {
		if o := owner.Read(t.src.Text, p, t.conv, owner.Own); o != nil {
			cur.line = cur.line.Merge(o)
			closed = true
			continue
		}
		in := t.ownersInside(p)
		if closed && (len(cur.paras) > 0 || len(parts) > 0) {
			parts = append(parts, cur)
			cur, closed = part{}, false
		}
		closed = false
		cur.paras = append(cur.paras, p)
		cur.inside = append(cur.inside, in...)
		if len(in) > 0 && in[len(in)-1].End >= p.End-2 {
			closed = true
		}
	}
	if len(cur.paras) > 0 || cur.line != nil {
		parts = append(parts, cur)
	}
	n.parts = parts
	t.settleOwner(n)
}

// settleOwner: a leaf with one owner has it for all its text; several stay with their parts.
func (t *tree) settleOwner(n *node) {
	var all *owner.Line
	owned := 0
	for i := range n.parts {
		if o := n.parts[i].owner(); o != nil {
			all = all.Merge(o)
			owned++
		}
	}
	if n == t.root {
		return // what stands under no number speaks for itself alone
	}
	if len(n.kids) > 0 || len(n.tables) > 0 {
		n.above = n.above.Merge(all)
		return
	}
	if n.above != nil {
		all, n.above = n.above.Merge(all), nil
	}
	if owned <= 1 {
		n.owner = all
		n.joinParts()
	}
}

// joinParts puts the text of a leaf with one owner together again.
func (n *node) joinParts() {
	if len(n.parts) < 2 {
		return
	}
	one := part{}
	for _, p := range n.parts {
		one.paras = append(one.paras, p.paras...)
		one.inside = append(one.inside, p.inside...)
		one.line = one.line.Merge(p.line)
	}
	n.parts = []part{one}
}

// ownersInside finds owner brackets and trailing 责任单位:… within a paragraph.
func (t *tree) ownersInside(p Span) []*owner.Line {
	var out []*owner.Line
	for i := p.Start; i < p.End; i++ {
		switch t.src.Norm[i] {
		case '(':
			c := t.src.Closing(i, min(p.End, i+600))
			if c < 0 {
				return out
			}
			if o := t.bracketOwner(p, i, c); o != nil {
				out = append(out, o)
			}
			i = c
		case ':':
			if o := t.trailingOwner(p, i); o != nil {
				return append(out, o)
			}
		}
	}
	return out
}

// bracketOwner reads the bracket from i to c; names without a label are owners only where a sentence ends.
func (t *tree) bracketOwner(p Span, i, c int) *owner.Line {
	o := owner.Read(t.src.Text, script.Between(i+1, c), t.conv, owner.Bracket)
	if o == nil {
		return nil
	}
	next := c + 1
	for next < p.End && t.src.Space(next) {
		next++
	}
	ends := next >= p.End || strings.ContainsRune("。;(!", t.src.Norm[next])
	begins := i > p.Start && t.src.Norm[i-1] == '。'
	if o.Rule != "owner.label" && !ends && !begins {
		return nil
	}
	o.Span = script.Between(i, c+1)
	return o
}

// trailingOwner reads a label that follows a full stop, up to the end of the paragraph.
func (t *tree) trailingOwner(p Span, colon int) *owner.Line {
	from := colon
	for from > p.Start && colon-from < 14 && !strings.ContainsRune("。;!) ", t.src.Norm[from-1]) {
		from--
	}
	if from == p.Start || colon-from >= 14 {
		return nil
	}
	if end := owner.LabelEnd(t.src.Sub(script.Between(from, p.End))); end < 0 || t.src.At(t.src.Byte(from)+end) != colon+1 {
		return nil
	}
	o := owner.Read(t.src.Text, script.Between(from, p.End), t.conv, owner.Own)
	if o != nil {
		o.Span = script.Between(from, p.End)
	}
	return o
}
