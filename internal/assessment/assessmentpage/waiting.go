package assessmentpage

import (
	"net/http"
	"strconv"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

type waitingView struct{ Table ui.Table }

const pageRows = 50

// Waiting lists the assessments in the actor's scope that wait for a decision.
func (p *Pages) Waiting(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	tx := p.DB.Reader()
	after, _ := ref.Parse[ref.Assessment](r.URL.Query().Get("after")) // the first page has none
	rows, err := p.Desk.Waiting(r.Context(), tx, by, after, pageRows+1)
	if err != nil {
		return err
	}
	t := ui.Table{Caption: "待审定的风险评估", Columns: []ui.Column{{Label: "儿童", Wide: true}, {Label: "现在的等级", Slim: true}, {Label: "提出的等级", Slim: true},
		{Label: "提出人"}, {Label: "提出时间", Slim: true}},
		Empty: ui.Empty{Title: "没有待审定的评估", Text: "降低等级、低于量表结果的评估要由另一人审定，提出后会出现在这里和审定人的待办里。"}}
	if len(rows) > pageRows {
		rows = rows[:pageRows]
		t.Pager = &ui.Pager{Next: "/assessments?after=" + ref.Format(rows[len(rows)-1].ID), Note: "本页" + strconv.Itoa(pageRows) + "条"}
	}
	for _, a := range rows {
		c, err := p.Desk.Cabinet.Get(r.Context(), tx, by, a.Child)
		if err != nil {
			return err
		}
		now, asked := p.level(a.Before, tx.Now), p.level(a.Level, tx.Now)
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Link(called(c), showPath(a.ID)), {Level: &now}, {Level: &asked},
			ui.T(a.ByName), ui.T(civil.FormatTime(a.At.Time()))}})
	}
	page := ui.Page{Title: "待审定的风险评估", Nav: "screening", Lead: "提出评估的人不能审定自己的评估。"}
	return p.UI.Page(w, r, by, "waiting.html", page, waitingView{t})
}
