// Package triagepage holds the office's screens of 报告受理: the list by what
// must happen next, one report from acceptance to answer, the questions of
// triage, and the request to learn who reported.
//
// It owns no table. Each screen is one file with the template of its name;
// routes.go is the only list of addresses. It promises that what was told
// shows only after a trace was left, that danger is said before anything else
// with the numbers to call, and that what lies outside the actor's scope, or
// concerns him, looks like what does not exist.
package triagepage

import (
	"context"
	"embed"
	"net/http"
	"net/url"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/flow"
	"weibao/internal/intake"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/rule/response"
	"weibao/internal/ui"
)

//go:embed *.html
var templates embed.FS

// Deps is what the screens stand on.
type Deps struct {
	DB   *db.DB
	UI   *ui.Renderer
	Desk *intake.Desk
	Book func() *rule.Book
	// UnitNames gives what units are called, UnitChoices those to whom work can be given.
	UnitNames   func(ctx context.Context, tx *db.Tx, ids []ref.Unit) (map[ref.Unit]string, error)
	UnitChoices func(ctx context.Context, tx *db.Tx, by access.Actor) ([]ui.Option, error)
	// Colleagues gives the people from whom a report can be hidden.
	Colleagues func(ctx context.Context, tx *db.Tx, by access.Actor) ([]ui.Option, error)
	// Places gives what divisions are called.
	Places func(ctx context.Context, tx *db.Tx, codes []string) (map[string]string, error)
	// Ways leads a decided report on to units.
	Ways *flow.Ways
	// Files gives the files of children that fit a question, FileOf the words of one.
	Files  func(ctx context.Context, tx *db.Tx, by access.Actor, query string) ([]ui.Option, error)
	FileOf func(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child) (ui.Option, error)
	// Regions gives the divisions in which something can happen.
	Regions func(ctx context.Context, tx *db.Tx, by access.Actor) ([]ui.Option, error)
	// Follow gives what came of a report in other slices, for its page.
	Follow func(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Report) (Followed, error)
}

// Followed is what came of a report in other slices.
type Followed struct {
	Facts []ui.Fact
	Sent  bool // to a unit
	Alarm bool // a checklist of an emergency was begun
	Case  bool // a case was opened, be it one that the actor does not see
}

// Pages serves the screens.
type Pages struct{ Deps }

// New makes the screens and adds their templates to the renderer.
func New(d Deps) (*Pages, error) {
	p := &Pages{d}
	return p, d.UI.Add(templates, map[string]any{
		"list.html":     listView{},
		"show.html":     showView{},
		"decide.html":   decideView{},
		"preview.html":  previewView{},
		"child.html":    childView{},
		"act.html":      actView{},
		"identity.html": identityView{},
	})
}

// DutyHref is the page on which a duty of this slice is handled, for the inbox.
func DutyHref(d duty.Duty) string { return Path(ref.Report(d.SubjectID)) }

// Path is the page of a report.
func Path(id ref.Report) string { return "/reports/" + ref.Format(id) }

func pathID(r *http.Request) (ref.Report, error) {
	id, err := ref.Parse[ref.Report](r.PathValue("report"))
	if err != nil {
		return 0, errs.Missing()
	}
	return id, nil
}

// opened gives a report to whoever has looked at it; others are led to it first.
func (p *Pages) opened(w http.ResponseWriter, r *http.Request, by access.Actor, before string) (row intake.Report, open bool, err error) {
	id, err := pathID(r)
	if err != nil {
		return row, false, err
	}
	tx := p.DB.Reader()
	if row, err = p.Desk.Get(r.Context(), tx, by, id); err != nil {
		return row, false, err
	}
	if open, err = p.Desk.Revealed(r.Context(), tx, by, id); err != nil || open {
		return row, open, err
	}
	ui.RedirectWith(w, r, Path(id), ui.Info, before+"以前，请先查看报告内容。")
	return row, false, nil
}

// again gives a form with what was typed, if anything was, and what is wrong with it.
func again(form ui.Form, page *ui.Page, typed url.Values, problem error) ui.Form {
	if problem != nil {
		page.Status = ui.Status(problem)
	}
	if typed == nil && problem == nil {
		return form
	}
	return form.Fill(typed, problem)
}

func (p *Pages) write(r *http.Request, fn func(ctx context.Context, tx *db.Tx) error) error {
	return p.DB.Write(r.Context(), func(tx *db.Tx) error { return fn(r.Context(), tx) })
}

func crumbs(more ...ui.Crumb) []ui.Crumb {
	return append([]ui.Crumb{{Label: "报告受理", Href: "/reports"}}, more...)
}

var stateTags = map[intake.State]ui.State{intake.Received: ui.Waiting, intake.Accepted: ui.Uncertain, intake.Decided: ui.Running,
	intake.Closed: ui.Finished, intake.Rejected: ui.Ended, intake.Merged: ui.Ended}

func tag(r intake.Report) ui.Tag { return ui.Tag{State: stateTags[r.State], Label: r.State.Label()} }

func urgencyTag(u response.Urgency) *ui.Tag {
	states := map[response.Urgency]ui.State{response.Emergency: ui.Late, response.Urgent: ui.Checking, response.Ordinary: ui.Running}
	return &ui.Tag{State: states[u], Label: u.Label()}
}

// channel gives the word for a channel.
func (p *Pages) channel(id string, now clock.Instant) string {
	for _, c := range p.Book().Channels(civil.DateOf(now.Time())) {
		if c.ID == id {
			return c.Label
		}
	}
	return id
}

// phones are the numbers to call at once.
func (p *Pages) phones(now clock.Instant) string {
	words := ""
	for i, c := range p.Book().Channels(civil.DateOf(now.Time())) {
		if c.Number != "" && i < 2 {
			words += c.Label + " " + c.Number + "　"
		}
	}
	return words
}
