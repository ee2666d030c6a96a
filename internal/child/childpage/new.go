package childpage

import (
	"context"
	"errors"
	"net/http"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/idcard"
	"weibao/internal/letter"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

type newView struct {
	Note   *ui.Note
	Likely *likelyView
	Form   *ui.Form
}

// likelyView lists files that may be the same child's.
type likelyView struct {
	Title string
	Table ui.Table
}

const likelyRows = 10

// New asks first who it is, so that nobody gets a second file.
func (p *Pages) New(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.showNew(w, r, by, newView{Form: new(firstForm())}, 0)
}

func firstForm() ui.Form {
	name, number := text("name", "姓名", ""), text("number", "公民身份号码", "")
	name.Focus, number.Max = true, 24
	number.Hint = "填写后自动核对校验位，并带出出生日期和性别。没有的可以不填。"
	return ui.Form{Action: newPath + "/check", Submit: "查找是否已有档案", Cancel: ListPath, Fields: []ui.Field{name, number}}
}

func (p *Pages) showNew(w http.ResponseWriter, r *http.Request, by access.Actor, view newView, status int) error {
	page := ui.Page{Title: "新建档案", Lead: "一名儿童只建一份档案，不因类别、学校、住处变化重复建档。", Nav: "child", Crumbs: crumbs(), Status: status}
	return p.UI.Page(w, r, by, "new.html", page, view)
}

// NewCheck shows files that may be the same child's, and the form to fill in if none is.
func (p *Pages) NewCheck(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	t, err := read(r)
	if err != nil {
		return err
	}
	tx := p.DB.Reader()
	n := child.New{Name: t.line("name")}
	n.Dossier.Number = idcard.Normalize(t.Get("number"))
	t.wrong.Check(n.Name != "" || n.Dossier.Number != "", "name", "请填写姓名或公民身份号码，先查找是否已有档案。身份不明的请填写大家对他（她）的称呼。")
	if n.Dossier.Number != "" {
		card, err := idcard.Parse(n.Dossier.Number)
		if err != nil {
			t.wrong.Check(false, "number", letter.Punctuate(err.Error()))
		}
		n.Birth, n.Sex = card.Birth, card.Sex
	}
	if err := t.wrong.Err(); err != nil {
		return p.showNew(w, r, by, newView{Form: new(shown(firstForm(), t, err))}, ui.Status(err))
	}
	same, likely, err := p.likely(r.Context(), tx, by, n)
	if err != nil {
		return err
	}
	if same != nil {
		return p.showNew(w, r, by, newView{Likely: same, Note: &ui.Note{Tone: ui.Warn, Title: "这个公民身份号码已有档案", Text: "请打开下面的档案继续登记，不要重复建档。"}}, 0)
	}
	form, err := p.newForm(r.Context(), tx, by, n)
	if err != nil {
		return err
	}
	return p.showNew(w, r, by, newView{Likely: likely, Form: &form}, 0)
}

// likely gives the file that bears the number, else those of a like name.
func (p *Pages) likely(ctx context.Context, tx *db.Tx, by access.Actor, n child.New) (same, alike *likelyView, err error) {
	if n.Dossier.Number != "" {
		known, err := p.Cabinet.Known(ctx, tx, by, []string{n.Dossier.Number})
		if err != nil {
			return nil, nil, err
		}
		if ids := known[n.Dossier.Number]; len(ids) > 0 {
			same, err = p.likelyView(ctx, tx, by, ids)
			return same, nil, err
		}
	}
	if len([]rune(n.Name)) < 2 {
		return nil, nil, nil
	}
	hits, err := p.Cabinet.Find(ctx, tx, by, n.Name, likelyRows)
	if err != nil || len(hits) == 0 {
		return nil, nil, err
	}
	ids := make([]ref.Child, len(hits))
	for i, h := range hits {
		ids[i] = h.ID
	}
	alike, err = p.likelyView(ctx, tx, by, ids)
	return nil, alike, err
}

func (p *Pages) likelyView(ctx context.Context, tx *db.Tx, by access.Actor, ids []ref.Child) (*likelyView, error) {
	var rows []child.Child
	for _, id := range ids {
		c, err := p.Cabinet.Get(ctx, tx, by, id)
		if err != nil {
			return nil, err
		}
		rows = append(rows, c)
	}
	table, err := p.table(ctx, tx, rows)
	table.ID = "likely"
	for i := range table.Rows {
		cell := &table.Rows[i].Cells[0]
		cell.Actions = []ui.Action{{Label: "就是" + pronoun(rows[i]), Href: cell.Href, Icon: "check"}}
	}
	return &likelyView{Title: "可能已有档案，请先核对", Table: table}, err
}

func pronoun(c child.Child) string {
	if c.Sex == idcard.Female {
		return "她"
	}
	return "他"
}

// Create opens the file.
func (p *Pages) Create(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	t, err := read(r)
	if err != nil {
		return err
	}
	n := p.readNew(t, p.DB.Reader())
	same, _, err := p.likely(r.Context(), p.DB.Reader(), by, child.New{Dossier: child.Dossier{Number: n.Dossier.Number}})
	if err != nil {
		return err
	}
	if same != nil {
		return p.showNew(w, r, by, newView{Likely: same, Note: &ui.Note{Tone: ui.Warn, Title: "这个公民身份号码已有档案", Text: "刚才填写的内容没有保存。请打开下面的档案继续登记。"}}, http.StatusConflict)
	}
	var id ref.Child
	err = t.merged(n.Normalize(today(p.DB.Reader())))
	if err == nil {
		err = p.write(r, func(ctx context.Context, tx *db.Tx) error {
			id, err = p.Cabinet.Create(ctx, tx, by, n)
			return err
		})
	}
	if errs.Is(err, errs.Invalid) {
		form, failed := p.newForm(r.Context(), p.DB.Reader(), by, child.New{})
		if failed != nil {
			return failed
		}
		return p.showNew(w, r, by, newView{Form: new(shown(form, t, punctuated(err)))}, ui.Status(err))
	}
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, Path(id), ui.Done, "档案已建立。")
	return nil
}

