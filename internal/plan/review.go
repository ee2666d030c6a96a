package plan

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/plan/task/schedule"
	"weibao/internal/ref"
	"weibao/internal/rule"
)

// Review is a draft with all that its screen needs.
type Review struct {
	Context
	Plan      Plan
	Text      string
	Tasks     []Task
	Questions []Question
	Undo      string // what the next step back takes back, "" = nothing
	Redo      string
}

// OpenReview gives a draft for review.
func (d *Desk) OpenReview(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Plan) (Review, error) {
	if err := by.Require("plan.review"); err != nil {
		return Review{}, err
	}
	p, err := getPlan(ctx, tx, by, id)
	if err != nil {
		return Review{}, err
	}
	if p.State != Draft {
		return Review{}, errs.Newf(errs.Conflict, "这个方案%s，不在审核中。请从方案页面查看任务。", p.State.Label())
	}
	r := Review{Plan: p}
	if r.Text, err = textOf(ctx, tx, id); err != nil {
		return r, err
	}
	if r.Tasks, err = tasksOf(ctx, tx, id); err != nil {
		return r, err
	}
	if r.Context, err = d.context(ctx, tx, by, p); err != nil {
		return r, err
	}
	r.Questions = r.AllQuestions(p.Year, r.Tasks)
	if e, ok, err := editAt(ctx, tx, id, p.Head); err != nil {
		return r, err
	} else if ok {
		r.Undo = e.Words
	}
	if e, ok, err := editAt(ctx, tx, id, p.Head+1); err != nil {
		return r, err
	} else if ok {
		r.Redo = e.Words
	}
	return r, nil
}

// context gives what the tasks of a plan are read with.
func (d *Desk) context(ctx context.Context, tx *db.Tx, by access.Actor, p Plan) (Context, error) {
	register, err := d.Units(ctx, tx, by, p.Region)
	if err != nil {
		return Context{}, err
	}
	today := civil.DateOf(tx.Now.Time())
	book := d.Rules(p.Region)
	c := Context{Calendar: schedule.Calendar{Year: p.Year, Terms: schoolTerms(book, today)}, Register: register, Today: today}
	c.Review, c.HasCycle = book.Cycle("standing.review", today)
	return c, nil
}

// Accept marks tasks as checked by a person; none means all.
func (d *Desk) Accept(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Plan, tasks ...ref.Task) error {
	words := fmt.Sprintf("采纳%d项任务", len(tasks))
	if len(tasks) == 0 {
		words = "采纳全部任务"
	}
	return d.edit(ctx, tx, by, id, words, func(s *bench) error {
		for _, t := range s.Tasks {
			if !t.Checked && (len(tasks) == 0 || slices.Contains(tasks, t.ID)) {
				t.Checked = true
				s.put(t)
			}
		}
		return nil
	})
}

// Head is what a person can correct about the plan itself.
type Head struct {
	Title, Issuer string
	Year          int
}

// SetHead corrects title, issuer and year of a draft.
func (d *Desk) SetHead(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Plan, h Head) error {
	f := errs.Fields{}
	f.Check(strings.TrimSpace(h.Title) != "", "title", "请填写方案名称。")
	f.Check(h.Year == 0 || h.Year >= 2000 && h.Year <= 2100, "year", "年份应写成4位数字，如2026。")
	if err := f.Err(); err != nil {
		return err
	}
	return d.edit(ctx, tx, by, id, "修改方案信息", func(s *bench) error {
		s.Plan.Title, s.Plan.Issuer, s.Plan.Year = strings.TrimSpace(h.Title), strings.TrimSpace(h.Issuer), h.Year
		return nil
	})
}

