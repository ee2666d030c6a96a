package requestpage

import (
	"context"
	"fmt"
	"net/http"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/child/childpage"
	"weibao/internal/child/request"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/idcard"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/ui"
)

type askView struct {
	Note ui.Note
	Form ui.Form
}

// asking is one sort of request: its form, and what is read from it.
type asking struct {
	kind                request.Kind
	tail, title, submit string
	note                string
	fields              func(c child.Child, villages []ui.Option) []ui.Field
	read                func(r *http.Request, in *request.Asking) error
}

var asks = []asking{
	{request.Correct, "/correct", "申请更正", "提交申请", "已由部门核对的内容，不能直接修改。请写明要更正成什么，由另一人核对后审批。只填需要更正的项目，其他留空。", correctFields, readCorrection},
	{request.MoveOut, "/move", "转出档案", "提交转出", "对方签收以前，档案仍在本地，仍由本地负责走访和联系。转往本系统以外的，同意后打印移交函，收到对方回执才结束档案。", moveFields, readMove},
	{request.MoveIn, "/return", "转入档案", "提交转入", "已结的档案由审批人核对后恢复使用，以前的经过都保留。", returnFields, readMove},
	{request.Ending, "/end", "申请结束档案", "提交申请", "结束后，档案不再列入台账、统计和搜索，仍可凭地址查看。", endFields, readEnding},
}

var reason = ui.Field{Kind: ui.TextArea, Name: "reason", Label: "理由和依据", Required: true, Rows: 3, Max: 500, Hint: "例如“户口簿第3页”“监护人2026年3月5日来电”"}

func correctFields(c child.Child, _ []ui.Option) []ui.Field {
	ethnics := make([]ui.Option, len(child.Ethnics))
	for i, name := range child.Ethnics {
		ethnics[i] = ui.Option{Value: fmt.Sprintf("%02d", i+1), Label: name}
	}
	return []ui.Field{
		{Kind: ui.Text, Name: "name", Label: "姓名", Short: true, Max: 50, Hint: "现为“" + childpage.NameOf(c) + "”"},
		{Kind: ui.Text, Name: "number", Label: "公民身份号码", Short: true, Max: 18, Hint: "18位。出生日期和性别随号码更正"},
		{Kind: ui.Date, Name: "birth", Label: "出生日期", Short: true},
		{Kind: ui.Select, Name: "sex", Label: "性别", Blank: "不更正", Short: true, Options: []ui.Option{{Value: string(idcard.Male), Label: "男"}, {Value: string(idcard.Female), Label: "女"}}},
		{Kind: ui.Pick, Name: "ethnic", Label: "民族", Blank: "不更正", Short: true, Options: ethnics},
		{Kind: ui.Text, Name: "registered", Label: "户籍地址", Max: 100},
		reason,
	}
}

func moveFields(_ child.Child, villages []ui.Option) []ui.Field {
	return []ui.Field{
		{Kind: ui.Pick, Name: "to", Label: "转往的村（社区）", Blank: "请选择，转往外县的不选", Options: villages},
		{Kind: ui.Text, Name: "abroad", Label: "转往外县的单位", Max: 100, Hint: "例如“某省某县民政局”。与上一项只填一个"},
		reason,
	}
}

func returnFields(_ child.Child, villages []ui.Option) []ui.Field {
	return []ui.Field{{Kind: ui.Pick, Name: "to", Label: "现在居住的村（社区）", Required: true, Blank: "请选择", Options: villages}, reason}
}

func endFields(child.Child, []ui.Option) []ui.Field {
	var options []ui.Option
	for _, c := range child.CloseReasons {
		if c.Key != "undone" && c.Key != "moved" {
			options = append(options, ui.Option{Value: c.Key, Label: c.Label})
		}
	}
	return []ui.Field{{Kind: ui.Radios, Name: "detail", Label: "结束的原因", Required: true, Options: options}, reason}
}

