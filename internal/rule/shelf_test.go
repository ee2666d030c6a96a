package rule_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"weibao/internal/civil"
	"weibao/internal/rule"
)

// stretch is a value that holds on some days, as a test writes it.
type stretch struct {
	from, to civil.Date
	text     string
}

func (s stretch) holds(on civil.Date) bool {
	return !on.Before(s.from) && (s.to.IsZero() || !on.After(s.to))
}

// stretches draws values that follow each other without overlap or gap, the last one sometimes without an end.
func stretches(t *rapid.T, name string) []stretch {
	var list []stretch
	from := civil.MustParse("2020-01-01").AddDays(rapid.IntRange(0, 2000).Draw(t, name+" start"))
	n := rapid.IntRange(0, 4).Draw(t, name+" count")
	for i := range n {
		s := stretch{from: from, text: fmt.Sprint(name, i)}
		if i < n-1 || rapid.Bool().Draw(t, name+" ends") {
			s.to = from.AddDays(rapid.IntRange(0, 900).Draw(t, name+" days"))
			from = s.to.AddDays(1)
		}
		list = append(list, s)
	}
	return list
}

func at(list []stretch, on civil.Date) (string, bool) {
	for _, s := range list {
		if s.holds(on) {
			return s.text, true
		}
	}
	return "", false
}

func write(list []stretch, status string) string {
	text := "kind: terms\nitems:\n"
	for _, s := range list {
		end := ""
		if !s.to.IsZero() {
			end = fmt.Sprintf(", valid_to: %s", s.to)
		}
		text += fmt.Sprintf("  - {id: motto, label: 词, text: %s, status: %s, valid_from: %s%s, source: {document: 某}}\n", s.text, status, s.from, end)
	}
	return text
}

// TestInheritance: on every day the county's value of that day stands, else the national one of that day, else none.
func TestInheritance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		national, local := stretches(t, "nation"), stretches(t, "county")
		files := map[string]string{}
		if len(national) > 0 {
			files["national/motto.yaml"] = write(national, "suggested")
		}
		if len(local) > 0 {
			files["county/x/motto.yaml"] = write(local, "local")
		}
		b, err := rule.Load(smallTree(files), "x")
		if err != nil {
			t.Fatal(err)
		}
		var days []civil.Date
		for _, s := range append(national, local...) {
			days = append(days, s.from.AddDays(-1), s.from, s.to, s.to.AddDays(1))
		}
		for range 10 {
			days = append(days, civil.MustParse("2019-06-01").AddDays(rapid.IntRange(0, 6000).Draw(t, "on")))
		}
		for _, on := range days {
			want, there := at(local, on)
			if !there {
				want, there = at(national, on)
			}
			got, ok := b.Term("motto", on)
			if ok != there || got.Text != want {
				t.Fatalf("%s: got %q, %v; want %q, %v", on, got.Text, ok, want, there)
			}
		}
	})
}

func TestValuesOfOtherRegionsAreNotInherited(t *testing.T) {
	files := map[string]string{"national/zz.yaml": `kind: limits
defaults: {status: law, valid_from: 2020-01-01, verified: true, source: {document: 某}}
items:
  - {id: near, label: 甲, op: ">=", value: 1, unit: 名, region: "9901"}
  - {id: far, label: 甲, op: ">=", value: 1, unit: 名, region: "51"}
`}
	b, err := rule.Load(tree(files), "x")
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := b.Limit("near", today); !ok {
		t.Error("the value of the own region is missing")
	}
	if _, ok := b.Limit("far", today); ok {
		t.Error("the value of another region was inherited")
	}
}

func TestCountyOverridesAndInherits(t *testing.T) {
	b := load(t, "yangchang")
	levels := b.Levels(today)
	if len(levels) != 4 || levels[3].Label != "红色" || levels[3].Status != rule.Local || levels[0].N != 1 {
		t.Errorf("got %+v", levels)
	}
	inherited := load(t, "rangtang").Levels(today)
	if len(inherited) != 4 || inherited[3].Status.Note() != rule.SuggestedNote {
		t.Errorf("got %+v", inherited)
	}
	review, ok := b.Cycle("standing.review", today)
	if !ok || review.Every != "quarter" || review.Status != rule.Suggested {
		t.Errorf("got %+v", review)
	}
	seal, _ := b.Term("seal", today)
	if seal.Text != "羊场乡未成年人保护工作委员会办公室" || seal.Status != rule.Suggested {
		t.Errorf("got %+v", seal)
	}
	if before, _ := b.Cycle("inspection.market", civil.MustParse("2021-05-31")); before.ID != "" {
		t.Error("a value held before the plan was issued")
	}
}

func TestLaddersFallBackOnTheDefault(t *testing.T) {
	b := load(t, "rangtang")
	plan, ok := b.Ladder("plan.task", today)
	hours, _ := b.Ladder("hours", today)
	if !ok || plan.ID != rule.DefaultLadder || hours.ID != "hours" {
		t.Fatalf("got %q, %q", plan.ID, hours.ID)
	}
	want := []rule.LadderStep{
		{Action: "remind", Offset: rule.Span{N: -3, Unit: "workdays"}, To: "owner", Label: "到期前提醒"},
		{Action: "urge", Offset: rule.Span{N: 1, Unit: "workdays"}, To: "owner", Label: "催办"},
		{Action: "superior", Offset: rule.Span{N: 5, Unit: "workdays"}, To: "superior", Label: "报上级督促"},
		{Action: "propose", Offset: rule.Span{N: 10, Unit: "workdays"}, To: "office", Label: "建议发督办单"},
	}
	for i, step := range plan.Steps {
		if step != want[i] {
			t.Errorf("step %d: got %+v, want %+v", i, step, want[i])
		}
	}
	county := file("ladders", "{id: plan.task, label: 方案任务, steps: [{action: urge, offset: {n: 1, unit: days}, to: owner, label: 催办}]}")
	own, err := rule.Load(tree(map[string]string{"county/x/l.yaml": county}), "x")
	if err != nil {
		t.Fatal(err)
	}
	if l, _ := own.Ladder("plan.task", today); l.Status != rule.Local || len(l.Steps) != 1 {
		t.Errorf("got %+v", l)
	}
}

func TestCountiesAreListed(t *testing.T) {
	list, err := rule.Counties(tree(nil))
	if err != nil || len(list) != 1 || list[0].Name != "x" || list[0].Title != "某县" || list[0].Region != "990102000000" {
		t.Errorf("got %+v, %v", list, err)
	}
}

func TestOverlayTakesWholeFolders(t *testing.T) {
	top := tree(map[string]string{"county/z/county.yaml": countyX})
	delete(top, "county/x/county.yaml")
	for name := range top {
		if name[:3] == "nat" {
			delete(top, name)
		}
	}
	all := rule.Overlay(top, tree(nil))
	list, err := rule.Counties(all)
	if err != nil || len(list) != 2 || list[0].Name != "x" || list[1].Name != "z" {
		t.Errorf("got %+v, %v", list, err)
	}
	if _, err := rule.Load(all, "z"); err != nil {
		t.Error(err)
	}
}
