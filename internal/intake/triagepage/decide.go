package triagepage

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/intake"
	"weibao/internal/ref"
	"weibao/internal/rule/response"
	"weibao/internal/ui"
)

type decideView struct {
	Notes []ui.Note
	Words string
	Form  ui.Form
}

// Decide asks the questions of triage beside what was told, with what the
// rules propose filled in.
func (p *Pages) Decide(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.showDecide(w, r, by, nil)
}

func (p *Pages) showDecide(w http.ResponseWriter, r *http.Request, by access.Actor, problem error) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	ctx, tx := r.Context(), p.DB.Reader()
	row, err := p.Desk.Get(ctx, tx, by, id)
	if err != nil {
		return err
	}
	open, err := p.Desk.Revealed(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if !open {
		ui.RedirectWith(w, r, Path(id), ui.Info, "研判以前，请先查看报告内容。")
		return nil
	}
	told, err := p.Desk.Open(ctx, tx, by, id)
	if err != nil {
		return err
	}
	situation := row.Situation
	if s := r.FormValue("situation"); s != "" {
		situation = s
	}
	proposal, err := p.Desk.Propose(ctx, tx, situation)
	if err != nil {
		return err
	}
	v := decideView{Words: told.Telling.Narrative, Notes: p.notes(row, proposal)}
	if v.Form, err = p.decideForm(ctx, tx, by, row, situation, proposal); err != nil {
		return err
	}
	page := ui.Page{Title: "研判", Kicker: row.Number, Nav: "intake", Crumbs: crumbs(ui.Crumb{Label: p.Desk.Call(row), Href: Path(id)})}
	if problem != nil {
		v.Form, page.Status = v.Form.Fill(r.PostForm, problem), ui.Status(problem)
	}
	return p.UI.Page(w, r, by, "decide.html", page, v)
}

func (p *Pages) notes(row intake.Report, proposal intake.Proposal) []ui.Note {
	var list []ui.Note
	if d := p.danger(row, row.Received); d != nil {
		list = append(list, *d)
	}
	if s, ok := p.Book().Situation(row.Situation, civil.DateOf(row.Received.Time())); ok && s.Advice != "" {
		list = append(list, ui.Note{Tone: ui.Warn, Title: "马上要做的", Text: s.Advice + "。"})
	}
	if len(proposal.Unknown) > 0 {
		list = append(list, ui.Note{Tone: ui.Info, Text: "派单规则里的“" + strings.Join(proposal.Unknown, "、") + "”在本县单位里没有对应，请自行选择。"})
	}
	return list
}

func (p *Pages) decideForm(ctx context.Context, tx *db.Tx, by access.Actor, row intake.Report, situation string, proposal intake.Proposal) (ui.Form, error) {
	today := civil.DateOf(tx.Now.Time())
	tree, _ := p.Book().Triage(today)
	ask := ui.Part{Title: "依次回答"}
	for _, q := range tree.Questions {
		f := ui.Field{Kind: ui.Radios, Name: "q-" + q.ID, Label: q.Label, Hint: q.Hint}
		for _, a := range q.Answers {
			f.Options = append(f.Options, ui.Option{Value: a.Value, Label: a.Label, Hint: a.Advice})
		}
		ask.Fields = append(ask.Fields, f)
	}
	ask.Text = "答到哪一题能定就停，后面的不用答。"
	units, err := p.UnitChoices(ctx, tx, by)
	if err != nil {
		return ui.Form{}, err
	}
	who := ui.Part{Title: "由谁办理", Text: "已按派单规则填好：" + routeWords(proposal.Route), Fields: []ui.Field{
		{Kind: ui.Select, Name: "situation", Label: "情形", Required: true, Value: situation, Blank: "请选择", Options: p.situations(today)},
		{Kind: ui.Select, Name: "urgency", Label: "紧急程度", Blank: "按回答确定", Options: urgencies(), Hint: "低于回答的结果要说明理由"},
		{Kind: ui.Pick, Name: "lead", Label: "牵头单位", Blank: "首接单位自办", Value: unitValue(proposal.Lead), Options: units},
		{Kind: ui.PickMany, Name: "support", Label: "配合单位", Values: unitValues(proposal.Support), Options: units},
		{Kind: ui.TextArea, Name: "words", Label: "理由和要求", Max: intake.MaxMessage, Rows: 3, Hint: "与派单规则不同的必须说明理由。只写办理必须知道的"},
	}}
	return ui.Form{Action: Path(row.ID) + "/decide", Submit: "确定并派发", Cancel: Path(row.ID), Parts: []ui.Part{ask, who}, Guard: true,
		Also: []ui.SubmitButton{{Label: "按选定的情形重新套用派单规则", Name: "again", Value: "1"}}}, nil
}

