package server

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"weibao/internal/child/childpage"
	"weibao/internal/child/disclosurepage"
	"weibao/internal/child/importpage"
	"weibao/internal/child/notice"
	"weibao/internal/child/noticepage"
	"weibao/internal/child/requestpage"
	"weibao/internal/duty/dutypage"
	"weibao/internal/job"
	"weibao/internal/job/jobpage"
	"weibao/internal/plan/taskpage"
	"weibao/internal/rule"
	"weibao/internal/rule/rulepage"
	"weibao/internal/screening/screeningpage"
	"weibao/internal/search/searchpage"
	"weibao/internal/suggestion"
	"weibao/internal/suggestion/suggestionpage"
	"weibao/internal/system/systempage"
	"weibao/internal/ui"
	"weibao/internal/workday"
)

// Version is that of the program, set by the linker.
var Version = "dev"

// officeEntries are the doors to the house's own affairs.
var officeEntries = []ui.Entry{
	{Key: "system", Path: "/rules", Permission: "rule.list", Label: "本县规则"},
	{Key: "system", Path: "/system/status", Permission: "system.status", Label: "系统状态"},
	{Key: "system", Path: "/jobs", Permission: "job.list", Label: "后台作业"},
}

// ruleUses says which screens work by which rules.
var ruleUses = map[string][]ui.Crumb{
	"ladders":                  {{Label: "我的待办：到期提醒、催办、报上级", Href: "/duties"}},
	"cycles/standing.review":   {{Label: "方案任务：长期任务按这个周期复核", Href: "/tasks"}},
	"clocks/duty.decide":       {{Label: "延期、退回申请的审批时限", Href: "/duties"}},
	"clocks/duty.superior":     {{Label: "上级单位督促下级的时限", Href: "/duties"}},
	"clocks/duty.soon":         {{Label: "我的待办：即将到期的划分", Href: "/duties"}},
	"clocks/duty.critical":     {{Label: "我的待办：严重超期的划分", Href: "/duties"}},
	"clocks/child.decide":      {{Label: "申请和审批：档案更正、结束、转入", Href: requestpage.ListPath}},
	"clocks/child.accept":      {{Label: "申请和审批：转入档案的签收", Href: requestpage.ListPath}},
	"clocks/child.receipt":     {{Label: "申请和审批：外地接收的回执", Href: requestpage.ListPath}},
	"clocks/child.age":         {{Label: "申请和审批：到龄退出", Href: requestpage.ListPath}},
	"clocks/assessment.decide": {{Label: "评估：另一人审定、确认的时限", Href: "/assessments"}},
	"clocks/child.disclose":    {{Label: "明文导出：审批的时限", Href: disclosurepage.ListPath}},
	"limits/delegate.voice":    {{Label: "档案：委托照护时几岁起必须听取本人意见", Href: childpage.ListPath}},
	"clocks/entrust.notice":    {{Label: "委托照护：书面告知学校和村（居）委会的时限", Href: "/duties"}},
	"limits/screening.call":    {{Label: "集中排查：几天内应当发起", Href: screeningpage.ListPath}},
	"limits/screening.usual":   {{Label: "集中排查：没有写明日期的排查多少天", Href: screeningpage.ListPath}},
	"limits/screening.again":   {{Label: "集中排查：退回重查的天数", Href: screeningpage.ListPath}},
	"limits/import.undo":       {{Label: "导入：几天内可以整批撤销", Href: importpage.ListPath}},
	"limits/disclosure.days":   {{Label: "明文导出：名单可以下载几天", Href: disclosurepage.ListPath}},
	"limits/disclosure.rows":   {{Label: "明文导出：一次最多多少人", Href: disclosurepage.ListPath}},
	"limits/record.days":       {{Label: "走访、联系和专项办理：最早可以补记到哪天", Href: "/duties"}},
	"clocks/screening.assess":  {{Label: "集中排查：发现情况后评估的时限", Href: screeningpage.ListPath}},
	"screenings":               {{Label: "集中排查：何时、由谁、问什么", Href: screeningpage.ListPath}},
	"clocks/suggestion.answer": {{Label: "意见建议：未保办的答复时限", Href: "/suggestions"}},
	"terms/list.disabled":      {{Label: "数据比对：残联名单与哪一类档案比对", Href: importpage.ListPath}},
	"terms/list.welfare":       {{Label: "数据比对：低保、特困名单与哪一类档案比对", Href: importpage.ListPath}},
	"terms/list.rural":         {{Label: "数据比对：防返贫监测名单与哪一类档案比对", Href: importpage.ListPath}},
	"terms/list.justice":       {{Label: "数据比对：服刑人员子女名单与哪一类档案比对", Href: importpage.ListPath}},
	"terms/office":             {{Label: "单位：确定由哪个单位承担未保办工作", Href: "/units"}},
	"terms/school-term.spring": {{Label: "方案任务：每学期的起止日期", Href: "/tasks"}},
	"terms/school-term.autumn": {{Label: "方案任务：每学期的起止日期", Href: "/tasks"}},
}

