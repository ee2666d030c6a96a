package casepage

import (
	"net/http"

	"weibao/internal/access"
	"weibao/internal/casework"
	"weibao/internal/civil"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

type listView struct{ Table ui.Table }

const pageRows = 50

// List shows the cases on whose team the actor is.
func (p *Pages) List(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	tx := p.DB.Reader()
	closed := r.URL.Query().Get("view") == "closed"
	f := casework.Filter{Closed: closed, Limit: pageRows + 1}
	f.Before, _ = ref.Parse[ref.Case](r.URL.Query().Get("before")) // the first page has none
	rows, err := p.Desk.List(r.Context(), tx, by, f)
	if err != nil {
		return err
	}
	t := ui.Table{Caption: "我参加的个案", Columns: []ui.Column{{Label: "儿童", Wide: true}, {Label: "编号", Slim: true}, {Label: "等级", Slim: true}, {Label: "阶段", Slim: true}, {Label: "开立时间", Slim: true, Quiet: true}},
		Empty: ui.Empty{Title: "没有您参加的个案", Text: "在儿童档案页面开立个案，或者由个案负责人把您加入个案组后，会出现在这里。个案只对个案组成员显示。"}}
	view := ""
	if closed {
		view = "closed"
	}
	if len(rows) > pageRows {
		rows = rows[:pageRows]
		t.Pager = &ui.Pager{Next: ListPath + "?view=" + view + "&before=" + ref.Format(rows[len(rows)-1].ID)}
	}
	for _, row := range rows {
		level, tag := p.level(row.Facts.Level, tx.Now), phaseTag(row.Phase)
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: called(row.Child), Href: Path(row.ID), Sub: row.Origin.Label()}, ui.T(row.Number), {Level: &level}, {Tag: &tag}, ui.T(civil.FormatDate(civil.DateOf(row.Opened.Time())))}})
	}
	page := ui.Page{Title: "个案", Nav: "casework", Lead: "只列出您参加的个案。", Tabs: []ui.Tab{{Label: "正在办理", Href: ListPath, Here: !closed}, {Label: "已结案", Href: ListPath + "?view=closed", Here: closed}}}
	if by.Can("case.enter") {
		page.More = []ui.Action{{Label: "紧急查看", Href: "/cases/enter", Icon: "alert"}}
	}
	return p.UI.Page(w, r, by, "list.html", page, listView{t})
}
