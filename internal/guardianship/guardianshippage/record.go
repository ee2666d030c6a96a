package guardianshippage

import (
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/file"
	"weibao/internal/guardianship"
	"weibao/internal/ref"
	"weibao/internal/rule/protection"
	"weibao/internal/ui"
)

type recordView struct {
	First *ui.Note
	Basis ui.Summary
	Form  ui.Form
}

// Record asks for what happened.
func (p *Pages) Record(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.showRecord(w, r, by, r.FormValue("fact"), nil, nil)
}

func (p *Pages) showRecord(w http.ResponseWriter, r *http.Request, by access.Actor, kind string, typed url.Values, problem error) error {
	t, tx, err := p.told(r, by)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(t.Next, func(f protection.Fact) bool { return f.ID == kind })
	if at < 0 {
		return errs.New(errs.Conflict, "现在不能登记这项进展：可能别人已经登记过，或者前一步还没有登记。请返回措施页面再看。")
	}
	f := t.Next[at]
	form := ui.Form{Action: path(t.ID) + "/record", Submit: "保存", Cancel: path(t.ID), Guard: true, Hidden: []ui.Hidden{{Name: "fact", Value: f.ID}}}
	fields, err := p.fields(r.Context(), tx, f, t.Child)
	if err != nil {
		return err
	}
	for i, f := range fields {
		switch {
		case f.Name == "urgent" && t.Urgent():
			fields[i].Value = "1"
		case f.Name == "since" && !t.Until.IsZero():
			fields[i].Value = t.Until.String()
		}
	}
	form.Fields = append(fields, ui.Field{Kind: ui.File, Name: "files", Label: "附件", Many: true, Accept: file.Accept, MaxMB: file.MaxSize >> 20,
		Hint: "文书的扫描件等。加密保存，照片里的位置和时间会去掉。"})
	view := recordView{Basis: ui.Summary{Facts: []ui.Fact{{Label: "措施", Value: words(t.Rule.Label), Href: path(t.ID)}, {Label: "儿童", Value: called(t.Child)}, {Label: "要求", Value: words(f.Hint)}}}, Form: form}
	if f.Alarm {
		view.First = &danger
	}
	page := ui.Page{About: t.Child.ID, Title: words(f.Label), Nav: nav, Crumbs: []ui.Crumb{{Label: "监护干预措施", Href: ListPath}, {Label: words(t.Rule.Label), Href: path(t.ID)}}}
	if problem != nil {
		view.Form, page.Status = form.Fill(typed, problem), ui.Status(problem)
	}
	return p.UI.Page(w, r, by, "record.html", page, view)
}

// told gives the measure of an address.
func (p *Pages) told(r *http.Request, by access.Actor) (guardianship.Told, *db.Tx, error) {
	tx := p.DB.Reader()
	id, err := measureOf(r)
	if err != nil {
		return guardianship.Told{}, tx, err
	}
	t, err := p.Desk.Get(r.Context(), tx, by, id)
	return t, tx, err
}

// RecordDone enters what happened.
func (p *Pages) RecordDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	t, _, err := p.told(r, by)
	if err != nil {
		return err
	}
	typed, files, err := p.read(r, t.ID)
	if err == nil {
		var e guardianship.Entry
		if e, err = readEntry(typed); err == nil {
			e.Kind = typed.Get("fact")
			files.put(&e, typed)
			err = p.write(r, func(ctx context.Context, tx *db.Tx) error {
				_, err := p.Desk.Record(ctx, tx, by, t.ID, e)
				return err
			})
		}
	}
	if errs.Is(err, errs.Invalid) {
		return p.showRecord(w, r, by, typed.Get("fact"), typed, err)
	}
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, path(t.ID), ui.Done, "已登记。办成的事项已经办结，接下来的已经排好。")
	return nil
}

// readEntry reads the fields of a fact.
func readEntry(form url.Values) (guardianship.Entry, error) {
	f := errs.Fields{}
	e := guardianship.Entry{Urgent: form.Get("urgent") != "", Place: form.Get("place"),
		Detail: guardianship.Detail{Number: form.Get("number"), Place: form.Get("where"), Words: form.Get("words")}}
	day, err := civil.Parse(form.Get("day"))
	f.Check(err == nil && !day.IsZero(), "day", "日期请写成2026-11-22的样子。")
	e.Until, err = civil.Parse(form.Get("until"))
	f.Check(err == nil, "until", "日期请写成2026-11-22的样子。")
	e.Since, err = civil.Parse(form.Get("since"))
	f.Check(err == nil, "since", "日期请写成2026-11-22的样子。")
	hour := strings.ReplaceAll(strings.TrimSpace(form.Get("hour")), "：", ":")
	at, err := time.Parse("15:04", hour)
	f.Check(hour == "" || err == nil, "hour", "时间请写成09:30的样子。")
	f.Check(len([]rune(form.Get("words"))) <= maxWords, "words", "请控制在500字以内。")
	if !day.IsZero() {
		e.At = clock.Of(day.Start().Add(time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute))
	}
	e.Day = hour == ""
	return e, f.Err()
}

const maxFiles = 20

// read takes the form part by part, so that no file lies in clear on disk.
func (p *Pages) read(r *http.Request, id ref.Measure) (url.Values, received, error) {
	typed := url.Values{}
	parts, err := r.MultipartReader()
	if errors.Is(err, http.ErrNotMultipart) {
		if err := r.ParseForm(); err != nil {
			return typed, received{}, errs.Wrap(errs.Invalid, err, "没有读到填写的内容，请重试。")
		}
		return r.PostForm, received{}, nil
	}
	if err != nil {
		return typed, received{}, errs.Wrap(errs.Invalid, err, "没有读到填写的内容，请重试。")
	}
	got := received{papers: map[string]*file.Incoming{}}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return typed, got, nil
		}
		if err != nil {
			return typed, received{}, errs.Wrap(errs.TooLarge, err, "上传没有完成，可能文件过大或网络中断。请检查后重试，单个文件不超过50MB。")
		}
		needed, isPaper := strings.CutPrefix(part.FormName(), paperPart)
		if part.FormName() != "files" && !isPaper {
			if err := readField(part, typed); err != nil {
				return typed, received{}, err
			}
			continue
		}
		if part.FileName() == "" {
			continue
		}
		if len(got.files)+len(got.papers) == maxFiles {
			return typed, received{}, errs.Fields{"files": "一次最多上传20个文件，请分批上传。"}.Err()
		}
		in, err := p.Desk.Files.Receive(r.Context(), guardianship.FilesOf(id), part.FileName(), part)
		if err != nil {
			return typed, received{}, under(part.FormName(), err)
		}
		if isPaper {
			got.papers[needed] = in
		} else {
			got.files = append(got.files, in)
		}
	}
}

func readField(part *multipart.Part, typed url.Values) error {
	b, err := io.ReadAll(io.LimitReader(part, 4*maxWords+1))
	if err != nil {
		return errs.Wrap(errs.Invalid, err, "没有读到填写的内容，请重试。")
	}
	typed.Add(part.FormName(), strings.ReplaceAll(string(b), "\r\n", "\n"))
	return nil
}

// under puts the message of a refused file under its field of this form.
func under(name string, err error) error {
	if e, ok := errors.AsType[*errs.Error](err); ok && e.Fields["file"] != "" {
		return errs.Fields{name: e.Fields["file"]}.Err()
	}
	return err
}
