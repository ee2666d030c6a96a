package server

import (
	"slices"

	"weibao/internal/duty/dutypage"
	"weibao/internal/file"
	"weibao/internal/intake"
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
	{Key: "intake", Path: "/reports", Permission: "intake.list"},
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
	return slices.Concat(public.Routes(), office.Routes()), nil
}

// intakeDuties describes the duties that reports open, for the inbox.
func intakeDuties(kinds map[string]dutypage.Kind) {
	for kind, label := range map[string]string{intake.AcceptKind: "受理报告", intake.DecideKind: "研判报告", intake.AnswerKind: "答复报告人",
		intake.MessageKind: "报告人留言", intake.IdentityKind: "报告人身份"} {
		kinds[kind] = dutypage.Kind{Label: label, Icon: "intake", Href: triagepage.DutyHref, Needs: "intake.show"}
	}
}
