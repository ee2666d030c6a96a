package rule

import (
	"slices"

	"weibao/internal/civil"
)

// check finds what only the whole of a book shows.
func (b *Book) check(found *Findings) {
	b.units.checkDays(found)
	b.forms.checkDays(found)
	b.headings.checkDays(found)
	for _, r := range b.racks() {
		r.checkDays(found)
	}
	b.checkNotices(found)
	b.checkLevels(found)
	b.eachUnit(func(e entry[Unit]) { b.checkUnit(e, found) })
	b.checkSpellings(found)
	b.checkChosenScale(found)
	b.checkMatrices(found)
	b.checkCategories(found)
	b.checkLedgers(found)
	b.checkCells(found)
	b.checkHeadings(found)
}

func (b *Book) checkNotices(found *Findings) {
	years := map[int]bool{}
	for _, n := range b.notices {
		if years[n.Year] {
			found.Add(nationalDir+"/workdays", 0, "%d年的节假日有两份文件,请只留一份", n.Year)
		}
		years[n.Year] = true
	}
}

// checkLevels refuses two levels that look or sound alike on the same days.
func (b *Book) checkLevels(found *Findings) {
	var all []entry[Level]
	for _, id := range b.levels.order {
		all = append(all, b.levels.entries[id]...)
	}
	for i, x := range all {
		for _, y := range all[:i] {
			if x.local != y.local || x.ID == y.ID || !x.meets(y.head) {
				continue
			}
			if x.value.Label == y.value.Label || x.value.Color == y.value.Color {
				found.Add(x.file, x.line, "等级%s与%s的名称或颜色相同,无法区分", x.ID, y.ID)
			}
		}
	}
}

// meets tells whether two values hold on some common day.
func (h head) meets(o head) bool {
	return (h.To.IsZero() || !h.To.Before(o.From)) && (o.To.IsZero() || !o.To.Before(h.From))
}

func (b *Book) eachUnit(f func(entry[Unit])) {
	for _, key := range b.units.order {
		for _, e := range b.units.entries[key] {
			f(e)
		}
	}
}

func (b *Book) checkUnit(e entry[Unit], found *Findings) {
	u := e.value
	if u.Superior != "" && !b.knows(u.Superior) {
		found.Add(e.file, e.line, "“%s”的上级“%s”不在单位名单里", u.Key, u.Superior)
	}
	if b.circles(u.Key, e.From) {
		found.Add(e.file, e.line, "“%s”的上级绕了一圈又回到自己", u.Key)
	}
	for _, key := range u.Members.Units {
		if !b.knows(key) {
			found.Add(e.file, e.line, "“%s”的成员“%s”不在单位名单里", u.Key, key)
		}
	}
	for _, id := range u.Covers {
		if len(b.forms.entries[id]) == 0 {
			found.Add(e.file, e.line, "“%s”对应的通行简称“%s”不在简称表里", u.Key, id)
		}
	}
	named := u.Members.All || len(u.Members.Kinds) > 0 || len(u.Members.Units) > 0
	if (u.Kind == Group) != named {
		found.Add(e.file, e.line, "“%s”:合称(kind: group)要写明包括谁(members),其他单位不写", u.Key)
	}
}

func (b *Book) knows(key string) bool { return len(b.units.entries[key]) > 0 }

func (b *Book) circles(key string, on civil.Date) bool {
	seen := []string{}
	for at := key; at != ""; {
		if slices.Contains(seen, at) {
			return at == key
		}
		seen = append(seen, at)
		u, ok := b.units.at(at, on)
		if !ok {
			return false
		}
		at = u.Superior
	}
	return false
}

// checkSpellings refuses a spelling which two units claim on the same days: nobody could tell whose a duty is.
func (b *Book) checkSpellings(found *Findings) {
	owners := map[string][]entry[Unit]{}
	b.eachUnit(func(e entry[Unit]) {
		for _, s := range e.value.spellings() {
			s = fold(s)
			for _, o := range owners[s] {
				if o.ID != e.ID && o.meets(e.head) {
					found.Add(e.file, e.line, "“%s”的叫法“%s”与%s第%d行的“%s”相同,无法区分", e.ID, s, o.file, o.line, o.ID)
				}
			}
			owners[s] = append(owners[s], e)
		}
	})
}
