package jobpage_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/job"
	"weibao/internal/job/jobpage"
	"weibao/internal/ref"
	"weibao/internal/testkit"
	"weibao/internal/ui"
	"weibao/internal/ui/uitest"
)

const county = "990101000000"

var (
	admin   = access.Actor{User: 7, Name: "系统管理员", Post: access.Post{ID: 7, Region: county, RegionName: "云岭县", UnitName: "县未保办", Role: access.SystemAdmin}}
	officer = access.Actor{User: 8, Name: "周岚", Post: access.Post{ID: 8, Region: county, RegionName: "云岭县", UnitName: "县未保办", Role: access.Officer}}
	liaison = access.Actor{User: 9, Name: "联络员", Post: access.Post{ID: 9, Region: county, RegionName: "云岭县", UnitName: "县教育局", Role: access.Liaison}}
)

// world is a database whose runner knows four kinds; export waits until it is let go.
type world struct {
	uitest.Desk
	d     *db.DB
	letGo chan struct{}
	began chan struct{}
}

func withWorld(t *testing.T, test func(t *testing.T, x world)) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) {
		x := world{d: d, letGo: make(chan struct{}), began: make(chan struct{}, 1)}
		kinds := []job.Kind{
			{Name: "plan.export", Label: "导出任务清单", Run: func(ctx context.Context, r *job.Run) error {
				if err := r.Progress(ctx, 40, "已处理 1,200 / 3,000 行"); err != nil {
					return err
				}
				x.began <- struct{}{}
				select {
				case <-x.letGo:
				case <-ctx.Done():
					return ctx.Err()
				}
				return d.Write(ctx, func(tx *db.Tx) error { return r.Done(ctx, tx, "共3,000行") })
			}},
			{Name: "region.import", Label: "导入行政区划", Run: func(context.Context, *job.Run) error {
				return errs.Wrap(errs.Invalid, errors.New("zip: not a valid zip file"), "文件无法读取，请检查后重新上传。")
			}},
			{Name: "file.move", Label: "迁移附件", Run: func(context.Context, *job.Run) error { return errors.New("connection reset by peer") }},
			{Name: "duty.sweep", Label: "责任事项到期检查", Next: job.Every(time.Hour), Run: func(context.Context, *job.Run) error { return nil }},
		}
		r := uitest.New(t)
		pages, err := jobpage.New(jobpage.Deps{DB: d, UI: r, Kinds: func() []job.Kind { return kinds },
			Results: map[string]func(job.Row) *ui.Action{"plan.export": func(row job.Row) *ui.Action {
				return &ui.Action{Label: "下载", Href: "/plans/export/" + ref.Format(row.ID), Icon: "download"}
			}}})
		if err != nil {
			t.Fatal(err)
		}
		x.Desk = uitest.Desk{T: t, UI: r, Routes: pages.Routes()}
		ctx, cancel := context.WithCancel(t.Context())
		var runner sync.WaitGroup
		runner.Go(func() {
			err := (&job.Runner{DB: d, Kinds: kinds, Log: slog.New(slog.DiscardHandler), Poll: 20 * time.Millisecond, Workers: 2}).Run(ctx, time.Second)
			if err != nil && !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		})
		t.Cleanup(func() { cancel(); runner.Wait() })
		test(t, x)
	})
}

