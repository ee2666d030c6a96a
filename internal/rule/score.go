package rule

import (
	"cmp"
	"fmt"
	"slices"

	"weibao/internal/civil"
	"weibao/internal/errs"
)

// Result is what a scale says about a child.
type Result struct {
	Scale       string // id
	Version     civil.Date
	Age         int
	Direction   Direction
	Total       int   // with what is unanswered taken as harmless
	Max         int   // the most that the scale gives at this age
	Bound       Bound // to which the total belongs
	Level       int
	Worst       int // the level if whatever is unanswered were at its worst
	Dimensions  []DimensionResult
	Emergencies []Emergency // those that hold; any of them makes level 4
	Parts       []Part      // what was answered, what weighs most first
	Unanswered  []Missing
	NotAsked    []string // indicators that were answered but are not for this age; they count nothing
}

// DimensionResult is one side of a result.
type DimensionResult struct {
	ID, Label   string
	Points, Max int
	Level       int  // 0 where the scale gives dimensions no level
	Clear       bool // nothing of concern: every answer is the most harmless one
}

// Part is what one indicator brought.
type Part struct {
	Indicator, Label  string
	Dimension         string
	Value, Answer     string
	Points, Low, High int // the points, and what the indicator can bring
	Risk              int // how far from the harmless end, whatever the direction; 0 is harmless
	Least             int // the level which this answer alone brings, 0 none
}

// Missing is a question without an answer.
type Missing struct {
	ID, Label string
	Emergency bool
}

// Complete tells whether everything was answered.
func (r Result) Complete() bool { return len(r.Unanswered) == 0 }

// Score judges the answers for a child of an age. Answers are by id of indicator, with the value of the choice, and
// by id of emergency, with Yes or No. What is unanswered counts as harmless and is listed. The error names each
// answer which the scale does not know.
func (s Scale) Score(age int, answers map[string]string) (Result, error) {
	if !s.Ages.Hold(age) || age < 0 {
		return Result{}, errs.Newf(errs.Invalid, "“%s”不适用于%d周岁，请换用适合的量表。", s.Label, age)
	}
	if err := s.known(answers); err != nil {
		return Result{}, err
	}
	r := Result{Scale: s.ID, Version: s.Version, Age: age, Direction: s.Direction}
	r.takeEmergencies(s.Emergencies, answers)
	worst := s.takeIndicators(&r, answers)
	r.Bound = s.LevelOf(r.Total)
	r.Level, r.Worst = s.level(r.Total, r.Dimensions, r.Parts), s.level(worst.total, worst.dimensions, worst.parts)
	if len(r.Emergencies) > 0 {
		r.Level = TopLevel
	}
	if slices.ContainsFunc(r.Unanswered, func(m Missing) bool { return m.Emergency }) {
		r.Worst = TopLevel
	}
	r.Worst = max(r.Worst, r.Level)
	slices.SortStableFunc(r.Parts, func(a, b Part) int {
		return cmp.Or(cmp.Compare(b.Least, a.Least), cmp.Compare(b.Risk, a.Risk))
	})
	return r, nil
}

// known refuses answers which the scale does not have.
func (s Scale) known(answers map[string]string) error {
	wrong := errs.Fields{}
	for id, value := range answers {
		wrong.Check(s.has(id, value), id, "这个答案不在量表中，请重新选择。")
	}
	return wrong.Err()
}

func (s Scale) has(id, value string) bool {
	for _, i := range s.Indicators {
		if i.ID == id && i.By != byAge {
			return slices.ContainsFunc(i.Answers, func(c Choice) bool { return c.Value == value })
		}
	}
	return (value == Yes || value == No) && slices.ContainsFunc(s.Emergencies, func(e Emergency) bool { return e.ID == id })
}

func (r *Result) takeEmergencies(list []Emergency, answers map[string]string) {
	for _, e := range list {
		switch answers[e.ID] {
		case Yes:
			r.Emergencies = append(r.Emergencies, e)
		case "":
			r.Unanswered = append(r.Unanswered, Missing{ID: e.ID, Label: e.Label, Emergency: true})
		}
	}
}

// worstCase is the result if whatever is unanswered were at its worst.
type worstCase struct {
	total      int
	dimensions []DimensionResult
	parts      []Part
}

