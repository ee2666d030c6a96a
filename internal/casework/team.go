package casework

import (
	"context"
	"slices"
	"strings"
	"time"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
)

// Join takes somebody into the team of a case: from then on it exists for him.
func (k *Desk) Join(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Case, person ref.User, role string) error {
	c, err := k.locked(ctx, tx, by, "case.team", id)
	if err != nil {
		return err
	}
	p, err := k.Person(ctx, tx, by, person)
	if err != nil {
		return err
	}
	if role != Lead && role != Mate && role != Second {
		return errs.Fields{"role": "请选择在个案组里做什么。"}.Err()
	}
	if !(access.Actor{User: p.ID, Post: access.Post{Role: p.Role}}).Can("case.show") {
		return errs.Fields{"person": "这个岗位不能查看个案，不能加入个案组。需要该单位办事的，请转介。"}.Err()
	}
	team, err := teamOf(ctx, tx, id)
	if err != nil {
		return err
	}
	for _, m := range team {
		if m.Holder == person && m.holds(tx.Now) && m.Role != Glass {
			return errs.Fields{"person": "已经在个案组里。"}.Err()
		}
		if role == Lead && m.Role == Lead && m.holds(tx.Now) {
			if err := setRole(ctx, tx, m.ID, Mate); err != nil {
				return err
			}
		}
	}
	if err := insertMember(ctx, tx, Member{ID: ref.New[MemberID](tx.Now.Time()), Whole: c.ID, Holder: p.ID, Name: p.Name, Unit: p.Unit, Role: role, Since: tx.Now}); err != nil {
		return err
	}
	if err := k.note(ctx, tx, by, id, note{Kind: Joined, Words: p.Name + "（" + RoleLabel(role) + "）"}); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "case.team", Subject, id, map[string]any{"join": person, "role": role})
}

// Part takes somebody out of the team. The last who leads it stays.
func (k *Desk) Part(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Case, member MemberID) error {
	if _, err := k.locked(ctx, tx, by, "case.team", id); err != nil {
		return err
	}
	team, err := teamOf(ctx, tx, id)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(team, func(m Member) bool { return m.ID == member && m.holds(tx.Now) })
	if i < 0 {
		return errs.Missing()
	}
	if team[i].Role == Lead {
		return errs.New(errs.Conflict, "负责人不能直接退出。请先指定新的负责人。")
	}
	e, asked, err := k.pending(ctx, tx, id)
	switch {
	case err != nil:
		return err
	case asked && e.Decider == team[i].Holder:
		return errs.New(errs.Conflict, "这名成员正在审核结案，审核后才能退出。")
	}
	if err := endMember(ctx, tx, member); err != nil {
		return err
	}
	if err := k.note(ctx, tx, by, id, note{Kind: Parted, Words: team[i].Name}); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "case.team", Subject, id, map[string]any{"part": team[i].Holder})
}

// glassHours is how long 紧急查看 lasts.
const glassHours = 3

// Enter opens a case of the actor's region to him for three hours 「紧急查看」,
// because somebody is in danger and nobody of the team can be reached. The
// team sees that he did and why.
func (k *Desk) Enter(ctx context.Context, tx *db.Tx, by access.Actor, number, reason string) (ref.Case, error) {
	if err := by.Require("case.enter"); err != nil {
		return 0, err
	}
	if strings.TrimSpace(reason) == "" {
		return 0, errs.Fields{"reason": "请写明紧急查看的理由。"}.Err()
	}
	c, err := byNumber(ctx, tx, by, strings.TrimSpace(number))
	if errs.Is(err, errs.NotFound) {
		return 0, errs.Fields{"number": "没有找到这个编号的个案，请核对。"}.Err()
	}
	if err != nil {
		return 0, err
	}
	until := tx.Now + clock.Instant(glassHours*time.Hour/time.Millisecond)
	m := Member{ID: ref.New[MemberID](tx.Now.Time()), Whole: c.ID, Holder: by.User, Name: by.Name, Unit: by.Post.Unit, Role: Glass, Since: tx.Now, Until: until}
	if err := insertMember(ctx, tx, m); err != nil {
		return 0, err
	}
	if err := k.note(ctx, tx, by, c.ID, note{Kind: Entered, Words: reason}); err != nil {
		return 0, err
	}
	return c.ID, audit.Write(ctx, tx, by, "case.enter", Subject, c.ID, map[string]any{"until": until})
}

// Held counts the cases on whose teams somebody is for a unit.
func (k *Desk) Held(ctx context.Context, tx *db.Tx, unit ref.Unit, holder ref.User) (int64, error) {
	return countMemberships(ctx, tx, unit, holder)
}

// Handover puts a successor into the teams of who hands over a post, and tells
// into how many. The flow that hands over the post calls it.
func (k *Desk) Handover(ctx context.Context, tx *db.Tx, by access.Actor, unit ref.Unit, from, to ref.User, name string) (int, error) {
	list, err := membershipsOf(ctx, tx, unit, from)
	if err != nil {
		return 0, err
	}
	for _, m := range list {
		if err := endMember(ctx, tx, m.ID); err != nil {
			return 0, err
		}
		if err := k.succeed(ctx, tx, m, to, name); err != nil {
			return 0, err
		}
		if err := k.note(ctx, tx, by, m.Whole, note{Kind: Joined, Words: name + "（岗位交接，接替" + m.Name + "）"}); err != nil {
			return 0, err
		}
		if err := audit.Write(ctx, tx, by, "case.team", Subject, m.Whole, map[string]any{"from": from, "to": to}); err != nil {
			return 0, err
		}
	}
	return len(list), nil
}

// succeed puts somebody in the place of a member that has left; who is in the
// team already takes over leading it and deciding on closing.
func (k *Desk) succeed(ctx context.Context, tx *db.Tx, m Member, to ref.User, name string) error {
	team, err := teamOf(ctx, tx, m.Whole)
	if err != nil {
		return err
	}
	for _, mate := range team {
		if mate.Holder == to && mate.holds(tx.Now) && mate.Role != Glass {
			if m.Role == Mate || mate.Role == Lead {
				return nil
			}
			return setRole(ctx, tx, mate.ID, m.Role)
		}
	}
	return insertMember(ctx, tx, Member{ID: ref.New[MemberID](tx.Now.Time()), Whole: m.Whole, Holder: to, Name: name, Unit: m.Unit, Role: m.Role, Since: tx.Now})
}

// Link joins two cases which the actor sees as those of siblings.
func (k *Desk) Link(ctx context.Context, tx *db.Tx, by access.Actor, id, other ref.Case) error {
	a, err := k.locked(ctx, tx, by, "case.edit", id)
	if err != nil {
		return err
	}
	if id == other {
		return errs.Fields{"other": "请选择另一个个案。"}.Err()
	}
	b, err := get(ctx, tx, by, other, tx.ForUpdate())
	if err != nil {
		return err
	}
	family := a.Family
	if family == 0 {
		family = int64(a.ID)
	}
	if b.Family != 0 && b.Family != family {
		if err := joinFamilies(ctx, tx, b.Family, family); err != nil {
			return err
		}
	}
	if err := setFamily(ctx, tx, family, a.ID, b.ID); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "case.edit", Subject, id, map[string]any{"link": other})
}

// leadOf gives the person who leads a case; 0 while nobody does.
func leadOf(ctx context.Context, tx *db.Tx, id ref.Case) (ref.User, error) {
	team, err := teamOf(ctx, tx, id)
	for _, m := range team {
		if m.Role == Lead && m.holds(tx.Now) {
			return m.Holder, err
		}
	}
	return 0, err
}
