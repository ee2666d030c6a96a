// Package publicpage holds what the public sees without an account 「公众报告」:
// reporting in two minutes, coming back with the receipt, and the API for
// machines.
//
// It owns no table. Pages are documents of their own: light, without cookies,
// usable without scripts, and for Chromium 78; what was answered on one page
// travels to the next inside the form, and nothing is kept before the end. It
// promises that the numbers to call stand first on every page, that no address
// shows the receipt or what was told, and that whoever is in danger is never
// kept from calling. It never logs what somebody wrote.
package publicpage

import (
	"context"
	"embed"
	"net/http"

	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/intake"
	"weibao/internal/intake/throttle"
	"weibao/internal/region"
	"weibao/internal/rule"
	"weibao/internal/ui"
)

//go:embed *.html
var templates embed.FS

// Deps is what the pages stand on.
type Deps struct {
	DB   *db.DB
	UI   *ui.Renderer
	Desk *intake.Desk
	Book func() *rule.Book
	// Gate bounds how often one network may try.
	Gate *throttle.Gate
}

// Pages serves the pages and the API.
type Pages struct{ Deps }

// New makes the pages and adds their template to the renderer.
func New(d Deps) (*Pages, error) {
	p := &Pages{d}
	return p, d.UI.Add(templates, map[string]any{"public.html": view{}})
}

// view is what every page shows; parts that are empty are left out.
type view struct {
	Title, Lead string
	Place       string // whose installation it is
	Voice       *voice // in whose words
	Urgent      bool   // somebody is in danger: the numbers come large
	Phones      []phone
	Doors       []door
	Stage       string    // 第2步，共4步
	Work        *workPart // more come than people send: this one waits for its turn
	Form        *ui.Form
	Receipt     *receiptPart
	Progress    *progressPart
	Notes       []string
}

type phone struct{ Number, Label, When string }

type door struct{ Label, Text, Href string }

// urgentPhones stand at the top of every page.
const urgentPhones = 2

// show answers with a page.
func (p *Pages) show(w http.ResponseWriter, r *http.Request, status int, v view) error {
	v.Place = p.Book().County().Title
	if v.Voice == nil {
		v.Voice = voiceOf(r)
	}
	all := p.phones(v.Voice.Child)
	if v.Phones == nil && len(all) >= urgentPhones {
		v.Phones = all[:urgentPhones]
	}
	return p.UI.Whole(w, r, "public.html", status, v)
}

// phones are the numbers to call, the most urgent first.
func (p *Pages) phones(child bool) []phone {
	var list []phone
	for _, c := range p.Book().Channels(civil.DateOf(p.DB.Clock.Now())) {
		if c.Number == "" {
			continue
		}
		when := c.When
		if child && c.Child != "" {
			when = c.Child
		}
		list = append(list, phone{c.Number, c.Label, when})
	}
	return list
}

// towns are the townships of the county, to choose from.
func (p *Pages) towns(ctx context.Context) ([]ui.Option, error) {
	list, err := region.Under(ctx, p.DB.Reader(), p.Book().County().Region)
	if err != nil {
		return nil, err
	}
	var options []ui.Option
	for _, r := range list {
		if r.Level == region.Township {
			options = append(options, ui.Option{Value: r.Code, Label: r.ShortName})
		}
	}
	return options, nil
}

// write runs fn in a transaction.
func (p *Pages) write(r *http.Request, fn func(ctx context.Context, tx *db.Tx) error) error {
	return p.DB.Write(r.Context(), func(tx *db.Tx) error { return fn(r.Context(), tx) })
}

// public turns an error into a page of this kind, with the numbers to call.
func (p *Pages) public(handle func(w http.ResponseWriter, r *http.Request) error) ui.Handler {
	return func(w http.ResponseWriter, r *http.Request, _ actor) error {
		err := handle(w, r)
		if err == nil {
			return nil
		}
		kind, say := errs.KindOf(err), voiceOf(r)
		if kind == errs.Internal || kind == errs.TooLarge && !say.Child {
			return err // told and numbered by the shell's own page
		}
		return p.show(w, r, ui.Status(err), view{Title: say.failed, Lead: say.trouble(err), Urgent: kind == errs.Full, Phones: p.phones(say.Child), Notes: say.retry})
	}
}

// Lost tells somebody that an address does not exist, or opens only from a
// form, with the numbers to call and the ways back.
func (p *Pages) Lost(w http.ResponseWriter, r *http.Request, problem error) error {
	say := voiceOf(r)
	v := view{Title: say.lost, Lead: say.lostText, Phones: p.phones(say.Child), Doors: say.doors}
	if errs.Is(problem, errs.Method) {
		v.Title, v.Lead = say.closed, say.closedText
	}
	return p.show(w, r, ui.Status(problem), v)
}

func moment(at clock.Instant) string { return civil.FormatTime(at.Time()) }
