package orgpage

import (
	"net/http"
	"strings"

	"weibao/internal/access"
	"weibao/internal/auth"
	"weibao/internal/org"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/rule"
	"weibao/internal/ui"
)

type vacantView struct {
	Figures ui.Figures
	Table   ui.Table
}

// Vacant lists the units which nobody answers for: member units without a
// liaison, townships without a supervisor, villages without a child director.
func (p *Pages) Vacant(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	ctx, tx := r.Context(), p.DB.Reader()
	kinds := make([]org.Kind, 0, len(org.Kinds))
	for _, k := range org.Kinds {
		kinds = append(kinds, k.Kind)
	}
	units, err := org.OfKinds(ctx, tx, by, kinds...)
	if err != nil {
		return err
	}
	ids := make([]ref.Unit, len(units))
	for i, u := range units {
		ids[i] = u.ID
	}
	people, err := p.people(ctx, tx, ids)
	if err != nil {
		return err
	}
	empty, all := map[access.Role][]org.Unit{}, map[access.Role]int{}
	for _, u := range units {
		role, needed := u.Contact()
		if !needed {
			continue
		}
		all[role]++
		if !holds(people[u.ID], role) {
			empty[role] = append(empty[role], u)
		}
	}
	view := vacantView{Figures: vacantFigures(empty, all)}
	view.Figures.Asof = ui.Clockwise(tx.Now.Time(), tx.Now.Time())
	names, err := region.Names(ctx, tx, townsOf(empty[access.ChildDirector]))
	if err != nil {
		return err
	}
	view.Table = vacantTable(empty, names)
	page := ui.Page{Title: "空缺", Lead: "没有人在岗的单位和村（社区）。交给它们的事项仍然计时，逾期后催办到上级。", Nav: "system",
		Tabs: p.UI.Tabs(by, "system", vacantPath), More: []ui.Action{{Label: "打印", Print: true}}}
	return p.UI.Page(w, r, by, "vacant.html", page, view)
}

func holds(people []auth.Holder, role access.Role) bool {
	for _, h := range people {
		if h.Role == role {
			return true
		}
	}
	return false
}

// vacancies are the roles that units need, in the order of the page.
var vacancies = []struct {
	role  access.Role
	label string
}{
	{access.Officer, "未保办没有工作人员"}, {access.Liaison, "单位没有联络员"}, {access.Supervisor, "乡镇没有儿童督导员"}, {access.ChildDirector, "村（社区）没有儿童主任"},
}

func vacantFigures(empty map[access.Role][]org.Unit, all map[access.Role]int) ui.Figures {
	var f ui.Figures
	for _, v := range vacancies {
		if all[v.role] == 0 {
			continue
		}
		figure := ui.Figure{Label: v.label, Value: ui.Count(len(empty[v.role])), Unit: "个", Definition: "共" + ui.Count(all[v.role]) + "个，按今天在岗的岗位统计"}
		f.Items = append(f.Items, figure)
	}
	return f
}

func townsOf(units []org.Unit) []string {
	var codes []string
	for _, u := range units {
		codes = append(codes, townOf(u))
	}
	return codes
}

func townOf(u org.Unit) string { return u.Town + strings.Repeat("0", 12-len(u.Town)) }

func vacantTable(empty map[access.Role][]org.Unit, towns map[string]string) ui.Table {
	t := ui.Table{Caption: "空缺", Columns: []ui.Column{{Label: "单位", Wide: true}, {Label: "类别", Slim: true}, {Label: "缺", Slim: true}},
		Empty: ui.Empty{Title: "没有空缺", Text: "每个单位都有联络员，每个村（社区）都有儿童主任。"}}
	for _, v := range vacancies {
		heading := ""
		for _, u := range empty[v.role] {
			group := v.label
			if u.Kind == rule.Village {
				group = towns[townOf(u)] + "：没有儿童主任的村（社区）"
			}
			if group != heading {
				heading = group
				t.Rows = append(t.Rows, ui.Row{Heading: heading})
			}
			t.Rows = append(t.Rows, ui.Row{Label: u.Call(), Cells: []ui.Cell{{Text: u.Call(), Href: unitPath(u.ID), Sub: fullName(u)}, ui.T(org.KindLabel(u.Kind)), ui.Tags(ui.Uncertain, v.role.Label())}})
		}
	}
	return t
}