// dutyKinds describes the duties that slices open, for the inbox.
func dutyKinds() map[string]dutypage.Kind {
	kinds := taskpage.Kinds()
	kinds[suggestion.DutyKind] = dutypage.Kind{Label: "意见建议", Icon: "edit", Href: suggestionpage.DutyHref}
	for _, kind := range []string{notice.SchoolKind, notice.VillageKind} {
		kinds[kind] = dutypage.Kind{Label: "委托照护告知", Icon: "send", Href: noticepage.DutyHref, Needs: "child.notice"}
	}
	assessmentDuties(kinds)
	intakeDuties(kinds)
	guardianshipDuties(kinds)
	importDuties(kinds)
	caseworkDuties(kinds)
	screeningDuties(kinds)
	maps.Copy(kinds, requestpage.Kinds())
	maps.Copy(kinds, disclosurepage.Kinds())
	return kinds
}

// office makes the pages of rules, background work, suggestions and the state of the system.
func (a *App) office() ([]ui.Route, error) {
	rules, err := rulepage.New(rulepage.Deps{UI: a.UI, Clock: a.Clock, Book: func() *rule.Book { return a.Rules }, UnitsPath: "/units", Uses: ruleUses})
	if err != nil {
		return nil, err
	}
	jobs, err := jobpage.New(jobpage.Deps{DB: a.DB, UI: a.UI, Kinds: func() []job.Kind { return a.Kinds }})
	if err != nil {
		return nil, err
	}
	box, err := suggestionpage.New(suggestionpage.Deps{DB: a.DB, UI: a.UI, Box: &suggestion.Box{Kernel: a.Kernel, Clock: a.Rules.Clock}})
	if err != nil {
		return nil, err
	}
	status, err := systempage.New(systempage.Deps{DB: a.DB, UI: a.UI, Version: Version, Calendar: workday.Calendar, Space: a.space, Backup: a.backedUp(), Bundle: a.bundle})
	if err != nil {
		return nil, err
	}
	search, err := searchpage.New(searchpage.Deps{DB: a.DB, UI: a.UI, Groups: a.searches()})
	if err != nil {
		return nil, err
	}
	return slices.Concat(rules.Routes(), jobs.Routes(), box.Routes(), status.Routes(), search.Routes()), nil
}

// backedUp tells when the last backup of an embedded database was finished.
func (a *App) backedUp() func() (time.Time, error) {
	if !a.Config.Embedded() {
		return nil
	}
	return func() (time.Time, error) {
		info, err := os.Stat(lastBackup(a.Config.Backups()))
		if errors.Is(err, fs.ErrNotExist) {
			return time.Time{}, nil
		}
		if err != nil {
			return time.Time{}, err
		}
		return info.ModTime(), nil
	}
}

// lastBackup is the file whose age is that of the last backup.
func lastBackup(dir string) string { return filepath.Join(dir, "last-backup.txt") }
