package taskpage

import (
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/file"
	"weibao/internal/plan"
	"weibao/internal/plan/task/schedule"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

type reportView struct {
	Note *ui.Note
	Form ui.Form
}

// report is one way of saying how a duty stands: its form, and what it does.
type report struct {
	tail, title, said string
	fields            func(h plan.Handling) []ui.Field
	do                func(d *plan.Desk, ctx context.Context, tx *db.Tx, by access.Actor, id ref.Duty, in plan.Report) error
}

const (
	maxFiles  = 20
	maxText   = 4000
	fileKinds = ".pdf,.doc,.docx,.xls,.xlsx,.jpg,.jpeg,.png,.txt,.wps,.et"
)

func filesField(required bool) ui.Field {
	return ui.Field{Kind: ui.File, Name: "files", Label: "佐证材料", Many: true, MaxMB: file.MaxSize >> 20, Accept: fileKinds, Required: required,
		Hint: "照片中的拍摄地点和时间会自动去除。没有材料可以不传。"}
}

var progress = report{tail: "progress", title: "登记进展", said: "进展已登记。",
	fields: func(plan.Handling) []ui.Field {
		return []ui.Field{{Kind: ui.TextArea, Name: "text", Label: "进展情况", Required: true, Max: maxText, Rows: 5, Focus: true}, filesField(false)}
	},
	do: (*plan.Desk).Note}

var reply = report{tail: "reply", title: "反馈办理结果", said: "已反馈，等待审核。",
	fields: func(h plan.Handling) []ui.Field {
		fields := []ui.Field{{Kind: ui.TextArea, Name: "text", Label: "办理情况", Required: true, Max: maxText, Rows: 6, Focus: true}}
		for _, t := range h.Targets {
			m := schedule.MeasureOf(t.Norm)
			f := ui.Field{Kind: ui.Text, Name: plan.TargetField(t.ID), Label: t.Text + "的完成值", Required: true, Short: true, Hint: "目标：" + m.Words()}
			if m.Direction != "" {
				f.Kind, f.Unit = ui.Number, m.Unit
			}
			fields = append(fields, f)
		}
		if len(h.Waiting) > 0 {
			fields = append(fields, ui.Field{Kind: ui.TextArea, Name: "without", Label: "配合单位未反馈的说明", Required: true, Rows: 2, Max: 500})
		}
		f := filesField(false)
		if f.Required = len(h.Task.Of(plan.Document)) > 0 && h.Duty.Kind == plan.KindDocument; f.Required {
			f.Label, f.Hint = "已制发的文件", "上传印发的正式文件，办结以此为依据。"
		}
		return append(fields, f)
	},
	do: func(d *plan.Desk, ctx context.Context, tx *db.Tx, by access.Actor, id ref.Duty, in plan.Report) error {
		_, err := d.Reply(ctx, tx, by, id, in)
		return err
	}}

// ask shows the form of a report.
func (p *Pages) ask(k report) ui.Handler {
	return func(w http.ResponseWriter, r *http.Request, by access.Actor) error {
		return p.show(w, r, by, k, nil, nil)
	}
}

// answer takes a report, or shows its form again with what is wrong.
func (p *Pages) answer(k report) ui.Handler {
	return func(w http.ResponseWriter, r *http.Request, by access.Actor) error {
		h, _, err := p.handling(r, by)
		if err != nil {
			return err
		}
		if h.Duty.Unit != by.Post.Unit {
			return errs.Missing()
		}
		typed, in, err := p.read(r, h)
		if err == nil {
			err = p.DB.Write(r.Context(), func(tx *db.Tx) error { return k.do(p.Desk, r.Context(), tx, by, h.Duty.ID, in) })
		}
		if errs.Is(err, errs.Invalid) {
			return p.show(w, r, by, k, typed, err)
		}
		if err != nil {
			return err
		}
		ui.RedirectWith(w, r, path(h.Duty.ID), ui.Done, k.said)
		return nil
	}
}

func (p *Pages) show(w http.ResponseWriter, r *http.Request, by access.Actor, k report, typed url.Values, problem error) error {
	h, _, err := p.handling(r, by)
	if err != nil {
		return err
	}
	if h.Duty.Unit != by.Post.Unit {
		return errs.Missing()
	}
	base := path(h.Duty.ID)
	form := ui.Form{Action: base + "/" + k.tail, Fields: k.fields(h), Submit: k.title, Cancel: base, Guard: true}
	page := ui.Page{Title: k.title, Kicker: h.Duty.Title, Nav: "desk", Crumbs: []ui.Crumb{inbox, {Label: "办理", Href: base}}}
	if problem != nil {
		form, page.Status = form.Fill(typed, problem), http.StatusUnprocessableEntity
	}
	return p.UI.Page(w, r, by, "report.html", page, reportView{Note: &ui.Note{Title: "条款要求", Text: h.Task.Quote}, Form: form})
}

// read takes the form part by part, so that no file lies in clear on disk.
func (p *Pages) read(r *http.Request, h plan.Handling) (url.Values, plan.Report, error) {
	typed, in := url.Values{}, plan.Report{Values: map[int64]string{}}
	parts, err := r.MultipartReader()
	if errors.Is(err, http.ErrNotMultipart) {
		if err := r.ParseForm(); err != nil {
			return nil, in, errs.Wrap(errs.Invalid, err, "没有读到填写的内容，请重试。")
		}
		typed = r.PostForm
	} else if err != nil {
		return nil, in, errs.Wrap(errs.Invalid, err, "没有读到填写的内容，请重试。")
	} else if in.Files, err = p.parts(r.Context(), parts, typed, plan.Evidence(h.Duty.ID)); err != nil {
		return typed, in, err
	}
	in.Text, in.Without = typed.Get("text"), typed.Get("without")
	for _, t := range h.Targets {
		in.Values[t.ID] = typed.Get(plan.TargetField(t.ID))
	}
	return typed, in, nil
}

func (p *Pages) parts(ctx context.Context, parts *multipart.Reader, typed url.Values, sub file.Subject) ([]*file.Incoming, error) {
	var files []*file.Incoming
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, errs.Wrap(errs.TooLarge, err, "上传没有完成，可能文件过大或网络中断。请检查后重试，单个文件不超过50MB。")
		}
		switch {
		case part.FileName() == "":
			b, err := io.ReadAll(io.LimitReader(part, 4*maxText+1))
			if err != nil {
				return nil, errs.Wrap(errs.Invalid, err, "没有读到填写的内容，请重试。")
			}
			if part.FormName() != "files" {
				typed.Add(part.FormName(), strings.ReplaceAll(string(b), "\r\n", "\n"))
			}
		case len(files) == maxFiles:
			return nil, errs.Fields{"files": "一次最多上传20个文件，请分批上传。"}.Err()
		default:
			in, err := p.Desk.Files.Receive(ctx, sub, part.FileName(), part)
			if err != nil {
				return nil, underFiles(err)
			}
			files = append(files, in)
		}
	}
}

// underFiles puts the message of a refused file under the field of this form.
func underFiles(err error) error {
	if e, ok := errors.AsType[*errs.Error](err); ok && e.Fields["file"] != "" {
		return errs.Fields{"files": e.Fields["file"]}.Err()
	}
	return err
}
