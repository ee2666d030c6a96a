package suggestionpage

import (
	"net/http"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/suggestion"
	"weibao/internal/ui"
)

type showView struct {
	Identity ui.Identity
	Timeline ui.Timeline
}

// Show is one suggestion with its answer.
func (p *Pages) Show(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	tx := p.DB.Reader()
	s, err := p.Box.Get(r.Context(), tx, by, id)
	if err != nil {
		return err
	}
	state := tag(s)
	view := showView{
		Identity: ui.Identity{Kind: s.Kind.Label(), Title: author(s), Tag: &state, Facts: []ui.Fact{
			{Label: "单位", Value: s.AuthorUnit}, {Label: "提出时间", Value: civil.FormatTime(s.At.Time())},
			{Label: "答复时间", Value: civil.FormatTime(s.Answered.Time())}}},
		Timeline: timeline(s, by),
	}
	page := ui.Page{Title: "一条" + s.Kind.Label(), Nav: section(by), Crumbs: crumbs(), More: []ui.Action{{Label: "打印", Print: true}}}
	if s.Answered == 0 && by.Can("suggestion.answer") && by.Scope().Sees(s.Unit, s.Region) {
		page.Action = &ui.Action{Label: "答复", Href: showPath(s.ID) + "/answer", Icon: "edit"}
	}
	return p.UI.Page(w, r, by, "show.html", page, view)
}

func timeline(s suggestion.Suggestion, by access.Actor) ui.Timeline {
	t := ui.Timeline{Title: "经过"}
	if s.Answered != 0 {
		t.Items = append(t.Items, ui.Event{Title: "未保办答复", Text: s.Answer, Who: s.AnsweredName, When: civil.FormatTime(s.Answered.Time()), Icon: "check-circle", Tone: ui.Done})
	} else if s.Author == by.User {
		t.Items = append(t.Items, ui.Event{Title: "等待未保办答复", Text: "已列入未保办的待办，有办理时限，超期会自动催办。", Icon: "clock"})
	}
	who := author(s)
	if s.Author == by.User {
		who = "我"
	}
	return ui.Timeline{Title: t.Title, Items: append(t.Items, ui.Event{Title: "提出" + s.Kind.Label(), Text: s.Words, Who: who, When: civil.FormatTime(s.At.Time()), Icon: "edit"})}
}
