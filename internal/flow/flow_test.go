package flow_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"weibao/internal/access"
	"weibao/internal/auth"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/flow"
	"weibao/internal/flow/flowtest"
	"weibao/internal/org"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/workday"
)

const county = flowtest.County

var clerk, admin, farOff = flowtest.Clerk, flowtest.Admin, flowtest.FarOff

type house = flowtest.House

func TestHandoverMovesAllOpenWorkAndAsksForThePost(t *testing.T) {
	flowtest.Houses(t, func(h *house) {
		t, ctx := h.T, h.T.Context()
		bureau, other := h.Unit("县教育局"), h.Unit("县公安局")
		old, heir := h.User("former", "林静"), h.User("heir", "何平")
		post := h.Post(old, bureau, access.Liaison)
		mine := h.Open(bureau, old, 5, 9, 1)
		unnamed, elsewhere := h.Open(bureau, 0, 5), h.Open(other, old, 5)
		h.C.Advance(72 * time.Hour)

		before, err := h.PreviewHandover(ctx, h.D.Reader(), clerk, post, heir)
		flowtest.Must(t, err)
		if before.Duties != 3 || before.Late != 1 || before.Granted || before.Old.Holder != old || before.Heir.ID != heir {
			t.Errorf("preview %+v", before)
		}
		var done flow.Handover
		h.Write(func(ctx context.Context, tx *db.Tx) (err error) {
			done, err = h.HandOver(ctx, tx, clerk, post, heir, "退休")
			return err
		})
		if done.Duties != 3 || done.Granted || done.New == 0 {
			t.Errorf("%+v", done)
		}
		for _, id := range mine {
			if d := h.Duty(id); d.Person != heir || d.Unit != bureau.ID || d.State != duty.Open {
				t.Errorf("%+v", d)
			}
		}
		if h.Duty(unnamed[0]).Person != 0 || h.Duty(elsewhere[0]).Person != old {
			t.Error("duties that did not name him in this unit changed")
		}
		if p := h.Posts(old)[0]; p.State != auth.Ended || p.EndedBy != clerk.User || p.Edited || !strings.Contains(p.Reason, "退休") {
			t.Errorf("former post %+v", p)
		}
		if p := h.Posts(heir)[0]; p.State != auth.Requested || p.Unit != bureau.ID || p.Role != access.Liaison || p.ID != done.New || p.Edited {
			t.Errorf("new post %+v", p)
		}
		if got := h.Journalled("org.handover"); len(got) != 4 { // the post and three duties
			t.Errorf("journal %v", got)
		}
		h.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := h.Guard.GrantPost(ctx, tx, access.Actor{User: 900, Post: access.Post{Role: access.SecurityAdmin}}, done.New)
			return err
		})
		if holders, err := h.Guard.HoldersOf(ctx, h.D.Reader(), bureau.ID, access.Liaison, civil.DateOf(h.C.Now())); err != nil || len(holders) != 1 || holders[0].Holder != heir {
			t.Errorf("%+v, %v", holders, err)
		}
	})
}

func TestHandoverToWhoHoldsThePostAlreadyAsksNothing(t *testing.T) {
	flowtest.Houses(t, func(h *house) {
		t := h.T
		bureau := h.Unit("县教育局")
		old, heir := h.User("former", "林静"), h.User("heir", "何平")
		post, own := h.Post(old, bureau, access.Liaison), h.Post(heir, bureau, access.Liaison)
		h.Write(func(ctx context.Context, tx *db.Tx) error {
			done, err := h.HandOver(ctx, tx, admin, post, heir, "调整")
			if !done.Granted || done.New != own || done.Duties != 0 {
				t.Errorf("%+v", done)
			}
			return err
		})
		if len(h.Posts(heir)) != 1 {
			t.Errorf("%+v", h.Posts(heir))
		}
	})
}

