package task

import (
	"fmt"
	"strings"

	"weibao/internal/civil"
	"weibao/internal/duty"
	"weibao/internal/plan/task/schedule"
	"weibao/internal/ref"
	"weibao/internal/rule"
)

// Topic is what an open question is about.
type Topic string

// The topics.
const (
	AskUnit     Topic = "unit"     // a name fits no unit, or several
	AskOwner    Topic = "owner"    // nobody owns the task
	AskTime     Topic = "time"     // a time cannot be mapped
	AskStanding Topic = "standing" // only vague words of time
	AskMaker    Topic = "maker"    // nobody drafts the document
	AskDue      Topic = "due"      // nothing says by when the document is due
	AskYear     Topic = "year"     // the plan's year
)

var topicLabels = map[Topic]string{AskUnit: "单位待确认", AskOwner: "缺责任单位", AskTime: "时限待确认",
	AskStanding: "时间用语不明", AskMaker: "文件缺制发单位", AskDue: "文件缺时限", AskYear: "方案年份"}

// Label gives the Chinese term.
func (t Topic) Label() string { return topicLabels[t] }

// Question is something that a person must decide before the plan is issued.
type Question struct {
	Topic      Topic
	Task       ref.Task
	Fact       int64
	Text       string
	Name       string     // of AskUnit
	Candidates []ref.Unit // of AskUnit
}

// Context is what a plan's tasks are read with; it decides nothing itself.
type Context struct {
	Calendar schedule.Calendar
	Register *Register
	Review   rule.Cycle // the county's cycle for standing tasks
	HasCycle bool
	Today    civil.Date
}

// Schedules gives the schedule of each time of a task.
func (c Context) Schedules(t Task) map[int64]schedule.Schedule {
	out := map[int64]schedule.Schedule{}
	for _, f := range t.Of(Time) {
		out[f.ID] = c.Calendar.Read(f.Norm)
	}
	return out
}

// ReviewRounds gives the cycle in which a standing task is reviewed: its own,
// or the county's; the second value is true where nobody has fixed it.
func (c Context) ReviewRounds(t Task) (r duty.Recurrence, suggested bool, err error) {
	if t.Review != "" {
		s := c.Calendar.Read(t.Review)
		return s.Recurrence, false, s.Recurrence.Validate()
	}
	r = duty.Recurrence{Every: c.Review.Every, Day: c.Review.Day, Months: c.Review.Months}
	if c.Review.Times > 1 {
		r.Times = c.Review.Times
	}
	return r, c.Review.Status == rule.Suggested, r.Validate()
}

// Questions gives what must be decided about a task.
func (c Context) Questions(t Task) []Question {
	if t.State == Withdrawn {
		return nil
	}
	var out []Question
	ask := func(topic Topic, fact int64, text string) {
		out = append(out, Question{Topic: topic, Task: t.ID, Fact: fact, Text: text})
	}
	for _, f := range t.Owners() {
		if f.Unit == 0 {
			out = append(out, c.askUnit(t.ID, f))
		} else if len(c.Register.Members(f.Unit)) == 0 {
			ask(AskUnit, f.ID, "“"+c.Register.Name(f.Unit)+"”还没有设定包含哪些单位，请改选具体单位。")
		}
	}
	if len(t.Owners()) == 0 {
		ask(AskOwner, 0, "方案没有写明责任单位，请指定牵头单位。")
	}
	for _, f := range t.Of(Time) {
		s := c.Calendar.Read(f.Norm)
		if s.Pace == schedule.Asked {
			ask(AskTime, f.ID, "“"+f.Text+"”："+s.Question)
		}
	}
	if vague := t.Of(Vague); len(vague) > 0 && len(t.Of(Time)) == 0 && !t.Standing {
		ask(AskStanding, vague[0].ID, "只写了“"+words(vague)+"”，没有具体时限。请选择按长期任务定期复核，或填写时限。")
	}
	for _, f := range t.Of(Document) {
		if f.Unit == 0 && len(t.Of(Lead)) == 0 && len(t.Owners()) > 0 {
			ask(AskMaker, f.ID, f.Text+"由哪个单位制发？")
		}
		if c.needsDue(t, f) {
			ask(AskDue, f.ID, f.Text+"没有写明制发时限。请填写日期，或选择随任务第一期报告时报送。")
		}
	}
	return out
}

func (c Context) askUnit(id ref.Task, f Fact) Question {
	q := Question{Topic: AskUnit, Task: id, Fact: f.ID, Name: f.Norm, Candidates: c.Register.Resolve(f.Norm).Candidates}
	switch len(q.Candidates) {
	case 0:
		q.Text = "本县单位中没有“" + f.Norm + "”，请选择对应的单位，或删除。"
	case 1:
		q.Text = fmt.Sprintf("“%s”是否指%s?", f.Norm, c.Register.Name(q.Candidates[0]))
	default:
		q.Text = fmt.Sprintf("“%s”可能是%d个单位中的一个，请选择。", f.Norm, len(q.Candidates))
	}
	return q
}

func words(facts []Fact) string {
	var list []string
	for _, f := range facts {
		list = append(list, f.Text)
	}
	return strings.Join(list, "、")
}

// AllQuestions gives what must be decided about a plan of a year (0 = not known) and its tasks.
func (c Context) AllQuestions(year int, tasks []Task) []Question {
	var out []Question
	if year == 0 {
		out = append(out, Question{Topic: AskYear, Text: schedule.AskYear})
	}
	for _, t := range tasks {
		out = append(out, c.Questions(t)...)
	}
	return out
}
