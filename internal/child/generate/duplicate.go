package generate

import (
	"iter"
	"strings"

	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/idcard"
)

// Copy is a second description of somebody, as another list would have it.
type Copy struct {
	Of   int  // index of the child in the population which it describes or resembles
	Same bool // it describes that child; otherwise it is somebody else
	Kind Kind
	New  child.New
}

// Kind is in what way a copy differs from its child.
type Kind string

// The kinds of copies: of the same child up to Nickname, then of others.
const (
	Exact    Kind = "exact"    // the same number; phone and school written anew
	Misspelt Kind = "misspelt" // the same number, another character in the name
	NoNumber Kind = "nonumber" // number missing, all else equal
	Homonym  Kind = "homonym"  // number missing, a character written by ear 「同音字」
	Variant  Kind = "variant"  // number missing, a character in another form, or the · left out
	Moved    Kind = "moved"    // number missing, another village of the county
	BirthOff Kind = "birthoff" // number missing, month and day exchanged or one digit wrong
	Guess    Kind = "guess"    // number missing, only the year of birth known
	Rephoned Kind = "rephoned" // number missing, the guardian has another phone

	Twin     Kind = "twin"     // born the same day in the same house
	Sibling  Kind = "sibling"  // another year, same house and phone, a like name
	Namesake Kind = "namesake" // same name and village, another birth, family and number
	Shadow   Kind = "shadow"   // the same without a number, born in the same year
	Sameday  Kind = "sameday"  // same village and day, another family, a like name
)

var (
	kindsSame  = []Kind{Exact, Misspelt, NoNumber, Homonym, Variant, Moved, BirthOff, Guess, Rephoned}
	kindsOther = []Kind{Twin, Sibling, Namesake, Shadow, Sameday}
)

// Duplicates gives copies of about one child in eight of the population: six
// in ten of them are the same child, the others only resemble it. No other
// pair of the population and its copies is the same child, and each child has
// one copy at most. Files that are closed have none.
func (p Population) Duplicates() iter.Seq[Copy] {
	return func(yield func(Copy) bool) {
		m := p.maker()
		m.adults = 60_000_000 // beyond those of the population
		for c := range p.Children() {
			m.source.Seed(p.Seed^0xd0b1e, uint64(c.Index))
			if c.Ended != "" || !m.of(1_250) {
				continue
			}
			m.settle(c.Index)
			if copied, ok := m.copy(c); ok && !yield(copied) {
				return
			}
		}
	}
}

func (m *maker) copy(c Child) (Copy, bool) {
	if m.of(6_000) {
		kind := pick(m, kindsSame)
		n, ok := m.same(c.New, kind)
		return Copy{c.Index, true, kind, n}, ok
	}
	kind := pick(m, kindsOther)
	n, ok := m.other(c.New, kind, c.Index)
	return Copy{c.Index, false, kind, n}, ok
}

// same writes a child down once more, with what its kind gets wrong.
func (m *maker) same(n child.New, kind Kind) (child.New, bool) {
	n = fresh(n)
	ok := true
	if kind == Exact || kind == Misspelt {
		ok = n.Dossier.Number != ""
	} else {
		n.Dossier.Number, n.Dossier.NoNumber = "", "missing"
		n.Dossier.Health.Certificate = ""
	}
	switch kind {
	case Exact, Rephoned:
		for i := range n.Dossier.People {
			m.rephone(&n.Dossier.People[i])
		}
	case Misspelt:
		n.Name = m.misspelt(n.Name)
	case Homonym:
		n.Name, ok = m.byEar(n.Name)
	case Variant:
		n.Name, ok = otherForm(n.Name)
	case Moved:
		m.move(&n)
	case BirthOff:
		n.Birth, ok = m.wrongBirth(n.Birth)
	case Guess:
		was := n.Birth
		n.Birth, _ = civil.NewDate(was.Year(), 1, 1)
		n.Guessed, ok = true, n.Birth != was
	}
	return n, ok
}

// fresh copies what copies change, without what follows from an assessment.
func fresh(n child.New) child.New {
	n.Source, n.Told, n.Categories = "demo:copy", child.Set{}, nil
	n.Dossier.People = append([]child.Person(nil), n.Dossier.People...)
	return n
}

