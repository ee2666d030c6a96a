package triagepage

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"weibao/internal/access"
	"weibao/internal/casework/referral"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/intake"
	"weibao/internal/letter"
	"weibao/internal/ref"
	"weibao/internal/rule/procedure"
	"weibao/internal/rule/response"
	"weibao/internal/ui"
)

type decideView struct {
	Notes []ui.Note
	Words string
	Form  ui.Form
}

// triage is one report on the way to its decision.
type triage struct {
	told      intake.Told
	items     []referral.Item // that could go along
	situation string
	proposal  intake.Proposal
	topic     procedure.Topic
	today     civil.Date
}

// Decide asks the questions of triage beside what was told, with what the
// rules propose filled in.
func (p *Pages) Decide(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.showDecide(w, r, by, nil, nil)
}

// showDecide shows the form with what was typed, if anything was.
func (p *Pages) showDecide(w http.ResponseWriter, r *http.Request, by access.Actor, typed url.Values, problem error) error {
	ctx, tx := r.Context(), p.DB.Reader()
	row, open, err := p.opened(w, r, by, "研判")
	if err != nil || !open {
		return err
	}
	t, err := p.gather(ctx, tx, by, row.ID, typed)
	if err != nil {
		return err
	}
	v := decideView{Words: t.told.Telling.Narrative, Notes: p.notes(row, t.proposal)}
	if v.Form, err = p.decideForm(ctx, tx, by, t, typed.Get("find")); err != nil {
		return err
	}
	page := ui.Page{Title: "研判", Kicker: row.Number, Nav: "intake", Crumbs: crumbs(ui.Crumb{Label: p.Desk.Call(row), Href: Path(row.ID)})}
	v.Form = again(v.Form, &page, typed, problem)
	return p.UI.Page(w, r, by, "decide.html", page, v)
}

// gather reads what the form of triage needs.
func (p *Pages) gather(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report, typed url.Values) (t triage, err error) {
	if t.told, t.items, err = p.Ways.Along(ctx, tx, by, id, 0, false); err != nil {
		return t, err
	}
	t.today, t.situation = civil.DateOf(tx.Now.Time()), t.told.Situation
	if typed.Get("situation") != "" {
		t.situation = typed.Get("situation")
	}
	if t.proposal, err = p.Desk.Propose(ctx, tx, t.situation); err != nil {
		return t, err
	}
	t.topic, _ = p.Book().Topic(t.proposal.Route.Topic, t.today) // none: nothing is proposed to go along
	return t, nil
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

func (p *Pages) decideForm(ctx context.Context, tx *db.Tx, by access.Actor, t triage, find string) (ui.Form, error) {
	ask := ui.Part{Title: "依次回答", Text: "答到哪一题能定就停，后面的不用答。"}
	tree, _ := p.Book().Triage(t.today)
	for _, q := range tree.Questions {
		f := ui.Field{Kind: ui.Radios, Name: "q-" + q.ID, Label: letter.Punctuate(q.Label), Hint: letter.Punctuate(q.Hint)}
		for _, a := range q.Answers {
			f.Options = append(f.Options, ui.Option{Value: a.Value, Label: letter.Punctuate(a.Label), Hint: letter.Punctuate(a.Advice)})
		}
		ask.Fields = append(ask.Fields, f)
	}
	child, err := p.childPart(ctx, tx, by, t.told, find)
	if err != nil {
		return ui.Form{}, err
	}
	units, err := p.UnitChoices(ctx, tx, by)
	if err != nil {
		return ui.Form{}, err
	}
	who := ui.Part{Title: "由谁办理", Text: "已按派单规则填好：" + routeWords(t.proposal.Route), Fields: []ui.Field{
		{Kind: ui.Select, Name: "situation", Label: "情形", Required: true, Value: t.situation, Blank: "请选择", Options: p.situations(t.today)},
		{Kind: ui.Select, Name: "urgency", Label: "紧急程度", Blank: "按回答确定", Options: urgencies(), Hint: "低于回答的结果要说明理由"},
		{Kind: ui.Pick, Name: "lead", Label: "牵头单位", Blank: "首接单位自办", Value: unitValue(t.proposal.Lead), Options: units},
		{Kind: ui.PickMany, Name: "support", Label: "配合单位", Values: unitValues(t.proposal.Support), Options: units},
		{Kind: ui.TextArea, Name: "words", Label: "研判的理由", Max: intake.MaxMessage, Rows: 2, Hint: "与派单规则不同的必须写。只有本单位看得到"},
	}}
	form := ui.Form{Action: Path(t.told.ID) + "/decide", Submit: "下一步：核对单位将看到的内容", Cancel: Path(t.told.ID), Parts: []ui.Part{ask, child, who}, Guard: true, Wide: true,
		Also: []ui.SubmitButton{{Label: "按选定的情形重新套用派单规则", Name: "again", Value: "1"}}}
	if by.Can("child.search") {
		form.Also = append(form.Also, ui.SubmitButton{Label: "查找档案", Name: "look", Value: "1"})
	}
	if !by.Can("referral.dispatch") {
		form.Submit = "保存研判结果"
		return form, nil
	}
	form.Parts = append(form.Parts, along(t))
	return form, nil
}

// plainAsk is asked of a unit unless the office writes something else.
const plainAsk = "请核实孩子的安全和有关情况，依法处置，在时限内反馈结果。发现新的危险，立即拨打110并通知县未保办。"

// along asks what the units are told: of the facts those that the topic needs are ticked.
func along(t triage) ui.Part {
	var options []ui.Option
	for _, i := range t.items {
		options = append(options, ui.Option{Value: i.Key, Label: i.Label})
	}
	for _, i := range procedure.Items {
		if !slices.ContainsFunc(options, func(o ui.Option) bool { return o.Value == i.Key }) && slices.Contains(t.topic.Items, i.Key) {
			options = append(options, ui.Option{Value: i.Key, Label: i.Label + "（档案）"})
		}
	}
	return ui.Part{Title: "单位将看到什么", Text: "只勾选办这件事必需的。报告人是谁、报告的原话、其他内容，单位都看不到。", Fields: []ui.Field{
		{Kind: ui.TextArea, Name: "ask", Label: "请牵头单位做什么", Value: plainAsk, Max: intake.MaxMessage, Rows: 3, Hint: "不写受侵害的经过"},
		{Kind: ui.Checks, Name: "items", Label: "牵头单位看到的资料", Options: options, Values: t.topic.Items, Hint: "注明“档案”的，关联了孩子的档案才带出"},
		{Kind: ui.Checks, Name: "shared", Label: "配合单位看到的资料", Options: options, Values: t.topic.Support, Hint: "只能从牵头单位看到的资料里选"},
	}}
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

// DecideDone shows what the units will read, and decides once that was seen.
func (p *Pages) DecideDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return errs.Wrap(errs.Invalid, err, "提交的内容不完整，请返回后重新提交。")
	}
	typed := maps.Clone(r.PostForm)
	if typed.Get("again") != "" {
		for _, name := range []string{"lead", "support", "items", "shared"} {
			delete(typed, name)
		}
		return p.showAgain(w, r, by, typed)
	}
	if typed.Get("look") != "" || typed.Get("back") != "" {
		return p.showDecide(w, r, by, typed, nil)
	}
	in := readDecide(typed)
	if in.Lead != 0 && by.Can("referral.dispatch") && typed.Get("confirm") == "" {
		return p.preview(w, r, by, id, in, typed)
	}
	err = p.write(r, func(ctx context.Context, tx *db.Tx) error {
		if typed.Get("child") == newFile {
			child, err := p.Ways.Enrol(ctx, tx, by, id, typed.Get("region"))
			if err != nil {
				return err
			}
			in.Child = child
		}
		_, err := p.Desk.Decide(ctx, tx, by, id, in)
		return err
	})
	if errs.Is(err, errs.Invalid) {
		return p.showDecide(w, r, by, typed, asked(err))
	}
	if err != nil {
		return err
	}
	said := "研判结果已保存，由首接单位自办。答复报告人的时限从现在起算。"
	if in.Lead != 0 {
		said = "研判结果已保存，已派发给牵头和配合单位。答复报告人的时限从现在起算。"
	}
	ui.RedirectWith(w, r, Path(id), ui.Done, said)
	return nil
}

