package assessmentpage

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"weibao/internal/access"
	"weibao/internal/assessment"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/letter"
	"weibao/internal/rule"
	"weibao/internal/ui"
)

type assessView struct {
	Identity ui.Identity
	First    ui.Note  // what comes before any question
	Basis    *ui.Note // that the county has not decided on the scale
	Form     ui.Form
}

// Assess shows the county's scale for a child.
func (p *Pages) Assess(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.showAssess(w, r, by, nil)
}

func (p *Pages) showAssess(w http.ResponseWriter, r *http.Request, by access.Actor, problem error) error {
	id, err := childOf(r)
	if err != nil {
		return err
	}
	tx := p.DB.Reader()
	c, err := p.Desk.Cabinet.Get(r.Context(), tx, by, id)
	if err != nil {
		return err
	}
	scale, age, err := p.Desk.Asked(tx, c)
	if err != nil {
		return err
	}
	form := p.scaleForm(scale, age, c, tx)
	page := ui.Page{Title: "评估风险等级", Nav: "child", Crumbs: crumbs(c), Lead: letter.Punctuate(scale.Label)}
	if problem != nil {
		form, page.Status = form.Fill(r.PostForm, problem), ui.Status(problem)
	}
	first := ui.Note{Tone: ui.Warn, Title: "孩子正在危险中的，现在就拨打110",
		Text: "受伤、生病的同时拨打120。不要等填完量表；填表只是事后登记，有紧急情形的直接定为最高等级。"}
	return p.UI.Page(w, r, by, "assess.html", page, assessView{p.identity(c, tx.Now), first, suggested(scale.Status), form})
}

// scaleForm makes a form of a scale: what is an emergency first, then side by
// side of the child.
func (p *Pages) scaleForm(scale rule.Scale, age int, c child.Child, tx *db.Tx) ui.Form {
	form := ui.Form{Action: childPath(c.ID) + "/assess", Submit: "提交评估", Cancel: childPath(c.ID), Guard: true, Wide: true}
	urgent := ui.Part{Title: "一、紧急情形", Text: "有任何一项的，直接定为最高等级，下面的题目可以不答。"}
	for _, e := range scale.Emergencies {
		urgent.Fields = append(urgent.Fields, ui.Field{Kind: ui.Radios, Name: e.ID, Label: letter.Punctuate(e.Label), Hint: letter.Punctuate(e.Advice), Required: true,
			Options: []ui.Option{{Value: rule.No, Label: "没有"}, {Value: rule.Yes, Label: "有"}}})
	}
	form.Parts = append(form.Parts, urgent)
	asked := scale.Asked(age)
	for i, d := range scale.Dimensions {
		part := ui.Part{Title: ordinal(i+2) + "、" + d.Label}
		for _, ind := range asked {
			if ind.Dimension == d.ID {
				part.Fields = append(part.Fields, indicator(ind))
			}
		}
		if len(part.Fields) > 0 {
			form.Parts = append(form.Parts, part)
		}
	}
	levels := []ui.Option{}
	for _, l := range p.Desk.Book().Levels(civil.DateOf(tx.Now.Time())) {
		levels = append(levels, ui.Option{Value: strconv.Itoa(l.N), Label: letter.Punctuate(l.Label)})
	}
	form.Parts = append(form.Parts, ui.Part{Title: ordinal(len(form.Parts)+1) + "、等级", Fields: []ui.Field{
		{Kind: ui.Select, Name: "level", Label: "等级", Blank: "按量表结果", Options: levels, Short: true,
			Hint: "等级可以当场提高；低于量表结果或者比现在降低的，要由另一人审定后才生效。"},
		{Kind: ui.TextArea, Name: "reason", Label: "与量表结果不同的理由", Max: maxWords, Rows: 2},
		{Kind: ui.TextArea, Name: "words", Label: "补充说明", Max: maxWords, Rows: 3, Hint: "只写判断需要的事实。不要记录孩子受侵害的经过。"},
	}})
	return form
}

const maxWords = 500

func indicator(ind rule.Indicator) ui.Field {
	f := ui.Field{Kind: ui.Radios, Name: ind.ID, Label: letter.Punctuate(ind.Label), Hint: letter.Punctuate(ind.Hint), Required: true}
	for _, a := range ind.Answers {
		f.Options = append(f.Options, ui.Option{Value: a.Value, Label: letter.Punctuate(a.Label)})
	}
	return f
}

func ordinal(n int) string { return string([]rune("零一二三四五六七八九十")[n]) }

// AssessDone takes the answers.
func (p *Pages) AssessDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := childOf(r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return errs.Wrap(errs.Invalid, err, "提交的内容不完整，请返回后重新提交。")
	}
	var out assessment.Outcome
	err = p.write(r, func(ctx context.Context, tx *db.Tx) error {
		c, err := p.Desk.Cabinet.Get(ctx, tx, by, id)
		if err != nil {
			return err
		}
		scale, age, err := p.Desk.Asked(tx, c)
		if err != nil {
			return err
		}
		out, err = p.Desk.Assess(ctx, tx, by, id, readAssess(r.PostForm, scale, age))
		return err
	})
	if errs.Is(err, errs.Invalid) {
		return p.showAssess(w, r, by, err)
	}
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, showPath(out.ID), ui.Done, told(out))
	return nil
}

func readAssess(form url.Values, scale rule.Scale, age int) assessment.In {
	in := assessment.In{Answers: map[string]string{}, Reason: form.Get("reason"), Words: form.Get("words")}
	in.Level, _ = strconv.Atoi(form.Get("level")) // empty takes the scale's
	for _, e := range scale.Emergencies {
		if v := form.Get(e.ID); v != "" {
			in.Answers[e.ID] = v
		}
	}
	for _, ind := range scale.Asked(age) {
		if v := form.Get(ind.ID); v != "" {
			in.Answers[ind.ID] = v
		}
	}
	return in
}

func told(out assessment.Outcome) string {
	var b strings.Builder
	switch {
	case out.State == assessment.Proposed:
		b.WriteString("已提交审定。另一人审定之前，原来的等级和关爱安排不变。")
	case out.Waits != "":
		b.WriteString("新的等级已经生效，关爱安排已更新；已提请上一级确认。")
	default:
		b.WriteString("新的等级已经生效，关爱安排已更新。")
	}
	if len(out.Result.Emergencies) > 0 {
		b.WriteString("存在紧急情形：请确认已拨打110。")
	}
	return b.String()
}
