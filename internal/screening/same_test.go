package screening_test

import (
	"testing"
	"time"

	"weibao/internal/child"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/screening"
)

// level tells a file the level of an assessment.
func (x desk) level(who ref.Child, n int) {
	x.Helper()
	x.must(func(tx *db.Tx) error { return x.k.Cabinet.Tell(x.Context(), tx, officer, who, child.Set{Level: &n}) })
}

func TestWhoWasNeverAssessedStaysListedUntilItIs(t *testing.T) {
	withDesk(t, func(x desk) {
		never, known := x.file(full("单小明", village)), x.file(full("单小红", village))
		x.level(known, 1)
		id := x.begin(supervisor, town)
		if got := x.same(director, id, never, known); got.Entered != 2 || got.Never != 1 || got.Leads != 0 {
			t.Fatalf("same: %+v", got)
		}
		if n := len(x.duties(screening.AssessKind)); n != 0 {
			t.Errorf("%d duties for a child with whom nothing is the matter", n)
		}
		listed := func() (out []screening.Entry) {
			t.Helper()
			out, err := x.k.Entered(t.Context(), x.d.Reader(), director, id, village, screening.Part{Leads: true}, 0, 10)
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		if list := listed(); len(list) != 1 || list[0].Child != never || list[0].Assessed != 0 || x.row(id, village).Leads != 1 {
			t.Fatalf("listed to be assessed: %+v", list)
		}
		x.must(func(tx *db.Tx) error { return x.k.Assessed(t.Context(), tx, director, never, 7) })
		if list := listed(); len(list) != 1 || list[0].Assessed == 0 {
			t.Errorf("assessed, it still waits: %+v", list)
		}
	})
}

func TestManyEnteredAtOnceAreAsIfOneByOne(t *testing.T) {
	withDesk(t, func(x desk) {
		var who []ref.Child
		for range 6 {
			who = append(who, x.file(full("单小明", village)))
		}
		lacking, ill := full("单小红", village), full("单小军", next)
		lacking.Dossier.Family.Away = ""
		ill.Dossier.Situation = []string{"患重病"}
		lacks, leads := x.file(lacking), x.file(ill)
		one, many := x.begin(supervisor, town), x.begin(officer, town)
		for _, id := range append([]ref.Child{lacks, leads}, who...) {
			x.same(supervisor, one, id)
		}
		got := x.same(supervisor, many, append([]ref.Child{lacks, leads}, who...)...)
		if got.Entered != 7 || len(got.Lacking) != 1 || got.Lacking[0] != lacks || got.Leads+got.Never != 7 {
			t.Fatalf("%+v", got)
		}
		for _, code := range []string{village, next} {
			a, b := x.row(one, code).Village, x.row(many, code).Village
			if a.Same != b.Same || a.Leads != b.Leads || a.Done() != b.Done() {
				t.Errorf("%s: one by one %+v, at once %+v", code, a, b)
			}
		}
		if n := len(x.duties(screening.AssessKind)); n != got.Leads {
			t.Errorf("%d duties to assess %d children in two campaigns", n, got.Leads)
		}
		for _, id := range []ref.Campaign{one, many} {
			if wrong, err := x.k.Recount(t.Context(), x.d.Reader(), id); err != nil || len(wrong) != 0 {
				t.Error("kept numbers:", wrong, err)
			}
		}
		if again := x.same(supervisor, many, who...); again.Before != 6 || again.Entered != 0 {
			t.Errorf("a second time: %+v", again)
		}
		x.refuse(errs.NotFound, func(tx *db.Tx) error {
			return second(x.k.EnterSame(t.Context(), tx, director, many, append([]ref.Child{leads}, lacks)))
		})
	})
}

func TestWhoWasNotReachedIsCarriedOver(t *testing.T) {
	withDesk(t, func(x desk) {
		met, absent, missed := x.file(full("单小明", village)), x.file(full("单小红", village)), x.file(full("单小军", next))
		first := x.begin(officer, town)
		x.same(director, first, met)
		x.enter(director, first, absent, screening.In{Absent: "out"})
		if row := x.row(first, village); row.Carried != 0 {
			t.Errorf("in the first campaign %d are carried over", row.Carried)
		}
		x.must(func(tx *db.Tx) error { return x.k.Close(t.Context(), tx, officer, first, "到期") })
		x.clock.Advance(24 * time.Hour)
		young := x.file(full("单小花", village))
		x.clock.Advance(24 * time.Hour)
		then := x.begin(officer, town)
		if a, b := x.row(then, village).Carried, x.row(then, next).Carried; a != 1 || b != 1 {
			t.Errorf("carried over: %d and %d", a, b)
		}
		carries := func() map[ref.Child]bool {
			t.Helper()
			c, err := x.k.Get(t.Context(), x.d.Reader(), officer, then)
			if err != nil {
				t.Fatal(err)
			}
			was, err := x.k.Earlier(t.Context(), x.d.Reader(), c)
			if err != nil || was.ID != first {
				t.Fatal(was.ID, err)
			}
			out := map[ref.Child]bool{}
			for _, id := range []ref.Child{met, absent, missed, young} {
				file, err := x.k.Cabinet.Get(t.Context(), x.d.Reader(), officer, id)
				if err != nil {
					t.Fatal(err)
				}
				out[id] = was.Carries(file)
			}
			form, err := x.k.FormOf(c)
			if err != nil {
				t.Fatal(err)
			}
			counts, err := x.k.Carried(t.Context(), x.d.Reader(), form, was, []string{village, next})
			if n := counts[village] + counts[next]; err != nil || n != flags(out) {
				t.Errorf("%d are counted, marked are %v: %v", n, out, err)
			}
			return out
		}
		if got := carries(); got[met] || !got[absent] || !got[missed] || got[young] {
			t.Errorf("carried over: %v", got)
		}
		x.enter(supervisor, then, missed, screening.In{Absent: "lost"})
		x.same(director, then, absent)
		if got := carries(); got[absent] || !got[missed] {
			t.Errorf("after the second: %v", got)
		}
	})
}

func flags(list map[ref.Child]bool) (n int64) {
	for _, yes := range list {
		if yes {
			n++
		}
	}
	return n
}
