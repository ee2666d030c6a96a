package screeningpage

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/letter"
	"weibao/internal/rule"
	"weibao/internal/screening"
	"weibao/internal/ui"
)

type answerView struct {
	Notes    []ui.Note
	Identity ui.Identity
	Result   *ui.Summary
	Links    []ui.Action
	Same     *sameView
	Form     *ui.Form
	Open     bool // the questions are in sight at once
	Absent   *ui.Form
	Away     bool   // so are the reasons
	Ask      string // address of the reveal
}

// sameView is the one touch for a child with whom nothing has changed.
type sameView struct {
	Action string
	Lacks  string // what the file does not say, so that one touch is not enough
}

// Child shows what is asked of one child.
func (p *Pages) Child(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, who, err := childOf(r)
	if err != nil {
		return err
	}
	s, err := p.Desk.Sheet(r.Context(), p.DB.Reader(), by, id, who)
	if err != nil {
		return err
	}
	return p.sheet(w, r, by, s, nil, "")
}

// Reveal shows it with what the file says, after the trace of the look was written.
func (p *Pages) Reveal(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, who, err := childOf(r)
	if err != nil {
		return err
	}
	var s screening.Sheet
	err = p.write(r, func(ctx context.Context, tx *db.Tx) (err error) {
		s, err = p.Desk.Reveal(ctx, tx, by, id, who)
		return err
	})
	if err != nil {
		return err
	}
	return p.sheet(w, r, by, s, nil, "")
}

// sheet shows the page of a child; which says which form was refused.
func (p *Pages) sheet(w http.ResponseWriter, r *http.Request, by access.Actor, s screening.Sheet, problem error, which string) error {
	now := p.DB.Reader().Now
	view := answerView{Identity: p.child(s, now), Result: p.result(s, now)}
	path := childPath(s.Campaign.ID, s.File.ID)
	page := ui.Page{Title: "登记排查结果", Nav: "screening",
		Crumbs: crumbs(crumbOf(s.Campaign), ui.Crumb{Label: "排查名单", Href: villagePath(s.Campaign.ID, s.File.Region)})}
	view.Links = append(view.Links, ui.Action{Label: "看档案", Href: filePath(s.File.ID), Icon: "child"})
	if s.Answer != nil && s.Answer.Lead == 1 && s.Answer.Assessed == 0 && by.Can("assessment.assess") {
		view.Links = append(view.Links, ui.Action{Label: "评估风险等级", Href: filePath(s.File.ID) + "/assess", Icon: "screen"})
	}
	if s.Answer != nil && s.Answer.Proposed != "" && by.Can("child.category") {
		view.Links = append(view.Links, ui.Action{Label: "核实对象类别", Href: filePath(s.File.ID) + "/categories", Icon: "edit"})
	}
	if s.Answer != nil && s.Answer.Reason == screening.MovedAway && by.Can("child.request") {
		view.Links = append(view.Links, ui.Action{Label: "办理转出", Href: filePath(s.File.ID) + "/move", Icon: "swap"})
	}
	if s.Campaign.State == screening.Open && s.File.State == child.Open && by.Can("screening.answer") {
		p.entry(&view, s, path)
		if by.Can("child.reveal") && !s.Revealed && len(s.Told) > 0 {
			view.Ask = path + "/reveal"
		}
	}
	if s.Revealed {
		view.Notes = append(view.Notes, ui.Note{Tone: ui.Info, Text: "已带出档案里的情况。本次查看已记下您的姓名、岗位、时间和用途。"})
	}
	if problem != nil {
		page.Status = ui.Status(problem)
		refill(&view, r.PostForm, problem, which)
	}
	return p.UI.Page(w, r, by, "answer.html", page, view)
}

// refill shows the form again that was refused.
func refill(view *answerView, typed url.Values, problem error, which string) {
	form := view.Form
	view.Open, view.Away = which != "absent", which == "absent"
	if view.Away {
		form = view.Absent
	}
	if form != nil {
		*form = form.Fill(typed, problem)
	}
}

// child is the bar above the questions.
func (p *Pages) child(s screening.Sheet, now clock.Instant) ui.Identity {
	on := civil.DateOf(now.Time())
	return ui.Identity{Title: called(s.File), Kind: s.Campaign.Name, Level: p.level(s.File.Level, on), Facts: []ui.Fact{
		{Label: "基本情况", Value: p.about(s.File, on)}, {Label: "学校", Value: strings.TrimSpace(s.File.School + " " + s.File.Grade)}, {Label: "上次排查", Value: screened(s.File)}}}
}

