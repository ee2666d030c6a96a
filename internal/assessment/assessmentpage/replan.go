package assessmentpage

import (
	"cmp"
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"

	"weibao/internal/access"
	"weibao/internal/assessment"
	"weibao/internal/audit"
	"weibao/internal/db"
	"weibao/internal/job"
	"weibao/internal/region"
	"weibao/internal/ui"
)

type replanView struct {
	Figures ui.Figures
	Levels  ui.Table
	Touched *ui.Table // nil where nothing would change
	Form    *ui.Form  // nil where nothing would change
	Note    ui.Note
}

// Replan shows what the rules in force would change and has not changed yet.
func (p *Pages) Replan(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	tx := p.DB.Reader()
	e, err := p.Desk.Preview(r.Context(), tx, by, p.Desk.Book())
	if err != nil {
		return err
	}
	view := replanView{Figures: ui.Figures{Items: []ui.Figure{
		{Label: "在档儿童", Value: ui.Count(e.Looked), Unit: "人"}, {Label: "受影响", Value: ui.Count(e.Children), Unit: "人"},
		{Label: "新增待办", Value: ui.Count(e.Opens), Unit: "项"}, {Label: "结束待办", Value: ui.Count(e.Ends), Unit: "项"}}},
		Note: ui.Note{Tone: ui.Info, Title: "规则与现有安排一致", Text: "量表、等级矩阵或对象类别的规则修改后，先在这里看清影响哪些儿童，再更新。"}}
	if e.Children > 0 {
		view.Note = ui.Note{Tone: ui.Warn, Title: "规则已经变化，现有的等级和关爱安排还没有更新",
			Text: "等级按原来的作答重新计算；人工改定过的等级不变。更新前的等级和理由都留在评估记录里。"}
		view.Form = &ui.Form{Action: "/assessments/replan", Submit: "按新规则更新", Warning: "更新在后台进行，期间可以继续工作。更新后只能再次修改规则来恢复。"}
	}
	view.Levels = p.moves(e, tx)
	if view.Touched, err = p.touched(r.Context(), tx, e); err != nil {
		return err
	}
	return p.UI.Page(w, r, by, "replan.html", ui.Page{Title: "规则变化的影响", Nav: "screening", Crumbs: []ui.Crumb{{Label: "待审定的评估", Href: "/assessments"}}}, view)
}

// moves is the table of how many children go from one level to another.
func (p *Pages) moves(e assessment.Effect, tx *db.Tx) ui.Table {
	t := ui.Table{Caption: "等级变化", Columns: []ui.Column{{Label: "现在的等级"}, {Label: "按新规则"}, {Label: "人数", Num: true}}, Empty: ui.Empty{Title: "没有人的等级变化"}}
	list := slices.SortedFunc(maps.Keys(e.Levels), func(a, b assessment.Move) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To)) })
	for _, m := range list {
		from, to := p.level(m.From, tx.Now), p.level(m.To, tx.Now)
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Level: &from}, {Level: &to}, ui.T(ui.Count(e.Levels[m]))}})
	}
	return t
}

// touched is the table of the children whom the change concerns, as lists name them.
func (p *Pages) touched(ctx context.Context, tx *db.Tx, e assessment.Effect) (*ui.Table, error) {
	if len(e.Touched) == 0 {
		return nil, nil
	}
	t := &ui.Table{Caption: "受影响的儿童", Columns: []ui.Column{{Label: "姓名", Slim: true}, {Label: "居住地"}, {Label: "现在的等级", Slim: true}, {Label: "按新规则", Slim: true}, {Label: "新增待办"}, {Label: "结束待办"}}}
	if e.Children > len(e.Touched) {
		t.Caption += "（前" + ui.Count(len(e.Touched)) + "人，共" + ui.Count(e.Children) + "人）"
	}
	codes := make([]string, len(e.Touched))
	for i, x := range e.Touched {
		codes[i] = x.Child.Region
	}
	places, err := region.Places(ctx, tx, codes)
	for _, x := range e.Touched {
		from, to := p.level(x.Child.Level, tx.Now), p.level(x.Level, tx.Now)
		var opens, ends []string
		for _, c := range x.Opens {
			opens = append(opens, c.Call())
		}
		for _, c := range x.Ends {
			ends = append(ends, c.Kind.Label())
		}
		t.Rows = append(t.Rows, ui.Row{Label: called(x.Child), Cells: []ui.Cell{ui.Link(called(x.Child), childPath(x.Child.ID)), ui.T(places[x.Child.Region]), {Level: &from}, {Level: &to},
			ui.T(strings.Join(opens, "、")), ui.T(strings.Join(ends, "、"))}})
	}
	return t, err
}

// ReplanDone lets the background work bring everything to the rules in force.
func (p *Pages) ReplanDone(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	err := p.write(r, func(ctx context.Context, tx *db.Tx) error {
		id, err := job.Add(ctx, tx, by, job.Want{Kind: assessment.ReplanJob, Key: assessment.ReplanJob})
		if err != nil {
			return err
		}
		return audit.Write(ctx, tx, by, "assessment.replan", "job", id, nil)
	})
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, "/assessments/replan", ui.Done, "已开始更新。刷新本页可以看到还剩多少人。")
	return nil
}
