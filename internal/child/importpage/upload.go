package importpage

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"

	"weibao/internal/access"
	"weibao/internal/child/imports"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/file"
	"weibao/internal/ui"
)

func uploadForm(purpose imports.Purpose) ui.Form {
	form := ui.Form{Action: ListPath + "/upload", Submit: "上传并识别列", Cancel: ListPath}
	source := ui.Field{Kind: ui.Select, Name: "source", Label: "名单来源", Required: true, Blank: "请选择", Hint: "列的对应关系按来源记住，下次同样的表不必再选。"}
	for _, s := range imports.Sources {
		source.Options = append(source.Options, ui.Option{Value: s.Key, Label: s.Label})
	}
	if purpose == imports.Compare {
		form.Action = ListPath + "/compare"
	}
	form.Fields = []ui.Field{source, {Kind: ui.File, Name: "file", Label: "名单文件", Required: true, Accept: ".xlsx,.csv", MaxMB: file.MaxSize >> 20,
		Hint: "Excel或WPS工作簿（.xlsx），或逗号分隔的文本（.csv）。旧版表格请先另存为.xlsx。文件加密保存，用完销毁。"}}
	return form
}

// Upload asks for a list that becomes files.
func (p *Pages) Upload(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.askFile(w, r, by, imports.Ledger, formView{Form: uploadForm(imports.Ledger)}, 0)
}

// Compare asks for a list to compare with the files.
func (p *Pages) Compare(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.askFile(w, r, by, imports.Compare, formView{Form: uploadForm(imports.Compare)}, 0)
}

func (p *Pages) askFile(w http.ResponseWriter, r *http.Request, by access.Actor, purpose imports.Purpose, v formView, status int) error {
	page := ui.Page{Title: "导入名单", Nav: "child", Status: status, Crumbs: []ui.Crumb{{Label: "导入", Href: ListPath}},
		Lead: "上传后先核对每一列的含义，再预览：哪些是新增、哪些有变化、哪些有误。确认之前不改动任何档案。", More: []ui.Action{{Label: "下载模板", Href: ListPath + "/template", Icon: "download"}}}
	if purpose == imports.Compare {
		page.Title, page.Lead = "比对部门名单", "把其他部门的名单与档案比对：名单有而档案没有的、档案有而名单没有的、两边不一致的，逐条形成核实提示，不自动修改档案。"
	}
	return p.UI.Page(w, r, by, "upload.html", page, v)
}

// UploadDone takes the list as it comes.
func (p *Pages) UploadDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.take(w, r, by, imports.Ledger)
}

// CompareDone is UploadDone for a comparison.
func (p *Pages) CompareDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.take(w, r, by, imports.Compare)
}

func (p *Pages) take(w http.ResponseWriter, r *http.Request, by access.Actor, purpose imports.Purpose) error {
	form := uploadForm(purpose)
	sent, typed, err := p.receive(r, by, purpose)
	if err == nil {
		known, same, err := p.Desk.Known(r.Context(), p.DB.Reader(), by, sent)
		if err != nil {
			return err
		}
		if same {
			note := &ui.Note{Tone: ui.Warn, Title: "这份文件已经上传过", Text: "内容完全相同，没有重复建立。那一批现在是“" + known.State.Label() + "”。", Link: &ui.Crumb{Label: "打开已有的一批", Href: path(known.ID)}}
			return p.askFile(w, r, by, purpose, formView{Note: note, Form: form}, http.StatusConflict)
		}
		err = p.write(r, func(ctx context.Context, tx *db.Tx) error { return p.Desk.Keep(ctx, tx, by, sent) })
		if err != nil {
			return err
		}
	}
	if err == nil {
		err = p.Desk.Look(r.Context(), by, sent.ID, "")
	}
	if errs.Is(err, errs.Invalid) || errs.Is(err, errs.TooLarge) {
		return p.askFile(w, r, by, purpose, formView{Form: form.Fill(typed, err)}, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	ui.Redirect(w, r, path(sent.ID))
	return nil
}

// receive takes the form part by part, so that the list lies nowhere in clear.
func (p *Pages) receive(r *http.Request, by access.Actor, purpose imports.Purpose) (*imports.Sent, url.Values, error) {
	typed := url.Values{}
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, typed, errs.Fields{"file": "请选择要导入的文件。"}.Err()
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, typed, errs.Fields{"file": "请选择要导入的文件。"}.Err()
		}
		if err != nil {
			return nil, typed, errs.Fields{"file": "上传没有完成，可能文件超过50MB或网络中断。请按乡镇拆分或检查网络后重试。"}.Err()
		}
		if part.FormName() == "file" && part.FileName() != "" {
			sent, err := p.Desk.Receive(r.Context(), by, purpose, typed.Get("source"), part.FileName(), part)
			return sent, typed, err
		}
		value, err := io.ReadAll(io.LimitReader(part, 1<<10))
		if err != nil {
			return nil, typed, errs.Wrap(errs.Invalid, err, "没有读到填写的内容，请重试。")
		}
		typed.Set(part.FormName(), string(value))
	}
}
