package procedure_test

import (
	"testing"

	"weibao/internal/civil"
	"weibao/internal/rule"
	"weibao/internal/rule/procedure"
	"weibao/rules"
)

var today = civil.MustParse("2026-11-22")

// What is done in an emergency can be asked for by some checklist, whatever
// happened: the list is that of the county's work.
func TestEmergenciesHaveTheirChecklists(t *testing.T) {
	b, err := rule.Load(rules.FS, "demo")
	if err != nil {
		t.Fatal(err)
	}
	proved := map[string]bool{}
	for _, id := range []string{"alone", "guardian", "missing", "violence", "harm", "event"} {
		list, ok := b.Checklist(id, today)
		if !ok || list.First == "" {
			t.Errorf("no checklist %s that says what to do first", id)
		}
		if problem := list.Check(); problem != "" {
			t.Errorf("%s%s", id, problem)
		}
		for _, s := range list.Steps {
			proved[s.Record] = true
			if s.Law && s.Basis == "" {
				t.Errorf("%s of %s: a limit of the law without the law", s.ID, id)
			}
		}
	}
	for _, record := range []string{"call", "guard", "placement", "notice", "medical", "forensic", "legal-aid", "school", "protection", "warning"} {
		if procedure.Records[record] == "" || !proved[record] {
			t.Errorf("no step is proved by %s", record)
		}
	}
}

// A public event changes clocks and asks for checklists that are there.
func TestEventsSwitchWhatIsThere(t *testing.T) {
	b, err := rule.Load(rules.FS, "demo")
	if err != nil {
		t.Fatal(err)
	}
	plans := b.Contingencies(today)
	if len(plans) < 3 {
		t.Fatalf("%d plans", len(plans))
	}
	for _, p := range plans {
		if len(p.Lists) == 0 || len(p.Clocks) == 0 {
			t.Errorf("%s switches no clocks or no lists", p.ID)
		}
		for _, id := range p.Lists {
			if _, ok := b.Checklist(id, today); !ok {
				t.Errorf("%s asks for the checklist %s, which is not there", p.ID, id)
			}
		}
		for _, c := range p.Clocks {
			if _, ok := b.Clock(c.ID, today); !ok {
				t.Errorf("%s changes the clock %s, which is not there", p.ID, c.ID)
			}
		}
	}
}
