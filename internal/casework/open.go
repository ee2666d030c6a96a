package casework

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/casework/referral"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/duty"
	"weibao/internal/errs"
	"weibao/internal/ref"
)

// New says how a case begins.
type New struct {
	Child    ref.Child
	Siblings []ref.Child // for whom linked cases are opened as well
	Origin   Origin
	OriginID int64
	Why      string
}

const maxWhy = 500

// recent is how old an assessment may be on which a new case rests.
const recent = 30 * 24 * 3600 * 1000

// Open begins a case for a child in the actor's scope, and linked ones for its
// siblings. The actor leads it until he hands that on. A child has one open
// case at a time.
func (k *Desk) Open(ctx context.Context, tx *db.Tx, by access.Actor, in New) (ref.Case, error) {
	if err := by.Require("case.open"); err != nil {
		return 0, err
	}
	in.Why = strings.TrimSpace(in.Why)
	f := errs.Fields{}
	f.Check(in.Why != "", "why", "请写明开立个案的原因。")
	f.Check(utf8.RuneCountInString(in.Why) <= maxWhy, "why", "原因不超过500字。")
	f.Check(in.Origin.Label() != "", "origin", "请选择来源。")
	if err := f.Err(); err != nil {
		return 0, err
	}
	family := int64(0)
	if len(in.Siblings) > 0 {
		family = int64(ref.New[ref.Case](tx.Now.Time()))
	}
	id, err := k.openOne(ctx, tx, by, in, in.Child, family)
	if err != nil {
		return 0, err
	}
	for _, s := range in.Siblings {
		if s == in.Child {
			continue
		}
		if _, err := k.openOne(ctx, tx, by, in, s, family); err != nil {
			return 0, err
		}
	}
	return id, nil
}

func (k *Desk) openOne(ctx context.Context, tx *db.Tx, by access.Actor, in New, id ref.Child, family int64) (ref.Case, error) {
	child, err := k.Cabinet.Lock(ctx, tx, by, id)
	if err != nil {
		return 0, err
	}
	busy, err := openOfChild(ctx, tx, id)
	if err != nil {
		return 0, err
	}
	if len(busy) > 0 {
		return 0, errs.New(errs.Conflict, "这名儿童已有正在办理的个案。请与未保办联系，加入个案组后在原个案中办理。")
	}
	c := Case{ID: ref.New[ref.Case](tx.Now.Time()), Child: id, Family: family, Origin: in.Origin, OriginID: in.OriginID, Unit: by.Post.Unit,
		Region: child.Region, Town: child.Town, County: child.County, Opened: tx.Now, ByUser: by.User, ByName: by.Name, Version: 1, Saved: tx.Now, SavedBy: by.Name}
	year := civil.DateOf(tx.Now.Time()).Year()
	n, err := referral.Serial(ctx, tx, c.County, year, "case")
	if err != nil {
		return 0, err
	}
	c.Number = fmt.Sprintf("个案〔%d〕%d号", year, n)
	if c.Sealed, err = k.Vault.SealText(ctx, tx, group(c.ID), field(Subject, "sealed", int64(c.ID)), in.Why); err != nil {
		return 0, err
	}
	if err := insertCase(ctx, tx, c); err != nil {
		return 0, err
	}
	if err := insertMember(ctx, tx, Member{ID: ref.New[MemberID](tx.Now.Time()), Whole: c.ID, Holder: by.User, Name: by.Name, Unit: by.Post.Unit, Role: Lead, Since: tx.Now}); err != nil {
		return 0, err
	}
	if err := k.note(ctx, tx, by, c.ID, note{Kind: Opened, Mark: string(in.Origin), Words: in.Why}); err != nil {
		return 0, err
	}
	if err := k.restOn(ctx, tx, by, c); err != nil {
		return 0, err
	}
	if _, err := k.duty(ctx, tx, by, c, PlanKind, "制定服务方案", "case.plan"); err != nil {
		return 0, err
	}
	if err := k.turn(ctx, tx, by, c, Begun); err != nil {
		return 0, err
	}
	return c.ID, audit.Write(ctx, tx, by, "case.open", Subject, c.ID, map[string]any{"child": id, "origin": in.Origin, "origin_id": in.OriginID})
}

// restOn takes over the child's last assessment, if it is recent.
func (k *Desk) restOn(ctx context.Context, tx *db.Tx, by access.Actor, c Case) error {
	j, ok, err := k.Judged(ctx, tx, c.Child)
	if err != nil || !ok || tx.Now-j.At > recent {
		return err
	}
	return k.note(ctx, tx, by, c.ID, note{Kind: Assessed, At: j.At, Link: int64(j.ID), Mark: fmt.Sprint(j.Level)})
}

