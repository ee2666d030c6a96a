package server

import (
	"context"
	"time"

	"weibao/internal/access"
	"weibao/internal/assessment"
	"weibao/internal/assessment/assessmentpage"
	"weibao/internal/assessment/special"
	"weibao/internal/assessment/specialpage"
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
	{Label: "专项名单", Icon: "flag", Path: specialpage.Tail, Permission: "special.list"},
	{Label: "提出专业关爱", Icon: "send", Path: specialpage.ReferTail, Permission: "special.refer"},
}

// Specialist keeps the special lists.
func (a *App) Specialist() *special.Desk {
	return &special.Desk{Care: a.Assessor, Ledgers: a.Ledgers()}
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
	p, err := assessmentpage.New(assessmentpage.Deps{DB: a.DB, UI: a.UI, Desk: a.Assessor, Cases: a.casesOf})
	if err != nil {
		return nil, err
	}
	lists, err := specialpage.New(specialpage.Deps{DB: a.DB, UI: a.UI, Desk: a.Specialist(), Kernel: a.Kernel})
	if err != nil {
		return nil, err
	}
	return append(p.Routes(), lists.Routes()...), nil
}

// childAssessed tells on a child's file of its assessments.
func (a *App) childAssessed(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child, revealed bool) (childpage.Story, error) {
	s := childpage.Story{Table: assessmentpage.PastTable()}
	if !by.Can("assessment.list") {
		return s, nil
	}
	list, err := a.Assessor.Past(ctx, tx, by, id, revealed)
	if err != nil {
		return s, err
	}
	s.Table.Rows = assessmentpage.Past(a.Rules, list, revealed, tx.Now)
	events := assessmentpage.Events(a.Rules, list, revealed, tx.Now)
	units := make([]ref.Unit, 0, len(events))
	for _, e := range events {
		units = append(units, e.Unit)
	}
	names, err := org.Names(ctx, tx, units)
	for _, e := range events {
		if name := names[e.Unit]; name != "" {
			e.Who += " · " + name
		}
		s.Events = append(s.Events, childpage.Dated{At: e.At, Event: e.Event})
	}
	return s, err
}

// assessmentDuties describes the duties that assessments open, for the inbox.
func assessmentDuties(kinds map[string]dutypage.Kind) {
	kinds[assessment.DecideKind] = dutypage.Kind{Label: "审定风险等级", Icon: "check", Href: assessmentpage.DutyHref, Needs: "assessment.list"}
	kinds[assessment.ConfirmKind] = dutypage.Kind{Label: "确认风险等级", Icon: "check", Href: assessmentpage.DutyHref, Needs: "assessment.list"}
	kinds[assessment.ListKind] = dutypage.Kind{Label: "专项名单事项", Icon: "flag", Href: specialpage.DutyHref, Needs: "special.list"}
	kinds[assessment.ApartKind] = dutypage.Kind{Label: assessment.ApartWord, Icon: "lock", Href: specialpage.DutyHref, Needs: "special.secret"}
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
	}}, {Name: "special.expire", Label: "提醒到期的证明材料", Next: job.Daily(0, 50), Run: func(ctx context.Context, r *job.Run) error {
		_, err := a.Specialist().Expire(ctx, r.DB)
		return err
	}}, {Name: assessment.ReplanJob, Label: "按规则更新等级和关爱安排", Run: func(ctx context.Context, r *job.Run) error {
		_, err := a.Assessor.Replan(ctx, r.DB, access.Program, nil)
		return err
	}}}
}
