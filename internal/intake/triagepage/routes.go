package triagepage

import "weibao/internal/ui"

// Routes lists every address of this package.
func (p *Pages) Routes() []ui.Route {
	routes := []ui.Route{
		{Method: "GET", Path: "/reports", Permission: "intake.list", Handle: p.List},
		{Method: "GET", Path: "/reports/{report}", Permission: "intake.show", Handle: p.Show},
		{Method: "POST", Path: "/reports/{report}/reveal", Permission: "intake.reveal", Handle: p.Reveal},
		{Method: "POST", Path: "/reports/{report}/read", Permission: "intake.answer", Handle: p.Read},
		{Method: "POST", Path: "/reports/{report}/accept", Permission: "intake.accept", Handle: p.Accept},
		{Method: "GET", Path: "/reports/{report}/decide", Permission: "intake.decide", Handle: p.Decide},
		{Method: "POST", Path: "/reports/{report}/decide", Permission: "intake.decide", Handle: p.DecideDone},
		{Method: "GET", Path: "/reports/{report}/child", Permission: "intake.decide", Handle: p.Child},
		{Method: "POST", Path: "/reports/{report}/child", Permission: "intake.decide", Handle: p.ChildDone},
		{Method: "GET", Path: "/reports/{report}/files/{file}", Permission: "intake.reveal", Handle: p.File},
		{Method: "POST", Path: "/reports/{report}/raise", Permission: "intake.shield", Handle: p.Raise},
		{Method: "GET", Path: "/reports/{report}/identity", Permission: "intake.identity_ask", Handle: p.Identity},
		{Method: "POST", Path: "/reports/{report}/identity", Permission: "intake.identity_ask", Handle: p.IdentityAsked},
		{Method: "POST", Path: "/reports/{report}/identity/{request}", Permission: "intake.identity_decide", Handle: p.IdentityDecided},
		{Method: "POST", Path: "/reports/{report}/identity/{request}/open", Permission: "intake.identity_ask", Handle: p.IdentityOpened},
	}
	for _, a := range acts {
		routes = append(routes,
			ui.Route{Method: "GET", Path: "/reports/{report}/" + a.tail, Permission: a.permission, Handle: p.act(a)},
			ui.Route{Method: "POST", Path: "/reports/{report}/" + a.tail, Permission: a.permission, Handle: p.acted(a)})
	}
	return routes
}
