package dutypage

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

type calendarView struct {
	Month      string
	Prev, Next string
	Heads      []string
	Weeks      [][]calendarDay
	Note       *ui.Note
}

type calendarDay struct {
	Day     string
	Label   string // read aloud: the whole date
	Outside bool   // of the month before or after
	Today   bool
	Rest    bool   // no working day
	Name    string // of the holiday, 班 for a make-up day
	Items   []calendarItem
	More    string // address of the day's list, if there are more
	MoreN   int
}

type calendarItem struct {
	Title, Href string
	Near        ui.Near
	Tag         ui.Tag
}

const (
	dayRows     = 4   // duties shown in a day's field
	monthDuties = 500 // duties read for a month; beyond it days say that there are more
)

// Calendar shows the open duties of a month by the day on which they are due.
func (p *Pages) Calendar(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	tx := p.DB.Reader()
	b, err := p.Kernel.Bounds(r.Context(), tx)
	if err != nil {
		return err
	}
	cal, err := p.Kernel.Calendar(r.Context(), tx)
	if err != nil {
		return err
	}
	today := civil.DateOf(tx.Now.Time())
	first := today.MonthStart()
	if asked, err := civil.Parse(r.URL.Query().Get("month") + "-01"); err == nil {
		first = asked
	}
	from := first.AddDays(1 - first.Weekday())
	to := first.MonthEnd().AddDays(7 - first.MonthEnd().Weekday())
	begin, _ := dayBounds(from)
	_, end := dayBounds(to)
	list, err := p.Kernel.List(r.Context(), tx, by, duty.Filter{Mine: by.Post.Role.Info().Reach != access.InRegion, From: begin, To: end, Limit: monthDuties})
	if err != nil {
		return err
	}
	whose, err := p.whose(r.Context(), tx, by, list)
	if err != nil {
		return err
	}
	byDay := map[civil.Date][]duty.Duty{}
	for _, d := range list {
		day := civil.DateOf(d.Due.Time())
		byDay[day] = append(byDay[day], d)
	}
	view := calendarView{Month: monthWords(first), Prev: monthPath(first.AddMonths(-1)), Next: monthPath(first.AddMonths(1)),
		Heads: []string{"周一", "周二", "周三", "周四", "周五", "周六", "周日"}}
	for day := from; !day.After(to); day = day.AddDays(7) {
		var week []calendarDay
		for i := range 7 {
			week = append(week, p.calendarDay(by, cal, day.AddDays(i), first, today, byDay[day.AddDays(i)], b, whose))
		}
		view.Weeks = append(view.Weeks, week)
	}
	if !cal.Covers(to) {
		view.Note = &ui.Note{Tone: ui.Warn, Text: strconv.Itoa(to.Year()) + "年放假和调休安排尚未导入，这一年暂按周一至周五为工作日，时限以导入后为准。"}
	}
	tabs, err := lister{Pages: p, ctx: r.Context(), tx: tx, by: by, q: url.Values{"view": {viewCalendar}}, bounds: b}.tabs()
	if err != nil {
		return err
	}
	page := ui.Page{Title: "我的待办", Nav: "desk", Tabs: tabs, More: []ui.Action{{Label: "打印", Print: true}}}
	return p.UI.Page(w, r, by, "calendar.html", page, view)
}

func (p *Pages) calendarDay(by access.Actor, cal *civil.Calendar, day, first, today civil.Date, duties []duty.Duty, b duty.Bounds, whose map[ref.Duty]string) calendarDay {
	workday, _ := cal.IsWorkday(day)
	out := calendarDay{Day: strconv.Itoa(day.Day()), Label: civil.FormatDate(day), Outside: day.Month() != first.Month(), Today: day == today, Rest: !workday}
	if e, ok := cal.Exception(day); ok {
		out.Name = e.Name
		if e.Workday {
			out.Name = "班"
		}
	}
	for i, d := range duties {
		if i == dayRows {
			out.MoreN, out.More = len(duties)-dayRows, "/duties?view=all&day="+day.String()
			break
		}
		out.Items = append(out.Items, calendarItem{Title: whose[d.ID] + d.Title, Href: p.href(d, by), Near: nears[b.Of(d.Due)], Tag: Tag(d, b.Now)})
	}
	return out
}

// whose says in front of each duty which unit it is about, to who sees those of many.
func (p *Pages) whose(ctx context.Context, tx *db.Tx, by access.Actor, list []duty.Duty) (map[ref.Duty]string, error) {
	if by.Post.Role.Info().Reach != access.InRegion || len(list) == 0 {
		return nil, nil
	}
	late, err := p.Kernel.Concerned(ctx, tx, list)
	if err != nil {
		return nil, err
	}
	unit := func(d duty.Duty) ref.Unit { return cmp.Or(late[d.ID], d.Unit) }
	var units []ref.Unit
	for _, d := range list {
		if u := unit(d); !slices.Contains(units, u) {
			units = append(units, u)
		}
	}
	names, err := p.Units(ctx, tx, units)
	out := make(map[ref.Duty]string, len(list))
	for _, d := range list {
		if n := names[unit(d)]; n != "" {
			out[d.ID] = n + " · "
		}
	}
	return out, err
}

func dayBounds(d civil.Date) (from, to clock.Instant) {
	return clock.Of(d.Start()), clock.Of(d.AddDays(1).Start())
}

func monthWords(first civil.Date) string {
	return fmt.Sprintf("%d年%d月", first.Year(), first.Month())
}

func monthPath(first civil.Date) string { return "/duties/calendar?month=" + first.String()[:7] }
