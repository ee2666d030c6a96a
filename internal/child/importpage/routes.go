package importpage

import "weibao/internal/ui"

// Routes lists every address of this package.
func (p *Pages) Routes() []ui.Route {
	return []ui.Route{
		{Method: "GET", Path: ListPath, Permission: "child.import", Handle: p.List},
		{Method: "GET", Path: ListPath + "/upload", Permission: "child.import", Handle: p.Upload},
		{Method: "POST", Path: ListPath + "/upload", Permission: "child.import", Handle: p.UploadDone},
		{Method: "GET", Path: ListPath + "/compare", Permission: "child.compare", Handle: p.Compare},
		{Method: "POST", Path: ListPath + "/compare", Permission: "child.compare", Handle: p.CompareDone},
		{Method: "GET", Path: ListPath + "/template", Permission: "child.import", Handle: p.Template},
		{Method: "GET", Path: ListPath + "/{import}", Permission: "child.import", Handle: p.Show},
		{Method: "GET", Path: ListPath + "/{import}/progress", Permission: "child.import", Handle: p.Progress},
		{Method: "POST", Path: ListPath + "/{import}/columns", Permission: "child.import", Handle: p.Columns},
		{Method: "POST", Path: ListPath + "/{import}/tab", Permission: "child.import", Handle: p.Tab},
		{Method: "GET", Path: ListPath + "/{import}/rows", Permission: "child.import", Handle: p.Rows},
		{Method: "POST", Path: ListPath + "/{import}/rows/{outcome}/{decision}", Permission: "child.import", Handle: p.Decide},
		{Method: "POST", Path: ListPath + "/{import}/apply", Permission: "child.import", Handle: p.Apply},
		{Method: "POST", Path: ListPath + "/{import}/resume", Permission: "child.import", Handle: p.Resume},
		{Method: "GET", Path: ListPath + "/{import}/answer", Permission: "child.import", Handle: p.Answer},
		{Method: "GET", Path: ListPath + "/{import}/import_undo", Permission: "child.import_undo", Handle: p.Undo},
		{Method: "POST", Path: ListPath + "/{import}/import_undo", Permission: "child.import_undo", Handle: p.UndoDone},
		{Method: "GET", Path: ListPath + "/{import}/discard", Permission: "child.import", Handle: p.Discard},
		{Method: "POST", Path: ListPath + "/{import}/discard", Permission: "child.import", Handle: p.DiscardDone},
		{Method: "POST", Path: ListPath + "/{import}/hand", Permission: "child.compare", Handle: p.Hand},
		{Method: "GET", Path: ListPath + "/{import}/prompts", Permission: "child.compare", Handle: p.Prompts},
		{Method: "POST", Path: ListPath + "/{import}/prompts/{kind}/{result}", Permission: "child.compare", Handle: p.Verify},
	}
}
