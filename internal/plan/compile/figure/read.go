package figure

import (
	"regexp"
	"strconv"
	"strings"

	"weibao/internal/script"
)

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// operator reads the comparison of a figure from the words around it.
func operator(before, behind string) string {
	switch {
	case strings.Contains(behind, "以上"):
		return ">="
	case strings.Contains(behind, "以下"), strings.Contains(behind, "内"):
		return "<="
	case strings.HasPrefix(before, "不超"), strings.HasPrefix(before, "不得超"), strings.HasPrefix(before, "不高"), strings.HasPrefix(before, "不多"),
		strings.HasPrefix(before, "不大"), before == "最多", before == "≤", before == "<=", strings.HasPrefix(before, "下降"), strings.HasPrefix(before, "降"), strings.HasPrefix(before, "压减"):
		return "<="
	case before == "" || before == "为" || before == "约" || before == "控制在":
		return ""
	}
	return ">="
}

func readPoints(m targetMatch) string {
	sign := "+"
	if strings.ContainsAny(m.get("dir"), "降减") {
		sign = "-"
	}
	key := "rate"
	if strings.Contains(m.get("noun"), "近视") {
		key = "myopia-rate"
	}
	norm := key + ":" + sign + m.get("n") + "pp"
	if m.get("y") != "" || strings.Contains(m.all(), "上年") || strings.Contains(m.all(), "去年") || strings.Contains(m.all(), "上一年") {
		norm += "/year"
	}
	if b := m.get("base"); b != "" {
		norm += ",base=" + b
	}
	return norm
}

// readRate: 覆盖率93%, 配备率达到80%以上, 患龋率下降至25%以下.
func readRate(m targetMatch) string {
	noun, key := m.get("noun"), "rate"
	switch {
	case strings.HasSuffix(noun, "覆盖率"), strings.HasSuffix(noun, "覆盖面"), strings.HasSuffix(noun, "覆盖"):
		key = "coverage"
	case strings.HasSuffix(noun, "比例"), strings.HasSuffix(noun, "比"), strings.HasSuffix(noun, "比重"):
		key = "ratio"
	}
	if m.get("noun") == "" && shareOf.MatchString(m.before()) {
		return ""
	}
	n := m.get("n")
	if n == "百" {
		n = "100"
	} else if script.Number(n) > 0 && !strings.ContainsAny(n, digits) {
		n = strconv.Itoa(script.Number(n))
	}
	op := operator(m.get("c"), m.get("u"))
	if op == "" {
		op = ">="
		if badRate.MatchString(noun) {
			op = "<="
		}
	}
	return key + op + n + "%"
}

func readBlocked(m targetMatch) string {
	a, b := m.get("a"), m.get("b")
	h := script.Number(a)
	if h < 12 && strings.ContainsAny(m.all(), "晚夜") {
		h += 12
	}
	return "blocked=" + pad(h) + ":00-" + pad(script.Number(b)) + ":00"
}

func readHours(m targetMatch) string {
	if m.get("u") == "内" || m.get("u") == "以内" && m.get("c") == "" || m.get("p") == "" && m.get("c") == "" {
		return ""
	}
	unit := map[string]string{"小时": "hours", "分钟": "minutes", "学时": "hours", "课时": "hours", "": "days"}[m.get("m")]
	norm := unit + orElse(operator(m.get("c"), m.get("u")), ">=") + m.get("n")
	switch {
	case strings.ContainsAny(m.get("p"), "天日"):
		norm += "/day"
	case strings.Contains(m.get("p"), "周"):
		norm += "/week"
	case unit == "days" && strings.Contains(m.get("p"), "月"):
		norm += "/month"
	case unit == "days":
		norm += "/year"
	case strings.HasPrefix(m.get("p"), "每人"), strings.HasPrefix(m.get("p"), "每名"):
		norm += "/人"
	}
	return norm
}

