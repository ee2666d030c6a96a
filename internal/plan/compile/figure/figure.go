// Package figure reads the figures of a Chinese work plan that can be checked: rates, counts, amounts, hours,
// full coverage, one file for each, with a canonical form (norm) such as coverage>=93% or count>=1/学校.
//
// It owns no tables. It promises that the rules are a table in order of precedence, that each reads within one
// phrase, and that every result names its rule. Words that one rule has taken are not given to another.
// It never reads ages, ordinals, document numbers or the number of departments.
package figure

import (
	"regexp"
	"strings"

	"weibao/internal/script"
)

const digits = "0123456789"

// longestPhrase bounds the words that are read at once, so that a text without stops costs no more.
const longestPhrase = 240

// targetRule reads one form of a figure that can be checked, within a phrase (the words between two stops).
type targetRule struct {
	name string
	hint string // runes of which one must stand in the phrase; empty means a digit must
	re   *regexp.Regexp
	read func(m targetMatch) string // the norm; empty means it is none
}

// targetMatch gives the named groups of a pattern.
type targetMatch struct {
	re     *regexp.Regexp
	phrase string
	groups []int
}

func (m targetMatch) get(name string) string {
	i := m.re.SubexpIndex(name)
	if i < 0 || m.groups[2*i] < 0 {
		return ""
	}
	return m.phrase[m.groups[2*i]:m.groups[2*i+1]]
}

func (m targetMatch) all() string    { return m.phrase[m.groups[0]:m.groups[1]] }
func (m targetMatch) before() string { return m.phrase[:m.groups[0]] }
func (m targetMatch) behind() string { return m.phrase[m.groups[1]:] }

// Target is a figure that can be checked, with its canonical form.
type Target struct {
	script.Fact
	Norm string `json:"norm"`
}

type reader struct{ *script.Text }

// Read finds the figures of a region; the spans of masked (titles of papers) are passed over.
func Read(text *script.Text, region script.Span, masked []script.Span) []Target {
	return (&reader{text}).targets(region, masked)
}

func (s *reader) targets(region script.Span, titles []script.Span) []Target {
	var out []Target
	from := region.Start
	for i := region.Start; i <= region.End; i++ {
		stop := i == region.End || strings.ContainsRune("。,;:!\n", s.Norm[i])
		if !stop && i-from < longestPhrase {
			continue
		}
		out = append(out, s.phraseTargets(script.Between(from, i), titles)...)
		if from = i; stop {
			from++
		}
	}
	return out
}

// phraseTargets tries the rules in order; words that one rule has taken are not given to another.
func (s *reader) phraseTargets(sp script.Span, titles []script.Span) []Target {
	words := s.Sub(sp)
	if !strings.ContainsAny(words, digits) && !strings.ContainsAny(words, "覆盖档策每百册卡表案") {
		return nil
	}
	var out []Target
	for i := range targetRules {
		r := &targetRules[i]
		hint := r.hint
		if hint == "" {
			hint = digits
		}
		if !strings.ContainsAny(words, hint) {
			continue
		}
		for _, g := range r.re.FindAllStringSubmatchIndex(words, -1) {
			a, b := g[0], g[1]
			if k := r.re.SubexpIndex("T"); k >= 0 {
				a, b = g[2*k], g[2*k+1]
			}
			t := script.Between(s.At(s.Byte(sp.Start)+a), s.At(s.Byte(sp.Start)+b))
			if taken(out, titles, t) {
				continue
			}
			if norm := r.read(targetMatch{r.re, words, g}); norm != "" {
				out = append(out, Target{Fact: s.Fact(t, "target."+r.name), Norm: norm})
			}
		}
	}
	sortTargets(out)
	return out
}

func taken(out []Target, titles []script.Span, t script.Span) bool {
	for _, o := range out {
		if o.Overlaps(t) {
			return true
		}
	}
	for _, o := range titles {
		if o.Overlaps(t) {
			return true
		}
	}
	return false
}

func sortTargets(ts []Target) {
	for i := 1; i < len(ts); i++ {
		for j := i; j > 0 && ts[j].Start < ts[j-1].Start; j-- {
			ts[j], ts[j-1] = ts[j-1], ts[j]
		}
	}
}

