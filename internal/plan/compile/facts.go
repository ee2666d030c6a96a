package compile

import (
	"slices"
	"sort"
	"strings"

	"weibao/internal/plan/compile/figure"
	"weibao/internal/plan/compile/when"

	"weibao/internal/plan/compile/owner"
	"weibao/internal/script"
)

// quoteMax is how many characters of whole sentences a quote holds.
const quoteMax = 120

// task turns a draft into a task: the facts inside its span, then its units. It reports false for a draft that
// was kept on condition and orders nothing that can be checked.
func (w *walker) task(d draft) (Task, bool) {
	body := w.src.Trim(d.Span)
	if body.Len() == 0 {
		return Task{}, false
	}
	t := Task{Span: body, Path: w.path(d.node), Quote: w.quote(body, d.cuts), FoundBy: d.rules}
	if d.item != "" {
		t.Path = append(t.Path, d.item)
	}
	for _, region := range w.regions(d) {
		w.read(region, &t)
	}
	if d.strong && len(t.Documents) == 0 && len(t.Targets) == 0 && !binding(t.Times) {
		return Task{}, false
	}
	if t.Title = d.title; t.Title == "" {
		t.Title = w.title(body, d.cuts)
	}
	w.own(d, &t)
	t.FoundBy = foundBy(&t)
	return t, true
}

// binding: some time rule says more than a horizon.
func binding(times []Time) bool {
	for _, t := range times {
		if t.Kind != when.KindHorizon {
			return true
		}
	}
	return false
}

// regions are the stretches of text in which the facts of a clause stand: its heading, and its span without owner texts.
func (w *walker) regions(d draft) []Span {
	var out []Span
	if d.head.Len() > 0 && !d.head.Overlaps(d.Span) {
		out = append(out, d.head)
	}
	from := d.Start
	for _, c := range d.cuts {
		if !c.Overlaps(d.Span) {
			continue
		}
		if c.Start > from {
			out = append(out, script.Between(from, c.Start))
		}
		from = max(from, c.End)
	}
	if from < d.End {
		out = append(out, script.Between(from, d.End))
	}
	return out
}

// read adds the facts of one region.
func (w *walker) read(region Span, t *Task) {
	titles := w.src.titles(region)
	t.Documents = append(t.Documents, w.src.documents(region, titles)...)
	times := when.Read(w.src.Text, region, titles, false)
	targets := figure.Read(w.src.Text, region, titles)
	times, targets = settle(times, targets)
	t.Times = append(t.Times, times...)
	t.Targets = append(t.Targets, targets...)
	t.Unclear = append(t.Unclear, when.Vague(w.src.Text, region, t.Times)...)
}

// settle decides between a time rule and a target that claim the same words: a frequency with a figure is a time
// rule (每季度至少1次), a unit of time inside a figure belongs to the target (每年降低0.5个百分点).
func settle(times []Time, targets []Target) ([]Time, []Target) {
	var kt []Time
	for _, a := range times {
		inside := false
		for _, g := range targets {
			inside = inside || g.Start <= a.Start && g.Overlaps(a.Span) && !a.Counted()
		}
		if !inside {
			kt = append(kt, a)
		}
	}
	var kg []Target
	for _, g := range targets {
		claimed := false
		for _, a := range kt {
			if a.Start <= g.Start && a.End > g.Start && a.End < g.End && !strings.HasSuffix(a.Rule, "_counted") {
				g.Text = string([]rune(g.Text)[a.End-g.Start:]) // 期间达到50家: the time goes, the figure stays
				g.Start = a.End
				continue
			}
			claimed = claimed || g.Overlaps(a.Span)
		}
		if !claimed {
			kg = append(kg, g)
		}
	}
	return kt, kg
}

