package duty

import (
	"cmp"
	"context"
	"strings"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
)

// New is a duty to be opened.
type New struct {
	Kind      string // word of the slice, e.g. plan.task
	Subject   string // table of the thing it is about
	SubjectID int64
	Whole     int64    // the plan or case of which the subject is a part; 0 = none
	Parent    ref.Duty // duty of the lead unit, for a support unit's
	Title     string
	Unit      ref.Unit // owner; required
	Person    ref.User
	Region    string // 12 digits of the place it concerns; required
	Rule      string // basis: rule id or document
	Clause    string
	Deadline  Deadline
	Ladder    string // id of the ladder; "" = the county's default
	Pressing  bool   // an emergency: stands before everything else
}

// DefaultLadder is the id of the ladder of duties that name none.
const DefaultLadder = "default"

// Open opens duties in the transaction of the fact that causes them; the
// caller has checked the actor's right to cause it.
func (k *Kernel) Open(ctx context.Context, tx *db.Tx, by access.Actor, list ...New) ([]ref.Duty, error) {
	cal, err := k.calendar(ctx, tx)
	if err != nil {
		return nil, err
	}
	duties := make([]Duty, len(list))
	for i, n := range list {
		if duties[i], err = k.make(cal, tx.Now, n); err != nil {
			return nil, err
		}
	}
	return idsOf(duties), k.insert(ctx, tx, by, duties)
}

// insert stores new duties with their audit entries and tells their units.
func (k *Kernel) insert(ctx context.Context, tx *db.Tx, by access.Actor, duties []Duty) error {
	if err := db.Append(tx, "duty", duties...); err != nil {
		return err
	}
	if err := stand(tx, duties...); err != nil {
		return err
	}
	items := make([]audit.Item, len(duties))
	for i, d := range duties {
		items[i] = audit.Item{ID: int64(d.ID), Detail: openedDetail{d.Kind, d.Unit, d.Due}}
		announce(tx, d.Unit)
	}
	return audit.WriteAll(ctx, tx, by, "duty.open", "duty", items)
}

type openedDetail struct {
	Kind string        `json:"kind"`
	Unit ref.Unit      `json:"unit"`
	Due  clock.Instant `json:"due"`
}

func (k *Kernel) make(cal *civil.Calendar, now clock.Instant, n New) (Duty, error) {
	switch {
	case n.Unit <= 0:
		return Duty{}, errs.New(errs.Invalid, "请指定责任单位：没有责任单位的事项不能下达。")
	case access.Prefix(n.Region) == "":
		return Duty{}, errs.New(errs.Invalid, "请指定事项所在的行政区划。")
	case strings.TrimSpace(n.Title) == "" || n.Kind == "" || n.Subject == "":
		return Duty{}, errs.New(errs.Invalid, "请填写事项名称。")
	}
	due, provisional, err := n.Deadline.due(cal, now)
	if err != nil {
		return Duty{}, err
	}
	ladder := n.Ladder
	if ladder == "" {
		ladder = DefaultLadder
	}
	return Duty{
		ID: ref.New[ref.Duty](now.Time()), Kind: n.Kind, Subject: n.Subject, SubjectID: n.SubjectID, Whole: n.Whole, Parent: n.Parent,
		Title: n.Title, Unit: n.Unit, Person: n.Person,
		Region: n.Region, Town: access.Town(n.Region), County: access.County(n.Region), Rule: n.Rule, Clause: n.Clause,
		Opened: now, Due: due, Clock: n.Deadline.kind, Span: n.Deadline.n, Anchor: cmp.Or(n.Deadline.from, now), Provisional: provisional,
		State: Open, Ladder: ladder, Passed: arm(cal, k.Ladder(ladder), due, now), Pressing: n.Pressing,
	}, nil
}

func idsOf(duties []Duty) []ref.Duty {
	out := make([]ref.Duty, len(duties))
	for i, d := range duties {
		out[i] = d.ID
	}
	return out
}
