package systempage

import (
	"context"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"time"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/job"
	"weibao/internal/system/bundle"
	"weibao/internal/ui"
	"weibao/internal/vault"
	"weibao/internal/workday"
)

type statusView struct {
	Note  ui.Note
	Table ui.Table
}

// grade is how well something stands.
type grade int

const (
	good grade = iota
	warn       // it works, but somebody should do something
	bad        // something does not work or is about to be lost
)

// item is a line of the page: what was looked at, what was found, what to do.
type item struct {
	what, says, todo string
	mark             string // what machines call it, after says
	grade            grade
	href             string
	need             access.Permission // of the page to which href leads
}

func (it item) found() ui.Cell {
	c := ui.T(it.says)
	if it.mark != "" {
		c.HTML = template.HTML(`<span translate="no">` + template.HTMLEscapeString(it.mark) + `</span>`)
	}
	return c
}

// What counts as too much or too long.
const (
	backupWarn = 2 * 24 * time.Hour // one backup a day; the second one missed
	backupBad  = 7 * 24 * time.Hour
	sealWarn   = 10 * time.Minute // entries are sealed each minute
	sealBad    = time.Hour
	queueWarn  = 5 * time.Minute
	keyWarn    = 365 * 24 * time.Hour // masters are changed each year (GB/T 39786-2021, key management)
	freeWarn   = 10 << 30
	freeBad    = 1 << 30
)

// Status shows how the installation stands.
func (p *Pages) Status(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	items := p.look(r.Context(), p.DB.Reader(), by)
	v := statusView{Note: verdict(items), Table: ui.Table{Caption: "系统状态", Columns: []ui.Column{
		{Label: "项目", Slim: true}, {Label: "状态", Slim: true}, {Label: "情况"}, {Label: "怎么办"}}}}
	for _, it := range items {
		name := ui.T(it.what)
		if it.href != "" && by.Can(it.need) {
			name.Href = it.href
		}
		v.Table.Rows = append(v.Table.Rows, ui.Row{Near: nears[it.grade], Cells: []ui.Cell{name, {Tag: &ui.Tag{State: states[it.grade], Label: labels[it.grade]}}, it.found(), ui.T(it.todo)}})
	}
	page := ui.Page{Title: "系统状态", Nav: "system", Tabs: p.UI.Tabs(by, "system", "/system/status"), Lead: "检查时间" + civil.FormatTime(p.DB.Clock.Now()) + "。本页不含业务数据和个人信息。",
		More: []ui.Action{{Label: "打印", Print: true}, {Label: "刷新", Href: "/system/status", Icon: "undo"}}}
	if by.Can(bundle.Permission) {
		page.More = append(page.More, ui.Action{Label: "制作支持包", Href: bundlePath, Icon: "download"})
	}
	return p.UI.Page(w, r, by, "status.html", page, v)
}

var (
	labels = map[grade]string{good: "正常", warn: "注意", bad: "异常"}
	states = map[grade]ui.State{good: ui.Finished, warn: ui.Uncertain, bad: ui.Late}
	nears  = map[grade]ui.Near{warn: ui.Soon, bad: ui.Overdue}
)

func verdict(items []item) ui.Note {
	n := map[grade]int{}
	for _, it := range items {
		n[it.grade]++
	}
	switch {
	case n[bad] > 0:
		return ui.Note{Tone: ui.Danger, Title: strconv.Itoa(n[bad]) + "项异常，需要马上处理", Text: "请按下表“怎么办”一栏处理，处理后刷新本页。"}
	case n[warn] > 0:
		return ui.Note{Tone: ui.Warn, Title: strconv.Itoa(n[warn]) + "项需要注意", Text: "系统可以正常使用，请尽快按下表处理。"}
	}
	return ui.Note{Tone: ui.Done, Title: "各项正常", Text: "没有需要处理的事项。"}
}

// look asks each part of the installation. What cannot be asked is itself a finding.
func (p *Pages) look(ctx context.Context, tx *db.Tx, by access.Actor) []item {
	return []item{p.writes(), p.version(ctx), p.size(ctx), p.space(), p.backup(tx.Now), p.journal(ctx, tx, by), p.keys(ctx, tx, by), p.queue(ctx, tx, by), p.calendar(ctx, tx)}
}

// unknown is a part that could not be asked.
func unknown(what string, err error) item {
	says := "无法读取"
	if errs.KindOf(err) != errs.Internal {
		says = err.Error()
	}
	return item{what: what, says: says, todo: "请查看程序日志，或在服务器上运行检查命令", grade: bad}
}

func (p *Pages) writes() item {
	if p.DB.Halted() != nil {
		return item{what: "数据写入", says: "已停止：写盘失败后，程序不再接受写入，以免丢失数据", todo: "检查磁盘后重新启动程序；已答复成功的内容都在", grade: bad}
	}
	return item{what: "数据写入", says: "正常接受写入，每次写入落盘后才答复成功"}
}

var dialects = map[db.Dialect]string{db.SQLite: "内置数据库（SQLite）", db.Postgres: "PostgreSQL 数据库"}

func (p *Pages) version(ctx context.Context) item {
	current, target, err := p.DB.Version(ctx)
	if err != nil {
		return unknown("版本", err)
	}
	it := item{what: "版本", says: dialects[p.DB.Dialect] + "，结构版本" + strconv.FormatInt(current, 10) + "，程序版本", mark: p.Version}
	if current != target {
		it.grade, it.todo = bad, "数据库结构与程序不一致，请重新启动程序，让它完成升级"
	}
	return it
}

