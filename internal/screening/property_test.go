package screening_test

import (
	"cmp"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"weibao/internal/child"
	"weibao/internal/child/merge"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/screening"
)

// timeline is a run of things that happen to the children of two villages
// while a campaign goes through them.
type timeline struct {
	desk
	rt    *rapid.T
	id    ref.Campaign
	other ref.Campaign // runs beside it
	all   []ref.Child
	gone  []ref.Child // united into another
}

func TestWhoWasScreenedAndWhoIsMissingAreAllWhoAreKnown(t *testing.T) {
	withDesk(t, func(x desk) {
		rapid.Check(t, func(rt *rapid.T) {
			l := &timeline{desk: x, rt: rt, id: x.begin(officer, town), other: x.begin(officer, town)}
			for range rapid.IntRange(1, 12).Draw(rt, "steps") {
				l.step()
				l.holds()
			}
			for _, id := range []ref.Campaign{l.id, l.other} {
				x.must(func(tx *db.Tx) error { return x.k.Close(t.Context(), tx, officer, id, "下一轮") })
			}
			for _, who := range l.all {
				_ = x.try(func(tx *db.Tx) error { return x.k.Cabinet.Close(t.Context(), tx, officer, who, "mistake") })
			}
		})
	})
}

func (l *timeline) child() ref.Child {
	if len(l.all) == 0 {
		l.arrive()
	}
	return rapid.SampledFrom(l.all).Draw(l.rt, "child")
}

func (l *timeline) place() string {
	return rapid.SampledFrom([]string{village, next, abroad}).Draw(l.rt, "place")
}

func (l *timeline) arrive() {
	n := full(fmt.Sprintf("单小%d", len(l.all)), l.place())
	// Some come of age within days.
	n.Birth = l.day().AddMonths(-12 * 18).AddDays(rapid.SampledFrom([]int{1, 3, 2000}).Draw(l.rt, "days to eighteen"))
	l.all = append(l.all, l.file(n))
}

// step lets something happen; what the state of things forbids is refused and changes nothing.
func (l *timeline) step() {
	ctx := l.Context()
	switch rapid.SampledFrom([]string{"arrive", "arrive", "same", "same", "other", "changed", "absent", "level", "move", "close", "reopen", "unite", "part", "rehome", "days"}).Draw(l.rt, "step") {
	case "arrive":
		l.arrive()
	case "same":
		who := l.child()
		_ = l.try(func(tx *db.Tx) error { return second(l.k.EnterSame(ctx, tx, officer, l.id, []ref.Child{who})) })
	case "other":
		who := l.child()
		_ = l.try(func(tx *db.Tx) error { return second(l.k.EnterSame(ctx, tx, officer, l.other, []ref.Child{who})) })
	case "level":
		who, level := l.child(), rapid.IntRange(1, child.MaxLevel).Draw(l.rt, "level")
		l.must(func(tx *db.Tx) error { return l.k.Cabinet.Tell(ctx, tx, officer, who, child.Set{Level: &level}) })
	case "unite":
		keep, drop := l.child(), l.child()
		if l.try(func(tx *db.Tx) error {
			return second(merge.Merge(ctx, tx, l.k.Cabinet, officer, merge.Merging{Keep: keep, Drop: drop, Reason: "户口簿核对"}))
		}) == nil {
			l.gone = append(l.gone, drop)
		}
	case "part":
		if len(l.gone) > 0 {
			who := rapid.SampledFrom(l.gone).Draw(l.rt, "united")
			_ = l.try(func(tx *db.Tx) error {
				return merge.Unmerge(ctx, tx, l.k.Cabinet, officer, who, "户口簿核对有误")
			})
		}
	case "rehome":
		l.rehome(village, next)
	case "changed":
		who := l.child()
		_ = l.try(func(tx *db.Tx) error {
			return second(l.k.Enter(ctx, tx, officer, l.id, who, with("father", rapid.SampledFrom([]string{"well", "prison", "dead"}).Draw(l.rt, "father"))))
		})
	case "absent":
		who := l.child()
		_ = l.try(func(tx *db.Tx) error {
			return second(l.k.Enter(ctx, tx, officer, l.id, who, screening.In{Absent: "out"}))
		})
	case "move":
		who, to := l.child(), l.place()
		_ = l.try(func(tx *db.Tx) error {
			return l.k.Cabinet.Change(ctx, tx, officer, who, 0, "走访", func(n *child.New) { n.Region = to })
		})
	case "close":
		who := l.child()
		_ = l.try(func(tx *db.Tx) error { return l.k.Cabinet.Close(ctx, tx, officer, who, "moved") })
	case "reopen":
		who := l.child()
		_ = l.try(func(tx *db.Tx) error { return l.k.Cabinet.Reopen(ctx, tx, officer, who, "返回") })
	case "days":
		l.clock.Advance(48 * time.Hour)
		if _, err := l.k.Cabinet.Turn(ctx, l.d); err != nil {
			l.rt.Fatal(err)
		}
	}
}

