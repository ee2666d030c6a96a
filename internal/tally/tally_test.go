package tally_test

import (
	"testing"
	"time"

	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/tally"
)

func TestLinesStandWithTheGreatestFirstAndEqualOnesByKey(t *testing.T) {
	lines := tally.Lines{}
	for _, key := range []string{"b", "c", "a", "c"} {
		lines.Add(key).Open += tally.One(key != "a")
	}
	got := lines.Sorted()
	if len(got) != 3 || got[0] != (tally.Line{Key: "c", N: 2, Open: 2}) || got[1] != (tally.Line{Key: "a", N: 1}) || got[2].Key != "b" {
		t.Errorf("%+v", got)
	}
}

func TestMedianAndNinthDecileAreTimesThatOccurred(t *testing.T) {
	start := clock.Of(time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC))
	for n, want := range map[int]tally.Span{0: {}, 1: {N: 1, Median: 1, P90: 1}, 2: {N: 2, Median: 1, P90: 2}, 10: {N: 10, Median: 5, P90: 9}, 11: {N: 11, Median: 6, P90: 10}} {
		var times tally.Times
		times.Add(start, 0) // has not happened
		for i := n; i > 0; i-- {
			times.Add(start, start.Add(time.Duration(i)*time.Hour))
		}
		want.Median, want.P90 = want.Median*time.Hour, want.P90*time.Hour
		if got := times.Span(); got != want {
			t.Errorf("of %d: %+v instead of %+v", n, got, want)
		}
	}
}

func TestWhatIsLateCountsWithAndWithoutTheFact(t *testing.T) {
	var times tally.Times
	times.Add(10, 0)
	times.Late(true) // still waits
	times.Add(10, 20)
	times.Late(false)
	times.Add(10, 30)
	times.Late(true)
	if s := times.Span(); s.N != 2 || s.Late != 2 {
		t.Errorf("%+v", s)
	}
}

func TestAPeriodIsWhatWasTypedOrTheLastThirtyDays(t *testing.T) {
	today := civil.MustParse("2026-03-31")
	for _, c := range []struct{ from, to, wantFrom, wantTo string }{
		{"", "", "2026-03-02", "2026-03-31"}, {"2026-01-01", "2026-01-31", "2026-01-01", "2026-01-31"}, {"x", "2026-03-05", "2026-03-02", "2026-03-05"},
	} {
		p := tally.PeriodOf(c.from, c.to, today)
		if p.From.String() != c.wantFrom || p.To.String() != c.wantTo {
			t.Errorf("%q, %q: %v", c.from, c.to, p)
		}
		from, to := p.Bounds()
		if !from.Time().Equal(p.From.Start()) || !to.Time().Equal(p.To.AddDays(1).Start()) {
			t.Errorf("%v runs from %v to %v", p, from, to)
		}
	}
}