func readCorrection(r *http.Request, in *request.Asking) error {
	birth, err := civil.Parse(r.PostFormValue("birth"))
	if err != nil {
		return errs.Fields{"birth": "日期应为年-月-日，例如 2015-06-01。"}.Err()
	}
	set := func(to *string, name string) {
		if v := r.PostFormValue(name); v != "" {
			*to = v
		}
	}
	in.Change = func(n *child.New) {
		set(&n.Name, "name")
		set(&n.Dossier.Number, "number")
		set((*string)(&n.Sex), "sex")
		set(&n.Dossier.Ethnic, "ethnic")
		set(&n.Dossier.Places.Registered.Text, "registered")
		if !birth.IsZero() {
			n.Birth, n.Guessed = birth, false
		}
	}
	return nil
}

func readMove(r *http.Request, in *request.Asking) error {
	in.To, in.Abroad = r.PostFormValue("to"), r.PostFormValue("abroad")
	return nil
}

func readEnding(r *http.Request, in *request.Asking) error {
	in.Detail = r.PostFormValue("detail")
	return nil
}

func (p *Pages) ask(k asking) ui.Handler {
	return func(w http.ResponseWriter, r *http.Request, by access.Actor) error {
		return p.showAsk(w, r, by, k, nil)
	}
}

// asked takes a request, or shows its form again with what is wrong.
func (p *Pages) asked(k asking) ui.Handler {
	return func(w http.ResponseWriter, r *http.Request, by access.Actor) error {
		id, err := pathID[ref.Child](r, "child")
		if err != nil {
			return err
		}
		in := request.Asking{Kind: k.kind, Child: id, Reason: r.PostFormValue("reason")}
		var made ref.Request
		if err = k.read(r, &in); err == nil {
			err = p.write(r, func(ctx context.Context, tx *db.Tx) error { made, err = p.Counter.Ask(ctx, tx, by, in); return err })
		}
		if errs.Is(err, errs.Invalid) {
			return p.showAsk(w, r, by, k, err)
		}
		if err != nil {
			return err
		}
		ui.RedirectWith(w, r, path(made), ui.Done, "申请已提交，审批单位的待办里已经有这件事。")
		return nil
	}
}

func (p *Pages) showAsk(w http.ResponseWriter, r *http.Request, by access.Actor, k asking, problem error) error {
	id, err := pathID[ref.Child](r, "child")
	if err != nil {
		return err
	}
	tx := p.DB.Reader()
	c, err := p.Counter.Get(r.Context(), tx, by, id)
	if err != nil {
		return err
	}
	villages, err := villages(r.Context(), tx, by)
	if err != nil {
		return err
	}
	form := ui.Form{Action: childpage.Path(id) + k.tail, Fields: k.fields(c, villages), Submit: k.submit, Cancel: childpage.Path(id), Guard: true}
	page := ui.Page{Title: k.title, Kicker: childpage.NameOf(c), Nav: "child", Crumbs: []ui.Crumb{here[0], {Label: childpage.NameOf(c), Href: childpage.Path(id)}}}
	if problem != nil {
		form, page.Status = form.Fill(r.PostForm, problem), ui.Status(problem)
	}
	return p.UI.Page(w, r, by, "ask.html", page, askView{ui.Note{Tone: ui.Info, Title: "由第二人审批", Text: k.note}, form})
}

// villages are those of the actor's county, each under its township: a child
// may move to any of them.
func villages(ctx context.Context, tx *db.Tx, by access.Actor) ([]ui.Option, error) {
	list, err := region.Under(ctx, tx, by.Directory().Region)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	var options []ui.Option
	for _, r := range list {
		names[r.Code] = r.ShortName
		if r.Level == region.Village {
			options = append(options, ui.Option{Value: r.Code, Label: r.ShortName, Keys: r.Search, Group: names[r.Parent]})
		}
	}
	return options, nil
}
