package special

import (
	"context"
	"slices"
	"strings"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/ref"
	"weibao/internal/rule"
	"weibao/internal/rule/special"
)

var (
	entryColumns = db.ColumnsOf[Entry]("e")
	proofColumns = db.ColumnsOf[Proof]("p")
	stepColumns  = db.ColumnsOf[Step]("s")
)

func proofsOf(ctx context.Context, tx *db.Tx, ids []ref.Child) ([]Proof, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return db.All[Proof](ctx, tx, "SELECT "+proofColumns+" FROM assessment_proof p WHERE p.child IN "+db.In(len(ids))+" ORDER BY p.id DESC", db.Args(ids)...)
}

func dropProof(ctx context.Context, tx *db.Tx, id ref.Proof) error {
	return tx.One(ctx, "UPDATE assessment_proof SET dropped = ? WHERE id = ? AND dropped = 0", tx.Now, id)
}

// lapseStep is how many papers are looked at before the next are asked for.
const lapseStep = 500

// expired gives papers that have run out and were not asked for anew since.
func expired(ctx context.Context, tx *db.Tx, on civil.Date) ([]Proof, error) {
	return db.All[Proof](ctx, tx, "SELECT "+proofColumns+" FROM assessment_proof p WHERE p.lapsed = 0 AND p.dropped = 0 AND p.until <> '' AND p.until < ? ORDER BY p.until LIMIT ?", on, lapseStep)
}

// lapse notes that a paper was asked for anew.
func lapse(ctx context.Context, tx *db.Tx, id ref.Proof) error {
	return tx.One(ctx, "UPDATE assessment_proof SET lapsed = ? WHERE id = ?", tx.Now, id)
}

// stepsOf gives what was done for a child on ordinary lists, or for one entry of a secret one.
func stepsOf(ctx context.Context, tx *db.Tx, id ref.Child, entry ref.Entry) ([]Step, error) {
	return db.All[Step](ctx, tx, "SELECT "+stepColumns+" FROM assessment_step s WHERE s.child = ? AND s.entry = ? ORDER BY s.id DESC LIMIT 200", id, entry)
}

// place is where the children of a filter live, as a condition on their files.
func place(column string) string { return " AND c." + column + " = ?" }

// belongs is the condition that a child is in one of some categories. It asks
// the file, which is read in any case: asked of child_category, PostgreSQL takes
// all who belong and sorts them, instead of stopping where the page is full.
func belongs(categories []string) (string, []any) {
	args := make([]any, len(categories))
	for i, c := range categories {
		args[i] = "% " + c + " %"
	}
	return " AND (c.categories LIKE ?" + strings.Repeat(" OR c.categories LIKE ?", len(categories)-1) + ")", args
}

// waiting gives the members of a list for whom a kind of care is open, by when.
func waiting(ctx context.Context, tx *db.Tx, kind rule.CareKind, categories []string, column string, value any, f Filter) ([]child.Child, []child.Key, error) {
	if len(categories) == 0 {
		return nil, nil, nil
	}
	within, its := belongs(categories)
	args := slices.Concat([]any{kind, f.After.Due, f.After.ID, value}, its, []any{f.Limit})
	keys, err := db.All[child.Key](ctx, tx, "SELECT h.due, h.child AS id FROM assessment_care h CROSS JOIN child c WHERE c.id = h.child AND h.kind = ? AND h.state = 'open' AND h.apart = 0 AND (h.due, h.child) > (?, ?)"+
		" AND c.state = 'open'"+place(column)+within+" ORDER BY h.due, h.child LIMIT ?", args...)
	if err != nil || len(keys) == 0 {
		return nil, nil, err
	}
	ids := make([]ref.Child, len(keys))
	for i, k := range keys {
		ids[i] = k.ID
	}
	rows, err := db.All[child.Child](ctx, tx, "SELECT "+db.ColumnsOf[child.Child]("c")+" FROM child c WHERE c.id IN "+db.In(len(ids)), db.Args(ids)...)
	slices.SortFunc(rows, func(a, b child.Child) int { return slices.Index(ids, a.ID) - slices.Index(ids, b.ID) })
	return rows, keys, err
}