// punctuated gives the messages of an error in the marks of official writing.
func punctuated(err error) error {
	e, ok := errors.AsType[*errs.Error](err)
	if !ok {
		return err
	}
	out := *e
	out.Fields = map[string]string{}
	for name, message := range e.Fields {
		out.Fields[name] = letter.Punctuate(message)
	}
	return &out
}

// newForm is the whole entry on one page.
func (p *Pages) newForm(ctx context.Context, tx *db.Tx, by access.Actor, n child.New) (ui.Form, error) {
	places, err := regionOptions(ctx, tx, by)
	if err != nil {
		return ui.Form{}, err
	}
	on := today(tx)
	region := ui.Field{Kind: ui.Pick, Name: "region", Label: "居住的村（社区）", Required: true, Options: places, Blank: "请选择"}
	if len(places) == 1 {
		region.Value = places[0].Value
	}
	var categories []ui.Option
	for _, c := range p.Cabinet.Book().PickCategories(on) {
		categories = append(categories, ui.Option{Value: c.ID, Label: letter.Punctuate(c.Label)})
	}
	name, evidence := text("name", "姓名", n.Name), text("evidence", "列入类别的依据", "")
	name.Required, evidence.Hint = true, "例如：入户走访、残疾人证、村委会证明。"
	form := ui.Form{Action: newPath, Submit: "建立档案", Cancel: ListPath, Guard: true, Wide: true, Parts: []ui.Part{
		{Title: "儿童", Fields: append([]ui.Field{name}, whoFields(n, on)...)},
		{Title: "住处和户籍", Fields: []ui.Field{region, text("address", "住址", ""), choose("household", "户籍性质", "", householdOptions()), text("registered", "户籍地址", "")}},
		{Title: "监护人", Text: "先填实际在照护的人。父母外出、服刑、失联的也要填写。", Fields: append(personFields("a"), personFields("b")...)},
		{Title: "其他实际照护人", Text: "由祖父母、亲属等照护时填写。", Fields: personFields("c")[:3]},
		{Title: "就学和家庭", Fields: []ui.Field{choose("schooling", "就学情况", "", wordOptions(child.SchoolingStates)), text("school", "学校", ""), text("grade", "年级", ""),
			choose("away", "父母外出", "", wordOptions(child.AwayKinds)), several("welfare", "享受保障", nil, child.WelfareKinds)}},
		{Title: "对象类别和备注", Fields: []ui.Field{{Kind: ui.Checks, Name: "category", Label: "对象类别", Options: categories}, evidence, area("remarks", "备注", "")}},
	}}
	return form, nil
}