func (m *maker) rephone(p *child.Person) {
	if p.Phone != "" {
		m.adults++
		p.Phone = phone(m.adults)
	}
}

func (m *maker) misspelt(name string) string {
	runes := []rune(name)
	runes[len(runes)-1] = pick(m, boys)
	if string(runes) == name {
		runes[len(runes)-1] = '某'
	}
	return string(runes)
}

// otherForm writes a character in another form or leaves the · out.
func otherForm(name string) (string, bool) {
	if plain := strings.ReplaceAll(name, "·", ""); plain != name {
		return plain, true
	}
	return byVariant(name)
}

func (m *maker) move(n *child.New) {
	for was := n.Region; n.Region == was; {
		to := m.home()
		n.Region = to.code
		n.Dossier.Places.Residence = child.Place{Region: to.code, Text: to.address(m)}
	}
}

func (m *maker) wrongBirth(b civil.Date) (civil.Date, bool) {
	if out, ok := civil.NewDate(b.Year(), b.Day(), b.Month()); ok && out != b && !out.After(m.Today) && m.of(6_000) {
		return out, true
	}
	day := b.Day() + 10
	if day > 28 {
		day = b.Day() - 10
	}
	out, ok := civil.NewDate(b.Year(), b.Month(), day)
	return out, ok && !out.After(m.Today)
}

// other writes down somebody who only resembles a child.
func (m *maker) other(n child.New, kind Kind, index int) (child.New, bool) {
	was := n
	n = fresh(n)
	n.Dossier.Phone, n.Dossier.Health, n.Dossier.Situation = "", child.Health{State: "健康"}, nil
	named := []rune(n.Name)
	if strings.Contains(n.Name, "·") || len(named) < 3 && kind != Namesake && kind != Shadow {
		return n, false
	}
	male := m.of(5_000)
	like := string(named[:len(named)-1]) + string(m.unlike(named[len(named)-1]))
	switch kind {
	case Twin:
		n.Name = like
	case Sibling:
		n.Name, n.Birth = like, n.Birth.AddDays(400+m.IntN(1200))
	case Namesake:
		n.Birth = n.Birth.AddDays(-500 - m.IntN(1500))
	case Shadow:
		n.Birth = n.Birth.AddDays(60 + m.IntN(200))
	case Sameday:
		n.Name = m.surname() + string(named[len(named)-1])
	}
	if kind == Namesake || kind == Shadow || kind == Sameday {
		male = was.Sex == idcard.Male
		n.Dossier.People = m.strangers(was.Dossier.People)
		n.Dossier.Places.Residence.Text = m.home().address(m)
		n.Dossier.Places.Registered = n.Dossier.Places.Residence
	}
	if n.Birth.After(m.Today) || civil.AgeOn(n.Birth, m.Today) >= 18 || n.Name == was.Name && kind == Sameday {
		return n, false
	}
	n.Sex = idcard.Female
	if male {
		n.Sex = idcard.Male
	}
	n.Dossier.Number, n.Dossier.NoNumber = numberOf(copyDivision, index, n.Birth, male), ""
	if kind == Shadow {
		n.Dossier.Number, n.Dossier.NoNumber = "", "missing"
	}
	return n, true
}

// copyDivision begins the divisions of copies, apart from those of children
// and adults.
const copyDivision = 8000

// unlike gives a character that is spoken otherwise.
func (m *maker) unlike(r rune) rune {
	for range 100 {
		c := pick(m, girls)
		if c != r && !spokenAlike(c, r) {
			return c
		}
	}
	return '某'
}

func spokenAlike(a, b rune) bool {
	for _, word := range sounds {
		if strings.ContainsRune(word, a) && strings.ContainsRune(word, b) {
			return true
		}
	}
	return false
}

// manly are the relations that men have, in the codes of GB/T 4761.
var manly = map[string]bool{"51": true, "61": true, "63": true, "83": true}

// strangers gives other people in the same relations.
func (m *maker) strangers(people []child.Person) []child.Person {
	var out []child.Person
	for _, p := range people {
		if !p.Guardian && !p.Caregiver {
			continue
		}
		m.adults++
		p.Name, p.Number, p.Situation, p.Blocked = m.surname()+m.grown(manly[p.Relation]), "", nil, ""
		p.Phone = phone(m.adults)
		p.Delegation = nil
		out = append(out, p)
	}
	return out
}
