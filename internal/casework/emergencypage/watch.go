package emergencypage

import (
	"context"
	"net/http"
	"strconv"

	"weibao/internal/access"
	"weibao/internal/casework/emergency"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/letter"
	"weibao/internal/region"
	"weibao/internal/ui"
)

type watchView struct {
	First   ui.Note
	Notes   []ui.Note
	Runs    ui.Table
	Roster  ui.Table
	Past    *ui.Table // who was replaced or taken off
	Events  ui.Table
	Form    *ui.Form // puts somebody on duty
	Declare *ui.Form // begins the plan for a public event
}

const rosterDays = 14

// Watch shows who is on duty, the checklists at work and public events.
func (p *Pages) Watch(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.showWatch(w, r, by, nil)
}

func (p *Pages) showWatch(w http.ResponseWriter, r *http.Request, by access.Actor, problem error) error {
	tx := p.DB.Reader()
	today := civil.DateOf(tx.Now.Time())
	view := watchView{First: first("")}
	watches, err := p.Desk.Roster(r.Context(), tx, by, today, rosterDays)
	if err != nil {
		return err
	}
	view.Roster = ui.Table{ID: "roster", Caption: "未来两周值班", Columns: []ui.Column{{Label: "日期", Slim: true}, {Label: "值班人员", Wide: true}, {Label: "电话"}, {Label: "操作", Tools: true}}, Empty: ui.Empty{Title: "还没有排班", Text: "紧急报告的提醒会送到当天的值班单位。"}}
	for _, x := range watches {
		day := ui.T(civil.FormatDate(x.Day))
		if x.Day == today {
			day.Sub = "今天"
		}
		tools := ui.Cell{}
		if by.Can("emergency.roster") {
			tools.Actions = []ui.Action{{Label: "撤回", Post: WatchPath + "/withdraw?id=" + strconv.FormatInt(x.ID, 10)}}
		}
		view.Roster.Rows = append(view.Roster.Rows, ui.Row{Cells: []ui.Cell{day, ui.T(x.Name), ui.T(x.Phone), tools}})
	}
	if view.Past, err = p.relieved(r, tx, by, today); err != nil {
		return err
	}
	runs, err := p.Desk.List(r.Context(), tx, by, 50)
	if err != nil {
		return err
	}
	far, err := p.Desk.Progress(r.Context(), tx, runs)
	if err != nil {
		return err
	}
	view.Runs = ui.Table{ID: "runs", Caption: "本单位启动的应急清单", Columns: []ui.Column{{Label: "清单", Wide: true}, {Label: "情况", Slim: true}, {Label: "启动时间", Slim: true}, {Label: "启动人"}}, Empty: ui.Empty{Title: "没有应急清单", Text: "从个案或者儿童档案的页面启动。"}}
	for _, run := range runs {
		view.Runs.Rows = append(view.Runs.Rows, ui.Row{Cells: []ui.Cell{ui.Link(letter.Punctuate(run.Label), Path(run.ID)), progressCell(far[run.ID]), ui.T(civil.FormatTime(run.At.Time())), ui.T(run.ByName)}})
	}
	if err := p.events(r, tx, by, &view); err != nil {
		return err
	}
	page := ui.Page{Title: "应急值守", Nav: "casework"}
	if err := p.forms(r.Context(), tx, by, &view); err != nil {
		return err
	}
	if problem != nil {
		page.Status = ui.Status(problem)
		for _, f := range []*ui.Form{view.Form, view.Declare} {
			if f != nil && f.Action == r.URL.Path {
				*f = f.Fill(r.PostForm, problem)
			}
		}
	}
	return p.UI.Page(w, r, by, "watch.html", page, view)
}

// relieved lists who was replaced on or taken off the roster; nil where nobody was.
func (p *Pages) relieved(r *http.Request, tx *db.Tx, by access.Actor, today civil.Date) (*ui.Table, error) {
	list, err := p.Desk.Relieved(r.Context(), tx, by, today)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	t := &ui.Table{ID: "relieved", Caption: "更换和撤回的排班", Columns: []ui.Column{{Label: "日期", Slim: true}, {Label: "原值班人员", Wide: true}, {Label: "排班人"}, {Label: "更换、撤回"}}}
	for _, x := range list {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.T(civil.FormatDate(x.Day)), ui.T(x.Name), {Text: x.ByName, Sub: civil.FormatTime(x.At.Time())}, {Text: x.EndedBy, Sub: civil.FormatTime(x.Ended.Time())}}})
	}
	return t, nil
}

// progressCell says how far a checklist is, and what is overdue of it.
func progressCell(f emergency.Far) ui.Cell {
	tag := ui.Tag{State: ui.Running, Label: "办理中"}
	switch {
	case f.Late > 0:
		tag = ui.Tag{State: ui.Late, Label: "超期" + ui.Count(int(f.Late)) + "步"}
	case f.Done == f.Total:
		tag = ui.Tag{State: ui.Finished, Label: "已办结"}
	}
	return ui.Cell{Tag: &tag, Sub: "已办" + ui.Count(int(f.Done)) + "步，共" + ui.Count(int(f.Total)) + "步"}
}

