package rule_test

import (
	"fmt"
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
	elsewhere := map[string]bool{"T12": true, "T25": true, "T34": true, "T36": true}
	for n := 1; n <= 40; n++ {
		id := fmt.Sprintf("T%02d", n)
		if ids[id] == elsewhere[id] {
			t.Errorf("%s: held %v in a county of Sichuan", id, ids[id])
		}
	}
}
