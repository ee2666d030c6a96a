package planpage

import (
	"context"
	"errors"
	"io"
	"net/http"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/plan"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

// maxMB is the largest plan that is taken.
const maxMB = 50

func uploadForm() ui.Form {
	return ui.Form{Action: "/plans/upload", Submit: "上传并解析", Cancel: "/plans", Fields: []ui.Field{
		{Kind: ui.File, Name: "file", Label: "方案文件", Required: true, Accept: ".docx,.txt", MaxMB: maxMB, Focus: true,
			Hint: "Word（.docx）或文本（.txt），只需正文。解析在本机完成，不联网。"},
	}}
}

// Upload asks for the file of a plan.
func (p *Pages) Upload(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.uploadPage(w, r, by, formView{Form: uploadForm()}, 0)
}

func (p *Pages) uploadPage(w http.ResponseWriter, r *http.Request, by access.Actor, v formView, status int) error {
	return p.UI.Page(w, r, by, "upload.html", ui.Page{Title: "上传方案", Nav: "plan", Crumbs: crumbs(), Status: status,
		Lead: "系统逐条找出任务、责任单位、时限、指标和要制发的文件；拿不准的不猜，会逐项请您确认。下发前不会通知任何单位。"}, v)
}

// UploadDone reads the file outside of any transaction and stores the draft.
func (p *Pages) UploadDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	c, err := compiled(r)
	if err == nil {
		var known plan.Plan
		var same bool
		if known, same, err = p.Desk.Known(r.Context(), p.DB.Reader(), by, c); err != nil {
			return err
		}
		if same {
			return p.uploadPage(w, r, by, formView{Form: uploadForm(), Note: knownNote(known)}, http.StatusConflict)
		}
	}
	if errs.Is(err, errs.Invalid) {
		return p.uploadPage(w, r, by, formView{Form: uploadForm().Fill(nil, err)}, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	var id ref.Plan
	err = p.write(r, func(ctx context.Context, tx *db.Tx) error {
		var err error
		id, err = p.Desk.Upload(ctx, tx, by, c)
		return err
	})
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, reviewPath(id), ui.Done, "已解析。请对照原文审核，确认后下发。")
	return nil
}

func knownNote(v plan.Plan) *ui.Note {
	n := &ui.Note{Tone: ui.Warn, Title: "这份文件已经上传过", Text: "没有重复建立。方案“" + v.Title + "”" + v.State.Label() + "。", Link: &ui.Crumb{Label: "打开已有的方案", Href: planPath(v.ID)}}
	if v.State == plan.Draft {
		n.Link = &ui.Crumb{Label: "继续审核已有的草稿", Href: reviewPath(v.ID)}
	}
	return n
}

// compiled reads and compiles the uploaded file.
func compiled(r *http.Request) (*plan.Compiled, error) {
	f, head, err := r.FormFile("file")
	if tooBig := (*http.MaxBytesError)(nil); errors.As(err, &tooBig) {
		return nil, errs.Fields{"file": "文件超过50MB，不像是一份工作方案。请去掉图片等附件，只保留正文后重新上传。"}.Err()
	}
	if err != nil {
		return nil, errs.Fields{"file": "请选择要上传的方案文件（.docx 或 .txt）。"}.Err()
	}
	defer f.Close()
	raw, err := io.ReadAll(f)
	if err != nil {
		return nil, errs.Wrap(errs.Invalid, err, "文件没有传完整，请检查网络后重新上传。")
	}
	return plan.Compile(head.Filename, raw)
}
