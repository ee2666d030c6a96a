package rule

import (
	"slices"

	"gopkg.in/yaml.v3"

	"weibao/internal/civil"
	"weibao/internal/rule/rulefile"
)

// Scale is a form by which the risk of a child is assessed: indicators with answers that bring points, bounds which
// turn points into a level, and situations that need help at once whatever the points say.
type Scale struct {
	ID, Label   string
	Version     civil.Date `yaml:"valid_from"` // the day since which it holds; an assessment keeps it
	Direction   Direction
	Decides     string // "total": the level of all points; "highest": the highest of that and of the dimensions' levels
	Ages        Ages   // of the children for whom it is made
	Dimensions  []Dimension
	Indicators  []Indicator
	Levels      []Bound     // rising; each total belongs to the last whose From it reaches
	Emergencies []Emergency // any of them is level 4 at once
	Source      Source
	Status      Status
	Verified    bool
}

// Direction says what more points mean.
type Direction string

// The directions; tables of both kinds are in use.
const (
	Worse  Direction = "worse"
	Better Direction = "better"
)

// TopLevel is the highest level of risk.
const TopLevel = 4

// Ages are completed years from From up to but not including To; a To of 0 is no end.
type Ages struct{ From, To int }

// Hold tells whether an age is among them.
func (a Ages) Hold(age int) bool { return age >= a.From && (a.To == 0 || age < a.To) }

// Dimension is a side from which a child is looked at: 生理, 心理, 社会, 监护.
type Dimension struct {
	ID, Label string
	Levels    []Bound // empty where the scale gives a dimension no level of its own
}

// Bound is the level of all points from From on, up to the next bound.
type Bound struct {
	From  int
	Level int
	Label string // the scale's own word for it, empty where it has none
}

// Indicator is one question of a scale.
type Indicator struct {
	ID, Label string
	Dimension string
	Ages      Ages   // the ages for which it is asked
	Weight    int    // what the points are multiplied with, 1 where the file names none
	By        string // "age": answered by the age alone; empty: by a person
	Hint      string // how to find out, or where the line is
	Answers   []Choice
}

// Choice is one answer of an indicator.
type Choice struct {
	Value, Label string
	Points       int
	Least        int  // the level which this answer alone brings, 0 none
	Ages         Ages // of an indicator by age
}

// Emergency is a situation in which nobody counts points.
type Emergency struct {
	ID, Label string
	Advice    string   // what to do first: 立即拨打110 …
	Reports   []string // R1 to R9 of the mandatory report, where it is one
}

// Answers to an emergency item.
const (
	Yes = "yes"
	No  = "no"
)

// Asked gives the indicators for a child of an age, in the order of the scale, without those that the age answers.
func (s Scale) Asked(age int) []Indicator {
	return slices.DeleteFunc(s.applying(age), func(i Indicator) bool { return i.By == byAge })
}

const byAge = "age"

func (s Scale) applying(age int) []Indicator {
	var list []Indicator
	for _, i := range s.Indicators {
		if i.Ages.Hold(age) {
			list = append(list, i)
		}
	}
	return list
}

// LevelOf gives the bound to which a total belongs; every total belongs to exactly one.
func (s Scale) LevelOf(total int) Bound { return boundOf(s.Levels, total) }

func boundOf(bounds []Bound, points int) Bound {
	at := bounds[0]
	for _, b := range bounds[1:] {
		if points >= b.From {
			at = b
		}
	}
	return at
}

// Scale gives a scale by id.
func (b *Book) Scale(id string, on civil.Date) (Scale, bool) { return b.scales.at(id, on) }

// Scales gives every scale that may be used in the county.
func (b *Book) Scales(on civil.Date) []Scale { return b.scales.all(on) }

// scaleTerm is the term by which a county chooses its scale: its text is the label of the scale.
const scaleTerm = "scale"

// CountyScale gives the scale which the county chose.
func (b *Book) CountyScale(on civil.Date) (Scale, bool) {
	chosen, ok := b.Term(scaleTerm, on)
	if !ok {
		return Scale{}, false
	}
	for _, s := range b.Scales(on) {
		if s.Label == chosen.Text {
			return s, true
		}
	}
	return Scale{}, false
}

// checkChosenScale refuses a choice of a scale that does not exist.
func (b *Book) checkChosenScale(found *Findings) {
	for _, e := range b.terms.entries[scaleTerm] {
		if chosen, _ := b.terms.at(scaleTerm, e.From); chosen.Text != e.value.Text {
			continue
		}
		fits := slices.ContainsFunc(b.Scales(e.From), func(s Scale) bool { return s.Label == e.value.Text })
		if !fits {
			found.Add(e.file, e.line, "选用的评估量表“%s”在%s没有有效的同名量表", e.value.Text, e.From)
		}
	}
}

// checkScale completes a scale and refuses one that cannot give each child exactly one level.
func checkScale(s *Scale, it item) {
	if s.Decides == "" {
		s.Decides = "total"
	}
	for i := range s.Indicators {
		if s.Indicators[i].Weight == 0 {
			s.Indicators[i].Weight = 1
		}
	}
	s.checkIDs(it)
	for i, ind := range s.Indicators {
		s.checkIndicator(ind, it.under("indicators", i))
	}
	if !s.checkBounds(s.Levels, "量表", it.under("levels", 0)) {
		return
	}
	for i, d := range s.Dimensions {
		if len(d.Levels) > 0 {
			s.checkBounds(d.Levels, "维度“"+d.Label+"”", it.under("dimensions", i))
		}
	}
	s.checkReach(it)
}

