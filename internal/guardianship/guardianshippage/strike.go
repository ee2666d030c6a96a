package guardianshippage

import (
	"context"
	"net/http"
	"slices"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/guardianship"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

// Strike asks why a fact was entered wrongly, and says what follows.
func (p *Pages) Strike(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.showStrike(w, r, by, nil)
}

func (p *Pages) showStrike(w http.ResponseWriter, r *http.Request, by access.Actor, problem error) error {
	t, _, err := p.told(r, by)
	if err != nil {
		return err
	}
	id, err := ref.Parse[ref.Record](r.FormValue("fact"))
	at := slices.IndexFunc(t.Facts, func(f guardianship.Said) bool { return f.ID == id && f.Struck == 0 })
	if err != nil || at < 0 {
		return errs.Missing()
	}
	f := t.Facts[at]
	form := ui.Form{Action: path(t.ID) + "/strike", Submit: "撤销这项进展", Danger: true, Cancel: path(t.ID), Hidden: []ui.Hidden{{Name: "fact", Value: ref.Format(id)}},
		Warning: "撤销后，措施的现状和要办的事项回到没有登记这一项时的样子。经过里仍然看得到撤销的记录。",
		Fields:  []ui.Field{{Kind: ui.TextArea, Name: "reason", Label: "更正的原因", Required: true, Max: maxWords, Rows: 2}}}
	page := ui.Page{About: t.Child.ID, Title: "更正登记错误", Nav: nav, Crumbs: []ui.Crumb{{Label: "监护干预措施", Href: ListPath}, {Label: words(t.Rule.Label), Href: path(t.ID)}}}
	if problem != nil {
		form, page.Status = form.Fill(r.PostForm, problem), ui.Status(problem)
	}
	view := recordView{Form: form, Basis: ui.Summary{Facts: []ui.Fact{{Label: "进展", Value: words(f.Rule.Label)}, {Label: "时间", Value: civil.FormatTime(f.At.Time())}, {Label: "登记人", Value: f.ByName}}}}
	return p.UI.Page(w, r, by, "record.html", page, view)
}

// StrikeDone takes a fact back.
func (p *Pages) StrikeDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := measureOf(r)
	if err != nil {
		return err
	}
	fact, err := ref.Parse[ref.Record](r.PostFormValue("fact"))
	if err != nil {
		return errs.Missing()
	}
	err = p.write(r, func(ctx context.Context, tx *db.Tx) error {
		return p.Desk.Strike(ctx, tx, by, id, fact, r.PostFormValue("reason"))
	})
	if errs.Is(err, errs.Invalid) {
		return p.showStrike(w, r, by, err)
	}
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, path(id), ui.Done, "已撤销，要办的事项已按现在的进展重新排好。")
	return nil
}

// Invite makes units parties.
func (p *Pages) Invite(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.parties(w, r, by, "已加入，该单位现在看得到这项措施。", func(ctx context.Context, tx *db.Tx, id ref.Measure, unit ref.Unit) error {
		return p.Desk.Invite(ctx, tx, by, id, []ref.Unit{unit})
	})
}

// Dismiss ends that a unit takes part.
func (p *Pages) Dismiss(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.parties(w, r, by, "已移出，该单位不再看得到这项措施。", func(ctx context.Context, tx *db.Tx, id ref.Measure, unit ref.Unit) error {
		return p.Desk.Dismiss(ctx, tx, by, id, unit)
	})
}

func (p *Pages) parties(w http.ResponseWriter, r *http.Request, by access.Actor, said string, do func(ctx context.Context, tx *db.Tx, id ref.Measure, unit ref.Unit) error) error {
	t, _, err := p.told(r, by)
	if err != nil {
		return err
	}
	id := t.ID
	unit, bad := ref.Parse[ref.Unit](r.PostFormValue("unit"))
	err = p.write(r, func(ctx context.Context, tx *db.Tx) error {
		if bad != nil {
			return errs.New(errs.Conflict, "没有选择单位。请返回措施页面，选择单位后再提交。")
		}
		return do(ctx, tx, id, unit)
	})
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, path(id), ui.Done, said)
	return nil
}