func routeWords(r response.Route) string {
	if r.ID == "" {
		return "这种情形没有派单规则。"
	}
	lead := r.Lead
	if lead == "" {
		lead = "未保办"
	}
	return r.Label + "，" + lead + "牵头，由" + response.Places[r.Place] + "办理。"
}

func unitValue(u ref.Unit) string {
	if u == 0 {
		return ""
	}
	return ref.Format(u)
}

func unitValues(list []ref.Unit) []string {
	var out []string
	for _, u := range list {
		out = append(out, ref.Format(u))
	}
	return out
}

func (p *Pages) situations(today civil.Date) []ui.Option {
	var list []ui.Option
	for _, s := range p.Book().Situations(today) {
		group := "其他情形"
		if s.Mandatory {
			group = "强制报告情形"
		}
		list = append(list, ui.Option{Value: s.ID, Label: s.Label, Group: group})
	}
	return list
}

func urgencies() []ui.Option {
	var list []ui.Option
	for _, u := range response.Urgencies {
		list = append(list, ui.Option{Value: string(u), Label: u.Label()})
	}
	return list
}

// DecideDone saves the decision.
func (p *Pages) DecideDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	if r.PostFormValue("again") != "" {
		ui.Redirect(w, r, Path(id)+"/decide?"+url.Values{"situation": {r.PostFormValue("situation")}}.Encode())
		return nil
	}
	in := readDecide(r)
	err = p.write(r, func(ctx context.Context, tx *db.Tx) error { _, err := p.Desk.Decide(ctx, tx, by, id, in); return err })
	if errs.Is(err, errs.Invalid) {
		return p.showDecide(w, r, by, asked(err))
	}
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, Path(id), ui.Done, "研判结果已保存，牵头和配合单位已按派单办理。答复报告人的时限从现在起算。")
	return nil
}

func readDecide(r *http.Request) intake.DecideIn {
	in := intake.DecideIn{Situation: r.PostFormValue("situation"), Urgency: response.Urgency(r.PostFormValue("urgency")), Words: r.PostFormValue("words"), Answers: map[string]string{}}
	in.Lead, _ = ref.Parse[ref.Unit](r.PostFormValue("lead")) // empty: the office itself
	for _, s := range r.PostForm["support"] {
		if u, err := ref.Parse[ref.Unit](s); err == nil {
			in.Support = append(in.Support, u)
		}
	}
	for name := range r.PostForm {
		if q, ok := strings.CutPrefix(name, "q-"); ok {
			in.Answers[q] = r.PostForm.Get(name)
		}
	}
	return in
}

// asked gives the messages on questions of triage the names of their fields.
func asked(err error) error {
	e, ok := errors.AsType[*errs.Error](err)
	if !ok {
		return err
	}
	named := map[string]string{}
	for name, message := range e.Fields {
		switch name {
		case "situation", "urgency", "lead", "support", "words":
			named[name] = message
		default:
			named["q-"+name] = message
		}
	}
	return &errs.Error{Kind: e.Kind, Message: e.Message, Fields: named}
}
