// Package generate invents children for the demo county, for tests and for
// measuring: households with names, ages, places, schools, facts and the
// categories and levels that follow from them.
//
// It owns no table. It promises that the same Population gives the same
// children, one after the other in constant memory however many there are;
// that every identity number is valid, borne once, and of the division 99
// which is not assigned, and every phone of a range which no operator has, so
// that they belong to nobody; and that what it calls the same child in
// Duplicates is, and nothing else. It never asks the time, and writes only
// through Fill.
package generate

import (
	"iter"
	"math/rand/v2"

	"weibao/internal/child"
	"weibao/internal/civil"
)

// Population says which children are to be made.
type Population struct {
	Seed  uint64
	N     int
	Today civil.Date
	// County is how many live in a county before the next one begins; 0 takes
	// 300,000. The first is the demo county, the others are invented.
	County int
}

// Child is one that was made.
type Child struct {
	Index  int       // from 0
	New    child.New // with what was established before as New.Told
	Family int       // siblings share it
	Left   []Leaving // categories of New that have ended since
	Ended  string    // why the file is closed, an id of child.CloseReasons; "" = it is open
}

// Leaving is the end of a category, for an id of child.LeaveReasons.
type Leaving struct{ Category, Reason string }

// Children gives the population in order.
func (p Population) Children() iter.Seq[Child] {
	return func(yield func(Child) bool) {
		m := p.maker()
		for m.next < p.N {
			for _, c := range m.household() {
				if c.Index < p.N && !yield(c) {
					return
				}
			}
		}
	}
}

// New gives the population as CreateAll takes it, without what happened later.
func (p Population) New() iter.Seq[child.New] {
	return func(yield func(child.New) bool) {
		for c := range p.Children() {
			if !yield(c.New) {
				return
			}
		}
	}
}

const countySize = 300_000

// maker makes one household after the other.
type maker struct {
	Population
	source *rand.PCG
	*rand.Rand
	next   int // index of the next child
	family int // number of the next household
	adults int // number of the next adult
	county county
}

func (p Population) maker() *maker {
	if p.County <= 0 {
		p.County = countySize
	}
	m := &maker{Population: p, source: rand.NewPCG(p.Seed, 0)}
	m.Rand = rand.New(m.source)
	m.county = countyOf(0)
	return m
}

// household makes the next family with its children. Its random numbers are
// its own, so that a change in one family moves no other.
func (m *maker) household() []Child {
	m.source.Seed(m.Seed, uint64(m.family))
	m.settle(m.next)
	f := m.newFamily()
	f.decide()
	out := make([]Child, len(f.kids))
	for i := range f.kids {
		out[i] = f.file(i)
	}
	m.next += len(out)
	m.family++
	return out
}

// settle makes the county of a child the present one.
func (m *maker) settle(index int) {
	if n := index / m.County; n != m.county.number {
		m.county = countyOf(n)
	}
}

// of tells whether something that befalls so many of ten thousand befalls now.
func (m *maker) of(tenThousandths int) bool { return m.IntN(10_000) < tenThousandths }

func pick[T any](m *maker, list []T) T { return list[m.IntN(len(list))] }

// weighted picks an index by weights.
func (m *maker) weighted(weights ...int) int {
	total := 0
	for _, w := range weights {
		total += w
	}
	at := m.IntN(total)
	for i, w := range weights {
		if at -= w; at < 0 {
			return i
		}
	}
	return len(weights) - 1
}
