package server

import (
	"context"
	"slices"

	"weibao/internal/access"
	"weibao/internal/child/childpage"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/duty/dutypage"
	"weibao/internal/file"
	"weibao/internal/intake"
	"weibao/internal/intake/hotlinepage"
	"weibao/internal/intake/publicpage"
	"weibao/internal/intake/throttle"
	"weibao/internal/intake/triagepage"
	"weibao/internal/org"
	"weibao/internal/region"
	"weibao/internal/rule"
	"weibao/internal/ui"
)

// intakeEntries are the doors to reports.
var intakeEntries = []ui.Entry{
	{Key: "intake", Path: "/reports", Permission: "intake.list", Label: "报告受理"},
	{Key: "intake", Path: "/intake/new", Permission: "intake.register", Label: "登记报告"},
	{Key: "intake", Path: "/intake/mine", Permission: "intake.mine", Label: "我登记的报告"},
}

// reception is the desk of reports.
func (a *App) reception() *intake.Desk {
	return &intake.Desk{Vault: a.Vault, Kernel: a.Kernel, Book: func() *rule.Book { return a.Rules }, Files: &file.Store{Dir: a.Config.Files(), Vault: a.Vault}}
}

// reports makes the public pages, the API and the office's screens of reports.
func (a *App) reports() ([]ui.Route, error) {
	book := func() *rule.Book { return a.Rules }
	public, err := publicpage.New(publicpage.Deps{DB: a.DB, UI: a.UI, Desk: a.Reception, Book: book, Gate: &throttle.Gate{Clock: a.Clock, Limits: throttle.Usual}})
	if err != nil {
		return nil, err
	}
	office, err := triagepage.New(triagepage.Deps{DB: a.DB, UI: a.UI, Desk: a.Reception, Book: book, UnitNames: org.Names, UnitChoices: unitChoices,
		Colleagues: a.colleagues, Places: region.Places})
	if err != nil {
		return nil, err
	}
	desk, err := hotlinepage.New(hotlinepage.Deps{DB: a.DB, UI: a.UI, Desk: a.Reception, Book: book, Regions: anywhere, Known: a.known})
	if err != nil {
		return nil, err
	}
	return slices.Concat(public.Routes(), office.Routes(), desk.Routes()), nil
}

// anywhere gives the divisions of the actor's county in which something can happen.
func anywhere(ctx context.Context, tx *db.Tx, by access.Actor) ([]ui.Option, error) {
	list, err := region.Under(ctx, tx, by.Directory().Region)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	options := make([]ui.Option, 0, len(list))
	for _, r := range list {
		names[r.Code] = r.ShortName
		options = append(options, ui.Option{Value: r.Code, Label: r.ShortName, Keys: r.Search, Group: names[r.Parent]})
	}
	return options, nil
}

// known gives the files of children that fit what is typed at the desk of the
// hotline: of whom the actor may see files their names, of nobody else anything.
func (a *App) known(ctx context.Context, tx *db.Tx, by access.Actor, query string) ([]hotlinepage.Child, error) {
	if !by.Can("child.search") {
		return nil, nil
	}
	const most = 5
	list, err := a.Cabinet.Find(ctx, tx, by, query, most)
	if err != nil {
		return nil, err
	}
	codes := make([]string, len(list))
	for i, c := range list {
		codes[i] = c.Region
	}
	names, err := region.Places(ctx, tx, codes)
	found := make([]hotlinepage.Child, len(list))
	for i, c := range list {
		found[i] = hotlinepage.Child{Words: childpage.NameOf(c) + "，" + childpage.AgeWords(c, civil.DateOf(tx.Now.Time())) + "，" + names[c.Region], Href: childpage.Path(c.ID)}
	}
	return found, err
}

// intakeDuties describes the duties that reports open, for the inbox.
func intakeDuties(kinds map[string]dutypage.Kind) {
	for kind, label := range map[string]string{intake.AcceptKind: "受理报告", intake.DecideKind: "研判报告", intake.AnswerKind: "答复报告人",
		intake.MessageKind: "报告人留言", intake.IdentityKind: "报告人身份"} {
		kinds[kind] = dutypage.Kind{Label: label, Icon: "intake", Href: triagepage.DutyHref, Needs: "intake.show"}
	}
}
