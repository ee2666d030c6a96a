package triagepage

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/intake"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

type actView struct {
	Note    *ui.Note
	Results *ui.Summary // what units replied, for who answers with it
	Form    ui.Form
	Also    *ui.Form
}

// deed is something done to a report with one form.
type deed struct {
	tail, title, submit, said string
	permission                access.Permission
	note                      string
	field                     ui.Field
	do                        func(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report, typed url.Values) error
}

func words(label, hint string) ui.Field {
	return ui.Field{Kind: ui.TextArea, Name: "text", Label: label, Hint: hint, Required: true, Max: intake.MaxMessage, Rows: 5, Focus: true}
}

// despiteMax leaves room in a note for the units beside the reason.
const despiteMax = 500

var acts = []deed{
	{tail: "act", title: "登记首次处置", submit: "登记", said: "已登记。", permission: "intake.accept", note: "写明什么时间、联系了谁、怎么处置的，例如“9时30分拨打110，接警员张某，派出所已出警”。报告人看不到。",
		field: words("处置情况", ""),
		do: func(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report, typed url.Values) error {
			return p.Desk.Act(ctx, tx, by, id, typed.Get("text"))
		}},
	{tail: "answer", title: "答复报告人", submit: "发送答复", said: "已答复，报告人凭查询码能看到。", permission: "intake.answer", note: "报告人和并入的各件报告的报告人都能看到。不写孩子和他人的姓名、住址。",
		field: words("答复", ""),
		do: func(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report, typed url.Values) error {
			return p.Desk.Answer(ctx, tx, by, id, typed.Get("text"))
		}},
	{tail: "ask", title: "询问报告人", submit: "发送", said: "已发送，报告人下次凭查询码能看到。", permission: "intake.answer", note: "只问保护孩子必须知道的，不让孩子复述受害经过。匿名报告人不会收到通知，要等他回来看。",
		field: words("想问什么", ""),
		do: func(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report, typed url.Values) error {
			return p.Desk.Ask(ctx, tx, by, id, typed.Get("text"))
		}},
	{tail: "close", title: "答复并办结", submit: "答复并办结", said: "已办结并答复报告人。", permission: "intake.answer", note: "办结以前请确认孩子安全。并入的各件报告一并答复。",
		field: words("办理结果（报告人能看到）", "不写孩子和他人的姓名、住址"),
		do: func(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report, typed url.Values) error {
			return p.Desk.Close(ctx, tx, by, id, typed.Get("text"), typed.Get("despite"))
		}},
	{tail: "reject", title: "不予受理", submit: "不予受理", said: "已办理，报告人能看到理由。", permission: "intake.reject", note: "只用于与未成年人保护无关、或者内容完全无法办理的报告。来自热线的，按退单退回并附理由。",
		field: words("理由（报告人能看到）", "写明为什么不受理、可以找谁"),
		do: func(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report, typed url.Values) error {
			return p.Desk.Reject(ctx, tx, by, id, typed.Get("text"))
		}},
	{tail: "merge", title: "合并", submit: "并入", said: "已合并。每个报告人的时限照走，答复时一并告知。", permission: "intake.merge", note: "反映同一件事的报告合并办理，每个报告人都会得到答复。",
		field: ui.Field{Kind: ui.Text, Name: "number", Label: "并入哪一件（报告编号）", Required: true, Max: 30, Hint: "例如 20261122-01234-56789，在列表和报告页的上方", Focus: true},
		do:    (*Pages).merge},
	{tail: "shield", title: "回避", submit: "对他屏蔽", said: "已屏蔽，他看不到这件报告。", permission: "intake.shield", note: "报告涉及的人或者其亲属，在列表、搜索和统计里都看不到这件报告。",
		field: ui.Field{Kind: ui.Select, Name: "holder", Label: "对谁屏蔽", Required: true, Blank: "请选择"},
		do: func(p *Pages, ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report, typed url.Values) error {
			holder, err := ref.Parse[ref.User](typed.Get("holder"))
			if err != nil {
				return errs.Fields{"holder": "请选择要回避的人。"}.Err()
			}
			return p.Desk.Shield(ctx, tx, by, id, holder)
		}},
}

func (p *Pages) act(a deed) ui.Handler {
	return func(w http.ResponseWriter, r *http.Request, by access.Actor) error {
		return p.showAct(w, r, by, a, nil)
	}
}

// acted does the deed, or shows its form again with what is wrong.
func (p *Pages) acted(a deed) ui.Handler {
	return func(w http.ResponseWriter, r *http.Request, by access.Actor) error {
		id, err := pathID(r)
		if err != nil {
			return err
		}
		if err := r.ParseForm(); err != nil {
			return errs.New(errs.Invalid, "表单没有完整送达，请重新提交。")
		}
		err = p.write(r, func(ctx context.Context, tx *db.Tx) error { return a.do(p, ctx, tx, by, id, r.PostForm) })
		if errs.Is(err, errs.Invalid) {
			return p.showAct(w, r, by, a, err)
		}
		if err != nil {
			return err
		}
		to := Path(id)
		if a.tail == "shield" && r.PostForm.Get("holder") == ref.Format(by.User) {
			to = "/reports"
		}
		ui.RedirectWith(w, r, to, ui.Done, a.said)
		return nil
	}
}

