package plan

import (
	"context"
	"strings"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/plan/compile"
	"weibao/internal/ref"
)

// Split cuts a task in two at a code point of the plan's text. What stands in
// one part belongs to it alone; owners and what a person added belong to both.
func (d *Desk) Split(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Plan, task ref.Task, version int64, at int) error {
	text, err := textOf(ctx, tx, id)
	if err != nil {
		return err
	}
	runes := []rune(text)
	return d.edit(ctx, tx, by, id, "拆分任务", func(s *bench) error {
		t, err := s.at(task, version)
		if err != nil {
			return err
		}
		if !t.Divides(runes, at) {
			return errs.New(errs.Invalid, "请选择在哪一句之后拆分。")
		}
		_, i, _ := s.find(task)
		first, second := t.Clone(), t.Clone()
		first.End, second.Start = at, at
		second.ID, second.Seq, second.Rules = ref.Task(s.now()), s.between(i), []string{Person}
		first.Requote(runes)
		second.Requote(runes)
		second.Title = title(second.Quote)
		first.Facts, second.Facts = nil, nil
		for _, f := range t.Facts {
			owner := f.Kind == Lead || f.Kind == Support
			outside := f.Start < t.Start || f.Start >= t.End
			if owner || outside || f.Start < at {
				first.Facts = append(first.Facts, f)
			}
			if owner || outside || f.Start >= at {
				f.ID = s.now()
				second.Facts = append(second.Facts, f)
			}
		}
		first.Mend()
		second.Mend()
		s.put(first)
		s.added = append(s.added, second)
		return nil
	})
}

// between gives an order between the ith task and the next.
func (s *bench) between(i int) int64 {
	if i+1 < len(s.Tasks) {
		return s.Tasks[i].Seq + (s.Tasks[i+1].Seq-s.Tasks[i].Seq)/2
	}
	return s.Tasks[i].Seq + seqGap
}

// title is the first clause of a quote.
func title(quote string) string {
	if i := strings.IndexAny(quote, "。；;\n"); i > 0 {
		quote = quote[:i]
	}
	r := []rune(strings.TrimSpace(quote))
	if len(r) <= 40 {
		return string(r)
	}
	for i := 40; i > 8; i-- {
		if strings.ContainsRune("，,、", r[i]) {
			return string(r[:i])
		}
	}
	return string(r[:40])
}

// Merge joins a task with the one after it.
func (d *Desk) Merge(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Plan, task ref.Task, version int64) error {
	text, err := textOf(ctx, tx, id)
	if err != nil {
		return err
	}
	return d.edit(ctx, tx, by, id, "合并任务", func(s *bench) error {
		t, err := s.at(task, version)
		if err != nil {
			return err
		}
		_, i, _ := s.find(task)
		if i+1 >= len(s.Tasks) {
			return errs.New(errs.Invalid, "这是最后一项任务，后面没有可以合并的任务。")
		}
		next := s.Tasks[i+1]
		if next.End > 0 && t.End > 0 {
			t.Start, t.End = min(t.Start, next.Start), max(t.End, next.End)
			t.Requote([]rune(text))
		}
		for _, f := range next.Facts {
			if !t.Has(f) {
				t.Facts = append(t.Facts, f)
			}
		}
		t.Facts = once(sorted(t.Facts))
		t.Mend()
		t.Standing, t.Checked = t.Standing && next.Standing, false
		s.put(t)
		s.gone = append(s.gone, next.ID)
		return nil
	})
}

// Add makes a task of a part of the text, after the task in front of it; with
// the times, targets and documents which the compiler finds in that part.
// Start 0 and End 0 is a task that does not stand in the text.
func (d *Desk) Add(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Plan, start, end int, words string) (ref.Task, error) {
	text, err := textOf(ctx, tx, id)
	if err != nil {
		return 0, err
	}
	runes := []rune(text)
	var made ref.Task
	err = d.edit(ctx, tx, by, id, "新增任务", func(s *bench) error {
		t := Task{ID: ref.Task(s.now()), Plan: id, State: TaskDraft, Rules: []string{Person}, Start: start, End: end, Title: strings.TrimSpace(words)}
		inText := end > start && start >= 0 && end <= len(runes) && strings.TrimSpace(string(runes[start:end])) != ""
		if inText {
			t.Requote(runes)
			if t.Title == "" {
				t.Title = title(t.Quote)
			}
			t.Facts = s.read(string(runes[start:end]), start)
		} else {
			t.Start, t.End, t.Quote = 0, 0, t.Title
		}
		if t.Title == "" || len([]rune(t.Title)) > 200 {
			return &errs.Error{Kind: errs.Invalid, Message: "请选中方案中的一段文字，或填写任务名称（不超过200字）。", Fields: map[string]string{"title": "请填写任务名称。"}}
		}
		before := s.before(t.Start, inText)
		t.Seq = seqGap
		if before >= 0 {
			t.Seq, t.Path = s.between(before), s.Tasks[before].Path
		} else if len(s.Tasks) > 0 {
			t.Seq = s.Tasks[0].Seq / 2
		}
		made = t.ID
		s.added = append(s.added, t)
		return nil
	})
	return made, err
}

// before gives the place of the last task that begins in front of a point.
func (s *bench) before(start int, inText bool) int {
	at := -1
	for i, t := range s.Tasks {
		if !inText || t.Start <= start {
			at = i
		}
	}
	return at
}

// read finds times, targets and documents in a part of the text.
func (s *bench) read(part string, offset int) []Fact {
	found, err := compile.CompileText("", "一、工作任务\n（一）"+part)
	if err != nil || len(found.Tasks) == 0 {
		return nil
	}
	const shift = 10 // runes put in front
	var out []Fact
	add := func(k Kind, f compile.Fact, norm string) {
		out = append(out, Fact{ID: s.now(), Kind: k, Text: f.Text, Norm: norm, Start: f.Start - shift + offset, End: f.End - shift + offset, Rule: f.Rule})
	}
	for _, t := range found.Tasks {
		for _, x := range t.Times {
			add(Time, x.Fact, x.Exact())
		}
		for _, x := range t.Unclear {
			add(Vague, x, "")
		}
		for _, x := range t.Targets {
			add(Target, x.Fact, x.Norm)
		}
		for _, x := range t.Documents {
			add(Document, compile.Fact{Span: x.Span, Text: x.Title, Rule: x.Rule}, "")
		}
	}
	return out
}
