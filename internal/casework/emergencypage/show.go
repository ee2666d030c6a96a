package emergencypage

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"weibao/internal/access"
	"weibao/internal/casework/emergency"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/duty/dutypage"
	"weibao/internal/errs"
	"weibao/internal/letter"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

type showView struct {
	First   ui.Note
	Facts   ui.Summary
	Steps   ui.Table
	Carried *ui.Form
	Breach  *ui.Form
}

// Show is a checklist at work.
func (p *Pages) Show(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.show(w, r, by, nil)
}

func (p *Pages) show(w http.ResponseWriter, r *http.Request, by access.Actor, problem error) error {
	id, err := pathID[emergency.RunID](r, "run")
	if err != nil {
		return err
	}
	tx := p.DB.Reader()
	s, err := p.Desk.Get(r.Context(), tx, by, id)
	if err != nil {
		return err
	}
	view := showView{Facts: facts(s)}
	law, _ := p.Desk.Book().Checklist(s.List, civil.DateOf(tx.Now.Time()))
	view.First = first(letter.Punctuate(law.First))
	if view.Steps, err = p.steps(r.Context(), tx, by, s); err != nil {
		return err
	}
	page := ui.Page{About: s.Child, Title: letter.Punctuate(s.Label), Kicker: "应急清单", Nav: "casework", More: []ui.Action{{Print: true}}}
	if s.Guides && s.Subject == "case" {
		page.Crumbs = []ui.Crumb{{Label: "个案", Href: "/cases/" + ref.Format(ref.Case(s.SubjectID))}}
	}
	served := false
	for _, t := range s.Steps {
		served = served || t.State == emergency.Done && t.Record == "protection"
	}
	form := func(tail, label, hint, submit string) *ui.Form {
		f := ui.Form{ID: tail, Action: Path(id) + "/" + tail, Submit: submit, Fields: []ui.Field{{Kind: ui.TextArea, Name: "words", Label: label, Hint: hint, Required: true, Max: 1000, Rows: 3, Scope: tail}}}
		if problem != nil && strings.HasSuffix(r.URL.Path, tail) {
			f, page.Status = f.Fill(r.PostForm, problem), ui.Status(problem)
		}
		return &f
	}
	if s.Mine && by.Can("emergency.step") {
		view.Carried = form("carried", "查访、处置情况", "", "登记，办结")
	}
	if (served || s.Mine) && by.Can("emergency.step") {
		view.Breach = form("breach", "看到的情况", "正在发生的，先拨打110。", "报告违反保护令")
	}
	return p.UI.Page(w, r, by, "show.html", page, view)
}

func facts(s emergency.Sheet) ui.Summary {
	return ui.Summary{Facts: []ui.Fact{{Label: "说明", Value: s.Brief}, {Label: "启动", Value: civil.FormatTime(s.At.Time()), Sub: s.ByName}}}
}

var stepTags = map[string]ui.Tag{emergency.Spare: {State: ui.Drafting, Label: "需要时再下达"}, emergency.Open: {State: ui.Running, Label: "办理中"}, emergency.Done: {State: ui.Finished, Label: "已办结"}, emergency.Skipped: {State: ui.Ended, Label: "不需要"}}

func (p *Pages) steps(ctx context.Context, tx *db.Tx, by access.Actor, s emergency.Sheet) (ui.Table, error) {
	t := ui.Table{ID: "steps", Caption: "步骤", Columns: []ui.Column{{Label: "步骤", Wide: true}, {Label: "办理单位"}, {Label: "时限", Slim: true}, {Label: "情况", Slim: true}, {Label: "操作", Tools: true}}, Empty: ui.Empty{Title: "没有本单位的步骤"}}
	ids := make([]ref.Unit, 0, len(s.Steps))
	for _, step := range s.Steps {
		ids = append(ids, step.Unit)
	}
	names, err := p.Units(ctx, tx, ids)
	if err != nil {
		return t, err
	}
	b, err := p.Kernel.Bounds(ctx, tx)
	if err != nil {
		return t, err
	}
	for _, step := range s.Steps {
		tag, due := stepTags[step.State], ui.Cell{}
		if step.Duty != 0 {
			d, err := p.Kernel.Get(ctx, tx, by, step.Duty)
			switch {
			case err == nil:
				due = ui.Dues(dutypage.Due(d, b))
				if step.State == emergency.Open {
					tag = dutypage.Tag(d, b.Now)
				}
			case !errs.Is(err, errs.NotFound):
				return t, err
			}
		}
		cell := ui.Cell{}
		if s.Guides && step.State == emergency.Spare {
			cell.Actions = append(cell.Actions, ui.Action{Label: "下达", Post: stepPath(step.ID) + "/need", Icon: "send"})
		}
		label := ui.Cell{Text: letter.Punctuate(step.Label), Sub: proofWords(step)}
		if step.State == emergency.Open || step.State == emergency.Spare && s.Guides {
			label.Href = stepPath(step.ID)
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{label, ui.T(names[step.Unit]), due, {Tag: &tag}, cell}})
	}
	return t, nil
}

