package when

import (
	"fmt"
	"regexp"
	"strings"

	"weibao/internal/script"
)

// units of recurrence as the norm names them
var unitNorm = map[string]string{
	"天": "day", "日": "day", "工作日": "day", "周": "week", "星期": "week", "月": "month", "季度": "quarter", "季": "quarter", "半年": "halfyear",
	"学期": "term", "学年": "school-year", "年": "year", "年度": "year", "半月": "halfmonth", "半个月": "halfmonth", "旬": "10days", "双月": "2month", "双周": "2week",
}

// afterNumber: the figure belongs to something longer that began before it.
func (m timeMatch) afterNumber() bool {
	return script.IsDigit(m.before) || m.before == '.' || m.before == '第' || m.before == '-' || m.before == '〔' || script.IsHanDigit(m.before)
}

func readWindow(m timeMatch) (string, string) {
	m1, m2 := script.Number(m.get("M")), script.Number(m.get("M2"))
	if m.afterNumber() || m2 == 0 && m.get("D2") == "" && m.get("P2") == "" {
		return "", ""
	}
	if m2 == 0 {
		m2 = m1
	}
	y1, y2 := year(m.get("Y")), year(m.get("Y2"))
	if y2 == "" && (m.get("Y2") == "" || y1 == "") {
		y2 = y1
	} else if y2 == "" {
		y2 = fmt.Sprintf("%d-", script.Number(m.get("Y"))+1) // 次年
	}
	if m.get("D")+m.get("P")+m.get("D2")+m.get("P2") == "" {
		return KindDeadline, fmt.Sprintf("from=%s%02d,to=%s%02d", y1, m1, y2, m2)
	}
	from, _ := partOfMonth(m.get("P"), m1)
	_, to := partOfMonth(m.get("P2"), m2)
	if d := script.Number(m.get("D")); d > 0 {
		from = d
	}
	if d := script.Number(m.get("D2")); d > 0 {
		to = d
	}
	return KindDeadline, fmt.Sprintf("from=%s%02d-%02d,to=%s%02d-%02d", y1, m1, from, y2, m2, to)
}

// readMonthWindow: 7—8月, 2026年3-5月.
func readMonthWindow(m timeMatch) (string, string) {
	m1, m2 := script.Number(m.get("M")), script.Number(m.get("M2"))
	if m.afterNumber() || m1 >= m2 || strings.ContainsRune("每个满", m.before) {
		return "", ""
	}
	y := year(m.get("Y"))
	return KindDeadline, fmt.Sprintf("from=%s%02d,to=%s%02d", y, m1, y, m2)
}

func readTermWindow(m timeMatch) (string, string) {
	unit := map[string]string{"月": "month", "周": "week", "星期": "week", "日": "day", "天": "day", "工作日": "workday"}[m.get("V")]
	every, start := orTerm(unitNorm[m.get("U")]), "start"
	switch m.get("S") {
	case "春季":
		every, start = "year", "spring-term-start"
	case "秋季":
		every, start = "year", "autumn-term-start"
	}
	return KindRecurrence, fmt.Sprintf("every=%s,within=%d%s-of-%s", every, script.Number(m.get("N")), unit, start)
}

func orTerm(unit string) string {
	if unit == "" || unit == "year" {
		return "term"
	}
	return unit
}

func readTermStart(m timeMatch) (string, string) {
	season := m.get("S")
	if e := m.get("E"); e != "" {
		return KindRecurrence, "every=" + unitNorm[e] + ",at=begin"
	}
	spring, autumn := strings.Contains(season, "春"), strings.Contains(season, "秋")
	switch {
	case spring && autumn:
		return KindRecurrence, "every=year,at=spring-term-start+autumn-term-start"
	case spring:
		return KindRecurrence, "every=year,at=spring-term-start"
	case autumn:
		return KindRecurrence, "every=year,at=autumn-term-start"
	case m.get("W") == "前":
		return KindRecurrence, "every=term,at=begin"
	}
	return "", ""
}

func readYearlyDay(m timeMatch) (string, string) {
	return KindRecurrence, fmt.Sprintf("yearly=%02d-%02d", script.Number(m.get("M")), script.Number(m.get("D")))
}

// readMonths: 8月、12月分别开展一次, 每年3月、9月, 2月、8月.
func readMonths(m timeMatch) (string, string) {
	list := m.get("L")
	if m.afterNumber() || strings.HasPrefix(m.behind, "日") || strings.HasPrefix(m.behind, "号") || !strings.Contains(list, "月") {
		return "", ""
	}
	var months []string
	for _, f := range strings.FieldsFunc(list, func(r rune) bool { return strings.ContainsRune("、,和及月份底末", r) }) {
		months = append(months, fmt.Sprintf("%02d", script.Number(f)))
	}
	if len(months) < 2 || !strings.HasSuffix(strings.TrimRight(list, "底末"), "月") && !strings.HasSuffix(list, "份") {
		return "", ""
	}
	return KindRecurrence, "months=" + strings.Join(months, ",")
}

