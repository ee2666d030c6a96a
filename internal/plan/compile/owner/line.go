package owner

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"weibao/internal/script"
)

// Line is what one written line, bracket or table row says about who does a task and by when.
type Line struct {
	Span
	Lead, Support []Unit
	Times         []Span // where completion times stand
	Inherited     bool   // the line stands once for a group
	assumed       bool   // the lead follows from the text's convention; a written lead beside it goes before
	Rule          string
}

// Form is the place where owner words stand; it decides how much proof they need.
type Form int

const (
	Own     Form = iota // a line of its own, or the end of a paragraph
	Bracket             // inside brackets
)

const (
	partyWords = `牵头|主责|主办|主要责任|责任|配合|协作|协同|协办|协助|参与|参加|承办|落实|实施|主管|督办|督导|负责|分工|联合|支持|分管|包保|包联|联系|第一责任|具体负责|监督|监管|指导|组织`
	placeWords = `单位|部门|科室|股室|处室|站所|机构|主体|组织`
	headWords  = `领导|人|县领导|市领导|区领导|负责人|责任人`
	timeWords  = `(?:完成|整改|落实|办结|实施|推进)?(?:时限|时间|期限|时间节点|日期)(?:要求|安排)?|时间进度|进度(?:安排|要求)|时间要求|时间安排`
)

var (
	// ownerLabel: 责任单位: with what may stand before and behind; without 单位 only before a colon (牵头:)
	ownerLabel = regexp.MustCompile(`^[ \-*★☆※●◆▲■·▪◇□>]*(?:(?:主要|具体)?(?P<party>` + partyWords + `)(?:(?:和|及|与|、|/)?(?:` + partyWords + `))?(?P<noun>` + placeWords + `|` + headWords + `)(?:和(?:责任人|负责人)|及(?:责任人|负责人|分工))?(?:\([^()]{1,40}\))? *(?::|为|是| |-+)|(?P<short>牵头|主责|主办|配合|协办|参与|责任)(?:\([^()]{1,40}\))? *:|(?:` + timeWords + `)(?:\([^()]{1,40}\))? *(?::|为|是| ))`)
	// ownerVerb is the closed set of words that may follow the names: 牵头负责, 按职责分工负责, 抓好督促落实
	ownerVerb  = regexp.MustCompile(`^(?:会同.*|联合[^会].*|(?:牵头|统筹|主办|主抓|主责|抓总|负责|配合|参与|参加|协助|协同|协办|承办|按照?|各司?|自|其|根据|依照?|职责?|职能|分工|分别|具体|共同|分头|落实|抓好?|做好|组织|实施|推进|督促|相关|有关|工作|任务|完成|并|指导|协调|推动|总|责任?|切实|认真|予以|密切|全程|加强|支持)+)$`)
	strongVerb = regexp.MustCompile(`牵头|统筹|主办|主抓|主责|抓总|负责|配合|参与|参加|协助|协办|承办|落实|会同|联合`)
	leadVerb   = regexp.MustCompile(`^(负责|具体|总)?(牵头|统筹|主办|主抓|主责|抓总)`)
	leadLabel  = regexp.MustCompile(`^(牵头|主责|主办)`)
	timeLike   = regexp.MustCompile(`\d+月|\d+年|年底|年内|季度|半年|每月|每年|每周|每学期|全年|工作日|小时|长期|持续|常态`)
)

// LabelEnd is where a label (责任单位:) at the head of words ends, in bytes; -1 if none stands there.
func LabelEnd(words string) int {
	if m := ownerLabel.FindStringIndex(words); m != nil {
		return m[1]
	}
	return -1
}

// IsLabel tells whether words begin with a label.
func IsLabel(words string) bool { return ownerLabel.MatchString(words) }

const verbStarts = "会联牵统主负配参协承按各自根依分具共落抓做组实推督"

// role of the names being read.
type role int

const (
	roleNone role = iota
	roleLead
	roleSupport
	roleTime
	roleSkip // persons, not units
)

