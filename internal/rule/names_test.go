package rule_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"weibao/internal/civil"
	"weibao/internal/rule"
	"weibao/internal/testkit"
)

func TestNamesOfOneUnitAreOne(t *testing.T) {
	n := load(t, "rangtang").Names(today)
	for key, spellings := range map[string][]string{
		"minzheng":   {"民政局", "县民政局", "壤塘县民政局", "民政部门", "民政", "县民政部门", " 民 政 局 ", "本县民政局", "壤塘县民政部门"},
		"tuanwei":    {"团县委", "共青团", "团委", "共青团县委", "共青团壤塘县委员会"},
		"jiancha":    {"县检察院", "人民检察院", "县人民检察院", "检察机关", "壤塘县人民检察院"},
		"xuanchuan":  {"县委宣传部", "宣传部", "中共壤塘县委宣传部", "中共县委宣传部"},
		"villages":   {"村(居)民委员会", "村（居）民委员会", "各村(社区)", "各村（社区）"},
		"kejinongmu": {"科技农牧局", "农业农村局", "科技局"},
		"shijian":    {"市场监管局", "县市场监管局", "市场监督管理局"},
		"body":       {"未成年人保护工作议事协调机制", "县未成年人保护工作领导小组"},
	} {
		for _, s := range spellings {
			if m := n.Resolve(s); m.Key != key {
				t.Errorf("%s: got %+v, want %s", s, m, key)
			}
		}
	}
}

func TestUnitsOfAnotherLevelAreOnlyCandidates(t *testing.T) {
	n := load(t, "rangtang").Names(today)
	for _, s := range []string{"市民政局", "省民政局", "州民政局"} {
		m := n.Resolve(s)
		if m.Key != "" || m.By != rule.ByForeign || len(m.Candidates) != 1 || m.Candidates[0] != "minzheng" {
			t.Errorf("%s: got %+v", s, m)
		}
	}
}

func TestUnknownNamesAreNotGuessed(t *testing.T) {
	n := load(t, "rangtang").Names(today)
	for _, s := range []string{"", "()", "海关", "民", "县", "气象局", "监管局", "(民政局"} {
		if m := n.Resolve(s); m.Key != "" || len(m.Candidates) > 0 {
			t.Errorf("%q: got %+v", s, m)
		}
	}
}

func TestBracketsNameFurtherUnits(t *testing.T) {
	n := load(t, "demo").Names(today)
	m := n.Resolve("县委组织部（关工委）")
	if m.Key != "zuzhi" || len(m.Also) != 1 || m.Also[0] != "guangongwei" {
		t.Errorf("got %+v", m)
	}
}

func TestASpellingOfTwoUnitsGivesBothAsCandidates(t *testing.T) {
	fsys := tree(map[string]string{"county/x/units.yaml": units(
		"{id: a, name: 甲局, kind: department, covers: [wenlv]}", "{id: b, name: 乙局, kind: department, covers: [wenlv]}")})
	b, err := rule.Load(fsys, "x")
	if err != nil {
		t.Fatal(err)
	}
	m := b.Names(today).Resolve("文旅局")
	if m.Key != "" || len(m.Candidates) != 2 {
		t.Errorf("got %+v", m)
	}
	if m := b.Names(today).Resolve("甲局"); m.Key != "a" {
		t.Errorf("got %+v", m)
	}
}

func TestANameMayPassFromOneUnitToTheNext(t *testing.T) {
	fsys := tree(map[string]string{"county/x/units.yaml": units(
		"{id: weijiwei, name: 县卫计委, aliases: [卫计], kind: department, valid_to: 2022-02-28}",
		"{id: weijian, name: 县卫健局, aliases: [卫计], kind: department, valid_from: 2022-03-01}")})
	b, err := rule.Load(fsys, "x")
	if err != nil {
		t.Fatal(err)
	}
	for day, want := range map[string]string{"2022-02-28": "weijiwei", "2022-03-01": "weijian"} {
		if m := b.Names(civil.MustParse(day)).Resolve("卫计"); m.Key != want {
			t.Errorf("%s: got %+v", day, m)
		}
	}
}

// TestPlansNameKnownUnits measures the packs against the labels of the real plans: every spelling of a unit must lead
// to one unit, and all spellings of it to the same.
func TestPlansNameKnownUnits(t *testing.T) {
	gold, ok := testkit.Shared(t, "plans", "gold")
	if !ok {
		t.Skip("the plans are not here")
	}
	files, err := filepath.Glob(filepath.Join(gold, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatal("no labels found", err)
	}
	for _, file := range files {
		checkGold(t, file)
	}
}

func checkGold(t *testing.T, file string) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var gold struct {
		Plan  string
		Units map[string][]string
		Tasks []struct{ Lead, Support []string }
	}
	if err := json.Unmarshal(text, &gold); err != nil {
		t.Fatal(err)
	}
	names := load(t, gold.Plan).Names(civil.MustParse("2026-11-22"))
	spellings, found := 0, 0
	for name, all := range gold.Units {
		want := names.Resolve(name).Key
		for _, s := range append([]string{name}, all...) {
			spellings++
			if m := names.Resolve(s); m.Key == "" || m.Key != want {
				t.Errorf("%s: %s of %s: %+v, want %q", gold.Plan, s, name, m, want)
				continue
			}
			found++
		}
	}
	used, resolved := 0, 0
	for _, task := range gold.Tasks {
		for _, name := range append(task.Lead, task.Support...) {
			used++
			if names.Resolve(name).Key != "" {
				resolved++
			}
		}
	}
	t.Logf("%s: %d of %d spellings, %d of %d named owners", gold.Plan, found, spellings, resolved, used)
}
