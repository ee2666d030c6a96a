package rule_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"weibao/internal/errs"
	"weibao/internal/rule"
	"weibao/rules"
)

// shippedScales are the scales of all counties, each once.
func shippedScales(t *testing.T) []rule.Scale {
	t.Helper()
	counties, err := rule.Counties(rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]rule.Scale{}
	for _, c := range counties {
		for _, s := range load(t, c.Name).Scales(today) {
			seen[s.ID] = s
		}
	}
	var list []rule.Scale
	for _, s := range seen {
		list = append(list, s)
	}
	if len(list) < 4 {
		t.Fatalf("only %d scales", len(list))
	}
	return list
}

func ages(s rule.Scale) []int {
	var list []int
	for age := range 18 {
		if s.Ages.Hold(age) {
			list = append(list, age)
		}
	}
	return list
}

// random answers some of what is asked, and no emergency.
func random(r *rand.Rand, s rule.Scale, age int) map[string]string {
	answers := map[string]string{}
	for _, i := range s.Asked(age) {
		if r.IntN(5) > 0 {
			answers[i.ID] = i.Answers[r.IntN(len(i.Answers))].Value
		}
	}
	for _, e := range s.Emergencies {
		answers[e.ID] = rule.No
	}
	return answers
}

func score(t *testing.T, s rule.Scale, age int, answers map[string]string) rule.Result {
	t.Helper()
	r, err := s.Score(age, answers)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestAWorseAnswerNeverLowersTheLevel(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, s := range shippedScales(t) {
		worse := func(a, b rule.Choice) bool {
			if s.Direction == rule.Better {
				return a.Points < b.Points
			}
			return a.Points > b.Points
		}
		for range 300 {
			age := ages(s)[r.IntN(len(ages(s)))]
			answers := random(r, s, age)
			asked := s.Asked(age)
			i := asked[r.IntN(len(asked))]
			a, b := i.Answers[r.IntN(len(i.Answers))], i.Answers[r.IntN(len(i.Answers))]
			if !worse(a, b) {
				continue
			}
			answers[i.ID] = b.Value
			better := score(t, s, age, answers)
			answers[i.ID] = a.Value
			after := score(t, s, age, answers)
			if after.Level < better.Level || (after.Total > better.Total) != (s.Direction == rule.Worse) || after.Worst < after.Level {
				t.Fatalf("%s, %d: %s from %s (level %d, %d) to %s (level %d, %d)", s.ID, age, i.ID, b.Value, better.Level, better.Total, a.Value, after.Level, after.Total)
			}
		}
	}
}

func TestWhatIsUnansweredCountsAsHarmlessAndItsWorstIsTold(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, s := range shippedScales(t) {
		for range 100 {
			age := ages(s)[r.IntN(len(ages(s)))]
			answers := random(r, s, age)
			asked := s.Asked(age)
			i := asked[r.IntN(len(asked))]
			delete(answers, i.ID)
			open := score(t, s, age, answers)
			if open.Complete() {
				t.Fatalf("%s: %s is missing and nobody says so", s.ID, i.ID)
			}
			for _, c := range i.Answers {
				answers[i.ID] = c.Value
				if closed := score(t, s, age, answers); closed.Level < open.Level || closed.Worst > open.Worst {
					t.Fatalf("%s: %s answered %s: level %d from %d, worst %d from %d", s.ID, i.ID, c.Value, closed.Level, open.Level, closed.Worst, open.Worst)
				}
			}
		}
	}
}

func TestAnEmergencyIsTheHighestLevelWhateverElseIsAnswered(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, s := range shippedScales(t) {
		for _, e := range s.Emergencies {
			if !strings.Contains(e.Advice, "110") && !strings.Contains(e.Advice, "120") && !strings.Contains(e.Advice, "民政") {
				t.Errorf("%s: %s says nobody to call", s.ID, e.ID)
			}
			for _, age := range ages(s) {
				answers := random(r, s, age)
				answers[e.ID] = rule.Yes
				got := score(t, s, age, answers)
				if got.Level != rule.TopLevel || len(got.Emergencies) != 1 || !strings.Contains(got.Why()[0], e.Label) {
					t.Fatalf("%s, %d, %s: level %d, %v", s.ID, age, e.ID, got.Level, got.Why())
				}
			}
		}
	}
}

func TestEveryTotalBelongsToExactlyOneLevel(t *testing.T) {
	for _, s := range shippedScales(t) {
		seen := map[int]bool{}
		for total := range 200 {
			n := 0
			for i, b := range s.Levels {
				if total >= b.From && (i == len(s.Levels)-1 || total < s.Levels[i+1].From) {
					n++
					if got := s.LevelOf(total); got != b {
						t.Errorf("%s: %d points: %+v, want %+v", s.ID, total, got, b)
					}
					seen[b.Level] = true
				}
			}
			if n != 1 {
				t.Errorf("%s: %d points belong to %d levels", s.ID, total, n)
			}
		}
		if len(seen) != rule.TopLevel {
			t.Errorf("%s: levels %v", s.ID, seen)
		}
	}
}

func TestAResultSaysWhatWeighedMost(t *testing.T) {
	s, ok := load(t, "demo").CountyScale(today)
	if !ok || s.ID != "national" {
		t.Fatalf("scale %q", s.ID)
	}
	answers := map[string]string{}
	for _, i := range s.Asked(9) {
		answers[i.ID] = i.Answers[0].Value
	}
	for _, e := range s.Emergencies {
		answers[e.ID] = rule.No
	}
	if calm := score(t, s, 9, answers); calm.Level != 1 || calm.Total != 0 || !calm.Complete() || calm.Worst != 1 || !calm.Dimensions[0].Clear {
		t.Errorf("nothing of concern: %+v", calm)
	}
	answers["s.school"], answers["g.who"], answers["s.income"], answers["m.mood"] = "out", "kin", "low", "low"
	got := score(t, s, 9, answers)
	if got.Level != 3 || got.Total != 9 || got.Bound.Level != 2 || got.Parts[0].Indicator != "s.school" {
		t.Errorf("level %d, total %d, first %+v", got.Level, got.Total, got.Parts[0])
	}
	why := strings.Join(got.Why(), "\n")
	for _, want := range []string{"“就学”为“失学或辍学”，这一项单独就定为第3级。", "“情绪”为", "加2分。", "合计9分"} {
		if !strings.Contains(why, want) {
			t.Errorf("no %q in:\n%s", want, why)
		}
	}
	for _, d := range got.Dimensions {
		if d.Clear != (d.ID == "physical") {
			t.Errorf("%s clear: %v", d.Label, d.Clear)
		}
	}
}

func TestMorePointsMeanSaferInQianxi(t *testing.T) {
	s, ok := load(t, "yangchang").Scale("qianxi", today)
	if !ok {
		t.Fatal("not offered in Bijie")
	}
	if _, elsewhere := load(t, "beiliu").Scale("qianxi", today); elsewhere {
		t.Error("offered outside of Bijie")
	}
	answers := map[string]string{"e.harm": rule.No, "e.alone": rule.No}
	for _, i := range s.Asked(12) {
		answers[i.ID] = i.Answers[0].Value
	}
	if r := score(t, s, 12, answers); r.Total != 75 || r.Max != 75 || r.Level != 1 {
		t.Errorf("safe: %d of %d, level %d", r.Total, r.Max, r.Level)
	}
	if r := score(t, s, 3, answers); r.Total != 68 || r.Parts[0].Risk != 0 {
		t.Errorf("a small child: %d", r.Total)
	}
	answers["hazards"], answers["income"] = "some", "below"
	r := score(t, s, 12, answers)
	if r.Total != 55 || r.Level != 2 || !strings.Contains(strings.Join(r.Why(), ""), "比最好的情况少10分") {
		t.Errorf("%d points, level %d: %v", r.Total, r.Level, r.Why())
	}
}

func TestBeiliuTakesTheHighestOfThreeDimensions(t *testing.T) {
	s, ok := load(t, "beiliu").CountyScale(today)
	if !ok || s.ID != "beiliu" || len(s.Dimensions) != 3 {
		t.Fatalf("%q with %d dimensions", s.ID, len(s.Dimensions))
	}
	r := score(t, s, 5, map[string]string{"hurt": "lasting", "isolation": "withdrawn"})
	if r.Bound.Level != 2 || r.Level != 4 || !strings.Contains(strings.Join(r.Why(), ""), "“心理”一个维度得6分，本身就是第4级") {
		t.Errorf("total %d says %d, level %d: %v", r.Total, r.Bound.Level, r.Level, r.Why())
	}
}

func TestAnswersWhichTheScaleDoesNotKnowAreRefused(t *testing.T) {
	s, _ := load(t, "").Scale("national", today)
	for name, answers := range map[string]map[string]string{"indicator": {"x.y": "none"}, "answer": {"g.who": "none"}, "emergency": {"e.danger": "ja"}} {
		if _, err := s.Score(9, answers); !errs.Is(err, errs.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := s.Score(18, nil); !errs.Is(err, errs.Invalid) {
		t.Errorf("an adult: %v", err)
	}
	r := score(t, s, 2, map[string]string{"s.school": "out"})
	if len(r.NotAsked) != 1 || r.Level != 1 {
		t.Errorf("a question for another age: %+v", r)
	}
}

const scaleHead = "{id: a, label: 甲表, verified: true, direction: worse, ages: {from: 0, to: 18}, dimensions: [{id: d, label: 丁}], "

func TestMistakesInScalesAreNamed(t *testing.T) {
	const answers = "answers: [{value: n, label: 无, points: 0}, {value: y, label: 有, points: 9}]"
	indicator := "indicators: [{id: i, label: 项, dimension: d, " + answers + "}], "
	for says, text := range map[string]string{
		"应从0分开始":       scaleHead + indicator + "levels: [{from: 1, level: 1}]}",
		"从小到大":         scaleHead + indicator + "levels: [{from: 0, level: 1}, {from: 0, level: 2}]}",
		"与方向":          scaleHead + indicator + "levels: [{from: 0, level: 2}, {from: 3, level: 1}]}",
		"永远达不到":        scaleHead + indicator + "levels: [{from: 0, level: 1}, {from: 10, level: 2}]}",
		"没有这个维度":       scaleHead + "indicators: [{id: i, label: 项, dimension: x, " + answers + "}], levels: [{from: 0, level: 1}]}",
		"指标“i”写了两次":    scaleHead + "indicators: [{id: i, label: 项, dimension: d, " + answers + "}, {id: i, label: 项, dimension: d, " + answers + "}], levels: [{from: 0, level: 1}]}",
		"都写作“n”":       scaleHead + "indicators: [{id: i, label: 项, dimension: d, answers: [{value: n, label: 无, points: 0}, {value: n, label: 有, points: 1}]}], levels: [{from: 0, level: 1}]}",
		"单项等级(least)":  scaleHead + "indicators: [{id: i, label: 项, dimension: d, answers: [{value: n, label: 无, points: 0, least: 3}, {value: y, label: 有, points: 1}]}], levels: [{from: 0, level: 1}]}",
		"0周岁对应2个答案":    scaleHead + "indicators: [{id: i, label: 项, dimension: d, by: age, " + answers + "}], levels: [{from: 0, level: 1}]}",
		"与别的编号相同":      scaleHead + indicator + "emergencies: [{id: i, label: 急, advice: 拨打110}], levels: [{from: 0, level: 1}]}",
		"分值(points)应是": scaleHead + "indicators: [{id: i, label: 项, dimension: d, answers: [{value: n, label: 无, points: 零}, {value: y, label: 有, points: 1}]}], levels: [{from: 0, level: 1}]}",
	} {
		wantFinding(t, rule.Check(tree(map[string]string{"county/x/scales.yaml": file("scales", text)})), "county/x/scales.yaml:4:", says)
	}
	wantFinding(t, rule.Check(tree(map[string]string{"county/x/terms.yaml": file("terms", "{id: scale, label: 量表, text: 没有的表}")})), "county/x/terms.yaml:4:", "没有有效的同名量表")
}
