package disclosurepage

import (
	"net/http"

	"weibao/internal/access"
	"weibao/internal/child/ledger/disclosure"
	"weibao/internal/civil"
	"weibao/internal/letter"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/ui"
)

type listView struct{ Table ui.Table }

const pageRows = 30

// List shows what somebody asked for, and what he is to decide.
func (p *Pages) List(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.list(w, r, by, ListPath, ui.Page{Title: "明文导出", Nav: "child", Tabs: p.UI.Tabs(by, "child", ListPath),
		Lead: "含身份证号、电话等隐私内容的名单，由一人申请、另一人审批；文件带水印，到期删除，每次下载都有记录。在台账页面点“申请明文导出”提出。"})
}

// Register shows the audit administrator all of them.
func (p *Pages) Register(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	return p.list(w, r, by, RegisterPath, ui.Page{Title: "明文导出登记", Nav: "system", Tabs: p.UI.Tabs(by, "system", RegisterPath),
		Lead: "谁申请、谁审批、多少人、下载几次。登记中没有儿童信息。"})
}

func (p *Pages) list(w http.ResponseWriter, r *http.Request, by access.Actor, base string, page ui.Page) error {
	ctx, tx := r.Context(), p.DB.Reader()
	f := disclosure.Filter{Limit: pageRows + 1}
	if before, err := ref.Parse[ref.Disclosure](r.FormValue("before")); err == nil {
		f.Before = before
	}
	list, err := p.Desk.List(ctx, tx, by, f)
	if err != nil {
		return err
	}
	t := ui.Table{ID: "disclosures", Caption: page.Title, Columns: []ui.Column{{Label: "编号", Wide: true}, {Label: "申请"}, {Label: "地方"}, {Label: "人数", Num: true}, {Label: "审批"}, {Label: "下载", Num: true}, {Label: "状态"}},
		Empty: ui.Empty{Title: "没有明文导出", Text: "一般工作请用隐去隐私内容的导出；确需隐私内容的，在台账页面申请。"}}
	if len(list) > pageRows || f.Before != 0 {
		t.Pager = &ui.Pager{First: base}
		if len(list) > pageRows {
			list = list[:pageRows]
			t.Pager.Next = base + "?before=" + ref.Format(list[pageRows-1].ID)
		}
	}
	codes := make([]string, len(list))
	for i, d := range list {
		codes[i] = d.Region
	}
	places, err := region.Places(ctx, tx, codes)
	if err != nil {
		return err
	}
	for _, d := range list {
		tag := stateTag(by, d, d.State == disclosure.Granted && tx.Now >= d.Expires)
		row := ui.Row{Label: d.Number, Cells: []ui.Cell{{Text: d.Number, Href: base + "/" + ref.Format(d.ID), Sub: p.ledgerLabel(d, civil.DateOf(tx.Now.Time()))},
			{Text: d.ByName, Sub: d.UnitName + "，" + ui.Clockwise(d.At.Time(), tx.Now.Time())}, ui.T(places[d.Region]), ui.T(ui.Count(int(d.Total))),
			{Text: d.DecidedName}, ui.T(ui.Count(int(d.Takes))), {Tag: &tag}}}
		if d.Decided != 0 {
			row.Cells[4].Sub = civil.FormatTime(d.Decided.Time())
		}
		t.Rows = append(t.Rows, row)
	}
	page.More = []ui.Action{{Label: "打印", Print: true}}
	return p.UI.Page(w, r, by, "list.html", page, listView{t})
}

func (p *Pages) ledgerLabel(d disclosure.Disclosure, on civil.Date) string {
	if l, there := p.Desk.Lists.Cabinet.Book().Ledger(d.Ledger, on); there {
		return letter.Punctuate(l.Label)
	}
	return "已停用的台账"
}
