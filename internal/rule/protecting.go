package rule

import (
	"weibao/internal/civil"
	"weibao/internal/rule/protection"
)

// protecting are the shelves of how a county intervenes in guardianship.
type protecting struct {
	measures shelf[protection.Measure]
	papers   shelf[protection.Paper]
}

func checkMeasure(m *protection.Measure, it item) {
	m.ID = it.ID
	if problem := m.Check(); problem != "" {
		it.complain("%s", problem)
	}
}

// Measure gives a kind of measure by id.
func (b *Book) Measure(id string, on civil.Date) (protection.Measure, bool) {
	return b.measures.at(id, on)
}

// Measures gives every kind of measure.
func (b *Book) Measures(on civil.Date) []protection.Measure { return b.measures.all(on) }

// Paper gives the text of a document by id.
func (b *Book) Paper(id string, on civil.Date) (protection.Paper, bool) { return b.papers.at(id, on) }
