package screeningpage

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"slices"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/letter"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/screening"
	"weibao/internal/ui"
)

type showView struct {
	Identity ui.Identity
	Figures  ui.Figures
	Tabs     []ui.Tab
	Table    ui.Table
	Timeline ui.Timeline
}

// Show tells how far the villages of a campaign are.
func (p *Pages) Show(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := campaignOf(r)
	if err != nil {
		return err
	}
	tx := p.DB.Reader()
	progress, err := p.Desk.Progress(r.Context(), tx, by, id)
	if err != nil {
		return err
	}
	events, err := p.Desk.Events(r.Context(), tx, by, id, "", eventRows)
	if err != nil {
		return err
	}
	view := showView{Figures: figures(screening.Sum(progress.Rows), tx), Timeline: p.timeline(r.Context(), tx, events)}
	if view.Identity, err = p.identity(r.Context(), tx, progress); err != nil {
		return err
	}
	if view.Table, err = p.progress(r.Context(), tx, by, progress, r.URL.Query()); err != nil {
		return err
	}
	view.Tabs = looks(by, progress, r.URL.Query())
	page := ui.Page{Title: progress.Name, Nav: "screening", Crumbs: crumbs(), Wide: true, More: []ui.Action{{Label: "打印", Print: true}}}
	if by.Can("screening.export") {
		page.More = append(page.More, ui.Action{Label: "导出表格", Href: showPath(id) + "/sheet", Icon: "download"})
	}
	if by.Can("screening.close") && by.Scope().Sees(0, progress.Region) {
		page.More = append(page.More, ending(progress.Campaign))
	}
	return p.UI.Page(w, r, by, "show.html", page, view)
}

func ending(c screening.Campaign) ui.Action {
	if c.State == screening.Closed {
		return ui.Action{Label: "重新开启", Href: showPath(c.ID) + "/reopen", Icon: "undo"}
	}
	return ui.Action{Label: "结束排查", Href: showPath(c.ID) + "/close", Icon: "check-circle"}
}

func (s *Pages) identity(ctx context.Context, tx *db.Tx, p screening.Progress) (ui.Identity, error) {
	bounds, err := s.Desk.Kernel.Bounds(ctx, tx)
	if err != nil {
		return ui.Identity{}, err
	}
	places, err := region.Places(ctx, tx, []string{p.Region})
	id := ui.Identity{Title: letter.Punctuate(p.Pattern.Label), Kind: "排查表", Tag: stateOf(p.Campaign, tx.Now), Due: dueOf(p.Campaign, bounds), Facts: []ui.Fact{
		{Label: "范围", Value: places[p.Region]}, {Label: "开始", Value: p.Begins.String()}, {Label: "发起", Value: p.BegunName}}}
	if len(p.Pattern.Categories) > 0 {
		id.Facts = append(id.Facts, ui.Fact{Label: "对象", Value: "只查规定类别的儿童"})
	}
	return id, err
}

func figures(t screening.Total, tx *db.Tx) ui.Figures {
	f := ui.Figures{Asof: civil.FormatTime(tx.Now.Time()), Items: []ui.Figure{
		{Label: "在档儿童", Value: count(t.Living), Unit: "人", Definition: "现居住在范围内、未满18周岁"},
		{Label: "已查", Value: count(t.Done()), Unit: "人", Definition: share(t.Done(), t.Living)},
		{Label: "未查", Value: count(t.Missing), Unit: "人", Definition: "在档人数减已查人数"},
		{Label: "新发现", Value: count(t.Found), Unit: "人", Definition: "排查中新建档"},
		{Label: "需评估", Value: count(t.Leads), Unit: "人", Definition: "答案触发评估，或者从未评估"},
		{Label: "完成的村（社区）", Value: ui.Count(t.Finished), Unit: "个", Definition: "共" + ui.Count(t.Villages) + "个，零报告" + ui.Count(t.Zero) + "个"},
	}}
	return f
}

