package importpage

import (
	"net/http"

	"weibao/internal/access"
	"weibao/internal/child/imports"
	"weibao/internal/civil"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

type listView struct{ Table ui.Table }

const listRows = 30

// List shows what was imported and compared, the latest first.
func (p *Pages) List(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	before, _ := ref.Parse[ref.Import](r.URL.Query().Get("before")) // nothing is the first page
	list, err := p.Desk.List(r.Context(), p.DB.Reader(), by, before, listRows+1)
	if err != nil {
		return err
	}
	t := ui.Table{Caption: "导入和比对", Columns: []ui.Column{{Label: "名单", Wide: true}, {Label: "状态", Slim: true}, {Label: "行数", Num: true, Slim: true}, {Label: "结果"}, {Label: "经办", Quiet: true}},
		Empty: ui.Empty{Title: "还没有导入过名单", Text: "上传原有台账或部门名单（.xlsx、.csv），系统先比对、预览，确认后才写入档案；导入后一段时间内可以整批撤销。",
			Action: &ui.Action{Label: "导入名单", Href: ListPath + "/upload", Icon: "upload"}}}
	if len(list) > listRows {
		list = list[:listRows]
		t.Pager = &ui.Pager{Next: ListPath + "?before=" + ref.Format(list[listRows-1].ID)}
	}
	if before != 0 {
		if t.Pager == nil {
			t.Pager = &ui.Pager{}
		}
		t.Pager.First = ListPath
	}
	for _, b := range list {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: title(b), Href: path(b.ID), Sub: b.RegionName}, ui.Tags(look(b.State), b.State.Label()), ui.T(count(b.Total)), ui.T(outcome(b)),
			{Text: b.ActorName, Sub: civil.FormatTime(b.Created.Time())}}})
	}
	page := ui.Page{Title: "导入名单", Nav: "child", Tabs: p.UI.Tabs(by, "child", ListPath), Action: &ui.Action{Label: "导入名单", Href: ListPath + "/upload", Icon: "upload"},
		More: []ui.Action{{Label: "比对部门名单", Href: ListPath + "/compare"}}}
	return p.UI.Page(w, r, by, "list.html", page, listView{t})
}

// outcome says in one line what became of a batch.
func outcome(b imports.Batch) string {
	switch {
	case b.State == imports.Applied && b.Purpose == imports.Ledger:
		return "已导入" + count(b.Done) + "行"
	case b.State == imports.Undone && b.Kept > 0:
		return count(b.Kept) + "份已有后续修改，保留"
	case b.State == imports.Mapping || b.Total == 0:
		return ""
	case b.Purpose == imports.Compare:
		return "名单有、档案没有" + count(b.Fresh) + "人"
	}
	return "新增" + count(b.Fresh) + "，有变化" + count(b.Changed) + "，存疑" + count(b.Doubtful) + "，有误" + count(b.Wrong)
}

func look(s imports.State) ui.State {
	switch s {
	case imports.Mapping, imports.Staged:
		return ui.Uncertain
	case imports.Applied:
		return ui.Finished
	case imports.Undone, imports.Discarded:
		return ui.Ended
	}
	return ui.Running
}
