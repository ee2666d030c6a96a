package planpage

import (
	"context"
	"net/http"
	"strconv"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/plan"
	"weibao/internal/plan/task/schedule"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/ui"
)

type issueView struct {
	Figures ui.Figures
	Notes   []ui.Note
	Blocked *ui.Note
	Form    ui.Form
	Table   ui.Table
	Loads   ui.Table
}

// Issue shows what issuing would do, before it is done.
func (p *Pages) Issue(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.issuePage(w, r, by, r.URL.Query().Get("quiet") == "1", nil)
}

func (p *Pages) issuePage(w http.ResponseWriter, r *http.Request, by access.Actor, quiet bool, problem error) error {
	id, err := pathID[ref.Plan](r, "plan")
	if err != nil {
		return err
	}
	v, err := p.Desk.Preview(r.Context(), p.DB.Reader(), by, id, quiet)
	if errs.Is(err, errs.Conflict) && v.Plan.State != plan.Draft && v.Plan.ID != 0 {
		ui.RedirectWith(w, r, planPath(id), ui.Info, "这个方案"+v.Plan.State.Label()+"，没有重复下发。")
		return nil
	}
	if err != nil {
		return err
	}
	view := issueView{Figures: issueFigures(v), Notes: issueNotes(v), Table: issueTable(v), Loads: loadTable(v)}
	if n := len(v.Questions); n > 0 {
		view.Blocked = &ui.Note{Tone: ui.Warn, Title: "还有" + number(n) + "项待确认，不能下发", Text: "第一项：" + v.Questions[0].Text,
			Link: &ui.Crumb{Label: "去逐项确认", Href: reviewPath(id) + "?show=" + showQuestions}}
	} else {
		view.Form = issueForm(v, quiet)
	}
	page := ui.Page{Title: "下发预览", Kicker: v.Plan.Title, Nav: "plan", Crumbs: crumbs(ui.Crumb{Label: "审核方案", Href: reviewPath(id)}),
		Lead: "核对下面的任务、单位和时限。确认下发后，各单位的待办中立即出现这些事项。", More: []ui.Action{{Label: "打印", Print: true}}}
	if problem != nil {
		view.Form = view.Form.Fill(r.PostForm, problem)
		page.Status = http.StatusUnprocessableEntity
	}
	return p.UI.Page(w, r, by, "issue.html", page, view)
}

func issueFigures(v plan.Preview) ui.Figures {
	return ui.Figures{Items: []ui.Figure{
		{Label: "任务", Value: number(len(v.Tasks)), Unit: "项"},
		{Label: "单次事项", Value: number(len(v.Assignments) - v.Series), Unit: "件", Definition: "到期办结一次的"},
		{Label: "周期事项", Value: number(v.Series), Unit: "组", Definition: "每期自动下达的"},
		{Label: "责任单位", Value: number(len(v.Loads())), Unit: "个"},
	}}
}

// issueNotes says what an officer should know before he presses the button.
func issueNotes(v plan.Preview) []ui.Note {
	var out []ui.Note
	add := func(n int, tone ui.Tone, title, text string) {
		if n > 0 {
			out = append(out, ui.Note{Tone: tone, Title: title, Text: text})
		}
	}
	add(v.Unchecked, ui.Warn, number(v.Unchecked)+"项任务还没有人采纳", "这些任务由系统识别，建议先在审核页面逐项核对。")
	add(v.Late, ui.Warn, number(v.Late)+"件的时限已经过去", "下发后立即计为超期。可以返回修改时限。")
	add(v.Suggested, ui.Info, number(v.Suggested)+"组长期任务的复核周期没有文件规定", rule.SuggestedNote+"。目前按"+reviewWords(v)+"复核，第一期至少留出30天。")
	add(v.SideBySide, ui.Info, number(v.SideBySide)+"项任务没有写明牵头单位", "各责任单位并列负责，分别反馈，由未保办审核。")
	add(v.ManyLeads, ui.Info, number(v.ManyLeads)+"项任务有几个牵头单位", "第一个为主牵头，配合单位向其反馈；其余牵头单位各自反馈。")
	if v.Previous.ID != 0 {
		out = append(out, ui.Note{Tone: ui.Info, Title: "接续“" + v.Previous.Title + "”", Text: "下发后，上年方案的周期事项不再产生新的一期；已下达的仍需办结。"})
	}
	return out
}

