package screeningpage

import (
	"context"
	"net/http"
	"strings"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/idcard"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/ui"
)

type newView struct {
	Note   *ui.Note
	Likely *ui.Table
	Form   *ui.Form
}

const likelyRows = 10

// New asks first who it is, so that nobody gets a second file.
func (p *Pages) New(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, code, err := villageOf(r)
	if err != nil {
		return err
	}
	return p.showNew(w, r, by, id, code, newView{Form: new(firstForm(id, code))}, 0)
}

func firstForm(id ref.Campaign, code string) ui.Form {
	path := villagePath(id, code)
	return ui.Form{Action: path + "/new/check", Submit: "查找是否已有档案", Cancel: path, Fields: []ui.Field{
		{Kind: ui.Text, Name: "name", Label: "姓名", Max: 50, Autocomplete: "off", Focus: true},
		{Kind: ui.Text, Name: "number", Label: "公民身份号码", Max: 24, Autocomplete: "off", Hint: "没有的可以不填。"}}}
}

func (p *Pages) showNew(w http.ResponseWriter, r *http.Request, by access.Actor, id ref.Campaign, code string, view newView, status int) error {
	tx := p.DB.Reader()
	c, _, err := p.Desk.Village(r.Context(), tx, by, id, code)
	if err != nil {
		return err
	}
	places, err := region.Places(r.Context(), tx, []string{code})
	if err != nil {
		return err
	}
	page := ui.Page{Title: "发现新的孩子", Kicker: places[code], Nav: "screening", Status: status, Crumbs: crumbs(crumbOf(c), ui.Crumb{Label: "排查名单", Href: villagePath(id, code)}),
		Lead: "先查找，避免给同一名儿童建两份档案。"}
	return p.UI.Page(w, r, by, "new.html", page, view)
}

// NewCheck shows files that may be the same child's, and the form to fill in if none is.
func (p *Pages) NewCheck(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, code, err := villageOf(r)
	if err != nil {
		return err
	}
	tx := p.DB.Reader()
	n := child.New{Name: strings.TrimSpace(r.PostFormValue("name"))}
	n.Dossier.Number = idcard.Normalize(r.PostFormValue("number"))
	f := errs.Fields{}
	f.Check(n.Name != "" || n.Dossier.Number != "", "name", "请填写姓名或公民身份号码，先查找是否已有档案。")
	if n.Dossier.Number != "" {
		card, err := idcard.Parse(n.Dossier.Number)
		if err != nil {
			f.Check(false, "number", err.Error())
		}
		n.Birth, n.Sex = card.Birth, card.Sex
	}
	if err := f.Err(); err != nil {
		return p.showNew(w, r, by, id, code, newView{Form: new(firstForm(id, code).Fill(r.PostForm, err))}, ui.Status(err))
	}
	rows, same, err := p.likely(r.Context(), tx, by, n)
	if err != nil {
		return err
	}
	view := newView{}
	if len(rows) > 0 {
		view.Likely = p.likelyTable(id, code, rows, today(tx))
	}
	if same {
		view.Note = &ui.Note{Tone: ui.Warn, Title: "这个公民身份号码已有档案", Text: "请打开下面的档案继续登记，不要重复建档。"}
	} else {
		view.Form = new(newForm(id, code, n, today(tx)))
	}
	return p.showNew(w, r, by, id, code, view, 0)
}

// likely gives the files that bear the number, else those of a like name.
func (p *Pages) likely(ctx context.Context, tx *db.Tx, by access.Actor, n child.New) (rows []child.Child, same bool, err error) {
	cabinet := p.Desk.Cabinet
	if n.Dossier.Number != "" {
		known, err := cabinet.Known(ctx, tx, by, []string{n.Dossier.Number})
		if err != nil {
			return nil, false, err
		}
		for _, id := range known[n.Dossier.Number] {
			c, err := cabinet.Get(ctx, tx, by, id)
			if err != nil {
				return nil, false, err
			}
			rows = append(rows, c)
		}
	}
	if len(rows) > 0 || len([]rune(n.Name)) < 2 {
		return rows, len(rows) > 0, nil
	}
	rows, err = cabinet.Find(ctx, tx, by, n.Name, likelyRows)
	return rows, false, err
}

// likelyTable leads to the files that may be the child's: those of the village to their questions.
func (p *Pages) likelyTable(id ref.Campaign, code string, rows []child.Child, on civil.Date) *ui.Table {
	t := &ui.Table{Caption: "可能已有档案", Columns: []ui.Column{{Label: "姓名", Wide: true}, {Label: "风险等级", Slim: true}, {Label: "操作", Tools: true, Slim: true}}}
	for _, c := range rows {
		action := ui.Action{Label: "就是这名儿童", Href: childPath(id, c.ID), Icon: "check"}
		about := p.about(c, on)
		if c.Region != code {
			action, about = ui.Action{Label: "看档案，改居住地", Href: filePath(c.ID), Icon: "child"}, about+"　档案上住在别处"
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: called(c), Href: action.Href, Sub: about}, {Level: p.level(c.Level, on)}, {Actions: []ui.Action{action}}}})
	}
	return t
}

