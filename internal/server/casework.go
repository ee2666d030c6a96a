package server

import (
	"context"
	"maps"

	"weibao/internal/access"
	"weibao/internal/casework/referral"
	"weibao/internal/casework/referralpage"
	"weibao/internal/child/childpage"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/duty/dutypage"
	"weibao/internal/errs"
	"weibao/internal/file"
	"weibao/internal/flow"
	"weibao/internal/org"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/ui"
)

// caseworkEntries are the doors to cases and referrals.
var caseworkEntries = []ui.Entry{
	{Key: "casework", Path: referralpage.ListPath, Permission: "referral.list", Label: "转介和交办"},
}

// caseworkLinks stand on a child's file.
var caseworkLinks = []childpage.Link{{Label: "转介给单位", Icon: "send", Path: "/refer", Permission: "referral.dispatch"}}

// caseworkUploads are the permissions of casework whose routes take files.
var caseworkUploads = []access.Permission{"referral.progress", "referral.reply", "referral.return", "referral.supplement"}

func (a *App) referrer() *referral.Desk {
	return &referral.Desk{
		Kernel: a.Kernel, Vault: a.Vault, Files: &file.Store{Dir: a.Config.Files(), Vault: a.Vault}, Book: func() *rule.Book { return a.Rules },
		Clock: a.clockNow, Units: org.Names,
		Insider: func(context.Context, *db.Tx, access.Actor, referral.About) (bool, error) { return false, nil },
	}
}

// clockNow gives a time limit as it holds today.
func (a *App) clockNow(_ context.Context, tx *db.Tx, id string) (rule.Clock, error) {
	c, ok := a.Rules.Clock(id, civil.DateOf(tx.Now.Time()))
	if !ok {
		return c, errs.New(errs.Conflict, "本县规则中没有这项时限，请联系县未保办设置。")
	}
	return c, nil
}

// unitOf finds the unit of a short form such as 公安; 0 where nobody is sure.
func (a *App) unitOf(ctx context.Context, tx *db.Tx, _, short string) (ref.Unit, error) {
	r, err := org.NewResolver(ctx, tx, a.Rules)
	if err != nil {
		return 0, err
	}
	return r.Resolve(short).Unit, nil
}

// casework makes the screens of cases and referrals and gives their routes.
func (a *App) casework() ([]ui.Route, error) {
	sent, err := referralpage.New(referralpage.Deps{DB: a.DB, UI: a.UI, Desk: a.Referrer, Kernel: a.Kernel, UnitChoices: unitChoices, Resolve: a.unitOf,
		Sources: []referralpage.Source{{Subject: referral.OnChild, Prefix: childpage.ListPath, Of: a.childThing}}})
	if err != nil {
		return nil, err
	}
	return sent.Routes(), nil
}

// childThing is a child's file as a referral is made from it.
func (a *App) childThing(ctx context.Context, tx *db.Tx, by access.Actor, id int64, look bool) (referralpage.Thing, error) {
	c, items, err := flow.Along(ctx, tx, by, a.Cabinet, ref.Child(id), look)
	if err != nil {
		return referralpage.Thing{}, err
	}
	on := civil.DateOf(tx.Now.Time())
	return referralpage.Thing{Title: childpage.NameOf(c), Child: c.ID, Region: c.Region, Items: items,
		Identity: ui.Identity{Title: childpage.NameOf(c), Kind: "未成年人档案", Facts: []ui.Fact{{Label: "性别", Value: c.Sex.Word()}, {Label: "年龄", Value: childpage.AgeWords(c, on)}, {Label: "学校", Value: c.School}}}}, nil
}

func caseworkDuties(kinds map[string]dutypage.Kind) { maps.Copy(kinds, referralpage.Kinds()) }
