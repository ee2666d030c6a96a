package viewpage

import (
	"hash/fnv"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/plan"
	"weibao/internal/plan/ledger"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

// The groups of the list.
const (
	byClause = "clause" // tasks under their headings; of one plan only
	byUnit   = "unit"   // duties by unit, then due
	byDue    = "due"    // duties by due
)

// ask is what the address of a list asks for.
type ask struct {
	plan   ref.Plan
	whole  bool // the address is that of one plan
	group  string
	state  ledger.State
	unit   ref.Unit
	kind   string
	clause string // see clauseKey
	task   ref.Task
	due    string // 7d, 30d, or a month as 2026-06
	after  ledger.Key
	before ledger.Key
	from   ref.Task // page key of a list of tasks
	back   bool
}

// read takes what the address asks for; what it does not know it leaves out.
func read(q url.Values, id ref.Plan) ask {
	a := ask{plan: id, whole: id != 0, group: q.Get("group"), state: ledger.State(q.Get("state")), clause: q.Get("clause"), due: q.Get("due")}
	if id == 0 {
		a.plan, _ = ref.Parse[ref.Plan](q.Get("plan")) // nothing is all plans
	}
	a.unit, _ = ref.Parse[ref.Unit](q.Get("unit"))
	if a.whole {
		a.task, _ = ref.Parse[ref.Task](q.Get("task"))
	} else {
		a.clause = ""
	}
	if _, known := roles[q.Get("role")]; known {
		a.kind = q.Get("role")
	}
	if !slices.Contains([]string{byClause, byUnit, byDue}, a.group) || a.group == byClause && !a.whole {
		a.group = byDue
		if a.whole && q.Get("group") == "" {
			a.group = byClause
		}
	}
	switch {
	case a.group == byClause && !a.state.Known():
		a.state = ledger.Any
	case !a.state.Known():
		a.state = ledger.Open
	}
	if a.group == byClause {
		a.from, _ = ref.Parse[ref.Task](q.Get("after"))
		if before, err := ref.Parse[ref.Task](q.Get("before")); err == nil {
			a.from, a.back = before, true
		}
		return a
	}
	a.after, a.before = key(q.Get("after")), key(q.Get("before"))
	return a
}

// key reads a page key: unit.instant.id.
func key(s string) ledger.Key {
	parts := strings.Split(s, ".")
	if len(parts) != 3 {
		return ledger.Key{}
	}
	at, err := strconv.ParseInt(parts[1], 10, 64)
	id, err2 := ref.Parse[ref.Duty](parts[2])
	if err != nil || err2 != nil {
		return ledger.Key{}
	}
	unit, _ := ref.Parse[ref.Unit](parts[0])
	return ledger.Key{Unit: unit, At: clock.Instant(at), ID: id}
}

func keyWords(k ledger.Key) string {
	return strconv.FormatInt(int64(k.Unit), 10) + "." + strconv.FormatInt(int64(k.At), 10) + "." + ref.Format(k.ID)
}

// query gives the conditions as an address, without page.
func (a ask) query() url.Values {
	q := url.Values{}
	set := func(name, value string, plain bool) {
		if value != "" && !plain {
			q.Set(name, value)
		}
	}
	set("plan", id(a.plan), a.whole)
	set("group", a.group, a.group == byClause || !a.whole && a.group == byDue)
	set("state", string(a.state), a.state == ledger.Any || a.group != byClause && a.state == ledger.Open)
	set("unit", id(a.unit), false)
	set("role", a.kind, false)
	set("clause", a.clause, false)
	set("task", id(a.task), false)
	set("due", a.due, false)
	return q
}

func id[T ref.ID](v T) string {
	if v == 0 {
		return ""
	}
	return ref.Format(v)
}

func (a ask) base() string {
	if a.whole {
		return listPath(a.plan)
	}
	return listPath(0)
}

// href is the address of a list, at its beginning.
func (a ask) href() string {
	if q := a.query().Encode(); q != "" {
		return a.base() + "?" + q
	}
	return a.base()
}

// at is the address of a page of the list.
func (a ask) at(name, key string) string {
	q := a.query()
	q.Set(name, key)
	return a.base() + "?" + q.Encode()
}

// duties is the list of the duties in a state which the conditions choose.
func (a ask) duties(s ledger.State) ask {
	a.state = s
	if a.group == byClause {
		a.group = byDue
	}
	return a
}

// of is the list of the duties of one task in a state.
func (a ask) of(t ref.Task, s ledger.State) ask {
	a = a.duties(s)
	a.task, a.clause = t, ""
	return a
}

// filter is what the ledger chooses by; within are the tasks of the clause.
func (a ask) filter(today civil.Date, within []ref.Task) ledger.Filter {
	f := ledger.Filter{Plan: a.plan, Unit: a.unit, Kind: a.kind, State: a.state, ByUnit: a.group == byUnit, Tasks: within, After: a.after, Before: a.before}
	if a.task != 0 {
		f.Tasks = []ref.Task{a.task}
	}
	if from, to, ok := span(a.due, today); ok {
		f.From, f.To = clock.Of(from.Start()), clock.Of(to.Start())
	}
	return f
}

// span gives the first day of a window of dues and the day after its last.
func span(word string, today civil.Date) (from, to civil.Date, ok bool) {
	switch word {
	case "":
		return from, to, false
	case "7d":
		return today, today.AddDays(7), true
	case "30d":
		return today, today.AddDays(30), true
	}
	from, err := civil.Parse(word + "-01")
	if err != nil {
		return from, to, false
	}
	return from, from.AddMonths(1), true
}

func month(d civil.Date) string { return d.String()[:7] }

func monthWords(d civil.Date) string {
	return strconv.Itoa(d.Year()) + "年" + strconv.Itoa(d.Month()) + "月"
}

// dueOptions are the windows of dues: soon, and the months of a year.
func dueOptions(year int, chosen string, today civil.Date) []ui.Option {
	out := []ui.Option{{Value: "7d", Label: "7天内到期"}, {Value: "30d", Label: "30天内到期"}}
	first, ok := civil.NewDate(year, 1, 1)
	if !ok {
		first, _ = civil.NewDate(today.Year(), 1, 1)
	}
	if from, _, ok := span(chosen, today); ok && from.Year() != first.Year() && len(chosen) > 3 {
		out = append(out, ui.Option{Value: chosen, Label: monthWords(from) + "到期"})
	}
	for m := range 12 {
		d := first.AddMonths(m)
		out = append(out, ui.Option{Value: month(d), Label: monthWords(d) + "到期"})
	}
	return out
}

// clauses are the headings of a plan with the tasks below each.
type clauses struct {
	options []ui.Option
	tasks   map[string][]ref.Task
}

// clauseKey names a heading by what it says, so that an address holds after
// tasks were added or withdrawn.
func clauseKey(path []string) string {
	h := fnv.New32a()
	h.Write([]byte(strings.Join(path, "\x00")))
	return strconv.FormatUint(uint64(h.Sum32()), 36)
}

// clausesOf collects the upper two levels of headings.
func clausesOf(paths []plan.TaskPath) clauses {
	c := clauses{tasks: map[string][]ref.Task{}}
	for _, p := range paths {
		for level := 1; level <= min(2, len(p.Path)); level++ {
			k := clauseKey(p.Path[:level])
			if c.tasks[k] == nil {
				c.options = append(c.options, ui.Option{Value: k, Label: strings.Repeat("　", level-1) + p.Path[level-1]})
			}
			c.tasks[k] = append(c.tasks[k], p.Task)
		}
	}
	return c
}

// within gives the tasks of a heading, nil for all; an unknown heading has none.
func (c clauses) within(key string) []ref.Task {
	if key == "" {
		return nil
	}
	return append([]ref.Task{}, c.tasks[key]...)
}
