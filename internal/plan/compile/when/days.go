package when

import (
	"fmt"
	"strings"

	"weibao/internal/script"
)

// fixedDays are the days of the year that a plan names instead of a date. Only those are dates; when the spring
// festival or a vacation begins, a calendar must say.
var fixedDays = map[string]string{
	"元旦": "01-01", "三八": "03-08", "妇女节": "03-08", "五一": "05-01", "劳动节": "05-01", "五四": "05-04", "青年节": "05-04", "六一": "06-01", "儿童节": "06-01",
	"七一": "07-01", "建党节": "07-01", "八一": "08-01", "建军节": "08-01", "教师节": "09-10", "十一": "10-01", "国庆": "10-01", "宪法日": "12-04",
}

var movableDays = map[string]string{"春节": "spring-festival", "除夕": "spring-festival", "元宵": "lantern-festival", "清明": "qingming", "端午": "dragon-boat-festival", "中秋": "mid-autumn-festival", "重阳": "double-ninth"}

const (
	festivals      = `[“"]?(?P<S>元旦|三八|五一|五四|六一|七一|八一|十一|国庆|春节|除夕|元宵|清明|端午|中秋|重阳|教师节|建党节|建军节|儿童节|妇女节|劳动节|青年节|(?:国家)?宪法日)[”"]?(?:国际)?(?:儿童|劳动|妇女|青年|建党|建军)?节?`
	festivalStarts = "每元三五六七八十国春除清端中重教建儿妇劳青宪今本当明“\"" + digits
)

// readFestival: “六一”前, 每年“六一”儿童节前, 2027年春节前.
func readFestival(m timeMatch) (string, string) {
	day, before := strings.TrimPrefix(m.get("S"), "国家"), strings.HasSuffix(m.get("W"), "前") || daysBefore.MatchString(m.behind)
	if hanOrDigit(m.before) || m.get("W") == "" && !before || m.before == '、' && !before || day == "十一" && !strings.ContainsAny(m.all(), "“\"") {
		return "", ""
	}
	if date := fixedDays[day]; date != "" {
		if m.get("E") != "" {
			return KindRecurrence, "yearly=" + date
		}
		return KindDeadline, "date=" + year(m.get("Y")) + date
	}
	name, ok := movableDays[day]
	if !ok || !before {
		return "", ""
	}
	if m.get("E") != "" {
		return KindRecurrence, "every=year,before=" + name
	}
	return KindDeadline, "before=" + year(m.get("Y")) + name
}

// daysBefore: “六一”、春节前: one 前 for all days of the list.
var daysBefore = pat(`(?:[、和及](?:{节}|[寒暑]假))+(?:来临|到来)?之?{前}`)

// readVacation: 暑假前, 寒假、暑假前, 寒暑假前; the day is the schools' to say.
func readVacation(m timeMatch) (string, string) {
	list := m.get("L")
	winter, summer := strings.Contains(list, "寒"), strings.Contains(list, "暑")
	name := "summer-vacation"
	switch {
	case winter && summer:
		name = "winter-vacation+summer-vacation"
	case winter:
		name = "winter-vacation"
	}
	if m.get("E") != "" {
		return KindRecurrence, "every=year,before=" + name
	}
	return KindDeadline, "before=" + year(m.get("Y")) + name
}

// readMonthWeek: 5月第三周 is no exact date, 5月第三个星期日 is one.
func readMonthWeek(m timeMatch) (string, string) {
	if m.afterNumber() || strings.HasPrefix(m.behind, "期") {
		return "", ""
	}
	at := fmt.Sprintf("%s%02d-%d", year(m.get("Y")), script.Number(m.get("M")), script.Number(m.get("N")))
	if w := m.get("W"); w != "" {
		day := strings.Index("一二三四五六日", w)/len("一") + 1
		if w == "天" {
			day = 7
		}
		return KindDeadline, fmt.Sprintf("weekday=%s-%d", at, day)
	}
	return KindDeadline, "week=" + at
}

