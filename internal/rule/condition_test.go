package rule_test

import (
	"strings"
	"testing"
	"time"

	"weibao/internal/rule"
)

func TestConditionsReadAsAnOfficerWritesThem(t *testing.T) {
	child := rule.Facts{Age: 9, Residence: "农村", Away: "双方", Categories: []string{"留守"}, Situations: []string{"R4"}}
	for text, want := range map[string]bool{
		"年龄 < 16 && '留守' in 类别":                true,
		"年龄 >= 16 || '孤儿' in 类别":               false,
		"any(情形, # in ['R1', 'R4'])":           true,
		"len(类别) == 1 && !('流动' in 类别)":        true,
		"count(情形, # startsWith 'R') >= 2":     false,
		"户籍 == '农村' ? 父母外出 != '无' : 离开月数 >= 6": true,
		"年龄 in [8, 9]":                         true,
	} {
		c, err := rule.Compile(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got, err := c.Holds(child); err != nil || got != want {
			t.Errorf("%s: got %v, %v", text, got, err)
		}
	}
}

func TestGuardRefuses(t *testing.T) {
	for name, c := range map[string]struct{ text, says string }{
		"unknown field":     {"年岁 < 16", "“年岁”不是可用的字段(是否想写“年龄”?);可用字段:年龄、"},
		"nested predicates": {"all(类别, any(情形, # == 'R1'))", "最多用1次"},
		"two predicates":    {"any(类别, # == 'a') && any(情形, # == 'b')", "最多用1次"},
		"too long":          {"年龄 < 16" + strings.Repeat(" || 年龄 < 16", 40), "请拆成几条条件"},
		"too many parts":    {"年龄 in [" + strings.Repeat("1,", 80) + "1]", "请拆成几条条件"},
		"range":             {"年龄 in 1..100000000", "不能用“..”"},
		"regular pattern":   {"性别 matches '(a+)+$'", "不能用“matches”"},
		"other function":    {"map(类别, #) == 类别", "不能用函数 map"},
		"call":              {"foo(年龄)", "不能用函数 foo"},
		"variable":          {"let x = 年龄; x < 16", "不能用"},
		"not a yes or no":   {"年龄 + 1", "“是”或“否”"},
		"number with text":  {"年龄 < '十六'", "不是同一种内容"},
		"full-width marks":  {"年龄 ＜ 16", "写法有误"},
		"open bracket":      {"(年龄 < 16", "写法有误"},
		"empty":             {"  ", "条件是空的"},
		"member access":     {"类别[0] == 'a'", "不能用"},
	} {
		_, err := rule.Compile(c.text)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: got %v, want %q", name, err, c.says)
		}
	}
}

func TestHugeFactsAreRefusedNotLooped(t *testing.T) {
	c, err := rule.Compile("any(类别, # == 'x')")
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	if _, err := c.Holds(rule.Facts{Categories: make([]string, 1_000_000)}); err == nil {
		t.Error("a million categories were accepted")
	}
	if d := time.Since(start); d > time.Second {
		t.Errorf("took %s", d)
	}
}

func TestACategorySaysWhichConditionHeld(t *testing.T) {
	c, ok := load(t, "").Category("C03", today)
	if !ok {
		t.Fatal("no C03")
	}
	v, err := c.Judge(rule.Facts{Age: 17, Residence: "农村", Away: "双方"})
	if err != nil {
		t.Fatal(err)
	}
	if v.Held || len(v.Conditions) != 3 || v.Conditions[0].Held || !v.Conditions[1].Held || !v.Conditions[2].Held {
		t.Errorf("got %+v", v)
	}
	v, err = c.Judge(rule.Facts{Age: 9, Residence: "农村", Away: "一方", Guardian: []string{"另一方无监护能力"}})
	if err != nil || !v.Held {
		t.Errorf("got %+v, %v", v, err)
	}
	only, _ := load(t, "").Category("C08", today)
	if v, _ := only.Judge(rule.Facts{}); v.Held {
		t.Error("a category without conditions held by rule")
	}
}
