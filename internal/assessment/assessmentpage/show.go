package assessmentpage

import (
	"context"
	"net/http"

	"weibao/internal/access"
	"weibao/internal/assessment"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/letter"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

type showView struct {
	Identity ui.Identity
	Facts    ui.Summary
	Urgent   []ui.Note
	Why      []string
	Sides    ui.Table
	Answers  ui.Table
	Words    string
	Form     *ui.Form // for whoever may decide
}

// Show explains an assessment, and asks whoever may decide on it.
func (p *Pages) Show(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.show(w, r, by, nil)
}

func (p *Pages) show(w http.ResponseWriter, r *http.Request, by access.Actor, problem error) error {
	id, err := ref.Parse[ref.Assessment](r.PathValue("assessment"))
	if err != nil {
		return errs.Missing()
	}
	tx := p.DB.Reader()
	t, err := p.Desk.Get(r.Context(), tx, by, id)
	if err != nil {
		return err
	}
	c, err := p.Desk.Cabinet.Get(r.Context(), tx, by, t.Child)
	if err != nil {
		return err
	}
	view := showView{Identity: p.identity(c, tx.Now), Facts: p.facts(t, tx.Now), Words: t.Paper.Words}
	if p.Cases != nil {
		cases, err := p.Cases(r.Context(), tx, by, "assessment", int64(id))
		if err != nil {
			return err
		}
		view.Facts.Facts = append(view.Facts.Facts, cases...)
	}
	view.Why = append(view.Why, p.decided(t, tx.Now)...)
	if t.Readable {
		view.Sides, view.Answers = sides(t), answers(t)
		for _, why := range t.Result.Why() {
			view.Why = append(view.Why, letter.Punctuate(why))
		}
		for _, e := range t.Result.Emergencies {
			view.Urgent = append(view.Urgent, ui.Note{Tone: ui.Warn, Title: letter.Punctuate(e.Label), Text: letter.Punctuate(e.Advice)})
		}
	}
	page := ui.Page{About: c.ID, Title: "评估结果", Nav: "child", Crumbs: crumbs(c)}
	if by.Can("case.open") && c.State == child.Open {
		page.More = []ui.Action{{Label: "开立个案", Href: childPath(c.ID) + "/case?origin=assessment&of=" + ref.Format(id), Icon: "case"}}
	}
	if t.Open() && by.Can("assessment.decide") && by.User != t.ByUser {
		form := decideForm(t.Assessment)
		if problem != nil {
			form, page.Status = form.Fill(r.PostForm, problem), ui.Status(problem)
		}
		view.Form = &form
	}
	return p.UI.Page(w, r, by, "show.html", page, view)
}

func (p *Pages) facts(t assessment.Told, now clock.Instant) ui.Summary {
	level, scored := p.level(t.Level, now), p.level(t.Scored, now)
	label, version := scaleWords(p.Desk.Book(), t.Assessment)
	s := ui.Summary{Facts: []ui.Fact{
		{Label: "等级", Level: &level}, {Label: "量表结果", Level: &scored}, {Label: "量表", Value: label, Sub: version},
		{Label: "状态", Tag: &ui.Tag{State: states[t.State], Label: stateOf(t.Assessment)}},
		{Label: "与量表不同的理由", Value: t.Paper.Reason},
		{Label: "评估人", Value: t.ByName, Sub: civil.FormatTime(t.At.Time())},
		{Label: "评估时年龄", Value: ui.Count(t.Age) + "周岁"},
		{Label: "审定人", Value: t.DecidedName}, {Label: "审定意见", Value: t.Words},
	}}
	if t.Before > 0 {
		before := p.level(t.Before, now)
		s.Facts = append(s.Facts, ui.Fact{Label: "评估前的等级", Level: &before})
	}
	return s
}

var states = map[assessment.State]ui.State{assessment.Proposed: ui.Waiting, assessment.Held: ui.Finished, assessment.Refused: ui.Ended, assessment.Replaced: ui.Ended}

func stateOf(a assessment.Assessment) string {
	if a.State == assessment.Held && a.Open() {
		return "已生效，待上级确认"
	}
	return a.State.Label()
}

func sides(t assessment.Told) ui.Table {
	table := ui.Table{ID: "sides", Caption: "各维度", Columns: []ui.Column{{Label: "维度", Wide: true}, {Label: "得分", Num: true}, {Label: "满分", Num: true}, {Label: "情况", Slim: true}}}
	for _, d := range t.Result.Dimensions {
		state := ui.Tags(ui.Waiting, "需要关注")
		if d.Clear {
			state = ui.Tags(ui.Finished, "没有发现问题")
		}
		table.Rows = append(table.Rows, ui.Row{Cells: []ui.Cell{ui.T(letter.Punctuate(d.Label)), ui.T(ui.Count(d.Points)), ui.T(ui.Count(d.Max)), state}})
	}
	return table
}

func answers(t assessment.Told) ui.Table {
	table := ui.Table{ID: "answers", Caption: "作答", Columns: []ui.Column{{Label: "题目", Wide: true}, {Label: "回答"}, {Label: "得分", Num: true}},
		Empty: ui.Empty{Title: "存在紧急情形，没有逐题作答"}}
	for _, a := range t.Result.Parts {
		table.Rows = append(table.Rows, ui.Row{Cells: []ui.Cell{ui.T(letter.Punctuate(a.Label)), ui.T(letter.Punctuate(a.Answer)), ui.T(ui.Count(a.Points))}})
	}
	return table
}

func decideForm(a assessment.Assessment) ui.Form {
	submit := "同意"
	if a.State == assessment.Held {
		submit = "确认"
	}
	return ui.Form{Action: showPath(a.ID) + "/decide", Submit: submit, Hidden: []ui.Hidden{{Name: "agree", Value: "1"}},
		Also:   []ui.SubmitButton{{Label: "不同意", Name: "refuse", Value: "1"}},
		Fields: []ui.Field{{Kind: ui.TextArea, Name: "words", Label: "审定意见", Max: maxWords, Rows: 3, Hint: "不同意的必须说明理由。提出评估的人不能审定。"}}}
}

// Decide takes the decision of the second person.
func (p *Pages) Decide(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := ref.Parse[ref.Assessment](r.PathValue("assessment"))
	if err != nil {
		return errs.Missing()
	}
	agree := r.PostFormValue("refuse") == "" && r.PostFormValue("agree") == "1"
	err = p.write(r, func(ctx context.Context, tx *db.Tx) error {
		return p.Desk.Decide(ctx, tx, by, id, agree, r.PostFormValue("words"))
	})
	if errs.Is(err, errs.Invalid) {
		return p.show(w, r, by, err)
	}
	if err != nil {
		return err
	}
	words := "已记录不同意的意见，等级不变。"
	if agree {
		words = "已同意，等级和关爱安排已经更新。"
	}
	ui.RedirectWith(w, r, showPath(id), ui.Done, words)
	return nil
}