// own gives the task its units and the completion times of its owner line.
func (w *walker) own(d draft, t *Task) {
	switch {
	case d.owner != nil:
		w.ownByLine(d, t)
	case d.doers != nil:
		t.Lead = d.doers
	default:
		t.Lead, t.Support = owner.Actors(w.src.Text, w.regions(d))
	}
	if d.owner != nil {
		for _, sp := range d.owner.Times {
			found := when.Read(w.src.Text, sp, nil, true)
			t.Times = append(t.Times, unsaid(found, t.Times)...)
			t.Unclear = append(t.Unclear, when.Vague(w.src.Text, sp, found)...)
		}
	}
	if d.owner != nil && len(t.Lead)+len(t.Support) == 0 {
		if d.doers != nil {
			t.Lead = d.doers
		} else {
			t.Lead, t.Support = owner.Actors(w.src.Text, w.regions(d))
		}
	}
	sort.SliceStable(t.Times, func(i, j int) bool { return t.Times[i].Start < t.Times[j].Start })
	t.Times = distinct(t.Times)
}

// unsaid drops completion times that only repeat what the sentence says (每季度…, and 每季度 in the column of times).
func unsaid(found, said []Time) []Time {
	return slices.DeleteFunc(slices.Clone(found), func(f Time) bool {
		return slices.ContainsFunc(said, func(s Time) bool { return s.Exact() == f.Exact() })
	})
}

// ownByLine: only the line counts; a 由…牵头 in the sentence is heard where the line names no lead.
func (w *walker) ownByLine(d draft, t *Task) {
	t.Lead = append([]Unit{}, d.owner.Lead...)
	t.Support = append([]Unit{}, d.owner.Support...)
	if d.owner.Inherited {
		for _, list := range [][]Unit{t.Lead, t.Support} {
			for i := range list {
				list[i].Basis = owner.BasisInherited
			}
		}
	}
	if len(t.Lead) == 0 {
		lead, support := owner.LedBy(w.src.Text, w.regions(d))
		t.Lead = lead
		if len(lead) > 0 {
			t.Support = append(support, owner.Without(t.Support, append(lead, support...))...)
		}
	}
}

// distinct drops a rule that repeats another in the same words or the same form at the same place.
func distinct(times []Time) []Time {
	var out []Time
	seen := map[Span]bool{}
	for _, t := range times {
		if !seen[t.Span] {
			seen[t.Span] = true
			out = append(out, t)
		}
	}
	return out
}

// quote takes whole sentences up to quoteMax characters, at least one (cut if it is longer).
func (w *walker) quote(sp Span, cuts []Span) string {
	end := sp.Start
	for i := sp.Start; i < sp.End && (i-sp.Start < quoteMax || end == sp.Start); i++ {
		if inAny(cuts, i) || w.src.Norm[i] == '\n' && end > sp.Start {
			break
		}
		if r := w.src.Norm[i]; r == '。' || r == ';' && end == sp.Start && i-sp.Start > quoteMax/2 {
			end = i + 1
		}
		if i-sp.Start >= 2*quoteMax {
			break
		}
	}
	if end == sp.Start {
		end = min(sp.End, sp.Start+quoteMax)
		for _, c := range cuts {
			if c.Start > sp.Start && c.Start < end {
				end = c.Start
			}
		}
	}
	return w.src.Raw(w.src.Trim(script.Between(sp.Start, end)))
}

// title is the first phrase of the clause.
func (w *walker) title(sp Span, cuts []Span) string {
	end := sp.Start
	for end < sp.End && end-sp.Start < 40 && !strings.ContainsRune("。;\n", w.src.Norm[end]) && !inAny(cuts, end) {
		if w.src.Norm[end] == ',' && end-sp.Start >= 8 {
			break
		}
		end++
	}
	return strings.TrimSpace(w.src.Raw(script.Between(sp.Start, end)))
}

// foundBy lists the rules behind a task once each, the clause rule first.
func foundBy(t *Task) []string {
	out := append([]string{}, t.FoundBy...)
	seen := map[string]bool{}
	for _, r := range out {
		seen[r] = true
	}
	add := func(rule string) {
		if rule != "" && !seen[rule] {
			seen[rule] = true
			out = append(out, rule)
		}
	}
	for _, u := range append(append([]Unit{}, t.Lead...), t.Support...) {
		add(u.Rule)
		if u.Basis == owner.BasisInherited {
			add("owner.inherited")
		}
	}
	for _, x := range t.Times {
		add(x.Rule)
	}
	for _, x := range t.Targets {
		add(x.Rule)
	}
	for _, x := range t.Documents {
		add(x.Rule)
	}
	return out
}
