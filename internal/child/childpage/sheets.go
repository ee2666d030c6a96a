package childpage

import (
	"html/template"
	"slices"
	"strconv"
	"strings"

	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/ui"
)

// personView is somebody around the child.
type personView struct {
	Name    string
	Roles   []string
	Blocked string
	Facts   []ui.Fact
	Actions []ui.Action
}

// sheets are the parts of the file, in the order in which people ask for them.
func (p *Pages) sheets(rec record) []sheetView {
	list := []sheetView{rec.identitySheet(), rec.placesSheet(), rec.peopleSheet(), rec.schoolSheet(), rec.healthSheet(), rec.familySheet()}
	edits := may(rec.by, "child.edit", rec.Child)
	for i := range list {
		if edits && list[i].Edit == nil {
			list[i].Edit = &ui.Action{Label: "修改", Href: act(rec.ID, "/edit/"+list[i].ID), Icon: "edit"}
		}
		if blank(list[i].Facts) && len(list[i].People) == 0 {
			list[i].Facts, list[i].Empty = nil, "还没有登记。"
		}
	}
	if extra := rec.extraSheet(); len(extra.Facts) > 0 {
		list = append(list, extra)
	}
	return list
}

// extraSheet is what a county's list asks beyond the fields of every file.
func (rec record) extraSheet() sheetView {
	s := sheetView{ID: "extra", Title: "本县补充项目"}
	for _, e := range rec.Dossier.Extra {
		s.Facts = append(s.Facts, ui.Fact{Label: e.Key, Value: e.Value})
	}
	return s
}

func blank(facts []ui.Fact) bool {
	return !slices.ContainsFunc(facts, func(f ui.Fact) bool { return !f.Blank() })
}

func (rec record) identitySheet() sheetView {
	d := rec.Dossier
	birth := civil.FormatDate(rec.Birth)
	if !rec.Revealed && !rec.Birth.IsZero() {
		birth = strconv.Itoa(rec.Birth.Year()) + "年"
	}
	if rec.Guessed != 0 && birth != "" {
		birth += "（估计）"
	}
	facts := []ui.Fact{{Label: "姓名", Value: NameOf(rec.Child)}, {Label: "性别", Value: rec.Sex.Word()}, {Label: "出生日期", Value: birth},
		{Label: "公民身份号码", Value: d.Number}, {Label: "无号码原因", Value: labelIf(child.NoNumberReasons, d.NoNumber)}}
	for _, paper := range d.Papers {
		facts = append(facts, ui.Fact{Label: paper.Kind, Value: paper.Number})
	}
	return sheetView{ID: "identity", Title: "基本信息", Facts: append(facts, ui.Fact{Label: "民族", Value: child.Ethnic(d.Ethnic)}, ui.Fact{Label: "本人电话", Value: d.Phone},
		ui.Fact{Label: "户籍性质", Value: householdWord(d.Household.Kind)}, ui.Fact{Label: "离开户籍地", Value: civil.FormatDate(d.Household.Moved)},
		ui.Fact{Label: "建档", Value: civil.FormatTime(rec.Created.Time()), Sub: sourceWord(rec.Source)})}
}

func (rec record) placesSheet() sheetView {
	d := rec.Dossier.Places
	place := func(label string, at child.Place) ui.Fact {
		return ui.Fact{Label: label, Value: strings.Join(strings.Fields(rec.places[at.Region]+" "+at.Group+" "+at.Text), " ")}
	}
	residence := d.Residence
	residence.Region = rec.Region
	return sheetView{ID: "places", Title: "四地", Facts: []ui.Fact{place("户籍地", d.Registered), place("居住地", residence), place("就读地", d.School), place("发生地", d.Occurrence)}}
}

func (rec record) peopleSheet() sheetView {
	s := sheetView{ID: "people", Title: "监护人和家庭成员"}
	for i, person := range rec.Dossier.People {
		s.People = append(s.People, rec.person(i, person))
	}
	if may(rec.by, "child.edit", rec.Child) {
		s.Edit = &ui.Action{Label: "添加", Href: act(rec.ID, "/people/new"), Icon: "plus"}
	}
	if c := rec.Dossier.Contact; c != nil {
		s.Facts = []ui.Fact{{Label: "联系人", Value: c.Name, Sub: rec.units[c.Unit]}, {Label: "联系人电话", Value: c.Phone}}
	}
	return s
}

