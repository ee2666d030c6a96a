package suggestionpage

import (
	"context"
	"net/http"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/suggestion"
	"weibao/internal/ui"
)

type addView struct {
	Note ui.Note
	Form ui.Form
}

func addForm() ui.Form {
	kinds := make([]ui.Option, len(suggestion.Kinds))
	for i, k := range suggestion.Kinds {
		kinds[i] = ui.Option{Value: string(k), Label: k.Label()}
	}
	return ui.Form{Action: "/suggestions/add", Submit: "提交", Cancel: "/suggestions", Guard: true, Fields: []ui.Field{
		{Kind: ui.Radios, Name: "kind", Label: "类别", Value: string(suggestion.Advice), Options: kinds, Required: true},
		{Kind: ui.TextArea, Name: "words", Label: "内容", Required: true, Max: suggestion.MaxWords, Rows: 6,
			Hint: "哪里不好用、哪项填报没有必要、希望怎样改。请不要写未成年人的姓名、身份证号码等个人信息。"},
		{Kind: ui.Check, Name: "named", Label: "让未保办看到我的姓名和单位",
			Hint: "不勾选时，未保办看不到是谁提的；您仍能在本页看到答复。系统的审计记录按规定留存，只有审计管理员可以查。"},
	}}
}

// Add shows the form.
func (p *Pages) Add(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.showAdd(w, r, by, addForm(), 0)
}

func (p *Pages) showAdd(w http.ResponseWriter, r *http.Request, by access.Actor, form ui.Form, status int) error {
	view := addView{Form: form, Note: ui.Note{Tone: ui.Warn, Title: "这里不受理未成年人受到伤害的报告",
		Text: "发现未成年人正在遭受侵害、身处危险，请立即拨打110。"}}
	page := ui.Page{Title: "提意见建议", Nav: section(by), Crumbs: crumbs(), Status: status}
	return p.UI.Page(w, r, by, "add.html", page, view)
}

// AddDone hands the suggestion in.
func (p *Pages) AddDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	in := suggestion.In{Kind: suggestion.Kind(r.PostFormValue("kind")), Words: r.PostFormValue("words"), Named: r.PostFormValue("named") == "1"}
	var id ref.Suggestion
	err := p.write(r, func(ctx context.Context, tx *db.Tx) (err error) {
		id, err = p.Box.Add(ctx, tx, by, in)
		return err
	})
	if errs.Is(err, errs.Invalid) || errs.Is(err, errs.TooMany) {
		return p.showAdd(w, r, by, addForm().Fill(r.PostForm, err), ui.Status(err))
	}
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, showPath(id), ui.Done, "已提交未保办，答复后可在本页查看。")
	return nil
}
