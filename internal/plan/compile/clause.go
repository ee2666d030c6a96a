package compile

import (
	"regexp"
	"sort"
	"strings"

	"weibao/internal/plan/compile/owner"
	"weibao/internal/script"
)

// draft is a clause on its way to becoming a task.
type draft struct {
	Span
	node   *node
	head   Span // heading words that count as part of the clause
	item   string
	owner  *owner.Line
	doers  []Unit // named by heading or paragraph
	cuts   []Span // owner texts inside the span
	title  string
	rules  []string
	strong bool // kept only if it orders something by time, figure or paper
}

// tasks walks the outline and makes tasks in reading order.
func (t *tree) tasks() []Task {
	w := &walker{tree: t}
	w.walk(t.root, nil, nil)
	sort.SliceStable(w.drafts, func(i, j int) bool { return w.drafts[i].Start < w.drafts[j].Start })
	out := make([]Task, 0, len(w.drafts))
	for _, d := range w.drafts {
		if task, ok := w.task(d); ok {
			out = append(out, task)
		}
	}
	return out
}

type walker struct {
	*tree
	drafts []draft
}

// walk visits n; above is the owner written at the head of a section around it, doers the unit that a heading names.
func (w *walker) walk(n *node, above *owner.Line, doers []Unit) {
	if n.above != nil {
		above = n.above
	}
	if u := w.headingUnits(n); u != nil {
		doers = u
	}
	from := len(w.drafts)
	switch {
	case n == w.root:
		w.root0(n)
	case len(n.kids) == 0 && len(n.tables) == 0:
		w.leaf(n)
	default:
		if u := w.introUnits(n); u != nil {
			doers = u
		}
		w.intro(n)
	}
	for i := from; i < len(w.drafts); i++ {
		d := &w.drafts[i]
		if d.owner == nil && above != nil {
			o := *above
			o.Inherited = true
			d.owner = &o
		}
		if d.doers == nil {
			d.doers = doers
		}
	}
	for _, tab := range n.tables {
		w.rows(n, tab)
	}
	for _, k := range n.kids {
		w.walk(k, above, doers)
	}
	if n.class != classDuties {
		w.prune(n, from)
	}
}

// prune drops what stands under aims, principles and objects, unless an owner is written for it.
func (w *walker) prune(n *node, from int) {
	if n.class == classPeriod && len(n.kids) > 0 {
		return // stages of work
	}
	kept := w.drafts[:from]
	for _, d := range w.drafts[from:] {
		switch {
		case d.owner != nil && !d.owner.Inherited && n.class != classPreface:
			kept = append(kept, d)
		case n.class == classObject && len(n.kids) == 0:
			d.strong = true
			kept = append(kept, d)
		}
	}
	w.drafts = kept
}

// root0 reads text that stands under no number: only what is built like a duty counts.
func (w *walker) root0(n *node) {
	for i := range n.parts {
		p := &n.parts[i]
		if w.unitParagraphs(n, p, 3) {
			continue
		}
		for _, para := range p.paras {
			if items := w.items(para); items != nil && len(n.kids) == 0 {
				w.itemised(n, p, para, items)
			} else if len(n.kids) == 0 && p.owner() != nil {
				w.add(draft{Span: para, node: n, owner: p.owner(), cuts: p.cuts(), rules: []string{"clause.paragraph"}})
			}
		}
	}
}

// cuts are the spans of the owner texts inside the paragraphs.
func (p *part) cuts() []Span {
	var out []Span
	for _, o := range p.inside {
		out = append(out, o.Span)
	}
	return out
}

func (w *walker) add(d draft) { w.drafts = append(w.drafts, d) }

// leaf makes the tasks of a clause that has no numbered lines below it.
func (w *walker) leaf(n *node) {
	if len(n.parts) == 0 || len(n.parts) == 1 && len(n.parts[0].paras) == 0 {
		w.bareHeading(n)
		return
	}
	first := len(w.drafts)
	for i := range n.parts {
		p := &n.parts[i]
		own := n.owner
		if own == nil {
			own = p.owner()
		}
		if len(p.paras) == 0 || w.unitParagraphs(n, p, 1) {
			continue
		}
		for _, group := range w.paragraphs(n, p) {
			w.paragraph(n, p, group, own)
		}
	}
	if len(w.drafts) > first && n.head.Len() > 0 {
		w.drafts[first].head = n.head
	}
}

