package rule_test

import (
	"strings"
	"testing"

	"weibao/internal/rule"
)

// mistakes are all the kinds of findings, each with the line on which it must be found.
var mistakes = map[string]struct{ file, text, at, says string }{
	"tab":              {"clocks", "kind: clocks\nitems:\n\t- {id: a}\n", ":3:", "制表符"},
	"two colons":       {"clocks", "kind: clocks\nitems: a: b\n", ":2:", "两个冒号"},
	"empty":            {"clocks", "", "", "文件是空的"},
	"only a comment":   {"clocks", "# 空\n", "", "文件是空的"},
	"list":             {"clocks", "- a\n", ":1:", "最外层"},
	"two documents":    {"clocks", "kind: clocks\n---\nkind: clocks\n", "", "---"},
	"not UTF-8":        {"clocks", "kind: \xff\xfe\n", "", "UTF-8"},
	"alias":            {"clocks", "kind: clocks\nitems: &a\n  - *a\n", ":2:", "锚点"},
	"key twice":        {"clocks", "kind: clocks\nkind: clocks\n", ":2:", "写了两次"},
	"too deep":         {"clocks", "kind: clocks\nitems: " + strings.Repeat("[", 30) + strings.Repeat("]", 30) + "\n", ":2:", "层次太深"},
	"unknown kind":     {"clocks", "kind: wolken\n", ":1:", "“wolken”不认识"},
	"no kind":          {"clocks", "items: []\n", ":1:", "不认识"},
	"workdays local":   {"w", "kind: workdays\nyear: 2026\nsource: {document: 某}\ndays:\n  - {date: 2026-01-01, kind: holiday, name: 元旦}\n", ":1:", "不能放在这个文件夹"},
	"missing source":   {"limits", "kind: limits\nitems:\n  - {id: a, valid_from: 2020-01-01, status: local, label: 甲, op: \">=\", value: 1, unit: 名, verified: true}\n", ":3:", "缺少来源(source)"},
	"missing status":   {"limits", "kind: limits\nitems:\n  - {id: a, valid_from: 2020-01-01, source: {document: 某}, label: 甲, op: \">=\", value: 1, unit: 名, verified: true}\n", ":3:", "缺少状态(status)"},
	"no document":      {"limits", file("limits", "{id: a, label: 甲, op: \">=\", value: 1, unit: 名, verified: true}", "{id: b, source: {document: \"\"}, label: 甲, op: \">=\", value: 1, unit: 名, verified: true}"), ":5:", "来源文件(document)不能为空"},
	"unknown field":    {"terms", file("terms", "{id: seal, label: 印, text: 印}", "{id: office, label: 办, text: 办, farbe: rot}"), ":5:", "“farbe”不是这里可用的名称"},
	"wrong type":       {"terms", file("terms", "{id: seal, label: 印, text: 12}"), ":4:", "文字(text)应是文字,现在是数,请给数字加上引号"},
	"not a choice":     {"levels", file("levels", "{id: \"1\", label: 低, color: pink, shape: circle}"), ":4:", "颜色(color)“pink”不在可选范围"},
	"level 5":          {"levels", file("levels", "{id: \"5\", label: 低, color: red, shape: circle}"), ":4:", "编号(id)“5”的写法不对"},
	"date form":        {"terms", file("terms", "{id: seal, label: 印, text: 印, valid_from: 2020/01/01}"), ":4:", "日期应写成 2026-11-22"},
	"date of no day":   {"terms", file("terms", "{id: seal, label: 印, text: 印, valid_from: 2026-02-30}"), ":4:", "日期"},
	"ends too early":   {"terms", file("terms", "{id: seal, label: 印, text: 印, valid_to: 2019-01-01}"), ":4:", "早于生效日期"},
	"overlap":          {"terms", file("terms", "{id: seal, label: 印, text: 甲, valid_to: 2022-01-01}", "{id: seal, label: 印, text: 乙, valid_from: 2022-01-01}"), ":5:", "重叠"},
	"open overlap":     {"terms", file("terms", "{id: seal, label: 印, text: 甲}", "{id: seal, label: 印, text: 乙, valid_from: 2022-01-01}"), ":5:", "重叠"},
	"gap":              {"terms", file("terms", "{id: seal, label: 印, text: 甲, valid_to: 2022-01-01}", "{id: seal, label: 印, text: 乙, valid_from: 2022-01-03}"), ":5:", "从2022-01-02到2022-01-02没有有效的值"},
	"region":           {"units", units("{id: a, name: 甲局, kind: department, region: \"12\"}"), ":4:", "12位数字"},
	"unknown chief":    {"units", units("{id: a, name: 甲局, kind: department}", "{id: b, name: 乙局, kind: department, superior: c}"), ":5:", "上级“c”不在单位名单里"},
	"circle":           {"units", units("{id: a, name: 甲局, kind: department, superior: b}", "{id: b, name: 乙局, kind: department, superior: a}"), ":4:", "绕了一圈"},
	"unknown member":   {"units", units("{id: a, name: 各局, kind: group, members: {units: [b]}}"), ":4:", "成员“b”不在单位名单里"},
	"group of nobody":  {"units", units("{id: a, name: 各局, kind: group}"), ":4:", "要写明包括谁"},
	"unknown form":     {"units", units("{id: a, name: 甲局, kind: department, covers: [mond]}"), ":4:", "“mond”不在简称表里"},
	"same alias":       {"units", units("{id: a, name: 甲局, aliases: [老局], kind: department}", "{id: b, name: 乙局, aliases: [老 局], kind: department}"), ":5:", "“老局”与county/x/units.yaml第4行的“a”相同"},
	"bad condition":    {"categories", file("categories", "{id: a, label: 甲, verified: true, when: [\"年龄 < 16\",\n      \"年岁 < 16\"]}"), ":5:", "“年岁”不是可用的字段"},
	"clock of nothing": {"clocks", file("clocks", "{id: a, label: 甲, kind: hours, event: 某事, verified: true}"), ":4:", "既没有时限"},
	"clock of two":     {"clocks", file("clocks", "{id: a, label: 甲, kind: hours, span: {n: 3, unit: days}, event: 某事, verified: true}"), ":4:", "不符"},
	"ladder order":     {"ladders", file("ladders", "{id: a, label: 甲, steps: [{action: urge, offset: {n: 2, unit: workdays}, to: owner, label: 催办}, {action: superior, offset: {n: 1, unit: workdays}, to: superior, label: 报上级}]}"), ":4:", "按时间先后排列"},
	"ladder twice":     {"ladders", file("ladders", "{id: a, label: 甲, steps: [{action: urge, offset: {n: 2, unit: workdays}, to: owner, label: 催办}, {action: urge, offset: {n: 3, unit: workdays}, to: owner, label: 催办}]}"), ":4:", "写了两次"},
	"levels alike":     {"levels", file("levels", "{id: \"1\", label: 低, color: red, shape: circle}", "{id: \"2\", label: 高, color: red, shape: square}"), ":5:", "无法区分"},
}