func reviewWords(v plan.Preview) string {
	r, _, err := v.ReviewRounds(plan.Task{})
	if err != nil {
		return "规定周期"
	}
	return schedule.RecurrenceWords(r)
}

func issueForm(v plan.Preview, quiet bool) ui.Form {
	f := ui.Form{Action: planPath(v.Plan.ID) + "/issue", Submit: "确认下发", Cancel: reviewPath(v.Plan.ID),
		Hidden: []ui.Hidden{{Name: "version", Value: strconv.FormatInt(v.Plan.Version, 10)}},
		Fields: []ui.Field{{Kind: ui.Radios, Name: "quiet", Label: "长期任务的配合单位怎样办理", Value: map[bool]string{true: "1", false: "0"}[quiet], Options: []ui.Option{
			{Value: "0", Label: "每期向牵头单位反馈"}, {Value: "1", Label: "只签收确认一次，由牵头单位统一报告", Hint: "减少基层重复填报"}}}}}
	if v.Late > 0 {
		f.Fields = append(f.Fields, ui.Field{Kind: ui.Check, Name: "late", Label: number(v.Late) + "件时限已过的事项仍按原时限下发，下发后即为超期"})
	}
	return f
}

func issueTable(v plan.Preview) ui.Table {
	t := ui.Table{ID: "assignments", Caption: "将要下发的事项", Columns: []ui.Column{{Label: "单位", Wide: true}, {Label: "角色", Slim: true}, {Label: "时限或周期"}, {Label: "说明", Quiet: true}},
		Empty: ui.Empty{Title: "没有可以下发的任务", Text: "请先在审核页面确认任务。"}}
	tasks := map[ref.Task]plan.Task{}
	for i, x := range v.Tasks {
		x.Title = number(i+1) + ". " + x.Title
		tasks[x.ID] = x
	}
	var last ref.Task
	for _, a := range v.Assignments {
		if a.Task != last {
			last = a.Task
			t.Rows = append(t.Rows, ui.Row{Heading: tasks[a.Task].Title})
		}
		note := ""
		if a.Kind == plan.KindDocument {
			note = a.Title
		}
		if a.Suggested {
			note = "系统建议周期"
		}
		cell := ui.Cell{Text: a.Words}
		row := ui.Row{}
		if a.Late {
			row.Near, cell.Sub = ui.Overdue, "时限已过"
		}
		if a.Pace == schedule.Rounds {
			cell.Sub = "首期 " + civil.FormatDate(a.Recurrence.Next(a.Begins).Due)
		}
		row.Cells = []ui.Cell{ui.T(v.Register.Name(a.Unit)), ui.T(a.Role), cell, ui.T(note)}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func loadTable(v plan.Preview) ui.Table {
	t := ui.Table{ID: "loads", Caption: "各单位承担的事项", Columns: []ui.Column{{Label: "单位", Wide: true}, {Label: "牵头或责任", Num: true, Slim: true}, {Label: "配合", Num: true, Slim: true}, {Label: "制发文件", Num: true, Slim: true}}}
	for _, l := range v.Loads() {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.T(l.Name), ui.T(dash(l.Lead)), ui.T(dash(l.Support)), ui.T(dash(l.Document))}})
	}
	return t
}

func dash(n int) string {
	if n == 0 {
		return "—"
	}
	return number(n)
}

// IssueDone gives the tasks to their units.
func (p *Pages) IssueDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID[ref.Plan](r, "plan")
	if err != nil {
		return err
	}
	version, err := strconv.ParseInt(r.PostFormValue("version"), 10, 64)
	if err != nil {
		return errs.Missing()
	}
	order := plan.Order{Version: version, Late: r.PostFormValue("late") == "1", Quiet: r.PostFormValue("quiet") == "1"}
	var out plan.Result
	err = p.write(r, func(ctx context.Context, tx *db.Tx) error {
		var err error
		out, err = p.Desk.Issue(ctx, tx, by, id, order)
		return err
	})
	if errs.Is(err, errs.Invalid) || errs.Is(err, errs.Conflict) {
		return p.issuePage(w, r, by, order.Quiet, err)
	}
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, planPath(id), ui.Done, "已下发："+number(out.Duties)+"件单次事项、"+number(out.Series)+"组周期事项，涉及"+number(out.Units)+"个单位。")
	return nil
}
