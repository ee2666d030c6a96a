package assessment_test

import (
	"context"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"weibao/internal/access"
	"weibao/internal/assessment"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/testkit"
	"weibao/rules"
)

// edited gives the demo's rules with a piece of one file replaced.
func edited(t testing.TB, name, from, to string) *rule.Book {
	t.Helper()
	tree, found := fstest.MapFS{}, false
	err := fs.WalkDir(rules.FS, ".", func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := fs.ReadFile(rules.FS, p)
		if p == name {
			found = strings.Contains(string(text), from)
			text = []byte(strings.ReplaceAll(string(text), from, to))
		}
		tree[p] = &fstest.MapFile{Data: text}
		return err
	})
	if err != nil || !found {
		t.Fatalf("%s does not hold %q: %v", name, from, err)
	}
	book, err := rule.Load(tree, "demo")
	if err != nil {
		t.Fatal(err)
	}
	return book
}

// stricter lets an illness without treatment make the highest level.
func stricter(t testing.TB) *rule.Book {
	return edited(t, "national/scales.yaml", "points: 3, least: 3}", "points: 3, least: 4}")
}

func (k *desk) under(book *rule.Book) { k.Desk.Book = func() *rule.Book { return book } }

func (k desk) preview(by access.Actor, book *rule.Book) assessment.Effect {
	k.t.Helper()
	e, err := k.Preview(context.Background(), k.d.Reader(), by, book)
	if err != nil {
		k.t.Fatal(err)
	}
	return e
}

// names tells whether what touches children names some of these, with what changes for each.
func (k desk) names(list []assessment.Touched, ids []ref.Child) bool {
	for _, x := range list {
		if !slices.Contains(ids, x.Child.ID) || x.Level == x.Child.Level && len(x.Opens)+len(x.Ends) == 0 {
			return false
		}
	}
	return true
}

func TestChangedRulesArePreviewedThenAppliedAndNothingIsLeft(t *testing.T) {
	withDesk(t, "demo", func(k desk, c *clock.Manual) {
		var ids []ref.Child
		for i := range 12 {
			id := k.child([]string{"C03", "C10"}[:i%3]...)
			k.mustAssess(supervisor, id, assessment.In{Answers: k.answers(i % 6)})
			ids = append(ids, id)
		}
		if e := k.preview(officer, k.Book()); e.Children != 0 || e.Looked != len(ids) {
			t.Fatal("the rules in force would change something", e)
		}
		for what, book := range map[string]*rule.Book{
			"scale":  stricter(t),
			"matrix": edited(t, "national/matrices.yaml", "{kind: visit, every: quarter,", "{kind: visit, every: month,"),
		} {
			before := k.Book()
			want := k.preview(officer, book)
			if want.Children == 0 || want.Opens == 0 {
				t.Fatal(what, want)
			}
			if len(want.Touched) != want.Children || !k.names(want.Touched, ids) {
				t.Error(what, "is not told by child", want.Touched)
			}
			k.under(book)
			c.Advance(60 * 60 * 1e9)
			got, err := k.Replan(context.Background(), k.d, officer, nil)
			if err != nil || got.Children != want.Children || got.Opens != want.Opens || got.Ends != want.Ends || len(got.Levels) != len(want.Levels) {
				t.Fatalf("%s: previewed %+v, done %+v, %v", what, want, got, err)
			}
			if again := k.preview(officer, book); again.Children != 0 {
				t.Error(what, "left something", again)
			}
			for _, id := range ids {
				k.open(t, id)
			}
			if _, err := k.Replan(context.Background(), k.d, supervisor, nil); !errs.Is(err, errs.Forbidden) {
				t.Error("a township applied it:", err)
			}
			k.under(before)
			if _, err := k.Replan(context.Background(), k.d, officer, nil); err != nil {
				t.Fatal(err)
			}
			if e := k.preview(officer, before); e.Children != 0 {
				t.Error(what, "does not go back", e)
			}
		}
	})
}

func TestAFileThatChangedElsewhereIsFollowedAtNight(t *testing.T) {
	withDesk(t, "demo", func(k desk, c *clock.Manual) {
		id := k.child("C10")
		if kinds := k.open(t, id); len(kinds) != 0 {
			t.Fatal("care before anybody looked", kinds)
		}
		if err := k.Follow(t.Context(), k.d, clock.Of(c.Now().Add(1e6))); err != nil || len(k.open(t, id)) != 0 {
			t.Fatal("what did not change was followed", err)
		}
		if err := k.Follow(t.Context(), k.d, clock.Of(c.Now())); err != nil || len(k.open(t, id)) == 0 {
			t.Fatal(k.open(t, id), err)
		}
	})
}

// TestFiguresOfChangedRules measures a change of rules that moves ten
// thousand children: previewed in two seconds, applied in twenty.
func TestFiguresOfChangedRules(t *testing.T) {
	if os.Getenv("WEIBAO_BENCH") == "" {
		t.Skip("measures; set WEIBAO_BENCH=1")
	}
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			k := newDesk(t, testkit.Open(t, dialect, clock.At(testkit.Noon)), "demo")
			const children = 10_000
			answers := k.answers(1)
			for range children / 100 {
				err := k.write(func(ctx context.Context, tx *db.Tx) error {
					list := make([]child.New, 100)
					for i := range list {
						list[i] = child.New{Name: "某某", Region: village, Source: "form", Birth: civil.MustParse("2015-06-01"), Dossier: child.Dossier{NoNumber: "missing"}}
					}
					ids, err := k.Cabinet.CreateAll(ctx, tx, officer, list)
					for _, id := range ids {
						if err == nil {
							_, err = k.Assess(ctx, tx, supervisor, id, assessment.In{Answers: answers})
						}
					}
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			book := stricter(t)
			start := clock.Mark()
			e := k.preview(officer, book)
			t.Logf("%s: preview of %d changes among %d: %v", dialect, e.Children, e.Looked, clock.Since(start))
			k.under(book)
			start = clock.Mark()
			done, err := k.Replan(t.Context(), k.d, officer, nil)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%s: %d children, %d duties opened, %d ended: %v", dialect, done.Children, done.Opens, done.Ends, clock.Since(start))
			if left := k.preview(officer, book); left.Children != 0 {
				t.Error("left", left)
			}
		})
	}
}
