package screening

import (
	"context"
	"slices"
	"strings"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/rule"
)

// A filler writes one fact of the rules into a file and tells whether it could.
type filler struct {
	field string // as rule.Fields names it
	path  string // of the part of the file, as a department's check names it
	same  func(before, after rule.Facts) bool
	put   func(n *child.New, before, after rule.Facts, on civil.Date) bool
}

var fillers = []filler{
	{"照护人", "dossier.people", func(a, b rule.Facts) bool { return a.Caregiver == b.Caregiver }, putCarer},
	{"父亲", "dossier.people", func(a, b rule.Facts) bool { return a.Father == b.Father }, putFather},
	{"母亲", "dossier.people", func(a, b rule.Facts) bool { return a.Mother == b.Mother }, putMother},
	{"父母外出", "dossier.family", func(a, b rule.Facts) bool { return a.Away == b.Away }, putAway},
	{"监护", "dossier.family", func(a, b rule.Facts) bool { return slices.Equal(a.Guardian, b.Guardian) }, putGuardian},
	{"就学", "dossier.schooling", func(a, b rule.Facts) bool { return a.Schooling == b.Schooling }, putSchooling},
	{"不在学月数", "dossier.schooling", func(a, b rule.Facts) bool { return a.MonthsOut == b.MonthsOut }, putMonthsOut},
	{"户籍", "dossier.household", func(a, b rule.Facts) bool { return a.Residence == b.Residence }, putHousehold},
	{"离开月数", "dossier.household", func(a, b rule.Facts) bool { return a.MonthsAway == b.MonthsAway }, putMonthsAway},
	{"残疾等级", "dossier.health", func(a, b rule.Facts) bool { return a.Grade == b.Grade }, putGrade},
	{"情形", "dossier.situation", func(a, b rule.Facts) bool { return slices.Equal(a.Situations, b.Situations) }, putSituations},
	{"福利", "dossier.welfare", func(a, b rule.Facts) bool { return slices.Equal(a.Welfare, b.Welfare) }, putWelfare},
	// How far somebody lives from where he is registered follows from both places; an answer does not name them.
	{"流动范围", "dossier.places", func(a, b rule.Facts) bool { return a.Moved == b.Moved },
		func(*child.New, rule.Facts, rule.Facts, civil.Date) bool { return false }},
}

// fill brings a file to what was answered. It gives the labels of the
// questions whose answers the file did not take: what a department has checked
// changes by request alone, and some answers no file can hold.
func (k *Desk) fill(ctx context.Context, tx *db.Tx, by access.Actor, v visit, after rule.Facts) (kept []string, err error) {
	on := today(tx)
	next := child.New{Dossier: v.dossier}.Clone()
	for _, f := range fillers {
		if f.same(v.facts, after) {
			continue
		}
		if checked(v.dossier.Checked, f.path) || !f.put(&next, v.facts, after, on) {
			kept = append(kept, v.labels(f.field)...)
		}
	}
	words := "集中排查：" + v.campaign.Name
	return kept, k.Cabinet.Change(ctx, tx, by, v.file.ID, 0, words, func(n *child.New) {
		checked := n.Dossier.Checked
		n.Dossier = next.Dossier
		n.Dossier.Checked = checked
	})
}

// checked tells whether a department has checked a part of a file, or a piece of it.
func checked(fields []string, path string) bool {
	return slices.ContainsFunc(fields, func(f string) bool {
		return f == path || strings.HasPrefix(f, path+".") || strings.HasPrefix(path, f+".")
	})
}

// labels names the questions that set a fact.
func (v visit) labels(field string) []string {
	var out []string
	for _, q := range v.form.Asked(v.facts.Age) {
		if q.Sets == field {
			out = append(out, q.Label)
		}
	}
	return out
}

// carers are the relations (GB/T 4761) for the words of rules for who cares.
var carers = map[string][]string{"父母": {"51", "52"}, "父亲": {"51"}, "母亲": {"52"}, "祖父": {"61"}, "祖母": {"62"}, "外祖父": {"63"}, "外祖母": {"64"},
	"男性亲属": {"81"}, "女性亲属": {"90"}, "非亲属": {"99"}}

// putCarer makes those the caregivers whom a word names; who is not in the file
// yet is added by relation, the name follows later.
func putCarer(n *child.New, _, after rule.Facts, _ civil.Date) bool {
	d := &n.Dossier
	relations, somebody := carers[after.Caregiver]
	for i := range d.People {
		d.People[i].Caregiver = false
	}
	d.Family.Carer = ""
	if !somebody {
		d.Family.Carer = after.Caregiver
		return true
	}
	for _, relation := range relations {
		i := slices.IndexFunc(d.People, func(p child.Person) bool { return p.Relation == relation || parentLike[p.Relation] == relation })
		if i < 0 {
			d.People = append(d.People, child.Person{Relation: relation})
			i = len(d.People) - 1
		}
		d.People[i].Caregiver = true
	}
	return true
}

