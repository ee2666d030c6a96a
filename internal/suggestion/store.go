package suggestion

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/ref"
)

func columns() string { return "SELECT " + db.ColumnsOf[Suggestion]("s") + " FROM suggestion s WHERE " }

func insert(ctx context.Context, tx *db.Tx, s Suggestion) error {
	return db.Insert(ctx, tx, "suggestion", s)
}

// visible is the condition on what the actor may see: his own, and his region's.
func visible(by access.Actor) (string, []any) {
	where, args := by.Scope().Where(access.ScopeColumns("s"))
	return "(s.author = ? OR " + where + ")", append([]any{by.User}, args...)
}

func get(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Suggestion) (Suggestion, error) {
	where, args := visible(by)
	return db.Get[Suggestion](ctx, tx, columns()+"s.id = ? AND "+where, append([]any{id}, args...)...)
}

// lock gives a suggestion of the actor's region for a change.
func lock(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Suggestion) (Suggestion, error) {
	where, args := by.Scope().Where(access.ScopeColumns("s"))
	return db.Get[Suggestion](ctx, tx, columns()+"s.id = ? AND "+where+tx.ForUpdate(), append([]any{id}, args...)...)
}

func list(ctx context.Context, tx *db.Tx, by access.Actor, f Filter) ([]Suggestion, error) {
	where, args := by.Scope().Where(access.ScopeColumns("s"))
	if f.Mine {
		where, args = "s.author = ?", []any{by.User}
	}
	if f.Waiting {
		where += " AND s.answered = 0"
	}
	if f.Kind != "" {
		where, args = where+" AND s.kind = ?", append(args, f.Kind)
	}
	if f.Before != 0 {
		where, args = where+" AND s.id < ?", append(args, f.Before)
	}
	return db.All[Suggestion](ctx, tx, columns()+where+" ORDER BY s.id DESC LIMIT ?", append(args, f.Limit)...)
}

func countWaiting(ctx context.Context, tx *db.Tx, by access.Actor) (int64, error) {
	where, args := by.Scope().Where(access.ScopeColumns("s"))
	return db.Get[int64](ctx, tx, "SELECT count(*) FROM suggestion s WHERE s.answered = 0 AND "+where, args...)
}

func countSince(ctx context.Context, tx *db.Tx, author ref.User, since clock.Instant) (int64, error) {
	return db.Get[int64](ctx, tx, "SELECT count(*) FROM suggestion s WHERE s.author = ? AND s.at >= ?", author, since)
}

func setAnswer(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Suggestion, words string) error {
	return tx.One(ctx, "UPDATE suggestion SET answer = ?, answered = ?, answered_by = ?, answered_name = ? WHERE id = ?",
		words, tx.Now, by.User, by.Name, id)
}

// Rehome gives the suggestions of a division that is no longer in force the one in its place.
func Rehome(ctx context.Context, tx *db.Tx, was, now string) error {
	_, err := tx.Exec(ctx, "UPDATE suggestion SET region = ?, town = ?, county = ? WHERE region = ?", now, access.Town(now), access.County(now), was)
	return err
}
