package rulepage

import (
	"fmt"
	"strconv"
	"strings"

	"weibao/internal/letter"
	"weibao/internal/rule"
	"weibao/internal/ui"
)

// value says in one line what a rule fixes.
func value(e rule.Entry) string { return letter.Punctuate(valueWords(e.Value)) }

func valueWords(v any) string {
	switch v := v.(type) {
	case rule.Term:
		return v.Text
	case rule.Level:
		return fmt.Sprintf("第%d级，%s，图形%s", v.N, colours[v.Color], ui.Level{Rank: v.N, Figure: v.Shape}.Shape())
	case rule.Clock:
		return clockWords(v)
	case rule.Ladder:
		return ladderWords(v)
	case rule.Cycle:
		return cycleWords(v)
	case rule.Limit:
		return limitSigns[v.Op] + strconv.FormatFloat(v.Value, 'f', -1, 64) + v.Unit
	case rule.Category:
		return categoryWords(v)
	case rule.Scale:
		return scaleWords(v)
	case rule.Matrix:
		return matrixWords(v)
	}
	return listWords(v)
}

var colours = map[string]string{"blue": "蓝色", "green": "绿色", "yellow": "黄色", "orange": "橙色", "red": "红色"}

var limitSigns = map[string]string{">=": "不少于", "<=": "不超过", "<": "不满", ">": "超过", "=": ""}

var spanUnits = map[string]string{"hours": "小时", "workdays": "个工作日", "days": "日", "months": "个月", "years": "年"}

func spanWords(s rule.Span) string { return strconv.Itoa(s.N) + spanUnits[s.Unit] }

func clockWords(c rule.Clock) string {
	limit := c.Words
	if c.Span.N != 0 {
		limit = spanWords(c.Span) + "内"
	}
	if c.Event == "" {
		return limit
	}
	return c.Event + "后" + limit
}

var receivers = map[string]string{"owner": "责任单位", "superior": "上级单位", "office": "未保办", "leader": "分管领导"}

func ladderWords(l rule.Ladder) string {
	steps := make([]string, len(l.Steps))
	for i, s := range l.Steps {
		steps[i] = offsetWords(s.Offset) + s.Label
	}
	return strings.Join(steps, "；")
}

func offsetWords(s rule.Span) string {
	switch {
	case s.N < 0:
		return "到期前" + spanWords(rule.Span{N: -s.N, Unit: s.Unit})
	case s.N == 0:
		return "到期时"
	}
	return "超期" + spanWords(s)
}

var periods = map[string]string{"day": "每日", "week": "每周", "2week": "每两周", "month": "每月", "2month": "每两个月", "quarter": "每季度",
	"halfyear": "每半年", "term": "每学期", "school-year": "每学年", "year": "每年", "2year": "每两年"}

func cycleWords(c rule.Cycle) string {
	words := periods[c.Every]
	if len(c.Months) > 0 {
		months := make([]string, len(c.Months))
		for i, m := range c.Months {
			months[i] = strconv.Itoa(m)
		}
		words += strings.Join(months, "、") + "月"
	}
	if c.Day > 0 {
		words += strconv.Itoa(c.Day) + "日前"
	}
	return words + fmt.Sprintf("至少%d次", max(c.Times, 1))
}

func categoryWords(c rule.Category) string {
	if len(c.Proposing()) == 0 {
		return "由工作人员认定"
	}
	parts := make([]string, len(c.Proposing()))
	for i, w := range c.Proposing() {
		parts[i] = w.Words()
	}
	return strings.Join(parts, "；")
}

// who says whose a rule is, where it says so.
func who(v any) string {
	switch v := v.(type) {
	case rule.Clock:
		return letter.Punctuate(v.Actor)
	case rule.Cycle:
		return letter.Punctuate(v.Actor)
	case rule.Screening:
		return carers[v.Who]
	}
	return ""
}
