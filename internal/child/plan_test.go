package child_test

import (
	"slices"
	"strings"
	"testing"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/child/generate"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/testkit"
)

// forbidden are the steps of a plan whose cost grows with the table: on SQLite
// a scan of it, on PostgreSQL the same or a sort before the limit.
func forbidden(dialect db.Dialect, step string) bool {
	step = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(step), "->"))
	if dialect == db.SQLite {
		return strings.HasPrefix(step, "SCAN ") && !slices.Contains([]string{"SCAN p", "SCAN k", "SCAN t"}, step) &&
			!strings.HasPrefix(step, "SCAN CONSTANT ROW") && !strings.HasPrefix(step, "SCAN (")
	}
	return strings.HasPrefix(step, "Seq Scan") || strings.HasPrefix(step, "Parallel Seq Scan") || strings.HasPrefix(step, "Hash Join")
}

func TestNoListOrSearchReadsMoreThanItShows(t *testing.T) {
	withDesk(t, func(k desk, _ *clock.Manual) {
		people := generate.Population{Seed: 9, N: 6_000, Today: civil.DateOf(testkit.Noon)}
		if err := generate.Fill(t.Context(), k.Cabinet, k.d, access.Program, people.New(), nil); err != nil {
			t.Fatal(err)
		}
		for _, table := range []string{"child", "child_category", "child_gram", "child_key", "child_count"} {
			if err := k.d.Write(t.Context(), func(tx *db.Tx) error { _, err := tx.Exec(t.Context(), "ANALYZE "+table); return err }); err != nil {
				t.Fatal(err)
			}
		}
		var asked string
		tx := k.d.Explained(func(query string, plan []string) {
			if slices.ContainsFunc(plan, func(step string) bool { return forbidden(k.d.Dialect, step) }) {
				t.Errorf("%s: %s\n%s", asked, query, strings.Join(plan, "\n"))
			}
		})
		for _, f := range []struct {
			what string
			by   access.Actor
			f    child.Filter
		}{
			{"county", officer, child.Filter{Level: child.AnyLevel}},
			{"county and level", officer, child.Filter{Level: 2}},
			{"county and category", officer, child.Filter{Level: child.AnyLevel, Category: "C03"}},
			{"town", supervisor, child.Filter{Level: child.AnyLevel}},
			{"town, category and level", supervisor, child.Filter{Level: 1, Category: "C03"}},
			{"village", director, child.Filter{Level: child.AnyLevel}},
			{"village and category", director, child.Filter{Level: child.AnyLevel, Category: "C03"}},
		} {
			asked, f.f.Limit = f.what, 20
			first, err := k.List(t.Context(), tx, f.by, f.f)
			if err != nil {
				t.Fatal(asked, err)
			}
			if len(first) == 20 {
				asked, f.f.After = f.what+", next page", child.KeyOf(first[19])
				if _, err := k.List(t.Context(), tx, f.by, f.f); err != nil {
					t.Fatal(asked, err)
				}
			}
		}
		for _, query := range []string{"zxm", "李梓", "梓轩", "zhangwei", "1234", "15412345678"} {
			asked = "search"
			if _, err := k.Find(t.Context(), tx, officer, query, 50); err != nil {
				t.Fatal(err)
			}
		}
		asked = "numbers"
		if _, err := k.Cells(t.Context(), tx, officer, []string{county, town}); err != nil {
			t.Fatal(err)
		}
	})
}
