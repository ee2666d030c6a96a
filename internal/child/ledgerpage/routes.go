package ledgerpage

import "weibao/internal/ui"

// Addresses which other pages know.
const (
	ListPath    = "/ledgers"
	NumbersPath = "/numbers"
)

// Routes lists every address of this package.
func (p *Pages) Routes() []ui.Route {
	return []ui.Route{
		{Method: "GET", Path: ListPath, Permission: "child.list", Handle: p.List},
		{Method: "GET", Path: ListPath + ".xlsx", Permission: "child.export", Handle: p.Sheet},
		{Method: "GET", Path: ViewPath, Permission: "child.view", Handle: p.View},
		{Method: "POST", Path: ViewPath, Permission: "child.view", Handle: p.SaveView},
		{Method: "POST", Path: ViewPath + "/{id}/drop", Permission: "child.view", Handle: p.DropView},
		{Method: "GET", Path: NumbersPath, Permission: "child.numbers", Handle: p.Numbers},
		{Method: "GET", Path: NumbersPath + ".xlsx", Permission: "child.numbers", Handle: p.NumbersSheet},
	}
}
