package jobpage

import (
	"net/http"
	"strconv"
	"time"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/job"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

type showView struct {
	Progress ui.Progress
	Summary  ui.Summary
	Failure  string // what the program noted, for the system administrator alone
}

// Show is one job: how far it is, and for the administrator how it went.
func (p *Pages) Show(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	row, now, err := p.row(r, by)
	if err != nil {
		return err
	}
	v := showView{Progress: p.progress(row, now), Summary: ui.Summary{Title: "执行情况", Facts: facts(row, by)}}
	page := ui.Page{Title: p.label(row.Kind), Kicker: "后台作业", Nav: section(by)}
	if by.Can("job.list") {
		v.Failure = row.Failure
		page.Crumbs = []ui.Crumb{{Label: "后台作业", Href: "/jobs"}}
	}
	if row.State == job.Failed && by.Can("job.retry") {
		page.Action = &ui.Action{Label: "重试", Post: Path(row.ID) + "/retry", Icon: "undo"}
	}
	return p.UI.Page(w, r, by, "show.html", page, v)
}

// Progress is the part that asks for itself again until the job has ended.
func (p *Pages) Progress(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	row, now, err := p.row(r, by)
	if err != nil {
		return err
	}
	return p.UI.Part(w, r, "progress", p.progress(row, now))
}

func (p *Pages) row(r *http.Request, by access.Actor) (job.Row, clock.Instant, error) {
	id, err := pathID(r)
	if err != nil {
		return job.Row{}, 0, err
	}
	tx := p.DB.Reader()
	row, err := job.Get(r.Context(), tx, by, id)
	return row, tx.Now, err
}

// soon is how near the next try must be for the part to wait for it.
const soon = 2 * time.Minute

func (p *Pages) progress(row job.Row, now clock.Instant) ui.Progress {
	v := ui.Progress{ID: "job-" + ref.Format(row.ID), Poll: Path(row.ID) + "/progress", Label: p.label(row.Kind), Note: row.Note, Percent: int(row.Percent)}
	switch {
	case row.State == job.Failed:
		v.Failed, v.Note = or(row.Note, "作业没有完成，请联系系统管理员。"), ""
	case row.State == job.Done:
		v.Done, v.Percent, v.Label = true, 100, p.label(row.Kind)+"：已完成"
		if result := p.Results[row.Kind]; result != nil {
			v.Next = result(row)
		}
	case row.State == job.Running && row.Percent == 0:
		v.Percent, v.Note = -1, or(row.Note, "正在执行")
	case row.State == job.Waiting:
		v.Percent, v.Note = -1, "排队等待执行"
		if row.Failure != "" {
			v.Note = "上次没有成功，将在" + civil.FormatTime(row.NextAt.Time()) + "自动重试"
		}
		if row.NextAt.Sub(now) > soon { // nothing will move before that: no need to ask every second
			v.Done, v.Percent, v.Label = true, 0, p.label(row.Kind)+"：等待下次执行"
			v.Note = "下次执行" + civil.FormatTime(row.NextAt.Time())
		}
	}
	return v
}

func facts(row job.Row, by access.Actor) []ui.Fact {
	state := tag(row)
	list := []ui.Fact{{Label: "状态", Tag: &state}, {Label: "提交时间", Value: civil.FormatTime(row.CreatedAt.Time())},
		{Label: "结束时间", Value: civil.FormatTime(row.EndedAt.Time())}}
	if row.State == job.Waiting {
		list = append(list, ui.Fact{Label: "下次执行", Value: civil.FormatTime(row.NextAt.Time())})
	}
	if by.Can("job.list") && row.Attempt > 0 {
		list = append(list, ui.Fact{Label: "执行次数", Value: strconv.FormatInt(row.Attempt, 10)})
	}
	if by.Can("job.list") && row.State == job.Running {
		list = append(list, ui.Fact{Label: "占用到", Value: civil.FormatTime(clock.Instant(row.Until).Time()), Sub: "执行的程序每隔一会儿续一次；失联后到这个时间，由另一个程序接着做"})
	}
	return list
}

func or(s, instead string) string {
	if s == "" {
		return instead
	}
	return s
}
