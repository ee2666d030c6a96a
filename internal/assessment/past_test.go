package assessment_test

import (
	"context"
	"testing"

	"weibao/internal/assessment"
	"weibao/internal/child/merge"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
)

func TestThePastOfMergedFilesIsOneAndPartsAgain(t *testing.T) {
	withDesk(t, "demo", func(k desk, _ *clock.Manual) {
		keep, drop := k.child(), k.child()
		mine := k.mustAssess(director, keep, assessment.In{Answers: k.answers(2)}).ID
		theirs := k.mustAssess(director, drop, assessment.In{Answers: k.answers(0), Level: 4, Reason: "独有的理由"}).ID
		count := func(want int, revealed bool) (out []assessment.Told) {
			t.Helper()
			out, err := k.Past(t.Context(), k.d.Reader(), director, keep, revealed)
			if err != nil || len(out) != want {
				t.Fatal(len(out), err)
			}
			return out
		}
		count(1, false)
		if err := k.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := merge.Merge(ctx, tx, k.Cabinet, officer, merge.Merging{Keep: keep, Drop: drop, Reason: "户口簿核对"})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if list := count(2, false); list[0].ID != theirs || list[1].ID != mine || list[0].Paper.Reason != "" {
			t.Error("both files' past, the latest first and covered:", list[0].ID, list[1].ID, list[0].Paper.Reason)
		}
		if list := count(2, true); list[0].Paper.Reason != "独有的理由" {
			t.Error("after a look:", list[0].Paper.Reason)
		}
		if _, err := k.Past(t.Context(), k.d.Reader(), stranger, keep, true); !errs.Is(err, errs.NotFound) {
			t.Error("a stranger:", err)
		}
		if err := k.write(func(ctx context.Context, tx *db.Tx) error {
			return merge.Unmerge(ctx, tx, k.Cabinet, officer, drop, "不是同一人")
		}); err != nil {
			t.Fatal(err)
		}
		count(1, false)
	})
}
