package dutypage

import "weibao/internal/ui"

// Routes lists every address of this package.
func (p *Pages) Routes() []ui.Route {
	return []ui.Route{
		{Method: "GET", Path: "/duties", Permission: "duty.inbox", Handle: p.Inbox},
		{Method: "GET", Path: "/duties/calendar", Permission: "duty.calendar", Handle: p.Calendar},
		{Method: "GET", Path: "/duties/live", Permission: "duty.inbox", Handle: p.Live},
		{Method: "GET", Path: "/duties/{id}", Permission: "duty.show", Handle: p.Show},
		{Method: "POST", Path: "/duties/{id}/sign", Permission: "duty.sign", Handle: p.Sign},
		{Method: "GET", Path: "/duties/{id}/return", Permission: "duty.return", Handle: p.ask(returning)},
		{Method: "POST", Path: "/duties/{id}/return", Permission: "duty.return", Handle: p.answer(returning)},
		{Method: "GET", Path: "/duties/{id}/extend", Permission: "duty.extend", Handle: p.ask(extending)},
		{Method: "POST", Path: "/duties/{id}/extend", Permission: "duty.extend", Handle: p.answer(extending)},
		{Method: "GET", Path: "/duties/{id}/assign", Permission: "duty.assign", Handle: p.ask(assigning)},
		{Method: "POST", Path: "/duties/{id}/assign", Permission: "duty.assign", Handle: p.answer(assigning)},
		{Method: "GET", Path: "/duties/{id}/reassign", Permission: "duty.reassign", Handle: p.ask(reassigning)},
		{Method: "POST", Path: "/duties/{id}/reassign", Permission: "duty.reassign", Handle: p.answer(reassigning)},
		{Method: "GET", Path: "/duties/{id}/pause", Permission: "duty.pause", Handle: p.ask(pausing)},
		{Method: "POST", Path: "/duties/{id}/pause", Permission: "duty.pause", Handle: p.answer(pausing)},
		{Method: "POST", Path: "/duties/{id}/resume", Permission: "duty.pause", Handle: p.Resume},
		{Method: "GET", Path: "/duties/{id}/waive", Permission: "duty.waive", Handle: p.ask(waiving)},
		{Method: "POST", Path: "/duties/{id}/waive", Permission: "duty.waive", Handle: p.answer(waiving)},
		{Method: "GET", Path: "/duties/{id}/urge", Permission: "duty.urge", Handle: p.ask(urging)},
		{Method: "POST", Path: "/duties/{id}/urge", Permission: "duty.urge", Handle: p.answer(urging)},
		{Method: "GET", Path: "/duties/requests/{id}/check", Permission: "duty.extend_check", Handle: p.Check},
		{Method: "POST", Path: "/duties/requests/{id}/check", Permission: "duty.extend_check", Handle: p.CheckDone},
		{Method: "POST", Path: "/duties/batch/sign", Permission: "duty.sign", Handle: p.batch(batchSign)},
		{Method: "POST", Path: "/duties/batch/urge", Permission: "duty.urge", Handle: p.batch(batchUrge)},
	}
}
