package ledger_test

import (
	"context"
	"testing"
	"time"

	"weibao/internal/child"
	"weibao/internal/child/ledger"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/region"
	"weibao/internal/testkit"
)

func TestAMonthIsKeptOnceAsItStoodAndThePresentOneIsThatOfTheLists(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, d *db.DB, c *clock.Manual) {
		h := house{t, d, &ledger.Desk{Cabinet: testkit.Cabinet(t, d, "demo"), Names: region.Names}}
		add := func(n int) {
			h.write(func(ctx context.Context, tx *db.Tx) error {
				list := make([]child.New, n)
				for i := range list {
					list[i] = child.New{Name: "单小明", Region: "990101100200", Source: "form", Dossier: child.Dossier{NoNumber: child.NoNumberReasons[0].Key}, Categories: []child.NewCategory{{ID: "C03", Source: "form"}}}
				}
				_, err := h.desk.Cabinet.CreateAll(ctx, tx, officer, list)
				return err
			})
		}
		night := func(at time.Time) {
			c.Set(at)
			for range 2 {
				if err := h.desk.KeepMonth(t.Context(), d); err != nil {
					t.Fatal(err)
				}
			}
		}
		night(testkit.Noon) // March: February had nobody
		add(6)
		night(testkit.Noon.AddDate(0, 1, 0))
		add(3)
		night(testkit.Noon.AddDate(0, 1, 5)) // March stays as it was kept
		for _, category := range []string{"", "C03"} {
			cells, err := h.desk.Cabinet.Cells(t.Context(), d.Reader(), supervisor, []string{town})
			if err != nil {
				t.Fatal(err)
			}
			months, err := h.desk.Trend(t.Context(), d.Reader(), supervisor, town, category, cells, 13)
			if err != nil || len(months) != 3 {
				t.Fatalf("%d months, %v", len(months), err)
			}
			for i, want := range []struct {
				month string
				n     int64
			}{{"2026-02", 0}, {"2026-03", 6}, {"2026-04", 9}} {
				if months[i].Month != want.month || months[i].Total() != want.n {
					t.Errorf("%q: month %s has %d, not %d in %s", category, months[i].Month, months[i].Total(), want.n, want.month)
				}
			}
			v := ledger.View{Filter: child.Filter{Region: town, Category: category, Level: child.AnyLevel}}
			if n := len(h.walk(supervisor, v, 50)); int64(n) != months[2].Total() {
				t.Errorf("the present month has %d, the list %d", months[2].Total(), n)
			}
		}
	})
}
