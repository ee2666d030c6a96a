package guardianshippage

import (
	"context"
	"net/http"
	"strings"

	"weibao/internal/access"
	"weibao/internal/child/childpage"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/duty/dutypage"
	"weibao/internal/errs"
	"weibao/internal/guardianship"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

type showView struct {
	Notes    []ui.Note
	Identity ui.Identity
	Ask      string // address of the reveal; "" where it is revealed
	Next     []ui.Action
	Tasks    ui.Table
	Facts    ui.Summary
	Timeline ui.Timeline
	Files    ui.Files
	Required *ui.Table // documents that its facts required
	Papers   []paperView
	Sure     string // how sure the papers are
	Parties  ui.Table
	Invite   *ui.Form
	Dismiss  []dismissView
}

type paperView struct{ Label, Action string }

type dismissView struct{ Name, Action, Unit string }

// Show is the file of one measure.
func (p *Pages) Show(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	t, tx, err := p.told(r, by)
	if err != nil {
		return err
	}
	return p.show(w, r, tx, by, t)
}

// Reveal shows the file with what is private in it.
func (p *Pages) Reveal(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := measureOf(r)
	if err != nil {
		return err
	}
	var t guardianship.Told
	if err := p.write(r, func(ctx context.Context, tx *db.Tx) (err error) {
		t, err = p.Desk.Reveal(ctx, tx, by, id)
		return err
	}); err != nil {
		return err
	}
	return p.show(w, r, p.DB.Reader(), by, t)
}

func (p *Pages) show(w http.ResponseWriter, r *http.Request, tx *db.Tx, by access.Actor, t guardianship.Told) error {
	ctx := r.Context()
	names, err := p.Units(ctx, tx, unitsOf(t))
	if err != nil {
		return err
	}
	bounds, err := p.Desk.Kernel.Bounds(ctx, tx)
	if err != nil {
		return err
	}
	view := showView{Notes: notes(t, today(tx)), Identity: identity(by, t, names, today(tx)), Tasks: tasks(by, t, names, bounds), Facts: p.facts(t),
		Timeline: timeline(by, t, names), Files: p.files(t), Required: p.required(by, t), Parties: partyTable(t, names)}
	if !t.Revealed && by.Can("guardianship.reveal") {
		view.Ask = path(t.ID) + "/reveal"
	}
	if by.Can("guardianship.record") {
		for _, f := range t.Next {
			view.Next = append(view.Next, ui.Action{Label: words(f.Label), Href: path(t.ID) + "/record?fact=" + f.ID, Danger: f.Alarm})
		}
	}
	if by.Can("guardianship.paper") {
		view.Papers, view.Sure = p.papers(t)
	}
	if by.Can("guardianship.party") {
		options, err := p.Choices(ctx, tx, by)
		if err != nil {
			return err
		}
		view.Invite = &ui.Form{Action: path(t.ID) + "/invite", Submit: "加入", Fields: []ui.Field{{Kind: ui.Pick, Name: "unit", Label: "请哪个单位参与", Blank: "请选择单位", Options: options, Required: true}}}
		view.Dismiss = dismissals(by, t, names)
	}
	page := ui.Page{About: t.Child.ID, Title: words(t.Rule.Label), Kicker: "监护干预措施", Nav: nav, Crumbs: crumbs(by, t.Child), More: []ui.Action{{Label: "打印", Print: true}}}
	return p.UI.Page(w, r, by, "show.html", page, view)
}

func unitsOf(t guardianship.Told) []ref.Unit {
	ids := []ref.Unit{t.Unit}
	for _, q := range t.Parties {
		ids = append(ids, q.Unit)
	}
	for _, f := range t.Facts {
		if f.ByUnit != 0 {
			ids = append(ids, f.ByUnit)
		}
	}
	for _, task := range t.Tasks {
		ids = append(ids, task.Unit)
	}
	return ids
}

func notes(t guardianship.Told, on civil.Date) []ui.Note {
	var out []ui.Note
	if t.Alarm != 0 {
		out = append(out, ui.Note{Tone: ui.Danger, Title: "发生了需要立即处理的情况", Text: "正在发生的，先拨打110。处理后请登记处理情况。"})
	}
	if t.Expired(on) {
		out = append(out, ui.Note{Tone: ui.Warn, Title: "期限已过", Text: "到" + civil.FormatDate(t.Until) + "为止。请登记延长、复核或者终止。"})
	}
	if t.Revealed {
		out = append(out, ui.Note{Tone: ui.Info, Text: "隐私内容已显示。本次查看已记下您的姓名、岗位和时间。"})
	}
	if n := sure(t.Rule); n != nil {
		out = append(out, *n)
	}
	return out
}

func identity(by access.Actor, t guardianship.Told, names map[ref.Unit]string, on civil.Date) ui.Identity {
	tag := standing(t.Measure, on)
	id := ui.Identity{Title: called(t.Child), Kind: words(t.Rule.Label), Tag: &tag, Facts: []ui.Fact{
		{Label: "儿童", Value: t.Child.Sex.Word() + "，" + childpage.AgeWords(t.Child, on), Href: filed(by, t.Child)},
		{Label: "负责单位", Value: names[t.Unit]}, {Label: "开始", Value: civil.FormatDate(t.Opened)}, {Label: "到哪天为止", Value: civil.FormatDate(t.Until)},
	}}
	if t.Secret != 0 {
		id.Marks = []string{"保密：只有参与的单位看得到，不得告诉无关的人"}
	}
	return id
}

// tasks are the duties: what is open first, then how the others ended.
func tasks(by access.Actor, t guardianship.Told, names map[ref.Unit]string, b duty.Bounds) ui.Table {
	table := ui.Table{ID: "next", Caption: "要办的事", Columns: []ui.Column{{Label: "要办的事", Wide: true}, {Label: "负责单位"}, {Label: "期限"}, {Label: "状态", Slim: true}}}
	for _, open := range []bool{true, false} {
		for _, task := range t.Tasks {
			d := t.Duties[task.Duty]
			if (d.State == duty.Open) != open {
				continue
			}
			rule, _ := t.Rule.Duty(task.Rule)
			what, tag := ui.Cell{Text: words(rule.Label), Sub: words(d.Clause)}, dutypage.Tag(d, b.Now)
			if d.Unit == by.Post.Unit || by.Scope().Sees(d.Unit, d.Region) {
				what.Href = "/duties/" + ref.Format(d.ID)
			}
			table.Rows = append(table.Rows, ui.Row{Cells: []ui.Cell{what, ui.T(names[d.Unit]), ui.Dues(dutypage.Due(d, b)), {Tag: &tag}}})
		}
	}
	return table
}

// facts are why the measure was taken.
func (p *Pages) facts(t guardianship.Told) ui.Summary {
	s := ui.Summary{Title: "依据和事由", Facts: []ui.Fact{{Label: "法律依据", Value: t.Rule.Cite()}, {Label: "登记人", Value: t.ByName, Sub: civil.FormatTime(t.At.Time())}}}
	if !t.Revealed {
		s.Facts = append(s.Facts, ui.Fact{Label: "情形、对象", Value: "（隐去）"})
		return s
	}
	var grounds []string
	for _, g := range t.Rule.Grounds {
		for _, id := range t.Cause.Grounds {
			if g.ID == id {
				grounds = append(grounds, words(g.Label)+"（"+g.Article+"）")
			}
		}
	}
	asker := ""
	for _, a := range t.Rule.Askers {
		if a.ID == t.Cause.Asker {
			asker = words(a.Label)
		}
	}
	s.Facts = append(s.Facts, ui.Fact{Label: "情形", Value: strings.Join(grounds, "；")}, ui.Fact{Label: "由谁提出", Value: asker}, ui.Fact{Label: "对谁采取", Value: t.Cause.Person})
	return s
}

// timeline tells what happened; what the actor's own unit entered leads to its correction.
func timeline(by access.Actor, t guardianship.Told, names map[ref.Unit]string) ui.Timeline {
	line := ui.Timeline{Title: "经过"}
	for i := len(t.Facts) - 1; i >= 0; i-- {
		f := t.Facts[i]
		e := ui.Event{Title: words(f.Rule.Label), Who: f.ByName + " " + names[f.ByUnit], When: civil.FormatTime(f.At.Time()), Icon: "dot", Text: factText(t, f)}
		switch {
		case f.Struck != 0:
			e.Tag = &ui.Tag{State: ui.Ended, Label: "已由" + f.StruckBy + "撤销"}
		case f.Rule.Alarm:
			e.Tone = ui.Danger
		}
		if f.Struck == 0 && f.ByUnit == by.Post.Unit && f.Kind != t.Rule.First().ID && by.Can("guardianship.record") {
			e.Do = &ui.Action{Label: "更正", Href: path(t.ID) + "/strike?fact=" + ref.Format(f.ID), Icon: "edit"}
		}
		line.Items = append(line.Items, e)
	}
	return line
}

func factText(t guardianship.Told, f guardianship.Said) string {
	var parts []string
	if f.Urgent != 0 {
		parts = append(parts, "情况紧急。")
	}
	if !f.Since.IsZero() {
		parts = append(parts, "自"+civil.FormatDate(f.Since)+"起，")
	}
	if !f.Until.IsZero() {
		parts = append(parts, "到"+civil.FormatDate(f.Until)+"为止。")
	}
	if f.Place != "" {
		parts = append(parts, "安置："+guardianship.PlaceLabel(f.Place)+"。")
	}
	if !t.Revealed {
		return strings.Join(parts, "")
	}
	for _, p := range []struct{ label, text string }{{"文号或案号：", f.Detail.Number}, {"在", f.Detail.Place}, {"", f.Detail.Words}, {"更正的原因：", f.Why}} {
		if p.text != "" {
			parts = append(parts, p.label+p.text+"。")
		}
	}
	return strings.ReplaceAll(strings.Join(parts, ""), "。。", "。")
}

func (p *Pages) files(t guardianship.Told) ui.Files {
	f := ui.Files{Title: "附件", Empty: "没有附件。登记进展时可以上传文书的扫描件。"}
	for _, info := range t.Files {
		f.Items = append(f.Items, ui.FileLink{Name: info.Name, Href: path(t.ID) + "/files/" + ref.Format(info.ID), Size: ui.Size(info.Size), Note: civil.FormatTime(info.Added.Time())})
	}
	return f
}

// File hands out an attachment.
func (p *Pages) File(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	t, tx, err := p.told(r, by)
	if err != nil {
		return err
	}
	id, err := ref.Parse[ref.File](r.PathValue("file"))
	if err != nil {
		return errs.Missing()
	}
	content, err := p.Desk.Files.Open(r.Context(), tx, by, guardianship.FilesOf(t.ID), id)
	if err != nil {
		return err
	}
	defer content.Close()
	content.Serve(w, r, false)
	return nil
}

func partyTable(t guardianship.Told, names map[ref.Unit]string) ui.Table {
	table := ui.Table{ID: "parties", Caption: "参与的单位", Columns: []ui.Column{{Label: "单位", Wide: true}, {Label: "参与自", Slim: true}}}
	for _, q := range t.Parties {
		cell := ui.T(names[q.Unit])
		if q.Unit == t.Unit {
			cell.Sub = "负责单位"
		}
		table.Rows = append(table.Rows, ui.Row{Cells: []ui.Cell{cell, ui.T(civil.FormatDate(civil.DateOf(q.At.Time())))}})
	}
	return table
}

func dismissals(by access.Actor, t guardianship.Told, names map[ref.Unit]string) []dismissView {
	busy := map[ref.Unit]bool{t.Unit: true, by.Post.Unit: true}
	for _, task := range t.Tasks {
		if t.Duties[task.Duty].State == duty.Open {
			busy[task.Unit] = true
		}
	}
	var out []dismissView
	for _, q := range t.Parties {
		if !busy[q.Unit] {
			out = append(out, dismissView{names[q.Unit], path(t.ID) + "/dismiss", ref.Format(q.Unit)})
		}
	}
	return out
}

// papers are the documents that the rule names, and how sure their wording is.
func (p *Pages) papers(t guardianship.Told) (out []paperView, sure string) {
	for _, id := range t.Rule.Papers {
		if paper, ok := p.Desk.Book().Paper(id, t.Opened); ok {
			out = append(out, paperView{Label: words(paper.Label), Action: path(t.ID) + "/papers/" + id})
			if !paper.Verified {
				sure = "样式为系统建议，请按本县规定核对后使用。"
			}
		}
	}
	return out, sure
}