// newForm asks the least that a file needs; the rest is asked by the form of the campaign.
func newForm(id ref.Campaign, code string, n child.New, on civil.Date) ui.Form {
	var reasons, relations []ui.Option
	for _, b := range child.NoNumberReasons {
		reasons = append(reasons, ui.Option{Value: b.Key, Label: b.Label})
	}
	for _, b := range child.Relations {
		relations = append(relations, ui.Option{Value: b.Key, Label: b.Label})
	}
	path := villagePath(id, code)
	fields := []ui.Field{{Kind: ui.Text, Name: "name", Label: "姓名", Value: n.Name, Max: 50, Required: true, Autocomplete: "off"},
		{Kind: ui.Text, Name: "number", Label: "公民身份号码", Value: n.Dossier.Number, Max: 24, Autocomplete: "off", Hint: "填了号码，出生日期和性别自动带出。"},
		{Kind: ui.Select, Name: "no_number", Label: "没有号码的原因", Blank: "请选择", Options: reasons},
		{Kind: ui.Radios, Name: "sex", Label: "性别", Value: string(n.Sex), Options: []ui.Option{{Value: "1", Label: "男"}, {Value: "2", Label: "女"}}},
		{Kind: ui.Date, Name: "birth", Label: "出生日期", Value: n.Birth.String(), Top: on.String(), Short: true},
		{Kind: ui.Text, Name: "person", Label: "现在由谁照护", Max: 50, Autocomplete: "off"},
		{Kind: ui.Select, Name: "relation", Label: "与儿童的关系", Blank: "请选择", Options: relations},
		{Kind: ui.Phone, Name: "phone", Label: "电话", Max: 20, Autocomplete: "off"}}
	return ui.Form{Action: path + "/new", Submit: "建立档案，接着排查", Cancel: path, Guard: true, Fields: fields}
}

// NewDone opens the file and leads to its questions.
func (p *Pages) NewDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, code, err := villageOf(r)
	if err != nil {
		return err
	}
	n, err := readNew(r, code)
	var who ref.Child
	if err == nil {
		rows, same, failed := p.likely(r.Context(), p.DB.Reader(), by, child.New{Dossier: child.Dossier{Number: n.Dossier.Number}})
		if failed != nil {
			return failed
		}
		if same {
			return p.showNew(w, r, by, id, code, newView{Likely: p.likelyTable(id, code, rows, today(p.DB.Reader())),
				Note: &ui.Note{Tone: ui.Warn, Title: "这个公民身份号码已有档案", Text: "刚才填写的内容没有保存。请打开下面的档案继续登记。"}}, http.StatusConflict)
		}
		err = p.write(r, func(ctx context.Context, tx *db.Tx) (err error) {
			who, err = p.Desk.Discover(ctx, tx, by, id, n)
			return err
		})
	}
	if errs.Is(err, errs.Invalid) {
		form := newForm(id, code, child.New{}, today(p.DB.Reader())).Fill(r.PostForm, err)
		return p.showNew(w, r, by, id, code, newView{Form: &form}, ui.Status(err))
	}
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, childPath(id, who), ui.Done, "档案已建立，请接着登记本次排查的情况。")
	return nil
}

func readNew(r *http.Request, code string) (child.New, error) {
	line := func(name string) string { return strings.TrimSpace(r.PostFormValue(name)) }
	n := child.New{Name: line("name"), Sex: idcard.Sex(line("sex")), Region: code, Source: "screening"}
	n.Dossier.Number, n.Dossier.NoNumber = line("number"), line("no_number")
	f := errs.Fields{}
	f.Check(n.Sex == "" || n.Sex == idcard.Male || n.Sex == idcard.Female, "sex", "请选择性别。")
	if line("birth") != "" {
		n.Birth = readDate(f, r.PostForm, "birth")
	}
	if line("person") != "" || line("phone") != "" {
		f.Check(line("relation") != "", "relation", "请选择此人与儿童的关系。")
	}
	if relation := line("relation"); relation != "" {
		f.Check(child.LabelOf(child.Relations, relation) != relation, "relation", "请从列表中选择与儿童的关系。")
		n.Dossier.People = []child.Person{{Name: line("person"), Relation: relation, Phone: line("phone"), Caregiver: true, Guardian: relation == "51" || relation == "52"}}
	}
	return n, f.Err()
}
