package ui

import (
	"html/template"
	"strconv"
	"strings"
	"time"

	"weibao/internal/civil"
)

// Clockwise writes an instant beside now: 今天 15:04, 昨天 15:04, else the full date and time.
func Clockwise(t, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	switch DaysBetween(t, now) {
	case 0:
		return "今天 " + t.In(civil.Zone).Format("15:04")
	case 1:
		return "昨天 " + t.In(civil.Zone).Format("15:04")
	}
	return civil.FormatTime(t)
}

// DaysBetween counts the midnights in China between two instants.
func DaysBetween(from, to time.Time) int {
	day := func(t time.Time) int64 { return (t.Unix() + 8*3600) / 86400 }
	return int(day(to) - day(from))
}

// Distance says how far a limit is, as civil.Distance does; where the clock
// runs in hours (24小时, 72小时) and the limit is near, in hours.
func Distance(due, now time.Time, hours bool) string {
	if hours && !due.IsZero() && due.Sub(now).Abs() < 72*time.Hour {
		return inHours(due.Sub(now))
	}
	return civil.Distance(now, due)
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
	d := Due{Date: civil.FormatDate(civil.DateOf(due)), Distance: Distance(due, now, hours), Near: Later}
	if hours {
		d.Date = civil.FormatTime(due)
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

// Took says how long something took as people do: minutes, hours, days.
func Took(d time.Duration) string {
	const twoDays = 48 * time.Hour
	switch {
	case d < time.Hour:
		return strconv.Itoa(int(d.Minutes())) + "分钟"
	case d < twoDays:
		return strconv.FormatFloat(d.Hours(), 'f', 1, 64) + "小时"
	}
	return strconv.FormatFloat(d.Hours()/24, 'f', 1, 64) + "天"
}

// Between asks for the days of a page of numbers.
func Between(action string, from, to civil.Date) Filter {
	return Filter{Action: action, Fields: []Field{{Kind: Date, Name: "from", Label: "从", Value: from.String()}, {Kind: Date, Name: "to", Label: "到", Value: to.String()}}}
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

// funcs are the functions which templates may call.
func (r *Renderer) funcs() template.FuncMap {
	return template.FuncMap{
		"icon":   r.icon,
		"date":   civil.FormatDate,
		"moment": civil.FormatTime,
		"count":  Count,
		"size":   Size,
		"rows":   r.rows,
		"totals": r.totals,
		"tasks":  r.tasks,
		"choice": r.choice,
		"places": r.places,
		"asset":  func(name string) string { return r.opts.Assets.URL(name) },
	}
}

// icon writes an icon of the sprite. It says nothing by itself: a word stands beside it.
func (r *Renderer) icon(name string) template.HTML {
	if name == "" {
		return ""
	}
	return template.HTML(`<svg class="icon" aria-hidden="true" focusable="false"><use href="` + r.sprite + `#` + template.HTMLEscapeString(name) + `"/></svg>`)
}
