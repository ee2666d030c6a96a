package hotlinepage

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/intake"
	"weibao/internal/intake/receipt"
	"weibao/internal/ui"
)

type newView struct {
	Note  ui.Note
	Draft *ui.Note
	Drop  *ui.Form
	Form  ui.Form
}

// New shows the form, with what was being typed when the page was left.
func (p *Pages) New(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	text, at, err := p.Desk.Draft(r.Context(), p.DB.Reader(), by)
	if err != nil {
		return err
	}
	typed, err := url.ParseQuery(text)
	if err != nil || text == "" {
		typed, at = nil, 0
	}
	return p.showNew(w, r, by, typed, at, nil)
}

func (p *Pages) showNew(w http.ResponseWriter, r *http.Request, by access.Actor, typed url.Values, draft clock.Instant, problem error) error {
	tx := p.DB.Reader()
	regions, err := p.Regions(r.Context(), tx, by)
	if err != nil {
		return err
	}
	v := newView{Note: ui.Note{Tone: ui.Danger, Title: "孩子正在受伤害的，先转110", Text: "请来电人立即拨打110、120，或者三方接通；接通以后再继续登记。登记不代替报警。"},
		Form: ui.Form{ID: "hotline", Action: "/intake/new", Submit: "登记", Cancel: "/intake/mine", Wide: true, Parts: p.parts(by, regions)}}
	if draft != 0 {
		v.Draft = &ui.Note{Tone: ui.Info, Title: "接着上次没有提交的登记", Text: "已恢复" + civil.FormatTime(draft.Time()) + "自动保存的内容。"}
		v.Drop = &ui.Form{Action: "/intake/draft/drop", Submit: "清空，重新登记"}
	}
	page := ui.Page{Title: "登记报告", Nav: section, Tabs: p.UI.Tabs(by, section, "/intake/new"), Scripts: []string{"hotline"}}
	if typed != nil || problem != nil {
		v.Form = v.Form.Fill(typed, problem)
	}
	if problem != nil {
		page.Status = ui.Status(problem)
	}
	return p.UI.Page(w, r, by, "new.html", page, v)
}

// parts are the twelve fields, the most urgent first.
func (p *Pages) parts(by access.Actor, regions []ui.Option) []ui.Part {
	today := civil.DateOf(p.DB.Clock.Now())
	var channels, situations []ui.Option
	for _, c := range p.Book().Channels(today) {
		if c.Intake && !selfServed[c.ID] {
			channels = append(channels, ui.Option{Value: c.ID, Label: c.Label})
		}
	}
	for _, s := range p.Book().Situations(today) {
		situations = append(situations, ui.Option{Value: s.ID, Label: s.Label})
	}
	var about []ui.Option
	for _, a := range intake.Abouts {
		about = append(about, ui.Option{Value: a.Value, Label: a.Label + "的干部、工作人员或者其亲属"})
	}
	return []ui.Part{
		{Title: "危险和事项", Fields: []ui.Field{
			{Kind: ui.Select, Name: "danger", Label: "孩子现在有危险吗", Required: true, Blank: "请选择", Focus: true, Options: []ui.Option{{Value: "yes", Label: "1 有危险"}, {Value: "no", Label: "2 没有"}, {Value: "unknown", Label: "3 不清楚"}}},
			{Kind: ui.Pick, Name: "what", Label: "情形", Required: true, Blank: "请选择", Options: situations},
			{Kind: ui.Pick, Name: "region", Label: "发生地", Blank: "不清楚", Options: regions},
			{Kind: ui.Text, Name: "place", Label: "具体地方", Max: 300},
		}},
		{Title: "情况", Fields: []ui.Field{
			{Kind: ui.TextArea, Name: "narrative", Label: "来电内容", Required: true, Max: intake.MaxNarrative, Rows: 5, Hint: "记事实，不追问受害经过"},
			{Kind: ui.Text, Name: "child", Label: "孩子姓名", Max: 50, Hint: "已有档案的会提示"},
			{Kind: ui.Text, Name: "age", Label: "孩子年龄", Max: 20, Short: true},
			{Kind: ui.Select, Name: "about", Label: "涉及干部、工作人员或者其亲属", Blank: "不涉及或者不清楚", Options: about},
		}},
		{Title: "来电人", Text: "不愿留下的可以不填，照样登记，把查询码念给他。", Fields: []ui.Field{
			{Kind: ui.Phone, Name: "phone", Label: "电话", Max: 20, Short: true, Hint: "打过来的会提示上次的报告"},
			{Kind: ui.Text, Name: "name", Label: "姓名", Max: 50, Short: true},
			{Kind: ui.Text, Name: "relation", Label: "与孩子的关系", Max: 50, Short: true},
			{Kind: ui.Select, Name: "channel", Label: "渠道", Required: true, Value: channelOf(by), Options: channels},
		}},
	}
}

