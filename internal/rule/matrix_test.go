package rule_test

import (
	"testing"

	"weibao/internal/rule"
	"weibao/internal/rule/special"
)

func care(t *testing.T, d rule.LevelDuties, kind rule.CareKind) rule.Care {
	t.Helper()
	c, ok := d.Duty(kind)
	if !ok {
		t.Fatalf("level %d: no %s in %+v", d.Level, kind, d)
	}
	return c
}

func TestALevelMakesDuties(t *testing.T) {
	b := load(t, "demo")
	red := b.LevelDuties(4, nil, today)
	if c := care(t, red, rule.FirstContact); c.Within != (rule.Span{N: 24, Unit: "hours"}) || c.Returns() || c.Status != rule.Suggested {
		t.Errorf("first contact: %+v", c)
	}
	if c := care(t, red, rule.Visit); c.Every != "week" || c.Who != "child_director" {
		t.Errorf("visit: %+v", c)
	}
	if red.Lower != rule.AtCounty || red.Confirm != "" || !red.Suggested {
		t.Errorf("who decides: %+v", red)
	}
	blue := b.LevelDuties(1, nil, today)
	if _, ok := blue.Duty(rule.FirstContact); ok || care(t, blue, rule.Visit).Every != "quarter" || blue.Lower != rule.AtTownship {
		t.Errorf("level 1: %+v", blue)
	}
}

func TestOfTwoRowsTheStricterHolds(t *testing.T) {
	b := load(t, "demo")
	d := b.LevelDuties(2, []string{"C13", "C10"}, today)
	if c := care(t, d, rule.FirstContact); c.Within != (rule.Span{N: 24, Unit: "hours"}) {
		t.Errorf("first contact: %+v", c)
	}
	if c := care(t, d, rule.Visit); c.Every != "week" {
		t.Errorf("visit: %+v", c)
	}
	if c := care(t, d, rule.Contact); c.Every != "month" || c.Label != "联系人联系" {
		t.Errorf("contact: %+v", c)
	}
	if c := care(t, b.LevelDuties(4, []string{"C16"}, today), rule.FirstContact); c.Within.Unit != "hours" {
		t.Errorf("the category made the highest level slower: %+v", c)
	}
	for i, c := range d.Duties {
		for _, o := range d.Duties[:i] {
			if o.Kind == c.Kind {
				t.Errorf("%s twice", c.Kind)
			}
		}
	}
}

// A list's own steps stand beside each other; only what is ordinary care is done together.
func TestStepsOfSpecialListsAreCareOfTheirOwn(t *testing.T) {
	b := load(t, "demo")
	d := b.LevelDuties(1, []string{"C16", "C10", "C19"}, today)
	for kind, want := range map[rule.CareKind]rule.Care{
		"special.dropout.guardian":  {Within: rule.Span{N: 3, Unit: "days"}, Who: "child_director"},
		"special.dropout.return":    {Within: rule.Span{N: 30, Unit: "days"}, Who: "supervisor", After: "special.dropout.persuade"},
		"special.dropout.follow-up": {Every: "month", Who: "child_director", After: "special.dropout.return"},
		"special.prison.person":     {Within: rule.Span{N: 7, Unit: "days"}, Who: "supervisor"},
	} {
		c := care(t, d, kind)
		if c.Within != want.Within || c.Every != want.Every || c.Who != want.Who || c.After != want.After || c.Status != rule.Suggested {
			t.Errorf("%s: %+v", kind, c)
		}
	}
	for _, c := range d.Duties {
		if c.List == special.Mental {
			t.Error("a secret list makes care of the file:", c.Kind)
		}
	}
	if c := care(t, load(t, "jinyuan").LevelDuties(1, []string{"jinyuan.2"}, today), "special.prison.person"); c.Status != rule.Local || c.Label != "司法所确定帮教联系人" {
		t.Errorf("金元: %+v", c)
	}
	if c := care(t, load(t, "yinchuan").LevelDuties(1, []string{"C16"}, today), "special.dropout.notice"); c.Status != rule.Suggested {
		t.Errorf("银川: %+v", c)
	}
}

func TestWhatTheCountiesFixStandsInTheirMatrices(t *testing.T) {
	wangzhai := load(t, "wangzhai")
	for level := 1; level <= 4; level++ {
		c := care(t, wangzhai.LevelDuties(level, nil, today), rule.Visit)
		if c.Who != "assigned" || (c.Status == rule.Local) != (level <= 2) || level == 1 && c.Every != "month" {
			t.Errorf("王寨, level %d: %+v", level, c)
		}
	}
	if c := care(t, load(t, "rangtang").LevelDuties(1, nil, today), rule.Patrol); c.Times != 2 || c.Every != "month" || c.Who != "grid" {
		t.Errorf("壤塘: %+v", c)
	}
	if c := care(t, load(t, "yangchang").LevelDuties(1, nil, today), rule.Reassess); c.Every != "year" || c.Status != rule.Local {
		t.Errorf("羊场: %+v", c)
	}
	if d := load(t, "beiliu").LevelDuties(2, nil, today); d.Propose != rule.AtTownship || d.Confirm != rule.AtCounty || d.Lower != rule.AtCounty {
		t.Errorf("北流: %+v", d)
	}
}

func TestMistakesInMatricesAreNamed(t *testing.T) {
	const head = "{id: a, label: 甲, verified: true, level: 1, "
	for says, text := range map[string]string{
		"只写其中一项":             head + "duties: [{kind: visit, who: supervisor}]}",
		"“入户走访”要么":           head + "duties: [{kind: visit, who: supervisor, every: month, within: {n: 1, unit: days}}]}",
		"“联系”写了两次":           head + "duties: [{kind: contact, who: supervisor, every: month}, {kind: contact, who: officer, every: week}]}",
		"要写明单位":              head + "duties: [{kind: visit, who: unit, every: month}]}",
		"不在单位名单里":            head + "duties: [{kind: visit, who: unit, unit: nobody, every: month}]}",
		"什么也没有规定":            head[:len(head)-2] + "}",
		"要由上级确认":             head + "propose: county, confirm: township}",
		"不在类别表里":             head + "category: C99, lower: county}",
		"由谁做(who)“somebody”": head + "duties: [{kind: visit, who: somebody, every: month}]}",
	} {
		wantFinding(t, rule.Check(tree(map[string]string{"county/x/matrices.yaml": file("matrices", text)})), "county/x/matrices.yaml:4:", says)
	}
}
