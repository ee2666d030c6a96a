package screeningpage

import "weibao/internal/ui"

// Routes lists every address of this package.
func (p *Pages) Routes() []ui.Route {
	const (
		one     = ListPath + "/{campaign}"
		village = one + "/villages/{village}"
		child   = one + "/children/{child}"
	)
	return []ui.Route{
		{Method: "GET", Path: ListPath, Permission: "screening.list", Handle: p.List},
		{Method: "GET", Path: newPath, Permission: "screening.begin", Handle: p.Begin},
		{Method: "POST", Path: newPath + "/check", Permission: "screening.begin", Handle: p.BeginCheck},
		{Method: "POST", Path: newPath, Permission: "screening.begin", Handle: p.BeginDone},
		{Method: "GET", Path: one, Permission: "screening.list", Handle: p.Show},
		{Method: "GET", Path: one + "/sheet", Permission: "screening.export", Handle: p.Sheet},
		{Method: "GET", Path: one + "/close", Permission: "screening.close", Handle: p.Close},
		{Method: "POST", Path: one + "/close", Permission: "screening.close", Handle: p.CloseDone},
		{Method: "GET", Path: one + "/reopen", Permission: "screening.close", Handle: p.Reopen},
		{Method: "POST", Path: one + "/reopen", Permission: "screening.close", Handle: p.ReopenDone},
		{Method: "GET", Path: village, Permission: "screening.list", Handle: p.Village},
		{Method: "POST", Path: village + "/same", Permission: "screening.answer", Handle: p.Same},
		{Method: "POST", Path: village + "/search", Permission: "screening.list", Handle: p.Search},
		{Method: "GET", Path: village + "/new", Permission: "screening.answer", Handle: p.New},
		{Method: "POST", Path: village + "/new/check", Permission: "screening.answer", Handle: p.NewCheck},
		{Method: "POST", Path: village + "/new", Permission: "screening.answer", Handle: p.NewDone},
		{Method: "GET", Path: village + "/expect", Permission: "screening.expect", Handle: p.Expect},
		{Method: "POST", Path: village + "/expect", Permission: "screening.expect", Handle: p.ExpectDone},
		{Method: "GET", Path: village + "/finish", Permission: "screening.finish", Handle: p.Finish},
		{Method: "POST", Path: village + "/finish", Permission: "screening.finish", Handle: p.FinishDone},
		{Method: "GET", Path: village + "/review", Permission: "screening.review", Handle: p.Review},
		{Method: "POST", Path: village + "/review", Permission: "screening.review", Handle: p.ReviewDone},
		{Method: "GET", Path: child, Permission: "screening.list", Handle: p.Child},
		{Method: "POST", Path: child, Permission: "screening.answer", Handle: p.Answer},
		{Method: "POST", Path: child + "/same", Permission: "screening.answer", Handle: p.ChildSame},
		{Method: "POST", Path: child + "/absent", Permission: "screening.answer", Handle: p.ChildAbsent},
		{Method: "POST", Path: child + "/reveal", Permission: "child.reveal", Handle: p.Reveal},
	}
}
