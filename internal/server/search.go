package server

import (
	"context"
	"net/url"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/duty/dutypage"
	"weibao/internal/org"
	"weibao/internal/plan"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/search/searchpage"
	"weibao/internal/ui"
)

// menu stands under the person's name on every page.
var menu = []ui.Entry{
	{Path: "/search", Permission: "search.find", Label: "搜索"}, // phones have no room for the box
	{Path: "/suggestions", Permission: "suggestion.add", Label: "意见建议"},
	{Path: "/system/pledge", Permission: access.SignedIn, Label: "减负承诺"},
}

// searches says what the search box finds, in the order of its page.
func (a *App) searches() []searchpage.Group {
	return []searchpage.Group{
		{Key: "duties", Label: "本单位待办", Icon: "inbox", Permission: "duty.inbox", Find: a.findDuties},
		{Key: "tasks", Label: "方案任务", Icon: "plan", Permission: "plan.list", Find: a.findTasks},
		{Key: "units", Label: "单位", Icon: "unit", Permission: "org.list", Find: findUnits,
			More: func(words string) string { return "/units?" + url.Values{"q": {words}}.Encode() }},
		{Key: "regions", Label: "行政区划", Icon: "pin", Permission: "region.list", Find: findRegions},
	}
}

func (a *App) findDuties(ctx context.Context, tx *db.Tx, by access.Actor, words string, limit int) ([]searchpage.Hit, error) {
	found, err := a.Kernel.List(ctx, tx, by, duty.Filter{Mine: true, Words: words, Limit: limit})
	kinds := dutyKinds()
	hits := make([]searchpage.Hit, len(found))
	for i, d := range found {
		hits[i] = searchpage.Hit{Title: d.Title, Sub: d.Rule + " " + d.Clause, Href: "/duties/" + ref.Format(d.ID), Tag: dutyTag(d, tx.Now)}
		if k := kinds[d.Kind]; k.Opens(by, d) {
			hits[i].Href = k.Href(d)
		}
	}
	return hits, err
}

func dutyTag(d duty.Duty, now clock.Instant) *ui.Tag {
	tag := dutypage.Tag(d, now)
	return &tag
}

func (a *App) findTasks(ctx context.Context, tx *db.Tx, by access.Actor, words string, limit int) ([]searchpage.Hit, error) {
	found, err := a.Plans.Search(ctx, tx, by, words, limit)
	hits := make([]searchpage.Hit, len(found))
	for i, t := range found {
		hits[i] = searchpage.Hit{Title: t.Title, Sub: t.PlanTitle + " " + t.Clause(), Href: "/tasks/" + ref.Format(t.Task)}
		if t.State == plan.TaskDraft {
			hits[i].Href, hits[i].Tag = "/plan/"+ref.Format(t.Plan)+"/review", &ui.Tag{State: ui.Drafting, Label: "尚未下发"}
		}
	}
	return hits, err
}

func findUnits(ctx context.Context, tx *db.Tx, by access.Actor, words string, limit int) ([]searchpage.Hit, error) {
	found, err := org.Search(ctx, tx, by, words)
	if err != nil {
		return nil, err
	}
	codes := make([]string, len(found))
	for i, u := range found {
		codes[i] = u.Region
	}
	places, err := region.Places(ctx, tx, codes)
	hits := make([]searchpage.Hit, min(len(found), limit))
	for i := range hits {
		u := found[i]
		hits[i] = searchpage.Hit{Title: u.Name, Sub: places[u.Region] + " · " + org.KindLabel(u.Kind), Href: "/units/" + ref.Format(u.ID)}
	}
	return hits, err
}

func findRegions(ctx context.Context, tx *db.Tx, by access.Actor, words string, limit int) ([]searchpage.Hit, error) {
	found, err := region.Search(ctx, tx, by, words)
	if err != nil {
		return nil, err
	}
	codes := make([]string, len(found))
	for i, r := range found {
		codes[i] = r.Code
	}
	places, err := region.Places(ctx, tx, codes)
	hits := make([]searchpage.Hit, min(len(found), limit))
	for i := range hits {
		r := found[i]
		hits[i] = searchpage.Hit{Title: r.Name, Sub: places[r.Code] + " · " + r.Label(), Href: "/regions/" + r.Code}
	}
	return hits, err
}
