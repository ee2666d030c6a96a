package viewpage

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/duty"
	"weibao/internal/plan"
	"weibao/internal/plan/task/schedule"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

type taskView struct {
	Identity ui.Identity
	Clause   clauseView
	Owners   ui.Summary
	Targets  *ui.Table
	Duties   ui.Table
	Course   ui.Timeline
	History  ui.Timeline
}

// clauseView is the text from which a task comes.
type clauseView struct{ Path, Quote, Plan, PlanHref string }

// Task is one task from its clause to its proof.
func (p *Pages) Task(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID[ref.Task](r)
	if err != nil {
		return err
	}
	ctx, tx := r.Context(), p.DB.Reader()
	s, err := p.Desk.Story(ctx, tx, by, id)
	if err != nil {
		return err
	}
	b, err := p.Desk.Duties.Bounds(ctx, tx)
	if err != nil {
		return err
	}
	units := make([]ref.Unit, 0, len(s.Duties))
	for _, d := range s.Duties {
		units = append(units, d.Unit)
	}
	names, err := p.names(ctx, tx, units)
	if err != nil {
		return err
	}
	t := teller{Story: s, names: names, bounds: b}
	view := taskView{Identity: t.identity(), Owners: t.owners(), Targets: t.targets(), Duties: t.duties(), Course: t.course(), History: t.history(),
		Clause: clauseView{Path: s.Task.Clause(), Quote: s.Task.Quote, Plan: s.Plan.Title, PlanHref: PlanPath(s.Plan.ID)}}
	shell := ui.Page{Title: s.Task.Title, Kicker: "任务全貌", Nav: "plan", More: []ui.Action{{Label: "打印", Print: true}}}
	if by.Can("plan.list") {
		shell.Crumbs = []ui.Crumb{{Label: "方案任务", Href: "/plans"}, {Label: s.Plan.Title, Href: PlanPath(s.Plan.ID)}, {Label: "任务清单", Href: listPath(s.Plan.ID)}}
	}
	if by.Can("plan.amend") && by.Scope().Sees(s.Plan.Unit, s.Plan.Region) && s.Plan.State == plan.Issued && s.Task.State == plan.TaskIssued {
		base := TaskPath(s.Task.ID)
		shell.More = append(shell.More, ui.Action{Label: "撤回任务", Href: base + "/withdraw", Danger: true, Dialog: true})
		shell.Action = &ui.Action{Label: "调整任务", Href: base + "/amend", Icon: "edit"}
	}
	return p.UI.Page(w, r, by, "task.html", shell, view)
}

// teller makes the page of a task.
type teller struct {
	plan.Story
	names  map[ref.Unit]string
	bounds duty.Bounds
}

// sent is the reply to a duty that waits for its check.
func (t teller) sent(id ref.Duty) bool {
	return slices.ContainsFunc(t.Replies, func(r plan.Reply) bool { return r.Duty == id && r.State == plan.Sent })
}

func (t teller) identity() ui.Identity {
	var open, late, done int
	for _, d := range t.Story.Duties {
		switch {
		case d.Overdue(t.bounds.Now):
			late++
			open++
		case d.State == duty.Open:
			open++
		case d.State == duty.Done || d.State == duty.LateDone:
			done++
		}
	}
	state := ui.Tag{State: ui.Waiting, Label: "尚未到首个周期"}
	switch {
	case t.Task.State == plan.TaskWithdrawn:
		state = ui.Tag{State: ui.Ended, Label: "已撤回"}
	case late > 0:
		state = ui.Tag{State: ui.Late, Label: "超期" + strconv.Itoa(late) + "项"}
	case open > 0:
		state = ui.Tag{State: ui.Running, Label: "办理中"}
	case done > 0:
		state = ui.Tag{State: ui.Finished, Label: "现有事项全部办结"}
	}
	owners := t.Names(t.Task, plan.Lead)
	kind := "牵头单位"
	if len(owners) == 0 {
		owners, kind = t.Names(t.Task, plan.Support), "共同负责"
	}
	return ui.Identity{Kind: kind, Title: strings.Join(owners, "、"), Tag: &state, Facts: []ui.Fact{
		{Label: "时限", Value: t.When(t.Task)}, {Label: "已办结", Value: strconv.Itoa(done) + "项"}, {Label: "未办结", Value: strconv.Itoa(open) + "项"}}}
}

