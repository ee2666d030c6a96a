package rule_test

import (
	"testing"

	"weibao/internal/rule"
)

func codes(t *testing.T, id string) rule.CodeTable {
	t.Helper()
	table, ok := load(t, "").Codes(id, today)
	if !ok {
		t.Fatalf("no table %s", id)
	}
	return table
}

func TestWordsBecomeCodesAndComeBack(t *testing.T) {
	for _, table := range load(t, "").CodeTables(today) {
		for _, c := range table.Codes {
			if word, ok := table.Word(c.Code); !ok || word != c.Label {
				t.Errorf("%s %s: %s", table.ID, c.Code, word)
			}
			for _, s := range append([]string{c.Code, c.Label, " " + c.Label + " "}, c.Also...) {
				if got, ok := table.Find(s); !ok || got.Code != c.Code {
					t.Errorf("%s: %q is %+v", table.ID, s, got)
				}
			}
		}
		if _, ok := table.Find("没有这个词"); ok {
			t.Errorf("%s knows everything", table.ID)
		}
	}
}

func TestCodesAreThoseOfTheStandards(t *testing.T) {
	for id, want := range map[string]map[string]string{
		"sex":              {"男孩": "1", "女": "2", "２": "2"},
		"ethnic":           {"汉": "01", "苗族": "06", "彝族": "07", "藏": "04", "壮族": "08", "仡佬族": "37", "土家": "15", "基诺族": "56"},
		"relation":         {"爷爷": "61", "外婆": "64", "母子": "52", "继父": "57", "邻居": "99"},
		"disability-kind":  {"视力": "1", "听力残疾": "2", "智力": "5", "自闭症": "6", "多重": "7"},
		"disability-grade": {"一级": "1", "Ⅳ级": "4"},
		"enrolment":        {"在校": "1", "退学": "4"},
	} {
		table := codes(t, id)
		for word, code := range want {
			if c, ok := table.Find(word); !ok || c.Code != code {
				t.Errorf("%s: %s is %q, want %q", id, word, c.Code, code)
			}
		}
	}
	if n := len(codes(t, "ethnic").Codes); n != 58 {
		t.Errorf("%d ethnic groups, want 56 and two more", n)
	}
}

// The words of a code and those of a fact must be the same, or a rule would not see what an import brought.
func TestWordsOfCodesAreWordsOfFacts(t *testing.T) {
	for field, id := range map[string]string{"户籍": "hukou", "父母外出": "away", "就学": "enrolment", "父亲": "parent-state", "残疾类别": "disability-kind", "福利": "welfare"} {
		table := codes(t, id)
		for _, word := range rule.Vocabulary(field) {
			if c, ok := table.Find(word); !ok || c.Label != word {
				t.Errorf("%s: %s has no code in %s", field, word, id)
			}
		}
		for _, c := range table.Codes {
			found := false
			for _, word := range rule.Vocabulary(field) {
				found = found || word == c.Label
			}
			if !found {
				t.Errorf("%s: %s of %s is no word of the facts", field, c.Label, id)
			}
		}
	}
}

func TestEveryFieldOfCodesHasItsTable(t *testing.T) {
	keys := map[string]bool{}
	for _, f := range rule.DossierFields() {
		if keys[f.Key] || f.Label == "" || f.Class == "" || f.Class.Label() == "" {
			t.Errorf("%+v", f)
		}
		keys[f.Key] = true
		if coded := f.Kind == rule.Coded || f.Kind == rule.Coding; coded != (f.Codes != "") {
			t.Errorf("%s: kind %s with table %q", f.Key, f.Kind, f.Codes)
		}
		if f.Codes != "" {
			codes(t, f.Codes)
		}
	}
}

func TestColumnsAreRecognisedHoweverTheyAreHeaded(t *testing.T) {
	h := load(t, "demo").Headings(today)
	for heading, want := range map[string]string{
		"姓名": "name", "儿童姓名": "name", "*学生姓名": "name", "1.姓名(必填)": "name", " 姓 名 ": "name",
		"公民身份号码": "idnumber", "身份证件号码": "idnumber", "身份证号码（18位）": "idnumber", "出生年月": "birth", "民族：": "ethnic",
		"监护人联系电话": "guardian_phone", "联系电话": "guardian_phone", "实际监护人": "caregiver", "乡镇/街道": "township", "村（社区）": "region",
		"就读学校": "school", "残疾等级": "disability_grade", "包保责任人": "assigned", "备注": "remarks", "父亲姓名": "father",
	} {
		if got, ok := h.Field(heading); !ok || got != want {
			t.Errorf("%q: %q, want %q", heading, got, want)
		}
	}
	for _, heading := range []string{"", "合计", "经办人签字", "姓名和年龄"} {
		if got, ok := h.Field(heading); ok {
			t.Errorf("%q: %q", heading, got)
		}
	}
	known := map[string]bool{}
	for _, l := range load(t, "").HeadingLists(today) {
		known[l.Field] = true
	}
	for _, f := range rule.DossierFields() {
		if !known[f.Key] {
			t.Errorf("no heading for %s", f.Key)
		}
	}
}

func TestACountyAddsItsOwnHeadings(t *testing.T) {
	fsys := tree(map[string]string{"county/x/headings.yaml": file("headings", "{id: name, label: 姓名, headings: [娃娃名字]}")})
	b, err := rule.Load(fsys, "x")
	if err != nil {
		t.Fatal(err)
	}
	for _, heading := range []string{"娃娃名字", "学生姓名"} {
		if got, _ := b.Headings(today).Field(heading); got != "name" {
			t.Errorf("%s: %q", heading, got)
		}
	}
}

func TestMistakesInCodesAndHeadingsAreNamed(t *testing.T) {
	for says, text := range map[string]string{
		"“甲”既是“甲”又是“乙”": "{id: a, label: 表, verified: true, codes: [{code: \"1\", label: 甲}, {code: \"2\", label: 乙, also: [甲]}]}",
		"代码(code)应是文字":  "{id: a, label: 表, verified: true, codes: [{code: 1, label: 甲}]}",
	} {
		wantFinding(t, rule.Check(tree(map[string]string{"county/x/c.yaml": file("codes", text)})), "county/x/c.yaml:4:", says)
	}
	for says, text := range map[string]string{
		"不是档案的字段":    "{id: shoe_size, label: 鞋码, headings: [鞋码]}",
		"表头“学生姓名”既是": "{id: school, label: 学校, headings: [学生姓名]}",
	} {
		wantFinding(t, rule.Check(tree(map[string]string{"county/x/h.yaml": file("headings", text)})), "county/x/h.yaml:4:", says)
	}
}
