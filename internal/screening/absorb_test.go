package screening_test

import (
	"testing"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/screening"
)

// rehome brings a village's children to another, as the job of changed divisions does.
func (x desk) rehome(was, now string) {
	x.Helper()
	for range 2 { // once more changes nothing
		x.must(func(tx *db.Tx) error { return x.k.Absorb(x.Context(), tx, was, now) })
		for more := true; more; {
			x.must(func(tx *db.Tx) error {
				rows, err := x.k.Cabinet.Rehome(x.Context(), tx, was, now, 2)
				if more = len(rows) > 0; err != nil || !more {
					return err
				}
				return x.k.Follow(x.Context(), tx, access.Program, rows)
			})
		}
		x.must(func(tx *db.Tx) error { return x.k.Absorbed(x.Context(), tx, was) })
	}
}

func TestACampaignFollowsAVillageIntoAnother(t *testing.T) {
	withDesk(t, func(x desk) {
		a, b := x.file(full("单小明", village)), x.file(full("单小红", village))
		c, there := x.file(full("罗雨", village)), x.file(full("石小山", next))
		id := x.begin(supervisor, town)
		x.same(director, id, a, b)
		x.same(supervisor, id, there)
		x.must(func(tx *db.Tx) error { return x.k.Expect(t.Context(), tx, supervisor, id, village, 3, "户籍底数") })
		x.must(func(tx *db.Tx) error { return x.k.Expect(t.Context(), tx, supervisor, id, next, 1, "户籍底数") })
		x.must(func(tx *db.Tx) error { return x.k.Finish(t.Context(), tx, supervisor, id, next, "") })
		duties := len(x.duties(screening.VillageKind))
		x.rehome(village, next)
		row := x.row(id, next)
		if row.Living != 4 || row.Same != 3 || row.Missing() != 1 || row.Expected != 4 || row.Finished != 0 || row.Duty == 0 {
			t.Fatalf("%+v", row)
		}
		if _, _, err := x.k.Village(t.Context(), x.d.Reader(), officer, id, village); !errs.Is(err, errs.NotFound) {
			t.Error("the village that is no more is still asked:", err)
		}
		if n := len(x.duties(screening.VillageKind)); n != duties {
			t.Errorf("%d open duties, %d before: whose the children are now has none of its own", n, duties)
		}
		x.same(supervisor, id, c)
		x.must(func(tx *db.Tx) error { return x.k.Finish(t.Context(), tx, supervisor, id, next, "") })
		file, err := x.k.Cabinet.Get(t.Context(), x.d.Reader(), supervisor, a)
		if err != nil || file.Region != next || x.dossier(a).Places.Residence.Region != next {
			t.Error(file, err)
		}
		if diff, err := x.k.Cabinet.Recount(t.Context(), x.d.Reader()); err != nil || len(diff) != 0 {
			t.Error(diff, err)
		}
	})
}

func TestACampaignFollowsAVillageToWhereItDidNotRun(t *testing.T) {
	withDesk(t, func(x desk) {
		a, b := x.file(full("单小明", village)), x.file(full("单小红", village))
		id := x.begin(supervisor, town)
		x.same(director, id, a)
		x.rehome(village, abroad)
		row := x.row(id, abroad)
		if row.Living != 2 || row.Same != 1 || row.Missing() != 1 || row.Duty == 0 {
			t.Fatalf("%+v", row)
		}
		heir := actor(301, "韩梅", abroad, access.ChildDirector)
		x.same(heir, id, b)
		x.must(func(tx *db.Tx) error { return x.k.Finish(t.Context(), tx, heir, id, abroad, "") })
	})
}
