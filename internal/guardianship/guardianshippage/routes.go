package guardianshippage

import "weibao/internal/ui"

// Routes lists every address of this package.
func (p *Pages) Routes() []ui.Route {
	return []ui.Route{
		{Method: "GET", Path: ListPath, Permission: "guardianship.list", Handle: p.List},
		{Method: "GET", Path: RescuesPath, Permission: "guardianship.list", Handle: p.Rescues},
		{Method: "GET", Path: RescuesPath + "/new", Permission: "guardianship.open", Handle: p.Found},
		{Method: "POST", Path: RescuesPath + "/new", Permission: "guardianship.open", Handle: p.FoundDone},
		{Method: "GET", Path: "/children/{child}/measures", Permission: "guardianship.list", Handle: p.Child},
		{Method: "GET", Path: "/children/{child}/measures/new", Permission: "guardianship.open", Handle: p.Open},
		{Method: "POST", Path: "/children/{child}/measures/new", Permission: "guardianship.open", Handle: p.OpenDone},
		{Method: "GET", Path: ListPath + "/{measure}", Permission: "guardianship.list", Handle: p.Show},
		{Method: "POST", Path: ListPath + "/{measure}/reveal", Permission: "guardianship.reveal", Handle: p.Reveal},
		{Method: "GET", Path: ListPath + "/{measure}/record", Permission: "guardianship.record", Handle: p.Record},
		{Method: "POST", Path: ListPath + "/{measure}/record", Permission: "guardianship.record", Handle: p.RecordDone},
		{Method: "GET", Path: ListPath + "/{measure}/strike", Permission: "guardianship.record", Handle: p.Strike},
		{Method: "POST", Path: ListPath + "/{measure}/strike", Permission: "guardianship.record", Handle: p.StrikeDone},
		{Method: "GET", Path: ListPath + "/{measure}/supply", Permission: "guardianship.record", Handle: p.Supply},
		{Method: "POST", Path: ListPath + "/{measure}/supply", Permission: "guardianship.record", Handle: p.SupplyDone},
		{Method: "POST", Path: ListPath + "/{measure}/invite", Permission: "guardianship.party", Handle: p.Invite},
		{Method: "POST", Path: ListPath + "/{measure}/dismiss", Permission: "guardianship.party", Handle: p.Dismiss},
		{Method: "GET", Path: ListPath + "/{measure}/files/{file}", Permission: "guardianship.list", Handle: p.File},
		{Method: "POST", Path: ListPath + "/{measure}/papers/{paper}", Permission: "guardianship.paper", Handle: p.Paper},
	}
}
