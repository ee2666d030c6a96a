package server

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/assessment/assessmentpage"
	"weibao/internal/child"
	"weibao/internal/db"
	"weibao/internal/duty/dutypage"
	"weibao/internal/job"
	"weibao/internal/org"
	"weibao/internal/rule"
	"weibao/internal/screening"
	"weibao/internal/screening/screeningpage"
	"weibao/internal/ui"
)

// screeningEntries are the doors to screenings.
var screeningEntries = []ui.Entry{{Key: "screening", Path: screeningpage.ListPath, Permission: "screening.list", Label: "集中排查"}}

func (a *App) screener() *screening.Desk {
	return &screening.Desk{Cabinet: a.Cabinet, Kernel: a.Kernel, Book: func() *rule.Book { return a.Rules }, Unit: a.carer}
}

// follow tells the desks on the floor above what happens to children's files.
// From then on birthdays bring proposals, care follows levels and categories,
// and screenings count children where they live.
func (a *App) follow() {
	counter := a.Counter()
	a.Cabinet.Grown = func(ctx context.Context, tx *db.Tx, row child.Child) error {
		if err := a.Screener.Follow(ctx, tx, access.Program, []child.Child{row}); err != nil {
			return err
		}
		return counter.Grown(ctx, tx, row)
	}
	a.Cabinet.Settled = func(ctx context.Context, tx *db.Tx, by access.Actor, rows []child.Child) error {
		if err := a.Screener.Follow(ctx, tx, by, rows); err != nil {
			return err
		}
		if err := a.Assessor.PlanAll(ctx, tx, by, rows); err != nil {
			return err
		}
		if err := a.notices().Settled(ctx, tx, by, rows); err != nil {
			return err
		}
		return a.Specialist().Follow(ctx, tx, by, rows)
	}
	a.Cabinet.Entrusted = a.notices().Follow
	a.Assessor.Assessed = a.Screener.Assessed
}

// screenings makes the screens of screening and gives their routes.
func (a *App) screenings() ([]ui.Route, error) {
	p, err := screeningpage.New(screeningpage.Deps{DB: a.DB, UI: a.UI, Desk: a.Screener, Units: org.Names})
	if err != nil {
		return nil, err
	}
	return p.Routes(), nil
}

// screeningDuties describes the duties that screenings open, for the inbox.
func screeningDuties(kinds map[string]dutypage.Kind) {
	kinds[screening.VillageKind] = dutypage.Kind{Label: "集中排查", Icon: "screen", Href: screeningpage.DutyHref, Needs: "screening.list"}
	kinds[screening.BeginKind] = dutypage.Kind{Label: "发起排查", Icon: "screen", Href: screeningpage.BeginHref, Needs: "screening.begin"}
	kinds[screening.AssessKind] = dutypage.Kind{Label: "排查后评估", Icon: "screen", Href: assessmentpage.AssessHref, Needs: "assessment.assess"}
}

// screeningKinds is the background work about screenings.
func (a *App) screeningKinds() []job.Kind {
	return []job.Kind{{Name: "screening.remind", Label: "按规则提示发起集中排查", Next: job.Daily(0, 50), Run: func(ctx context.Context, r *job.Run) error {
		if _, installed, err := org.Installed(ctx, r.DB.Reader()); err != nil || !installed {
			return err
		}
		return r.DB.Write(ctx, func(tx *db.Tx) error {
			if err := r.Hold(ctx, tx); err != nil {
				return err
			}
			return a.Screener.Remind(ctx, tx)
		})
	}}}
}