func (rec record) person(n int, p child.Person) personView {
	v := personView{Name: strings.TrimSpace(relationWord(p) + "　" + p.Name)}
	for _, role := range []struct {
		is   bool
		word string
	}{{p.Guardian, "监护人"}, {p.Caregiver, "实际照护人"}, {p.Delegation != nil, "受委托照护人"}, {p.Member, "同住家庭成员"}} {
		if role.is {
			v.Roles = append(v.Roles, role.word)
		}
	}
	if p.Blocked != "" {
		v.Blocked = "不得联系此人"
		if rec.Revealed {
			v.Blocked += "：" + p.Blocked
		}
	}
	situation := strings.Join(p.Situation, "、")
	v.Facts = []ui.Fact{{Label: "电话", Value: p.Phone}, {Label: "公民身份号码", Value: p.Number}, {Label: "住址", Value: p.Address},
		{Label: "情况", Value: situation, Sub: since(p.Since)}}
	if p.Child != 0 {
		v.Facts = append(v.Facts, ui.Fact{Label: "本人档案", Value: "打开", Href: Path(p.Child)})
	}
	if p.Delegation != nil {
		v.Facts = append(v.Facts, delegationFacts(*p.Delegation, rec.on)...)
	}
	if may(rec.by, "child.edit", rec.Child) {
		v.Actions = []ui.Action{{Label: "修改", Href: personPath(rec.ID, n), Icon: "edit"}}
		if p.Blocked == "" && (p.Delegation != nil || !p.Parent()) {
			v.Actions = append(v.Actions, ui.Action{Label: "委托照护", Href: personPath(rec.ID, n) + "/delegate", Icon: "swap"})
		}
	}
	return v
}

func since(on civil.Date) string {
	if on.IsZero() {
		return ""
	}
	return on.String() + "起"
}

func delegationFacts(d child.Delegation, on civil.Date) []ui.Fact {
	span := civil.FormatDate(d.From) + "起"
	if !d.Until.IsZero() {
		span += "，至" + civil.FormatDate(d.Until)
	}
	over := ""
	if d.Due(on) {
		over = "已过预计结束日期，请核实是否续签或结束"
	}
	heard := ui.Fact{Label: "听取儿童意见", Value: yes(d.Consulted)}
	if d.Unable != "" {
		heard.Sub = "不能表达意愿：" + d.Unable
	}
	told := func(label string, on civil.Date, proof string) ui.Fact {
		if on.IsZero() {
			return ui.Fact{Label: label, Tag: &ui.Tag{State: ui.Uncertain, Label: "还没有告知"}}
		}
		return ui.Fact{Label: label, Value: civil.FormatDate(on), Sub: proof}
	}
	return []ui.Fact{{Label: "委托照护", Value: span, Sub: over}, {Label: "签订协议", Value: civil.FormatDate(d.Signed)},
		told("书面告知学校", d.School, d.SchoolProof), told("书面告知村（居）委会", d.Village, d.VillageProof),
		heard, {Label: "每周至少联系一次", Value: yes(d.ContactWeekly)}}
}

func yes(is bool) string {
	if is {
		return "是"
	}
	return "否"
}

func (rec record) schoolSheet() sheetView {
	s := rec.Dossier.Schooling
	facts := []ui.Fact{{Label: "就学情况", Value: s.State}, {Label: "学校", Value: rec.School}, {Label: "年级", Value: rec.Grade, Sub: s.Class},
		{Label: "学籍号", HTML: code(s.Student)}, {Label: "离校日期", Value: civil.FormatDate(s.Left)}, {Label: "班主任", Value: s.Teacher}, {Label: "班主任电话", Value: s.Phone}}
	if s.Boards {
		facts = append(facts, ui.Fact{Label: "住校", Value: "是"})
	}
	return sheetView{ID: "schooling", Title: "就学", Facts: facts}
}

func (rec record) healthSheet() sheetView {
	h := rec.Dossier.Health
	var kinds []string
	for _, d := range h.Disability {
		kinds = append(kinds, d.Word())
	}
	return sheetView{ID: "health", Title: "健康和残疾", Facts: []ui.Fact{{Label: "健康状况", Value: h.State}, {Label: "残疾", Value: strings.Join(kinds, "、")},
		{Label: "残疾人证号", Value: h.Certificate}, {Label: "疾病", Value: h.Illness}}}
}

func (rec record) familySheet() sheetView {
	d, f := rec.Dossier, rec.Dossier.Family
	return sheetView{ID: "family", Title: "家庭和监护", Facts: []ui.Fact{{Label: "父母外出", Value: f.Away, Sub: since(f.AwaySince)}, {Label: "外出地", Value: f.AwayTo},
		{Label: "监护状况", Value: strings.Join(f.Guardianship, "、")}, {Label: "监护质量", Value: f.Quality}, {Label: "主要收入", Value: f.Income},
		{Label: "已核实的情形", Value: harmWords(d.Situation)}, {Label: "享受保障", Value: strings.Join(d.Welfare, "、")}, {Label: "备注", Value: d.Remarks}}}
}

// code shows a number of letters and digits, which is no word of any language.
func code(value string) template.HTML {
	if value == "" {
		return ""
	}
	return template.HTML(`<span translate="no">` + template.HTMLEscapeString(value) + `</span>`)
}

func relationWord(p child.Person) string { return child.LabelOf(child.Relations, p.Relation) }

func labelIf(list []child.Bar, key string) string {
	if key == "" {
		return ""
	}
	return child.LabelOf(list, key)
}

func householdWord(kind string) string {
	if kind == "无" {
		return "未登记户口"
	}
	return kind
}

func sourceWord(source string) string {
	if strings.HasPrefix(source, "import") {
		return "由名单导入"
	}
	return ""
}