func TestHandoverIsRefusedAsAWhole(t *testing.T) {
	flowtest.Houses(t, func(h *house) {
		t := h.T
		bureau := h.Unit("县教育局")
		old, heir, keeper := h.User("former", "林静"), h.User("heir", "何平"), h.User("keeper", "管理员")
		post := h.Post(old, bureau, access.Liaison)
		adminPost := h.Post(keeper, org.Unit{}, access.SystemAdmin)
		mine := h.Open(bureau, old, 5)
		for name, c := range map[string]struct {
			by     access.Actor
			post   ref.Post
			heir   ref.User
			reason string
			kind   errs.Kind
		}{
			"without reason":               {clerk, post, heir, " ", errs.Invalid},
			"to himself":                   {clerk, post, old, "调整", errs.Invalid},
			"unknown post":                 {clerk, 99, heir, "调整", errs.NotFound},
			"unknown heir":                 {clerk, post, 99, "调整", errs.NotFound},
			"from another county":          {farOff, post, heir, "调整", errs.NotFound},
			"by a liaison":                 {flowtest.Actor(access.Liaison, county), post, heir, "调整", errs.Forbidden},
			"by the security admin":        {flowtest.Actor(access.SecurityAdmin, ""), post, heir, "调整", errs.Forbidden},
			"of an administrator's post":   {admin, adminPost, heir, "调整", errs.NotFound},
			"to an administrator":          {clerk, post, keeper, "调整", errs.Conflict},
			"with a reason without an end": {clerk, post, heir, strings.Repeat("长", 201), errs.Invalid},
		} {
			err := h.Try(func(ctx context.Context, tx *db.Tx) error {
				_, err := h.HandOver(ctx, tx, c.by, c.post, c.heir, c.reason)
				return err
			})
			if !errs.Is(err, c.kind) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if h.Duty(mine[0]).Person != old || h.Posts(old)[0].State != auth.Granted || len(h.Posts(heir)) != 0 {
			t.Error("a refused handover left something behind")
		}
		h.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := h.HandOver(ctx, tx, clerk, post, heir, "调整")
			return err
		})
		err := h.Try(func(ctx context.Context, tx *db.Tx) error {
			_, err := h.HandOver(ctx, tx, clerk, post, heir, "调整")
			return err
		})
		if !errs.Is(err, errs.Conflict) {
			t.Errorf("a second handover of one post: %v", err)
		}
	})
}

func TestMergedUnitLeavesPeopleAndWorkToItsHeir(t *testing.T) {
	flowtest.Houses(t, func(h *house) {
		t := h.T
		bureau, heir := h.Unit("县民政局"), h.Unit("县卫健局")
		person := h.User("liaison", "林静")
		h.Post(person, bureau, access.Liaison)
		mine := h.Open(bureau, person, 5, 6)
		due := h.Duty(mine[0]).Due
		h.Write(func(ctx context.Context, tx *db.Tx) error {
			return h.MergeUnits(ctx, tx, clerk, bureau.ID, heir.ID, org.Basis{Document: "云编发〔2026〕3号"})
		})
		for _, id := range mine {
			if d := h.Duty(id); d.Unit != heir.ID || d.Person != person {
				t.Errorf("%+v", d)
			}
		}
		if h.Duty(mine[0]).Due != due {
			t.Error("the clock did not go on")
		}
		if p := h.Posts(person)[0]; p.Unit != heir.ID || p.State != auth.Granted || p.Edited {
			t.Errorf("%+v", p)
		}
		err := h.Try(func(ctx context.Context, tx *db.Tx) error {
			return h.MergeUnits(ctx, tx, flowtest.Actor(access.Leader, county), heir.ID, bureau.ID, org.Basis{Document: "文"})
		})
		if !errs.Is(err, errs.Forbidden) {
			t.Errorf("%v", err)
		}
	})
}

