package compile

import (
	"regexp"
	"strings"

	"weibao/internal/plan/compile/owner"
	"weibao/internal/script"
)

// node is a numbered clause or section with what stands under it.
type node struct {
	mark   marker
	head   Span // heading words without number and closing stop; empty if the clause has none
	class  sectionClass
	paras  []Span   // its own text before its children, heading excluded
	tables []*table // tables under it
	kids   []*node
	parent *node
	parts  []part      // own text cut at its owner lines, see scope.go
	owner  *owner.Line // written for this node: on its own line, in brackets, or standing for its group
	above  *owner.Line // written at the head of this node, for all below it
	doers  []Span      // the units that head the section (markUnit)
	depth  int
}

// tree is the outline of a text.
type tree struct {
	src   *source
	lines []line
	root  *node
	conv  owner.Convention
}

// buildTree reads lines into the outline.
func buildTree(s *source) *tree {
	t := &tree{src: s, lines: splitLines(s), root: &node{}}
	t.conv = owner.FindConvention(s.Text)
	b := &builder{tree: t, cur: t.root}
	for b.i < len(t.lines) && !b.ended {
		b.step()
	}
	t.recoverLostHeadings(t.root)
	t.scopeOwners()
	return t
}

// builder walks over the lines; skipping says why lines are passed over.
type builder struct {
	*tree
	i        int
	cur      *node
	skipping skipMode
	listed   string // words of the last list of annexes
	ended    bool
	numbered bool // a marker has been seen
}

type skipMode int

const (
	skipNone skipMode = iota
	skipList
	skipAnnex
	skipRoster
)

func (b *builder) step() {
	l := b.lines[b.i]
	if b.pass(l) {
		b.i++
		return
	}
	switch l.kind {
	case lineRow:
		b.table()
		return
	case lineMarker:
		b.numbered = true
		b.open(l)
	default:
		if b.src.Norm[l.End-1] == '|' && b.cellPerLine() {
			return
		}
		if b.unitHead(l) {
			break
		}
		b.cur.paras = append(b.cur.paras, b.joined(l))
	}
	b.i++
}

// pass tells whether a line is to be left out, and keeps track of why.
func (b *builder) pass(l line) bool {
	switch l.kind {
	case lineAnnex:
		b.cur = b.root
		b.skipping = skipNone
		if idleAnnex(b.annexTitle()) {
			b.skipping = skipAnnex
		}
		return true
	case lineAnnexList:
		b.skipping, b.listed = skipList, b.src.Sub(l.Span)
		return true
	case lineTail:
		b.ended = b.numbered
		return true
	case lineRoster:
		if b.skipping == skipNone {
			b.skipping = skipRoster
		}
		return true
	case lineFurniture, lineFormal:
		return true
	}
	if b.stillSkipping(l) {
		return true
	}
	b.skipping = skipNone
	return l.kind == lineText && b.signature(l)
}

// stillSkipping: the list of annexes ends at the next outer heading, table or paragraph; a roster at the next sentence.
func (b *builder) stillSkipping(l line) bool {
	words := b.src.Sub(l.Span)
	sentence := strings.ContainsAny(words, "。;；")
	switch b.skipping {
	case skipAnnex:
		return true
	case skipList:
		switch {
		case l.kind == lineMarker:
			if l.mark.kind <= markParen {
				b.cur = b.root
				return false
			}
			return true
		case l.kind == lineRow, sentence && l.Len() > 40:
			b.cur = b.root
			if idleAnnex(b.listed) {
				b.skipping = skipAnnex
				return true
			}
			return false
		}
		return true
	case skipRoster:
		return l.kind == lineText && !sentence && l.Len() <= 60
	}
	return false
}

var (
	annexIdle = regexp.MustCompile(`名单|人员|通讯录|统计表|登记表|汇总表|申请表|申报表|样[式本表张]|流程图|回执|报名|承诺书|公式|联系方式|档案|花名册|月报表|问卷`)
	annexLive = regexp.MustCompile(`方案|意见|计划|要点|清单|分工|职责|分解表|任务|措施|办法`)
)