// bareHeading: a heading in command form with nothing below it is the duty.
func (w *walker) bareHeading(n *node) {
	if n.head.Len() == 0 || n.class != classDuties {
		return
	}
	words, end := w.src.Sub(n.head), n.head.End
	if provision.MatchString(words) {
		return
	}
	if sentence := end < len(w.src.Norm) && w.src.Norm[end] == '。'; sentence {
		end++
		if nounItem(words) {
			return
		}
	} else if !owner.Commanding(words) && n.owner == nil {
		return
	}
	w.add(draft{Span: script.Between(n.head.Start, end), node: n, owner: n.owner, rules: []string{"clause.bare_heading"}})
}

// paragraphs groups the paragraphs of a part into clauses: one, unless a top section without numbered clauses runs
// over three or more long paragraphs, each of which is then its own.
func (w *walker) paragraphs(n *node, p *part) [][]Span {
	long := 0
	for _, para := range p.paras {
		if para.Len() >= 60 {
			long++
		}
	}
	var out [][]Span
	apart := n.mark.kind <= markHan && n.depth == 1 && long >= 3 && len(n.parts) == 1 && n.owner == nil
	for _, para := range p.paras {
		switch {
		case apart, len(out) == 0, coda.MatchString(w.src.Sub(para)), w.items(para) != nil, len(out[len(out)-1]) > 0 && w.items(out[len(out)-1][0]) != nil:
			out = append(out, []Span{para})
		default:
			out[len(out)-1] = append(out[len(out)-1], para)
		}
	}
	return out
}

// coda: a paragraph that speaks of the tasks above it.
var coda = regexp.MustCompile(`^(以上|上述)(各项|任务|工作|事项|\d|第|措施|内容)`)

// paragraph makes the tasks of one clause.
func (w *walker) paragraph(n *node, p *part, group []Span, own *owner.Line) {
	if items := w.items(group[0]); items != nil {
		w.itemised(n, p, group[0], items)
		return
	}
	d := draft{Span: script.Between(group[0].Start, group[len(group)-1].End), node: n, owner: own, cuts: p.cuts()}
	words := w.src.Sub(group[0])
	switch {
	case coda.MatchString(words):
		d.node, d.owner, d.rules = n.parent, nil, []string{"clause.coda"}
	case own == nil && provision.MatchString(words):
		return
	case len(w.nodeParagraphs(n)) > 1 && len(group) == 1 && announces(words):
		return
	case n.head.Len() == 0 && nounItem(words) && own == nil:
		return
	case n.head.Len() > 0:
		d.title = w.src.Raw(n.head)
		d.rules = []string{"clause.numbered"}
	default:
		d.rules = []string{"clause.numbered"}
	}
	w.add(d)
}

// provision: what a text says of itself: why it is made, what its words mean, when it comes into force, who explains it.
var provision = regexp.MustCompile(`^(为|为了|根据|依据)[^。]{6,200}(制定|提出|印发)(本|如下|以下|此)[^。]{0,12}。?$|^本(办法|制度|规定|细则|方案|意见|机制|计划|措施|规则)(所称|中?所指|适用于?|自[^。]{1,16}起|由[^。]{2,20}(负责)?解释|未尽|印发后)|^(所称|下列用语)`)

func (w *walker) nodeParagraphs(n *node) []Span { return n.paras }

// announces: the words only lead over to what follows.
func announces(words string) bool {
	words = strings.TrimRight(words, " ")
	return strings.HasSuffix(words, ":") || strings.HasSuffix(words, "如下。") || strings.HasSuffix(words, "如下")
}

// nounItem: an entry of a list of persons or things (…的未成年人;), not an order.
func nounItem(words string) bool {
	words = strings.TrimRight(words, " 。;,、等")
	if strings.ContainsAny(words, "。") || owner.Commanding(words) && !strings.HasPrefix(words, "因") {
		return false
	}
	return nounEnd.MatchString(words) && !modal.MatchString(words)
}

