package requestpage

import (
	"context"
	"net/http"
	"time"

	"weibao/internal/access"
	"weibao/internal/child/childpage"
	"weibao/internal/child/request"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/ui"
)

const pageRows = 30

type listView struct{ Table ui.Table }

// List shows the requests that wait, or those that were decided.
func (p *Pages) List(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	ctx, tx := r.Context(), p.DB.Reader()
	f := request.Filter{Closed: r.FormValue("closed") != "", Limit: pageRows + 1}
	if before, err := ref.Parse[ref.Request](r.FormValue("before")); err == nil {
		f.Before = before
	}
	base := ListPath
	if f.Closed {
		base += "?closed=1"
	}
	list, err := p.Counter.List(ctx, tx, by, f)
	if err != nil {
		return err
	}
	view := listView{Table: ui.Table{Caption: "申请", Columns: []ui.Column{{Label: "申请", Wide: true}, {Label: "儿童"}, {Label: "提出"}, {Label: "状态"}},
		Empty: ui.Empty{Title: "没有申请", Text: "更正已核对的内容、转出转入、结束档案和到龄退出，都要由第二人审批，申请列在这里。"}}}
	title, turn := "申请和审批", ui.Action{Label: "已办结的申请", Href: ListPath + "?closed=1", Icon: "check"}
	if f.Closed {
		title, turn = "已办结的申请", ui.Action{Label: "待办理的申请", Href: ListPath, Icon: "inbox"}
	}
	if len(list) > pageRows {
		list = list[:pageRows]
		join := "?"
		if f.Closed {
			join = "&"
		}
		view.Table.Pager = &ui.Pager{First: base, Next: base + join + "before=" + ref.Format(list[pageRows-1].ID)}
	}
	var codes []string
	var units []ref.Unit
	for _, q := range list {
		codes, units = append(codes, q.Region, q.ToRegion), append(units, q.ByUnit)
	}
	places, err := region.Places(ctx, tx, codes)
	if err != nil {
		return err
	}
	names, err := p.names(ctx, tx, units)
	if err != nil {
		return err
	}
	for _, q := range list {
		if err := p.row(ctx, tx, by, &view.Table, q, places, names); err != nil {
			return err
		}
	}
	page := ui.Page{Title: title, Lead: "申请人不能审批自己的申请。转出的档案在对方签收以前，仍由转出地负责。", Nav: "child", Tabs: p.UI.Tabs(by, "child", ListPath), More: []ui.Action{turn, {Print: true}}}
	return p.UI.Page(w, r, by, "list.html", page, view)
}

func (p *Pages) names(ctx context.Context, tx *db.Tx, ids []ref.Unit) (map[ref.Unit]string, error) {
	var known []ref.Unit
	for _, id := range ids {
		if id != 0 {
			known = append(known, id)
		}
	}
	return p.Units(ctx, tx, known)
}

func (p *Pages) row(ctx context.Context, tx *db.Tx, by access.Actor, t *ui.Table, r request.Request, places map[string]string, names map[ref.Unit]string) error {
	q, err := p.Counter.Inquire(ctx, tx, by, r.ID)
	if err != nil {
		return err
	}
	tag := tagOf(by, r)
	t.Rows = append(t.Rows, ui.Row{Label: r.Kind.Label(), Cells: []ui.Cell{
		{Text: p.title(r, civil.DateOf(tx.Now.Time())), Href: path(r.ID), Sub: way(q, places)},
		{Text: childpage.NameOf(q.Row), Sub: q.Row.Sex.Word() + "，" + childpage.AgeWords(q.Row, civil.DateOf(tx.Now.Time()))},
		asker(r, names[r.ByUnit], ui.Clockwise(r.At.Time(), tx.Now.Time())),
		{Tag: &tag, Sub: decidedWords(r, tx.Now.Time())}}})
	return nil
}

// asker is who asked and when; the program has no unit.
func asker(r request.Request, unit, when string) ui.Cell {
	if unit == "" {
		return ui.Cell{Text: r.ByName, Sub: when}
	}
	return ui.Cell{Text: unit, Sub: r.ByName + "，" + when}
}

// title says what is asked.
func (p *Pages) title(r request.Request, on civil.Date) string {
	if r.Kind != request.AgeOut {
		return r.Kind.Label()
	}
	if r.Detail == "" {
		return "年满18周岁，是否结束档案"
	}
	label := r.Detail
	if c, there := p.Counter.Book().Category(r.Detail, on); there {
		label = c.Label
	}
	return "到龄，是否退出“" + label + "”"
}

// way says from where to where a file goes.
func way(q request.Inquiry, places map[string]string) string {
	switch {
	case q.Outside():
		return places[q.Region] + "转往" + q.Wish.Abroad
	case q.ToRegion != "" && q.Kind == request.MoveOut:
		return places[q.Region] + "转往" + places[q.ToRegion]
	case q.ToRegion != "":
		return "转入" + places[q.ToRegion]
	}
	return places[q.Region]
}

func tagOf(by access.Actor, r request.Request) ui.Tag {
	switch r.State {
	case request.Asked:
		switch {
		case r.MayDecide(by):
			return ui.Tag{State: ui.Waiting, Label: "待我办理"}
		case r.Kind == request.MoveOut:
			return ui.Tag{State: ui.Checking, Label: "转移中，待签收"}
		}
		return ui.Tag{State: ui.Checking, Label: "待审批"}
	case request.Sent:
		return ui.Tag{State: ui.Running, Label: "转移中，待对方回执"}
	case request.Granted:
		return ui.Tag{State: ui.Finished, Label: "已同意"}
	case request.Withdrawn:
		return ui.Tag{State: ui.Ended, Label: "已撤回"}
	}
	if r.Kind == request.AgeOut {
		return ui.Tag{State: ui.Finished, Label: "继续保留"}
	}
	return ui.Tag{State: ui.Returned, Label: "未同意"}
}

func decidedWords(r request.Request, now time.Time) string {
	if r.Decided == 0 {
		return ""
	}
	return r.DecidedName + "，" + ui.Clockwise(r.Decided.Time(), now)
}
