package referralpage

import (
	"context"
	"net/http"

	"weibao/internal/access"
	"weibao/internal/casework/referral"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

type checkView struct {
	Ask   string
	Reply ui.Timeline
	Form  ui.Form
}

// Check shows a reply to who decides whether the work is done.
func (p *Pages) Check(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.showCheck(w, r, by, nil)
}

// CheckDone accepts a reply or sends it back.
func (p *Pages) CheckDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID[referral.ReplyID](r, "reply")
	if err != nil {
		return err
	}
	decision, words := r.PostFormValue("decision"), r.PostFormValue("words")
	var about ref.Referral
	err = p.write(r, func(ctx context.Context, tx *db.Tx) error {
		s, _, err := p.Desk.ReplyOf(ctx, tx, by, id)
		if err != nil {
			return err
		}
		if about = s.ID; decision != "accept" && decision != "back" {
			return errs.Fields{"decision": "请选择审核通过或退回补充。"}.Err()
		}
		return p.Desk.Check(ctx, tx, by, id, decision == "accept", words)
	})
	if errs.Is(err, errs.Invalid) {
		return p.showCheck(w, r, by, err)
	}
	if err != nil {
		return err
	}
	said := "审核通过，已办结。"
	if decision == "back" {
		said = "已退回补充，责任单位的时限恢复计时。"
	}
	ui.RedirectWith(w, r, Path(about), ui.Done, said)
	return nil
}

func (p *Pages) showCheck(w http.ResponseWriter, r *http.Request, by access.Actor, problem error) error {
	id, err := pathID[referral.ReplyID](r, "reply")
	if err != nil {
		return err
	}
	tx := p.DB.Reader()
	s, t, err := p.Desk.ReplyOf(r.Context(), tx, by, id)
	if err != nil {
		return err
	}
	if t.State != referral.Waiting {
		ui.RedirectWith(w, r, Path(s.ID), ui.Info, "这份反馈已经审核。")
		return nil
	}
	names, err := p.names(r.Context(), tx, []ref.Unit{t.Reply.Unit})
	if err != nil {
		return err
	}
	form := ui.Form{Action: replyPath(id) + "/check", Submit: "提交审核", Cancel: Path(s.ID), Fields: []ui.Field{
		{Kind: ui.Radios, Name: "decision", Label: "审核结果", Required: true, Options: []ui.Option{{Value: "accept", Label: "审核通过，办结"}, {Value: "back", Label: "退回补充"}}},
		{Kind: ui.TextArea, Name: "words", Label: "审核意见", Rows: 3, Max: 500, Hint: "退回时必须写明需要补充的内容"},
	}}
	page := ui.Page{About: s.Child, Title: "审核反馈", Kicker: s.Number, Nav: "casework", Crumbs: []ui.Crumb{{Label: "转介和交办", Href: ListPath}, {Label: s.Number, Href: Path(s.ID)}}}
	if problem != nil {
		form, page.Status = form.Fill(r.PostForm, problem), ui.Status(problem)
	}
	view := checkView{Ask: s.Paper.Ask, Form: form, Reply: ui.Timeline{Title: "反馈内容"}}
	for _, e := range replyEvents(s, t, names, tx.Now) {
		view.Reply.Items = append(view.Reply.Items, e.Event)
	}
	return p.UI.Page(w, r, by, "check.html", page, view)
}
