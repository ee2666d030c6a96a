package planpage

import (
	"net/http"

	"weibao/internal/access"
	"weibao/internal/plan"
	"weibao/internal/plan/ledger"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

type plansView struct{ Table ui.Table }

// countLimit is up to how many duties a figure counts; beyond it says 999+.
const countLimit = 1000

// count writes a figure that stopped at the limit.
func countWords(n int) string {
	if n >= countLimit {
		return "999+"
	}
	return ui.Count(n)
}

// Plans lists the plans with how far they have come.
func (p *Pages) Plans(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	tx := p.DB.Reader()
	after, _ := ref.Parse[ref.Plan](r.URL.Query().Get("after")) // nothing is the first page
	const size = 20
	list, err := p.Desk.List(r.Context(), tx, by, after, size+1)
	if err != nil {
		return err
	}
	more := len(list) > size
	list = list[:min(size, len(list))]
	t := ui.Table{Caption: "工作方案", Columns: []ui.Column{{Label: "方案", Wide: true}, {Label: "状态", Slim: true}, {Label: "未办结", Num: true, Slim: true},
		{Label: "超期", Num: true, Slim: true}, {Label: "办结进度"}, {Label: "下发日期", Slim: true, Quiet: true}},
		Empty: ui.Empty{Title: "还没有工作方案", Text: "上传本县印发的工作方案（.docx 或 .txt），系统会把它拆成任务，经审核后下发到各单位。"}}
	if by.Can("plan.upload") {
		t.Empty.Action = &ui.Action{Label: "上传方案", Href: "/plans/upload", Icon: "upload"}
	} else {
		t.Empty.Text = "未保办下发方案后，与本单位有关的方案会出现在这里。"
	}
	for _, v := range list {
		row, err := p.planRow(r, by, v)
		if err != nil {
			return err
		}
		t.Rows = append(t.Rows, row)
	}
	t.Pager = &ui.Pager{}
	if after != 0 {
		t.Pager.First = "/plans"
	}
	if more {
		t.Pager.Next = "/plans?after=" + ref.Format(list[len(list)-1].ID)
	}
	if t.Pager.First == "" && t.Pager.Next == "" {
		t.Pager = nil
	}
	page := ui.Page{Title: "工作方案", Nav: "plan", Tabs: sectionTabs("plans")}
	if by.Can("plan.upload") {
		page.Action = &ui.Action{Label: "上传方案", Href: "/plans/upload", Icon: "upload"}
	}
	return p.UI.Page(w, r, by, "plans.html", page, plansView{t})
}

func sectionTabs(here string) []ui.Tab {
	return []ui.Tab{{Label: "工作方案", Href: "/plans", Here: here == "plans"}, {Label: "任务清单", Href: "/tasks", Here: here == "tasks"}}
}

func (p *Pages) planRow(r *http.Request, by access.Actor, v plan.Plan) (ui.Row, error) {
	name := ui.Cell{Text: v.Title, Href: planPath(v.ID), Sub: v.Issuer}
	if v.State == plan.Draft {
		name.Href = reviewPath(v.ID)
		return ui.Row{Cells: []ui.Cell{name, ui.Tags(ui.Drafting, v.State.Label()), ui.T("—"), ui.T("—"), ui.T("审核后下发"), ui.T("")}}, nil
	}
	n := map[ledger.State]int{}
	for _, s := range []ledger.State{ledger.Open, ledger.Late, ledger.Done, ledger.LateDone} {
		var err error
		if n[s], err = p.ledger.Count(r.Context(), p.DB.Reader(), by, ledger.Filter{Plan: v.ID, State: s}, countLimit); err != nil {
			return ui.Row{}, err
		}
	}
	tag := ui.Tags(ui.Running, v.State.Label())
	if v.State == plan.Closed {
		tag = ui.Tags(ui.Ended, v.State.Label())
	}
	done := n[ledger.Done] + n[ledger.LateDone]
	row := ui.Row{Cells: []ui.Cell{name, tag, ui.Link(countWords(n[ledger.Open]), ledgerPath(v.ID, ledger.Open)), ui.Link(countWords(n[ledger.Late]), ledgerPath(v.ID, ledger.Late)),
		{Bar: bar(done, done+n[ledger.Open], n[ledger.Late] > 0)}, ui.T(dateOf(v.Issued))}}
	return row, nil
}

// bar is the share of what is done.
func bar(done, all int, late bool) *ui.Bar {
	b := ui.Bar{Late: late, Label: "0/0"}
	if all > 0 {
		b.Percent = done * 100 / all
		b.Label = countWords(done) + "/" + countWords(all) + " · " + number(b.Percent) + "%"
	}
	return &b
}

func ledgerPath(id ref.Plan, s ledger.State) string {
	return planPath(id) + "/tasks?group=due&state=" + string(s)
}
