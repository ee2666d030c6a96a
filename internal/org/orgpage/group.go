package orgpage

import (
	"context"
	"net/http"
	"strconv"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/org"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/ui"
)

type groupView struct {
	Bodies []bodyView
	Empty  ui.Empty
}

// bodyView is one leading group with its members.
type bodyView struct {
	Name  string
	Table ui.Table
}

// Group lists the members of the leading groups.
func (p *Pages) Group(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	ctx, tx := r.Context(), p.DB.Reader()
	bodies, err := org.OfKinds(ctx, tx, by, rule.Body)
	if err != nil {
		return err
	}
	on := today(tx)
	former := r.URL.Query().Get("former") == "1"
	if former {
		on = civil.Date{}
	}
	view := groupView{Empty: ui.Empty{Title: "本县还没有领导小组", Text: "在“单位”中新增类别为领导小组的单位后，可在这里登记成员。"}}
	for _, b := range bodies {
		members, err := org.Roster(ctx, tx, by, b.ID, on)
		if err != nil {
			return err
		}
		t, err := memberTable(ctx, tx, by, members)
		if err != nil {
			return err
		}
		t.ID = "members-" + ref.Format(b.ID)
		view.Bodies = append(view.Bodies, bodyView{b.Name, t})
	}
	page := ui.Page{Title: "领导小组", Nav: "system", Tabs: p.UI.Tabs(by, "system", groupPath), More: []ui.Action{{Label: "打印", Print: true}, {Label: "含历任成员", Href: groupPath + "?former=1", Icon: "history"}}}
	if former {
		page.More[1] = ui.Action{Label: "只看现任成员", Href: groupPath, Icon: "history"}
	}
	if by.Can("org.group") && len(bodies) > 0 {
		page.Action = &ui.Action{Label: "增加成员", Href: groupPath + "/new", Icon: "plus"}
	}
	return p.UI.Page(w, r, by, "group.html", page, view)
}

func memberTable(ctx context.Context, tx *db.Tx, by access.Actor, members []org.Member) (ui.Table, error) {
	t := ui.Table{Caption: "领导小组成员", Columns: []ui.Column{{Label: "领导小组职务", Slim: true}, {Label: "姓名", Slim: true}, {Label: "职务", Wide: true}, {Label: "单位"}, {Label: "任职", Slim: true}},
		Empty: ui.Empty{Title: "还没有登记成员", Text: "按印发的成员名单登记组长、副组长和成员；人员变动时填写卸任日期，历任名单自动保留。"}}
	ids := make([]ref.Unit, 0, len(members))
	for _, m := range members {
		if m.Unit != 0 {
			ids = append(ids, m.Unit)
		}
	}
	names, err := org.Names(ctx, tx, ids)
	for _, m := range members {
		who := ui.T(m.Name)
		if by.Can("org.group") {
			who = ui.Link(m.Name, groupPath+"/"+ref.Format(m.ID))
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.T(m.Rank.Label()), who, ui.T(m.Title), ui.T(names[m.Unit]), ui.T(term(m))}})
	}
	return t, err
}

func term(m org.Member) string {
	text := m.ValidFrom.String() + "起"
	if !m.ValidTo.IsZero() {
		text = m.ValidFrom.String() + "至" + m.ValidTo.String()
	}
	return text
}

type seatView struct{ Form ui.Form }

// NewSeat shows the form of a new member.
func (p *Pages) NewSeat(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.showSeat(w, r, by, org.Member{Rank: org.Ordinary, ValidFrom: today(p.DB.Reader())}, nil)
}

// AddSeat puts a person into a leading group.
func (p *Pages) AddSeat(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	m, err := memberOf(r)
	if err == nil {
		err = p.write(r, func(ctx context.Context, tx *db.Tx) error { _, err := org.Seat(ctx, tx, by, m); return err })
	}
	return p.seated(w, r, by, org.Member{}, err, "已增加成员。")
}

// EditSeat shows the form of a member.
func (p *Pages) EditSeat(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	m, err := p.seatOf(r, by)
	if err != nil {
		return err
	}
	return p.showSeat(w, r, by, m, nil)
}

// SaveSeat corrects a member, or ends the seat where a last day is given.
func (p *Pages) SaveSeat(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	was, err := p.seatOf(r, by)
	if err != nil {
		return err
	}
	m, err := memberOf(r)
	if err == nil {
		err = p.write(r, func(ctx context.Context, tx *db.Tx) error { return org.Reseat(ctx, tx, by, was.ID, m) })
	}
	return p.seated(w, r, by, was, err, "已保存。")
}

