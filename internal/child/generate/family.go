package generate

import (
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/idcard"
)

// family is a household with its facts.
type family struct {
	*maker
	number     int
	home       village
	registered child.Place
	address    string
	surname    string // "" where names carry no surname
	maiden     string // the mother's surname
	ethnic     string
	generation rune
	urban      bool // the registration
	kids       []kid

	father, mother, elder adult
	away                  string // 双方, 一方, 无
	awaySince             civil.Date
	awayTo                string
	moved                 civil.Date // left the registered place
	welfare               []string
	unable                bool // the parent who stayed cannot care
	carer                 carer
}

// carer says who really cares.
type carer int

const (
	byMother carer = iota
	byFather
	byElder
	byDelegate
)

type adult struct {
	name, relation, number, phone string
	birth                         civil.Date
	gone                          string // 死亡: not to be listed as able; else a word of Person.Situation
	since                         civil.Date
}

type kid struct {
	index  int
	birth  civil.Date
	male   bool
	name   string
	number string
	age    int
}

// newFamily draws who belongs to the household and where it lives.
func (m *maker) newFamily() *family {
	f := &family{maker: m, number: m.family, home: m.home(), away: "无", ethnic: "01"}
	f.urban = f.home.urban && m.of(7_000)
	switch {
	case m.of(250):
		f.ethnic = pick(m, []string{"05", "04", "02", "07"})
	case m.of(1_800):
		f.surname, f.ethnic = m.surname(), pick(m, []string{"06", "07", "09", "17", "03"})
	default:
		f.surname = m.surname()
	}
	if m.of(3_000) {
		f.generation = pick(m, boys)
	}
	f.address = f.home.address(m)
	f.registered = child.Place{Region: f.home.code, Text: f.address}
	f.bear()
	f.parents()
	return f
}

// bear draws the children, the eldest first.
func (f *family) bear() {
	eldest := f.Today.AddDays(-1 - f.IntN(18*365-days))
	for n, at := 1+f.weighted(45, 40, 12, 3), eldest; n > 0; n-- {
		k := f.kid(at, f.IntN(1000) < 525)
		f.kids = append(f.kids, k)
		last := k.index
		if n > 1 && f.of(150) && last%perDivision != perDivision-1 { // twins share the day, so they must share the slot
			twin := k
			twin.index, twin.male = last+1, f.of(5_000)
			twin.name = f.nameOf(twin.male)
			twin.number = numberOf(childDivision, twin.index, twin.birth, twin.male)
			f.kids = append(f.kids, twin)
			n--
		}
		at = k.birth.AddDays(500 + f.IntN(1500))
		if !at.Before(f.Today.AddDays(-20)) {
			return
		}
	}
}

func (f *family) kid(birth civil.Date, male bool) kid {
	k := kid{index: f.next + len(f.kids), male: male, name: f.nameOf(male)}
	k.birth = snapped(k.index, birth, f.Today)
	k.age = civil.AgeOn(k.birth, f.Today)
	k.number = numberOf(childDivision, k.index, k.birth, male)
	return k
}

func (f *family) nameOf(male bool) string {
	if f.surname == "" {
		return f.dotted()
	}
	return f.surname + f.given(male, f.generation)
}

// parents draws father, mother and one of the elders.
func (f *family) parents() {
	eldest := f.kids[0].birth
	f.father = f.adult(eldest.AddDays(-365*(21+f.IntN(16))-f.IntN(365)), true, "51", f.surname)
	f.maiden = f.wife()
	f.mother = f.adult(eldest.AddDays(-365*(20+f.IntN(15))-f.IntN(365)), false, "52", f.maiden)
	male := f.of(4_500)
	relation := map[bool]string{true: "61", false: "62"}[male]
	surname := f.surname
	switch {
	case f.of(2_500):
		relation, surname = map[bool]string{true: "63", false: "64"}[male], f.wife()
		if male {
			surname = f.maiden
		}
	case !male:
		surname = f.wife()
	}
	f.elder = f.adult(eldest.AddDays(-365*(44+f.IntN(24))-f.IntN(365)), male, relation, surname)
}

func (f *family) wife() string {
	if f.surname == "" {
		return ""
	}
	return f.maker.surname()
}

func (f *family) adult(birth civil.Date, male bool, relation, surname string) adult {
	a := adult{relation: relation, birth: snapped(f.adults, birth, f.Today), phone: phone(f.adults)}
	a.number = numberOf(adultDivision, f.adults, a.birth, male)
	f.adults++
	if surname == "" {
		a.name = f.dotted()
	} else {
		a.name = surname + f.grown(male)
	}
	return a
}

// Identity numbers are unique by construction: 500 children take the numbers
// of one sequence, the next 500 take them on other days, and after days
// of them the division is the next.
const (
	perDivision   = 500
	days          = 32
	childDivision = 0
	adultDivision = 5000
)

// snapped moves a birth to the nearest day that is free for an index.
func snapped(index int, birth, today civil.Date) civil.Date {
	shift := (index/perDivision)%days - (birth.Sub(firstDay)%days+days)%days
	if shift > days/2 {
		shift -= days
	}
	if birth = birth.AddDays(shift); birth.After(today) {
		birth = birth.AddDays(-days)
	}
	return birth
}

var firstDay = civil.MustParse("1900-01-01")

func numberOf(base, index int, birth civil.Date, male bool) string {
	at := base + index/(perDivision*days)
	sequence := index % perDivision * 2
	if male {
		sequence++
	}
	n, err := idcard.Make(division(at), birth, sequence)
	if err != nil {
		return ""
	}
	return n
}

// division gives one of those under 99, which is no province's.
func division(n int) string {
	b := []byte("990000")
	n = n/99*100 + n%99 + 101
	for i := 5; i > 1; i-- {
		b[i], n = byte('0'+n%10), n/10
	}
	return string(b)
}

// phone gives a number that no operator has: 154 is not assigned.
func phone(n int) string {
	b := []byte("15400000000")
	n = n * 61_803_399 % 100_000_000 // runs through all, in no order
	for i := 10; i > 2; i-- {
		b[i], n = byte('0'+n%10), n/10
	}
	return string(b)
}
