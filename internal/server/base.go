package server

import (
	"context"
	"slices"

	"weibao/internal/access"
	"weibao/internal/auth"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/flow"
	"weibao/internal/org/orgpage"
	"weibao/internal/ref"
	"weibao/internal/region/regionpage"
	"weibao/internal/ui"
	"weibao/internal/workday/workdaypage"
)

// baseEntries are the doors to what everything refers to.
var baseEntries = []ui.Entry{
	{Key: "system", Path: "/units", Permission: "org.list", Label: "单位"},
	{Key: "system", Path: "/group", Permission: "org.list", Label: "领导小组"},
	{Key: "system", Path: "/units/vacant", Permission: "org.list", Label: "空缺"},
	{Key: "system", Path: "/regions", Permission: "region.list", Label: "行政区划"},
	{Key: "system", Path: "/workdays", Permission: "workday.list", Label: "工作日历"},
}

// flow gives the use cases that touch several slices.
func (a *App) flow() *flow.Flow {
	return &flow.Flow{Guard: a.Guard, Kernel: a.Kernel, Cases: a.Cases, Files: a.rehome}
}

// base makes the pages of units, divisions and the calendar.
func (a *App) base() ([]ui.Route, error) {
	units, err := orgpage.New(orgpage.Deps{DB: a.DB, UI: a.UI, Flow: a.flow()})
	if err != nil {
		return nil, err
	}
	regions, err := regionpage.New(regionpage.Deps{DB: a.DB, UI: a.UI, Flow: a.flow()})
	if err != nil {
		return nil, err
	}
	days, err := workdaypage.New(workdaypage.Deps{DB: a.DB, UI: a.UI, Flow: a.flow()})
	if err != nil {
		return nil, err
	}
	return slices.Concat(units.Routes(), regions.Routes(), days.Routes()), nil
}

// colleagues gives the people of the actor's unit to whom its work can be given.
func (a *App) colleagues(ctx context.Context, tx *db.Tx, by access.Actor) ([]ui.Option, error) {
	holders, err := a.Guard.Holders(ctx, tx, auth.HolderFilter{Unit: by.Post.Unit, On: civil.DateOf(tx.Now.Time())})
	var options []ui.Option
	for _, h := range holders {
		value := ref.Format(h.Holder)
		if h.Unit == 0 || slices.ContainsFunc(options, func(o ui.Option) bool { return o.Value == value }) {
			continue
		}
		options = append(options, ui.Option{Value: value, Label: h.Name, Hint: h.Role.Label()})
	}
	return options, err
}
