package casepage

import (
	"net/http"
	"strings"

	"weibao/internal/access"
	"weibao/internal/casework"
	"weibao/internal/casework/referral"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/letter"
	"weibao/internal/ref"
	"weibao/internal/ui"
)

type eventsView struct{ Timeline ui.Timeline }

var eventIcons = map[string]string{
	casework.Opened: "case", casework.Assessed: "screen", casework.Planned: "flag", casework.Replanned: "edit", casework.Service: "visit", casework.Referred: "send", casework.Conferred: "meeting",
	casework.Opinion: "user", casework.Filed: "file", casework.Entered: "alert", casework.ClosedCase: "check", casework.Followed: "visit", casework.Reopened: "undo", casework.Emergency: "alert", casework.Recalled: "undo",
}

var moveWords = map[string]string{string(referral.Sent): "已下达", string(referral.Returned): "已申请退回", string(referral.Withdrawn): "已撤回", string(referral.Settled): "已办结"}

// timeline is everything that happened in a case, the latest first.
func (p *Pages) timeline(r casework.Record, names map[ref.Unit]string, now clock.Instant) ui.Timeline {
	t := ui.Timeline{Title: "办理经过", Items: make([]ui.Event, 0, len(r.Events))}
	for _, e := range r.Events {
		t.Items = append(t.Items, p.event(e, names, now))
	}
	if r.More {
		t.More = Path(r.ID) + "/events?before=" + ref.Format(r.Events[len(r.Events)-1].ID)
	}
	return t
}

func (p *Pages) event(e casework.Entry, names map[ref.Unit]string, now clock.Instant) ui.Event {
	out := ui.Event{Title: casework.EventLabel(e.Kind), Text: e.Words, Who: e.ByName, When: ui.Clockwise(e.At.Time(), now.Time()), Icon: eventIcons[e.Kind]}
	if names[e.Unit] != "" {
		out.Who += " · " + names[e.Unit]
	}
	day := civil.DateOf(e.At.Time())
	if e.Day != day {
		out.Title = civil.FormatDate(e.Day) + " " + out.Title
	}
	p.dress(&out, e, now)
	return out
}

// dress adds what the mark of an event says.
func (p *Pages) dress(out *ui.Event, e casework.Entry, now clock.Instant) {
	switch e.Kind {
	case casework.Opened:
		out.Title += "（" + casework.Origin(e.Mark).Label() + "）"
	case casework.Assessed:
		for _, l := range p.Desk.Book().Levels(civil.DateOf(now.Time())) {
			if e.Mark == ref.Format(ref.Duty(l.N)) {
				out.Text = letter.Punctuate(l.Label)
			}
		}
	case casework.Service:
		provider, words, _ := strings.Cut(e.Words, "\n")
		out.Title, out.Text = out.Title+"："+casework.ServiceLabel(e.Mark), "提供单位："+provider+"\n"+words
	case casework.Referred, casework.Recalled:
		out.Title += moveWords[e.Mark]
	case casework.Conferred:
		out.Title += map[string]string{"called": "（召集）", "held": "（纪要）", "off": "（取消）"}[e.Mark]
	case casework.Opinion:
		if e.Mark != "1" {
			out.Title = "没有听取儿童本人意见的原因"
		}
	case casework.Followed:
		if e.Mark == "worry" {
			out.Tone, out.Title = ui.Warn, out.Title+"：需要关注"
		}
	case casework.Entered, casework.Refused:
		out.Tone = ui.Warn
	case casework.ClosedCase, casework.Proposed:
		if law, ok := p.Desk.Book().Closing(civil.DateOf(now.Time())); ok {
			o, _ := law.Outcome(e.Mark)
			out.Title += "：" + o.Label
		}
	}
}

// Events shows what is older than the record's page holds.
func (p *Pages) Events(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID[ref.Case](r, "case")
	if err != nil {
		return err
	}
	before, _ := ref.Parse[casework.EventID](r.URL.Query().Get("before")) // without one from the latest
	tx := p.DB.Reader()
	rec, err := p.Desk.Older(r.Context(), tx, by, id, before)
	if err != nil {
		return err
	}
	var units []ref.Unit
	for _, e := range rec.Events {
		units = append(units, e.Unit)
	}
	names, err := p.names(r.Context(), tx, units)
	if err != nil {
		return err
	}
	page := ui.Page{About: rec.Child.ID, Title: "更早的办理经过", Kicker: rec.Number, Nav: "casework", Crumbs: crumbs(ui.Crumb{Label: rec.Number, Href: Path(id)})}
	return p.UI.Page(w, r, by, "events.html", page, eventsView{p.timeline(rec, names, tx.Now)})
}

// File hands out a file of the case to its team.
func (p *Pages) File(w http.ResponseWriter, r *http.Request, by access.Actor) error {
	id, err := pathID[ref.Case](r, "case")
	if err != nil {
		return err
	}
	f, err := pathID[ref.File](r, "file")
	if err != nil {
		return err
	}
	tx := p.DB.Reader()
	if _, err := p.Desk.Get(r.Context(), tx, by, id); err != nil {
		return err
	}
	content, err := p.Desk.Files.Open(r.Context(), tx, by, casework.FilesOf(id), f)
	if err != nil {
		return err
	}
	defer content.Close()
	content.Serve(w, r, false)
	return nil
}
