package civil

import (
	"fmt"
	"time"
)

var weekdayWords = [...]string{"", "周一", "周二", "周三", "周四", "周五", "周六", "周日"}

// WeekdayWord is 周一 to 周日, empty for the unknown date.
func (d Date) WeekdayWord() string { return weekdayWords[d.Weekday()] }

// FormatDate writes "2026-11-22 周日", empty for the unknown date.
func FormatDate(d Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String() + " " + d.WeekdayWord()
}

// FormatDateLong writes "2026年11月22日" as official documents do (阿拉伯数字,月、日不编虚位).
func FormatDateLong(d Date) string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%d年%d月%d日", d.Year(), d.Month(), d.Day())
}

// FormatTime writes an instant as "2026-11-22 14:05" in Beijing time, empty for the zero instant.
func FormatTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(Zone).Format("2006-01-02 15:04")
}

// Distance says how far a due instant is, in calendar days of Beijing: 还有3天, 今天到期, 超期2天. What was due
// earlier on the same day is 今天已超期. No due instant gives no word.
func Distance(now, due time.Time) string {
	if due.IsZero() {
		return ""
	}
	days := DateOf(due).Sub(DateOf(now))
	switch {
	case days > 0:
		return fmt.Sprintf("还有%d天", days)
	case days < 0:
		return fmt.Sprintf("超期%d天", -days)
	case due.Before(now):
		return "今天已超期"
	}
	return "今天到期"
}

// AgeOn is the age in full years 周岁 on a day, counted as civil law does: a year is full on the birthday itself,
// and who was born on 29 February has the birthday on the last day of February in a common year. It is -1 where a
// date is unknown or the day lies before the birth. Criminal law counts from the day after the birthday; do not
// use this function for the age of criminal responsibility.
func AgeOn(birth, on Date) int {
	if birth.IsZero() || on.IsZero() || on.Before(birth) {
		return -1
	}
	age := on.Year() - birth.Year()
	if on.Before(birth.AddMonths(12 * age)) {
		age--
	}
	return age
}

// Birthday is the day on which somebody becomes the given age in civil law: 18 gives the day of majority.
func Birthday(birth Date, age int) Date { return birth.AddMonths(12 * age) }
