// Package noticepage holds the screen on which a unit enters that school or
// village was told of entrusted care in writing.
//
// It owns no table. It promises that the page names the child to the unit that
// has the duty and to whoever keeps the file alone, that it shows nothing
// private, and that what lies outside the actor's reach looks like what does
// not exist. It never asks for a copy of the paper, only where it is kept.
package noticepage

import (
	"net/http"

	"weibao/internal/access"
	"weibao/internal/child/notice"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

// Deps is what the screen stands on.
type Deps struct {
	DB   *db.DB
	UI   *ui.Renderer
	Desk *notice.Desk
}

// Pages serves the screen.
type Pages struct{ Deps }

// New makes the screen.
func New(d Deps) (*Pages, error) { return &Pages{d}, nil }

// DutyHref is the page on which a duty of this slice is handled, for the inbox.
func DutyHref(d duty.Duty) string { return path(d.ID) }

func path(id ref.Duty) string { return "/notices/" + ref.Format(id) }

// Routes lists every address of this package.
func (p *Pages) Routes() []ui.Route {
	return []ui.Route{
		{Method: "GET", Path: "/notices/{duty}", Permission: "child.notice", Handle: p.Show},
		{Method: "POST", Path: "/notices/{duty}", Permission: "child.notice", Handle: p.Confirm},
	}
}

// Show asks when and by which paper somebody was told.
func (p *Pages) Show(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.show(w, r, by, nil)
}

func (p *Pages) show(w http.ResponseWriter, r *http.Request, by access.Actor, problem error) error {
	id, err := ref.Parse[ref.Duty](r.PathValue("duty"))
	if err != nil {
		return errs.Missing()
	}
	tx := p.DB.Reader()
	d, c, err := p.Desk.Asked(r.Context(), tx, by, id)
	if err != nil {
		return err
	}
	if d.State != duty.Open {
		ui.Redirect(w, r, "/duties/"+ref.Format(d.ID))
		return nil
	}
	today := civil.DateOf(tx.Now.Time()).String()
	form := ui.Form{Action: path(id), Submit: "登记已书面告知", Cancel: "/duties/" + ref.Format(id), Guard: true, Fields: []ui.Field{
		{Kind: ui.Date, Name: "day", Label: "书面告知的日期", Required: true, Top: today, Short: true},
		{Kind: ui.Text, Name: "proof", Label: "凭据", Required: true, Max: maxProof, Hint: "告知书或者回执的编号，或者存放在哪里。不用上传复印件。"}}}
	note := &ui.Note{Tone: ui.Info, Title: "父母或者其他监护人应当书面告知（《未成年人保护法》第二十三条）",
		Text: "没有收到的，请联系监护人补交；监护人在外的，可以由村（居）委会代为转交。登记后写入档案，这项待办办结。"}
	page := ui.Page{About: c.ID, Title: d.Title, Nav: "desk", Crumbs: []ui.Crumb{{Label: "我的待办", Href: "/duties"}}, Lead: c.School}
	return p.UI.Ask(w, r, by, page, form, r.PostForm, problem, note)
}

const maxProof = 100

// Confirm takes it.
func (p *Pages) Confirm(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := ref.Parse[ref.Duty](r.PathValue("duty"))
	if err != nil {
		return errs.Missing()
	}
	f := errs.Fields{}
	day, err := civil.Parse(r.PostFormValue("day"))
	f.Check(err == nil, "day", "日期请写成2026-11-22的样子。")
	if err = f.Err(); err == nil {
		err = p.DB.Write(r.Context(), func(tx *db.Tx) error {
			return p.Desk.Confirm(r.Context(), tx, by, id, notice.Told{Day: day, Proof: r.PostFormValue("proof")})
		})
	}
	if errs.Is(err, errs.Invalid) {
		return p.show(w, r, by, err)
	}
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, "/duties", ui.Done, "已登记，告知的日期和凭据已写入档案。")
	return nil
}