// share says a part of a whole in percent, rounded down, so that 100% means all.
func share(part, whole int64) string {
	if whole == 0 {
		return "范围内没有在档儿童"
	}
	return "占在档的" + count(100*part/whole) + "%"
}

// looks are the ways to look at the villages.
func looks(by access.Actor, p screening.Progress, q url.Values) []ui.Tab {
	path, show, town := showPath(p.ID), q.Get("show"), q.Get("town")
	left := 0
	for _, r := range p.Rows {
		if r.Finished == 0 {
			left++
		}
	}
	var tabs []ui.Tab
	if towns(by) {
		tabs = append(tabs, ui.Tab{Label: "按乡镇", Href: path, Here: show == "" && town == ""})
	}
	return append(tabs, ui.Tab{Label: "按村（社区）", Href: path + "?show=all", Here: show == "all" || show == "" && (town != "" || !towns(by))},
		ui.Tab{Label: "还没有完成的", Href: path + "?show=left", Here: show == "left", Count: left})
}

// towns tells whether an actor looks after several townships.
func towns(by access.Actor) bool { return len(access.Prefix(by.Scope().Region)) < len("990101100") }

func numberColumns(first, last string) []ui.Column {
	return []ui.Column{{Label: first, Wide: true}, {Label: "在档", Num: true}, {Label: "预计", Num: true}, {Label: "已查", Num: true}, {Label: "未查", Num: true},
		{Label: "无变化", Num: true, Quiet: true},
		{Label: "有变化", Num: true, Quiet: true}, {Label: "新发现", Num: true, Quiet: true}, {Label: "未见到", Num: true, Quiet: true}, {Label: "迁走", Num: true, Quiet: true}, {Label: "需评估", Num: true}, {Label: "结转", Num: true, Quiet: true}, {Label: last, Slim: true}}
}

// progress is the table of townships or villages.
func (p *Pages) progress(ctx context.Context, tx *db.Tx, by access.Actor, all screening.Progress, q url.Values) (ui.Table, error) {
	codes := []string{}
	for _, r := range all.Rows {
		codes = append(codes, townOf(r.Region))
	}
	names, err := region.Names(ctx, tx, codes)
	if err != nil {
		return ui.Table{}, err
	}
	if towns(by) && q.Get("show") == "" && q.Get("town") == "" {
		return townTable(all, names), nil
	}
	rows := slices.DeleteFunc(slices.Clone(all.Rows), func(r screening.Row) bool {
		return q.Get("show") == "left" && r.Finished != 0 || q.Get("town") != "" && townOf(r.Region) != q.Get("town")
	})
	return p.villageTable(ctx, tx, all.Campaign, rows, names)
}

func townOf(code string) string { return access.Town(code) + "000" }

func townTable(p screening.Progress, names map[string]string) ui.Table {
	t := ui.Table{Caption: "各乡镇排查进展", Columns: numberColumns("乡镇（街道）", "完成的村")}
	for i := 0; i < len(p.Rows); {
		town, from := townOf(p.Rows[i].Region), i
		for i < len(p.Rows) && townOf(p.Rows[i].Region) == town {
			i++
		}
		sum := screening.Sum(p.Rows[from:i])
		cells := append([]ui.Cell{ui.Link(names[town], showPath(p.ID)+"?town="+town)}, numbers(sum)...)
		t.Rows = append(t.Rows, ui.Row{Cells: append(cells, doneBar(sum))})
	}
	sum := screening.Sum(p.Rows)
	t.Foot = append(append([]ui.Cell{ui.T("合计")}, numbers(sum)...), doneBar(sum))
	return t
}

// doneBar says how many villages are done.
func doneBar(t screening.Total) ui.Cell {
	return ui.Cell{Text: ui.Count(t.Finished) + "/" + ui.Count(t.Villages)}
}

