package specialpage

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"weibao/internal/access"
	lists "weibao/internal/assessment/special"
	"weibao/internal/child"
	"weibao/internal/child/childpage"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/letter"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/rule/special"
	"weibao/internal/ui"
)

type listView struct {
	Filter ui.Filter
	Basis  *ui.Note
	Table  ui.Table
}

const pageRows = 50

// List shows one list: who is on it, what waits first, what lacks proof, and its columns.
func (p *Pages) List(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	tx := p.DB.Reader()
	l, err := p.Desk.List(by, special.Kind(r.PathValue("list")), today(tx))
	if err != nil {
		return err
	}
	page := ui.Page{Title: letter.Punctuate(l.Label), Nav: "child", Crumbs: []ui.Crumb{{Label: "专项名单", Href: ListPath}}, More: []ui.Action{{Print: true}}}
	view := listView{Basis: basis(l)}
	if l.Secret {
		page.Lead, page.More = "只有经办人看得到；每次打开都留痕。不打印、不导出、不在群里转发。", nil
		view.Table, err = p.secretTable(r, by, l)
	} else if view.Filter, err = p.filter(r.Context(), tx, by, l, r.URL.Query()); err == nil {
		view.Table, err = p.table(r.Context(), tx, by, l, r.URL.Query())
	}
	if err != nil {
		return err
	}
	return p.UI.Page(w, r, by, "list.html", page, view)
}

// filter offers the steps for which somebody waits, and the townships.
func (p *Pages) filter(ctx context.Context, tx *db.Tx, by access.Actor, l special.List, q url.Values) (ui.Filter, error) {
	f := ui.Filter{Action: ListPath + "/" + string(l.ID)}
	n, err := p.Desk.Count(ctx, tx, by, l.ID, q.Get("region"))
	if err != nil {
		return f, err
	}
	f.Quick = []ui.Tab{{Label: "全部", Href: address(l, q, "", ""), Here: q.Get("step") == "", Count: int(n.Children)}}
	for _, s := range l.Steps {
		if wait := n.Steps[s.ID]; wait.N > 0 {
			f.Quick = append(f.Quick, ui.Tab{Label: letter.Punctuate(s.Label), Href: address(l, q, s.ID, ""), Here: q.Get("step") == s.ID, Count: int(wait.N), Urgent: wait.Late > 0})
		}
	}
	if scope := by.Scope().Region; len(access.Prefix(scope)) < 12 {
		places, err := region.Choices(ctx, tx, by, scope)
		if err != nil {
			return f, err
		}
		options := make([]ui.Option, len(places))
		for i, place := range places {
			options[i] = ui.Option{Value: place.Code, Label: place.ShortName, Keys: place.Search}
		}
		f.Keep = []ui.Hidden{{Name: "step", Value: q.Get("step")}}
		f.Fields = []ui.Field{{Kind: ui.Pick, Name: "region", Label: "地方", Value: q.Get("region"), Blank: "全部", Options: options}}
	}
	return f, nil
}

func address(l special.List, q url.Values, step, after string) string {
	v := url.Values{}
	for name, value := range map[string]string{"region": q.Get("region"), "step": step, "after": after} {
		if value != "" {
			v.Set(name, value)
		}
	}
	path := ListPath + "/" + string(l.ID)
	if len(v) > 0 {
		path += "?" + v.Encode()
	}
	return path
}

func (p *Pages) table(ctx context.Context, tx *db.Tx, by access.Actor, l special.List, q url.Values) (ui.Table, error) {
	rows, err := p.Desk.Members(ctx, tx, by, l.ID, lists.Filter{Region: q.Get("region"), Step: q.Get("step"), After: readKey(q.Get("after")), Limit: pageRows + 1})
	if err != nil {
		return ui.Table{}, err
	}
	t := columns(l)
	t.Empty = ui.Empty{Title: "没有符合条件的儿童", Text: "列入相应类别的儿童会出现在这里，同时有了应办的事。"}
	if len(rows) > pageRows {
		rows = rows[:pageRows]
		k := rows[pageRows-1].Key
		t.Pager = &ui.Pager{Next: address(l, q, q.Get("step"), k.Due+"_"+ref.Format(k.ID)), Note: "本页" + strconv.Itoa(pageRows) + "人"}
		if q.Get("after") != "" {
			t.Pager.First = address(l, q, q.Get("step"), "")
		}
	}
	bounds, err := p.Kernel.Bounds(ctx, tx)
	if err != nil {
		return t, err
	}
	places, err := p.places(ctx, tx, rows)
	if err != nil {
		return t, err
	}
	levels := p.Desk.Care.Book().Levels(today(tx))
	for _, m := range rows {
		row := p.row(m, l, today(tx), bounds, places)
		level := childpage.LevelOf(levels, m.Child.Level)
		row.Cells[0].Href, row.Cells[1] = childPath(m.Child.ID), ui.Cell{Level: &level}
		t.Rows = append(t.Rows, row)
	}
	return t, nil
}

