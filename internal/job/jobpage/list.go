package jobpage

import (
	"net/http"
	"net/url"
	"strconv"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/job"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

type listView struct {
	Filter ui.Filter
	Table  ui.Table
}

// The views of the list.
const (
	viewFailed = "failed"
	viewEvery  = "every"
)

const pageRows = 50

// List shows the jobs, those that failed, or the periodic work.
func (p *Pages) List(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	tx, q := p.DB.Reader(), r.URL.Query()
	view := q.Get("view")
	f := job.Filter{Kind: q.Get("kind"), State: job.State(q.Get("state")), Every: view == viewEvery, Limit: pageRows + 1}
	f.Before, _ = ref.Parse[ref.Job](q.Get("before")) // the first page has none
	if view == viewFailed {
		f.State = job.Failed
	}
	rows, err := job.List(r.Context(), tx, by, f)
	if err != nil {
		return err
	}
	quick, err := p.quick(r, by, view)
	if err != nil {
		return err
	}
	v := listView{Table: p.table(rows, q, tx.Now, by), Filter: p.filter(q, view)}
	v.Filter.Quick = quick
	if view == viewEvery {
		v.Table = p.everyTable(rows, tx.Now)
	}
	page := ui.Page{Title: "后台作业", Nav: "system", Tabs: p.UI.Tabs(by, "system", "/jobs"), More: []ui.Action{{Label: "打印", Print: true}},
		Lead: "系统自己完成的工作。失败的会自动重试，多次不成的列入失败清单，由系统管理员处理。"}
	return p.UI.Page(w, r, by, "list.html", page, v)
}

func (p *Pages) quick(r *http.Request, by access.Actor, here string) ([]ui.Tab, error) {
	failed, err := job.List(r.Context(), p.DB.Reader(), by, job.Filter{State: job.Failed, Limit: 100})
	return []ui.Tab{
		{Label: "全部作业", Href: "/jobs", Here: here == ""},
		{Label: "失败清单", Href: "/jobs?view=" + viewFailed, Here: here == viewFailed, Count: len(failed), Urgent: true},
		{Label: "定时作业", Href: "/jobs?view=" + viewEvery, Here: here == viewEvery},
	}, err
}

var states = []ui.Option{
	{Value: string(job.Waiting), Label: "等待中"}, {Value: string(job.Running), Label: "执行中"},
	{Value: string(job.Done), Label: "已完成"}, {Value: string(job.Failed), Label: "已失败"},
}

func (p *Pages) filter(q url.Values, view string) ui.Filter {
	var kinds []ui.Option
	for _, k := range p.Kinds() {
		if (k.Next != nil) == (view == viewEvery) {
			kinds = append(kinds, ui.Option{Value: k.Name, Label: p.label(k.Name)})
		}
	}
	f := ui.Filter{Action: "/jobs", Fields: []ui.Field{{Kind: ui.Select, Name: "kind", Label: "作业", Value: q.Get("kind"), Blank: "不限", Options: kinds}}}
	if view != "" {
		f.Keep = []ui.Hidden{{Name: "view", Value: view}}
		return f
	}
	f.Fields = append(f.Fields, ui.Field{Kind: ui.Select, Name: "state", Label: "状态", Value: q.Get("state"), Blank: "不限", Options: states, Short: true})
	return f
}

func (p *Pages) table(rows []job.Row, q url.Values, now clock.Instant, by access.Actor) ui.Table {
	t := ui.Table{Caption: "后台作业", Columns: []ui.Column{{Label: "作业", Wide: true}, {Label: "状态", Slim: true}, {Label: "提交时间", Slim: true},
		{Label: "下次或结束时间", Slim: true}, {Label: "次数", Num: true, Slim: true, Quiet: true}, {Label: "操作", Tools: true, Slim: true}}}
	t.Empty = ui.Empty{Title: "没有符合条件的作业", Text: "导入、导出等较长的工作会出现在这里，完成30天后自动清理。"}
	if q.Get("view") == viewFailed {
		t.Empty = ui.Empty{Title: "没有失败的作业", Text: "多次重试仍不成的作业会列在这里。"}
	}
	if len(rows) > pageRows {
		rows = rows[:pageRows]
		next := url.Values{}
		for _, key := range []string{"view", "state", "kind"} {
			if v := q.Get(key); v != "" {
				next.Set(key, v)
			}
		}
		next.Set("before", ref.Format(rows[len(rows)-1].ID))
		t.Pager = &ui.Pager{Next: "/jobs?" + next.Encode(), Note: "本页" + strconv.Itoa(pageRows) + "项"}
	}
	for _, row := range rows {
		state := tag(row)
		tools := ui.Cell{}
		if row.State == job.Failed && by.Can("job.retry") {
			tools.Actions = []ui.Action{{Label: "重试", Post: Path(row.ID) + "/retry", Icon: "undo"}}
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			{Text: p.label(row.Kind), Href: Path(row.ID), Sub: cause(row)}, {Tag: &state}, ui.T(moment(row.CreatedAt, now)),
			ui.T(moment(turn(row), now)), ui.T(strconv.FormatInt(row.Attempt, 10)), tools}})
	}
	return t
}

// cause says in plain words what is, or what went wrong.
func cause(row job.Row) string {
	if row.State == job.Waiting && row.Failure != "" {
		return "上次没有成功，到时自动重试"
	}
	return row.Note
}

// turn is the instant that matters: when it ended, or when it is to begin.
func turn(row job.Row) clock.Instant {
	switch row.State {
	case job.Waiting:
		return row.NextAt
	case job.Running:
		return 0
	}
	return row.EndedAt
}

func (p *Pages) everyTable(rows []job.Row, now clock.Instant) ui.Table {
	t := ui.Table{Caption: "定时作业", Columns: []ui.Column{{Label: "作业", Wide: true}, {Label: "状态", Slim: true}, {Label: "上次执行", Slim: true},
		{Label: "下次执行", Slim: true}, {Label: "占用到", Slim: true, Quiet: true}},
		Empty: ui.Empty{Title: "还没有定时作业", Text: "程序第一次启动后，到期检查、审计封存等定时作业会列在这里。"}}
	for _, row := range rows {
		state := tag(row)
		last, lease := moment(row.EndedAt, now), "—"
		if row.EndedAt == 0 {
			last = "尚未执行"
		}
		if row.State == job.Running { // the lease is kept by the clock of the database
			lease = moment(clock.Instant(row.Until), now)
		}
		t.Rows = append(t.Rows, ui.Row{Near: near(row), Cells: []ui.Cell{{Text: p.label(row.Kind), Href: Path(row.ID), Sub: cause(row)},
			{Tag: &state}, ui.T(last), ui.T(moment(row.NextAt, now)), ui.T(lease)}})
	}
	return t
}

func near(row job.Row) ui.Near {
	if row.State == job.Waiting && row.Failure != "" {
		return ui.Overdue
	}
	return ""
}
