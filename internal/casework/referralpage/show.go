package referralpage

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"weibao/internal/access"
	"weibao/internal/casework/referral"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/duty/dutypage"
	"weibao/internal/errs"
	"weibao/internal/file"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

type showView struct {
	Identity ui.Identity
	Notes    []ui.Note
	Head     string // over the data: who reads them
	Facts    *ui.Summary
	Ask      string
	More     []string
	Files    *ui.Files
	Support  *ui.Table
	Timeline ui.Timeline
}

// Show is a referral: what is asked, what came along, what happened.
func (p *Pages) Show(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID[ref.Referral](r, "referral")
	if err != nil {
		return err
	}
	tx := p.DB.Reader()
	s, err := p.Desk.Get(r.Context(), tx, by, id)
	if err != nil {
		return err
	}
	b, err := p.Kernel.Bounds(r.Context(), tx)
	if err != nil {
		return err
	}
	stories, names, err := p.stories(r.Context(), tx, by, s)
	if err != nil {
		return err
	}
	view := showView{Identity: identity(s, b, names), Notes: notes(s, by, names), Timeline: timeline(s, stories, names, tx.Now)}
	if s.Reads {
		f := facts(s.Paper.Items, false)
		view.Facts, view.Ask, view.Head = &f, s.Paper.Ask, "办理所需的资料"
		if s.Own.ID == 0 {
			view.Head = "单位看到的资料"
		}
		for _, m := range s.Paper.More {
			view.More = append(view.More, m.By+"，"+civil.FormatTime(m.At.Time())+"："+m.Words)
		}
		if len(s.Files) > 0 {
			view.Files = &ui.Files{Title: "材料", Items: links(Path(id), s.Files)}
		}
	}
	if len(s.Support) > 0 {
		view.Support = support(s, b, names)
	}
	title := s.Paper.Topic
	if title == "" {
		title = p.title(tx, s.Referral)
	}
	page := ui.Page{Title: title, Kicker: s.Number, Nav: "casework", Crumbs: []ui.Crumb{{Label: "转介和交办", Href: ListPath}}}
	if s.Reads { // who only follows it meets nobody
		page.About = s.Child
	}
	page.Action, page.More = p.actions(by, s)
	return p.UI.Page(w, r, by, "show.html", page, view)
}

// stories reads the courses of the duties which the reader may follow.
func (p *Pages) stories(ctx context.Context, tx *db.Tx, by access.Actor, s referral.Story) ([]duty.Story, map[ref.Unit]string, error) {
	ids := []ref.Unit{s.Unit, s.Lead.Unit, s.Own.Unit}
	var out []duty.Story
	follow := []duty.Duty{s.Lead}
	if s.Own.Kind == referral.SupportKind {
		follow = []duty.Duty{s.Own}
	}
	for _, d := range append(follow, s.Support...) {
		ids = append(ids, d.Unit)
	}
	for _, d := range follow {
		story, err := p.Kernel.Story(ctx, tx, by, d.ID)
		if errs.Is(err, errs.NotFound) {
			continue // who sent it to another region does not see that duty's course
		}
		if err != nil {
			return nil, nil, err
		}
		out = append(out, story)
		for _, e := range story.Events {
			ids = append(ids, e.Unit)
		}
		for _, step := range story.Steps {
			ids = append(ids, step.Receiver)
		}
	}
	for _, t := range s.Replies {
		ids = append(ids, t.Reply.Unit)
	}
	names, err := p.names(ctx, tx, ids)
	return out, names, err
}

func identity(s referral.Story, b duty.Bounds, names map[ref.Unit]string) ui.Identity {
	d, kind := s.Lead, "牵头单位"
	if s.Own.Kind == referral.SupportKind {
		d, kind = s.Own, "协办单位"
	}
	t, due := tag(s.State), dutypage.Due(d, b)
	if d.ID != s.Lead.ID {
		t = supportTag(s, d, b.Now)
	}
	facts := []ui.Fact{{Label: "发出单位", Value: names[s.Unit]}, {Label: "下达时间", Value: civil.FormatTime(s.At.Time())}, {Label: "下达人", Value: s.ByName},
		{Label: "签收时间", Value: civil.FormatTime(d.Signed.Time())}, {Label: "办结时间", Value: civil.FormatTime(d.Closed.Time())}}
	if d.ID != s.Lead.ID {
		facts = append(facts, ui.Fact{Label: "牵头单位", Value: names[s.Lead.Unit]})
	}
	return ui.Identity{Title: names[d.Unit], Kind: kind, Tag: &t, Due: &due, Facts: facts}
}

