package request

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/ref"
)

var requestColumns = db.ColumnsOf[Request]("r")

// sees is the scope over requests: the file's place or the one to which it is to come.
func sees(by access.Actor) (string, []any) {
	from, args := by.Scope().Where(access.ScopeColumns("r"))
	to, more := by.Scope().Where(access.Columns{Unit: "r.to_unit", Region: "r.to_region", Town: "r.to_town", County: "r.to_county"})
	return "(" + from + " OR " + to + ")", append(args, more...)
}

func request(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Request, more string) (Request, error) {
	where, args := sees(by)
	return db.Get[Request](ctx, tx, "SELECT "+requestColumns+" FROM child_request r WHERE r.id = ? AND "+where+more, append([]any{id}, args...)...)
}

func requests(ctx context.Context, tx *db.Tx, by access.Actor, f Filter) ([]Request, error) {
	where, args := sees(by)
	state := "IN"
	if f.Closed {
		state = "NOT IN"
	}
	text := "SELECT " + requestColumns + " FROM child_request r WHERE r.state " + state + " ('asked', 'sent') AND " + where
	if f.Child != 0 {
		text, args = text+" AND r.child = ?", append(args, f.Child)
	}
	if f.Before != 0 {
		text, args = text+" AND r.id < ?", append(args, f.Before)
	}
	return db.All[Request](ctx, tx, text+" ORDER BY r.id DESC LIMIT ?", append(args, f.Limit)...)
}

// asked tells whether the same was asked already and waits.
func asked(ctx context.Context, tx *db.Tx, r Request) (bool, error) {
	n, err := db.Get[int64](ctx, tx, "SELECT COUNT(*) FROM child_request r WHERE r.child = ? AND r.kind = ? AND r.detail = ? AND r.state IN ('asked', 'sent')", r.Child, r.Kind, r.Detail)
	return n > 0, err
}

func putRequest(ctx context.Context, tx *db.Tx, r Request) error {
	return tx.One(ctx, "UPDATE child_request SET state = ?, duty = ?, decided = ?, decided_by = ?, decided_name = ?, answer = ? WHERE id = ?",
		r.State, r.Duty, r.Decided, r.DecidedBy, r.DecidedName, append([]byte{}, r.Answer...), r.ID)
}

// Rehome gives the requests of a division that is no longer in force, and those
// that would bring a file there, the one in its place.
func Rehome(ctx context.Context, tx *db.Tx, was, now string) error {
	for _, end := range []string{"", "to_"} {
		text := "UPDATE child_request SET " + end + "region = ?, " + end + "town = ?, " + end + "county = ? WHERE " + end + "region = ?"
		if _, err := tx.Exec(ctx, text, now, access.Town(now), access.County(now), was); err != nil {
			return err
		}
	}
	return nil
}
