package childpage

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/idcard"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

type formView struct {
	Notes []ui.Note
	Form  ui.Form
}

// sheet is a part of a file that is changed by one form.
type sheet struct {
	key, title string
	fields     func(p *Pages, f child.File, on civil.Date, places []ui.Option) []ui.Part
	read       func(t typed, n *child.New)
}

// editSheets are the forms of a record, by the ids of its sheets. People have forms of their own.
var editSheets = []sheet{
	{"identity", "基本信息", identityFields, readIdentity},
	{"places", "四地", placesFields, readPlaces},
	{"schooling", "就学", schoolFields, readSchool},
	{"health", "健康和残疾", healthFields, readHealth},
	{"family", "家庭和监护", familyFields, readFamily},
}

func sheetOf(r *http.Request) (sheet, error) {
	i := slices.IndexFunc(editSheets, func(s sheet) bool { return s.key == r.PathValue("sheet") })
	if i < 0 {
		return sheet{}, errs.Missing()
	}
	return editSheets[i], nil
}

// opened gives a file with what is private for a form that changes it; that leaves a trace like any look.
func (p *Pages) opened(r *http.Request, by access.Actor, id ref.Child) (f child.File, err error) {
	err = p.write(r, func(ctx context.Context, tx *db.Tx) error {
		f, err = p.Cabinet.Reveal(ctx, tx, by, id, "edit")
		if err == nil && f.State != child.Open {
			return errs.New(errs.Conflict, "这份档案已结，不能再修改。确需修改的，请先恢复档案。")
		}
		return err
	})
	return f, err
}

// Edit shows the form of one sheet.
func (p *Pages) Edit(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	s, err := sheetOf(r)
	if err != nil {
		return err
	}
	id, err := pathChild(r)
	if err != nil {
		return err
	}
	f, err := p.opened(r, by, id)
	if err != nil {
		return err
	}
	return p.showEdit(w, r, by, f, s, nil, nil)
}

func (p *Pages) showEdit(w http.ResponseWriter, r *http.Request, by access.Actor, f child.File, s sheet, t *typed, failed error) error {
	tx := p.DB.Reader()
	places, err := regionOptions(r.Context(), tx, by)
	if err != nil {
		return err
	}
	form := ui.Form{Action: act(f.ID, "/edit/"+s.key), Submit: "保存", Cancel: Path(f.ID), Guard: true, Wide: true, Hidden: []ui.Hidden{versionOf(f.Child)},
		Parts: append(s.fields(p, f, today(tx), places), ui.Part{Title: "依据", Fields: []ui.Field{reasonField()}})}
	return p.showForm(w, r, by, f.Child, "修改"+s.title, form, t, failed)
}

// showForm is the page of a form on a file, perhaps again with what was typed and why it failed.
func (p *Pages) showForm(w http.ResponseWriter, r *http.Request, by access.Actor, c child.Child, title string, form ui.Form, t *typed, failed error, notes ...ui.Note) error {
	page := ui.Page{Title: title, Kicker: NameOf(c) + "的档案", Nav: "child", Crumbs: crumbs(ui.Crumb{Label: NameOf(c), Href: Path(c.ID)})}
	if t != nil {
		form, page.Status = shown(form, *t, punctuated(failed)), ui.Status(failed)
		for i, h := range form.Hidden {
			if h.Name == "version" {
				form.Hidden[i].Value = t.Get("version")
			}
		}
	}
	return p.UI.Page(w, r, by, "form.html", page, formView{notes, form})
}

// again tells whether a form is shown once more after an error.
func again(err error) bool { return errs.Is(err, errs.Invalid) || errs.Is(err, errs.Conflict) }

// EditDone saves one sheet.
func (p *Pages) EditDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	s, err := sheetOf(r)
	if err != nil {
		return err
	}
	return p.change(w, r, by, "已保存。", s.read, func(f child.File, t typed, failed error) error {
		return p.showEdit(w, r, by, f, s, &t, failed)
	})
}