var nounEnd = regexp.MustCompile(`(未成年人|儿童|少年|学生|家庭|人员|群体|女性|孤儿|对象|情形|子女|幼儿|青年|青少年|\)|\d岁)$`)

// itemised makes one task of each 一是, 二是 of a paragraph, of a duty before them and of a duty behind them.
func (w *walker) itemised(n *node, p *part, para Span, items []item) {
	own := n.owner
	if own == nil {
		own = p.owner()
	}
	single := len(p.inside) <= 1 || p.line != nil
	title := ""
	if before := w.src.Trim(script.Between(para.Start, items[0].mark.Start)); w.dutyBefore(before) {
		w.add(draft{Span: before, node: n, owner: own, title: title, rules: []string{"clause.before_items"}})
	}
	for i, it := range items {
		d := draft{Span: it.body, node: n, item: it.label, owner: own, cuts: p.cuts(), rules: []string{"clause.item"}}
		if !single {
			d.owner = w.ownerWithin(p, it.body)
		}
		if at := w.dutyBehind(it.body, d.cuts); i == len(items)-1 && at > 0 {
			after := d
			after.Span, after.item, after.rules = script.Between(at, it.body.End), "", []string{"clause.behind_items"}
			d.Span.End = at
			w.add(d)
			w.add(after)
			continue
		}
		w.add(d)
	}
}

// ownerWithin is the owner written inside one item.
func (w *walker) ownerWithin(p *part, sp Span) *owner.Line {
	var o *owner.Line
	for _, in := range p.inside {
		if sp.Overlaps(in.Span) {
			o = o.Merge(in)
		}
	}
	return o
}

// dutyBefore: the sentence before the first item is an order itself, not a lead-over.
func (w *walker) dutyBefore(sp Span) bool {
	words := w.src.Sub(sp)
	return sp.Len() >= 12 && strings.HasSuffix(words, "。") && owner.Commanding(words) && !announces(words) && !leadOver.MatchString(words)
}

var leadOver = regexp.MustCompile(`(以下|下列|如下|重点(抓好|做好|开展)|[一二三四五六七八九十\d](个|项|方面|大)(方面|任务|工作|措施|行动|举措|机制|体系)?(工作|任务|措施)?)[^。]{0,8}。$`)

// dutyBehind: a later sentence of the last item that binds all units by a date (各成员单位每月25日前…), or speaks of
// what stands above; the code point where it begins, 0 if there is none.
func (w *walker) dutyBehind(sp Span, cuts []Span) int {
	for i := sp.Start; i+2 < sp.End; i++ {
		if w.src.Norm[i] != '。' || inAny(cuts, i) {
			continue
		}
		at := i + 1
		for at < sp.End && w.src.Space(at) {
			at++
		}
		to := w.src.Run(at, sp.End, func(r rune) bool { return r != '。' })
		words := w.src.Sub(script.Between(at, to))
		if coda.MatchString(words) || collectiveReport.MatchString(words) {
			return at
		}
	}
	return 0
}

var collectiveReport = regexp.MustCompile(`^各[^,。;的]{1,16}(于|在|应|要|须)?(每(月|季|年|周|半年|学期|季度)|\d{1,2}月|20).{0,60}(报送|上报|报告|报至|报|反馈|通报)`)

func inAny(spans []Span, i int) bool {
	for _, s := range spans {
		if s.Start <= i && i < s.End {
			return true
		}
	}
	return false
}

// intro: text between a heading and its numbered clauses is a duty only if it orders something that can be checked.
func (w *walker) intro(n *node) {
	for i := range n.parts {
		p := &n.parts[i]
		if len(p.paras) == 0 || w.unitParagraphs(n, p, 1) {
			continue
		}
		for _, para := range p.paras {
			if items := w.items(para); items != nil {
				w.itemised(n, p, para, items)
			} else if !announces(w.src.Sub(para)) {
				w.add(draft{Span: para, node: n, owner: nil, cuts: p.cuts(), rules: []string{"clause.before_clauses"}, strong: true})
			}
		}
	}
}