func notes(s referral.Story, by access.Actor, names map[ref.Unit]string) []ui.Note {
	var out []ui.Note
	if !s.Reads {
		out = append(out, ui.Note{Tone: ui.Info, Title: "内容只对承办单位和个案组成员显示", Text: "这项转介来自保密的个案。您可以看到它由谁办理、到了哪一步，并裁定退回。"})
	}
	switch s.State {
	case referral.Disputed:
		out = append(out, ui.Note{Tone: ui.Warn, Title: "已申请退回，等待未保办裁定", Text: "裁定前时限不停，仍由原单位办理；裁定后为最终结果。"})
	case referral.Checking:
		out = append(out, ui.Note{Tone: ui.Info, Title: "已反馈，等待审核", Text: "审核期间不计时。审核通过后办结；退回补充时恢复计时。"})
	}
	if list := s.Missing(); len(list) > 0 && s.Own.ID == s.Lead.ID && s.Handles() {
		words := make([]string, len(list))
		for i, u := range list {
			words[i] = names[u]
		}
		out = append(out, ui.Note{Tone: ui.Info, Title: "还有协办单位没有反馈", Text: strings.Join(words, "、") + "。由牵头单位汇总后统一反馈；先行反馈的请说明原因。"})
	}
	return out
}

func support(s referral.Story, b duty.Bounds, names map[ref.Unit]string) *ui.Table {
	t := &ui.Table{ID: "support", Caption: "协办单位", Columns: []ui.Column{{Label: "协办单位", Wide: true}, {Label: "时限"}, {Label: "状态"}}}
	for _, d := range s.Support {
		due, state := dutypage.Due(d, b), supportTag(s, d, b.Now)
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.T(names[d.Unit]), ui.Dues(due), {Tag: &state}}})
	}
	return t
}

// supportTag is the state of a support unit's duty, which stands still from its
// reply on.
func supportTag(s referral.Story, d duty.Duty, now clock.Instant) ui.Tag {
	if slices.ContainsFunc(s.Replies, func(y referral.Told) bool { return y.Reply.Duty == d.ID && y.State == referral.Waiting }) {
		return ui.Tag{State: ui.Checking, Label: "已反馈"}
	}
	return dutypage.Tag(d, now)
}

func links(base string, files []file.Info) []ui.FileLink {
	out := make([]ui.FileLink, len(files))
	for i, f := range files {
		out[i] = ui.FileLink{Name: f.Name, Href: base + "/files/" + ref.Format(f.ID), Size: ui.Size(f.Size)}
	}
	return out
}

var replyTags = map[string]ui.Tag{referral.Waiting: {State: ui.Checking, Label: "待审核"}, referral.Accepted: {State: ui.Finished, Label: "审核通过"}, referral.Back: {State: ui.Returned, Label: "退回补充"}}

// timeline joins what the kernel and what units recorded, newest first.
func timeline(s referral.Story, stories []duty.Story, names map[ref.Unit]string, now clock.Instant) ui.Timeline {
	var items []dutypage.Dated
	for _, story := range stories {
		items = append(items, dutypage.Events(story, names, now)...)
	}
	for _, t := range s.Replies {
		items = append(items, replyEvents(s, t, names, now)...)
	}
	for _, q := range s.Returns {
		if files := s.Evidence[q.ID]; len(files) > 0 {
			items = append(items, dutypage.Dated{At: q.At, Event: ui.Event{Title: "退回的证明材料", Who: q.ByName, When: ui.Clockwise(q.At.Time(), now.Time()), Icon: "file",
				Files: links(Path(s.ID)+"/returns/"+ref.Format(q.ID), files)}})
		}
	}
	slices.Reverse(items) // of one instant the later comes first
	slices.SortStableFunc(items, func(a, b dutypage.Dated) int { return cmp.Compare(b.At, a.At) })
	t := ui.Timeline{Title: "办理经过"}
	for _, i := range items {
		t.Items = append(t.Items, i.Event)
	}
	return t
}

