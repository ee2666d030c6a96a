package ledger

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/db"
	"weibao/internal/ref"
)

// sorted gives a page in the order of one column, for which the whole list is read.
func sorted(ctx context.Context, tx *db.Tx, f child.Filter, column string, value any, v View, last child.Child) ([]child.Child, error) {
	from, args := " FROM child c WHERE c.state = 'open' AND c."+column+" = ?", []any{value}
	switch {
	case f.Category != "" && column != "unit":
		from, args = " FROM child_category h JOIN child c ON c.id = h.child WHERE h.ended = '' AND h.category = ? AND c.state = 'open' AND h."+column+" = ?", []any{f.Category, value}
	case f.Category != "":
		from, args = from+" AND c.categories LIKE ?", append(args, "% "+f.Category+" %")
	}
	add := func(use bool, cond string, more ...any) {
		if use {
			from, args = from+" AND "+cond, append(args, more...)
		}
	}
	add(f.Level != child.AnyLevel, "c.level = ?", f.Level)
	add(f.Sex != "", "c.sex = ?", f.Sex)
	add(f.Age != 0, "c.band = ?", f.Age-1)
	key, than, way := v.Sort.column(), ">", ""
	at := map[Sort]any{ByName: last.Name, ByBirth: last.Birth, BySince: last.Leveled, BySchool: last.School, ByPlace: last.Region}[v.Sort]
	if v.Sort == ByPlace {
		key = "c.region"
	}
	if v.Desc {
		than, way = "<", " DESC"
	}
	add(last.ID != 0, "("+key+", c.id) "+than+" (?, ?)", at, last.ID)
	return db.All[child.Child](ctx, tx, "SELECT "+db.ColumnsOf[child.Child]("c")+from+" ORDER BY "+key+way+", c.id"+way+" LIMIT ?", append(args, f.Limit)...)
}

// nextRegion gives the next village of a county or township, by its prefix, in which there are files.
func nextRegion(ctx context.Context, tx *db.Tx, prefix, after string) (string, bool, error) {
	after = max(after, prefix)
	return db.Maybe[string](ctx, tx, "SELECT c.region FROM child c WHERE c.state = 'open' AND c.region > ? AND c.region <= ? ORDER BY c.region LIMIT 1",
		after, (prefix + "999999999999")[:12])
}

var savedColumns = db.ColumnsOf[Saved]("s")

func savedViews(ctx context.Context, tx *db.Tx, by access.Actor) ([]Saved, error) {
	return db.All[Saved](ctx, tx, "SELECT "+savedColumns+" FROM child_view s WHERE s.owner = ? UNION SELECT "+savedColumns+
		" FROM child_view s WHERE s.unit = ? AND s.shared = 1 ORDER BY name, id LIMIT 200", by.User, by.Post.Unit)
}

func savedView(ctx context.Context, tx *db.Tx, by access.Actor, id ref.View) (Saved, error) {
	return db.Get[Saved](ctx, tx, "SELECT "+savedColumns+" FROM child_view s WHERE s.id = ? AND (s.owner = ? OR s.unit = ? AND s.shared = 1)", id, by.User, by.Post.Unit)
}

func ownViews(ctx context.Context, tx *db.Tx, by access.Actor) (int64, error) {
	return db.Get[int64](ctx, tx, "SELECT count(*) FROM child_view s WHERE s.owner = ?", by.User)
}

func dropView(ctx context.Context, tx *db.Tx, id ref.View) error {
	return tx.One(ctx, "DELETE FROM child_view WHERE id = ?", id)
}
