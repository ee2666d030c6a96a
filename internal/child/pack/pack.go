// Package pack makes the papers of the yearly audit of how personal data of
// minors was handled 「个人信息合规审计」 (未成年人网络保护条例 第三十六、三十七条): who
// looked at how many files, by unit, role and purpose, month by month, out of
// hours and unusually often, and which rights are in force.
//
// It owns no table: it reads the journal, which nobody can change unseen, as
// an audit administrator. It promises that no child's name, number or id
// stands in what it makes, and that each pack leaves its own entry. It judges
// nobody: what stands out is listed by day, for somebody to ask about.
package pack

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
)

// The bounds of what stands out: the system's proposals, said on the papers.
const (
	FirstHour = 8  // work begins
	LastHour  = 19 // and ends
	ManyFiles = 30 // files a day that one person looks at
)

// Key is one line of the table by unit.
type Key struct {
	Unit    ref.Unit
	Role    access.Role
	Purpose string
}

// Line counts looks: how many, at how many files, by how many people.
type Line struct {
	Key
	Looks, Files, People int
}

// Month counts what happened in one month.
type Month struct {
	Looks, Files, Searches, OutOfHours int
}

// Odd is a day on which somebody looked at many files or out of hours.
type Odd struct {
	Day        civil.Date
	Name       string
	Unit       ref.Unit
	Role       access.Role
	Looks      int
	Files      int
	OutOfHours int
}

// Right is how many people hold a role in a unit, with what it lets them do with files.
type Right struct {
	Unit ref.Unit
	Role access.Role
	N    int
}

// Pack is the content of the papers.
type Pack struct {
	Year   int
	Until  civil.Date // what they count up to
	Looks  int
	Files  int
	People int
	Lines  []Line
	Months [12]Month
	Odd    []Odd
	Rights []Right
}

// Sources are what a pack asks of others.
type Sources struct {
	Calendar func(ctx context.Context, tx *db.Tx) (*civil.Calendar, error)
	// Rights gives the posts in force on a day whose roles may open files.
	Rights func(ctx context.Context, tx *db.Tx, on civil.Date) ([]Right, error)
}

// Collect reads a year for an audit administrator.
func Collect(ctx context.Context, tx *db.Tx, by access.Actor, s Sources, year int) (Pack, error) {
	if err := by.Require("child.audit_pack"); err != nil {
		return Pack{}, err
	}
	today := civil.DateOf(tx.Now.Time())
	first, ok := civil.NewDate(year, 1, 1)
	if !ok || year > today.Year() || year < 2024 {
		return Pack{}, errs.Fields{"year": "请选择已经开始的年度。"}.Err()
	}
	last := first.AddMonths(12).AddDays(-1)
	if last.After(today) {
		last = today
	}
	cal, err := s.Calendar(ctx, tx)
	if err != nil {
		return Pack{}, err
	}
	t := newTally(cal)
	if err := t.read(ctx, tx, by, "child.reveal", first, last, t.look); err != nil {
		return Pack{}, err
	}
	if err := t.read(ctx, tx, by, "child.search", first, last, t.search); err != nil {
		return Pack{}, err
	}
	p := t.pack()
	p.Year, p.Until = year, last
	p.Rights, err = s.Rights(ctx, tx, today)
	return p, err
}

// Trace writes down that the pack is handed out, before it is.
func (p Pack) Trace(ctx context.Context, tx *db.Tx, by access.Actor) error {
	if err := by.Require("child.audit_pack"); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "child.audit_pack", "child", ref.Child(0), map[string]int{"year": p.Year, "looks": p.Looks})
}

type set map[int64]bool

// tally collects the entries of a year.
type tally struct {
	calendar *civil.Calendar
	looks    map[Key]int
	files    map[Key]set
	people   map[Key]set
	months   [12]Month
	monthly  [12]set
	days     map[dayKey]*Odd
	daily    map[dayKey]set
	all, who set
	n        int
}

type dayKey struct {
	day   civil.Date
	actor ref.User
}

func newTally(cal *civil.Calendar) *tally {
	t := &tally{calendar: cal, looks: map[Key]int{}, files: map[Key]set{}, people: map[Key]set{}, days: map[dayKey]*Odd{}, daily: map[dayKey]set{}, all: set{}, who: set{}}
	for i := range t.monthly {
		t.monthly[i] = set{}
	}
	return t
}

// pageRows is how many entries are read at a time.
const pageRows = 500

func (t *tally) read(ctx context.Context, tx *db.Tx, by access.Actor, action access.Permission, first, last civil.Date, take func(e audit.Entry)) error {
	f := audit.Filter{Action: action, From: clock.Of(first.Start()), To: clock.Of(last.End()), Limit: pageRows}
	for {
		list, err := audit.List(ctx, tx, by, f)
		if err != nil {
			return err
		}
		for _, e := range list {
			take(e)
			f.Before = e.ID
		}
		if len(list) < pageRows {
			return nil
		}
	}
}

func (t *tally) look(e audit.Entry) {
	var detail struct{ Purpose string }
	_ = json.Unmarshal([]byte(e.Detail), &detail) // an entry without a purpose counts under none
	at := e.At.Time().In(civil.Zone)
	k, day := Key{e.Unit, e.Role, detail.Purpose}, civil.DateOf(at)
	if t.files[k] == nil {
		t.files[k], t.people[k] = set{}, set{}
	}
	t.looks[k]++
	t.files[k][e.SubjectID], t.people[k][int64(e.Actor)] = true, true
	month := day.Month() - 1
	t.months[month].Looks++
	t.monthly[month][e.SubjectID] = true
	t.all[e.SubjectID], t.who[int64(e.Actor)] = true, true
	t.n++
	dk := dayKey{day, e.Actor}
	if t.days[dk] == nil {
		t.days[dk], t.daily[dk] = &Odd{Day: day, Name: e.ActorName, Unit: e.Unit, Role: e.Role}, set{}
	}
	t.days[dk].Looks++
	t.daily[dk][e.SubjectID] = true
	if t.outOfHours(at, day) {
		t.days[dk].OutOfHours++
		t.months[month].OutOfHours++
	}
}

func (t *tally) search(e audit.Entry) {
	t.months[civil.DateOf(e.At.Time()).Month()-1].Searches++
}

func (t *tally) outOfHours(at time.Time, day civil.Date) bool {
	workday, _ := t.calendar.IsWorkday(day)
	return !workday || at.Hour() < FirstHour || at.Hour() >= LastHour
}

func (t *tally) pack() Pack {
	p := Pack{Looks: t.n, Files: len(t.all), People: len(t.who), Months: t.months}
	for i := range p.Months {
		p.Months[i].Files = len(t.monthly[i])
	}
	for _, k := range slices.SortedFunc(maps.Keys(t.looks), func(a, b Key) int {
		return cmp.Or(cmp.Compare(a.Unit, b.Unit), cmp.Compare(a.Role, b.Role), cmp.Compare(a.Purpose, b.Purpose))
	}) {
		p.Lines = append(p.Lines, Line{k, t.looks[k], len(t.files[k]), len(t.people[k])})
	}
	for k, odd := range t.days {
		if odd.Files = len(t.daily[k]); odd.Files >= ManyFiles || odd.OutOfHours > 0 {
			p.Odd = append(p.Odd, *odd)
		}
	}
	slices.SortFunc(p.Odd, func(a, b Odd) int { return cmp.Or(a.Day.Compare(b.Day), cmp.Compare(a.Name, b.Name)) })
	return p
}
