// Package schedule says what the times and targets of a plan mean: a norm, as
// the compiler writes it, becomes a date, a recurrence or a question, and a
// target becomes a measure with a direction.
//
// It owns no table and asks nobody: it is a pure reading of norms with the
// year of the plan and the school terms of the county. It promises that what
// it cannot map is a question in words, and never a guess.
package schedule

import (
	"fmt"
	"strconv"
	"strings"

	"weibao/internal/civil"
	"weibao/internal/duty"
)

// Pace is how a time asks for duties.
type Pace string

// The paces.
const (
	Once    Pace = "once"    // one duty, due at a date or within a span
	Rounds  Pace = "rounds"  // a duty each round
	Ongoing Pace = "ongoing" // no date of its own: reviewed by the county's cycle
	Asked   Pace = "asked"   // a person must decide
)

// Schedule is what a time means for the kernel.
type Schedule struct {
	Pace       Pace
	Due        civil.Date      // of Once on a date
	Within     duty.Deadline   // of Once within a span from the day of issue
	Span       string          // that span in words
	From       civil.Date      // rounds due before it do not open; begin of a window
	Recurrence duty.Recurrence // of Rounds
	Question   string          // what must be decided, of Asked
	Note       string          // how it was understood, where that is not plain
}

// Deadline gives the kernel's deadline of a Once.
func (s Schedule) Deadline() duty.Deadline {
	if s.Span != "" {
		return s.Within
	}
	return duty.On(s.Due)
}

// Calendar is what a norm without all its parts is read with.
type Calendar struct {
	Year  int         // of the plan; 0 = not known
	Terms []duty.Term // school terms of the county, spring first; none = not known
}

// FromIssue marks a span that runs from the day of issue; a span without it
// runs from an event which no date tells.
const FromIssue = "from=issue"

// AskYear is the question where a norm needs the year of the plan.
const AskYear = "方案没有写明年份，请先填写方案年份。"

// Read maps a norm, as the compiler writes it, to a schedule. What it cannot
// map is Asked, never guessed.
func (c Calendar) Read(norm string) Schedule {
	key, rest, args := parts(norm)
	switch key {
	case "month", "by", "date", "until", "year-end", "quarter", "at":
		return c.once(key, rest)
	case "months":
		return c.months(rest)
	case "from":
		return c.window(rest, args["to"])
	case "monthly-day":
		return monthlyDays(rest)
	case "before", "week":
		return asked(notADay)
	case "weekday":
		return c.weekday(rest)
	case "weekly-day":
		if n, err := strconv.Atoi(rest); err == nil && n >= 1 && n <= 7 {
			return rounds(duty.Recurrence{Every: "week", Day: n})
		}
	case "yearly":
		if n, err := strconv.Atoi(rest); err == nil {
			return rounds(duty.Recurrence{Every: "year", Months: []int{n}})
		}
		return rounds(duty.Recurrence{Every: "year", Date: rest})
	case "every":
		return c.every(rest, args)
	case "within":
		return c.within(rest, norm)
	}
	return asked("「" + norm + "」不能换算成日期，请填写办理时限。")
}

func asked(question string) Schedule { return Schedule{Pace: Asked, Question: question} }

func rounds(r duty.Recurrence) Schedule {
	if err := r.Validate(); err != nil {
		return asked("周期写法不完整，请重新选择周期。")
	}
	return Schedule{Pace: Rounds, Recurrence: r}
}

func on(d civil.Date, ok bool) Schedule {
	if !ok {
		return asked("没有这一天，请改正日期。")
	}
	return Schedule{Pace: Once, Due: d}
}

// parts cuts "every=month,min=2,at=end" into its first key and value and the
// rest; months=08,12 has commas inside its value.
func parts(norm string) (key, value string, args map[string]string) {
	args = map[string]string{}
	fields := strings.Split(strings.TrimSpace(norm), ",")
	key, value, _ = strings.Cut(fields[0], "=")
	for _, f := range fields[1:] {
		k, v, ok := strings.Cut(f, "=")
		if !ok && (key == "months" || key == "monthly-day") {
			value += "," + f
			continue
		}
		args[strings.TrimSpace(k)] = strings.TrimSpace(v)
	}
	return strings.TrimSpace(key), strings.TrimSpace(value), args
}

