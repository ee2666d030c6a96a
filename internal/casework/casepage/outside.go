package casepage

import (
	"context"
	"net/http"

	"weibao/internal/access"
	"weibao/internal/casework"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/ui"
)

// The screens of this file are for units outside the team: each shows one
// thing that they were asked, and nothing of the case.

type decisionView struct {
	Facts ui.Summary
	Text  string
	Form  *ui.Form
}

// Decision shows what a conference decided for the actor's unit.
func (p *Pages) Decision(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.showDecision(w, r, by, nil)
}

func (p *Pages) showDecision(w http.ResponseWriter, r *http.Request, by access.Actor, problem error) error {
	id, err := pathID[casework.DecisionID](r, "decision")
	if err != nil {
		return err
	}
	tx := p.DB.Reader()
	d, err := p.Desk.DecisionOf(r.Context(), tx, by, id)
	if err != nil {
		return err
	}
	own, err := p.Kernel.Get(r.Context(), tx, by, d.Duty)
	if err != nil {
		return err
	}
	names, err := p.names(r.Context(), tx, []ref.Unit{d.Unit, own.Unit})
	if err != nil {
		return err
	}
	view := decisionView{Text: d.Text, Facts: ui.Summary{Facts: []ui.Fact{{Label: "承办单位", Value: names[own.Unit]}, {Label: "时限", Value: civil.FormatTime(own.Due.Time())}, {Label: "落实情况", Value: d.Outcome, Sub: d.DoneBy}}}}
	page := ui.Page{Title: "会商决定", Kicker: own.Title, Nav: "desk", Crumbs: []ui.Crumb{{Label: "我的待办", Href: "/duties"}}}
	if d.Waived != 0 {
		view.Facts.Facts = append(view.Facts.Facts, ui.Fact{Label: "落实情况", Value: "经批准免除，不再落实", Sub: d.DoneBy})
	}
	if d.Done == 0 && own.Unit == by.Post.Unit {
		form := ui.Form{Action: "/case-decisions/" + ref.Format(id), Submit: "反馈落实情况", Cancel: "/duties", Fields: []ui.Field{words("words", "落实情况", "")}}
		if problem != nil {
			form, page.Status = form.Fill(r.PostForm, problem), ui.Status(problem)
		}
		view.Form = &form
	}
	return p.UI.Page(w, r, by, "decision.html", page, view)
}

// DecisionDone reports a decision carried out.
func (p *Pages) DecisionDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID[casework.DecisionID](r, "decision")
	if err != nil {
		return err
	}
	text := r.PostFormValue("words")
	err = p.write(r, func(ctx context.Context, tx *db.Tx) error { return p.Desk.Carry(ctx, tx, by, id, text) })
	if errs.Is(err, errs.Invalid) {
		return p.showDecision(w, r, by, err)
	}
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, "/duties", ui.Done, "已反馈，事项已办结。")
	return nil
}

type followView struct {
	Identity ui.Identity
	First    ui.Note
	Form     *ui.Form
	Done     *ui.Note
}

// Follow shows whom to visit after a case was closed.
func (p *Pages) Follow(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.showFollow(w, r, by, nil)
}

func (p *Pages) showFollow(w http.ResponseWriter, r *http.Request, by access.Actor, problem error) error {
	id, err := pathID[casework.FollowID](r, "follow")
	if err != nil {
		return err
	}
	tx := p.DB.Reader()
	f, c, err := p.Desk.FollowOf(r.Context(), tx, by, id)
	if err != nil {
		return err
	}
	places, err := region.Places(r.Context(), tx, []string{c.Region})
	if err != nil {
		return err
	}
	today := civil.DateOf(tx.Now.Time())
	view := followView{Identity: ui.Identity{Title: called(c), Kind: "回访", Facts: []ui.Fact{{Label: "居住地", Value: places[c.Region]}, {Label: "学校", Value: c.School}, {Label: "应在", Value: civil.FormatDate(f.Due), Sub: "之前回访"}}},
		First: ui.Note{Tone: ui.Warn, Title: "孩子有危险的，先拨打110", Text: "看孩子现在的生活，不问过去的事。不要求拍照、定位。"}}
	page := ui.Page{About: c.ID, Title: "登记回访", Nav: "visit", Crumbs: []ui.Crumb{{Label: "我的待办", Href: "/duties"}}}
	if f.State == casework.FollowOpen {
		form := ui.Form{Action: "/case-follows/" + ref.Format(id), Submit: "保存", Cancel: "/duties", Fields: []ui.Field{
			{Kind: ui.Radios, Name: "safe", Label: "孩子现在的情况", Required: true, Options: []ui.Option{{Value: "1", Label: "安全，生活正常"}, {Value: "0", Label: "有需要关注的情况"}}},
			{Kind: ui.TextArea, Name: "words", Label: "情况", Max: 1000, Rows: 3, Hint: "生活正常的可以不写。需要关注的写明看到的事实和已做的事。"},
			{Kind: ui.Date, Name: "day", Label: "日期", Value: today.String(), Top: today.String(), Short: true}}}
		if problem != nil {
			form, page.Status = form.Fill(r.PostForm, problem), ui.Status(problem)
		}
		view.Form = &form
	} else {
		view.Done = &ui.Note{Tone: ui.Info, Title: "这次回访已经登记或者不再需要"}
	}
	return p.UI.Page(w, r, by, "follow.html", page, view)
}

// FollowDone records a follow-up.
func (p *Pages) FollowDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID[casework.FollowID](r, "follow")
	if err != nil {
		return err
	}
	safe, text := r.PostFormValue("safe"), r.PostFormValue("words")
	f := errs.Fields{}
	f.Check(safe == "0" || safe == "1", "safe", "请选择一项。")
	on, bad := dayOf(r.PostForm)
	f.Check(bad == nil, "day", "日期请写成2026-11-22的样子。")
	if err = f.Err(); err == nil {
		err = p.write(r, func(ctx context.Context, tx *db.Tx) error {
			return p.Desk.Follow(ctx, tx, by, id, casework.Look{Day: on, Safe: safe == "1", Words: text})
		})
	}
	if errs.Is(err, errs.Invalid) {
		return p.showFollow(w, r, by, err)
	}
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, "/duties", ui.Done, "回访已登记。")
	return nil
}
