package special_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"weibao/internal/access"
	"weibao/internal/assessment"
	lists "weibao/internal/assessment/special"
	"weibao/internal/child"
	"weibao/internal/child/merge"
	"weibao/internal/child/request"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/rule/special"
)

// caredFor writes down what is kept of a child: what waits, by when and whether
// it has its duty, what was done, what proves, what stands apart.
func (k desk) caredFor(t rapid.TB, id ref.Child) string {
	ctx, tx := context.Background(), k.d.Reader()
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	duties, err := k.Care.Kernel.OfSubject(ctx, tx, officer, "child", int64(id))
	if err != nil {
		t.Fatal(err)
	}
	cares, err := k.Care.AllCares(ctx, tx, access.Program, id)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range cares {
		switch {
		case h.Open() && !slices.ContainsFunc(duties, func(d duty.Duty) bool { return d.ID == h.Duty && d.State == duty.Open }):
			t.Fatalf("%s has no open duty", h.Kind)
		case h.Open():
			say("open %s %s", h.Terms, h.Due)
		case h.Done():
			say("done %s", h.Kind)
		}
	}
	_, on, err := k.On(ctx, tx, officer, id)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range on {
		say("list %s since %s, %d steps, %d papers, %d lacking", s.List.ID, s.Since, len(s.Done), len(s.Given), len(s.Lacks))
	}
	for _, m := range k.mustEntries(t) {
		if m.Child.ID != id {
			continue
		}
		say("apart %d", m.Entry)
		for _, h := range m.Open {
			say("apart open %s %s", h.Terms, h.Due)
		}
	}
	row, err := k.cabinet.Get(ctx, tx, officer, id)
	if err != nil {
		t.Fatal(err)
	}
	say("level %d since %s, due %s, in %v", row.Level, row.Leveled, row.Due, row.CategoryIDs())
	slices.Sort(out)
	return strings.Join(slices.Compact(out), "\n")
}