// The words that the patterns below are made of.
var figureWords = strings.NewReplacer(
	"{n}", `(?P<n>\d+(?:\.\d+)?)`,
	"{nn}", `(?P<n>\d+(?:-+\d+)?|[一二两三四五六七八九十]+(?:至[一二两三四五])?)`,
	"{d}", `(?P<n>\d+(?:-+\d+)?)`,
	"{c}", `(?P<c>不少于|不低于|不得少于|不得低于|不小于|至少|最少|不超过|不得超过|不高于|不多于|不大于|最多|超过|达到|达|≥|>=|≤|<=|控制在|稳定在|保持在|维持在|提高到|提高至|提升到|提升至|增加到|增至|下降到|下降至|降低到|降低至|降至|降到|压减至|为|约)`,
	"{m}", `(?P<m>名|个|所|家|支|处|人次|人|户|对|例|件|间|套|台|辆|座|张|份|册|万份|万册|万人次|块|条|类|篇|部|场次|场|节|门|组|项|批|堂|余名|余个|余家)`,
	"{v}", `(?:建设|建成|建立|新建|新增|打造|培育|培养|设立|设置|配备|配强|配齐|明确|确定|组织|举办|培训|发放|帮扶|招募|选派|选聘|选配|聘请|创建|开设|完成|开展|评选|选树|组建|安排|孵化|扶持|资助|救助|印制|张贴|推出|制作|建好|开办|命名|改造|覆盖|走访|结对|落实|储备|吸纳|发展|轮训|实施|推动|救治|提供)`,
	"{h}", `[^\x00-\x{4DFF}\x{FF00}-\x{FFFF}每]`, // a Chinese character, but never the 每 of a time rule
	"{w}", `[^\x00-\x{4DFF}\x{FF00}-\x{FFFF}不至达]`,
	"{u}", `(?P<u>以上|以下|以内|之内|之间|左右)?`,
)

func fig(p string) *regexp.Regexp { return regexp.MustCompile(figureWords.Replace(p)) }

