package owner

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"weibao/internal/script"
)

// cast collects who acts in a clause that has no owner line.
type cast struct {
	led      []Span // 由甲牵头
	partners []Span // 会同乙、丙
	subjects []Span // 丁要…, in reading order, repeated as often as named
}

// Actors reads the doers of a clause from its sentences. The only doer leads; one office beside collectives
// (各村) leads; of several offices the one that acts again and again leads; otherwise all stand side by side.
func Actors(text *script.Text, regions []Span) (lead, support []Unit) {
	s := source{text}
	var c cast
	for _, r := range regions {
		s.cast(r, &c)
	}
	leadSpans, rest := c.led, append(append([]Span{}, c.subjects...), c.partners...)
	if len(leadSpans) == 0 {
		leadSpans = s.joiner(&c)
	}
	if len(leadSpans) == 0 {
		if i := s.protagonist(c.subjects); i >= 0 {
			leadSpans = []Span{c.subjects[i]}
		}
	}
	lead = s.doers(leadSpans, "actor.lead")
	support = Without(s.doers(rest, "actor.subject"), lead)
	return lead, support
}

// LedBy hears only 由甲牵头,会同乙, which counts as written.
func LedBy(text *script.Text, regions []Span) (lead, support []Unit) {
	s := source{text}
	var c cast
	for _, r := range regions {
		s.cast(r, &c)
	}
	if len(c.led) == 0 {
		return nil, nil
	}
	lead, support = s.doers(c.led, "owner.led_by"), s.doers(c.partners, "owner.led_by")
	for _, list := range [][]Unit{lead, support} {
		for i := range list {
			list[i].Basis = BasisLine
		}
	}
	return lead, Without(support, lead)
}

// doers makes units of spans, each name once.
func (s source) doers(spans []Span, rule string) []Unit {
	var out []Unit
	seen := map[string]bool{}
	for _, u := range Units(s.Text, spans, rule, BasisActor) {
		if key := Normalize(u.Name); !seen[key] {
			seen[key] = true
			out = append(out, u)
		}
	}
	return out
}

// joiner is the office that calls in others in its own sentence (甲要会同乙、丙), if there is only one.
func (s source) joiner(c *cast) []Span {
	var found []Span
	for _, sub := range c.subjects {
		for _, p := range c.partners {
			if p.Start > sub.End && p.Start-sub.End < 80 && !strings.ContainsAny(s.Sub(script.Between(sub.End, p.Start)), "。;、") {
				if len(found) == 0 || s.Sub(found[0]) != s.Sub(sub) {
					found = append(found, sub)
				}
				break
			}
		}
	}
	if len(found) != 1 {
		return nil
	}
	return found
}

// protagonist picks the subject that leads, -1 if none stands out.
func (s source) protagonist(subjects []Span) int {
	count, first := map[string]int{}, map[string]int{}
	var offices []string
	for i, sp := range subjects {
		key := Normalize(s.Sub(sp))
		if count[key]++; count[key] > 1 || collective(key) {
			continue
		}
		first[key] = i
		offices = append(offices, key)
	}
	if len(offices) == 0 {
		return -1
	}
	top := offices[0]
	for _, o := range offices[1:] {
		if count[o] >= count[top] {
			return -1
		}
	}
	return first[top]
}

// collective: a name that stands for many (各村, 有关部门).
func collective(name string) bool {
	return strings.HasPrefix(name, "各") && !strings.HasPrefix(name, "各级") || strings.HasPrefix(name, "有关") || strings.HasPrefix(name, "相关") || strings.HasPrefix(name, "所有") || anyUnit[name] || aloneNoUnit[name] || placeKinds[name] || manyUnits.MatchString(name)
}

var manyUnits = regexp.MustCompile(`各成员单位|(有关|相关|直属?)(部门|单位)$|^[两二三四五六七八九十]+(部门|单位|家)$|^直(有关|相关|各)?(部门|单位)`)

