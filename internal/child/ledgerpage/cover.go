package ledgerpage

import (
	"iter"
	"math"
	"slices"

	"weibao/internal/rule"
	"weibao/internal/ui"
)

// small is the count from which a cell shows to whoever may not see the files
// behind it: fewer children could be recognised.
const small = 5

// veil says what of a count is shown.
type veil uint8

const (
	bare     veil = iota
	few           // "<5"
	withheld      // 不公开: any number, so that no other can be reckoned from it
)

var veiled = map[veil]string{few: "<5", withheld: "不公开"}

func (r gridRow) bare(i int) bool { return r.veils == nil || r.veils[i] == bare }

// shown gives a cell of a table as its reader may have it.
func (r gridRow) shown(i int) string {
	if r.bare(i) {
		return ui.Count(int(r.counts[i]))
	}
	return veiled[r.veils[i]]
}

// may tells whether a reader must hold a count one higher or lower for possible.
func (v veil) may(n int64, more bool) bool {
	switch v {
	case few:
		return more && n < small-1 || !more && n > 1
	case withheld:
		return more || n > 0 && n != small // who knows that few numbers under 5 are withheld learns nothing
	}
	return false
}

// cloth is what covers a table: the first column counts the others together
// and, where summed, the last row the others.
type cloth struct {
	counts [][]int64
	summed bool
	veils  [][]veil
}

// step takes a cell one higher or lower.
type step struct {
	row, column int
	more        bool
}

// cover hides what is small, and as many more as it takes that no hidden cell
// can be reckoned from what is shown. What is hidden already stays so.
func (g *grid) cover() {
	c := cloth{summed: g.summed && len(g.rows) > 1}
	for i := range g.rows {
		r := &g.rows[i]
		if r.veils == nil {
			r.veils = make([]veil, len(r.counts))
		}
		for j, n := range r.counts {
			if r.veils[j] == bare && n > 0 && n < small {
				r.veils[j] = few
			}
		}
		c.counts, c.veils = append(c.counts, r.counts), append(c.veils, r.veils)
	}
	c.settle()
}

// settle sees that each hidden cell could hold another number. Rows and columns
// are places between which the counts flow round: a part from its row to its
// column, a sum back. All sums still hold exactly where one more or one fewer
// goes round a circle of hidden cells, each within what it may hold (the
// residual circulation of Ford and Fulkerson); where there is none, the circle
// that costs least to know is covered.
func (c cloth) settle() {
	open := map[[2]int]bool{}
	for i, row := range c.veils {
		for j := range row {
			if c.veils[i][j] == bare || open[[2]int{i, j}] {
				continue
			}
			circle, price := c.circle(step{i, j, true})
			if other, less := c.circle(step{i, j, false}); less < price {
				circle = other
			}
			for _, s := range circle {
				open[[2]int{s.row, s.column}] = true
				if c.price(s) > 0 {
					c.veils[s.row][s.column] = withheld
				}
			}
		}
	}
}

// cover hides in all tables, alike where they tell the same number.
func (n *numbers) cover() {
	places, categories, ages, months := &n.tables[0], &n.tables[1], &n.tables[2], &n.tables[3]
	places.cover()
	sum := places.rows[len(places.rows)-1].veils
	all := ages.rows[len(ages.rows)-1]
	all.veils = append([]veil{sum[0]}, make([]veil, len(all.counts)-1)...)
	ages.rows[len(ages.rows)-1] = all
	ages.cover()
	sum[0] = all.veils[0]
	places.cover()
	months.rows[len(months.rows)-1].veils = slices.Clone(sum)
	if i := slices.IndexFunc(n.picked, func(c rule.Category) bool { return c.ID == n.category }); i >= 0 {
		categories.rows[i].veils = slices.Clone(sum)
	}
	categories.cover()
	months.cover()
}

const never = math.MaxInt64 / 2

// price is what it costs to know less of a cell, so that a step is possible:
// nothing where it is, else its number, rather not a sum, a zero or the word "<5".
func (c cloth) price(s step) int64 {
	n, v := c.counts[s.row][s.column], c.veils[s.row][s.column]
	switch {
	case v.may(n, s.more):
		return 0
	case !withheld.may(n, s.more):
		return never
	case n == 0:
		return 1 << 40
	case n < small:
		return 1 << 48
	case s.column == 0 || c.summed && s.row == len(c.counts)-1:
		return n + 1<<32
	}
	return n
}

// circle finds the cheapest way round that begins with a step (Dijkstra).
func (c cloth) circle(first step) ([]step, int64) {
	goal, start := c.ends(first)
	nodes := len(c.counts) + len(c.counts[0])
	cost, by, done := make([]int64, nodes), make([]step, nodes), make([]bool, nodes)
	for i := range cost {
		cost[i] = never
	}
	cost[start] = c.price(first)
	for at := start; at != goal; {
		done[at] = true
		for s := range c.steps(at) {
			if s.row == first.row && s.column == first.column {
				continue
			}
			_, to := c.ends(s)
			if price := cost[at] + c.price(s); price < cost[to] {
				cost[to], by[to] = price, s
			}
		}
		at = -1
		for i, known := range done {
			if !known && cost[i] < never && (at < 0 || cost[i] < cost[at]) {
				at = i
			}
		}
		if at < 0 {
			return nil, never
		}
	}
	circle := []step{first}
	for at := goal; at != start; at, _ = c.ends(by[at]) {
		circle = append(circle, by[at])
	}
	return circle, cost[goal]
}

// steps gives the steps that lead away from a place.
func (c cloth) steps(at int) iter.Seq[step] {
	rows, columns := [2]int{0, len(c.counts)}, [2]int{0, len(c.counts[0])}
	if at < len(c.counts) {
		rows = [2]int{at, at + 1}
	} else if c.summed {
		columns = [2]int{at - len(c.counts), at - len(c.counts) + 1}
	}
	return func(yield func(step) bool) {
		for i := rows[0]; i < rows[1]; i++ {
			for j := columns[0]; j < columns[1]; j++ {
				s := step{i, j, true}
				if from, _ := c.ends(s); from != at {
					s.more = false
				}
				if !yield(s) {
					return
				}
			}
		}
	}
}

// ends gives between which places a step moves; columns that nothing sums are one.
func (c cloth) ends(s step) (from, to int) {
	from, to = s.row, len(c.counts)
	if c.summed {
		to += s.column
	}
	back := (s.column == 0) != (c.summed && s.row == len(c.counts)-1)
	if back == s.more {
		return to, from
	}
	return from, to
}
