package duty_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/duty"
	"weibao/internal/ref"
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

// A ladder that changed is obeyed by the next sweep, by the duties that hang
// on it near and far, those included that had climbed its last rung.
func TestAChangedLadderIsObeyed(t *testing.T) {
	withKernel(t, func(b bench) {
		current := urges(48)
		b.Ladder = func(string) rule.Ladder { return current }
		near, far := b.open(sample(duty.In(2))), b.open(sample(duty.In(24*30)))
		at := func(hour int, id ref.Duty, level int) {
			t.Helper()
			b.c.Set(testkit.Noon.Add(time.Duration(hour) * time.Hour))
			b.sweep()
			if got := b.level(id); got != level {
				t.Errorf("at hour %d on rung %d, want %d", hour, got, level)
			}
		}
		at(5, near, 0)
		current = urges(4) // sooner
		at(7, near, 1)
		current = urges(4, 10) // a rung more, after the last was climbed
		at(11, near, 1)
		at(13, near, 2)
		at(24*30+3, far, 0)
		current = urges(20) // later
		at(24*30+5, far, 0)
		at(24*30+21, far, 1)
		at(24*30+22, near, 2)
	})
}

// comes walks the calendar day by day: when a rung comes for a due, told
// without the kernel's arithmetic.
func comes(cal *civil.Calendar, l rule.Ladder, rung int, due clock.Instant) clock.Instant {
	var latest clock.Instant
	for _, s := range l.Steps[:rung+1] {
		day, step, left := civil.DateOf(due.Time()), 1, s.Offset.N
		if left < 0 {
			step, left = -1, -left
		}
		works := func() bool { w, _ := cal.IsWorkday(day); return s.Offset.Unit == "days" || w }
		for s.Offset.N == 0 && !works() {
			day = day.AddDays(1)
		}
		for left > 0 {
			if day = day.AddDays(step); works() {
				left--
			}
		}
		came := clock.Of(day.Start().Add(8 * time.Hour))
		switch s.Offset.Unit {
		case "hours":
			came = due.Add(time.Duration(s.Offset.N) * time.Hour)
		case "months":
			came = clock.Of(civil.DateOf(due.Time()).AddMonths(s.Offset.N).Start().Add(8 * time.Hour))
		}
		latest = max(latest, came)
	}
	return latest
}

func anyLadder(rt *rapid.T) rule.Ladder {
	return rule.Ladder{Steps: rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) rule.LadderStep {
		return rule.LadderStep{Action: "urge", To: "owner", Label: "催办", Offset: rule.Span{N: rapid.IntRange(-15, 40).Draw(rt, "n"),
			Unit: rapid.SampledFrom([]string{"hours", "days", "workdays", "workdays", "months"}).Draw(rt, "unit")}}
	}), 0, 4).Draw(rt, "steps")}
}

// Whatever the ladder, with rungs in any order and any unit, a sweep climbs the
// rungs that have come and no other: the reach of a rung, by which the sweep
// asks, and its time, which the ladder sets, are one.
func TestASweepClimbsWhatHasComeAndNoMore(t *testing.T) {
	withKernel(t, func(b bench) {
		cal := testkit.Calendar(t)
		rapid.Check(t, func(rt *rapid.T) {
			wipe(t, b.d)
			b.c.Set(testkit.Noon)
			current := rule.Ladder{}
			b.Ladder = func(string) rule.Ladder { return current }
			var ids []ref.Duty
			for range rapid.IntRange(1, 12).Draw(rt, "duties") { // opened on an empty ladder: none skips a rung
				if rapid.Bool().Draw(rt, "by hours") {
					ids = append(ids, b.open(sample(duty.In(rapid.IntRange(1, 24*60).Draw(rt, "hours")))))
				} else {
					ids = append(ids, b.open(sample(duty.On(civil.DateOf(testkit.Noon).AddDays(rapid.IntRange(0, 60).Draw(rt, "days"))))))
				}
			}
			now := testkit.Noon.Add(time.Duration(rapid.IntRange(0, 24*120).Draw(rt, "hour")) * time.Hour)
			for range rapid.IntRange(1, 3).Draw(rt, "ladders") {
				was := map[ref.Duty]int{}
				for _, id := range ids {
					was[id] = b.level(id)
				}
				current = anyLadder(rt)
				now = now.Add(time.Duration(rapid.IntRange(0, 24*20).Draw(rt, "later")) * time.Hour)
				b.c.Set(now)
				b.sweep()
				for _, id := range ids {
					d, want := b.get(id), was[id]
					for want < len(current.Steps) && comes(cal, current, want, d.Due) <= clock.Of(now) {
						want++
					}
					if got := b.level(id); got != want {
						rt.Fatalf("due %s at %s: on rung %d, want %d of %+v", d.Due.Time(), now, got, want, current.Steps)
					}
				}
			}
		})
	})
}
