// Package requestpage holds the screens on which one person asks and a second
// one decides about a file: correction, moving out and in, ending, coming of
// age; and the letter that goes with a child who leaves the installation.
//
// It owns no table. It promises that nothing personal stands in an address,
// that values of a correction show only after a reveal, and that a place to
// which a file is to come sees of it what lists show and no more until it has
// signed. Who may decide is decided below; the screen only offers it.
package requestpage

import (
	"context"
	"embed"
	"net/http"
	"net/url"

	"weibao/internal/access"
	"weibao/internal/child/request"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/duty/dutypage"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

//go:embed *.html
var templates embed.FS

// Deps is what the screens stand on.
type Deps struct {
	DB      *db.DB
	UI      *ui.Renderer
	Counter *request.Counter
	// Units gives the names of units.
	Units func(ctx context.Context, tx *db.Tx, ids []ref.Unit) (map[ref.Unit]string, error)
}

// Pages serves the screens.
type Pages struct{ Deps }

// New makes the screens and adds their templates to the renderer.
func New(d Deps) (*Pages, error) {
	p := &Pages{d}
	return p, d.UI.Add(templates, map[string]any{"list.html": listView{}, "show.html": showView{}, "ask.html": askView{}})
}

// ListPath is the address of the list.
const ListPath = "/requests"

// Routes lists every address of this package.
func (p *Pages) Routes() []ui.Route {
	routes := []ui.Route{
		{Method: "GET", Path: ListPath, Permission: "child.show", Handle: p.List},
		{Method: "GET", Path: "/requests/{id}", Permission: "child.show", Handle: p.Show},
		{Method: "POST", Path: "/requests/{id}", Permission: "child.reveal", Handle: p.Reveal},
		{Method: "POST", Path: "/requests/{id}/decide", Permission: "child.decide", Handle: p.Decide},
		{Method: "POST", Path: "/requests/{id}/acknowledge", Permission: "child.decide", Handle: p.Acknowledge},
		{Method: "POST", Path: "/requests/{id}/letter", Permission: "child.decide", Handle: p.Letter},
		{Method: "POST", Path: "/requests/{id}/withdraw", Permission: "child.request", Handle: p.Withdraw},
	}
	for _, k := range asks {
		routes = append(routes, ui.Route{Method: "GET", Path: "/children/{child}" + k.tail, Permission: "child.request", Handle: p.ask(k)},
			ui.Route{Method: "POST", Path: "/children/{child}" + k.tail, Permission: "child.request", Handle: p.asked(k)})
	}
	return routes
}

// Kinds describes the duties of requests for the inbox.
func Kinds() map[string]dutypage.Kind {
	return map[string]dutypage.Kind{request.DutyKind: {Label: "档案审批", Icon: "check", Needs: "child.decide", Href: func(d duty.Duty) string {
		return path(ref.Request(d.SubjectID))
	}}}
}

func path(id ref.Request) string { return ListPath + "/" + ref.Format(id) }

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

// act does one thing with the request of the address and says so.
func (p *Pages) act(w http.ResponseWriter, r *http.Request, by access.Actor, said string, do func(ctx context.Context, tx *db.Tx, id ref.Request) error) error {
	id, err := pathID[ref.Request](r, "id")
	if err != nil {
		return err
	}
	err = p.write(r, func(ctx context.Context, tx *db.Tx) error { return do(ctx, tx, id) })
	if errs.Is(err, errs.Invalid) {
		return p.show(w, r, by, false, err)
	}
	if err != nil {
		return err
	}
	ui.RedirectWith(w, r, path(id), ui.Done, said)
	return nil
}

func attach(w http.ResponseWriter, name, kind string) {
	h := w.Header()
	ui.Headers(h)
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(name))
}

var here = []ui.Crumb{{Label: "未成年人档案", Href: "/children"}, {Label: "申请和审批", Href: ListPath}}