// readDottedWindow: 2025.3-2025.12, 2026.4.1—11.30.
func readDottedWindow(m timeMatch) (string, string) {
	y1, y2 := m.get("Y"), m.get("Y2")
	if y2 == "" {
		y2 = y1
	}
	if m.afterNumber() || (m.get("D") == "") != (m.get("D2") == "") || strings.HasPrefix(m.behind, "%") {
		return "", ""
	}
	edge := func(y, month, day string) string {
		s := fmt.Sprintf("%s-%02d", y, script.Number(month))
		if day != "" {
			s += fmt.Sprintf("-%02d", script.Number(day))
		}
		return s
	}
	return KindDeadline, "from=" + edge(y1, m.get("M"), m.get("D")) + ",to=" + edge(y2, m.get("M2"), m.get("D2"))
}

// readDottedDate: 2026.10.31前, 2026/10/31; 2026.6 alone is a time only where nothing but one is written.
func readDottedDate(m timeMatch) (string, string) {
	month, day := script.Number(m.get("M")+m.get("M2")+m.get("M3")), script.Number(m.get("D")+m.get("D2")+m.get("D3"))
	next, _ := firstRune(m.behind)
	switch {
	case m.afterNumber() || script.IsDigit(next) || strings.ContainsRune(".%元万亿人个名", next):
		return "", ""
	case day > 0:
		return KindDeadline, fmt.Sprintf("date=%s-%02d-%02d", m.get("Y"), month, day)
	case m.get("P") != "":
		return KindDeadline, fmt.Sprintf("month=%s-%02d-end", m.get("Y"), month)
	case m.get("F") != "":
		return KindDeadline, fmt.Sprintf("month=%s-%02d-begin", m.get("Y"), month)
	case m.completion, m.before == '(' && next == ')':
		return KindDeadline, fmt.Sprintf("by=%s-%02d", m.get("Y"), month)
	}
	return "", ""
}

func firstRune(s string) (rune, bool) {
	for _, r := range s {
		return r, true
	}
	return 0, false
}

// readMonthlyDays: 每月10日、25日前.
func readMonthlyDays(m timeMatch) (string, string) {
	var days []string
	for _, d := range strings.FieldsFunc(m.get("L"), func(r rune) bool { return !script.IsDigit(r) }) {
		n := script.Number(d)
		if n < 1 || n > 31 {
			return "", ""
		}
		days = append(days, fmt.Sprintf("%02d", n))
	}
	return KindRecurrence, "monthly-day=" + strings.Join(days, ",")
}

// readMonthlyWindow: 每月5—10日, 每月下旬.
func readMonthlyWindow(m timeMatch) (string, string) {
	from, to := script.Number(m.get("D")), script.Number(m.get("D2"))
	if p := m.get("P"); p != "" {
		if !strings.HasSuffix(p, "旬") {
			return "", ""
		}
		from, to = partOfMonth(p, 1)
	}
	if from >= to {
		return "", ""
	}
	return KindRecurrence, fmt.Sprintf("every=month,from=%02d,to=%02d", from, to)
}

// readPeriodEdge: 每季度结束后5个工作日内, 每月前3日.
func readPeriodEdge(m timeMatch) (string, string) {
	unit := map[string]string{"日": "day", "天": "day", "工作日": "workday", "周": "week", "星期": "week"}[m.get("V")]
	edge := "start"
	if strings.HasSuffix(m.get("W"), "后") {
		edge = "end"
	} else if !strings.HasSuffix(m.all(), "内") && !strings.HasSuffix(m.get("W"), "前") {
		return "", ""
	}
	return KindRecurrence, fmt.Sprintf("every=%s,within=%d%s-of-%s", unitNorm[m.get("U")], script.Number(m.get("N")), unit, edge)
}

// readAdverb: 按月发放, 逐季通报, 隔周走访一次.
func readAdverb(m timeMatch) (string, string) {
	next, _ := firstRune(m.behind)
	u := m.get("U")
	if strings.ContainsRune("龄级份节边期常程", next) || u == "年" && strings.HasPrefix(m.all(), "逐") || strings.HasPrefix(m.all(), "按天") || m.before == '逐' {
		return "", ""
	}
	unit := unitNorm[u]
	if m.get("G") != "" {
		unit = map[string]string{"日": "2day", "天": "2day", "周": "2week", "月": "2month", "年": "2year"}[u]
		if unit == "" || unit == "2day" {
			return "", ""
		}
	}
	return KindRecurrence, fmt.Sprintf("every=%s,min=%d", unit, max(1, script.Number(m.get("N"))))
}
