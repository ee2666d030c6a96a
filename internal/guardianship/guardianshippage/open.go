package guardianshippage

import (
	"context"
	"net/http"
	"net/url"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/guardianship"
	"weibao/internal/ref"
	"weibao/internal/rule/protection"
	"weibao/internal/ui"
)

type kindsView struct {
	First  ui.Note
	Groups []groupView
}

type groupView struct {
	Title string
	Table ui.Table
}

type openView struct {
	First ui.Note
	Basis ui.Summary
	Sure  *ui.Note
	Form  ui.Form
}

// Open lets choose a measure, then asks what it needs.
func (p *Pages) Open(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.showOpen(w, r, by, nil, nil)
}

func (p *Pages) showOpen(w http.ResponseWriter, r *http.Request, by access.Actor, typed url.Values, problem error) error {
	id, err := childOf(r)
	if err != nil {
		return err
	}
	tx := p.DB.Reader()
	c, err := p.Desk.Cabinet.Get(r.Context(), tx, by, id)
	if err != nil {
		return err
	}
	kind := typed.Get("kind")
	if typed == nil {
		kind = r.FormValue("kind")
	}
	rule, ok := p.Desk.Rule(kind, today(tx))
	if !ok {
		return p.UI.Page(w, r, by, "kinds.html", ui.Page{Title: "采取监护干预措施", Nav: "child", Crumbs: crumbs(by, c), Lead: "选择要采取的措施。措施可以并用。"},
			kindsView{danger, p.groups(id, today(tx))})
	}
	units, err := p.Choices(r.Context(), tx, by)
	if err != nil {
		return err
	}
	form := ui.Form{Action: childPath(id) + "/new", Submit: "登记", Cancel: childPath(id), Guard: true, Hidden: []ui.Hidden{{Name: "kind", Value: rule.ID}}}
	fields, err := p.fields(r.Context(), tx, rule.First(), c)
	if err != nil {
		return err
	}
	form.Fields = append(p.causeFields(rule, units), fields...)
	page := ui.Page{Title: words(rule.Label), Nav: "child", Crumbs: crumbs(by, c), Lead: words(rule.Note)}
	if problem != nil {
		form, page.Status = form.Fill(typed, problem), ui.Status(problem)
	}
	return p.UI.Page(w, r, by, "open.html", page, openView{danger, basis(rule), sure(rule), form})
}

func (p *Pages) groups(id ref.Child, on civil.Date) []groupView {
	var out []groupView
	for _, g := range protection.Groups {
		t := ui.Table{ID: g.ID, Caption: g.Label, Columns: []ui.Column{{Label: "措施", Wide: true}, {Label: "依据"}}}
		for _, m := range p.Desk.Book().Measures(on) {
			if m.Group != g.ID {
				continue
			}
			cell := ui.Link(words(m.Label), childPath(id)+"/new?kind="+m.ID)
			if m.Secret {
				cell.Sub = "保密：只有参与的单位看得到"
			}
			law := ui.T(m.Cite())
			if !m.Verified {
				law.Sub = "未核实"
			}
			t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{cell, law}})
		}
		if len(t.Rows) > 0 {
			out = append(out, groupView{g.Label, t})
		}
	}
	return out
}

func basis(r protection.Measure) ui.Summary {
	s := ui.Summary{Facts: []ui.Fact{{Label: "法律依据", Value: r.Cite()}}}
	if r.Secret {
		s.Facts = append(s.Facts, ui.Fact{Label: "知悉范围", Value: "保密：只有参与的单位看得到"})
	}
	return s
}

// causeFields ask why a measure is taken and whose it is.
func (p *Pages) causeFields(r protection.Measure, units []ui.Option) []ui.Field {
	var out []ui.Field
	if len(r.Grounds) > 0 {
		out = append(out, ui.Field{Kind: ui.Checks, Name: "grounds", Label: "符合的情形", Required: true, Options: choices(r.Grounds)})
	}
	if len(r.Askers) > 0 {
		out = append(out, ui.Field{Kind: ui.Radios, Name: "asker", Label: "由谁提出", Required: true, Options: choices(r.Askers)})
	}
	return append(out,
		ui.Field{Kind: ui.Text, Name: "person", Label: "对谁采取", Max: maxLine, Hint: "例如“父亲”。没有具体的人可以不填。"},
		ui.Field{Kind: ui.Pick, Name: "unit", Label: "负责单位", Blank: "按本县规则确定", Options: units})
}

