package rule

import (
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"weibao/internal/civil"
)

// Names finds the unit that a text means. It is made once and may be used by many.
type Names struct {
	level  string   // 县, 市, 镇 …
	places []string // spellings of the county that may stand before a unit, longest first
	ranks  [rankCount]map[string][]string
}

// The ranks of spellings: a better one decides alone.
const (
	rankName  = iota // official and short names
	rankAlias        // spellings which the county's pack lists
	rankForm         // ordinary short forms
	rankCount
)

// Match is the answer to a spelling.
type Match struct {
	Key        string   // the unit, empty unless exactly one fits
	Candidates []string // the units that may be meant where it is not certain
	Also       []string // units named in brackets: 县委组织部(关工委)
	By         string   // how it was found: "name", "alias", "form", "foreign"; empty where nothing fits
}

// By* say how a spelling was matched.
const (
	ByName    = "name"
	ByAlias   = "alias"
	ByForm    = "form"
	ByForeign = "foreign" // 市民政局 in a county: another level's, so only a candidate
)

var rankWords = [rankCount]string{ByName, ByAlias, ByForm}

// Names builds the index of the units that exist on a day.
func (b *Book) Names(on civil.Date) *Names { return b.NamesOf(b.Units(on), on) }

// NamesOf builds the index of other units than the pack's, such as those that the office keeps up to date, with the
// short forms and the place of the book.
func (b *Book) NamesOf(units []Unit, on civil.Date) *Names {
	n := &Names{level: b.county.level(), places: places(b.county)}
	for i := range n.ranks {
		n.ranks[i] = map[string][]string{}
	}
	for _, u := range units {
		for _, s := range []string{u.Name, u.Short} {
			n.add(rankName, s, u.Key)
		}
		for _, s := range u.Aliases {
			n.add(rankAlias, s, u.Key)
		}
		for _, id := range u.covered() {
			form, _ := b.forms.at(id, on)
			for _, s := range form.Forms {
				n.add(rankForm, strings.ReplaceAll(s, levelMark, n.level), u.Key)
			}
		}
	}
	return n
}

// levelMark stands in a form for the county's own 县, 市, 镇 …
const levelMark = "{级}"

// covered are the short forms a unit answers to.
func (u Unit) covered() []string {
	if len(u.Covers) > 0 {
		return u.Covers
	}
	return []string{u.Key}
}

// spellings are the names which a pack gives a unit.
func (u Unit) spellings() []string {
	var list []string
	for _, s := range append([]string{u.Name, u.Short}, u.Aliases...) {
		if s != "" && !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return list
}

func (n *Names) add(rank int, spelling, key string) {
	s := fold(spelling)
	if s == "" {
		return
	}
	for _, form := range []string{s, n.bare(s)} {
		if keys := n.ranks[rank][form]; !slices.Contains(keys, key) {
			n.ranks[rank][form] = append(keys, key)
		}
	}
}

// Resolve finds the unit of a spelling. It folds width, white space and stray marks, and takes the county's own
// prefix as said or unsaid. Where several units fit, or only one of another level would, it answers with candidates.
func (n *Names) Resolve(spelling string) Match {
	s := fold(spelling)
	outer, inner := brackets(s)
	m := n.look(s)
	if m.By == "" && outer != s {
		m = n.look(outer)
	}
	for _, part := range inner {
		if also := n.look(part); also.Key != "" && also.Key != m.Key && m.Key != "" {
			m.Also = append(m.Also, also.Key)
		}
	}
	if m.By == "" {
		m = n.foreign(outer)
	}
	return m
}

func (n *Names) look(s string) Match {
	for rank := range n.ranks {
		for _, form := range []string{s, n.bare(s)} {
			switch keys := n.ranks[rank][form]; len(keys) {
			case 0:
			case 1:
				return Match{Key: keys[0], By: rankWords[rank]}
			default:
				return Match{Candidates: slices.Clone(keys), By: rankWords[rank]}
			}
		}
	}
	return Match{}
}

// foreign looks for the unit of the same trade where the text names another level: in a county 市民政局 is the
// prefecture's bureau, which the county cannot order about.
func (n *Names) foreign(s string) Match {
	for _, mark := range levelMarks {
		rest, cut := strings.CutPrefix(s, mark)
		if !cut || len([]rune(rest)) < minUnitRunes {
			continue
		}
		if m := n.look(rest); m.By != "" {
			keys := m.Candidates
			if m.Key != "" {
				keys = []string{m.Key}
			}
			return Match{Candidates: keys, By: ByForeign}
		}
	}
	return Match{}
}

var levelMarks = []string{"省", "自治区", "市", "州", "盟", "县", "区", "旗", "镇", "乡", "街道", "中共"}

const minUnitRunes = 2

// bare takes the county's own name or level from the front: 壤塘县民政局, 县民政局 and 民政局 are one.
func (n *Names) bare(s string) string {
	for _, p := range n.places {
		if rest, cut := strings.CutPrefix(s, p); cut && len([]rune(rest)) >= minUnitRunes {
			return rest
		}
	}
	return s
}

// places are what may stand before a unit of the county, longest first.
func places(c County) []string {
	level := c.level()
	var list []string
	for _, p := range []string{c.FullName, c.Title, strings.TrimSuffix(c.Title, level)} {
		if p != "" {
			list = append(list, fold("中共"+p), fold(p))
		}
	}
	if level != "" {
		list = append(list, "中共"+level, "全"+level, "本"+level, "我"+level, level)
	}
	slices.SortStableFunc(list, func(a, b string) int { return len(b) - len(a) })
	return list
}

// fold brings spellings to one width and drops white space and the stray marks of web copies.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\'' || r == '`' || r == '"' || r == '“' || r == '”' || r == '‘' || r == '’':
			return -1
		case r <= ' ' || r == '\u00A0' || r == '\u200B' || r == '\uFEFF' || r == '\u3000':
			return -1
		}
		return r
	}, norm.NFKC.String(s))
}

// brackets gives the text without its bracket parts, and these parts.
func brackets(s string) (outer string, inner []string) {
	for {
		open := strings.IndexByte(s, '(')
		if open < 0 {
			return outer + s, inner
		}
		length := strings.IndexByte(s[open:], ')')
		if length < 0 {
			return outer + s, inner
		}
		outer += s[:open]
		if part := s[open+1 : open+length]; part != "" {
			inner = append(inner, part)
		}
		s = s[open+length+1:]
	}
}
