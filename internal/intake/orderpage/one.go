package orderpage

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/intake"
	"weibao/internal/intake/order"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

type oneView struct {
	Identity ui.Identity
	Answer   *ui.Note
	Facts    ui.Summary
	Return   *ui.Form
}

// One shows how an order stands and what its hotline is told.
func (p *Pages) One(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.show(w, r, by, nil, nil)
}

func (p *Pages) show(w http.ResponseWriter, r *http.Request, by access.Actor, typed url.Values, problem error) error {
	id, err := pathID[ref.Order](r, "order")
	if err != nil {
		return err
	}
	tx := p.DB.Reader()
	o, err := p.Desk.Get(r.Context(), tx, by, id)
	if err != nil {
		return err
	}
	names, err := p.names(r.Context(), []order.Result{o})
	if err != nil {
		return err
	}
	v := oneView{Identity: ui.Identity{Kind: "热线工单", Title: o.Number, Tag: tag(o), Facts: []ui.Fact{{Label: "热线", Value: channelLabels[o.Channel]}, {Label: "首接单位", Value: names[o.First]}}}}
	if o.Ended() {
		title := "办理结果"
		if o.State == intake.Rejected {
			title = "退回：" + o.Returned
		}
		v.Answer = &ui.Note{Tone: ui.Info, Title: title, Text: o.Answer}
	}
	v.Facts = ui.Summary{Facts: []ui.Fact{{Label: "报告编号", Value: o.Call}, {Label: "接收时间", Value: moment(o.At)}, {Label: "热线要求办结", Value: moment(o.Due)}, {Label: "承办单位", Value: names[o.Lead]},
		{Label: "受理时间", Value: moment(o.Accepted)}, {Label: "办结时间", Value: moment(o.Closed)}, {Label: "结果导出时间", Value: moment(o.Sent)}}}
	if o.Added > 0 {
		v.Facts.Facts = append(v.Facts.Facts, ui.Fact{Label: "热线补充", Value: strconv.FormatInt(o.Added, 10) + "次", Sub: "最近一次 " + moment(o.AddedAt) + "，内容在报告里"})
	}
	page := ui.Page{Title: "工单办理情况", Nav: section, Crumbs: []ui.Crumb{{Label: "热线工单", Href: ListPath}}}
	if by.Can("intake.show") {
		v.Facts.Facts[0].Href = "/reports/" + ref.Format(o.Report)
	}
	if by.Can("intake.order_return") && (o.State == intake.Received || o.State == intake.Accepted) {
		form := p.returnForm(tx.Now, o.ID)
		if problem != nil {
			form, page.Status = form.Fill(typed, problem), ui.Status(problem)
		}
		v.Return = &form
	}
	return p.UI.Page(w, r, by, "one.html", page, v)
}

func moment(at clock.Instant) string {
	if at == 0 {
		return ""
	}
	return civil.FormatTime(at.Time())
}

func (p *Pages) returnForm(now clock.Instant, id ref.Order) ui.Form {
	reason := ui.Field{Kind: ui.Select, Name: "reason", Label: "退回理由", Required: true, Blank: "请选择", Hint: "属于别的单位办理不是退回理由：首接单位负责协调转办。"}
	for _, c := range p.Desk.Reasons(now).Codes {
		reason.Options = append(reason.Options, ui.Option{Value: c.Code, Label: c.Label})
	}
	return ui.Form{Action: Path(id) + "/return", Submit: "退回热线", Danger: true, Fields: []ui.Field{reason,
		{Kind: ui.TextArea, Name: "words", Label: "具体情况", Required: true, Max: intake.MaxMessage, Rows: 3, Hint: "热线据此答复来电人。来电人凭查询码也能看到。"}}}
}

// Return sends an order back with a reason.
func (p *Pages) Return(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID[ref.Order](r, "order")
	if err != nil {
		return err
	}
	err = p.write(r, func(ctx context.Context, tx *db.Tx) error {
		return p.Desk.Return(ctx, tx, by, id, r.PostFormValue("reason"), r.PostFormValue("words"))
	})
	if errs.Is(err, errs.Invalid) && by.Can("intake.order") {
		return p.show(w, r, by, r.PostForm, err)
	}
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, Path(id), ui.Done, "已退回热线。")
	return nil
}
