package rule_test

import (
	"slices"
	"strings"
	"testing"

	"weibao/internal/rule"
	"weibao/internal/rule/special"
	"weibao/rules"
)

func category(t *testing.T, county, id string) rule.Category {
	t.Helper()
	c, ok := load(t, county).Category(id, today)
	if !ok {
		t.Fatalf("%s: no %s", county, id)
	}
	return c
}

func verdict(t *testing.T, f func(rule.Facts) (rule.Verdict, error), facts rule.Facts) bool {
	t.Helper()
	v, err := f(facts)
	if err != nil {
		t.Fatal(err)
	}
	return v.Held
}

func TestEveryCountyListsTheGroupsOfItsOwnPaper(t *testing.T) {
	for county, n := range map[string]int{"yangchang": 9, "wangzhai": 7, "beiliu": 8, "rangtang": 10, "wuhai": 5, "yinchuan": 10, "jinyuan": 4, "nongchang": 4, "demo": 0} {
		b := load(t, county)
		own := b.OwnCategories(today)
		if len(own) != n {
			t.Errorf("%s: %d categories, want %d", county, len(own), n)
		}
		for _, c := range own {
			if len(c.Codes) == 0 || c.Status != rule.Local || c.Class == "" || c.Until != 18 && c.Until != 16 {
				t.Errorf("%s: %+v", county, c)
			}
		}
		pick := b.PickCategories(today)
		for i, c := range pick {
			for _, o := range pick[:i] {
				if slices.Contains(o.Codes, c.ID) {
					t.Errorf("%s: %s is offered beside %s, which stands for it", county, c.Label, o.Label)
				}
			}
		}
		if len(pick) < len(own) || len(pick) < 10 {
			t.Errorf("%s: only %d to choose from", county, len(pick))
		}
	}
}

func TestACountysCategoryTakesTheConditionsOfTheNationalOne(t *testing.T) {
	own, national := category(t, "yangchang", "yangchang.1"), category(t, "", "C03")
	if own.Label != "留守儿童" || own.Group != special.LeftBehind || own.Class != rule.Work || own.Until != 16 || len(own.Evidence) == 0 {
		t.Errorf("%+v", own)
	}
	facts := rule.Facts{Age: 9, Residence: "农村", Away: "双方"}
	if !verdict(t, own.Judge, facts) || !verdict(t, national.Judge, facts) || verdict(t, own.Judge, rule.Facts{Age: 16, Residence: "农村", Away: "双方"}) {
		t.Error("not judged as the national one")
	}
	low := category(t, "yangchang", "yangchang.5")
	if !verdict(t, low.Judge, rule.Facts{Age: 9, Welfare: []string{"低保"}}) || verdict(t, low.Judge, rule.Facts{Age: 9, Welfare: []string{"特困"}}) {
		t.Error("低保儿童 is not narrower than the national category behind it")
	}
}

func TestNobodyIsProposedToTwoGroupsThatExcludeEachOther(t *testing.T) {
	orphan, unsupported := category(t, "", "C01"), category(t, "", "C02")
	for _, father := range rule.Vocabulary("父亲") {
		for _, mother := range rule.Vocabulary("母亲") {
			facts := rule.Facts{Age: 9, Father: father, Mother: mother, FatherMonths: 8, MotherMonths: 8}
			if verdict(t, orphan.Judge, facts) && verdict(t, unsupported.Judge, facts) {
				t.Errorf("father %s, mother %s: orphan and unsupported", father, mother)
			}
		}
	}
	prison := rule.Facts{Age: 9, Father: "服刑在押", Mother: "失联", FatherMonths: 7, MotherMonths: 6}
	if !verdict(t, unsupported.Judge, prison) || !verdict(t, category(t, "", "C10").Judge, prison) {
		t.Error("prison and lost for half a year")
	}
	prison.MotherMonths = 5
	if verdict(t, unsupported.Judge, prison) {
		t.Error("lost for five months counted")
	}
}