func (p *Pages) size(ctx context.Context) item {
	n, err := p.DB.Size(ctx)
	if err != nil {
		return unknown("数据库大小", err)
	}
	return item{what: "数据库大小", says: ui.Size(n)}
}

func (p *Pages) space() item {
	free, total, err := p.Space()
	if err != nil {
		return unknown("磁盘空间", err)
	}
	it := item{what: "磁盘空间", says: fmt.Sprintf("剩余 %.1f GB，共 %.1f GB", float64(free)/(1<<30), float64(total)/(1<<30))}
	switch {
	case free < freeBad:
		it.grade, it.todo = bad, "空间即将用完，写满后不能保存：请立即清理或扩充磁盘"
	case free < freeWarn:
		it.grade, it.todo = warn, "请清理或扩充数据所在的磁盘"
	}
	return it
}

func (p *Pages) backup(now clock.Instant) item {
	if p.Backup == nil {
		return item{what: "备份", says: "由 PostgreSQL 的备份工具负责，本页看不到", todo: "请确认数据库管理员每天备份，并定期试着恢复", grade: warn}
	}
	at, err := p.Backup()
	if err != nil {
		return unknown("备份", err)
	}
	if at.IsZero() {
		return item{what: "备份", says: "还没有备份", todo: "请在服务器上运行备份命令，并设为每天自动执行，备份文件另存一台机器", grade: bad}
	}
	it := item{what: "备份", says: "上次备份" + ui.Clockwise(at, now.Time())}
	switch age := now.Time().Sub(at); {
	case age > backupBad:
		it.grade, it.todo = bad, "请立即备份，并检查自动备份为什么没有执行"
	case age > backupWarn:
		it.grade, it.todo = warn, "请检查自动备份是否还在执行"
	}
	return it
}

func (p *Pages) journal(ctx context.Context, tx *db.Tx, by access.Actor) item {
	s, err := audit.StandingOf(ctx, tx, by)
	if err != nil {
		return unknown("审计链", err)
	}
	it := item{what: "审计链", says: fmt.Sprintf("已封存%s条，共%s块", ui.Count(int(s.Total)), ui.Count(int(s.Blocks))), href: "/audit", need: "audit.list"}
	if s.Sealed != 0 {
		it.says += "，上次封存" + ui.Clockwise(s.Sealed.Time(), tx.Now.Time())
	}
	if s.Open > 0 {
		it.says += fmt.Sprintf("；待封存%s条", ui.Count(int(s.Open)))
	}
	if s.Oldest == 0 {
		return it
	}
	switch age := tx.Now.Sub(s.Oldest); {
	case age > sealBad:
		it.grade, it.todo = bad, "审计记录长时间没有封存，请系统管理员查看“审计记录封存”作业"
	case age > sealWarn:
		it.grade, it.todo = warn, "封存有延迟，几分钟后仍未恢复时，请查看后台作业"
	}
	return it
}

func (p *Pages) keys(ctx context.Context, tx *db.Tx, by access.Actor) item {
	made, err := vault.Age(ctx, tx, by)
	if err != nil {
		return unknown("密钥", err)
	}
	if made == 0 {
		return item{what: "密钥", says: "没有可用的加密密钥", todo: "请安全保密管理员核对密钥文件", grade: bad}
	}
	days := int(tx.Now.Sub(made).Hours() / 24)
	it := item{what: "密钥", says: "现用密钥已使用" + ui.Count(days) + "天", href: "/keys", need: "key.list"}
	if tx.Now.Sub(made) > keyWarn {
		it.grade, it.todo = warn, "使用已满一年，请安全保密管理员轮换密钥"
	}
	return it
}

func (p *Pages) queue(ctx context.Context, tx *db.Tx, by access.Actor) item {
	q, err := job.Standing(ctx, tx, by)
	if err != nil {
		return unknown("后台作业", err)
	}
	it := item{what: "后台作业", says: fmt.Sprintf("排队%s项，执行中%s项，失败%s项", ui.Count(int(q.Due)), ui.Count(int(q.Running)), ui.Count(int(q.Failed))), href: "/jobs", need: "job.list"}
	switch {
	case q.Oldest != 0 && tx.Now.Sub(q.Oldest) > queueWarn:
		it.grade, it.todo = warn, "排队超过5分钟，请查看程序是否繁忙或停止执行后台作业"
	case q.Failed > 0:
		it.grade, it.todo = warn, "请系统管理员处理失败清单"
	}
	return it
}

func (p *Pages) calendar(ctx context.Context, tx *db.Tx) item {
	cal, err := p.Calendar(ctx, tx)
	if err != nil {
		return unknown("工作日历", err)
	}
	years := cal.Years()
	it := item{what: "工作日历", says: "尚未导入放假安排", href: "/workdays", need: "workday.list"}
	if len(years) > 0 {
		it.says = "放假安排已导入到" + strconv.Itoa(years[len(years)-1]) + "年"
	}
	if gap := workday.Gap(cal, civil.DateOf(tx.Now.Time())); gap != "" {
		it.grade, it.todo = warn, gap
	}
	return it
}
