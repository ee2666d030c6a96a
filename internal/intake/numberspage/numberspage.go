// Package numberspage holds the screen of 报告受理统计: what came in, by which
// channel, on what and where, and how fast the county answered.
//
// It owns no table. Each number states its definition and its day, and leads
// to the list from which it is counted. It promises that no person who handles
// reports is counted or compared, and that what is hidden from somebody does
// not stand in his numbers either.
package numberspage

import (
	"context"
	"embed"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/intake/numbers"
	"weibao/internal/intake/satisfaction"
	"weibao/internal/rule"
	"weibao/internal/tally"
	"weibao/internal/ui"
)

//go:embed *.html
var templates embed.FS

// Deps is what the screen stands on.
type Deps struct {
	DB   *db.DB
	UI   *ui.Renderer
	Book func() *rule.Book
	// Calendar gives the working days by which limits run.
	Calendar func(ctx context.Context, tx *db.Tx) (*civil.Calendar, error)
	// Places gives what divisions are called.
	Places func(ctx context.Context, tx *db.Tx, codes []string) (map[string]string, error)
}

// Pages serves the screen.
type Pages struct{ Deps }

// New makes the screen and adds its template to the renderer.
func New(d Deps) (*Pages, error) {
	p := &Pages{d}
	return p, d.UI.Add(templates, map[string]any{"show.html": view{}})
}

// Routes lists every address of this package.
func (p *Pages) Routes() []ui.Route {
	return []ui.Route{{Method: "GET", Path: "/intake/numbers", Permission: "intake.numbers", Handle: p.Show}}
}

type view struct {
	Filter  ui.Filter
	Figures ui.Figures
	Times   ui.Table
	Tables  []ui.Table
}

// Show is the numbers of a period, this month if none is chosen.
func (p *Pages) Show(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	tx := p.DB.Reader()
	today := civil.DateOf(tx.Now.Time())
	period := tally.PeriodOf(r.URL.Query().Get("from"), r.URL.Query().Get("to"), today)
	from, to := period.Bounds()
	n, err := numbers.Counter{Calendar: p.Calendar, Book: p.Book}.Of(r.Context(), tx, by, period)
	if err != nil {
		return err
	}
	said, err := satisfaction.Of(r.Context(), tx, by, from, to)
	if err != nil {
		return err
	}
	v := view{Filter: ui.Between("/intake/numbers", period.From, period.To), Figures: figures(n, tx.Now.Time()), Times: p.times(n, today)}
	codes := make([]string, len(n.Towns))
	for i, l := range n.Towns {
		codes[i] = l.Key + "000"
	}
	places, err := p.Places(r.Context(), tx, codes)
	if err != nil {
		return err
	}
	channels, situations := map[string]string{}, map[string]string{}
	for _, c := range p.Book().Channels(today) {
		channels[c.ID] = c.Label
	}
	for _, s := range p.Book().Situations(today) {
		situations[s.ID] = s.Label
	}
	v.Tables = []ui.Table{
		lines("按情形", n.Situations, func(k string) (string, string) { return or(situations[k], "未分类"), link("situation", k) }),
		lines("按渠道", n.Channels, func(k string) (string, string) { return or(channels[k], k), link("channel", k) }),
		satisfied(said),
		lines("按发生地", n.Towns, func(k string) (string, string) { return or(places[k+"000"], "县级或者不清楚"), "" }),
	}
	page := ui.Page{Title: "报告受理统计", Nav: "intake", Tabs: p.UI.Tabs(by, "intake", "/intake/numbers"), More: []ui.Action{{Label: "打印", Print: true}},
		Lead: "统计口径：所选日期内收到的报告，按收到日期计；提级办理和对您屏蔽的不在内。"}
	return p.UI.Page(w, r, by, "show.html", page, v)
}

func link(name, key string) string {
	return "/reports?" + url.Values{"view": {"all"}, name: {key}}.Encode()
}

func figures(n numbers.Numbers, now time.Time) ui.Figures {
	f := ui.Figures{Asof: civil.FormatTime(now)}
	for _, x := range []struct {
		label, definition string
		value             int
	}{
		{"收到", "所选日期内收到的报告件数，合并的各算一件", n.Total}, {"未办结", "其中待受理、待研判、办理中", n.Open}, {"紧急", "报告人说有现实危险，或者研判为紧急", n.Emergency},
		{"匿名", "没有留下姓名和联系方式", n.Anonymous}, {"强制报告", "负有报告义务的单位和人员提交", n.Mandatory}, {"不予受理、退回", "写明理由并告知报告人", n.Rejected}, {"合并", "并入另一件同一事由的报告", n.Merged},
	} {
		f.Items = append(f.Items, ui.Figure{Label: x.label, Value: strconv.Itoa(x.value), Unit: "件", Definition: x.definition})
	}
	return f
}

