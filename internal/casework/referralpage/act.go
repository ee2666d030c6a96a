package referralpage

import (
	"context"
	"net/http"
	"net/url"

	"weibao/internal/access"
	"weibao/internal/casework/referral"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/file"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

// act is something that is done to a referral with words: its form, and what it does.
type act struct {
	tail, title, said string
	permission        access.Permission
	note              *ui.Note
	danger            bool
	sent              bool // an act of who sent the referral; else of a unit that was asked
	fields            func(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, s referral.Story) ([]ui.Field, error)
	do                func(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, id ref.Referral, typed url.Values, files []*file.Incoming) error
}

const (
	maxFiles = 20
	maxText  = 4000
)

func textField(name, label, hint string) ui.Field {
	return ui.Field{Kind: ui.TextArea, Name: name, Label: label, Hint: hint, Required: true, Max: maxText, Rows: 5}
}

func filesField() ui.Field {
	return ui.Field{Kind: ui.File, Name: "files", Label: "材料", Many: true, MaxMB: file.MaxSize >> 20, Accept: file.Accept, Hint: "照片中的拍摄地点和时间会自动去除。没有材料可以不传。"}
}

// only gives fields that depend on nothing.
func only(fields ...ui.Field) func(*Pages, context.Context, *db.Tx, access.Actor, referral.Story) ([]ui.Field, error) {
	return func(*Pages, context.Context, *db.Tx, access.Actor, referral.Story) ([]ui.Field, error) {
		return fields, nil
	}
}

var acts = []act{
	{tail: "progress", title: "登记进展", said: "进展已登记。", permission: "referral.progress", fields: only(textField("text", "进展情况", ""), filesField()),
		do: func(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, id ref.Referral, typed url.Values, files []*file.Incoming) error {
			return p.Desk.Note(ctx, tx, by, id, referral.Said{Words: referral.Words{Text: typed.Get("text")}, Files: files})
		}},
	{tail: "reply", title: "反馈办理结果", said: "已反馈，等待审核。", permission: "referral.reply", fields: replyFields,
		do: func(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, id ref.Referral, typed url.Values, files []*file.Incoming) error {
			_, err := p.Desk.Reply(ctx, tx, by, id, referral.Said{Words: referral.Words{Text: typed.Get("text"), Without: typed.Get("without")}, Outcome: typed.Get("outcome"), Files: files})
			return err
		}},
	{tail: "return", title: "退回转介", said: "已退回，等待未保办裁定。裁定前仍由本单位负责。", permission: "referral.return",
		note:   &ui.Note{Tone: ui.Warn, Title: "只能退回一次", Text: "退回要写明理由和依据。未保办在规定时限内裁定；裁定前时限不停，裁定后为最终结果，不能再退。"},
		fields: only(textField("reason", "退回的理由", ""), ui.Field{Kind: ui.TextArea, Name: "ground", Label: "依据", Required: true, Rows: 2, Max: 500, Hint: "例如职责分工文件的名称和条款、居住地在外县。"}, filesField()),
		do: func(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, id ref.Referral, typed url.Values, files []*file.Incoming) error {
			return p.Desk.Return(ctx, tx, by, id, referral.Refusal{Reason: typed.Get("reason"), Ground: typed.Get("ground"), Files: files})
		}},
	{tail: "supplement", title: "补充材料", said: "已补充，承办单位可以看到。", permission: "referral.supplement", sent: true,
		note:   &ui.Note{Tone: ui.Info, Title: "牵头单位和协办单位都将看到补充的内容", Text: "只补充办理需要的。不要写孩子受侵害的经过。"},
		fields: only(ui.Field{Kind: ui.TextArea, Name: "words", Label: "补充内容", Max: maxText, Rows: 5}, filesField()),
		do: func(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, id ref.Referral, typed url.Values, files []*file.Incoming) error {
			return p.Desk.Supplement(ctx, tx, by, id, typed.Get("words"), files)
		}},
	{tail: "support", title: "增加协办单位", said: "已增加协办单位。", permission: "referral.dispatch", sent: true,
		note:   &ui.Note{Tone: ui.Info, Title: "新增的单位将看到协办单位的资料", Text: "即下达时为协办单位勾选的内容，以及已补充的材料。"},
		fields: supportFields,
		do: func(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, id ref.Referral, typed url.Values, _ []*file.Incoming) error {
			var units []ref.Unit
			for _, v := range typed["supports"] {
				u, err := ref.Parse[ref.Unit](v)
				if err != nil {
					return errs.Fields{"supports": "请从列表中选择单位。"}.Err()
				}
				units = append(units, u)
			}
			return p.Desk.Support(ctx, tx, by, id, units)
		}},
	{tail: "withdraw", title: "撤回转介", said: "已撤回，承办单位不再办理。", permission: "referral.withdraw", sent: true, danger: true, fields: only(textField("reason", "撤回的理由", "")),
		do: func(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, id ref.Referral, typed url.Values, _ []*file.Incoming) error {
			return p.Desk.Withdraw(ctx, tx, by, id, typed.Get("reason"))
		}},
}

func replyFields(_ *Pages, _ context.Context, _ *db.Tx, _ access.Actor, s referral.Story) ([]ui.Field, error) {
	var options []ui.Option
	for _, o := range referral.Outcomes {
		options = append(options, ui.Option{Value: o.Key, Label: o.Label})
	}
	fields := []ui.Field{{Kind: ui.Radios, Name: "outcome", Label: "办理结果", Required: true, Options: options}, textField("text", "办理情况", "写明做了什么、结果如何。不要写孩子受侵害的经过。")}
	if s.Own.Kind == referral.LeadKind && len(s.Missing()) > 0 {
		fields = append(fields, ui.Field{Kind: ui.TextArea, Name: "without", Label: "先行反馈的原因", Required: true, Rows: 2, Max: 500, Hint: "还有协办单位没有反馈。"})
	}
	return append(fields, filesField()), nil
}

func supportFields(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, _ referral.Story) ([]ui.Field, error) {
	units, err := p.UnitChoices(ctx, tx, by)
	return []ui.Field{{Kind: ui.PickMany, Name: "supports", Label: "协办单位", Required: true, Options: units}}, err
}

// ask shows the form of an act.
func (p *Pages) ask(a act) ui.Handler {
	return func(w http.ResponseWriter, r *http.Request, by access.Actor) error {
		if a.tail == "return" {
			if err := p.returns(r, by, a); err != nil {
				return err
			}
		}
		return p.showAct(w, r, by, a, nil, nil)
	}
}

// returns tells before anything is typed that a unit may return no more.
func (p *Pages) returns(r *http.Request, by access.Actor, a act) error {
	s, err := p.actOn(r, by, a)
	if err == nil && len(s.Returns) > 0 {
		err = errs.New(errs.Conflict, "本单位已经退回过一次，不能再退。裁定结果见这项转介的办理经过。")
	}
	return err
}

// answer does the act, or shows its form again with what is wrong.
func (p *Pages) answer(a act) ui.Handler {
	return func(w http.ResponseWriter, r *http.Request, by access.Actor) error {
		s, err := p.actOn(r, by, a)
		if err != nil {
			return err
		}
		typed, files, err := p.Desk.Files.ReadForm(r, referral.FilesOf(s.ID), "files", maxFiles)
		if err == nil {
			err = p.write(r, func(ctx context.Context, tx *db.Tx) error { return a.do(p, ctx, tx, by, s.ID, typed, files) })
		}
		if errs.Is(err, errs.Invalid) {
			return p.showAct(w, r, by, a, typed, err)
		}
		if err != nil {
			return err
		}
		ui.RedirectWith(w, r, Path(s.ID), ui.Done, a.said)
		return nil
	}
}

// actOn gives the referral to whoever the act is for.
func (p *Pages) actOn(r *http.Request, by access.Actor, a act) (referral.Story, error) {
	id, err := pathID[ref.Referral](r, "referral")
	if err != nil {
		return referral.Story{}, err
	}
	s, err := p.Desk.Get(r.Context(), p.DB.Reader(), by, id)
	if err == nil && (a.sent && (s.Unit != by.Post.Unit || !s.Reads) || !a.sent && s.Own.ID == 0) {
		err = errs.Missing()
	}
	return s, err
}

func (p *Pages) showAct(w http.ResponseWriter, r *http.Request, by access.Actor, a act, typed url.Values, problem error) error {
	s, err := p.actOn(r, by, a)
	if err != nil {
		return err
	}
	fields, err := a.fields(p, r.Context(), p.DB.Reader(), by, s)
	if err != nil {
		return err
	}
	form := ui.Form{Action: Path(s.ID) + "/" + a.tail, Fields: fields, Submit: a.title, Danger: a.danger, Cancel: Path(s.ID), Guard: true}
	page := ui.Page{About: s.Child, Title: a.title, Kicker: s.Number, Nav: "casework", Crumbs: []ui.Crumb{{Label: "转介和交办", Href: ListPath}, {Label: s.Number, Href: Path(s.ID)}}}
	return p.UI.Ask(w, r, by, page, form, typed, problem, a.note)
}

// File hands out a file which the sender added.
func (p *Pages) File(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.serve(w, r, by, func(s referral.Story) (file.Subject, error) {
		if !s.Reads {
			return file.Subject{}, errs.Missing()
		}
		return referral.FilesOf(s.ID), nil
	})
}

// ReplyFile hands out a file of a reply to who reads the reply.
func (p *Pages) ReplyFile(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.serve(w, r, by, func(s referral.Story) (file.Subject, error) {
		for _, t := range s.Replies {
			if ref.Format(t.ID) == r.PathValue("reply") {
				return referral.FilesOfReply(s.ID, t.ID), nil
			}
		}
		return file.Subject{}, errs.Missing()
	})
}

// ReturnFile hands out the evidence of a return to who reads of the return.
func (p *Pages) ReturnFile(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.serve(w, r, by, func(s referral.Story) (file.Subject, error) {
		for _, q := range s.Returns {
			if ref.Format(q.ID) == r.PathValue("request") {
				return referral.FilesOfReturn(s.ID, q.ID), nil
			}
		}
		return file.Subject{}, errs.Missing()
	})
}

func (p *Pages) serve(w http.ResponseWriter, r *http.Request, by access.Actor, subject func(referral.Story) (file.Subject, error)) error {
	id, err := pathID[ref.Referral](r, "referral")
	if err != nil {
		return err
	}
	f, err := pathID[ref.File](r, "file")
	if err != nil {
		return err
	}
	tx := p.DB.Reader()
	s, err := p.Desk.Get(r.Context(), tx, by, id)
	if err != nil {
		return err
	}
	sub, err := subject(s)
	if err != nil {
		return err
	}
	content, err := p.Desk.Files.Open(r.Context(), tx, by, sub, f)
	if err != nil {
		return err
	}
	defer content.Close()
	content.Serve(w, r, false)
	return nil
}
