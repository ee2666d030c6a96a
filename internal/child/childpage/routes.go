package childpage

import "weibao/internal/ui"

// Routes lists every address of this package.
func (p *Pages) Routes() []ui.Route {
	return []ui.Route{
		{Method: "GET", Path: ListPath, Permission: "child.list", Handle: p.List},
		{Method: "POST", Path: searchPath, Permission: "child.search", Handle: p.Search},
		{Method: "GET", Path: newPath, Permission: "child.add", Handle: p.New},
		{Method: "POST", Path: newPath, Permission: "child.add", Handle: p.Create},
		{Method: "POST", Path: newPath + "/check", Permission: "child.add", Handle: p.NewCheck},
		{Method: "GET", Path: "/children/{child}", Permission: "child.show", Handle: p.Show},
		{Method: "POST", Path: "/children/{child}/reveal", Permission: "child.reveal", Handle: p.Reveal},
		{Method: "GET", Path: "/children/{child}/looks", Permission: "child.show", Handle: p.Looks},
		{Method: "GET", Path: "/children/{child}/history", Permission: "child.show", Handle: p.History},
		{Method: "GET", Path: "/children/{child}/categories", Permission: "child.category", Handle: p.Categories},
		{Method: "POST", Path: "/children/{child}/categories", Permission: "child.category", Handle: p.Enter},
		{Method: "GET", Path: "/children/{child}/categories/{category}/leave", Permission: "child.category", Handle: p.Leave},
		{Method: "POST", Path: "/children/{child}/categories/{category}/leave", Permission: "child.category", Handle: p.LeaveDone},
		{Method: "GET", Path: "/children/{child}/reopen", Permission: "child.close", Handle: p.Reopen},
		{Method: "POST", Path: "/children/{child}/reopen", Permission: "child.close", Handle: p.ReopenDone},
		{Method: "GET", Path: "/children/{child}/edit/{sheet}", Permission: "child.edit", Handle: p.Edit},
		{Method: "POST", Path: "/children/{child}/edit/{sheet}", Permission: "child.edit", Handle: p.EditDone},
		{Method: "GET", Path: "/children/{child}/people/new", Permission: "child.edit", Handle: p.Person},
		{Method: "POST", Path: "/children/{child}/people/new", Permission: "child.edit", Handle: p.PersonDone},
		{Method: "GET", Path: "/children/{child}/people/{person}", Permission: "child.edit", Handle: p.Person},
		{Method: "POST", Path: "/children/{child}/people/{person}", Permission: "child.edit", Handle: p.PersonDone},
		{Method: "GET", Path: "/children/{child}/people/{person}/delegate", Permission: "child.edit", Handle: p.Delegate},
		{Method: "POST", Path: "/children/{child}/people/{person}/delegate", Permission: "child.edit", Handle: p.DelegateDone},
	}
}
