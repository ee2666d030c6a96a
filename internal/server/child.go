package server

import (
	"context"
	"net/http"
	"slices"

	"weibao/internal/access"
	"weibao/internal/assessment/specialpage"
	"weibao/internal/child"
	"weibao/internal/child/childpage"
	"weibao/internal/child/ledgerpage"
	"weibao/internal/child/notice"
	"weibao/internal/child/noticepage"
	"weibao/internal/child/photopage"
	"weibao/internal/db"
	"weibao/internal/file"
	"weibao/internal/job"
	"weibao/internal/org"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/ui"
)

// childEntries are the doors to children.
var childEntries = append([]ui.Entry{
	{Key: "child", Path: childpage.ListPath, Permission: "child.list", Label: "档案"},
	{Key: "child", Path: ledgerpage.ListPath, Permission: "child.list", Label: "台账"},
	{Key: "child", Path: specialpage.ListPath, Permission: "special.list", Label: "专项名单"},
	{Key: "child", Path: ledgerpage.NumbersPath, Permission: "child.numbers", Label: "统计数据"},
}, slices.Concat(importEntries, requestEntries, disclosureEntries)...)

// childLinks are the acts of other screens on a child's file.
var childLinks = slices.Concat(assessmentLinks, caseworkLinks, guardianshipLinks, requestLinks, []childpage.Link{{Label: "照片", Icon: "user", Path: photopage.EditTail, Permission: "child.edit"}})

func (a *App) cabinet() *child.Cabinet {
	return &child.Cabinet{Vault: a.Vault, Book: func() *rule.Book { return a.Rules }}
}

// children makes the screens about children and gives their routes.
func (a *App) children() ([]ui.Route, error) {
	files, err := childpage.New(childpage.Deps{
		DB: a.DB, UI: a.UI, Cabinet: a.Cabinet, Kernel: a.Kernel, Units: org.Names, Kinds: dutyKinds(), Links: childLinks, Reports: a.childReports, Assessed: a.childAssessed,
	})
	if err != nil {
		return nil, err
	}
	lists, err := ledgerpage.New(ledgerpage.Deps{DB: a.DB, UI: a.UI, Cabinet: a.Cabinet, Desk: a.Ledgers()})
	if err != nil {
		return nil, err
	}
	disclosed, err := a.disclosures(lists)
	if err != nil {
		return nil, err
	}
	asked, err := a.requests()
	if err != nil {
		return nil, err
	}
	imported, err := a.lists()
	if err != nil {
		return nil, err
	}
	photos, err := photopage.New(photopage.Deps{DB: a.DB, UI: a.UI, Cabinet: a.Cabinet, Files: &file.Store{Dir: a.Config.Files(), Vault: a.Vault}})
	if err != nil {
		return nil, err
	}
	told, err := noticepage.New(noticepage.Deps{DB: a.DB, UI: a.UI, Desk: a.notices()})
	if err != nil {
		return nil, err
	}
	return slices.Concat(files.Routes(), told.Routes(), photos.Routes(), lists.Routes(), disclosed, asked, imported), nil
}

// notices sees to it that school and village learn of entrusted care.
func (a *App) notices() *notice.Desk {
	return &notice.Desk{Cabinet: a.Cabinet, Kernel: a.Kernel, Book: func() *rule.Book { return a.Rules },
		Keeper: func(ctx context.Context, tx *db.Tx, region string) (ref.Unit, error) {
			return a.carer(ctx, tx, region, "child_director", "")
		}}
}

// warn says on every page about a child who around it may not be contacted. A
// page that names the child itself has checked the right to it.
func (a *App) warn(r *http.Request, by access.Actor, page ui.Page) []ui.Note {
	id := page.About
	if id != 0 {
		by = access.Program
	} else if id, _ = ref.Parse[ref.Child](r.PathValue("child")); id == 0 {
		return nil
	}
	people, err := a.Cabinet.Blocked(r.Context(), a.DB.Reader(), by, id)
	if err != nil {
		a.Log.Error("warn", "error", err)
		return []ui.Note{{Tone: ui.Danger, Title: "没有读到联系限制", Text: "联系监护人、照护人前，请先打开档案核对有没有不得联系的人。"}}
	}
	return childpage.Bans(people)
}

// turnHour and turnMinute are when birthdays of the day are looked at: before anybody works.
const turnHour, turnMinute = 0, 20

// childKinds is the background work about children.
func (a *App) childKinds() []job.Kind {
	return append(slices.Concat(a.Imports().Jobs(), a.requestKinds(), a.disclosureKinds()), []job.Kind{
		{Name: "child.turn", Label: "未成年人年龄段更新", Next: job.Daily(turnHour, turnMinute), Run: func(ctx context.Context, r *job.Run) error {
			_, err := a.Cabinet.Turn(ctx, r.DB)
			return err
		}},
	}...)
}

// warm reads beside the start what the first lists will ask for.
func (a *App) warm(ctx context.Context) {
	if err := a.Cabinet.Warm(ctx, a.DB); err != nil && ctx.Err() == nil {
		a.Log.Warn("lists were not warmed", "error", err)
	}
}
