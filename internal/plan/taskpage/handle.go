package taskpage

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/duty/dutypage"
	"weibao/internal/file"
	"weibao/internal/plan"
	"weibao/internal/plan/task/schedule"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

type handleView struct {
	Identity ui.Identity
	Waiting  *ui.Note
	Clause   clause
	Targets  *ui.Table
	Support  *ui.Table
	Timeline ui.Timeline
}

// clause is the text from which the duty comes.
type clause struct {
	Path, Quote string
	Plan        string
}

// Handle is a duty of a plan from its clause to its proof.
func (p *Pages) Handle(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	h, tx, err := p.handling(r, by)
	if err != nil {
		return err
	}
	story, err := p.Desk.Duties.Story(r.Context(), tx, by, h.Duty.ID)
	if err != nil {
		return err
	}
	b, err := p.Desk.Duties.Bounds(r.Context(), tx)
	if err != nil {
		return err
	}
	names, err := p.names(r.Context(), tx, h, story)
	if err != nil {
		return err
	}
	view := handleView{Identity: p.identity(h, b, names), Clause: clause{Path: h.Task.Clause(), Quote: h.Task.Quote, Plan: h.Plan.Title},
		Waiting: waiting(h), Targets: targets(h), Timeline: timeline(h, story, names, tx.Now)}
	if len(h.Support) > 0 {
		view.Support = support(h, b, names)
	}
	page := ui.Page{Title: h.Duty.Title, Kicker: h.Plan.Title, Nav: "desk", Crumbs: []ui.Crumb{inbox}}
	page.Action, page.More = actions(by, h)
	return p.UI.Page(w, r, by, "handle.html", page, view)
}

func (p *Pages) names(ctx context.Context, tx *db.Tx, h plan.Handling, s duty.Story) (map[ref.Unit]string, error) {
	ids := []ref.Unit{h.Duty.Unit, h.Plan.Unit}
	for _, d := range h.Support {
		ids = append(ids, d.Unit)
	}
	for _, r := range h.Replies {
		ids = append(ids, r.Unit)
	}
	for _, e := range s.Events {
		ids = append(ids, e.Unit)
	}
	for _, step := range s.Steps {
		ids = append(ids, step.Receiver)
	}
	slices.Sort(ids)
	ids = slices.DeleteFunc(slices.Compact(ids), func(u ref.Unit) bool { return u == 0 })
	return p.Units(ctx, tx, ids)
}

func tagOf(h plan.Handling, now clock.Instant) ui.Tag {
	if h.Duty.State == duty.Open && pending(h) != nil {
		return ui.Tag{State: ui.Checking, Label: "待审核"}
	}
	return dutypage.Tag(h.Duty, now)
}

// pending is the reply that waits for its check.
func pending(h plan.Handling) *plan.Reply {
	for i, r := range h.Replies {
		if r.Duty == h.Duty.ID && r.State == plan.Sent {
			return &h.Replies[i]
		}
	}
	return nil
}

var roles = map[string]string{plan.KindTask: "牵头单位", plan.KindSupport: "配合单位", plan.KindDocument: "制发单位"}

func (p *Pages) identity(h plan.Handling, b duty.Bounds, names map[ref.Unit]string) ui.Identity {
	tag, due := tagOf(h, b.Now), dutypage.Due(h.Duty, b)
	return ui.Identity{Kind: roles[h.Duty.Kind], Title: names[h.Duty.Unit], Tag: &tag, Due: &due, Facts: []ui.Fact{
		{Label: "下达时间", Value: civil.FormatTime(h.Duty.Opened.Time())},
		{Label: "签收时间", Value: civil.FormatTime(h.Duty.Signed.Time())},
		{Label: "办结时间", Value: civil.FormatTime(h.Duty.Closed.Time())},
		{Label: "本项要求", Value: h.Slot.Text},
		{Label: "审核单位", Value: names[h.Plan.Unit]},
	}}
}

func waiting(h plan.Handling) *ui.Note {
	switch r := pending(h); {
	case r != nil:
		return &ui.Note{Tone: ui.Info, Title: "已反馈，等待审核", Text: "审核期间不计时。审核通过后办结；退回补充时恢复计时。"}
	case h.CanReply && len(h.Waiting) > 0:
		return &ui.Note{Tone: ui.Info, Title: fmt.Sprintf("还有%d个配合单位没有反馈", len(h.Waiting)), Text: "牵头单位汇总配合单位的情况后统一反馈；需要先行反馈时，请在反馈中说明。"}
	}
	return nil
}

// targets shows what is measured, and the latest value reported.
func targets(h plan.Handling) *ui.Table {
	if len(h.Targets) == 0 {
		return nil
	}
	t := &ui.Table{ID: "targets", Caption: "指标", Columns: []ui.Column{{Label: "指标", Wide: true}, {Label: "目标"}, {Label: "完成"}, {Label: "是否达到"}}}
	for _, f := range h.Targets {
		m := schedule.MeasureOf(f.Norm)
		value, state := "", ui.Tags(ui.Waiting, "未填报")
		for _, v := range h.Values {
			if v.Target == f.ID {
				value = v.Value
			}
		}
		if reached, known := m.Reached(value); known && reached {
			state = ui.Tags(ui.Finished, "达到")
		} else if known {
			state = ui.Tags(ui.Late, "未达到")
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.T(f.Text), ui.T(m.Words()), ui.T(value), state}})
	}
	return t
}

