package task

import (
	"strings"

	"weibao/internal/plan/task/schedule"
)

// When says by when, or how often, a task is due, in words.
func (c Context) When(t Task) string {
	var words []string
	for _, f := range t.Of(Time) {
		words = append(words, c.Calendar.Read(f.Norm).Words())
	}
	if len(words) > 0 {
		return strings.Join(words, "；")
	}
	r, _, err := c.ReviewRounds(t)
	if err != nil {
		return "长期"
	}
	return "长期，" + schedule.RecurrenceWords(r) + "复核"
}

// Names lists the units of a kind of fact as the county calls them.
func (c Context) Names(t Task, k Kind) []string {
	var names []string
	for _, f := range t.Of(k) {
		name := f.Text
		if u, ok := c.Register.Unit(f.Unit); ok {
			name = u.Name
		}
		names = append(names, name)
	}
	return names
}
