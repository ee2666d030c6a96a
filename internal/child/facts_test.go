package child_test

import (
	"slices"
	"strings"
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

func TestFactsSayWhoKeepsAndWhatBecameOfTheParents(t *testing.T) {
	on := civil.MustParse("2026-11-22")
	d := child.Dossier{Welfare: []string{"特困供养", "低保", "别的"}, Health: child.Health{Disability: []child.Disability{{Kind: 4, Grade: 3}, {Kind: 5, Grade: 2}}},
		Places: child.Places{Registered: child.Place{Region: "990102100200"}}, Schooling: child.Schooling{State: "失学", Left: civil.MustParse("2026-08-22")},
		People: []child.Person{parent("51", "服刑", "2025-11-21"), parent("52", "外出务工", ""), {Relation: "63", Caregiver: true}}}
	f := child.Facts(child.Child{Region: village}, d, on)
	for what, x := range map[string][2]any{
		"father": {f.Father, "服刑在押"}, "father's months": {f.FatherMonths, 12}, "mother": {f.Mother, "健在"}, "keeper": {f.Keeper, "父母"}, "carer": {f.Caregiver, "外祖父"},
		"grade": {f.Grade, 2}, "kinds": {strings.Join(f.Disabilities, " "), "肢体 智力"}, "welfare": {strings.Join(f.Welfare, " "), "特困 低保"}, "out": {f.MonthsOut, 3}, "moved": {f.Moved, "跨县"},
	} {
		if x[0] != x[1] {
			t.Errorf("%s is %v, should be %v", what, x[0], x[1])
		}
	}
}

func TestNobodyIsKeptByAParentWhoCannotCare(t *testing.T) {
	on := civil.MustParse("2026-11-22")
	d := child.Dossier{People: []child.Person{parent("51", "服刑", "2023-05-18"), parent("52", "失联", "2023-05-18")}}
	if f := child.Facts(child.Child{}, d, on); f.Keeper != "" {
		t.Error(f.Keeper)
	}
	d.People = append(d.People, child.Person{Relation: "62", Guardian: true})
	if f := child.Facts(child.Child{}, d, on); f.Keeper != "祖父母" {
		t.Error(f.Keeper)
	}
}

// TestFactsSpeakTheWordsOfRules holds that no fact is said in a word that no condition can ask for.
func TestFactsSpeakTheWordsOfRules(t *testing.T) {
	on := civil.MustParse("2026-11-22")
	for _, situation := range child.PersonSituations {
		for _, relation := range child.Relations {
			p := parent(relation.Key, situation, "2020-01-01")
			p.Caregiver = true
			f := child.Facts(child.Child{Region: village}, child.Dossier{People: []child.Person{p}}, on)
			for field, word := range map[string]string{"父亲": f.Father, "母亲": f.Mother, "监护人": f.Keeper, "照护人": f.Caregiver} {
				if word != "" && !slices.Contains(rule.Vocabulary(field), word) {
					t.Errorf("%s: %q of %s, %s", field, word, relation.Label, situation)
				}
			}
			for _, word := range f.Situations {
				if !slices.Contains(rule.Vocabulary("情形"), word) {
					t.Errorf("情形 %q", word)
				}
			}
		}
	}
	for i, kind := range child.DisabilityKinds {
		f := child.Facts(child.Child{}, child.Dossier{Health: child.Health{Disability: []child.Disability{{Kind: i + 1, Grade: 1}}}}, on)
		if !slices.Contains(rule.Vocabulary("残疾类别"), f.Disabilities[0]) {
			t.Error(kind, f.Disabilities)
		}
	}
}

func TestFactsNameCategoriesByWordAndId(t *testing.T) {
	book := testkit.Book(t, "demo")
	cabinet := &child.Cabinet{Book: func() *rule.Book { return book }}
	f := cabinet.Facts(child.Child{Categories: " C01 C07 "}, child.Dossier{}, civil.MustParse("2026-11-22"))
	for _, word := range []string{"C01", "C07", "孤儿", "残疾儿童"} {
		if !slices.Contains(f.Categories, word) {
			t.Error(word, "is not in", f.Categories)
		}
	}
}
