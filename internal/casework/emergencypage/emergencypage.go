// Package emergencypage holds the screens of emergencies 「应急处置」: beginning a
// checklist, working it off, a unit's own step, who is on duty, and public
// events with the limits that they change.
//
// It owns no table. Each screen is one file with the template of its name;
// routes.go is the only list of addresses. It promises that every screen says
// first whom to call, that nothing must be filled in before a call, and that a
// unit's screen shows the brief and its own step alone.
package emergencypage

import (
	"context"
	"embed"
	"net/http"

	"weibao/internal/access"
	"weibao/internal/casework/emergency"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/duty/dutypage"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

//go:embed *.html
var templates embed.FS

// Source is a kind of thing because of which a checklist is begun.
type Source struct {
	Subject string // case, report, child
	Prefix  string // its address without the id
	Of      func(ctx context.Context, tx *db.Tx, by access.Actor, id int64) (Thing, error)
}

// Thing is what a checklist is begun for.
type Thing struct {
	Title     string
	Child     ref.Child
	Region    string
	Situation string // proposes the list
	Brief     string // what is known already
	Nav       string // section of the menu; casework if empty
}

// Deps is what the screens stand on.
type Deps struct {
	DB      *db.DB
	UI      *ui.Renderer
	Desk    *emergency.Desk
	Kernel  *duty.Kernel
	Units   func(ctx context.Context, tx *db.Tx, ids []ref.Unit) (map[ref.Unit]string, error)
	Sources []Source
}

// Pages serves the screens.
type Pages struct{ Deps }

// New makes the screens and adds their templates to the renderer.
func New(d Deps) (*Pages, error) {
	p := &Pages{d}
	return p, d.UI.Add(templates, map[string]any{"start.html": formView{}, "show.html": showView{}, "step.html": stepView{}, "watch.html": watchView{}, "event.html": eventView{}, "mark.html": markView{}})
}

// The addresses.
const (
	ListPath  = "/emergencies"
	WatchPath = "/emergency-watch"
)

// Path is the address of a checklist at work.
func Path(id emergency.RunID) string { return ListPath + "/" + ref.Format(id) }

func stepPath(id emergency.StepID) string { return "/emergency-steps/" + ref.Format(id) }

// Kinds describes the duties of emergencies for the inbox.
func Kinds() map[string]dutypage.Kind {
	event := func(d duty.Duty) string { return eventPath(d.SubjectID) }
	own := func(d duty.Duty) string { return Path(emergency.RunID(d.SubjectID)) }
	return map[string]dutypage.Kind{
		emergency.StepKind:   {Label: "应急处置", Icon: "alert", Needs: "emergency.show", Own: true, Href: func(d duty.Duty) string { return stepPath(emergency.StepID(d.SubjectID)) }},
		emergency.VisitKind:  {Label: "送达后查访", Icon: "visit", Needs: "emergency.show", Own: true, Href: own},
		emergency.ReachKind:  {Label: "突发事件联系", Icon: "alert", Needs: "emergency.show", Own: true, Href: event},
		emergency.BreachKind: {Label: "违反保护令", Icon: "alert", Needs: "emergency.show", Own: true, Href: own},
	}
}

// Routes lists every address of this package.
func (p *Pages) Routes() []ui.Route {
	routes := []ui.Route{
		{Method: "GET", Path: ListPath + "/{run}", Permission: "emergency.show", Handle: p.Show},
		{Method: "POST", Path: ListPath + "/{run}/breach", Permission: "emergency.step", Handle: p.said(p.Desk.Breach, "已报告，公安机关的时限开始计算。正在发生的，请立即拨打110。")},
		{Method: "POST", Path: ListPath + "/{run}/carried", Permission: "emergency.step", Handle: p.said(p.Desk.Carried, "已登记，事项已办结。")},
		{Method: "GET", Path: "/emergency-steps/{step}", Permission: "emergency.show", Handle: p.Step},
		{Method: "POST", Path: "/emergency-steps/{step}", Permission: "emergency.step", Handle: p.StepDone},
		{Method: "POST", Path: "/emergency-steps/{step}/skip", Permission: "emergency.start", Handle: p.Skip},
		{Method: "POST", Path: "/emergency-steps/{step}/need", Permission: "emergency.start", Handle: p.Need},
		{Method: "GET", Path: WatchPath, Permission: "emergency.show", Handle: p.Watch},
		{Method: "POST", Path: WatchPath, Permission: "emergency.roster", Handle: p.WatchDone},
		{Method: "POST", Path: WatchPath + "/withdraw", Permission: "emergency.roster", Handle: p.Withdraw},
		{Method: "POST", Path: WatchPath + "/declare", Permission: "emergency.declare", Handle: p.Declare},
		{Method: "POST", Path: WatchPath + "/recall", Permission: "emergency.declare", Handle: p.Recall},
	}
	routes = append(routes, ui.Route{Method: "GET", Path: EventPath + "/{event}", Permission: "emergency.show", Handle: p.Event},
		ui.Route{Method: "POST", Path: EventPath + "/{event}/widen", Permission: "emergency.declare", Handle: p.Widen},
		ui.Route{Method: "POST", Path: EventPath + "/{event}/touch", Permission: "emergency.touch", Handle: p.TouchDone},
		ui.Route{Method: "POST", Path: EventPath + "/{event}/left", Permission: "emergency.touch", Handle: p.Mark(markLeft)})
	for _, m := range []mark{markSafe, markCare, markLost} {
		routes = append(routes, ui.Route{Method: "POST", Path: EventPath + "/{event}/" + m.state, Permission: "emergency.step", Handle: p.Mark(m)})
	}
	for _, s := range p.Sources {
		path := s.Prefix + "/{" + s.Subject + "}/emergency"
		routes = append(routes, ui.Route{Method: "GET", Path: path, Permission: "emergency.start", Handle: p.Start(s)},
			ui.Route{Method: "POST", Path: path, Permission: "emergency.start", Handle: p.StartDone(s)})
	}
	return routes
}

func pathID[T ref.ID](r *http.Request, name string) (T, error) {
	id, err := ref.Parse[T](r.PathValue(name))
	if err != nil {
		return 0, errs.Missing()
	}
	return id, nil
}

func (p *Pages) write(r *http.Request, fn func(ctx context.Context, tx *db.Tx) error) error {
	return p.DB.Write(r.Context(), func(tx *db.Tx) error { return fn(r.Context(), tx) })
}

// first is what stands above every screen.
func first(text string) ui.Note {
	if text == "" {
		text = "受伤、生病的同时拨打120。登记可以以后补。"
	}
	return ui.Note{Tone: ui.Warn, Title: "有危险的，现在就拨打110", Text: text}
}

// onDuty says whom to call in the county today; "" where nobody was named.
func (p *Pages) onDuty(ctx context.Context, tx *db.Tx, by access.Actor, region string) (string, error) {
	w, ok, err := p.Desk.OnDuty(ctx, tx, by, region)
	if err != nil || !ok {
		return "", err
	}
	return "受伤、生病的同时拨打120。今天值班：" + w.Name + "，电话" + w.Phone + "。登记可以以后补。", nil
}

// said does an act on a checklist with words, and says what came of it.
func (p *Pages) said(do func(context.Context, *db.Tx, access.Actor, emergency.RunID, string) error, done string) ui.Handler {
	return func(w http.ResponseWriter, r *http.Request, by access.Actor) error {
		id, err := pathID[emergency.RunID](r, "run")
		if err != nil {
			return err
		}
		words := r.PostFormValue("words")
		err = p.write(r, func(ctx context.Context, tx *db.Tx) error { return do(ctx, tx, by, id, words) })
		if errs.Is(err, errs.Invalid) {
			return p.show(w, r, by, err)
		}
		if err != nil {
			return err
		}
		ui.RedirectWith(w, r, Path(id), ui.Done, done)
		return nil
	}
}
