package casework

import (
	"context"
	"encoding/json"
	"strings"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/ref"
)

// ConferenceID names a conference.
type ConferenceID int64

// DecisionID names a decision.
type DecisionID int64

const conferenceSubject = "casework_conference"

// Conference is a 会商 of units on a case.
type Conference struct {
	ID     ConferenceID
	Whole  ref.Case
	Day    civil.Date
	At     clock.Instant
	ByUser ref.User
	ByName string
	Held   clock.Instant
	Sealed []byte
}

// Minutes is what a conference is about and what was said.
type Minutes struct {
	Place     string     `json:"place,omitempty"`
	Agenda    string     `json:"agenda"`
	Attendees []Attendee `json:"attendees,omitempty"`
	Summary   string     `json:"summary,omitempty"`
	Off       string     `json:"off,omitempty"` // why it was called off
}

// Attendee is a unit at a conference and its opinion.
type Attendee struct {
	Unit    ref.Unit `json:"unit"`
	Name    string   `json:"name,omitempty"` // who came
	Opinion string   `json:"opinion,omitempty"`
}

// Decision is what a conference decided for one unit.
type Decision struct {
	ID         DecisionID
	Conference ConferenceID
	Whole      ref.Case
	Unit       ref.Unit
	Due        civil.Date
	Duty       ref.Duty
	Sealed     []byte
	Done       clock.Instant
	DoneBy     string
	Result     []byte
	Waived     int64 // need not be carried out any more
}

// Resolved is a decision with its words.
type Resolved struct {
	Decision
	Text    string
	Outcome string
}

// Met with its minutes.
type Meeting struct {
	Conference
	Minutes
	Decisions []Resolved
}

// Call calls a conference on a case: when, on what, with whom. Each unit that
// is invited has a duty to come, which tells when and where and nothing else.
func (k *Desk) Call(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Case, day civil.Date, m Minutes) (ConferenceID, error) {
	whole, err := k.locked(ctx, tx, by, "case.confer", id)
	if err != nil {
		return 0, err
	}
	f := errs.Fields{}
	f.Check(!day.IsZero(), "day", "请填写会商日期。")
	f.Check(strings.TrimSpace(m.Agenda) != "", "agenda", "请写明会商的事项。")
	f.Check(len(m.Attendees) > 0, "units", "请选择参加的单位。")
	if err := f.Err(); err != nil {
		return 0, err
	}
	c := Conference{ID: ref.New[ConferenceID](tx.Now.Time()), Whole: id, Day: day, At: tx.Now, ByUser: by.User, ByName: by.Name}
	if c.Sealed, err = k.sealMinutes(ctx, tx, c, m); err != nil {
		return 0, err
	}
	if err := insertConference(ctx, tx, c); err != nil {
		return 0, err
	}
	if err := k.invite(ctx, tx, by, whole, c, m); err != nil {
		return 0, err
	}
	if err := k.note(ctx, tx, by, id, note{Kind: Conferred, Mark: "called", Link: int64(c.ID), Words: m.Agenda}); err != nil {
		return 0, err
	}
	return c.ID, audit.Write(ctx, tx, by, "case.confer", conferenceSubject, c.ID, map[string]any{"case": id})
}

func (k *Desk) invite(ctx context.Context, tx *db.Tx, by access.Actor, whole Case, c Conference, m Minutes) error {
	limit, err := k.Clock(ctx, tx, whole.Region, "case.confer")
	if err != nil {
		return err
	}
	title := "参加会商：" + civil.FormatDateLong(c.Day)
	if place := strings.TrimSpace(m.Place); place != "" {
		title += "，" + place
	}
	start := clock.Of(c.Day.Start())
	var list []duty.New
	for _, a := range m.Attendees {
		list = append(list, duty.New{Kind: ConferKind, Subject: conferenceSubject, SubjectID: int64(c.ID), Whole: int64(whole.ID), Title: title + "（" + whole.Number + "）",
			Unit: a.Unit, Region: whole.Region, Rule: limit.Source.String(), Clause: limit.Label, Deadline: duty.After(limit, start).From(start)})
	}
	_, err = k.Kernel.Open(ctx, tx, by, list...)
	return err
}

