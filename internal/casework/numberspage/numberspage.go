// Package numberspage holds the screen of 个案和转介统计: how many cases and
// referrals there are, how fast units sign, act, answer and end, and what is
// late.
//
// It owns no table. Each number states its definition and its day. It promises
// that units are counted and persons never, that no line of fewer than five
// cases tells where they came from, and that nobody is ranked.
package numberspage

import (
	"context"
	"embed"
	"net/http"
	"strconv"
	"strings"
	"time"

	"weibao/internal/access"
	"weibao/internal/casework"
	"weibao/internal/casework/numbers"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/letter"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/tally"
	"weibao/internal/tally/cover"
	"weibao/internal/ui"
)

//go:embed *.html
var templates embed.FS

// Path is the address of the screen.
const Path = "/casework/numbers"

// Deps is what the screen stands on.
type Deps struct {
	DB   *db.DB
	UI   *ui.Renderer
	Book func() *rule.Book
	// Units gives the names of units.
	Units func(ctx context.Context, tx *db.Tx, ids []ref.Unit) (map[ref.Unit]string, error)
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
	return []ui.Route{{Method: "GET", Path: Path, Permission: "case.numbers", Handle: p.Show}}
}

type view struct {
	Filter ui.Filter
	Parts  []part
}

// part is what is told of referrals, or of cases.
type part struct {
	Title   string
	Figures ui.Figures
	Times   ui.Table
	Tables  []ui.Table
}

// Show is the numbers of a period.
func (p *Pages) Show(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	ctx, tx := r.Context(), p.DB.Reader()
	today := civil.DateOf(tx.Now.Time())
	period := tally.PeriodOf(r.URL.Query().Get("from"), r.URL.Query().Get("to"), today)
	n, err := numbers.Of(ctx, tx, by, period)
	if err != nil {
		return err
	}
	names, err := p.names(ctx, tx, n.Referrals.Units)
	if err != nil {
		return err
	}
	v := view{Filter: ui.Between(Path, period.From, period.To),
		Parts: []part{p.referrals(n.Referrals, names, tx.Now.Time(), least(by)), cases(n.Cases, tx.Now.Time())}}
	page := ui.Page{Title: "个案和转介统计", Nav: "casework", Tabs: p.UI.Tabs(by, "casework", Path), More: []ui.Action{{Label: "打印", Print: true}},
		Lead: "统计口径：所选日期内开立的个案、下达的转介，按开立、下达的日期计；用时从开立、下达起算。只统计到单位，不统计、不排名个人。"}
	return p.UI.Page(w, r, by, "show.html", page, v)
}

func (p *Pages) names(ctx context.Context, tx *db.Tx, list []tally.Line) (map[string]string, error) {
	ids := make([]ref.Unit, len(list))
	for i, l := range list {
		ids[i], _ = ref.Parse[ref.Unit](l.Key) // written by numbers
	}
	units, err := p.Units(ctx, tx, ids)
	out := map[string]string{}
	for id, name := range units {
		out[ref.Format(id)] = name
	}
	return out, err
}

type figure struct {
	label, definition string
	value             int
}

func figures(now time.Time, label, unit string, list ...figure) ui.Figures {
	f := ui.Figures{Label: label, Asof: civil.FormatTime(now)}
	for _, x := range list {
		f.Items = append(f.Items, ui.Figure{Label: x.label, Value: strconv.Itoa(x.value), Unit: unit, Definition: x.definition})
	}
	return f
}

func (p *Pages) referrals(n numbers.Referrals, units map[string]string, now time.Time, least int) part {
	on := civil.DateOf(now)
	clocks, topics := map[string]string{}, map[string]string{}
	for _, l := range n.Clocks {
		c, _ := p.Book().Clock(l.Key, on)
		clocks[l.Key] = letter.Punctuate(c.Label)
	}
	for _, t := range p.Book().Topics(on) {
		topics[t.ID] = letter.Punctuate(t.Label)
	}
	return part{Title: "转介和交办", Figures: figures(now, "转介和交办", "项",
		figure{"下达", "所选日期内下达的转介，一项计一次，协办不另计", n.Total}, figure{"未办结", "牵头单位的工作还没有办结", n.Open}, figure{"办结", "牵头单位的反馈已经审核通过", n.Done},
		figure{"撤回、免除", "下达后撤回或者免除的", n.Withdrawn}, figure{"超期", "办结时已过时限，或者现在已过时限还没有办结；挂起和审核期间不计", n.Late},
		figure{"退回过", "牵头单位申请退回过，不论裁定结果", n.Returned}, figure{"反馈退回补充", "牵头单位的反馈有过一次以上没有通过审核", n.Back}),
		Times:  spans("referral-times", "转介各步用时（从下达起算）", step{"签收", n.Sign}, step{"首次处置（进展或者反馈）", n.Act}, step{"反馈", n.Reply}, step{"办结", n.Close}),
		Tables: []ui.Table{lines("按牵头单位", n.Units, units, true, least), lines("按事项", n.Topics, topics, true, least), lines("按时限", n.Clocks, clocks, true, least)}}
}

