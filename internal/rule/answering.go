package rule

import (
	"weibao/internal/civil"
	"weibao/internal/rule/response"
)

// answering are the shelves of how a county answers reports.
type answering struct {
	situations shelf[response.Situation]
	routes     shelf[response.Route]
	triages    shelf[response.Triage]
	channels   shelf[response.Channel]
}

func checkTriage(t *response.Triage, it item) {
	if problem := t.Check(); problem != "" {
		it.complain("%s", problem)
	}
}

// Situation gives what may have happened to a child, by id.
func (b *Book) Situation(id string, on civil.Date) (response.Situation, bool) {
	return b.situations.at(id, on)
}

// Situations gives every situation.
func (b *Book) Situations(on civil.Date) []response.Situation { return b.situations.all(on) }

// Route gives who takes on a situation: the first route that covers it, the
// county's own before the national ones.
func (b *Book) Route(situation string, on civil.Date) (response.Route, bool) {
	for _, local := range []bool{true, false} {
		for _, id := range b.routes.order {
			for _, e := range b.routes.entries[id] {
				if e.local == local && e.holds(on) && e.value.Covers(situation) {
					return e.value, true
				}
			}
		}
	}
	return response.Route{}, false
}

// Triage gives the questions of triage.
func (b *Book) Triage(on civil.Date) (response.Triage, bool) { return b.triages.at("default", on) }

// Channels gives the channels of reports and the numbers to call.
func (b *Book) Channels(on civil.Date) []response.Channel { return b.channels.all(on) }
