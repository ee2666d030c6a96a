package ledger

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/ref"
)

// chosen gives the files of a filter for a query, with their place in a column.
func chosen(f child.Filter, column string, value any) (from string, args []any) {
	from, args = " FROM child c WHERE c.state = 'open' AND c."+column+" = ?", []any{value}
	switch {
	case f.Category != "" && column != "unit":
		from, args = " FROM child_category h JOIN child c ON c.id = h.child WHERE h.ended = '' AND h.category = ? AND c.state = 'open' AND h."+column+" = ?", []any{f.Category, value}
	case f.Category != "":
		from, args = from+" AND c.categories LIKE ?", append(args, "% "+f.Category+" %")
	}
	return narrowed(from, args, f, "c.")
}

// narrowed adds the conditions that files and kept numbers share.
func narrowed(text string, args []any, f child.Filter, alias string) (string, []any) {
	if f.Level != child.AnyLevel {
		text, args = text+" AND "+alias+"level = ?", append(args, f.Level)
	}
	if f.Sex != "" {
		text, args = text+" AND "+alias+"sex = ?", append(args, f.Sex)
	}
	if f.Age != 0 {
		text, args = text+" AND "+alias+"band = ?", append(args, f.Age-1)
	}
	return text, args
}

// number gives the kept number of a list, or for a school the pupils counted.
func number(ctx context.Context, tx *db.Tx, f child.Filter, column string, value any) (int64, error) {
	if column == "unit" {
		from, args := chosen(f, column, value)
		return db.Get[int64](ctx, tx, "SELECT count(*)"+from, args...)
	}
	place := (value.(string) + "000000000000")[:12]
	text, args := narrowed("SELECT coalesce(CAST(sum(n) AS BIGINT), 0) FROM child_count WHERE region = ? AND category = ?", []any{place, f.Category}, f, "")
	return db.Get[int64](ctx, tx, text, args...)
}

// sorted gives a page in the order of one column, for which the whole list is read.
func sorted(ctx context.Context, tx *db.Tx, f child.Filter, column string, value any, v View, last child.Child) ([]child.Child, error) {
	from, args := chosen(f, column, value)
	key, than, way := v.Sort.column(), ">", ""
	at := map[Sort]any{ByName: last.Name, ByBirth: last.Birth, BySince: last.Leveled, BySchool: last.School, ByPlace: last.Region}[v.Sort]
	if v.Sort == ByPlace {
		key = "c.region"
	}
	if v.Desc {
		than, way = "<", " DESC"
	}
	if last.ID != 0 {
		from, args = from+" AND ("+key+", c.id) "+than+" (?, ?)", append(args, at, last.ID)
	}
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

// since gives the days on which children came into the first of some categories that hold.
func since(ctx context.Context, tx *db.Tx, ids []ref.Child, categories []string) (map[ref.Child]civil.Date, error) {
	if len(ids) == 0 || len(categories) == 0 {
		return nil, nil
	}
	rows, err := db.All[struct {
		Child ref.Child
		Day   civil.Date
	}](ctx, tx, "SELECT h.child, min(h.started) AS day FROM child_category h WHERE h.ended = '' AND h.child IN "+db.In(len(ids))+" AND h.category IN "+db.In(len(categories))+" GROUP BY h.child",
		append(db.Args(ids), db.Args(categories)...)...)
	out := make(map[ref.Child]civil.Date, len(rows))
	for _, r := range rows {
		out[r.Child] = r.Day
	}
	return out, err
}

// kept is one kept number of a month.
type kept struct {
	Month string
	Level int
	N     int64
}

func keptMonth(ctx context.Context, tx *db.Tx, month string) (bool, error) {
	n, err := db.Get[int64](ctx, tx, "SELECT count(*) FROM child_month_kept m WHERE m.month = ?", month)
	return n > 0, err
}

// keepMonth copies the kept numbers, ages and sexes together; a month without
// children is kept as such.
func keepMonth(ctx context.Context, tx *db.Tx, month string) error {
	if _, err := tx.Exec(ctx, "INSERT INTO child_month_kept (month, at) VALUES (?, ?)", month, tx.Now); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "INSERT INTO child_month (month, region, category, level, n) SELECT CAST(? AS TEXT), region, category, level, CAST(sum(n) AS BIGINT)"+
		" FROM child_count WHERE n <> 0 GROUP BY region, category, level", month)
	return err
}

// monthsOf gives a division's kept numbers; a kept month without children counts none.
func monthsOf(ctx context.Context, tx *db.Tx, region, category, first string) ([]kept, error) {
	return db.All[kept](ctx, tx, "SELECT k.month, coalesce(m.level, 0) AS level, coalesce(m.n, 0) AS n FROM child_month_kept k LEFT JOIN child_month m"+
		" ON m.month = k.month AND m.region = ? AND m.category = ? WHERE k.month >= ? ORDER BY k.month, m.level", region, category, first)
}
