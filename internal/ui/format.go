package ui

import (
	"html/template"
	"strconv"
	"strings"
	"time"
)

// China is the one time zone of screens.
var China = time.FixedZone("CST", 8*3600)

var weekdays = [...]string{"周日", "周一", "周二", "周三", "周四", "周五", "周六"}

// Day writes a date as screens show it: 2026-11-22 周日. The zero time is empty.
func Day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	t = t.In(China)
	return t.Format("2006-01-02 ") + weekdays[t.Weekday()]
}

// Moment writes an instant to the minute: 2026-11-22 15:04.
func Moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(China).Format("2006-01-02 15:04")
}

// Clockwise writes an instant beside now: 今天 15:04, 昨天 15:04, else as Moment.
func Clockwise(t, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	switch DaysBetween(t, now) {
	case 0:
		return "今天 " + t.In(China).Format("15:04")
	case 1:
		return "昨天 " + t.In(China).Format("15:04")
	}
	return Moment(t)
}

// DaysBetween counts the midnights in China between two instants.
func DaysBetween(from, to time.Time) int {
	day := func(t time.Time) int64 { return (t.Unix() + 8*3600) / 86400 }
	return int(day(to) - day(from))
}

// Distance says how far a limit is: 还有3天, 今天到期, 超期2天; within a day in hours if the clock runs in hours.
func Distance(due, now time.Time, hours bool) string {
	if due.IsZero() {
		return ""
	}
	if hours && due.Sub(now).Abs() < 72*time.Hour {
		return inHours(due.Sub(now))
	}
	switch days := DaysBetween(now, due); {
	case now.After(due) && days == 0:
		return "今天超期"
	case days == 0:
		return "今天到期"
	case days == 1:
		return "明天到期"
	case days > 0:
		return "还有" + strconv.Itoa(days) + "天"
	default:
		return "超期" + strconv.Itoa(-days) + "天"
	}
}

func inHours(d time.Duration) string {
	word := "还有"
	if d < 0 {
		word, d = "超期", -d
	}
	if d < time.Hour {
		return word + strconv.Itoa(int(d/time.Minute)) + "分钟"
	}
	return word + strconv.Itoa(int(d/time.Hour)) + "小时"
}

// DueAt gives a limit as screens show it. SoonDays is how many days before the
// limit it counts as near, criticalDays how many after it as 严重超期.
func DueAt(due, now time.Time, hours bool, soonDays, criticalDays int) Due {
	if due.IsZero() {
		return Due{Date: "长期", Near: Later}
	}
	d := Due{Date: Day(due), Distance: Distance(due, now, hours), Near: Later}
	if hours {
		d.Date = Moment(due)
	}
	switch days := DaysBetween(now, due); {
	case now.After(due) && -days >= criticalDays:
		d.Near = Critical
	case now.After(due):
		d.Near = Overdue
	case days <= soonDays:
		d.Near = Soon
	}
	return d
}

// Count writes a whole number with a comma every three digits.
func Count(n int) string { return grouped(strconv.Itoa(n)) }

func grouped(s string) string {
	whole, rest, _ := strings.Cut(s, ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if rest != "" {
		whole += "." + rest
	}
	return sign + whole
}

// Size writes the size of a file.
func Size(bytes int64) string {
	const kb, mb = 1 << 10, 1 << 20
	switch {
	case bytes < kb:
		return strconv.FormatInt(bytes, 10) + " 字节"
	case bytes < mb:
		return strconv.FormatInt((bytes+kb/2)/kb, 10) + " KB"
	}
	return strconv.FormatFloat(float64(bytes)/mb, 'f', 1, 64) + " MB"
}

// Mask hides the middle of an identity or phone number; the last four digits stay.
func Mask(s string) string {
	runes := []rune(s)
	if len(runes) < 7 {
		return strings.Repeat("*", len(runes))
	}
	keep := 3
	if len(runes) == 18 {
		keep = 2
	}
	return string(runes[:keep]) + strings.Repeat("*", len(runes)-keep-4) + string(runes[len(runes)-4:])
}

// MaskName hides all of a name but its first character: 张**.
func MaskName(s string) string {
	runes := []rune(s)
	if len(runes) < 2 {
		return s
	}
	return string(runes[:1]) + strings.Repeat("*", len(runes)-1)
}

// funcs are the functions which templates may call.
func (r *Renderer) funcs() template.FuncMap {
	return template.FuncMap{
		"icon":   r.icon,
		"day":    Day,
		"moment": Moment,
		"count":  Count,
		"size":   Size,
		"mask":   Mask,
		"asset":  func(name string) string { return r.opts.Assets.URL(name) },
	}
}

// icon writes an icon of the sprite. It says nothing by itself: a word stands beside it.
func (r *Renderer) icon(name string) template.HTML {
	if name == "" {
		return ""
	}
	return template.HTML(`<svg class="icon" aria-hidden="true" focusable="false"><use href="` +
		r.opts.Assets.URL("icons.svg") + `#` + template.HTMLEscapeString(name) + `"/></svg>`)
}
