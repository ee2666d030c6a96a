package intake_test

import (
	"context"
	"testing"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/intake"
	"weibao/internal/org"
	"weibao/internal/ref"
)

const town = "990101100000"

var (
	townLeader    = actor(110, 500, town, access.Leader)
	townOfficer   = actor(111, 500, town, access.Officer)
	villageLeader = actor(112, 600, village, access.Leader)
	station       = actor(113, 501, town, access.Supervisor)
	director      = actor(114, 600, village, access.ChildDirector)
)

func (k desk) sees(by access.Actor, id ref.Report) bool {
	k.t.Helper()
	_, err := k.Get(context.Background(), k.d.Reader(), by, id)
	if err != nil && !errs.Is(err, errs.NotFound) {
		k.t.Fatal(err)
	}
	list, err2 := k.List(context.Background(), k.d.Reader(), by, intake.Filter{View: intake.All})
	counts, err3 := k.Counts(context.Background(), k.d.Reader(), by)
	if err2 != nil || err3 != nil {
		k.t.Fatal(err2, err3)
	}
	if seen := err == nil; seen != (len(list) == 1) || seen != (counts.Todo == 1) {
		k.t.Errorf("seen %v, in a list %d, counted %d", seen, len(list), counts.Todo)
	}
	return err == nil
}

// duties counts the open duties in somebody's scope.
func (k desk) duties(by access.Actor) int {
	k.t.Helper()
	list, err := k.Kernel.List(context.Background(), k.d.Reader(), by, duty.Filter{})
	if err != nil {
		k.t.Fatal(err)
	}
	return len(list)
}

// For those of the village or township whom a report concerns it does not
// exist, neither it nor the duty on it; the level above has it.
func TestAReportOnOfficialsOfAVillageOrTownshipIsKeptFromTheirLevel(t *testing.T) {
	all := map[string]access.Actor{"officer": officer, "leader": leader, "township leader": townLeader, "township officer": townOfficer, "village leader": villageLeader}
	for about, hidden := range map[string][]string{
		"":         nil,
		"village":  {"village leader"},
		"township": {"township leader", "township officer", "village leader"},
	} {
		t.Run("about "+about, func(t *testing.T) {
			withDesk(t, func(k desk) {
				in := plain
				in.About = about
				out := k.lodge(access.Program, in, "")
				apart := map[string]bool{}
				for _, name := range hidden {
					apart[name] = true
				}
				for name, by := range all {
					if k.sees(by, out.ID) == apart[name] {
						k.t.Errorf("%s: hidden %v", name, !apart[name])
					}
					err := k.write(func(ctx context.Context, tx *db.Tx) error { return k.Act(ctx, tx, by, out.ID, "联系过") })
					if apart[name] != errs.Is(err, errs.NotFound) || !apart[name] && err != nil {
						k.t.Errorf("%s acts: %v", name, err)
					}
				}
				want := 1
				if about != "" {
					want = 0
				}
				for _, by := range []access.Actor{station, director} {
					if n := k.duties(by); n != want {
						k.t.Errorf("%s finds %d duties", by.Post.Role, n)
					}
				}
				if r := k.get(out.ID); r.Unit != office || (r.Concerned() != "") != (about != "") || k.duties(officer) != 1 {
					k.t.Errorf("%+v", r)
				}
			})
		})
	}
}

func TestAReportIsNotSentToThoseWhomItConcerns(t *testing.T) {
	withDesk(t, func(k desk) {
		k.must(func(ctx context.Context, tx *db.Tx) error {
			_, err := org.LoadCounty(ctx, tx, access.Program, k.Book())
			return err
		})
		own := ref.Unit(k.count("SELECT min(id) FROM org_unit WHERE region = ?", town))
		for about, refused := range map[string]bool{"": false, "village": false, "township": true} {
			in := plain
			in.About = about
			out := k.lodge(access.Program, in, "")
			k.must(func(ctx context.Context, tx *db.Tx) error { return k.Accept(ctx, tx, officer, out.ID) })
			for name, in := range map[string]intake.DecideIn{
				"as lead":    {Situation: "other", Answers: calm, Lead: own, Words: "由乡镇办理"},
				"in support": {Situation: "other", Answers: calm, Support: []ref.Unit{own}},
			} {
				if _, err := k.Try(t.Context(), k.d.Reader(), officer, out.ID, in); errs.Is(err, errs.Invalid) != refused || !refused && err != nil {
					t.Errorf("about %q, %s: %v", about, name, err)
				}
			}
		}
	})
}