// proofWords says how a step was done.
func proofWords(t emergency.Told) string {
	a := emergency.AsksOf(t.Record)
	var words []string
	for _, part := range []struct{ label, value string }{{a.Who, t.Proof.Who}, {a.Where, t.Proof.Where}, {a.Number, t.Proof.Number}, {"", t.Proof.Words}} {
		switch {
		case part.value == "":
		case part.label == "":
			words = append(words, strings.TrimRight(part.value, "。；"))
		default:
			words = append(words, part.label+"："+part.value)
		}
	}
	if !t.Proof.Until.IsZero() {
		words = append(words, "有效期至"+civil.FormatDate(t.Proof.Until))
	}
	if t.ByName != "" {
		words = append(words, t.ByName+"，"+civil.FormatTime(t.Done.Time()))
	}
	return strings.Join(words, "；")
}

type stepView struct {
	First ui.Note
	Facts ui.Summary
	Form  *ui.Form
	Skip  *ui.Form
}

// Step is one step for the unit that does it, and for who guides the checklist.
func (p *Pages) Step(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.showStep(w, r, by, nil)
}

func (p *Pages) showStep(w http.ResponseWriter, r *http.Request, by access.Actor, problem error) error {
	id, err := pathID[emergency.StepID](r, "step")
	if err != nil {
		return err
	}
	tx := p.DB.Reader()
	s, t, err := p.Desk.StepOf(r.Context(), tx, by, id)
	if err != nil {
		return err
	}
	page := ui.Page{About: s.Child, Title: letter.Punctuate(t.Label), Kicker: "应急处置", Nav: "desk", Crumbs: []ui.Crumb{{Label: "应急清单", Href: Path(s.Run.ID)}}}
	duty, err := p.onDuty(r.Context(), tx, by, s.Region)
	if err != nil {
		return err
	}
	view := stepView{First: first(duty), Facts: facts(s)}
	standing, err := p.standing(r.Context(), tx, by, t)
	if err != nil {
		return err
	}
	view.Facts.Facts = append(standing, view.Facts.Facts...)
	if words := proofWords(t); words != "" {
		view.Facts.Facts = append(view.Facts.Facts, ui.Fact{Label: "办理情况", Value: words})
	}
	skipping := strings.HasSuffix(r.URL.Path, "/skip")
	if t.State == emergency.Open && t.Unit == by.Post.Unit && by.Can("emergency.step") {
		form := proofForm(t)
		if problem != nil && !skipping {
			form, page.Status = form.Fill(r.PostForm, problem), ui.Status(problem)
		}
		view.Form = &form
	}
	if s.Guides && (t.State == emergency.Open || t.State == emergency.Spare) {
		form := ui.Form{ID: "skip", Quiet: true, Action: stepPath(id) + "/skip", Submit: "不需要这一步", Fields: []ui.Field{{Kind: ui.TextArea, Name: "reason", Label: "不需要的理由", Required: true, Max: 500, Rows: 2}}}
		if problem != nil && skipping {
			form, page.Status = form.Fill(r.PostForm, problem), ui.Status(problem)
		}
		view.Skip = &form
	}
	return p.UI.Page(w, r, by, "step.html", page, view)
}