// Convention is what the text says about its own owner lines.
type Convention struct {
	commaLead bool // 逗号前为牵头部门
	firstLead bool // 列第一位的为牵头单位
	starLead  bool // 标*的为牵头单位
}

var (
	commaRule = regexp.MustCompile(`逗号(之)?前面?(的)?(单位|部门)?(为|是|系)牵头`)
	firstRule = regexp.MustCompile(`(第一|首)(位|个|家)?(的)?(单位|部门)?(为|是|系)(第一)?牵头|(排|列)(在)?(第一|首)位?(的)?(单位|部门)?(为|是|系)?牵头`)
	starRule  = regexp.MustCompile(`[标带有加](\*|★|“\*”|“★”)(号)?(的)?(单位|部门)?(为|是|系)牵头|(\*|★)(号)?(为|是|系)牵头`)
)

// FindConvention reads it.
func FindConvention(text *script.Text) Convention {
	s := source{text}
	var c Convention
	for i := 0; i+1 < len(s.Norm); i++ {
		if s.Norm[i] != '牵' || s.Norm[i+1] != '头' {
			continue
		}
		words := s.Sub(script.Between(max(0, i-16), i+2))
		c.commaLead = c.commaLead || commaRule.MatchString(words)
		c.firstLead = c.firstLead || firstRule.MatchString(words)
		c.starLead = c.starLead || starRule.MatchString(words)
	}
	return c
}

// ownerReader reads one owner text piece by piece.
type ownerReader struct {
	src     source
	conv    Convention
	form    Form
	out     *Line
	label   role // role given by the last label
	labels  int
	verbs   int
	charged int    // units told 负责 before any was told to lead or to help
	helped  bool   // others are told 配合
	pending []Span // names whose role is not known yet
	first   int    // names read under the present label
	apart   int    // of the pending names, those before the last semicolon
	since   int    // units added under the present label since the last comma
	people  bool   // the label speaks of persons, too: only full names of units count
	comma   bool   // a comma was passed under the present label
	dashed  bool   // the line begins with a dash (——县民政局、县教育局)
	stray   bool   // something that is no part of an owner text
}

// Read reads sp as an owner text; nil if it is none.
func Read(text *script.Text, sp Span, conv Convention, form Form) *Line {
	s := source{text}
	sp = s.Trim(sp)
	for sp.End > sp.Start && strings.ContainsRune("。;,)", s.Norm[sp.End-1]) && (s.Norm[sp.End-1] != ')' || strings.Count(s.Sub(sp), ")") > strings.Count(s.Sub(sp), "(")) {
		sp.End--
	}
	if sp.Len() < 3 || sp.Len() > 900 {
		return nil
	}
	r := &ownerReader{src: s, conv: conv, form: form, out: &Line{Span: sp}, dashed: s.Norm[sp.Start] == '-'}
	from, depth := sp.Start, 0
	for i := sp.Start; i <= sp.End && !r.stray; i++ {
		var c rune = ';'
		if i < sp.End {
			c = s.Norm[i]
		}
		switch {
		case c == '(' && i > from:
			depth++
		case c == '(' || c == ')' && depth == 0: // 【牵头单位:A】【责任单位:B】
			r.piece(script.Between(from, i))
			from = i + 1
		case c == ')':
			depth--
		case depth <= 0 && strings.ContainsRune("、,;。 /\t|\n", c) || i == sp.End:
			r.piece(script.Between(from, i))
			if c == ',' || c == ';' || c == '。' {
				r.separator(c)
			}
			from = i + 1
		}
	}
	return r.finish()
}

