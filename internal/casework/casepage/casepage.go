// Package casepage holds the screens of cases 「个案」: the list of one's own,
// the record with its phases, plan, services, conferences and timeline, the
// acts on it, closing, follow-up, and the look in an emergency.
//
// It owns no table. Each screen is one file with the template of its name;
// routes.go is the only list of addresses. It promises that a case looks like
// what does not exist to everybody outside its team, that units which carry out
// a decision or a follow-up see that alone, and that who saves an outdated plan
// keeps what he typed beside what was saved.
package casepage

import (
	"context"
	"embed"
	"net/http"
	"slices"

	"weibao/internal/access"
	"weibao/internal/casework"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/duty/dutypage"
	"weibao/internal/errs"
	"weibao/internal/letter"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

//go:embed *.html
var templates embed.FS

// Deps is what the screens stand on.
type Deps struct {
	DB     *db.DB
	UI     *ui.Renderer
	Desk   *casework.Desk
	Kernel *duty.Kernel
	// UnitChoices gives the units to which the actor can give work.
	UnitChoices func(ctx context.Context, tx *db.Tx, by access.Actor) ([]ui.Option, error)
	// Report gives a report that the actor may see as that from which a case is
	// opened: how to call it and why.
	Report func(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report) (title, why string, of ref.Child, err error)
	// Of gives the child of an assessment or a visit that the actor may see, as
	// that from which a case is opened; nil knows none.
	Of func(ctx context.Context, tx *db.Tx, by access.Actor, child ref.Child, o casework.Origin, id int64) (title string, err error)
	// People gives those who may join a team.
	People func(ctx context.Context, tx *db.Tx, by access.Actor) ([]ui.Option, error)
}

// Pages serves the screens.
type Pages struct{ Deps }

// New makes the screens and adds their templates to the renderer.
func New(d Deps) (*Pages, error) {
	p := &Pages{d}
	return p, d.UI.Add(templates, map[string]any{
		"list.html": listView{}, "show.html": showView{}, "open.html": openView{}, "plan.html": planView{}, "decision.html": decisionView{}, "follow.html": followView{}, "events.html": eventsView{},
	})
}

// ListPath is the address of the list.
const ListPath = "/cases"

// Path is the address of a case.
func Path(id ref.Case) string { return ListPath + "/" + ref.Format(id) }

// Kinds describes the duties of cases for the inbox.
func Kinds() map[string]dutypage.Kind {
	own := func(tail string) func(d duty.Duty) string {
		return func(d duty.Duty) string { return Path(ref.Case(d.SubjectID)) + tail }
	}
	return map[string]dutypage.Kind{
		casework.PlanKind:   {Label: "个案方案", Icon: "case", Own: true, Needs: "case.show", Href: own("")},
		casework.ReviewKind: {Label: "个案复评", Icon: "screen", Own: true, Needs: "case.show", Href: own("")},
		casework.DecideKind: {Label: "审核结案", Icon: "check", Own: true, Needs: "case.decide", Href: own("/decide")},
		casework.WorryKind:  {Label: "核实回访情况", Icon: "alert", Own: true, Needs: "case.show", Href: own("")},
		casework.ConferKind: {Label: "参加会商", Icon: "meeting"},
		casework.DecisionKind: {Label: "会商决定", Icon: "flag", Own: true, Needs: "case.decision", Href: func(d duty.Duty) string {
			return "/case-decisions/" + ref.Format(casework.DecisionID(d.SubjectID))
		}},
		casework.FollowKind: {Label: "结案回访", Icon: "visit", Own: true, Needs: "case.follow", Href: func(d duty.Duty) string {
			return "/case-follows/" + ref.Format(casework.FollowID(d.SubjectID))
		}},
	}
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

func (p *Pages) names(ctx context.Context, tx *db.Tx, ids []ref.Unit) (map[ref.Unit]string, error) {
	slices.Sort(ids)
	ids = slices.DeleteFunc(slices.Compact(ids), func(u ref.Unit) bool { return u == 0 })
	return p.Desk.Units(ctx, tx, ids)
}

func called(c child.Child) string {
	if c.Name == "" {
		return "身份不明儿童"
	}
	return c.Name
}

// level is how the county calls a level.
func (p *Pages) level(n int, now clock.Instant) ui.Level {
	for _, l := range p.Desk.Book().Levels(civil.DateOf(now.Time())) {
		if l.N == n {
			return ui.Level{Rank: n, Label: letter.Punctuate(l.Label), Color: l.Color, Figure: l.Shape}
		}
	}
	return ui.Level{Rank: n}
}

var phaseStates = map[casework.Phase]ui.State{
	casework.Taking: ui.Waiting, casework.Assessing: ui.Running, casework.Planning: ui.Running, casework.Acting: ui.Running,
	casework.Reviewing: ui.Running, casework.Closing: ui.Checking, casework.Following: ui.Finished, casework.ClosedDown: ui.Ended,
}

func phaseTag(ph casework.Phase) ui.Tag { return ui.Tag{State: phaseStates[ph], Label: ph.Label()} }

func crumbs(more ...ui.Crumb) []ui.Crumb {
	return append([]ui.Crumb{{Label: "个案", Href: ListPath}}, more...)
}
