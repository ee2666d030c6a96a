package screeningpage

import (
	"context"
	"net/http"
	"strconv"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/screening"
	"weibao/internal/ui"
)

type listView struct{ Table ui.Table }

// pageRows is how many rows a list of children shows, campaignRows of campaigns.
const pageRows, campaignRows = 50, 20

// List shows the campaigns that reach into the actor's scope.
func (p *Pages) List(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	tx := p.DB.Reader()
	after, _ := ref.Parse[ref.Campaign](r.URL.Query().Get("after")) // the first page has none
	list, err := p.Desk.List(r.Context(), tx, by, after, campaignRows+1)
	if err != nil {
		return err
	}
	t := ui.Table{Caption: "集中排查", Columns: []ui.Column{{Label: "名称", Wide: true}, {Label: "状态", Slim: true}, {Label: "完成期限", Slim: true},
		{Label: "进展"}, {Label: "范围"}, {Label: "发起", Quiet: true}}, Empty: empty(by)}
	if len(list) > campaignRows {
		list = list[:campaignRows]
		t.Pager = &ui.Pager{Next: ListPath + "?after=" + ref.Format(list[len(list)-1].ID), Note: "本页" + strconv.Itoa(campaignRows) + "项"}
	}
	codes := make([]string, len(list))
	for i, c := range list {
		codes[i] = c.Region
	}
	places, err := region.Places(r.Context(), tx, codes)
	if err != nil {
		return err
	}
	bounds, err := p.Desk.Kernel.Bounds(r.Context(), tx)
	if err != nil {
		return err
	}
	for _, c := range list {
		far, err := p.far(r.Context(), tx, by, c)
		if err != nil {
			return err
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Link(c.Name, opens(by, c)), {Tag: stateOf(c, tx.Now)}, {Due: dueOf(c, bounds)}, far,
			ui.T(places[c.Region]), ui.T(c.BegunName + " " + c.Begins.String())}})
	}
	page := ui.Page{Title: "集中排查", Nav: "screening", Tabs: p.UI.Tabs(by, "screening", ListPath), Lead: "谁查过、谁没查，按档案实时计算。没有发现、没有变化都是有效的结果。"}
	if by.Can("screening.begin") {
		page.Action = &ui.Action{Label: "发起排查", Href: newPath, Icon: "plus"}
	}
	return p.UI.Page(w, r, by, "list.html", page, listView{t})
}

// far says how far a campaign is in the actor's scope.
func (p *Pages) far(ctx context.Context, tx *db.Tx, by access.Actor, c screening.Campaign) (ui.Cell, error) {
	progress, err := p.Desk.Progress(ctx, tx, by, c.ID)
	if err != nil {
		return ui.Cell{}, err
	}
	sum := screening.Sum(progress.Rows)
	cell := ui.Cell{Text: "已查" + count(sum.Done()) + "/" + count(sum.Living) + "人"}
	if sum.Villages > 1 {
		cell.Sub = ui.Count(sum.Finished) + "/" + ui.Count(sum.Villages) + "个村（社区）完成"
	}
	return cell, nil
}

// opens is where a campaign's row leads: who works in one village goes there at once.
func opens(by access.Actor, c screening.Campaign) string {
	if code := by.Scope().Region; len(access.Prefix(code)) == len(code) && code != "" {
		return villagePath(c.ID, code)
	}
	return showPath(c.ID)
}

func empty(by access.Actor) ui.Empty {
	e := ui.Empty{Title: "本辖区还没有开展过集中排查", Text: "未保办或乡镇发起后，每个村（社区）的排查任务会出现在这里和待办里。"}
	if by.Can("screening.begin") {
		e.Text = "发起后，每个村（社区）都会收到任务，名单就是该村的在档儿童，不用另外造册。"
		e.Action = &ui.Action{Label: "发起排查", Href: newPath, Icon: "plus"}
	}
	return e
}
