package orgpage

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/org"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/ui"
)

type unitView struct {
	Gone     *ui.Note
	Identity ui.Identity
	People   ui.Table
	Below    *ui.Table
	Seats    *ui.Table
	Timeline ui.Timeline
}

// Unit is one unit: what it is called, where it stands, who works in it.
func (p *Pages) Unit(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathUnit(r)
	if err != nil {
		return err
	}
	tx := p.DB.Reader()
	u, err := org.Get(r.Context(), tx, by, id)
	if err != nil {
		return err
	}
	view := unitView{}
	for _, fill := range []func(context.Context, *db.Tx, access.Actor, org.Unit, *unitView) error{p.who, p.staff, p.below, p.seats, p.history} {
		if err := fill(r.Context(), tx, by, u, &view); err != nil {
			return err
		}
	}
	page := ui.Page{Title: u.Call(), Kicker: "单位", Nav: "system", Crumbs: []ui.Crumb{{Label: "单位", Href: unitsPath}}}
	if by.Can("org.edit") && u.Active() {
		page.Action = &ui.Action{Label: "修改", Href: unitPath(id) + "/edit", Icon: "edit"}
		if !u.Collective() {
			page.More = []ui.Action{{Label: "撤并到其他单位", Href: unitPath(id) + "/merge", Icon: "merge"}}
		}
	}
	return p.UI.Page(w, r, by, "unit.html", page, view)
}

func (p *Pages) who(ctx context.Context, tx *db.Tx, by access.Actor, u org.Unit, v *unitView) error {
	aliases, err := org.Aliases(ctx, tx, by, u.ID)
	if err != nil {
		return err
	}
	names, err := org.Names(ctx, tx, []ref.Unit{u.Superior, u.Successor})
	if err != nil {
		return err
	}
	places, err := region.Places(ctx, tx, []string{u.Region})
	if err != nil {
		return err
	}
	v.Identity = ui.Identity{Title: u.Name, Kind: org.KindLabel(u.Kind), Facts: []ui.Fact{
		{Label: "简称", Value: u.ShortName}, {Label: "所在区划", Value: places[u.Region]},
		{Label: "别名", Value: strings.Join(aliases, "、")}, {Label: "上级单位", Value: names[u.Superior], Href: linkTo(u.Superior)},
	}}
	if u.Office {
		v.Identity.Marks = append(v.Identity.Marks, "承担未保办工作")
	}
	if !u.Active() {
		v.Gone = &ui.Note{Tone: ui.Warn, Text: "本单位已于" + civil.FormatDate(u.ValidTo) + "撤并，原有事项由承接单位办理。", Link: &ui.Crumb{Label: names[u.Successor], Href: linkTo(u.Successor)}}
		return nil
	}
	return p.duties(ctx, tx, by, u, v)
}

func linkTo(id ref.Unit) string {
	if id == 0 {
		return ""
	}
	return unitPath(id)
}

// duties adds where urging climbs to, and how much the unit has to do for who may see that.
func (p *Pages) duties(ctx context.Context, tx *db.Tx, by access.Actor, u org.Unit, v *unitView) error {
	if u.Collective() {
		members, err := org.Members(ctx, tx, u.ID)
		if err != nil {
			return err
		}
		v.Identity.Facts = append(v.Identity.Facts, ui.Fact{Label: "指哪些单位", Value: firstNames(members)})
		return nil
	}
	up, err := org.Superior(ctx, tx, u.ID)
	if err != nil {
		return err
	}
	v.Identity.Facts = append(v.Identity.Facts, ui.Fact{Label: "逾期催办升级到", Value: up.Call(), Href: unitPath(up.ID)})
	if !by.Can("duty.inbox") {
		return nil
	}
	open, late, err := p.load(ctx, tx, by, u.ID)
	if err != nil {
		return err
	}
	fact := ui.Fact{Label: "在办事项", Value: items(open), Href: "/duties?view=all&unit=" + ref.Format(u.ID)}
	if late > 0 {
		fact.Sub = "其中超期" + items(late)
	}
	v.Identity.Facts = append(v.Identity.Facts, fact)
	return nil
}

