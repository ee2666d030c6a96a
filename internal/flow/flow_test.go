package flow_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/auth"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/flow"
	"weibao/internal/job"
	"weibao/internal/org"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/rule"
	"weibao/internal/testkit"
	"weibao/internal/vault"
	"weibao/internal/workday"
	"weibao/rules"
)

const county = "990101000000"

func actor(role access.Role, code string) access.Actor {
	return access.Actor{User: 700, Name: "甲", Post: access.Post{ID: 1, Unit: 5, Region: code, Role: role}}
}

var (
	clerk  = actor(access.Officer, county)
	admin  = actor(access.SystemAdmin, "")
	farOff = actor(access.Officer, "990102000000")
)

// house is the demo county with people and duties.
type house struct {
	*flow.Flow
	t *testing.T
	d *db.DB
	c *clock.Manual
}

func houses(t *testing.T, test func(h *house)) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) {
		book, err := rule.Load(rules.FS, "demo")
		must(t, err)
		v, err := vault.Open(t.Context(), d, filepath.Join(t.TempDir(), "keys.json"), vault.SM)
		must(t, err)
		profile, err := auth.ProfileOf("dengbao")
		must(t, err)
		profile.SecondFactor, profile.Work = "none", auth.Work{MemoryKiB: 64, Passes: 1, Lanes: 1}
		kernel := &duty.Kernel{Ladder: func(string) rule.Ladder { return rule.Ladder{} }, Calendar: workday.Calendar, Superior: org.SuperiorID, Office: org.OfficeID,
			Limits: duty.Limits{Decide: 2, Soon: 3, Critical: 5, Superior: 3}}
		h := &house{&flow.Flow{Guard: &auth.Guard{DB: d, Vault: v, Profile: profile}, Kernel: kernel}, t, d, c}
		h.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := region.LoadSeed(ctx, tx, access.Program, county)
			if err == nil {
				_, err = org.LoadCounty(ctx, tx, access.Program, book)
			}
			if err == nil {
				_, err = workday.Seed(ctx, tx, access.Program, book.Notices())
			}
			return err
		})
		test(h)
	})
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (h *house) write(fn func(ctx context.Context, tx *db.Tx) error) {
	h.t.Helper()
	must(h.t, h.try(fn))
}

func (h *house) try(fn func(ctx context.Context, tx *db.Tx) error) error {
	return h.d.Write(h.t.Context(), func(tx *db.Tx) error { return fn(h.t.Context(), tx) })
}

func (h *house) unit(name string) org.Unit {
	h.t.Helper()
	found, err := org.Search(h.t.Context(), h.d.Reader(), clerk, name)
	must(h.t, err)
	for _, u := range found {
		if u.Call() == name {
			return u
		}
	}
	h.t.Fatalf("no unit %s", name)
	return org.Unit{}
}

func (h *house) user(login string) (id ref.User) {
	h.t.Helper()
	c, err := h.Guard.Fixed(h.t.Context(), "Maple.river7")
	must(h.t, err)
	h.write(func(ctx context.Context, tx *db.Tx) error {
		id, err = h.Guard.CreateUser(ctx, tx, access.Program, auth.NewUser{Login: login, Name: "测试" + login, Password: c})
		return err
	})
	return id
}

func (h *house) post(holder ref.User, u org.Unit, role access.Role) (id ref.Post) {
	h.t.Helper()
	h.write(func(ctx context.Context, tx *db.Tx) (err error) {
		id, err = h.Guard.Install(ctx, tx, auth.PostRequest{Holder: holder, Unit: u.ID, Region: u.Region, Role: role, Starts: civil.MustParse("2026-01-01")})
		return err
	})
	return id
}

// open opens duties of a unit that name a person, due some days from now.
func (h *house) open(u org.Unit, person ref.User, days ...int) (ids []ref.Duty) {
	h.t.Helper()
	h.write(func(ctx context.Context, tx *db.Tx) (err error) {
		var list []duty.New
		for _, n := range days {
			list = append(list, duty.New{Kind: "plan.task", Subject: "plan_task", SubjectID: 1, Title: "排查", Unit: u.ID, Person: person, Region: u.Region, Rule: "方案",
				Deadline: duty.On(civil.DateOf(h.c.Now()).AddDays(n))})
		}
		ids, err = h.Kernel.Open(ctx, tx, access.Program, list...)
		return err
	})
	return ids
}

