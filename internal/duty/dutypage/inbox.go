package dutypage

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

type inboxView struct {
	Provisional *ui.Note
	Filter      *ui.Filter
	Tasks       ui.TaskList
}

// The views of the inbox; each is a tab.
const (
	viewOpen   = ""       // 待办 of the actor's unit
	viewClosed = "closed" // 已办 of the actor's unit
	viewLate   = "late"   // 超期 in the actor's scope
	viewAll    = "all"    // everything open in the actor's scope

	viewCalendar = "calendar" // a page of its own
)

const (
	groupRows  = 20  // rows of a group on the front page
	countLimit = 999 // badges say 999+ beyond it
)

// Inbox is 待办: what the actor's unit must do, most urgent first.
func (p *Pages) Inbox(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	tx := p.DB.Reader()
	b, err := p.Kernel.Bounds(r.Context(), tx)
	if err != nil {
		return err
	}
	l := lister{Pages: p, ctx: r.Context(), tx: tx, by: by, q: r.URL.Query(), bounds: b}
	view, err := l.view()
	if err != nil {
		return err
	}
	tabs, err := l.tabs()
	if err != nil {
		return err
	}
	page := ui.Page{Title: "我的待办", Nav: "desk", Tabs: tabs, More: []ui.Action{{Label: "打印", Print: true}}}
	return p.UI.Page(w, r, by, "inbox.html", page, view)
}

// lister makes one answer of the inbox.
type lister struct {
	*Pages
	ctx    context.Context
	tx     *db.Tx
	by     access.Actor
	q      url.Values
	bounds duty.Bounds
}

// filter reads what the address asks for.
func (l lister) filter() duty.Filter {
	f := duty.Filter{After: pageKey(l.q, "after"), Before: pageKey(l.q, "before"), Group: duty.Group(l.q.Get("group")), Kind: l.q.Get("kind")}
	f.Unsigned = l.q.Get("unsigned") == "1"
	if l.q.Get("mine") == "1" {
		f.Person = l.by.User
	}
	f.Unit, _ = ref.Parse[ref.Unit](l.q.Get("unit")) // nothing chosen is no filter
	switch l.q.Get("view") {
	case viewOpen:
		f.Mine = true
	case viewClosed:
		f.Mine, f.Closed = true, true
	case viewLate:
		f.To = l.bounds.Now
	}
	if day, err := civil.Parse(l.q.Get("day")); err == nil {
		f.From, f.To = dayBounds(day)
	}
	return f
}

func (l lister) view() (inboxView, error) {
	f := l.filter()
	groups, pager, err := l.groups(f)
	if err != nil {
		return inboxView{}, err
	}
	v := inboxView{Provisional: nil, Tasks: ui.TaskList{Groups: groups, Pager: pager, Batch: l.batch(f), Empty: emptyOf(l.q.Get("view"))}}
	if !f.Closed {
		v.Filter, err = l.bar()
	}
	return v, err
}

// groups gives the four groups of the front page, or one list with its pager.
func (l lister) groups(f duty.Filter) ([]ui.TaskGroup, *ui.Pager, error) {
	if !f.Closed && f.Group == "" && f.After.ID == 0 && f.Before.ID == 0 {
		out, err := l.front(f)
		return out, nil, err
	}
	list, err := l.Kernel.List(l.ctx, l.tx, l.by, f)
	if err != nil {
		return nil, nil, err
	}
	rows, err := l.rows(list)
	if err != nil {
		return nil, nil, err
	}
	label, near := "已办结", ui.Settled
	if !f.Closed {
		label, near = "全部", ui.Later
		if f.Group != "" {
			label, near = f.Group.Label(), nears[f.Group]
		}
	}
	return []ui.TaskGroup{{Label: label, Near: near, Rows: rows}}, l.pager(f, list), nil
}

func (l lister) front(f duty.Filter) ([]ui.TaskGroup, error) {
	out, first, err := l.pressing(f)
	if err != nil {
		return nil, err
	}
	for _, g := range duty.Groups {
		f.Group, f.Limit = g, groupRows
		list, err := l.Kernel.List(l.ctx, l.tx, l.by, f)
		if err != nil {
			return nil, err
		}
		full := len(list) == groupRows
		list = slices.DeleteFunc(list, func(d duty.Duty) bool { return slices.Contains(first, d.ID) })
		if len(list) == 0 && !full {
			continue
		}
		rows, err := l.rows(list)
		if err != nil {
			return nil, err
		}
		group := ui.TaskGroup{Label: g.Label(), Near: nears[g], Rows: rows, Count: len(rows)}
		if full {
			if group.Count, err = l.Kernel.Count(l.ctx, l.tx, l.by, f, countLimit); err != nil {
				return nil, err
			}
			group.More = l.with("group", string(g))
		}
		out = append(out, group)
	}
	return out, nil
}

// pressing gives the emergencies of the actor's unit, which stand before what is
// merely late, and which they are.
func (l lister) pressing(f duty.Filter) ([]ui.TaskGroup, []ref.Duty, error) {
	if !f.Mine {
		return nil, nil, nil
	}
	f.Pressing, f.Limit = true, groupRows
	list, err := l.Kernel.List(l.ctx, l.tx, l.by, f)
	if err != nil || len(list) == 0 {
		return nil, nil, err
	}
	ids := make([]ref.Duty, len(list))
	for i, d := range list {
		ids[i] = d.ID
	}
	rows, err := l.rows(list)
	return []ui.TaskGroup{{Label: "紧急", Near: ui.Critical, Rows: rows, Count: len(rows)}}, ids, err
}

