package rule

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"weibao/internal/civil"
	"weibao/internal/errs"
)

// Screening is the pattern of a campaign: when, who, and what is asked of each child.
type Screening struct {
	ID, Label  string
	Every      string // as of a Cycle; empty for once
	Begins     string // 月-日, empty where nothing is fixed
	Ends       string
	Who        string   // "child_director", "supervisor", "officer", "assigned", "grid", "unit"
	Categories []string // of which children; empty for all
	Assess     bool     // 排查即评估: whoever was screened is assessed, too
	Questions  []Question
	Source     Source
	Status     Status
	Verified   bool
}

// Question is one question of a screening.
type Question struct {
	ID, Label string
	Kind      string // "yes-no", "choice", "choices" (several, joined by commas), "number", "text"
	Ages      Ages
	Sets      string   // field of Facts which the answer sets, empty for none
	Options   []Option // of a choice; of yes-no only what an answer puts into the fact
	Assess    []string // answers that lead to an assessment at once
	Required  bool
	Hint      string
}

// Option is one answer of a choice.
type Option struct {
	Value, Label string
	Fact         string // the word which it puts into the fact; empty for none
}

// Screening gives a pattern by id.
func (b *Book) Screening(id string, on civil.Date) (Screening, bool) { return b.screenings.at(id, on) }

// Screenings gives every pattern.
func (b *Book) Screenings(on civil.Date) []Screening { return b.screenings.all(on) }

// Asked gives the questions for a child of an age.
func (s Screening) Asked(age int) []Question {
	return slices.DeleteFunc(slices.Clone(s.Questions), func(q Question) bool { return !q.Ages.Hold(age) })
}

// Leads gives the questions whose answers lead to an assessment at once.
func (s Screening) Leads(answers map[string]string) []Question {
	var list []Question
	for _, q := range s.Questions {
		chosen := strings.Split(answers[q.ID], ",")
		if slices.ContainsFunc(q.Assess, func(a string) bool { return slices.Contains(chosen, a) }) {
			list = append(list, q)
		}
	}
	return list
}

// Apply gives the facts with what the answers set. A word of a list takes the place of those which other answers to
// the same question would set. The error names each question whose answer does not fit or is missing.
func (s Screening) Apply(f Facts, answers map[string]string) (Facts, error) {
	wrong := errs.Fields{}
	asked := s.Asked(f.Age)
	for id := range answers {
		known := slices.ContainsFunc(s.Questions, func(q Question) bool { return q.ID == id })
		wrong.Check(known, id, "排查表里没有这个问题，请刷新后重填。")
	}
	for _, q := range asked {
		answer := answers[q.ID]
		wrong.Check(answer != "" || !q.Required, q.ID, "请回答这一项。")
		wrong.Check(answer == "" || q.fits(answer), q.ID, "这个答案不在可选范围，请重新选择。")
		if answer != "" && q.fits(answer) && q.Sets != "" {
			q.set(&f, answer)
		}
	}
	return f, wrong.Err()
}

func (q Question) fits(answer string) bool {
	switch q.Kind {
	case "yes-no":
		return answer == Yes || answer == No
	case "choice":
		return slices.ContainsFunc(q.Options, func(o Option) bool { return o.Value == answer })
	case "choices":
		for value := range strings.SplitSeq(answer, ",") {
			if !slices.ContainsFunc(q.Options, func(o Option) bool { return o.Value == value }) {
				return false
			}
		}
	case "number":
		n, err := strconv.Atoi(answer)
		return err == nil && n >= 0
	}
	return true
}

func (q Question) set(f *Facts, answer string) {
	field := reflect.ValueOf(f).Elem().Field(factIndex(q.Sets))
	word := answer
	if q.Kind != "number" && q.Kind != "text" {
		word = q.word(answer)
	}
	switch field.Kind() {
	case reflect.Int:
		n, _ := strconv.Atoi(word)
		field.SetInt(int64(n))
	case reflect.String:
		field.SetString(word)
	default:
		list := slices.Clone(field.Interface().([]string))
		for _, o := range q.Options {
			list = slices.DeleteFunc(list, func(w string) bool { return w == o.Fact })
		}
		for value := range strings.SplitSeq(answer, ",") {
			if w := q.word(value); w != "" {
				list = append(list, w)
			}
		}
		field.Set(reflect.ValueOf(list))
	}
}

func (q Question) word(answer string) string {
	for _, o := range q.Options {
		if o.Value == answer {
			return o.Fact
		}
	}
	return ""
}

