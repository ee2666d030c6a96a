package screeningpage

import (
	"context"
	"net/http"
	"net/url"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/letter"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/rule"
	"weibao/internal/screening"
	"weibao/internal/ui"
)

type beginView struct {
	Patterns *ui.Table
	Notes    []ui.Note
	Figures  *ui.Figures
	Form     ui.Form
	Places   *ui.Table
}

// Begin offers what the rules know to be screened, and a form for one of it.
func (p *Pages) Begin(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	tx := p.DB.Reader()
	patterns, err := p.Desk.Patterns(r.Context(), tx, by)
	if err != nil {
		return err
	}
	chosen := screening.New{Region: by.Scope().Region, Begins: today(tx)}
	for i, x := range patterns {
		if i == 0 && r.URL.Query().Get("form") == "" || x.Form.ID == r.URL.Query().Get("form") {
			chosen = x.New
		}
	}
	return p.showBegin(w, r, by, chosen, nil)
}

func (p *Pages) showBegin(w http.ResponseWriter, r *http.Request, by access.Actor, n screening.New, problem error) error {
	tx := p.DB.Reader()
	patterns, err := p.Desk.Patterns(r.Context(), tx, by)
	if err != nil {
		return err
	}
	form, err := p.beginForm(r.Context(), tx, by, n, patterns)
	if err != nil {
		return err
	}
	view := beginView{Patterns: patternTable(patterns), Form: form}
	page := ui.Page{Title: "发起排查", Nav: "screening", Crumbs: crumbs()}
	if problem != nil {
		view.Form, page.Status = form.Fill(r.PostForm, problem), ui.Status(problem)
	}
	return p.UI.Page(w, r, by, "begin.html", page, view)
}

// patternTable tells what the county's rules ask for, and what of it was begun.
func patternTable(patterns []screening.Pending) *ui.Table {
	t := &ui.Table{ID: "patterns", Caption: "本县规则中的排查", Columns: []ui.Column{{Label: "排查表", Wide: true}, {Label: "周期", Slim: true}, {Label: "本期", Slim: true}, {Label: "操作", Tools: true, Slim: true}}}
	for _, x := range patterns {
		state := ui.Cell{Tag: &ui.Tag{State: ui.Waiting, Label: "还没有发起"}}
		if x.Begun != nil {
			state = ui.Cell{Tag: &ui.Tag{State: ui.Finished, Label: "已发起"}, Sub: x.Begun.Begins.String()}
		}
		sub := x.Form.Source.Document
		if note := x.Form.Status.Note(); note != "" {
			sub = note
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: letter.Punctuate(x.Form.Label), Sub: letter.Punctuate(sub)}, ui.T(cycleWord(x.Form)), state,
			{Actions: []ui.Action{{Label: "用这张表", Href: newPath + "?form=" + url.QueryEscape(x.Form.ID), Icon: "check"}}}}})
	}
	return t
}

var cycleWords = map[string]string{"month": "每月", "2month": "每两个月", "quarter": "每季度", "halfyear": "每半年", "term": "每学期", "school-year": "每学年", "year": "每年", "2year": "每两年"}

// cycleWord says how often, and when where the rules name days.
func cycleWord(f rule.Screening) string {
	word := cycleWords[f.Every]
	if f.Ends != "" {
		return word + f.Begins + "至" + f.Ends
	}
	if word == "" {
		return "按需"
	}
	return word
}

func (p *Pages) beginForm(ctx context.Context, tx *db.Tx, by access.Actor, n screening.New, patterns []screening.Pending) (ui.Form, error) {
	places, err := placeOptions(ctx, tx, by)
	if err != nil {
		return ui.Form{}, err
	}
	var forms []ui.Option
	for _, x := range patterns {
		forms = append(forms, ui.Option{Value: x.Form.ID, Label: letter.Punctuate(x.Form.Label)})
	}
	return ui.Form{Action: newPath + "/check", Submit: "下一步：看范围", Cancel: ListPath, Fields: []ui.Field{
		{Kind: ui.Text, Name: "name", Label: "排查名称", Value: letter.Punctuate(n.Name), Max: 60, Required: true},
		{Kind: ui.Select, Name: "form", Label: "排查表", Value: n.Form, Options: forms, Required: true},
		{Kind: ui.Pick, Name: "region", Label: "范围", Value: n.Region, Options: places, Required: true, Blank: "请选择"},
		{Kind: ui.Date, Name: "begins", Label: "开始日期", Value: n.Begins.String(), Required: true, Short: true},
		{Kind: ui.Date, Name: "due", Label: "完成期限", Value: n.Due.String(), Required: true, Short: true, Hint: "到期前自动提醒，超期自动催办。"},
	}}, nil
}