// parentLike are the relations of step and adoptive parents.
var parentLike = map[string]string{"57": "51", "58": "52"}

func putFather(n *child.New, _, after rule.Facts, on civil.Date) bool {
	return putParent(n, "51", after.Father, on)
}

func putMother(n *child.New, _, after rule.Facts, on civil.Date) bool {
	return putParent(n, "52", after.Mother, on)
}

// parentWords are the words of files for what became of a parent, where rules say them otherwise.
var parentWords = map[string]string{"服刑在押": child.Jailed, "限制人身自由": "其他限制人身自由"}

func putParent(n *child.New, relation, state string, on civil.Date) bool {
	if state == "不详" {
		return false
	}
	d := &n.Dossier
	i := slices.IndexFunc(d.People, func(p child.Person) bool { return p.Relation == relation })
	if i < 0 {
		i = slices.IndexFunc(d.People, func(p child.Person) bool { return parentLike[p.Relation] == relation })
	}
	if i < 0 {
		d.People = append(d.People, child.Person{Relation: relation})
		i = len(d.People) - 1
	}
	p := &d.People[i]
	away := slices.Contains(p.Situation, child.Working)
	p.Situation, p.Since = nil, civil.Date{}
	if state != "健在" {
		word, otherwise := parentWords[state]
		if !otherwise {
			word = state
		}
		p.Situation, p.Since = []string{word}, on
	} else if away {
		p.Situation = []string{child.Working}
	}
	return true
}

func putAway(n *child.New, _, after rule.Facts, on civil.Date) bool {
	f := &n.Dossier.Family
	f.Away = after.Away
	switch {
	case after.Away == "无":
		f.AwaySince, f.AwayTo = civil.Date{}, ""
	case f.AwaySince.IsZero():
		f.AwaySince = on
	}
	return true
}

func putGuardian(n *child.New, before, after rule.Facts, _ civil.Date) bool {
	n.Dossier.Family.Guardianship = exchange(n.Dossier.Family.Guardianship, before.Guardian, after.Guardian)
	return true
}

func putSituations(n *child.New, before, after rule.Facts, _ civil.Date) bool {
	n.Dossier.Situation = exchange(n.Dossier.Situation, before.Situations, after.Situations)
	return true
}

func putWelfare(n *child.New, before, after rule.Facts, _ civil.Date) bool {
	list := slices.DeleteFunc(slices.Clone(n.Dossier.Welfare), func(w string) bool {
		fact, otherwise := welfareFacts[w]
		return otherwise && slices.Contains(before.Welfare, fact) && !slices.Contains(after.Welfare, fact)
	})
	n.Dossier.Welfare = exchange(list, before.Welfare, after.Welfare)
	return true
}

// welfareFacts are words of files for which rules have another.
var welfareFacts = map[string]string{"特困供养": "特困", "事实无人抚养儿童补贴": "事实无人抚养基本生活补贴"}

// exchange takes the words that fell away out of a list and adds those that came.
func exchange(list, before, after []string) []string {
	out := slices.DeleteFunc(slices.Clone(list), func(w string) bool { return slices.Contains(before, w) && !slices.Contains(after, w) })
	for _, w := range after {
		if !slices.Contains(before, w) && !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}

func putSchooling(n *child.New, _, after rule.Facts, on civil.Date) bool {
	s := &n.Dossier.Schooling
	s.State = after.Schooling
	switch out := after.Schooling == "失学" || after.Schooling == "辍学"; {
	case !out:
		s.Left = civil.Date{}
	case s.Left.IsZero():
		s.Left = on
	}
	return true
}

func putMonthsOut(n *child.New, _, after rule.Facts, on civil.Date) bool {
	if s := n.Dossier.Schooling.State; s != "失学" && s != "辍学" {
		return after.MonthsOut == 0
	}
	n.Dossier.Schooling.Left = on.AddMonths(-after.MonthsOut)
	return true
}

func putHousehold(n *child.New, _, after rule.Facts, _ civil.Date) bool {
	n.Dossier.Household.Kind = after.Residence
	return true
}

func putMonthsAway(n *child.New, _, after rule.Facts, on civil.Date) bool {
	n.Dossier.Household.Moved = on.AddMonths(-after.MonthsAway)
	return true
}

// putGrade sets the grade of a disability whose kind the file knows or will know.
func putGrade(n *child.New, _, after rule.Facts, _ civil.Date) bool {
	h := &n.Dossier.Health
	switch {
	case after.Grade == 0:
		h.Disability = nil
	case len(h.Disability) == 0:
		h.Disability = []child.Disability{{Grade: after.Grade}}
	case len(h.Disability) == 1:
		h.Disability[0].Grade = after.Grade
	default: // which of several it is, only a certificate tells
		return false
	}
	return true
}
