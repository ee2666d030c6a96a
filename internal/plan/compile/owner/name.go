package owner

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"weibao/internal/script"
)

// endings is a set of word endings, found by the last character.
type endings map[rune][]string

func endingsOf(words string) endings {
	e := endings{}
	for _, w := range strings.Fields(words) {
		r, _ := utf8.DecodeLastRuneInString(w)
		e[r] = append(e[r], w)
	}
	return e
}

func (e endings) match(words string) bool {
	r, _ := utf8.DecodeLastRuneInString(words)
	for _, w := range e[r] {
		if strings.HasSuffix(words, w) {
			return true
		}
	}
	return false
}

// unitEndings close the name of an organisation.
var unitEndings = endingsOf(`
局 委 办 厅 院 会 联 所 站 校 署 处 科 团 队 部 社 室 馆 区 县 镇 乡 村 街道 社区 嘎查 苏木 中心 政府 法院 检察院 机关
部门 单位 机构 学校 小学 中学 中小学 幼儿园 医院 办事处 管委会 小组 工会 共青团 公司 场部 管区 专班 组织 企业 融媒体
平台公司 基地 协调机制 联席会议 村级 乡级 镇级 分局 支队 大队 中队 教育单位 职能部门 成员单位 编办 两级 高校 院校 农场 林场
`)

// notUnits end like a unit but are none, or only part of one.
var notUnits = endingsOf(`
干部 内部 全部 局部 社会 机会 大会 议会 家长会 班会 社团 场所 住所 厕所 处所 全县 全市 全区 全镇 全乡 全村 城区 社会团
会所 地区 灾区 园区 小区 景区 校区 学区 片区 辖区 人员 队伍 家庭 儿童之家 课堂 教室 心理室 辅导室 诊室 活动室 阅览室 制度
机制 到位 下村 进村 进社区 进校 进学校 入校 返校 在校 离校 护校 校外 交会 学会 教会 协调会 座谈会 推进会 研判会 宣讲会
恳谈会 见面会 部署 签署 培训会 小团 集团 抱团 组团 单位内部 教育 宣传 文化 卫生 审判 检察 交通 应急
`)

// aloneNoUnit are no names without something before them.
var aloneNoUnit = set(`组织 机构 部门 单位 企业 中心 小组 机关 政府 社区 基地`)

// bareSectors are spheres of work that stand for their department when listed before 等部门 or 部门.
var bareSectors = set(`公安 民政 司法 司法行政 教育 教体 财政 卫健 卫生 卫生健康 人社 人力资源社会保障 住建 住房城乡建设 文旅 文化和旅游 市场监管 医疗 医保 医疗保障
发展改革 发改 网信 文化 文化旅游 广电 广播电视 新闻出版 体育 交通 交通运输 应急 应急管理 民宗 民族宗教 宣传 组织 编办 工信 工业和信息化 科技 农业农村 乡村振兴 退役军人 审计 统计
通信 通信管理 检察 法院 检察院 综治 综治办 扶贫办 政法 政法委 妇联 共青团 残联 团委 工会 总工会 关工委 数据 水利 生态环境 自然资源 城管 烟草 邮政`)

// coordinators are standing bodies whose name ends like a thing, not like an office.
var coordinators = endingsOf(`协调机制 联席会议`)

// inName are the characters that a name never holds: particles and prepositions of a sentence.
const notInName = "的对将把被为是在了要从向以让使给应须并或者其它等每将于因按据此该这那我你们所有着过,。;:、!?《》“”\"=%+0123456789"

// IsName tells whether words are the name of one organisation and nothing else.
func IsName(words string) bool {
	words = strings.TrimSpace(words)
	n := utf8.RuneCountInString(words)
	if n < 2 || n > 30 {
		return false
	}
	core := stripBrackets(words)
	if hotlineName.MatchString(core) {
		return true
	}
	if coordinators.match(core) {
		return true
	}
	if core == "各地" {
		return true
	}
	if first, _ := utf8.DecodeRuneInString(core); strings.ContainsRune("报经含共已均至到待及和并与同请或等也仍还再又由且", first) && !strings.HasPrefix(core, "共青团") {
		return false
	}
	if i := strings.Index(core, "个"); i >= 0 && !strings.HasPrefix(core[i:], "个体") { // 分三个阶段组织
		return false
	}
	if commandStart(core) && !nounStart(core) || notUnits.match(core) || aloneNoUnit[core] || othersInside(core) {
		return false
	}
	return endsLikeUnit(core) && !strings.ContainsAny(strings.TrimSuffix(core, "派出所"), notInNameFor(core))
}

