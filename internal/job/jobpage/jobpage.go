// Package jobpage holds the screens of background work 「后台作业」: what
// waits, runs and failed, when the periodic work ran last, and the page on
// which a person waits for long work he has started.
//
// It owns no table. Each screen is one file with the template of its name;
// routes.go is the only list of addresses. It shows kinds, times and causes,
// never what a job is about: payloads hold refs and stay unseen. Any slice
// leads to Path of its job and may name, per kind, where the result lies.
package jobpage

import (
	"embed"
	"net/http"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/job"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

//go:embed *.html
var templates embed.FS

// Deps is what the screens stand on.
type Deps struct {
	DB *db.DB
	UI *ui.Renderer
	// Kinds gives all kinds of work, as the runner knows them.
	Kinds func() []job.Kind
	// Results leads, per kind, from a job that is done to what it made; nil is nowhere.
	Results map[string]func(job.Row) *ui.Action
}

// Pages serves the screens.
type Pages struct{ Deps }

// New makes the screens and adds their templates to the renderer.
func New(d Deps) (*Pages, error) {
	p := &Pages{d}
	return p, d.UI.Add(templates, map[string]any{
		"list.html": listView{},
		"show.html": showView{},
		"progress":  ui.Progress{},
	})
}

// Path is the page of a job, on which its progress is seen.
func Path(id ref.Job) string { return "/jobs/" + ref.Format(id) }

// label says in words what a kind does.
func (p *Pages) label(kind string) string {
	for _, k := range p.Kinds() {
		if k.Name == kind && k.Label != "" {
			return k.Label
		}
	}
	return "其他作业"
}

func pathID(r *http.Request) (ref.Job, error) {
	id, err := ref.Parse[ref.Job](r.PathValue("id"))
	if err != nil {
		return 0, errs.Missing()
	}
	return id, nil
}

// tag gives the state of a job as screens show it.
func tag(row job.Row) ui.Tag {
	switch {
	case row.State == job.Failed:
		return ui.Tag{State: ui.Late, Label: "已失败"}
	case row.State == job.Running:
		return ui.Tag{State: ui.Running, Label: "执行中"}
	case row.State == job.Done:
		return ui.Tag{State: ui.Finished, Label: "已完成"}
	case row.Failure != "":
		return ui.Tag{State: ui.Returned, Label: "等待重试"}
	}
	return ui.Tag{State: ui.Waiting, Label: "等待中"}
}

// moment writes an instant beside now, and nothing for none.
func moment(at, now clock.Instant) string { return ui.Clockwise(at.Time(), now.Time()) }

func section(by access.Actor) string {
	if by.Can("job.list") {
		return "system"
	}
	return "desk"
}
