package server

import (
	"context"
	"net/http"
	"slices"

	"weibao/internal/access"
	"weibao/internal/auth/authpage"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/org"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/ui"
)

// navigation says which sections exist, with the doors of each in order.
var navigation = slices.Concat(
	[]ui.Entry{{Key: "desk", Path: "/duties", Permission: "duty.inbox"}, {Key: "plan", Path: "/plans", Permission: "plan.list"}},
	childEntries,
	caseworkEntries,
	screeningEntries,
	assessmentEntries,
	intakeEntries,
	guardianshipEntries,
	authpage.Entries(),
	baseEntries,
	officeEntries,
)

// uploads are the permissions whose routes take files.
var uploads = append([]access.Permission{
	"plan.upload", "plan.progress", "plan.reply", "region.import", "workday.import", "child.import", "child.compare",
	"guardianship.record", "guardianship.open",
}, caseworkUploads...)

// pages makes the pages of every slice and collects their routes.
func (a *App) pages() (err error) {
	work, err := a.work()
	if err != nil {
		return err
	}
	base, err := a.base()
	if err != nil {
		return err
	}
	accounts, err := authpage.New(authpage.Deps{
		DB: a.DB, UI: a.UI, Guard: a.Guard, Vault: a.Vault, Sealer: a.Sealer, Units: unitChoices, Regions: regionChoices,
	})
	if err != nil {
		return err
	}
	assessments, err := a.assessments()
	if err != nil {
		return err
	}
	screenings, err := a.screenings()
	if err != nil {
		return err
	}
	measures, err := a.guardianships()
	if err != nil {
		return err
	}
	children, err := a.children()
	if err != nil {
		return err
	}
	cases, err := a.casework()
	if err != nil {
		return err
	}
	reports, err := a.reports()
	if err != nil {
		return err
	}
	office, err := a.office()
	if err != nil {
		return err
	}
	a.Attach = func(r *http.Request) (*http.Request, access.Actor, error) {
		r, visit, err := a.Guard.Attach(r)
		return r, visit.Actor, err
	}
	a.Routes = slices.Concat(
		[]ui.Route{{Method: "GET", Path: "/{$}", Permission: access.SignedIn, Handle: front}},
		a.UI.Routes(),
		work,
		base,
		children,
		cases,
		assessments,
		screenings,
		reports,
		measures,
		accounts.Routes(),
		office,
	)
	return nil
}

// front leads everybody to the first section that is open to him.
func front(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	for _, e := range navigation {
		if by.Can(e.Permission) {
			ui.Redirect(w, r, e.Path)
			return nil
		}
	}
	ui.Redirect(w, r, "/me")
	return nil
}

// unitChoices gives the units to which the actor can give work.
func unitChoices(ctx context.Context, tx *db.Tx, by access.Actor) ([]ui.Option, error) {
	var choices []ui.Option
	var after org.Key
	for {
		units, err := org.List(ctx, tx, by, org.Filter{After: after})
		if err != nil || len(units) == 0 {
			return choices, err
		}
		for _, u := range units {
			after = org.Key{Region: u.Region, ID: u.ID}
			if !u.Collective() {
				choices = append(choices, ui.Option{Value: ref.Format(u.ID), Label: u.Call(), Keys: u.Search})
			}
		}
	}
}

// regionChoices gives the divisions for which posts can be given: the county,
// its townships, their villages.
func regionChoices(ctx context.Context, tx *db.Tx, by access.Actor) ([]ui.Option, error) {
	top, err := region.Top(ctx, tx, by)
	if err != nil {
		return nil, err
	}
	county, err := region.Get(ctx, tx, by, top)
	if errs.Is(err, errs.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	choices := []ui.Option{{Value: county.Code, Label: county.Name}}
	towns, err := region.Tree(ctx, tx, by, county.Code)
	if err != nil {
		return nil, err
	}
	for _, town := range towns {
		choices = append(choices, ui.Option{Value: town.Code, Label: town.Name})
	}
	for _, town := range towns {
		villages, err := region.Tree(ctx, tx, by, town.Code)
		if err != nil {
			return nil, err
		}
		for _, v := range villages {
			choices = append(choices, ui.Option{Value: v.Code, Label: v.Name, Group: town.Name})
		}
	}
	return choices, nil
}
