package orderpage

import (
	"net/http"
	"net/url"
	"strconv"

	"weibao/internal/access"
	"weibao/internal/errs"
	"weibao/internal/intake/order"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

type listView struct {
	Filter  ui.Filter
	Table   ui.Table
	Uploads ui.Table
	Export  ui.Form
}

const pageRows = 50

var views = []struct {
	key   order.View
	label string
}{{order.Open, "办理中"}, {order.Ready, "有结果，待导出"}, {order.All, "全部"}}

// List shows the orders with how they stand, and the files that were sent in.
func (p *Pages) List(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	ctx, tx, query := r.Context(), p.DB.Reader(), r.URL.Query()
	view := order.View(query.Get("view"))
	if view == "" {
		view = order.Open
	}
	before, _ := ref.Parse[ref.Order](query.Get("before")) // the first page has none
	rows, err := p.Desk.List(ctx, tx, by, order.Filter{View: view, Channel: query.Get("channel"), Before: before, Limit: pageRows + 1})
	if err != nil {
		return err
	}
	names, err := p.names(ctx, rows)
	if err != nil {
		return err
	}
	files, err := p.Desk.Uploads(ctx, tx, by)
	if err != nil {
		return err
	}
	v := listView{Filter: ui.Filter{Action: ListPath, Keep: []ui.Hidden{{Name: "view", Value: string(view)}}, Fields: []ui.Field{{Kind: ui.Select, Name: "channel", Label: "热线", Blank: "全部", Value: query.Get("channel"), Options: channelOptions()}}},
		Table: p.table(rows, names, query), Uploads: uploadsTable(files, p.DB.Clock.Now()), Export: exportForm(view, query.Get("channel"))}
	for _, x := range views {
		q := url.Values{"view": {string(x.key)}}
		if channel := query.Get("channel"); channel != "" {
			q.Set("channel", channel)
		}
		v.Filter.Quick = append(v.Filter.Quick, ui.Tab{Label: x.label, Href: ListPath + "?" + q.Encode(), Here: x.key == view})
	}
	page := ui.Page{Title: "热线工单", Nav: section, Tabs: p.UI.Tabs(by, section, ListPath), Action: &ui.Action{Label: "导入工单", Href: ListPath + "/upload", Icon: "upload"},
		Lead: "首接单位负责到底：不属于本单位办理的，由首接单位协调转办并答复，不因此退回。"}
	return p.UI.Page(w, r, by, "list.html", page, v)
}

func (p *Pages) table(rows []order.Result, names map[ref.Unit]string, query url.Values) ui.Table {
	now := p.DB.Clock.Now()
	t := ui.Table{Caption: "热线工单", Columns: []ui.Column{{Label: "工单编号", Wide: true}, {Label: "热线", Slim: true}, {Label: "接收时间", Slim: true}, {Label: "办理时限", Slim: true}, {Label: "首接单位"}, {Label: "承办单位"}, {Label: "状态", Slim: true}},
		Empty: ui.Empty{Title: "没有工单", Text: "把12345、12355导出的工单表上传，每张工单成为一件报告；也可以由热线系统通过接口送来。", Action: &ui.Action{Label: "导入工单", Href: ListPath + "/upload"}}}
	if len(rows) > pageRows {
		rows = rows[:pageRows]
		next := url.Values{"view": query["view"], "channel": query["channel"], "before": {ref.Format(rows[len(rows)-1].ID)}}
		t.Pager = &ui.Pager{Next: ListPath + "?" + next.Encode(), Note: "本页" + strconv.Itoa(pageRows) + "张"}
	}
	for _, o := range rows {
		due := ui.T("—")
		if o.Due != 0 {
			due = ui.T(ui.Clockwise(o.Due.Time(), now))
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{number(o), ui.T(channelLabels[o.Channel]), ui.T(ui.Clockwise(o.At.Time(), now)), due,
			ui.T(names[o.First]), ui.T(names[o.Lead]), {Tag: tag(o)}}})
	}
	return t
}

func number(o order.Result) ui.Cell {
	c := ui.Link(o.Number, Path(o.ID))
	if o.Added > 0 {
		c.Sub = "有补充"
	}
	return c
}

func exportForm(view order.View, channel string) ui.Form {
	return ui.Form{Action: ListPath + "/results", Submit: "下载办理结果", Optional: true, Hidden: []ui.Hidden{{Name: "view", Value: string(view)}, {Name: "channel", Value: channel}},
		Fields: []ui.Field{{Kind: ui.Select, Name: "format", Label: "格式", Short: true, Required: true, Value: string(order.Xlsx), Options: []ui.Option{{Value: string(order.Xlsx), Label: "Excel工作簿（.xlsx）"},
			{Value: string(order.CSV), Label: "文本（.csv）"}, {Value: string(order.GBK), Label: "文本（.csv，旧系统用）"}}}}}
}

var fileNames = map[order.Format]string{order.Xlsx: "热线工单办理结果.xlsx", order.CSV: "热线工单办理结果.csv", order.GBK: "热线工单办理结果.csv"}

// Results sends the results as the hotline's table and notes that they were sent.
func (p *Pages) Results(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	format := order.Format(r.PostFormValue("format"))
	if fileNames[format] == "" {
		return errs.Fields{"format": "请选择格式。"}.Err()
	}
	f := order.Filter{View: order.View(r.PostFormValue("view")), Channel: r.PostFormValue("channel"), Limit: pageRows * pageRows}
	rows, err := p.Desk.List(r.Context(), p.DB.Reader(), by, f)
	if err != nil {
		return err
	}
	names, err := p.names(r.Context(), rows)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(fileNames[format]))
	return p.Desk.Export(r.Context(), by, f, format, names, w)
}
