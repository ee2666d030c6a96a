// Package authpage holds the screens of login and of the three administrators:
// accounts and posts, keys, the audit journal.
//
// It owns no table. A login goes through up to three further steps, each with
// its own address: one-time code, new password, binding of the one-time code.
// What is secret (a one-time password, an activation code, recovery codes) is
// shown on the answer to the form alone, once, and never stands in an address,
// a cookie or a log.
package authpage

import (
	"context"
	"embed"
	"errors"
	"html/template"
	"net/http"
	"net/url"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/auth"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/ui"
	"weibao/internal/vault"
)

//go:embed *.html
var templates embed.FS

// Choices gives what a form lets the actor choose from.
type Choices func(ctx context.Context, tx *db.Tx, by access.Actor) ([]ui.Option, error)

// Deps is what the screens stand on.
type Deps struct {
	DB      *db.DB
	UI      *ui.Renderer
	Guard   *auth.Guard
	Vault   *vault.Vault
	Sealer  *audit.Sealer
	Units   Choices // units in which posts can be given
	Regions Choices // regions for which posts can be given
}

// Pages serves the screens.
type Pages struct{ Deps }

// New makes the screens and adds their templates to the renderer.
func New(d Deps) (*Pages, error) {
	p := &Pages{d}
	return p, d.UI.Add(templates, map[string]any{
		"sign.html":     signView{},
		"handed.html":   handedView{},
		"self.html":     selfView{},
		"users.html":    usersView{},
		"user.html":     userView{},
		"requests.html": requestsView{},
		"ask.html":      askView{},
		"keys.html":     keysView{},
		"audit.html":    auditView{},
		"verify.html":   verifyView{},
	})
}

// signView is a step of login: a form, and beside it what to do first.
type signView struct {
	Bare    bool // without a complete session: the sheet carries its own title
	Title   string
	Lead    string
	Note    *ui.Note
	Picture string // address of the QR code
	Secret  string
	Form    ui.Form
}

// handedView shows secrets once.
type handedView struct {
	Bare  bool
	Title string
	Note  ui.Note
	Items []handed
	Next  ui.Action
}

type handed struct{ Label, Value string }

// askView is a form on a page of its own.
type askView struct {
	Note *ui.Note
	Form ui.Form
}

// sign shows a step of login, on a sheet of its own where the login is not complete.
func (p *Pages) sign(w http.ResponseWriter, r *http.Request, by access.Actor, page ui.Page, view signView) error {
	if by.IsZero() {
		view.Bare, view.Title, view.Lead = true, page.Title, page.Lead
		page.Bare, page.Plain = true, true
	}
	return p.UI.Page(w, r, by, "sign.html", page, view)
}

// status gives that of a page shown once more after a mistake; anything but a
// person's mistake goes on as an error.
func status(err error) (int, error) {
	switch errs.KindOf(err) {
	case errs.Invalid, errs.Conflict, errs.SignIn, errs.TooMany:
		return ui.Status(err), nil
	}
	return 0, err
}

// plain marks data of a machine, e.g. an account's name, which is no word of a language.
func plain(text string) ui.Cell {
	return ui.Cell{HTML: template.HTML(`<span translate="no">` + template.HTMLEscapeString(text) + `</span>`)}
}

func plainLink(text, href string) ui.Cell {
	return ui.Cell{HTML: template.HTML(`<a translate="no" href="` + template.HTMLEscapeString(href) + `">` + template.HTMLEscapeString(text) + `</a>`)}
}

func (p *Pages) write(r *http.Request, fn func(ctx context.Context, tx *db.Tx) error) error {
	return p.DB.Write(r.Context(), func(tx *db.Tx) error { return fn(r.Context(), tx) })
}

func pathID[T ref.ID](r *http.Request) (T, error) {
	id, err := ref.Parse[T](r.PathValue("id"))
	if err != nil {
		return 0, errs.Missing()
	}
	return id, nil
}

func userPath(id ref.User) string { return UsersPath + "/" + ref.Format(id) }

func postPath(id ref.Post, act string) string {
	return UsersPath + "/posts/" + ref.Format(id) + "/" + act
}

// typed gives the values of a posted form.
func typed(r *http.Request) (url.Values, error) {
	if err := r.ParseForm(); err != nil {
		if _, big := errors.AsType[*http.MaxBytesError](err); big {
			return nil, err
		}
		return nil, errs.New(errs.Invalid, "表单内容无法识别，请返回上一页重新填写。")
	}
	return r.PostForm, nil
}
