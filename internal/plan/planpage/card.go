package planpage

import (
	"weibao/internal/plan"
	"weibao/internal/plan/task/schedule"
	"weibao/internal/ref"
	"weibao/internal/rule"
)

// card is a task on the review screen.
type card struct {
	ID        string
	Base      string // address of the task's actions
	Show      string // query that keeps the filter
	No        int
	Title     string
	Path      string
	Quote     string
	Version   int64
	Start     int
	Checked   bool
	Last      bool
	Splits    bool // has more than one sentence
	Leads     []chip
	Supports  []chip
	Lines     []line
	Questions []question
	Edit      *editView
}

// chip is a unit on a card.
type chip struct {
	Name string
	Ask  bool // not resolved
	New  bool // added by a person
}

// line is a time, target or document on a card.
type line struct {
	Kind  string
	Label string
	Text  string // words of the plan
	Means string // how they are understood
	Note  string
	Ask   bool
}

// question is an open question with its ready answers.
type question struct {
	Text    string
	Topic   string
	Answers []answer
	More    *link
}

// answer is a button that decides a question.
type answer struct {
	Label, Post string
	Fields      [][2]string
	Primary     bool
}

type link struct {
	Label, Href string
	Dialog      bool
}

// cards gives the tasks of a review as its list shows them.
func cards(r plan.Review, show, edit string) []card {
	asked := map[ref.Task][]plan.Question{}
	for _, q := range r.Questions {
		asked[q.Task] = append(asked[q.Task], q)
	}
	text := []rune(r.Text)
	var out []card
	for i, t := range r.Tasks {
		if !shown(show, t, asked[t.ID]) {
			continue
		}
		c := cardOf(r, text, t, asked[t.ID], show)
		c.No, c.Last = i+1, i == len(r.Tasks)-1
		if edit == c.ID {
			v := editorOf(r, t)
			c.Edit = &v
		}
		out = append(out, c)
	}
	return out
}

// The filters of the list.
const (
	showAll       = ""
	showQuestions = "questions"
	showUnchecked = "unchecked"
)

func shown(show string, t plan.Task, asked []plan.Question) bool {
	switch show {
	case showAll:
		return true
	case showQuestions:
		return len(asked) > 0
	case showUnchecked:
		return !t.Checked
	}
	for _, q := range asked {
		if string(q.Topic) == show {
			return true
		}
	}
	return false
}

func cardOf(r plan.Review, text []rune, t plan.Task, asked []plan.Question, show string) card {
	c := card{ID: ref.Format(t.ID), Base: reviewPath(r.Plan.ID) + "/" + ref.Format(t.ID), Title: t.Title, Path: t.Clause(), Quote: t.Quote,
		Version: t.Version, Start: t.Start, Checked: t.Checked}
	c.Splits = t.End > 0 && len(t.Cuts(text)) > 0
	if show != "" {
		c.Show = "?show=" + show
	}
	c.Leads, c.Supports = chips(r, t.Of(plan.Lead)), chips(r, t.Of(plan.Support))
	c.Lines = lines(r.Context, t)
	for _, q := range asked {
		c.Questions = append(c.Questions, questionOf(r, c, q))
	}
	return c
}

func chips(r plan.Review, facts []plan.Fact) []chip {
	var out []chip
	for _, f := range facts {
		c := chip{Name: f.Norm, Ask: f.Unit == 0, New: f.Rule == plan.Person}
		if f.Unit != 0 {
			c.Name = r.Register.Name(f.Unit)
		}
		out = append(out, c)
	}
	return out
}

