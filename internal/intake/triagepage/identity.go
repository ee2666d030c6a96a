package triagepage

import (
	"context"
	"net/http"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/intake"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

type identityView struct {
	Note  ui.Note
	Who   *ui.Summary
	Asks  []askedPart
	Form  ui.Form
	Empty string
}

type askedPart struct {
	Facts  ui.Summary
	Decide *ui.Form
	Open   *ui.Form
}

// Identity lists the requests to learn who reported, and asks for another.
func (p *Pages) Identity(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.showIdentity(w, r, by, nil, nil)
}

func (p *Pages) showIdentity(w http.ResponseWriter, r *http.Request, by access.Actor, who *intake.Reporter, problem error) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	tx := p.DB.Reader()
	row, err := p.Desk.Get(r.Context(), tx, by, id)
	if err != nil {
		return err
	}
	list, err := p.Desk.Requests(r.Context(), tx, by, id)
	if err != nil {
		return err
	}
	v := identityView{Note: ui.Note{Tone: ui.Info, Title: "报告人身份另行保管", Text: "查看要写明理由，由另一人审批，批准后24小时内有效，每次查看都留下记录。能在这里向报告人提问的，不要查看身份。"}}
	if who != nil {
		v.Who = &ui.Summary{Title: "报告人（本次查看已留下记录）", Facts: []ui.Fact{{Label: "姓名", Value: who.Name}, {Label: "电话", Value: who.Phone}, {Label: "与孩子的关系", Value: who.Relation},
			{Label: "单位", Value: who.Unit}, {Label: "职务", Value: who.Post}, {Label: "方便联系的时间", Value: who.Hours}}}
	}
	for _, q := range list {
		v.Asks = append(v.Asks, request(row.ID, q, by, tx.Now.Time().UnixMilli()))
	}
	v.Form = ui.Form{Action: Path(id) + "/identity", Submit: "申请查看", Cancel: Path(id), Fields: []ui.Field{
		{Kind: ui.TextArea, Name: "reason", Label: "为什么必须知道报告人是谁", Required: true, Max: intake.MaxMessage, Rows: 3}}}
	page := ui.Page{Title: "报告人身份", Kicker: row.Number, Nav: "intake", Crumbs: crumbs(ui.Crumb{Label: p.Desk.Call(row), Href: Path(id)})}
	if problem != nil {
		v.Form, page.Status = v.Form.Fill(r.PostForm, problem), ui.Status(problem)
	}
	return p.UI.Page(w, r, by, "identity.html", page, v)
}

var requestTags = map[intake.RequestState]ui.Tag{intake.Requested: {State: ui.Checking, Label: "待审批"}, intake.Granted: {State: ui.Finished, Label: "已批准"}, intake.Refused: {State: ui.Returned, Label: "未批准"}}

func request(report ref.Report, q intake.Request, by access.Actor, now int64) askedPart {
	state := requestTags[q.State]
	part := askedPart{Facts: ui.Summary{Title: "申请人：" + q.ByName, Facts: []ui.Fact{{Label: "状态", Tag: &state}, {Label: "理由", Value: string(q.Reason)},
		{Label: "申请时间", Value: civil.FormatTime(q.At.Time())}, {Label: "审批人", Value: q.DecidedName}}}}
	at := Path(report) + "/identity/" + ref.Format(q.ID)
	if q.State == intake.Requested && q.ByUser != by.User && by.Can("intake.identity_decide") {
		part.Decide = &ui.Form{Action: at, Submit: "批准", Hidden: []ui.Hidden{{Name: "grant", Value: "1"}}, Also: []ui.SubmitButton{{Label: "不批准", Name: "refuse", Value: "1"}}}
	}
	if q.State == intake.Granted && q.ByUser == by.User && int64(q.Until) >= now {
		part.Open = &ui.Form{Action: at + "/open", Submit: "查看报告人身份"}
	}
	return part
}

// IdentityAsked hands in a request.
func (p *Pages) IdentityAsked(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	err = p.write(r, func(ctx context.Context, tx *db.Tx) error {
		return p.Desk.AskIdentity(ctx, tx, by, id, r.PostFormValue("reason"))
	})
	if errs.Is(err, errs.Invalid) {
		return p.showIdentity(w, r, by, nil, err)
	}
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, Path(id)+"/identity", ui.Done, "已提交，等另一人审批。")
	return nil
}

func requestID(r *http.Request) (ref.Report, ref.Request, error) {
	id, err := pathID(r)
	if err != nil {
		return 0, 0, err
	}
	request, err := ref.Parse[ref.Request](r.PathValue("request"))
	if err != nil {
		return 0, 0, errs.Missing()
	}
	return id, request, nil
}

// IdentityDecided grants or refuses a request.
func (p *Pages) IdentityDecided(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, request, err := requestID(r)
	if err != nil {
		return err
	}
	grant := r.PostFormValue("refuse") == "" && r.PostFormValue("grant") == "1"
	if err := p.write(r, func(ctx context.Context, tx *db.Tx) error {
		return p.Desk.DecideIdentity(ctx, tx, by, id, request, grant)
	}); err != nil {
		return err
	}
	ui.RedirectWith(w, r, Path(id)+"/identity", ui.Done, "已审批。")
	return nil
}

// IdentityOpened shows who reported, once for each press.
func (p *Pages) IdentityOpened(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, request, err := requestID(r)
	if err != nil {
		return err
	}
	var who intake.Reporter
	if err := p.write(r, func(ctx context.Context, tx *db.Tx) (err error) {
		who, err = p.Desk.Identity(ctx, tx, by, id, request)
		return err
	}); err != nil {
		return err
	}
	return p.showIdentity(w, r, by, &who, nil)
}
