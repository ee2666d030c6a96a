// Package justicepage holds the screens of 司法保护: what the actor's unit has
// entered, entering, sealing, and the requests to look at what was sealed.
//
// It owns no table. Each screen is one file with the template of its name;
// routes.go is the only list of addresses. It promises that no screen asks for
// content, that a sealed record answers like one that does not exist, and that
// no answer before a granted request tells whether there is anything.
package justicepage

import (
	"context"
	"embed"
	"net/http"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/justice"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

//go:embed *.html
var templates embed.FS

// Deps is what the screens stand on.
type Deps struct {
	DB    *db.DB
	UI    *ui.Renderer
	Desk  *justice.Desk
	Units func(ctx context.Context, tx *db.Tx, ids []ref.Unit) (map[ref.Unit]string, error)
	// Choices gives the units that can keep papers.
	Choices func(ctx context.Context, tx *db.Tx, by access.Actor) ([]ui.Option, error)
}

// Pages serves the screens.
type Pages struct{ Deps }

// New makes the screens and adds their templates to the renderer.
func New(d Deps) (*Pages, error) {
	p := &Pages{d}
	return p, d.UI.Add(templates, map[string]any{"list.html": listView{}, "show.html": showView{}, "unseal.html": unsealView{}})
}

// The addresses of the lists.
const (
	ListPath    = "/justice"
	UnsealsPath = "/unseals"
)

const nav = "casework"

// DutyHref is the page on which a request is decided, for the inbox.
func DutyHref(d duty.Duty) string { return unsealPath(ref.Unseal(d.SubjectID)) }

func path(id ref.Justice) string { return ListPath + "/" + ref.Format(id) }

func unsealPath(id ref.Unseal) string { return UnsealsPath + "/" + ref.Format(id) }

// crumbs lead to the list of records for whoever may see it.
func crumbs(by access.Actor) []ui.Crumb {
	if !by.Can("justice.list") {
		return nil
	}
	return []ui.Crumb{{Label: "司法保护", Href: ListPath}}
}

func (p *Pages) write(r *http.Request, fn func(ctx context.Context, tx *db.Tx) error) error {
	return p.DB.Write(r.Context(), func(tx *db.Tx) error { return fn(r.Context(), tx) })
}

func recordOf(r *http.Request) (ref.Justice, error) {
	id, err := ref.Parse[ref.Justice](r.PathValue("record"))
	if err != nil {
		return 0, errs.Missing()
	}
	return id, nil
}

func unsealOf(r *http.Request) (ref.Unseal, error) {
	id, err := ref.Parse[ref.Unseal](r.PathValue("unseal"))
	if err != nil {
		return 0, errs.Missing()
	}
	return id, nil
}

func options(values, labels []string) []ui.Option {
	out := make([]ui.Option, len(values))
	for i := range values {
		out[i] = ui.Option{Value: values[i], Label: labels[i]}
	}
	return out
}