// owners says who must do what by when, as the clause has it.
func (t teller) owners() ui.Summary {
	task := t.Task
	s := ui.Summary{Title: "责任与要求", Facts: []ui.Fact{
		{Label: "牵头单位", Value: strings.Join(t.Names(task, plan.Lead), "、")},
		{Label: "配合单位", Value: strings.Join(t.Names(task, plan.Support), "、")}}}
	for _, f := range task.Of(plan.Time) {
		read := t.Calendar.Read(f.Norm)
		s.Facts = append(s.Facts, ui.Fact{Label: "时限", Value: read.Words(), Sub: quoted(f.Text) + read.Note})
	}
	if len(task.Of(plan.Time)) == 0 {
		fact := ui.Fact{Label: "时限", Value: t.When(task)}
		if _, suggested, err := t.ReviewRounds(task); err == nil && suggested {
			fact.Sub = "复核周期为系统建议，县里可在规则中改定"
		}
		s.Facts = append(s.Facts, fact)
	}
	for _, f := range task.Of(plan.Document) {
		s.Facts = append(s.Facts, ui.Fact{Label: "制发文件", Value: f.Text})
	}
	return s
}

func quoted(text string) string {
	if text == "" {
		return ""
	}
	return "原文：“" + text + "” "
}

// targets shows what is measured, and each unit's latest value.
func (t teller) targets() *ui.Table {
	facts := t.Task.Of(plan.Target)
	if len(facts) == 0 {
		return nil
	}
	out := &ui.Table{ID: "targets", Caption: "指标", Columns: []ui.Column{{Label: "指标", Wide: true}, {Label: "目标"}, {Label: "最近填报"}, {Label: "填报单位"}, {Label: "是否达到", Slim: true}}}
	for _, f := range facts {
		m := schedule.MeasureOf(f.Norm)
		values := t.latest(f.ID)
		if len(values) == 0 {
			out.Rows = append(out.Rows, ui.Row{Cells: []ui.Cell{ui.T(f.Text), ui.T(m.Words()), ui.T("—"), ui.T(""), ui.Tags(ui.Waiting, "未填报")}})
		}
		for _, v := range values {
			state := ui.Tags(ui.Uncertain, "待核实")
			if reached, known := m.Reached(v.value); known && reached {
				state = ui.Tags(ui.Finished, "达到")
			} else if known {
				state = ui.Tags(ui.Late, "未达到")
			}
			out.Rows = append(out.Rows, ui.Row{Cells: []ui.Cell{ui.T(f.Text), ui.T(m.Words()), {Text: v.value, Sub: civil.DateOf(v.reply.At.Time()).String()}, ui.T(t.names[v.reply.Unit]), state}})
		}
	}
	return out
}

type reported struct {
	value string
	reply plan.Reply
}

// latest gives the last value of a target which each unit reported.
func (t teller) latest(target int64) []reported {
	var out []reported
	for _, r := range t.Replies { // latest first
		if r.State == plan.SentBack || slices.ContainsFunc(out, func(x reported) bool { return x.reply.Unit == r.Unit }) {
			continue
		}
		for _, v := range t.Values {
			if v.Reply == r.ID && v.Target == target {
				out = append(out, reported{v.Value, r})
			}
		}
	}
	return out
}