// Name decides which unit a name means, everywhere in the draft; unit 0 takes
// the name out of all tasks.
func (d *Desk) Name(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Plan, name string, unit ref.Unit) error {
	words := "删除责任单位“" + name + "”"
	if unit != 0 {
		words = "确认“" + name + "”所指单位"
	}
	return d.edit(ctx, tx, by, id, words, func(s *bench) error {
		if unit != 0 {
			if err := d.known(ctx, tx, by, s.Plan, unit); err != nil {
				return err
			}
		}
		for _, t := range s.Tasks {
			if !slices.ContainsFunc(t.Facts, func(f Fact) bool { return f.Asks(name) }) {
				continue
			}
			t = t.Clone()
			for i := range t.Facts {
				if t.Facts[i].Asks(name) {
					t.Facts[i].Unit = unit
				}
			}
			t.Facts = slices.DeleteFunc(t.Facts, func(f Fact) bool { return f.Asks(name) })
			t.Facts = once(t.Facts)
			s.put(t)
		}
		return nil
	})
}

// known makes sure that units exist in the plan's county.
func (d *Desk) known(ctx context.Context, tx *db.Tx, by access.Actor, p Plan, units ...ref.Unit) error {
	register, err := d.Units(ctx, tx, by, p.Region)
	if err != nil {
		return err
	}
	for _, u := range units {
		if _, ok := register.Unit(u); !ok {
			return &errs.Error{Kind: errs.Invalid, Message: "所选单位不在本县单位名录中，请重新选择。", Fields: map[string]string{"unit": "请从名录中选择单位。"}}
		}
	}
	return nil
}

// Stand decides that tasks without a dated time run on with reviews 「长期」;
// none means all that ask.
func (d *Desk) Stand(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Plan, tasks ...ref.Task) error {
	words := "按长期任务处理"
	if len(tasks) == 0 {
		words = "其余任务都按长期任务处理"
	}
	return d.edit(ctx, tx, by, id, words, func(s *bench) error {
		for _, t := range s.Tasks {
			asks := len(t.Of(Vague)) > 0 && len(t.Of(Time)) == 0 && !t.Standing
			if asks && (len(tasks) == 0 || slices.Contains(tasks, t.ID)) {
				t.Standing = true
				s.put(t)
			}
		}
		return nil
	})
}

// Delete takes a task out of the draft.
func (d *Desk) Delete(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Plan, task ref.Task, version int64) error {
	return d.edit(ctx, tx, by, id, "删除任务", func(s *bench) error {
		t, err := s.at(task, version)
		if err == nil {
			s.gone = append(s.gone, t.ID)
		}
		return err
	})
}

// Input is a task as a person corrects it. Facts that are not in it are
// taken out; those without ID are added.
type Input struct {
	Version  int64
	Title    string
	Facts    []Fact
	Standing bool
	Review   string
}

// Update corrects a task of a draft; it counts as checked afterwards.
func (d *Desk) Update(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Plan, task ref.Task, in Input) error {
	return d.edit(ctx, tx, by, id, "修改任务", func(s *bench) error {
		t, err := s.at(task, in.Version)
		if err != nil {
			return err
		}
		if t, err = d.corrected(ctx, tx, by, s, t, in); err == nil {
			t.Checked = true
			s.put(t)
		}
		return err
	})
}

