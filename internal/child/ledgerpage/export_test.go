package ledgerpage

import (
	"weibao/internal/child"
	"weibao/internal/child/ledger"
	"weibao/internal/region"
	"weibao/internal/tally/cover"
)

// Told is what readers without the right to files are told of a division with two levels below it.
type Told struct{ s *shroud }

// Tell covers a population; tree gives the divisions right below each.
func Tell(root string, tree map[string][]string, cells []child.Cell, months map[string][]ledger.Month, categories []string) Told {
	var grow func(code string) place
	grow = func(code string) place {
		p := place{Choice: region.Choice{Code: code}}
		for _, c := range tree[code] {
			p.below = append(p.below, grow(c))
		}
		return p
	}
	s := &shroud{root: grow(root), cells: map[string][]child.Cell{}, months: months}
	for _, c := range cells {
		s.cells[c.Region] = append(s.cells[c.Region], c)
	}
	s.settle(categories)
	return Told{s}
}

// Levels, Ages and Months give the true counts and what is shown of them.
func (t Told) Levels(region, category string) ([]int64, []cover.Veil) {
	return t.s.counts(region, category), t.s.veils[spot{region, category}]
}

func (t Told) Ages(category string) ([][]int64, [][]cover.Veil) {
	return ageCounts(t.s.cells[t.s.root.Code], category), t.s.ages[category]
}

func (t Told) Months(category string) (counts [][]int64, veils [][]cover.Veil) {
	for _, m := range t.s.months[category] {
		counts = append(counts, monthCounts(m))
	}
	return counts, t.s.past[category]
}
