package taskpage

import (
	"net/http"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/plan"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

type checkView struct {
	Clause  clause
	Reply   ui.Timeline
	Targets *ui.Table
	Form    ui.Form
}

// Check shows a reply to who decides whether the duty is done.
func (p *Pages) Check(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.showCheck(w, r, by, nil)
}

// CheckDone accepts a reply or sends it back.
func (p *Pages) CheckDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID[plan.ReplyID](r, "id")
	if err != nil {
		return err
	}
	decision, words := r.PostFormValue("decision"), r.PostFormValue("words")
	if decision != "accept" && decision != "back" {
		return p.showCheck(w, r, by, errs.Fields{"decision": "请选择审核通过或退回补充。"}.Err())
	}
	err = p.DB.Write(r.Context(), func(tx *db.Tx) error {
		return p.Desk.Check(r.Context(), tx, by, id, decision == "accept", words)
	})
	if errs.Is(err, errs.Invalid) {
		return p.showCheck(w, r, by, err)
	}
	if err != nil {
		return err
	}
	said := "审核通过，事项已办结。"
	if decision == "back" {
		said = "已退回补充，责任单位的时限恢复计时。"
	}
	ui.RedirectWith(w, r, "/duties", ui.Done, said)
	return nil
}

func (p *Pages) showCheck(w http.ResponseWriter, r *http.Request, by access.Actor, problem error) error {
	id, err := pathID[plan.ReplyID](r, "id")
	if err != nil {
		return err
	}
	tx := p.DB.Reader()
	about, err := p.Desk.ReplyOf(r.Context(), tx, by, id)
	if err != nil {
		return err
	}
	h, err := p.Desk.Handle(r.Context(), tx, by, about.Duty)
	if err != nil {
		return err
	}
	if about.State != plan.Sent || !h.CanCheck {
		ui.RedirectWith(w, r, path(h.Duty.ID), ui.Info, "这份反馈已经审核，或由其他单位审核。")
		return nil
	}
	names, err := p.Units(r.Context(), tx, []ref.Unit{about.Unit})
	if err != nil {
		return err
	}
	form := ui.Form{Action: "/plans/replies/" + ref.Format(id) + "/check", Submit: "提交审核", Cancel: path(h.Duty.ID), Fields: []ui.Field{
		{Kind: ui.Radios, Name: "decision", Label: "审核结果", Required: true, Options: []ui.Option{{Value: "accept", Label: "审核通过，办结"}, {Value: "back", Label: "退回补充"}}},
		{Kind: ui.TextArea, Name: "words", Label: "审核意见", Rows: 3, Max: 500, Hint: "退回时必须写明需要补充的内容"},
	}}
	page := ui.Page{Title: "审核反馈", Kicker: h.Duty.Title, Nav: "desk", Crumbs: []ui.Crumb{inbox, {Label: "办理", Href: path(h.Duty.ID)}}}
	if problem != nil {
		form, page.Status = form.Fill(r.PostForm, problem), http.StatusUnprocessableEntity
	}
	view := checkView{Clause: clause{Path: h.Task.Clause(), Quote: h.Task.Quote, Plan: h.Plan.Title}, Targets: targets(h), Form: form,
		Reply: replyTimeline(h, about, names, tx.Now)}
	return p.UI.Page(w, r, by, "check.html", page, view)
}

func replyTimeline(h plan.Handling, about plan.Reply, names map[ref.Unit]string, now clock.Instant) ui.Timeline {
	t := ui.Timeline{Title: "反馈内容"}
	for _, e := range replyEvents(h, about, names, now) {
		t.Items = append(t.Items, e.Event)
	}
	return t
}