// duty opens a duty about a case for the unit in charge, in the hands of the case's lead. Its title names nobody.
func (k *Desk) duty(ctx context.Context, tx *db.Tx, by access.Actor, c Case, kind, title, limit string) (ref.Duty, error) {
	rule, err := k.Clock(ctx, tx, c.Region, limit)
	if err != nil {
		return 0, err
	}
	lead, err := leadOf(ctx, tx, c.ID)
	if err != nil {
		return 0, err
	}
	ids, err := k.Kernel.Open(ctx, tx, by, duty.New{Kind: kind, Subject: Subject, SubjectID: int64(c.ID), Whole: int64(c.ID), Title: title + "（" + c.Number + "）",
		Unit: c.Unit, Person: lead, Region: c.Region, Rule: rule.Source.String(), Clause: rule.Label, Deadline: duty.After(rule, tx.Now)})
	if err != nil {
		return 0, err
	}
	return ids[0], nil
}

// fulfil closes the open duties of a kind about a case by a fact.
func (k *Desk) fulfil(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Case, kind, fact string, factID int64) (int, error) {
	list, err := openDuties(ctx, tx, id, kind)
	if err != nil {
		return 0, err
	}
	for _, d := range list {
		if err := k.Kernel.Close(ctx, tx, by, d, fact, factID); err != nil {
			return 0, err
		}
	}
	return len(list), nil
}

// Assessed is told of each assessment of a child that holds, in its
// transaction: the child's open case takes it over.
func (k *Desk) Assessed(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child, assessment ref.Assessment, level int) error {
	list, err := openOfChild(ctx, tx, id)
	if err != nil {
		return err
	}
	for _, c := range list {
		if err := k.note(ctx, tx, by, c.ID, note{Kind: Assessed, Link: int64(assessment), Mark: fmt.Sprint(level)}); err != nil {
			return err
		}
		n, err := k.fulfil(ctx, tx, by, c.ID, ReviewKind, "assessment", int64(assessment))
		if err != nil {
			return err
		}
		if n > 0 {
			if _, err := k.duty(ctx, tx, by, c, ReviewKind, "个案复评", "case.review"); err != nil {
				return err
			}
		}
	}
	return nil
}

// Moved is told of each move of a referral, in its transaction: the case from
// which it was sent notes it.
func (k *Desk) Moved(ctx context.Context, tx *db.Tx, by access.Actor, r referral.Referral, m referral.Move) error {
	if r.Subject != referral.OnCase {
		return nil
	}
	kind := Referred
	if m == referral.Returned || m == referral.Withdrawn {
		kind = Recalled
	}
	return k.note(ctx, tx, by, ref.Case(r.SubjectID), note{Kind: kind, Link: int64(r.ID), Mark: string(m), Words: r.Number})
}

// Alarmed notes in a case what happens to a checklist of an emergency.
func (k *Desk) Alarmed(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Case, run int64, words string) error {
	return k.note(ctx, tx, by, id, note{Kind: Emergency, Link: run, Words: words})
}

// AlarmedFrom notes in the open cases which a report led to what happens to a
// checklist of that report.
func (k *Desk) AlarmedFrom(ctx context.Context, tx *db.Tx, by access.Actor, report ref.Report, run int64, words string) error {
	list, err := fromOrigin(ctx, tx, FromReport, int64(report))
	if err != nil {
		return err
	}
	for _, c := range list {
		if c.Closed != 0 {
			continue
		}
		if err := k.note(ctx, tx, by, c.ID, note{Kind: Emergency, Link: run, Words: words}); err != nil {
			return err
		}
	}
	return nil
}

// From gives the cases that something led to and on whose team the actor is.
func (k *Desk) From(ctx context.Context, tx *db.Tx, by access.Actor, origin Origin, id int64) ([]Row, error) {
	if err := by.Require("case.list"); err != nil {
		return nil, err
	}
	cases, err := ownFromOrigin(ctx, tx, by, origin, id)
	if err != nil {
		return nil, err
	}
	return k.rows(ctx, tx, cases)
}

// Insider tells whether an actor belongs to the team of a case.
func (k *Desk) Insider(ctx context.Context, tx *db.Tx, by access.Actor, a referral.About) (bool, error) {
	if a.Kind != referral.OnCase {
		return false, nil
	}
	list, err := teamOf(ctx, tx, ref.Case(a.ID))
	return slices.ContainsFunc(list, func(m Member) bool { return m.Holder == by.User && m.holds(tx.Now) }), err
}

func (m Member) holds(now clock.Instant) bool { return m.Until == 0 || m.Until > now }