// standing is who does a step, by when, and how it stands.
func (p *Pages) standing(ctx context.Context, tx *db.Tx, by access.Actor, t emergency.Told) ([]ui.Fact, error) {
	names, err := p.Units(ctx, tx, []ref.Unit{t.Unit})
	if err != nil {
		return nil, err
	}
	tag := stepTags[t.State]
	unit, state := ui.Fact{Label: "办理单位", Value: names[t.Unit]}, ui.Fact{Label: "情况", Tag: &tag}
	if t.Duty == 0 || t.State != emergency.Open {
		return []ui.Fact{unit, state}, nil
	}
	d, err := p.Kernel.Get(ctx, tx, by, t.Duty)
	if errs.Is(err, errs.NotFound) {
		return []ui.Fact{unit, state}, nil
	}
	b, failed := p.Kernel.Bounds(ctx, tx)
	if err = errors.Join(err, failed); err != nil {
		return nil, err
	}
	due := dutypage.Due(d, b)
	tag = dutypage.Tag(d, b.Now)
	if by.Can("duty.urge") && d.Unit != by.Post.Unit {
		unit.Action = &ui.Action{Label: "催办", Href: "/duties/" + ref.Format(d.ID) + "/urge", Icon: "send", Dialog: true}
	}
	return []ui.Fact{unit, {Label: "时限", Due: &due}, state}, nil
}

func proofForm(t emergency.Told) ui.Form {
	a := emergency.AsksOf(t.Record)
	form := ui.Form{Action: stepPath(t.ID), Submit: "登记，办结", Cancel: "/duties"}
	for _, f := range []struct{ name, label string }{{"who", a.Who}, {"where", a.Where}, {"number", a.Number}} {
		if f.label != "" {
			form.Fields = append(form.Fields, ui.Field{Kind: ui.Text, Name: f.name, Label: f.label, Required: true, Max: 100})
		}
	}
	if a.Until != "" {
		form.Fields = append(form.Fields, ui.Field{Kind: ui.Date, Name: "until", Label: a.Until, Required: true, Short: true})
	}
	form.Fields = append(form.Fields, ui.Field{Kind: ui.TextArea, Name: "words", Label: "做了什么", Required: true, Max: 1000, Rows: 3, Hint: "不要让孩子复述、也不要记录受侵害的经过。"})
	return form
}

// StepDone records how a step was done.
func (p *Pages) StepDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID[emergency.StepID](r, "step")
	if err != nil {
		return err
	}
	in := emergency.Proof{Who: r.PostFormValue("who"), Where: r.PostFormValue("where"), Number: r.PostFormValue("number"), Words: r.PostFormValue("words")}
	if v := r.PostFormValue("until"); v != "" {
		if in.Until, err = civil.Parse(v); err != nil {
			return p.showStep(w, r, by, errs.Fields{"until": "日期请写成2026-11-22的样子。"}.Err())
		}
	}
	err = p.write(r, func(ctx context.Context, tx *db.Tx) error { return p.Desk.Prove(ctx, tx, by, id, in) })
	if errs.Is(err, errs.Invalid) {
		return p.showStep(w, r, by, err)
	}
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, stepPath(id), ui.Done, "已登记，这一步已办结。")
	return nil
}

// Skip leaves a step out.
func (p *Pages) Skip(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID[emergency.StepID](r, "step")
	if err != nil {
		return err
	}
	reason := r.PostFormValue("reason")
	err = p.write(r, func(ctx context.Context, tx *db.Tx) error { return p.Desk.Skip(ctx, tx, by, id, reason) })
	if errs.Is(err, errs.Invalid) {
		return p.showStep(w, r, by, err)
	}
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, stepPath(id), ui.Done, "已记录，这一步不再办理。")
	return nil
}

// Need asks for a step that was spare.
func (p *Pages) Need(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID[emergency.StepID](r, "step")
	if err != nil {
		return err
	}
	if err := p.write(r, func(ctx context.Context, tx *db.Tx) error { return p.Desk.Need(ctx, tx, by, id) }); err != nil {
		return err
	}
	ui.RedirectWith(w, r, stepPath(id), ui.Done, "已下达，时限开始计算。")
	return nil
}