func (k desk) mustEntries(t rapid.TB) []lists.Member {
	list, err := k.entries(officer)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// live lets something happen to a child, as drawn.
func (k desk) live(t *rapid.T, c *clock.Manual, id ref.Child) {
	category := rapid.SampledFrom([]string{"C16", "C02", "C16", "C07", "C08"}).Draw(t, "category")
	list := map[string]special.Kind{"C02": special.Unsupported, "C07": special.Disability, "C08": special.Disability, "C16": special.Dropout}[category]
	day := civil.DateOf(c.Now())
	l, _ := k.Care.Book().SpecialList(list, day)
	act := func(fn func(ctx context.Context, tx *db.Tx) error) {
		if err := k.write(fn); err != nil && !errs.Is(err, errs.Conflict) && !errs.Is(err, errs.NotFound) && !errs.Is(err, errs.Invalid) {
			t.Fatal(err)
		}
	}
	switch rapid.IntRange(0, 6).Draw(t, "what") {
	case 0, 1:
		act(func(ctx context.Context, tx *db.Tx) error {
			return k.cabinet.Enter(ctx, tx, officer, id, child.NewCategory{ID: category, Source: "form", Evidence: "走访"})
		})
	case 2:
		step := rapid.SampledFrom(l.Steps).Draw(t, "step").ID
		act(func(ctx context.Context, tx *db.Tx) error {
			return k.Do(ctx, tx, director, id, list, step, lists.Done{Day: day, Words: "已办"})
		})
	case 3:
		if len(l.Proofs) > 0 {
			proof := rapid.SampledFrom(l.Proofs).Draw(t, "proof").ID
			act(func(ctx context.Context, tx *db.Tx) error {
				return k.Prove(ctx, tx, director, id, list, proof, lists.Paper{Day: day, Words: "第1号"})
			})
		}
	case 4:
		level := rapid.IntRange(1, 4).Draw(t, "level")
		act(func(ctx context.Context, tx *db.Tx) error {
			if err := k.cabinet.Tell(ctx, tx, officer, id, child.Set{Level: &level}); err != nil {
				return err
			}
			row, err := k.cabinet.Get(ctx, tx, officer, id)
			if err != nil {
				return err
			}
			return k.Care.Plan(ctx, tx, officer, row)
		})
	case 5:
		act(func(ctx context.Context, tx *db.Tx) error {
			return k.Refer(ctx, tx, director, id, special.Mental, "看到的情况")
		})
	case 6:
		for _, m := range k.mustEntries(t) {
			if m.Child.ID == id && len(m.Open) > 0 {
				_, step, _ := strings.Cut(string(m.Open[0].Kind), ".")
				step = step[strings.Index(step, ".")+1:]
				act(func(ctx context.Context, tx *db.Tx) error {
					return k.Serve(ctx, tx, supervisor, m.Entry, step, lists.Done{Day: day, Words: "已联系"})
				})
			}
		}
	}
	c.Advance(clock10)
}

const clock10 = 10 * 3600 * 1e9

// TestAMergerAsksNothingTwiceAndPartingItGivesEachItsOwn unites the files of
// two children with lives as drawn: what was done for one is not asked for
// again, nothing open is lost or gets more time, and parted days later both
// have again exactly what they had.
func TestAMergerAsksNothingTwiceAndPartingItGivesEachItsOwn(t *testing.T) {
	withDesk(t, func(k desk, c *clock.Manual) {
		rapid.Check(t, func(t *rapid.T) {
			keep, drop := k.child("某某"), k.child("某某")
			for _, id := range []ref.Child{keep, drop} {
				for range rapid.IntRange(0, 12).Draw(t, "acts") {
					k.live(t, c, id)
				}
			}
			for range rapid.IntRange(0, 2).Draw(t, "days") {
				c.Advance(2 * clock10)
			}
			was := [2]string{k.caredFor(t, keep), k.caredFor(t, drop)}
			if err := k.write(func(ctx context.Context, tx *db.Tx) error {
				_, err := merge.Merge(ctx, tx, k.cabinet, officer, merge.Merging{Keep: keep, Drop: drop, Reason: "户口簿核对"})
				return err
			}); err != nil {
				t.Fatal(err)
			}
			k.asksOnce(t, keep, was)
			for range rapid.IntRange(0, 3).Draw(t, "days") {
				c.Advance(3 * clock10)
			}
			if err := k.write(func(ctx context.Context, tx *db.Tx) error {
				return merge.Unmerge(ctx, tx, k.cabinet, officer, drop, "不是同一人")
			}); err != nil {
				t.Fatal(err)
			}
			for i, id := range []ref.Child{keep, drop} {
				if now := k.caredFor(t, id); now != was[i] {
					t.Fatalf("file %d had:\n%s\n\nnow it has:\n%s", i+1, was[i], now)
				}
			}
			for _, id := range []ref.Child{keep, drop} { // the next draw begins with an empty county
				if err := k.write(func(ctx context.Context, tx *db.Tx) error { return k.cabinet.Close(ctx, tx, officer, id, "moved") }); err != nil {
					t.Fatal(err)
				}
			}
		})
	})
}

// asksOnce holds of a united file that no step that was done once and for all
// for either waits, and that whatever waits for both waits till the earlier due.
func (k desk) asksOnce(t rapid.TB, id ref.Child, was [2]string) {
	_, on, err := k.On(context.Background(), k.d.Reader(), officer, id)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range on {
		for _, step := range s.Steps {
			wasDone := strings.Contains(was[0]+"\n"+was[1]+"\n", "done "+string(step.Kind)+"\n")
			if wasDone && step.Open != nil && step.Every == "" && !step.Proves {
				t.Fatalf("%s was done and is asked for again", step.Kind)
			}
		}
	}
	apart := 0
	for _, m := range k.mustEntries(t) {
		if m.Child.ID == id {
			apart++
		}
	}
	if apart > 1 {
		t.Fatal("a child stands twice on a list")
	}
	cares, err := k.Care.Cares(context.Background(), k.d.Reader(), officer, id)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range cares {
		for _, text := range was {
			for _, line := range strings.Split(text, "\n") {
				if due, its := strings.CutPrefix(line, "open "+h.Terms+" "); its && h.Due.String() > due {
					t.Fatalf("%s was due on %s and got more time: %s", h.Kind, due, h.Due)
				}
			}
		}
	}
}

// TestPapersThatOneFileLacksAreDueAsBefore unites a file whose papers are whole
// with one of another category that waits for its own.
func TestPapersThatOneFileLacksAreDueAsBefore(t *testing.T) {
	withDesk(t, func(k desk, c *clock.Manual) {
		keep, drop := k.child("某某"), k.child("某某")
		k.enter(keep, "C07")
		k.must(func(ctx context.Context, tx *db.Tx) error {
			return k.Prove(ctx, tx, director, keep, special.Disability, "card", lists.Paper{Day: day, Words: "第1号"})
		})
		k.enter(drop, "C08")
		was := [2]string{k.caredFor(t, keep), k.caredFor(t, drop)}
		c.Advance(5 * 24 * 3600 * 1e9)
		k.must(func(ctx context.Context, tx *db.Tx) error {
			_, err := merge.Merge(ctx, tx, k.cabinet, officer, merge.Merging{Keep: keep, Drop: drop, Reason: "户口簿核对"})
			return err
		})
		if got := k.open(keep, special.Disability); !strings.HasPrefix(got, "proof ") {
			t.Fatal("the paper that lacks is not asked for:", got)
		}
		k.asksOnce(t, keep, was)
	})
}

// TestASecretEntryMovesWithItsChild lets a child move to another township with
// the receiving side's signature: its keeper there goes on, the one here is
// done with it, and the file tells no more than that of another who moved.
func TestASecretEntryMovesWithItsChild(t *testing.T) {
	withDesk(t, func(k desk, _ *clock.Manual) {
		named, plain := k.child("甲某"), k.child("乙某")
		if err := k.refer(director, named); err != nil {
			t.Fatal(err)
		}
		counter := &request.Counter{Cabinet: k.cabinet, Duties: k.Care.Kernel}
		var asked [2]ref.Request
		for i, id := range []ref.Child{named, plain} {
			k.must(func(ctx context.Context, tx *db.Tx) (err error) {
				asked[i], err = counter.Ask(ctx, tx, supervisor, request.Asking{Kind: request.MoveOut, Child: id, To: other, Reason: "随父母迁居"})
				return err
			})
		}
		if list, err := k.entries(supervisor); err != nil || len(list) != 1 {
			t.Fatal("until it is signed for, the old place keeps it", list, err)
		}
		for _, id := range asked {
			k.must(func(ctx context.Context, tx *db.Tx) error {
				return counter.Decide(ctx, tx, elsewhere, id, request.Answer{Grant: true})
			})
		}
		here, err := k.entries(supervisor)
		there, err2 := k.entries(elsewhere)
		if err != nil || err2 != nil || len(here) != 0 || len(there) != 1 || len(there[0].Open) != 1 {
			t.Fatal(here, there, err, err2)
		}
		duties, err := k.Care.Kernel.OfSubject(t.Context(), k.d.Reader(), officer, "assessment_entry", int64(there[0].Entry))
		if err != nil || len(duties) != 2 {
			t.Fatal(duties, err)
		}
		for _, d := range duties {
			if want := map[bool]ref.Unit{true: 401, false: 200}[d.State == duty.Open]; d.Unit != want || d.Kind != assessment.ApartKind {
				t.Errorf("%+v", d)
			}
		}
		if a, b := k.traces(named), k.traces(plain); a != b {
			t.Errorf("the file tells:\n%s\nof another child:\n%s", a, b)
		}
	})
}

// TestPapersThatRanOutLongAgoAreAskedForOnce lets the program be down for months.
func TestPapersThatRanOutLongAgoAreAskedForOnce(t *testing.T) {
	withDesk(t, func(k desk, c *clock.Manual) {
		id := k.child("某某")
		k.enter(id, "C02")
		for _, proof := range []string{"form", "verdict"} {
			k.must(func(ctx context.Context, tx *db.Tx) error {
				return k.Prove(ctx, tx, director, id, special.Unsupported, proof, lists.Paper{Day: day, Until: day.AddDays(10), Words: "第1号"})
			})
		}
		c.Advance(200 * 24 * 3600 * 1e9)
		if n, err := k.Expire(t.Context(), k.d); err != nil || n != 2 {
			t.Fatal(n, err)
		}
		if got := k.open(id, special.Unsupported); got != "proof check review" {
			t.Error("papers that ran out months ago are not asked for:", got)
		}
		if n, err := k.Expire(t.Context(), k.d); err != nil || n != 0 {
			t.Error("asked for twice", n, err)
		}
	})
}
