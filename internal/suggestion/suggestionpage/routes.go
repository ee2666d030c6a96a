package suggestionpage

import "weibao/internal/ui"

// Routes lists every address of this package.
func (p *Pages) Routes() []ui.Route {
	return []ui.Route{
		{Method: "GET", Path: "/suggestions", Permission: "suggestion.add", Handle: p.List},
		{Method: "GET", Path: "/suggestions/add", Permission: "suggestion.add", Handle: p.Add},
		{Method: "POST", Path: "/suggestions/add", Permission: "suggestion.add", Handle: p.AddDone},
		{Method: "GET", Path: "/suggestions/{id}", Permission: "suggestion.add", Handle: p.Show},
		{Method: "GET", Path: "/suggestions/{id}/answer", Permission: "suggestion.answer", Handle: p.Answer},
		{Method: "POST", Path: "/suggestions/{id}/answer", Permission: "suggestion.answer", Handle: p.AnswerDone},
	}
}
