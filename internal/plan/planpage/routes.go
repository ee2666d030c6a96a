package planpage

import "weibao/internal/ui"

// Routes lists every address of this package.
func (p *Pages) Routes() []ui.Route {
	return []ui.Route{
		{Method: "GET", Path: "/plans", Permission: "plan.list", Handle: p.Plans},
		{Method: "GET", Path: "/plans/upload", Permission: "plan.upload", Handle: p.Upload},
		{Method: "POST", Path: "/plans/upload", Permission: "plan.upload", Handle: p.UploadDone},
		{Method: "GET", Path: "/plan/{plan}", Permission: "plan.list", Handle: p.Show},

		{Method: "GET", Path: "/plan/{plan}/review", Permission: "plan.review", Handle: p.Review},
		{Method: "GET", Path: "/plan/{plan}/review/name", Permission: "plan.review", Handle: p.Name},
		{Method: "POST", Path: "/plan/{plan}/review/name", Permission: "plan.review", Handle: p.reviewed(nameUnit)},
		{Method: "POST", Path: "/plan/{plan}/review/head", Permission: "plan.review", Handle: p.reviewed(setHead)},
		{Method: "POST", Path: "/plan/{plan}/review/accept", Permission: "plan.review", Handle: p.reviewed(acceptAll)},
		{Method: "POST", Path: "/plan/{plan}/review/stand", Permission: "plan.review", Handle: p.reviewed(standAll)},
		{Method: "POST", Path: "/plan/{plan}/review/add", Permission: "plan.review", Handle: p.reviewed(addTask)},
		{Method: "POST", Path: "/plan/{plan}/review/undo", Permission: "plan.review", Handle: p.reviewed(undo)},
		{Method: "POST", Path: "/plan/{plan}/review/redo", Permission: "plan.review", Handle: p.reviewed(redo)},
		{Method: "GET", Path: "/plan/{plan}/review/{task}/edit", Permission: "plan.review", Handle: p.Edit},
		{Method: "POST", Path: "/plan/{plan}/review/{task}/edit", Permission: "plan.review", Handle: p.EditDone},
		{Method: "GET", Path: "/plan/{plan}/review/{task}/split", Permission: "plan.review", Handle: p.Split},
		{Method: "POST", Path: "/plan/{plan}/review/{task}/split", Permission: "plan.review", Handle: p.reviewed(splitTask)},
		{Method: "POST", Path: "/plan/{plan}/review/{task}/merge", Permission: "plan.review", Handle: p.reviewed(mergeTask)},
		{Method: "POST", Path: "/plan/{plan}/review/{task}/delete", Permission: "plan.review", Handle: p.reviewed(deleteTask)},
		{Method: "POST", Path: "/plan/{plan}/review/{task}/accept", Permission: "plan.review", Handle: p.reviewed(acceptTask)},
		{Method: "POST", Path: "/plan/{plan}/review/{task}/stand", Permission: "plan.review", Handle: p.reviewed(standTask)},
		{Method: "POST", Path: "/plan/{plan}/review/{task}/fact", Permission: "plan.review", Handle: p.reviewed(answerFact)},
		{Method: "GET", Path: "/plan/{plan}/discard", Permission: "plan.review", Handle: p.Discard},
		{Method: "POST", Path: "/plan/{plan}/discard", Permission: "plan.review", Handle: p.DiscardDone},

		{Method: "GET", Path: "/plan/{plan}/issue", Permission: "plan.issue", Handle: p.Issue},
		{Method: "POST", Path: "/plan/{plan}/issue", Permission: "plan.issue", Handle: p.IssueDone},
		{Method: "GET", Path: "/plan/{plan}/add", Permission: "plan.amend", Handle: p.Add},
		{Method: "POST", Path: "/plan/{plan}/add", Permission: "plan.amend", Handle: p.AddDone},
		{Method: "GET", Path: "/plan/{plan}/close", Permission: "plan.amend", Handle: p.Close},
		{Method: "POST", Path: "/plan/{plan}/close", Permission: "plan.amend", Handle: p.CloseDone},
		{Method: "POST", Path: "/plan/{plan}/copy", Permission: "plan.copy", Handle: p.Copy},

		{Method: "GET", Path: "/tasks/{task}/amend", Permission: "plan.amend", Handle: p.Amend},
		{Method: "POST", Path: "/tasks/{task}/amend", Permission: "plan.amend", Handle: p.AmendDone},
		{Method: "GET", Path: "/tasks/{task}/withdraw", Permission: "plan.amend", Handle: p.Withdraw},
		{Method: "POST", Path: "/tasks/{task}/withdraw", Permission: "plan.amend", Handle: p.WithdrawDone},
	}
}
