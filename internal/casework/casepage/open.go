package casepage

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"weibao/internal/access"
	"weibao/internal/casework"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

type openView struct {
	Known *ui.Table // cases of the child that the actor knows
	First ui.Note
	Form  ui.Form
}

// Open asks why a case is opened.
func (p *Pages) Open(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.showOpen(w, r, by, nil)
}

func (p *Pages) showOpen(w http.ResponseWriter, r *http.Request, by access.Actor, problem error) error {
	id, err := pathID[ref.Child](r, "child")
	if err != nil {
		return err
	}
	tx := p.DB.Reader()
	c, err := p.Desk.Cabinet.Get(r.Context(), tx, by, id)
	if err != nil {
		return err
	}
	siblings, err := p.siblings(r.Context(), tx, by, id)
	if err != nil {
		return err
	}
	base := "/children/" + ref.Format(id)
	from, err := p.from(r, tx, by, id)
	if err != nil {
		return err
	}
	form := ui.Form{Action: base + "/case", Submit: "开立个案", Cancel: base, Guard: true, Hidden: from.hidden(), Fields: []ui.Field{
		{Kind: ui.Radios, Name: "origin", Label: "来源", Required: true, Options: from.options, Value: string(from.origin)},
		{Kind: ui.TextArea, Name: "why", Value: from.why, Label: "开立的原因", Required: true, Max: 500, Rows: 3, Hint: "写明需要解决的问题。不要写孩子受侵害的经过。"}}}
	if len(siblings) > 0 {
		form.Fields = append(form.Fields, ui.Field{Kind: ui.Checks, Name: "siblings", Label: "同时为兄弟姐妹开立", Options: siblings, Hint: "每个孩子一个个案，互相关联。"})
	}
	page := ui.Page{Title: "开立个案", Nav: "casework", Crumbs: []ui.Crumb{{Label: "未成年人", Href: "/children"}, {Label: called(c), Href: base}}}
	if problem != nil {
		form, page.Status = form.Fill(r.PostForm, problem), ui.Status(problem)
	}
	view := openView{Form: form, First: ui.Note{Tone: ui.Warn, Title: "孩子正在危险中的，现在就拨打110", Text: "个案只对个案组成员显示。开立后您是负责人，可以再加入成员。"}}
	rows, err := p.Desk.Of(r.Context(), tx, by, id)
	if err != nil {
		return err
	}
	if len(rows) > 0 {
		t := ui.Table{ID: "known", Caption: "这名儿童已有的个案", Columns: []ui.Column{{Label: "编号", Wide: true}, {Label: "阶段", Slim: true}}}
		for _, row := range rows {
			tag := phaseTag(row.Phase)
			t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Link(row.Number, Path(row.ID)), {Tag: &tag}}})
		}
		view.Known = &t
	}
	return p.UI.Page(w, r, by, "open.html", page, view)
}

// from is what a case will be opened from.
type from struct {
	origin  casework.Origin
	value   string // id of the report
	of      int64  // id of the assessment or visit; 0 = none
	why     string
	options []ui.Option
}

// hidden carries what led to the page along with the form.
func (f from) hidden() []ui.Hidden {
	out := []ui.Hidden{{Name: "from", Value: f.value}}
	if f.of != 0 {
		out = append(out, ui.Hidden{Name: "of", Value: strconv.FormatInt(f.of, 10)})
	}
	return out
}

// from reads what led to the page: a report, an assessment, a visit, or nothing.
func (p *Pages) from(r *http.Request, tx *db.Tx, by access.Actor, id ref.Child) (from, error) {
	f := from{origin: casework.ByHand, value: r.FormValue("from")}
	if v := r.URL.Query().Get("report"); v != "" {
		f.value = v
	}
	if f.value != "" {
		report, err := ref.Parse[ref.Report](f.value)
		if err != nil {
			return f, errs.Missing()
		}
		title, why, of, err := p.Report(r.Context(), tx, by, report)
		if err == nil && of != id {
			err = errs.Missing()
		}
		f.origin, f.why, f.options = casework.FromReport, why, []ui.Option{{Value: string(casework.FromReport), Label: casework.FromReport.Label(), Hint: title}}
		return f, err
	}
	if of := r.FormValue("of"); of != "" && p.Of != nil {
		thing, err := ref.Parse[ref.Record](of) // of any kind
		if err != nil {
			return f, errs.Missing()
		}
		f.origin, f.of = casework.Origin(r.FormValue("origin")), int64(thing)
		title, err := p.Of(r.Context(), tx, by, id, f.origin, f.of)
		f.options = []ui.Option{{Value: string(f.origin), Label: f.origin.Label(), Hint: title}}
		return f, err
	}
	for _, o := range []casework.Origin{casework.ByHand, casework.FromVisit, casework.FromAssessment, casework.FromEmergency} {
		f.options = append(f.options, ui.Option{Value: string(o), Label: o.Label()})
		if r.URL.Query().Get("origin") == string(o) {
			f.origin = o
		}
	}
	return f, nil
}