// idleAnnex: lists of persons and blank forms order nothing.
func idleAnnex(title string) bool {
	return annexIdle.MatchString(title) && !annexLive.MatchString(annexIdle.ReplaceAllString(title, ""))
}

// annexTitle joins the short lines that follow the word 附件.
func (b *builder) annexTitle() string {
	title := ""
	for j := b.i + 1; j < len(b.lines) && j <= b.i+3; j++ {
		l := b.lines[j]
		if l.kind == lineRow || l.kind == lineMarker || l.Len() > 45 {
			break
		}
		title += b.src.Sub(l.Span)
	}
	return script.Squeeze(title)
}

// signature: a unit's name alone on a line before a date.
func (b *builder) signature(l line) bool {
	return b.i+1 < len(b.lines) && b.lines[b.i+1].kind == lineFormal && l.Len() <= 30 && owner.IsName(b.src.Sub(l.Span))
}

// bareLabel: 责任单位: with the names on the next line.
func (b *builder) bareLabel(sp Span) bool {
	words := b.src.Sub(sp)
	return words[len(words)-1] == ':' && sp.Len() <= 14 && owner.LabelEnd(words) == len(words)
}

// namesBelow takes the units that are listed by number under a label (责任单位: 1.县民政局 2.县教育局).
func (b *builder) namesBelow(sp *Span) bool {
	first := marker{}
	for n := 1; b.i+1 < len(b.lines); n++ {
		l := b.lines[b.i+1]
		if l.kind != lineMarker || l.mark.num != n || n > 1 && l.mark.kind != first.kind {
			break
		}
		name := b.src.Trim(script.Between(l.mark.End, l.End))
		for name.Len() > 0 && strings.ContainsRune("。;,、", b.src.Norm[name.End-1]) {
			name.End--
		}
		if name.Len() == 0 || owner.List(b.src.Text, name, false) == nil {
			break
		}
		first, sp.End = l.mark, l.End
		b.i++
	}
	return first.num > 0
}

// joined is the line, together with the next one if it breaks off inside a list (…、).
func (b *builder) joined(l line) Span {
	sp := l.Span
	if sp.Len() > 0 && b.bareLabel(sp) && b.namesBelow(&sp) {
		return sp
	}
	for sp.Len() > 0 && sp.Len() < 400 && (b.src.Norm[sp.End-1] == '、' || b.bareLabel(sp)) && b.i+1 < len(b.lines) && b.lines[b.i+1].kind == lineText {
		b.i++
		sp.End = b.lines[b.i].End
	}
	return sp
}

// unitHead opens a section of a unit's own: 县民政局: alone above duties numbered from 1, or, in a section so
// divided, any paragraph that is headed by a unit.
func (b *builder) unitHead(l line) bool {
	w := &walker{tree: b.tree}
	head := w.headBeforeColon(l.Span)
	if head.Len() < 2 || owner.IsLabel(b.src.Sub(script.Between(l.Start, head.End+1))) {
		return false
	}
	names := owner.List(b.src.Text, head, false)
	if words := b.src.Sub(head); names == nil && b.underUnit() && head.Len() <= 16 && !owner.Commanding(strings.TrimPrefix(words, "各")) && !stageWord.MatchString(words) {
		names = owner.List(b.src.Text, head, true) // among units: 各村、“两基”工作组:
	}
	if names == nil {
		return false
	}
	if body := b.src.Trim(script.Between(head.End+1, l.End)); body.Len() > 0 {
		return b.underUnit() && b.addUnit(head, body, names)
	}
	if b.cur == b.root || b.i+1 >= len(b.lines) {
		return false
	}
	next := b.lines[b.i+1]
	return next.kind == lineMarker && next.mark.kind >= markNum && next.mark.kind <= markCircle && (next.mark.num == 1 || b.underUnit()) && b.addUnit(head, Span{}, names)
}

