package child

import (
	"slices"

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
		Categories: c.CategoryIDs(), Situations: slices.Clone(d.Situation), Guardian: slices.Clone(d.Family.Guardianship), Level: c.Level}
	if c.Sex == idcard.Male || c.Sex == idcard.Female {
		f.Sex = c.Sex.Word()
	}
	if !d.Household.Moved.IsZero() {
		f.MonthsAway = months(d.Household.Moved, on)
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
	book := c.Book()
	for _, id := range row.CategoryIDs() {
		if category, ok := book.Category(id, on); ok {
			f.Categories = with(f.Categories, category.Label)
		}
	}
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
		if slices.Contains([]string{"51", "52", "57", "58"}, p.Relation) {
			out = append(out, p)
		}
	}
	return out
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
	out = append(out, d.outOfSchool(on)...)
	return out
}

func (d Dossier) outOfSchool(on civil.Date) []string {
	if (d.Schooling.State == "失学" || d.Schooling.State == "辍学") && !d.Schooling.Left.IsZero() && months(d.Schooling.Left, on) >= halfYear {
		return []string{OutSixMonths}
	}
	return nil
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
