package response

import (
	"fmt"
	"slices"
)

// Triage is the tree of questions that ends in an urgency.
type Triage struct {
	ID, Label string
	Questions []Question // the first is asked first
	Verified  bool
}

// Question is a node of the tree.
type Question struct {
	ID, Label, Hint string
	Answers         []Answer
}

// Answer leads on, or ends the questions.
type Answer struct {
	Value, Label string
	Next         string  // id of the next question; empty ends
	Urgency      Urgency // of an answer that ends
	Situation    string  // the situation it suggests
	Advice       string  // what must be done at once
}

// Verdict is where answers led.
type Verdict struct {
	Urgency   Urgency
	Situation string
	Advice    []string
	Path      []Step
	Open      string // id of the question that is not answered; empty at the end
}

// Step is one answered question.
type Step struct{ Question, Answer string }

// Judge follows the answers through the tree, as far as they go.
func (t Triage) Judge(answers map[string]string) Verdict {
	v := Verdict{}
	if len(t.Questions) == 0 {
		return v
	}
	at := t.Questions[0].ID
	for range t.Questions {
		q := t.question(at)
		i := slices.IndexFunc(q.Answers, func(a Answer) bool { return a.Value == answers[q.ID] })
		if i < 0 {
			v.Open = q.ID
			return v
		}
		a := q.Answers[i]
		v.Path = append(v.Path, Step{q.ID, a.Value})
		if a.Situation != "" {
			v.Situation = a.Situation
		}
		if a.Advice != "" {
			v.Advice = append(v.Advice, a.Advice)
		}
		if a.Next == "" {
			v.Urgency = a.Urgency
			return v
		}
		at = a.Next
	}
	return v
}

func (t Triage) question(id string) Question {
	for _, q := range t.Questions {
		if q.ID == id {
			return q
		}
	}
	return Question{ID: id}
}

// Check says what is wrong with the tree, or "": each answer leads to a later
// question or ends with an urgency, so that no way runs in a circle.
func (t Triage) Check() string {
	place := map[string]int{}
	for i, q := range t.Questions {
		if _, twice := place[q.ID]; twice {
			return fmt.Sprintf("的问题“%s”写了两次", q.ID)
		}
		place[q.ID] = i
	}
	for i, q := range t.Questions {
		for _, a := range q.Answers {
			next, known := place[a.Next]
			switch {
			case a.Next == "" && !slices.Contains(Urgencies, a.Urgency):
				return fmt.Sprintf("的问题“%s”的答案“%s”既没有下一个问题(next),也没有紧急程度(urgency)", q.ID, a.Value)
			case a.Next != "" && (!known || next <= i):
				return fmt.Sprintf("的问题“%s”的答案“%s”的下一个问题“%s”应排在它后面", q.ID, a.Value, a.Next)
			}
		}
	}
	return ""
}