func entriesOf(ctx context.Context, tx *db.Tx, by access.Actor, list special.Kind, after ref.Entry, limit int) ([]Entry, error) {
	where, args := by.Scope().Where(access.ScopeColumns("e"))
	text, all := "SELECT "+entryColumns+" FROM assessment_entry e JOIN child c ON c.id = e.child WHERE e.list = ? AND e.ended = '' AND c.state = 'open' AND NOT EXISTS (SELECT 1 FROM assessment_entry f WHERE f.child = e.child AND f.list = e.list AND f.ended = '' AND f.id < e.id) AND "+where, append([]any{list}, args...)
	if after != 0 {
		text, all = text+" AND e.id < ?", append(all, after)
	}
	return db.All[Entry](ctx, tx, text+" ORDER BY e.id DESC LIMIT ?", append(all, limit)...)
}

func entryOf(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Entry) (Entry, error) {
	where, args := by.Scope().Where(access.ScopeColumns("e"))
	return db.Get[Entry](ctx, tx, "SELECT "+entryColumns+" FROM assessment_entry e WHERE e.id = ? AND "+where, append([]any{id}, args...)...)
}

// openOn gives the entries of a list that hold for a child.
func openOn(ctx context.Context, tx *db.Tx, id ref.Child, list special.Kind) ([]Entry, error) {
	return db.All[Entry](ctx, tx, "SELECT "+entryColumns+" FROM assessment_entry e WHERE e.child = ? AND e.list = ? AND e.ended = '' ORDER BY e.id", id, list)
}

// entriesOn gives the entries that hold for some children.
func entriesOn(ctx context.Context, tx *db.Tx, ids []ref.Child) ([]Entry, error) {
	return db.All[Entry](ctx, tx, "SELECT "+entryColumns+" FROM assessment_entry e WHERE e.ended = '' AND e.child IN "+db.In(len(ids))+" ORDER BY e.id", db.Args(ids)...)
}

func endEntry(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Entry, reason string) error {
	return tx.One(ctx, "UPDATE assessment_entry SET ended = ?, reason = ?, ended_by = ?, ended_name = ? WHERE id = ? AND ended = ''", civil.DateOf(tx.Now.Time()), reason, by.User, by.Name, id)
}

func placeEntry(ctx context.Context, tx *db.Tx, id ref.Entry, c child.Child) error {
	return tx.One(ctx, "UPDATE assessment_entry SET region = ?, town = ?, county = ? WHERE id = ?", c.Region, c.Town, c.County, id)
}

// keeps tells whether anything is kept here of some files.
func keeps(ctx context.Context, tx *db.Tx, ids []ref.Child) (bool, error) {
	in, args := db.In(len(ids)), db.Args(ids)
	text := ""
	var all []any
	for _, table := range []string{"assessment_entry", "assessment_proof", "assessment_step"} {
		for _, column := range []string{"child", "origin"} {
			if text != "" {
				text += " OR "
			}
			text, all = text+"EXISTS (SELECT 1 FROM "+table+" t WHERE t."+column+" IN "+in+")", append(all, args...)
		}
	}
	return db.Get[bool](ctx, tx, "SELECT "+text, all...)
}

// carry gives what is kept of a united file to the one that stands for it, and
// back when they are parted, with what came from files united into it before.
// It tells how many rows went.
func carry(ctx context.Context, tx *db.Tx, c child.Child) (n int64, err error) {
	for _, table := range []string{"assessment_entry", "assessment_proof", "assessment_step"} {
		var some int64
		switch {
		case c.Successor != 0:
			some, err = tx.Exec(ctx, "UPDATE "+table+" SET child = ? WHERE child = ?", c.Successor, c.ID)
		case c.State == child.Open:
			some, err = tx.Exec(ctx, `WITH RECURSIVE part(id) AS (
					SELECT c.id FROM child c WHERE c.id = ?
					UNION ALL SELECT n.id FROM part p JOIN child n ON n.successor = p.id WHERE n.successor > 0)
				UPDATE `+table+" SET child = ? WHERE origin IN (SELECT id FROM part) AND child <> ?", c.ID, c.ID, c.ID)
		}
		if err != nil {
			return n, err
		}
		n += some
	}
	return n, nil
}

// Rehome gives the entries of a division that is no longer in force the one in its place.
func Rehome(ctx context.Context, tx *db.Tx, was, now string) error {
	_, err := tx.Exec(ctx, "UPDATE assessment_entry SET region = ?, town = ?, county = ? WHERE region = ?", now, access.Town(now), access.County(now), was)
	return err
}