// least is how many referrals a line must have to be told to somebody: who
// sends none and knows none of the cases reads no line of few.
func least(by access.Actor) int {
	if by.Can("referral.dispatch") {
		return 0
	}
	return cover.Small
}

func cases(n numbers.Cases, now time.Time) part {
	origins := map[string]string{}
	for _, l := range n.Origins {
		origins[l.Key] = casework.Origin(l.Key).Label()
	}
	return part{Title: "个案", Figures: figures(now, "个案", "个",
		figure{"开立", "所选日期内开立的个案，一名儿童一个", n.Total}, figure{"正在办理", "还没有结案的", n.Open}, figure{"已结案", "经另一人审核结案的，不含重新开启的", n.Closed},
		figure{"重新开启过", "结案后又重新开启的", n.Reopened}, figure{"有超期事项", "方案、复评、审核等事项有过时限的", n.Late}),
		Times:  spans("case-times", "个案各步用时（从开立起算）", step{"确定服务方案", n.Plan}, step{"首次服务或者转介", n.Act}, step{"结案", n.Close}),
		Tables: []ui.Table{lines("按来源", n.Origins, origins, false, cover.Small)}}
}

type step struct {
	label string
	span  tally.Span
}

func spans(id, caption string, list ...step) ui.Table {
	t := ui.Table{ID: id, Caption: caption, Columns: []ui.Column{{Label: "步骤", Wide: true}, {Label: "件数", Num: true}, {Label: "中位数", Num: true}, {Label: "九成不超过", Num: true}}}
	for _, s := range list {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.T(s.label), ui.T(strconv.Itoa(s.span.N)), ui.T(took(s.span, s.span.Median)), ui.T(took(s.span, s.span.P90))}})
	}
	return t
}

func took(s tally.Span, d time.Duration) string {
	if s.N == 0 {
		return "—"
	}
	return ui.Took(d)
}

// veilsOf covers lines of few, and as many more as it takes that none can be
// reckoned from the total; none where the reader may know all.
func veilsOf(list []tally.Line, least int) []cover.Veil {
	if least == 0 || len(list) == 0 {
		return make([]cover.Veil, len(list))
	}
	row := make([]int64, len(list)+1)
	for i, l := range list {
		row[i+1] = int64(l.N)
		row[0] += row[i+1]
	}
	return cover.Grid{Counts: [][]int64{row}, Corner: true}.Veils()[0][1:]
}

// lines shows a dimension; a line of few is not told apart.
func lines(title string, list []tally.Line, names map[string]string, returned bool, least int) ui.Table {
	t := ui.Table{ID: "by-" + title, Caption: title, Columns: []ui.Column{{Label: strings.TrimPrefix(title, "按"), Wide: true}, {Label: "件数", Num: true}, {Label: "未办结", Num: true}, {Label: "超期", Num: true}}, Empty: ui.Empty{Title: "这段时间没有"}}
	if returned {
		t.Columns = append(t.Columns, ui.Column{Label: "退回过", Num: true})
	}
	veils := veilsOf(list, least)
	for at, l := range list {
		name := names[l.Key]
		if name == "" {
			name = "已停用"
		}
		counts := []int{l.N, l.Open, l.Late}
		if returned {
			counts = append(counts, l.Returned)
		}
		row := ui.Row{Cells: []ui.Cell{ui.T(name)}}
		for i, n := range counts {
			text := strconv.Itoa(n)
			if veils[at] != cover.Bare {
				text = "—"
				if i == 0 {
					text = veils[at].Words()
					if veils[at] == cover.Few {
						text = "少于" + strconv.Itoa(cover.Small)
					}
				}
			}
			row.Cells = append(row.Cells, ui.T(text))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