// result says what was entered already.
func (p *Pages) result(s screening.Sheet, now clock.Instant) *ui.Summary {
	if s.Answer == nil {
		return nil
	}
	a, on := *s.Answer, civil.DateOf(now.Time())
	out := &ui.Summary{Title: "本次结果", Facts: []ui.Fact{{Label: "结果", Tag: outcomeTag(a.Outcome), Sub: screening.ReasonLabel(a.Reason)},
		{Label: "登记", Value: a.ByName, Sub: civil.FormatTime(a.At.Time())}}}
	if a.Lead == 1 {
		out.Facts = append(out.Facts, ui.Fact{Label: "风险评估", Tag: leadTag(a)})
	}
	var labels []string
	for _, id := range strings.Fields(a.Proposed) {
		if c, ok := p.Desk.Book().Category(id, on); ok {
			labels = append(labels, letter.Punctuate(c.Label))
		}
	}
	out.Facts = append(out.Facts, ui.Fact{Label: "可能应当列入", Value: strings.Join(labels, "、"), Sub: subOf(labels)})
	if s.Revealed {
		out.Facts = append(out.Facts, ui.Fact{Label: "没有写入档案", Value: letter.Punctuate(strings.Join(s.Paper.Kept, "、")), Sub: keptWords(s.Paper.Kept)},
			ui.Fact{Label: "说明", Value: s.Paper.Words})
	}
	return out
}

func subOf(labels []string) string {
	if len(labels) == 0 {
		return ""
	}
	return "按本县规则比对得出，核实后由人列入"
}

func keptWords(kept []string) string {
	if len(kept) == 0 {
		return ""
	}
	return "已由部门核对或档案没有对应栏目，请在档案中申请更正"
}

// entry adds the three ways to enter a result.
func (p *Pages) entry(view *answerView, s screening.Sheet, path string) {
	view.Same = &sameView{Action: path + "/same"}
	for i, q := range s.Lacks {
		if i > 0 {
			view.Same.Lacks += "、"
		}
		view.Same.Lacks += letter.Punctuate(q.Label)
	}
	ask, change := ui.Part{Title: "这次要问的"}, ui.Part{Title: "与档案不同的才选", Text: "其余不用动，保存后仍与档案一致。"}
	for _, q := range s.Asked {
		told := slices.Contains(s.Told, q.ID) || s.Revealed && s.Answers[q.ID] != ""
		f := question(q, told, s.Answers[q.ID])
		if q.Sets != "" && (told || !q.Required) {
			change.Fields = append(change.Fields, f)
		} else {
			ask.Fields = append(ask.Fields, f)
		}
	}
	form := ui.Form{ID: "changed", Action: path, Submit: "保存结果", Guard: true, Wide: true}
	for _, part := range []ui.Part{ask, change} {
		if len(part.Fields) > 0 {
			form.Parts = append(form.Parts, part)
		}
	}
	view.Open = s.Revealed || len(s.Lacks) > 0
	view.Form = &form
	var reasons []ui.Option
	for _, x := range screening.Reasons {
		reasons = append(reasons, ui.Option{Value: x.Key, Label: x.Label})
	}
	view.Absent = &ui.Form{ID: "absent", Action: path + "/absent", Submit: "保存原因", Fields: []ui.Field{
		{Kind: ui.Radios, Name: "absent", Label: "没有见到的原因", Required: true, Options: reasons},
		{Kind: ui.TextArea, Name: "words", Label: "补充说明", Max: maxWords, Rows: 2, Scope: "absent-"}}}
}

const maxWords = 500

// asFile is the first choice of a question which the file answers.
const asFile = "与档案一致"

// question is the field of a question. Where the file answers it, leaving it
// alone keeps what stands there.
func question(q rule.Question, told bool, value string) ui.Field {
	f := ui.Field{Name: q.ID, Label: letter.Punctuate(q.Label), Hint: letter.Punctuate(q.Hint), Required: q.Required && !told, Blank: "没有了解到"}
	if told {
		f.Blank = asFile
	} else if q.Required {
		f.Blank = "请选择"
	}
	switch q.Kind {
	case "yes-no":
		f.Options = []ui.Option{{Value: rule.Yes, Label: "是"}, {Value: rule.No, Label: "否"}}
		f.Kind = ui.Select
		if q.Sets == "" && q.Calm() != "" {
			f.Kind, f.Options = ui.Radios, []ui.Option{{Value: rule.No, Label: "没有"}, {Value: rule.Yes, Label: "有"}}
		}
		f.Value = value
	case "choice":
		f.Kind, f.Options, f.Value = ui.Select, options(q), value
	case "choices":
		f.Kind, f.Options = ui.Checks, options(q)
		if value != "" {
			f.Values = strings.Split(value, ",")
		}
		if told && value == "" {
			f.Hint = strings.TrimSpace("不勾选就是" + asFile + "。" + f.Hint)
		}
	case "number":
		f.Kind, f.Value, f.Short = ui.Number, value, true
		if told && value == "" {
			f.Hint = strings.TrimSpace("不填就是" + asFile + "。" + f.Hint)
		}
	default:
		f.Kind, f.Max, f.Rows = ui.TextArea, maxWords, 2
		f.Hint = "只写需要知道的事实，不要记录孩子受侵害的经过。"
	}
	return f
}

