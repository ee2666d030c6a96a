package server

import (
	"context"
	"slices"

	"weibao/internal/access"
	"weibao/internal/assessment"
	"weibao/internal/auth"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/flow"
	"weibao/internal/job"
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

// rehomeStep keeps a transaction of many files short, so that others write between.
const rehomeStep = 50

// rehome brings the files of children along from a division to the one in its
// place, and campaigns that run there. Each step can be done again.
func (a *App) rehome(ctx context.Context, r *job.Run, was, now string) error {
	step := func(fn func(tx *db.Tx) error) error {
		return r.DB.WriteLow(ctx, func(tx *db.Tx) error {
			if err := r.Hold(ctx, tx); err != nil {
				return err
			}
			return fn(tx)
		})
	}
	err := step(func(tx *db.Tx) error {
		if err := assessment.Rehome(ctx, tx, was, now); err != nil {
			return err
		}
		return a.Screener.Absorb(ctx, tx, was, now)
	})
	for more := true; more && err == nil; {
		err = step(func(tx *db.Tx) error {
			rows, err := a.Cabinet.Rehome(ctx, tx, was, now, rehomeStep)
			if more = len(rows) > 0; err != nil || !more {
				return err
			}
			if err := a.Screener.Follow(ctx, tx, access.Program, rows); err != nil {
				return err
			}
			return a.specialist().Follow(ctx, tx, access.Program, rows)
		})
	}
	if err != nil {
		return err
	}
	return step(func(tx *db.Tx) error { return a.Screener.Absorbed(ctx, tx, was) })
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