func numbers(t screening.Total) []ui.Cell {
	expected := "–"
	if t.Named > 0 {
		expected = count(t.Expected)
	}
	if t.Named > 0 && t.Named < t.Villages {
		expected += "（" + ui.Count(t.Named) + "个村已报）"
	}
	cells := []ui.Cell{ui.T(count(t.Living)), ui.T(expected)}
	for _, n := range []int64{t.Done(), t.Missing, t.Same, t.Changed, t.Found, t.Absent, t.Gone, t.Leads, t.Carried} {
		cells = append(cells, ui.T(count(n)))
	}
	return cells
}

func (p *Pages) villageTable(ctx context.Context, tx *db.Tx, c screening.Campaign, rows []screening.Row, names map[string]string) (ui.Table, error) {
	t := ui.Table{Caption: "各村（社区）排查进展", Columns: numberColumns("村（社区）", "进展"), Empty: ui.Empty{Title: "没有符合条件的村（社区）", Text: "换一个条件再看。"}}
	units := make([]ref.Unit, len(rows))
	for i, r := range rows {
		units[i] = r.FinishedUnit
	}
	town := ""
	for _, r := range rows {
		if code := townOf(r.Region); code != town && code != r.Region {
			town = code
			t.Rows = append(t.Rows, ui.Row{Heading: names[town]})
		}
		row := ui.Row{Cells: append([]ui.Cell{ui.Link(r.Name, villagePath(c.ID, r.Region))}, numbers(screening.Sum([]screening.Row{r}))...)}
		state := ui.Cell{Tag: villageTag(c, r, today(tx))}
		if r.Finished != 0 {
			state.Sub = r.FinishedName + " " + civil.DateOf(r.Finished.Time()).String()[5:]
		}
		if r.Finished != 0 && r.Missing() > 0 {
			state.Sub = "完成后又有" + count(r.Missing()) + "人未查"
		}
		t.Rows = append(t.Rows, ui.Row{ID: row.ID, Cells: append(row.Cells, state)})
	}
	return t, nil
}

func villageTag(c screening.Campaign, r screening.Row, on civil.Date) *ui.Tag {
	tag := &ui.Tag{Label: r.State(c, on), State: ui.Waiting}
	switch {
	case r.Finished != 0:
		tag.State = ui.Finished
	case r.Late(c, on):
		tag.State = ui.Late
	case r.Done() > 0:
		tag.State = ui.Running
	}
	return tag
}

const eventRows = 30

var eventWords = map[string]string{"region.rehome": "随行政区划撤并", "screening.begin": "发起排查", "screening.expect": "登记预计人数", "screening.finish": "报告完成", "screening.review": "退回重查",
	"screening.close": "结束排查", "screening.reopen": "重新开启"}

var eventIcons = map[string]string{"region.rehome": "merge", "screening.begin": "send", "screening.expect": "edit", "screening.finish": "check-circle", "screening.review": "return",
	"screening.close": "stop", "screening.reopen": "undo"}

// timeline tells what happened to a campaign or a village.
func (p *Pages) timeline(ctx context.Context, tx *db.Tx, list []screening.Event) ui.Timeline {
	t := ui.Timeline{Title: "经过"}
	ids := make([]ref.Unit, len(list))
	for i, e := range list {
		ids[i] = e.Unit
	}
	units, err := p.Units(ctx, tx, ids)
	if err != nil { // who did it is told by name; the unit alone is left out
		units = nil
	}
	for _, e := range list {
		t.Items = append(t.Items, ui.Event{Title: eventWords[e.Action], Text: e.Words, Who: join(e.ActorName, units[e.Unit]), When: civil.FormatTime(e.At.Time()), Icon: eventIcons[e.Action]})
	}
	return t
}

func join(name, unit string) string {
	if unit == "" {
		return name
	}
	return name + "（" + unit + "）"
}

// Sheet gives the progress as a workbook.
func (p *Pages) Sheet(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := campaignOf(r)
	if err != nil {
		return err
	}
	c, err := p.Desk.Get(r.Context(), p.DB.Reader(), by, id)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := p.Desk.Export(r.Context(), p.DB, by, id, &out); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	h.Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(c.Name+"进度表.xlsx"))
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	_, err = out.WriteTo(w)
	return err
}
