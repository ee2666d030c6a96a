package server

import (
	"context"
	"net/http"
	"slices"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/duty/dutypage"
	"weibao/internal/org"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

// navigation says which sections exist, with the doors of each in order.
var navigation = []ui.Entry{
	{Key: "desk", Path: "/duties", Permission: "duty.inbox"},
}

// uploads are the permissions whose routes take files.
var uploads = []access.Permission{
	"plan.upload", "plan.progress", "plan.reply", "region.import", "workday.import",
}

// pages makes the pages of every slice and collects their routes.
func (a *App) pages() (err error) {
	a.duties, err = dutypage.New(dutypage.Deps{
		DB: a.DB, UI: a.UI, Kernel: a.Kernel, Units: org.Names, UnitChoices: unitChoices, Colleagues: nobody,
	})
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
		a.duties.Routes(),
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
				choices = append(choices, ui.Option{Value: ref.Format(u.ID), Label: u.Call()})
			}
		}
	}
}

func nobody(context.Context, *db.Tx, access.Actor) ([]ui.Option, error) { return nil, nil }