// siblings gives the siblings of a child who have a file in the actor's scope.
func (p *Pages) siblings(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child) ([]ui.Option, error) {
	files, err := p.Desk.Cabinet.Dossiers(ctx, tx, by, []ref.Child{id})
	if err != nil {
		return nil, err
	}
	var out []ui.Option
	for _, person := range files[id].People {
		if person.Child == 0 {
			continue
		}
		c, err := p.Desk.Cabinet.Get(ctx, tx, by, person.Child)
		if errs.Is(err, errs.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, ui.Option{Value: ref.Format(c.ID), Label: called(c)})
	}
	return out, nil
}

// OpenDone opens the case.
func (p *Pages) OpenDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID[ref.Child](r, "child")
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return errs.Wrap(errs.Invalid, err, "提交的内容不完整，请返回后重新提交。")
	}
	from, err := p.from(r, p.DB.Reader(), by, id)
	if err != nil {
		return err
	}
	in := casework.New{Child: id, Origin: casework.Origin(r.PostForm.Get("origin")), OriginID: from.of, Why: r.PostForm.Get("why")}
	if from.value != "" {
		report, err := ref.Parse[ref.Report](from.value)
		if err != nil {
			return errs.Missing()
		}
		in.Origin, in.OriginID = casework.FromReport, int64(report)
	}
	for _, v := range r.PostForm["siblings"] {
		s, err := ref.Parse[ref.Child](v)
		if err != nil {
			return errs.Missing()
		}
		in.Siblings = append(in.Siblings, s)
	}
	var opened ref.Case
	err = p.write(r, func(ctx context.Context, tx *db.Tx) error {
		opened, err = p.Desk.Open(ctx, tx, by, in)
		return err
	})
	if errs.Is(err, errs.Invalid) {
		return p.showOpen(w, r, by, err)
	}
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, Path(opened), ui.Done, "个案已开立。请加入成员，评估后制定服务方案。")
	return nil
}

// Enter asks for the number of a case and why it must be seen now.
func (p *Pages) Enter(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.showEnter(w, r, by, nil, nil)
}

func (p *Pages) showEnter(w http.ResponseWriter, r *http.Request, by access.Actor, typed url.Values, problem error) error {
	form := ui.Form{Action: "/cases/enter", Submit: "查看三小时", Cancel: ListPath, Fields: []ui.Field{
		{Kind: ui.Text, Name: "number", Label: "个案编号", Required: true, Short: true, Hint: "例如：个案〔2026〕1号"},
		{Kind: ui.TextArea, Name: "reason", Label: "理由", Required: true, Max: 500, Rows: 3}}}
	page := ui.Page{Title: "紧急查看个案", Nav: "casework", Crumbs: crumbs()}
	return p.UI.Ask(w, r, by, page, form, typed, problem, &ui.Note{Tone: ui.Warn, Title: "只在孩子有危险又联系不上个案组时使用",
		Text: "查看三小时后自动失效。您的姓名、时间和理由记入个案和审计记录，个案组成员会看到。"})
}

// EnterDone opens the case for three hours.
func (p *Pages) EnterDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	var id ref.Case
	number, reason := r.PostFormValue("number"), r.PostFormValue("reason")
	err := p.write(r, func(ctx context.Context, tx *db.Tx) (err error) {
		id, err = p.Desk.Enter(ctx, tx, by, number, reason)
		return err
	})
	if errs.Is(err, errs.Invalid) {
		return p.showEnter(w, r, by, r.PostForm, err)
	}
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, Path(id), ui.Warn, "已打开三小时。本次查看已记入个案和审计记录。")
	return nil
}