func (h *house) duty(id ref.Duty) duty.Duty {
	h.t.Helper()
	d, err := h.Kernel.Get(h.t.Context(), h.d.Reader(), clerk, id)
	must(h.t, err)
	return d
}

func (h *house) posts(id ref.User) []auth.Post {
	h.t.Helper()
	list, err := h.Guard.PostsOf(h.t.Context(), h.d.Reader(), id)
	must(h.t, err)
	return list
}

// work runs the jobs that wait until none is left.
func (h *house) work() {
	h.t.Helper()
	ctx, stop := context.WithCancel(h.t.Context())
	done := make(chan error, 1)
	go func() {
		done <- (&job.Runner{DB: h.d, Kinds: h.Kinds(), Log: slog.New(slog.DiscardHandler), Workers: 1, Poll: 10 * time.Millisecond}).Run(ctx, time.Minute)
	}()
	for open := true; open; {
		counts, err := job.Counts(ctx, h.d.Reader())
		must(h.t, err)
		open = false
		for _, c := range counts {
			if c.State == job.Failed {
				h.t.Fatal("a job failed")
			}
			open = open || c.N > 0 && (c.State == job.Waiting || c.State == job.Running)
		}
	}
	stop()
	must(h.t, <-done)
}

func (h *house) journalled(action access.Permission) (subjects []string) {
	h.t.Helper()
	list, err := audit.List(h.t.Context(), h.d.Reader(), actor(access.AuditAdmin, ""), audit.Filter{Action: action, Limit: 500})
	must(h.t, err)
	for _, e := range list {
		subjects = append(subjects, e.Subject)
	}
	return subjects
}

func TestHandoverMovesAllOpenWorkAndAsksForThePost(t *testing.T) {
	houses(t, func(h *house) {
		ctx := t.Context()
		bureau, other := h.unit("县教育局"), h.unit("县公安局")
		old, heir := h.user("former"), h.user("heir")
		post := h.post(old, bureau, access.Liaison)
		mine := h.open(bureau, old, 5, 9, 1)
		unnamed, elsewhere := h.open(bureau, 0, 5), h.open(other, old, 5)
		h.c.Advance(72 * time.Hour)

		before, err := h.PreviewHandover(ctx, h.d.Reader(), clerk, post, heir)
		must(t, err)
		if before.Duties != 3 || before.Late != 1 || before.Granted || before.Old.Holder != old || before.Heir.ID != heir {
			t.Errorf("preview %+v", before)
		}
		var done flow.Handover
		h.write(func(ctx context.Context, tx *db.Tx) (err error) {
			done, err = h.HandOver(ctx, tx, clerk, post, heir, "退休")
			return err
		})
		if done.Duties != 3 || done.Granted || done.New == 0 {
			t.Errorf("%+v", done)
		}
		for _, id := range mine {
			if d := h.duty(id); d.Person != heir || d.Unit != bureau.ID || d.State != duty.Open {
				t.Errorf("%+v", d)
			}
		}
		if h.duty(unnamed[0]).Person != 0 || h.duty(elsewhere[0]).Person != old {
			t.Error("duties that did not name him in this unit changed")
		}
		if p := h.posts(old)[0]; p.State != auth.Ended || p.EndedBy != clerk.User || p.Edited || !strings.Contains(p.Reason, "退休") {
			t.Errorf("former post %+v", p)
		}
		if p := h.posts(heir)[0]; p.State != auth.Requested || p.Unit != bureau.ID || p.Role != access.Liaison || p.ID != done.New || p.Edited {
			t.Errorf("new post %+v", p)
		}
		if got := h.journalled("org.handover"); len(got) != 4 { // the post and three duties
			t.Errorf("journal %v", got)
		}
		h.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := h.Guard.GrantPost(ctx, tx, access.Actor{User: 900, Post: access.Post{Role: access.SecurityAdmin}}, done.New)
			return err
		})
		if holders, err := h.Guard.HoldersOf(ctx, h.d.Reader(), bureau.ID, access.Liaison, civil.DateOf(h.c.Now())); err != nil || len(holders) != 1 || holders[0].Holder != heir {
			t.Errorf("%+v, %v", holders, err)
		}
	})
}

