package orderpage

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"weibao/internal/access"
	"weibao/internal/errs"
	"weibao/internal/intake/order"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

// maxFile is the most bytes of a file of two thousand orders.
const maxFile = 8 << 20

func uploadsTable(files []order.Upload, now time.Time) ui.Table {
	t := ui.Table{ID: "uploads", Caption: "最近导入的文件", Columns: []ui.Column{{Label: "导入时间", Slim: true}, {Label: "热线", Slim: true}, {Label: "导入人"}, {Label: "工单", Num: true}, {Label: "新登记", Num: true}, {Label: "补充", Num: true}, {Label: "以前登记过", Num: true}, {Label: "退回更正", Num: true}, {Label: "操作", Tools: true}},
		Empty: ui.Empty{Title: "还没有导入过文件", Text: "导入以后，这里列出每个文件登记了多少、退回了多少。"}}
	for _, u := range files {
		var back []ui.Action
		if u.File != 0 {
			back = []ui.Action{{Label: "下载退回的行", Href: ListPath + "/uploads/" + ref.Format(u.ID)}}
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.T(ui.Clockwise(u.At.Time(), now)), ui.T(channelLabels[u.Channel]), ui.T(u.ByName), ui.T(fmt.Sprint(u.Total)), ui.T(fmt.Sprint(u.Taken)),
			ui.T(fmt.Sprint(u.Added)), ui.T(fmt.Sprint(u.Again)), ui.T(fmt.Sprint(u.Wrong)), {Actions: back}}})
	}
	return t
}

func uploadForm() ui.Form {
	return ui.Form{Action: ListPath + "/upload", Submit: "导入", Cancel: ListPath, Fields: []ui.Field{
		{Kind: ui.Select, Name: "channel", Label: "热线", Required: true, Blank: "请选择", Options: channelOptions()},
		{Kind: ui.File, Name: "file", Label: "工单文件", Required: true, Accept: ".xlsx,.csv", MaxMB: maxFile >> 20, Hint: "Excel或WPS工作簿（.xlsx），或者文本（.csv）。列名按规则识别，一次最多2000张。同一张工单重复导入只算一次；编号相同、内容有增加的，作为补充送到原来的报告。"}}}
}

// Upload asks for a file of orders.
func (p *Pages) Upload(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.askFile(w, r, by, nil, nil)
}

func (p *Pages) askFile(w http.ResponseWriter, r *http.Request, by access.Actor, typed url.Values, problem error) error {
	page := ui.Page{Title: "导入热线工单", Nav: section, Crumbs: []ui.Crumb{{Label: "热线工单", Href: ListPath}}, More: []ui.Action{{Label: "下载模板", Href: ListPath + "/template", Icon: "download"}},
		Lead: "每一行登记为一件报告，立即开始计时。有误的行连同原因退回，改好后可以只传这些行，也可以整个文件再传一次。"}
	return p.UI.Ask(w, r, by, page, uploadForm(), typed, problem)
}

// UploadDone takes a file of orders.
func (p *Pages) UploadDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	content, err := readFile(w, r)
	if errs.Is(err, errs.Invalid) {
		return p.askFile(w, r, by, r.Form, err)
	}
	if err != nil {
		return err
	}
	u, err := p.Desk.Receive(r.Context(), by, r.FormValue("channel"), content)
	if errs.Is(err, errs.Invalid) {
		return p.askFile(w, r, by, r.Form, err)
	}
	if err != nil {
		return err
	}
	text := fmt.Sprintf("共%d张：新登记%d张，补充%d张，以前登记过%d张。", u.Total, u.Taken, u.Added, u.Again)
	if u.Wrong == 0 {
		ui.RedirectWith(w, r, ListPath, ui.Done, text)
		return nil
	}
	ui.RedirectWith(w, r, ListPath+"#uploads", ui.Warn, text+fmt.Sprintf("%d张有误没有登记，请在“最近导入的文件”里下载退回的行，改好再传。", u.Wrong))
	return nil
}

func readFile(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxFile+1<<20)
	if err := r.ParseMultipartForm(1 << 20); err != nil {
		if _, big := errors.AsType[*http.MaxBytesError](err); big {
			return nil, errs.New(errs.TooLarge, "文件超过8 MB。请拆成几个文件。")
		}
		return nil, errs.Wrap(errs.Invalid, err, "文件没有传完整，请重试。")
	}
	defer func() { _ = r.MultipartForm.RemoveAll() }() // nothing more can be done about a leftover
	f, _, err := r.FormFile("file")
	if err != nil {
		return nil, errs.Fields{"file": "请选择工单文件。"}.Err()
	}
	defer f.Close()
	return io.ReadAll(f)
}

// Template sends an empty table with the headings that are known.
func (p *Pages) Template(w http.ResponseWriter, _ *http.Request, by access.Actor) error {
	w.Header().Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	w.Header().Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape("热线工单模板.xlsx"))
	return p.Desk.Template(by, w)
}

// Answer sends the wrong rows of a file with their reasons.
func (p *Pages) Answer(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID[ref.Upload](r, "upload")
	if err != nil {
		return err
	}
	c, err := p.Desk.Answer(r.Context(), p.DB.Reader(), by, id)
	if err != nil {
		return err
	}
	defer c.Close()
	c.Serve(w, r, false)
	return nil
}
