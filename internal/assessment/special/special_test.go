package special_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"weibao/internal/access"
	"weibao/internal/assessment"
	lists "weibao/internal/assessment/special"
	"weibao/internal/child"
	"weibao/internal/child/ledger"
	"weibao/internal/child/merge"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/rule/special"
	"weibao/internal/testkit"
)

const (
	county  = "990101000000"
	town    = "990101100000"
	village = "990101100200"
	other   = "990101101200"
)

func actor(user ref.User, region string, role access.Role) access.Actor {
	return access.Actor{User: user, Name: "某人", Post: access.Post{ID: ref.Post(user), Unit: ref.Unit(user), UnitName: "某单位", Region: region, Role: role}}
}

var (
	officer    = actor(100, county, access.Officer)
	leader     = actor(101, county, access.Leader)
	supervisor = actor(200, town, access.Supervisor)
	director   = actor(300, village, access.ChildDirector)
	stranger   = actor(400, other, access.ChildDirector)
	elsewhere  = actor(401, "990101101000", access.Supervisor)
	liaison    = actor(600, county, access.Liaison)
	units      = map[string]ref.Unit{"child_director": 300, "assigned": 300, "supervisor": 200, "officer": 100}
	abroad     = map[string]ref.Unit{"child_director": 400, "assigned": 400, "supervisor": 401, "officer": 100}
	day        = civil.DateOf(testkit.Noon)
)

type desk struct {
	*lists.Desk
	cabinet *child.Cabinet
	d       *db.DB
	t       testing.TB
}

func withDesk(t *testing.T, test func(k desk, c *clock.Manual)) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) {
		cal, book, cabinet := testkit.Calendar(t), testkit.Book(t, "demo"), testkit.Cabinet(t, d, "demo")
		care := &assessment.Desk{Cabinet: cabinet, Kernel: testkit.Kernel(cal, 100), Book: func() *rule.Book { return book },
			Unit: func(_ context.Context, _ *db.Tx, region, who, _ string) (ref.Unit, error) {
				if access.Town(region) == access.Town(other) {
					return abroad[who], nil
				}
				return units[who], nil
			},
			Calendar: func(context.Context, *db.Tx) (*civil.Calendar, error) { return cal, nil }}
		k := &lists.Desk{Care: care, Ledgers: &ledger.Desk{Cabinet: cabinet,
			Names: func(context.Context, *db.Tx, []string) (map[string]string, error) { return nil, nil }}}
		cabinet.Settled = func(ctx context.Context, tx *db.Tx, by access.Actor, rows []child.Child) error {
			if err := care.PlanAll(ctx, tx, by, rows); err != nil {
				return err
			}
			return k.Follow(ctx, tx, by, rows)
		}
		test(desk{k, cabinet, d, t}, c)
	})
}

func (k desk) write(fn func(ctx context.Context, tx *db.Tx) error) error {
	return k.d.Write(context.Background(), func(tx *db.Tx) error { return fn(context.Background(), tx) })
}

func (k desk) must(fn func(ctx context.Context, tx *db.Tx) error) {
	k.t.Helper()
	if err := k.write(fn); err != nil {
		k.t.Fatal(err)
	}
}

func (k desk) child(name string) (id ref.Child) {
	k.t.Helper()
	k.must(func(ctx context.Context, tx *db.Tx) (err error) {
		id, err = k.cabinet.Create(ctx, tx, officer, child.New{Name: name, Region: village, Source: "form", Birth: civil.MustParse("2015-06-01"),
			Dossier: child.Dossier{NoNumber: "missing", Schooling: child.Schooling{State: "辍学"}}})
		return err
	})
	return id
}

func (k desk) enter(id ref.Child, category string) {
	k.t.Helper()
	k.must(func(ctx context.Context, tx *db.Tx) error {
		return k.cabinet.Enter(ctx, tx, director, id, child.NewCategory{ID: category, Source: "form", Evidence: "走访"})
	})
}

func (k desk) leave(id ref.Child, category string) {
	k.t.Helper()
	k.must(func(ctx context.Context, tx *db.Tx) error {
		return k.cabinet.Leave(ctx, tx, director, id, category, "rule")
	})
}

func (k desk) do(by access.Actor, id ref.Child, list special.Kind, step string) error {
	return k.write(func(ctx context.Context, tx *db.Tx) error {
		return k.Do(ctx, tx, by, id, list, step, lists.Done{Day: day, Words: "已办"})
	})
}

