package child_test

import (
	"slices"
	"testing"

	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/rule"
	"weibao/internal/testkit"
)

// parent is a father (51) or mother (52) in a situation since a day.
func parent(relation, situation, since string) child.Person {
	p := child.Person{Relation: relation, Guardian: true}
	if situation != "" {
		p.Situation = []string{situation}
	}
	if since != "" {
		p.Since = civil.MustParse(since)
	}
	return p
}

func TestFactsFollowFromWhatStandsInTheFile(t *testing.T) {
	on := civil.MustParse("2026-11-22")
	book := testkit.Book(t, "demo")
	cabinet := &child.Cabinet{Book: func() *rule.Book { return book }}
	c := child.Child{Birth: civil.MustParse("2016-11-23"), Sex: "2", Level: 3}
	for name, x := range map[string]struct {
		d     child.Dossier
		holds []string // of C01 C02 C03 C04 C07 C10 C11 C16 C17
	}{
		"nothing known":              {child.Dossier{}, nil},
		"both parents dead":          {child.Dossier{People: []child.Person{parent("51", "死亡", ""), parent("52", "死亡", "")}}, []string{"C01"}},
		"one dead, one ill":          {child.Dossier{People: []child.Person{parent("51", "死亡", ""), parent("52", "重病", "")}}, []string{"C02"}},
		"one dead, one lost lately":  {child.Dossier{People: []child.Person{parent("51", "死亡", ""), parent("52", "失联", "2026-09-01")}}, nil},
		"one dead, one lost longer":  {child.Dossier{People: []child.Person{parent("51", "死亡", ""), parent("52", "失联", "2026-05-22")}}, []string{"C02"}},
		"a grandfather is no parent": {child.Dossier{People: []child.Person{parent("51", "死亡", ""), parent("61", "死亡", "")}}, nil},
		"both away, rural": {child.Dossier{Household: child.Residence{Kind: "农村"}, People: []child.Person{
			parent("51", "外出务工", ""), parent("52", "外出务工", "")}}, []string{"C03"}},
		"both away, town": {child.Dossier{Household: child.Residence{Kind: "城镇"}, Family: child.Family{Away: "双方"}}, nil},
		"one away":        {child.Dossier{Household: child.Residence{Kind: "农村"}, Family: child.Family{Away: "一方"}}, nil},
		"one away, the other ill": {child.Dossier{Household: child.Residence{Kind: "农村"}, People: []child.Person{
			parent("51", "外出务工", ""), parent("52", "重残", "")}}, []string{"C03"}},
		"moved half a year ago": {child.Dossier{Household: child.Residence{Kind: "农村", Moved: civil.MustParse("2026-05-22")}}, []string{"C04"}},
		"moved a day later":     {child.Dossier{Household: child.Residence{Kind: "农村", Moved: civil.MustParse("2026-05-23")}}, nil},
		"certificate":           {child.Dossier{Health: child.Health{Certificate: "1"}}, []string{"C07"}},
		"father in prison":      {child.Dossier{People: []child.Person{parent("51", "服刑", "2026-10-01")}}, []string{"C10"}},
		"dropped out long ago":  {child.Dossier{Schooling: child.Schooling{State: "辍学", Left: civil.MustParse("2026-01-05")}}, []string{"C11", "C16"}},
		"dropped out last week": {child.Dossier{Schooling: child.Schooling{State: "辍学", Left: civil.MustParse("2026-11-15")}}, []string{"C16"}},
		"not registered":        {child.Dossier{NoNumber: "unregistered"}, []string{"C17"}},
	} {
		var held []string
		f := cabinet.Facts(c, x.d, on)
		if f.Age != 9 || f.Sex != "女" || f.Level != 3 {
			t.Error(name, f)
		}
		for _, id := range []string{"C01", "C02", "C03", "C04", "C07", "C10", "C11", "C16", "C17"} {
			category, ok := book.Category(id, on)
			if !ok {
				t.Fatal(id)
			}
			v, err := category.Judge(f)
			if err != nil {
				t.Fatal(err)
			}
			if v.Held {
				held = append(held, id)
			}
		}
		if !slices.Equal(held, x.holds) {
			t.Errorf("%s: holds %v, should %v (%+v)", name, held, x.holds, f)
		}
	}
}

func TestFactsNameCategoriesByWordAndId(t *testing.T) {
	book := testkit.Book(t, "demo")
	cabinet := &child.Cabinet{Book: func() *rule.Book { return book }}
	f := cabinet.Facts(child.Child{Categories: " C01 C07 "}, child.Dossier{}, civil.MustParse("2026-11-22"))
	if !slices.Equal(f.Categories, []string{"C01", "C07", "孤儿", "残疾儿童"}) {
		t.Error(f.Categories)
	}
}