func choices(list []protection.Choice) []ui.Option {
	out := make([]ui.Option, len(list))
	for i, c := range list {
		out[i] = ui.Option{Value: c.ID, Label: words(c.Label), Hint: c.Article}
		if c.Unverified {
			out[i].Hint += "（未核实）"
		}
	}
	return out
}

const (
	maxLine  = 60
	maxWords = 500
)

// fields ask what a fact needs to be entered.
func (p *Pages) fields(ctx context.Context, tx *db.Tx, f protection.Fact, c child.Child) ([]ui.Field, error) {
	day := today(tx).String()
	out := []ui.Field{{Kind: ui.Date, Name: "day", Label: words(f.Label) + "的日期", Value: day, Top: day, Short: true, Required: true}}
	if f.Hour {
		out = append(out, ui.Field{Kind: ui.Text, Name: "hour", Label: "时间", Short: true, Max: 5, Hint: "24小时制，例如09:30。不填的按登记的时间计。"})
	}
	if f.Urgent {
		out = append(out, ui.Field{Kind: ui.Check, Name: "urgent", Label: "情况紧急", Hint: "勾选后按紧急的时限办理"})
	}
	if f.Number {
		out = append(out, ui.Field{Kind: ui.Text, Name: "number", Label: "文号或案号", Max: maxLine})
	}
	if f.Term {
		out = append(out, ui.Field{Kind: ui.Date, Name: "since", Label: "从哪一天起算", Short: true, Hint: "按裁定书填写。不填的从原期限届满之日起算。"})
	}
	if f.Until {
		out = append(out, ui.Field{Kind: ui.Date, Name: "until", Label: "到哪一天为止", Short: true, Hint: p.limitHint(f, today(tx))})
	}
	if f.Place {
		out = append(out, ui.Field{Kind: ui.Radios, Name: "place", Label: "安置方式", Required: true, Options: choices(guardianship.Places), Hint: p.placeHint(c, today(tx))},
			ui.Field{Kind: ui.Text, Name: "where", Label: "具体在哪里", Max: maxLine})
	}
	hint := "只写判断和办理需要的事实。不要记录孩子受侵害的经过。"
	w, limited, err := p.Desk.Window(ctx, tx, c.ID, f)
	if limited && err == nil {
		hint = words(w.Words()) + "不在期间内的，写明理由。" + hint
	}
	out = append(out, ui.Field{Kind: ui.TextArea, Name: "words", Label: "情况", Max: maxWords, Rows: 3, Required: f.Words, Hint: hint})
	return append(out, p.needs(f, today(tx))...), err
}

// limitHint says how long a measure may hold, and how sure that is.
func (p *Pages) limitHint(f protection.Fact, on civil.Date) string {
	if c, ok := p.Desk.Clock(f.Most, on); ok {
		return "不填的按最长期限计。" + words(guardianship.Basis(c))
	}
	return ""
}

// placeHint says what the county has fixed about the age.
func (p *Pages) placeHint(c child.Child, on civil.Date) string {
	h, ok := p.Desk.Home(c, on)
	if !ok {
		return ""
	}
	hint := words(h.Words()) + "；送其他机构的，在“情况”中写明理由。"
	if note := h.Limit.Status.Note(); note != "" {
		hint += note + "。"
	}
	return hint
}

// OpenDone opens the measure.
func (p *Pages) OpenDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := childOf(r)
	if err != nil {
		return err
	}
	if _, err := p.Desk.Cabinet.Get(r.Context(), p.DB.Reader(), by, id); err != nil {
		return err
	}
	fresh := ref.New[ref.Measure](p.DB.Reader().Now.Time())
	typed, files, err := p.read(r, fresh)
	var entry guardianship.Entry
	if err == nil {
		entry, err = readEntry(typed)
		files.put(&entry, typed)
	}
	in := guardianship.In{ID: fresh, Kind: typed.Get("kind"), First: entry, Cause: guardianship.Cause{Grounds: typed["grounds"],
		Asker: typed.Get("asker"), Person: typed.Get("person")}}
	if u, bad := ref.Parse[ref.Unit](typed.Get("unit")); bad == nil {
		in.Unit = u
	}
	var measure ref.Measure
	if err == nil {
		err = p.write(r, func(ctx context.Context, tx *db.Tx) (err error) {
			measure, err = p.Desk.Open(ctx, tx, by, id, in)
			return err
		})
	}
	if errs.Is(err, errs.Invalid) {
		return p.showOpen(w, r, by, typed, err)
	}
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, path(measure), ui.Done, "已登记，要办的事项和时限已经排好。")
	return nil
}
