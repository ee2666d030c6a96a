package request_test

import (
	"context"
	"strings"
	"testing"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/child/request"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/idcard"
	"weibao/internal/ref"
	"weibao/internal/testkit"
)

const (
	county  = "990101000000"
	town    = "990101100000"
	village = "990101100200"
	other   = "990101101200" // in the next township
)

func actor(user ref.User, region string, role access.Role) access.Actor {
	return access.Actor{User: user, Name: "某人", Post: access.Post{ID: ref.Post(user), Unit: ref.Unit(user), UnitName: "某单位", Region: region, Role: role}}
}

var (
	officer    = actor(100, county, access.Officer)
	officer2   = actor(101, county, access.Officer)
	supervisor = actor(200, town, access.Supervisor)
	receiving  = actor(700, "990101101000", access.Supervisor)
	director   = actor(300, village, access.ChildDirector)
	stranger   = actor(400, "990102000000", access.Officer)
	admin      = actor(500, county, access.SystemAdmin)
)

type counter struct {
	*child.Cabinet
	at *request.Counter
	d  *db.DB
	t  testing.TB
}

func withCounter(t *testing.T, test func(k counter, c *clock.Manual)) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) {
		cabinet := testkit.Cabinet(t, d, "demo")
		k := counter{cabinet, &request.Counter{Cabinet: cabinet, Duties: testkit.Kernel(testkit.Calendar(t), ref.Unit(officer.User))}, d, t}
		cabinet.Grown = k.at.Grown
		test(k, c)
	})
}

func (k counter) write(fn func(ctx context.Context, tx *db.Tx) error) error {
	return k.d.Write(context.Background(), func(tx *db.Tx) error { return fn(context.Background(), tx) })
}

func (k counter) mustCreate(n child.New) (id ref.Child) {
	k.t.Helper()
	err := k.write(func(ctx context.Context, tx *db.Tx) (err error) { id, err = k.Create(ctx, tx, officer, n); return err })
	if err != nil {
		k.t.Fatal(err)
	}
	return id
}

func girl(t testing.TB, name, region string, sequence int) child.New {
	t.Helper()
	number, err := idcard.Make("990101", civil.MustParse("2015-06-01"), 2*sequence)
	if err != nil {
		t.Fatal(err)
	}
	return child.New{Name: name, Region: region, Source: "form", Dossier: child.Dossier{Number: number,
		People: []child.Person{{Name: "张大山", Relation: "51", Guardian: true, Phone: "13800001234"}}}}
}

func (k counter) ask(by access.Actor, in request.Asking) (id ref.Request, err error) {
	if in.Reason == "" {
		in.Reason = "户口簿核对"
	}
	err = k.write(func(ctx context.Context, tx *db.Tx) error { id, err = k.at.Ask(ctx, tx, by, in); return err })
	return id, err
}

func (k counter) mustAsk(by access.Actor, in request.Asking) ref.Request {
	k.t.Helper()
	id, err := k.ask(by, in)
	if err != nil {
		k.t.Fatal(err)
	}
	return id
}

func (k counter) decide(by access.Actor, id ref.Request, grant bool) error {
	return k.write(func(ctx context.Context, tx *db.Tx) error {
		return k.at.Decide(ctx, tx, by, id, request.Answer{Grant: grant, Words: "已核实"})
	})
}

func (k counter) request(by access.Actor, id ref.Request) request.Inquiry {
	k.t.Helper()
	q, err := k.at.Inquire(k.t.Context(), k.d.Reader(), by, id)
	if err != nil {
		k.t.Fatal(err)
	}
	return q
}

func (k counter) duty(id ref.Duty) duty.Duty {
	k.t.Helper()
	d, err := k.at.Duties.Get(k.t.Context(), k.d.Reader(), officer, id)
	if err != nil {
		k.t.Fatal(err)
	}
	return d
}

