package justicepage

import (
	"context"
	"net/http"
	"strconv"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/justice"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

// Unseals lists the requests of the actor, or those of a leader's county.
func (p *Pages) Unseals(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	ctx, tx := r.Context(), p.DB.Reader()
	list, err := p.Desk.Unseals(ctx, tx, by, 200)
	if err != nil {
		return err
	}
	table := ui.Table{Caption: "保密查询申请", Columns: []ui.Column{{Label: "申请", Wide: true}, {Label: "申请人"}, {Label: "状态", Slim: true}},
		Empty: ui.Empty{Title: "没有申请", Text: "查询封存的事项要有法定依据，由另一人审批，在限定的时间内查看。"}}
	for _, u := range list {
		tag := state(u, tx)
		table.Rows = append(table.Rows, ui.Row{Cells: []ui.Cell{{Text: justice.GroundLabel(u.Ground), Href: unsealPath(u.ID), Sub: civil.FormatTime(u.At.Time())}, ui.T(u.ByName), {Tag: &tag}}})
	}
	page := ui.Page{Title: "保密查询申请", Lead: "申请和审批须由两个人办理。系统不提示是否有封存的事项。", Nav: nav, Crumbs: crumbs(by)}
	if by.Can("justice.unseal") {
		page.Action = &ui.Action{Label: "申请查询", Href: UnsealsPath + "/new", Icon: "plus"}
	}
	return p.UI.Page(w, r, by, "list.html", page, listView{table})
}

func state(u justice.Unseal, tx *db.Tx) ui.Tag {
	switch {
	case u.State == justice.Asked:
		return ui.Tag{State: ui.Waiting, Label: "待审批"}
	case u.State == justice.Refused:
		return ui.Tag{State: ui.Ended, Label: "未同意"}
	case u.OpenAt(tx.Now):
		return ui.Tag{State: ui.Running, Label: "可以查看"}
	}
	return ui.Tag{State: ui.Ended, Label: "已过期"}
}

// Ask asks on which ground and about whom.
func (p *Pages) Ask(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.showAsk(w, r, by, nil)
}

func (p *Pages) showAsk(w http.ResponseWriter, r *http.Request, by access.Actor, problem error) error {
	var values, labels []string
	for _, g := range justice.Grounds {
		values, labels = append(values, g.ID), append(labels, g.Label)
	}
	form := ui.Form{Action: UnsealsPath + "/new", Submit: "提交申请", Cancel: UnsealsPath, Guard: true, Fields: []ui.Field{
		{Kind: ui.Radios, Name: "ground", Label: "依据", Required: true, Options: options(values, labels)},
		{Kind: ui.Text, Name: "number", Label: "公民身份号码", Max: 24},
		{Kind: ui.Text, Name: "handle", Label: "封存编号", Max: 24, Hint: "号码和编号至少填一项。"},
		{Kind: ui.TextArea, Name: "words", Label: "文号、案号或者所依据的规定", Required: true, Max: 500, Rows: 2},
	}}
	page := ui.Page{Title: "申请查询封存的事项", Nav: nav, Crumbs: append(crumbs(by), ui.Crumb{Label: "保密查询申请", Href: UnsealsPath})}
	note := &ui.Note{Tone: ui.Warn, Title: "查询须有法定依据", Text: "犯罪记录等依法封存的，除司法机关办案需要或者有关单位根据国家有关规定查询外，不得提供（《预防未成年人犯罪法》第五十九条）。查询的人应当保密。"}
	return p.UI.Ask(w, r, by, page, form, r.PostForm, problem, note)
}

// AskDone takes the request; the answer is the same whatever there is.
func (p *Pages) AskDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	wish := justice.Wish{Number: r.PostFormValue("number"), Handle: r.PostFormValue("handle"), Words: r.PostFormValue("words")}
	var id ref.Unseal
	err := p.write(r, func(ctx context.Context, tx *db.Tx) (err error) {
		id, err = p.Desk.Ask(ctx, tx, by, r.PostFormValue("ground"), wish)
		return err
	})
	if errs.Is(err, errs.Invalid) {
		return p.showAsk(w, r, by, err)
	}
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, unsealPath(id), ui.Done, "已提交，等待另一人审批。")
	return nil
}

type unsealView struct {
	Notes  []ui.Note
	Facts  ui.Summary
	Found  []ui.Summary
	Look   string // address; "" where it cannot be looked at
	Decide *ui.Form
}

// Unseal is one request, for who asked and who decides.
func (p *Pages) Unseal(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.showUnseal(w, r, by, nil)
}

