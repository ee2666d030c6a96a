package rulepage

import (
	"fmt"
	"strconv"
	"strings"

	"weibao/internal/letter"
	"weibao/internal/rule"
	"weibao/internal/ui"
)

var directions = map[rule.Direction]string{rule.Worse: "分数越高风险越大", rule.Better: "分数越高越安全"}

// scaleWords says how a scale works in one line.
func scaleWords(s rule.Scale) string {
	bounds := make([]string, len(s.Levels))
	for i, b := range s.Levels {
		bounds[i] = fmt.Sprintf("%d分起第%d级", b.From, b.Level)
	}
	words := fmt.Sprintf("%d个维度%d项指标，%s；%s", len(s.Dimensions), len(s.Indicators), directions[s.Direction], strings.Join(bounds, "、"))
	if n := len(s.Emergencies); n > 0 {
		words += fmt.Sprintf("；%d种紧急情形直接定为第%d级", n, rule.TopLevel)
	}
	return words
}

// scaleTable lists the questions of a scale with what each answer brings.
func scaleTable(s rule.Scale) *ui.Table {
	t := &ui.Table{ID: "indicators", Caption: "指标和分值", Columns: []ui.Column{{Label: "指标"}, {Label: "适用年龄", Slim: true}, {Label: "答案和分值", Wide: true}}}
	for _, d := range s.Dimensions {
		t.Rows = append(t.Rows, ui.Row{Heading: d.Label})
		for _, i := range s.Indicators {
			if i.Dimension == d.ID {
				t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: letter.Punctuate(i.Label), Sub: letter.Punctuate(i.Hint)}, ui.T(agesWords(i.Ages)), ui.T(letter.Punctuate(answerWords(i)))}})
			}
		}
	}
	if len(s.Emergencies) == 0 {
		return t
	}
	t.Rows = append(t.Rows, ui.Row{Heading: "紧急情形，不计分"})
	for _, e := range s.Emergencies {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.T(letter.Punctuate(e.Label)), ui.T(agesWords(rule.Ages{})), ui.T(letter.Punctuate(e.Advice))}})
	}
	return t
}

func agesWords(a rule.Ages) string {
	switch {
	case a.To == 0 && a.From == 0:
		return "不限"
	case a.To == 0:
		return fmt.Sprintf("满%d周岁", a.From)
	case a.From == 0:
		return fmt.Sprintf("不满%d周岁", a.To)
	}
	return fmt.Sprintf("满%d不满%d周岁", a.From, a.To)
}

func answerWords(i rule.Indicator) string {
	parts := make([]string, len(i.Answers))
	for n, a := range i.Answers {
		parts[n] = fmt.Sprintf("%s%d分", a.Label, a.Points*i.Weight)
		if a.Least > 0 {
			parts[n] += fmt.Sprintf("（至少第%d级）", a.Least)
		}
	}
	return strings.Join(parts, "；")
}

var carers = map[string]string{"child_director": "儿童主任", "supervisor": "儿童督导员", "officer": "未保办工作人员", "assigned": "包保责任人", "grid": "村民小组长、网格员", "unit": "责任单位"}

var tiers = map[rule.Tier]string{rule.AtTownship: "乡镇", rule.AtCounty: "县级"}

// matrixWords says what a level or a category makes somebody do.
func matrixWords(m rule.Matrix) string {
	var parts []string
	for _, c := range m.Duties {
		parts = append(parts, c.Call()+timeWords(c)+"，"+carers[c.Who])
	}
	for _, t := range []struct {
		tier rule.Tier
		form string
	}{{m.Propose, "等级由%s提出"}, {m.Confirm, "由%s确认"}, {m.Lower, "降低等级须经%s同意"}} {
		if t.tier != "" {
			parts = append(parts, fmt.Sprintf(t.form, tiers[t.tier]))
		}
	}
	return strings.Join(parts, "；")
}

func timeWords(c rule.Care) string {
	if c.Returns() {
		return periods[c.Every] + "至少" + strconv.Itoa(max(c.Times, 1)) + "次"
	}
	return spanWords(c.Within) + "内"
}

// matrixTable lists the duties of a row.
func matrixTable(m rule.Matrix) *ui.Table {
	if len(m.Duties) == 0 {
		return nil
	}
	t := &ui.Table{ID: "duties", Caption: "要做的事", Columns: []ui.Column{{Label: "做什么", Wide: true}, {Label: "时间", Slim: true}, {Label: "由谁做", Slim: true}, {Label: "性质", Slim: true}}}
	for _, c := range m.Duties {
		status := m.Status
		if c.Status != "" {
			status = c.Status
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.T(letter.Punctuate(c.Call())), ui.T(timeWords(c)), ui.T(carers[c.Who]), {Tag: statusTag(status)}}})
	}
	return t
}
