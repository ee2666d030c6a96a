package disclosure

import (
	"context"
	"fmt"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/ref"
)

var columns = db.ColumnsOf[Disclosure]("d")

// sees is who sees a disclosure: who asked, who may decide in its place, the audit administrator.
func sees(by access.Actor) (string, []any) {
	if by.Can("child.disclose_list") {
		return "1 = 1", nil
	}
	if !by.Can("child.disclose_decide") {
		return "d.by_user = ?", []any{by.User}
	}
	where, args := by.Scope().Where(access.ScopeColumns("d"))
	return "(d.by_user = ? OR " + where + ")", append([]any{by.User}, args...)
}

func get(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Disclosure, more string) (Disclosure, error) {
	where, args := sees(by)
	return db.Get[Disclosure](ctx, tx, "SELECT "+columns+" FROM child_disclosure d WHERE d.id = ? AND "+where+more, append([]any{id}, args...)...)
}

func list(ctx context.Context, tx *db.Tx, by access.Actor, f Filter) ([]Disclosure, error) {
	where, args := sees(by)
	text := "SELECT " + columns + " FROM child_disclosure d WHERE " + where
	if f.Waiting {
		text += " AND d.state = 'asked'"
	}
	if f.Before != 0 {
		text, args = text+" AND d.id < ?", append(args, f.Before)
	}
	return db.All[Disclosure](ctx, tx, text+" ORDER BY d.id DESC LIMIT ?", append(args, f.Limit)...)
}

// nextNumber gives the next number of a day.
func nextNumber(ctx context.Context, tx *db.Tx, day string) (string, error) {
	n, err := db.Get[int64](ctx, tx, "SELECT count(*) FROM child_disclosure d WHERE d.number >= ? AND d.number <= ?", day+"-", day+"-9999")
	return fmt.Sprintf("%s-%04d", day, n+1), err
}

func put(ctx context.Context, tx *db.Tx, d Disclosure) error {
	return tx.One(ctx, "UPDATE child_disclosure SET state = ?, total = ?, decided = ?, decided_by = ?, decided_name = ?, answer = ?, file = ?, children = ?, expires = ?, takes = ? WHERE id = ?",
		d.State, d.Total, d.Decided, d.DecidedBy, d.DecidedName, append([]byte{}, d.Answer...), d.File, append([]byte{}, d.Children...), d.Expires, d.Takes, d.ID)
}

func takes(ctx context.Context, tx *db.Tx, id ref.Disclosure) ([]Take, error) {
	return db.All[Take](ctx, tx, "SELECT "+db.ColumnsOf[Take]("t")+" FROM child_disclosure_take t WHERE t.disclosure = ? ORDER BY t.id DESC LIMIT 100", id)
}

func overdue(ctx context.Context, tx *db.Tx, now clock.Instant, limit int) ([]Disclosure, error) {
	return db.All[Disclosure](ctx, tx, "SELECT "+columns+" FROM child_disclosure d WHERE d.state = 'granted' AND d.expires <= ? ORDER BY d.expires LIMIT ?", now, limit)
}

// Rehome gives the disclosures of a division that is no longer in force the one in its place.
func Rehome(ctx context.Context, tx *db.Tx, was, now string) error {
	_, err := tx.Exec(ctx, "UPDATE child_disclosure SET region = ?, town = ?, county = ? WHERE region = ?", now, access.Town(now), access.County(now), was)
	return err
}
