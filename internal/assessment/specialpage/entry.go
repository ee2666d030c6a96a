package specialpage

import (
	"context"
	"net/http"

	"weibao/internal/access"
	lists "weibao/internal/assessment/special"
	"weibao/internal/child"
	"weibao/internal/child/childpage"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/letter"
	"weibao/internal/rule/special"
	"weibao/internal/ui"
)

type entryView struct {
	Facts ui.Summary
	Steps ui.Table
	Done  ui.Timeline
	Basis *ui.Note
}

// told gives an entry, after the trace of the look.
func (p *Pages) entry(r *http.Request, by access.Actor) (t lists.Told, err error) {
	id, err := entryOf(r)
	if err != nil {
		return t, err
	}
	err = p.write(r, func(ctx context.Context, tx *db.Tx) (err error) { t, err = p.Desk.Entry(ctx, tx, by, id); return err })
	return t, err
}

func entryCrumbs(t lists.Told) []ui.Crumb {
	l := t.Standing.List
	return []ui.Crumb{{Label: "专项名单", Href: ListPath}, {Label: letter.Punctuate(l.Label), Href: ListPath + "/" + string(l.ID)}}
}

// Entry shows a child on a secret list to those who look after it.
func (p *Pages) Entry(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	t, err := p.entry(r, by)
	if err != nil {
		return err
	}
	tx := p.DB.Reader()
	bounds, err := p.Kernel.Bounds(r.Context(), tx)
	if err != nil {
		return err
	}
	view := entryView{Basis: basis(t.Standing.List), Facts: ui.Summary{Facts: []ui.Fact{
		{Label: "儿童", Value: childpage.NameOf(t.Child), Sub: who(t.Child, today(tx)), Href: childpage.Path(t.Child.ID)},
		{Label: "提出的情况", Value: t.Words, Sub: t.ByName + "，" + t.Started.String()}}}}
	page := ui.Page{Title: childpage.NameOf(t.Child), Kicker: letter.Punctuate(t.Standing.List.Label), Nav: "child", Crumbs: entryCrumbs(t), Lead: "单独保密。这次查看已经留痕。"}
	if t.Ended.IsZero() {
		page.More = []ui.Action{{Label: "退出名单", Href: entryPath(t.ID) + "/leave", Icon: "minus-circle"}}
	} else {
		view.Facts.Facts = append(view.Facts.Facts, ui.Fact{Label: "退出", Value: t.Ended.String(), Sub: child.LabelOf(lists.Endings, t.Reason)})
	}
	view.Steps = ui.Table{ID: "steps", Caption: "应办的事", Columns: stepColumns}
	for _, d := range t.Steps {
		row := stepRow(d, bounds)
		if d.Waits == "" && t.Ended.IsZero() {
			row.Cells[3].Actions = []ui.Action{{Label: "登记", Href: entryPath(t.ID) + "/steps/" + d.ID, Icon: "edit"}}
		}
		view.Steps.Rows = append(view.Steps.Rows, row)
	}
	view.Done = ui.Timeline{Title: "办理经过", Empty: "还没有登记过。"}
	for i, a := range t.Done {
		title := "再次提出"
		if s, ok := t.Standing.List.Step(a.Step); ok {
			title = letter.Punctuate(s.Label)
		}
		view.Done.Items = append(view.Done.Items, ui.Event{Title: title, Text: t.Texts[i], Who: a.ByName, When: a.Day.String(), Icon: "check"})
	}
	return p.UI.Page(w, r, by, "entry.html", page, view)
}

// Serve asks what was done for a step of a secret list.
func (p *Pages) Serve(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.serve(w, r, by, nil)
}

func (p *Pages) serve(w http.ResponseWriter, r *http.Request, by access.Actor, problem error) error {
	t, err := p.entry(r, by)
	if err != nil {
		return err
	}
	s, ok := t.Standing.List.Step(r.PathValue("step"))
	if !ok {
		return errs.Missing()
	}
	form := ui.Form{Action: entryPath(t.ID) + "/steps/" + s.ID, Submit: "登记", Cancel: entryPath(t.ID), Guard: true, Fields: doneFields(today(p.DB.Reader()), s.Hint)}
	return p.ask(w, r, by, ui.Page{Title: letter.Punctuate(s.Label), Kicker: letter.Punctuate(t.Standing.List.Label), Crumbs: entryCrumbs(t)}, nil, form, problem)
}

// Served takes what was done for a step of a secret list.
func (p *Pages) Served(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := entryOf(r)
	if err != nil {
		return err
	}
	err = p.write(r, func(ctx context.Context, tx *db.Tx) error {
		return p.Desk.Serve(ctx, tx, by, id, r.PathValue("step"), readDone(r))
	})
	if errs.Is(err, errs.Invalid) {
		return p.serve(w, r, by, err)
	}
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, entryPath(id), ui.Done, "已登记。")
	return nil
}

// Leave asks why a child leaves a secret list.
func (p *Pages) Leave(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.leave(w, r, by, nil)
}

func (p *Pages) leave(w http.ResponseWriter, r *http.Request, by access.Actor, problem error) error {
	t, err := p.entry(r, by)
	if err != nil {
		return err
	}
	options := make([]ui.Option, len(lists.Endings))
	for i, e := range lists.Endings {
		options[i] = ui.Option{Value: e.Key, Label: e.Label}
	}
	form := ui.Form{Action: entryPath(t.ID) + "/leave", Submit: "退出名单", Cancel: entryPath(t.ID), Warning: "退出后待办随之结束，经过保留，仍然单独保密。",
		Fields: []ui.Field{{Kind: ui.Radios, Name: "reason", Label: "为什么退出", Required: true, Options: options}}}
	return p.ask(w, r, by, ui.Page{Title: "退出名单", Kicker: letter.Punctuate(t.Standing.List.Label), Crumbs: entryCrumbs(t)}, nil, form, problem)
}

// Left ends an entry of a secret list.
func (p *Pages) Left(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := entryOf(r)
	if err != nil {
		return err
	}
	err = p.write(r, func(ctx context.Context, tx *db.Tx) error {
		return p.Desk.Leave(ctx, tx, by, id, r.PostFormValue("reason"))
	})
	if errs.Is(err, errs.Invalid) {
		return p.leave(w, r, by, err)
	}
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, ListPath+"/"+string(special.Mental), ui.Done, "已退出名单。")
	return nil
}