// piece reads what stands between two separators.
func (r *ownerReader) piece(sp Span) {
	sp = r.src.Trim(sp)
	if sp.Len() == 0 {
		return
	}
	words := r.src.Sub(sp)
	if m := ownerLabel.FindStringSubmatchIndex(words + " "); m != nil && (m[1] <= len(words) || r.form == Own && sp.Len() <= 6) {
		r.setLabel(words, m)
		sp.Start = r.src.At(r.src.Byte(sp.Start) + min(m[1], len(words)))
		r.piece(sp)
		return
	}
	if r.label == roleTime || r.label == roleSkip {
		if r.label == roleTime {
			r.addTime(sp)
		}
		return
	}
	if timeLike.MatchString(words) && !IsName(words) {
		r.out.Times = append(r.out.Times, sp)
		if r.labels == 0 && sp.Len() > 16 {
			r.stray = true
		}
		return
	}
	r.name(sp)
}

// addTime keeps the pieces of one completion time together (2月、8月).
func (r *ownerReader) addTime(sp Span) {
	if k := len(r.out.Times) - 1; k >= 0 && r.first > 0 {
		r.out.Times[k].End = sp.End
	} else {
		r.out.Times = append(r.out.Times, sp)
	}
	r.first++
}

func (r *ownerReader) setLabel(words string, m []int) {
	r.labels++
	r.flush(r.label)
	r.first, r.since, r.comma = 0, 0, false
	r.people = strings.Contains(words[:min(m[1], len(words))], "单位") && personLabel.MatchString(words[:min(m[1], len(words))])
	group := func(name string) string {
		if i := ownerLabel.SubexpIndex(name); m[2*i] >= 0 {
			return words[m[2*i]:m[2*i+1]]
		}
		return ""
	}
	party, noun := group("party")+group("short"), group("noun")
	switch {
	case party == "":
		r.label = roleTime
	case noun != "" && noun != "主体" && strings.Contains(headWords, noun):
		r.label = roleSkip
	case leadLabel.MatchString(party):
		r.label = roleLead
	default:
		r.label = roleSupport
	}
}

var personLabel = regexp.MustCompile(`(责任|负责)人`)

// name reads 甲局, 甲局牵头, 由甲局会同乙局负责, or a verb alone that closes the names before it.
func (r *ownerReader) name(sp Span) {
	at, verb := r.findVerb(sp)
	if at < 0 {
		r.list(sp)
		return
	}
	if strongVerb.MatchString(verb) {
		r.verbs++
	}
	if at > sp.Start {
		r.list(script.Between(sp.Start, at))
	}
	if r.label == roleSupport && leadVerb.MatchString(verb) { // 责任单位:甲牵头,乙配合
		r.promote(r.since)
		r.since = 0
		return
	}
	switch {
	case strings.HasPrefix(verb, "会同"), strings.HasPrefix(verb, "联合"):
		r.flush(roleLead)
		if rest := (script.Between(at+2, sp.End)); rest.Len() > 0 {
			r.name(rest)
		}
		r.flush(roleSupport)
	case leadVerb.MatchString(verb):
		late := r.pending[r.apart:]
		if len(late) > 0 { // 甲、乙;丙牵头
			r.pending = r.pending[:r.apart]
			r.flush(roleSupport)
			r.pending = late
		}
		r.flush(roleLead)
	case r.label == roleLead:
		r.flush(roleLead)
	default:
		r.charge(verb)
		r.flush(roleSupport)
	}
}

var (
	chargeVerb = regexp.MustCompile(`^(?:总|具体|全面|共同)?负责(?:落实|实施|组织实施|推进|抓好落实)?$`)
	helpVerb   = regexp.MustCompile(`^(?:予以|积极|密切|共同)?(?:配合|协助|协同|协办|参与|参加)`)
)

// charge hears who is told 负责 while others are told 配合: in 甲负责,乙配合 the first leads.
func (r *ownerReader) charge(verb string) {
	switch {
	case chargeVerb.MatchString(verb) && len(r.out.Lead)+len(r.out.Support) == 0:
		r.charged = len(r.pending)
	case helpVerb.MatchString(verb) && len(r.pending) > 0:
		r.helped = true
	}
}

