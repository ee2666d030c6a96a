package server

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"

	"weibao/assets"
	"weibao/internal/civil"
	"weibao/internal/errs"
	"weibao/internal/job"
	"weibao/internal/org"
	"weibao/internal/workday"
)

// Finding is one thing that Doctor looked at.
type Finding struct {
	What string
	Says string
	Bad  bool // the installation cannot work like this
	Warn bool // it works, but somebody should do something
}

// minFree is the space under which a data folder is too full to go on safely.
const minFree = 1 << 30

// Doctor looks at an installation and changes nothing. Another process may be
// serving it.
func Doctor(ctx context.Context, g *Ground) []Finding {
	var out []Finding
	note := func(what, says string, bad, warn bool) { out = append(out, Finding{what, says, bad, warn}) }
	failed := func(what string, err error) { note(what, Words(err), true, false) }

	if err := g.DB.Intact(ctx); err != nil {
		failed("数据库", err)
	} else {
		note("数据库", string(g.DB.Dialect)+",完好", false, false)
	}
	if current, _, err := g.DB.Version(ctx); err != nil {
		failed("结构版本", err)
	} else {
		note("结构版本", fmt.Sprint(current), false, false)
	}
	note("密钥文件", "与数据库相配，请确认已离线保存两份副本", false, false)
	out = append(out, g.disk(), g.calendar(ctx), g.county(ctx), g.journal(ctx), g.jobs(ctx))
	if _, err := assets.Load(); err != nil {
		note("界面文件", err.Error(), true, false)
	} else {
		note("界面文件", "齐全", false, false)
	}
	return out
}

// space gives the bytes that are free and that there are where the data lies.
func (g *Ground) space() (free, total uint64, err error) {
	var disk syscall.Statfs_t
	err = syscall.Statfs(g.Config.Data, &disk)
	return disk.Bavail * uint64(disk.Bsize), disk.Blocks * uint64(disk.Bsize), err
}

func (g *Ground) disk() Finding {
	free, _, err := g.space()
	if err != nil {
		return Finding{What: "磁盘空间", Says: "无法读取：" + err.Error(), Warn: true}
	}
	return Finding{What: "磁盘空间", Says: fmt.Sprintf("剩余 %.1f GB", float64(free)/(1<<30)), Warn: free < minFree}
}

func (g *Ground) calendar(ctx context.Context) Finding {
	cal, err := workday.Calendar(ctx, g.DB.Reader())
	if err != nil {
		return Finding{What: "工作日历", Says: Words(err), Bad: true}
	}
	if gap := workday.Gap(cal, civil.DateOf(g.Clock.Now())); gap != "" {
		return Finding{What: "工作日历", Says: gap, Warn: true}
	}
	return Finding{What: "工作日历", Says: "够用"}
}

func (g *Ground) county(ctx context.Context) Finding {
	c, ok, err := org.Installed(ctx, g.DB.Reader())
	switch {
	case err != nil:
		return Finding{What: "本县设置", Says: Words(err), Bad: true}
	case !ok:
		return Finding{What: "本县设置", Says: "尚未初始化，请执行 weibao county load", Warn: true}
	}
	return Finding{What: "本县设置", Says: c.Title}
}

func (g *Ground) journal(ctx context.Context) Finding {
	report, err := g.Vault.Sealer(g.Config.Seals()).Verify(ctx, g.DB.Reader())
	if err != nil {
		return Finding{What: "审计记录", Says: Words(err), Bad: true}
	}
	if !report.OK() {
		return Finding{What: "审计记录", Says: fmt.Sprintf("校验发现 %d 处问题，请执行 weibao audit verify 查看", len(report.Faults)), Bad: true}
	}
	return Finding{What: "审计记录", Says: fmt.Sprintf("%d 条已封存,%d 条待封存", report.Sealed, report.Open)}
}

func (g *Ground) jobs(ctx context.Context) Finding {
	counts, err := job.Counts(ctx, g.DB.Reader())
	if err != nil {
		return Finding{What: "后台作业", Says: Words(err), Bad: true}
	}
	for _, c := range counts {
		if c.State == job.Failed {
			return Finding{What: "后台作业", Says: fmt.Sprintf("%d 项执行失败，请在“后台作业”页面处理", c.N), Warn: true}
		}
	}
	return Finding{What: "后台作业", Says: "没有失败"}
}

// Words gives what a person reads of an error, in one line.
func Words(err error) string {
	if e, ok := errors.AsType[*errs.Error](err); ok {
		return e.Message
	}
	if errors.Is(err, os.ErrPermission) {
		return "没有权限：" + err.Error()
	}
	return err.Error()
}
