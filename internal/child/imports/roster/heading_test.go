package roster_test

import (
	"testing"

	"weibao/internal/child/imports/roster"
	"weibao/internal/civil"
	"weibao/internal/sheet"
	"weibao/internal/testkit"
)

func recognized(w roster.Words, headings ...string) []string {
	row := sheet.Row{Number: 1}
	for _, h := range headings {
		row.Cells = append(row.Cells, sheet.Cell{Text: h})
	}
	var out []string
	for _, c := range w.Recognize([]sheet.Row{row}).Columns {
		out = append(out, c.Field)
	}
	return out
}

func TestHeadingsOfTheRulesAreKnownBesideThoseOfEveryList(t *testing.T) {
	rules := testkit.Book(t, "demo").Headings(civil.MustParse("2026-11-22"))
	headings := []string{"*姓名", "1.身份证号码（18位）", "民族成分", "残别", "天气", "性别"}
	with, without := recognized(roster.WordsOf(rules), headings...), recognized(roster.Words{}, headings...)
	for i, want := range []string{"name", "number", "ethnic", "disability", "", "sex"} {
		if with[i] != want {
			t.Errorf("%s is taken for %q", headings[i], with[i])
		}
	}
	if without[2] != "" || without[3] != "" {
		t.Error("the rules were not needed", without)
	}
}

func TestEveryHeadingOfTheRulesLeadsToAFieldOrToNone(t *testing.T) {
	book, on, found := testkit.Book(t, "demo"), civil.MustParse("2026-11-22"), 0
	for _, h := range book.HeadingLists(on) {
		for _, word := range append(h.Headings, h.Label) {
			got := recognized(roster.WordsOf(book.Headings(on)), "姓名", "性别", word)
			if len(got) < 3 || got[2] == "" {
				continue
			}
			if found++; !roster.Known(got[2]) {
				t.Errorf("%s leads to %q, which no list has", word, got[2])
			}
		}
	}
	if found < 150 {
		t.Error("few are known:", found)
	}
}