// open gives the steps of a list that wait for a child, and holds that each has its duty.
func (k desk) open(id ref.Child, list special.Kind) string {
	k.t.Helper()
	_, on, err := k.On(context.Background(), k.d.Reader(), director, id)
	if err != nil {
		k.t.Fatal(err)
	}
	duties, err := k.Care.Kernel.OfSubject(context.Background(), k.d.Reader(), officer, "child", int64(id))
	if err != nil {
		k.t.Fatal(err)
	}
	var out []string
	for _, s := range on {
		for _, step := range s.Steps {
			if s.List.ID != list || step.Open == nil {
				continue
			}
			out = append(out, step.ID)
			if !slices.ContainsFunc(duties, func(d duty.Duty) bool { return d.ID == step.Open.Duty && d.State == duty.Open }) {
				k.t.Errorf("step %s has no open duty", step.ID)
			}
		}
	}
	return strings.Join(out, " ")
}

func TestEnteringOpensTheStepsInTheirOrderAndLeavingEndsThem(t *testing.T) {
	withDesk(t, func(k desk, c *clock.Manual) {
		id := k.child("某某")
		if got := k.open(id, special.Dropout); got != "" {
			t.Fatal(got)
		}
		k.enter(id, "C16")
		if got := k.open(id, special.Dropout); got != "guardian persuade proof" {
			t.Fatal(got)
		}
		if err := k.do(director, id, special.Dropout, "return"); !errs.Is(err, errs.Conflict) {
			t.Error("returned before anybody persuaded:", err)
		}
		for _, step := range []string{"guardian", "persuade"} {
			if err := k.do(director, id, special.Dropout, step); err != nil {
				t.Fatal(step, err)
			}
		}
		if got := k.open(id, special.Dropout); got != "notice return proof" {
			t.Fatal(got)
		}
		if err := k.do(supervisor, id, special.Dropout, "return"); err != nil {
			t.Fatal(err)
		}
		if got := k.open(id, special.Dropout); got != "notice follow-up proof" {
			t.Fatal(got)
		}
		if err := k.do(director, id, special.Dropout, "follow-up"); err != nil {
			t.Fatal(err)
		}
		if got := k.open(id, special.Dropout); got != "notice follow-up proof" {
			t.Error("what returns is not asked for again:", got)
		}
		k.leave(id, "C16")
		duties, err := k.Care.Kernel.OfSubject(t.Context(), k.d.Reader(), officer, "child", int64(id))
		if err != nil || slices.ContainsFunc(duties, func(d duty.Duty) bool { return d.State == duty.Open && d.Kind == assessment.ListKind }) {
			t.Error("duties stay of a list that the child has left", err)
		}
		c.Advance(24 * 3600 * 1e9)
		k.enter(id, "C16")
		if got := k.open(id, special.Dropout); got != "guardian persuade proof" {
			t.Error("who drops out again is not begun anew:", got)
		}
		_, on, err := k.On(t.Context(), k.d.Reader(), director, id)
		if err != nil || len(on) != 1 || len(on[0].Done) != 4 {
			t.Error("history", on, err)
		}
	})
}

func TestAChangedLevelAsksNothingOfAListTwice(t *testing.T) {
	withDesk(t, func(k desk, c *clock.Manual) {
		id := k.child("某某")
		k.enter(id, "C16")
		if err := k.do(director, id, special.Dropout, "guardian"); err != nil {
			t.Fatal(err)
		}
		c.Advance(48 * 3600 * 1e9)
		k.must(func(ctx context.Context, tx *db.Tx) error {
			level := 3
			if err := k.cabinet.Tell(ctx, tx, officer, id, child.Set{Level: &level}); err != nil {
				return err
			}
			row, err := k.cabinet.Get(ctx, tx, officer, id)
			if err != nil {
				return err
			}
			return k.Care.Plan(ctx, tx, officer, row)
		})
		if got := k.open(id, special.Dropout); got != "persuade notice proof" {
			t.Error(got)
		}
	})
}