func TestHandoverToWhoHoldsThePostAlreadyAsksNothing(t *testing.T) {
	houses(t, func(h *house) {
		bureau := h.unit("县教育局")
		old, heir := h.user("former"), h.user("heir")
		post, own := h.post(old, bureau, access.Liaison), h.post(heir, bureau, access.Liaison)
		h.write(func(ctx context.Context, tx *db.Tx) error {
			done, err := h.HandOver(ctx, tx, admin, post, heir, "调整")
			if !done.Granted || done.New != own || done.Duties != 0 {
				t.Errorf("%+v", done)
			}
			return err
		})
		if len(h.posts(heir)) != 1 {
			t.Errorf("%+v", h.posts(heir))
		}
	})
}

func TestHandoverIsRefusedAsAWhole(t *testing.T) {
	houses(t, func(h *house) {
		bureau := h.unit("县教育局")
		old, heir, keeper := h.user("former"), h.user("heir"), h.user("keeper")
		post := h.post(old, bureau, access.Liaison)
		adminPost := h.post(keeper, org.Unit{}, access.SystemAdmin)
		mine := h.open(bureau, old, 5)
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
			"by a liaison":                 {actor(access.Liaison, county), post, heir, "调整", errs.Forbidden},
			"by the security admin":        {actor(access.SecurityAdmin, ""), post, heir, "调整", errs.Forbidden},
			"of an administrator's post":   {admin, adminPost, heir, "调整", errs.NotFound},
			"to an administrator":          {clerk, post, keeper, "调整", errs.Conflict},
			"with a reason without an end": {clerk, post, heir, strings.Repeat("长", 201), errs.Invalid},
		} {
			err := h.try(func(ctx context.Context, tx *db.Tx) error {
				_, err := h.HandOver(ctx, tx, c.by, c.post, c.heir, c.reason)
				return err
			})
			if !errs.Is(err, c.kind) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if h.duty(mine[0]).Person != old || h.posts(old)[0].State != auth.Granted || len(h.posts(heir)) != 0 {
			t.Error("a refused handover left something behind")
		}
		h.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := h.HandOver(ctx, tx, clerk, post, heir, "调整")
			return err
		})
		err := h.try(func(ctx context.Context, tx *db.Tx) error {
			_, err := h.HandOver(ctx, tx, clerk, post, heir, "调整")
			return err
		})
		if !errs.Is(err, errs.Conflict) {
			t.Errorf("a second handover of one post: %v", err)
		}
	})
}

func TestMergedUnitLeavesPeopleAndWorkToItsHeir(t *testing.T) {
	houses(t, func(h *house) {
		bureau, heir := h.unit("县民政局"), h.unit("县卫健局")
		person := h.user("liaison")
		h.post(person, bureau, access.Liaison)
		mine := h.open(bureau, person, 5, 6)
		due := h.duty(mine[0]).Due
		h.write(func(ctx context.Context, tx *db.Tx) error {
			return h.MergeUnits(ctx, tx, clerk, bureau.ID, heir.ID, org.Basis{Document: "云编发〔2026〕3号"})
		})
		for _, id := range mine {
			if d := h.duty(id); d.Unit != heir.ID || d.Person != person {
				t.Errorf("%+v", d)
			}
		}
		if h.duty(mine[0]).Due != due {
			t.Error("the clock did not go on")
		}
		if p := h.posts(person)[0]; p.Unit != heir.ID || p.State != auth.Granted || p.Edited {
			t.Errorf("%+v", p)
		}
		err := h.try(func(ctx context.Context, tx *db.Tx) error {
			return h.MergeUnits(ctx, tx, actor(access.Leader, county), heir.ID, bureau.ID, org.Basis{Document: "文"})
		})
		if !errs.Is(err, errs.Forbidden) {
			t.Errorf("%v", err)
		}
	})
}