// change reads a form into a file and leads back to it, or shows the form again.
func (p *Pages) change(w http.ResponseWriter, r *http.Request, by access.Actor, done string, set func(t typed, n *child.New), repeat func(f child.File, t typed, failed error) error) error {
	id, err := pathChild(r)
	if err != nil {
		return err
	}
	t, err := read(r)
	if err != nil {
		return err
	}
	reason := t.line("reason")
	err = p.write(r, func(ctx context.Context, tx *db.Tx) error {
		err := p.Cabinet.Change(ctx, tx, by, id, t.version(), reason, func(n *child.New) { set(t, n) })
		return t.merged(err)
	})
	if again(err) {
		f, failed := p.Cabinet.Show(r.Context(), p.DB.Reader(), by, id)
		if failed != nil {
			return failed
		}
		return repeat(f, t, err)
	}
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, Path(id), ui.Done, done)
	return nil
}

func identityFields(_ *Pages, f child.File, on civil.Date, _ []ui.Option) []ui.Part {
	n := child.New{Name: f.Name, Sex: f.Sex, Birth: f.Birth, Guessed: f.Guessed != 0, Dossier: f.Dossier}
	who := append([]ui.Field{text("name", "姓名", f.Name)}, whoFields(n, on)...)
	for i := range who {
		if slices.Contains(f.Dossier.Checked, "dossier."+who[i].Name) || slices.Contains(f.Dossier.Checked, who[i].Name) {
			who[i].Hint = "已由部门核对，要改请用“申请更正”。"
		}
	}
	papers := []ui.Field{}
	for i := range paperRows {
		paper := child.Paper{}
		if i < len(f.Dossier.Papers) {
			paper = f.Dossier.Papers[i]
		}
		at := strconv.Itoa(i)
		papers = append(papers, choose("paper_kind_"+at, "证件", paper.Kind, wordOptions(paperKinds)), text("paper_number_"+at, "证件号码", paper.Number))
	}
	return []ui.Part{{Title: "儿童", Fields: who}, {Title: "户籍", Fields: []ui.Field{choose("household", "户籍性质", f.Dossier.Household.Kind, householdOptions()),
		date("moved", "离开户籍地的日期", f.Dossier.Household.Moved, on)}}, {Title: "其他证件", Fields: papers}}
}

// paperRows is how many other documents the form takes.
const paperRows = 2

var paperKinds = []string{"出生医学证明", "港澳台居民居住证", "护照", "外国人永久居留身份证", "其他证件"}

func readIdentity(t typed, n *child.New) {
	readWho(t, n)
	n.Dossier.Household = child.Residence{Kind: t.one("household", householdOptions(), n.Dossier.Household.Kind), Moved: t.date("moved")}
	var papers []child.Paper
	for i := range max(paperRows, len(n.Dossier.Papers)) {
		at := strconv.Itoa(i)
		if i >= paperRows {
			papers = append(papers, n.Dossier.Papers[i])
			continue
		}
		paper := child.Paper{Kind: t.line("paper_kind_" + at), Number: idcard.Normalize(t.Get("paper_number_" + at))}
		t.wrong.Check((paper.Kind == "") == (paper.Number == ""), "paper_number_"+at, "请同时填写证件和号码，或都不填。")
		if paper.Number != "" {
			papers = append(papers, paper)
		}
	}
	n.Dossier.Papers = papers
}

func placesFields(_ *Pages, f child.File, _ civil.Date, places []ui.Option) []ui.Part {
	d := f.Dossier.Places
	pick := func(name, value string) ui.Field {
		return ui.Field{Kind: ui.Pick, Name: name, Label: "所在村（社区）", Value: value, Blank: "不在本辖区", Options: kept(places, value)}
	}
	home := pick("region", f.Region)
	home.Required, home.Hint = true, "搬到本辖区以外的，请用“转出”，由迁入地接收。"
	return []ui.Part{
		{Title: "居住地", Fields: []ui.Field{home, text("group", "村民小组", d.Residence.Group), text("residence", "详细地址", d.Residence.Text)}},
		{Title: "户籍地", Fields: []ui.Field{pick("registered_region", d.Registered.Region), text("registered", "详细地址", d.Registered.Text)}},
		{Title: "就读地", Fields: []ui.Field{pick("school_region", d.School.Region), text("school_place", "详细地址", d.School.Text)}},
		{Title: "发生地", Text: "受到侵害或发生困境的地方，没有的不填。", Fields: []ui.Field{pick("occurrence_region", d.Occurrence.Region), text("occurrence", "详细地址", d.Occurrence.Text)}},
	}
}