// placeKinds are names of a kind of places: whoever sits there is meant.
var placeKinds = set(`村 嘎查 苏木 苏木镇 乡镇 街道 镇街 乡镇街道 村社区 学校`)

// anyUnit are names that stand for whichever unit is meant.
var anyUnit = set(`责任单位 责任部门 成员单位 牵头单位 牵头部门 配合单位 职能部门 单位`)

// cast looks at every place of a region where a doer may be named.
func (s source) cast(region Span, c *cast) {
	for i := region.Start; i < region.End; i++ {
		if i == region.Start || strings.ContainsRune("。;:, ", s.Norm[i-1]) || s.afterTime(i, region) {
			s.subject(i, region, c)
		}
		switch s.Norm[i] {
		case '由':
			s.byUnit(i+1, region, c)
		case '会', '联', '协', '同', '与':
			s.partner(i, region, c)
		case '在':
			s.helpers(i+1, region, c)
		case '成', '设', '组':
			s.founded(i, region, c)
		}
	}
}

// afterTime: 5月底前学校… : the subject follows a date without a comma.
func (s source) afterTime(i int, region Span) bool {
	return s.Norm[i-1] == '前' && i-2 >= region.Start && strings.ContainsRune("底日末月", s.Norm[i-2])
}

// subject: names followed by what they are to do.
func (s source) subject(i int, region Span, c *cast) {
	names, end := s.names(i, region.End)
	if len(names) == 0 || s.condition(end, region.End) {
		return
	}
	if !s.acts(end, region.End) {
		if end+1 >= region.End || s.Norm[end] != ',' { // 甲、乙,丙要…
			return
		}
		if more, stop := s.names(end+1, region.End); len(more) == 0 || !s.acts(stop, region.End) {
			return
		}
	}
	if words := s.Sub(script.Between(end, min(end+2, region.End))); words == "牵头" || words == "统筹" {
		c.led = append(c.led, names...) // 甲牵头建立…
		return
	}
	c.subjects = append(c.subjects, names...)
}

// condition: 法院指定监护人的,由… : the phrase tells when another is to act.
func (s source) condition(i, end int) bool {
	stop := s.Run(i, end, func(r rune) bool { return !strings.ContainsRune(",。;", r) })
	return stop+1 < end && s.Norm[stop-1] == '的' && s.Norm[stop] == ',' && s.Norm[stop+1] == '由'
}

// byUnit: 由甲、乙牵头 / 统筹 / 处理.
func (s source) byUnit(i int, region Span, c *cast) {
	names, end := s.names(i, region.End)
	if len(names) == 0 || ofBody.MatchString(s.Sub(script.Between(end, min(end+10, region.End)))) {
		return
	}
	if words := s.Sub(script.Between(end, min(end+4, region.End))); strings.HasPrefix(words, "牵头") || strings.HasPrefix(words, "统筹") || strings.HasPrefix(words, "会同") {
		c.led = append(c.led, names...)
		return
	}
	c.subjects = append(c.subjects, names...)
}

// ofBody: 由甲、乙共同牵头的协调机制, 由丙组成的专班: the words describe a body, they order nothing.
var ofBody = regexp.MustCompile(`^(共同|联合)?(牵头|负责|主导|组成|参加|参与|组建|主持|召集|担任成员)的`)

// partner: 会同甲、乙, 与甲、乙共同, 同甲合作.
func (s source) partner(i int, region Span, c *cast) {
	words := s.Sub(script.Between(i, min(i+2, region.End)))
	from, needs := i+2, ""
	switch {
	case words == "会同" || words == "联合" || words == "协同":
	case strings.HasPrefix(words, "同") && (i == region.Start || strings.ContainsRune(",。;", s.Norm[i-1])), strings.HasPrefix(words, "与"):
		from, needs = i+1, "共同合作联合建立"
	default:
		return
	}
	names, end := s.names(from, region.End)
	if len(names) == 0 || len(names) == 1 && nobody.MatchString(s.Sub(names[0])) {
		return
	}
	if needs != "" {
		next := strings.TrimLeft(s.Sub(script.Between(end, min(end+4, region.End))), ", 等")
		if len(next) < 6 || !strings.Contains(needs, next[:6]) && len(names) < 3 {
			return
		}
	}
	c.partners = append(c.partners, names...)
}

