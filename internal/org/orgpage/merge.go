package orgpage

import (
	"context"
	"net/http"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/org"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

type mergeView struct {
	Ask     *ui.Form
	Confirm *ui.Confirm
}

// MergeForm asks into which unit another one goes.
func (p *Pages) MergeForm(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.showMerge(w, r, by, nil)
}

// MergeUnit shows what a merger will do, and does it once that was confirmed.
func (p *Pages) MergeUnit(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	u, err := p.unitOf(r, by)
	if err != nil {
		return err
	}
	into, err := ref.Parse[ref.Unit](r.PostFormValue("into"))
	if err != nil {
		return p.showMerge(w, r, by, errs.Fields{"into": "请选择并入哪个单位。"}.Err())
	}
	if r.PostFormValue("confirmed") == "" {
		return p.showPreview(w, r, by, u, into)
	}
	err = p.write(r, func(ctx context.Context, tx *db.Tx) error {
		return p.Flow.MergeUnits(ctx, tx, by, u.ID, into, basisOf(r))
	})
	if errs.Is(err, errs.Invalid) {
		return p.showMerge(w, r, by, err)
	}
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, unitPath(into), ui.Done, "已撤并，原单位的名称、岗位和在办事项已转到本单位。")
	return nil
}

func (p *Pages) showMerge(w http.ResponseWriter, r *http.Request, by access.Actor, problem error) error {
	u, err := p.unitOf(r, by)
	if err != nil {
		return err
	}
	tx := p.DB.Reader()
	options, err := unitOptions(r.Context(), tx, by)
	if err != nil {
		return err
	}
	form := ui.Form{Action: unitPath(u.ID) + "/merge", Submit: "下一步：查看影响", Cancel: unitPath(u.ID), Fields: append([]ui.Field{
		{Kind: ui.Pick, Name: "into", Label: "并入哪个单位", Required: true, Blank: "请选择", Options: options},
	}, basisFields(today(tx))...)}
	page := ui.Page{Title: "撤并" + u.Call(), Nav: "system", Crumbs: []ui.Crumb{{Label: "单位", Href: unitsPath}, {Label: u.Call(), Href: unitPath(u.ID)}}}
	if problem != nil {
		form, page.Status = form.Fill(r.PostForm, problem), ui.Status(problem)
	}
	return p.UI.Page(w, r, by, "merge.html", page, mergeView{Ask: &form})
}

func (p *Pages) showPreview(w http.ResponseWriter, r *http.Request, by access.Actor, u org.Unit, into ref.Unit) error {
	ctx, tx := r.Context(), p.DB.Reader()
	target, err := org.Get(ctx, tx, by, into)
	if err != nil {
		return err
	}
	points, err := p.mergePoints(ctx, tx, by, u)
	if err != nil {
		return err
	}
	hidden := []ui.Hidden{{Name: "confirmed", Value: "1"}}
	for _, name := range []string{"into", "on", "document", "reason"} {
		hidden = append(hidden, ui.Hidden{Name: name, Value: r.PostFormValue(name)})
	}
	confirm := ui.Confirm{Title: "将" + u.Call() + "并入" + target.Call(), Text: "撤并后不能恢复。原单位的历史记录保留，今后都由" + target.Call() + "承接：", Points: points,
		Form: ui.Form{Action: unitPath(u.ID) + "/merge", Hidden: hidden, Submit: "确认撤并", Danger: true, Cancel: unitPath(u.ID)}}
	page := ui.Page{Title: "确认撤并", Nav: "system", Crumbs: []ui.Crumb{{Label: "单位", Href: unitsPath}, {Label: u.Call(), Href: unitPath(u.ID)}}}
	return p.UI.Page(w, r, by, "merge.html", page, mergeView{Confirm: &confirm})
}

func (p *Pages) mergePoints(ctx context.Context, tx *db.Tx, by access.Actor, u org.Unit) ([]string, error) {
	below, err := org.Inferiors(ctx, tx, by, u.ID)
	if err != nil {
		return nil, err
	}
	people, err := p.people(ctx, tx, []ref.Unit{u.ID})
	if err != nil {
		return nil, err
	}
	points := []string{"名称和别名转为别名，旧文件里的称呼仍能认出", "下级单位" + ui.Count(len(below)) + "个", "在岗人员" + ui.Count(len(people[u.ID])) + "人"}
	if !by.Can("duty.inbox") {
		return append(points, "全部在办事项"), nil
	}
	open, late, err := p.load(ctx, tx, by, u.ID)
	return append(points, "在办事项"+items(open)+"，其中超期"+items(late)+"；时限不变"), err
}
