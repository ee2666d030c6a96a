package duty

import (
	"encoding/json"
	"fmt"
	"slices"

	"weibao/internal/civil"
	"weibao/internal/errs"
)

// Recurrence says in which periods a duty comes back and when it is due in each.
type Recurrence struct {
	// Every is the period: week, 2week, month, 2month, quarter, halfyear, term, year, 2year.
	Every string `json:"every"`
	// Times is how often at least the thing must be done within the period; it
	// stands in the duty's title and is proved by its reply.
	Times int `json:"times,omitempty"`
	// Day is the day of the month on which a monthly duty is due, or of the week
	// (1 = Monday) for a weekly one; 0 = the last.
	Day int `json:"day,omitempty"`
	// Days are the days of the month on which a monthly duty is due more than once.
	Days []int `json:"days,omitempty"`
	// Months are the months in which a yearly duty comes, each due at its end.
	Months []int `json:"months,omitempty"`
	// Date is the day MM-DD on which a yearly duty is due; "" = 12-31.
	Date string `json:"date,omitempty"`
	// Terms are the school terms, MM-DD to MM-DD; a term may run over New Year.
	Terms []Term `json:"terms,omitempty"`
}

// Term is a school term by its first and last day, MM-DD.
type Term struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// Round is one period of a recurrence.
type Round struct{ From, Due civil.Date }

// Number identifies the round within its series.
func (r Round) Number() int64 {
	return int64(r.Due.Year()*10000 + r.Due.Month()*100 + r.Due.Day())
}

var monthsOf = map[string]int{"month": 1, "2month": 2, "quarter": 3, "halfyear": 6, "year": 12, "2year": 24}

// Validate gives an error in words unless rounds can be computed.
func (r Recurrence) Validate() error {
	bad := func(what string) error { return errs.New(errs.Invalid, "周期写法不对："+what) }
	switch {
	case r.Every == "term" && len(r.Terms) == 0:
		return bad("没有设定学期起止日期。")
	case r.Every != "week" && r.Every != "2week" && r.Every != "term" && monthsOf[r.Every] == 0:
		return bad("请选择每周、每月、每季度、每半年、每学期、每年。")
	case (r.Every == "week" || r.Every == "2week") && r.Day > 7:
		return bad("每周的日子应在周一至周日之间。")
	case r.Day < 0 || r.Day > 31 || slices.ContainsFunc(r.Days, func(d int) bool { return d < 1 || d > 31 }):
		return bad("每月的日期应在1至31之间。")
	case slices.ContainsFunc(r.Months, func(m int) bool { return m < 1 || m > 12 }):
		return bad("月份应在1至12之间。")
	case r.Date != "" && !isMonthDay(r.Date):
		return bad("每年的日期应写成 月-日。")
	}
	for _, t := range r.Terms {
		if !isMonthDay(t.From) || !isMonthDay(t.To) {
			return bad("学期起止日期应写成 月-日。")
		}
	}
	return nil
}

func isMonthDay(s string) bool {
	_, err := civil.Parse("2024-" + s)
	return err == nil
}

// Next gives the first round that is due on or after a day.
func (r Recurrence) Next(day civil.Date) Round {
	year := day.Year()
	rounds := slices.Concat(r.rounds(year-2), r.rounds(year-1), r.rounds(year), r.rounds(year+1), r.rounds(year+2))
	slices.SortFunc(rounds, func(a, b Round) int { return a.Due.Compare(b.Due) })
	for _, round := range rounds {
		if !round.Due.Before(day) {
			return round
		}
	}
	return Round{}
}

// rounds gives the rounds whose period begins in a year.
func (r Recurrence) rounds(year int) []Round {
	first := mustDate(year, 1, 1)
	switch {
	case len(r.Months) > 0:
		return each(r.Months, func(m int) Round {
			start := first.AddMonths(m - 1)
			return Round{start, r.monthDue(start)}
		})
	case r.Every == "term":
		return each(r.Terms, func(t Term) Round { return t.round(year) })
	case r.Every == "week":
		return weeks(year, r.Day)
	case r.Every == "2week":
		return everyOther(weeks(year, r.Day))
	case r.Every == "month" && len(r.Days) > 0:
		return r.daysOfMonths(first)
	case r.Date != "":
		return []Round{{first, monthDay(year, r.Date)}}
	}
	n := monthsOf[r.Every]
	if n > 12 && year*12%n != 0 {
		return nil
	}
	var out []Round
	for m := 0; m < 12; m += n {
		start := first.AddMonths(m)
		out = append(out, Round{start, r.monthDue(start.AddMonths(n - 1))})
	}
	return out
}

// daysOfMonths are the rounds of a duty that is due on several days of each month.
func (r Recurrence) daysOfMonths(first civil.Date) []Round {
	var out []Round
	days := slices.Sorted(slices.Values(r.Days))
	for m := range 12 {
		start := first.AddMonths(m)
		from := start
		for _, d := range days {
			due := Recurrence{Day: d}.monthDue(start)
			if due.Before(from) {
				continue // both days lie behind the end of a short month
			}
			out = append(out, Round{from, due})
			from = due.AddDays(1)
		}
	}
	return out
}

// everyOther keeps the weeks of even number counted from a fixed Monday, so that the year's end does not shift them.
func everyOther(all []Round) []Round {
	monday := mustDate(2024, 1, 1)
	return slices.DeleteFunc(all, func(r Round) bool { return r.From.Sub(monday)/7%2 != 0 })
}

// monthDue gives the due day within a month: its Day, at most its last.
func (r Recurrence) monthDue(start civil.Date) civil.Date {
	end := start.MonthEnd()
	if r.Day == 0 || r.Day > end.Day() {
		return end
	}
	return start.AddDays(r.Day - 1)
}

func (t Term) round(year int) Round {
	from, to := monthDay(year, t.From), monthDay(year, t.To)
	if to.Before(from) {
		to = monthDay(year+1, t.To)
	}
	return Round{from, to}
}

// weeks run from Monday to Sunday; a duty is due on their last day or the one that is named.
func weeks(year, due int) []Round {
	if due == 0 {
		due = 7
	}
	day := mustDate(year, 1, 1)
	for day.Weekday() != 1 {
		day = day.AddDays(1)
	}
	var out []Round
	for ; day.Year() == year; day = day.AddDays(7) {
		out = append(out, Round{day, day.AddDays(due - 1)})
	}
	return out
}

func each[T any](list []T, f func(T) Round) []Round {
	out := make([]Round, len(list))
	for i, v := range list {
		out[i] = f(v)
	}
	return out
}

// monthDay gives MM-DD in a year; 02-29 is 02-28 in ordinary years.
func monthDay(year int, s string) civil.Date {
	d, err := civil.Parse(fmt.Sprintf("%04d-%s", year, s))
	if err != nil {
		return mustDate(year, 2, 28)
	}
	return d
}

func mustDate(year, month, day int) civil.Date {
	d, _ := civil.NewDate(year, month, day)
	return d
}

// JSON is the stored form.
func (r Recurrence) JSON() string {
	b, _ := json.Marshal(r) // strings and numbers alone cannot fail
	return string(b)
}

func parseRecurrence(s string) (r Recurrence, err error) {
	if err := json.Unmarshal([]byte(s), &r); err != nil {
		return r, fmt.Errorf("duty: recurrence: %w", err)
	}
	return r, r.Validate()
}