// nobody: 会同有关部门 names no partner.
var nobody = regexp.MustCompile(`^(各|其他)?(有关|相关|有关职能|相关职能)(部门|单位|方面)$`)

// helpers: 在甲、乙的协助下.
func (s source) helpers(i int, region Span, c *cast) {
	names, end := s.names(i, region.End)
	if len(names) < 1 {
		return
	}
	if words := s.Sub(script.Between(end, min(end+4, region.End))); strings.HasPrefix(words, "的协助下") || strings.HasPrefix(words, "的配合下") || strings.HasPrefix(words, "的支持下") {
		c.partners = append(c.partners, names...)
	}
}

// founded: 成立某某领导小组,负责… : the body that is founded acts.
func (s source) founded(i int, region Span, c *cast) {
	words := s.Sub(script.Between(i, min(i+2, region.End)))
	if words != "成立" && words != "设立" && words != "组建" {
		return
	}
	names, end := s.names(i+2, region.End)
	if len(names) != 1 || !standing.MatchString(s.Sub(names[0])) || end >= region.End || s.Norm[end] != ',' && s.Norm[end] != '。' {
		return
	}
	if after := s.Sub(script.Between(end, min(end+90, region.End))); strings.Contains(strings.ReplaceAll(after, "负责人", ""), "负责") || strings.Contains(after, "职责") {
		c.subjects = append(c.subjects, names...)
	}
}

var standing = regexp.MustCompile(`(领导小组|委员会|专班|中心|办公室|指挥部|机制|联席会议)$`)

// nameMax is how many characters one name in running text may have.
const nameMax = 26

// names reads a list of units in running text from i on: the spans of those that are names of organisations, and
// where the list ends. Other members of the list (亲属, 志愿者) are passed over, not taken.
func (s source) names(i, end int) ([]Span, int) {
	var out []Span
	stop := i
	for at := i; at < end; {
		to, next := s.name(at, end, len(out) > 0 && s.Norm[out[0].Start] == '各')
		if to < 0 {
			break
		}
		words := s.Sub(script.Between(at, to))
		if IsName(words) || bareSectors[words] && next > to || aloneNoUnit[words] && len(out) > 0 && s.Norm[out[0].Start] == '各' {
			out = append(out, script.Between(at, to))
		} else if len(out) == 0 && !plainMember(words) {
			break
		}
		stop = to
		if next == to && (to >= end || s.Norm[to] != '各') {
			break
		}
		at = next
	}
	if len(out) == 0 {
		return nil, i
	}
	return out, s.tail(stop, end)
}

// plainMember: a member of a list that is no unit but may stand before one.
func plainMember(words string) bool {
	return utf8.RuneCountInString(words) <= 8 && !commandStart(words) && !strings.ContainsAny(words, notInName)
}

// name reads one member of a list at i: where it ends, and where the next member begins (the same if there is none).
// Behind 各村 a word that alone names nothing (社区, 单位) is a member, too.
func (s source) name(i, end int, each bool) (to, next int) {
	if stop := i + 2; each && stop < end && aloneNoUnit[s.Sub(script.Between(i, stop))] && s.acts(stop, end) {
		return stop, stop
	}
	depth := 0
	for j := i; j <= end && j-i <= nameMax; j++ {
		if j == end {
			return s.lastName(i, j)
		}
		r := s.Norm[j]
		switch {
		case r == '(':
			depth++
			continue
		case r == ')':
			if depth--; depth < 0 {
				return s.lastName(i, j)
			}
			continue
		case depth > 0 || j == i:
			continue
		case r == '、':
			return j, j + 1
		case r == '各' && s.Norm[i] == '各' && IsName(s.Sub(script.Between(i, j))): // 各地各部门
			return j, j
		case (r == '和' || r == '及' || r == '与' || r == '或') && IsName(s.Sub(script.Between(i, j))):
			if s.Sub(script.Between(j, min(j+2, end))) == "及其" {
				return j, j
			}
			return j, j + 1
		case s.Sub(script.Between(j, min(j+2, end))) == "以及":
			return j, j + 2
		case r == '的' && s.Norm[i] == '各':
			continue // 各镇的保护站
		case strings.ContainsRune(",。;:等的", r):
			return s.lastName(i, j)
		case s.acts(j, end) && IsName(s.Sub(script.Between(i, j))):
			if organises.MatchString(s.Sub(script.Between(i, j))) {
				return j - 2, j - 2
			}
			return j, j
		}
	}
	return -1, -1
}

