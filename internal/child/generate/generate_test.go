package generate_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"weibao/internal/child"
	"weibao/internal/child/generate"
	"weibao/internal/civil"
	"weibao/internal/idcard"
	"weibao/internal/testkit"
)

var (
	today      = civil.DateOf(testkit.Noon)
	population = generate.Population{Seed: 7, N: 40_000, Today: today}
)

func TestTheSamePopulationIsTheSamePeople(t *testing.T) {
	next := population
	next.N = 500
	first, second := slices.Collect(next.Children()), slices.Collect(next.Children())
	if !reflect.DeepEqual(first, second) {
		t.Error("two runs differ")
	}
	next.Seed = 8
	if reflect.DeepEqual(first, slices.Collect(next.Children())) {
		t.Error("another seed makes the same")
	}
	for i, c := range first {
		if c.Index != i {
			t.Fatalf("the child at %d has index %d", i, c.Index)
		}
	}
}

func TestEveryChildIsAcceptedAndBelongsToNobody(t *testing.T) {
	seen, phones := map[string]bool{}, map[string]int{}
	for c := range population.Children() {
		n := c.New
		if err := n.Normalize(today); err != nil {
			t.Fatalf("child %d: %v", c.Index, err)
		}
		if age := civil.AgeOn(n.Birth, today); age < 0 || age > 17 {
			t.Errorf("child %d is %d", c.Index, age)
		}
		if number := n.Dossier.Number; number != "" {
			if seen[number] || !strings.HasPrefix(number, "99") {
				t.Errorf("child %d: its number is taken, or of a real division", c.Index)
			}
			seen[number] = true
		}
		for _, p := range n.Dossier.People {
			if _, err := idcard.Parse(p.Number); p.Number != "" && (err != nil || !strings.HasPrefix(p.Number, "99")) {
				t.Errorf("child %d: number of a %s: %v", c.Index, p.Relation, err)
			}
			if p.Phone != "" {
				phones[p.Phone]++
			}
			if p.Phone != "" && (len(p.Phone) != 11 || !strings.HasPrefix(p.Phone, "154")) {
				t.Errorf("child %d: a phone that may belong to somebody", c.Index)
			}
		}
		if !strings.HasPrefix(n.Region, "99") || n.Region != n.Dossier.Places.Residence.Region {
			t.Errorf("child %d lives at %q", c.Index, n.Region)
		}
	}
	if len(seen) < population.N*9/10 || len(phones) < population.N/2 {
		t.Errorf("%d numbers, %d phones", len(seen), len(phones))
	}
}

func TestParentsBearNamesAndLiveAsParentsDo(t *testing.T) {
	women, shared, pairs := "芬芳梅丽英兰珍花红", 0, 0
	for c := range population.Children() {
		birth := map[string]string{}
		for _, p := range c.New.Dossier.People {
			if p.Number == "" || strings.Contains(p.Name, "·") {
				continue
			}
			last := []rune(p.Name)
			switch male := p.Relation == "51" || p.Relation == "61" || p.Relation == "63"; {
			case p.Relation == "52" || p.Relation == "62" || p.Relation == "64":
				if !strings.ContainsRune(women, last[len(last)-1]) {
					t.Fatalf("child %d: a %s has a man's name", c.Index, p.Relation)
				}
			case male && strings.ContainsRune(women, last[len(last)-1]):
				t.Fatalf("child %d: a %s has a woman's name", c.Index, p.Relation)
			}
			if p.Member && (slices.Contains(p.Situation, "服刑") || slices.Contains(p.Situation, "失联")) {
				t.Fatalf("child %d lives with a parent who is gone", c.Index)
			}
			birth[p.Relation] = p.Number[10:14]
		}
		if birth["51"] != "" && birth["52"] != "" {
			pairs++
			if birth["51"] == birth["52"] {
				shared++
			}
		}
	}
	if shared > pairs/20 {
		t.Errorf("the parents of %d of %d share a birthday", shared, pairs)
	}
}

func TestNumbersStayUniqueInLargePopulations(t *testing.T) {
	// Children whose indexes lie a whole round of days apart meet on one
	// division, day and sequence first.
	large := generate.Population{Seed: 3, N: 64_000, Today: today}
	seen := map[string]int{}
	for c := range large.Children() {
		if n := c.New.Dossier.Number; n != "" {
			if first, there := seen[n]; there {
				t.Fatalf("%d and %d share a number", first, c.Index)
			}
			seen[n] = c.Index
		}
	}
}

