package rule

import (
	"slices"
	"strings"

	"weibao/internal/civil"
)

// head is what every value has, whatever it is.
type head struct {
	ID     string
	From   civil.Date `yaml:"valid_from"`
	To     civil.Date `yaml:"valid_to"` // last day, zero where it has no end
	Region string     // prefix of the regions in which it holds, empty for the whole country
	Status Status
	Source Source
}

func (h head) holds(on civil.Date) bool {
	return !on.Before(h.From) && (h.To.IsZero() || !on.After(h.To))
}

// place is where a value stands in the files.
type place struct {
	file  string
	line  int
	local bool
}

// entry is one value with its days and its place.
type entry[T any] struct {
	head
	place
	value T
}

// shelf keeps the values of one kind. A local value stands before the national one of the same id on the days on
// which it holds; on all others the national one stands.
type shelf[T any] struct {
	entries map[string][]entry[T] // by id, local ones first
	order   []string              // ids as first met: national files before those of the county
}

func (s *shelf[T]) put(e entry[T]) {
	if s.entries == nil {
		s.entries = map[string][]entry[T]{}
	}
	if _, known := s.entries[e.ID]; !known {
		s.order = append(s.order, e.ID)
	}
	list := s.entries[e.ID]
	i := 0
	for i < len(list) && (list[i].local || !e.local) {
		i++
	}
	s.entries[e.ID] = slices.Insert(list, i, e)
}

// at gives the value of an id on a day.
func (s *shelf[T]) at(id string, on civil.Date) (T, bool) {
	for _, e := range s.entries[id] {
		if e.holds(on) {
			return e.value, true
		}
	}
	var none T
	return none, false
}

// own gives the local value of an id on a day.
func (s *shelf[T]) own(id string, on civil.Date) (T, bool) {
	for _, e := range s.entries[id] {
		if e.local && e.holds(on) {
			return e.value, true
		}
	}
	var none T
	return none, false
}

// all gives every value that holds on a day, in the order of the files.
func (s *shelf[T]) all(on civil.Date) []T {
	var list []T
	for _, id := range s.order {
		if v, ok := s.at(id, on); ok {
			list = append(list, v)
		}
	}
	return list
}

// keepRegion drops national values which hold elsewhere, such as those of another province.
func (s *shelf[T]) keepRegion(region string) {
	for id, list := range s.entries {
		s.entries[id] = slices.DeleteFunc(list, func(e entry[T]) bool {
			return e.Region != "" && !e.local && !strings.HasPrefix(region, e.Region)
		})
	}
}

// checkDays finds values of one id whose days overlap or leave a gap, national and local ones apart.
func (s *shelf[T]) checkDays(found *Findings) {
	for _, id := range s.order {
		for _, local := range []bool{false, true} {
			checkDays(s.entries[id], local, found)
		}
	}
}

func checkDays[T any](all []entry[T], local bool, found *Findings) {
	byRegion := map[string][]entry[T]{}
	for _, e := range all {
		if e.local == local {
			byRegion[e.Region] = append(byRegion[e.Region], e)
		}
	}
	for _, list := range byRegion {
		slices.SortStableFunc(list, func(a, b entry[T]) int { return a.From.Compare(b.From) })
		for i, e := range list {
			if !e.To.IsZero() && e.To.Before(e.From) {
				found.Add(e.file, e.line, "“%s”的失效日期%s早于生效日期%s", e.ID, e.To, e.From)
			}
			if i > 0 {
				checkNeighbours(list[i-1], e, found)
			}
		}
	}
}

func checkNeighbours[T any](before, after entry[T], found *Findings) {
	next := before.To.AddDays(1)
	switch {
	case before.To.IsZero() || !before.To.Before(after.From):
		found.Add(after.file, after.line, "“%s”与%s第%d行的有效期重叠,请给前一项写上失效日期(valid_to)", after.ID, before.file, before.line)
	case next != after.From:
		found.Add(after.file, after.line, "“%s”从%s到%s没有有效的值,与%s第%d行不衔接", after.ID, next, after.From.AddDays(-1), before.file, before.line)
	}
}
