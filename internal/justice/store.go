package justice

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/ref"
)

var (
	columns       = db.ColumnsOf[Record]("r")
	unsealColumns = db.ColumnsOf[Unseal]("u")
)

func insert(ctx context.Context, tx *db.Tx, r Record) error {
	return db.Insert(ctx, tx, "justice_record", r)
}

// known is the condition under which an actor knows of a record. A sealed one
// has no unit, so that none knows of it even where the state were forgotten.
const known = "r.state = 'open' AND CAST(? AS BIGINT) > 0 AND (r.unit = ? OR r.by_unit = ?)"

func get(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Justice, suffix string) (Record, error) {
	unit := by.Post.Unit
	return db.Get[Record](ctx, tx, "SELECT "+columns+" FROM justice_record r WHERE r.id = ? AND "+known+suffix, id, unit, unit, unit)
}

func list(ctx context.Context, tx *db.Tx, by access.Actor, before ref.Justice, limit int) ([]Record, error) {
	unit := by.Post.Unit
	where, args := known, []any{unit, unit, unit}
	if before != 0 {
		where, args = where+" AND r.id < ?", append(args, before)
	}
	return db.All[Record](ctx, tx, "SELECT "+columns+" FROM justice_record r WHERE "+where+" ORDER BY r.id DESC LIMIT ?", append(args, limit)...)
}

func seal(ctx context.Context, tx *db.Tx, id ref.Justice, bytes []byte) error {
	return tx.One(ctx, "UPDATE justice_record SET state = 'sealed', kind = '', unit = 0, by_unit = 0, at = 0, sealed = ? WHERE id = ? AND state = 'open'", bytes, id)
}

// sought gives the sealed records of a number, or of a handle; only for a granted request.
func sought(ctx context.Context, tx *db.Tx, number string, handle ref.Justice) ([]Record, error) {
	return db.All[Record](ctx, tx, "SELECT "+columns+" FROM justice_record r WHERE r.state = 'sealed' AND ((r.number <> '' AND r.number = ?) OR r.id = ?) ORDER BY r.id LIMIT 100", number, handle)
}

func insertUnseal(ctx context.Context, tx *db.Tx, u Unseal) error {
	return db.Insert(ctx, tx, "justice_unseal", u)
}

// asked is the condition under which an actor knows of a request: he asked, or
// it is for a leader of the very division to decide.
func asked(by access.Actor) (string, []any) {
	if by.Can(Decides) {
		return "(u.by_user = ? OR u.county = ?)", []any{by.User, access.Prefix(by.Post.Region)}
	}
	return "u.by_user = ?", []any{by.User}
}

func getUnseal(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Unseal, suffix string) (Unseal, error) {
	where, args := asked(by)
	return db.Get[Unseal](ctx, tx, "SELECT "+unsealColumns+" FROM justice_unseal u WHERE u.id = ? AND "+where+suffix, append([]any{id}, args...)...)
}

func unseals(ctx context.Context, tx *db.Tx, by access.Actor, limit int) ([]Unseal, error) {
	where, args := asked(by)
	return db.All[Unseal](ctx, tx, "SELECT "+unsealColumns+" FROM justice_unseal u WHERE "+where+" ORDER BY u.id DESC LIMIT ?", append(args, limit)...)
}

func decide(ctx context.Context, tx *db.Tx, id ref.Unseal, state UnsealState, who string, expires clock.Instant) error {
	return tx.One(ctx, "UPDATE justice_unseal SET state = ?, decided = ?, decided_by = ?, expires = ? WHERE id = ? AND state = 'asked'", state, tx.Now, who, expires, id)
}
