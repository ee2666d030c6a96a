package casework_test

import (
	"testing"
	"time"

	"weibao/internal/casework"
	"weibao/internal/casework/numbers"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/tally"
)

func TestNumbersOfCasesEqualTheirListAndTimesRunFromTheOpening(t *testing.T) {
	withDesk(t, func(x *desk) {
		from := civil.DateOf(x.clock.Now())
		for i := range 7 {
			x.newChild()
			id := x.open(officer)
			x.clock.Advance(time.Duration(i+1) * time.Hour)
			if i == 0 {
				continue
			}
			x.must(func(tx *db.Tx) error {
				return x.k.Serve(t.Context(), tx, officer, id, casework.Done{Kind: "visit", Provider: "村委会"})
			})
			x.assess(3, false)
			x.plan(id, casework.GoalOpen)
			x.must(func(tx *db.Tx) error { return x.k.Confirm(t.Context(), tx, officer, id) })
		}
		x.clock.Advance(60 * 24 * time.Hour) // the plan of the first is late, and no review yet
		list, err := x.k.List(t.Context(), x.d.Reader(), officer, casework.Filter{Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		n, err := numbers.Of(t.Context(), x.d.Reader(), officer, tally.Period{From: from, To: civil.DateOf(x.clock.Now())})
		if err != nil {
			t.Fatal(err)
		}
		c := n.Cases
		if c.Total != len(list) || c.Open != 7 || c.Closed != 0 || c.Late != 1 || len(c.Origins) != 1 || c.Origins[0].N != 7 {
			t.Errorf("%+v for %d cases", c, len(list))
		}
		if c.Act.N != 6 || c.Act.Median.Round(time.Hour) != 4*time.Hour || c.Act.P90.Round(time.Hour) != 7*time.Hour || c.Plan.N != 6 || c.Plan.Median < c.Act.Median {
			t.Errorf("acted %+v, planned %+v", c.Act, c.Plan)
		}
	})
}
