package emergency

import (
	"context"
	"slices"
	"strings"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/rule/procedure"
)

// Watch is who is on duty on a day.
type Watch struct {
	ID      int64
	County  string
	Day     civil.Date
	Name    string
	Phone   string
	At      clock.Instant
	ByUser  ref.User
	ByName  string
	Ended   clock.Instant // replaced or taken back; 0 = in force
	EndedBy string
}

// seat is the division that an actor's office looks after: the county of his
// post, or the division above counties.
func seat(by access.Actor) string { return SeatOf(by.Post.Region) }

// SeatOf gives the county in which a place lies; a division above counties is its own.
func SeatOf(region string) string {
	if county := access.County(region); county != "" {
		return county + "000000"
	}
	return region
}

// Roster gives who is on duty on some days in the office of the actor's county,
// or of his division above counties.
func (k *Desk) Roster(ctx context.Context, tx *db.Tx, by access.Actor, from civil.Date, days int) ([]Watch, error) {
	if err := by.Require("emergency.show"); err != nil {
		return nil, err
	}
	return watches(ctx, tx, access.Prefix(seat(by)), from, from.AddDays(days-1))
}

// Relieved gives who was on the roster of the actor's division for some days
// and was replaced or taken off, the latest first.
func (k *Desk) Relieved(ctx context.Context, tx *db.Tx, by access.Actor, from civil.Date) ([]Watch, error) {
	if err := by.Require("emergency.show"); err != nil {
		return nil, err
	}
	return relieved(ctx, tx, access.Prefix(seat(by)), from)
}

// Withdraw takes somebody off the roster 「撤回排班」; that he stood on it stays
// to be read. What is past cannot be taken back.
func (k *Desk) Withdraw(ctx context.Context, tx *db.Tx, by access.Actor, id int64) error {
	if err := by.Require("emergency.roster"); err != nil {
		return err
	}
	w, err := watch(ctx, tx, access.Prefix(seat(by)), id)
	switch {
	case err != nil:
		return err
	case w.Ended != 0:
		return errs.New(errs.Conflict, "这个排班已经更换或者撤回。请看最新的值班表。")
	case w.Day.Before(civil.DateOf(tx.Now.Time())):
		return errs.New(errs.Conflict, "已经过去的值班不能撤回。")
	}
	if err := relieve(ctx, tx, w.County, w.Day, by.Name); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "emergency.roster", "casework_roster", id, map[string]any{"day": w.Day, "did": "withdraw"})
}

// Post puts somebody on duty on a day, in the place of who was.
func (k *Desk) Post(ctx context.Context, tx *db.Tx, by access.Actor, day civil.Date, name, phone string) error {
	if err := by.Require("emergency.roster"); err != nil {
		return err
	}
	f := errs.Fields{}
	f.Check(!day.IsZero(), "day", "请填写值班日期。")
	f.Check(strings.TrimSpace(name) != "", "name", "请填写值班人员。")
	f.Check(strings.TrimSpace(phone) != "", "phone", "请填写值班电话。")
	if err := f.Err(); err != nil {
		return err
	}
	w := Watch{ID: int64(ref.New[ref.Audit](tx.Now.Time())), County: access.Prefix(seat(by)), Day: day, Name: strings.TrimSpace(name), Phone: strings.TrimSpace(phone), At: tx.Now, ByUser: by.User, ByName: by.Name}
	if err := relieve(ctx, tx, w.County, w.Day, by.Name); err != nil {
		return err
	}
	if err := db.Insert(ctx, tx, "casework_roster", w); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "emergency.roster", "casework_roster", w.ID, map[string]any{"day": day})
}

// Contingency is a public event during which other limits hold in the places
// that it names, of the division that declared it.
type Contingency struct {
	ID      int64
	Region  string
	Plan    string
	Reason  string
	Began   clock.Instant
	ByName  string
	Ended   clock.Instant
	EndedBy string
}