// once reads the norms of one date.
func (c Calendar) once(key, value string) Schedule {
	year, rest := c.yearOf(value)
	if year == 0 {
		return asked(AskYear)
	}
	switch key {
	case "year-end", "until":
		return on(civil.NewDate(year, 12, 31))
	case "quarter":
		n, err := strconv.Atoi(value)
		if err != nil || n < 1 || n > 4 {
			return asked("季度应为一至四季度，请填写办理时限。")
		}
		return endOfMonth(year, 3*n)
	case "date", "at":
		m, d, ok := monthDay(rest)
		if !ok {
			return asked("请填写具体日期。")
		}
		return on(civil.NewDate(year, m, d))
	}
	month, part, _ := strings.Cut(rest, "-")
	m, err := strconv.Atoi(month)
	switch {
	case err != nil || m < 1 || m > 12:
		return asked("请填写办理时限的月份。")
	case part == "begin":
		return asked(fmt.Sprintf("“%d月初”没有写到日，请填写具体日期。", m))
	case part != "" && part != "end":
		return asked("请填写具体日期。")
	}
	return endOfMonth(year, m)
}

func endOfMonth(year, month int) Schedule {
	d, ok := civil.NewDate(year, month, 1)
	return on(d.MonthEnd(), ok)
}

// yearOf takes a leading YYYY from a value, or gives the plan's year.
func (c Calendar) yearOf(value string) (year int, rest string) {
	if len(value) >= 4 {
		if y, err := strconv.Atoi(value[:4]); err == nil && y >= 1900 {
			return y, strings.TrimPrefix(value[4:], "-")
		}
	}
	return c.Year, value
}

func monthDay(s string) (month, day int, ok bool) {
	a, b, found := strings.Cut(s, "-")
	m, err1 := strconv.Atoi(a)
	d, err2 := strconv.Atoi(b)
	return m, d, found && err1 == nil && err2 == nil
}

// months are drives in one month of the plan's year, or in several of each year.
func (c Calendar) months(value string) Schedule {
	var list []int
	for _, s := range strings.Split(value, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(s))
		if err != nil {
			return asked("请填写开展的月份。")
		}
		list = append(list, n)
	}
	if len(list) == 1 {
		if c.Year == 0 {
			return asked(AskYear)
		}
		return endOfMonth(c.Year, list[0])
	}
	return rounds(duty.Recurrence{Every: "year", Months: list})
}

// window is a span between two dates, due at its end; without an end it goes on.
func (c Calendar) window(from, to string) Schedule {
	if from == "issue" {
		return asked("请填写从下发之日起多久内完成。")
	}
	begin, ok := c.edge(from, false)
	if !ok {
		return asked(AskYear)
	}
	if to == "" {
		return Schedule{Pace: Ongoing, From: begin, Note: "自" + civil.FormatDateLong(begin) + "起长期执行"}
	}
	end, ok := c.edge(to, true)
	if !ok || end.Before(begin) {
		return asked("起止时间不完整，请填写办理时限。")
	}
	s := on(end, true)
	s.From = begin
	return s
}

// edge reads YYYY, YYYY-MM, YYYY-MM-DD, MM or MM-DD as the first or last day of what it names.
func (c Calendar) edge(s string, last bool) (civil.Date, bool) {
	year, rest := c.yearOf(s)
	if year == 0 {
		return civil.Date{}, false
	}
	if rest == "" || rest == "end" {
		if last {
			return civil.NewDate(year, 12, 31)
		}
		return civil.NewDate(year, 1, 1)
	}
	if m, d, ok := monthDay(rest); ok {
		return civil.NewDate(year, m, d)
	}
	m, err := strconv.Atoi(strings.TrimSuffix(rest, "-end"))
	d, ok := civil.NewDate(year, m, 1)
	if last {
		d = d.MonthEnd()
	}
	return d, ok && err == nil
}

const bothTerms = "spring-term-start+autumn-term-start"

