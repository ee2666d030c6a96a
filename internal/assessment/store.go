package assessment

import (
	"context"
	"slices"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/rule"
)

var columns = db.ColumnsOf[Assessment]("a")

func visible(by access.Actor) (string, []any) { return by.Scope().Where(access.ScopeColumns("a")) }

func insert(ctx context.Context, tx *db.Tx, a Assessment) error {
	return db.Insert(ctx, tx, "assessment", a)
}

func insertAll(ctx context.Context, tx *db.Tx, list []Assessment) error {
	return db.InsertAll(ctx, tx, "assessment", list)
}

func get(ctx context.Context, tx *db.Tx, id ref.Assessment) (Assessment, error) {
	return db.Get[Assessment](ctx, tx, "SELECT "+columns+" FROM assessment a WHERE a.id = ?", id)
}

func lock(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Assessment) (Assessment, error) {
	where, args := visible(by)
	return db.Get[Assessment](ctx, tx, "SELECT "+columns+" FROM assessment a WHERE a.id = ? AND "+where+tx.ForUpdate(), append([]any{id}, args...)...)
}

func ofChildren(ctx context.Context, tx *db.Tx, ids []ref.Child) ([]Assessment, error) {
	return db.All[Assessment](ctx, tx, "SELECT "+columns+" FROM assessment a WHERE a.child IN "+db.In(len(ids))+" ORDER BY a.id DESC LIMIT 100", db.Args(ids)...)
}

func waiting(ctx context.Context, tx *db.Tx, by access.Actor, after ref.Assessment, limit int) ([]Assessment, error) {
	where, args := visible(by)
	return db.All[Assessment](ctx, tx, "SELECT "+columns+" FROM assessment a WHERE a.state = 'proposed' AND a.id > ? AND "+where+" ORDER BY a.id LIMIT ?",
		slices.Concat([]any{after}, args, []any{limit})...)
}

// openOf gives what waits for a decision or confirmation on a child.
func openOf(ctx context.Context, tx *db.Tx, id ref.Child) ([]Assessment, error) {
	return db.All[Assessment](ctx, tx, "SELECT "+columns+" FROM assessment a WHERE a.child = ? AND (a.state = 'proposed' OR (a.state = 'held' AND a.duty > 0 AND a.decided = 0)) ORDER BY a.id", id)
}

func update(ctx context.Context, tx *db.Tx, a Assessment) error {
	return tx.One(ctx, "UPDATE assessment SET state = ?, confirmed = ?, decided = ?, decided_by = ?, decided_name = ?, decision = ? WHERE id = ?",
		a.State, a.Confirmed, a.Decided, a.DecidedBy, a.DecidedName, append([]byte{}, a.Decision...), a.ID)
}

func cares(ctx context.Context, tx *db.Tx, id ref.Child) ([]Care, error) {
	return db.All[Care](ctx, tx, "SELECT "+db.ColumnsOf[Care]("h")+" FROM assessment_care h WHERE h.child = ? AND h.apart = 0 ORDER BY h.id", id)
}

func closeCare(ctx context.Context, tx *db.Tx, id int64, state string) error {
	return tx.One(ctx, "UPDATE assessment_care SET state = ?, closed = ? WHERE id = ? AND state = 'open'", state, tx.Now, id)
}

// endCares ends open cares that no longer follow from the rules; with the file
// by whose uniting that is so, they rest.
func endCares(ctx context.Context, tx *db.Tx, ids []int64, united ref.Child) error {
	state := "ended"
	if united != 0 {
		state = careRest
	}
	for some := range slices.Chunk(ids, maxIn) {
		n, err := tx.Exec(ctx, "UPDATE assessment_care SET state = ?, united = ?, closed = ? WHERE state = 'open' AND id IN "+db.In(len(some)), append([]any{state, united, tx.Now}, db.Args(some)...)...)
		if err != nil {
			return err
		}
		if n != int64(len(some)) {
			return errs.Missing()
		}
	}
	return nil
}

// leaveCares marks what was done for a list that the child has left.
func leaveCares(ctx context.Context, tx *db.Tx, ids []int64) error {
	for some := range slices.Chunk(ids, maxIn) {
		if _, err := tx.Exec(ctx, "UPDATE assessment_care SET state = 'past' WHERE state = 'done' AND id IN "+db.In(len(some)), db.Args(some)...); err != nil {
			return err
		}
	}
	return nil
}

// apartCares gives every care of entries of a secret list.
func apartCares(ctx context.Context, tx *db.Tx, entries []int64) ([]Care, error) {
	return db.All[Care](ctx, tx, "SELECT "+db.ColumnsOf[Care]("h")+" FROM assessment_care h WHERE h.apart > 0 AND h.apart IN "+db.In(len(entries))+" ORDER BY h.id", db.Args(entries)...)
}

// lend gives what was done for a united file to the one that stands for it, but
// for some kinds.
func lend(ctx context.Context, tx *db.Tx, c child.Child, but []rule.CareKind) error {
	_, err := tx.Exec(ctx, "UPDATE assessment_care SET child = ?, united = CASE united WHEN 0 THEN child ELSE united END WHERE child = ? AND apart = 0 AND state IN ('done', 'past') AND kind NOT IN "+
		db.In(len(but)), append([]any{c.Successor, c.ID}, db.Args(but)...)...)
	return err
}