func (k counter) row(by access.Actor, id ref.Child) child.Child {
	k.t.Helper()
	row, err := k.Get(k.t.Context(), k.d.Reader(), by, id)
	if err != nil {
		k.t.Fatal(err)
	}
	return row
}

func rename(name string) func(*child.New) { return func(n *child.New) { n.Name = name } }

func TestACheckedFieldIsCorrectedByASecondPerson(t *testing.T) {
	withCounter(t, func(k counter, _ *clock.Manual) {
		n := girl(t, "单小明", village, 40)
		n.Dossier.Checked = []string{"name", "dossier.number"}
		id := k.mustCreate(n)
		r := k.mustAsk(director, request.Asking{Kind: request.Correct, Child: id, Change: rename("单晓明")})
		if got := k.row(director, id).Name; got != "单小明" {
			t.Fatal("changed before it was decided", got)
		}
		if d := k.duty(k.request(director, r).Duty); d.State != duty.Open || d.Unit != ref.Unit(officer.User) || strings.Contains(d.Title, "单") {
			t.Fatal(d)
		}
		if _, err := k.ask(supervisor, request.Asking{Kind: request.Correct, Child: id, Change: rename("单大明")}); !errs.Is(err, errs.Conflict) {
			t.Error("two corrections at once:", err)
		}
		for what, by := range map[string]access.Actor{"asker": director, "another township": receiving, "another county": stranger, "administrator": admin} {
			if err := k.decide(by, r, true); err == nil {
				t.Error(what, "decides")
			}
		}
		if err := k.decide(officer, r, true); err != nil {
			t.Fatal(err)
		}
		if got := k.row(director, id).Name; got != "单晓明" {
			t.Error(got)
		}
		if d := k.duty(k.request(director, r).Duty); d.State != duty.Done || d.FactID != int64(r) {
			t.Error(d)
		}
		if err := k.decide(officer, r, true); !errs.Is(err, errs.Conflict) {
			t.Error("decided twice:", err)
		}
		past, err := k.History(t.Context(), k.d.Reader(), officer, id)
		if err != nil || len(past) != 1 || past[0].Actor != officer.User || past[0].Words != "户口簿核对" {
			t.Error(past, err)
		}
	})
}

func TestWhoAskedCannotDecideAndARefusalNeedsWords(t *testing.T) {
	withCounter(t, func(k counter, _ *clock.Manual) {
		id := k.mustCreate(girl(t, "单小明", village, 41))
		r := k.mustAsk(officer, request.Asking{Kind: request.Correct, Child: id, Change: rename("单晓明")})
		if err := k.decide(officer, r, true); !errs.Is(err, errs.Forbidden) {
			t.Error("alone:", err)
		}
		err := k.write(func(ctx context.Context, tx *db.Tx) error { return k.at.Decide(ctx, tx, officer2, r, request.Answer{}) })
		if !errs.Is(err, errs.Invalid) {
			t.Error("refused without words:", err)
		}
		if err := k.decide(officer2, r, false); err != nil || k.row(officer, id).Name != "单小明" {
			t.Error(err)
		}
		for what, in := range map[string]request.Asking{
			"nothing changed":  {Kind: request.Correct, Child: id, Change: rename("单小明")},
			"wrong number":     {Kind: request.Correct, Child: id, Change: func(n *child.New) { n.Dossier.Number = "123" }},
			"same place":       {Kind: request.MoveOut, Child: id, To: village},
			"no place":         {Kind: request.MoveOut, Child: id},
			"both places":      {Kind: request.MoveOut, Child: id, To: other, Abroad: "外县"},
			"no reason to end": {Kind: request.Ending, Child: id},
			"lower":            {Kind: "lower", Child: id},
		} {
			if _, err := k.ask(director, in); !errs.Is(err, errs.Invalid) {
				t.Errorf("%s: %v", what, err)
			}
		}
	})
}