func support(h plan.Handling, b duty.Bounds, names map[ref.Unit]string) *ui.Table {
	t := &ui.Table{ID: "support", Caption: "配合单位", Columns: []ui.Column{{Label: "配合单位", Wide: true}, {Label: "时限"}, {Label: "状态"}}}
	for _, d := range h.Support {
		due, tag := dutypage.Due(d, b), dutypage.Tag(d, b.Now)
		if slices.ContainsFunc(h.Replies, func(r plan.Reply) bool { return r.Duty == d.ID && r.State == plan.Sent }) {
			tag = ui.Tag{State: ui.Checking, Label: "已反馈"}
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Link(names[d.Unit], path(d.ID)), ui.Dues(due), {Tag: &tag}}})
	}
	return t
}

var replyStates = map[string]ui.Tag{
	plan.Noted: {}, plan.Sent: {State: ui.Checking, Label: "待审核"},
	plan.Accepted: {State: ui.Finished, Label: "审核通过"}, plan.SentBack: {State: ui.Returned, Label: "退回补充"},
}

// timeline joins what the kernel and what people recorded, newest first.
func timeline(h plan.Handling, s duty.Story, names map[ref.Unit]string, now clock.Instant) ui.Timeline {
	items := dutypage.Events(s, names, now)
	for _, r := range slices.Backward(h.Replies) {
		items = append(items, replyEvents(h, r, names, now)...)
	}
	slices.Reverse(items) // of one instant the later comes first
	slices.SortStableFunc(items, func(a, b dutypage.Dated) int { return cmp.Compare(b.At, a.At) })
	t := ui.Timeline{Title: "办理经过"}
	for _, i := range items {
		t.Items = append(t.Items, i.Event)
	}
	return t
}

func replyEvents(h plan.Handling, r plan.Reply, names map[ref.Unit]string, now clock.Instant) []dutypage.Dated {
	e := ui.Event{Title: "进展", Text: r.Text, Who: r.ByName + " · " + names[r.Unit], When: ui.Clockwise(r.At.Time(), now.Time()), Icon: "edit",
		Files: fileLinks(r.Duty, h.Files[r.ID])}
	if r.Kind == plan.Answer {
		tag := replyStates[r.State]
		e.Title, e.Tag, e.Icon = "反馈", &tag, "send"
	}
	if r.Without != "" {
		e.Text += "\n先行反馈说明：" + r.Without
	}
	if values := valueWords(h, r.ID); values != "" {
		e.Text += "\n" + values
	}
	out := []dutypage.Dated{{At: r.At, Event: e}}
	if r.Checked != 0 {
		title, tone := "审核通过", ui.Done
		if r.State == plan.SentBack {
			title, tone = "退回补充", ui.Warn
		}
		out = append(out, dutypage.Dated{At: r.Checked, Event: ui.Event{Title: title, Text: r.Words, Who: r.CheckedName,
			When: ui.Clockwise(r.Checked.Time(), now.Time()), Icon: "eye", Tone: tone}})
	}
	return out
}

func valueWords(h plan.Handling, id plan.ReplyID) string {
	var words []string
	for _, v := range h.Values {
		if f, ok := h.Task.Fact(v.Target); ok && v.Reply == id {
			words = append(words, f.Text+"：完成"+v.Value)
		}
	}
	return strings.Join(words, "；")
}

func fileLinks(d ref.Duty, files []file.Info) []ui.FileLink {
	out := make([]ui.FileLink, len(files))
	for i, f := range files {
		out[i] = ui.FileLink{Name: f.Name, Href: path(d) + "/files/" + ref.Format(f.ID), Size: ui.Size(f.Size)}
	}
	return out
}

// actions gives what the actor can do with the duty now.
func actions(by access.Actor, h plan.Handling) (*ui.Action, []ui.Action) {
	base, back := path(h.Duty.ID), "?back="+path(h.Duty.ID)
	kernel := "/duties/" + ref.Format(h.Duty.ID)
	more := []ui.Action{{Label: "时限与催办", Href: kernel, Icon: "clock"}, {Print: true}}
	var first *ui.Action
	switch r := pending(h); {
	case h.Duty.State != duty.Open:
	case r != nil && h.CanCheck:
		first = &ui.Action{Label: "审核", Href: "/plans/replies/" + ref.Format(r.ID) + "/check", Icon: "eye"}
	case h.Duty.Unit != by.Post.Unit:
	case h.Duty.Signed == 0 && by.Can("duty.sign"):
		first = &ui.Action{Label: "签收", Post: kernel + "/sign" + back, Icon: "check"}
	case h.CanReply:
		first = &ui.Action{Label: "反馈办理结果", Href: base + "/reply", Icon: "send"}
	}
	if h.Duty.State == duty.Open && h.Duty.Unit == by.Post.Unit && pending(h) == nil && by.Can("plan.progress") {
		more = slices.Insert(more, 0, ui.Action{Label: "登记进展", Href: base + "/progress", Icon: "edit"})
	}
	return first, more
}
