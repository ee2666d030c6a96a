// Package orderpage holds the screens and the interface for work orders of
// hotlines 「热线工单」: files in, results back in the hotline's columns, returns
// with a reason, and the tokens of the systems that send orders themselves.
//
// It owns no table. It promises that a file is answered row by row, that a
// result says what the caller is told and nothing more, and that a token is
// shown once. The interface knows its caller by the token alone, sees orders
// of its own channel, and is answered in JSON; no address carries a number of
// an order. It never logs what an order says.
package orderpage

import (
	"context"
	"embed"
	"net/http"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/intake"
	"weibao/internal/intake/order"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/ui"
)

//go:embed *.html
var templates embed.FS

// Deps is what the screens stand on.
type Deps struct {
	DB    *db.DB
	UI    *ui.Renderer
	Desk  *order.Desk
	Book  func() *rule.Book
	Units func(ctx context.Context, tx *db.Tx, ids []ref.Unit) (map[ref.Unit]string, error)
}

// Pages serves the screens and the interface.
type Pages struct{ Deps }

// New makes the screens and adds their templates to the renderer.
func New(d Deps) (*Pages, error) {
	p := &Pages{d}
	return p, d.UI.Add(templates, map[string]any{"list.html": listView{}, "one.html": oneView{}, "partners.html": partnersView{}})
}

// Paths of the screens.
const (
	ListPath     = "/intake/orders"
	PartnersPath = "/intake/partners"
)

// Path is the page of an order.
func Path(id ref.Order) string { return ListPath + "/" + ref.Format(id) }

// Routes lists every address of this package.
func (p *Pages) Routes() []ui.Route {
	return []ui.Route{
		{Method: "GET", Path: ListPath, Permission: "intake.order", Handle: p.List},
		{Method: "GET", Path: ListPath + "/upload", Permission: "intake.order", Handle: p.Upload},
		{Method: "POST", Path: ListPath + "/upload", Permission: "intake.order", Handle: p.UploadDone, Files: true},
		{Method: "GET", Path: ListPath + "/template", Permission: "intake.order", Handle: p.Template},
		{Method: "GET", Path: ListPath + "/uploads/{upload}", Permission: "intake.order", Handle: p.Answer},
		{Method: "POST", Path: ListPath + "/results", Permission: "intake.order", Handle: p.Results},
		{Method: "GET", Path: ListPath + "/{order}", Permission: "intake.order", Handle: p.One},
		{Method: "POST", Path: ListPath + "/{order}/return", Permission: "intake.order_return", Handle: p.Return},
		{Method: "GET", Path: PartnersPath, Permission: "intake.partner", Handle: p.Partners},
		{Method: "POST", Path: PartnersPath, Permission: "intake.partner", Handle: p.PartnerAdmitted},
		{Method: "POST", Path: PartnersPath + "/{partner}/end", Permission: "intake.partner", Handle: p.PartnerDismissed},
		{Method: "POST", Path: "/api/v1/orders", Permission: access.Public, Handle: p.api(p.apiTake), First: true},
		{Method: "POST", Path: "/api/v1/orders/lookup", Permission: access.Public, Handle: p.api(p.apiFind)},
		{Method: "GET", Path: "/api/v1/orders/results", Permission: access.Public, Handle: p.api(p.apiResults)},
	}
}

func (p *Pages) write(r *http.Request, fn func(ctx context.Context, tx *db.Tx) error) error {
	return p.DB.Write(r.Context(), func(tx *db.Tx) error { return fn(r.Context(), tx) })
}

func pathID[T ref.ID](r *http.Request, name string) (T, error) {
	id, err := ref.Parse[T](r.PathValue(name))
	if err != nil {
		return 0, errs.Missing()
	}
	return id, nil
}

const section = "intake"

var channelLabels = map[string]string{"o12345": "12345", "o12355": "12355"}

func channelOptions() []ui.Option {
	options := make([]ui.Option, len(order.Channels))
	for i, c := range order.Channels {
		options[i] = ui.Option{Value: c, Label: channelLabels[c]}
	}
	return options
}

var states = map[intake.State]ui.State{intake.Received: ui.Waiting, intake.Accepted: ui.Running, intake.Decided: ui.Running,
	intake.Closed: ui.Finished, intake.Rejected: ui.Returned, intake.Merged: ui.Ended}

func tag(r order.Result) *ui.Tag { return &ui.Tag{State: states[r.State], Label: r.Words()} }

// names gives the names of the units of some orders.
func (p *Pages) names(ctx context.Context, rows []order.Result) (map[ref.Unit]string, error) {
	var ids []ref.Unit
	for _, r := range rows {
		ids = append(ids, r.First, r.Lead)
	}
	return p.Units(ctx, p.DB.Reader(), ids)
}
