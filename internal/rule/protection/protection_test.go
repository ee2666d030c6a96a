package protection_test

import (
	"slices"
	"strings"
	"testing"

	"weibao/internal/civil"
	"weibao/internal/rule"
	"weibao/internal/rule/protection"
	"weibao/rules"
)

var today = civil.MustParse("2026-11-22")

// counties are those whose rules are shipped, the demo among them.
var counties = []string{"beiliu", "demo", "jinyuan", "nongchang", "rangtang", "wangzhai", "wuhai", "yangchang", "yinchuan"}

func book(t *testing.T, county string) *rule.Book {
	t.Helper()
	b, err := rule.Load(rules.FS, county)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Each measure of the county's work is there, with its basis, and what it
// names is there as well: its documents, its clocks, the facts of others.
func TestEveryMeasureStandsOnWhatTheCountyHas(t *testing.T) {
	for _, county := range counties {
		b := book(t, county)
		for _, id := range []string{"advice", "reprimand", "warning", "guidance", "order", "entrusted", "custody", "revocation", "custodian", "restoration", "settlement", "return", protection.Rescue} {
			m, ok := b.Measure(id, today)
			if !ok || m.Cite() == "" || len(m.Papers) == 0 || len(m.Duties) == 0 {
				t.Errorf("%s: %s has no basis, no document or opens no duty", county, id)
			}
			for _, paper := range m.Papers {
				if _, ok := b.Paper(paper, today); !ok {
					t.Errorf("%s: %s has no document %s", county, id, paper)
				}
			}
			for _, f := range m.Facts {
				if f.Window == nil {
					continue
				}
				other, _ := b.Measure(f.Window.Measure, today)
				if _, ok := other.Fact(f.Window.Fact); !ok {
					t.Errorf("%s: %s counts from %s of %s, which is not there", county, id, f.Window.Fact, f.Window.Measure)
				}
			}
			for _, d := range m.Duties {
				for _, clocks := range []string{d.Clock, d.Again, d.For} {
					if clocks != "" && !slices.ContainsFunc(strings.Fields(clocks), func(c string) bool { return has(b, c) }) {
						t.Errorf("%s: %s of %s has none of the clocks %s", county, d.ID, id, clocks)
					}
				}
			}
		}
	}
}

// What the law asks for in writing is required where it is recorded, with its
// article; danger waits for no document; each requirement can be met.
func TestDocumentsAreRequiredAtTheirFactsWithTheirBasis(t *testing.T) {
	for _, county := range counties {
		b := book(t, county)
		n := 0
		for _, m := range b.Measures(today) {
			for _, f := range m.Facts {
				for _, need := range f.Needs {
					n++
					if _, template := b.Paper(need.ID, today); f.Alarm || need.Label == "" && !template || need.Status == "law" && !strings.Contains(need.Basis(), "第") {
						t.Errorf("%s: %s of %s needs %+v", county, f.ID, m.ID, need)
					}
				}
			}
		}
		if n < 25 {
			t.Errorf("%s: %d requirements", county, n)
		}
	}
	wrong := protection.Measure{Facts: []protection.Fact{{ID: "a", Phase: protection.Held, State: "甲", Needs: []protection.Need{{ID: "none"}}}}}
	if wrong.Check() == "" {
		t.Error("a document that nobody can write is required")
	}
}

func has(b *rule.Book, id string) bool {
	if c, ok := b.Clock(id, today); ok {
		return c.Span.N != 0
	}
	_, ok := b.Limit(id, today)
	return ok
}

func TestTheSevenGroundsOfCareForATimeAndTheFiveOfCareForLong(t *testing.T) {
	b := book(t, "demo")
	for id, want := range map[string]int{"custody": 7, "custodian": 5} {
		m, _ := b.Measure(id, today)
		n := 0
		for _, g := range m.Grounds {
			if strings.HasPrefix(g.Article, "第九十") {
				n++
			}
		}
		if n != want {
			t.Errorf("%s has %d grounds of the law", id, n)
		}
	}
	m, _ := b.Measure("revocation", today)
	if len(m.Askers) != 8 {
		t.Errorf("%d may apply (民法典 第三十六条)", len(m.Askers))
	}
}