// called gives a conference that waits for its minutes.
func (k *Desk) called(ctx context.Context, tx *db.Tx, id ref.Case, conference ConferenceID) (Meeting, error) {
	list, err := k.meetings(ctx, tx, id)
	if err != nil {
		return Meeting{}, err
	}
	for _, have := range list {
		switch {
		case have.ID != conference:
		case have.Off != "":
			return have, errs.New(errs.Conflict, "会商已经取消。")
		case have.Held != 0:
			return have, errs.New(errs.Conflict, "会商纪要已经登记。")
		default:
			return have, nil
		}
	}
	return Meeting{}, errs.Missing()
}

// CallOff calls a conference off 「取消会商」; nobody has to come any more.
func (k *Desk) CallOff(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Case, conference ConferenceID, reason string) error {
	if _, err := k.locked(ctx, tx, by, "case.confer", id); err != nil {
		return err
	}
	have, err := k.called(ctx, tx, id, conference)
	if err != nil {
		return err
	}
	if have.Off = strings.TrimSpace(reason); have.Off == "" {
		return errs.Fields{"reason": "请写明取消的原因。"}.Err()
	}
	have.Held = tx.Now
	if have.Sealed, err = k.sealMinutes(ctx, tx, have.Conference, have.Minutes); err != nil {
		return err
	}
	if err := setConference(ctx, tx, have.Conference); err != nil {
		return err
	}
	if err := k.Kernel.CancelAll(ctx, tx, by, conferenceSubject, int64(conference), "会商已取消"); err != nil {
		return err
	}
	if err := k.note(ctx, tx, by, id, note{Kind: Conferred, Mark: "off", Link: int64(conference), Words: have.Off}); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "case.confer", conferenceSubject, conference, map[string]any{"case": id, "off": true})
}

// dismiss frees who was invited to conferences that a closed case holds no more.
func (k *Desk) dismiss(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Case) error {
	list, err := conferencesOf(ctx, tx, id)
	if err != nil {
		return err
	}
	for _, c := range list {
		if c.Held != 0 {
			continue
		}
		if err := k.Kernel.CancelAll(ctx, tx, by, conferenceSubject, int64(c.ID), "个案已结案"); err != nil {
			return err
		}
	}
	return nil
}

func (k *Desk) sealMinutes(ctx context.Context, tx *db.Tx, c Conference, m Minutes) ([]byte, error) {
	plain, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	return k.Vault.Seal(ctx, tx, group(c.Whole), field("casework_conference", "sealed", int64(c.ID)), plain)
}

// Resolve is a decision as it is entered.
type Resolve struct {
	Unit ref.Unit
	Due  civil.Date // zero takes the county's limit
	Text string
}

// Minute enters who came, what was said and what was decided. Each decision
// becomes a duty of a unit, which reads the decision and nothing else.
func (k *Desk) Minute(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Case, conference ConferenceID, m Minutes, decisions []Resolve) error {
	c, err := k.locked(ctx, tx, by, "case.confer", id)
	if err != nil {
		return err
	}
	have, err := k.called(ctx, tx, id, conference)
	if err != nil {
		return err
	}
	if strings.TrimSpace(m.Summary) == "" {
		return errs.Fields{"summary": "请填写会商的结论。"}.Err()
	}
	m.Agenda, m.Place = have.Agenda, have.Place
	have.Held = tx.Now
	if have.Sealed, err = k.sealMinutes(ctx, tx, have.Conference, m); err != nil {
		return err
	}
	if err := setConference(ctx, tx, have.Conference); err != nil {
		return err
	}
	invited, err := invitations(ctx, tx, conference)
	if err != nil {
		return err
	}
	for _, d := range invited {
		if err := k.Kernel.Close(ctx, tx, by, d, conferenceSubject, int64(conference)); err != nil {
			return err
		}
	}
	for _, d := range decisions {
		if err := k.resolve(ctx, tx, by, c, have.Conference, d); err != nil {
			return err
		}
	}
	if err := k.note(ctx, tx, by, id, note{Kind: Conferred, Mark: "held", Link: int64(conference), Words: m.Summary}); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "case.confer", conferenceSubject, conference, map[string]any{"case": id, "decisions": len(decisions)})
}

