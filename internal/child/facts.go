package child

import (
	"slices"
	"strings"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/idcard"
	"weibao/internal/rule"
)

// halfYear is how long 失联, 服刑 and the like must last, in months (民发〔2019〕62号).
const halfYear = 6

// Facts gives what the conditions of rules may ask of a file on a day: what
// stands in it, and what follows from that by the words of the norms. A child
// whose birth date is not known counts as new-born. Categories are ids;
// Cabinet.Facts adds the words by which rules name them.
func Facts(c Child, d Dossier, on civil.Date) rule.Facts {
	age, _ := c.Age(on)
	f := rule.Facts{Age: max(age, 0), Residence: d.residence(), Away: d.away(), Schooling: d.Schooling.State,
		Categories: c.CategoryIDs(), Situations: slices.Clone(d.Situation), Guardian: slices.Clone(d.Family.Guardianship), Level: c.Level,
		Keeper: d.keeper(on), Caregiver: d.carer(), Welfare: said(d.Welfare, welfareFacts), Moved: d.moved(c.Region)}
	f.Father, f.FatherMonths = d.parent(fathers, on)
	f.Mother, f.MotherMonths = d.parent(mothers, on)
	for _, x := range d.Health.Disability {
		f.Disabilities = with(f.Disabilities, strings.TrimSuffix(nth(DisabilityKinds, x.Kind), "残疾"))
		if f.Grade == 0 || x.Grade < f.Grade {
			f.Grade = x.Grade
		}
	}
	if c.Sex == idcard.Male || c.Sex == idcard.Female {
		f.Sex = c.Sex.Word()
	}
	if !d.Household.Moved.IsZero() {
		f.MonthsAway = months(d.Household.Moved, on)
	}
	if d.outOfSchool() {
		f.MonthsOut = months(d.Schooling.Left, on)
	}
	f.Situations = with(f.Situations, d.situations(on)...)
	if f.Away == "一方" && d.otherUnable(on) {
		f.Guardian = with(f.Guardian, OtherUnable)
	}
	return f
}

// Facts is Facts with the words of the categories beside their ids, as the
// county's rules name them.
func (c *Cabinet) Facts(row Child, d Dossier, on civil.Date) rule.Facts {
	f := Facts(row, d, on)
	f.Categories = c.Book().CategoryFacts(row.CategoryIDs(), on)
	return f
}

func (d Dossier) residence() string {
	if d.Household.Kind == "" && d.NoNumber == "unregistered" {
		return "无"
	}
	return d.Household.Kind
}

// away tells which parents are away: what was stated, else what is known of each.
func (d Dossier) away() string {
	if d.Family.Away != "" {
		return d.Family.Away
	}
	parents, gone := d.parents(), 0
	for _, p := range parents {
		if slices.Contains(p.Situation, Working) {
			gone++
		}
	}
	switch {
	case gone == 0:
		return ""
	case gone == len(parents) && gone == both:
		return "双方"
	}
	return "一方"
}

const both = 2

// parents are father and mother, by birth or adoption.
func (d Dossier) parents() []Person {
	var out []Person
	for _, p := range d.People {
		if slices.Contains(fathers, p.Relation) || slices.Contains(mothers, p.Relation) {
			out = append(out, p)
		}
	}
	return out
}

// Who stands as father and mother, by birth before others (GB/T 4761).
var fathers, mothers = []string{"51", "57"}, []string{"52", "58"}

// parentFacts are the words of rules for what became of a parent.
var parentFacts = map[string]string{Dead: "死亡", "失踪": "失踪", "重残": "重残", "重病": "重病", Jailed: "服刑在押", "服刑在押": "服刑在押", Rehab: Rehab, "强戒": Rehab,
	"其他限制人身自由": "限制人身自由", "限制人身自由": "限制人身自由", Lost: Lost, "撤销监护资格": "撤销监护资格", "遣送出境": "遣送出境"}

// parent gives what became of the father or mother and for how many months;
// nothing where the file does not name one.
func (d Dossier) parent(relations []string, on civil.Date) (state string, since int) {
	for _, relation := range relations {
		for _, p := range d.People {
			if p.Relation != relation {
				continue
			}
			if !p.Since.IsZero() {
				since = months(p.Since, on)
			}
			if states := said(p.Situation, parentFacts); len(states) > 0 {
				return states[0], since
			}
			return "健在", since
		}
	}
	return "", 0
}

// keepers are the words of rules for who is guardian, by relation.
var keepers = map[string]string{"51": "父母", "52": "父母", "57": "父母", "58": "父母", "61": "祖父母", "62": "祖父母", "63": "外祖父母", "64": "外祖父母",
	"71": "兄姐", "75": "兄姐", "73": "其他亲属", "77": "其他亲属", "81": "其他亲属", "83": "其他亲属", "85": "其他亲属", "88": "其他亲属", "90": "其他亲属", "97": "其他亲属", "99": "其他个人"}

