package viewpage

import (
	"net/http"
	"strconv"
	"strings"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/plan"
	"weibao/internal/plan/ledger"
	"weibao/internal/plan/task/schedule"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

type timelineView struct {
	Year       string
	Prev, Next *ui.Crumb
	Months     []monthHead
	Rows       []timeRow
	Legend     []timeMark
	Asof       string
	Empty      ui.Empty
}

type monthHead struct {
	Label string
	Now   bool
}

// timeRow is a task over the months of a year, or the heading of those after it.
type timeRow struct {
	Heading            string
	Title, Href, Owner string
	Months             []timeCell
}

type timeCell struct {
	Now   bool
	Marks []timeMark
}

// timeMark says by shape and word, not by colour alone, how the duties of a month stand.
type timeMark struct {
	Tone, Shape, Word, Href, Label string
}

var (
	markLate = timeMark{Tone: "late", Shape: "▲", Word: "超期", Label: "已过时限、还没有办结"}
	markOpen = timeMark{Tone: "open", Shape: "◐", Word: "在办", Label: "已下发、还没有办结，含超期"}
	markDone = timeMark{Tone: "done", Shape: "●", Word: "办结", Label: "已反馈并通过审核"}
	markPlan = timeMark{Tone: "plan", Shape: "◇", Word: "将到", Label: "按周期将要下发"}
)

// with gives the mark for n duties, led to their list.
func (m timeMark) with(n int, month string, a ask) timeMark {
	if n > 1 {
		m.Word += strconv.Itoa(n)
	}
	m.Label = month + m.Word + "，" + strconv.Itoa(n) + "项"
	m.Href = a.href()
	return m
}

// Timeline is the 时间轴 of a plan: tasks over the months of a year.
func (p *Pages) Timeline(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID[ref.Plan](r)
	if err != nil {
		return err
	}
	ctx, tx := r.Context(), p.DB.Reader()
	o, err := p.outline(r, by, id)
	if err != nil {
		return err
	}
	spots, err := p.ledger.Spots(ctx, tx, by, id)
	if err != nil {
		return err
	}
	year := yearOf(r.URL.Query().Get("year"), o, spots)
	view := timeline(by, o, spots, year)
	view.Asof = civil.FormatTime(tx.Now.Time())
	shell := page(by, o.Plan, "时间轴", "timeline")
	shell.Wide = true
	return p.UI.Page(w, r, by, "timeline.html", shell, view)
}

// wholeLimit is the most tasks that a page shows which cannot be cut into pages.
const wholeLimit = 500

// outline gives the tasks of a plan in which the actor has a part.
func (p *Pages) outline(r *http.Request, by access.Actor, id ref.Plan) (plan.Outline, error) {
	ids, err := p.ledger.Tasks(r.Context(), p.DB.Reader(), by, ledger.Filter{Plan: id, State: ledger.Any, Limit: wholeLimit}, 0, false)
	if err != nil {
		return plan.Outline{}, err
	}
	if ids == nil {
		ids = []ref.Task{}
	}
	return p.Desk.Outline(r.Context(), p.DB.Reader(), by, id, ids)
}

func dayOf(n int64) civil.Date { return civil.MustParse("1970-01-01").AddDays(int(n)) }

// yearOf reads the year asked for; without one it is this year if anything is due in it, else the plan's.
func yearOf(word string, o plan.Outline, spots []ledger.Spot) int {
	if y, err := strconv.Atoi(word); err == nil && y >= 1990 && y <= 2100 {
		return y
	}
	for _, s := range spots {
		if dayOf(s.Day).Year() == o.Today.Year() {
			return o.Today.Year()
		}
	}
	if o.Plan.Year > 0 {
		return o.Plan.Year
	}
	return o.Today.Year()
}

// timeKey is a task in a month of the year.
type timeKey struct {
	task  ref.Task
	month int
}

func timeline(by access.Actor, o plan.Outline, spots []ledger.Spot, year int) timelineView {
	v := timelineView{Year: strconv.Itoa(year) + "年", Legend: []timeMark{markDone, markOpen, markLate, markPlan},
		Empty: ui.Empty{Title: "没有任务", Text: "方案下发后，各项任务会按月份排列在这里。"}}
	cells := map[timeKey]ledger.Spot{}
	for _, s := range spots {
		d := dayOf(s.Day)
		if d.Year() < year && v.Prev == nil {
			v.Prev = yearLink(o.Plan.ID, year-1)
		}
		if d.Year() > year && v.Next == nil {
			v.Next = yearLink(o.Plan.ID, year+1)
		}
		if d.Year() == year {
			k := timeKey{s.Task, d.Month()}
			c := cells[k]
			c.Open, c.Late, c.Done = c.Open+s.Open, c.Late+s.Late, c.Done+s.Done
			cells[k] = c
		}
	}
	for m := range 12 {
		v.Months = append(v.Months, monthHead{Label: strconv.Itoa(m+1) + "月", Now: year == o.Today.Year() && m+1 == o.Today.Month()})
	}
	heading := ""
	for _, t := range o.Tasks {
		if t.State == plan.TaskWithdrawn {
			continue
		}
		if h := headingOf(t); h != heading {
			heading = h
			v.Rows = append(v.Rows, timeRow{Heading: h})
		}
		v.Rows = append(v.Rows, timeRowOf(by, o, t, cells, year, v.Months))
	}
	return v
}

func yearLink(id ref.Plan, year int) *ui.Crumb {
	y := strconv.Itoa(year)
	return &ui.Crumb{Label: y + "年", Href: PlanPath(id) + "/timeline?year=" + y}
}

func timeRowOf(by access.Actor, o plan.Outline, t plan.Task, cells map[timeKey]ledger.Spot, year int, months []monthHead) timeRow {
	owners := o.Names(t, plan.Lead)
	if len(owners) == 0 {
		owners = o.Names(t, plan.Support)
	}
	row := timeRow{Title: t.Title, Href: TaskPath(t.ID), Owner: strings.Join(owners, "、")}
	ahead := ahead(by, o, t, year)
	all := ask{plan: o.Plan.ID, whole: true, group: byDue}
	for m := 1; m <= 12; m++ {
		n, cell := cells[timeKey{t.ID, m}], timeCell{Now: months[m-1].Now}
		d, _ := civil.NewDate(year, m, 1)
		all.due = month(d)
		if n.Done > 0 {
			cell.Marks = append(cell.Marks, markDone.with(n.Done, monthWords(d), all.of(t.ID, ledger.Finished)))
		}
		if n.Open > 0 {
			cell.Marks = append(cell.Marks, markOpen.with(n.Open, monthWords(d), all.of(t.ID, ledger.Open)))
		}
		if n.Late > 0 {
			cell.Marks = append(cell.Marks, markLate.with(n.Late, monthWords(d), all.of(t.ID, ledger.Late)))
		}
		if len(cell.Marks) == 0 && ahead[m] {
			mark := markPlan
			mark.Label = monthWords(d) + "将要到期，届时下发"
			cell.Marks = append(cell.Marks, mark)
		}
		row.Months = append(row.Months, cell)
	}
	return row
}

// ahead tells in which months of a year rounds will come that are not opened yet.
func ahead(by access.Actor, o plan.Outline, t plan.Task, year int) map[int]bool {
	out := map[int]bool{}
	if o.Plan.State != plan.Issued {
		return out
	}
	list, err := o.Assign(t, o.Plan.Quiet)
	if err != nil { // a time that nobody has decided promises nothing
		return out
	}
	for _, a := range list {
		if a.Pace != schedule.Rounds || own(by) && a.Unit != by.Post.Unit {
			continue
		}
		day := o.Today
		if a.Begins.After(day) {
			day = a.Begins
		}
		for range 60 { // a round a week is the most
			round := a.Recurrence.Next(day)
			if round.Due.IsZero() || round.Due.Year() > year {
				break
			}
			if round.Due.Year() == year {
				out[round.Due.Month()] = true
			}
			day = round.Due.AddDays(1)
		}
	}
	return out
}
