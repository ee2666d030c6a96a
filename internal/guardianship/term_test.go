package guardianship_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/guardianship"
	"weibao/internal/ref"
)

func day(s string) civil.Date { return civil.MustParse(s) }

func noonOf(s string) clock.Instant { return clock.Of(day(s).Start().Add(12 * time.Hour)) }

// granted gives an order that holds from 2026-03-02 to 2026-09-02.
func (k desk) granted() ref.Measure {
	k.t.Helper()
	m, err := k.open(officer, k.child(), order(false))
	if err != nil {
		k.t.Fatal(err)
	}
	k.must(court, m, "accepted", "granted", "served")
	return m
}

func extension(since, until string) guardianship.Entry {
	e := guardianship.Entry{Kind: "extended"}
	if since != "" {
		e.Since = day(since)
	}
	if until != "" {
		e.Until = day(until)
	}
	return e
}

// A prolonged order holds for six months at most from the end of the old term
// or the day that the ruling names, not from the day on which it is entered.
func TestAProlongedOrderCountsFromTheDayOfItsRuling(t *testing.T) {
	for _, c := range []struct{ name, since, until, from, to string }{
		{"nothing named: from the end of the old term", "", "", "2026-09-02", "2027-03-02"},
		{"a shorter term", "", "2026-12-02", "2026-09-02", "2026-12-02"},
		{"from the day after", "2026-09-03", "2027-03-02", "2026-09-03", "2027-03-02"},
		{"from the day of the decision", "2026-08-20", "2027-02-20", "2026-08-20", "2027-02-20"},
	} {
		t.Run(c.name, func(t *testing.T) {
			withDesk(t, func(t *testing.T, k desk) {
				m := k.granted()
				k.c.Set(noonOf("2026-08-20").Time())
				if _, err := k.record(court, m, extension(c.since, c.until)); err != nil {
					t.Fatal(err)
				}
				got := k.get(court, m)
				last := got.Facts[len(got.Facts)-1]
				if got.Until != day(c.to) || last.Since != day(c.from) || got.Facts[2].Until != day("2026-09-02") {
					t.Errorf("holds from %s to %s, before to %s", last.Since, got.Until, got.Facts[2].Until)
				}
				todo := k.todo(m)
				if got := civil.DateOf(todo["renew"].Due.Time()); got != day(c.to).AddDays(-15) {
					t.Errorf("the next extension is weighed by %s", got)
				}
				if todo["pass"].Unit != court.Post.Unit {
					t.Errorf("nobody passes the ruling on: %v", todo)
				}
				k.must(court, m, "passed")
				if _, open := k.todo(m)["pass"]; open {
					t.Error("the ruling is still to be passed on")
				}
			})
		})
	}
}

func TestAnOrderThatLapsedIsNotProlonged(t *testing.T) {
	for _, c := range []struct{ name, on, since, until, words, field string }{
		{"a gap between the terms", "2026-08-20", "2026-09-04", "", "", "since"},
		{"before its own decision", "2026-08-20", "2026-08-19", "", "", "since"},
		{"no later than the old term", "2026-08-20", "", "2026-09-02", "", "until"},
		{"longer than six months", "2026-08-20", "", "2027-03-03", "", "until"},
		{"decided after the lapse, without a word", "2026-09-03", "", "", "", "words"},
		{"decided after the lapse, from then on", "2026-09-05", "2026-09-05", "", "裁定书写明", "since"},
	} {
		t.Run(c.name, func(t *testing.T) {
			withDesk(t, func(t *testing.T, k desk) {
				m := k.granted()
				k.c.Set(noonOf(c.on).Time())
				e := extension(c.since, c.until)
				e.Detail.Words = c.words
				_, err := k.record(court, m, e)
				problem, _ := errors.AsType[*errs.Error](err)
				if problem == nil || problem.Fields[c.field] == "" {
					t.Errorf("%v", err)
				}
				if got := k.get(court, m); got.Until != day("2026-09-02") {
					t.Errorf("holds to %s", got.Until)
				}
			})
		})
	}
}

// A ruling entered late counts from its own days; one after it follows on these.
func TestARulingEnteredLateFollowsOnTheTermOfItsDay(t *testing.T) {
	withDesk(t, func(t *testing.T, k desk) {
		m := k.granted()
		k.c.Set(noonOf("2026-10-10").Time())
		late := extension("", "")
		late.At, late.Day = noonOf("2026-08-25"), true
		if _, err := k.record(court, m, late); err != nil {
			t.Fatal(err)
		}
		if _, err := k.record(court, m, extension("", "2027-06-01")); err != nil {
			t.Fatal(err)
		}
		got := k.get(court, m)
		last := got.Facts[len(got.Facts)-1]
		if last.Since != day("2027-03-02") || got.Until != day("2027-06-01") {
			t.Errorf("the second follows from %s to %s", last.Since, got.Until)
		}
	})
}

// An order that was applied for days before begins in its documents on the day
// on which it was made.
func TestADocumentNamesTheDayOnWhichTheOrderWasMade(t *testing.T) {
	withDesk(t, func(t *testing.T, k desk) {
		m, err := k.open(officer, k.child(), order(false))
		if err != nil {
			t.Fatal(err)
		}
		k.must(court, m, "accepted")
		k.c.Set(noonOf("2026-03-05").Time())
		k.must(court, m, "granted")
		var d guardianship.Draft
		if err := k.write(func(ctx context.Context, tx *db.Tx) (err error) {
			d, err = k.Paper(ctx, tx, officer, m, "order-notice", "石门村")
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if words := part(t, d.Bytes, "word/document.xml"); !strings.Contains(words, "2026年3月5日作出") || strings.Contains(words, "2026年3月2日") {
			t.Error(words)
		}
	})
}