func (p *Pages) places(ctx context.Context, tx *db.Tx, rows []lists.Member) (map[string]string, error) {
	codes := make([]string, len(rows))
	for i, m := range rows {
		codes[i] = m.Child.Region
	}
	return region.Places(ctx, tx, codes)
}

// columns are the heads of a list: who, level, what waits, what lacks, and the rule's own.
func columns(l special.List) ui.Table {
	t := ui.Table{Caption: letter.Punctuate(l.Label), Columns: []ui.Column{{Label: "姓名", Wide: true}, {Label: "风险等级", Slim: true}, {Label: "先办", Slim: true}, {Label: "缺少的证明"}}}
	for _, c := range lists.Sheet(l).Columns {
		t.Columns = append(t.Columns, ui.Column{Label: letter.Punctuate(c.Head()), Quiet: true})
	}
	return t
}

func (p *Pages) row(m lists.Member, l special.List, on civil.Date, b duty.Bounds, places map[string]string) ui.Row {
	name := childpage.NameOf(m.Child)
	row := ui.Row{Label: name, Cells: []ui.Cell{{Text: name, Sub: who(m.Child, on) + "　" + places[m.Child.Region]}, {}, {}, {}}}
	if next, waits := m.Next(); waits {
		row.Cells[2].Due, row.Cells[2].Sub = due(next.Due, b), stepLabel(l, string(next.Kind))
		row.Near = row.Cells[2].Due.Near
	}
	var lacks []string
	for _, x := range m.Lacks {
		lacks = append(lacks, letter.Punctuate(x.Label))
	}
	row.Cells[3].Text = strings.Join(lacks, "；")
	for _, v := range m.Values {
		row.Cells = append(row.Cells, ui.T(letter.Punctuate(v)))
	}
	return row
}

func stepLabel(l special.List, kind string) string {
	for _, s := range l.Steps {
		if l.KindOf(s) == kind {
			return letter.Punctuate(s.Label)
		}
	}
	return ""
}

// secretTable shows a secret list, and leaves the trace of the look.
func (p *Pages) secretTable(r *http.Request, by access.Actor, l special.List) (ui.Table, error) {
	after, _ := ref.Parse[ref.Entry](r.URL.Query().Get("after")) // the first page has none
	var rows []lists.Member
	err := p.write(r, func(ctx context.Context, tx *db.Tx) (err error) {
		rows, err = p.Desk.Entries(ctx, tx, by, l.ID, after, pageRows+1)
		return err
	})
	if err != nil {
		return ui.Table{}, err
	}
	t := columns(l)
	t.Columns = append(t.Columns[:1], t.Columns[2:]...) // levels stay with the file
	t.Columns = append(t.Columns[:2], t.Columns[3:]...)
	t.Empty = ui.Empty{Title: "名单上没有人", Text: "儿童主任、督导员在档案上“提出专业关爱”后，会出现在这里。"}
	if len(rows) > pageRows {
		rows = rows[:pageRows]
		t.Pager = &ui.Pager{Next: ListPath + "/" + string(l.ID) + "?after=" + ref.Format(rows[pageRows-1].Entry), Note: "本页" + strconv.Itoa(pageRows) + "人"}
	}
	tx := p.DB.Reader()
	bounds, err := p.Kernel.Bounds(r.Context(), tx)
	if err != nil {
		return t, err
	}
	places, err := p.places(r.Context(), tx, rows)
	for _, m := range rows {
		row := p.row(m, l, today(tx), bounds, places)
		row.Cells[0].Href = entryPath(m.Entry)
		row.Cells = append(append([]ui.Cell{row.Cells[0]}, row.Cells[2]), row.Cells[4:]...)
		t.Rows = append(t.Rows, row)
	}
	return t, err
}

func readKey(s string) child.Key {
	on, id, ok := strings.Cut(s, "_")
	n, err := ref.Parse[ref.Child](id)
	if !ok || err != nil {
		return child.Key{}
	}
	if _, err := civil.Parse(on); err != nil {
		return child.Key{}
	}
	return child.Key{Due: on, ID: n}
}
