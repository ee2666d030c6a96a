package screening_test

import (
	"slices"
	"testing"

	"weibao/internal/civil"
	"weibao/internal/rule"
	"weibao/internal/screening"
)

// TestEveryAnswerReachesTheFileOrIsNamed gives each answer of each question to
// a child of its own: afterwards the file tells that answer, or the entry says
// that the file did not take it.
func TestEveryAnswerReachesTheFileOrIsNamed(t *testing.T) {
	withDesk(t, func(x desk) {
		id := x.begin(officer, county)
		form, _ := x.k.Book().Screening("yearly", x.day())
		for _, q := range form.Questions {
			for _, answer := range choices(q) {
				n := full("单小明", village)
				n.Birth = civil.MustParse("2009-06-01") // sixteen: every question is asked
				if q.ID == "months-out" {
					n.Dossier.Schooling.State = "辍学"
				}
				who := x.file(n)
				told := x.enter(director, id, who, with(q.ID, answer))
				row, err := x.k.Cabinet.Get(t.Context(), x.d.Reader(), officer, who)
				if err != nil {
					t.Fatal(err)
				}
				says := q.Told(x.k.Cabinet.Facts(row, x.dossier(who), x.day()))
				if kept := slices.Contains(told.Kept, q.Label); says != answer && !kept || says == answer && kept {
					t.Errorf("%s: answered %q, the file says %q, named: %v", q.ID, answer, says, kept)
				}
				if again := x.enter(director, id, who, with()); again.Outcome != told.Outcome && told.Outcome != screening.Same {
					t.Errorf("%s: %s became %s by entering nothing new", q.ID, told.Outcome, again.Outcome)
				}
			}
		}
	})
}

// choices are the answers by choosing of a question that sets a fact.
func choices(q rule.Question) []string {
	switch {
	case q.Sets == "":
		return nil
	case q.Kind == "number":
		return []string{"7"}
	case q.Kind == "yes-no":
		return []string{rule.Yes, rule.No}
	}
	var out []string
	for _, o := range q.Options {
		out = append(out, o.Value)
	}
	return out
}
