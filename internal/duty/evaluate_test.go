package duty_test

import (
	"testing"
	"time"

	"weibao/internal/duty"
	"weibao/internal/rule"
	"weibao/internal/testkit"
)

// urges is a ladder with one reminder to the owner so many hours after the due.
func urges(hours ...int) rule.Ladder {
	var l rule.Ladder
	for _, h := range hours {
		l.Steps = append(l.Steps, rule.LadderStep{Action: "urge", Offset: rule.Span{N: h, Unit: "hours"}, To: "owner", Label: "催办"})
	}
	return l
}

// A ladder that changed is obeyed by the duties that hang on it, near and far.
func TestAChangedLadderIsObeyed(t *testing.T) {
	withKernel(t, func(b bench) {
		current := urges(48)
		b.Ladder = func(string) rule.Ladder { return current }
		near, far := b.open(sample(duty.In(2))), b.open(sample(duty.In(24*30)))
		evaluate := func(want int64) {
			t.Helper()
			n, err := b.Evaluate(t.Context(), b.d)
			b.must(err)
			if n != want {
				t.Errorf("%d brought forward, want %d", n, want)
			}
		}
		at := func(hour int, duties, level int) {
			t.Helper()
			b.c.Set(testkit.Noon.Add(time.Duration(hour) * time.Hour))
			b.sweep()
			b.sweep()
			id := near
			if duties == 2 {
				id = far
			}
			if got := b.get(id).Level; got != level {
				t.Errorf("at hour %d on rung %d, want %d", hour, got, level)
			}
		}
		evaluate(0)
		current = urges(4) // sooner: the near one is brought forward
		evaluate(1)
		at(5, 1, 0)
		at(7, 1, 1)
		current = urges(4, 10) // a rung more, after the last was climbed
		evaluate(1)
		at(11, 1, 1)
		at(13, 1, 2)
		b.c.Set(testkit.Noon.Add(24 * 29 * time.Hour)) // the far one comes near
		evaluate(1)
		current = urges(20) // later: the sweep finds nothing at the old instant
		evaluate(0)
		at(24*30+5, 2, 0)
		at(24*30+21, 2, 1)
	})
}
