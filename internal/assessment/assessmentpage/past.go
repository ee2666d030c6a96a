package assessmentpage

import (
	"weibao/internal/assessment"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/letter"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/ui"
)

// Event is what happened in an assessment at an instant.
type Event struct {
	At   clock.Instant
	Unit ref.Unit // of whoever did it; 0 = not known
	ui.Event
}

// covered stands for what only a reveal of the file shows.
const covered = "（隐去）"

// PastTable is the empty table of a child's assessments.
func PastTable() ui.Table {
	return ui.Table{ID: "assessments", Caption: "历次评估", Columns: []ui.Column{{Label: "日期", Slim: true}, {Label: "评定等级", Slim: true}, {Label: "原等级", Slim: true},
		{Label: "量表和版本"}, {Label: "得分", Num: true}, {Label: "评估人"}, {Label: "审定、确认"}, {Label: "与量表不同", Wide: true}}}
}

// Past is a row of that table for each assessment.
func Past(book *rule.Book, list []assessment.Told, revealed bool, now clock.Instant) []ui.Row {
	rows := make([]ui.Row, len(list))
	for i, t := range list {
		level, before := levelOf(book, t.Level, now), levelOf(book, t.Before, now)
		day := ui.Link(civil.FormatDate(civil.DateOf(t.At.Time())), showPath(t.ID))
		if t.State != assessment.Held {
			day.Sub = t.State.Label()
		}
		was := ui.T("首次评定")
		if t.Before > 0 {
			was = ui.Cell{Level: &before}
		}
		label, version := scaleWords(book, t.Assessment)
		points := ui.Count(t.Total)
		if t.Emergency != 0 {
			points = "不计分"
		}
		rows[i] = ui.Row{Cells: []ui.Cell{day, {Level: &level}, was, {Text: label, Sub: version}, ui.T(points),
			{Text: t.ByName, Sub: civil.FormatTime(t.At.Time())}, approval(t.Assessment), difference(book, t, revealed, now)}}
	}
	return rows
}

// scaleWords names the scale by which a child was assessed, and its version.
func scaleWords(book *rule.Book, a assessment.Assessment) (label, version string) {
	label = "已停用的量表"
	if s, ok := book.Scale(a.Scale, a.Version); ok {
		label = letter.Punctuate(s.Label)
	}
	return label, civil.FormatDate(a.Version) + "起施行的版本"
}

// approval says who decided on an assessment or confirmed it.
func approval(a assessment.Assessment) ui.Cell {
	switch {
	case a.Recalculated():
		return ui.T("规则变化，重新计算")
	case a.Displaced():
		return ui.T("未审定，已有新的评估")
	case a.Decided != 0:
		return ui.Cell{Text: a.DecidedName + verdict(a), Sub: civil.FormatTime(a.Decided.Time())}
	case a.State == assessment.Proposed:
		return ui.Tags(ui.Waiting, "待另一人审定")
	case a.Open():
		return ui.Tags(ui.Waiting, "待上级确认")
	}
	return ui.T("当场生效")
}

// verdict is what a second person said.
func verdict(a assessment.Assessment) string {
	switch {
	case a.State == assessment.Refused, a.State == assessment.Held && a.Confirmed == 0 && !a.Lowers():
		return "不同意"
	case a.Lowers():
		return "审定同意"
	}
	return "确认"
}

// difference says that a level is another than the scale's, and why.
func difference(book *rule.Book, t assessment.Told, revealed bool, now clock.Instant) ui.Cell {
	switch {
	case t.Emergency != 0:
		return ui.T("存在紧急情形，直接定为最高等级")
	case t.Level == t.Scored:
		return ui.Cell{}
	}
	why := covered
	if revealed {
		why = t.Paper.Reason
	}
	return ui.Cell{Text: "量表结果为" + levelOf(book, t.Scored, now).Label, Sub: "理由：" + why}
}

// Events are what happened in assessments, as the history of a file tells it.
func Events(book *rule.Book, list []assessment.Told, revealed bool, now clock.Instant) []Event {
	var out []Event
	for _, t := range list {
		label, version := scaleWords(book, t.Assessment)
		text := label + "（" + version + "）"
		if t.Before > 0 && t.Before != t.Level {
			text = "原为" + levelOf(book, t.Before, now).Label + "。" + text
		}
		if d := difference(book, t, revealed, now); d.Text != "" {
			text += "。" + d.Text
			if d.Sub != "" {
				text += "，" + d.Sub
			}
		}
		if t.Decided != 0 && !t.Recalculated() && !t.Displaced() {
			words := ""
			if t.Words != "" {
				words = "意见：" + t.Words
			}
			out = append(out, Event{t.Decided, 0, ui.Event{Title: verdict(t.Assessment) + "：风险等级" + levelOf(book, t.Level, now).Label, Text: words, Who: t.DecidedName, Icon: "check"}})
		}
		out = append(out, Event{t.At, t.ByUnit, ui.Event{Title: began(t.Assessment) + levelOf(book, t.Level, now).Label, Text: text, Who: t.ByName, Icon: "screen",
			Do: &ui.Action{Label: "评估结果", Href: showPath(t.ID)}}})
	}
	return out
}

func began(a assessment.Assessment) string {
	switch {
	case a.Recalculated():
		return "规则变化，风险等级改为"
	case a.Lowers():
		return "提出评定风险等级"
	}
	return "评定风险等级"
}

// levelOf is how the county calls a level.
func levelOf(book *rule.Book, n int, now clock.Instant) ui.Level {
	for _, l := range book.Levels(civil.DateOf(now.Time())) {
		if l.N == n {
			return ui.Level{Rank: n, Label: letter.Punctuate(l.Label), Color: l.Color, Figure: l.Shape}
		}
	}
	return ui.Level{Rank: n}
}