// whoFields are who the child is, besides the name.
func whoFields(n child.New, on civil.Date) []ui.Field {
	number := text("number", "公民身份号码", n.Dossier.Number)
	number.Max = 24
	sex := choose("sex", "性别", string(n.Sex), sexOptions)
	if n.Sex != idcard.Male && n.Sex != idcard.Female {
		sex = choose("sex", "性别", "", sexOptions)
	}
	return []ui.Field{number, choose("no_number", "没有号码的原因", n.Dossier.NoNumber, barOptions(child.NoNumberReasons)), sex,
		date("birth", "出生日期", n.Birth, on), tick("guessed", "出生日期是估计的", n.Guessed),
		{Kind: ui.Pick, Name: "ethnic", Label: "民族", Value: n.Dossier.Ethnic, Blank: "请选择", Options: ethnicOptions()}, phone("phone", "本人电话", n.Dossier.Phone)}
}

// personFields are the least that an entry asks of somebody.
func personFields(who string) []ui.Field {
	return []ui.Field{text(who+"_name", "姓名", ""), choose(who+"_relation", "与儿童的关系", "", barOptions(child.Relations)), phone(who+"_phone", "电话", ""),
		choose(who+"_situation", "情况", "", wordOptions(child.PersonSituations))}
}

// readNew reads the entry form.
func (p *Pages) readNew(t typed, tx *db.Tx) child.New {
	n := child.New{Source: "form", Region: t.line("region"), School: t.line("school"), Grade: t.line("grade")}
	readWho(t, &n)
	d := &n.Dossier
	d.Household.Kind = t.one("household", householdOptions())
	d.Places.Residence.Text, d.Places.Registered.Text = t.line("address"), t.line("registered")
	for _, who := range []string{"a", "b", "c"} {
		person := child.Person{Name: t.line(who + "_name"), Relation: t.one(who+"_relation", barOptions(child.Relations)), Phone: t.line(who + "_phone"),
			Guardian: who != "c", Caregiver: who == "c"}
		if s := t.one(who+"_situation", wordOptions(child.PersonSituations)); s != "" {
			person.Situation = []string{s}
		}
		if person.Name != "" || person.Relation != "" || person.Phone != "" {
			t.wrong.Check(person.Relation != "", who+"_relation", "请选择此人与儿童的关系。")
			d.People = append(d.People, person)
		}
	}
	firstCares(d)
	d.Schooling.State, d.Family.Away = t.one("schooling", wordOptions(child.SchoolingStates)), t.one("away", wordOptions(child.AwayKinds))
	d.Welfare, d.Remarks = t.several("welfare"), t.text("remarks")
	for _, id := range t.several("category") {
		_, ok := p.Cabinet.Book().Category(id, today(tx))
		t.wrong.Check(ok, "category", "请从本县的对象类别中选择。")
		n.Categories = append(n.Categories, child.NewCategory{ID: id, Evidence: t.line("evidence"), Source: "form"})
	}
	return n
}

// firstCares takes the first guardian as who cares where nobody else is named.
func firstCares(d *child.Dossier) {
	if _, named := d.Caregiver(); !named && len(d.People) > 0 && len(d.People[0].Situation) == 0 {
		d.People[0].Caregiver = true
	}
}

// readWho reads who the child is.
func readWho(t typed, n *child.New) {
	n.Name, n.Sex, n.Birth, n.Guessed = t.line("name"), idcard.Sex(t.one("sex", sexOptions, string(n.Sex))), t.date("birth"), t.tick("guessed")
	d := &n.Dossier
	d.Number, d.NoNumber = t.line("number"), t.one("no_number", barOptions(child.NoNumberReasons), d.NoNumber)
	d.Ethnic, d.Phone = t.one("ethnic", ethnicOptions(), d.Ethnic), t.line("phone")
}