func TestPapersCloseTheirDutyAndAskAnewWhenTheyRunOut(t *testing.T) {
	withDesk(t, func(k desk, c *clock.Manual) {
		id := k.child("某某")
		k.enter(id, "C02")
		if got := k.open(id, special.Unsupported); got != "proof check review" {
			t.Fatal(got)
		}
		prove := func(by access.Actor, proof string, in lists.Paper) error {
			return k.write(func(ctx context.Context, tx *db.Tx) error {
				return k.Prove(ctx, tx, by, id, special.Unsupported, proof, in)
			})
		}
		paper := lists.Paper{Day: day, Words: "第1号，县法院，乡镇存"}
		if err := prove(director, "form", paper); err != nil {
			t.Fatal(err)
		}
		if got := k.open(id, special.Unsupported); got != "proof check review" {
			t.Error("one paper of two was enough", got)
		}
		until := paper
		until.Until = day.AddDays(10)
		if err := prove(director, "verdict", until); err != nil {
			t.Fatal(err)
		}
		if got := k.open(id, special.Unsupported); got != "check review" {
			t.Error(got)
		}
		if err := k.do(supervisor, id, special.Unsupported, "proof"); !errs.Is(err, errs.Conflict) {
			t.Error("papers were ticked:", err)
		}
		for what, in := range map[string]lists.Paper{"no words": {Day: day}, "no day": {Words: "甲"}, "tomorrow": {Day: day.AddDays(1), Words: "甲"}, "run out": {Day: day, Until: day.AddDays(-1), Words: "甲"}} {
			if err := prove(director, "form", in); !errs.Is(err, errs.Invalid) {
				t.Errorf("%s: %v", what, err)
			}
		}
		c.Advance(11 * 24 * 3600 * 1e9)
		if n, err := k.Expire(t.Context(), k.d); err != nil || n != 1 {
			t.Fatal(n, err)
		}
		if got := k.open(id, special.Unsupported); got != "proof check review" {
			t.Error("a paper that ran out still proves", got)
		}
	})
}

func TestAListIsAViewAndNobodySeesBeyondHisScope(t *testing.T) {
	withDesk(t, func(k desk, _ *clock.Manual) {
		a, b, free := k.child("甲某"), k.child("乙某"), k.child("丙某")
		k.enter(a, "C07")
		k.enter(a, "C08")
		k.enter(b, "C08")
		for by, want := range map[*access.Actor]int{&officer: 2, &leader: 2, &supervisor: 2, &director: 2, &stranger: 0, &elsewhere: 0} {
			rows, err := k.Members(t.Context(), k.d.Reader(), *by, special.Disability, lists.Filter{Limit: 50})
			counts, err2 := k.Counts(t.Context(), k.d.Reader(), *by, "")
			if n := counts[special.Disability].Children; err != nil || err2 != nil || len(rows) != want || int(n) != want {
				t.Errorf("%s: %d rows, number %d, %v, %v", by.Post.Role, len(rows), n, err, err2)
			}
		}
		first, err := k.Members(t.Context(), k.d.Reader(), officer, special.Disability, lists.Filter{Limit: 1})
		if err != nil || len(first) != 1 {
			t.Fatal(err)
		}
		second, err := k.Members(t.Context(), k.d.Reader(), officer, special.Disability, lists.Filter{Limit: 5, After: first[0].Key})
		if err != nil || len(second) != 1 || second[0].Child.ID == first[0].Child.ID {
			t.Fatal(second, err)
		}
		due, err := k.Members(t.Context(), k.d.Reader(), director, special.Disability, lists.Filter{Limit: 5, Step: "need"})
		if err != nil || len(due) != 1 || due[0].Child.ID != a || len(due[0].Lacks) != 2 {
			t.Fatal(due, err)
		}
		counts, err := k.Counts(t.Context(), k.d.Reader(), officer, "")
		if waits := counts[special.Disability].Steps; err != nil || waits["treatment"].N != 2 || waits["need"].N != 1 || waits["need"].Late != 0 {
			t.Error(counts, err)
		}
		if _, err := k.Members(t.Context(), k.d.Reader(), liaison, special.Disability, lists.Filter{Limit: 5}); !errs.Is(err, errs.NotFound) {
			t.Error("a liaison lists children:", err)
		}
		if err := k.do(stranger, a, special.Disability, "need"); !errs.Is(err, errs.NotFound) {
			t.Error("recorded from outside:", err)
		}
		if err := k.do(leader, a, special.Disability, "need"); !errs.Is(err, errs.Forbidden) {
			t.Error("a leader records:", err)
		}
		if err := k.do(director, free, special.Disability, "need"); !errs.Is(err, errs.Conflict) {
			t.Error("recorded for who is not on the list:", err)
		}
	})
}

