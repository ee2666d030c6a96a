package childpage

import (
	"net/http"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/ui"
)

type looksView struct {
	Note  ui.Note
	Table ui.Table
}

// Looks tells who looked at what is private in a file, and for what.
func (p *Pages) Looks(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathChild(r)
	if err != nil {
		return err
	}
	tx := p.DB.Reader()
	c, err := p.Cabinet.Get(r.Context(), tx, by, id)
	if err != nil {
		return err
	}
	looks, err := p.Cabinet.Looks(r.Context(), tx, by, id)
	if err != nil {
		return err
	}
	view := looksView{Note: ui.Note{Text: "每一次查看隐私内容都记在这里，不能删除。依据《未成年人网络保护条例》第三十六条。"},
		Table: ui.Table{Caption: "查看记录", Columns: []ui.Column{{Label: "时间", Slim: true}, {Label: "查看人", Slim: true}, {Label: "单位", Wide: true}, {Label: "用途", Slim: true}},
			Empty: ui.Empty{Title: "还没有人查看过隐私内容"}}}
	for _, l := range looks {
		view.Table.Rows = append(view.Table.Rows, ui.Row{Cells: []ui.Cell{ui.T(civil.FormatTime(l.At.Time())), ui.T(l.ActorName), ui.T(l.UnitName), ui.T(purposeWord(l.Purpose))}})
	}
	page := ui.Page{Title: "谁看过", Kicker: NameOf(c) + "的档案", Nav: "child", Crumbs: crumbs(ui.Crumb{Label: NameOf(c), Href: Path(id)})}
	return p.UI.Page(w, r, by, "looks.html", page, view)
}