// othersInside: 各 within the words starts a name of its own, unless a body stands before it (乡未保委各成员单位).
func othersInside(core string) bool {
	i := strings.LastIndex(core, "各")
	return i > 0 && !endsLikeUnit(core[:i]) && (commandStart(core[:i]) || utf8.RuneCountInString(core[:i]) > 4)
}

// nounStart: names that begin with a word of action (教育部门, 救助管理站), unlike orders (组织学校).
func nounStart(core string) bool {
	_, n := utf8.DecodeRuneInString(core)
	_, m := utf8.DecodeRuneInString(core[n:])
	return nounStarts[core[:n+m]] && nounStartEnd.MatchString(core)
}

var (
	nounStarts   = set(`教育 救助 管理 宣传 组织 监督 培训 保护 指导 检查 审核 审批 调查 登记 研究 考核 督查 督导 评估 开发 保障 帮扶 协调 联合 学习 统筹 法律 清查 规划`)
	nounStartEnd = regexp.MustCompile(`^.{2}(局|部|部门|行政部门|主管部门|单位|机关|系统|管理(局|站|所|中心|机构|部门)|.{0,4}(中心|服务站|工作站|服务机构|办公室))$`)
)

// notInNameFor allows 所 at the end of a name (司法所) and 有关 within one (有关部门).
func notInNameFor(core string) string {
	drop := ""
	if strings.Contains(core, "应急") {
		drop += "应"
	}
	if strings.HasSuffix(core, "所") {
		drop += "所"
	}
	if strings.Contains(core, "数据") {
		drop += "据"
	}
	if strings.Contains(core, "有关") {
		drop += "有"
	}
	if strings.Contains(core, "其他") {
		drop += "其"
	}
	if strings.HasPrefix(core, "各") && strings.Contains(core, "的") {
		drop += "的"
	}
	if strings.HasPrefix(core, "所在") || strings.HasPrefix(core, "所有") {
		drop += "所在有"
	}
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(drop, r) {
			return -1
		}
		return r
	}, notInName)
}

func endsLikeUnit(core string) bool { return unitEndings.match(core) }

// stripBrackets removes what stands in brackets: 各村(社区) is a 各村.
func stripBrackets(words string) string {
	if !strings.ContainsRune(words, '(') {
		return words
	}
	depth := 0
	return strings.Map(func(r rune) rune {
		switch r {
		case '(':
			depth++
			return -1
		case ')':
			depth--
			return -1
		}
		if depth > 0 {
			return -1
		}
		return r
	}, words)
}

// List reads 甲、乙和丙 in sp: names parted by 、 or by 和, 及, 与 between two full names. It returns nil
// unless every part is a name; loose accepts any part that is short and not a sentence.
func List(text *script.Text, sp Span, loose bool) []Span {
	s := source{text}
	var out []Span
	for _, p := range SplitTop(text, sp, "、,/ \t|") {
		for _, q := range members(s, p) {
			if words := s.Sub(q); !IsName(words) && !bareSectors[words] && !(loose && looseName(words)) {
				return nil
			}
			out = append(out, q)
		}
	}
	return out
}

// members are the names between two commas: more than one where 和 joins full names.
func members(s source, p Span) []Span {
	var out []Span
	for _, q := range splitConjunction(s, p) {
		if q = trimUnit(s, q); q.Len() == 0 {
			continue
		}
		if whole := trimUnit(s, p); !IsName(s.Sub(q)) && IsName(s.Sub(whole)) {
			return []Span{whole} // 各有关部门和单位
		}
		out = append(out, q)
	}
	return out
}

// looseName accepts what a written owner list holds although it does not end like a unit (社会力量, 各级党组织).
func looseName(words string) bool {
	n := utf8.RuneCountInString(words)
	words = hotline.ReplaceAllString(words, "$1")
	return n >= 2 && n <= 24 && !strings.ContainsAny(stripBrackets(words), "的将把被。;:《》%=0123456789") && !looseNot.MatchString(words)
}

