package compile

import (
	"regexp"

	"weibao/internal/plan/compile/owner"
	"weibao/internal/script"
)

// unitParagraphs reads a part whose paragraphs begin with the unit that acts (市民政局:…). At least min of them must.
// A head that does not look like a unit counts if most of its neighbours do. Paragraphs without a head continue the one before.
func (w *walker) unitParagraphs(n *node, p *part, min int) bool {
	type headed struct {
		para Span
		head Span
		who  []Span
	}
	var found []headed
	sure := 0
	for _, para := range p.paras {
		h := headed{para: para, head: w.headBeforeColon(para)}
		if h.head.Len() > 0 {
			if h.who = owner.List(w.src.Text, h.head, false); h.who != nil {
				sure++
			}
		}
		found = append(found, h)
	}
	if sure < min || sure*2 < len(found) && sure < 3 {
		return false
	}
	for i, h := range found {
		if h.who == nil && h.head.Len() > 0 && sure >= 2 && h.head.Len() <= 12 && !owner.Commanding(w.src.Sub(h.head)) && !announces(w.src.Sub(h.para)) {
			h.who = owner.List(w.src.Text, h.head, true)
		}
		body := w.src.Trim(script.Between(h.head.End+1, h.para.End))
		switch {
		case h.who != nil && body.Len() > 0:
			label := w.src.Raw(h.head)
			if items := w.items(body); items != nil {
				w.unitItems(n, p, h.head, owner.Units(w.src.Text, h.who, "unit.paragraph", owner.BasisParagraph), items)
				continue
			}
			w.add(draft{Span: body, node: n, item: label, title: label + "职责", doers: owner.Units(w.src.Text, h.who, "unit.paragraph", owner.BasisParagraph),
				owner: p.line, cuts: p.cuts(), rules: []string{"clause.unit_paragraph"}})
		case i > 0 && len(w.drafts) > 0 && found[i-1].who != nil:
			w.drafts[len(w.drafts)-1].End = h.para.End
			found[i].who = found[i-1].who
		}
	}
	return true
}

// unitItems makes one task of each 一是, 二是 that a unit is told.
func (w *walker) unitItems(n *node, p *part, head Span, who []Unit, items []item) {
	label := w.src.Raw(head)
	for _, it := range items {
		w.add(draft{Span: it.body, node: n, item: label + " " + it.label, title: label + "职责", doers: who,
			owner: p.line, cuts: p.cuts(), rules: []string{"clause.unit_paragraph", "clause.item"}})
	}
}

// headBeforeColon is what stands before a colon near the beginning of a paragraph.
func (w *walker) headBeforeColon(para Span) Span {
	depth := 0
	for i := para.Start; i < para.End && i < para.Start+60; i++ {
		switch w.src.Norm[i] {
		case '(':
			depth++
		case ')':
			depth--
		case '。', ';':
			return Span{}
		case ':':
			if depth == 0 {
				return w.src.Trim(script.Between(para.Start, i))
			}
		}
	}
	return Span{}
}

// headingUnits: the heading is the name of the unit that acts ((一)县民政局).
func (w *walker) headingUnits(n *node) []Unit {
	if n.mark.kind == markUnit {
		return owner.Units(w.src.Text, n.doers, "unit.heading", owner.BasisParagraph)
	}
	if n.head.Len() < 2 || n.head.Len() > 60 {
		return nil
	}
	words := w.src.Sub(n.head)
	if m := dutiesFollow.FindStringIndex(words + ":"); m != nil && m[1] == len(words)+1 {
		return owner.Units(w.src.Text, owner.List(w.src.Text, script.Between(n.head.Start, w.src.At(w.src.Byte(n.head.Start)+m[0])), false), "unit.intro", owner.BasisParagraph)
	}
	if notActors.MatchString(words) {
		return nil
	}
	names := owner.List(w.src.Text, n.head, false)
	for _, name := range names {
		if !owner.IsOffice(w.src.Sub(name)) {
			return nil
		}
	}
	return owner.Units(w.src.Text, names, "unit.heading", owner.BasisParagraph)
}

var notActors = regexp.MustCompile(`^(组织|领导|工作|议事|协调|办事)?(机构|小组|专班|组织|办公室|委员会)$|^(成员|牵头|责任|配合)(单位|部门)$|职责|分工`)

// introUnits: 县民政局履行下列职责: above numbered duties.
func (w *walker) introUnits(n *node) []Unit {
	for _, p := range n.paras {
		if words := w.src.Sub(p); p.Len() <= 60 && announces(words) {
			if m := dutiesFollow.FindStringIndex(words); m != nil {
				if names := owner.List(w.src.Text, script.Between(p.Start, w.src.At(w.src.Byte(p.Start)+m[0])), false); names != nil {
					return owner.Units(w.src.Text, names, "unit.intro", owner.BasisParagraph)
				}
			}
		}
	}
	return nil
}

var dutiesFollow = regexp.MustCompile(`(应当?|要|主要)?(履行|承担|负责|落实)?(以下|下列|如下)(工作|主要)?(职责|任务|工作)(如下)?:`)
