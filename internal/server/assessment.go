package server

import (
	"context"
	"time"

	"weibao/internal/access"
	"weibao/internal/assessment"
	"weibao/internal/assessment/assessmentpage"
	"weibao/internal/child/childpage"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty/dutypage"
	"weibao/internal/job"
	"weibao/internal/org"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/ui"
	"weibao/internal/workday"
)

// assessmentEntries are the doors to assessments.
var assessmentEntries = []ui.Entry{
	{Key: "screening", Path: "/assessments", Permission: "assessment.list", Label: "待审定的评估"},
	{Key: "screening", Path: "/assessments/replan", Permission: "assessment.replan", Label: "规则变化的影响"},
}

// assessmentLinks stand on a child's file.
var assessmentLinks = []childpage.Link{
	{Label: "登记走访、联系", Icon: "edit", Path: "/record", Permission: "assessment.record"},
	{Label: "评估风险等级", Icon: "screen", Path: "/assess", Permission: "assessment.assess"},
}

func (a *App) assessor() *assessment.Desk {
	return &assessment.Desk{Cabinet: a.Cabinet, Kernel: a.Kernel, Book: func() *rule.Book { return a.Rules }, Unit: a.carer, Calendar: workday.Calendar}
}

// carer gives the unit that does a care for a child who lives in a region:
// the village's own, the township's, the one that the rule names, or the
// office; where a division has no unit, the one above it.
func (a *App) carer(ctx context.Context, tx *db.Tx, region, who, key string) (ref.Unit, error) {
	codes := []string{region, (access.Town(region) + "000")}
	switch who {
	case "supervisor":
		codes = codes[1:]
	case "unit":
		if u, err := a.unitOf(ctx, tx, region, key); err != nil || u != 0 {
			return u, err
		}
		codes = nil
	case "officer":
		codes = nil
	}
	for _, code := range codes {
		if u, ok, err := org.SeatOf(ctx, tx, code); err != nil || ok {
			return u.ID, err
		}
	}
	return org.OfficeID(ctx, tx, region)
}

// assessments makes the screens of assessment and gives their routes.
func (a *App) assessments() ([]ui.Route, error) {
	p, err := assessmentpage.New(assessmentpage.Deps{DB: a.DB, UI: a.UI, Desk: a.Assessor})
	if err != nil {
		return nil, err
	}
	return p.Routes(), nil
}

// assessmentDuties describes the duties that assessments open, for the inbox.
func assessmentDuties(kinds map[string]dutypage.Kind) {
	kinds[assessment.DecideKind] = dutypage.Kind{Label: "审定风险等级", Icon: "check", Href: assessmentpage.DutyHref, Needs: "assessment.list"}
	kinds[assessment.ConfirmKind] = dutypage.Kind{Label: "确认风险等级", Icon: "check", Href: assessmentpage.DutyHref, Needs: "assessment.list"}
	for _, k := range assessment.CareKinds() {
		kinds[assessment.DutyKind(k)] = dutypage.Kind{Label: k.Label(), Icon: "visit", Href: assessmentpage.DutyHref, Needs: "assessment.record"}
	}
}

// followBack is how far back changed files are looked at: two nights, so that
// one that was missed is made up for.
const followBack = 48 * time.Hour

// assessmentKinds is the background work about assessments.
func (a *App) assessmentKinds() []job.Kind {
	return []job.Kind{{Name: "assessment.follow", Label: "更新当日变动档案的关爱安排", Next: job.Daily(0, 40), Run: func(ctx context.Context, r *job.Run) error {
		return a.Assessor.Follow(ctx, r.DB, clock.Of(a.Clock.Now().Add(-followBack)))
	}}, {Name: assessment.ReplanJob, Label: "按规则更新等级和关爱安排", Run: func(ctx context.Context, r *job.Run) error {
		_, err := a.Assessor.Replan(ctx, r.DB, access.Program, nil)
		return err
	}}}
}
