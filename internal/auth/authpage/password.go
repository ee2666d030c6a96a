package authpage

import (
	"net/http"
	"strconv"

	"weibao/internal/access"
	"weibao/internal/auth"
	"weibao/internal/errs"
	"weibao/internal/ui"
)

// Password asks for a new password: at login where one is due, and at will.
func (p *Pages) Password(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	v, ok := p.at(w, r, by, auth.NeedsPassword, auth.Full)
	if !ok {
		return nil
	}
	form, err := p.passwordForm(r, v)
	if err != nil {
		return err
	}
	return p.passwordPage(w, r, by, 0, form)
}

func (p *Pages) passwordPage(w http.ResponseWriter, r *http.Request, by access.Actor, status int, form ui.Form) error {
	page := ui.Page{Title: "修改口令", Status: status, Lead: "修改后，您在其他电脑上的登录会同时失效。"}
	if by.IsZero() {
		page.Lead = "您的口令由他人设置或已到期，请先换成只有自己知道的口令。"
	}
	return p.sign(w, r, by, page, signView{Form: form})
}

func (p *Pages) passwordForm(r *http.Request, v auth.Visit) (ui.Form, error) {
	f := ui.Form{Action: changePath, Submit: "修改口令", Hidden: nextField(next(r)), Optional: true}
	if v.Session.Stage == auth.Full {
		f.Cancel = SelfPath
		f.Fields = append(f.Fields, ui.Field{Kind: ui.Password, Name: "old", Label: "原口令", Autocomplete: "current-password", Focus: true})
	}
	f.Fields = append(f.Fields,
		ui.Field{Kind: ui.Password, Name: "new", Label: "新口令", Hint: p.Guard.Profile.Rules(), Autocomplete: "new-password"},
		ui.Field{Kind: ui.Password, Name: "again", Label: "再输入一次新口令", Autocomplete: "new-password"})
	needs, err := p.Guard.NeedsActivation(r.Context(), p.DB.Reader(), v.Session.Holder)
	if needs {
		f.Fields = append(f.Fields, ui.Field{Kind: ui.Text, Name: "activation", Label: "激活码", Short: true, Autocomplete: "off",
			Hint: "管理员账号须用激活码启用。激活码由安全保密管理员当面发给您，初次安装时与一次性口令一同发放。"})
	}
	return f, err
}

// ChangePassword takes the new password.
func (p *Pages) ChangePassword(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	v, ok := p.at(w, r, by, auth.NeedsPassword, auth.Full)
	if !ok {
		return nil
	}
	in, err := typed(r)
	if err != nil {
		return err
	}
	token, s, err := p.Guard.ChangePassword(r.Context(), v.Token, auth.Change{Old: in.Get("old"), New: in.Get("new"), Again: in.Get("again"), Activation: in.Get("activation")})
	if errs.Is(err, errs.SignIn) {
		return err
	}
	if err != nil {
		code, other := status(err)
		if other != nil {
			return other
		}
		form, formErr := p.passwordForm(r, v)
		if formErr != nil {
			return formErr
		}
		return p.passwordPage(w, r, by, code, form.Fill(nil, err))
	}
	if v.Session.Stage == auth.Full {
		p.Guard.SetCookie(w, token)
		ui.RedirectWith(w, r, SelfPath, ui.Done, "口令已修改，其他电脑上的登录已失效。")
		return nil
	}
	return p.carryOn(w, r, token, s)
}

// Factor shows how to bind the one-time code.
func (p *Pages) Factor(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	v, ok := p.at(w, r, by, auth.NeedsFactor, auth.Full)
	if !ok {
		return nil
	}
	return p.factorPage(w, r, by, v, 0, nil)
}

func (p *Pages) factorPage(w http.ResponseWriter, r *http.Request, by access.Actor, v auth.Visit, status int, problem error) error {
	e, err := p.Guard.BeginFactor(r.Context(), v.Token)
	if err != nil {
		return err
	}
	form := ui.Form{Action: factorPath, Submit: "完成绑定", Hidden: nextField(next(r)), Optional: true, Fields: []ui.Field{
		{Kind: ui.Code, Name: "code", Label: "手机上显示的6位数字", Autocomplete: "one-time-code", Short: true},
	}}
	if !by.IsZero() {
		form.Cancel = SelfPath
	}
	view := signView{Picture: picturePath, Secret: e.Secret, Form: form.Fill(nil, problem)}
	view.Note = &ui.Note{Tone: ui.Info, Title: "只需绑定一次", Text: "用手机上任意一种动态口令应用扫描二维码，再把它显示的6位数字填在下面。以后登录时，除口令外还要输入这组数字。"}
	return p.sign(w, r, by, ui.Page{Title: "绑定动态口令", Status: status}, view)
}

// Picture draws the QR code of the offered factor.
func (p *Pages) Picture(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	v, ok := p.at(w, r, by, auth.NeedsFactor, auth.Full)
	if !ok {
		return nil
	}
	e, err := p.Guard.BeginFactor(r.Context(), v.Token)
	if err != nil {
		return err
	}
	picture, err := e.PNG()
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "image/png")
	w.Header().Set("Content-Length", strconv.Itoa(len(picture)))
	_, err = w.Write(picture)
	return err
}

// ConfirmFactor takes the first code and shows the recovery codes once.
func (p *Pages) ConfirmFactor(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	v, ok := p.at(w, r, by, auth.NeedsFactor, auth.Full)
	if !ok {
		return nil
	}
	in, err := typed(r)
	if err != nil {
		return err
	}
	codes, token, s, err := p.Guard.ConfirmFactor(r.Context(), v.Token, in.Get("code"))
	if errs.Is(err, errs.SignIn) {
		return err
	}
	if err != nil {
		code, other := status(err)
		if other != nil {
			return other
		}
		return p.factorPage(w, r, by, v, code, err)
	}
	p.Guard.SetCookie(w, token)
	device, err := p.Guard.DeviceCookie(r.Context(), s.Holder)
	if err != nil {
		return err
	}
	p.Guard.SetDevice(w, device)
	view := handedView{Next: ui.Action{Label: "我已保存，继续", Href: next(r), Icon: "right"},
		Note: ui.Note{Tone: ui.Warn, Title: "请抄写或打印这些恢复码，它们只显示这一次", Text: "手机丢失时，每个恢复码可以代替动态口令登录一次。请锁在抽屉里，不要存在电脑上。"}}
	for i, code := range codes {
		view.Items = append(view.Items, handed{"恢复码" + strconv.Itoa(i+1), code})
	}
	page := ui.Page{Title: "动态口令已绑定", Bare: by.IsZero(), Plain: by.IsZero(), More: []ui.Action{{Label: "打印", Print: true}}}
	view.Bare, view.Title = page.Bare, page.Title
	return p.UI.Page(w, r, by, "handed.html", page, view)
}