func (x world) add(t *testing.T, by access.Actor, w job.Want) ref.Job {
	t.Helper()
	var id ref.Job
	err := x.d.Write(t.Context(), func(tx *db.Tx) (err error) {
		id, err = job.Add(t.Context(), tx, by, w)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func (x world) until(t *testing.T, id ref.Job, what string, is func(job.Row) bool) {
	t.Helper()
	for range 500 {
		if row, err := job.Get(t.Context(), x.d.Reader(), admin, id); err == nil && is(row) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("the job never came to be %s", what)
}

func TestTemplatesFitTheirViews(t *testing.T) {
	withWorld(t, func(t *testing.T, x world) { uitest.Templates(t, x.UI) })
}

func TestWhoWaitsSeesTheWorkGoOnAndItsResult(t *testing.T) {
	withWorld(t, func(t *testing.T, x world) {
		id := x.add(t, officer, job.Want{Kind: "plan.export"})
		<-x.began
		x.Page(officer, "job-running", jobpage.Path(id), "已处理 1,200 / 3,000 行", `value="40"`, "可以离开本页", jobpage.Path(id)+"/progress")
		part := x.Do(officer, "GET", jobpage.Path(id)+"/progress", nil)
		uitest.Fragment(t, part.Body.Bytes())
		if !strings.Contains(part.Body.String(), "every 1s") {
			t.Error("the part does not ask again while the work goes on")
		}
		x.letGo <- struct{}{}
		x.until(t, id, "done", func(r job.Row) bool { return r.State == job.Done })
		part = x.Do(officer, "GET", jobpage.Path(id)+"/progress", nil)
		if body := part.Body.String(); strings.Contains(body, "every 1s") || !strings.Contains(body, "/plans/export/") || !strings.Contains(body, "共3,000行") {
			t.Errorf("the part of a finished job: %s", body)
		}
		x.Page(officer, "job-done", jobpage.Path(id), "已完成", "下载")
	})
}

func TestAFailureSaysWhatToDoAndIsRetriedByHand(t *testing.T) {
	withWorld(t, func(t *testing.T, x world) {
		id := x.add(t, officer, job.Want{Kind: "region.import", Payload: map[string]int{"file": 12345}})
		x.until(t, id, "failed", func(r job.Row) bool { return r.State == job.Failed })
		again := x.add(t, officer, job.Want{Kind: "file.move"})
		x.until(t, again, "put off", func(r job.Row) bool { return r.Failure != "" && r.State == job.Waiting })
		x.add(t, officer, job.Want{Kind: "plan.export"})
		<-x.began
		body := x.Page(admin, "job-list", "/jobs", "导入行政区划", "文件无法读取，请检查后重新上传。", "上次没有成功，到时自动重试", "重试", "等待重试", "执行中")
		if strings.Contains(body, "12345") || strings.Contains(body, "connection reset") {
			t.Error("the list tells what a job is about, or speaks to a person in the machine's words")
		}
		x.Page(admin, "job-failed", "/jobs?view=failed", "已失败")
		x.Page(admin, "job-every", "/jobs?view=every", "责任事项到期检查")
		x.Page(admin, "job-show-failed", jobpage.Path(id), "程序记录的原因", "not a valid zip file", "文件无法读取")
		own := x.Page(officer, "job-show-own", jobpage.Path(id), "文件无法读取，请检查后重新上传。")
		if strings.Contains(own, "zip") || strings.Contains(own, "/retry") {
			t.Error("the person sees the machine's words or a button that is not for him")
		}
		if w := x.Do(admin, "POST", jobpage.Path(again)+"/retry", nil); w.Code != http.StatusConflict {
			t.Errorf("retrying what did not fail: status %d", w.Code)
		}
		if w := x.Do(admin, "POST", jobpage.Path(id)+"/retry", nil); w.Code != http.StatusSeeOther {
			t.Fatalf("status %d: %s", w.Code, w.Body)
		}
		log, err := audit.List(t.Context(), x.d.Reader(), access.Actor{User: 1, Post: access.Post{Role: access.AuditAdmin}}, audit.Filter{Action: "job.retry"})
		if err != nil || len(log) != 1 || log[0].SubjectID != int64(id) {
			t.Errorf("journal: %+v %v", log, err)
		}
	})
}

func TestAJobIsSeenByWhoWantedItAlone(t *testing.T) {
	withWorld(t, func(t *testing.T, x world) {
		id := x.add(t, officer, job.Want{Kind: "file.move"})
		for name, by := range map[string]access.Actor{"another": liaison, "nobody": {}} {
			for _, path := range []string{jobpage.Path(id), jobpage.Path(id) + "/progress", "/jobs", "/jobs/5", "/jobs/x"} {
				if w := x.Do(by, "GET", path, nil); w.Code != http.StatusNotFound {
					t.Errorf("%s at %s: status %d", name, path, w.Code)
				}
			}
		}
		x.Refuses(officer, map[string]string{"id": ref.Format(id)})
	})
}