// partedOf gives those of some files whose care was united with another's.
func partedOf(ctx context.Context, tx *db.Tx, ids []ref.Child) (out []ref.Child, err error) {
	for some := range slices.Chunk(ids, maxIn) {
		more, err := db.All[ref.Child](ctx, tx, "SELECT DISTINCT h.united FROM assessment_care h WHERE h.united > 0 AND h.united IN "+db.In(len(some)), db.Args(some)...)
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	return out, nil
}

// regain gives back what was done for a parted file and those united into it before.
func regain(ctx context.Context, tx *db.Tx, id ref.Child) error {
	_, err := tx.Exec(ctx, `WITH RECURSIVE part(id) AS (
			SELECT c.id FROM child c WHERE c.id = ?
			UNION ALL SELECT n.id FROM part p JOIN child n ON n.successor = p.id WHERE n.successor > 0)
		UPDATE assessment_care SET child = ?, united = CASE united WHEN ? THEN 0 ELSE united END
		WHERE united > 0 AND united IN (SELECT id FROM part) AND apart = 0 AND state IN ('done', 'past')`, id, id, id)
	return err
}

// restOf gives what rests because a file was united with another.
func restOf(ctx context.Context, tx *db.Tx, united []ref.Child) ([]Care, error) {
	return db.All[Care](ctx, tx, "SELECT "+db.ColumnsOf[Care]("h")+" FROM assessment_care h WHERE h.state = 'rest' AND h.apart = 0 AND h.united > 0 AND h.united IN "+db.In(len(united))+" ORDER BY h.id", db.Args(united)...)
}

// endRest ends what rested until files were parted.
func endRest(ctx context.Context, tx *db.Tx, united []ref.Child) error {
	if len(united) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, "UPDATE assessment_care SET state = 'ended', united = 0 WHERE state = 'rest' AND apart = 0 AND united > 0 AND united IN "+db.In(len(united)), db.Args(united)...)
	return err
}

// wake ends what rested of an entry of a secret list, for it goes on.
func wake(ctx context.Context, tx *db.Tx, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, "UPDATE assessment_care SET state = 'ended', united = 0 WHERE state = 'rest' AND id IN "+db.In(len(ids)), db.Args(ids)...)
	return err
}

// maxIn bounds the values of one list in a statement.
const maxIn = 500

// lastVisits gives the day of the last visit to each of some children.
func lastVisits(ctx context.Context, tx *db.Tx, ids []ref.Child) (map[ref.Child]civil.Date, error) {
	out := make(map[ref.Child]civil.Date, len(ids))
	for some := range slices.Chunk(ids, maxIn) {
		rows, err := db.All[struct {
			Child ref.Child
			Day   civil.Date
		}](ctx, tx, "SELECT r.child, max(r.day) AS day FROM assessment_record r WHERE r.kind = ? AND r.child IN "+db.In(len(some))+" GROUP BY r.child", append([]any{rule.Visit}, db.Args(some)...)...)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			out[r.Child] = r.Day
		}
	}
	return out, nil
}

func insertRecord(ctx context.Context, tx *db.Tx, r Record) error {
	return db.Insert(ctx, tx, "assessment_record", r)
}

func records(ctx context.Context, tx *db.Tx, id ref.Child) ([]Record, error) {
	return db.All[Record](ctx, tx, "SELECT "+db.ColumnsOf[Record]("r")+" FROM assessment_record r WHERE r.child = ? ORDER BY r.id DESC LIMIT 200", id)
}

// latestHeld gives the last assessment that held for each of some children.
func latestHeld(ctx context.Context, tx *db.Tx, ids []ref.Child) ([]Assessment, error) {
	return db.All[Assessment](ctx, tx, "SELECT "+columns+" FROM assessment a JOIN (SELECT h.child, max(h.id) AS id FROM assessment h WHERE h.state = 'held' AND h.child IN "+
		db.In(len(ids))+" GROUP BY h.child) l ON l.id = a.id", db.Args(ids)...)
}

// caresOf gives every care of some children.
func caresOf(ctx context.Context, tx *db.Tx, ids []ref.Child) ([]Care, error) {
	return db.All[Care](ctx, tx, "SELECT "+db.ColumnsOf[Care]("h")+" FROM assessment_care h WHERE h.apart = 0 AND h.child IN "+db.In(len(ids))+" ORDER BY h.id", db.Args(ids)...)
}

// openCaresOf gives what is open for some children, as lists show it.
func openCaresOf(ctx context.Context, tx *db.Tx, ids []ref.Child) ([]Care, error) {
	return db.All[Care](ctx, tx, "SELECT h.child, h.kind, h.due, h.state FROM assessment_care h WHERE h.apart = 0 AND h.state = 'open' AND h.child IN "+db.In(len(ids)), db.Args(ids)...)
}

// Rehome gives the assessments of a division that is no longer in force the one in its place.
func Rehome(ctx context.Context, tx *db.Tx, was, now string) error {
	_, err := tx.Exec(ctx, "UPDATE assessment SET region = ?, town = ?, county = ? WHERE region = ?", now, access.Town(now), access.County(now), was)
	return err
}
