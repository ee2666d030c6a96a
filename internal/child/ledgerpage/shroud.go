package ledgerpage

import (
	"cmp"
	"context"
	"sync"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/child/ledger"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/region"
	"weibao/internal/rule"
	"weibao/internal/tally/cover"
	"weibao/internal/ui"
)

// shown gives a cell of a table as its reader may have it.
func (r gridRow) shown(i int) string {
	if r.bare(i) {
		return ui.Count(int(r.counts[i]))
	}
	return r.veils[i].Words()
}

func (r gridRow) bare(i int) bool { return r.veils == nil || r.veils[i] == cover.Bare }

// shroud is what readers without the right to files may know of a division and
// two levels below it on one day: all their pages are cut from it, so that none
// tells what another covers. It stays as it is for the day, because two states
// shortly after each other would tell together what each covers.
type shroud struct {
	day    civil.Date
	at     clock.Instant
	root   place
	cells  map[string][]child.Cell // by division
	veils  map[spot][]cover.Veil   // of the numbers by level
	ages   map[string][][]cover.Veil
	months map[string][]ledger.Month
	past   map[string][][]cover.Veil // of the months, by category
}

// spot is a division and a category, "" for all children.
type spot struct{ region, category string }

// place is a division with those below it.
type place struct {
	region.Choice
	below []place
}

// find gives a division of the tree.
func (p place) find(code string) (place, bool) {
	if p.Code == code {
		return p, true
	}
	for _, b := range p.below {
		if found, ok := b.find(code); ok {
			return found, true
		}
	}
	return place{}, false
}

// shrouds keeps those of the day.
type shrouds struct {
	sync.Mutex
	kept map[string]*shroud
}

// of gives the shroud of a division for today.
func (p *Pages) shroud(ctx context.Context, tx *db.Tx, by access.Actor, root string, picked []rule.Category) (*shroud, error) {
	p.shrouds.Lock()
	defer p.shrouds.Unlock()
	on := today(tx)
	if s := p.shrouds.kept[root]; s != nil && s.day == on {
		return s, nil
	}
	categories := []string{""}
	for _, c := range picked {
		categories = append(categories, c.ID)
	}
	s, err := p.weave(ctx, tx, by, root, categories)
	if err != nil {
		return nil, err
	}
	s.day, s.at = on, tx.Now
	if p.shrouds.kept == nil {
		p.shrouds.kept = map[string]*shroud{}
	}
	p.shrouds.kept[root] = s
	return s, nil
}

// weave reads the numbers of a division and of those within two levels, and covers them.
func (p *Pages) weave(ctx context.Context, tx *db.Tx, by access.Actor, root string, categories []string) (*shroud, error) {
	s := &shroud{root: place{Choice: region.Choice{Code: root}}, cells: map[string][]child.Cell{}, months: map[string][]ledger.Month{}}
	codes := []string{root}
	var grow func(at *place, depth int) error
	grow = func(at *place, depth int) error {
		if depth == 0 {
			return nil
		}
		below, err := region.Choices(ctx, tx, by, at.Code)
		for _, c := range below {
			at.below, codes = append(at.below, place{Choice: c}), append(codes, c.Code)
		}
		for i := range at.below {
			if err == nil {
				err = grow(&at.below[i], depth-1)
			}
		}
		return err
	}
	if err := grow(&s.root, 2); err != nil {
		return nil, err
	}
	cells, err := p.Cabinet.Cells(ctx, tx, by, codes)
	if err != nil {
		return nil, err
	}
	for _, c := range cells {
		s.cells[c.Region] = append(s.cells[c.Region], c)
	}
	for _, category := range categories {
		if s.months[category], err = p.Desk.Trend(ctx, tx, by, root, category, s.cells[root], trendMonths); err != nil {
			return nil, err
		}
	}
	s.settle(categories)
	return s, nil
}

// settle covers all tables. Each is settled as if the others were known: what a
// category may hold at most is what all children are, and these at least what
// each category holds.
func (s *shroud) settle(categories []string) {
	s.veils, s.ages, s.past = map[spot][]cover.Veil{}, map[string][][]cover.Veil{}, map[string][][]cover.Veil{}
	for _, category := range categories {
		blind := s.settleLevels(category, categories)
		bounds := func(of func(category string) [][]int64) cover.Grid {
			g := cover.Grid{Counts: of(category)}
			if category != "" {
				g.High = of("")
				return g
			}
			for _, c := range categories[1:] {
				g.Low = most(g.Low, of(c))
			}
			return g
		}
		ages := bounds(func(c string) [][]int64 { return ageCounts(s.cells[s.root.Code], c) })
		ages.Summed, ages.Corner = true, true
		s.ages[category] = ages.Veils()
		for i := range s.months[category] {
			row := []cover.Veil(nil)
			if s.months[category][i].Now {
				row = s.veils[spot{s.root.Code, category}]
			} else {
				row = bounds(func(c string) [][]int64 { return [][]int64{s.monthOf(c, s.months[category][i].Month)} }).Veils()[0]
			}
			s.past[category] = append(s.past[category], row)
		}
		if blind {
			withhold(s.ages[category])
		}
	}
}

