// Package dutypage holds the screens of duties: the inbox 「待办」 that is
// everybody's front page, what is done and overdue, the calendar, the course
// of one duty, and the acts on it.
//
// It owns no table. Each screen is one file with the template of its name;
// routes.go is the only list of addresses. A duty whose slice has a page of
// its own is handled there: the inbox leads to it. It never shows what lies
// outside the actor's scope, and ranks units and work, never people.
package dutypage

import (
	"context"
	"embed"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

//go:embed *.html
var templates embed.FS

// Deps is what the screens stand on.
type Deps struct {
	DB     *db.DB
	UI     *ui.Renderer
	Kernel *duty.Kernel
	// Units gives the names of units.
	Units func(ctx context.Context, tx *db.Tx, ids []ref.Unit) (map[ref.Unit]string, error)
	// UnitChoices gives the units to which the actor can give work.
	UnitChoices func(ctx context.Context, tx *db.Tx, by access.Actor) ([]ui.Option, error)
	// Colleagues gives the people of the actor's unit.
	Colleagues func(ctx context.Context, tx *db.Tx, by access.Actor) ([]ui.Option, error)
	// Kinds describes each kind of duty that slices open.
	Kinds map[string]Kind
}

// Kind describes a kind of duty for its rows.
type Kind struct {
	Label string
	Icon  string
	// Href is the page on which the duty is handled; nil is the duty's own page.
	Href func(d duty.Duty) string
	// Needs is the permission for that page; who lacks it is led to the duty's own page.
	Needs access.Permission
	// Return is the page on which the duty is returned where its slice asks for more than a reason; nil is the duty's own.
	Return func(d duty.Duty) string
	// Own tells that the page is found by the duty's unit alone, by the named person alone where there is one; others
	// are led to the duty's own page.
	Own bool
}

// ownKinds are the duties which the kernel opens by itself.
var ownKinds = map[string]Kind{
	"duty.extend_check": {"审批延期", "clock", checkHref, "duty.extend_check", nil, false},
	"duty.return_check": {"裁定退回", "return", checkHref, "duty.extend_check", nil, false},
	"duty.superior":     {"督促下级", "alert", followHref, "", nil, false},
	"duty.propose":      {"建议督办", "alert", followHref, "", nil, false},
}

func checkHref(d duty.Duty) string {
	return "/duties/requests/" + strconv.FormatInt(d.SubjectID, 10) + "/check"
}

func followHref(d duty.Duty) string { return "/duties/" + strconv.FormatInt(d.SubjectID, 10) }

// Pages serves the screens.
type Pages struct{ Deps }

// New makes the screens and adds their templates to the renderer.
func New(d Deps) (*Pages, error) {
	p := &Pages{d}
	return p, d.UI.Add(templates, map[string]any{
		"inbox.html":    inboxView{},
		"calendar.html": calendarView{},
		"show.html":     showView{},
		"ask.html":      askView{},
		"batch.html":    batchView{},
	})
}

func (p *Pages) kind(d duty.Duty) Kind {
	if k, ok := p.Kinds[d.Kind]; ok {
		return k
	}
	if k, ok := ownKinds[d.Kind]; ok {
		return k
	}
	return Kind{Label: "责任事项", Icon: "plan"}
}

// Opens tells whether a duty of the kind has a page of its own that the actor may open.
func (k Kind) Opens(by access.Actor, d duty.Duty) bool {
	return k.Href != nil && (k.Needs == "" || by.Can(k.Needs)) && (!k.Own || d.Unit == by.Post.Unit && (d.Person == 0 || d.Person == by.User))
}

// href is where a row leads.
func (p *Pages) href(d duty.Duty, by access.Actor) string {
	if k := p.kind(d); k.Opens(by, d) {
		return k.Href(d)
	}
	return showPath(d.ID)
}

func showPath(id ref.Duty) string { return "/duties/" + ref.Format(id) }

// Tag gives the state of a duty as screens show it.
func Tag(d duty.Duty, now clock.Instant) ui.Tag {
	switch {
	case d.State == duty.Done || d.State == duty.LateDone:
		return ui.Tag{State: ui.Finished, Label: d.State.Label()}
	case d.State != duty.Open:
		return ui.Tag{State: ui.Ended, Label: d.State.Label()}
	case d.Paused != 0:
		return ui.Tag{State: ui.Paused, Label: "已挂起"}
	case d.Overdue(now):
		return ui.Tag{State: ui.Late, Label: "超期"}
	case d.Signed == 0:
		return ui.Tag{State: ui.Waiting, Label: "待签收"}
	}
	return ui.Tag{State: ui.Running, Label: "办理中"}
}

// Due gives the limit of a duty as screens show it.
func Due(d duty.Duty, b duty.Bounds) ui.Due {
	out := ui.DueAt(d.Due.Time(), b.Now.Time(), d.Clock == duty.Hours, 0, 0)
	if d.State != duty.Open {
		out.Near, out.Distance = ui.Settled, closedWords(d)
		return out
	}
	out.Near = ui.Near(nears[b.Of(d.Due)])
	if d.Provisional {
		out.Distance += "（暂定）"
	}
	return out
}

func closedWords(d duty.Duty) string {
	return ui.Clockwise(d.Closed.Time(), d.Closed.Time().Add(96*time.Hour))
}

var nears = map[duty.Group]ui.Near{duty.Critical: ui.Critical, duty.Late: ui.Overdue, duty.Soon: ui.Soon, duty.Later: ui.Later}

func unitsOf(duties []duty.Duty) []ref.Unit {
	var ids []ref.Unit
	for _, d := range duties {
		if !slices.Contains(ids, d.Unit) {
			ids = append(ids, d.Unit)
		}
	}
	return ids
}

// pathID reads the id in the address; what is no id is not found.
func pathID[T ref.ID](r *http.Request) (T, error) {
	id, err := ref.Parse[T](r.PathValue("id"))
	if err != nil {
		return 0, errs.Missing()
	}
	return id, nil
}

func (p *Pages) write(r *http.Request, fn func(ctx context.Context, tx *db.Tx) error) error {
	return p.DB.Write(r.Context(), func(tx *db.Tx) error { return fn(r.Context(), tx) })
}

// pageKey reads a page key from the address: instant and id.
func pageKey(q url.Values, name string) duty.Key {
	at, err := strconv.ParseInt(q.Get(name+"_at"), 10, 64)
	id, err2 := ref.Parse[ref.Duty](q.Get(name))
	if err != nil || err2 != nil {
		return duty.Key{}
	}
	return duty.Key{At: clock.Instant(at), ID: id}
}

func withKey(q url.Values, name string, k duty.Key) string {
	out := url.Values{}
	for key, v := range q {
		if key != "after" && key != "after_at" && key != "before" && key != "before_at" {
			out[key] = v
		}
	}
	out.Set(name, ref.Format(k.ID))
	out.Set(name+"_at", strconv.FormatInt(int64(k.At), 10))
	return "?" + out.Encode()
}
