package assessmentpage

import (
	"slices"
	"strings"

	"weibao/internal/assessment"
	"weibao/internal/civil"
	"weibao/internal/clock"
)

// decided says how people came to a level: that it is another than the
// scale's, and why, that it falls, that nobody counted points, and who agreed.
func (p *Pages) decided(t assessment.Told, now clock.Instant) []string {
	level := "“" + p.level(t.Level, now).Label + "”"
	at := civil.FormatTime(t.At.Time())
	if t.Recalculated() {
		return []string{"评估规则变化后，" + t.ByName + "于" + at + "按原来的作答重新计算，等级为" + level + "；没有对孩子重新评估。"}
	}
	var list []string
	switch {
	case t.Emergency != 0:
		list = append(list, t.ByName+"于"+at+"登记了紧急情形，不看得分，直接定为最高等级"+level+"。")
	case t.Level != t.Scored:
		list = append(list, "量表算出的是“"+p.level(t.Scored, now).Label+"”，"+t.ByName+"于"+at+"改定为"+level+"。理由："+sentence(t.Paper.Reason))
	}
	if t.Before > 0 && t.Level < t.Before {
		list = append(list, "这次评估把等级由“"+p.level(t.Before, now).Label+"”降为"+level+"。")
	}
	if words := agreed(t); words != "" && (len(list) > 0 || t.Decided != 0 || t.Open()) {
		list = append(list, words)
	}
	return list
}

// agreed says what came of a second person's look.
func agreed(t assessment.Told) string {
	who := t.DecidedName + "于" + civil.FormatTime(t.Decided.Time())
	opinion := ""
	if t.Words != "" {
		opinion = "意见：" + sentence(t.Words)
	}
	switch {
	case t.Displaced() && t.State == assessment.Replaced:
		return "还没有人审定就有了新的评估，这个等级没有生效。"
	case t.Displaced():
		return "等级当场生效；还没有人确认就有了新的评估。"
	case t.State == assessment.Proposed:
		return "降低等级，或者低于量表结果的，要由另一人审定。现在还没有审定，等级没有改变。"
	case t.State == assessment.Refused:
		return who + "审定不同意，这个等级没有生效。" + opinion
	case t.Decided == 0 && t.Open():
		return "等级当场生效，已报上一级确认，还没有确认。"
	case t.Decided == 0:
		return "提高等级当场生效，不需要另一人审定。"
	case t.Lowers():
		return who + "审定同意，等级从这时起生效。" + opinion
	case t.Confirmed == 0:
		return who + "不同意，已生效的等级不变；要降低须重新评估。" + opinion
	}
	return "等级当场生效，" + who + "确认。" + opinion
}

// sentence ends words as a sentence does.
func sentence(words string) string {
	if slices.ContainsFunc([]string{"。", "！", "？"}, func(end string) bool { return strings.HasSuffix(words, end) }) {
		return words
	}
	return words + "。"
}