func TestAnOvertakenCorrectionIsNotApplied(t *testing.T) {
	withCounter(t, func(k counter, _ *clock.Manual) {
		id := k.mustCreate(girl(t, "单小明", village, 42))
		r := k.mustAsk(director, request.Asking{Kind: request.Correct, Child: id, Change: rename("单晓明")})
		err := k.write(func(ctx context.Context, tx *db.Tx) error {
			return k.Change(ctx, tx, director, id, 0, "走访", func(n *child.New) { n.School = "一小" })
		})
		if err != nil {
			t.Fatal(err)
		}
		again := k.mustAsk(director, request.Asking{Kind: request.Ending, Child: id, Detail: "died"})
		err = k.write(func(ctx context.Context, tx *db.Tx) error { return k.at.Withdraw(ctx, tx, director, again) })
		if err != nil || k.duty(k.request(director, again).Duty).State != duty.Cancelled {
			t.Fatal(err)
		}
		if err := k.write(func(ctx context.Context, tx *db.Tx) error {
			return k.Change(ctx, tx, director, id, 0, "走访", rename("单明"))
		}); err != nil {
			t.Fatal(err)
		}
		if err := k.decide(officer, r, true); !errs.Is(err, errs.Conflict) || k.row(officer, id).School != "一小" {
			t.Error(err)
		}
	})
}

func TestAFileStaysWithTheOldPlaceUntilTheNewOneSigns(t *testing.T) {
	withCounter(t, func(k counter, _ *clock.Manual) {
		id := k.mustCreate(girl(t, "单小明", village, 43))
		r := k.mustAsk(director, request.Asking{Kind: request.MoveOut, Child: id, To: other})
		for _, by := range []access.Actor{director, supervisor, receiving, officer} {
			if list, err := k.at.List(t.Context(), k.d.Reader(), by, request.Filter{Limit: 9}); err != nil || len(list) != 1 || list[0].ID != r {
				t.Error(by.Post.Role, "does not see it stand in transfer", list, err)
			}
		}
		if list, err := k.at.List(t.Context(), k.d.Reader(), stranger, request.Filter{Limit: 9}); err != nil || len(list) != 0 {
			t.Error("another county sees it", list, err)
		}
		if _, err := k.at.Inquire(t.Context(), k.d.Reader(), stranger, r); !errs.Is(err, errs.NotFound) {
			t.Error(err)
		}
		if k.row(supervisor, id).Region != village {
			t.Fatal("it left before it was signed for")
		}
		if _, err := k.Get(t.Context(), k.d.Reader(), receiving, id); !errs.Is(err, errs.NotFound) {
			t.Fatal("the new place opens the file before it signs:", err)
		}
		if err := k.decide(supervisor, r, true); !errs.Is(err, errs.Forbidden) {
			t.Error("the old place signs for the new one:", err)
		}
		if err := k.decide(receiving, r, true); err != nil {
			t.Fatal(err)
		}
		if k.row(receiving, id).Region != other {
			t.Error("it did not arrive")
		}
		if _, err := k.Get(t.Context(), k.d.Reader(), supervisor, id); !errs.Is(err, errs.NotFound) {
			t.Error("the old place keeps it:", err)
		}
		if diff, err := k.Recount(t.Context(), k.d.Reader()); err != nil || len(diff) != 0 {
			t.Error(diff, err)
		}
	})
}

