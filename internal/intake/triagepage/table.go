package triagepage

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/intake"
	"weibao/internal/ref"
	"weibao/internal/rule/response"
	"weibao/internal/ui"
)

// filter narrows the list by channel and situation.
func (p *Pages) filter(f intake.Filter, now time.Time) ui.Filter {
	today := civil.DateOf(now)
	var channels, situations []ui.Option
	for _, c := range p.Book().Channels(today) {
		if c.Intake {
			channels = append(channels, ui.Option{Value: c.ID, Label: c.Label})
		}
	}
	for _, s := range p.Book().Situations(today) {
		situations = append(situations, ui.Option{Value: s.ID, Label: s.Label})
	}
	return ui.Filter{Action: "/reports", Keep: []ui.Hidden{{Name: "view", Value: string(f.View)}}, Fields: []ui.Field{
		{Kind: ui.Select, Name: "channel", Label: "渠道", Value: f.Channel, Options: channels},
		{Kind: ui.Select, Name: "situation", Label: "情形", Value: f.Situation, Options: situations},
	}}
}

// table lists reports but those that stand above it.
func (p *Pages) table(rows, above []intake.Report, places map[string]string, f intake.Filter, q url.Values, now time.Time) ui.Table {
	t := ui.Table{Caption: "报告", Columns: []ui.Column{{Label: "编号", Slim: true}, {Label: "情形", Wide: true}, {Label: "紧急程度", Slim: true}, {Label: "地方"},
		{Label: "渠道"}, {Label: "收到时间", Slim: true}, {Label: "状态", Slim: true}},
		Empty: ui.Empty{Title: "没有这样的报告", Text: "公众、单位、热线的报告一到就出现在“待受理”，同时进入待办并开始计时。"}}
	if len(rows) > pageRows {
		rows = rows[:pageRows]
		next := url.Values{"before": {ref.Format(rows[len(rows)-1].ID)}, "view": {string(f.View)}}
		for _, name := range []string{"channel", "situation"} {
			if q.Get(name) != "" {
				next.Set(name, q.Get(name))
			}
		}
		t.Pager = &ui.Pager{Next: "/reports?" + next.Encode(), Note: "本页" + strconv.Itoa(pageRows) + "件"}
	}
	for _, r := range rows {
		if !slices.ContainsFunc(above, func(a intake.Report) bool { return a.ID == r.ID }) {
			t.Rows = append(t.Rows, p.line(r, places, clock.Of(now)))
		}
	}
	return t
}

func (p *Pages) line(r intake.Report, places map[string]string, now clock.Instant) ui.Row {
	state := tag(r)
	row := ui.Row{Cells: []ui.Cell{ui.Link(r.Number, Path(r.ID)), {Text: p.Desk.Call(r), Sub: strings.Trim(marks(r)+"，"+news(r), "，")}, {Tag: urgencyTag(r.Urgency)}, ui.T(places[r.Region]),
		ui.T(p.channel(r.Channel, now)), ui.T(ui.Clockwise(r.Received.Time(), now.Time())), {Tag: &state}}}
	if r.Urgency == response.Emergency && r.State.Open() {
		row.Near = ui.Critical
	}
	return row
}

// Line is a report in a short list elsewhere: which, about what, when, how it stands.
func Line(desk *intake.Desk, r intake.Report) ui.Row {
	state := tag(r)
	return ui.Row{Cells: []ui.Cell{ui.Link(r.Number, Path(r.ID)), ui.T(desk.Call(r)), ui.T(civil.FormatTime(r.Received.Time())), {Tag: &state}}}
}

// news says that something came which nobody has read or answered yet.
func news(r intake.Report) string {
	if r.Waiting == 0 {
		return ""
	}
	return "有新的留言或者补充"
}

// marks are what must be known of a report besides its state.
func marks(r intake.Report) string {
	words := ""
	add := func(on bool, word string) {
		if on && words != "" {
			words += "，"
		}
		if on {
			words += word
		}
	}
	add(r.Mandatory == 1, "强制报告")
	add(r.Named == 1, "实名")
	add(r.About != "", r.Concerned())
	add(r.Raised != 0, "提级办理")
	return words
}
