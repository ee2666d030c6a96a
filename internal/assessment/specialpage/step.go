package specialpage

import (
	"context"
	"net/http"

	"weibao/internal/access"
	lists "weibao/internal/assessment/special"
	"weibao/internal/child"
	"weibao/internal/child/childpage"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/letter"
	"weibao/internal/ref"
	"weibao/internal/rule/special"
	"weibao/internal/ui"
)

// at is the child and list of a form.
func (p *Pages) at(r *http.Request, by access.Actor) (child.Child, special.List, error) {
	id, err := childOf(r)
	if err != nil {
		return child.Child{}, special.List{}, err
	}
	tx := p.DB.Reader()
	l, err := p.Desk.List(by, special.Kind(r.PathValue("list")), today(tx))
	if err == nil && l.Secret {
		err = errs.Missing()
	}
	if err != nil {
		return child.Child{}, l, err
	}
	c, err := p.Desk.Care.Cabinet.Get(r.Context(), tx, by, id)
	return c, l, err
}

// doneFields ask for what was done and when.
func doneFields(on civil.Date, hint string) []ui.Field {
	return []ui.Field{
		{Kind: ui.TextArea, Name: "words", Label: "办理情况", Required: true, Rows: 3, Max: 500, Hint: letter.Punctuate(hint)},
		{Kind: ui.Date, Name: "day", Label: "办理日期", Required: true, Value: on.String(), Top: on.String(), Short: true},
	}
}

// ask shows a form, with what was wrong with it.
func (p *Pages) ask(w http.ResponseWriter, r *http.Request, by access.Actor, page ui.Page, note *ui.Note, form ui.Form, problem error) error {
	page.Nav = "child"
	return p.UI.Ask(w, r, by, page, form, r.PostForm, problem, note)
}

// Step asks what was done for a step.
func (p *Pages) Step(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.step(w, r, by, nil)
}

func (p *Pages) step(w http.ResponseWriter, r *http.Request, by access.Actor, problem error) error {
	c, l, err := p.at(r, by)
	if err != nil {
		return err
	}
	s, ok := l.Step(r.PathValue("step"))
	if !ok {
		return errs.Missing()
	}
	form := ui.Form{Action: childPath(c.ID) + "/" + string(l.ID) + "/steps/" + s.ID, Submit: "登记", Cancel: childPath(c.ID), Guard: true, Fields: doneFields(today(p.DB.Reader()), s.Hint)}
	page := ui.Page{Title: letter.Punctuate(s.Label), Kicker: letter.Punctuate(l.Label), Crumbs: append(crumbs(c), ui.Crumb{Label: "专项名单", Href: childPath(c.ID)})}
	return p.ask(w, r, by, page, nil, form, problem)
}

// readDone reads what was done; a day that cannot be read is no day.
func readDone(r *http.Request) lists.Done {
	on, _ := civil.Parse(r.PostFormValue("day")) // the zero day is refused with its words
	return lists.Done{Day: on, Words: r.PostFormValue("words")}
}

// StepDone takes what was done for a step.
func (p *Pages) StepDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := childOf(r)
	if err != nil {
		return err
	}
	err = p.write(r, func(ctx context.Context, tx *db.Tx) error {
		return p.Desk.Do(ctx, tx, by, id, special.Kind(r.PathValue("list")), r.PathValue("step"), readDone(r))
	})
	if errs.Is(err, errs.Invalid) {
		return p.step(w, r, by, err)
	}
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, childPath(id), ui.Done, "已登记，对应的待办已经办结，接着要办的已排好时间。")
	return nil
}

// Prove asks for a paper.
func (p *Pages) Prove(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.prove(w, r, by, nil)
}