// takeIndicators adds up the answers and, beside them, the worst case.
func (s Scale) takeIndicators(r *Result, answers map[string]string) worstCase {
	index := map[string]int{}
	for i, d := range s.Dimensions {
		index[d.ID] = i
		r.Dimensions = append(r.Dimensions, DimensionResult{ID: d.ID, Label: d.Label, Clear: true})
	}
	worst := worstCase{dimensions: slices.Clone(r.Dimensions)}
	for _, ind := range s.Indicators {
		value, answered := answers[ind.ID]
		if !ind.Ages.Hold(r.Age) {
			if answered {
				r.NotAsked = append(r.NotAsked, ind.ID)
			}
			continue
		}
		d, w := &r.Dimensions[index[ind.Dimension]], &worst.dimensions[index[ind.Dimension]]
		p, ok := s.part(ind, r.Age, value)
		bad := p
		if ok {
			r.Parts = append(r.Parts, p)
		} else {
			r.Unanswered = append(r.Unanswered, Missing{ID: ind.ID, Label: ind.Label})
			bad = s.worstPart(ind, r.Age)
		}
		r.Total, r.Max, d.Points, d.Max = r.Total+p.Points, r.Max+p.High, d.Points+p.Points, d.Max+p.High
		d.Clear = d.Clear && p.Risk == 0
		worst.total, w.Points = worst.total+bad.Points, w.Points+bad.Points
		worst.parts = append(worst.parts, bad)
	}
	for i, d := range s.Dimensions {
		if len(d.Levels) > 0 {
			r.Dimensions[i].Level = boundOf(d.Levels, r.Dimensions[i].Points).Level
			worst.dimensions[i].Level = boundOf(d.Levels, worst.dimensions[i].Points).Level
		}
	}
	return worst
}

// part gives what an answer brings; without one, what is harmless.
func (s Scale) part(ind Indicator, age int, value string) (Part, bool) {
	low, high := ind.span(age)
	p := Part{Indicator: ind.ID, Label: ind.Label, Dimension: ind.Dimension, Low: low, High: high, Points: low}
	if s.Direction == Better {
		p.Points = high
	}
	for _, c := range ind.Answers {
		if ind.By == byAge && c.Ages.Hold(age) || ind.By == "" && c.Value == value {
			s.answer(&p, ind, c)
			return p, true
		}
	}
	return p, false
}

func (s Scale) answer(p *Part, ind Indicator, c Choice) {
	p.Value, p.Answer, p.Points, p.Least = c.Value, c.Label, c.Points*ind.Weight, c.Least
	p.Risk = p.Points - p.Low
	if s.Direction == Better {
		p.Risk = p.High - p.Points
	}
}

func (s Scale) worstPart(ind Indicator, age int) Part {
	p, _ := s.part(ind, age, "")
	for _, c := range ind.Answers {
		q := p
		s.answer(&q, ind, c)
		if q.Risk > p.Risk || q.Risk == p.Risk && q.Least > p.Least {
			p = q
		}
	}
	return p
}

// level is the highest of what the points say and of what single answers bring.
func (s Scale) level(total int, dims []DimensionResult, parts []Part) int {
	level := s.LevelOf(total).Level
	for _, p := range parts {
		level = max(level, p.Least)
	}
	if s.Decides == "highest" {
		for _, d := range dims {
			level = max(level, d.Level)
		}
	}
	return level
}

const mostReasons = 5

// Why says in sentences why the level is what it is, what weighs most first.
func (r Result) Why() []string {
	var list []string
	for _, e := range r.Emergencies {
		list = append(list, "紧急情形：“"+e.Label+"”，不看得分直接定为最高等级。")
	}
	for _, p := range r.Parts {
		switch {
		case p.Least > 1 && p.Least == r.Level:
			list = append(list, fmt.Sprintf("“%s”为“%s”，这一项单独就定为第%d级。", p.Label, p.Answer, p.Least))
		case p.Risk > 0 && len(list) < mostReasons+len(r.Emergencies):
			list = append(list, fmt.Sprintf("“%s”为“%s”，%s%d分。", p.Label, p.Answer, r.sign(), p.Risk))
		}
	}
	for _, d := range r.Dimensions {
		if len(r.Emergencies) == 0 && d.Level == r.Level && d.Level > r.Bound.Level {
			list = append(list, fmt.Sprintf("“%s”一个维度得%d分，本身就是第%d级。", d.Label, d.Points, d.Level))
		}
	}
	if len(r.Emergencies) == 0 {
		list = append(list, fmt.Sprintf("合计%d分（本年龄满分%d分，%s）。", r.Total, r.Max, directionWords[r.Direction]))
	}
	if n := len(r.Unanswered); n > 0 {
		list = append(list, fmt.Sprintf("还有%d项没有作答，都按没有问题计算；如果都是最差情况，将是第%d级。", n, r.Worst))
	}
	return list
}

var directionWords = map[Direction]string{Worse: "分数越高风险越大", Better: "分数越高越安全"}

// sign is what a risk does to the total.
func (r Result) sign() string {
	if r.Direction == Better {
		return "比最好的情况少"
	}
	return "加"
}
