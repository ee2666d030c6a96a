// Package suggestionpage holds the screens of 意见建议: handing one in, one's
// own with their answers, and the office's list to answer from.
//
// It owns no table. Each screen is one file with the template of its name;
// routes.go is the only list of addresses. It promises that who asked not to
// be named is not named on any screen, and that what lies outside the
// actor's scope looks like what does not exist.
package suggestionpage

import (
	"context"
	"embed"
	"net/http"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/suggestion"
	"weibao/internal/ui"
)

//go:embed *.html
var templates embed.FS

// Deps is what the screens stand on.
type Deps struct {
	DB  *db.DB
	UI  *ui.Renderer
	Box *suggestion.Box
}

// Pages serves the screens.
type Pages struct{ Deps }

// New makes the screens and adds their templates to the renderer.
func New(d Deps) (*Pages, error) {
	p := &Pages{d}
	return p, d.UI.Add(templates, map[string]any{
		"list.html":   listView{},
		"add.html":    addView{},
		"show.html":   showView{},
		"answer.html": answerView{},
	})
}

// DutyHref is the page on which a duty of kind suggestion.DutyKind is handled, for the inbox.
func DutyHref(d duty.Duty) string { return showPath(ref.Suggestion(d.SubjectID)) }

func showPath(id ref.Suggestion) string { return "/suggestions/" + ref.Format(id) }

func pathID(r *http.Request) (ref.Suggestion, error) {
	id, err := ref.Parse[ref.Suggestion](r.PathValue("id"))
	if err != nil {
		return 0, errs.Missing()
	}
	return id, nil
}

func (p *Pages) write(r *http.Request, fn func(ctx context.Context, tx *db.Tx) error) error {
	return p.DB.Write(r.Context(), func(tx *db.Tx) error { return fn(r.Context(), tx) })
}

func tag(s suggestion.Suggestion) ui.Tag {
	if s.Answered != 0 {
		return ui.Tag{State: ui.Finished, Label: "已答复"}
	}
	return ui.Tag{State: ui.Waiting, Label: "待答复"}
}

// crumbs lead back to the list; administrators and everybody else have the same.
func crumbs(more ...ui.Crumb) []ui.Crumb {
	return append([]ui.Crumb{{Label: "意见建议", Href: "/suggestions"}}, more...)
}

// section is the navigation entry under which the actor works.
func section(by access.Actor) string {
	if by.Can("duty.inbox") {
		return "desk"
	}
	return "system"
}
