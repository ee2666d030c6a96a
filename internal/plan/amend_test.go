package plan_test

import (
	"context"
	"slices"
	"testing"

	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/plan"
	"weibao/internal/ref"
)

// issued gives a task of an issued plan by title.
func (h *house) issued(id ref.Plan, title string) plan.Task {
	h.t.Helper()
	tasks, err := h.desk.Tasks(h.t.Context(), h.d.Reader(), h.officer, id)
	must(h.t, err)
	i := slices.IndexFunc(tasks, func(t plan.Task) bool { return t.Title == title })
	if i < 0 {
		h.t.Fatalf("no task %s", title)
	}
	return tasks[i]
}

func (h *house) amend(t plan.Task, facts []plan.Fact) plan.Changes {
	h.t.Helper()
	var out plan.Changes
	h.do(func(ctx context.Context, tx *db.Tx) (err error) {
		out, err = h.desk.Amend(ctx, tx, h.officer, t.ID, plan.Input{Version: t.Version, Title: t.Title, Facts: facts, Standing: t.Standing}, "机构职责调整")
		return err
	})
	return out
}

func TestAnotherLeadTakesOverTheDuty(t *testing.T) {
	inHouse(t, func(h *house) {
		id := h.issue()
		task := h.issued(id, "开展从业人员查询")
		d := h.findDuty(h.liaison("县公安局"), plan.KindTask, task.Title)
		for i, f := range task.Facts {
			if f.Kind == plan.Lead {
				task.Facts[i].Unit, task.Facts[i].Norm, task.Facts[i].Text = h.unit("县司法局"), "县司法局", "县司法局"
			}
			if f.Kind == plan.Time {
				task.Facts[i].Norm = "date=2026-07-15"
			}
		}
		if got := h.amend(task, task.Facts); got.Given != 1 || got.Moved != 4 || got.Opened+got.Cancelled != 0 {
			t.Errorf("%+v", got)
		}
		now := h.findDuty(h.liaison("县司法局"), plan.KindTask, task.Title)
		if now.ID != d.ID || civil.DateOf(now.Due.Time()) != day("2026-07-15") {
			t.Errorf("%+v", now)
		}
		if s := h.findDuty(h.liaison("县教育局"), plan.KindSupport, task.Title); s.Parent != now.ID || s.Due != now.Due {
			t.Errorf("support %+v", s)
		}
		history, err := h.desk.TaskHistory(t.Context(), h.d.Reader(), h.officer, task.ID)
		must(t, err)
		if len(history) == 0 || history[len(history)-1].Reason != "机构职责调整" {
			t.Errorf("history %+v", history)
		}
	})
}

func TestAmendingFollowsTheTaskExactly(t *testing.T) {
	inHouse(t, func(h *house) {
		id := h.issue()
		task := h.issued(id, "开展从业人员查询")
		before := h.carried(task.ID)
		facts := slices.DeleteFunc(slices.Clone(task.Facts), func(f plan.Fact) bool { return f.Unit == h.unit("县市监局") })
		facts = append(facts, plan.Fact{Kind: plan.Support, Text: "县残联", Norm: "县残联", Unit: h.unit("县残联")}, plan.Fact{Kind: plan.Time, Text: "每季度", Norm: "every=quarter"})
		got := h.amend(task, facts)
		if got.Cancelled != 1 || got.Opened != 1+4 {
			t.Errorf("%+v", got)
		}
		h.findDuty(h.liaison("县残联"), plan.KindSupport, "开展从业人员查询：2026年6月底前")
		task = h.issued(id, task.Title)
		facts = slices.DeleteFunc(slices.Clone(task.Facts), func(f plan.Fact) bool { return f.Norm == "every=quarter" || f.Unit == h.unit("县残联") })
		facts = append(facts, plan.Fact{Kind: plan.Support, Text: "县市监局", Norm: "县市监局", Unit: h.unit("县市监局")})
		h.amend(task, facts)
		if after := h.carried(task.ID); !slices.Equal(after, before) {
			t.Errorf("not as before:\n%v\n%v", after, before)
		}
	})
}

func TestWhatIsDoneStaysDone(t *testing.T) {
	inHouse(t, func(h *house) {
		id := h.issue()
		task := h.issued(id, "加强经费保障")
		d := h.findDuty(h.liaison("县财政局"), plan.KindTask, task.Title)
		r, err := h.reply("县财政局", d.ID, plan.Report{Text: "完成。", Without: "已会签。"})
		must(t, err)
		h.do(func(ctx context.Context, tx *db.Tx) error { return h.desk.Check(ctx, tx, h.officer, r, true, "") })
		for i, f := range task.Facts {
			if f.Kind == plan.Time {
				task.Facts[i].Norm = "date=2026-11-30"
			}
		}
		if got := h.amend(task, task.Facts); got.Opened != 0 || got.Moved != 1 || got.Kept != 1 {
			t.Errorf("%+v", got)
		}
		now, err := h.k.Get(t.Context(), h.d.Reader(), h.officer, d.ID)
		must(t, err)
		if now.State != duty.Done || now.Due != d.Due {
			t.Errorf("%+v", now)
		}
	})
}

