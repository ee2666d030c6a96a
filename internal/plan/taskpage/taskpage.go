// Package taskpage holds the screens on which a unit carries out a duty of a
// plan: the duty from its clause to its proof, progress, the reply with
// values and evidence, and its check by the lead or the office.
//
// It owns no table. A unit sees its own duties and those that answer to it,
// the office those of its region; whatever else does not exist here. Files
// are streamed into the encrypted store and handed out for their duty alone.
package taskpage

import (
	"context"
	"embed"
	"net/http"
	"strings"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/duty/dutypage"
	"weibao/internal/errs"
	"weibao/internal/plan"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

//go:embed *.html
var templates embed.FS

// Deps is what the screens stand on.
type Deps struct {
	DB   *db.DB
	UI   *ui.Renderer
	Desk *plan.Desk
	// Units gives the names of units.
	Units func(ctx context.Context, tx *db.Tx, ids []ref.Unit) (map[ref.Unit]string, error)
}

// Pages serves the screens.
type Pages struct{ Deps }

// New makes the screens and adds their templates to the renderer.
func New(d Deps) (*Pages, error) {
	p := &Pages{d}
	return p, d.UI.Add(templates, map[string]any{"handle.html": handleView{}, "report.html": reportView{}, "check.html": checkView{}})
}

// Routes lists every address of this package.
func (p *Pages) Routes() []ui.Route {
	return []ui.Route{
		{Method: "GET", Path: "/plans/duties/{id}", Permission: "plan.task", Handle: p.Handle},
		{Method: "GET", Path: "/plans/duties/{id}/files/{file}", Permission: "plan.task", Handle: p.File},
		{Method: "GET", Path: "/plans/duties/{id}/progress", Permission: "plan.progress", Handle: p.ask(progress)},
		{Method: "POST", Path: "/plans/duties/{id}/progress", Permission: "plan.progress", Handle: p.answer(progress)},
		{Method: "GET", Path: "/plans/duties/{id}/reply", Permission: "plan.reply", Handle: p.ask(reply)},
		{Method: "POST", Path: "/plans/duties/{id}/reply", Permission: "plan.reply", Handle: p.answer(reply)},
		{Method: "GET", Path: "/plans/replies/{id}/check", Permission: "plan.check", Handle: p.Check},
		{Method: "POST", Path: "/plans/replies/{id}/check", Permission: "plan.check", Handle: p.CheckDone},
	}
}

// Kinds describes the duties of plans for the inbox.
func Kinds() map[string]dutypage.Kind {
	own := func(d duty.Duty) string { return path(d.ID) }
	return map[string]dutypage.Kind{
		plan.KindTask:     {Label: "方案任务", Icon: "flag", Href: own},
		plan.KindSupport:  {Label: "配合任务", Icon: "link", Href: own},
		plan.KindDocument: {Label: "制发文件", Icon: "file", Href: own},
		plan.KindCheck: {Label: "审核反馈", Icon: "eye", Needs: "plan.check", Href: func(d duty.Duty) string {
			return "/plans/replies/" + ref.Format(plan.ReplyID(d.SubjectID)) + "/check"
		}},
	}
}

func path(id ref.Duty) string { return "/plans/duties/" + ref.Format(id) }

// pathID reads the id in the address; what is no id is not found.
func pathID[T ref.ID](r *http.Request, name string) (T, error) {
	id, err := ref.Parse[T](r.PathValue(name))
	if err != nil {
		return 0, errs.Missing()
	}
	return id, nil
}

var (
	inbox = ui.Crumb{Label: "我的待办", Href: "/duties"}
)

func (p *Pages) handling(r *http.Request, by access.Actor) (plan.Handling, *db.Tx, error) {
	id, err := pathID[ref.Duty](r, "id")
	if err != nil {
		return plan.Handling{}, nil, err
	}
	tx := p.DB.Reader()
	h, err := p.Desk.Handle(r.Context(), tx, by, id)
	return h, tx, err
}

// File hands out evidence of a duty to who may see the duty.
func (p *Pages) File(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	h, tx, err := p.handling(r, by)
	if err != nil {
		return err
	}
	id, err := pathID[ref.File](r, "file")
	if err != nil {
		return err
	}
	content, err := p.Desk.Files.Open(r.Context(), tx, by, plan.Evidence(h.Duty.ID), id)
	if err != nil {
		return err
	}
	defer content.Close()
	content.Serve(w, r, strings.HasSuffix(r.URL.RawQuery, "inline"))
	return nil
}
