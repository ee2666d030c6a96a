package importpage

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"strings"

	"weibao/internal/access"
	"weibao/internal/child/imports"
	"weibao/internal/child/imports/roster"
	"weibao/internal/db"
	"weibao/internal/ref"
	"weibao/internal/sheet"
	"weibao/internal/ui"
)

type confirmView struct{ Confirm ui.Confirm }

// Undo asks whether a batch is to be taken back.
func (p *Pages) Undo(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	b, err := p.batch(r, by)
	if err != nil {
		return err
	}
	return p.confirm(w, r, by, b, ui.Confirm{Title: "整批撤销导入", Text: "撤销后：", Points: []string{"这一批新建的档案结束，不再出现在台账和统计中", "改动的内容恢复导入前的值", "导入后又有人修改、评估过的，保留现状并列出"},
		Form: ui.Form{Action: path(b.ID) + "/import_undo", Submit: "确认撤销", Danger: true, Cancel: path(b.ID)}})
}

func (p *Pages) confirm(w http.ResponseWriter, r *http.Request, by access.Actor, b imports.Batch, c ui.Confirm) error {
	return p.UI.Page(w, r, by, "confirm.html", ui.Page{Title: c.Title, Nav: "child", Crumbs: crumbs(b)}, confirmView{c})
}

// UndoDone has the batch taken back.
func (p *Pages) UndoDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.do(w, r, by, func(ctx context.Context, tx *db.Tx, id ref.Import) error { return p.Desk.Undo(ctx, tx, by, id) })
}

// Discard asks whether a batch is to be given up.
func (p *Pages) Discard(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	b, err := p.batch(r, by)
	if err != nil {
		return err
	}
	return p.confirm(w, r, by, b, ui.Confirm{Title: "放弃这一批", Text: "还没有写入任何档案。放弃后，上传的文件和读取的内容立即销毁，需要时请重新上传。",
		Form: ui.Form{Action: path(b.ID) + "/discard", Submit: "确认放弃", Danger: true, Cancel: path(b.ID)}})
}

// DiscardDone gives the batch up.
func (p *Pages) DiscardDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	b, err := p.batch(r, by)
	if err != nil {
		return err
	}
	if err := p.write(r, func(ctx context.Context, tx *db.Tx) error { return p.Desk.Discard(ctx, tx, by, b.ID) }); err != nil {
		return err
	}
	ui.RedirectWith(w, r, ListPath, ui.Done, "已放弃，上传的内容已销毁。")
	return nil
}

// Answer gives the wrong rows back.
func (p *Pages) Answer(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	b, err := p.batch(r, by)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	ending, err := p.Desk.Answer(r.Context(), by, b, &out)
	if err != nil {
		return err
	}
	return send(w, title(b)+" 需更正"+ending, out.Bytes())
}

func send(w http.ResponseWriter, name string, content []byte) error {
	h := w.Header()
	h.Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	if strings.HasSuffix(name, ".csv") {
		h.Set("Content-Type", "text/csv")
	}
	h.Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(name))
	_, err := w.Write(content)
	return err
}

// templateFields are those of the template, in the order of usual ledgers.
var templateFields = []string{"name", "number", "sex", "birth", "ethnic", "town", "village", "residence", "registered", "guardian", "guardian_relation", "guardian_phone", "school", "grade", "category", "remarks"}

// Template is an empty list with headings that are known.
func (p *Pages) Template(w http.ResponseWriter, _ *http.Request, _ access.Actor) error {
	book, err := sheet.NewBook(p.Desk.Temp)
	if err != nil {
		return err
	}
	defer book.Close()
	t := sheet.Table{Name: "未成年人名单", Rows: 2000}
	for _, key := range templateFields {
		c := sheet.Column{Title: roster.Label(key), Width: 16, Required: key == roster.KeyName || key == roster.KeyNumber || key == roster.KeyVillage}
		if key == "sex" {
			c.Choices = []string{"男", "女"}
		}
		t.Columns = append(t.Columns, c)
	}
	if _, err := book.Table(t); err != nil {
		return err
	}
	var out bytes.Buffer
	if _, err := book.WriteTo(&out); err != nil {
		return err
	}
	return send(w, "未成年人名单模板.xlsx", out.Bytes())
}
