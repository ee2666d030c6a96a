package referralpage

import (
	"slices"

	"weibao/internal/ui"
)

// Routes lists every address of this package.
func (p *Pages) Routes() []ui.Route {
	routes := []ui.Route{
		{Method: "GET", Path: ListPath, Permission: "referral.list", Handle: p.List},
		{Method: "GET", Path: "/referrals/{referral}", Permission: "referral.show", Handle: p.Show},
		{Method: "GET", Path: "/referrals/{referral}/files/{file}", Permission: "referral.show", Handle: p.File},
		{Method: "GET", Path: "/referrals/{referral}/replies/{reply}/files/{file}", Permission: "referral.show", Handle: p.ReplyFile},
		{Method: "GET", Path: "/referrals/{referral}/returns/{request}/files/{file}", Permission: "referral.show", Handle: p.ReturnFile},
		{Method: "GET", Path: "/referral-replies/{reply}/check", Permission: "referral.check", Handle: p.Check},
		{Method: "POST", Path: "/referral-replies/{reply}/check", Permission: "referral.check", Handle: p.CheckDone},
	}
	for _, a := range acts {
		routes = append(routes, ui.Route{Method: "GET", Path: "/referrals/{referral}/" + a.tail, Permission: a.permission, Handle: p.ask(a)},
			ui.Route{Method: "POST", Path: "/referrals/{referral}/" + a.tail, Permission: a.permission, Handle: p.answer(a)})
	}
	return slices.Concat(routes, p.dispatchRoutes())
}

// dispatchRoutes are those behind the addresses of the things on which work is asked.
func (p *Pages) dispatchRoutes() []ui.Route {
	var routes []ui.Route
	for _, s := range p.Sources {
		path := s.Prefix + "/{" + s.Subject + "}/refer"
		routes = append(routes, ui.Route{Method: "GET", Path: path, Permission: "referral.dispatch", Handle: p.Dispatch(s)},
			ui.Route{Method: "POST", Path: path, Permission: "referral.dispatch", Handle: p.DispatchDone(s)})
	}
	return routes
}
