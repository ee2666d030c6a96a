package justicepage

import (
	"context"
	"net/http"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/justice"
	"weibao/internal/letter"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

const pageRows = 30

type listView struct{ Table ui.Table }

// List shows what the actor's unit keeps or has entered, without who it is about.
func (p *Pages) List(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	ctx, tx := r.Context(), p.DB.Reader()
	before, _ := ref.Parse[ref.Justice](r.FormValue("before")) // none begins with the latest
	list, err := p.Desk.List(ctx, tx, by, before, pageRows+1)
	if err != nil {
		return err
	}
	table := ui.Table{Caption: "司法保护事项", Columns: []ui.Column{{Label: "类别", Wide: true}, {Label: "保管单位"}, {Label: "登记日期", Slim: true}},
		Empty: ui.Empty{Title: "没有登记的事项", Text: "只登记哪个单位保管、找谁联系，不登记内容。封存的事项不在这里，也不在任何名单、统计和搜索里。"}}
	if len(list) > pageRows {
		list = list[:pageRows]
		table.Pager = &ui.Pager{First: ListPath, Next: ListPath + "?before=" + ref.Format(list[pageRows-1].ID)}
	}
	units := make([]ref.Unit, len(list))
	for i, q := range list {
		units[i] = q.Unit
	}
	names, err := p.Units(ctx, tx, units)
	if err != nil {
		return err
	}
	for _, q := range list {
		kind, _ := justice.KindOf(q.Kind)
		table.Rows = append(table.Rows, ui.Row{Cells: []ui.Cell{ui.Link(kind.Label, path(q.ID)), ui.T(names[q.Unit]), ui.T(civil.FormatDate(civil.DateOf(q.At.Time())))}})
	}
	page := ui.Page{Title: "司法保护", Lead: "只登记事实、保管单位和联系人，不登记内容。", Nav: nav, Tabs: p.UI.Tabs(by, nav, ListPath),
		Action: &ui.Action{Label: "登记", Href: ListPath + "/new", Icon: "plus"}, More: []ui.Action{{Label: "保密查询申请", Href: UnsealsPath, Icon: "key"}}}
	return p.UI.Page(w, r, by, "list.html", page, listView{table})
}

// Add asks who keeps something, and about whom.
func (p *Pages) Add(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.showAdd(w, r, by, nil)
}

func (p *Pages) showAdd(w http.ResponseWriter, r *http.Request, by access.Actor, problem error) error {
	units, err := p.Choices(r.Context(), p.DB.Reader(), by)
	if err != nil {
		return err
	}
	kinds := make([]ui.Option, len(justice.Kinds))
	for i, k := range justice.Kinds {
		kinds[i] = ui.Option{Value: k.ID, Label: k.Label}
		if k.Seals {
			kinds[i].Hint = "办结后依法封存"
		}
	}
	form := ui.Form{Action: ListPath + "/new", Submit: "登记", Cancel: ListPath, Guard: true, Fields: []ui.Field{
		{Kind: ui.Radios, Name: "kind", Label: "类别", Required: true, Options: kinds},
		{Kind: ui.Pick, Name: "unit", Label: "保管单位", Required: true, Blank: "请选择单位", Options: units},
		{Kind: ui.Text, Name: "name", Label: "未成年人姓名", Required: true, Max: maxLine},
		{Kind: ui.Text, Name: "number", Label: "公民身份号码", Max: 24, Hint: "封存后凭号码或者封存编号申请查询。不知道的不填。"},
		{Kind: ui.Text, Name: "contact", Label: "联系人", Required: true, Max: maxLine},
		{Kind: ui.Phone, Name: "phone", Label: "联系电话", Required: true, Max: maxLine},
	}}
	page := ui.Page{Title: "登记司法保护事项", Nav: nav, Crumbs: crumbs(by)}
	return p.UI.Ask(w, r, by, page, form, r.PostForm, problem, &ui.Note{Tone: ui.Info, Title: "不登记内容", Text: "案情、材料、处理结果都由保管单位自己保存，不写在这里。"})
}

const maxLine = 60

// AddDone enters it.
func (p *Pages) AddDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	unit, _ := ref.Parse[ref.Unit](r.PostFormValue("unit")) // none is refused below
	in := justice.In{Kind: r.PostFormValue("kind"), Unit: unit, Name: r.PostFormValue("name"), Number: r.PostFormValue("number"),
		Contact: r.PostFormValue("contact"), Phone: r.PostFormValue("phone")}
	var id ref.Justice
	err := p.write(r, func(ctx context.Context, tx *db.Tx) (err error) { id, err = p.Desk.Add(ctx, tx, by, in); return err })
	if errs.Is(err, errs.Invalid) {
		return p.showAdd(w, r, by, err)
	}
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, path(id), ui.Done, "已登记。")
	return nil
}