var stageWord = regexp.MustCompile(`阶段|步骤|时段|内容|要求|目标|时间|措施|方式|注意|说明|备注`)

// underUnit: the current clause lies in a section that is headed by a unit alone.
func (b *builder) underUnit() bool {
	for n := b.cur; n != b.root; n = n.parent {
		if n.mark.kind == markUnit {
			return true
		}
	}
	return false
}

func (b *builder) addUnit(head, body Span, names []Span) bool {
	m := marker{script.Between(head.Start, head.Start), markUnit, 0}
	n := &node{mark: m, head: head, parent: b.place(m), doers: names}
	n.depth = n.parent.depth + 1
	if body.Len() > 0 {
		n.paras = []Span{body}
	}
	n.parent.kids = append(n.parent.kids, n)
	b.cur = n
	return true
}

// open starts a node at a numbered line.
func (b *builder) open(l line) {
	n := &node{mark: l.mark, parent: b.place(l.mark)}
	n.depth = n.parent.depth + 1
	rest := b.joined(line{Span: b.src.Trim(script.Between(l.mark.End, l.End))})
	if rest.Len() > 0 && l.mark.kind != markItem {
		var body Span
		n.head, body = splitHeading(b.src, rest)
		rest = body
	}
	if rest.Len() > 0 {
		n.paras = append(n.paras, rest)
	}
	n.class = classOf(b.src.Sub(n.head))
	n.parent.kids = append(n.parent.kids, n)
	b.cur = n
}

// place finds the parent of a marker: beside the nearest open clause numbered in the same form, else below the
// nearest open clause numbered in an outer form. An outer form that starts at 1 under a bare heading is its child.
func (b *builder) place(m marker) *node {
	for n := b.cur; n != b.root; n = n.parent {
		if n.mark.kind == m.kind {
			return n.parent
		}
	}
	n := b.cur
	if m.num == 1 && m.kind >= markParen && n != b.root && len(n.paras) == 0 && n.head.Len() > 0 {
		return n
	}
	for n != b.root && n.mark.kind >= m.kind {
		n = n.parent
	}
	return n
}

const (
	headMax  = 45 // a heading that is followed by text on the same line
	aloneMax = 60 // a heading that stands alone on its line
	bareMax  = 32 // a single sentence that is its own heading
)

// splitHeading parts the words behind a number into heading and body.
func splitHeading(s *source, sp Span) (head, body Span) {
	none := script.Between(sp.Start, sp.Start)
	stop := -1
	for i, depth := sp.Start, 0; i < sp.End && stop < 0; i++ {
		switch s.Norm[i] {
		case '(':
			depth++
		case ')':
			depth = max(0, depth-1)
		case '。':
			stop = i
		case ':':
			if depth == 0 && i-sp.Start <= 25 && i+1 < sp.End && !owner.IsLabel(s.Sub(script.Between(sp.Start, i+1))) {
				return script.Between(sp.Start, i), s.Trim(script.Between(i+1, sp.End))
			}
		case ' ', '\t':
			if depth == 0 && i-sp.Start >= 4 && i-sp.Start <= 30 && sp.End-i > 20 && plainWords(s, script.Between(sp.Start, i)) {
				return script.Between(sp.Start, i), s.Trim(script.Between(i, sp.End))
			}
		}
	}
	if stop < 0 {
		if sp.Len() <= aloneMax && s.Norm[sp.End-1] != ';' && s.Norm[sp.End-1] != ',' {
			return headAlone(s, sp)
		}
		return none, sp
	}
	rest := s.Trim(script.Between(stop+1, sp.End))
	switch {
	case rest.Len() == 0 && stop-sp.Start <= bareMax:
		return script.Between(sp.Start, stop), rest
	case rest.Len() == 0 || stop-sp.Start > headMax:
		return none, sp
	case s.Norm[rest.Start] == '(' && s.Closing(rest.Start, rest.End) >= rest.End-2 && stop-sp.Start > bareMax:
		return none, sp
	}
	return script.Between(sp.Start, stop), rest
}