func TestEverythingFollowsAMergedTownship(t *testing.T) {
	flowtest.Houses(t, func(h *house) {
		t, ctx := h.T, h.T.Context()
		village, station := h.Unit("石门村"), h.Unit("青石镇")
		director := h.User("director", "韩梅")
		h.Post(director, village, access.ChildDirector)
		open, closed := h.Open(village, director, 5), h.Open(village, director, 6)
		h.Write(func(ctx context.Context, tx *db.Tx) error {
			return h.Kernel.Close(ctx, tx, access.Program, closed[0], "visit", 1)
		})
		work := h.Open(station, 0, 5)
		change := func() {
			h.Write(func(ctx context.Context, tx *db.Tx) error {
				if err := region.Merge(ctx, tx, admin, "990101100000", "990101101000", region.Basis{On: civil.MustParse("2026-03-01"), Document: "文"}); err != nil {
					return err
				}
				return h.AfterRegions(ctx, tx, admin)
			})
		}
		change()
		h.Work()
		for _, id := range append(open, closed...) {
			if d := h.Duty(id); d.Town != "990101101" || d.County != "990101" || d.Unit != village.ID {
				t.Errorf("%+v", d)
			}
		}
		if p := h.Posts(director)[0]; access.Town(p.Region) != "990101101" || p.Edited {
			t.Errorf("%+v", p)
		}
		heir, err := org.Successor(ctx, h.D.Reader(), station.ID)
		flowtest.Must(t, err)
		if heir.Call() != "河湾镇" || h.Duty(work[0]).Unit != heir.ID || h.Duty(work[0]).Region != "990101101000" {
			t.Errorf("the township's work went to %s: %+v", heir.Call(), h.Duty(work[0]))
		}
		supervisor := flowtest.Actor(access.Supervisor, "990101101000")
		if _, err := h.Kernel.Get(ctx, h.D.Reader(), supervisor, closed[0]); err != nil {
			t.Errorf("the supervisor does not see the village's past: %v", err)
		}
		h.Write(func(ctx context.Context, tx *db.Tx) error { return h.AfterRegions(ctx, tx, admin) })
		h.Work() // once more changes nothing
		if now, err := org.Successor(ctx, h.D.Reader(), village.ID); err != nil || now.ID != village.ID {
			t.Errorf("%+v, %v", now, err)
		}
	})
}

func TestProvisionalDuesSettleWhenTheYearIsImported(t *testing.T) {
	flowtest.Houses(t, func(h *house) {
		t := h.T
		bureau := h.Unit("县教育局")
		h.C.Set(time.Date(2026, 12, 30, 4, 0, 0, 0, time.UTC)) // a Wednesday
		var ids []ref.Duty
		h.Write(func(ctx context.Context, tx *db.Tx) (err error) {
			ids, err = h.Kernel.Open(ctx, tx, access.Program, duty.New{Kind: "plan.task", Subject: "plan_task", SubjectID: 1, Title: "排查", Unit: bureau.ID, Region: county, Rule: "方案", Deadline: duty.Within(3)})
			return err
		})
		if d := h.Duty(ids[0]); !d.Provisional || civil.DateOf(d.Due.Time()).String() != "2027-01-04" {
			t.Fatalf("%+v due %s", d, civil.DateOf(d.Due.Time()))
		}
		notice, err := workday.Read(strings.NewReader("kind: workdays\nyear: 2027\nsource: {document: 虚构的2027年通知}\ndays:\n  - {date: 2027-01-01, kind: holiday, name: 元旦}\n"))
		flowtest.Must(t, err)
		h.Write(func(ctx context.Context, tx *db.Tx) error { return h.ImportWorkdays(ctx, tx, admin, notice) })
		h.Work()
		if d := h.Duty(ids[0]); d.Provisional || civil.DateOf(d.Due.Time()).String() != "2027-01-05" {
			t.Errorf("%+v due %s", d, civil.DateOf(d.Due.Time()))
		}
		err = h.Try(func(ctx context.Context, tx *db.Tx) error { return h.ImportWorkdays(ctx, tx, clerk, notice) })
		if !errs.Is(err, errs.Forbidden) {
			t.Errorf("%v", err)
		}
	})
}
