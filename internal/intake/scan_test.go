package intake_test

import (
	"context"
	"strings"
	"testing"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/intake"
	"weibao/internal/ref"
)

// The emergencies that nobody has decided on stand above the list at each
// look: they are read from the index of open reports, on both databases,
// however many have ended.
func TestEmergenciesAreReadFromTheIndexOfOpenReports(t *testing.T) {
	withDesk(t, func(k desk) {
		one := k.get(k.lodge(access.Program, plain, "").ID)
		rows := make([]intake.Report, 20000)
		for i := range rows {
			r := one
			r.ID, r.Serial = one.ID+ref.Report(i)+1, one.Serial+int64(i)+1
			r.State, r.Urgency = "closed", "ordinary"
			if i%20 == 0 {
				r.State = "received"
			}
			if i%50 == 0 {
				r.Urgency = "emergency"
			}
			rows[i] = r
		}
		k.must(func(ctx context.Context, tx *db.Tx) error { return db.InsertAll(ctx, tx, "intake_report", rows) })
		k.must(func(ctx context.Context, tx *db.Tx) error { _, err := tx.Exec(ctx, "ANALYZE"); return err })
		asked := 0
		tx := k.d.Explained(func(query string, plan []string) {
			asked++
			text := strings.Join(plan, "\n")
			if !strings.Contains(text, "intake_report_open") {
				t.Errorf("%s\n%s", query, text)
			}
		})
		list, err := k.List(t.Context(), tx, officer, intake.Filter{View: intake.Alarming, Limit: 20})
		if err != nil || len(list) != 20 || asked == 0 {
			t.Fatalf("%d listed by %d queries, %v", len(list), asked, err)
		}
		for i, r := range list {
			if r.State != "received" || r.Urgency != "emergency" || i > 0 && r.ID > list[i-1].ID {
				t.Fatalf("%d: %s, %s, out of order", i, r.State, r.Urgency)
			}
		}
	})
}
