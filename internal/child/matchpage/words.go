package matchpage

import (
	"cmp"
	"strconv"
	"strings"

	"weibao/internal/child"
)

// Words says what a part of a file holds, in lines; codes are those of places
// whose names the caller found. Nothing gives "".
func Words(key string, n child.New, places map[string]string) string {
	d := n.Dossier
	switch key {
	case "name":
		return n.Name
	case "number":
		return cmp.Or(d.Number, label(child.NoNumberReasons, d.NoNumber))
	case "sex":
		return n.Sex.Word()
	case "birth":
		return n.Birth.String() + when(n.Guessed, "（估计）")
	case "papers":
		var out []string
		for _, p := range d.Papers {
			out = append(out, p.Kind+"　"+p.Number)
		}
		return lines(out...)
	case "ethnic":
		return child.Ethnic(d.Ethnic)
	case "phone":
		return d.Phone
	case "region":
		return lines(places[n.Region], d.Places.Residence.Text)
	case "registered":
		return lines(places[d.Places.Registered.Region], d.Places.Registered.Text, d.Household.Kind)
	case "occurrence":
		return lines(places[d.Places.Occurrence.Region], d.Places.Occurrence.Text)
	case "school":
		return lines(n.School, n.Grade, d.Schooling.State, d.Schooling.Class, d.Schooling.Student)
	case "people":
		return people(d.People)
	}
	return lifeWords(key, d)
}

func lifeWords(key string, d child.Dossier) string {
	switch key {
	case "health":
		out := []string{d.Health.State, d.Health.Illness, d.Health.Certificate}
		for _, one := range d.Health.Disability {
			out = append(out, one.Word())
		}
		return lines(out...)
	case "family":
		f := d.Family
		return lines(when(f.Away != "", "父母外出："+f.Away), f.AwayTo, strings.Join(f.Guardianship, "、"), when(f.Quality != "", "监护情况"+f.Quality), f.Income)
	case "situation":
		return strings.Join(d.Situation, "、")
	case "welfare":
		return strings.Join(d.Welfare, "、")
	case "remarks":
		return d.Remarks
	case "photo":
		return when(d.Photo != 0, "有照片")
	case "checked":
		return when(len(d.Checked) > 0, strconv.Itoa(len(d.Checked))+"项")
	case "contact":
		if d.Contact != nil {
			return lines(d.Contact.Name, d.Contact.Phone)
		}
	case "extra":
		var out []string
		for _, e := range d.Extra {
			out = append(out, e.Key+"："+e.Value)
		}
		return lines(out...)
	}
	return ""
}

func people(list []child.Person) string {
	var out []string
	for _, p := range list {
		words := []string{label(child.Relations, p.Relation), p.Warned(p.Name), p.Warned(p.Phone), when(p.Guardian, "监护人"), when(p.Caregiver, "实际照护人")}
		out = append(out, strings.Join(strings.Fields(strings.Join(words, " ")), "　"))
	}
	return lines(out...)
}

// Codes lists the places in a file that have names.
func Codes(n child.New) []string {
	p := n.Dossier.Places
	return []string{n.Region, p.Registered.Region, p.Occurrence.Region, p.School.Region}
}

func label(list []child.Bar, key string) string {
	if key == "" {
		return ""
	}
	return child.LabelOf(list, key)
}

func lines(list ...string) string {
	var out []string
	for _, s := range list {
		if s != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, "\n")
}

func when(is bool, s string) string {
	if is {
		return s
	}
	return ""
}