// holds asks that the numbers of each village are those of its lists.
func (l *timeline) holds() {
	ctx, tx := l.Context(), l.d.Reader()
	if off, err := l.k.Recount(ctx, tx, l.id); err != nil || len(off) > 0 {
		l.rt.Fatalf("kept numbers are off: %+v, %v", off, err)
	}
	for _, code := range []string{village, next} {
		_, row, err := l.k.Village(ctx, tx, officer, l.id, code)
		if errs.Is(err, errs.NotFound) { // its children went to the other
			continue
		}
		if err != nil {
			l.rt.Fatal(err)
		}
		left := l.missing(code)
		done, err := l.k.Entered(ctx, tx, officer, l.id, code, screening.Part{}, 0, 1000)
		if err != nil {
			l.rt.Fatal(err)
		}
		if int64(len(done)) != row.Done() || int64(len(left)) != row.Missing() || row.Living != row.Done()+row.Missing() {
			l.rt.Fatalf("%s: %d known, %d entered of %d, %d missing of %d", code, row.Living, len(done), row.Done(), len(left), row.Missing())
		}
		for _, e := range done {
			if age, ok := e.File.Age(civil.DateOf(l.clock.Now())); ok && age >= 18 || e.File.Region != code || e.File.State != child.Open {
				l.rt.Fatalf("%s counts a file that does not belong there", code)
			}
		}
	}
}

// missing gives the list of who is missing, page by page, and asks that it is
// that of the definition: who lives there, is a child still and has no answer.
func (l *timeline) missing(code string) (list []child.Child) {
	ctx, tx := l.Context(), l.d.Reader()
	for after := (screening.Key{}); ; after = screening.KeyOf(list[len(list)-1]) {
		page, err := l.k.Missing(ctx, tx, officer, l.id, code, after, 2)
		if err != nil {
			l.rt.Fatal(err)
		}
		if list = append(list, page...); len(page) < 2 {
			break
		}
	}
	want := map[ref.Child]bool{}
	for _, who := range l.all {
		sheet, err := l.k.Sheet(ctx, tx, officer, l.id, who)
		if err != nil {
			l.rt.Fatal(err)
		}
		if age, known := sheet.File.Age(l.day()); sheet.Answer == nil && sheet.File.Region == code && sheet.File.State == child.Open && (!known || age < 18) {
			want[who] = true
		}
	}
	for i, c := range list {
		if !want[c.ID] || i > 0 && !before(screening.KeyOf(list[i-1]), screening.KeyOf(c)) {
			l.rt.Fatalf("%s: file %d of the list is not missing, or stands in the wrong place", code, i)
		}
		delete(want, c.ID)
	}
	if len(want) > 0 {
		l.rt.Fatalf("%s: %d of %d are missing and not on the list", code, len(want), len(list)+len(want))
	}
	return list
}

// before tells whether a place in the list comes before another.
func before(a, b screening.Key) bool {
	return cmp.Or(cmp.Compare(b.Level, a.Level), cmp.Compare(b.Due, a.Due), cmp.Compare(b.ID, a.ID)) < 0
}
