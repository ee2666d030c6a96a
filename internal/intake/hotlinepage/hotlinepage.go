// Package hotlinepage holds the screens of whoever writes reports down for
// others 「登记报告」: the desk of the hotline, township, village and member unit.
//
// It owns no table. The form is one page of at most twelve fields, worked by
// keyboard alone; what is typed is kept on the server every two seconds,
// sealed, so that a crash in the middle of a call loses two seconds. While the
// phone or the child's name is typed it says who called before and which child
// has a file. Who wrote a report down sees how it stands and what the reporter
// was told, and not again what the caller said.
package hotlinepage

import (
	"context"
	"embed"
	"net/http"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/intake"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/ui"
)

//go:embed *.html
var templates embed.FS

// Deps is what the screens stand on.
type Deps struct {
	DB   *db.DB
	UI   *ui.Renderer
	Desk *intake.Desk
	Book func() *rule.Book
	// Regions gives the places to choose from.
	Regions func(ctx context.Context, tx *db.Tx, by access.Actor) ([]ui.Option, error)
	// Known gives the files of children that fit a name or number, in words
	// which the actor may read; nil knows none.
	Known func(ctx context.Context, tx *db.Tx, by access.Actor, query string) ([]Child, error)
}

// Child is a file that fits what is typed.
type Child struct{ Words, Href string }

// Pages serves the screens.
type Pages struct{ Deps }

// New makes the screens and adds their templates to the renderer.
func New(d Deps) (*Pages, error) {
	p := &Pages{d}
	return p, d.UI.Add(templates, map[string]any{
		"new.html":   newView{},
		"known.html": knownView{},
		"mine.html":  mineView{},
		"done.html":  doneView{},
		"one.html":   oneView{},
	})
}

func (p *Pages) write(r *http.Request, fn func(ctx context.Context, tx *db.Tx) error) error {
	return p.DB.Write(r.Context(), func(tx *db.Tx) error { return fn(r.Context(), tx) })
}

func pathID(r *http.Request) (ref.Report, error) {
	id, err := ref.Parse[ref.Report](r.PathValue("report"))
	if err != nil {
		return 0, errs.Missing()
	}
	return id, nil
}

// section is the navigation entry under which the actor works.
const section = "intake"

var states = map[intake.State]ui.State{intake.Received: ui.Waiting, intake.Accepted: ui.Running, intake.Decided: ui.Running,
	intake.Closed: ui.Finished, intake.Rejected: ui.Returned, intake.Merged: ui.Ended}

// now is the instant for words beside dates.
func (p *Pages) now() clock.Instant { return clock.Of(p.DB.Clock.Now()) }