// kept offers what is chosen already, though it lies outside what the actor could choose.
func kept(options []ui.Option, value string) []ui.Option {
	if value == "" || slices.ContainsFunc(options, func(o ui.Option) bool { return o.Value == value }) {
		return options
	}
	return append([]ui.Option{{Value: value, Label: "现登记的地方（" + value + "）"}}, options...)
}

func readPlaces(t typed, n *child.New) {
	n.Region = t.line("region")
	d := &n.Dossier.Places
	d.Residence.Group, d.Residence.Text = t.line("group"), t.line("residence")
	d.Registered = child.Place{Region: t.region("registered_region"), Text: t.line("registered")}
	d.School = child.Place{Region: t.region("school_region"), Text: t.line("school_place")}
	d.Occurrence = child.Place{Region: t.region("occurrence_region"), Text: t.line("occurrence")}
}

func (t typed) region(name string) string {
	code := t.line(name)
	t.wrong.Check(code == "" || access.Prefix(code) != "", name, "请从列表中选择。")
	return code
}

func schoolFields(_ *Pages, f child.File, on civil.Date, _ []ui.Option) []ui.Part {
	s := f.Dossier.Schooling
	left := date("left", "离校日期", s.Left, on)
	left.Hint = "失学、辍学的填写。"
	return []ui.Part{{Title: "学校", Fields: []ui.Field{choose("state", "就学情况", s.State, wordOptions(child.SchoolingStates)), text("school", "学校", f.School),
		text("grade", "年级", f.Grade), text("class", "班级", s.Class), text("student", "学籍号", s.Student), left, tick("boards", "住校", s.Boards)}},
		{Title: "班主任", Fields: []ui.Field{text("teacher", "姓名", s.Teacher), phone("teacher_phone", "电话", s.Phone)}}}
}

func readSchool(t typed, n *child.New) {
	if school := t.line("school"); school != n.School {
		n.School, n.Unit = school, 0 // another school: its unit is no longer the one that sees the file
	}
	n.Grade = t.line("grade")
	n.Dossier.Schooling = child.Schooling{State: t.one("state", wordOptions(child.SchoolingStates), n.Dossier.Schooling.State), Class: t.line("class"), Student: idcard.Normalize(t.Get("student")),
		Boards: t.tick("boards"), Left: t.date("left"), Teacher: t.line("teacher"), Phone: t.line("teacher_phone")}
	out := n.Dossier.Schooling.State == "失学" || n.Dossier.Schooling.State == "辍学"
	t.wrong.Check(!out || !n.Dossier.Schooling.Left.IsZero(), "left", "失学、辍学的，请填写离校日期：劝返和满六个月的认定由此算起。")
}

func healthFields(_ *Pages, f child.File, _ civil.Date, _ []ui.Option) []ui.Part {
	h := f.Dossier.Health
	certificate := text("certificate", "残疾人证号", h.Certificate)
	certificate.Hint = "20位；末两位是残疾类别和等级，自动带出。"
	fields := []ui.Field{certificate}
	for i := range disabilityRows {
		d := child.Disability{}
		if i < len(h.Disability) {
			d = h.Disability[i]
		}
		at := strconv.Itoa(i)
		fields = append(fields, choose("kind_"+at, "残疾类别", nonzero(d.Kind), numbered(child.DisabilityKinds)), choose("grade_"+at, "残疾等级", nonzero(d.Grade), numbered(child.DisabilityGrades)))
	}
	return []ui.Part{{Title: "健康", Fields: []ui.Field{choose("state", "健康状况", h.State, wordOptions(child.HealthStates)), text("illness", "疾病", h.Illness)}},
		{Title: "残疾", Fields: fields}}
}

