package ledgerpage

import (
	"strconv"

	"weibao/internal/child/ledger"
	"weibao/internal/letter"
	"weibao/internal/ui"
)

// trendMonths is how far back the numbers are shown.
const trendMonths = 13

var trendNote = "每月末按当时的档案保存一次，以后不再改动：以后补录、更正、合并、退回的，只影响以后的月份；村（社区）撤并以前的数留在原来的区划。最后一行是现在的数。系统启用以前的月份没有数据。最多显示" + strconv.Itoa(trendMonths) + "个月。"

// monthGrid is the numbers month by month.
func (n numbers) monthGrid(levels []string) grid {
	g := grid{title: "逐月变化", first: "月份", heads: levels}
	for _, m := range n.months {
		row := gridRow{label: m.Month, counts: monthCounts(m)}
		if m.Now {
			row.label += "（至今）"
		}
		g.rows = append(g.rows, row)
	}
	return g
}

// monthCounts is a month as a row: all, then level by level.
func monthCounts(m ledger.Month) []int64 { return append([]int64{m.Total()}, m.Levels[:]...) }

// charts draws all children and, where their numbers would vanish beside it,
// those of the two highest levels; nothing of what is covered in the table.
func (n numbers) charts() []ui.Lines {
	if len(n.months) < 2 {
		return nil
	}
	heads, rows := n.tables[3].heads, n.tables[3].rows
	all := ui.Lines{Title: "逐月人数：" + n.of, Unit: "人", Series: []ui.LineSeries{{Label: "合计", Tone: "a"}}}
	high := ui.Lines{Title: "其中" + heads[4] + "、" + heads[5], Unit: "人", Series: []ui.LineSeries{{Label: heads[4], Tone: "b"}, {Label: heads[5], Tone: "late"}}}
	tiny, tinyHigh, some := false, false, false
	for at, m := range n.months {
		tiny = tiny || !rows[at].bare(0)
		some = some || m.Levels[3]+m.Levels[4] > 0
		tinyHigh = tinyHigh || !rows[at].bare(4) || !rows[at].bare(5)
		all.Labels = append(all.Labels, m.Month[2:])
		all.Series[0].Values = append(all.Series[0].Values, float64(m.Total()))
		for i := range high.Series {
			high.Series[i].Values = append(high.Series[i].Values, float64(m.Levels[3+i]))
		}
	}
	high.Labels = all.Labels
	var out []ui.Lines
	if !tiny {
		out = append(out, all)
	}
	if some && !tinyHigh {
		out = append(out, high)
	}
	return out
}

// filter chooses whose numbers are shown.
func (n numbers) filter() ui.Filter {
	var options []ui.Option
	for _, c := range n.picked {
		options = append(options, ui.Option{Value: c.ID, Label: letter.Punctuate(c.Label)})
	}
	return ui.Filter{Action: NumbersPath, Keep: []ui.Hidden{{Name: "region", Value: n.region}},
		Fields: []ui.Field{{Kind: ui.Select, Name: "category", Label: "对象类别", Value: n.category, Blank: "全部", Options: options}}}
}

// scope says whose numbers a sheet holds, where not all children's.
func (n numbers) scope() string {
	if n.category == "" {
		return ""
	}
	return "各地、年龄、逐月的数是：" + n.of + "。"
}