// duties lists what was opened, by role, unit and due, each with its last word and proof.
func (t teller) duties() ui.Table {
	out := ui.Table{ID: "duties", Caption: "下达的事项", Columns: []ui.Column{{Label: "单位与事项", Wide: true}, {Label: "角色", Slim: true}, {Label: "时限", Slim: true}, {Label: "状态", Slim: true}, {Label: "最近反馈与佐证"}},
		Empty: ui.Empty{Title: "还没有下达的事项", Text: "定期任务在每个周期开始时下达到责任单位，届时列在这里。"}}
	list := slices.Clone(t.Story.Duties)
	slices.SortStableFunc(list, func(a, b duty.Duty) int { return strength[b.Kind] - strength[a.Kind] })
	for _, d := range list {
		state, limit := tag(d, t.sent(d.ID), t.bounds.Now), due(d, t.bounds)
		cell := ui.Cell{Text: t.names[d.Unit], Href: dutyPath(d.ID)}
		if d.Title != t.Task.Title {
			cell.Sub = d.Title
		}
		out.Rows = append(out.Rows, ui.Row{Cells: []ui.Cell{cell, ui.T(roles[d.Kind]), {Due: &limit}, {Tag: &state}, t.proof(d.ID)}})
	}
	return out
}

const excerpt = 60 // characters of a reply that a table shows

func (t teller) proof(id ref.Duty) ui.Cell {
	for _, r := range t.Replies {
		if r.Duty != id {
			continue
		}
		cell := ui.Cell{Text: short(r.Text, excerpt)}
		if n := len(t.Files[r.ID]); n > 0 {
			cell.Sub = "佐证" + strconv.Itoa(n) + "件"
		}
		return cell
	}
	return ui.T("—")
}

func short(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}

var replyTags = map[string]ui.Tag{plan.Sent: {State: ui.Checking, Label: "待审核"}, plan.Accepted: {State: ui.Finished, Label: "审核通过"}, plan.SentBack: {State: ui.Returned, Label: "退回补充"}}

// course is what units reported and what the office said to it, newest first.
func (t teller) course() ui.Timeline {
	out := ui.Timeline{Title: "反馈与佐证", Empty: "还没有单位登记进展或反馈。"}
	for _, r := range t.Replies {
		e := ui.Event{Title: "进展", Text: r.Text, Who: r.ByName + " · " + t.names[r.Unit], When: t.when(r.At), Icon: "edit"}
		if r.Kind == plan.Answer {
			state := replyTags[r.State]
			e.Title, e.Tag, e.Icon = "反馈", &state, "send"
		}
		var more []string
		for _, v := range t.Values {
			if f, ok := t.Task.Fact(v.Target); ok && v.Reply == r.ID {
				more = append(more, f.Text+"：完成"+v.Value)
			}
		}
		if r.Without != "" {
			more = append(more, "先行反馈说明："+r.Without)
		}
		if r.Words != "" {
			more = append(more, "审核意见（"+r.CheckedName+"，"+t.when(r.Checked)+"）："+r.Words)
		}
		if len(more) > 0 {
			e.Text += "（" + strings.Join(more, "；") + "）"
		}
		for _, f := range t.Files[r.ID] {
			e.Files = append(e.Files, ui.FileLink{Name: f.Name, Href: dutyPath(r.Duty) + "/files/" + ref.Format(f.ID), Size: ui.Size(f.Size)})
		}
		out.Items = append(out.Items, e)
	}
	return out
}

// history is how the task was changed, newest first.
func (t teller) history() ui.Timeline {
	out := ui.Timeline{Title: "调整记录", Empty: "下发后没有调整过。"}
	for _, e := range slices.Backward(t.History) {
		item := ui.Event{Title: e.Words, Who: e.ActorName, When: t.when(e.At), Icon: "edit"}
		if e.Reason != "" {
			item.Text = "依据：" + e.Reason
		}
		out.Items = append(out.Items, item)
	}
	return out
}

func (t teller) when(i clock.Instant) string {
	return ui.Clockwise(i.Time(), t.bounds.Now.Time())
}
