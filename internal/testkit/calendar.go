package testkit

import (
	"testing"

	"weibao/internal/civil"
	"weibao/internal/rule"
	"weibao/rules"
)

// Calendar gives the working-day calendar of the years that the rules hold.
func Calendar(t testing.TB) *civil.Calendar {
	t.Helper()
	return civil.CalendarOf(Book(t, "").Notices())
}

// Book gives the rules of a county; "" is the national ones alone.
func Book(t testing.TB, county string) *rule.Book {
	t.Helper()
	b, err := rule.Load(rules.FS, county)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