func withhold(table [][]cover.Veil) {
	for _, row := range table {
		for i := range row {
			row[i] = cover.Withheld
		}
	}
}

func (s *shroud) monthOf(category, month string) []int64 {
	for _, m := range s.months[category] {
		if m.Month == month && !m.Now {
			return monthCounts(m)
		}
	}
	return make([]int64, child.MaxLevel+2)
}

// most gives the greater of each two counts.
func most(a, b [][]int64) [][]int64 {
	if a == nil {
		return b
	}
	for i := range a {
		for j := range a[i] {
			a[i][j] = max(a[i][j], b[i][j])
		}
	}
	return a
}

// settleLevels covers the numbers by level of all divisions, of one category.
// Rows and columns of all pages are sums of one net. What a division holds
// beside those below it is told nowhere, but could be reckoned like a row.
func (s *shroud) settleLevels(category string, categories []string) (blind bool) {
	var net cover.Net
	places := map[string]int{} // the first cell of a division
	ground := net.Node()
	var lay func(p place, above func(column int) int)
	row := func(counts []int64, from, to func(column int) int) int {
		first := len(net.Cells)
		for j, n := range counts {
			if j == 0 {
				net.Add(to(j), from(j), n)
			} else {
				net.Add(from(j), to(j), n)
			}
			net.Cells[len(net.Cells)-1].Sum = j == 0
		}
		return first
	}
	lay = func(p place, above func(column int) int) {
		counts := s.counts(p.Code, category)
		own := net.Node()
		within := func(int) int { return own }
		if len(p.below) > 0 {
			for range len(counts) - 1 {
				net.Node()
			}
			within = func(column int) int { return own + column }
		}
		places[p.Code] = row(counts, within, above)
		if len(p.below) == 0 {
			return
		}
		rest := append([]int64(nil), counts...)
		for _, b := range p.below {
			lay(b, within)
			for j, n := range s.counts(b.Code, category) {
				rest[j] -= n
			}
		}
		if rest[0] > 0 {
			end := net.Node()
			row(rest, func(int) int { return end }, within)
		}
	}
	lay(s.root, func(int) int { return ground })
	for code, first := range places {
		for j := range s.counts(code, category) {
			c := &net.Cells[first+j]
			if c.Sum = c.Sum || code == s.root.Code; category != "" {
				c.High = s.counts(code, "")[j]
			} else {
				for _, other := range categories[1:] {
					c.Low = max(c.Low, s.counts(code, other)[j])
				}
			}
		}
	}
	total := &net.Cells[places[s.root.Code]]
	total.Fixed = true // the tables by age and month tell it, too
	blind = !net.Settle() || total.N > 0 && total.N < cover.Small
	for code, first := range places {
		veils := make([]cover.Veil, child.MaxLevel+2)
		for j := range veils {
			if veils[j] = net.Cells[first+j].Veil; blind {
				veils[j] = cover.Withheld
			}
		}
		s.veils[spot{code, category}] = veils
	}
	return blind
}

func (s *shroud) counts(code, category string) []int64 {
	return byLevel(s.cells[code], code, category)
}

// cut gives the numbers of a page to a reader without the right to files.
func (n *numbers) cut(s *shroud) (below []region.Choice, parts, own []child.Cell, err error) {
	at, there := s.root.find(n.region)
	if !there {
		return nil, nil, nil, errs.Missing()
	}
	n.asof, n.apart = s.at, at.Code != s.root.Code
	for _, b := range at.below {
		below, parts = append(below, b.Choice), append(parts, s.cells[b.Code]...)
	}
	if !n.apart {
		n.months = s.months[n.category]
	}
	return below, parts, s.cells[n.region], nil
}

// cover lays the shroud over the tables.
func (n *numbers) cover(s *shroud) {
	places, categories, ages, months := &n.tables[0], &n.tables[1], &n.tables[2], &n.tables[3]
	for i := range places.rows {
		code := cmp.Or(places.rows[i].code, n.region)
		places.rows[i].veils = s.veils[spot{code, n.category}]
		if _, deeper := s.root.find(code); !deeper {
			places.rows[i].href = ""
		}
	}
	for i, c := range n.picked {
		categories.rows[i].veils = s.veils[spot{n.region, c.ID}]
	}
	if n.apart {
		ages.rows, months.rows = nil, nil
		return
	}
	for i := range ages.rows {
		ages.rows[i].veils = s.ages[n.category][i]
	}
	for i := range months.rows {
		months.rows[i].veils = s.past[n.category][i]
	}
}
