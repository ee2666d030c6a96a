package server

import (
	"context"
	"slices"
	"time"

	"weibao/internal/access"
	"weibao/internal/auth"
	"weibao/internal/child/childpage"
	"weibao/internal/child/matchpage"
	"weibao/internal/child/merge/compare"
	"weibao/internal/child/pack"
	"weibao/internal/child/packpage"
	"weibao/internal/child/request"
	"weibao/internal/child/requestpage"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/job"
	"weibao/internal/org"
	"weibao/internal/ui"
	"weibao/internal/workday"
)

// requestEntries are the doors to what people ask and decide about files.
var requestEntries = []ui.Entry{
	{Key: "child", Path: matchpage.ListPath, Permission: "child.match", Label: "疑似重复"},
	{Key: "child", Path: requestpage.ListPath, Permission: "child.show", Label: "申请和审批"},
	{Key: "system", Path: packpage.Path, Permission: "child.audit_pack", Label: "合规审计"},
}

// requestLinks are the acts of these screens on a child's file.
var requestLinks = []childpage.Link{
	{Label: "申请更正", Icon: "edit", Path: "/correct", Permission: "child.request"},
	{Label: "转出", Icon: "swap", Path: "/move", Permission: "child.request"},
	{Label: "转入，恢复使用", Icon: "undo", Path: "/return", Permission: "child.request", Closed: true},
	{Label: "合并记录", Icon: "merge", Path: matchpage.MergesTail, Permission: "child.merge"},
}

// requests makes the screens of likeness, merger, requests and moves.
func (a *App) requests() ([]ui.Route, error) {
	counter := a.Counter()
	pairs, err := matchpage.New(matchpage.Deps{DB: a.DB, UI: a.UI, Cabinet: a.Cabinet})
	if err != nil {
		return nil, err
	}
	asked, err := requestpage.New(requestpage.Deps{DB: a.DB, UI: a.UI, Counter: counter, Units: org.Names})
	if err != nil {
		return nil, err
	}
	papers, err := a.audits()
	return slices.Concat(pairs.Routes(), asked.Routes(), papers), err
}

func (a *App) Counter() *request.Counter {
	return &request.Counter{Cabinet: a.Cabinet, Duties: a.Kernel}
}

const matchEvery = time.Minute

// requestKinds is the background work about likeness.
func (a *App) requestKinds() []job.Kind {
	return []job.Kind{{Name: "child.match", Label: "比对新建和修改的档案，查找重复", Next: job.Every(matchEvery), Run: func(ctx context.Context, r *job.Run) error {
		_, err := compare.Match(ctx, a.Cabinet, r.DB)
		return err
	}}}
}

// audits makes the screen of the yearly audit.
func (a *App) audits() ([]ui.Route, error) {
	pages, err := packpage.New(packpage.Deps{DB: a.DB, UI: a.UI, Place: a.Rules.County().Title, Units: org.Names,
		Sources: pack.Sources{Calendar: workday.Calendar, Rights: a.rights}})
	if err != nil {
		return nil, err
	}
	return pages.Routes(), nil
}

// rights counts the posts in force by which people may open files.
func (a *App) rights(ctx context.Context, tx *db.Tx, on civil.Date) ([]pack.Right, error) {
	holders, err := a.Guard.Holders(ctx, tx, auth.HolderFilter{On: on})
	var out []pack.Right
	for _, h := range holders {
		if !(access.Actor{User: h.Holder, Post: access.Post{ID: h.ID, Role: h.Role}}).Can("child.reveal") {
			continue
		}
		i := slices.IndexFunc(out, func(r pack.Right) bool { return r.Unit == h.Unit && r.Role == h.Role })
		if i < 0 {
			out = append(out, pack.Right{Unit: h.Unit, Role: h.Role})
			i = len(out) - 1
		}
		out[i].N++
	}
	return out, err
}
