package dutypage

import (
	"cmp"
	"context"
	"net/http"
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

type showView struct {
	Identity ui.Identity
	Waiting  *ui.Note // a request that waits for its decision
	Support  *ui.Table
	Timeline ui.Timeline
	Ladder   ui.Table
}

// Show is one duty: what it is, what happened, what comes next.
func (p *Pages) Show(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID[ref.Duty](r)
	if err != nil {
		return err
	}
	tx := p.DB.Reader()
	story, err := p.Kernel.Story(r.Context(), tx, by, id)
	if err != nil {
		return err
	}
	b, err := p.Kernel.Bounds(r.Context(), tx)
	if err != nil {
		return err
	}
	names, err := p.storyUnits(r.Context(), tx, story)
	if err != nil {
		return err
	}
	d := story.Duty
	view := showView{Identity: p.identity(d, b, names), Timeline: timeline(story, names, tx.Now), Ladder: p.ladder(story, names)}
	view.Waiting = waiting(story)
	if len(story.Support) > 0 {
		view.Support = p.support(story.Support, b, names)
	}
	page := ui.Page{Title: d.Title, Kicker: p.kind(d).Label, Nav: "desk", Crumbs: []ui.Crumb{{Label: "我的待办", Href: "/duties"}}}
	page.Action, page.More = p.actions(by, d)
	if k := p.kind(d); page.Action == nil && k.Opens(by, d) && d.State == duty.Open {
		page.Action = &ui.Action{Label: "查看办理情况", Href: k.Href(d), Icon: "right"}
		if d.Unit == by.Post.Unit {
			page.Action.Label = "去办理"
		}
	}
	return p.UI.Page(w, r, by, "show.html", page, view)
}

func (p *Pages) storyUnits(ctx context.Context, tx *db.Tx, s duty.Story) (map[ref.Unit]string, error) {
	ids := []ref.Unit{s.Duty.Unit}
	for _, e := range s.Events {
		ids = append(ids, e.Unit)
	}
	for _, step := range s.Steps {
		ids = append(ids, step.Receiver)
	}
	ids = append(ids, unitsOf(s.Support)...)
	slices.Sort(ids)
	return p.Units(ctx, tx, slices.DeleteFunc(slices.Compact(ids), func(u ref.Unit) bool { return u == 0 }))
}

func (p *Pages) identity(d duty.Duty, b duty.Bounds, names map[ref.Unit]string) ui.Identity {
	due, tag := Due(d, b), Tag(d, b.Now)
	return ui.Identity{
		Title: names[d.Unit], Kind: "责任单位", Tag: &tag, Due: &due,
		Facts: []ui.Fact{
			{Label: "依据", Value: d.Rule, Sub: d.Clause},
			{Label: "下达时间", Value: civil.FormatTime(d.Opened.Time())},
			{Label: "签收时间", Value: civil.FormatTime(d.Signed.Time())},
			{Label: "办结时间", Value: civil.FormatTime(d.Closed.Time())},
			{Label: "时限算法", Value: clockWords(d)},
		},
	}
}

func clockWords(d duty.Duty) string {
	switch {
	case d.Provisional:
		return strconv.Itoa(d.Span) + "个工作日；跨入的年份放假安排尚未导入，时限暂定，导入后自动重算"
	case d.Clock == duty.Hours:
		return strconv.Itoa(d.Span) + "小时，节假日照常计时"
	case d.Clock == duty.Workdays:
		return strconv.Itoa(d.Span) + "个工作日，从下达次日起算"
	}
	return "到期日当天24时止"
}

var eventTitles = map[string]string{
	"duty.sign": "签收", "duty.return": "退回", "duty.extend": "申请延期", "duty.extend_check": "延期审批", "duty.return_check": "退回裁定",
	"duty.pause": "挂起", "duty.resume": "恢复计时", "duty.waive": "免除", "duty.cancel": "撤销", "duty.close": "办结", "duty.reassign": "改派",
	"duty.assign": "指定承办人", "duty.urge": "催办", "duty.handover": "岗位交接", "duty.recalculate": "时限重算",
}

var stepTitles = map[string]string{"remind": "到期提醒", "urge": "自动催办", "superior": "报上级单位督促", "propose": "建议发督办单"}

// Dated is an event with its instant, so that pages can join several stories.
type Dated struct {
	At clock.Instant
	ui.Event
}

// Events gives what the kernel recorded of a duty.
func Events(s duty.Story, names map[ref.Unit]string, now clock.Instant) []Dated {
	var all []Dated
	add := func(at clock.Instant, e ui.Event) {
		e.When = ui.Clockwise(at.Time(), now.Time())
		all = append(all, Dated{at, e})
	}
	add(s.Duty.Opened, ui.Event{Title: "下达", Text: names[s.Duty.Unit], Icon: "send"})
	for _, e := range s.Events {
		who := e.ActorName
		if names[e.Unit] != "" {
			who += " · " + names[e.Unit]
		}
		add(e.At, ui.Event{Title: eventTitles[e.Action], Text: e.Note, Who: who})
	}
	for _, step := range s.Steps {
		add(step.At, ui.Event{Title: stepTitles[step.Action], Text: "送达：" + names[step.Receiver], Who: "系统", Tone: ui.Warn})
	}
	return all
}

// timeline gives what happened, newest first.
func timeline(s duty.Story, names map[ref.Unit]string, now clock.Instant) ui.Timeline {
	all := Events(s, names, now)
	slices.Reverse(all) // of one instant the later comes first
	slices.SortStableFunc(all, func(a, b Dated) int { return cmp.Compare(b.At, a.At) })
	t := ui.Timeline{Title: "办理经过"}
	for _, d := range all {
		t.Items = append(t.Items, d.Event)
	}
	return t
}

// ladder shows which rungs were climbed and which are to come.
func (p *Pages) ladder(s duty.Story, names map[ref.Unit]string) ui.Table {
	t := ui.Table{ID: "ladder", Caption: "提醒和催办安排", Columns: []ui.Column{{Label: "步骤", Wide: true}, {Label: "何时"}, {Label: "情况"}},
		Empty: ui.Empty{Title: "没有提醒安排", Text: "这类事项没有设置提醒和催办。"}}
	done := map[int]duty.Step{}
	for _, step := range s.Steps {
		if step.Arming == s.Duty.Arming {
			done[step.Step] = step
		}
	}
	for i, rung := range p.Kernel.Ladder(s.Duty.Ladder).Steps {
		state := ui.Tags(ui.Waiting, "未到时间")
		if step, ok := done[i+1]; ok {
			state = ui.Tags(ui.Finished, "已送达"+names[step.Receiver])
		} else if i < s.Duty.Passed || s.Duty.State != duty.Open {
			state = ui.Tags(ui.Ended, "不需要")
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.T(rung.Label), ui.T(offsetWords(rung.Offset.N, rung.Offset.Unit)), state}})
	}
	return t
}

