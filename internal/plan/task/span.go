package task

import "strings"

// quoteRunes is how much of a clause a task quotes.
const quoteRunes = 120

// Mend lets documents and targets forget a time that went to another task.
func (t *Task) Mend() {
	for i, f := range t.Facts {
		if _, ok := t.Fact(f.Slot); !ok {
			t.Facts[i].Slot = 0
		}
	}
}

// Cuts gives the places at which a task can be split: behind each of its sentences.
func (t Task) Cuts(text []rune) []int {
	var out []int
	for i := t.Start; i < t.End-1 && i < len(text); i++ {
		if strings.ContainsRune("。；;\n", text[i]) && !blank(text, i+1, t.End) {
			out = append(out, i+1)
		}
	}
	return out
}

// Divides tells whether words of the task stand on both sides of a place in the text.
func (t Task) Divides(text []rune, at int) bool {
	return at > t.Start && at < t.End && !blank(text, t.Start, at) && !blank(text, at, t.End)
}

func blank(text []rune, from, to int) bool {
	from, to = min(max(from, 0), len(text)), min(max(to, 0), len(text))
	return from >= to || strings.TrimSpace(string(text[from:to])) == ""
}

// Requote makes the quote what the text says at the place of the task.
func (t *Task) Requote(text []rune) {
	t.Quote = cut(strings.TrimSpace(string(text[max(t.Start, 0):min(t.End, len(text))])), quoteRunes)
}

// cut shortens to whole sentences where one ends within the limit.
func cut(s string, limit int) string {
	r := []rune(s)
	if len(r) <= limit {
		return s
	}
	for i := limit; i > limit/3; i-- {
		if strings.ContainsRune("。；;", r[i-1]) {
			return string(r[:i])
		}
	}
	return string(r[:limit])
}

// Has tells whether the task holds the same fact already.
func (t Task) Has(f Fact) bool {
	for _, x := range t.Facts {
		if x.Kind == f.Kind && x.Text == f.Text && x.Norm == f.Norm && x.Unit == f.Unit && x.Start == f.Start {
			return true
		}
	}
	return false
}

// Place finds for each document and target the time of its own sentence; what
// stands in none takes the task's.
func (t *Task) Place() {
	times := t.Of(Time)
	if len(times) < 2 {
		return
	}
	for i, f := range t.Facts {
		if f.Kind != Document && f.Kind != Target || f.Slot != 0 || f.End == 0 {
			continue
		}
		// The time in front of it is nearest in Chinese word order: 3月底前制定《…》,5月底前印发《…》.
		for _, x := range times {
			if x.Start <= f.Start && x.End > 0 {
				t.Facts[i].Slot = x.ID
			}
		}
	}
}

// Asks tells whether the fact is an owner whose name nobody has resolved yet.
func (f Fact) Asks(name string) bool {
	return (f.Kind == Lead || f.Kind == Support) && f.Unit == 0 && f.Norm == name
}
