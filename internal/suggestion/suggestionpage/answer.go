package suggestionpage

import (
	"context"
	"net/http"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/suggestion"
	"weibao/internal/ui"
)

type answerView struct {
	Asked ui.Timeline
	Form  ui.Form
}

// Answer shows the form to answer, under what was asked.
func (p *Pages) Answer(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.showAnswer(w, r, by, nil)
}

func (p *Pages) showAnswer(w http.ResponseWriter, r *http.Request, by access.Actor, problem error) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	s, err := p.Box.Get(r.Context(), p.DB.Reader(), by, id)
	switch {
	case err != nil:
		return err
	case !by.Scope().Sees(s.Unit, s.Region):
		return errs.Missing()
	case s.Answered != 0:
		return errs.New(errs.Conflict, "这条意见建议已经答复，请刷新页面查看。")
	}
	form := ui.Form{Action: showPath(id) + "/answer", Submit: "提交答复", Cancel: showPath(id), Guard: true, Fields: []ui.Field{
		{Kind: ui.TextArea, Name: "words", Label: "答复", Required: true, Max: suggestion.MaxWords, Rows: 6, Focus: true,
			Hint: "说明采纳了什么、什么时候改；不采纳的说明理由。提出人会看到全文和您的姓名，提交后不能修改。"}}}
	page := ui.Page{Title: "答复" + s.Kind.Label(), Nav: section(by), Crumbs: crumbs(ui.Crumb{Label: "一条" + s.Kind.Label(), Href: showPath(id)})}
	if problem != nil {
		form, page.Status = form.Fill(r.PostForm, problem), http.StatusUnprocessableEntity
	}
	asked := ui.Timeline{Items: []ui.Event{{Title: "提出" + s.Kind.Label(), Text: s.Words, Who: author(s), When: civil.FormatTime(s.At.Time()), Icon: "edit"}}}
	return p.UI.Page(w, r, by, "answer.html", page, answerView{asked, form})
}

// AnswerDone records the answer.
func (p *Pages) AnswerDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	err = p.write(r, func(ctx context.Context, tx *db.Tx) error {
		return p.Box.Answer(ctx, tx, by, id, r.PostFormValue("words"))
	})
	if errs.Is(err, errs.Invalid) {
		return p.showAnswer(w, r, by, err)
	}
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, showPath(id), ui.Done, "已答复，提出人可以看到。")
	return nil
}
