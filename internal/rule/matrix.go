package rule

import (
	"cmp"
	"slices"

	"weibao/internal/civil"
	"weibao/internal/rule/special"
)

// Matrix is one row of what a level of risk, or belonging to a category, makes somebody do.
type Matrix struct {
	ID, Label string
	Level     int    // 1 to 4, 0 at every level
	Category  string // id of a category or its national code; empty for every child
	Duties    []Care
	Propose   Tier // who proposes a level, empty where it is not parted from confirming
	Confirm   Tier // who must confirm a level before it holds, empty where nobody must
	Lower     Tier // the lowest that may agree to a lower level
	Source    Source
	Status    Status
	Verified  bool
}

// Care is one thing that must be done for a child of a level, once or again and again.
type Care struct {
	Kind   CareKind
	Within Span   // once, counted from the day of the level; zero where it returns
	Every  string // as of a Cycle; empty where it is done once
	Times  int    // at least so often in each period
	Who    string // "child_director", "supervisor", "officer", "assigned" (包保责任人), "grid" (网格员), "unit"
	Unit   string // key of the unit where Who is "unit"
	Label  string // in the county's own words, empty for the ordinary ones
	Status Status // of this duty where it differs from its row's
	List   special.Kind
	After  CareKind // what must be done before this opens
	Proves bool     // is done when every proof of its list is there
}

// CareKind is what is done for a child.
type CareKind string

// The kinds of care. Each is one duty for a child; of two rows the stricter holds.
const (
	FirstContact CareKind = "first-contact" // 首次见面
	CarePlan     CareKind = "plan"          // 制定帮扶方案
	Visit        CareKind = "visit"         // 入户走访
	Contact      CareKind = "contact"       // 电话或当面联系
	Patrol       CareKind = "patrol"        // 巡查寻访, by place and not by child
	Reassess     CareKind = "reassess"      // 重新评估
	FollowUp     CareKind = "follow-up"     // 核实、跟踪 of what the category is about
	Rehab        CareKind = "rehabilitation"
	Counsel      CareKind = "counselling"
)

var careLabels = map[CareKind]string{FirstContact: "首次见面", CarePlan: "制定帮扶方案", Visit: "入户走访", Contact: "联系", Patrol: "巡查寻访",
	Reassess: "重新评估", FollowUp: "跟踪核实", Rehab: "康复服务", Counsel: "心理关爱"}

// Label is the word for a kind of care.
func (k CareKind) Label() string { return careLabels[k] }

// Call is the care as a list names it.
func (c Care) Call() string {
	if c.Label != "" {
		return c.Label
	}
	return c.Kind.Label()
}

// Returns tells whether the care is done again and again.
func (c Care) Returns() bool { return c.Every != "" }

// Tier is a level of the administration that decides.
type Tier string

// The tiers.
const (
	AtTownship Tier = "township"
	AtCounty   Tier = "county"
)

var tierRanks = map[Tier]int{AtTownship: 1, AtCounty: 2}

// LevelDuties is what a level and the categories of a child make together.
type LevelDuties struct {
	Level                   int
	Duties                  []Care // one of each kind, in a fixed order
	Propose, Confirm, Lower Tier
	Rows                    []string // ids of the matrix rows that were merged
	Suggested               bool     // some of it is fixed by nobody
}

// Duty gives the care of a kind.
func (d LevelDuties) Duty(kind CareKind) (Care, bool) {
	for _, c := range d.Duties {
		if c.Kind == kind {
			return c, true
		}
	}
	return Care{}, false
}

// Matrices gives every row.
func (b *Book) Matrices(on civil.Date) []Matrix { return b.matrices.all(on) }