var targetRules = []targetRule{
	{"points", "点", fig(`(?P<noun>\p{Han}{0,6}率)?(?:在(?P<base>20\d\d)年的?基础上)?(?:较|比|同比)?(?:上年|去年|上一年)?(?P<y>每年|年均|逐年)?(?:平均)?(?P<dir>降低|下降|减少|提高|提升|上升|增长|增加){n}个百分点` + `(?:以上|左右)?`), readPoints},
	{"rate", "%", fig(`(?P<noun>[^每月年周季度,。;:()\d ]{0,8}(?:率|比例|占比|比重|覆盖面|满意度|覆盖))?(?:要|应|均|都|力争)?{c}?(?:到)?{n}%{u}`), readRate},
	{"rate_words", "百", fig(`(?P<noun>[^每月年周季度,。;:()\d ]{0,8}(?:率|比例|占比|覆盖面))?(?:要|应|均)?{c}?百分之(?P<n>百|[一二三四五六七八九十]+){u}`), readRate},
	{"blocked", "点时:", fig(`(?:每[日天])?(?:晚上|夜间|晚|当日)?(?P<a>\d{1,2})(?:点|时|:00)(?:开始)?(?:至|到|-)(?:次日|第二天)?(?:早上|凌晨|早晨|上午|早)?(?P<b>\d{1,2})(?:点|时|:00)(?:之前|前)?.{0,12}?(?:无法使用|禁止|不得|停止|暂停|关闭).{0,6}`), readBlocked},
	{"retention", "存留", fig(`(?P<T>{h}{0,4}(?:保存|留存|保留|存储)(?:期|时间|期限)?{c}?{n}个?(?P<m>月|天|日|年))`), func(m targetMatch) string {
		return "retention" + orElse(operator(m.get("c"), ""), ">=") + m.get("n") + map[string]string{"月": "month", "天": "day", "日": "day", "年": "year"}[m.get("m")]
	}},
	{"hours", "时分", fig(`(?P<p>每[天日周])\p{Han}{0,8}?{c}?{n}个?(?P<m>小时|分钟|学时)(?P<u>以上|以内|以下|内)?\p{Han}{0,8}`), readHours},
	{"hours", "时分", fig(`(?P<p>(?:每(?:个|次|所|人|名|户|间|处))?{h}{0,6}){c}{n}个?(?P<m>小时|分钟|学时|课时)(?P<u>以上|以内|以下|内)?`), readHours},
	{"days", "天", fig(`(?P<p>每(?:周|月|年|学期))\p{Han}{0,8}?{c}{n}天(?P<u>以上|以内)?`), readHours},
	{"amount", "元", fig(`(?P<p>(?:每月|每年)?每?(?:人|生|户|村)(?:均|每月|每年|每学期)\p{Han}{0,4}?|每(?:个|所|名|户|人)\p{Han}{0,8}?)?{c}?{n}(?P<k>万|亿|千|百)?元(?:/(?:人|年|月|生)[·/]?(?:年|月)?)?{u}`), readAmount},
	{"amount", "元", fig(`(?:安排|投入|拨付|列支|筹集|筹措|争取|给予|补助|补贴|奖补|奖励)[^,。;\d]{0,12}(?P<T>{n}(?P<k>万|亿)?元)`), func(m targetMatch) string {
		return "amount=" + m.get("n") + m.get("k") + "元"
	}},
	{"area", "米", fig(`(?:每(?:个|所|人|名|户|间|处))?{h}{0,6}?{c}?{n}(?:平方米|平米|㎡){u}`), func(m targetMatch) string {
		return "area" + orElse(operator(m.get("c"), m.get("u")), ">=") + m.get("n") + "m2"
	}},
	{"distance", "米", fig(`\p{Han}{0,6}{n}米(?:范围|之|以)*内.{0,3}(?:不得|禁止|严禁)\p{Han}{0,4}`), func(m targetMatch) string { return "count=0,within=" + m.get("n") + "m" }},
	{"per_unit", "每", fig(`每(?:一)?(?P<k>个|所|名|家|位|间|座)(?P<p>[^每\d]{1,14}?){c}?(?:{v})?{nn}{m}{w}{0,12}`), readPerUnit},
	{"per_place", "在各", fig(`(?P<k>在|各)(?P<p>[^每\d在]{0,6}?)(?:{v}){c}?{d}{m}[^、]{0,12}`), readPerPlace},
	{"per_place", "至", fig(`(?P<k>在)(?P<p>村|社区|乡镇|学校|校)(?:{v}){c}{nn}{m}\p{Han}{0,14}`), readPerPlace},
	{"counted", "", fig(`(?P<v>{v})[^和及\d,。;]{0,16}?(?P<T>{c}?{d}{m}(?:以上)?\p{Han}{0,8})`), readCount},
	{"at_least", "", fig(`{h}{0,8}(?P<T>{c}{d}(?P<k>万|千|百)?{m}{u})`), readCount},
	{"at_least", "以", fig(`{h}{0,8}{d}(?P<k>万|千|百)?{m}(?P<u>以上|以内)`), readCount},
	{"second", "、", fig(`(?:不少于|不低于|不得少于|至少)\d+(?:期|次|场|个|名|场次)、(?P<T>{n}{m}(?:以上)?)`), func(m targetMatch) string { return "count>=" + m.get("n") }},
	{"second", "和、及", fig(`{v}[^、和及\d]{0,16}?\d+(?:名|个|所|人|家|支|场|件|套|间)[^,。;、\d]{1,10}(?:和|、|及)(?P<T>{d}{m}\p{Han}{0,8})`), readCount},
	{"times_at_least", "次", fig(`{h}{0,8}(?P<T>(?P<c>不少于|不低于|不得少于|至少){d}次)`), readTimes},
	{"file_each", "一", fig(`一(?P<k>人|户|童|生|村|孩|案|校|班|镇|乡|事)一(?:份)?(?P<f>档案?|策|案|方案|台账|册|卡|表)`), func(m targetMatch) string {
		if m.get("f") == "策" || m.get("f") == "方案" || m.get("f") == "案" {
			return "plans=1/" + m.get("k")
		}
		return "files=1/" + m.get("k")
	}},
	{"full_coverage", "覆", regexp.MustCompile(`[^\d“”年前]{0,16}全覆盖(?:业务)?(?:培训|巡查寻访|巡查|走访|排查|检查|宣传)?`), func(targetMatch) string { return "coverage=100%" }},
	{"covers_all", "覆", regexp.MustCompile(`\p{Han}{0,10}覆盖(?:到)?(?:全[县市乡镇区体部]|所有|各|[省市县区乡镇村居、()]{1,10}[两三四]级|每[一个所名])[^,。;]{0,14}`), func(m targetMatch) string {
		if strings.Contains(m.all(), "率") {
			return ""
		}
		return "coverage=100%"
	}},
}