// selfServed are channels by which only the reporter himself comes in.
var selfServed = map[string]bool{"web": true, "child": true, "api": true, "mandatory": true}

// channelOf is the usual channel of a role.
func channelOf(by access.Actor) string {
	switch by.Post.Role {
	case access.Liaison:
		return "unit"
	case access.ChildDirector, access.Supervisor:
		return "village"
	}
	return "phone"
}

// read makes a report of the form.
func read(form url.Values) intake.In {
	in := intake.In{Danger: form.Get("danger") == "yes", What: form.Get("what"), Narrative: form.Get("narrative"), Channel: form.Get("channel"), About: form.Get("about"),
		Place: intake.Place{Region: form.Get("region"), Text: form.Get("place")}}
	in.Child = &intake.Child{Name: form.Get("child"), Age: form.Get("age")}
	in.Reporter = &intake.Reporter{Name: form.Get("name"), Phone: form.Get("phone"), Relation: form.Get("relation")}
	return in
}

type doneView struct {
	Groups []string
	Urgent *ui.Note
	Facts  ui.Summary
}

// NewDone stores the report, forgets the draft and shows the receipt to be
// read to the caller.
func (p *Pages) NewDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	if err := r.ParseForm(); err != nil {
		return errs.Wrap(errs.Invalid, err, "内容没有传完整，请重试。")
	}
	if r.PostForm.Get("danger") == "" {
		return p.showNew(w, r, by, r.PostForm, 0, errs.Fields{"danger": "请先问清孩子现在有没有危险。"}.Err())
	}
	in := read(r.PostForm)
	out, err := p.Desk.Take(r.Context(), p.DB, by, in, "")
	if errs.Is(err, errs.Invalid) {
		return p.showNew(w, r, by, r.PostForm, 0, err)
	}
	if err != nil {
		return err
	}
	if err := p.write(r, func(ctx context.Context, tx *db.Tx) error { return p.Desk.DropDraft(ctx, tx, by) }); err != nil {
		return err
	}
	v := doneView{Groups: strings.Fields(receipt.Format(out.Receipt)), Facts: ui.Summary{Facts: []ui.Fact{{Label: "报告编号", Value: out.Number},
		{Label: "登记时间", Value: civil.FormatTime(out.At.Time())}, {Label: "紧急程度", Value: out.Urgency.Label()}}}}
	if in.Danger {
		v.Urgent = &ui.Note{Tone: ui.Danger, Title: "确认来电人已经拨打110", Text: "本系统已把这件报告作为紧急报告交给未保办，但不代替报警。"}
	}
	page := ui.Page{Title: "已登记", Nav: section, Lead: "请把查询码念给来电人。查询码只显示这一次。", Status: http.StatusCreated,
		Action: &ui.Action{Label: "登记下一件", Href: "/intake/new", Icon: "plus"}, More: []ui.Action{{Label: "我登记的报告", Href: "/intake/mine"}}}
	return p.UI.Page(w, r, by, "done.html", page, v)
}

// Draft keeps what is being typed.
func (p *Pages) Draft(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	if err := r.ParseForm(); err != nil {
		return errs.Wrap(errs.Invalid, err, "内容没有传完整。")
	}
	if err := p.write(r, func(ctx context.Context, tx *db.Tx) error { return p.Desk.SaveDraft(ctx, tx, by, r.PostForm.Encode()) }); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// DraftDropped forgets what was being typed.
func (p *Pages) DraftDropped(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	if err := p.write(r, func(ctx context.Context, tx *db.Tx) error { return p.Desk.DropDraft(ctx, tx, by) }); err != nil {
		return err
	}
	ui.RedirectWith(w, r, "/intake/new", ui.Done, "已清空。")
	return nil
}