func TestEveryMistakeIsNamedWithFileLineAndCause(t *testing.T) {
	for name, c := range mistakes {
		t.Run(name, func(t *testing.T) {
			path := "county/x/" + c.file + ".yaml"
			found := rule.CheckCounty(tree(map[string]string{path: c.text}), "x")
			for _, f := range found {
				if s := f.String(); strings.HasPrefix(s, path+c.at) && strings.Contains(s, c.says) {
					return
				}
			}
			t.Errorf("want %s%s …%s…, got %v", path, c.at, c.says, found)
		})
	}
}

func TestTheFrameOfTheMistakesIsSound(t *testing.T) {
	for _, f := range rule.Check(tree(nil)) {
		t.Error(f)
	}
}

func TestNationalRulesCannotBeLocal(t *testing.T) {
	fsys := tree(map[string]string{"national/zz.yaml": file("terms", "{id: zz, label: 印, text: 印}")})
	wantFinding(t, rule.Check(fsys), "national/zz.yaml:4:", "不能是 local")
}

func TestAPackNeedsItsPlace(t *testing.T) {
	fsys := tree(map[string]string{"county/y/terms.yaml": file("terms", "{id: seal, label: 印, text: 印}")})
	wantFinding(t, rule.Check(fsys), "county/y: ", "缺少 county.yaml")
}

func TestTwoNoticesOfOneYearAreRefused(t *testing.T) {
	fsys := tree(map[string]string{"national/workdays/again.yaml": "kind: workdays\nyear: 2026\nsource: {document: 某}\ndays:\n  - {date: 2026-01-01, kind: holiday, name: 元旦}\n"})
	wantFinding(t, rule.Check(fsys), "national/workdays", "2026年的节假日有两份")
}

func TestLoadRefusesMistakesAndUnknownCounties(t *testing.T) {
	if _, err := rule.Load(tree(map[string]string{"county/x/t.yaml": "kind: wolken\n"}), "x"); err == nil {
		t.Error("a pack with a mistake was loaded")
	}
	_, err := rule.Load(tree(nil), "../x")
	if err == nil || !strings.Contains(err.Error(), "可用:x") {
		t.Errorf("got %v", err)
	}
}

func wantFinding(t *testing.T, found rule.Findings, at, says string) {
	t.Helper()
	for _, f := range found {
		if s := f.String(); strings.HasPrefix(s, at) && strings.Contains(s, says) {
			return
		}
	}
	t.Errorf("want %s …%s…, got %v", at, says, found)
}
