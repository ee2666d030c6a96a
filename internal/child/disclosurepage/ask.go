package disclosurepage

import (
	"context"
	"net/http"
	"net/url"

	"weibao/internal/access"
	"weibao/internal/child/ledgerpage"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

type askView struct {
	Note ui.Note
	Form ui.Form
}

// Ask asks why, and which columns of the list that was shown.
func (p *Pages) Ask(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.askForm(w, r, by, r.URL.Query(), nil)
}

func (p *Pages) askForm(w http.ResponseWriter, r *http.Request, by access.Actor, q url.Values, problem error) error {
	chosen, err := p.Lists.Choose(p.DB.Reader(), by, q)
	if err != nil {
		return err
	}
	n, err := p.Desk.Lists.Count(r.Context(), p.DB.Reader(), by, chosen.View)
	if err != nil {
		return err
	}
	values := chosen.View.Values()
	values.Del("columns")
	view := askView{Note: ui.Note{Tone: ui.Warn, Title: chosen.Title + "，共" + ui.Count(int(n)) + "人",
		Text: "名单由另一人审批。批准后只有您能下载；文件带有您的单位、姓名、时间和编号的水印，不能改动，到期自动删除。每次下载记入每名儿童的“谁看过”。只选用得到的栏目。"},
		Form: ui.Form{Action: ledgerpage.DisclosePath, Submit: "提交申请", Cancel: chosen.Back, Guard: true, Hidden: []ui.Hidden{{Name: "query", Value: values.Encode()}}, Fields: []ui.Field{
			{Kind: ui.TextArea, Name: "reason", Label: "用途和依据", Required: true, Rows: 3, Max: 500, Hint: "写明交给谁、做什么、依据什么。例如“送县医保局核对参保，依据联席会议纪要”"},
			{Kind: ui.PickMany, Name: "columns", Label: "栏目", Required: true, Options: chosen.Columns, Values: chosen.Fields}}}}
	page := ui.Page{Title: "申请明文导出", Nav: "child", Crumbs: []ui.Crumb{{Label: "台账", Href: chosen.Back}}}
	if problem != nil {
		view.Form, page.Status = view.Form.Fill(r.PostForm, problem), ui.Status(problem)
	}
	return p.UI.Page(w, r, by, "ask.html", page, view)
}

// Asked takes the request.
func (p *Pages) Asked(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	q, err := url.ParseQuery(r.PostFormValue("query"))
	if err != nil {
		return errs.New(errs.Invalid, "条件不完整，请从台账重新打开。")
	}
	chosen, err := p.Lists.Choose(p.DB.Reader(), by, ledgerpage.WithColumns(q, r.PostForm["columns"]))
	if err != nil {
		return err
	}
	var id ref.Disclosure
	err = p.write(r, func(ctx context.Context, tx *db.Tx) (err error) {
		id, err = p.Desk.Ask(ctx, tx, by, chosen.View, r.PostFormValue("reason"))
		return err
	})
	if errs.Is(err, errs.Invalid) {
		return p.askForm(w, r, by, q, err)
	}
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, path(id), ui.Done, "申请已提交，由另一人审批。")
	return nil
}
