package child

import (
	"encoding/json"
	"slices"

	"weibao/internal/idcard"
)

// Part is a piece of a file that a person chooses, corrects or restores as a
// whole.
type Part struct {
	Key, Label string
	// Checkable parts may have been checked by a department: they change by
	// request and approval.
	Checkable bool
	// Copy takes the part over from another file.
	Copy func(to *New, from New)
	// Unite joins what two files hold; nil where only one can be right.
	Unite func(to *New, from New)
}

// Unites tells whether both values can be kept.
func (p Part) Unites() bool { return p.Unite != nil }

// Same tells whether two files hold the same in this part.
func (p Part) Same(a, b New) bool { return p.text(a) == p.text(b) }

// text is a part in one form for comparing.
func (p Part) text(n New) string {
	var only New
	p.Copy(&only, n)
	b, err := json.Marshal(only)
	if err != nil {
		return ""
	}
	return string(b)
}

// Parts lists the parts of a file in the order of screens.
func Parts() []Part { return slices.Clone(parts) }

// PartOf gives a part by its key.
func PartOf(key string) (Part, bool) {
	for _, p := range parts {
		if p.Key == key {
			return p, true
		}
	}
	return Part{}, false
}

var parts = []Part{
	{Key: "name", Label: "姓名", Checkable: true, Copy: func(to *New, from New) { to.Name = from.Name }},
	{Key: "number", Label: "公民身份号码", Checkable: true, Copy: func(to *New, from New) {
		to.Dossier.Number, to.Dossier.NoNumber = from.Dossier.Number, from.Dossier.NoNumber
	}},
	{Key: "sex", Label: "性别", Checkable: true, Copy: func(to *New, from New) { to.Sex = from.Sex }},
	{Key: "birth", Label: "出生日期", Checkable: true, Copy: func(to *New, from New) { to.Birth, to.Guessed = from.Birth, from.Guessed }},
	{Key: "papers", Label: "其他证件", Checkable: true, Copy: func(to *New, from New) { to.Dossier.Papers = from.Dossier.Papers },
		Unite: func(to *New, from New) { to.Dossier.Papers = union(to.Dossier.Papers, from.Dossier.Papers) }},
	{Key: "ethnic", Label: "民族", Checkable: true, Copy: func(to *New, from New) { to.Dossier.Ethnic = from.Dossier.Ethnic }},
	{Key: "phone", Label: "本人电话", Copy: func(to *New, from New) { to.Dossier.Phone = from.Dossier.Phone }},
	{Key: "region", Label: "居住地", Copy: func(to *New, from New) {
		to.Region, to.Dossier.Places.Residence = from.Region, from.Dossier.Places.Residence
	}},
	{Key: "registered", Label: "户籍", Checkable: true, Copy: func(to *New, from New) {
		to.Dossier.Places.Registered, to.Dossier.Household = from.Dossier.Places.Registered, from.Dossier.Household
	}},
	{Key: "occurrence", Label: "发生地", Copy: func(to *New, from New) { to.Dossier.Places.Occurrence = from.Dossier.Places.Occurrence }},
	{Key: "school", Label: "就学", Copy: func(to *New, from New) {
		to.Unit, to.School, to.Grade = from.Unit, from.School, from.Grade
		to.Dossier.Schooling, to.Dossier.Places.School = from.Dossier.Schooling, from.Dossier.Places.School
	}},
	{Key: "people", Label: "监护人、照护人和家庭成员", Copy: func(to *New, from New) { to.Dossier.People = from.Dossier.People }, Unite: unitePeople},
	{Key: "health", Label: "健康和残疾", Copy: func(to *New, from New) { to.Dossier.Health = from.Dossier.Health }},
	{Key: "family", Label: "家庭和监护情况", Copy: func(to *New, from New) { to.Dossier.Family = from.Dossier.Family }},
	{Key: "situation", Label: "情形", Copy: func(to *New, from New) { to.Dossier.Situation = from.Dossier.Situation },
		Unite: func(to *New, from New) { to.Dossier.Situation = union(to.Dossier.Situation, from.Dossier.Situation) }},
	{Key: "welfare", Label: "享受政策", Copy: func(to *New, from New) { to.Dossier.Welfare = from.Dossier.Welfare },
		Unite: func(to *New, from New) { to.Dossier.Welfare = union(to.Dossier.Welfare, from.Dossier.Welfare) }},
	{Key: "remarks", Label: "备注", Copy: func(to *New, from New) { to.Dossier.Remarks = from.Dossier.Remarks }, Unite: uniteRemarks},
	{Key: "photo", Label: "照片", Copy: func(to *New, from New) { to.Dossier.Photo = from.Dossier.Photo }},
	{Key: "checked", Label: "部门已核对的项目", Copy: func(to *New, from New) { to.Dossier.Checked = from.Dossier.Checked },
		Unite: func(to *New, from New) { to.Dossier.Checked = union(to.Dossier.Checked, from.Dossier.Checked) }},
	{Key: "contact", Label: "联系人", Copy: func(to *New, from New) { to.Dossier.Contact = from.Dossier.Contact }},
	{Key: "extra", Label: "本县补充项目", Copy: func(to *New, from New) { to.Dossier.Extra = from.Dossier.Extra }, Unite: uniteExtra},
}