// Told gives the answer that a child's facts give already, "" where they say nothing of it.
func (q Question) Told(f Facts) string {
	if q.Sets == "" {
		return ""
	}
	switch v := reflect.ValueOf(f).Field(factIndex(q.Sets)).Interface().(type) {
	case int:
		return q.toldNumber(v)
	case string:
		return q.answerOf(v)
	case []string:
		return q.toldWords(v)
	}
	return ""
}

func (q Question) toldNumber(n int) string {
	if q.Kind != "number" {
		return q.answerOf(strconv.Itoa(n))
	}
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// answerOf gives the option that puts a word into the fact.
func (q Question) answerOf(word string) string {
	for _, o := range q.Options {
		if o.Fact == word && word != "" {
			return o.Value
		}
	}
	return ""
}

// toldWords gives the options whose words are in a list; where none is, the answer that puts nothing into it.
func (q Question) toldWords(list []string) string {
	var told []string
	for _, o := range q.Options {
		if o.Fact != "" && slices.Contains(list, o.Fact) {
			told = append(told, o.Value)
		}
	}
	if len(told) > 0 {
		return strings.Join(told, ",")
	}
	for _, value := range q.values() {
		if q.word(value) == "" {
			return value
		}
	}
	return ""
}

// values gives what can be answered by choosing.
func (q Question) values() []string {
	if q.Kind == "yes-no" {
		return []string{Yes, No}
	}
	var list []string
	for _, o := range q.Options {
		list = append(list, o.Value)
	}
	return list
}

// Meeting tells whether the question asks if the child was reached at all: whoever answers the others says yes to it.
func (q Question) Meeting() bool {
	return q.Kind == "yes-no" && q.Required && q.Sets == "" && len(q.Assess) == 0
}

// Calm gives the answer of a child with whom all is as it was; "" where there is none.
func (q Question) Calm() string {
	switch {
	case q.Meeting():
		return Yes
	case q.Kind == "yes-no" && q.Sets == "" && slices.Contains(q.Assess, Yes):
		return No
	case q.Kind == "yes-no" && q.Sets == "" && slices.Contains(q.Assess, No):
		return Yes
	}
	return ""
}

// factIndex is the place of a field of Facts, -1 where there is none.
func factIndex(name string) int { return slices.Index(Fields(), name) }

// checkScreening refuses questions that set no fact or one that their answers do not fit.
func checkScreening(s *Screening, it item) {
	seen := map[string]bool{}
	for i, q := range s.Questions {
		at := it.under("questions", i)
		if seen[q.ID] {
			at.complain("的问题“%s”写了两次", q.ID)
		}
		seen[q.ID] = true
		q.check(at)
	}
	if (s.Begins == "") != (s.Ends == "") {
		it.complain("起止日期(begins、ends)要么都写,要么都不写")
	}
	for _, day := range []string{s.Begins, s.Ends} {
		if _, err := civil.Parse("2024-" + day); day != "" && err != nil {
			it.complain("的日期“%s”不对,应写成 05-30", day)
		}
	}
}

func (q Question) check(it item) {
	if (q.Kind == "choice" || q.Kind == "choices") != (len(q.Options) > 0) && q.Kind != "yes-no" {
		it.complain("的问题“%s”:选择题要写选项(options),其他题不写", q.ID)
	}
	for _, a := range q.Assess {
		if !q.fits(a) {
			it.complain("的问题“%s”没有“%s”这个答案", q.ID, a)
		}
	}
	if q.Sets == "" {
		return
	}
	at := factIndex(q.Sets)
	if at < 0 {
		it.complain("的问题“%s”要填入“%s”,没有这个字段", q.ID, q.Sets)
		return
	}
	if kind := reflect.TypeFor[Facts]().Field(at).Type.Kind(); kind != reflect.Slice && q.Kind == "choices" {
		it.complain("的问题“%s”可以多选,“%s”只能填一项", q.ID, q.Sets)
	}
	for _, o := range q.Options {
		if problem := wrongFact(q.Sets, at, o.Fact); problem != "" {
			it.complain("的问题“%s”:%s", q.ID, problem)
		}
	}
}

// wrongFact says why a word does not fit a field.
func wrongFact(name string, at int, word string) string {
	if word == "" {
		return ""
	}
	if reflect.TypeFor[Facts]().Field(at).Type.Kind() == reflect.Int {
		if _, err := strconv.Atoi(word); err != nil {
			return fmt.Sprintf("“%s”应是数,不能是“%s”", name, word)
		}
		return ""
	}
	if list := vocabulary[name]; list != nil && !slices.Contains(list, word) {
		return fmt.Sprintf("“%s”没有“%s”这个词", name, word)
	}
	return ""
}
