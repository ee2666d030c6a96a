package dutypage

import (
	"context"
	"net/http"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

// Check shows a request of an owner to who decides it.
func (p *Pages) Check(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.showCheck(w, r, by, nil)
}

// CheckDone decides a request.
func (p *Pages) CheckDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID[ref.Request](r)
	if err != nil {
		return err
	}
	var about ref.Duty
	err = p.write(r, func(ctx context.Context, tx *db.Tx) error {
		asked, err := p.Kernel.Request(ctx, tx, by, id)
		if err != nil {
			return err
		}
		about = asked.Duty
		ruling, err := p.ruling(ctx, tx, by, asked, r)
		if err != nil {
			return err
		}
		return p.Kernel.Decide(ctx, tx, by, id, ruling)
	})
	if errs.Is(err, errs.Invalid) {
		return p.showCheck(w, r, by, err)
	}
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, showPath(about), ui.Done, "已答复，申请单位会在办理经过中看到。")
	return nil
}

func (p *Pages) ruling(ctx context.Context, tx *db.Tx, by access.Actor, asked duty.Request, r *http.Request) (duty.Ruling, error) {
	out := duty.Ruling{Words: reason(r)}
	switch r.PostFormValue("decision") {
	case "grant":
		out.Grant = true
	case "refuse":
		return out, nil
	default:
		return out, &errs.Error{Kind: errs.Invalid, Message: "请选择同意或不同意。", Fields: map[string]string{"decision": "请选择同意或不同意。"}}
	}
	if asked.Kind != "return" {
		return out, nil
	}
	units, err := p.UnitChoices(ctx, tx, by)
	if err != nil {
		return out, err
	}
	out.UnitName, out.Unit, err = chosen[ref.Unit](units, r, "unit", "同意退回时，请选择由哪个单位承接。")
	return out, err
}

func (p *Pages) showCheck(w http.ResponseWriter, r *http.Request, by access.Actor, problem error) error {
	id, err := pathID[ref.Request](r)
	if err != nil {
		return err
	}
	tx := p.DB.Reader()
	asked, err := p.Kernel.Request(r.Context(), tx, by, id)
	if err != nil {
		return err
	}
	d, err := p.Kernel.Get(r.Context(), tx, by, asked.Duty)
	if err != nil {
		return err
	}
	if asked.State != duty.Asked {
		ui.RedirectWith(w, r, showPath(d.ID), ui.Info, "这份申请已经答复。")
		return nil
	}
	c, err := p.checkForm(r.Context(), tx, by, asked, d)
	if err != nil {
		return err
	}
	page := ui.Page{Title: c.Title, Kicker: d.Title, Nav: "desk", Crumbs: []ui.Crumb{{Label: "我的待办", Href: "/duties"}, {Label: "责任事项", Href: showPath(d.ID)}}}
	if problem != nil {
		c.Form, page.Status = c.Form.Fill(r.PostForm, problem), http.StatusUnprocessableEntity
	}
	return p.UI.Page(w, r, by, "ask.html", page, askView{c})
}

func (p *Pages) checkForm(ctx context.Context, tx *db.Tx, by access.Actor, asked duty.Request, d duty.Duty) (ui.Confirm, error) {
	form := ui.Form{Action: "/duties/requests/" + ref.Format(asked.ID) + "/check", Submit: "答复", Cancel: showPath(d.ID)}
	c := ui.Confirm{Title: "审批延期申请", Text: "申请延至" + civil.FormatDate(civil.DateOf(asked.Due.Time())) +
		"，现在的时限是" + civil.FormatDate(civil.DateOf(d.Due.Time())) + "。", Points: []string{"理由：" + asked.Reason}}
	options := []ui.Option{{Value: "grant", Label: "同意延期"}, {Value: "refuse", Label: "不同意"}}
	if asked.Kind == "return" {
		c.Title, c.Text = "裁定退回事项", "裁定后为最终结果，该单位不能再次退回。"
		options = []ui.Option{{Value: "grant", Label: "同意退回，由其他单位承接"}, {Value: "refuse", Label: "不同意，仍由原单位办理"}}
	}
	form.Fields = []ui.Field{{Kind: ui.Radios, Name: "decision", Label: "答复", Required: true, Options: options}}
	if asked.Kind == "return" {
		units, err := p.UnitChoices(ctx, tx, by)
		if err != nil {
			return c, err
		}
		form.Fields = append(form.Fields, ui.Field{Kind: ui.Pick, Name: "unit", Label: "承接单位", Blank: "同意退回时选择", Options: units})
	}
	words := reasonField("意见")
	words.Required, words.Hint = false, "不同意时必须写明理由"
	form.Fields = append(form.Fields, words)
	c.Form = form
	return c, nil
}
