package specialpage

import "weibao/internal/ui"

// Routes lists every address of this package.
func (p *Pages) Routes() []ui.Route {
	return []ui.Route{
		{Method: "GET", Path: ListPath, Permission: "special.list", Handle: p.Index},
		{Method: "GET", Path: ListPath + "/{list}", Permission: "special.list", Handle: p.List},
		{Method: "GET", Path: ListPath + "/entries/{entry}", Permission: "special.secret", Handle: p.Entry},
		{Method: "GET", Path: ListPath + "/entries/{entry}/steps/{step}", Permission: "special.secret", Handle: p.Serve},
		{Method: "POST", Path: ListPath + "/entries/{entry}/steps/{step}", Permission: "special.secret", Handle: p.Served},
		{Method: "GET", Path: ListPath + "/entries/{entry}/leave", Permission: "special.secret", Handle: p.Leave},
		{Method: "POST", Path: ListPath + "/entries/{entry}/leave", Permission: "special.secret", Handle: p.Left},
		{Method: "GET", Path: "/children/{child}" + Tail, Permission: "special.list", Handle: p.Show},
		{Method: "POST", Path: "/children/{child}" + Tail, Permission: "child.reveal", Handle: p.Reveal},
		{Method: "GET", Path: "/children/{child}" + Tail + "/{list}/steps/{step}", Permission: "special.step", Handle: p.Step},
		{Method: "POST", Path: "/children/{child}" + Tail + "/{list}/steps/{step}", Permission: "special.step", Handle: p.StepDone},
		{Method: "GET", Path: "/children/{child}" + Tail + "/{list}/proofs/{proof}", Permission: "special.step", Handle: p.Prove},
		{Method: "POST", Path: "/children/{child}" + Tail + "/{list}/proofs/{proof}", Permission: "special.step", Handle: p.Proved},
		{Method: "POST", Path: "/children/{child}" + Tail + "/drop/{paper}", Permission: "special.step", Handle: p.Drop},
		{Method: "GET", Path: "/children/{child}" + ReferTail, Permission: "special.refer", Handle: p.Refer},
		{Method: "POST", Path: "/children/{child}" + ReferTail, Permission: "special.refer", Handle: p.Referred},
	}
}