func TestCategoriesFollowFromFacts(t *testing.T) {
	book := testkit.Book(t, "demo")
	counts := map[string]int{}
	for c := range population.Children() {
		var held []string
		for _, n := range c.New.Categories {
			if n.Started.IsZero() || n.Started.After(today) || n.Started.Before(c.New.Birth) {
				t.Fatalf("child %d entered %s on %s", c.Index, n.ID, n.Started)
			}
			if !slices.ContainsFunc(c.Left, func(l generate.Leaving) bool { return l.Category == n.ID }) {
				held = append(held, n.ID)
			}
			counts[n.ID]++
		}
		row := child.Child{Sex: c.New.Sex, Birth: c.New.Birth, Region: c.New.Region}
		facts := child.Facts(row, c.New.Dossier, today)
		facts.Categories = book.CategoryFacts(held, today)
		for _, cat := range book.Categories(today) {
			v, err := cat.Judge(facts)
			if err != nil {
				t.Fatal(err)
			}
			if len(cat.When) > 0 && v.Held != slices.Contains(held, cat.ID) {
				t.Fatalf("child %d, %s: rule says %v; facts %+v, categories %v", c.Index, cat.ID, v.Held, facts, held)
			}
		}
	}
	t.Log(counts)
	for _, id := range []string{"C01", "C02", "C03", "C04", "C05", "C06", "C07", "C08", "C10", "C11", "C12", "C13", "C16", "C17"} {
		if counts[id] < 5 {
			t.Errorf("%d children in %s", counts[id], id)
		}
	}
}

func TestTheDemoLooksLikeACounty(t *testing.T) {
	left, single, siblings, levels := 0, map[string]bool{}, 0, [5]int{}
	families := map[int]int{}
	for c := range population.Children() {
		families[c.Family]++
		if c.New.Dossier.Family.Away == "双方" {
			left++
		}
		if c.New.Told.Level != nil {
			levels[*c.New.Told.Level]++
		} else {
			levels[0]++
		}
		single[c.New.Name] = true
	}
	for _, n := range families {
		if n > 1 {
			siblings++
		}
	}
	n := population.N
	if left < n/10 || left > n/4 || siblings < len(families)/3 || len(single) < n/3 {
		t.Errorf("%d left behind, %d of %d families with siblings, %d names", left, siblings, len(families), len(single))
	}
	for level, k := range levels {
		if k < 50 {
			t.Errorf("%d children of level %d", k, level)
		}
	}
}

func TestDuplicatesAreWhatTheyAreCalled(t *testing.T) {
	next := population
	next.N = 20_000
	all := slices.Collect(next.Children())
	kinds, of := map[generate.Kind]int{}, map[int]bool{}
	numbers := map[string]bool{}
	for _, c := range all {
		numbers[c.New.Dossier.Number] = true
	}
	for c := range next.Duplicates() {
		n, was := c.New, all[c.Of].New
		if err := n.Normalize(today); err != nil {
			t.Fatalf("%s of %d: %v", c.Kind, c.Of, err)
		}
		if of[c.Of] {
			t.Fatalf("%d has two copies", c.Of)
		}
		of[c.Of], kinds[c.Kind] = true, kinds[c.Kind]+1
		number := n.Dossier.Number
		switch {
		case !c.Same && number != "" && numbers[number]:
			t.Errorf("%s of %d bears a number of the population", c.Kind, c.Of)
		case c.Same && number != "" && number != was.Dossier.Number:
			t.Errorf("%s of %d bears another number", c.Kind, c.Of)
		case c.Same && number == "" && n.Name == was.Name && n.Birth == was.Birth && n.Region == was.Region && c.Kind != generate.NoNumber && c.Kind != generate.Rephoned:
			t.Errorf("%s of %d differs in nothing", c.Kind, c.Of)
		}
	}
	if len(kinds) != 14 {
		t.Errorf("kinds: %v", kinds)
	}
	t.Log(kinds)
}

func BenchmarkChildren(b *testing.B) {
	next := population
	next.N = b.N
	for range next.New() {
	}
}