// hotlineName: a telephone service that acts in its own name (12345热线, 县12345政务服务便民热线).
var hotlineName = regexp.MustCompile(`^(?:\p{Han}{0,5}[省市州盟县区旗镇乡])?(?:12\d{3}|1[012]\d|96\d{2,4})\p{Han}{0,10}(?:热线|专线|平台|中心|服务台)$`)

// hotline: an office that goes by its telephone number (县12345热线, 市110指挥中心).
var hotline = regexp.MustCompile(`\d{3,8}(\p{Han}{0,10}(?:热线|专线|平台|中心)\p{Han}{0,4})$`)

var looseNot = regexp.MustCompile(`^(下同|同上|略|无|其中|按照?.*|详见.*|见.*|长期.*|持续.*|常态.*|全年|逗号.*|第一.*|列.*|排.*)$|(牵头|负责|完成|推进|坚持|落实)$`)

// SplitTop cuts sp at any of seps outside brackets.
func SplitTop(s *script.Text, sp Span, seps string) []Span {
	var out []Span
	from, depth := sp.Start, 0
	for i := sp.Start; i < sp.End; i++ {
		r := s.Norm[i]
		switch {
		case r == '(':
			depth++
		case r == ')':
			depth = max(0, depth-1)
		case depth == 0 && strings.ContainsRune(seps, r):
			out = append(out, script.Between(from, i))
			from = i + 1
		}
	}
	return append(out, script.Between(from, sp.End))
}

// splitConjunction cuts 甲和乙 where 甲 is a full name, so that 人力资源和社会保障局 stays whole.
func splitConjunction(s source, sp Span) []Span {
	depth := 0
	for i := sp.Start + 1; i+1 < sp.End; i++ {
		switch s.Norm[i] {
		case '(':
			depth++
		case ')':
			depth = max(0, depth-1)
		case '和', '及', '与':
			if depth > 0 || !IsName(s.Sub(trimUnit(s, script.Between(sp.Start, i)))) {
				continue
			}
			right := i + 1
			if s.Norm[i-1] == '以' {
				continue
			}
			return append([]Span{script.Between(sp.Start, i)}, splitConjunction(s, script.Between(right, sp.End))...)
		}
	}
	return []Span{sp}
}

var (
	unitLead  = regexp.MustCompile(`^(及|和|与|以及|由|并|联合|会同|协同|同|[①-⑳*★\-:： ]|\d{1,2}[.、]|\((?:\d{1,2}|[一二三四五六七八九十]{1,2})\))+`)
	unitTrail = regexp.MustCompile(`(等(相关|有关)?(成员)?(职能)?(部门|单位|机构|组织)*|[*★。.;,:\- ])+$`)
	unitNote  = regexp.MustCompile(`\((?:[^()]*(?:下同|牵头部门|牵头单位|按职责|同上|分工)[^()]*)\)$`)
)

// trimUnit takes joining words and notes off a name in a list.
func trimUnit(s source, sp Span) Span {
	sp = s.Trim(sp)
	words := s.Sub(sp)
	if m := unitNote.FindStringIndex(words); m != nil {
		sp.End = s.At(s.Byte(sp.Start) + m[0])
		words = s.Sub(sp)
	}
	if m := unitTrail.FindStringIndex(words); m != nil && m[0] > 0 {
		sp.End = s.At(s.Byte(sp.Start) + m[0])
		words = s.Sub(sp)
	}
	if m := unitLead.FindStringIndex(words); m != nil && !strings.HasPrefix(words, "同级") {
		sp.Start = s.At(s.Byte(sp.Start) + m[1])
	}
	return s.Trim(sp)
}

var levelPrefix = regexp.MustCompile(`^(?:[省市州盟县区旗镇乡]级?|本[省市州县区镇乡])`)

// Normalize reduces the spellings of a unit's name to one form for matching against a register: without
// brackets, white space, 等, and the one-character level in front (县民政局 and 民政局 meet).
func Normalize(name string) string {
	folded := strings.Map(script.Fold, name)
	folded = strings.TrimSuffix(script.Squeeze(stripBrackets(folded)), "等")
	if cut := levelPrefix.ReplaceAllString(folded, ""); utf8.RuneCountInString(cut) >= 2 && !strings.HasPrefix(cut, "委") && !strings.HasPrefix(cut, "政府") {
		return cut
	}
	return folded
}
