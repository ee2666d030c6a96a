package orgpage

import "weibao/internal/ui"

// Routes lists every address of this package.
func (p *Pages) Routes() []ui.Route {
	return []ui.Route{
		{Method: "GET", Path: "/units", Permission: "org.list", Handle: p.Units},
		{Method: "GET", Path: "/units/vacant", Permission: "org.list", Handle: p.Vacant},
		{Method: "GET", Path: "/units/new", Permission: "org.edit", Handle: p.New},
		{Method: "POST", Path: "/units/new", Permission: "org.edit", Handle: p.Add},
		{Method: "GET", Path: "/units/{id}", Permission: "org.list", Handle: p.Unit},
		{Method: "GET", Path: "/units/{id}/edit", Permission: "org.edit", Handle: p.Edit},
		{Method: "POST", Path: "/units/{id}/edit", Permission: "org.edit", Handle: p.Save},
		{Method: "GET", Path: "/units/{id}/merge", Permission: "org.edit", Handle: p.MergeForm},
		{Method: "POST", Path: "/units/{id}/merge", Permission: "org.edit", Handle: p.MergeUnit},
		{Method: "GET", Path: "/posts/{id}/handover", Permission: "org.handover", Handle: p.Handover},
		{Method: "POST", Path: "/posts/{id}/handover", Permission: "org.handover", Handle: p.HandOver},
		{Method: "GET", Path: "/group", Permission: "org.list", Handle: p.Group},
		{Method: "GET", Path: "/group/new", Permission: "org.group", Handle: p.NewSeat},
		{Method: "POST", Path: "/group/new", Permission: "org.group", Handle: p.AddSeat},
		{Method: "GET", Path: "/group/{id}", Permission: "org.group", Handle: p.EditSeat},
		{Method: "POST", Path: "/group/{id}", Permission: "org.group", Handle: p.SaveSeat},
	}
}
