package rulepage

import (
	"fmt"
	"strings"

	"weibao/internal/letter"
	"weibao/internal/rule"
	"weibao/internal/rule/protection"
	"weibao/internal/rule/response"
	"weibao/internal/rule/special"
	"weibao/internal/ui"
)

// listWords says in one line what a rule that is a list of things fixes.
func listWords(v any) string {
	switch v := v.(type) {
	case rule.Screening:
		return screeningWords(v)
	case rule.Ledger:
		heads := make([]string, len(v.Columns))
		for i, c := range v.Columns {
			heads[i] = c.Head()
		}
		return fmt.Sprintf("%s台账，%d栏：%s", places[v.Level], len(v.Columns), strings.Join(heads, "、"))
	case special.List:
		return specialWords(v)
	case rule.CrossCheck:
		return v.Words()
	case rule.CodeTable:
		words := make([]string, len(v.Codes))
		for i, c := range v.Codes {
			words[i] = c.Code + c.Label
		}
		return strings.Join(words, "、")
	}
	return responseWords(v)
}

// responseWords says in one line what a rule on reports fixes.
func responseWords(v any) string {
	switch v := v.(type) {
	case response.Situation:
		words := "至少按" + v.Urgency.Label() + "办理"
		if v.Mandatory {
			words = "强制报告情形，" + words
		}
		return words
	case response.Route:
		lead, help := v.Lead, ""
		if lead == "" {
			lead = "未保办"
		}
		if len(v.Support) > 0 {
			help = "，" + strings.Join(v.Support, "、") + "配合"
		}
		return lead + "牵头" + help + "，由" + response.Places[v.Place] + "办理"
	case response.Triage:
		return fmt.Sprintf("%d个问题", len(v.Questions))
	case response.Channel:
		if v.Number != "" {
			return v.Number + "：" + v.When
		}
		return "登记报告"
	case protection.Measure:
		return fmt.Sprintf("%s。%d种进展，%d项要办的事", v.Cite(), len(v.Facts), len(v.Duties))
	case protection.Paper:
		return v.Title
	}
	return ""
}

var places = map[string]string{"county": "县级", "township": "乡镇级", "village": "村级"}

func screeningWords(s rule.Screening) string {
	words := "时间由本地确定"
	if s.Every != "" {
		words = periods[s.Every] + "一次"
	}
	if s.Begins != "" {
		words += "，" + dayWords(s.Begins) + "至" + dayWords(s.Ends)
	}
	words += fmt.Sprintf("，%d个问题", len(s.Questions))
	if s.Assess {
		words += "，排查即评估"
	}
	return words
}

// dayWords says 05-30 as 5月30日.
func dayWords(day string) string {
	month, date, _ := strings.Cut(day, "-")
	return strings.TrimPrefix(month, "0") + "月" + strings.TrimPrefix(date, "0") + "日"
}

// listParts shows a list line by line.
func listParts(v any) *ui.Table {
	switch v := v.(type) {
	case rule.Screening:
		return questionTable(v)
	case rule.Ledger:
		return columnTable(v)
	case special.List:
		return matrixTable(rule.Matrix{Duties: rule.StepCares(v, allCodes(v))})
	case rule.CodeTable:
		t := &ui.Table{ID: "codes", Caption: "代码", Columns: []ui.Column{{Label: "代码", Slim: true}, {Label: "文字"}, {Label: "也写作", Wide: true}}}
		for _, c := range v.Codes {
			t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.T(c.Code), ui.T(c.Label), ui.T(strings.Join(c.Also, "、"))}})
		}
		return t
	}
	return nil
}

// specialWords says in one line what a special list asks for.
func specialWords(l special.List) string {
	var parts []string
	for _, c := range rule.StepCares(l, allCodes(l)) {
		parts = append(parts, c.Call()+timeWords(c))
	}
	return strings.Join(parts, "；")
}

// allCodes are the categories to which parts of a list are limited: with them it shows whole.
func allCodes(l special.List) (out []string) {
	for _, s := range l.Steps {
		out = append(out, s.Categories...)
	}
	return out
}

func questionTable(s rule.Screening) *ui.Table {
	t := &ui.Table{ID: "questions", Caption: "问题", Columns: []ui.Column{{Label: "问题", Wide: true}, {Label: "适用年龄", Slim: true}, {Label: "答案"}, {Label: "要评估的答案"}, {Label: "填入", Slim: true}}}
	for _, q := range s.Questions {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: letter.Punctuate(q.Label), Sub: letter.Punctuate(q.Hint)}, ui.T(agesWords(q.Ages)), ui.T(optionWords(q)), ui.T(assessWords(q)), ui.T(q.Sets)}})
	}
	return t
}

var answerKinds = map[string]string{"yes-no": "是、否", "number": "数字", "text": "文字"}

// optionWords lists the answers of a question.
func optionWords(q rule.Question) string {
	if kind := answerKinds[q.Kind]; kind != "" {
		return kind
	}
	words := make([]string, len(q.Options))
	for i, o := range q.Options {
		words[i] = letter.Punctuate(o.Label)
	}
	return strings.Join(words, "、")
}

// assessWords lists the answers that lead to an assessment.
func assessWords(q rule.Question) string {
	labels := map[string]string{rule.Yes: "是", rule.No: "否"}
	for _, o := range q.Options {
		if o.Label != "" {
			labels[o.Value] = letter.Punctuate(o.Label)
		}
	}
	words := make([]string, len(q.Assess))
	for i, a := range q.Assess {
		words[i] = labels[a]
	}
	return strings.Join(words, "、")
}

func columnTable(l rule.Ledger) *ui.Table {
	t := &ui.Table{ID: "columns", Caption: "栏目", Columns: []ui.Column{{Label: "栏目", Wide: true}, {Label: "档案字段"}, {Label: "信息分级", Slim: true}}}
	for _, c := range l.Columns {
		f, _ := rule.DossierField(c.Field)
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.T(letter.Punctuate(c.Head())), ui.T(letter.Punctuate(f.Label)), ui.T(f.Class.Label())}})
	}
	return t
}
