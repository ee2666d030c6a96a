package rule

import (
	"cmp"
	"slices"
	"strings"

	"weibao/internal/civil"
)

// Book is the rules that hold in one county: the national ones with the county's own before them.
type Book struct {
	county     County
	units      shelf[Unit]
	forms      shelf[Form]
	levels     shelf[Level]
	clocks     shelf[Clock]
	ladders    shelf[Ladder]
	cycles     shelf[Cycle]
	limits     shelf[Limit]
	categories shelf[Category]
	scales     shelf[Scale]
	matrices   shelf[Matrix]
	ledgers    shelf[Ledger]
	screenings shelf[Screening]
	checks     shelf[CrossCheck]
	codes      shelf[CodeTable]
	headings   shelf[Heading]
	terms      shelf[Term]
	answering
	proceeding
	protecting
	listing
	notices []civil.Notice
}

// DefaultLadder is the id of the ladder for every duty whose kind has none of its own.
const DefaultLadder = "default"

// County is the place of the book; its Name is empty in the national book.
func (b *Book) County() County { return b.county }

// Units gives the units that exist on a day, in the order of the county's file.
func (b *Book) Units(on civil.Date) []Unit { return b.units.all(on) }

// Unit gives one unit by key.
func (b *Book) Unit(key string, on civil.Date) (Unit, bool) { return b.units.at(key, on) }

// Levels gives the levels of risk from 1 to 4 with the county's labels and colours.
func (b *Book) Levels(on civil.Date) []Level {
	list := b.levels.all(on)
	slices.SortFunc(list, func(x, y Level) int { return cmp.Compare(x.N, y.N) })
	return list
}

// Ladder gives the ladder for a kind of duty or of clock ("hours"); kinds without one of their own share the
// default ladder.
func (b *Book) Ladder(kind string, on civil.Date) (Ladder, bool) {
	if l, ok := b.ladders.at(kind, on); ok {
		return l, true
	}
	return b.ladders.at(DefaultLadder, on)
}

// Ladders gives every ladder.
func (b *Book) Ladders(on civil.Date) []Ladder { return b.ladders.all(on) }

// Clock gives a time limit by id.
func (b *Book) Clock(id string, on civil.Date) (Clock, bool) { return b.clocks.at(id, on) }

// Clocks gives every time limit that holds in the county.
func (b *Book) Clocks(on civil.Date) []Clock { return b.clocks.all(on) }

// Cycle gives something that returns by id, such as "standing.review".
func (b *Book) Cycle(id string, on civil.Date) (Cycle, bool) { return b.cycles.at(id, on) }

// Cycles gives everything that returns.
func (b *Book) Cycles(on civil.Date) []Cycle { return b.cycles.all(on) }

// Limit gives a figure by id.
func (b *Book) Limit(id string, on civil.Date) (Limit, bool) { return b.limits.at(id, on) }

// Limits gives every figure.
func (b *Book) Limits(on civil.Date) []Limit { return b.limits.all(on) }

// placeholder stands in a national term for the county's title.
const placeholder = "{本地}"

// Term gives a name or wording by id: "lead-body", "office", "seal", "letterhead", "document-code".
func (b *Book) Term(id string, on civil.Date) (Term, bool) {
	t, ok := b.terms.at(id, on)
	t.Text = strings.ReplaceAll(t.Text, placeholder, b.county.Title)
	return t, ok
}

// Terms gives every name and wording.
func (b *Book) Terms(on civil.Date) []Term {
	list := b.terms.all(on)
	for i := range list {
		list[i].Text = strings.ReplaceAll(list[i].Text, placeholder, b.county.Title)
	}
	return list
}

// Notices gives the State Council's notices on holidays that are shipped, by year.
func (b *Book) Notices() []civil.Notice { return slices.Clone(b.notices) }