func union[T comparable](a, b []T) []T {
	out := slices.Clone(a)
	for _, v := range b {
		if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}

// unitePeople adds whom only the other file names, and fills what this one
// leaves open about a person of both.
func unitePeople(to *New, from New) {
	out := slices.Clone(to.Dossier.People)
	for _, p := range from.Dossier.People {
		i := slices.IndexFunc(out, func(q Person) bool {
			return p.Number != "" && p.Number == q.Number || p.Name != "" && p.Name == q.Name && p.Relation == q.Relation
		})
		if i < 0 {
			out = append(out, p)
			continue
		}
		fill(&out[i].Number, p.Number)
		fill(&out[i].Phone, p.Phone)
		fill(&out[i].Address, p.Address)
		fill(&out[i].Blocked, p.Blocked)
		out[i].Situation = union(out[i].Situation, p.Situation)
	}
	to.Dossier.People = out
}

func fill(to *string, from string) {
	if *to == "" {
		*to = from
	}
}

func uniteRemarks(to *New, from New) {
	if a, b := to.Dossier.Remarks, from.Dossier.Remarks; a != b && b != "" {
		to.Dossier.Remarks = a + separate(a) + b
	}
}

func separate(s string) string {
	if s == "" {
		return ""
	}
	return "\n"
}

func uniteExtra(to *New, from New) {
	out := slices.Clone(to.Dossier.Extra)
	for _, e := range from.Dossier.Extra {
		if !slices.ContainsFunc(out, func(o Answered) bool { return o.Key == e.Key }) {
			out = append(out, e)
		}
	}
	to.Dossier.Extra = out
}

// Settle lets sex and birth follow an identity number, where there is one.
func (n *New) Settle() {
	if card, err := idcard.Parse(n.Dossier.Number); err == nil {
		n.Birth, n.Sex, n.Guessed = card.Birth, card.Sex, false
	}
}

// row of lists and dossier as they stand, for changing them.
func stateOf(row Child, d Dossier) New {
	return New{Name: row.Name, Sex: row.Sex, Birth: row.Birth, Guessed: row.Guessed != 0, Region: row.Region, Unit: row.Unit,
		School: row.School, Grade: row.Grade, Dossier: d, Source: row.Source}
}

// Take takes parts over from another state of the file.
func (n *New) Take(from New, keys []string) {
	for _, key := range keys {
		if p, ok := PartOf(key); ok {
			p.Copy(n, from)
		}
	}
}

// Same tells whether a part is the same in another state of the file.
func (n New) Same(key string, other New) bool {
	p, known := PartOf(key)
	return known && p.Same(n, other)
}

// Clone gives a copy that shares nothing.
func (n New) Clone() New {
	n.Dossier = clone(n.Dossier)
	return n
}
