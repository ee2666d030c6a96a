package match_test

import (
	"slices"
	"testing"

	"weibao/internal/child/merge/match"
	"weibao/internal/civil"
)

func ming() match.Card {
	return match.Card{ID: 1, Name: "单小明", Sex: "1", Birth: civil.MustParse("2015-06-03"), Region: "990101100200", Number: "990101201506030019",
		Adults: []match.Adult{{Name: "单大山", Phone: "13800001234"}, {Name: "王芳"}}}
}

func changed(change func(c *match.Card)) match.Card {
	c := ming()
	c.ID, c.Adults = 2, slices.Clone(c.Adults)
	change(&c)
	return c
}

// stranger lives elsewhere and shares nothing.
func stranger(change func(c *match.Card)) match.Card {
	return changed(func(c *match.Card) {
		c.Region, c.Adults, c.Number = "990101101200", []match.Adult{{Name: "李强", Phone: "13700000000"}}, ""
		change(c)
	})
}

func TestWhatIsOneChild(t *testing.T) {
	for what, c := range map[string]struct {
		card   match.Card
		reason match.Reason
	}{
		"equal":                     {changed(func(*match.Card) {}), "number.equal"},
		"no number":                 {changed(func(c *match.Card) { c.Number = "" }), "number.missing"},
		"one digit":                 {changed(func(c *match.Card) { c.Number, c.Birth = "990101201506130019", civil.MustParse("2015-06-13") }), "number.typo"},
		"two digits turned":         {changed(func(c *match.Card) { c.Number = "990110201506030019" }), "number.typo"},
		"month and day turned":      {changed(func(c *match.Card) { c.Number, c.Birth = "", civil.MustParse("2015-03-06") }), "birth.swapped"},
		"homophone":                 {changed(func(c *match.Card) { c.Number, c.Name = "", "单晓鸣" }), "name.homophone"},
		"surname read otherwise":    {changed(func(c *match.Card) { c.Number, c.Name = "", "但小明" }), "name.homophone"},
		"near sound":                {changed(func(c *match.Card) { c.Number, c.Name = "", "单小民" }), "name.near"},
		"newborn":                   {changed(func(c *match.Card) { c.Number, c.Name = "", "王芳之子" }), "name.newborn"},
		"newborn of another's name": {changed(func(c *match.Card) { c.Number, c.Name = "", "王方之长子" }), "name.newborn"},
		"estimated birth":           {changed(func(c *match.Card) { c.Number, c.Birth, c.Guessed = "", civil.MustParse("2015-01-01"), true }), "birth.guessed"},
		"moved":                     {changed(func(c *match.Card) { c.Number, c.Region = "", "990101103200" }), "phone.equal"},
		"other number, same paper":  {changed(func(c *match.Card) { c.Number, c.Papers, c.Name = "", []string{"P990001"}, "单明" }), ""},
	} {
		a := ming()
		a.Papers = []string{"P990001"}
		if s := match.Compare(a, c.card); !s.Likely() || c.reason != "" && !slices.Contains(s.Reasons, c.reason) {
			t.Errorf("%s: %d %v", what, s.Points, s.Reasons)
		}
	}
}

func TestWhatIsNotOneChild(t *testing.T) {
	for what, card := range map[string]match.Card{
		"twin":                 changed(func(c *match.Card) { c.Name, c.Number = "单小亮", "990101201506030035" }),
		"twin without number":  changed(func(c *match.Card) { c.Name, c.Number = "单小亮", "" }),
		"twin sister":          changed(func(c *match.Card) { c.Name, c.Number, c.Sex = "单小美", "", "2" }),
		"twin of another name": changed(func(c *match.Card) { c.Name, c.Number = "单子轩", "" }),
		"twin who sounds alike": changed(func(c *match.Card) {
			c.Name, c.Number, c.Siblings = "单小鸣", "", []match.Sibling{{Name: "单小明"}}
		}),
		"younger brother":         changed(func(c *match.Card) { c.Name, c.Number, c.Birth = "单小亮", "", civil.MustParse("2017-02-11") }),
		"sibling with a file":     changed(func(c *match.Card) { c.Number, c.Name, c.Siblings = "", "单小铭", []match.Sibling{{Child: 1}} }),
		"namesake":                stranger(func(c *match.Card) {}),
		"namesake with a number":  stranger(func(c *match.Card) { c.Number = "990102201506030078" }),
		"namesake of another day": stranger(func(c *match.Card) { c.Birth = civil.MustParse("2014-11-20") }),
		"newborn of a neighbour":  changed(func(c *match.Card) { c.Number, c.Name, c.Adults = "", "赵敏之子", []match.Adult{{Name: "赵敏"}} }),
	} {
		if s := match.Compare(ming(), card); s.Likely() {
			t.Errorf("%s: %d %v", what, s.Points, s.Reasons)
		}
	}
}

func TestTheOrderOfCardsDoesNotMatter(t *testing.T) {
	a := ming()
	for _, b := range []match.Card{changed(func(c *match.Card) { c.Name, c.Number = "王芳之子", "" }), stranger(func(c *match.Card) { c.Name = "单晓" }), changed(func(c *match.Card) { c.Siblings = []match.Sibling{{Child: 1}} })} {
		if x, y := match.Compare(a, b), match.Compare(b, a); x.Points != y.Points || !slices.Equal(x.Reasons, y.Reasons) {
			t.Error(x, y)
		}
	}
}

func TestEveryReasonHasWords(t *testing.T) {
	for _, r := range match.Compare(ming(), stranger(func(*match.Card) {})).Reasons {
		if r.Words() == "" {
			t.Error(r)
		}
	}
}
