package jobpage

import (
	"weibao/internal/access"
	"weibao/internal/ui"
)

// Routes lists every address of this package. A job's own page is open to the
// person who wanted it; the handlers ask job.Get, which hides all others.
func (p *Pages) Routes() []ui.Route {
	return []ui.Route{
		{Method: "GET", Path: "/jobs", Permission: "job.list", Handle: p.List},
		{Method: "GET", Path: "/jobs/{id}", Permission: access.SignedIn, Handle: p.Show},
		{Method: "GET", Path: "/jobs/{id}/progress", Permission: access.SignedIn, Handle: p.Progress},
		{Method: "POST", Path: "/jobs/{id}/retry", Permission: "job.retry", Handle: p.Retry},
	}
}
