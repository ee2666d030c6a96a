package orderpage

import (
	"context"
	"net/http"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

type partnersView struct {
	Token *ui.Note
	Code  string
	Table ui.Table
	Form  ui.Form
}

// Partners lists who holds a token.
func (p *Pages) Partners(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.showPartners(w, r, by, "", nil)
}

func (p *Pages) showPartners(w http.ResponseWriter, r *http.Request, by access.Actor, token string, problem error) error {
	list, err := p.Desk.Partners(r.Context(), p.DB.Reader(), by)
	if err != nil {
		return err
	}
	now := p.DB.Clock.Now()
	v := partnersView{Code: token, Form: ui.Form{Action: PartnersPath, Submit: "发放口令", Fields: []ui.Field{{Kind: ui.Text, Name: "name", Label: "对接的系统", Required: true, Max: 50, Hint: "例如 市12345热线平台"},
		{Kind: ui.Select, Name: "channel", Label: "热线", Required: true, Blank: "请选择", Options: channelOptions()}}},
		Table: ui.Table{Caption: "对接口令", Columns: []ui.Column{{Label: "对接的系统", Wide: true}, {Label: "热线", Slim: true}, {Label: "发放时间", Slim: true}, {Label: "发放人"}, {Label: "状态", Slim: true}, {Label: "操作", Tools: true}},
			Empty: ui.Empty{Title: "还没有发放过口令", Text: "热线系统凭口令送来工单、取回办理结果。没有对接的，用文件导入。"}}}
	for _, one := range list {
		state, acts := ui.Tag{State: ui.Running, Label: "有效"}, []ui.Action{{Label: "收回", Post: PartnersPath + "/" + ref.Format(one.ID) + "/end", Danger: true}}
		if one.Ended != 0 {
			state, acts = ui.Tag{State: ui.Ended, Label: "已收回"}, nil
		}
		v.Table.Rows = append(v.Table.Rows, ui.Row{Cells: []ui.Cell{ui.T(one.Name), ui.T(channelLabels[one.Channel]), ui.T(ui.Clockwise(one.Made.Time(), now)), ui.T(one.MadeBy), {Tag: &state}, {Actions: acts}}})
	}
	page := ui.Page{Title: "热线对接口令", Nav: "system", Tabs: p.UI.Tabs(by, "system", PartnersPath), Lead: "口令只显示一次。怀疑泄露的立即收回，再发新的。"}
	if token != "" {
		page.Status = http.StatusCreated
		v.Token = &ui.Note{Tone: ui.Warn, Title: "请现在交给对接单位", Text: "离开本页就再也看不到。不要用微信、短信明文发送。"}
	}
	if problem != nil {
		v.Form, page.Status = v.Form.Fill(r.PostForm, problem), ui.Status(problem)
	}
	return p.UI.Page(w, r, by, "partners.html", page, v)
}

// PartnerAdmitted gives a system a token and shows it once.
func (p *Pages) PartnerAdmitted(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	var token string
	err := p.write(r, func(ctx context.Context, tx *db.Tx) (err error) {
		token, err = p.Desk.Admit(ctx, tx, by, r.PostFormValue("name"), r.PostFormValue("channel"))
		return err
	})
	if err != nil && !errs.Is(err, errs.Invalid) {
		return err
	}
	return p.showPartners(w, r, by, token, err)
}

// PartnerDismissed takes a token back.
func (p *Pages) PartnerDismissed(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID[ref.Partner](r, "partner")
	if err != nil {
		return err
	}
	if err := p.write(r, func(ctx context.Context, tx *db.Tx) error { return p.Desk.Dismiss(ctx, tx, by, id) }); err != nil {
		return err
	}
	ui.RedirectWith(w, r, PartnersPath, ui.Done, "已收回。")
	return nil
}