type showView struct {
	Notes []ui.Note
	Facts ui.Summary
	Ask   string // address of the reveal; "" where it is revealed
	Seal  *ui.Action
}

// Show is one record, without who it is about.
func (p *Pages) Show(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := recordOf(r)
	if err != nil {
		return err
	}
	tx := p.DB.Reader()
	q, err := p.Desk.Get(r.Context(), tx, by, id)
	if err != nil {
		return err
	}
	return p.show(w, r, tx, by, q, nil)
}

// Reveal shows who it is about and whom to ask.
func (p *Pages) Reveal(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := recordOf(r)
	if err != nil {
		return err
	}
	var q justice.Record
	var c justice.Content
	if err := p.write(r, func(ctx context.Context, tx *db.Tx) (err error) {
		q, c, err = p.Desk.Reveal(ctx, tx, by, id)
		return err
	}); err != nil {
		return err
	}
	return p.show(w, r, p.DB.Reader(), by, q, &c)
}

func (p *Pages) show(w http.ResponseWriter, r *http.Request, tx *db.Tx, by access.Actor, q justice.Record, c *justice.Content) error {
	names, err := p.Units(r.Context(), tx, []ref.Unit{q.Unit})
	if err != nil {
		return err
	}
	kind, _ := justice.KindOf(q.Kind)
	view := showView{Facts: ui.Summary{Facts: []ui.Fact{{Label: "类别", Value: kind.Label}, {Label: "保管单位", Value: names[q.Unit]}, {Label: "登记日期", Value: civil.FormatDate(civil.DateOf(q.At.Time()))}}}}
	if kind.Seals {
		text := "办结后依法封存（《预防未成年人犯罪法》第五十九条）。"
		if t := p.Desk.Clock("T35", civil.DateOf(tx.Now.Time())); t != "" {
			text += letter.Punctuate(t) + "。"
		}
		view.Notes = append(view.Notes, ui.Note{Tone: ui.Info, Text: text})
	}
	if c == nil {
		view.Ask = path(q.ID) + "/reveal"
	} else {
		view.Facts.Facts = append(view.Facts.Facts, contentFacts(*c)...)
		view.Notes = append(view.Notes, ui.Note{Tone: ui.Info, Text: "本次查看已记下您的姓名、岗位和时间。"})
	}
	view.Seal = &ui.Action{Label: "封存", Href: path(q.ID) + "/seal", Icon: "lock", Danger: true}
	page := ui.Page{Title: kind.Label, Kicker: "司法保护", Nav: nav, Crumbs: crumbs(by)}
	return p.UI.Page(w, r, by, "show.html", page, view)
}

func contentFacts(c justice.Content) []ui.Fact {
	return []ui.Fact{{Label: "未成年人", Value: c.Name}, {Label: "公民身份号码", Value: c.Number}, {Label: "联系人", Value: c.Contact}, {Label: "联系电话", Value: c.Phone}}
}

// Seal says what sealing does before it is done.
func (p *Pages) Seal(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := recordOf(r)
	if err != nil {
		return err
	}
	if _, err := p.Desk.Get(r.Context(), p.DB.Reader(), by, id); err != nil {
		return err
	}
	form := ui.Form{Action: path(id) + "/seal", Submit: "封存", Danger: true, Cancel: path(id),
		Warning: "封存后，这件事项对所有人都像不存在一样：不在名单、搜索、统计、导出和提醒里，原来的链接也打不开。只有两个人共同办理保密查询，才能在限定的时间内查看。"}
	note := &ui.Note{Tone: ui.Warn, Title: "请先记下封存编号：" + ref.Format(id), Text: "编号只在这里显示一次。写在封存通知书上，以后凭编号或者公民身份号码申请查询。"}
	return p.UI.Ask(w, r, by, ui.Page{Title: "封存", Nav: nav, Crumbs: crumbs(by)}, form, nil, nil, note)
}

// SealDone seals a record.
func (p *Pages) SealDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := recordOf(r)
	if err != nil {
		return err
	}
	if err := p.write(r, func(ctx context.Context, tx *db.Tx) error { return p.Desk.Seal(ctx, tx, by, id) }); err != nil {
		return err
	}
	ui.RedirectWith(w, r, ListPath, ui.Done, "已封存。")
	return nil
}
