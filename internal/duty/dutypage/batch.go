package dutypage

import (
	"context"
	"net/http"
	"strconv"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

type batchView struct {
	Table   ui.Table
	Confirm ui.Confirm
}

// batchAct is an act on many duties at once, previewed first.
type batchAct struct {
	tail, title, text string
	reason            bool
	fits              func(d duty.Duty, by access.Actor) bool
	do                func(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, id ref.Duty, words string) error
}

var batchSign = batchAct{tail: "sign", title: "批量签收", text: "签收后开始由本单位办理。已签收的不会重复。",
	fits: func(d duty.Duty, by access.Actor) bool { return d.Unit == by.Post.Unit && d.Signed == 0 },
	do: func(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, id ref.Duty, _ string) error {
		return p.Kernel.Sign(ctx, tx, by, id)
	}}

var batchUrge = batchAct{tail: "urge", title: "批量催办", text: "催办记入每项工作的办理经过。", reason: true,
	fits: func(d duty.Duty, by access.Actor) bool { return by.Scope().Sees(d.Unit, d.Region) },
	do: func(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, id ref.Duty, words string) error {
		return p.Kernel.Urge(ctx, tx, by, id, words)
	}}

// batch previews an act on the selected duties; confirmed, it does it for all
// or for none.
func (p *Pages) batch(a batchAct) ui.Handler {
	return func(w http.ResponseWriter, r *http.Request, by access.Actor) error {
		list, err := p.selected(r, by, a)
		if err != nil {
			return err
		}
		if r.PostFormValue("confirmed") != "1" {
			return p.preview(w, r, by, a, list)
		}
		err = p.write(r, func(ctx context.Context, tx *db.Tx) error {
			for _, d := range list {
				if err := a.do(p, ctx, tx, by, d.ID, reason(r)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		ui.RedirectWith(w, r, "/duties", ui.Done, a.title+"完成，共"+strconv.Itoa(len(list))+"项。")
		return nil
	}
}

// selected reads the chosen duties; those outside the scope or to which the
// act does not apply are left out.
func (p *Pages) selected(r *http.Request, by access.Actor, a batchAct) ([]duty.Duty, error) {
	if err := r.ParseForm(); err != nil {
		return nil, errs.Wrap(errs.Invalid, err, "没有读到所选的事项，请返回重新勾选。")
	}
	ids := r.PostForm["id"]
	if len(ids) > ui.BatchMax {
		return nil, errs.Newf(errs.Invalid, "一次最多处理%d项，请分批进行。", ui.BatchMax)
	}
	tx := p.DB.Reader()
	var out []duty.Duty
	for _, text := range ids {
		id, err := ref.Parse[ref.Duty](text)
		if err != nil {
			return nil, errs.Missing()
		}
		d, err := p.Kernel.Get(r.Context(), tx, by, id)
		if err != nil {
			return nil, err
		}
		if d.State == duty.Open && a.fits(d, by) {
			out = append(out, d)
		}
	}
	if len(out) == 0 {
		return nil, errs.New(errs.Invalid, "所选事项中没有可以"+a.title+"的，请返回重新勾选。")
	}
	return out, nil
}

func (p *Pages) preview(w http.ResponseWriter, r *http.Request, by access.Actor, a batchAct, list []duty.Duty) error {
	tx := p.DB.Reader()
	b, err := p.Kernel.Bounds(r.Context(), tx)
	if err != nil {
		return err
	}
	names, err := p.Units(r.Context(), tx, unitsOf(list))
	if err != nil {
		return err
	}
	form := ui.Form{Action: "/duties/batch/" + a.tail, Submit: a.title + strconv.Itoa(len(list)) + "项", Cancel: "/duties",
		Hidden: []ui.Hidden{{Name: "confirmed", Value: "1"}}}
	if a.reason {
		form.Fields = []ui.Field{{Kind: ui.TextArea, Name: "reason", Label: "催办内容", Max: 500, Rows: 2}}
	}
	t := ui.Table{Caption: "将要处理的事项", Columns: []ui.Column{{Label: "事项", Wide: true}, {Label: "责任单位"}, {Label: "时限"}}}
	for _, d := range list {
		form.Hidden = append(form.Hidden, ui.Hidden{Name: "id", Value: ref.Format(d.ID)})
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.T(d.Title), ui.T(names[d.Unit]), ui.Dues(Due(d, b))}})
	}
	page := ui.Page{Title: a.title, Nav: "desk", Crumbs: []ui.Crumb{{Label: "我的待办", Href: "/duties"}}}
	return p.UI.Page(w, r, by, "batch.html", page, batchView{Table: t, Confirm: ui.Confirm{Title: a.title, Text: a.text, Form: form}})
}