func (p *Pages) showUnseal(w http.ResponseWriter, r *http.Request, by access.Actor, problem error) error {
	id, err := unsealOf(r)
	if err != nil {
		return err
	}
	tx := p.DB.Reader()
	t, err := p.Desk.Inquire(r.Context(), tx, by, id)
	if err != nil {
		return err
	}
	view := unsealView{Facts: facts(t, tx)}
	page := ui.Page{Title: "保密查询申请", Nav: nav, Crumbs: append(crumbs(by), ui.Crumb{Label: "保密查询申请", Href: UnsealsPath})}
	if t.ByUser == by.User && t.OpenAt(tx.Now) {
		view.Look = unsealPath(id) + "/look"
	}
	if t.State == justice.Asked && by.Can("justice.unseal_decide") && t.ByUser != by.User {
		form := ui.Form{Action: unsealPath(id) + "/decide", Submit: "同意", Hidden: []ui.Hidden{{Name: "grant", Value: "1"}}, Also: []ui.SubmitButton{{Label: "不同意", Name: "refuse", Value: "1"}},
			Fields: []ui.Field{{Kind: ui.Number, Name: "hours", Label: "可以查看多久", Unit: "小时", Value: "24", Min: "1", Top: "72", Short: true}}}
		if problem != nil {
			form, page.Status = form.Fill(r.PostForm, problem), ui.Status(problem)
		}
		view.Decide = &form
	}
	return p.UI.Page(w, r, by, "unseal.html", page, view)
}

func facts(t justice.Told, tx *db.Tx) ui.Summary {
	tag := state(t.Unseal, tx)
	s := ui.Summary{Facts: []ui.Fact{{Label: "状态", Tag: &tag}, {Label: "依据", Value: justice.GroundLabel(t.Ground)}, {Label: "文号、案号或者规定", Value: t.Wish.Words},
		{Label: "公民身份号码", Value: t.Wish.Number}, {Label: "封存编号", Value: t.Wish.Handle}, {Label: "申请人", Value: t.ByName, Sub: civil.FormatTime(t.At.Time())},
		{Label: "审批人", Value: t.DecidedBy, Sub: civil.FormatTime(t.Decided.Time())}}}
	if t.Expires != 0 {
		s.Facts = append(s.Facts, ui.Fact{Label: "可以查看到", Value: civil.FormatTime(t.Expires.Time())})
	}
	return s
}

// Decide takes the decision of the second person.
func (p *Pages) Decide(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := unsealOf(r)
	if err != nil {
		return err
	}
	hours, err := strconv.Atoi(r.PostFormValue("hours"))
	if r.PostFormValue("hours") == "" {
		hours, err = 0, nil
	}
	if err != nil {
		hours = -1
	}
	grant := r.PostFormValue("refuse") == "" && r.PostFormValue("grant") == "1"
	err = p.write(r, func(ctx context.Context, tx *db.Tx) error { return p.Desk.Decide(ctx, tx, by, id, grant, hours) })
	if errs.Is(err, errs.Invalid) {
		return p.showUnseal(w, r, by, err)
	}
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, unsealPath(id), ui.Done, "已审批。")
	return nil
}

// Look shows what a granted request is about, or that there is nothing.
func (p *Pages) Look(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := unsealOf(r)
	if err != nil {
		return err
	}
	var t justice.Told
	var list []justice.Content
	if err := p.write(r, func(ctx context.Context, tx *db.Tx) (err error) {
		t, list, err = p.Desk.Look(ctx, tx, by, id)
		return err
	}); err != nil {
		return err
	}
	tx := p.DB.Reader()
	view := unsealView{Facts: facts(t, tx), Notes: []ui.Note{{Tone: ui.Info, Text: "本次查看已记下您的姓名、岗位和时间。请保密。"}}}
	if len(list) == 0 {
		view.Notes = append(view.Notes, ui.Note{Tone: ui.Info, Title: "没有符合的封存事项"})
	}
	units := make([]ref.Unit, len(list))
	for i, c := range list {
		units[i] = c.Unit
	}
	names, err := p.Units(r.Context(), tx, units)
	if err != nil {
		return err
	}
	for _, c := range list {
		kind, _ := justice.KindOf(c.Kind)
		view.Found = append(view.Found, ui.Summary{Title: kind.Label, Facts: append(contentFacts(c), ui.Fact{Label: "保管单位", Value: names[c.Unit]}, ui.Fact{Label: "封存时间", Value: civil.FormatTime(c.When.Time())})})
	}
	return p.UI.Page(w, r, by, "unseal.html", ui.Page{Title: "保密查询", Nav: nav, Crumbs: append(crumbs(by), ui.Crumb{Label: "保密查询申请", Href: UnsealsPath})}, view)
}