var spanWords = map[string]string{"hours": "小时", "workdays": "个工作日", "days": "天", "months": "个月"}

func offsetWords(n int, unit string) string {
	switch {
	case n < 0:
		return "到期前" + strconv.Itoa(-n) + spanWords[unit]
	case n == 0:
		return "到期当日"
	}
	return "到期后" + strconv.Itoa(n) + spanWords[unit]
}

func waiting(s duty.Story) *ui.Note {
	for _, r := range s.Requests {
		if r.State != duty.Asked {
			continue
		}
		if r.Kind == "extend" {
			return &ui.Note{Tone: ui.Info, Title: "延期申请等待审批", Text: "申请延至" + civil.FormatDate(civil.DateOf(r.Due.Time())) + "。审批前原时限不变。理由：" + r.Reason}
		}
		return &ui.Note{Tone: ui.Info, Title: "退回等待裁定", Text: "裁定前仍由本单位负责，时限不停。理由：" + r.Reason}
	}
	return nil
}

func (p *Pages) support(list []duty.Duty, b duty.Bounds, names map[ref.Unit]string) *ui.Table {
	t := &ui.Table{ID: "support", Caption: "配合单位", Columns: []ui.Column{{Label: "配合单位", Wide: true}, {Label: "时限"}, {Label: "状态"}}}
	for _, d := range list {
		tag, due := Tag(d, b.Now), Due(d, b)
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Link(names[d.Unit], showPath(d.ID)), ui.Dues(due), {Tag: &tag}}})
	}
	return t
}

// actions gives what the actor can do with the duty now.
func (p *Pages) actions(by access.Actor, d duty.Duty) (*ui.Action, []ui.Action) {
	if d.State != duty.Open {
		return nil, nil
	}
	own := d.Unit == by.Post.Unit
	scoped := by.Scope().Sees(d.Unit, d.Region)
	base := showPath(d.ID)
	var first *ui.Action
	if own && d.Signed == 0 && by.Can("duty.sign") {
		first = &ui.Action{Label: "签收", Post: base + "/sign", Icon: "check"}
	}
	var more []ui.Action
	add := func(can bool, permission access.Permission, a ui.Action) {
		if can && by.Can(permission) {
			more = append(more, a)
		}
	}
	add(own, "duty.assign", ui.Action{Label: "指定承办人", Href: base + "/assign", Dialog: true})
	add(own, "duty.extend", ui.Action{Label: "申请延期", Href: base + "/extend", Dialog: true})
	add(own, "duty.return", ui.Action{Label: "退回", Href: base + "/return", Dialog: true})
	add(scoped && !own, "duty.urge", ui.Action{Label: "催办", Href: base + "/urge", Icon: "send", Dialog: true})
	add(scoped, "duty.reassign", ui.Action{Label: "改派", Href: base + "/reassign", Dialog: true})
	add(scoped && d.Paused == 0, "duty.pause", ui.Action{Label: "挂起", Href: base + "/pause", Dialog: true})
	add(scoped && d.Paused != 0, "duty.pause", ui.Action{Label: "恢复计时", Post: base + "/resume"})
	add(scoped, "duty.waive", ui.Action{Label: "免除", Href: base + "/waive", Danger: true, Dialog: true})
	return first, more
}