// keeper is who is guardian and can be: a parent in prison or lost keeps the
// right, but nobody is kept by him.
func (d Dossier) keeper(on civil.Date) string {
	for _, p := range d.Guardians() {
		if word := keepers[p.Relation]; word != "" && !p.cannot(on) {
			return word
		}
	}
	return ""
}

// carers are the words of rules for who really cares, by relation.
var carers = map[string]string{"51": "父亲", "57": "父亲", "52": "母亲", "58": "母亲", "61": "祖父", "62": "祖母", "63": "外祖父", "64": "外祖母", "71": "男性亲属", "73": "男性亲属",
	"81": "男性亲属", "83": "男性亲属", "85": "男性亲属", "75": "女性亲属", "77": "女性亲属", "88": "女性亲属", "90": "女性亲属", "99": "非亲属"}

func (d Dossier) carer() string {
	var words []string
	for _, p := range d.People {
		if word := carers[p.Relation]; p.Caregiver && word != "" {
			words = with(words, word)
		}
	}
	switch {
	case len(words) == 0:
		return d.Family.Carer
	case slices.Contains(words, "父亲") && slices.Contains(words, "母亲"):
		return "父母"
	}
	return words[0]
}

// welfareFacts are the words of rules for what a household receives, where a file says them otherwise.
var welfareFacts = map[string]string{"特困供养": "特困", "事实无人抚养儿童补贴": "事实无人抚养基本生活补贴"}

// said gives the words of rules for words of a file; what rules do not know is left out.
func said(words []string, to map[string]string) []string {
	var out []string
	for _, w := range words {
		if rule, ok := to[w]; ok {
			out = with(out, rule)
		} else if slices.Contains(WelfareKinds, w) {
			out = with(out, w)
		}
	}
	return out
}

// moved tells how far a child lives from where it is registered.
func (d Dossier) moved(lives string) string {
	from := d.Places.Registered.Region
	switch {
	case access.County(from) == "" || access.County(lives) == "":
		return ""
	case access.County(from) != access.County(lives):
		return "跨县"
	case access.Town(from) != "" && access.Town(from) != access.Town(lives):
		return "跨乡镇"
	}
	return "无"
}

// unable is what keeps a parent from caring (民发〔2019〕62号、民发〔2020〕125号);
// the value tells whether it must have lasted half a year.
var unable = map[string]bool{Dead: false, "失踪": false, "重残": false, "重病": false, "撤销监护资格": false, "遣送出境": false,
	Jailed: true, Rehab: true, "其他限制人身自由": true, Lost: true}

// cannot tells whether somebody cannot care; where since when is not known, the word of the file stands.
func (p Person) cannot(on civil.Date) bool {
	return slices.ContainsFunc(p.Situation, func(s string) bool {
		lasting, listed := unable[s]
		return listed && (!lasting || p.Since.IsZero() || months(p.Since, on) >= halfYear)
	})
}

// situations concludes from what stands in the file.
func (d Dossier) situations(on civil.Date) []string {
	var out []string
	parents, dead, unable := d.parents(), 0, 0
	for _, p := range parents {
		if slices.Contains(p.Situation, Dead) {
			dead++
		}
		if p.cannot(on) {
			unable++
		}
		if slices.Contains(p.Situation, Jailed) {
			out = append(out, ParentJailed)
		}
		if slices.Contains(p.Situation, Rehab) {
			out = append(out, ParentRehab)
		}
	}
	switch {
	case dead == both && len(parents) == both:
		out = append(out, BothDead)
	case unable == both && len(parents) == both:
		out = append(out, BothUnable)
	}
	if d.Health.Certificate != "" {
		out = append(out, Certified)
	}
	if d.outOfSchool() && months(d.Schooling.Left, on) >= halfYear {
		out = append(out, OutSixMonths)
	}
	return out
}

// outOfSchool tells whether the child stopped going to school, and since when is known.
func (d Dossier) outOfSchool() bool {
	return (d.Schooling.State == "失学" || d.Schooling.State == "辍学") && !d.Schooling.Left.IsZero()
}

// otherUnable tells whether a parent who is not away cannot care.
func (d Dossier) otherUnable(on civil.Date) bool {
	return slices.ContainsFunc(d.parents(), func(p Person) bool { return !slices.Contains(p.Situation, Working) && p.cannot(on) })
}

// months counts the full months between two days.
func months(from, on civil.Date) int {
	if on.Before(from) {
		return 0
	}
	n := (on.Year()-from.Year())*12 + on.Month() - from.Month()
	if from.AddMonths(n).After(on) {
		n--
	}
	return n
}

// with adds words that a list has not yet.
func with(list []string, words ...string) []string {
	for _, w := range words {
		if !slices.Contains(list, w) {
			list = append(list, w)
		}
	}
	return list
}