// under is the item seen at one entry of a list inside it, so that a complaint names that line.
func (it item) under(list string, i int) item {
	if n := rulefile.Child(it.node, list); n != nil && n.Kind == yaml.SequenceNode && i < len(n.Content) {
		it.line = n.Content[i].Line
	}
	return it
}

func (s *Scale) checkIDs(it item) {
	seen := map[string]bool{}
	for i, ind := range s.Indicators {
		if seen[ind.ID] {
			it.under("indicators", i).complain("的指标“%s”写了两次", ind.ID)
		}
		seen[ind.ID] = true
	}
	for i, e := range s.Emergencies {
		if seen[e.ID] {
			it.under("emergencies", i).complain("的紧急情形“%s”与别的编号相同", e.ID)
		}
		seen[e.ID] = true
	}
}

func (s *Scale) checkIndicator(ind Indicator, it item) {
	if !slices.ContainsFunc(s.Dimensions, func(d Dimension) bool { return d.ID == ind.Dimension }) {
		it.complain("的指标“%s”属于维度“%s”,量表里没有这个维度", ind.ID, ind.Dimension)
	}
	values := map[string]bool{}
	for _, c := range ind.Answers {
		if values[c.Value] {
			it.complain("的指标“%s”有两个答案都写作“%s”", ind.ID, c.Value)
		}
		values[c.Value] = true
	}
	if ind.By == byAge {
		s.checkAgeAnswers(ind, it)
		return
	}
	for _, x := range ind.Answers {
		for _, y := range ind.Answers {
			if s.risk(x.Points) > s.risk(y.Points) && x.Least < y.Least {
				it.complain("的指标“%s”:答案“%s”比“%s”更差,单项等级(least)却更低", ind.ID, x.Label, y.Label)
				return
			}
		}
	}
}

// checkAgeAnswers wants each age of the indicator in exactly one answer.
func (s *Scale) checkAgeAnswers(ind Indicator, it item) {
	for age := range adult {
		if !s.Ages.Hold(age) || !ind.Ages.Hold(age) {
			continue
		}
		n := 0
		for _, c := range ind.Answers {
			if c.Ages.Hold(age) {
				n++
			}
		}
		if n != 1 {
			it.complain("的指标“%s”:%d周岁对应%d个答案,应正好1个", ind.ID, age, n)
			return
		}
	}
}

// adult is the age at which nobody is a child any more.
const adult = 18

// risk turns points so that more is always worse.
func (s *Scale) risk(points int) int {
	if s.Direction == Better {
		return -points
	}
	return points
}

// checkBounds wants bounds that rise from 0 and levels that never turn back.
func (s *Scale) checkBounds(bounds []Bound, whose string, it item) bool {
	if bounds[0].From != 0 {
		it.complain("%s的分数界限应从0分开始,否则低于%d分没有等级", whose, bounds[0].From)
		return false
	}
	for i := 1; i < len(bounds); i++ {
		before, after := bounds[i-1], bounds[i]
		if after.From <= before.From {
			it.complain("%s的分数界限要从小到大写:%d分之后不能是%d分", whose, before.From, after.From)
			return false
		}
		if s.risk(after.Level) < s.risk(before.Level) {
			it.complain("%s的等级与方向(direction)不符:%d分起为%d级,%d分起为%d级", whose, before.From, before.Level, after.From, after.Level)
			return false
		}
	}
	return true
}

// checkReach refuses bounds which no child of any age can reach.
func (s *Scale) checkReach(it item) {
	most, dims := 0, map[string]int{}
	for age := range adult {
		if !s.Ages.Hold(age) {
			continue
		}
		total, each := 0, map[string]int{}
		for _, ind := range s.applying(age) {
			_, high := ind.span(age)
			total += high
			each[ind.Dimension] += high
		}
		most = max(most, total)
		for id, n := range each {
			dims[id] = max(dims[id], n)
		}
	}
	if last := s.Levels[len(s.Levels)-1]; last.From > most {
		it.complain("的%d级要%d分,各年龄最多只有%d分,永远达不到", last.Level, last.From, most)
	}
	for i, d := range s.Dimensions {
		if n := len(d.Levels); n > 0 && d.Levels[n-1].From > dims[d.ID] {
			it.under("dimensions", i).complain("的维度“%s”最多%d分,界限%d分永远达不到", d.Label, dims[d.ID], d.Levels[n-1].From)
		}
	}
}

// span gives the fewest and the most points which an indicator can bring at an age.
func (i Indicator) span(age int) (low, high int) {
	first := true
	for _, c := range i.Answers {
		if i.By == byAge && !c.Ages.Hold(age) {
			continue
		}
		points := c.Points * i.Weight
		if first || points < low {
			low = points
		}
		if first || points > high {
			high = points
		}
		first = false
	}
	return low, high
}
