package rulepage

import "weibao/internal/ui"

// Routes lists every address of this package.
func (p *Pages) Routes() []ui.Route {
	return []ui.Route{
		{Method: "GET", Path: "/rules", Permission: "rule.list", Handle: p.List},
		{Method: "GET", Path: "/rules/export", Permission: "rule.list", Handle: p.Export},
		{Method: "GET", Path: "/rules/{kind}/{id}", Permission: "rule.list", Handle: p.Show},
	}
}