func (p *Pages) prove(w http.ResponseWriter, r *http.Request, by access.Actor, problem error) error {
	c, l, err := p.at(r, by)
	if err != nil {
		return err
	}
	proof, ok := l.Proof(r.PathValue("proof"))
	if !ok {
		return errs.Missing()
	}
	on := today(p.DB.Reader()).String()
	form := ui.Form{Action: childPath(c.ID) + "/" + string(l.ID) + "/proofs/" + proof.ID, Submit: "登记材料", Cancel: childPath(c.ID), Guard: true, Fields: []ui.Field{
		{Kind: ui.TextArea, Name: "words", Label: "材料编号、出具单位、存放的地方", Required: true, Rows: 2, Max: 500, Hint: letter.Punctuate(proof.Hint)},
		{Kind: ui.Date, Name: "day", Label: "材料日期", Required: true, Top: on, Short: true},
		{Kind: ui.Date, Name: "until", Label: "有效期到", Min: on, Short: true, Hint: "没有有效期的不填。到期后会提醒换新。"},
	}}
	page := ui.Page{Title: letter.Punctuate(proof.Label), Kicker: letter.Punctuate(l.Label), Crumbs: append(crumbs(c), ui.Crumb{Label: "专项名单", Href: childPath(c.ID)}), Lead: "只登记材料在哪里，不必拍照上传。"}
	return p.ask(w, r, by, page, nil, form, problem)
}

// Proved takes a paper.
func (p *Pages) Proved(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := childOf(r)
	if err != nil {
		return err
	}
	in := lists.Paper{Words: r.PostFormValue("words")}
	in.Day, _ = civil.Parse(r.PostFormValue("day")) // the zero day is refused with its words
	if text := r.PostFormValue("until"); text != "" {
		if in.Until, err = civil.Parse(text); err != nil {
			return p.prove(w, r, by, errs.Fields{"until": "日期请写成2026-11-22的样子。"}.Err())
		}
	}
	err = p.write(r, func(ctx context.Context, tx *db.Tx) error {
		return p.Desk.Prove(ctx, tx, by, id, special.Kind(r.PathValue("list")), r.PathValue("proof"), in)
	})
	if errs.Is(err, errs.Invalid) {
		return p.prove(w, r, by, err)
	}
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, childPath(id), ui.Done, "材料已登记。")
	return nil
}

// Drop takes a paper back that does not prove.
func (p *Pages) Drop(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := childOf(r)
	if err != nil {
		return err
	}
	paper, err := ref.Parse[ref.Proof](r.PathValue("paper"))
	if err != nil {
		return errs.Missing()
	}
	if err := p.write(r, func(ctx context.Context, tx *db.Tx) error { return p.Desk.Drop(ctx, tx, by, id, paper) }); err != nil {
		return err
	}
	ui.RedirectWith(w, r, childPath(id), ui.Done, "已撤回这份材料；缺少的材料重新列入待办。")
	return nil
}

// Refer asks why a child should be seen by professionals. It stands on every
// file alike and tells nothing of whether somebody referred it before.
func (p *Pages) Refer(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.refer(w, r, by, nil)
}

func (p *Pages) refer(w http.ResponseWriter, r *http.Request, by access.Actor, problem error) error {
	id, err := childOf(r)
	if err != nil {
		return err
	}
	c, err := p.Desk.Care.Cabinet.Get(r.Context(), p.DB.Reader(), by, id)
	if err != nil {
		return err
	}
	form := ui.Form{Action: childpage.Path(id) + ReferTail, Submit: "提出", Cancel: childpage.Path(id), Fields: []ui.Field{
		{Kind: ui.TextArea, Name: "words", Label: "看到的情况", Required: true, Rows: 3, Max: 500, Hint: "例如“近一个月不说话、不上学”。不写谈话内容，不写受侵害的经过。"}}}
	note := &ui.Note{Tone: ui.Warn, Title: "有自伤、自杀危险的，先拨打120或110，守住孩子", Text: "提出后由乡镇和县的经办人联系专业人员。内容单独保密，不显示在档案、台账和统计里，提出的人以后也看不到。"}
	return p.ask(w, r, by, ui.Page{Title: "提出专业关爱", Kicker: childpage.NameOf(c), Crumbs: crumbs(c)}, note, form, problem)
}

// Referred hands a child over to those who look after the secret list.
func (p *Pages) Referred(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := childOf(r)
	if err != nil {
		return err
	}
	err = p.write(r, func(ctx context.Context, tx *db.Tx) error {
		return p.Desk.Refer(ctx, tx, by, id, special.Mental, r.PostFormValue("words"))
	})
	if errs.Is(err, errs.Invalid) {
		return p.refer(w, r, by, err)
	}
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, childpage.Path(id), ui.Done, "已提出，由经办人联系专业人员。")
	return nil
}