func (p *Pages) showAct(w http.ResponseWriter, r *http.Request, by access.Actor, a deed, problem error) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	tx := p.DB.Reader()
	row, err := p.Desk.Get(r.Context(), tx, by, id)
	if err != nil {
		return err
	}
	field := a.field
	v := actView{Note: &ui.Note{Tone: ui.Info, Text: a.note}}
	if row.ByChild() && slices.Contains([]string{"answer", "ask", "close", "reject"}, a.tail) {
		v.Note.Title, field.Hint = "报告人是孩子", strings.TrimPrefix(field.Hint+"。用孩子听得懂的话，称“你”，一次只说一件事。", "。")
	}
	if a.tail == "shield" {
		if field.Options, err = p.Colleagues(r.Context(), tx, by); err != nil {
			return err
		}
		if row.Raised == 0 {
			v.Also = &ui.Form{Action: Path(id) + "/raise", Submit: "提级办理", Danger: true, Warning: "交给上一级单位办理。提级以后，只有分管领导和上一级单位能看到这件报告；系统里没有上一级单位的，只有分管领导能看到。"}
		}
	}
	if a.tail == "answer" || a.tail == "close" {
		if v.Results, err = p.results(r.Context(), tx, by, id); err != nil {
			return err
		}
	}
	v.Form = ui.Form{Action: Path(id) + "/" + a.tail, Submit: a.submit, Cancel: Path(id), Fields: []ui.Field{field}, Guard: true}
	if a.tail == "merge" {
		if v.Form.Fields, err = p.mergeFields(r.Context(), tx, by, row, field); err != nil {
			return err
		}
	}
	if a.tail == "close" {
		units, err := p.Desk.Unanswered(r.Context(), tx, by, id)
		if err != nil {
			return err
		}
		if len(units) > 0 {
			v.Note = &ui.Note{Tone: ui.Warn, Title: strings.Join(units, "、") + "还没有办结", Text: "办结以后报告人看到的是“已经办结”。请先催办；确实不必再等的，写明理由。" + a.note}
			v.Form.Fields = append(v.Form.Fields, ui.Field{Kind: ui.TextArea, Name: "despite", Label: "不再等待的理由（报告人看不到）", Required: true, Max: despiteMax, Rows: 3})
		}
	}
	page := ui.Page{Title: a.title, Kicker: row.Number, Nav: "intake", Crumbs: crumbs(ui.Crumb{Label: p.Desk.Call(row), Href: Path(id)})}
	if problem != nil {
		v.Form, page.Status = v.Form.Fill(r.PostForm, problem), ui.Status(problem)
	}
	return p.UI.Page(w, r, by, "act.html", page, v)
}

// another is the choice of a report that is not among those offered.
const another = "other"

// mergeFields offers the open reports that may be of the same event, beside
// typing the number of another.
func (p *Pages) mergeFields(ctx context.Context, tx *db.Tx, by access.Actor, r intake.Report, number ui.Field) ([]ui.Field, error) {
	alike, err := p.Desk.Alike(ctx, tx, by, r.ID)
	if err != nil {
		return nil, err
	}
	pick := ui.Field{Kind: ui.Radios, Name: "into", Label: "并入哪一件", Required: true}
	for _, o := range alike {
		if !o.State.Open() {
			continue
		}
		why := "同一乡镇（街道）、同一情形"
		if o.Child != 0 && o.Child == r.Child {
			why = "同一个孩子"
		}
		pick.Options = append(pick.Options, ui.Option{Value: ref.Format(o.ID), Label: o.Number + "　" + p.Desk.Call(o),
			Hint: why + "，" + civil.FormatTime(o.Received.Time()) + "收到，" + o.State.Label()})
	}
	if len(pick.Options) == 0 {
		return []ui.Field{number}, nil
	}
	pick.Options = append(pick.Options, ui.Option{Value: another, Label: "不在上面，填写编号"})
	number.Label, number.Required, number.Focus = "别的报告的编号", false, false
	return []ui.Field{pick, number}, nil
}

// merge puts a report into the one that was chosen or whose number was typed.
func (p *Pages) merge(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report, typed url.Values) error {
	if chosen := typed.Get("into"); chosen != "" && chosen != another {
		into, err := ref.Parse[ref.Report](chosen)
		if err != nil {
			return errs.Fields{"into": "请选择一件报告。"}.Err()
		}
		return p.Desk.Merge(ctx, tx, by, id, into)
	}
	if typed.Get("into") == "" && typed.Get("number") == "" {
		return errs.Fields{"into": "请选择一件报告，或者填写编号。", "number": "请填写编号。"}.Err()
	}
	into, err := p.Desk.ByNumber(ctx, tx, by, typed.Get("number"))
	if err != nil {
		return err
	}
	return p.Desk.Merge(ctx, tx, by, id, into.ID)
}

// results are what came back from units and cases, to answer with.
func (p *Pages) results(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report) (*ui.Summary, error) {
	list, err := p.Ways.Results(ctx, tx, by, id)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	s := ui.Summary{Title: "办理的结果（报告人看不到）"}
	for _, r := range list {
		s.Facts = append(s.Facts, ui.Fact{Label: r.Label, Value: r.Words, Sub: r.Sub})
	}
	return &s, nil
}