func (p *Pages) seated(w http.ResponseWriter, r *http.Request, by access.Actor, was org.Member, err error, said string) error {
	if errs.Is(err, errs.Invalid) {
		return p.showSeat(w, r, by, was, err)
	}
	if err == nil {
		ui.RedirectWith(w, r, groupPath, ui.Done, said)
	}
	return err
}

func (p *Pages) seatOf(r *http.Request, by access.Actor) (org.Member, error) {
	id, err := ref.Parse[org.MemberID](r.PathValue("id"))
	if err != nil {
		return org.Member{}, errs.Missing()
	}
	return org.MemberOf(r.Context(), p.DB.Reader(), by, id)
}

func memberOf(r *http.Request) (org.Member, error) {
	f := errs.Fields{}
	date := func(field string) civil.Date {
		d, err := civil.Parse(r.PostFormValue(field))
		f.Check(err == nil, field, "日期应写成2026-03-01的样子。")
		return d
	}
	n, err := strconv.Atoi(r.PostFormValue("place"))
	f.Check(err == nil || r.PostFormValue("place") == "", "place", "排序请填0到999的数字。")
	m := org.Member{Rank: org.Rank(r.PostFormValue("rank")), Place: n, Name: r.PostFormValue("name"), Title: r.PostFormValue("title"),
		Body: unitChosen(r, "body"), Unit: unitChosen(r, "unit"), ValidFrom: date("valid_from"), ValidTo: date("valid_to")}
	return m, f.Err()
}

func unitChosen(r *http.Request, field string) ref.Unit {
	id, err := ref.Parse[ref.Unit](r.PostFormValue(field))
	if err != nil {
		return 0
	}
	return id
}

func (p *Pages) showSeat(w http.ResponseWriter, r *http.Request, by access.Actor, m org.Member, problem error) error {
	ctx, tx := r.Context(), p.DB.Reader()
	options, err := unitOptions(ctx, tx, by)
	if err != nil {
		return err
	}
	bodies, err := org.OfKinds(ctx, tx, by, rule.Body)
	if err != nil {
		return err
	}
	form := ui.Form{Action: groupPath + "/new", Submit: "增加", Cancel: groupPath, Guard: true, Fields: seatFields(m, options, bodies)}
	page := ui.Page{Title: "增加领导小组成员", Nav: "system", Crumbs: []ui.Crumb{{Label: "领导小组", Href: groupPath}}}
	if m.ID != 0 {
		form.Action, form.Submit, page.Title = groupPath+"/"+ref.Format(m.ID), "保存", "修改领导小组成员"
	}
	if problem != nil {
		form, page.Status = form.Fill(r.PostForm, problem), ui.Status(problem)
	}
	return p.UI.Page(w, r, by, "seat.html", page, seatView{form})
}

func seatFields(m org.Member, options []ui.Option, bodies []org.Unit) []ui.Field {
	body := ui.Field{Kind: ui.Select, Name: "body", Label: "领导小组", Required: true, Value: formatUnit(m.Body)}
	for _, b := range bodies {
		body.Options = append(body.Options, unitOption(b))
	}
	ranks := ui.Field{Kind: ui.Radios, Name: "rank", Label: "领导小组职务", Required: true, Value: string(m.Rank)}
	for _, info := range org.Ranks {
		ranks.Options = append(ranks.Options, ui.Option{Value: string(info.Rank), Label: info.Label})
	}
	return []ui.Field{body, ranks,
		{Kind: ui.Text, Name: "name", Label: "姓名", Required: true, Max: 30, Value: m.Name, Short: true},
		{Kind: ui.Text, Name: "title", Label: "职务", Max: 60, Value: m.Title, Hint: "按印发的名单填写，例如县政府副县长。"},
		{Kind: ui.Pick, Name: "unit", Label: "单位", Blank: "不对应单位", Options: options, Value: formatUnit(m.Unit)},
		{Kind: ui.Number, Name: "place", Label: "排序", Value: strconv.Itoa(m.Place), Short: true, Hint: "同一职务内从小到大排列。"},
		{Kind: ui.Date, Name: "valid_from", Label: "任职日期", Value: m.ValidFrom.String(), Short: true},
		{Kind: ui.Date, Name: "valid_to", Label: "卸任日期", Value: m.ValidTo.String(), Short: true, Hint: "卸任时填写，之后不再出现在现任名单中。"},
	}
}

func formatUnit(id ref.Unit) string {
	if id == 0 {
		return ""
	}
	return ref.Format(id)
}
