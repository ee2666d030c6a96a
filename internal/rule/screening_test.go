package rule_test

import (
	"slices"
	"testing"

	"weibao/internal/civil"
	"weibao/internal/rule"
	"weibao/rules"
)

// packs are the counties whose rules are shipped; "" is the national ones.
var packs = []string{"", "beiliu", "demo", "jinyuan", "nongchang", "rangtang", "wangzhai", "wuhai", "yangchang", "yinchuan"}

// eachQuestion visits the questions of every shipped form that set a fact.
func eachQuestion(t *testing.T, visit func(t *testing.T, form rule.Screening, q rule.Question)) {
	on := civil.MustParse("2026-03-02")
	for _, pack := range packs {
		book, err := rule.Load(rules.FS, pack)
		if err != nil {
			t.Fatal(err)
		}
		for _, form := range book.Screenings(on) {
			for _, q := range form.Questions {
				t.Run(pack+"/"+form.ID+"/"+q.ID, func(t *testing.T) { visit(t, form, q) })
			}
		}
	}
}

// answers are those that a question can be given by choosing, or a number.
func answers(q rule.Question) []string {
	switch q.Kind {
	case "yes-no":
		return []string{rule.Yes, rule.No}
	case "number":
		return []string{"7"}
	case "text":
		return []string{"没有"}
	}
	var out []string
	for _, o := range q.Options {
		out = append(out, o.Value)
	}
	return out
}

func TestFactsTellTheAnswerThatSetThem(t *testing.T) {
	eachQuestion(t, func(t *testing.T, form rule.Screening, q rule.Question) {
		if q.Sets == "" {
			if told := q.Told(rule.Facts{}); told != "" {
				t.Errorf("sets nothing, but the facts tell %q", told)
			}
			return
		}
		for _, a := range answers(q) {
			given := map[string]string{q.ID: a}
			after, _ := form.Apply(rule.Facts{Age: 16}, given) // other questions may be required; what fits is set all the same
			if told := q.Told(after); told != a {
				t.Errorf("answered %q, the facts tell %q", a, told)
			}
		}
	})
}

func TestACalmAnswerLeadsNowhere(t *testing.T) {
	eachQuestion(t, func(t *testing.T, form rule.Screening, q rule.Question) {
		calm := q.Calm()
		if slices.Contains(q.Assess, calm) {
			t.Errorf("%q leads to an assessment", calm)
		}
		if q.Required && q.Sets == "" && q.Kind == "yes-no" && calm == "" {
			t.Error("无变化 cannot answer a required question that the file does not answer")
		}
		if q.Meeting() && calm != rule.Yes {
			t.Errorf("met is %q", calm)
		}
	})
}
