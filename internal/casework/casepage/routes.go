package casepage

import "weibao/internal/ui"

// Routes lists every address of this package.
func (p *Pages) Routes() []ui.Route {
	routes := []ui.Route{
		{Method: "GET", Path: ListPath, Permission: "case.list", Handle: p.List},
		{Method: "GET", Path: "/children/{child}/case", Permission: "case.open", Handle: p.Open},
		{Method: "POST", Path: "/children/{child}/case", Permission: "case.open", Handle: p.OpenDone},
		{Method: "GET", Path: "/cases/enter", Permission: "case.enter", Handle: p.Enter},
		{Method: "POST", Path: "/cases/enter", Permission: "case.enter", Handle: p.EnterDone},
		{Method: "GET", Path: "/cases/{case}", Permission: "case.show", Handle: p.Show},
		{Method: "GET", Path: "/cases/{case}/events", Permission: "case.show", Handle: p.Events},
		{Method: "GET", Path: "/cases/{case}/files/{file}", Permission: "case.show", Handle: p.File},
		{Method: "GET", Path: "/cases/{case}/plan", Permission: "case.edit", Handle: p.Plan},
		{Method: "POST", Path: "/cases/{case}/plan", Permission: "case.edit", Handle: p.PlanDone},
		{Method: "POST", Path: "/cases/{case}/edit", Permission: "case.edit", Handle: p.Edit},
		{Method: "POST", Path: "/cases/{case}/leave", Permission: "case.edit", Handle: p.Leave},
		{Method: "POST", Path: "/cases/{case}/confirm", Permission: "case.edit", Handle: p.Confirm},
		{Method: "POST", Path: "/cases/{case}/part", Permission: "case.team", Handle: p.Part},
		{Method: "GET", Path: "/cases/{case}/conferences/{conference}/letter", Permission: "case.show", Handle: p.Letter},
		{Method: "GET", Path: "/case-decisions/{decision}", Permission: "case.decision", Handle: p.Decision},
		{Method: "POST", Path: "/case-decisions/{decision}", Permission: "case.decision", Handle: p.DecisionDone},
		{Method: "GET", Path: "/case-follows/{follow}", Permission: "case.follow", Handle: p.Follow},
		{Method: "POST", Path: "/case-follows/{follow}", Permission: "case.follow", Handle: p.FollowDone},
	}
	for _, a := range acts {
		routes = append(routes, ui.Route{Method: "GET", Path: "/cases/{case}/" + a.tail, Permission: a.permission, Handle: p.ask(a)},
			ui.Route{Method: "POST", Path: "/cases/{case}/" + a.tail, Permission: a.permission, Handle: p.answer(a)})
	}
	return routes
}
