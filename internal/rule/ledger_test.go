package rule_test

import (
	"slices"
	"strings"
	"testing"

	"weibao/internal/errs"
	"weibao/internal/rule"
	"weibao/rules"
)

func TestEveryCountyHasALedgerForVillageAndTownship(t *testing.T) {
	counties, err := rule.Counties(rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range counties {
		b := load(t, c.Name)
		for _, level := range []string{"village", "township", "county"} {
			list := b.Ledgers(level, today)
			if len(list) == 0 || list[0].Level != level || len(list[0].Columns) < 8 || len(list[0].Sort) == 0 {
				t.Fatalf("%s: %s: %+v", c.Name, level, list)
			}
		}
		for _, l := range b.Ledgers("", today) {
			for _, col := range l.Columns {
				if f, ok := rule.DossierField(col.Field); !ok || f.Class == rule.Secret || col.Head() == "" {
					t.Errorf("%s: %s: %+v", c.Name, l.ID, col)
				}
			}
		}
	}
	own := load(t, "yangchang").Ledgers("township", today)[0]
	if own.Label != "乡级未成年人动态管理台账" || own.Status != rule.Local || own.Group != "categories" {
		t.Errorf("%+v", own)
	}
	wangzhai := load(t, "wangzhai").Ledgers("village", today)[0]
	if !slices.ContainsFunc(wangzhai.Columns, func(c rule.Column) bool { return c.Field == "assigned" && c.Head() == "包保责任人" }) {
		t.Errorf("%+v", wangzhai.Columns)
	}
}

func TestMistakesInLedgersAreNamed(t *testing.T) {
	const head = "{id: a, label: 表, verified: true, level: village, "
	for says, text := range map[string]string{
		"“shoe”不是档案的字段":       head + "columns: [{field: shoe}]}",
		"“姓名”写了两次":            head + "columns: [{field: name}, {field: name}]}",
		"“心理状况”是保密信息":         head + "columns: [{field: mental}]}",
		"按“shoe”排序":           head + "columns: [{field: name}], sort: [{field: shoe}]}",
		"按“shoe”分组":           head + "columns: [{field: name}], group: shoe}",
		"对象类别“C99”":           head + "columns: [{field: name}], categories: [C99]}",
		"等级(level)“street”不在": strings.Replace(head, "village", "street", 1) + "columns: [{field: name}]}",
	} {
		wantFinding(t, rule.Check(tree(map[string]string{"county/x/l.yaml": file("ledgers", text)})), "county/x/l.yaml:4:", says)
	}
}

func TestScreeningAnswersBecomeFacts(t *testing.T) {
	b := load(t, "yangchang")
	s, ok := b.Screening("yearly", today)
	if !ok || !s.Assess || s.Every != "year" || s.Status != rule.Local {
		t.Fatalf("%+v", s)
	}
	before := rule.Facts{Age: 9, Residence: "城镇", Welfare: []string{"医疗救助", "低保"}, Situations: []string{"患重病"}}
	answers := map[string]string{"seen": "yes", "living": "grandmother", "away": "both", "school": "attends", "registered": "rural", "harm": "no",
		"welfare": "destitute,watched", "illness": "no", "disability": "g2"}
	after, err := s.Apply(before, answers)
	if err != nil {
		t.Fatal(err)
	}
	if after.Caregiver != "祖母" || after.Away != "双方" || after.Residence != "农村" || after.Grade != 2 || len(after.Situations) != 0 ||
		!slices.Equal(after.Welfare, []string{"医疗救助", "特困", "防返贫监测"}) || !slices.Equal(before.Welfare, []string{"医疗救助", "低保"}) {
		t.Errorf("%+v", after)
	}
	left, _ := b.Category("yangchang.1", today)
	if v, _ := left.Judge(after); !v.Held {
		t.Error("a left-behind child was not proposed")
	}
	if leads := s.Leads(answers); len(leads) != 0 {
		t.Errorf("%+v", leads)
	}
	answers["living"], answers["school"] = "alone", "out"
	if leads := s.Leads(answers); len(leads) != 2 {
		t.Errorf("%+v", leads)
	}
}

func TestScreeningAnswersThatDoNotFitAreRefused(t *testing.T) {
	s, _ := load(t, "").Screening("yearly", today)
	full := func(change map[string]string) map[string]string {
		answers := map[string]string{"seen": "yes", "living": "parents", "away": "none", "school": "attends", "harm": "no"}
		for k, v := range change {
			answers[k] = v
		}
		return answers
	}
	if _, err := s.Apply(rule.Facts{Age: 9}, full(nil)); err != nil {
		t.Errorf("%v", err)
	}
	for name, change := range map[string]map[string]string{"missing": {"harm": ""}, "unknown question": {"x": "yes"}, "unknown answer": {"away": "three"},
		"not a number": {"months-out": "半年"}, "one of several": {"welfare": "low,high"}} {
		if _, err := s.Apply(rule.Facts{Age: 9}, full(change)); !errs.Is(err, errs.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	small := full(nil)
	delete(small, "school")
	if _, err := s.Apply(rule.Facts{Age: 2}, small); err != nil {
		t.Errorf("a small child is asked about school: %v", err)
	}
}

func TestWangzhaiMakesItsLedgerByTheEndOfMay(t *testing.T) {
	if s, ok := load(t, "wangzhai").Screening("yearly", today); !ok || s.Ends != "05-30" || s.Status != rule.Local {
		t.Errorf("%+v", s)
	}
	if s, ok := load(t, "yangchang").Screening("guardianship", today); !ok || s.Begins != "07-01" || s.Ends != "07-31" {
		t.Errorf("%+v", s)
	}
}

func TestMistakesInScreeningsAreNamed(t *testing.T) {
	const head = "{id: a, label: 表, verified: true, who: supervisor, "
	for says, text := range map[string]string{
		"“q”写了两次":       head + "questions: [{id: q, label: 问, kind: text}, {id: q, label: 问, kind: text}]}",
		"选择题要写选项":       head + "questions: [{id: q, label: 问, kind: choice}]}",
		"没有“maybe”这个答案": head + "questions: [{id: q, label: 问, kind: yes-no, assess: [maybe]}]}",
		"填入“鞋码”,没有这个字段": head + "questions: [{id: q, label: 问, kind: number, sets: 鞋码}]}",
		"“就学”没有“休学”这个词": head + "questions: [{id: q, label: 问, kind: choice, sets: 就学, options: [{value: a, label: 休, fact: 休学}]}]}",
		"“残疾等级”应是数":     head + "questions: [{id: q, label: 问, kind: choice, sets: 残疾等级, options: [{value: a, label: 一级, fact: 一级}]}]}",
		"只能填一项":         head + "questions: [{id: q, label: 问, kind: choices, sets: 就学, options: [{value: a, label: 在学, fact: 在学}]}]}",
		"要么都写":          head + "begins: 01-01, questions: [{id: q, label: 问, kind: text}]}",
		"日期“02-31”不对":   head + "begins: 01-01, ends: 02-31, questions: [{id: q, label: 问, kind: text}]}",
	} {
		wantFinding(t, rule.Check(tree(map[string]string{"county/x/s.yaml": file("screenings", text)})), "county/x/s.yaml:4:", says)
	}
}

func TestNumbersAreHeldAgainstEachOther(t *testing.T) {
	c, ok := load(t, "").CrossCheck("leftbehind.away", today)
	if !ok || c.Words() != "留守等于双方外出加一方外出另一方无监护能力" {
		t.Fatalf("%+v", c)
	}
	if r := c.Judge(map[string]int{"留守": 12, "双方外出": 9, "一方外出另一方无监护能力": 3}); !r.Held || r.Left != 12 || r.Right != 12 {
		t.Errorf("%+v", r)
	}
	if r := c.Judge(map[string]int{"留守": 12, "双方外出": 9, "一方外出另一方无监护能力": 4}); r.Held || r.Right != 13 {
		t.Errorf("%+v", r)
	}
	if r := c.Judge(map[string]int{"留守": 12}); r.Held || len(r.Missing) != 2 {
		t.Errorf("%+v", r)
	}
}

// Cells that are conditions must count each child exactly as the formula says.
func TestShippedChecksHoldForEveryPossibleChild(t *testing.T) {
	b := load(t, "")
	for _, c := range b.CrossChecks(today) {
		for _, f := range possible(t, b) {
			numbers := map[string]int{}
			for _, cell := range c.Cells {
				if inCell(t, cell, f) {
					numbers[cell.Name] = 1
				} else {
					numbers[cell.Name] = 0
				}
			}
			if r := c.Judge(numbers); !r.Held {
				t.Fatalf("%s: %v for %+v", c.ID, numbers, f)
			}
		}
	}
}

// possible are children of every age, sex, level and kind of absence, in the categories which the rules propose.
func possible(t *testing.T, b *rule.Book) []rule.Facts {
	t.Helper()
	var list []rule.Facts
	for age := range 18 {
		for n, away := range []string{"双方", "一方", "无"} {
			f := rule.Facts{Age: age, Away: away, Sex: []string{"男", "女", ""}[n], Level: age % 5, Residence: "农村", Guardian: []string{"另一方无监护能力"}, Grade: age % 4}
			if age%2 == 0 {
				f.Father, f.Mother = "死亡", []string{"死亡", "重残", "健在"}[n]
			}
			for range 2 { // 困境儿童 follows from others
				var ids []string
				for _, c := range b.Categories(today) {
					if v, err := c.Judge(f); err != nil {
						t.Fatal(err)
					} else if v.Held {
						ids = append(ids, c.ID)
					}
				}
				f.Categories = b.CategoryFacts(ids, today)
			}
			list = append(list, f)
		}
	}
	return list
}

func inCell(t *testing.T, c rule.Cell, f rule.Facts) bool {
	t.Helper()
	held := (c.Category == "" || slices.Contains(f.Categories, c.Category)) && (c.Sex == "" || c.Sex == f.Sex) && c.Ages.Hold(f.Age) && (c.Level == 0 || c.Level == f.Level)
	if c.Facts == "" {
		return held
	}
	cond, err := rule.Compile(c.Facts)
	if err != nil {
		t.Fatal(err)
	}
	ok, err := cond.Holds(f)
	if err != nil {
		t.Fatal(err)
	}
	return held && ok
}

func TestMistakesInChecksAreNamed(t *testing.T) {
	const head = "{id: a, label: 表, verified: true, "
	for says, text := range map[string]string{
		"要写成比较":          head + "formula: 甲 + 乙, cells: [{name: 甲}, {name: 乙}]}",
		"写法有误":           head + "formula: 甲 = 乙, cells: [{name: 甲}, {name: 乙}]}",
		"不能用,只可以加":       head + "formula: 甲 == 乙 / 2, cells: [{name: 甲}, {name: 乙}]}",
		"没有写明它是什么":       head + "formula: 甲 == 乙, cells: [{name: 甲}]}",
		"没有用到“丙”":        head + "formula: 甲 == 乙, cells: [{name: 甲}, {name: 乙}, {name: 丙}]}",
		"“甲”写了两次":        head + "formula: 甲 == 乙, cells: [{name: 甲}, {name: 乙}, {name: 甲}]}",
		"不是可用的字段":        head + "formula: 甲 == 乙, cells: [{name: 甲}, {name: 乙, facts: 年岁 > 1}]}",
		"对象类别“C99”不在类别表": head + "formula: 甲 == 乙, cells: [{name: 甲}, {name: 乙, category: C99}]}",
	} {
		wantFinding(t, rule.Check(tree(map[string]string{"county/x/k.yaml": file("checks", text)})), "county/x/k.yaml:4:", says)
	}
}
