package rule_test

import (
	"fmt"
	"slices"
	"testing"

	"weibao/internal/civil"
	"weibao/internal/rule"
	"weibao/rules"
)

var today = civil.MustParse("2026-11-22")

func load(t *testing.T, county string) *rule.Book {
	t.Helper()
	b, err := rule.Load(rules.FS, county)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestShippedRulesHaveNoMistakes(t *testing.T) {
	for _, f := range rule.Check(rules.FS) {
		t.Error(f)
	}
}

// elsewhere are the time limits that one province alone has.
var elsewhere = map[string]bool{"T12": true, "T25": true, "T34": true, "T36": true}

func TestEveryClockOfTheRegisterIsThere(t *testing.T) {
	ids := map[string]bool{}
	for _, region := range []string{"rangtang"} {
		b := load(t, region)
		for _, c := range b.Clocks(today) {
			ids[c.ID] = true
		}
		for _, c := range b.Cycles(today) {
			ids[c.ID] = true
		}
		for _, l := range b.Limits(today) {
			ids[l.ID] = true
		}
	}
	for n := 1; n <= 40; n++ {
		id := fmt.Sprintf("T%02d", n)
		if ids[id] == elsewhere[id] {
			t.Errorf("%s: held %v in a county of Sichuan", id, ids[id])
		}
	}
}

// read are the time limits of the register whose article was read; of the
// others only excerpts were seen, or nothing: they must say so.
var read = []int{1, 2, 5, 8, 9, 10, 11, 13, 14, 15, 16, 17, 31, 32, 33, 38, 39, 40}

func TestWhatWasNotReadInItsSourceSaysSo(t *testing.T) {
	b := load(t, "")
	sure, cited := map[string]bool{}, map[string]bool{}
	for _, c := range b.Clocks(today) {
		sure[c.ID], cited[c.ID] = c.Verified, c.Source.Document != ""
	}
	for _, c := range b.Cycles(today) {
		sure[c.ID], cited[c.ID] = c.Verified, c.Source.Document != ""
	}
	for _, l := range b.Limits(today) {
		sure[l.ID], cited[l.ID] = l.Verified, l.Source.Document != ""
	}
	held := 0
	for n := 1; n <= 40; n++ {
		id := fmt.Sprintf("T%02d", n)
		if elsewhere[id] {
			continue
		}
		verified, ok := sure[id]
		if !ok || !cited[id] {
			t.Errorf("%s: held %v, with a source %v", id, ok, cited[id])
			continue
		}
		held++
		if verified != slices.Contains(read, n) {
			t.Errorf("%s: verified %v", id, verified)
		}
	}
	if want := 40 - len(elsewhere); held != want {
		t.Errorf("%d of %d", held, want)
	}
}
