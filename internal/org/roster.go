package org

import (
	"context"
	"strings"
	"unicode/utf8"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
)

// Rank is a place in the leading group.
type Rank string

// The ranks.
const (
	Head     Rank = "head"
	Deputy   Rank = "deputy"
	Ordinary Rank = "member"
)

// RankInfo is a rank with its word.
type RankInfo struct {
	Rank  Rank
	Label string
}

// Ranks lists the ranks, highest first.
var Ranks = []RankInfo{{Head, "组长"}, {Deputy, "副组长"}, {Ordinary, "成员"}}

// Label gives the word for a rank.
func (r Rank) Label() string {
	for _, info := range Ranks {
		if info.Rank == r {
			return info.Label
		}
	}
	return ""
}

// MemberID names a seat in a leading group.
type MemberID int64

// Member is a person's seat in the leading group 「领导小组成员」 for a time.
type Member struct {
	ID        MemberID
	Body      ref.Unit
	Rank      Rank
	Place     int // order within the rank
	Name      string
	Title     string // 职务
	Unit      ref.Unit
	Holder    ref.User // account, 0 for none
	ValidFrom civil.Date
	ValidTo   civil.Date // last day
}

// Roster gives the members of a leading group on a day, head first; for the
// unknown day all that ever were.
func Roster(ctx context.Context, tx *db.Tx, by access.Actor, body ref.Unit, on civil.Date) ([]Member, error) {
	if _, err := Get(ctx, tx, by, body); err != nil {
		return nil, err
	}
	return roster(ctx, tx, body, on)
}

// Seats gives the seats that a unit has in leading groups on a day.
func Seats(ctx context.Context, tx *db.Tx, by access.Actor, unit ref.Unit, on civil.Date) ([]Member, error) {
	if _, err := Get(ctx, tx, by, unit); err != nil {
		return nil, err
	}
	return seatsOf(ctx, tx, unit, on)
}

// Seat puts a person into a leading group.
func Seat(ctx context.Context, tx *db.Tx, by access.Actor, m Member) (Member, error) {
	if err := m.check(ctx, tx, by); err != nil {
		return m, err
	}
	m.ID = ref.New[MemberID](tx.Now.Time())
	if m.ValidFrom.IsZero() {
		m.ValidFrom = today(tx)
	}
	if err := db.Insert(ctx, tx, "org_member", m); err != nil {
		return m, err
	}
	return m, audit.Write(ctx, tx, by, "org.group", "org_member", m.ID, map[string]any{"body": m.Body, "rank": m.Rank, "unit": m.Unit})
}

// Reseat corrects a seat.
func Reseat(ctx context.Context, tx *db.Tx, by access.Actor, id MemberID, m Member) error {
	was, err := member(ctx, tx, by, id)
	if err != nil {
		return err
	}
	m.ID, m.Body = id, was.Body
	if m.ValidFrom.IsZero() {
		m.ValidFrom = was.ValidFrom
	}
	if err := m.check(ctx, tx, by); err != nil {
		return err
	}
	if err := updateMember(ctx, tx, m); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "org.group", "org_member", id, map[string]any{"body": m.Body, "rank": m.Rank, "unit": m.Unit})
}

// Unseat ends a seat with a day; the list keeps it as history.
func Unseat(ctx context.Context, tx *db.Tx, by access.Actor, id MemberID, last civil.Date) error {
	m, err := member(ctx, tx, by, id)
	if err != nil {
		return err
	}
	f := errs.Fields{}
	f.Check(!last.IsZero() && !last.Before(m.ValidFrom), "valid_to", "请填写卸任日期，不早于任职日期。")
	f.Check(!last.After(today(tx)), "valid_to", "卸任日期不能晚于今天。")
	if err := f.Err(); err != nil {
		return err
	}
	m.ValidTo = last
	if err := updateMember(ctx, tx, m); err != nil {
		return err
	}
	return audit.Write(ctx, tx, by, "org.group", "org_member", id, map[string]any{"body": m.Body, "ended": last})
}

func (m *Member) check(ctx context.Context, tx *db.Tx, by access.Actor) error {
	if err := by.Require("org.group"); err != nil {
		return err
	}
	if _, err := get(ctx, tx, by, m.Body); err != nil {
		return err
	}
	m.Name, m.Title = strings.TrimSpace(m.Name), strings.TrimSpace(m.Title)
	f := errs.Fields{}
	f.Check(m.Name != "", "name", "请填写姓名。")
	f.Check(utf8.RuneCountInString(m.Name) <= 30 && wellNamed(m.Name), "name", "姓名不超过30字，不含特殊字符。")
	f.Check(utf8.RuneCountInString(m.Title) <= maxName && !strings.ContainsAny(m.Title, "\r\n\t"), "title", "职务不超过60字，不能换行。")
	f.Check(m.Rank.Label() != "", "rank", "请选择组长、副组长或成员。")
	f.Check(m.Place >= 0 && m.Place < 1000, "place", "排序请填0到999的数字。")
	f.Check(m.ValidTo.IsZero() || !m.ValidTo.Before(m.ValidFrom), "valid_to", "卸任日期不能早于任职日期。")
	if m.Unit != 0 {
		_, err := get(ctx, tx, by, m.Unit)
		if err != nil && !errs.Is(err, errs.NotFound) {
			return err
		}
		f.Check(err == nil, "unit", "请选择本县的单位。")
	}
	return f.Err()
}

// MemberOf gives one seat, for the form that corrects it.
func MemberOf(ctx context.Context, tx *db.Tx, by access.Actor, id MemberID) (Member, error) {
	return member(ctx, tx, by, id)
}

func member(ctx context.Context, tx *db.Tx, by access.Actor, id MemberID) (Member, error) {
	if err := by.Require("org.group"); err != nil {
		return Member{}, err
	}
	m, err := memberOf(ctx, tx, id)
	if err != nil {
		return m, err
	}
	_, err = get(ctx, tx, by, m.Body)
	return m, err
}
