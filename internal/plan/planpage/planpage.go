// Package planpage holds the screens of the plan desk: upload, review, issue,
// what a plan asks of whom and how far it has come, one task from its clause
// to its proof, and the page on which a unit handles its part.
//
// It owns no table. Each screen is one file with the template of its name;
// routes.go is the only list of addresses. Every form works with a plain
// post; with scripts the review screen updates in parts and listens to keys.
// It never shows a number that does not equal the list which it opens.
package planpage

import (
	"context"
	"embed"
	"net/http"
	"strconv"

	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/plan"
	"weibao/internal/plan/ledger"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

//go:embed *.html
var templates embed.FS

// Deps is what the screens stand on.
type Deps struct {
	DB   *db.DB
	UI   *ui.Renderer
	Desk *plan.Desk
}

// Pages serves the screens.
type Pages struct {
	Deps
	ledger ledger.Ledger
}

// New makes the screens and adds their templates to the renderer.
func New(d Deps) (*Pages, error) {
	p := &Pages{d, ledger.Ledger{Duties: d.Desk.Duties}}
	return p, d.UI.Add(templates, map[string]any{
		"plans.html": plansView{}, "upload.html": formView{}, "form.html": formView{}, "show.html": showView{},
		"review.html": reviewView{}, "review-update": reviewView{}, "card-edit": editView{}, "split.html": splitView{}, "name.html": formView{},
		"issue.html": issueView{}, "amend.html": amendView{}, "preview.html": previewView{},
	})
}

// formView is a page that is one form.
type formView struct {
	Note *ui.Note
	Form ui.Form
}

func pathID[T ref.ID](r *http.Request, name string) (T, error) {
	id, err := ref.Parse[T](r.PathValue(name))
	if err != nil {
		return 0, errs.Missing()
	}
	return id, nil
}

func (p *Pages) write(r *http.Request, fn func(ctx context.Context, tx *db.Tx) error) error {
	return p.DB.Write(r.Context(), func(tx *db.Tx) error { return fn(r.Context(), tx) })
}

func planPath(id ref.Plan) string   { return "/plan/" + ref.Format(id) }
func taskPath(id ref.Task) string   { return "/tasks/" + ref.Format(id) }
func reviewPath(id ref.Plan) string { return planPath(id) + "/review" }
func number(n int) string           { return strconv.Itoa(n) }
func dateOf(i clock.Instant) string { return civil.FormatDate(civil.DateOf(i.Time())) }
func htmx(r *http.Request) bool     { return r.Header.Get("HX-Request") == "true" }
func crumbs(more ...ui.Crumb) []ui.Crumb {
	return append([]ui.Crumb{{Label: "方案任务", Href: "/plans"}}, more...)
}

// planCrumbs leads from the list to a page of a plan.
func planCrumbs(v plan.Plan) []ui.Crumb {
	return crumbs(ui.Crumb{Label: v.Title, Href: planPath(v.ID)})
}

// unitOptions are the units of a county for a choice, groups last.
func unitOptions(r *plan.Register, groups bool) []ui.Option {
	var out, last []ui.Option
	for _, u := range r.Units {
		o := ui.Option{Value: ref.Format(u.ID), Label: u.Name, Keys: u.Keys, Group: u.Kind}
		switch {
		case !u.Group:
			out = append(out, o)
		case groups:
			last = append(last, o)
		}
	}
	return append(out, last...)
}
