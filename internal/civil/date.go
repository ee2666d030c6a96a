// Package civil keeps dates as people in an office mean them: a day of the calendar in Beijing time, without an hour.
//
// It owns no table. It promises that a Date is comparable, orders like its text 'YYYY-MM-DD', never shifts by a
// time zone, and that its zero value means "unknown". On top of it stand the working-day calendar with the State
// Council's holidays and make-up days (放假调休), the words in which a screen says how far a due date is, and the
// age of a person.
//
// It never asks for the present time, never reads a database, and never guesses a holiday: where the data of a
// year is not loaded, it counts Monday to Friday and says that the answer is provisional.
package civil

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// Zone is Beijing time, the one official time of the whole country; it has had no summer time since 1992.
var Zone = time.FixedZone("CST", 8*60*60)

const (
	layout     = "2006-01-02"
	secondsDay = 24 * 60 * 60
	maxYear    = 9999

	dayBeforeFirst = -719163 // 0000-12-31 in days since 1970, so that 0001-01-01 has number 1
	lastDay        = 3652059 // number of 9999-12-31
)

// Date is a day of the calendar between 0001-01-01 and 9999-12-31. The zero value is the unknown date; it sorts
// before every known one. Dates compare with ==.
type Date struct{ n int32 }

// NewDate makes a date and reports whether such a day exists (2026-02-30 does not).
func NewDate(year, month, day int) (Date, bool) {
	if year < 1 || year > maxYear || month < 1 || month > 12 || day < 1 || day > 31 {
		return Date{}, false
	}
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if t.Day() != day {
		return Date{}, false
	}
	return fromTime(t), true
}

// Parse reads 'YYYY-MM-DD'. The empty text is the unknown date.
func Parse(s string) (Date, error) {
	if s == "" {
		return Date{}, nil
	}
	t, err := time.Parse(layout, s)
	if err != nil || t.Year() < 1 {
		return Date{}, fmt.Errorf("日期应写成“2026-11-22”的样子,并且确有这一天")
	}
	return fromTime(t), nil
}

// MustParse is Parse for dates written in the program itself; it panics on a wrong one.
func MustParse(s string) Date {
	d, err := Parse(s)
	if err != nil || d.IsZero() {
		panic("civil: not a date: " + s)
	}
	return d
}

// DateOf gives the day on which an instant falls in Beijing; the zero instant gives the unknown date.
func DateOf(t time.Time) Date {
	if t.IsZero() {
		return Date{}
	}
	return fromTime(t.In(Zone))
}

func fromTime(t time.Time) Date {
	y, m, d := t.Date()
	return clamp(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix()/secondsDay - dayBeforeFirst)
}

// clamp keeps arithmetic inside the calendar that four digits can write.
func clamp(n int64) Date {
	switch {
	case n < 1:
		return Date{1}
	case n > lastDay:
		return Date{lastDay}
	}
	return Date{int32(n)}
}

func (d Date) time() time.Time {
	return time.Unix((int64(d.n)+dayBeforeFirst)*secondsDay, 0).UTC()
}

// IsZero reports whether the date is unknown.
func (d Date) IsZero() bool { return d.n == 0 }

// Year is the year, 0 for the unknown date.
func (d Date) Year() int { y, _, _ := d.parts(); return y }

// Month is 1 to 12, 0 for the unknown date.
func (d Date) Month() int { _, m, _ := d.parts(); return m }

// Day is the day of the month, 0 for the unknown date.
func (d Date) Day() int { _, _, day := d.parts(); return day }

// Quarter is 1 to 4, 0 for the unknown date.
func (d Date) Quarter() int { return (d.Month() + 2) / 3 }

// Weekday is 1 for Monday to 7 for Sunday, 0 for the unknown date.
func (d Date) Weekday() int {
	if d.IsZero() {
		return 0
	}
	return (int(d.time().Weekday())+6)%7 + 1
}