// firstNames names some of many units, and how many these are.
func firstNames(units []org.Unit) string {
	const shown = 12
	var names []string
	for _, u := range units[:min(shown, len(units))] {
		names = append(names, u.Call())
	}
	text := strings.Join(names, "、")
	if len(units) > shown {
		text += "等"
	}
	return text + "（共" + ui.Count(len(units)) + "个）"
}

func (p *Pages) staff(ctx context.Context, tx *db.Tx, by access.Actor, u org.Unit, v *unitView) error {
	people, err := p.people(ctx, tx, []ref.Unit{u.ID})
	v.People = ui.Table{ID: "people", Caption: "在岗人员", Columns: []ui.Column{{Label: "姓名"}, {Label: "岗位"}, {Label: "任职自", Slim: true}, {Label: "办理", Slim: true}}}
	for _, h := range people[u.ID] {
		cell := ui.Cell{}
		if by.Can("org.handover") && !h.Role.Admin() {
			cell.Actions = []ui.Action{{Label: "交接", Href: handoverPath(h.ID), Icon: "swap"}}
		}
		v.People.Rows = append(v.People.Rows, ui.Row{Cells: []ui.Cell{ui.T(h.Name), ui.T(h.Role.Label()), ui.T(h.Starts), cell}})
	}
	v.People.Empty = ui.Empty{Title: "还没有人在岗"}
	if role, needed := u.Contact(); needed {
		v.People.Empty.Text = "本单位应有" + role.Label() + "。请系统管理员申请岗位，由安全保密管理员审批。"
	}
	return err
}

func (p *Pages) below(ctx context.Context, tx *db.Tx, by access.Actor, u org.Unit, v *unitView) error {
	list, err := org.Inferiors(ctx, tx, by, u.ID)
	if err != nil || len(list) == 0 {
		return err
	}
	t, err := p.unitsTable(ctx, tx, by, list)
	t.ID, t.Caption = "below", "下级单位"
	v.Below = &t
	return err
}

func (p *Pages) seats(ctx context.Context, tx *db.Tx, by access.Actor, u org.Unit, v *unitView) error {
	list, err := org.Seats(ctx, tx, by, u.ID, today(tx))
	if err != nil || len(list) == 0 {
		return err
	}
	v.Seats = &ui.Table{ID: "seats", Caption: "在领导小组任职", Columns: []ui.Column{{Label: "姓名"}, {Label: "职务"}, {Label: "领导小组职务"}}}
	for _, m := range list {
		v.Seats.Rows = append(v.Seats.Rows, ui.Row{Cells: []ui.Cell{ui.T(m.Name), ui.T(m.Title), ui.T(m.Rank.Label())}})
	}
	return nil
}

func (p *Pages) history(ctx context.Context, tx *db.Tx, by access.Actor, u org.Unit, v *unitView) error {
	changes, err := org.History(ctx, tx, by, u.ID)
	if err != nil {
		return err
	}
	var ids []ref.Unit
	for _, c := range changes {
		ids = append(ids, c.Unit, c.Other)
	}
	names, err := org.Names(ctx, tx, slices.DeleteFunc(ids, func(id ref.Unit) bool { return id == 0 }))
	v.Timeline = ui.Timeline{Title: "变更经过", Empty: "建立以来没有变更。"}
	for _, c := range changes {
		v.Timeline.Items = append(v.Timeline.Items, ui.Event{Title: changeWords(c, u.ID, names), Text: c.Reason, Who: c.ActorName,
			When: civil.FormatTime(c.At.Time()), Icon: "history", Files: nil})
	}
	return err
}

func changeWords(c org.Change, at ref.Unit, names map[ref.Unit]string) string {
	words := c.Kind.Label()
	switch {
	case c.Kind == org.Renamed:
		words += "：" + c.OldName + "改称" + c.NewName
	case c.Kind == org.Merged && c.Other == at:
		words = c.OldName + "并入本单位"
	case c.Kind == org.Merged:
		words += names[c.Other]
	}
	if c.Document != "" {
		words += "（" + c.Document + "）"
	}
	return words
}
