package publicpage

import (
	"weibao/internal/access"
	"weibao/internal/ui"
)

// actor is whoever asks; these pages never look who it is.
type actor = access.Actor

// Routes lists every address of this package.
func (p *Pages) Routes() []ui.Route {
	routes := []ui.Route{
		{Method: "GET", Path: "/report", Permission: access.Public, Handle: p.public(p.Front), First: true},
		{Method: "POST", Path: "/report/proof", Permission: access.Public, Handle: p.public(p.Proof)},
		{Method: "POST", Path: "/api/v1/reports", Permission: access.Public, Handle: p.api(p.Post), First: true},
		{Method: "POST", Path: "/api/v1/receipts/lookup", Permission: access.Public, Handle: p.api(p.Lookup)},
		{Method: "GET", Path: "/api/v1/openapi.json", Permission: access.Public, Handle: p.OpenAPI},
	}
	for _, back := range []ui.Route{
		{Method: "GET", Path: "/look", Handle: p.public(p.Look)},
		{Method: "POST", Path: "/look", Handle: p.public(p.LookDone)},
		{Method: "POST", Path: "/say", Handle: p.public(p.Say)},
		{Method: "POST", Path: "/file", Handle: p.public(p.File), Files: true},
		{Method: "POST", Path: "/satisfied", Handle: p.public(p.Satisfied)},
	} {
		tail := back.Path
		for _, under := range []string{FrontPath, childPath} {
			back.Path, back.Permission = under+tail, access.Public
			routes = append(routes, back)
		}
	}
	for _, f := range flows {
		routes = append(routes,
			ui.Route{Method: "GET", Path: f.path, Permission: access.Public, Handle: p.public(p.begin(f)), First: true},
			ui.Route{Method: "POST", Path: f.path, Permission: access.Public, Handle: p.public(p.step(f)), First: true})
	}
	return routes
}
