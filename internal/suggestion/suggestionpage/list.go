package suggestionpage

import (
	"net/http"
	"net/url"
	"strconv"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/ref"
	"weibao/internal/suggestion"
	"weibao/internal/ui"
)

type listView struct{ Table ui.Table }

// The views of the list; each is a tab.
const (
	viewMine    = "mine"
	viewWaiting = "waiting" // in the actor's region, not answered
	viewAll     = "all"     // in the actor's region
)

const pageRows = 50

// List shows one's own suggestions, and to the office those of its region.
func (p *Pages) List(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	tx := p.DB.Reader()
	view := viewOf(r.URL.Query(), by)
	f := suggestion.Filter{Mine: view == viewMine, Waiting: view == viewWaiting, Limit: pageRows + 1}
	f.Before, _ = ref.Parse[ref.Suggestion](r.URL.Query().Get("before")) // the first page has none
	rows, err := p.Box.List(r.Context(), tx, by, f)
	if err != nil {
		return err
	}
	waiting, err := p.Box.Waiting(r.Context(), tx, by)
	if err != nil {
		return err
	}
	page := ui.Page{Title: "意见建议", Nav: section(by), Tabs: tabs(by, view, int(waiting)),
		Lead:   "对本系统好不好用、有没有加重负担提意见。未成年人受到伤害或身处危险的，请立即拨打110，不要写在这里。",
		Action: &ui.Action{Label: "提意见建议", Href: "/suggestions/add", Icon: "plus"},
		More:   []ui.Action{{Label: "减负承诺", Href: "/system/pledge", Icon: "flag"}}}
	return p.UI.Page(w, r, by, "list.html", page, listView{table(rows, view, tx.Now)})
}

func viewOf(q url.Values, by access.Actor) string {
	view := q.Get("view")
	switch {
	case !by.Can("suggestion.list"):
		return viewMine
	case view == viewMine || view == viewAll:
		return view
	}
	return viewWaiting
}

func tabs(by access.Actor, here string, waiting int) []ui.Tab {
	if !by.Can("suggestion.list") {
		return nil
	}
	return []ui.Tab{
		{Label: "待答复", Href: "/suggestions", Here: here == viewWaiting, Count: waiting},
		{Label: "全部", Href: "/suggestions?view=" + viewAll, Here: here == viewAll},
		{Label: "我提出的", Href: "/suggestions?view=" + viewMine, Here: here == viewMine},
	}
}

func table(rows []suggestion.Suggestion, view string, now clock.Instant) ui.Table {
	t := ui.Table{Caption: "意见建议", Columns: []ui.Column{
		{Label: "内容", Wide: true}, {Label: "类别", Slim: true}, {Label: "提出人", Slim: true}, {Label: "提出时间", Slim: true}, {Label: "状态", Slim: true}}}
	t.Empty = ui.Empty{Title: "还没有意见建议", Text: "提出后在这里查看答复。每条都有办理时限，未保办必须答复。",
		Action: &ui.Action{Label: "提意见建议", Href: "/suggestions/add", Icon: "plus"}}
	if view == viewWaiting {
		t.Empty = ui.Empty{Title: "没有待答复的意见建议", Text: "有人提出后会出现在这里，并进入未保办的待办。"}
	}
	if len(rows) > pageRows {
		rows = rows[:pageRows]
		next := url.Values{"before": {ref.Format(rows[len(rows)-1].ID)}, "view": {view}}
		t.Pager = &ui.Pager{Next: "/suggestions?" + next.Encode(), Note: "本页" + strconv.Itoa(pageRows) + "条"}
	}
	for _, s := range rows {
		state := tag(s)
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			{Text: short(s.Words), Href: showPath(s.ID)}, ui.T(s.Kind.Label()), {Text: author(s), Sub: s.AuthorUnit},
			ui.T(ui.Clockwise(s.At.Time(), now.Time())), {Tag: &state}}})
	}
	return t
}

func author(s suggestion.Suggestion) string {
	if s.AuthorName == "" {
		return "不具名"
	}
	return s.AuthorName
}

// rowRunes is how much of a text stands in a row.
const rowRunes = 60

func short(words string) string {
	runes := []rune(words)
	if len(runes) <= rowRunes {
		return words
	}
	return string(runes[:rowRunes]) + "…"
}