func (p *Pages) forms(ctx context.Context, tx *db.Tx, by access.Actor, view *watchView) error {
	today := civil.DateOf(tx.Now.Time())
	if by.Can("emergency.roster") {
		view.Form = &ui.Form{ID: "post", Action: WatchPath, Submit: "排班", Fields: []ui.Field{{Kind: ui.Date, Name: "day", Label: "日期", Required: true, Value: today.String(), Min: today.String(), Short: true},
			{Kind: ui.Text, Name: "name", Label: "值班人员", Required: true, Max: 40, Short: true}, {Kind: ui.Phone, Name: "phone", Label: "值班电话", Required: true, Short: true}}}
	}
	if by.Can("emergency.declare") {
		var plans []ui.Option
		for _, c := range p.Desk.Book().Contingencies(today) {
			plans = append(plans, ui.Option{Value: c.ID, Label: letter.Punctuate(c.Label), Hint: letter.Punctuate(c.First)})
		}
		places, err := divisions(ctx, tx, by, emergency.SeatOf(by.Post.Region))
		if err != nil {
			return err
		}
		view.Declare = &ui.Form{ID: "declare", Action: WatchPath + "/declare", Submit: "启动预案", Warning: "启动后，这些地方新下达的转介按预案的时限计算，启动应急清单时先列预案的清单，直到结束预案。启动后请列入涉及的孩子，由各村（社区）逐一联系。", Fields: []ui.Field{{Kind: ui.Radios, Name: "plan", Label: "预案", Required: true, Options: plans},
			{Kind: ui.PickMany, Name: "place", Label: "涉及的地方", Options: places, Hint: "预案的时限和清单只在这些地方执行，以后可以扩大。全部都涉及的，不选。"},
			{Kind: ui.Text, Name: "reason", Label: "启动的依据", Required: true, Max: 200}}}
	}
	return nil
}

// events lists public events, and says of those under way what they change.
func (p *Pages) events(r *http.Request, tx *db.Tx, by access.Actor, view *watchView) error {
	list, err := p.Desk.Contingencies(r.Context(), tx, by)
	if err != nil {
		return err
	}
	holds, err := p.Desk.Places(r.Context(), tx, list)
	if err != nil {
		return err
	}
	var codes []string
	for _, places := range holds {
		codes = append(codes, places...)
	}
	names, err := region.Places(r.Context(), tx, codes)
	if err != nil {
		return err
	}
	here := emergency.SeatOf(by.Post.Region)
	view.Events = ui.Table{ID: "events", Caption: "突发事件预案", Columns: []ui.Column{{Label: "预案", Wide: true}, {Label: "范围", Slim: true}, {Label: "启动", Slim: true}, {Label: "结束", Slim: true}, {Label: "操作", Tools: true}}, Empty: ui.Empty{Title: "没有启动过预案"}}
	for _, c := range list {
		plan, _ := p.Desk.Book().Contingency(c.Plan, civil.DateOf(tx.Now.Time()))
		cell, where := ui.Cell{}, held(names, holds[c.ID])
		if c.Ended == 0 {
			view.Notes = append(view.Notes, ui.Note{Tone: ui.Warn, Title: "正在执行预案：" + letter.Punctuate(plan.Label) + "（" + where + "）", Text: letter.Punctuate(plan.First)})
			if by.Can("emergency.declare") && c.Region == here {
				cell.Actions = []ui.Action{{Label: "结束预案", Post: WatchPath + "/recall?id=" + strconv.FormatInt(c.ID, 10), Danger: true}}
			}
		}
		view.Events.Rows = append(view.Events.Rows, ui.Row{Cells: []ui.Cell{{Text: letter.Punctuate(plan.Label), Href: eventPath(c.ID), Sub: c.Reason}, ui.T(where), {Text: civil.FormatTime(c.Began.Time()), Sub: c.ByName}, {Text: civil.FormatTime(c.Ended.Time()), Sub: c.EndedBy}, cell}})
	}
	return nil
}

// WatchDone puts somebody on duty.
func (p *Pages) WatchDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	day, _ := civil.Parse(r.PostFormValue("day")) // no date is refused with its message below
	return p.change(w, r, by, "排班已保存。", func(ctx context.Context, tx *db.Tx) error {
		return p.Desk.Post(ctx, tx, by, day, r.PostFormValue("name"), r.PostFormValue("phone"))
	})
}

// Withdraw takes somebody off the roster.
func (p *Pages) Withdraw(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := strconv.ParseInt(r.URL.Query().Get("id"), 10, 64)
	if err != nil {
		return errs.Missing()
	}
	return p.change(w, r, by, "排班已撤回，记录仍然保留。", func(ctx context.Context, tx *db.Tx) error { return p.Desk.Withdraw(ctx, tx, by, id) })
}

// Declare begins the plan for a public event.
func (p *Pages) Declare(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	plan, reason := r.PostFormValue("plan"), r.PostFormValue("reason")
	return p.change(w, r, by, "预案已启动。请打开预案，列入涉及的孩子。", func(ctx context.Context, tx *db.Tx) error {
		return p.Desk.Declare(ctx, tx, by, plan, reason, r.PostForm["place"])
	})
}

// Recall ends the plan for a public event.
func (p *Pages) Recall(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := strconv.ParseInt(r.URL.Query().Get("id"), 10, 64)
	if err != nil {
		return errs.Missing()
	}
	return p.change(w, r, by, "预案已结束，恢复平时的时限。", func(ctx context.Context, tx *db.Tx) error { return p.Desk.Recall(ctx, tx, by, id) })
}

func (p *Pages) change(w http.ResponseWriter, r *http.Request, by access.Actor, said string, do func(ctx context.Context, tx *db.Tx) error) error {
	err := p.write(r, do)
	if errs.Is(err, errs.Invalid) {
		return p.showWatch(w, r, by, err)
	}
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, WatchPath, ui.Done, said)
	return nil
}
