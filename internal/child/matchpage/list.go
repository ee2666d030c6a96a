package matchpage

import (
	"context"
	"fmt"
	"net/http"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/child/childpage"
	"weibao/internal/child/merge"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/region"
	"weibao/internal/ui"
)

const pageRows = 30

type listView struct {
	Table  ui.Table
	Abroad *ui.Table
}

// List shows the pairs about which somebody must decide.
func (p *Pages) List(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	ctx, tx := r.Context(), p.DB.Reader()
	list, err := merge.Pairs(ctx, tx, by, readKey(r.FormValue("after")), pageRows+1)
	if err != nil {
		return err
	}
	var pager *ui.Pager
	if len(list) > pageRows {
		list = list[:pageRows]
		pager = &ui.Pager{First: ListPath, Next: ListPath + "?after=" + keyText(list[pageRows-1])}
	}
	abroad, err := merge.Abroad(ctx, tx, by, pageRows)
	if err != nil {
		return err
	}
	places, err := region.Places(ctx, tx, codesOf(append(abroad, list...)))
	if err != nil {
		return err
	}
	view := listView{Table: pairTable()}
	view.Table.Pager = pager
	for _, pair := range list {
		row, err := p.row(ctx, tx, by, pair, places)
		if err != nil {
			return err
		}
		view.Table.Rows = append(view.Table.Rows, row)
	}
	if view.Abroad, err = p.abroad(ctx, tx, by, abroad, places); err != nil {
		return err
	}
	page := ui.Page{Title: "疑似重复", Lead: "系统按身份号码、姓名读音、出生日期、监护人和住址找出可能是同一人的档案。是否同一人由您核对后决定。", Nav: "child",
		Tabs: p.UI.Tabs(by, "child", ListPath), More: []ui.Action{{Print: true}}}
	return p.UI.Page(w, r, by, "list.html", page, view)
}

func pairTable() ui.Table {
	return ui.Table{Caption: "疑似重复的档案", Columns: []ui.Column{{Label: "档案甲", Wide: true}, {Label: "档案乙"}, {Label: "相同或相近之处"}, {Label: "办理", Slim: true, Tools: true}},
		Empty: ui.Empty{Title: "没有疑似重复的档案", Text: "新建或修改档案后，系统会自动比对，发现疑似重复时列在这里。"}}
}

func (p *Pages) row(ctx context.Context, tx *db.Tx, by access.Actor, pair merge.Pair, places map[string]string) (ui.Row, error) {
	a, err := p.Cabinet.Get(ctx, tx, by, pair.A)
	if err != nil {
		return ui.Row{}, err
	}
	b, err := p.Cabinet.Get(ctx, tx, by, pair.B)
	if err != nil {
		return ui.Row{}, err
	}
	on := civil.DateOf(tx.Now.Time())
	return ui.Row{Label: childpage.NameOf(a), Cells: []ui.Cell{fileCell(a, on, places), fileCell(b, on, places), ui.T(reasonWords(pair)),
		{Actions: []ui.Action{{Label: "比对", Href: pathOf(a.ID, b.ID), Icon: "eye"}}}}}, nil
}

func fileCell(c child.Child, on civil.Date, places map[string]string) ui.Cell {
	return ui.Cell{Text: childpage.NameOf(c), Href: childpage.Path(c.ID), Sub: c.Sex.Word() + "，" + childpage.AgeWords(c, on) + "，" + places[c.Region]}
}

// abroad lists what must be settled with another county.
func (p *Pages) abroad(ctx context.Context, tx *db.Tx, by access.Actor, list []merge.Pair, places map[string]string) (*ui.Table, error) {
	if len(list) == 0 {
		return nil, nil
	}
	t := &ui.Table{ID: "abroad", Caption: "与外县档案疑似重复", Columns: []ui.Column{{Label: "本县档案", Wide: true}, {Label: "另一份档案在"}, {Label: "相同或相近之处"}}}
	on := civil.DateOf(tx.Now.Time())
	for _, pair := range list {
		c, err := p.Cabinet.Get(ctx, tx, by, pair.A)
		if err != nil {
			return nil, err
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{fileCell(c, on, places), {Text: places[pair.RegionB], Sub: "请与当地未保办联系，由一方转出"}, ui.T(reasonWords(pair))}})
	}
	return t, nil
}

func codesOf(list []merge.Pair) []string {
	var codes []string
	for _, p := range list {
		codes = append(codes, p.RegionA, p.RegionB)
	}
	return codes
}

func keyText(p merge.Pair) string {
	k := merge.KeyOfPair(p)
	return fmt.Sprintf("%d.%d.%d", k.Score, k.A, k.B)
}

// readKey reads a page key; what is none begins at the first page.
func readKey(s string) merge.PairKey {
	var k merge.PairKey
	if n, err := fmt.Sscanf(s, "%d.%d.%d", &k.Score, &k.A, &k.B); err != nil || n != 3 {
		return merge.PairKey{}
	}
	return k
}
