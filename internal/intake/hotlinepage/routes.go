package hotlinepage

import "weibao/internal/ui"

// Routes lists every address of this package.
func (p *Pages) Routes() []ui.Route {
	return []ui.Route{
		{Method: "GET", Path: "/intake/new", Permission: "intake.register", Handle: p.New},
		{Method: "POST", Path: "/intake/new", Permission: "intake.register", Handle: p.NewDone},
		{Method: "POST", Path: "/intake/draft", Permission: "intake.register", Handle: p.Draft},
		{Method: "POST", Path: "/intake/draft/drop", Permission: "intake.register", Handle: p.DraftDropped},
		{Method: "POST", Path: "/intake/known", Permission: "intake.register", Handle: p.Known},
		{Method: "GET", Path: "/intake/mine", Permission: "intake.mine", Handle: p.Mine},
		{Method: "GET", Path: "/intake/mine/{report}", Permission: "intake.mine", Handle: p.One},
	}
}