// Declare begins the plan for a public event in places of the actor's county or
// of his division above counties; naming none is the whole of it.
func (k *Desk) Declare(ctx context.Context, tx *db.Tx, by access.Actor, plan, reason string, places []string) error {
	if err := by.Require("emergency.declare"); err != nil {
		return err
	}
	_, known := k.Book().Contingency(plan, civil.DateOf(tx.Now.Time()))
	f := errs.Fields{}
	f.Check(known, "plan", "请选择预案。")
	f.Check(strings.TrimSpace(reason) != "", "reason", "请写明启动的依据，例如县应急指挥部的通知。")
	places = named(seat(by), places, f)
	if err := f.Err(); err != nil {
		return err
	}
	c := Contingency{ID: int64(ref.New[ref.Audit](tx.Now.Time())), Region: seat(by), Plan: plan, Reason: strings.TrimSpace(reason), Began: tx.Now, ByName: by.Name}
	if err := insertContingency(ctx, tx, c); err != nil {
		if db.IsUnique(err) {
			return errs.Wrap(errs.Conflict, err, "这个预案已经启动。还有其他地方涉及的，打开预案，扩大范围。")
		}
		return err
	}
	if err := insertPlaces(ctx, tx, c.ID, places); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "emergency.declare", "casework_contingency", c.ID, map[string]any{"plan": plan, "places": places})
}

// Recall ends the plan, which only the division that declared it can: from then
// on the ordinary limits hold.
func (k *Desk) Recall(ctx context.Context, tx *db.Tx, by access.Actor, id int64) error {
	if err := by.Require("emergency.declare"); err != nil {
		return err
	}
	c, err := k.lasting(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if c.Region != seat(by) {
		return errs.New(errs.Forbidden, "这个预案由上级启动，请由启动的单位结束。")
	}
	left, err := unreachedAll(ctx, tx, id)
	switch {
	case err != nil:
		return err
	case left > 0:
		return errs.Newf(errs.Conflict, "还有%d名孩子没有联系上，不能结束预案。请先联系到，或者写明不再涉及的理由。", left)
	}
	if err := k.Kernel.CancelAll(ctx, tx, by, Event, id, "预案已结束"); err != nil {
		return err
	}
	if err := endContingency(ctx, tx, id, by.Name); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "emergency.declare", "casework_contingency", id, map[string]any{"ended": true})
}

// Contingencies gives the events that hold where the actor works, and those of
// the divisions within his reach; those under way first.
func (k *Desk) Contingencies(ctx context.Context, tx *db.Tx, by access.Actor) ([]Contingency, error) {
	if err := by.Require("emergency.show"); err != nil {
		return nil, err
	}
	return contingencies(ctx, tx, by)
}

// Lists gives the checklists that can be begun in a region: first those which
// the plan of an event under way there names, with that plan.
func (k *Desk) Lists(ctx context.Context, tx *db.Tx, region string) ([]Listed, error) {
	on := civil.DateOf(tx.Now.Time())
	plans, err := underWay(ctx, tx, region)
	if err != nil {
		return nil, err
	}
	var first, rest []Listed
	for _, c := range k.Book().Checklists(on) {
		l := Listed{Checklist: c}
		for _, id := range plans {
			if p, ok := k.Book().Contingency(id, on); ok && l.Event == "" && slices.Contains(p.Lists, c.ID) {
				l.Event = p.Label
			}
		}
		if l.Event != "" {
			first = append(first, l)
		} else {
			rest = append(rest, l)
		}
	}
	return append(first, rest...), nil
}

// Listed is a checklist that can be begun.
type Listed struct {
	procedure.Checklist
	Event string // whose plan names it; "" for none
}

// OnDuty gives who is on duty today in a county; ok is false where nobody was named.
func (k *Desk) OnDuty(ctx context.Context, tx *db.Tx, by access.Actor, region string) (Watch, bool, error) {
	if err := by.Require("emergency.show"); err != nil {
		return Watch{}, false, err
	}
	today := civil.DateOf(tx.Now.Time())
	list, err := watches(ctx, tx, access.County(region), today, today)
	if err != nil || len(list) == 0 {
		return Watch{}, false, err
	}
	return list[0], true, nil
}

// Limit gives a time limit as the events under way in a region change it: the
// shortest of them.
func Limit(ctx context.Context, tx *db.Tx, book *rule.Book, region string, c rule.Clock) (rule.Clock, error) {
	plans, err := underWay(ctx, tx, region)
	if err != nil || len(plans) == 0 {
		return c, err
	}
	on, found := civil.DateOf(tx.Now.Time()), false
	base := c.Label
	for _, plan := range plans {
		p, _ := book.Contingency(plan, on)
		for _, changed := range p.Clocks {
			span := rule.Span{N: changed.Span.N, Unit: changed.Span.Unit}
			if changed.ID == c.ID && (!found || hours(span) < hours(c.Span)) {
				c.Span, c.Label, found = span, base+"（"+p.Label+"期间）", true
			}
		}
	}
	return c, nil
}

// hours says how long a span is, for comparing.
func hours(s rule.Span) int {
	return s.N * map[string]int{"hours": 1, "workdays": 24, "days": 24, "months": 720}[s.Unit]
}
