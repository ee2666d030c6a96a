package special_test

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"weibao/internal/access"
	lists "weibao/internal/assessment/special"
	"weibao/internal/child"
	"weibao/internal/child/merge"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/rule/special"
)

// counted holds of every list and every reader's place that the kept numbers
// are those of a full count of the care that is open, and of the list itself.
func (k desk) counted(t rapid.TB) {
	ctx, tx := context.Background(), k.d.Reader()
	if off, err := k.cabinet.Recount(ctx, tx); err != nil || len(off) > 0 {
		t.Fatal(off, err)
	}
	on := civil.DateOf(tx.Now.Time())
	for _, by := range []access.Actor{officer, supervisor, elsewhere, director, stranger} {
		counts, err := k.Counts(ctx, tx, by, "")
		if err != nil {
			t.Fatal(err)
		}
		column, value, err := child.Filter{}.Within(by)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range k.Lists(by, on) {
			its := k.Care.Book().SpecialCategories(l.ID, on)
			if l.Secret || len(its) == 0 {
				continue
			}
			where := " FROM child c WHERE c.state = 'open' AND c." + column + " = ? AND EXISTS (SELECT 1 FROM child_category b WHERE b.child = c.id AND b.ended = '' AND b.category IN " + db.In(len(its)) + ")"
			ask := func(text string, args ...any) int64 {
				n, err := db.Get[int64](ctx, tx, "SELECT count(*)"+where+text, slices.Concat([]any{value}, db.Args(its), args)...)
				if err != nil {
					t.Fatal(err)
				}
				return n
			}
			if one, err := k.Count(ctx, tx, by, l.ID, ""); err != nil || !reflect.DeepEqual(one, counts[l.ID]) {
				t.Fatal(one, counts[l.ID], err)
			}
			if n := ask(""); counts[l.ID].Children != n {
				t.Fatalf("%s: %s counts %d children, there are %d", by.Post.Role, l.ID, counts[l.ID].Children, n)
			}
			for _, s := range l.Steps {
				const open = " AND EXISTS (SELECT 1 FROM assessment_care h WHERE h.child = c.id AND h.apart = 0 AND h.state = 'open' AND h.kind = ?"
				kind := l.KindOf(s)
				want := lists.Waiting{N: ask(open+")", kind), Late: ask(open+" AND h.due < ?)", kind, on)}
				if got := counts[l.ID].Steps[s.ID]; got != want {
					t.Fatalf("%s: %s of %s waits %+v, kept is %+v", by.Post.Role, s.ID, l.ID, want, got)
				}
				if rows, err := k.Members(ctx, tx, by, l.ID, lists.Filter{Step: s.ID, Limit: 100}); err != nil || int64(len(rows)) != want.N {
					t.Fatal(len(rows), want, err)
				}
			}
		}
	}
}

// happen lets files move, close, come back, be united, parted and followed, and days go by.
func (k desk) happen(t *rapid.T, c *clock.Manual, ids []ref.Child) {
	id := rapid.SampledFrom(ids).Draw(t, "file")
	act := func(fn func(ctx context.Context, tx *db.Tx) error) {
		if err := k.write(fn); err != nil && !errs.Is(err, errs.Conflict) && !errs.Is(err, errs.NotFound) && !errs.Is(err, errs.Invalid) {
			t.Fatal(err)
		}
	}
	switch rapid.IntRange(0, 7).Draw(t, "what") {
	case 0:
		to := rapid.SampledFrom([]string{village, other, town}).Draw(t, "to")
		act(func(ctx context.Context, tx *db.Tx) error {
			return k.cabinet.Change(ctx, tx, officer, id, 0, "入户走访", func(n *child.New) { n.Region = to })
		})
	case 1:
		act(func(ctx context.Context, tx *db.Tx) error { return k.cabinet.Close(ctx, tx, officer, id, "moved") })
	case 2:
		act(func(ctx context.Context, tx *db.Tx) error {
			return k.cabinet.Reopen(ctx, tx, officer, id, "又回来了")
		})
	case 3:
		act(func(ctx context.Context, tx *db.Tx) error {
			_, err := merge.Merge(ctx, tx, k.cabinet, officer, merge.Merging{Keep: ids[0], Drop: ids[1], Reason: "户口簿核对"})
			return err
		})
	case 4:
		act(func(ctx context.Context, tx *db.Tx) error {
			return merge.Unmerge(ctx, tx, k.cabinet, officer, ids[1], "不是同一人")
		})
	case 5:
		if _, err := k.Care.Replan(context.Background(), k.d, officer, nil); err != nil {
			t.Fatal(err)
		}
	case 6:
		c.Advance(24 * 3600 * 1e9 * 40)
	case 7:
		if _, err := k.cabinet.Turn(context.Background(), k.d); err != nil {
			t.Fatal(err)
		}
	}
}

// TestKeptNumbersOfListsAreThoseOfAFullCount lets children live as drawn.
func TestKeptNumbersOfListsAreThoseOfAFullCount(t *testing.T) {
	withDesk(t, func(k desk, c *clock.Manual) {
		rapid.Check(t, func(t *rapid.T) {
			ids := []ref.Child{k.child("某某"), k.child("某某"), k.child("甲某")}
			for range rapid.IntRange(1, 12).Draw(t, "acts") {
				if rapid.Bool().Draw(t, "care") {
					k.live(t, c, rapid.SampledFrom(ids).Draw(t, "child"))
				} else {
					k.happen(t, c, ids)
				}
			}
			k.counted(t)
			k.enough(t, ids)
		})
	})
}

// enough closes what a draw has left, so that the next begins with an empty county.
func (k desk) enough(t rapid.TB, ids []ref.Child) {
	for _, id := range ids {
		err := k.write(func(ctx context.Context, tx *db.Tx) error { return k.cabinet.Close(ctx, tx, officer, id, "moved") })
		if err != nil && !errs.Is(err, errs.Conflict) {
			t.Fatal(err)
		}
	}
}

// TestAListThatCountsOtherCareIsCountedAnewWithTheNextReplan changes the rules:
// a list asks for a care that children have already.
func TestAListThatCountsOtherCareIsCountedAnewWithTheNextReplan(t *testing.T) {
	withDesk(t, func(k desk, _ *clock.Manual) {
		id, level := k.child("甲某"), 2
		k.enter(id, "C07")
		k.must(func(ctx context.Context, tx *db.Tx) error {
			if err := k.cabinet.Tell(ctx, tx, officer, id, child.Set{Level: &level}); err != nil {
				return err
			}
			row, err := k.cabinet.Get(ctx, tx, officer, id)
			if err != nil {
				return err
			}
			return k.Care.Plan(ctx, tx, officer, row)
		})
		row, err := k.cabinet.Get(t.Context(), k.d.Reader(), officer, id)
		if err != nil || strings.Contains(row.Waits, string(rule.Visit)) || !strings.Contains(row.Waits, special.Prefix) {
			t.Fatal(row.Waits, err)
		}
		none := ""
		k.must(func(ctx context.Context, tx *db.Tx) error { // as if no list had asked when the care was planned
			return k.cabinet.Tell(ctx, tx, officer, id, child.Set{Waits: &none})
		})
		if e, err := k.Care.Replan(t.Context(), k.d, officer, nil); err != nil || e.Opens+e.Ends > 0 {
			t.Fatal(e, err)
		}
		k.counted(t)
	})
}