// findVerb is where the verb of an owner phrase begins behind a full name; -1 if there is none.
func (r *ownerReader) findVerb(sp Span) (int, string) {
	for i := sp.Start; i < sp.End; i++ {
		if !strings.ContainsRune(verbStarts, r.src.Norm[i]) {
			continue
		}
		words := r.src.Sub(script.Between(i, sp.End))
		if !ownerVerb.MatchString(words) {
			continue
		}
		if i == sp.Start {
			return i, words
		}
		name := r.src.Sub(trimUnit(r.src, script.Between(sp.Start, i)))
		if IsName(name) || strings.HasSuffix(r.src.Sub(script.Between(sp.Start, i)), "等") || unitTail(name) || r.labels == 0 && looseName(name) && utf8.RuneCountInString(name) >= 3 {
			return i, words
		}
	}
	return -1, ""
}

// unitTail: the last name of 甲局和乙局 is one.
func unitTail(name string) bool {
	i := strings.LastIndexAny(name, "和及与")
	return i > 0 && IsName(strings.TrimLeft(name[i:], "和及与"))
}

// list adds names; without a label each must look like a unit.
func (r *ownerReader) list(sp Span) {
	loose := r.labels > 0
	names := List(r.src.Text, sp, loose)
	if names == nil {
		if loose {
			return // a remark inside a labelled line
		}
		if len(trimWords(r.src.Sub(sp))) > 0 {
			r.stray = true
		}
		return
	}
	for _, n := range names {
		if bare, to := r.marked(n); to != roleNone { // 市教育局(牵头)
			r.verbs++
			r.add(bare, to)
			continue
		}
		if r.people && !IsName(r.src.Sub(n)) {
			continue
		}
		if r.label != roleNone {
			r.add(n, r.labelled(n))
			r.first++
			r.since++
			continue
		}
		r.pending = append(r.pending, n)
	}
}

var roleNote = regexp.MustCompile(`\((牵头|主责|主办|配合|协办|协助|参与)(?:单位|部门)?\)$`)

// marked reads the role that a bracket behind a name gives.
func (r *ownerReader) marked(n Span) (Span, role) {
	words := r.src.Sub(n)
	m := roleNote.FindStringSubmatchIndex(words)
	if m == nil || m[0] == 0 {
		return n, roleNone
	}
	bare := script.Between(n.Start, r.src.At(r.src.Byte(n.Start)+m[0]))
	if leadLabel.MatchString(words[m[2]:m[3]]) {
		r.out.assumed = false
		return bare, roleLead
	}
	return bare, roleSupport
}

func trimWords(words string) string { return strings.Trim(words, " 等。,;、") }

// labelled is the role of a name under the present label, as the text's own convention has it.
func (r *ownerReader) labelled(n Span) role {
	if r.label != roleSupport {
		return r.label
	}
	switch {
	case r.conv.starLead && n.Start > 0 && strings.ContainsRune("*★", r.src.Norm[n.Start-1]),
		r.conv.starLead && n.End < len(r.src.Norm) && strings.ContainsRune("*★", r.src.Norm[n.End]):
		return roleLead
	case r.conv.firstLead && r.first == 0 && len(r.out.Lead) == 0:
		r.out.assumed = true
		return roleLead
	}
	return roleSupport
}

// separator: under the comma convention the names before the first comma lead.
func (r *ownerReader) separator(c rune) {
	r.since = 0
	if c == ';' {
		r.apart = len(r.pending)
	}
	if c == ',' && r.conv.commaLead && r.label == roleSupport && !r.comma && r.first > 0 {
		r.comma = true
		r.promote(r.first)
	}
}

// promote turns the last n support units into lead units.
func (r *ownerReader) promote(n int) {
	k := max(0, len(r.out.Support)-n)
	r.out.Lead = append(r.out.Lead, r.out.Support[k:]...)
	r.out.Support = r.out.Support[:k]
	r.first = 0
}