// organises: behind an office 组织 is what it does, no part of its name (领导小组办公室组织开展).
var organises = regexp.MustCompile(`(办公室|领导小组|专班|[局委厅院办]|中心|部门|政府)组织$`)

func (s source) lastName(i, j int) (int, int) {
	if j > i && IsName(s.Sub(script.Between(i, j))) {
		return j, j
	}
	return -1, -1
}

// tail passes over 等部门, 等群团组织, 及其工作人员 behind a list.
func (s source) tail(i, end int) int {
	words := s.Sub(script.Between(i, min(i+14, end)))
	for _, t := range listTails {
		if strings.HasPrefix(words, t) {
			return s.tail(i+utf8.RuneCountInString(t), end)
		}
	}
	return i
}

var listTails = []string{"等有关部门", "等相关部门", "等群团组织", "等有关人员", "等有关单位", "等相关单位", "等成员单位", "等职能部门", "等部门", "等单位", "等组织", "等机构", "等", "及其工作人员", "组织", "干部"}

// acts: at i stands what tells a unit to act, or how, when and to whom it is to act.
func (s source) acts(i, end int) bool {
	if i >= end {
		return false
	}
	r := s.Norm[i]
	if r == ',' && i+1 < end {
		return s.orders(i+1, end)
	}
	if strings.ContainsRune("对在将按以每应要须需可于", r) || script.IsDigit(r) {
		return true
	}
	if i+2 > end {
		return false
	}
	two := s.Sub(script.Between(i, i+2))
	if two == "负责" && i+2 < end && strings.ContainsRune("人同", s.Norm[i+2]) {
		return false
	}
	return (commandWords[two] || actWords[two]) && !nounVerbs[two]
}

// orders: the words after a comma go on with what the unit is to do.
func (s source) orders(i, end int) bool {
	two := s.Sub(script.Between(i, min(i+2, end)))
	return strings.HasPrefix(two, "要") || strings.HasPrefix(two, "应") || strings.HasPrefix(two, "须") || strings.HasPrefix(two, "在") || strings.HasPrefix(two, "对") || two == "必须" || two == "负责"
}

// actWords go on after a subject beside the command words.
var actWords = set(`接到 收到 发现 确定 部署 细化 适时 指定 会同 各司 不得 必须 承办 牵头 统筹 依照 作为 至少 密切 自觉 发出 下发 印制 召集 主持 出具 指派 选派 分头 全额 按月 按季 按年 按周 逐月 逐季 逐周 隔周 隔月 逐一 逐户 逐村 提前 带头 抽调 举行 起草 拨付 审定 承接 转交 转送 核发 发给 免费 优先 统一 同步 安装 掌握 采集 填写 上传 反馈 列支 牵总 派出 选定 兜底 既要 也要 也应 还要 合作 具体 得知 遇到 立即 第一 进行 处理 申请 共同 普遍`)

// nounVerbs are command words that after a unit's name rather form a noun with it (学校保护, 社区教育).
var nounVerbs = set(`保护 教育 管理 宣传 培训 评估 考核 监测 报告 建设 建档 监督 检查 救助 干预 调查 组织 学习 保障 培育 登记 备案 融合 联动 先行 试点 对接 衔接 改造`)
