package justicepage

import "weibao/internal/ui"

// Routes lists every address of this package.
func (p *Pages) Routes() []ui.Route {
	return []ui.Route{
		{Method: "GET", Path: ListPath, Permission: "justice.list", Handle: p.List},
		{Method: "GET", Path: ListPath + "/new", Permission: "justice.add", Handle: p.Add},
		{Method: "POST", Path: ListPath + "/new", Permission: "justice.add", Handle: p.AddDone},
		{Method: "GET", Path: UnsealsPath, Permission: "justice.unseals", Handle: p.Unseals},
		{Method: "GET", Path: UnsealsPath + "/new", Permission: "justice.unseal", Handle: p.Ask},
		{Method: "POST", Path: UnsealsPath + "/new", Permission: "justice.unseal", Handle: p.AskDone},
		{Method: "GET", Path: UnsealsPath + "/{unseal}", Permission: "justice.unseals", Handle: p.Unseal},
		{Method: "POST", Path: UnsealsPath + "/{unseal}/decide", Permission: "justice.unseal_decide", Handle: p.Decide},
		{Method: "POST", Path: UnsealsPath + "/{unseal}/look", Permission: "justice.look", Handle: p.Look},
		{Method: "GET", Path: ListPath + "/{record}", Permission: "justice.list", Handle: p.Show},
		{Method: "POST", Path: ListPath + "/{record}/reveal", Permission: "justice.reveal", Handle: p.Reveal},
		{Method: "GET", Path: ListPath + "/{record}/seal", Permission: "justice.seal", Handle: p.Seal},
		{Method: "POST", Path: ListPath + "/{record}/seal", Permission: "justice.seal", Handle: p.SealDone},
	}
}
