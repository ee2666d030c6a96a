package orgpage

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"weibao/internal/access"
	"weibao/internal/auth"
	"weibao/internal/db"
	"weibao/internal/org"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/ui"
)

type unitsView struct {
	Filter ui.Filter
	Table  ui.Table
}

const pageRows = 50

// Units lists the county's units with who is in charge of what comes to them.
func (p *Pages) Units(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	tx, q := p.DB.Reader(), r.URL.Query()
	f := filterOf(q)
	list, err := org.List(r.Context(), tx, by, f)
	if err != nil {
		return err
	}
	view := unitsView{}
	if view.Filter, err = p.unitsFilter(r.Context(), tx, by, q); err != nil {
		return err
	}
	rows, pager := pageOf(list, f, q)
	if view.Table, err = p.unitsTable(r.Context(), tx, by, rows); err != nil {
		return err
	}
	view.Table.Pager = pager
	page := ui.Page{Title: "单位", Nav: "system", Tabs: p.UI.Tabs(by, "system", unitsPath), More: []ui.Action{{Label: "打印", Print: true}}}
	if by.Can("org.edit") {
		page.Action = &ui.Action{Label: "新增单位", Href: unitsPath + "/new", Icon: "plus"}
	}
	return p.UI.Page(w, r, by, "units.html", page, view)
}

// filterOf reads the address; it asks for one row more than a page shows.
func filterOf(q url.Values) org.Filter {
	return org.Filter{Query: q.Get("q"), Kind: org.Kind(q.Get("kind")), Region: q.Get("region"), Former: q.Get("former") == "1",
		After: keyOf(q, "after"), Before: keyOf(q, "before"), Limit: pageRows + 1}
}

func keyOf(q url.Values, name string) org.Key {
	id, err := ref.Parse[ref.Unit](q.Get(name))
	if err != nil {
		return org.Key{}
	}
	return org.Key{Region: q.Get(name + "_region"), ID: id}
}

// pageOf cuts the list to a page and tells where there is more.
func pageOf(list []org.Unit, f org.Filter, q url.Values) ([]org.Unit, *ui.Pager) {
	more := len(list) > pageRows
	back := f.Before != (org.Key{})
	if more && back {
		list = list[1:]
	} else if more {
		list = list[:pageRows]
	}
	pager := &ui.Pager{}
	if len(list) > 0 && (back && more || !back && f.After != (org.Key{})) {
		pager.First, pager.Prev = with(q, "", org.Unit{}), with(q, "before", list[0])
	}
	if len(list) > 0 && (back || more) {
		pager.Next = with(q, "after", list[len(list)-1])
	}
	if pager.Prev == "" && pager.Next == "" {
		return list, nil
	}
	return list, pager
}

// with gives the address of another page of the same list.
func with(q url.Values, name string, u org.Unit) string {
	out := url.Values{}
	for _, keep := range []string{"q", "kind", "region", "former"} {
		if v := q.Get(keep); v != "" {
			out.Set(keep, v)
		}
	}
	if name != "" {
		out.Set(name, ref.Format(u.ID))
		out.Set(name+"_region", u.Region)
	}
	return unitsPath + "?" + out.Encode()
}

func (p *Pages) unitsFilter(ctx context.Context, tx *db.Tx, by access.Actor, q url.Values) (ui.Filter, error) {
	counts, err := org.Counts(ctx, tx, by)
	if err != nil {
		return ui.Filter{}, err
	}
	n := map[org.Kind]int64{}
	for _, c := range counts {
		n[c.Kind] = c.N
	}
	kinds := ui.Field{Kind: ui.Select, Name: "kind", Label: "类别", Value: q.Get("kind")}
	for _, k := range org.Kinds {
		if n[k.Kind] > 0 {
			kinds.Options = append(kinds.Options, ui.Option{Value: string(k.Kind), Label: k.Label + " " + strconv.FormatInt(n[k.Kind], 10)})
		}
	}
	places := ui.Field{Kind: ui.Pick, Name: "region", Label: "行政区划", Value: q.Get("region")}
	if places.Options, err = regionOptions(ctx, tx, by, q.Get("region")); err != nil {
		return ui.Filter{}, err
	}
	return ui.Filter{Action: unitsPath, Search: &ui.Field{Kind: ui.Query, Name: "q", Label: "名称、别名或拼音首字母", Value: q.Get("q")},
		Fields: []ui.Field{kinds, places}, More: []ui.Field{{Kind: ui.Check, Name: "former", Label: "只看已撤并的单位", Value: q.Get("former")}}, Clear: unitsPath}, nil
}

func (p *Pages) unitsTable(ctx context.Context, tx *db.Tx, by access.Actor, list []org.Unit) (ui.Table, error) {
	t := ui.Table{Caption: "单位列表", Columns: []ui.Column{{Label: "单位", Wide: true}, {Label: "类别", Slim: true}, {Label: "上级", Quiet: true}, {Label: "所在区划", Slim: true}, {Label: "联络员（儿童主任、督导员）"}},
		Empty: ui.Empty{Title: "没有符合条件的单位", Text: "换一个名称、别名或拼音首字母再查，或清除筛选条件。"}}
	ids := make([]ref.Unit, 0, 2*len(list))
	codes := make([]string, len(list))
	for i, u := range list {
		ids, codes[i] = append(ids, u.ID), u.Region
	}
	people, err := p.people(ctx, tx, ids)
	if err != nil {
		return t, err
	}
	for _, u := range list {
		ids = append(ids, u.Superior, u.Successor)
	}
	names, err := org.Names(ctx, tx, ids)
	if err != nil {
		return t, err
	}
	places, err := region.Places(ctx, tx, codes)
	if err != nil {
		return t, err
	}
	for _, u := range list {
		name := ui.Cell{Text: u.Call(), Href: unitPath(u.ID), Sub: fullName(u)}
		if !u.Active() {
			name.Sub = "已撤并，现为" + names[u.Successor]
		}
		t.Rows = append(t.Rows, ui.Row{Label: u.Call(), Cells: []ui.Cell{name, ui.T(org.KindLabel(u.Kind)), ui.T(names[u.Superior]), ui.T(places[u.Region]), contact(u, people[u.ID])}})
	}
	return t, nil
}

func fullName(u org.Unit) string {
	if u.Name == u.Call() {
		return ""
	}
	return u.Name
}

// contact names who receives what is sent to the unit, or says that nobody does.
func contact(u org.Unit, people []auth.Holder) ui.Cell {
	role, needed := u.Contact()
	var names string
	for _, h := range people {
		if h.Role != role && needed {
			continue
		}
		if names != "" {
			names += "、"
		}
		names += h.Name
	}
	if names == "" && needed && u.Active() {
		return ui.Tags(ui.Uncertain, "空缺")
	}
	return ui.T(names)
}