// corrected gives a task with what a person typed, or what is wrong with it.
func (d *Desk) corrected(ctx context.Context, tx *db.Tx, by access.Actor, s *bench, t Task, in Input) (Task, error) {
	f := errs.Fields{}
	f.Check(strings.TrimSpace(in.Title) != "", "title", "请填写任务名称。")
	f.Check(len([]rune(in.Title)) <= 200, "title", "任务名称不超过200字。")
	var units []ref.Unit
	for i := range in.Facts {
		x := &in.Facts[i]
		x.Text, x.Norm = strings.TrimSpace(x.Text), strings.TrimSpace(x.Norm)
		if x.Unit != 0 {
			units = append(units, x.Unit)
		}
		f.Check(x.Text != "" || x.Unit != 0, string(x.Kind), x.Kind.Label()+"不能为空，不需要时请删除。")
	}
	if err := f.Err(); err != nil {
		return t, err
	}
	if err := d.known(ctx, tx, by, s.Plan, units...); err != nil {
		return t, err
	}
	register, err := d.Units(ctx, tx, by, s.Plan.Region)
	if err != nil {
		return t, err
	}
	for i, x := range in.Facts {
		if x.ID == 0 && (x.Kind == Lead || x.Kind == Support) {
			in.Facts[i].Text, in.Facts[i].Norm = register.Name(x.Unit), register.Name(x.Unit)
		}
	}
	old := t.Facts
	t.Title, t.Standing, t.Review, t.Facts = strings.TrimSpace(in.Title), in.Standing, in.Review, nil
	for _, x := range in.Facts {
		t.Facts = append(t.Facts, s.fact(old, x))
	}
	t.Facts = once(t.Facts)
	t.Facts = sorted(t.Facts)
	for i, x := range t.Facts {
		if _, ok := t.Fact(x.Slot); !ok {
			t.Facts[i].Slot = 0
		}
	}
	return t, nil
}

// sorted gives facts by kind, in the order in which a task is read.
func sorted(facts []Fact) []Fact {
	slices.SortStableFunc(facts, func(a, b Fact) int { return kindOrder[a.Kind] - kindOrder[b.Kind] })
	return facts
}

var kindOrder = map[Kind]int{Lead: 0, Support: 1, Time: 2, Vague: 3, Target: 4, Document: 5}

// fact gives a typed fact the place in the text and the rule of the one that it corrects.
func (s *bench) fact(old []Fact, x Fact) Fact {
	i := slices.IndexFunc(old, func(f Fact) bool { return f.ID == x.ID && x.ID != 0 })
	if i < 0 && x.Unit != 0 { // the same unit under another role keeps its place
		i = slices.IndexFunc(old, func(f Fact) bool { return f.Unit == x.Unit && (f.Kind == Lead || f.Kind == Support) })
	}
	if i < 0 {
		x.ID, x.Start, x.End, x.Rule = s.now(), 0, 0, Person
		return x
	}
	was := old[i]
	x.ID, x.Start, x.End, x.Rule = was.ID, was.Start, was.End, was.Rule
	if x.Kind != was.Kind || x.Norm != was.Norm || x.Unit != was.Unit || x.Text != was.Text || x.Slot != was.Slot {
		x.Rule = Person
	}
	return x
}

// schoolTerms reads the county's school terms from its rules: 「02-20至07-10」.
func schoolTerms(book *rule.Book, on civil.Date) []duty.Term {
	var out []duty.Term
	for _, id := range []string{"school-term.spring", "school-term.autumn"} {
		t, ok := book.Term(id, on)
		from, to, cut := strings.Cut(t.Text, "至")
		if !ok || !cut {
			return nil
		}
		out = append(out, duty.Term{From: strings.TrimSpace(from), To: strings.TrimSpace(to)})
	}
	return out
}

// Number is a task's place in its plan, counted from 1.
func Number(tasks []Task, id ref.Task) string {
	return strconv.Itoa(1 + slices.IndexFunc(tasks, func(t Task) bool { return t.ID == id }))
}

// Answer decides one fact of a task by its norm; a time without one is taken
// out and the task runs on.
func (d *Desk) Answer(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Plan, task ref.Task, fact int64, norm string) error {
	return d.edit(ctx, tx, by, id, "确认时限", func(s *bench) error {
		t, err := s.at(task, 0)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(t.Facts, func(f Fact) bool { return f.ID == fact && (f.Kind == Time || f.Kind == Document) })
		switch {
		case i < 0:
			return errs.New(errs.Conflict, "这项内容已被修改。请刷新页面查看最新内容。")
		case norm == "" && t.Facts[i].Kind == Time:
			t.Facts[i].Kind, t.Facts[i].Rule = Vague, Person
			t.Standing = true
		default:
			t.Facts[i].Norm, t.Facts[i].Rule = norm, Person
		}
		t.Mend()
		s.put(t)
		return nil
	})
}