// placeOptions are the divisions that a campaign of the actor's can cover.
func placeOptions(ctx context.Context, tx *db.Tx, by access.Actor) ([]ui.Option, error) {
	list, err := region.Under(ctx, tx, by.Scope().Region)
	var out []ui.Option
	names := map[string]string{}
	for _, r := range list {
		names[r.Code] = r.ShortName
	}
	for _, r := range list {
		if r.Level < region.County {
			continue
		}
		label := r.ShortName
		if r.Level == region.Village {
			label = names[r.Parent] + r.ShortName
		}
		out = append(out, ui.Option{Value: r.Code, Label: label, Keys: r.Search})
	}
	return out, err
}

func readBegin(r *http.Request) (screening.New, error) {
	if err := r.ParseForm(); err != nil {
		return screening.New{}, errs.Wrap(errs.Invalid, err, "提交的内容不完整，请返回后重新提交。")
	}
	n := screening.New{Name: r.PostForm.Get("name"), Form: r.PostForm.Get("form"), Region: r.PostForm.Get("region")}
	f := errs.Fields{}
	n.Begins, n.Due = readDate(f, r.PostForm, "begins"), readDate(f, r.PostForm, "due")
	return n, f.Err()
}

func readDate(f errs.Fields, form url.Values, name string) civil.Date {
	d, err := civil.Parse(form.Get(name))
	f.Check(err == nil, name, "日期请写成2026-11-22的样子。")
	return d
}

// BeginCheck shows to which villages a campaign would go, before it begins.
func (p *Pages) BeginCheck(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	n, err := readBegin(r)
	tx := p.DB.Reader()
	var plan screening.Plan
	if err == nil {
		plan, err = p.Desk.Preview(r.Context(), tx, by, n)
	}
	if refused(err) {
		return p.showBegin(w, r, by, n, err)
	}
	if err != nil {
		return err
	}
	units := make([]ref.Unit, len(plan.Places))
	for i, x := range plan.Places {
		units[i] = x.Unit
	}
	names, err := p.Units(r.Context(), tx, units)
	if err != nil {
		return err
	}
	view := beginView{Figures: &ui.Figures{Items: []ui.Figure{{Label: "村（社区）", Value: ui.Count(len(plan.Places)), Unit: "个"},
		{Label: "在档儿童", Value: count(plan.Known()), Unit: "人", Definition: "居住在范围内、未满18周岁的在用档案"},
		{Label: "每人要答", Value: ui.Count(len(plan.Form.Questions)), Unit: "题以内", Definition: "档案里已有的不用再填"}}}, Places: placeTable(plan, names)}
	view.Notes = append(view.Notes, ui.Note{Tone: ui.Info, Title: "发起后", Text: "每个村（社区）收到一项待办，期限" + n.Due.String() + "，报告完成后自动办结。名单就是档案，排查期间新建、迁入、迁出的随时算在内。"})
	if note := plan.Form.Status.Note(); note != "" {
		view.Notes = append(view.Notes, ui.Note{Tone: ui.Info, Text: "排查表：" + note})
	}
	view.Form = ui.Form{Action: newPath, Submit: "发起排查", Cancel: newPath, Hidden: []ui.Hidden{{Name: "name", Value: n.Name}, {Name: "form", Value: n.Form},
		{Name: "region", Value: n.Region}, {Name: "begins", Value: n.Begins.String()}, {Name: "due", Value: n.Due.String()}}}
	page := ui.Page{Title: n.Name, Kicker: "发起前核对", Nav: "screening", Crumbs: crumbs(ui.Crumb{Label: "发起排查", Href: newPath})}
	return p.UI.Page(w, r, by, "begin.html", page, view)
}

func placeTable(plan screening.Plan, units map[ref.Unit]string) *ui.Table {
	t := &ui.Table{Caption: "排查范围", Columns: []ui.Column{{Label: "村（社区）", Wide: true}, {Label: "由谁排查"}, {Label: "在档儿童", Num: true}}}
	town := ""
	for _, x := range plan.Places {
		if x.Town != town {
			town = x.Town
			t.Rows = append(t.Rows, ui.Row{Heading: town})
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.T(x.Name), ui.T(units[x.Unit]), ui.T(count(x.Known))}})
	}
	return t
}

// BeginDone begins the campaign.
func (p *Pages) BeginDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	n, err := readBegin(r)
	var id ref.Campaign
	if err == nil {
		err = p.write(r, func(ctx context.Context, tx *db.Tx) (err error) {
			id, err = p.Desk.Begin(ctx, tx, by, n)
			return err
		})
	}
	if refused(err) {
		return p.showBegin(w, r, by, n, err)
	}
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, showPath(id), ui.Done, "排查已发起，各村（社区）的待办已下达。")
	return nil
}
