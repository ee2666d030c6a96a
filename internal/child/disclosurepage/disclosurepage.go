// Package disclosurepage holds the screens of 明文导出: asking for a list with
// what is private in clear, its approval by a second person, the download and
// the register.
//
// It owns no table. Each screen is one file with the template of its name;
// Routes is the only list of addresses. It promises that no value of a child
// stands on any of its screens, and that a download is recorded before the
// first byte leaves.
package disclosurepage

import (
	"context"
	"embed"
	"net/http"

	"weibao/internal/access"
	"weibao/internal/child/ledger/disclosure"
	"weibao/internal/child/ledgerpage"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/duty/dutypage"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

//go:embed *.html
var templates embed.FS

// Deps is what the screens stand on.
type Deps struct {
	DB    *db.DB
	UI    *ui.Renderer
	Desk  *disclosure.Desk
	Lists *ledgerpage.Pages
}

// Pages serves the screens.
type Pages struct{ Deps }

// New makes the screens and adds their templates to the renderer.
func New(d Deps) (*Pages, error) {
	p := &Pages{d}
	return p, d.UI.Add(templates, map[string]any{"list.html": listView{}, "show.html": showView{}, "ask.html": askView{}})
}

// Addresses which other pages know.
const (
	ListPath     = "/disclosures"
	RegisterPath = "/system/disclosures"
)

// Routes lists every address of this package.
func (p *Pages) Routes() []ui.Route {
	return []ui.Route{
		{Method: "GET", Path: ListPath, Permission: "child.disclose", Handle: p.List},
		{Method: "GET", Path: ledgerpage.DisclosePath, Permission: "child.disclose", Handle: p.Ask},
		{Method: "POST", Path: ledgerpage.DisclosePath, Permission: "child.disclose", Handle: p.Asked},
		{Method: "GET", Path: ListPath + "/{id}", Permission: "child.disclose", Handle: p.Show},
		{Method: "POST", Path: ListPath + "/{id}/decide", Permission: "child.disclose_decide", Handle: p.Decide},
		{Method: "POST", Path: ListPath + "/{id}/withdraw", Permission: "child.disclose", Handle: p.Withdraw},
		{Method: "POST", Path: ListPath + "/{id}/take", Permission: "child.disclose", Handle: p.Take},
		{Method: "GET", Path: RegisterPath, Permission: "child.disclose_list", Handle: p.Register},
		{Method: "GET", Path: RegisterPath + "/{id}", Permission: "child.disclose_list", Handle: p.Show},
	}
}

// Kinds describes the duties of disclosures for the inbox.
func Kinds() map[string]dutypage.Kind {
	return map[string]dutypage.Kind{disclosure.DutyKind: {Label: "导出审批", Icon: "check", Needs: "child.disclose_decide", Href: func(d duty.Duty) string {
		return path(ref.Disclosure(d.SubjectID))
	}}}
}

func path(id ref.Disclosure) string { return ListPath + "/" + ref.Format(id) }

func pathID(r *http.Request) (ref.Disclosure, error) {
	id, err := ref.Parse[ref.Disclosure](r.PathValue("id"))
	if err != nil {
		return 0, errs.Missing()
	}
	return id, nil
}

func (p *Pages) write(r *http.Request, fn func(ctx context.Context, tx *db.Tx) error) error {
	return p.DB.Write(r.Context(), func(tx *db.Tx) error { return fn(r.Context(), tx) })
}

// auditor tells whether an actor reads the register and no list.
func auditor(by access.Actor) bool { return by.Can("child.disclose_list") }

func stateTag(by access.Actor, d disclosure.Disclosure, expired bool) ui.Tag {
	switch {
	case d.State == disclosure.Asked && d.MayDecide(by):
		return ui.Tag{State: ui.Waiting, Label: "待我审批"}
	case d.State == disclosure.Asked:
		return ui.Tag{State: ui.Checking, Label: "待审批"}
	case d.State == disclosure.Refused:
		return ui.Tag{State: ui.Returned, Label: "未同意"}
	case d.State == disclosure.Withdrawn:
		return ui.Tag{State: ui.Ended, Label: "已撤回"}
	case d.State == disclosure.Expired || expired:
		return ui.Tag{State: ui.Ended, Label: "已到期"}
	}
	return ui.Tag{State: ui.Finished, Label: "已同意"}
}