func (l lister) with(key, value string) string {
	q := url.Values{}
	for k, v := range l.q {
		q[k] = v
	}
	q.Set(key, value)
	return "/duties?" + q.Encode()
}

func (l lister) rows(list []duty.Duty) ([]ui.TaskRow, error) {
	late, err := l.Kernel.Concerned(l.ctx, l.tx, list)
	if err != nil {
		return nil, err
	}
	units := unitsOf(list)
	for _, u := range late {
		units = append(units, u)
	}
	names, err := l.Units(l.ctx, l.tx, units)
	if err != nil {
		return nil, err
	}
	rows := make([]ui.TaskRow, len(list))
	for i, d := range list {
		k := l.kind(d)
		rows[i] = ui.TaskRow{Icon: k.Icon, Kind: k.Label, Title: d.Title, Href: l.href(d, l.by), Owner: names[d.Unit],
			From: d.Rule + " " + d.Clause, Due: Due(d, l.bounds), Tag: Tag(d, l.bounds.Now)}
		if u, ok := late[d.ID]; ok {
			rows[i].Place = "超期单位：" + names[u]
		}
		if d.State == duty.Open {
			rows[i].Select = ref.Format(d.ID)
		}
	}
	return rows, nil
}

func (l lister) pager(f duty.Filter, list []duty.Duty) *ui.Pager {
	if len(list) == 0 {
		return nil
	}
	pg := &ui.Pager{Note: "本页" + strconv.Itoa(len(list)) + "项"}
	if f.After.ID != 0 || f.Before.ID != 0 {
		pg.Prev = "/duties" + withKey(l.q, "before", f.KeyOf(list[0]))
	}
	if len(list) == 50 || f.Before.ID != 0 {
		pg.Next = "/duties" + withKey(l.q, "after", f.KeyOf(list[len(list)-1]))
	}
	return pg
}

func (l lister) batch(f duty.Filter) *ui.Batch {
	b := &ui.Batch{Unit: "项"}
	switch {
	case f.Closed:
		return nil
	case f.Mine && l.by.Can("duty.sign"):
		b.Buttons = []ui.BatchButton{{Label: "批量签收", Action: "/duties/batch/sign", Icon: "check"}}
	case l.by.Can("duty.urge"):
		b.Buttons = []ui.BatchButton{{Label: "批量催办", Action: "/duties/batch/urge", Icon: "send"}}
	default:
		return nil
	}
	return b
}

// tabs carry the counts of what waits and of what is late.
func (l lister) tabs() ([]ui.Tab, error) {
	here := l.q.Get("view")
	tabs := []ui.Tab{{Label: "待办", Href: "/duties", Here: here == viewOpen}}
	waiting, err := l.Kernel.Count(l.ctx, l.tx, l.by, duty.Filter{Mine: true}, countLimit)
	if err != nil {
		return nil, err
	}
	tabs[0].Count = waiting
	late, err := l.Kernel.Count(l.ctx, l.tx, l.by, duty.Filter{To: l.bounds.Now}, countLimit)
	if err != nil {
		return nil, err
	}
	tabs = append(tabs,
		ui.Tab{Label: "超期", Href: "/duties?view=" + viewLate, Here: here == viewLate, Count: late, Urgent: true},
		ui.Tab{Label: "已办", Href: "/duties?view=" + viewClosed, Here: here == viewClosed})
	if l.by.Post.Role.Info().Reach == access.InRegion {
		tabs = append(tabs, ui.Tab{Label: "辖区全部", Href: "/duties?view=" + viewAll, Here: here == viewAll})
	}
	return append(tabs, ui.Tab{Label: "日历", Href: "/duties/calendar", Here: here == viewCalendar}), nil
}

// bar is the filter above the list; its state is in the address.
func (l lister) bar() (*ui.Filter, error) {
	f := &ui.Filter{Action: "/duties", Keep: []ui.Hidden{}}
	if v := l.q.Get("view"); v != "" {
		f.Keep = append(f.Keep, ui.Hidden{Name: "view", Value: v})
	}
	f.Fields = []ui.Field{
		{Kind: ui.Select, Name: "group", Label: "时限", Value: l.q.Get("group"), Blank: "不限", Options: groupOptions(), Short: true},
		{Kind: ui.Select, Name: "unsigned", Label: "签收", Value: l.q.Get("unsigned"), Blank: "不限", Options: []ui.Option{{Value: "1", Label: "未签收"}}, Short: true},
	}
	if l.q.Get("view") == viewAll || l.q.Get("view") == viewLate {
		units, err := l.UnitChoices(l.ctx, l.tx, l.by)
		if err != nil {
			return nil, err
		}
		f.Fields = append(f.Fields, ui.Field{Kind: ui.Pick, Name: "unit", Label: "单位", Value: l.q.Get("unit"), Blank: "全部单位", Options: units})
	}
	return f, nil
}

func groupOptions() []ui.Option {
	out := make([]ui.Option, len(duty.Groups))
	for i, g := range duty.Groups {
		out[i] = ui.Option{Value: string(g), Label: g.Label()}
	}
	return out
}

func emptyOf(view string) ui.Empty {
	switch view {
	case viewClosed:
		return ui.Empty{Title: "还没有办结的事项", Text: "办结后的事项会列在这里，可随时查看经过和佐证。"}
	case viewLate:
		return ui.Empty{Title: "没有超期事项", Text: "超过时限仍未办结的事项会列在这里。"}
	case viewAll:
		return ui.Empty{Title: "辖区内没有待办事项", Text: "下发方案任务后，各单位的责任事项会列在这里。"}
	}
	return ui.Empty{Title: "没有待办事项", Text: "下发到本单位的任务、需要审批的申请和需要督促的事项会列在这里。"}
}