func (k desk) refer(by access.Actor, id ref.Child) error {
	return k.write(func(ctx context.Context, tx *db.Tx) error {
		return k.Refer(ctx, tx, by, id, special.Mental, "看到的情况")
	})
}

func (k desk) entries(by access.Actor) (out []lists.Member, err error) {
	err = k.write(func(ctx context.Context, tx *db.Tx) (err error) {
		out, err = k.Entries(ctx, tx, by, special.Mental, 0, 50)
		return err
	})
	return out, err
}

// TestASecretListIsThereForItsKeepersAlone asks as everybody whether a child
// stands on it, and holds that nothing that others may ask answers otherwise
// than for a child of whom nobody spoke.
func TestASecretListIsThereForItsKeepersAlone(t *testing.T) {
	withDesk(t, func(k desk, _ *clock.Manual) {
		named, plain := k.child("甲某"), k.child("乙某")
		if err := k.refer(director, named); err != nil {
			t.Fatal(err)
		}
		if err := k.refer(director, named); err != nil {
			t.Error("whoever refers again learns that somebody did:", err)
		}
		for by, want := range map[*access.Actor]int{&officer: 1, &supervisor: 1, &elsewhere: 0} {
			if got, err := k.entries(*by); err != nil || len(got) != want {
				t.Errorf("%s of %s: %v, %v", by.Post.Role, by.Post.Region, got, err)
			}
		}
		list, err := k.entries(officer)
		if err != nil || len(list) != 1 || len(list[0].Open) != 1 {
			t.Fatal(list, err)
		}
		entry := list[0].Entry
		for _, by := range []access.Actor{leader, director, stranger, liaison, elsewhere} {
			if _, err := k.entries(by); by.Post.Role != access.Supervisor && !errs.Is(err, errs.NotFound) {
				t.Errorf("%s lists: %v", by.Post.Role, err)
			}
			look := k.write(func(ctx context.Context, tx *db.Tx) error { _, err := k.Entry(ctx, tx, by, entry); return err })
			serve := k.write(func(ctx context.Context, tx *db.Tx) error {
				return k.Serve(ctx, tx, by, entry, "refer", lists.Done{Day: day, Words: "甲"})
			})
			leave := k.write(func(ctx context.Context, tx *db.Tx) error { return k.Leave(ctx, tx, by, entry, "settled") })
			for what, err := range map[string]error{"look": look, "serve": serve, "leave": leave} {
				if !errs.Is(err, errs.NotFound) {
					t.Errorf("%s may %s: %v", by.Post.Role, what, err)
				}
			}
			if slices.ContainsFunc(k.Lists(by, day), func(l special.List) bool { return l.Secret }) && by.Post.Role != access.Supervisor {
				t.Errorf("%s is offered the list", by.Post.Role)
			}
			if _, err := k.Members(t.Context(), k.d.Reader(), by, special.Mental, lists.Filter{Limit: 5}); !errs.Is(err, errs.NotFound) {
				t.Errorf("%s lists members: %v", by.Post.Role, err)
			}
		}
		if err := k.refer(stranger, named); !errs.Is(err, errs.NotFound) {
			t.Error("referred from outside:", err)
		}
		if a, b := k.traces(named), k.traces(plain); a != b {
			t.Errorf("the file tells:\n%s\nof another child:\n%s", a, b)
		}
		enter := k.write(func(ctx context.Context, tx *db.Tx) error {
			return k.cabinet.Enter(ctx, tx, officer, plain, child.NewCategory{ID: "C19", Source: "form", Evidence: "甲"})
		})
		if !errs.Is(enter, errs.Invalid) {
			t.Error("the file takes a category that is kept apart:", enter)
		}
	})
}

// traces writes down what may be asked about a file, without the name and ids.
func (k desk) traces(id ref.Child) string {
	k.t.Helper()
	ctx, tx := context.Background(), k.d.Reader()
	row, err := k.cabinet.Get(ctx, tx, officer, id)
	if err != nil {
		k.t.Fatal(err)
	}
	row.ID, row.Name, row.Created, row.Changed = 0, "", 0, 0
	_, on, err := k.On(ctx, tx, officer, id)
	duties, err2 := k.Care.Kernel.OfSubject(ctx, tx, officer, "child", int64(id))
	cares, err3 := k.Care.Cares(ctx, tx, officer, id)
	past, err4 := k.cabinet.History(ctx, tx, officer, id)
	looks, err5 := k.cabinet.Looks(ctx, tx, officer, id)
	held, err6 := k.cabinet.Belongings(ctx, tx, officer, id)
	for _, err := range []error{err, err2, err3, err4, err5, err6} {
		if err != nil {
			k.t.Fatal(err)
		}
	}
	text, err := json.Marshal([]any{row, on, len(duties), len(cares), len(past), len(looks), held})
	if err != nil {
		k.t.Fatal(err)
	}
	return string(text)
}

