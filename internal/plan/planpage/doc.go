package planpage

import (
	"html"
	"html/template"
	"slices"
	"strconv"
	"strings"

	"weibao/internal/plan"
	"weibao/internal/ref"
)

// mark is a fact in the text: its colour stands for its kind, and its word is
// read aloud and shown on pointing.
type mark struct {
	start, end int
	kind       string
	word       string
	task       ref.Task
}

// document writes the plan's text with coloured spans. Each run of the text
// lies in at most one task and one fact; of facts that overlap the shorter wins.
func document(text string, r plan.Review) template.HTML {
	runes := []rune(text)
	tasks, facts := make([]int32, len(runes)), make([]int32, len(runes))
	for i, t := range r.Tasks {
		fill(tasks, t.Start, t.End, int32(i+1))
	}
	marks := marksOf(r)
	for i, m := range marks {
		fill(facts, m.start, m.end, int32(i+1))
	}
	w := docWriter{runes: runes, tasks: tasks, facts: facts, marks: marks, list: r.Tasks, asks: askedTasks(r)}
	w.b.Grow(len(text) * 2)
	start := 0
	for i, c := range runes {
		if c == '\n' {
			w.line(start, i)
			start = i + 1
		}
	}
	w.line(start, len(runes))
	return template.HTML(w.b.String())
}

func askedTasks(r plan.Review) map[ref.Task]bool {
	out := map[ref.Task]bool{}
	for _, q := range r.Questions {
		out[q.Task] = true
	}
	return out
}

func fill(into []int32, from, to int, v int32) {
	for i := max(from, 0); i < to && i < len(into); i++ {
		into[i] = v
	}
}

// marksOf gives the facts of all tasks, longest first, so that a shorter one lies on top.
func marksOf(r plan.Review) []mark {
	var out []mark
	for _, t := range r.Tasks {
		for _, f := range t.Facts {
			if f.End <= f.Start {
				continue
			}
			m := mark{start: f.Start, end: f.End, kind: string(f.Kind), word: f.Kind.Label(), task: t.ID}
			if (f.Kind == plan.Lead || f.Kind == plan.Support) && f.Unit == 0 {
				m.kind, m.word = "ask", f.Kind.Label()+"，单位待确认"
			}
			out = append(out, m)
		}
	}
	slices.SortStableFunc(out, func(a, b mark) int { return (b.end - b.start) - (a.end - a.start) })
	return out
}

type docWriter struct {
	b     strings.Builder
	runes []rune
	tasks []int32
	facts []int32
	marks []mark
	list  []plan.Task
	asks  map[ref.Task]bool
	last  int32 // task whose number was written
}

// line writes one paragraph of the text.
func (w *docWriter) line(from, to int) {
	if from >= to {
		return
	}
	w.b.WriteString(`<p data-at="`)
	w.b.WriteString(strconv.Itoa(from))
	w.b.WriteString(`">`)
	for i := from; i < to; {
		j := i + 1
		for j < to && w.tasks[j] == w.tasks[i] && w.facts[j] == w.facts[i] {
			j++
		}
		w.run(i, j)
		i = j
	}
	w.b.WriteString("</p>\n")
}

func (w *docWriter) run(i, j int) {
	task, fact := w.tasks[i], w.facts[i]
	if task > 0 {
		t := w.list[task-1]
		if task != w.last {
			w.last = task
			w.b.WriteString(`<a class="doc-no" href="#task-` + ref.Format(t.ID) + `" data-no="` + strconv.Itoa(int(task)) + `"><span class="visually-hidden">任务` + strconv.Itoa(int(task)) + `</span></a>`)
		}
		class := "doc-in"
		if w.asks[t.ID] {
			class += " doc-asks"
		}
		w.b.WriteString(`<span class="` + class + `" data-t="` + ref.Format(t.ID) + `">`)
	}
	if fact > 0 {
		m := w.marks[fact-1]
		w.b.WriteString(`<mark class="m-` + m.kind + `" title="` + m.word + `" data-t="` + ref.Format(m.task) + `">`)
	}
	w.b.WriteString(html.EscapeString(string(w.runes[i:j])))
	if fact > 0 {
		w.b.WriteString("</mark>")
	}
	if task > 0 {
		w.b.WriteString("</span>")
	}
}