// showAgain fills in what the rules propose for the situation that was chosen,
// and keeps what else was typed.
func (p *Pages) showAgain(w http.ResponseWriter, r *http.Request, by access.Actor, typed url.Values) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	tx := p.DB.Reader()
	t, err := p.gather(r.Context(), tx, by, id, typed)
	if err != nil {
		return err
	}
	typed["lead"], typed["support"] = []string{unitValue(t.proposal.Lead)}, unitValues(t.proposal.Support)
	typed["items"], typed["shared"] = t.topic.Items, t.topic.Support
	return p.showDecide(w, r, by, typed, nil)
}

func readDecide(form url.Values) intake.DecideIn {
	in := intake.DecideIn{Situation: form.Get("situation"), Urgency: response.Urgency(form.Get("urgency")), Words: form.Get("words"), Answers: map[string]string{},
		Region: form.Get("region"), Along: intake.Along{Ask: form.Get("ask"), Items: form["items"], Shared: form["shared"], Seen: form.Get("seen")}}
	in.Lead, _ = ref.Parse[ref.Unit](form.Get("lead")) // empty: the office itself
	for _, s := range form["support"] {
		if u, err := ref.Parse[ref.Unit](s); err == nil {
			in.Support = append(in.Support, u)
		}
	}
	if c, err := ref.Parse[ref.Child](form.Get("child")); err == nil {
		in.Child, in.Along.File = c, true
	}
	for name := range form {
		if q, ok := strings.CutPrefix(name, "q-"); ok {
			in.Answers[q] = form.Get(name)
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
		case "situation", "urgency", "lead", "support", "words", "child", "region", "ask", "items", "shared":
			named[name] = message
		case "supports":
			named["support"] = message
		default:
			named["q-"+name] = message
		}
	}
	return &errs.Error{Kind: e.Kind, Message: e.Message, Fields: named}
}
