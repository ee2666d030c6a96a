// Package referralpage holds the screens of referrals 「转介、交办」: sending one
// with the data that go along, what a unit was sent, its progress and reply,
// returning it, the check, and the lists of what was sent and received.
//
// It owns no table. Each screen is one file with the template of its name;
// routes.go is the only list of addresses. It promises that nothing is sent
// before the sender has seen word for word what the unit will read, and that a
// unit's page holds nothing beyond that. Returning, extending and pausing are
// ruled on where all duties are.
package referralpage

import (
	"context"
	"embed"
	"net/http"

	"weibao/internal/access"
	"weibao/internal/casework/referral"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/duty/dutypage"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

//go:embed *.html
var templates embed.FS

// Source is a kind of thing on which work can be asked.
type Source struct {
	Subject string // referral.OnChild …
	Prefix  string // its address without the id
	// Of gives the thing to whoever may ask for work on it. Look says that he will
	// see the values of the items, which leaves a trace.
	Of func(ctx context.Context, tx *db.Tx, by access.Actor, id int64, look bool) (Thing, error)
}

// Thing is what a referral will be about.
type Thing struct {
	Title    string // of the page's crumb
	Identity ui.Identity
	Child    ref.Child
	Region   string
	Secret   bool
	Items    []referral.Item // all that could go along, by key
}

// Deps is what the screens stand on.
type Deps struct {
	DB     *db.DB
	UI     *ui.Renderer
	Desk   *referral.Desk
	Kernel *duty.Kernel
	// UnitChoices gives the units to which the actor can give work.
	UnitChoices func(ctx context.Context, tx *db.Tx, by access.Actor) ([]ui.Option, error)
	// Resolve finds the unit of a short form in the place of a region; 0 where nobody knows it.
	Resolve func(ctx context.Context, tx *db.Tx, region, short string) (ref.Unit, error)
	Sources []Source
}

// Pages serves the screens.
type Pages struct{ Deps }

// New makes the screens and adds their templates to the renderer.
func New(d Deps) (*Pages, error) {
	p := &Pages{d}
	return p, d.UI.Add(templates, map[string]any{
		"list.html": listView{}, "show.html": showView{}, "dispatch.html": dispatchView{}, "preview.html": previewView{}, "check.html": checkView{},
	})
}

// ListPath is the address of the lists.
const ListPath = "/referrals"

// Path is the address of a referral.
func Path(id ref.Referral) string { return ListPath + "/" + ref.Format(id) }

func replyPath(id referral.ReplyID) string { return "/referral-replies/" + ref.Format(id) }

// Kinds describes the duties of referrals for the inbox.
func Kinds() map[string]dutypage.Kind {
	own := func(d duty.Duty) string { return Path(ref.Referral(d.SubjectID)) }
	return map[string]dutypage.Kind{
		referral.LeadKind:    {Label: "转介办理", Icon: "send", Href: own, Needs: "referral.show", Return: func(d duty.Duty) string { return own(d) + "/return" }},
		referral.SupportKind: {Label: "转介协办", Icon: "link", Href: own, Needs: "referral.show", Return: func(d duty.Duty) string { return own(d) + "/return" }},
		referral.CheckKind:   {Label: "审核转介反馈", Icon: "eye", Needs: "referral.check", Href: func(d duty.Duty) string { return replyPath(referral.ReplyID(d.SubjectID)) + "/check" }},
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

var states = map[referral.State]ui.State{
	referral.Unsigned: ui.Waiting, referral.Running: ui.Running, referral.Disputed: ui.Returned, referral.Paused: ui.Paused,
	referral.Checking: ui.Checking, referral.Done: ui.Finished, referral.Ended: ui.Ended,
}

func tag(s referral.State) ui.Tag { return ui.Tag{State: states[s], Label: s.Label()} }