func (c Calendar) every(period string, args map[string]string) Schedule {
	times, _ := strconv.Atoi(args["min"])
	r := duty.Recurrence{Every: period, Times: max(times, 1)}
	if r.Times == 1 {
		r.Times = 0
	}
	switch {
	case args["within"] != "":
		return asked("请填写每个周期内的完成日期。")
	case args["before"] != "":
		return asked("每年的日子不固定，请填写每年的完成日期。")
	case args["to"] != "":
		return upTo(r, args["to"])
	case args["day"] != "":
		return quarterDay(r, args["at"], args["day"])
	case period == "halfmonth":
		return rounds(duty.Recurrence{Every: "month", Times: r.Times, Days: []int{15, 31}})
	case period == "10days":
		return rounds(duty.Recurrence{Every: "month", Times: r.Times, Days: []int{10, 20, 31}})
	case args["at"] == bothTerms:
		return c.terms(r, true)
	case period == "term":
		return c.terms(r, args["at"] == "begin")
	case period == "school-year":
		return c.schoolYear(r)
	case period == "day":
		return Schedule{Pace: Ongoing, Note: "每天进行的工作不逐日建立事项，按长期任务定期复核"}
	case args["at"] == "begin":
		return c.atBegin(r)
	}
	return rounds(r)
}

// atBegin is due at the end of the period's first month; a month or week has no such part.
func (c Calendar) atBegin(r duty.Recurrence) Schedule {
	step := map[string][]int{"quarter": {1, 4, 7, 10}, "halfyear": {1, 7}, "year": {1}}[r.Every]
	if step == nil {
		return asked("“期初”没有写到日，请填写每期的完成日期。")
	}
	r.Every, r.Months = "year", step
	s := rounds(r)
	s.Note = "期初按当期第一个月底前计"
	return s
}

// notADay asks about a time that names a day which no rule of the calendar gives.
const notADay = "方案没有写到哪一天，请填写具体日期。"

// monthlyDays: 每月25日前, 每月10日、25日前.
func monthlyDays(list string) Schedule {
	var days []int
	for _, s := range strings.Split(list, ",") {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > 31 {
			return asked("每月的日期应在1至31之间，请填写办理时限。")
		}
		days = append(days, n)
	}
	if len(days) == 1 {
		return rounds(duty.Recurrence{Every: "month", Day: days[0]})
	}
	return rounds(duty.Recurrence{Every: "month", Days: days})
}

// upTo is due at the end of a span within each month or year (每月5日至10日, 每年3月至5月).
func upTo(r duty.Recurrence, to string) Schedule {
	n, err := strconv.Atoi(to)
	switch {
	case err == nil && r.Every == "month":
		r.Day = n
	case err == nil && r.Every == "year":
		r.Months = []int{n}
	default:
		return asked("请填写每个周期内的完成日期。")
	}
	return rounds(r)
}

// quarterDay is due on a day of the month behind a quarter, or of its last month.
func quarterDay(r duty.Recurrence, at, day string) Schedule {
	n, err := strconv.Atoi(day)
	if err != nil || r.Every != "quarter" {
		return asked("请填写每个周期内的完成日期。")
	}
	r.Every, r.Day, r.Months = "year", n, []int{1, 4, 7, 10}
	if at == "end" {
		r.Months = []int{3, 6, 9, 12}
	}
	return rounds(r)
}

// weekday is the nth Sunday, or other day of the week, of a month: MM-N-D with Monday as 1.
func (c Calendar) weekday(value string) Schedule {
	year, rest := c.yearOf(value)
	if year == 0 {
		return asked(AskYear)
	}
	var month, nth, day int
	if _, err := fmt.Sscanf(rest, "%02d-%d-%d", &month, &nth, &day); err != nil || day < 1 || day > 7 {
		return asked(notADay)
	}
	first, ok := civil.NewDate(year, month, 1)
	if !ok {
		return asked(notADay)
	}
	first = first.AddDays((day - int(first.Weekday()) + 7) % 7)
	d := first.AddDays(7 * (nth - 1))
	return on(d, d.Month() == month)
}

const askTerms = "本县没有设定学期起止日期，请在本县规则中设定，或改填具体周期。"