func replyEvents(s referral.Story, t referral.Told, names map[ref.Unit]string, now clock.Instant) []dutypage.Dated {
	e := ui.Event{Title: "进展", Text: t.Text, Who: t.ByName + " · " + names[t.Reply.Unit], When: ui.Clockwise(t.At.Time(), now.Time()), Icon: "edit",
		Files: links(Path(s.ID)+"/replies/"+ref.Format(t.ID), t.Files)}
	if t.Kind == referral.Answer {
		state := replyTags[t.State]
		e.Title, e.Tag, e.Icon = "反馈："+referral.OutcomeLabel(t.Outcome), &state, "send"
	}
	if t.Without != "" {
		e.Text += "\n先行反馈的原因：" + t.Without
	}
	out := []dutypage.Dated{{At: t.At, Event: e}}
	if t.Checked != 0 {
		title, tone := "审核通过", ui.Done
		if t.State == referral.Back {
			title, tone = "退回补充", ui.Warn
		}
		out = append(out, dutypage.Dated{At: t.Checked, Event: ui.Event{Title: title, Text: t.Answer, Who: t.CheckedName, When: ui.Clockwise(t.Checked.Time(), now.Time()), Icon: "eye", Tone: tone}})
	}
	return out
}

// actions gives what the actor can do with the referral now.
func (p *Pages) actions(by access.Actor, s referral.Story) (*ui.Action, []ui.Action) {
	base := Path(s.ID)
	more := []ui.Action{{Print: true}}
	var first *ui.Action
	if t, ok := s.Pending(by); ok {
		first = &ui.Action{Label: "审核反馈", Href: replyPath(t.ID) + "/check", Icon: "eye"}
	}
	if s.Handles() {
		kernel := "/duties/" + ref.Format(s.Own.ID)
		if first == nil && s.Own.Signed == 0 && by.Can("duty.sign") {
			first = &ui.Action{Label: "签收", Post: kernel + "/sign?back=" + base, Icon: "check"}
		} else if first == nil && by.Can("referral.reply") {
			first = &ui.Action{Label: "反馈办理结果", Href: base + "/reply", Icon: "send"}
		}
		for _, a := range []struct {
			label, href, icon string
			need              access.Permission
		}{{"登记进展", base + "/progress", "edit", "referral.progress"}, {"退回", base + "/return", "return", "referral.return"},
			{"申请延期", kernel + "/extend", "clock", "duty.extend"}, {"指定承办人", kernel + "/assign", "user", "duty.assign"}} {
			if by.Can(a.need) && (a.label != "退回" || len(s.Returns) == 0) {
				more = append(more, ui.Action{Label: a.label, Href: a.href, Icon: a.icon})
			}
		}
	}
	return p.guide(by, s, first, more)
}

// guide adds what the sender and the office can do.
func (p *Pages) guide(by access.Actor, s referral.Story, first *ui.Action, more []ui.Action) (*ui.Action, []ui.Action) {
	base, kernel := Path(s.ID), "/duties/"+ref.Format(s.Lead.ID)
	for _, q := range s.Returns {
		if q.State == duty.Asked && by.Can("duty.reassign") && first == nil {
			first = &ui.Action{Label: "裁定退回", Href: "/duties/requests/" + ref.Format(q.ID) + "/check", Icon: "return"}
		}
	}
	if !s.State.Open() {
		return first, more
	}
	if s.Unit == by.Post.Unit && s.Reads {
		for _, a := range []struct {
			label, tail, icon string
			need              access.Permission
		}{{"补充材料", "/supplement", "plus", "referral.supplement"}, {"增加协办单位", "/support", "link", "referral.dispatch"}, {"撤回", "/withdraw", "undo", "referral.withdraw"}} {
			if by.Can(a.need) {
				more = append(more, ui.Action{Label: a.label, Href: base + a.tail, Icon: a.icon, Danger: a.tail == "/withdraw"})
			}
		}
	}
	if by.Can("duty.reassign") && by.Post.Role == access.Officer {
		more = append(more, ui.Action{Label: "改派、挂起、催办", Href: kernel, Icon: "clock"})
	}
	return first, more
}
