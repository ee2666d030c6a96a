package server

import (
	"context"
	"slices"

	"weibao/internal/access"
	"weibao/internal/auth"
	"weibao/internal/child/childpage"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/duty/dutypage"
	"weibao/internal/errs"
	"weibao/internal/file"
	"weibao/internal/guardianship"
	"weibao/internal/guardianship/guardianshippage"
	"weibao/internal/justice"
	"weibao/internal/justice/justicepage"
	"weibao/internal/org"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/rule"
	"weibao/internal/ui"
	"weibao/internal/workday"
)

// guardianshipEntries are the doors to measures.
var guardianshipEntries = []ui.Entry{
	{Key: "casework", Path: guardianshippage.ListPath, Permission: "guardianship.list", Label: "监护干预"},
	{Key: "casework", Path: guardianshippage.RescuesPath, Permission: "guardianship.list", Label: "流浪乞讨救助"},
	{Key: "casework", Path: justicepage.ListPath, Permission: "justice.list", Label: "司法保护"},
	{Key: "casework", Path: justicepage.UnsealsPath, Permission: "justice.unseal_decide", Label: "保密查询审批"},
}

// guardianshipLinks stand on a child's file.
var guardianshipLinks = []childpage.Link{{Label: "监护措施", Icon: "flag", Path: "/measures", Permission: "guardianship.list"}}

func (a *App) guardian() *guardianship.Desk {
	return &guardianship.Desk{Cabinet: a.Cabinet, Kernel: a.Kernel, Files: &file.Store{Dir: a.Config.Files(), Vault: a.Vault},
		Book: func() *rule.Book { return a.Rules }, Unit: a.agency, Calendar: workday.Calendar}
}

// agency gives the unit of a word of the rules for a child that lives in a
// region: the office, the township's, the village's, or a department by its
// short form; where there is none, the office.
func (a *App) agency(ctx context.Context, tx *db.Tx, region, who string) (ref.Unit, error) {
	switch who {
	case "", "office":
		return org.OfficeID(ctx, tx, region)
	case "township":
		return a.carer(ctx, tx, region, "supervisor", "")
	case "village":
		return a.carer(ctx, tx, region, "child_director", "")
	}
	resolver, err := org.NewResolver(ctx, tx, a.Rules)
	if err != nil {
		return 0, err
	}
	if m := resolver.Resolve(who); m.Unit != 0 {
		return m.Unit, nil
	}
	return org.OfficeID(ctx, tx, region)
}

// guardianships makes the screens of measures and gives their routes.
func (a *App) guardianships() ([]ui.Route, error) {
	p, err := guardianshippage.New(guardianshippage.Deps{DB: a.DB, UI: a.UI, Desk: a.Guardian, Units: org.Names, Choices: unitChoices, Villages: villageChoices})
	if err != nil {
		return nil, err
	}
	sealed, err := justicepage.New(justicepage.Deps{DB: a.DB, UI: a.UI, Desk: a.Justice, Units: org.Names, Choices: unitChoices})
	if err != nil {
		return nil, err
	}
	return slices.Concat(p.Routes(), sealed.Routes()), nil
}

func (a *App) justice() *justice.Desk {
	return &justice.Desk{Vault: a.Vault, Kernel: a.Kernel, Deciders: a.deciders, Clock: func(id string, on civil.Date) string {
		c, ok := a.Rules.Clock(id, on)
		if !ok {
			return ""
		}
		return guardianship.Basis(c)
	}}
}

// deciders gives the unit in which a leader of a division decides on requests:
// the office where it has one.
func (a *App) deciders(ctx context.Context, tx *db.Tx, region string) (ref.Unit, error) {
	office, err := org.OfficeID(ctx, tx, region)
	if err != nil {
		return 0, err
	}
	leaders, err := a.Guard.Holders(ctx, tx, auth.HolderFilter{Region: region, Roles: []access.Role{access.Leader}, On: civil.DateOf(tx.Now.Time())})
	switch {
	case err != nil:
		return 0, err
	case len(leaders) == 0:
		return 0, errs.New(errs.Conflict, "本地还没有可以审批保密查询的领导岗位。请联系系统管理员设置后再申请。")
	case slices.ContainsFunc(leaders, func(h auth.Holder) bool { return h.Unit == office }):
		return office, nil
	}
	return leaders[0].Unit, nil
}

// guardianshipDuties describes the duties that measures open, for the inbox.
func guardianshipDuties(kinds map[string]dutypage.Kind) {
	kinds[guardianship.DutyKind] = dutypage.Kind{Label: "监护干预", Icon: "flag", Href: guardianshippage.DutyHref, Needs: "guardianship.list"}
	kinds[justice.DutyKind] = dutypage.Kind{Label: "保密查询", Icon: "key", Href: justicepage.DutyHref, Needs: justice.Decides}
}

// villageChoices gives the villages of an actor's scope, each under its township.
func villageChoices(ctx context.Context, tx *db.Tx, by access.Actor) ([]ui.Option, error) {
	list, err := region.Under(ctx, tx, by.Scope().Region)
	if err != nil {
		return nil, err
	}
	names, options := map[string]string{}, []ui.Option{}
	for _, r := range list {
		names[r.Code] = r.ShortName
	}
	for _, r := range list {
		if r.Level == region.Village {
			options = append(options, ui.Option{Value: r.Code, Label: r.ShortName, Keys: r.Search, Group: names[r.Parent]})
		}
	}
	return options, nil
}
