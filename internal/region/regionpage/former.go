package regionpage

import (
	"net/http"

	"weibao/internal/access"
	"weibao/internal/region"
	"weibao/internal/ui"
)

type formerView struct{ Table ui.Table }

const formerRows = 50

// Former lists the divisions that are no longer in force, with those in their place.
func (p *Pages) Former(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	ctx, tx := r.Context(), p.DB.Reader()
	after := r.URL.Query().Get("after")
	list, err := region.Former(ctx, tx, by, after, formerRows+1)
	if err != nil {
		return err
	}
	t := ui.Table{Caption: "已撤并的区划", Columns: []ui.Column{{Label: "名称", Wide: true}, {Label: "类别", Slim: true}, {Label: "原代码", Slim: true}, {Label: "撤并日期", Slim: true}, {Label: "现为"}},
		Empty: ui.Empty{Title: "没有撤并过的区划", Text: "更名、并入、划转和撤销过的区划会列在这里，旧代码始终能查到现在的区划。"}}
	if len(list) > formerRows {
		list = list[:formerRows]
		t.Pager = &ui.Pager{First: formerPath, Next: formerPath + "?after=" + list[formerRows-1].Code}
	}
	for _, old := range list {
		now, err := region.Successor(ctx, tx, old.Code)
		if err != nil {
			return err
		}
		t.Rows = append(t.Rows, ui.Row{Label: old.ShortName, Cells: []ui.Cell{ui.Link(old.ShortName, regionPath(old.Code)), ui.T(old.Label()), ui.T(significant(old.Code)), ui.T(old.ValidTo.String()), ui.Link(now.Name, regionPath(now.Code))}})
	}
	page := p.section(by, ui.Page{Title: "已撤并的区划", Crumbs: []ui.Crumb{{Label: "行政区划", Href: treePath}}}, treePath)
	return p.UI.Page(w, r, by, "former.html", page, formerView{t})
}
