package generate

import (
	"slices"

	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/idcard"
)

// file makes the file of one child of the family.
func (f *family) file(i int) Child {
	k := f.kids[i]
	p := f.plightOf(k)
	n := child.New{Name: k.name, Sex: idcard.Female, Birth: k.birth, Region: f.home.code, Source: "demo"}
	if k.male {
		n.Sex = idcard.Male
	}
	n.Dossier = f.dossier(k, p)
	n.School, n.Grade, n.Dossier.Schooling.Boards = f.home.school(f.maker, f.county, k.age)
	if p.schooling != "在学" {
		n.School, n.Grade, n.Dossier.Schooling.Boards = "", "", false
	}
	if n.School != "" {
		n.Dossier.Places.School = child.Place{Region: f.home.townCode + "000", Text: n.School}
	}
	n.Dossier.People = f.people(i, p)
	c := Child{Index: k.index, New: n, Family: f.number}
	f.judge(&c, k, p)
	return c
}

func (f *family) dossier(k kid, p plight) child.Dossier {
	d := child.Dossier{Number: k.number, Ethnic: f.ethnic, Welfare: f.welfare, Situation: f.situation(p)}
	if p.papers != "" {
		d.Number, d.NoNumber = "", p.papers
	}
	d.Household = child.Residence{Kind: "农村", Moved: f.moved}
	switch {
	case p.papers == "unregistered":
		d.Household.Kind = "无"
	case f.urban:
		d.Household.Kind = "城镇"
	}
	d.Places = child.Places{Registered: f.registered, Residence: child.Place{Region: f.home.code, Text: f.address}}
	d.Schooling = child.Schooling{State: p.schooling}
	if p.left > 0 {
		d.Schooling.Left = f.Today.AddDays(-p.left)
	}
	d.Health = child.Health{State: "健康", Disability: p.disability, Illness: p.illness}
	if p.illness != "" {
		d.Health.State = "患病"
	}
	if len(p.disability) > 0 && d.Number != "" {
		d.Health.Certificate = d.Number + string(rune('0'+p.disability[0].Kind)) + string(rune('0'+p.disability[0].Grade))
	}
	d.Family = child.Family{Away: f.away, AwayTo: f.awayTo, Quality: pick(f.maker, []string{"较好", "较好", "一般", "一般", "差"})}
	if f.away != "无" {
		d.Family.AwaySince = later(f.awaySince, k.birth)
	}
	if f.unable {
		d.Family.Guardianship = []string{"另一方无监护能力"}
	}
	if k.age >= 12 && f.of(2_500) {
		d.Phone = phone(f.adults)
		f.adults++
	}
	return d
}

func later(a, b civil.Date) civil.Date {
	if a.Before(b) {
		return b
	}
	return a
}

// people are those around a child: who cares comes first.
func (f *family) people(i int, p plight) []child.Person {
	dead := func(a adult) bool { return a.gone == "死亡" }
	var out []child.Person
	add := func(a adult, guardian, caregiver, member bool) {
		person := child.Person{Name: a.name, Relation: a.relation, Guardian: guardian, Caregiver: caregiver, Member: member,
			Number: a.number, Phone: a.phone}
		if a.gone != "" {
			person.Situation, person.Since = []string{a.gone}, a.since
		}
		if a.gone == "失联" || dead(a) {
			person.Phone = ""
		}
		out = append(out, person)
	}
	orphan := dead(f.father) && dead(f.mother)
	add(f.father, !dead(f.father), f.carer == byFather, f.away == "无" && !f.father.missing())
	add(f.mother, !dead(f.mother), f.carer == byMother && !f.mother.lost(), f.away != "双方" && !f.mother.missing())
	if f.carer == byElder || f.carer == byDelegate || f.of(2_000) {
		add(f.elder, orphan, f.carer == byElder, true)
	}
	if f.carer == byDelegate {
		relative := f.adult(f.father.birth.AddDays(400), true, "83", f.surname)
		add(relative, false, true, false)
		out[len(out)-1].Delegation = f.delegation()
	}
	for j, k := range f.kids {
		if j != i {
			out = append(out, child.Person{Name: k.name, Relation: sibling(k, j < i), Member: true, Number: k.number})
		}
	}
	if p.harm != "" && f.of(3_000) {
		out[0].Blocked = "涉嫌侵害，正在调查"
	}
	slices.SortStableFunc(out, func(a, b child.Person) int { return rank(a) - rank(b) })
	return out
}

func rank(p child.Person) int {
	switch {
	case p.Caregiver:
		return 0
	case p.Guardian:
		return 1
	}
	return 2
}

// sibling gives the relation in the codes of GB/T 4761.
func sibling(k kid, elder bool) string {
	switch {
	case elder && k.male:
		return "71"
	case k.male:
		return "73"
	case elder:
		return "75"
	}
	return "77"
}

// delegation is care given to a relative, with or without its notices.
func (f *family) delegation() *child.Delegation {
	from := f.awaySince
	d := &child.Delegation{From: from, Consulted: f.of(8_000), ContactWeekly: f.of(7_000)}
	for _, b := range child.Bars {
		d.Cleared = append(d.Cleared, b.Key)
	}
	if f.of(8_000) {
		d.Signed = from
	}
	if f.of(6_000) {
		d.School, d.Village = from.AddDays(3), from.AddDays(5)
	}
	return d
}
