package org

import (
	"context"

	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/ref"
)

func memberColumns() string {
	return "SELECT " + db.ColumnsOf[Member]("m") + " FROM org_member m WHERE "
}

const memberOrder = " ORDER BY m.body, CASE m.rank WHEN 'head' THEN 0 WHEN 'deputy' THEN 1 ELSE 2 END, m.place, m.id"

// sits is the condition that a seat is held on a day; the unknown day asks nothing.
func sits(on civil.Date) (string, []any) {
	if on.IsZero() {
		return "", nil
	}
	return " AND m.valid_from <= ? AND (m.valid_to = '' OR m.valid_to >= ?)", []any{on, on}
}

func roster(ctx context.Context, tx *db.Tx, body ref.Unit, on civil.Date) ([]Member, error) {
	cond, args := sits(on)
	return db.All[Member](ctx, tx, memberColumns()+"m.body = ?"+cond+memberOrder, append([]any{body}, args...)...)
}

func seatsOf(ctx context.Context, tx *db.Tx, unit ref.Unit, on civil.Date) ([]Member, error) {
	cond, args := sits(on)
	return db.All[Member](ctx, tx, memberColumns()+"m.unit = ?"+cond+memberOrder, append([]any{unit}, args...)...)
}

func memberOf(ctx context.Context, tx *db.Tx, id MemberID) (Member, error) {
	return db.Get[Member](ctx, tx, memberColumns()+"m.id = ?"+tx.ForUpdate(), id)
}

func updateMember(ctx context.Context, tx *db.Tx, m Member) error {
	return tx.One(ctx, `UPDATE org_member SET rank = ?, place = ?, name = ?, title = ?, unit = ?, holder = ?, valid_from = ?, valid_to = ?
		WHERE id = ?`, m.Rank, m.Place, m.Name, m.Title, m.Unit, m.Holder, m.ValidFrom, m.ValidTo, m.ID)
}
