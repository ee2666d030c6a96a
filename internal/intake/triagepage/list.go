package triagepage

import (
	"context"
	"net/http"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/intake"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

type listView struct {
	Alarms *ui.Table // emergencies nobody has decided, before everything else
	Filter ui.Filter
	Rest   string // heading of the list below emergencies
	Table  ui.Table
}

const pageRows = 50

// List shows the reports by what must happen next.
func (p *Pages) List(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	tx, q := p.DB.Reader(), r.URL.Query()
	f := intake.Filter{View: viewOf(q.Get("view")), Channel: q.Get("channel"), Situation: q.Get("situation"), Limit: pageRows + 1}
	f.Before, _ = ref.Parse[ref.Report](q.Get("before")) // the first page has none
	rows, err := p.Desk.List(r.Context(), tx, by, f)
	if err != nil {
		return err
	}
	counts, err := p.Desk.Counts(r.Context(), tx, by)
	if err != nil {
		return err
	}
	alarms, err := p.alarms(r.Context(), tx, by, f)
	if err != nil {
		return err
	}
	var codes []string
	for _, row := range append(alarms, rows...) {
		codes = append(codes, row.Region)
	}
	places, err := p.Places(r.Context(), tx, codes)
	if err != nil {
		return err
	}
	page := ui.Page{Title: "报告受理", Nav: "intake", Tabs: tabs(f.View, counts), More: doors(by),
		Lead: "有现实危险的先打110、120，再在这里登记处置。"}
	v := listView{Filter: p.filter(f, tx.Now.Time()), Table: p.table(rows, alarms, places, f, q, tx.Now.Time())}
	if len(alarms) > 0 {
		v.Alarms = &ui.Table{ID: "alarms", Caption: "紧急，先办这些", Columns: v.Table.Columns}
		for _, row := range alarms {
			v.Alarms.Rows = append(v.Alarms.Rows, p.line(row, places, tx.Now))
		}
		v.Rest = "其他报告"
		v.Table.Empty = ui.Empty{Title: "除上面的紧急报告以外，没有别的"}
	}
	return p.UI.Page(w, r, by, "list.html", page, v)
}

const alarmRows = 10

// alarms are the emergencies which wait, the latest first, above a list of
// open work, which does not repeat them.
func (p *Pages) alarms(ctx context.Context, tx *db.Tx, by access.Actor, f intake.Filter) ([]intake.Report, error) {
	if f.Before != 0 || f.View == intake.Pressing || f.View == intake.Done {
		return nil, nil
	}
	return p.Desk.List(ctx, tx, by, intake.Filter{View: intake.Alarming, Limit: alarmRows})
}

var views = []struct {
	view  intake.View
	label string
}{{intake.Todo, "待受理"}, {intake.Working, "研判和办理中"}, {intake.Pressing, "紧急"}, {intake.Asking, "留言和补充"}, {intake.Done, "已结束"}, {intake.All, "全部"}}

func viewOf(word string) intake.View {
	for _, v := range views {
		if string(v.view) == word {
			return v.view
		}
	}
	return intake.Todo
}

func tabs(here intake.View, c intake.Counts) []ui.Tab {
	numbers := map[intake.View]int64{intake.Todo: c.Todo, intake.Working: c.Working, intake.Pressing: c.Pressing, intake.Asking: c.Asking}
	var list []ui.Tab
	for _, v := range views {
		list = append(list, ui.Tab{Label: v.label, Href: "/reports?view=" + string(v.view), Here: v.view == here, Count: int(numbers[v.view]), Urgent: v.view == intake.Pressing})
	}
	return list
}

// doors lead to the other work of the section.
func doors(by access.Actor) []ui.Action {
	var list []ui.Action
	for _, d := range []struct {
		permission        access.Permission
		label, href, icon string
	}{
		{"intake.mine", "我登记的报告", "/intake/mine", "user"},
		{"intake.numbers", "受理统计", "/intake/numbers", "board"},
		{"intake.register", "登记报告", "/intake/new", "plus"},
	} {
		if by.Can(d.permission) {
			list = append(list, ui.Action{Label: d.label, Href: d.href, Icon: d.icon})
		}
	}
	return list
}