func readAmount(m targetMatch) string {
	op := operator(m.get("c"), m.get("u"))
	if m.get("c") == "" && m.get("u") == "" && m.get("p") == "" {
		return ""
	}
	norm := "amount" + orElse(op, "=") + m.get("n") + m.get("k") + "元"
	p := m.get("p")
	per := ""
	for _, u := range []string{"人", "生", "户", "村", "社区"} {
		if strings.Contains(p, u) {
			per = u
			break
		}
	}
	for _, u := range []string{"月", "年"} {
		if strings.Contains(p, u) {
			per += u
			break
		}
	}
	if per != "" {
		norm += "/" + per
	}
	return norm
}

// places that stand for longer names in a norm
var placeShort = []struct{ word, short string }{{"工作站", "站"}, {"保护站", "站"}}

func readPerUnit(m targetMatch) string {
	p := strings.Trim(m.get("p"), " ,、")
	if periodNoun.MatchString(p) || m.get("m") == "批" {
		return ""
	}
	for _, v := range []string{"要", "应", "须", "都", "均", "至少", "需", "配备", "设立", "确定", "明确", "配", "建立", "设", "建设", "建成", "指定", "不得", "原则上", "选聘", "聘请", "安排"} {
		p = strings.TrimSuffix(p, v)
	}
	p = strings.TrimRight(p, "要应须都均至少配备设立确定明建成")
	for _, s := range placeShort {
		if strings.HasSuffix(p, s.word) {
			p = s.short
		}
	}
	return "count" + countOp(m) + figure(m.get("n")) + "/" + p
}

func countOp(m targetMatch) string {
	if strings.Contains(m.get("n"), "-") {
		return "="
	}
	if strings.Contains(m.all(), "至少") || strings.Contains(m.all(), "不少于") || strings.Contains(m.all(), "不低于") {
		return ">="
	}
	return orElse(operator(m.get("c"), m.get("u")), "=")
}

func figure(n string) string {
	if strings.ContainsAny(n, digits) {
		for strings.Contains(n, "--") {
			n = strings.ReplaceAll(n, "--", "-")
		}
		return n
	}
	a, b, ok := strings.Cut(n, "至")
	if ok {
		return strconv.Itoa(script.Number(a)) + "-" + strconv.Itoa(script.Number(b))
	}
	return strconv.Itoa(script.Number(n))
}

func readPerPlace(m targetMatch) string {
	place := m.get("p")
	norm := "count" + countOp(m) + figure(m.get("n"))
	if m.get("k") == "在" && place != "" {
		return norm + "/" + place
	}
	if m.get("k") == "各" {
		return norm + "/各"
	}
	return norm
}

// readTimes: 检查不少于4次 without a period; with one it is a time rule, which goes before.
func readTimes(m targetMatch) string { return "count>=" + m.get("n") }

// readCount: 明确2名, 新建3个, 不少于50场, 10家以上.
func readCount(m targetMatch) string {
	if badCount.MatchString(m.all()) || ordinalBefore.MatchString(m.before()) || notCounted.MatchString(m.behind()) {
		return ""
	}
	op := "="
	if c := m.get("c"); c != "" || m.get("u") != "" || strings.Contains(m.all(), "以上") {
		op = orElse(operator(m.get("c"), m.get("u")), "=")
		if strings.Contains(m.all(), "以上") {
			op = ">="
		}
	}
	if strings.Contains(m.get("n"), "-") {
		op = "="
	}
	return "count" + op + figure(m.get("n")) + m.get("k")
}

var (
	badRate       = regexp.MustCompile(`近视|肥胖|患病|患龋|发生|死亡|辍学|犯罪|再犯|重新犯罪|流失|发案|失业`)
	shareOf       = regexp.MustCompile(`占[^,。;]{2,14}的$`) // a weight in an assessment: 占年度考核的10%
	periodNoun    = regexp.MustCompile(`^(学期|学年|季度|月|年度?|星期|周|工作日|小时|阶段)`)
	badCount      = regexp.MustCompile(`\d(个)?(月|年|岁|周岁|小时|工作日|部门|单位)|第\d|20[0-4]\d年`)
	ordinalBefore = regexp.MustCompile(`第$`)
	notCounted    = regexp.MustCompile(`^(月|部门|单位|方面|工作日|小时|百分点|阶段|环节|成员|次)`)
)

func pad(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}