// step is a row of the times with what it counts.
type step struct {
	label, definition string
	span              tally.Span
	clock, pressing   string // of the rules; pressing is that of emergencies
}

// times tells each step's time and how many passed their own limit.
func (p *Pages) times(n numbers.Numbers, today civil.Date) ui.Table {
	t := ui.Table{ID: "times", Caption: "各步用时（从收到起算）", Columns: []ui.Column{{Label: "步骤", Wide: true}, {Label: "时限"}, {Label: "件数", Num: true}, {Label: "中位数", Num: true}, {Label: "九成不超过", Num: true}, {Label: "超时", Num: true}}}
	for _, x := range []step{
		{"受理", "超时：受理、不予受理时已过时限，或者过了时限还没有受理", n.Accept, "report.accept", "report.accept-emergency"},
		{"首次处置", "最早的处置登记或者转办。超时：处置时已过时限，或者过了时限还没有处置；没有处置就合并、办结、不予受理的不计", n.Act, numbers.ActClock, numbers.ActEmergencyClock},
		{"首次答复报告人", "超时：第一次答复时已过时限，或者过了时限还没有答复；延期的按延期后的时限，挂起的不计", n.Answer, numbers.AnswerClock, ""},
		{"办结", "与答复报告人同一时限。超时：办结时已过时限，或者过了时限还没有办结；合并的随所并入的报告，不另计", n.Close, numbers.AnswerClock, ""},
	} {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: x.label, Sub: x.definition}, p.limit(x, today), ui.T(strconv.Itoa(x.span.N)), ui.T(took(x.span, x.span.Median)), ui.T(took(x.span, x.span.P90)), ui.T(strconv.Itoa(x.span.Late))}})
	}
	return t
}

var spanWords = map[string]string{"hours": "小时", "workdays": "个工作日", "days": "日", "months": "个月", "years": "年"}

// limit says by when a step is due, and whether a document fixes that.
func (p *Pages) limit(x step, today civil.Date) ui.Cell {
	c, ok := p.Book().Clock(x.clock, today)
	if !ok || c.Span.N == 0 {
		return ui.T("没有规定")
	}
	cell := ui.T(c.Event + "后" + strconv.Itoa(c.Span.N) + spanWords[c.Span.Unit])
	if e, ok := p.Book().Clock(x.pressing, today); ok && e.Span.N != 0 {
		cell.Text += "；紧急的" + strconv.Itoa(e.Span.N) + spanWords[e.Span.Unit]
	}
	if c.Status == rule.Suggested {
		cell.Sub = rule.SuggestedNote
	}
	return cell
}

// satisfied shows what named reporters said of their own accord.
func satisfied(c satisfaction.Counted) ui.Table {
	t := ui.Table{ID: "satisfied", Caption: "满意度（办结的实名报告，自愿评价）", Columns: []ui.Column{{Label: "评价", Wide: true}, {Label: "件数", Num: true}}, Empty: ui.Empty{Title: "这段时间没有办结的实名报告"}}
	if c.Asked == 0 {
		return t
	}
	for _, m := range satisfaction.Marks {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.T(m.Label), ui.T(strconv.Itoa(c.Given[m.Mark]))}})
	}
	t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.T("没有评价"), ui.T(strconv.Itoa(c.Silent()))}})
	return t
}

func took(s tally.Span, d time.Duration) string {
	if s.N == 0 {
		return "—"
	}
	return ui.Took(d)
}

func lines(title string, list []tally.Line, call func(key string) (label, href string)) ui.Table {
	t := ui.Table{ID: "t-" + title, Caption: title, Columns: []ui.Column{{Label: strings.TrimPrefix(title, "按"), Wide: true}, {Label: "件数", Num: true}, {Label: "未办结", Num: true}}, Empty: ui.Empty{Title: "这段时间没有报告"}}
	for _, l := range list {
		label, href := call(l.Key)
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: label, Href: href}, ui.T(strconv.Itoa(l.N)), ui.T(strconv.Itoa(l.Open))}})
	}
	return t
}

func or(s, instead string) string {
	if s == "" {
		return instead
	}
	return s
}