func TestTheEndIsProposedByAgeOrByTheFacts(t *testing.T) {
	c := category(t, "", "C03")
	for name, want := range map[string]struct {
		facts rule.Facts
		ends  bool
	}{
		"parents back": {rule.Facts{Age: 9, Away: "无"}, true},
		"sixteen":      {rule.Facts{Age: 16, Away: "双方"}, true},
		"still away":   {rule.Facts{Age: 15, Away: "双方", Residence: "农村"}, false},
		"unknown":      {rule.Facts{Age: 9}, false},
	} {
		if got := verdict(t, c.Ends, want.facts); got != want.ends {
			t.Errorf("%s: %v", name, got)
		}
	}
	girl := category(t, "wangzhai", "wangzhai.7")
	if !verdict(t, girl.Judge, rule.Facts{Age: 9, Sex: "女", Caregiver: "祖父"}) || verdict(t, girl.Judge, rule.Facts{Age: 9, Sex: "男", Caregiver: "祖父"}) {
		t.Error("girls in the care of men")
	}
	if !verdict(t, girl.Ends, rule.Facts{Age: 9, Sex: "女", Caregiver: "母亲"}) {
		t.Error("mother came home")
	}
}

// A child about whom nothing but the age is known must not be proposed to anything, nor out of it.
func TestNothingIsProposedOfAChildAboutWhomNothingIsKnown(t *testing.T) {
	counties, err := rule.Counties(rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	for _, county := range counties {
		for _, c := range load(t, county.Name).Categories(today) {
			if verdict(t, c.Judge, rule.Facts{Age: 9}) || verdict(t, c.Ends, rule.Facts{Age: 9}) {
				t.Errorf("%s: %s %s", county.Name, c.ID, c.Label)
			}
		}
	}
}

func TestEntryBindsAndProposalDoesNot(t *testing.T) {
	c := category(t, "", "C07")
	if !verdict(t, c.MayEnter, rule.Facts{Age: 9}) || verdict(t, c.MayEnter, rule.Facts{Age: 18}) || verdict(t, c.Judge, rule.Facts{Age: 9}) {
		t.Error("残疾儿童")
	}
	if !verdict(t, category(t, "", "C12").MayEnter, rule.Facts{Age: 9}) {
		t.Error("a person cannot enter what only a person can tell")
	}
}

func TestSpecialListsFindTheirCategories(t *testing.T) {
	b := load(t, "yangchang")
	for _, s := range special.Kinds {
		if s.Label() == "" || len(b.SpecialCategories(s, today)) == 0 {
			t.Errorf("%s: %v", s, b.SpecialCategories(s, today))
		}
	}
	if got := b.SpecialCategories(special.Prison, today); !slices.Equal(got, []string{"C10", "yangchang.8"}) {
		t.Errorf("%v", got)
	}
	if got := b.CategoryFacts([]string{"yangchang.8"}, today); !slices.Contains(got, "C10") || !slices.Contains(got, "服刑在戒人员未成年子女") || !slices.Contains(got, "服刑在押、强制隔离戒毒人员未成年子女") {
		t.Errorf("%v", got)
	}
	if d := b.LevelDuties(1, []string{"yangchang.8"}, today); !slices.ContainsFunc(d.Duties, func(c rule.Care) bool { return c.List == special.Prison }) {
		t.Errorf("%v", d.Duties)
	}
}

func TestMistakesInCategoriesAreNamed(t *testing.T) {
	const head = "{id: a, label: 甲, verified: true, "
	for says, text := range map[string]string{
		"“C99”不在全国类别表里":    head + "codes: [C99]}",
		"“低宝”不是“福利”可用的词":   head + "propose: [\"'低宝' in 福利\"]}",
		"“休学中”不是“就学”可用的词":  head + "exit: [\"就学 in ['在学', '休学中']\"]}",
		"“流浪”不是“情形”可用的词":   head + "entry: [\"any(情形, # in ['流浪'])\"]}",
		"“留守的儿童”不是已有的对象类别": head + "when: [\"'留守的儿童' in 类别\"]}",
		"“年岁”不是可用的字段":      head + "exit: [\"年岁 > 1\"]}",
		"“Group”":          strings.Replace(head, "label", "Group", 1) + "codes: [C01]}",
		"“nobody”不在可选范围":   head + "class: nobody}",
	} {
		wantFinding(t, rule.Check(tree(map[string]string{"county/x/c.yaml": file("categories", text)})), "county/x/c.yaml:4:", says)
	}
}