// terms is a round each school term, due at its end, or at its start.
func (c Calendar) terms(r duty.Recurrence, start bool) Schedule {
	if len(c.Terms) == 0 {
		return asked(askTerms)
	}
	r.Every = "term"
	for _, t := range c.Terms {
		if start {
			t = duty.Term{From: before(t.From, 30), To: t.From}
		}
		r.Terms = append(r.Terms, t)
	}
	s := rounds(r)
	if start {
		s.Note = "开学前以学期第一天为限"
	}
	return s
}

// before gives the MM-DD that lies n days before another.
func before(monthDay string, n int) string {
	d, err := civil.Parse("2023-" + monthDay)
	if err != nil {
		return monthDay
	}
	return d.AddDays(-n).String()[5:]
}

func (c Calendar) schoolYear(r duty.Recurrence) Schedule {
	if len(c.Terms) == 0 {
		return asked(askTerms)
	}
	r.Every, r.Date = "year", c.Terms[0].To
	s := rounds(r)
	s.Note = "每学年以春季学期结束日为限"
	return s
}

var spanWords = map[string]string{"h": "小时", "workdays": "个工作日", "days": "天", "month": "个月", "year": "年"}

// within is a span: from the issue if that is decided, else from an event.
func (c Calendar) within(value, norm string) Schedule {
	digits := strings.TrimRight(value, "abcdefghijklmnopqrstuvwxyz-")
	n, err := strconv.Atoi(digits)
	unit := strings.TrimSuffix(value[len(digits):], "s")
	if unit == "workday" || unit == "day" {
		unit += "s"
	}
	word, known := spanWords[unit]
	if err != nil || n < 0 || n == 0 && unit != "days" || !known {
		return asked("请填写办理时限。")
	}
	words := strconv.Itoa(n) + word
	if n == 0 {
		return asked("“当日”没有写明从何时算起。有事时才办理的，请按长期任务处理；否则请填写具体日期。")
	}
	switch {
	case unit == "year" && c.Year > 0:
		s := on(civil.NewDate(c.Year+n, 12, 31))
		s.Note = fmt.Sprintf("%d年起%s内，按末年年底计", c.Year, words)
		return s
	case !strings.Contains(norm, FromIssue):
		return asked("“" + words + "内”没有写明从何时算起，请选择：自下发之日起算，或有事时起算（按长期任务）。")
	}
	s := Schedule{Pace: Once, Span: words + "内"}
	switch unit {
	case "h":
		s.Within = duty.In(n)
	case "workdays":
		s.Within = duty.Within(n)
	default:
		return asked("请填写具体日期。")
	}
	return s
}

// Words says when: 2026-05-31 周日前, 每季度至少1次.
func (s Schedule) Words() string {
	switch s.Pace {
	case Once:
		if s.Span != "" {
			return "下发后" + s.Span
		}
		words := civil.FormatDate(s.Due) + "前"
		if !s.From.IsZero() {
			words = s.From.String() + "至" + civil.FormatDate(s.Due)
		}
		return words
	case Rounds:
		return RecurrenceWords(s.Recurrence)
	case Ongoing:
		return "长期"
	}
	return "待确认"
}

var everyWords = map[string]string{"week": "每周", "2week": "每两周", "month": "每月", "2month": "每两个月", "quarter": "每季度", "halfyear": "每半年",
	"term": "每学期", "year": "每年", "2year": "每两年"}

// RecurrenceWords says how often.
func RecurrenceWords(r duty.Recurrence) string {
	s := everyWords[r.Every]
	switch {
	case len(r.Months) > 0:
		s = "每年"
		for i, m := range r.Months {
			if i > 0 {
				s += "、"
			}
			s += fmt.Sprintf("%d月", m)
		}
		if r.Day > 0 {
			s += fmt.Sprintf("%d日前", r.Day)
		}
	case len(r.Days) > 0:
		for i, d := range r.Days {
			if i > 0 {
				s += "、"
			}
			s += fmt.Sprintf("%d日", d)
		}
		s += "前"
	case r.Every == "month" && r.Day > 0:
		s += fmt.Sprintf("%d日前", r.Day)
	case r.Date != "":
		s += r.Date + "前"
	}
	if r.Times > 1 {
		s += fmt.Sprintf("至少%d次", r.Times)
	}
	return s
}
