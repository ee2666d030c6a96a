// Package cover hides small counts in tables of sums 「少于5人的数不公开」, and as
// many others as it takes that no hidden one can be reckoned from what is shown.
//
// It owns nothing and knows no slice. Tables are laid into a net: each count is
// an edge between two sums, so that any number of tables that share counts are
// settled together. It promises that for each hidden count there is another
// number with which all sums and all that is shown still hold. What is hidden
// already stays so. It never changes a number.
package cover

import (
	"container/heap"
	"math"
)

// Small is the count from which a cell shows to whoever may not see what is
// behind it: fewer could be recognised.
const Small = 5

// Veil says what of a count is shown.
type Veil uint8

// The veils.
const (
	Bare     Veil = iota
	Few           // that it is under Small, and not none
	Withheld      // nothing
)

// Words is what stands in the place of the number.
func (v Veil) Words() string { return map[Veil]string{Few: "<5", Withheld: "不公开"}[v] }

// Cell is a count that belongs to two sums.
type Cell struct {
	N         int64
	Low, High int64 // what other tables leave possible
	Veil      Veil
	Sum       bool // rather not withheld
	Fixed     bool // known from elsewhere: cannot be another number
	from, to  int
}

// may tells whether a reader must hold a count one higher or lower for possible under a veil.
func (c *Cell) may(v Veil, more bool) bool {
	if c.Fixed || more && c.N >= c.High || !more && c.N <= c.Low {
		return false
	}
	switch v {
	case Few:
		return more && c.N < Small-1 || !more && c.N > 1
	case Withheld:
		return more || c.N > 0 && c.N != Small // who knows that few numbers under 5 are withheld learns nothing
	}
	return false
}

const never = math.MaxInt64 / 2

// price is what it costs to know less of a cell, so that a step is possible:
// nothing where it is, else its number, rather not a sum, a zero or the word of few.
func (c *Cell) price(more bool) int64 {
	switch {
	case c.may(c.Veil, more):
		return 0
	case !c.may(Withheld, more):
		return never
	case c.N == 0:
		return 1 << 40
	case c.N < Small:
		return 1 << 48
	case c.Sum:
		return c.N + 1<<32
	}
	return c.N
}

// Net is counts between sums: what goes into a sum goes out of it.
type Net struct {
	Cells []Cell
	at    [][]int // the cells of each sum
}

// Node adds a sum.
func (n *Net) Node() int {
	n.at = append(n.at, nil)
	return len(n.at) - 1
}

// Add puts a count between two sums and gives its place in Cells.
func (n *Net) Add(from, to int, count int64) int {
	i := len(n.Cells)
	n.Cells = append(n.Cells, Cell{N: count, High: math.MaxInt64, from: from, to: to})
	n.at[from] = append(n.at[from], i)
	if to != from {
		n.at[to] = append(n.at[to], i)
	}
	return i
}

// step takes a cell one higher or lower.
type step struct {
	cell int
	more bool
}

// Settle hides what is small and sees that each hidden cell could hold another
// number: all sums still hold exactly where one more or one fewer goes round a
// circle of hidden cells, each within what it may hold (the residual circulation
// of Ford and Fulkerson); where there is none, the circle that costs least to
// know is covered. It tells whether that was possible for all.
func (n *Net) Settle() bool {
	for i := range n.Cells {
		if c := &n.Cells[i]; c.Veil == Bare && c.N > 0 && c.N < Small {
			c.Veil = Few
		}
	}
	open, whole := make([]bool, len(n.Cells)), true
	for i := range n.Cells {
		if n.Cells[i].Veil == Bare || open[i] || n.Cells[i].Fixed {
			continue
		}
		circle, price := n.circle(step{i, true})
		if other, less := n.circle(step{i, false}); less < price {
			circle, price = other, less
		}
		whole = whole && price < never
		for _, s := range circle {
			open[s.cell] = true
			if n.Cells[s.cell].price(s.more) > 0 {
				n.Cells[s.cell].Veil = Withheld
			}
		}
	}
	return whole
}

// ends gives between which sums a step moves.
func (n *Net) ends(s step) (from, to int) {
	if c := n.Cells[s.cell]; s.more {
		return c.from, c.to
	}
	return n.Cells[s.cell].to, n.Cells[s.cell].from
}

type waiting struct {
	cost int64
	node int
}

type queue []waiting

func (q queue) Len() int { return len(q) }
func (q queue) Less(i, j int) bool {
	return q[i].cost < q[j].cost || q[i].cost == q[j].cost && q[i].node < q[j].node
}
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)   { *q = append(*q, x.(waiting)) }
func (q *queue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}

// circle finds the cheapest way round that begins with a step (Dijkstra).
func (n *Net) circle(first step) ([]step, int64) {
	price := n.Cells[first.cell].price(first.more)
	if price >= never {
		return nil, never
	}
	goal, start := n.ends(first)
	cost, by := make([]int64, len(n.at)), make([]step, len(n.at))
	for i := range cost {
		cost[i] = never
	}
	cost[start] = price
	for q := (queue{{price, start}}); len(q) > 0; {
		now := heap.Pop(&q).(waiting)
		if now.node == goal {
			break
		}
		if now.cost > cost[now.node] {
			continue
		}
		for _, i := range n.at[now.node] {
			s := step{i, n.Cells[i].from == now.node}
			if _, to := n.ends(s); i != first.cell {
				if more := n.Cells[i].price(s.more); more < never && now.cost+more < cost[to] {
					cost[to], by[to] = now.cost+more, s
					heap.Push(&q, waiting{cost[to], to})
				}
			}
		}
	}
	if cost[goal] >= never {
		return nil, never
	}
	circle := []step{first}
	for at := goal; at != start; at, _ = n.ends(by[at]) {
		circle = append(circle, by[at])
	}
	return circle, cost[goal]
}

// Grid is a table of which the first column counts the others together and,
// where Summed, the last row the others.
type Grid struct {
	Counts    [][]int64
	Summed    bool
	Low, High [][]int64 // what other tables leave possible; nil = anything
	Corner    bool      // the sum of all is known from elsewhere
}

// Veils settles a table.
func (g Grid) Veils() [][]Veil {
	var n Net
	var columns []int
	for range g.Counts[0] {
		if len(columns) == 0 || g.Summed {
			columns = append(columns, n.Node())
		} else {
			columns = append(columns, columns[0])
		}
	}
	last := len(g.Counts) - 1
	for i, row := range g.Counts {
		at, bottom := n.Node(), g.Summed && last > 0 && i == last
		for j, count := range row {
			from, to := at, columns[j]
			if (j == 0) != bottom {
				from, to = to, from
			}
			c := &n.Cells[n.Add(from, to, count)]
			c.Sum = j == 0 || bottom
			c.Fixed = g.Corner && j == 0 && i == last
			if g.Low != nil {
				c.Low = g.Low[i][j]
			}
			if g.High != nil {
				c.High = g.High[i][j]
			}
		}
	}
	whole := n.Settle()
	out := make([][]Veil, len(g.Counts))
	for i, row := range g.Counts {
		out[i] = make([]Veil, len(row))
		for j := range row {
			c := n.Cells[i*len(row)+j]
			if out[i][j] = c.Veil; !whole && !c.Fixed {
				out[i][j] = Withheld
			}
		}
	}
	return out
}
