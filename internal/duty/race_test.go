package duty_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/ref"
)

// Duties that end, alone or together, while a sweep raises them leave neither a
// place on a ladder nor work for the superior behind; those that get another
// due stand once.
func TestWhatEndsWhileItIsSweptLeavesNothingBehind(t *testing.T) {
	withKernel(t, func(b bench) {
		const n = 1200
		var ids []ref.Duty
		b.write(func(ctx context.Context, tx *db.Tx) (err error) {
			list := make([]duty.New, n)
			for i := range list {
				list[i] = sample(duty.Within(1))
			}
			ids, err = b.Open(ctx, tx, officer, list...)
			return err
		})
		for range 4 { // a rung each time
			b.c.Advance(8 * 24 * time.Hour)
			part := ids[:n/4]
			ids = ids[n/4:]
			var wg sync.WaitGroup
			wg.Go(func() {
				if _, err := b.Sweep(b.t.Context(), b.d); err != nil {
					b.t.Error(err)
				}
			})
			for i := range 4 {
				wg.Go(func() { b.endSome(part[i*len(part)/4 : (i+1)*len(part)/4]) })
			}
			wg.Wait()
		}
		b.zero("places of what has ended", "SELECT count(*) FROM duty_place p JOIN duty d ON d.id = p.duty WHERE d.state <> 'open' OR d.due <> p.due")
		b.zero("duties with several places", "SELECT count(*) - count(DISTINCT duty) FROM duty_place")
		b.zero("work about what has ended", "SELECT count(*) FROM duty f JOIN duty d ON d.id = f.subject_id WHERE f.subject = 'duty' AND f.state = 'open' AND d.state <> 'open'")
		b.zero("steps under another due", "SELECT count(*) FROM duty_step s JOIN duty d ON d.id = s.duty WHERE d.due <> s.due")
	})
}

// endSome ends a third alone, a third together, and gives a third another due.
func (b bench) endSome(ids []ref.Duty) {
	third := len(ids) / 3
	for i, id := range ids {
		err := b.d.Write(b.t.Context(), func(tx *db.Tx) error {
			switch {
			case i < third:
				return b.Close(b.t.Context(), tx, liaison, id, "plan_reply", 1)
			case i < 2*third:
				return b.Amend(b.t.Context(), tx, officer, id, "开展排查", duty.Within(40), "")
			case i%10 == 0:
				return b.CancelMany(b.t.Context(), tx, officer, ids[i:min(i+10, len(ids))], "不再需要")
			}
			return nil
		})
		if err != nil {
			b.t.Error(err)
		}
	}
}

func (b bench) zero(what, query string) {
	b.t.Helper()
	if n, err := db.Get[int](b.t.Context(), b.d.Reader(), query); err != nil || n != 0 {
		b.t.Errorf("%d %s (%v)", n, what, err)
	}
}