func TestDutiesOfASecretListSayNothing(t *testing.T) {
	withDesk(t, func(k desk, _ *clock.Manual) {
		id := k.child("孟某某")
		if err := k.refer(director, id); err != nil {
			t.Fatal(err)
		}
		list, err := k.entries(officer)
		if err != nil || len(list) != 1 {
			t.Fatal(err)
		}
		duties, err := k.Care.Kernel.OfSubject(t.Context(), k.d.Reader(), officer, "assessment_entry", int64(list[0].Entry))
		if err != nil || len(duties) != 1 || duties[0].Unit != 200 {
			t.Fatal(duties, err)
		}
		if text := fmt.Sprint(duties[0]); strings.Contains(text, "孟") || strings.Contains(text, "心理") || strings.Contains(text, ref.Format(id)) {
			t.Error(text)
		}
		serve := func(step string) error {
			return k.write(func(ctx context.Context, tx *db.Tx) error {
				return k.Serve(ctx, tx, supervisor, list[0].Entry, step, lists.Done{Day: day, Words: "已联系"})
			})
		}
		if err := serve("service"); !errs.Is(err, errs.Conflict) {
			t.Error("served before anybody was asked:", err)
		}
		if err := serve("refer"); err != nil {
			t.Fatal(err)
		}
		if list, err = k.entries(supervisor); err != nil || len(list[0].Open) != 2 {
			t.Error(list, err)
		}
		k.must(func(ctx context.Context, tx *db.Tx) error {
			return k.Leave(ctx, tx, supervisor, list[0].Entry, "settled")
		})
		if list, err := k.entries(officer); err != nil || len(list) != 0 {
			t.Error(list, err)
		}
		duties, err = k.Care.Kernel.OfSubject(t.Context(), k.d.Reader(), officer, "assessment_entry", int64(list[0].Entry))
		if err != nil || slices.ContainsFunc(duties, func(d duty.Duty) bool { return d.State == duty.Open }) {
			t.Error("duties stay", duties, err)
		}
	})
}

func TestWhatIsKeptFollowsUnitedAndPartedFiles(t *testing.T) {
	withDesk(t, func(k desk, _ *clock.Manual) {
		keep, drop := k.child("某某"), k.child("某某")
		k.enter(drop, "C16")
		if err := k.do(director, drop, special.Dropout, "guardian"); err != nil {
			t.Fatal(err)
		}
		if err := k.refer(director, drop); err != nil {
			t.Fatal(err)
		}
		whose := func() ref.Child {
			list, err := k.entries(officer)
			if err != nil || len(list) != 1 || len(list[0].Open) != 1 {
				t.Fatal(list, err)
			}
			return list[0].Child.ID
		}
		k.must(func(ctx context.Context, tx *db.Tx) error {
			_, err := merge.Merge(ctx, tx, k.cabinet, officer, merge.Merging{Keep: keep, Drop: drop, Reason: "户口簿核对"})
			return err
		})
		_, on, err := k.On(t.Context(), k.d.Reader(), officer, keep)
		if err != nil || len(on) != 1 || len(on[0].Done) != 1 || whose() != keep {
			t.Fatal("united", on, err)
		}
		k.must(func(ctx context.Context, tx *db.Tx) error {
			return merge.Unmerge(ctx, tx, k.cabinet, officer, drop, "不是同一人")
		})
		_, on, err = k.On(t.Context(), k.d.Reader(), officer, drop)
		if err != nil || len(on) != 1 || len(on[0].Done) != 1 || whose() != drop {
			t.Fatal("parted", on, err)
		}
		k.must(func(ctx context.Context, tx *db.Tx) error { return k.cabinet.Close(ctx, tx, officer, drop, "moved") })
		if list, err := k.entries(officer); err != nil || len(list) != 0 {
			t.Error("a closed file is still listed", list, err)
		}
		k.must(func(ctx context.Context, tx *db.Tx) error {
			return k.cabinet.Reopen(ctx, tx, officer, drop, "回来了")
		})
		if whose() != drop {
			t.Error("it does not come back")
		}
	})
}