func TestEverythingFollowsAMergedTownship(t *testing.T) {
	houses(t, func(h *house) {
		ctx := t.Context()
		village, station := h.unit("石门村"), h.unit("青石镇")
		director := h.user("director")
		h.post(director, village, access.ChildDirector)
		open, closed := h.open(village, director, 5), h.open(village, director, 6)
		h.write(func(ctx context.Context, tx *db.Tx) error {
			return h.Kernel.Close(ctx, tx, access.Program, closed[0], "visit", 1)
		})
		work := h.open(station, 0, 5)
		change := func() {
			h.write(func(ctx context.Context, tx *db.Tx) error {
				if err := region.Merge(ctx, tx, admin, "990101100000", "990101101000", region.Basis{On: civil.MustParse("2026-03-01"), Document: "文"}); err != nil {
					return err
				}
				return h.AfterRegions(ctx, tx, admin)
			})
		}
		change()
		h.work()
		for _, id := range append(open, closed...) {
			if d := h.duty(id); d.Town != "990101101" || d.County != "990101" || d.Unit != village.ID {
				t.Errorf("%+v", d)
			}
		}
		if p := h.posts(director)[0]; access.Town(p.Region) != "990101101" || p.Edited {
			t.Errorf("%+v", p)
		}
		heir, err := org.Successor(ctx, h.d.Reader(), station.ID)
		must(t, err)
		if heir.Call() != "河湾镇" || h.duty(work[0]).Unit != heir.ID || h.duty(work[0]).Region != "990101101000" {
			t.Errorf("the township's work went to %s: %+v", heir.Call(), h.duty(work[0]))
		}
		supervisor := actor(access.Supervisor, "990101101000")
		if _, err := h.Kernel.Get(ctx, h.d.Reader(), supervisor, closed[0]); err != nil {
			t.Errorf("the supervisor does not see the village's past: %v", err)
		}
		h.write(func(ctx context.Context, tx *db.Tx) error { return h.AfterRegions(ctx, tx, admin) })
		h.work() // once more changes nothing
		if now, err := org.Successor(ctx, h.d.Reader(), village.ID); err != nil || now.ID != village.ID {
			t.Errorf("%+v, %v", now, err)
		}
	})
}

func TestProvisionalDuesSettleWhenTheYearIsImported(t *testing.T) {
	houses(t, func(h *house) {
		bureau := h.unit("县教育局")
		h.c.Set(time.Date(2026, 12, 30, 4, 0, 0, 0, time.UTC)) // a Wednesday
		var ids []ref.Duty
		h.write(func(ctx context.Context, tx *db.Tx) (err error) {
			ids, err = h.Kernel.Open(ctx, tx, access.Program, duty.New{Kind: "plan.task", Subject: "plan_task", SubjectID: 1, Title: "排查", Unit: bureau.ID, Region: county, Rule: "方案", Deadline: duty.Within(3)})
			return err
		})
		if d := h.duty(ids[0]); !d.Provisional || civil.DateOf(d.Due.Time()).String() != "2027-01-04" {
			t.Fatalf("%+v due %s", d, civil.DateOf(d.Due.Time()))
		}
		notice, err := workday.Read(strings.NewReader("kind: workdays\nyear: 2027\nsource: {document: 虚构的2027年通知}\ndays:\n  - {date: 2027-01-01, kind: holiday, name: 元旦}\n"))
		must(t, err)
		h.write(func(ctx context.Context, tx *db.Tx) error { return h.ImportWorkdays(ctx, tx, admin, notice) })
		h.work()
		if d := h.duty(ids[0]); d.Provisional || civil.DateOf(d.Due.Time()).String() != "2027-01-05" {
			t.Errorf("%+v due %s", d, civil.DateOf(d.Due.Time()))
		}
		err = h.try(func(ctx context.Context, tx *db.Tx) error { return h.ImportWorkdays(ctx, tx, clerk, notice) })
		if !errs.Is(err, errs.Forbidden) {
			t.Errorf("%v", err)
		}
	})
}