func readYearlyMonth(m timeMatch) (string, string) {
	month := script.Number(m.get("M"))
	if p := m.get("P"); p != "" {
		_, to := partOfMonth(p, month)
		return KindRecurrence, fmt.Sprintf("yearly=%02d-%02d", month, to)
	}
	return KindRecurrence, fmt.Sprintf("yearly=%02d", month)
}

// readQuarterDay: 每季度首月, 每季度末月25日前, 每季度次月5日前: the day lies in the month that is named.
func readQuarterDay(m timeMatch) (string, string) {
	w, day := m.get("W"), script.Number(m.get("D"))
	last := strings.HasPrefix(w, "末") || strings.HasPrefix(w, "最后")
	switch {
	case w == "结束后", day > 0 && !strings.HasSuffix(w, "月"):
		return "", ""
	case last:
		return KindRecurrence, "every=quarter,at=end,min=1"
	}
	return KindRecurrence, "every=quarter,at=begin,min=1"
}

// readWeekDay: 每周五前; 每周一次 and 每周三节课 count, they name no day.
func readWeekDay(m timeMatch) (string, string) {
	if m.get("V") == "" && (weekCount.MatchString(m.behind) || m.get("W") == "一" && !onMonday.MatchString(m.behind)) {
		return "", ""
	}
	day := strings.Index("一二三四五六日", m.get("W"))/len("一") + 1
	if m.get("W") == "天" {
		day = 7
	}
	return KindRecurrence, fmt.Sprintf("weekly-day=%d", day)
}

var (
	weekCount = regexp.MustCompile(`^(次|节|课|场|堂|个|天|期|名|小时|回|篇|条|题|讲|至|到|-)`)
	onMonday  = regexp.MustCompile(`^(召开|举行|举办|向|将|的|,|、)`)
)

// readPeriodEnd: 每季度末, 每月底前, 每年年初, 每学期初. The figure, if any, is kept for periods that can hold several.
func readPeriodEnd(m timeMatch) (string, string) {
	unit := unitNorm[m.get("U")]
	at := "begin"
	if strings.ContainsAny(m.get("W"), "底末前") {
		at = "end"
	}
	norm := "every=" + unit + ",at=" + at
	if unit != "year" && unit != "term" && unit != "school-year" {
		norm += fmt.Sprintf(",min=%d", max(1, script.Number(m.get("N"))))
	}
	return KindRecurrence, norm
}

func readEvery(m timeMatch) (string, string) {
	u := m.get("U")
	unit := unitNorm[u]
	if k := script.Number(m.get("K")); k > 1 {
		unit = fmt.Sprintf("%d%s", k, unit)
	}
	if strings.HasPrefix(m.behind, "度") || strings.Contains(m.get("G"), "人次") {
		return "", ""
	}
	return KindRecurrence, fmt.Sprintf("every=%s,min=%d", unit, max(1, script.Number(m.get("N"))))
}

// readOnePer: 一月一调度, 一季度一复核, 半年一次, 每年两次.
func readOnePer(m timeMatch) (string, string) {
	if hanOrDigit(m.before) || m.before == '第' || m.before == '每' {
		return "", ""
	}
	if x := m.get("X"); strings.HasPrefix(x, "度") || strings.ContainsAny(x, "个名项是要、的") {
		return "", ""
	}
	return KindRecurrence, fmt.Sprintf("every=%s,min=%d", unitNorm[m.get("U")], max(1, script.Number(m.get("N"))))
}

// readImplied: 季报告, 周调度, 年查办一批: the period stands as an adverb before its verb.
func readImplied(m timeMatch) (string, string) {
	if hanOrDigit(m.before) || strings.ContainsRune("每个全今本去青少成近往当次同壮中老幼XxＸ上下旬半翌明逐岁整学节假生常连平多长", m.before) {
		return "", ""
	}
	u, v := m.get("U"), m.get("V")
	if u == "日" && v != "报告" && v != "调度" && v != "巡查" && v != "排查" || strings.HasPrefix(m.behind, "期") {
		return "", ""
	}
	if u == "年" && v != "查办" && v != "评估" && v != "总结" {
		return "", ""
	}
	return KindRecurrence, "every=" + unitNorm[u] + ",min=1"
}

func readQuarter(m timeMatch) (string, string) {
	if m.before == '每' || m.before == '第' || hanOrDigit(m.before) || strings.HasPrefix(m.behind, "一") {
		return "", ""
	}
	return KindDeadline, fmt.Sprintf("quarter=%s%d", year(m.get("Y")), script.Number(m.get("Q")))
}

