package rule

import (
	"slices"

	"weibao/internal/civil"
)

// Ledger is a list of dossiers as a county keeps it: which children, which columns, in which order.
type Ledger struct {
	ID, Label  string
	Level      string // "county", "township", "village"
	Columns    []Column
	Sort       []SortKey
	Group      string   // key of the field by which it is parted, such as categories; empty for none
	Categories []string // of which children; empty for all
	Levels     []int    // of which levels; empty for all
	Source     Source
	Status     Status
	Verified   bool
}

// Column is one column of a ledger.
type Column struct {
	Field   string
	Heading string // empty for the label of the field
	Width   int    // in characters on A4 across, 0 for the ordinary one
}

// SortKey is one key of an order.
type SortKey struct {
	Field string
	Desc  bool
}

// Head is what stands above the column.
func (c Column) Head() string {
	if c.Heading != "" {
		return c.Heading
	}
	f, _ := DossierField(c.Field)
	return f.Label
}

// Ledger gives a ledger by id.
func (b *Book) Ledger(id string, on civil.Date) (Ledger, bool) { return b.ledgers.at(id, on) }

// Ledgers gives the ledgers of a level, "village", "township" or "county", the county's own first; of all levels
// where it is empty.
func (b *Book) Ledgers(level string, on civil.Date) []Ledger {
	var own, others []Ledger
	for _, id := range b.ledgers.order {
		l, ok := b.ledgers.at(id, on)
		if !ok || level != "" && l.Level != level {
			continue
		}
		if _, local := b.ledgers.own(id, on); local {
			own = append(own, l)
		} else {
			others = append(others, l)
		}
	}
	return append(own, others...)
}

// checkLedger refuses columns of no field, the same column twice, and secrets, which stand in no list.
func checkLedger(l *Ledger, it item) {
	seen := map[string]bool{}
	for i, c := range l.Columns {
		at := it.under("columns", i)
		f, ok := DossierField(c.Field)
		switch {
		case !ok:
			at.complain("的栏目“%s”不是档案的字段", c.Field)
		case seen[c.Field]:
			at.complain("的栏目“%s”写了两次", c.Head())
		case f.Class == Secret:
			at.complain("的栏目“%s”是保密信息,不能列入台账", c.Head())
		}
		seen[c.Field] = true
	}
	for i, k := range l.Sort {
		if _, ok := DossierField(k.Field); !ok {
			it.under("sort", i).complain("按“%s”排序,但它不是档案的字段", k.Field)
		}
	}
	if l.Group != "" && !slices.ContainsFunc(dossier, func(f Field) bool { return f.Key == l.Group }) {
		it.complain("按“%s”分组,但它不是档案的字段", l.Group)
	}
}

// checkLedgers refuses ledgers of categories that nobody knows.
func (b *Book) checkLedgers(found *Findings) {
	for _, id := range b.ledgers.order {
		for _, e := range b.ledgers.entries[id] {
			for _, c := range e.value.Categories {
				if len(b.categories.entries[c]) == 0 {
					found.Add(e.file, e.line, "“%s”的对象类别“%s”不在类别表里", e.ID, c)
				}
			}
		}
	}
}