func TestAWithdrawnTaskLeavesNothingOpen(t *testing.T) {
	inHouse(t, func(h *house) {
		id := h.issue()
		task := h.issued(id, "保障困境儿童基本生活")
		d := h.findDuty(h.liaison("县残联"), plan.KindSupport, "保障困境儿童基本生活（2026年3月）")
		_, err := h.reply("县残联", d.ID, plan.Report{Text: "已核对。"})
		must(t, err)
		h.refused(errs.Invalid, func(ctx context.Context, tx *db.Tx) error { return h.desk.Withdraw(ctx, tx, h.officer, task.ID, " ") })
		h.refused(errs.Forbidden, func(ctx context.Context, tx *db.Tx) error {
			return h.desk.Withdraw(ctx, tx, h.liaison("县民政局"), task.ID, "不做了")
		})
		h.do(func(ctx context.Context, tx *db.Tx) error {
			return h.desk.Withdraw(ctx, tx, h.officer, task.ID, "并入其他工作")
		})
		if left := h.carried(task.ID); len(left) != 0 {
			t.Errorf("left: %v", left)
		}
		for _, by := range []string{"县民政局", "县残联"} {
			for _, x := range h.open(h.liaison(by)) {
				if x.SubjectID == int64(task.ID) || x.Kind == plan.KindCheck {
					t.Errorf("%s still has %s", by, x.Title)
				}
			}
		}
		h.c.Set(at("2026-05-06"))
		h.sweep()
		if left := h.carried(task.ID); len(left) != 0 {
			t.Errorf("came back: %v", left)
		}
		h.refused(errs.Conflict, func(ctx context.Context, tx *db.Tx) error {
			return h.desk.Withdraw(ctx, tx, h.officer, task.ID, "再撤一次")
		})
	})
}

func TestATaskIsAddedAfterIssue(t *testing.T) {
	inHouse(t, func(h *house) {
		id := h.issue()
		in := plan.Input{Title: "开展暑期专项检查", Facts: []plan.Fact{
			{Kind: plan.Lead, Text: "县应急局", Norm: "县应急局", Unit: h.unit("县应急局")},
			{Kind: plan.Time, Text: "8月15日前", Norm: "date=08-15"},
		}}
		var task ref.Task
		h.do(func(ctx context.Context, tx *db.Tx) (err error) {
			task, _, err = h.desk.AddIssued(ctx, tx, h.officer, id, in, "县委专题会议要求")
			return err
		})
		want := []owed{{h.unit("县应急局"), plan.KindTask, false, "2026-08-15"}}
		if got := h.carried(task); !slices.Equal(got, want) {
			t.Errorf("%v", got)
		}
		in.Facts[1].Norm = "within=24h"
		h.refused(errs.Invalid, func(ctx context.Context, tx *db.Tx) error {
			_, _, err := h.desk.AddIssued(ctx, tx, h.officer, id, in, "再加一项")
			return err
		})
	})
}

func TestNextYearsPlanMovesDatesAndKeepsUnits(t *testing.T) {
	inHouse(t, func(h *house) {
		id := h.issue()
		gone := h.issued(id, "开展心理健康筛查")
		h.do(func(ctx context.Context, tx *db.Tx) error {
			return h.desk.Withdraw(ctx, tx, h.officer, gone.ID, "单列")
		})
		var next ref.Plan
		h.do(func(ctx context.Context, tx *db.Tx) (err error) {
			next, err = h.desk.Copy(ctx, tx, h.officer, id)
			return err
		})
		r := h.review(next)
		if len(r.Tasks) != 19 || r.Plan.Year != 2027 || r.Plan.Title != "云岭县2027年未成年人保护工作方案" || len(r.Questions) != 0 {
			t.Errorf("%d tasks, %+v, %v", len(r.Tasks), r.Plan, r.Questions)
		}
		h.refused(errs.Conflict, func(ctx context.Context, tx *db.Tx) error { _, err := h.desk.Copy(ctx, tx, h.officer, id); return err })
		h.c.Set(at("2027-01-10"))
		h.issueDraft(next)
		old, err := h.desk.Get(t.Context(), h.d.Reader(), h.officer, id)
		must(t, err)
		if old.State != plan.Closed {
			t.Errorf("old plan is %s", old.State)
		}
		d := h.findDuty(h.liaison("县教育局"), plan.KindTask, "落实法治副校长")
		found := 0
		for _, x := range h.open(h.liaison("县教育局")) {
			if x.Title == d.Title && x.Whole == int64(next) && civil.DateOf(x.Due.Time()) == day("2027-03-31") {
				found++
			}
		}
		if found != 1 {
			t.Errorf("%d duties of next year", found)
		}
	})
}
