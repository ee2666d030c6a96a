package imports

import (
	"slices"
	"strings"

	"weibao/internal/child"
)

// alike lists the files of the town that may be the child of a row which no number names.
func (m *matcher) alike(n child.New) []Candidate {
	var named []child.Child
	for _, town := range m.towns(n) {
		named = append(named, m.byName[town][n.Name]...)
	}
	var out []Candidate
	for _, c := range named {
		at, there := m.present[c.ID]
		if !there || at.Dossier.Number != "" && n.Dossier.Number != "" {
			continue // two numbers are two children
		}
		var why []string
		if !n.Birth.IsZero() && n.Birth == c.Birth {
			why = append(why, "出生日期相同")
		} else if !n.Birth.IsZero() && !c.Birth.IsZero() && n.Guessed == (c.Guessed != 0) {
			continue
		}
		if n.Region != "" && n.Region == c.Region {
			why = append(why, "村（社区）相同")
		}
		if samePhone(n.Dossier, at.Dossier) {
			why = append(why, "监护人电话相同")
		}
		if len(why) > 0 {
			out = append(out, Candidate{c.ID, "姓名相同，" + strings.Join(why, "，")})
		}
	}
	return out
}

func samePhone(a, b child.Dossier) bool {
	for _, p := range a.People {
		if p.Phone != "" && slices.ContainsFunc(b.People, func(q child.Person) bool { return q.Phone == p.Phone }) {
			return true
		}
	}
	return false
}
