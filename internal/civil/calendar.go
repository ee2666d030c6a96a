package civil

import (
	"maps"
	"slices"
	"time"
)

// Exception is a day on which the State Council's notice departs from Monday to Friday: a holiday (Workday false)
// or a make-up day 调休上班 (Workday true).
type Exception struct {
	Date    Date   `json:"date"`
	Workday bool   `json:"workday"`
	Name    string `json:"name"`
}

// Calendar answers which days are working days. It does not change after it was made and may be used by many at once.
type Calendar struct {
	years map[int]bool
	days  map[Date]Exception
}

// NewCalendar makes a calendar from the exceptions of the years whose notice is loaded. An exception counts even
// where its year is not listed: a notice sometimes moves the last days of the year before (2018-12-29 and 2018-12-31
// were moved by the notice for 2019), so the last days of the last loaded year can still change.
func NewCalendar(years []int, exceptions []Exception) *Calendar {
	c := &Calendar{years: map[int]bool{}, days: map[Date]Exception{}}
	for _, y := range years {
		c.years[y] = true
	}
	for _, e := range exceptions {
		c.days[e.Date] = e
	}
	return c
}

// Years lists the years whose notice is loaded, in order.
func (c *Calendar) Years() []int { return slices.Sorted(maps.Keys(c.years)) }

// Covers reports whether the notice of the date's year is loaded.
func (c *Calendar) Covers(d Date) bool { return c.years[d.Year()] }

// Exception gives what the notice says of a day, if it names it.
func (c *Calendar) Exception(d Date) (Exception, bool) {
	e, ok := c.days[d]
	return e, ok
}

// IsWorkday reports whether the day is a working day, and whether that is known from a notice. Where it is not
// known, Monday to Friday is the answer.
func (c *Calendar) IsWorkday(d Date) (workday, known bool) {
	if e, ok := c.days[d]; ok {
		return e.Workday, true
	}
	w := d.Weekday()
	return w >= 1 && w <= 5, c.Covers(d)
}

// AddWorkdays gives the n-th working day after d, for a negative n the n-th before it, for 0 the first working day
// on or after d. It is provisional when a day that was passed belongs to a year without a notice: the date may then
// move once the notice is loaded, and the screen says so.
func (c *Calendar) AddWorkdays(d Date, n int) (due Date, provisional bool) {
	if d.IsZero() {
		return d, false
	}
	step := 1
	if n < 0 {
		n, step = -n, -1
	}
	left := n
	if n == 0 {
		d, left = d.AddDays(-1), 1
	}
	for left > 0 {
		next := d.AddDays(step)
		if next == d {
			return d, true
		}
		d = next
		workday, known := c.IsWorkday(d)
		provisional = provisional || !known
		if workday {
			left--
		}
	}
	return d, provisional
}

// WorkdaysBetween counts the working days after from up to and including to; it is negative when to lies before
// from. So for n > 0 WorkdaysBetween(d, AddWorkdays(d, n)) is n.
func (c *Calendar) WorkdaysBetween(from, to Date) (n int, provisional bool) {
	if from.IsZero() || to.IsZero() {
		return 0, false
	}
	if to.Before(from) {
		n, provisional = c.WorkdaysBetween(to, from)
		return -n, provisional
	}
	for d := from; d.Before(to); {
		d = d.AddDays(1)
		workday, known := c.IsWorkday(d)
		provisional = provisional || !known
		if workday {
			n++
		}
	}
	return n, provisional
}

// DueWorkdays gives the instant until which something that started at from and has n working days may be done:
// counting starts on the day after (民法典第二百零一条: 开始的当日不计入) and ends with the last working day.
func (c *Calendar) DueWorkdays(from time.Time, n int) (due time.Time, provisional bool) {
	d, provisional := c.AddWorkdays(DateOf(from), n)
	return d.End(), provisional
}