// disabilityRows is how many kinds of disability the form takes.
const disabilityRows = 2

func nonzero(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func numbered(words []string) []ui.Option {
	options := make([]ui.Option, len(words))
	for i, w := range words {
		options[i] = ui.Option{Value: strconv.Itoa(i + 1), Label: w}
	}
	return options
}

func readHealth(t typed, n *child.New) {
	h := child.Health{State: t.one("state", wordOptions(child.HealthStates), n.Dossier.Health.State), Illness: t.line("illness"), Certificate: idcard.Normalize(t.Get("certificate"))}
	for i := range disabilityRows {
		at := strconv.Itoa(i)
		t.one("kind_"+at, numbered(child.DisabilityKinds))
		t.one("grade_"+at, numbered(child.DisabilityGrades))
		d := child.Disability{Kind: t.number("kind_" + at), Grade: t.number("grade_" + at)}
		t.wrong.Check((d.Kind == 0) == (d.Grade == 0), "grade_"+at, "请同时选择残疾类别和等级，或都不选。")
		if d.Kind != 0 && d.Grade != 0 {
			h.Disability = append(h.Disability, d)
		}
	}
	said, ok := child.ReadCertificate(h.Certificate)
	t.wrong.Check(h.Certificate == "" || ok, "certificate", "残疾人证号应为20位：18位身份号码加残疾类别、等级各一位，请对照证件核对。")
	if ok && len(h.Disability) == 0 {
		h.Disability = []child.Disability{said}
	}
	n.Dossier.Health = h
}

func familyFields(_ *Pages, f child.File, on civil.Date, _ []ui.Option) []ui.Part {
	d, m := f.Dossier, f.Dossier.Family
	return []ui.Part{
		{Title: "父母外出", Fields: []ui.Field{choose("away", "外出情况", m.Away, wordOptions(child.AwayKinds)), date("away_since", "外出起始日期", m.AwaySince, on), text("away_to", "外出地", m.AwayTo)}},
		{Title: "监护和保障", Fields: []ui.Field{choose("quality", "监护质量", m.Quality, wordOptions(child.Qualities)), text("income", "主要收入", m.Income),
			several("guardianship", "监护状况", m.Guardianship, child.GuardianshipWords), several("situation", "已核实的情形", d.Situation, situationWords()),
			several("welfare", "享受保障", d.Welfare, child.WelfareKinds), area("remarks", "备注", d.Remarks)}},
		{Title: "联系人", Text: "定期与儿童保持联系的人，例如服刑人员子女的联系人。", Fields: contactFields(d.Contact)},
	}
}

func contactFields(c *child.Contact) []ui.Field {
	if c == nil {
		c = &child.Contact{}
	}
	return []ui.Field{text("contact", "姓名", c.Name), phone("contact_phone", "电话", c.Phone)}
}

// readContact keeps the unit of a contact as long as it is the same person.
func readContact(t typed, was *child.Contact) *child.Contact {
	c := child.Contact{Name: t.line("contact"), Phone: t.line("contact_phone")}
	switch {
	case c.Name == "" && c.Phone == "":
		return nil
	case was != nil && was.Name == c.Name:
		c.Unit = was.Unit
	}
	return &c
}

func readFamily(t typed, n *child.New) {
	d := &n.Dossier
	d.Family = child.Family{Away: t.one("away", wordOptions(child.AwayKinds), d.Family.Away), AwaySince: t.date("away_since"), AwayTo: t.line("away_to"),
		Quality: t.one("quality", wordOptions(child.Qualities), d.Family.Quality), Income: t.line("income"), Guardianship: t.several("guardianship")}
	d.Contact = readContact(t, d.Contact)
	d.Situation, d.Welfare, d.Remarks = t.several("situation"), t.several("welfare"), t.text("remarks")
}
