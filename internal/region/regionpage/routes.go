package regionpage

import "weibao/internal/ui"

// Routes lists every address of this package.
func (p *Pages) Routes() []ui.Route {
	return []ui.Route{
		{Method: "GET", Path: "/regions", Permission: "region.list", Handle: p.Tree},
		{Method: "GET", Path: "/regions/former", Permission: "region.list", Handle: p.Former},
		{Method: "GET", Path: "/regions/import", Permission: "region.import", Handle: p.Import},
		{Method: "POST", Path: "/regions/import", Permission: "region.import", Handle: p.Upload},
		{Method: "POST", Path: "/regions/import/confirm", Permission: "region.import", Handle: p.Confirm},
		{Method: "GET", Path: "/regions/{code}", Permission: "region.list", Handle: p.Tree},
		{Method: "GET", Path: "/regions/{code}/add", Permission: "region.edit", Handle: p.ask(adding)},
		{Method: "POST", Path: "/regions/{code}/add", Permission: "region.edit", Handle: p.answer(adding)},
		{Method: "GET", Path: "/regions/{code}/rename", Permission: "region.edit", Handle: p.ask(renaming)},
		{Method: "POST", Path: "/regions/{code}/rename", Permission: "region.edit", Handle: p.answer(renaming)},
		{Method: "GET", Path: "/regions/{code}/merge", Permission: "region.edit", Handle: p.ask(merging)},
		{Method: "POST", Path: "/regions/{code}/merge", Permission: "region.edit", Handle: p.answer(merging)},
		{Method: "GET", Path: "/regions/{code}/transfer", Permission: "region.edit", Handle: p.ask(transferring)},
		{Method: "POST", Path: "/regions/{code}/transfer", Permission: "region.edit", Handle: p.answer(transferring)},
		{Method: "GET", Path: "/regions/{code}/abolish", Permission: "region.edit", Handle: p.ask(abolishing)},
		{Method: "POST", Path: "/regions/{code}/abolish", Permission: "region.edit", Handle: p.answer(abolishing)},
	}
}