func TestAFileLeavesTheInstallationWithAnAcknowledgementAndComesBack(t *testing.T) {
	withCounter(t, func(k counter, _ *clock.Manual) {
		n := girl(t, "单小明", village, 44)
		id := k.mustCreate(n)
		r := k.mustAsk(director, request.Asking{Kind: request.MoveOut, Child: id, Abroad: "某省某县民政局"})
		hand := func() (f child.File, err error) {
			err = k.write(func(ctx context.Context, tx *db.Tx) error { _, f, err = k.at.Hand(ctx, tx, officer, r); return err })
			return f, err
		}
		if _, err := hand(); !errs.Is(err, errs.Conflict) {
			t.Error("the letter goes out before anybody agreed:", err)
		}
		if err := k.decide(officer, r, true); err != nil {
			t.Fatal(err)
		}
		if q := k.request(officer, r); q.State != request.Sent || k.row(officer, id).State != child.Open || k.duty(q.Duty).State != duty.Open {
			t.Fatal("closed before it was acknowledged", q.State)
		}
		if f, err := hand(); err != nil || f.Dossier.Number != n.Dossier.Number {
			t.Fatal(err)
		}
		if looks, err := k.Looks(t.Context(), k.d.Reader(), officer, id); err != nil || len(looks) != 1 {
			t.Error("the letter leaves no trace", looks, err)
		}
		acknowledge := func(words string) error {
			return k.write(func(ctx context.Context, tx *db.Tx) error { return k.at.Acknowledge(ctx, tx, officer, r, words) })
		}
		if err := acknowledge(" "); !errs.Is(err, errs.Invalid) {
			t.Error(err)
		}
		if err := acknowledge("某县民政局3月5日函复"); err != nil {
			t.Fatal(err)
		}
		q := k.request(officer, r)
		if row := k.row(officer, id); row.State != child.Closed || row.Ended != "moved" || q.State != request.Granted || k.duty(q.Duty).State != duty.Done {
			t.Fatal(row, q.State)
		}
		back := k.mustAsk(officer2, request.Asking{Kind: request.MoveIn, Child: id, To: other})
		if err := k.decide(officer, back, true); err != nil {
			t.Fatal(err)
		}
		if row := k.row(receiving, id); row.State != child.Open || row.Region != other {
			t.Error(row)
		}
		if got, err := k.Find(t.Context(), k.d.Reader(), officer, n.Dossier.Number, 9); err != nil || len(got) != 1 {
			t.Error("the file that came back is not found", err)
		}
	})
}

func TestAtSixteenAndEighteenAPersonDecides(t *testing.T) {
	withCounter(t, func(k counter, c *clock.Manual) {
		c.Set(civil.MustParse("2026-03-01").Start())
		n := child.New{Name: "某某", Region: village, Source: "form", Birth: civil.MustParse("2010-03-02"), Sex: idcard.Male, Dossier: child.Dossier{NoNumber: "missing"},
			Categories: []child.NewCategory{{ID: "C03", Source: "form"}, {ID: "C07", Source: "form"}}}
		id := k.mustCreate(n)
		turn := func(day string) []request.Request {
			t.Helper()
			c.Set(civil.MustParse(day).Start())
			if _, err := k.Turn(t.Context(), k.d); err != nil {
				t.Fatal(err)
			}
			list, err := k.at.List(t.Context(), k.d.Reader(), officer, request.Filter{Limit: 9})
			if err != nil {
				t.Fatal(err)
			}
			return list
		}
		if list := turn("2026-03-01"); len(list) != 0 {
			t.Fatal("proposed too early", list)
		}
		list := turn("2026-03-02")
		if len(list) != 1 || list[0].Kind != request.AgeOut || !k.row(officer, id).Holds(list[0].Detail) {
			t.Fatal("sixteen:", list)
		}
		if list = turn("2026-03-03"); len(list) != 1 {
			t.Fatal("proposed twice", list)
		}
		if err := k.decide(officer, list[0].ID, false); err != nil || !k.row(officer, id).Holds(list[0].Detail) {
			t.Fatal("who stays at school is taken out:", err)
		}
		if list = turn("2028-03-01"); len(list) != 0 {
			t.Fatal(list)
		}
		if list = turn("2028-03-02"); len(list) != 1 || list[0].Detail != "" || k.row(officer, id).State != child.Open {
			t.Fatal("eighteen:", list)
		}
		if err := k.decide(officer, list[0].ID, true); err != nil {
			t.Fatal(err)
		}
		if row := k.row(officer, id); row.State != child.Closed || row.Ended != "grown" {
			t.Error(row)
		}
	})
}
