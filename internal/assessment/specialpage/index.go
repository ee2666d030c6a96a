package specialpage

import (
	"net/http"
	"strconv"

	"weibao/internal/access"
	"weibao/internal/letter"
	"weibao/internal/ui"
)

type indexView struct{ Table ui.Table }

// Index shows the lists with what waits in each.
func (p *Pages) Index(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	tx := p.DB.Reader()
	t := ui.Table{Caption: "专项名单", Columns: []ui.Column{{Label: "名单", Wide: true}, {Label: "在名单上", Num: true}, {Label: "待办事项", Num: true}, {Label: "超期", Num: true}, {Label: "缺证明", Num: true}},
		Empty: ui.Empty{Title: "本县规则里没有专项名单", Text: "在规则里列出专项名单后，这里按名单列出应办的事。"}}
	counts, err := p.Desk.Counts(r.Context(), tx, by, "")
	if err != nil {
		return err
	}
	for _, l := range p.Desk.Lists(by, today(tx)) {
		row := ui.Row{Cells: []ui.Cell{{Text: letter.Punctuate(l.Label), Href: ListPath + "/" + string(l.ID), Sub: letter.Punctuate(l.Purpose)}, {}, {}, {}, {}}}
		if l.Secret {
			row.Cells[1] = ui.Cell{Tag: &ui.Tag{State: ui.Paused, Label: "单独保密"}}
			t.Rows = append(t.Rows, row)
			continue
		}
		n := counts[l.ID]
		open, late, lacks := int64(0), int64(0), int64(0)
		for _, s := range l.Steps {
			wait := n.Steps[s.ID]
			open, late = open+wait.N, late+wait.Late
			if s.Proves {
				lacks += wait.N
			}
		}
		for i, v := range []int64{n.Children, open, late, lacks} {
			row.Cells[i+1].Text = strconv.FormatInt(v, 10)
		}
		if late > 0 {
			row.Near = ui.Overdue
		}
		t.Rows = append(t.Rows, row)
	}
	page := ui.Page{Title: "专项名单", Nav: "child", Tabs: p.UI.Tabs(by, "child", ListPath), Lead: "名单就是档案里列入该类别的儿童，列入即有应办的事，退出即结束；不另外填报。"}
	return p.UI.Page(w, r, by, "index.html", page, indexView{t})
}
