package rulepage

import (
	"net/http"
	"net/url"
	"strconv"

	"weibao/internal/access"
	"weibao/internal/letter"
	"weibao/internal/rule"
	"weibao/internal/sheet"
)

// Export gives the rules that the list shows as an Excel file.
func (p *Pages) Export(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	q, book := readQuery(r.URL.Query()), p.Book()
	b, err := sheet.NewBook(p.TempDir)
	if err != nil {
		return err
	}
	defer b.Close()
	title := book.County().Title + "未成年人保护工作规则"
	t, err := b.Table(sheet.Table{Name: "规则", Title: title, Note: p.today().String() + "有效。性质为“系统建议值”的项目没有文件规定，请本县确定。",
		Columns: []sheet.Column{{Title: "种类", Width: 10}, {Title: "规则", Width: 26}, {Title: "规定内容", Width: 46}, {Title: "责任主体", Width: 18}, {Title: "性质", Width: 12},
			{Title: "依据", Width: 34}, {Title: "原文是否核对", Width: 14}, {Title: "有效期", Width: 14}, {Title: "说明", Width: 26}, {Title: "编号", Width: 16}}})
	if err != nil {
		return err
	}
	for _, e := range book.Entries(p.today()) {
		if !q.fits(e) {
			continue
		}
		err := t.Row(e.Kind.Label(), letter.Punctuate(e.Label), value(e), who(e.Value), statusLabels[e.Status], source(e.Source), readWords(e), days(e), letter.Punctuate(e.Source.Note), e.ID)
		if err != nil {
			return err
		}
	}
	name := url.PathEscape(title + p.today().String() + ".xlsx")
	h := w.Header()
	h.Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	h.Set("Content-Disposition", "attachment; filename="+strconv.Quote("rules.xlsx")+"; filename*=UTF-8''"+name)
	h.Set("Cache-Control", "no-store")
	_, err = b.WriteTo(w)
	return err
}

func readWords(e rule.Entry) string {
	switch {
	case e.Status == rule.Suggested:
		return "无原文"
	case notRead(e):
		return "未核对"
	}
	return "已核对"
}