func (d Date) parts() (int, int, int) {
	if d.IsZero() {
		return 0, 0, 0
	}
	y, m, day := d.time().Date()
	return y, int(m), day
}

// AddDays moves by calendar days. The unknown date stays unknown.
func (d Date) AddDays(n int) Date {
	if d.IsZero() {
		return d
	}
	return clamp(int64(d.n) + int64(n))
}

// AddMonths moves by calendar months; where the month has no such day its last day is taken
// (民法典第二百零二条: 没有对应日的,月末日为期间的最后一日). The unknown date stays unknown.
func (d Date) AddMonths(n int) Date {
	if d.IsZero() {
		return d
	}
	y, m, day := d.parts()
	months := int64(y)*12 + int64(m) - 1 + int64(n)
	switch {
	case months < 12:
		return Date{1}
	case months >= (maxYear+1)*12:
		return Date{lastDay}
	}
	first := time.Date(int(months/12), time.Month(months%12+1), 1, 0, 0, 0, 0, time.UTC)
	return fromTime(first.AddDate(0, 0, min(day, daysIn(first))-1))
}

func daysIn(first time.Time) int { return first.AddDate(0, 1, -1).Day() }

// MonthStart is the first day of the month.
func (d Date) MonthStart() Date { return d.AddDays(1 - d.Day()) }

// MonthEnd is the last day of the month.
func (d Date) MonthEnd() Date { return d.MonthStart().AddMonths(1).lessOne() }

// QuarterStart is the first day of the quarter.
func (d Date) QuarterStart() Date { return d.MonthStart().AddMonths(-((d.Month() + 2) % 3)) }

// QuarterEnd is the last day of the quarter.
func (d Date) QuarterEnd() Date { return d.QuarterStart().AddMonths(3).lessOne() }

// lessOne steps back from the first day of the next period; after December 9999 there is none.
func (d Date) lessOne() Date {
	if d.n == lastDay {
		return d
	}
	return d.AddDays(-1)
}

// Sub is the number of calendar days from e to d; 0 where one of them is unknown.
func (d Date) Sub(e Date) int {
	if d.IsZero() || e.IsZero() {
		return 0
	}
	return int(d.n) - int(e.n)
}

// Before reports whether d lies before e.
func (d Date) Before(e Date) bool { return d.n < e.n }

// After reports whether d lies after e.
func (d Date) After(e Date) bool { return d.n > e.n }

// Compare orders dates for slices.SortFunc; the unknown date comes first.
func (d Date) Compare(e Date) int { return int(d.n) - int(e.n) }

// Equal reports whether both are the same day, as == does.
func (d Date) Equal(e Date) bool { return d == e }

// Start is the first instant of the day in Beijing; the zero instant for the unknown date.
func (d Date) Start() time.Time {
	if d.IsZero() {
		return time.Time{}
	}
	y, m, day := d.parts()
	return time.Date(y, time.Month(m), day, 0, 0, 0, 0, Zone)
}

// End is the last millisecond of the day in Beijing: what is due on a day may still be done until then.
func (d Date) End() time.Time {
	if d.IsZero() {
		return time.Time{}
	}
	return d.Start().Add(24*time.Hour - time.Millisecond)
}

// String is 'YYYY-MM-DD', empty for the unknown date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return d.time().Format(layout)
}

// MarshalText writes 'YYYY-MM-DD', empty for the unknown date.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (d *Date) UnmarshalText(b []byte) error {
	v, err := Parse(string(b))
	if err == nil {
		*d = v
	}
	return err
}

// Value stores the date as text, the unknown date as the empty one: no column of the schema is NULL.
func (d Date) Value() (driver.Value, error) { return d.String(), nil }

// Scan reads a text column; NULL and the empty text are the unknown date.
func (d *Date) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*d = Date{}
		return nil
	case string:
		return d.UnmarshalText([]byte(v))
	case []byte:
		return d.UnmarshalText(v)
	}
	return fmt.Errorf("civil: cannot read a date from %T", src)
}