func (r *ownerReader) flush(to role) {
	if to == roleNone || to == roleTime || to == roleSkip {
		to = roleSupport
	}
	for _, n := range r.pending {
		r.add(n, to)
	}
	r.pending, r.apart = nil, 0
}

func (r *ownerReader) add(n Span, to role) {
	rule := "owner.support"
	if to == roleLead {
		rule = "owner.lead"
	}
	u := Unit{Fact: r.src.Fact(n, rule), Name: r.src.Raw(n), Basis: BasisLine}
	if to == roleLead {
		r.out.Lead = append(r.out.Lead, u)
	} else {
		r.out.Support = append(r.out.Support, u)
	}
}

// finish decides whether what was read proves to be an owner text.
func (r *ownerReader) finish() *Line {
	if r.stray {
		return nil
	}
	bare := len(r.pending)
	r.flush(roleSupport)
	o := r.out
	if r.helped && r.charged > 0 && len(o.Lead) == 0 {
		o.Lead, o.Support = o.Support[:r.charged:r.charged], o.Support[r.charged:]
	}
	if r.conv.commaLead && !r.comma && len(o.Lead) == 0 && len(o.Support) == 1 && r.label == roleSupport {
		o.Lead, o.Support = o.Support, nil // a single unit leads
	}
	n := len(o.Lead) + len(o.Support)
	switch {
	case r.labels > 0:
		o.Rule = "owner.label"
		if n == 0 && len(o.Times) == 0 && r.label != roleSkip {
			return nil
		}
	case n == 0:
		return nil
	case r.verbs > 0 && bare == 0:
		o.Rule = "owner.verb"
	case r.form == Own && r.dashed && bare == n && r.bareProof():
		o.Rule = "owner.dashed"
	case r.form == Bracket && bare == n && r.bareProof():
		o.Rule = "owner.bare"
	default:
		return nil
	}
	o.Dedupe()
	return o
}

// bareProof: names alone in brackets are owners if each is an office of some level, so that (乡镇) is none.
func (r *ownerReader) bareProof() bool {
	strong := 0
	for _, u := range r.out.Support {
		if officeName.MatchString(u.Name) {
			strong++
		}
	}
	return strong > 0 && strong*2 >= len(r.out.Support)
}

// IsOffice tells whether a name is that of an office of some level, and not of a kind of places (乡镇).
func IsOffice(name string) bool { return officeName.MatchString(name) }

var officeName = regexp.MustCompile(`(局|委|办|部|法院|检察院|妇联|残联|团委|工会|总工会|人民政府|委员会|办公室|司法所|派出所|社事办|综治办|学校|各(乡|镇|街道|村).*)$|^(团[省市州县区]委|各.{1,12}(单位|部门))$`)

// Dedupe keeps each name once; a name that leads does not support.
func (o *Line) Dedupe() {
	seen := map[string]bool{}
	keep := func(in []Unit) []Unit {
		out := in[:0]
		for _, u := range in {
			if !seen[u.Name] {
				seen[u.Name] = true
				out = append(out, u)
			}
		}
		return out
	}
	o.Lead = keep(o.Lead)
	o.Support = keep(o.Support)
}

// Merge joins the owner lines that stand one below the other.
func (o *Line) Merge(p *Line) *Line {
	switch {
	case o == nil:
		return p
	case p == nil:
		return o
	}
	m := *o
	if o.assumed != p.assumed && len(o.Lead) > 0 && len(p.Lead) > 0 {
		if o.assumed {
			return p.Merge(o)
		}
		q := *p
		q.Support, q.Lead, q.assumed = append(append([]Unit{}, p.Lead...), p.Support...), nil, false
		p = &q
	}
	m.Start = min(o.Start, p.Start)
	m.End = max(o.End, p.End)
	m.Lead = append(append([]Unit{}, o.Lead...), p.Lead...)
	m.Support = append(append([]Unit{}, o.Support...), p.Support...)
	m.Times = append(append([]Span{}, o.Times...), p.Times...)
	m.Dedupe()
	return &m
}