func readHalfYear(m timeMatch) (string, string) {
	if m.before == '每' {
		return "", ""
	}
	month := "06"
	if m.get("H") == "下" {
		month = "12"
	}
	return KindDeadline, "month=" + year(m.get("Y")) + month + "-end"
}

func readDate(m timeMatch) (string, string) {
	if m.afterNumber() {
		return "", ""
	}
	if strings.HasSuffix(m.all(), "起") {
		return KindDeadline, fmt.Sprintf("from=%s%02d-%02d", year(m.get("Y")), script.Number(m.get("M")), script.Number(m.get("D")))
	}
	return KindDeadline, fmt.Sprintf("date=%s%02d-%02d", year(m.get("Y")), script.Number(m.get("M")), script.Number(m.get("D")))
}

// readMonth: 3月底前, 6月前, 2023年6月, 7月份集中开展一次.
func readMonth(m timeMatch) (string, string) {
	if m.afterNumber() || m.before == '每' || m.before == '个' {
		return "", ""
	}
	y, month, p := year(m.get("Y")), script.Number(m.get("M")), m.get("P")
	from, to := partOfMonth(p, month)
	switch {
	case m.get("R") != "":
		return KindDeadline, fmt.Sprintf("from=%s%02d", y, month)
	case p == "底" || p == "末":
		return KindDeadline, fmt.Sprintf("month=%s%02d-end", y, month)
	case p == "初":
		return KindDeadline, fmt.Sprintf("month=%s%02d-begin", y, month)
	case p != "" && m.get("F") != "":
		return KindDeadline, fmt.Sprintf("date=%s%02d-%02d", y, month, to)
	case p != "":
		return KindDeadline, fmt.Sprintf("from=%s%02d-%02d,to=%s%02d-%02d", y, month, from, y, month, to)
	case m.get("F") != "":
		return KindDeadline, fmt.Sprintf("month=%s%02d-begin", y, month)
	case y != "" || m.completion:
		return KindDeadline, fmt.Sprintf("by=%s%02d", y, month)
	}
	return KindDeadline, fmt.Sprintf("months=%02d", month)
}

func readFrom(m timeMatch) (string, string) {
	y, month, day := strings.TrimSuffix(year(m.get("Y")), "-"), script.Number(m.get("M")), script.Number(m.get("D"))
	norm := "from=" + y
	if month > 0 {
		norm = fmt.Sprintf("from=%s%02d", year(m.get("Y")), month)
	}
	if day > 0 {
		norm += fmt.Sprintf("-%02d", day)
	}
	if norm == "from=" {
		return "", ""
	}
	return KindDeadline, norm
}

func readHorizon(m timeMatch) (string, string) {
	if year(m.get("Y")) == "" {
		return KindDeadline, "year-end"
	}
	if m.get("P") != "" {
		return KindHorizon, "until=" + m.get("Y") + "-end"
	}
	return KindHorizon, "until=" + m.get("Y")
}

func readYearEnd(m timeMatch) (string, string) {
	if m.afterNumber() {
		return "", ""
	}
	if year(m.get("Y")) == "" {
		return KindDeadline, "year-end"
	}
	return KindDeadline, "until=" + m.get("Y") + "-end"
}

// readYearOpen: 2025年, at the head of a sentence binds what follows by that year.
func readYearOpen(m timeMatch) (string, string) {
	if m.before != 0 && !strings.ContainsRune("。;:,、 (", m.before) || year(m.get("Y")) == "" {
		return "", ""
	}
	return KindHorizon, "until=" + m.get("Y")
}

// readThisYear: 年底前, 今年年底, 年内.
func readThisYear(m timeMatch) (string, string) {
	if hanOrDigit(m.before) || strings.ContainsRune("每半Xx", m.before) {
		return "", ""
	}
	return KindDeadline, "year-end"
}

// plan periods by the name of the national plan
var planEnd = map[string]int{"十一": 2010, "十二": 2015, "十三": 2020, "十四": 2025, "十五": 2030, "十六": 2035, "十七": 2040}

func readPlanPeriod(m timeMatch) (string, string) {
	return KindHorizon, fmt.Sprintf("until=%d", planEnd[m.get("H")])
}

func readWithin(m timeMatch) (string, string) {
	if m.afterNumber() {
		return "", ""
	}
	n := fmt.Sprint(script.Number(m.get("N")))
	if m.get("N") == "半" {
		if m.get("U") != "年" && m.get("U") != "月" && m.get("U") != "小时" {
			return "", ""
		}
		n = "0.5"
	}
	unit := map[string]string{"小时": "h", "分钟": "min", "工作日": "workdays", "自然日": "days", "日": "days", "天": "days", "周": "week", "星期": "week", "月": "month", "年": "year"}[m.get("U")]
	kind := KindDeadline
	if unit == "year" {
		kind = KindHorizon
	}
	return kind, "within=" + n + unit
}