// LevelDuties gives what must be done for a child of a level in these categories, by id. Of two rows that say
// something of the same kind the stricter holds; the higher tier decides.
func (b *Book) LevelDuties(level int, categories []string, on civil.Date) LevelDuties {
	d := LevelDuties{Level: level}
	held := b.withCodes(categories, on)
	for _, m := range b.Matrices(on) {
		if m.Level != 0 && m.Level != level || m.Category != "" && !slices.Contains(held, m.Category) {
			continue
		}
		d.Rows = append(d.Rows, m.ID)
		for _, c := range m.Duties {
			d.take(c.from(m))
		}
		d.Propose, d.Confirm, d.Lower = higher(d.Propose, m.Propose), higher(d.Confirm, m.Confirm), higher(d.Lower, m.Lower)
	}
	for _, c := range b.listDuties(categories, on) {
		d.take(c)
	}
	for _, c := range d.Duties {
		d.Suggested = d.Suggested || c.Status == Suggested
	}
	slices.SortStableFunc(d.Duties, func(x, y Care) int { return cmp.Compare(careOrder[x.Kind], careOrder[y.Kind]) })
	return d
}

var careOrder = map[CareKind]int{FirstContact: 1, CarePlan: 2, Visit: 3, Contact: 4, Patrol: 5, FollowUp: 6, Rehab: 7, Counsel: 8, Reassess: 9}

// from is the care with the status of its row where it has none of its own.
func (c Care) from(m Matrix) Care {
	if c.Status == "" {
		c.Status = m.Status
	}
	return c
}

func (d *LevelDuties) take(c Care) {
	for i, known := range d.Duties {
		if known.Kind == c.Kind {
			if c.stricter(known) {
				d.Duties[i] = c
			}
			return
		}
	}
	d.Duties = append(d.Duties, c)
}

func higher(a, b Tier) Tier {
	if tierRanks[b] > tierRanks[a] {
		return b
	}
	return a
}

// stricter tells whether a care comes sooner or oftener than another of its kind.
func (c Care) stricter(o Care) bool {
	if c.Returns() != o.Returns() {
		return c.Returns()
	}
	if c.Returns() {
		return c.oftenness() > o.oftenness()
	}
	return c.Within.hours() < o.Within.hours()
}

// timesInTwoYears counts how often a period comes in two years, so that every one is a whole number.
var timesInTwoYears = map[string]int{"day": 730, "week": 104, "2week": 52, "month": 24, "2month": 12, "quarter": 8, "halfyear": 4, "term": 4,
	"school-year": 2, "year": 2, "2year": 1}

func (c Care) oftenness() int { return timesInTwoYears[c.Every] * max(c.Times, 1) }

var unitHours = map[string]int{"hours": 1, "workdays": 34, "days": 24, "months": 730, "years": 8760}

// hours is the length of a span, near enough to compare; a working day is longer than a day.
func (s Span) hours() int { return s.N * unitHours[s.Unit] }

// checkMatrix refuses duties which say two things or nothing, and two of one kind.
func checkMatrix(m *Matrix, it item) {
	seen := map[CareKind]bool{}
	for i, c := range m.Duties {
		at := it.under("duties", i)
		once, again := c.Within.N != 0, c.Every != ""
		switch {
		case once == again:
			at.complain("的“%s”要么写期限(within),要么写周期(every),只写其中一项", c.Call())
		case seen[c.Kind]:
			at.complain("的“%s”写了两次", c.Call())
		case (c.Who == "unit") != (c.Unit != ""):
			at.complain("的“%s”由单位承办时(who: unit)要写明单位(unit),其他情况不写", c.Call())
		}
		seen[c.Kind] = true
	}
	if len(m.Duties) == 0 && m.Propose == "" && m.Confirm == "" && m.Lower == "" {
		it.complain("什么也没有规定,请写明措施(duties)或由谁确认")
	}
	if m.Propose != "" && tierRanks[m.Confirm] <= tierRanks[m.Propose] {
		it.complain("由下级提出(propose)的,要由上级确认(confirm)")
	}
}

// checkMatrices refuses rows about units and categories that nobody knows.
func (b *Book) checkMatrices(found *Findings) {
	for _, id := range b.matrices.order {
		for _, e := range b.matrices.entries[id] {
			if c := e.value.Category; c != "" && len(b.categories.entries[c]) == 0 {
				found.Add(e.file, e.line, "“%s”的对象类别“%s”不在类别表里", e.ID, c)
			}
			for _, c := range e.value.Duties {
				if c.Unit != "" && !b.knows(c.Unit) {
					found.Add(e.file, e.line, "“%s”的承办单位“%s”不在单位名单里", e.ID, c.Unit)
				}
			}
		}
	}
}
