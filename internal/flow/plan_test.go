package flow_test

import (
	"context"
	"slices"
	"testing"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/flow/flowtest"
	"weibao/internal/org"
	"weibao/internal/plan"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/rules"
)

const careText = `云岭县2026年困境儿童关爱工作方案
一、主要任务
（一）摸底排查。2026年11月底前完成困境儿童摸底排查。（牵头单位：县民政局；配合单位：县卫健局、县教育局）
（二）走访探视。每月入户走访一次。（牵头单位：县教育局；配合单位：县民政局）
`

// planDesk is the plan desk of a house.
func planDesk(h *house) *plan.Desk {
	book, err := rule.Load(rules.FS, "demo")
	flowtest.Must(h.T, err)
	books := func(string) *rule.Book { return book }
	return &plan.Desk{Duties: h.Kernel, Rules: books, Units: plan.Directory(books)}
}

// upload stores a text as a draft of the county's office.
func upload(h *house, desk *plan.Desk, by access.Actor, text string) (id ref.Plan) {
	c, err := plan.Compile("方案.txt", []byte(text))
	flowtest.Must(h.T, err)
	h.Write(func(ctx context.Context, tx *db.Tx) error {
		id, err = desk.Upload(ctx, tx, by, c)
		return err
	})
	return id
}

func liaisonOf(u org.Unit) access.Actor {
	return access.Actor{User: ref.User(u.ID), Name: "乙", Post: access.Post{ID: 2, Unit: u.ID, UnitName: u.Call(), Region: county, Role: access.Liaison}}
}

func TestTasksOfAMergedUnitAreOwnedShownAndAnsweredByItsHeir(t *testing.T) {
	flowtest.Houses(t, func(h *house) {
		t, ctx := h.T, h.T.Context()
		desk, bureau, heir := planDesk(h), h.Unit("县民政局"), h.Unit("县卫健局")
		officer := clerk
		officer.Post.Unit = bureau.ID // the merged bureau runs the plan, too
		id := upload(h, desk, officer, careText)
		v, err := desk.Preview(ctx, h.D.Reader(), officer, id, false)
		flowtest.Must(t, err)
		if len(v.Questions) > 0 || len(v.Tasks) != 2 {
			t.Fatalf("%+v %+v", v.Tasks, v.Questions)
		}
		h.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := desk.Issue(ctx, tx, officer, id, plan.Order{Version: v.Plan.Version, Late: true})
			return err
		})
		merge(h, bureau, heir)
		officer.Post.Unit = heir.ID

		p, err := desk.Get(ctx, h.D.Reader(), officer, id)
		flowtest.Must(t, err)
		if p.Unit != heir.ID {
			t.Errorf("the plan is still run by %d", p.Unit)
		}
		o, err := desk.Outline(ctx, h.D.Reader(), officer, id, nil)
		flowtest.Must(t, err)
		if lead, support := o.Names(o.Tasks[0], plan.Lead), o.Names(o.Tasks[0], plan.Support); !slices.Equal(lead, []string{"县卫健局"}) || !slices.Equal(support, []string{"县教育局"}) {
			t.Errorf("the first task shows %v and %v", lead, support)
		}
		if support := o.Names(o.Tasks[1], plan.Support); !slices.Equal(support, []string{"县卫健局"}) {
			t.Errorf("the second task shows %v", support)
		}
		if changes, err := desk.History(ctx, h.D.Reader(), officer, id); err != nil || len(changes) != 1 {
			t.Errorf("history %+v, %v", changes, err)
		}
		answer(h, desk, liaisonOf(heir), officer)
		next, err := desk.Outline(ctx, h.D.Reader(), officer, id, nil)
		flowtest.Must(t, err)
		amendTitle(h, desk, officer, next.Tasks[0])
	})
}

func merge(h *house, unit, heir org.Unit) {
	h.T.Helper()
	h.Write(func(ctx context.Context, tx *db.Tx) error {
		return h.MergeUnits(ctx, tx, clerk, unit.ID, heir.ID, org.Basis{Document: "云编发〔2026〕3号"})
	})
}

// answer reports the lead duty of a unit done, and has the office accept it.
func answer(h *house, desk *plan.Desk, by, officer access.Actor) {
	t, ctx := h.T, h.T.Context()
	t.Helper()
	mine, err := h.Kernel.List(ctx, h.D.Reader(), by, duty.Filter{Mine: true, Limit: 100})
	flowtest.Must(t, err)
	for _, d := range mine {
		if d.Kind == plan.KindSupport && d.Parent != 0 && h.Duty(d.Parent).Unit == d.Unit {
			t.Errorf("the heir answers to itself: %+v", d)
		}
	}
	lead := slices.IndexFunc(mine, func(d duty.Duty) bool { return d.Kind == plan.KindTask })
	if lead < 0 {
		t.Fatalf("the heir has no lead duty: %+v", mine)
	}
	h.Write(func(ctx context.Context, tx *db.Tx) error {
		reply, err := desk.Reply(ctx, tx, by, mine[lead].ID, plan.Report{Text: "已完成", Without: "机构改革期间先行反馈"})
		if err != nil {
			return err
		}
		return desk.Check(ctx, tx, officer, reply, true, "")
	})
	if d := h.Duty(mine[lead].ID); d.State == duty.Open {
		t.Errorf("the duty is still %s", d.State)
	}
}

// amendTitle changes a task: the change must find the duties that the heir has.
func amendTitle(h *house, desk *plan.Desk, by access.Actor, task plan.Task) {
	h.T.Helper()
	h.Write(func(ctx context.Context, tx *db.Tx) error {
		done, err := desk.Amend(ctx, tx, by, task.ID, plan.Input{Version: task.Version, Title: "全面摸底排查", Facts: task.Facts}, "调整名称")
		if done.Opened+done.Given+done.Cancelled > 0 {
			h.T.Errorf("an amendment after the merger opened, gave or cancelled duties: %+v", done)
		}
		return err
	})
}

func TestADraftNamesTheHeirAndNoStepBackLeadsToTheMergedUnit(t *testing.T) {
	flowtest.Houses(t, func(h *house) {
		t, ctx := h.T, h.T.Context()
		desk, bureau, heir := planDesk(h), h.Unit("县民政局"), h.Unit("县卫健局")
		id := upload(h, desk, clerk, careText)
		r, err := desk.OpenReview(ctx, h.D.Reader(), clerk, id)
		flowtest.Must(t, err)
		h.Write(func(ctx context.Context, tx *db.Tx) error {
			return desk.Delete(ctx, tx, clerk, id, r.Tasks[1].ID, r.Tasks[1].Version)
		})
		merge(h, bureau, heir)
		h.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := desk.Undo(ctx, tx, clerk, id)
			return err
		})
		r, err = desk.OpenReview(ctx, h.D.Reader(), clerk, id)
		flowtest.Must(t, err)
		if len(r.Tasks) != 2 {
			t.Fatalf("%d tasks", len(r.Tasks))
		}
		for _, task := range r.Tasks {
			for _, f := range task.Owners() {
				if f.Unit == bureau.ID {
					t.Errorf("%s still names the merged unit", task.Title)
				}
			}
		}
		err = h.Try(func(ctx context.Context, tx *db.Tx) error {
			return desk.Delete(ctx, tx, clerk, id, r.Tasks[0].ID, r.Tasks[0].Version-1)
		})
		if err == nil {
			t.Error("a form opened before the merger was accepted")
		}
	})
}