// headAlone keeps an owner bracket that closes a heading line out of the heading.
func headAlone(s *source, sp Span) (head, body Span) {
	for i := sp.Start; i < sp.End; i++ {
		if s.Norm[i] != '(' {
			continue
		}
		if c := s.Closing(i, sp.End); c > 0 && owner.Read(s.Text, script.Between(i+1, c), owner.Convention{}, owner.Bracket) != nil {
			return s.Trim(script.Between(sp.Start, i)), script.Between(i, sp.End)
		}
	}
	for sp.End > sp.Start && strings.ContainsRune(":;,.", s.Norm[sp.End-1]) {
		sp.End--
	}
	return sp, script.Between(sp.End, sp.End)
}

func plainWords(s *source, sp Span) bool { return !strings.ContainsAny(s.Sub(sp), ",。;:、") }

// recoverLostHeadings: where the numbers of a level jump over one (一, 三), the heading between them was lost and
// the numbered clauses that follow running text belong to it, not to the section before.
func (t *tree) recoverLostHeadings(n *node) {
	kids := make([]*node, 0, len(n.kids))
	for i, k := range n.kids {
		t.recoverLostHeadings(k)
		kids = append(kids, k)
		gap := i+1 < len(n.kids) && n.kids[i+1].mark.kind == k.mark.kind && n.kids[i+1].mark.num == k.mark.num+2
		if !gap || k.class == classDuties || len(k.kids) == 0 || len(k.paras) == 0 {
			continue
		}
		at := script.Between(k.kids[0].mark.Start, k.kids[0].mark.Start)
		lost := &node{mark: marker{at, k.mark.kind, k.mark.num + 1}, head: at, parent: n, kids: k.kids, depth: k.depth}
		for _, kid := range lost.kids {
			kid.parent = lost
		}
		k.kids = nil
		kids = append(kids, lost)
	}
	n.kids = kids
}

// label is the step of a path that n stands for; empty for the root and for lost headings.
func (t *tree) label(n *node) string {
	if n.mark.Len() == 0 && n.mark.kind != markUnit {
		return ""
	}
	if n.mark.kind == markItem {
		return strings.TrimRight(strings.TrimSpace(t.src.Raw(n.mark.Span)), ":：,，")
	}
	whole := script.Between(n.mark.Start, max(n.mark.End, n.head.End))
	return strings.TrimRight(t.src.Raw(t.src.Trim(whole)), "。.:： ；;")
}

// path is the chain of headings from the top to n.
func (t *tree) path(n *node) []string {
	var p []string
	for ; n != nil; n = n.parent {
		if l := t.label(n); l != "" {
			p = append([]string{l}, p...)
		}
	}
	return p
}

// outline lists all headings in reading order.
func (t *tree) outline() []Heading {
	var out []Heading
	var walk func(n *node, level, parent int, duties bool)
	walk = func(n *node, level, parent int, duties bool) {
		for _, k := range n.kids {
			ok := duties && k.class == classDuties
			at := parent
			if text := t.label(k); text != "" {
				out = append(out, Heading{script.Between(k.mark.Start, max(k.head.End, k.mark.End)), text, level, parent, ok})
				at = len(out) - 1
			}
			walk(k, level+1, at, ok)
		}
	}
	walk(t.root, 0, -1, true)
	return out
}

// structured: something in the text is built like a plan: numbered clauses, owners, a table of tasks, or paragraphs
// that are headed by units.
func (t *tree) structured(tasks []Task) bool {
	headed := 0
	for i := range tasks {
		if tasks[i].FoundBy[0] == "clause.unit_paragraph" {
			headed++
		}
	}
	found := headed >= 2
	t.each(t.root, func(n *node) {
		found = found || n.owner != nil || n.above != nil || len(n.tables) > 0 || len(n.kids) >= 2
	})
	return found
}

func (t *tree) each(n *node, do func(*node)) {
	do(n)
	for _, k := range n.kids {
		t.each(k, do)
	}
}