// lines gives times, targets and documents with what they mean.
func lines(c plan.Context, t plan.Task) []line {
	var out []line
	times := t.Of(plan.Time)
	for _, f := range times {
		s := c.Calendar.Read(f.Norm)
		l := line{Kind: "time", Label: "时限", Text: f.Text, Means: s.Words(), Note: s.Note, Ask: s.Pace == schedule.Asked}
		if s.Pace == schedule.Once && !s.Due.IsZero() && s.Due.Before(c.Today) {
			l.Note = "时限已过"
		}
		out = append(out, l)
	}
	if len(times) == 0 {
		out = append(out, standing(c, t))
	}
	for _, f := range t.Of(plan.Target) {
		out = append(out, line{Kind: "target", Label: "指标", Text: f.Text, Means: schedule.MeasureOf(f.Norm).Words()})
	}
	for _, f := range t.Of(plan.Document) {
		l := line{Kind: "document", Label: "文件", Text: f.Text, Means: documentWords(c, t, f)}
		out = append(out, l)
	}
	return out
}

// standing says how a task without a time runs on.
func standing(c plan.Context, t plan.Task) line {
	l := line{Kind: "vague", Label: "时限"}
	for i, f := range t.Of(plan.Vague) {
		if i > 0 {
			l.Text += "、"
		}
		l.Text += f.Text
	}
	if l.Text != "" && !t.Standing {
		l.Means, l.Ask = "待确认", true
		return l
	}
	rounds, suggested, err := c.ReviewRounds(t)
	if err != nil {
		l.Means, l.Ask = "待确认", true
		return l
	}
	l.Kind, l.Means = "time", "长期，"+schedule.RecurrenceWords(rounds)+"复核"
	if suggested {
		l.Note = rule.SuggestedNote
	}
	return l
}

func documentWords(c plan.Context, t plan.Task, f plan.Fact) string {
	s := "由牵头单位制发"
	if f.Unit != 0 {
		s = "由" + c.Register.Name(f.Unit) + "制发"
	}
	if f.Norm == plan.WithReview {
		return s + "，随第一期报告报送"
	}
	if f.Norm != "" {
		return s + "，" + c.Calendar.Read(f.Norm).Words()
	}
	if x, ok := t.Fact(f.Slot); ok {
		return s + "，" + c.Calendar.Read(x.Norm).Words()
	}
	return s
}

// questionOf gives a question with the answers that need one press.
func questionOf(r plan.Review, c card, q plan.Question) question {
	out := question{Text: q.Text, Topic: q.Topic.Label()}
	base := reviewPath(r.Plan.ID)
	edit := &link{Label: "修改", Href: base + "?edit=" + c.ID + "#task-" + c.ID}
	fact := ref.Format(ref.Task(q.Fact))
	set := func(label, norm string) answer {
		return answer{Label: label, Post: c.Base + "/fact" + c.Show, Fields: [][2]string{{"fact", fact}, {"norm", norm}}}
	}
	switch q.Topic {
	case plan.AskUnit:
		if q.Name == "" {
			out.More = edit
			break
		}
		for _, u := range q.Candidates {
			out.Answers = append(out.Answers, answer{Label: r.Register.Name(u), Post: base + "/name" + c.Show, Fields: [][2]string{{"name", q.Name}, {"unit", ref.Format(u)}}})
		}
		out.More = &link{Label: "选择单位", Href: base + "/name?name=" + escape(q.Name), Dialog: true}
	case plan.AskStanding:
		out.Answers = []answer{{Label: "按长期任务复核", Post: c.Base + "/stand" + c.Show}}
		out.More = &link{Label: "填写时限", Href: edit.Href}
	case plan.AskTime:
		if t, ok := findFact(r, q); ok && spans(t.Norm) {
			out.Answers = []answer{set("自下发之日起算", t.Norm+","+schedule.FromIssue), set("有事时起算，按长期任务", "")}
		}
		out.More = &link{Label: "填写时限", Href: edit.Href}
	case plan.AskDue:
		out.Answers = []answer{set("随第一期报告报送", plan.WithReview)}
		out.More = &link{Label: "填写日期", Href: edit.Href}
	default:
		out.More = edit
	}
	if len(out.Answers) > 0 {
		out.Answers[0].Primary = true
	}
	return out
}

func findFact(r plan.Review, q plan.Question) (plan.Fact, bool) {
	for _, t := range r.Tasks {
		if t.ID == q.Task {
			return t.Fact(q.Fact)
		}
	}
	return plan.Fact{}, false
}