func options(q rule.Question) []ui.Option {
	var out []ui.Option
	for _, o := range q.Options {
		out = append(out, ui.Option{Value: o.Value, Label: letter.Punctuate(o.Label)})
	}
	return out
}

// Answer takes the answers about a child.
func (p *Pages) Answer(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, who, err := childOf(r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return errs.Wrap(errs.Invalid, err, "提交的内容不完整，请返回后重新提交。")
	}
	s, err := p.Desk.Sheet(r.Context(), p.DB.Reader(), by, id, who)
	if err != nil {
		return err
	}
	in := screening.In{Answers: map[string]string{}}
	for _, q := range s.Asked {
		if values := slices.DeleteFunc(slices.Clone(r.PostForm[q.ID]), func(v string) bool { return strings.TrimSpace(v) == "" }); len(values) > 0 {
			in.Answers[q.ID] = strings.TrimSpace(strings.Join(values, ","))
		}
	}
	return p.enter(w, r, by, s, in, "")
}

// ChildSame enters that nothing has changed with a child.
func (p *Pages) ChildSame(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, who, err := childOf(r)
	if err != nil {
		return err
	}
	s, err := p.Desk.Sheet(r.Context(), p.DB.Reader(), by, id, who)
	if err != nil {
		return err
	}
	in := screening.In{Answers: map[string]string{}}
	for _, q := range s.Asked {
		if calm := q.Calm(); calm != "" {
			in.Answers[q.ID] = calm
		}
	}
	return p.enter(w, r, by, s, in, "")
}

// ChildAbsent enters that a child was not met, and why.
func (p *Pages) ChildAbsent(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, who, err := childOf(r)
	if err != nil {
		return err
	}
	s, err := p.Desk.Sheet(r.Context(), p.DB.Reader(), by, id, who)
	if err != nil {
		return err
	}
	reason := r.PostFormValue("absent")
	if reason == "" {
		f := errs.Fields{}
		f.Check(false, "absent", "请选择没有见到的原因。")
		return p.sheet(w, r, by, s, f.Err(), "absent")
	}
	return p.enter(w, r, by, s, screening.In{Absent: reason, Words: r.PostFormValue("words")}, "absent")
}

func (p *Pages) enter(w http.ResponseWriter, r *http.Request, by access.Actor, s screening.Sheet, in screening.In, which string) error {
	var told screening.Told
	err := p.write(r, func(ctx context.Context, tx *db.Tx) (err error) {
		told, err = p.Desk.Enter(ctx, tx, by, s.Campaign.ID, s.File.ID, in)
		return err
	})
	if errs.Is(err, errs.Invalid) {
		return p.sheet(w, r, by, s, err, which)
	}
	if err != nil {
		return err
	}
	to := villagePath(s.Campaign.ID, s.File.Region)
	if told.Duty != 0 || len(told.Leads) > 0 || len(told.Categories) > 0 || len(told.Kept) > 0 || in.Absent == screening.MovedAway || in.Absent == "lost" {
		to = childPath(s.Campaign.ID, s.File.ID)
	}
	tone, words := wordsOf(told, in)
	ui.RedirectWith(w, r, to, tone, words)
	return nil
}

// wordsOf says what came of an entry, without a word about the child.
func wordsOf(t screening.Told, in screening.In) (ui.Tone, string) {
	words := []string{"已登记：" + t.Outcome.Label() + "。"}
	tone := ui.Done
	if t.Outcome == screening.Changed || t.Outcome == screening.Found {
		words = append(words, "变化已写入档案。")
	}
	if len(t.Leads) > 0 || t.Duty != 0 {
		tone, words = ui.Warn, append(words, "这名儿童需要评估风险等级，已列入待办。孩子正在危险中的，现在就拨打110。")
	}
	if t.Never {
		words = append(words, "这名儿童从未评估，已列入“需评估”。")
	}
	if len(t.Categories) > 0 {
		words = append(words, "按规则可能应当列入新的类别，请核实。")
	}
	if len(t.Kept) > 0 {
		tone, words = ui.Warn, append(words, "有的答案没有写入档案，因为已由部门核对，请申请更正。")
	}
	switch in.Absent {
	case screening.MovedAway:
		words = append(words, "请办理转出，由现居住地接着照看。")
	case "lost":
		tone, words = ui.Danger, append(words, "儿童去向不明的，请立即报告公安机关（110）和乡镇。")
	}
	return tone, strings.Join(words, "")
}
