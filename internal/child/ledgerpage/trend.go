package ledgerpage

import (
	"context"
	"net/url"
	"slices"
	"strconv"

	"weibao/internal/access"
	"weibao/internal/child/ledger"
	"weibao/internal/db"
	"weibao/internal/letter"
	"weibao/internal/rule"
	"weibao/internal/ui"
)

// trendMonths is how far back the numbers are shown.
const trendMonths = 13

// trend adds the numbers month by month of a category, or of all children.
func (p *Pages) trend(ctx context.Context, tx *db.Tx, by access.Actor, n numbers, q url.Values, view *numbersView) error {
	book, on := p.Cabinet.Book(), today(tx)
	shown, category, title := ledger.Shown(book, on), "", "全部在档未成年人"
	if i := slices.IndexFunc(shown, func(c rule.Category) bool { return c.ID == q.Get("category") }); i >= 0 {
		category, title = shown[i].ID, letter.Punctuate(shown[i].Label)
	}
	months, err := p.Desk.Trend(ctx, tx, by, n.region, category, n.own, trendMonths)
	if err != nil {
		return err
	}
	g := grid{title: "逐月人数：" + title, first: "月份", heads: levelHeads(book, on)}
	chart := ui.Lines{Title: "逐月人数：" + title, Unit: "人", Series: []ui.LineSeries{{Label: "合计", Tone: "a"}}}
	tiny := false
	for _, m := range months {
		row := gridRow{label: m.Month, counts: append([]int64{m.Total()}, m.Levels[:]...)}
		if m.Now {
			row.label += "（至今）"
		}
		g.rows = append(g.rows, row)
		chart.Labels = append(chart.Labels, m.Month[2:])
		chart.Series[0].Values = append(chart.Series[0].Values, float64(m.Total()))
		tiny = tiny || m.Total() > 0 && m.Total() < small
	}
	view.Trend = n.table(g, "months", by)
	if len(months) > 1 && !(n.covered && tiny) {
		view.Chart = &chart
	}
	view.TrendNote = "每月末按当时的档案保存一次，以后不再改动：以后补录、更正、合并、退回的，只影响以后的月份；村（社区）撤并以前的数留在原来的区划。最后一行是现在的数。系统启用以前的月份没有数据。最多显示" + strconv.Itoa(trendMonths) + "个月。"
	var options []ui.Option
	for _, c := range shown {
		options = append(options, ui.Option{Value: c.ID, Label: letter.Punctuate(c.Label)})
	}
	view.TrendFilter = ui.Filter{Action: NumbersPath, Keep: []ui.Hidden{{Name: "region", Value: n.region}},
		Fields: []ui.Field{{Kind: ui.Select, Name: "category", Label: "对象类别", Value: category, Blank: "全部", Options: options}}}
	return nil
}
