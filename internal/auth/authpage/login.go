package authpage

import (
	"net/http"
	"net/url"

	"weibao/internal/access"
	"weibao/internal/auth"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

// Login asks for account and password.
func (p *Pages) Login(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	if !by.IsZero() {
		ui.Redirect(w, r, next(r))
		return nil
	}
	return p.loginPage(w, r, 0, loginForm(next(r)))
}

func (p *Pages) loginPage(w http.ResponseWriter, r *http.Request, status int, form ui.Form) error {
	return p.sign(w, r, access.Actor{}, ui.Page{Title: "登录", Status: status}, signView{Form: form})
}

func loginForm(next string) ui.Form {
	return ui.Form{Action: LoginPath, Submit: "登录", Hidden: nextField(next), Optional: true, Fields: []ui.Field{
		{Kind: ui.Text, Name: "login", Label: "账号", Autocomplete: "username", Focus: true},
		{Kind: ui.Password, Name: "password", Label: "口令", Autocomplete: "current-password"},
	}}
}

// next is where to go after login: a page of this server.
func next(r *http.Request) string { return ui.Local(r.FormValue("next")) }

func nextField(next string) []ui.Hidden {
	if next == "/" {
		return nil
	}
	return []ui.Hidden{{Name: "next", Value: next}}
}

func withNext(path, next string) string {
	if next == "/" {
		return path
	}
	return path + "?next=" + url.QueryEscape(next)
}

// TryLogin takes account and password.
func (p *Pages) TryLogin(w http.ResponseWriter, r *http.Request, _ access.Actor) error {
	in, err := typed(r)
	if err != nil {
		return err
	}
	token, s, err := p.Guard.Login(r.Context(), p.Guard.TryOf(r))
	if err != nil {
		code, other := status(err)
		if other != nil {
			return other
		}
		return p.loginPage(w, r, code, loginForm(next(r)).Fill(in, err))
	}
	return p.carryOn(w, r, token, s)
}

// carryOn gives the browser the new token and leads to what is still missing.
func (p *Pages) carryOn(w http.ResponseWriter, r *http.Request, token string, s auth.Session) error {
	p.Guard.SetCookie(w, token)
	to := next(r)
	switch s.Stage {
	case auth.NeedsCode:
		to = withNext(codePath, to)
	case auth.NeedsPassword:
		to = withNext(changePath, to)
	case auth.NeedsFactor:
		to = withNext(factorPath, to)
	default:
		device, err := p.Guard.DeviceCookie(r.Context(), s.Holder)
		if err != nil {
			return err
		}
		p.Guard.SetDevice(w, device)
	}
	ui.Redirect(w, r, to)
	return nil
}

// at tells whether the session stands at one of the stages, and otherwise
// leads to the login or, with a complete one, to the front page.
func (p *Pages) at(w http.ResponseWriter, r *http.Request, by access.Actor, stages ...auth.Stage) (auth.Visit, bool) {
	v := auth.VisitOf(r.Context())
	for _, s := range stages {
		if v.Session.Stage == s {
			return v, true
		}
	}
	if by.IsZero() {
		ui.Redirect(w, r, withNext(LoginPath, next(r)))
	} else {
		ui.Redirect(w, r, "/")
	}
	return v, false
}

// Code asks for the one-time code.
func (p *Pages) Code(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	if _, ok := p.at(w, r, by, auth.NeedsCode); !ok {
		return nil
	}
	return p.codePage(w, r, 0, codeForm(next(r)))
}

func (p *Pages) codePage(w http.ResponseWriter, r *http.Request, status int, form ui.Form) error {
	page := ui.Page{Title: "输入动态口令", Status: status, Lead: "打开手机上的动态口令应用，输入本系统当前显示的6位数字。"}
	return p.sign(w, r, access.Actor{}, page, signView{Form: form})
}

func codeForm(next string) ui.Form {
	return ui.Form{Action: codePath, Submit: "确定", Hidden: nextField(next), Cancel: LoginPath, Optional: true, Fields: []ui.Field{
		{Kind: ui.Text, Name: "code", Label: "动态口令", Hint: "手机不在身边时，可输入一个未用过的恢复码。", Autocomplete: "one-time-code", Focus: true, Short: true},
	}}
}

// TryCode takes the one-time code.
func (p *Pages) TryCode(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	v, ok := p.at(w, r, by, auth.NeedsCode)
	if !ok {
		return nil
	}
	in, err := typed(r)
	if err != nil {
		return err
	}
	token, s, err := p.Guard.Code(r.Context(), v.Token, in.Get("code"))
	if errs.Is(err, errs.SignIn) {
		return err
	}
	if err != nil {
		code, other := status(err)
		if other != nil {
			return other
		}
		return p.codePage(w, r, code, codeForm(next(r)).Fill(nil, err))
	}
	return p.carryOn(w, r, token, s)
}

// Logout ends the session.
func (p *Pages) Logout(w http.ResponseWriter, r *http.Request, _ access.Actor) error {
	if v := auth.VisitOf(r.Context()); v.Token != "" {
		if err := p.Guard.Logout(r.Context(), v.Token); err != nil {
			return err
		}
	}
	p.Guard.SetCookie(w, "")
	w.Header().Set("Clear-Site-Data", `"cache", "storage"`)
	ui.RedirectWith(w, r, LoginPath, ui.Info, "您已退出登录。")
	return nil
}

// Switch makes another post the one under which the person works.
func (p *Pages) Switch(w http.ResponseWriter, r *http.Request, _ access.Actor) error {
	id, err := ref.Parse[ref.Post](r.PostFormValue("post"))
	if err != nil {
		return errs.Missing()
	}
	if err := p.Guard.Switch(r.Context(), auth.VisitOf(r.Context()).Token, id); err != nil {
		return err
	}
	ui.Redirect(w, r, "/")
	return nil
}
