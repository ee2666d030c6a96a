package rule_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"weibao/internal/civil"
	"weibao/internal/rule"
	"weibao/internal/rule/response"
	"weibao/rules"
)

func TestTheCatalogueHoldsEveryRuleInForceOnce(t *testing.T) {
	counties, err := rule.Counties(rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	on := civil.MustParse("2026-11-22")
	for _, c := range counties {
		book, err := rule.Load(rules.FS, c.Name)
		if err != nil {
			t.Fatal(err)
		}
		seen, kinds := map[string]bool{}, map[rule.Kind]int{}
		for _, e := range book.Entries(on) {
			key := string(e.Kind) + "/" + e.ID
			if seen[key] || e.Label == "" || e.Value == nil || e.Status == "" || e.Source.Document == "" || !e.Holds(on) {
				t.Errorf("%s: %s: %+v", c.Name, key, e)
			}
			seen[key] = true
			kinds[e.Kind]++
		}
		want := map[rule.Kind]int{rule.Terms: len(book.Terms(on)), rule.Levels: len(book.Levels(on)), rule.Clocks: len(book.Clocks(on)), rule.Ladders: len(book.Ladders(on)),
			rule.Cycles: len(book.Cycles(on)), rule.Limits: len(book.Limits(on)), rule.Categories: len(book.Categories(on)),
			rule.Scales: len(book.Scales(on)), rule.Matrices: len(book.Matrices(on)),
			rule.Ledgers: len(book.Ledgers("", on)), rule.Screenings: len(book.Screenings(on)), rule.Checks: len(book.CrossChecks(on)), rule.CodeLists: len(book.CodeTables(on))}
		for kind, n := range want {
			if kinds[kind] != n {
				t.Errorf("%s: %d %s in the catalogue, %d in the book", c.Name, kinds[kind], kind, n)
			}
		}
	}
}

func TestHistoryPutsTheCountyFirstAndTheLatestBeforeTheOlder(t *testing.T) {
	tree := fstest.MapFS{
		"national/limits.yaml": {Data: []byte("kind: limits\ndefaults: {status: law, verified: true, source: {document: 甲法}}\nitems:\n" +
			"  - {id: L1, label: 年龄, op: \"<\", value: 8, unit: 周岁, valid_from: 2021-06-01}\n" +
			"  - {id: L1, label: 年龄, op: \"<\", value: 6, unit: 周岁, valid_from: 2010-01-01, valid_to: 2021-05-31}\n")},
		"county/demo/county.yaml": {Data: []byte("kind: county\ntitle: 云岭县\nfull_name: 云岭县\nregion: \"990101000000\"\ntier: county\nvalid_from: 2020-01-01\nstatus: local\nsource: {document: 甲}\n")},
		"county/demo/limits.yaml": {Data: []byte("kind: limits\ndefaults: {status: local, verified: false, source: {document: 本县办法}}\nitems:\n" +
			"  - {id: L1, label: 年龄, op: \"<\", value: 10, unit: 周岁, valid_from: 2025-01-01, valid_to: 2025-12-31}\n")},
	}
	book, err := rule.Load(tree, "demo")
	if err != nil {
		t.Fatal(err)
	}
	history := book.History(rule.Limits, "L1")
	var values []float64
	for _, e := range history {
		values = append(values, e.Value.(rule.Limit).Value)
	}
	if len(values) != 3 || values[0] != 10 || values[1] != 8 || values[2] != 6 {
		t.Fatalf("history: %v", values)
	}
	if !history[0].Local || history[0].Verified || history[1].Local || !history[1].Verified {
		t.Errorf("marks: %+v", history)
	}
	for day, want := range map[string]float64{"2025-06-01": 10, "2026-01-01": 8, "2015-01-01": 6} {
		if got := book.Entries(civil.MustParse(day)); len(got) != 1 || got[0].Value.(rule.Limit).Value != want {
			t.Errorf("on %s: %+v", day, got)
		}
	}
	if got := book.History(rule.Limits, "L2"); len(got) != 0 {
		t.Errorf("unknown: %+v", got)
	}
}

func TestConditionsAreSaidInPlainWords(t *testing.T) {
	for text, want := range map[string]string{
		"年龄 < 16":    "年龄不满16周岁",
		"离开月数 >= 6":  "离开月数满6个月",
		"户籍 == '农村'": "户籍为农村",
		"'父母服刑' in 情形 || '父母戒毒' in 情形":                    "情形包括“父母服刑”，或者情形包括“父母戒毒”",
		"父母外出 == '双方' || (父母外出 == '一方' && '无监护能力' in 监护)": "父母外出为双方，或者（父母外出为一方，并且监护包括“无监护能力”）",
		"就学 in ['失学', '辍学']":                              "就学为失学、辍学之一",
		"any(类别, # in ['孤儿', '残疾儿童'])":                    "类别至少有一项属于：孤儿、残疾儿童",
		"!('在学' in 情形)":                                   "不符合“情形包括“在学””",
		"'R2' in 情形":                                      "情形包括“强制报告情形二”",
		"len(类别) > 2":                                     "len(类别) > 2",
	} {
		c, err := rule.Compile(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := c.Words(); got != want {
			t.Errorf("%s: %s", text, got)
		}
	}
}

func TestEveryShippedConditionHasWords(t *testing.T) {
	counties, _ := rule.Counties(rules.FS)
	for _, county := range counties {
		book, err := rule.Load(rules.FS, county.Name)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range book.Categories(civil.MustParse("2026-11-22")) {
			for _, w := range slices.Concat(c.When, c.Entry, c.Propose, c.Exit) {
				if w.Words() == w.Text {
					t.Errorf("%s: %s: no words for %s", county.Name, c.Label, w.Text)
				}
			}
		}
	}
}

func TestEverySituationHasARouteAndEveryRouteItsSituations(t *testing.T) {
	book, err := rule.Load(rules.FS, "demo")
	if err != nil {
		t.Fatal(err)
	}
	on := civil.MustParse("2026-11-22")
	known := map[string]bool{}
	for _, s := range book.Situations(on) {
		known[s.ID] = true
		if _, ok := book.Route(s.ID, on); !ok {
			t.Errorf("nobody takes on %s", s.ID)
		}
	}
	for _, e := range book.Entries(on) {
		if r, ok := e.Value.(response.Route); ok {
			for _, s := range r.Situations {
				if !known[s] {
					t.Errorf("route %s is for %s, which nobody knows", r.ID, s)
				}
			}
		}
	}
}

func TestTheTreeOfTriageEndsWhateverIsAnswered(t *testing.T) {
	book, err := rule.Load(rules.FS, "demo")
	if err != nil {
		t.Fatal(err)
	}
	tree, ok := book.Triage(civil.MustParse("2026-11-22"))
	if !ok {
		t.Fatal("no triage")
	}
	if v := tree.Judge(map[string]string{"danger": "yes"}); v.Urgency != response.Emergency || v.Open != "" || len(v.Advice) != 1 {
		t.Errorf("%+v", v)
	}
	if v := tree.Judge(map[string]string{"danger": "no", "harm": "no", "care": "yes"}); v.Urgency != response.Urgent || v.Situation != "alone" {
		t.Errorf("%+v", v)
	}
	if v := tree.Judge(map[string]string{"danger": "no"}); v.Open != "harm" || v.Urgency != "" {
		t.Errorf("%+v", v)
	}
}

func TestACircleInTriageIsNamed(t *testing.T) {
	text := "kind: triages\ndefaults: {status: local, valid_from: 2020-01-01, verified: false, source: {document: 甲}}\nitems:\n  - id: default\n    label: 研判\n    questions:\n" +
		"      - {id: a, label: 甲, answers: [{value: \"yes\", label: 是, next: a}, {value: \"no\", label: 否, urgency: urgent}]}\n"
	found := rule.CheckFile("county/x/t.yaml", []byte(text))
	if len(found) != 1 || !strings.Contains(found.Error(), "应排在它后面") {
		t.Errorf("%v", found)
	}
}