func (k *Desk) resolve(ctx context.Context, tx *db.Tx, by access.Actor, c Case, conference Conference, in Resolve) error {
	f := errs.Fields{}
	f.Check(in.Unit > 0, "decision", "请选择由哪个单位落实。")
	f.Check(strings.TrimSpace(in.Text) != "", "decision", "请写明决定的事项。")
	if err := f.Err(); err != nil {
		return err
	}
	limit, err := k.Clock(ctx, tx, c.Region, "case.decision")
	if err != nil {
		return err
	}
	deadline := duty.After(limit, tx.Now)
	if !in.Due.IsZero() {
		deadline = duty.On(in.Due)
	}
	d := Decision{ID: ref.New[DecisionID](tx.Now.Time()), Conference: conference.ID, Whole: c.ID, Unit: in.Unit, Due: in.Due, Result: []byte{}}
	if d.Sealed, err = k.Vault.SealText(ctx, tx, group(c.ID), field("casework_decision", "sealed", int64(d.ID)), strings.TrimSpace(in.Text)); err != nil {
		return err
	}
	ids, err := k.Kernel.Open(ctx, tx, by, duty.New{Kind: DecisionKind, Subject: "casework_decision", SubjectID: int64(d.ID), Whole: int64(c.ID), Title: "落实会商决定（" + c.Number + "）", Unit: in.Unit,
		Region: c.Region, Rule: limit.Source.String(), Clause: civil.FormatDate(conference.Day) + "会商", Deadline: deadline})
	if err != nil {
		return err
	}
	d.Duty = ids[0]
	return insertDecision(ctx, tx, d)
}

func (k *Desk) meetings(ctx context.Context, tx *db.Tx, id ref.Case) ([]Meeting, error) {
	rows, err := conferencesOf(ctx, tx, id)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	decisions, err := decisionsOf(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	out := make([]Meeting, len(rows))
	for i, c := range rows {
		out[i].Conference = c
		plain, err := k.Vault.Open(ctx, tx, group(id), field("casework_conference", "sealed", int64(c.ID)), c.Sealed)
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(plain, &out[i].Minutes); err != nil {
			return nil, err
		}
		for _, d := range decisions {
			if d.Conference != c.ID {
				continue
			}
			r, err := k.resolved(ctx, tx, d)
			if err != nil {
				return nil, err
			}
			out[i].Decisions = append(out[i].Decisions, r)
		}
	}
	return out, nil
}

func (k *Desk) resolved(ctx context.Context, tx *db.Tx, d Decision) (Resolved, error) {
	r := Resolved{Decision: d}
	var err error
	if r.Text, err = k.Vault.OpenText(ctx, tx, group(d.Whole), field("casework_decision", "sealed", int64(d.ID)), d.Sealed); err != nil {
		return r, err
	}
	r.Outcome, err = k.Vault.OpenText(ctx, tx, group(d.Whole), field("casework_decision", "result", int64(d.ID)), d.Result)
	return r, err
}

// DecisionOf gives a decision to the unit that carries it out, or to the team.
func (k *Desk) DecisionOf(ctx context.Context, tx *db.Tx, by access.Actor, id DecisionID) (Resolved, error) {
	if err := by.Require("case.decision"); err != nil {
		return Resolved{}, err
	}
	d, err := decision(ctx, tx, by, id)
	if err != nil {
		return Resolved{}, err
	}
	return k.resolved(ctx, tx, d)
}

// Carry reports a decision carried out, which ends the unit's duty.
func (k *Desk) Carry(ctx context.Context, tx *db.Tx, by access.Actor, id DecisionID, words string) error {
	r, err := k.DecisionOf(ctx, tx, by, id)
	if err != nil {
		return err
	}
	d, err := k.Kernel.Get(ctx, tx, by, r.Duty)
	switch {
	case err != nil:
		return err
	case d.Unit != by.Post.Unit:
		return errs.Missing()
	case r.Done != 0:
		return errs.New(errs.Conflict, "这项决定已经办结，请刷新后查看。")
	case strings.TrimSpace(words) == "":
		return errs.Fields{"words": "请填写落实情况。"}.Err()
	}
	if err := k.Kernel.Sign(ctx, tx, by, r.Duty); err != nil {
		return err
	}
	r.Decision.Done, r.Decision.DoneBy = tx.Now, by.Name
	if r.Decision.Result, err = k.Vault.SealText(ctx, tx, group(r.Whole), field("casework_decision", "result", int64(id)), strings.TrimSpace(words)); err != nil {
		return err
	}
	if err := setDone(ctx, tx, r.Decision); err != nil {
		return err
	}
	if err := k.Kernel.Close(ctx, tx, by, r.Duty, "casework_decision", int64(id)); err != nil {
		return err
	}
	if err := k.note(ctx, tx, by, r.Whole, note{Kind: Decided, Link: int64(id), Words: words}); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "case.decision", "casework_decision", id, nil)
}
