package rule

import (
	"weibao/internal/civil"
	"weibao/internal/rule/procedure"
)

// proceeding are the shelves of how a county works on cases.
type proceeding struct {
	topics        shelf[procedure.Topic]
	checklists    shelf[procedure.Checklist]
	closings      shelf[procedure.Closing]
	followups     shelf[procedure.FollowUp]
	contingencies shelf[procedure.Contingency]
}

// checked complains of what is wrong with a value that can tell.
func checked[T interface{ Check() string }](v *T, it item) {
	if problem := (*v).Check(); problem != "" {
		it.complain("%s", problem)
	}
}

// Topics gives what units can be asked to do.
func (b *Book) Topics(on civil.Date) []procedure.Topic { return b.topics.all(on) }

// Topic gives one topic by id.
func (b *Book) Topic(id string, on civil.Date) (procedure.Topic, bool) { return b.topics.at(id, on) }

// Checklists gives the checklists of emergencies.
func (b *Book) Checklists(on civil.Date) []procedure.Checklist { return b.checklists.all(on) }

// Checklist gives one checklist by id.
func (b *Book) Checklist(id string, on civil.Date) (procedure.Checklist, bool) {
	return b.checklists.at(id, on)
}

// Closing gives what closing a case asks for.
func (b *Book) Closing(on civil.Date) (procedure.Closing, bool) { return b.closings.at("default", on) }

// FollowUp gives when a child of a level is followed up after closing.
func (b *Book) FollowUp(level int, on civil.Date) (procedure.FollowUp, bool) {
	var rest procedure.FollowUp
	found := false
	for _, f := range b.followups.all(on) {
		if f.Level == level {
			return f, true
		}
		if f.Level == 0 {
			rest, found = f, true
		}
	}
	return rest, found
}

// Contingencies gives the plans for public events.
func (b *Book) Contingencies(on civil.Date) []procedure.Contingency { return b.contingencies.all(on) }

// Contingency gives the plan for one kind of event.
func (b *Book) Contingency(id string, on civil.Date) (procedure.Contingency, bool) {
	return b.contingencies.at(id, on)
}
