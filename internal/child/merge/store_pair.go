package merge

import (
	"context"
	"slices"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/ref"
)

// sideColumns are the scope columns of one file of a pair.
func sideColumns(side string) access.Columns {
	return access.Columns{Unit: "p.unit_" + side, Region: "p.region_" + side, Town: "p.town_" + side, County: "p.county_" + side}
}

var pairColumns = db.ColumnsOf[Pair]("p")

// livePairs joins a pair with its files, for a closed one waits for nobody.
const livePairs = " FROM child_pair p JOIN child x ON x.id = p.a JOIN child y ON y.id = p.b WHERE p.state = 'found' AND x.state = 'open' AND y.state = 'open' AND "

func pairs(ctx context.Context, tx *db.Tx, by access.Actor, after PairKey, limit int) ([]Pair, error) {
	a, args := by.Scope().Where(sideColumns("a"))
	b, more := by.Scope().Where(sideColumns("b"))
	text, args := "SELECT "+pairColumns+livePairs+a+" AND "+b, append(args, more...)
	if after != (PairKey{}) {
		text, args = text+" AND (p.score < ? OR p.score = ? AND (p.a, p.b) > (?, ?))", append(args, after.Score, after.Score, after.A, after.B)
	}
	return db.All[Pair](ctx, tx, text+" ORDER BY p.score DESC, p.a, p.b LIMIT ?", append(args, limit)...)
}

func abroad(ctx context.Context, tx *db.Tx, by access.Actor, limit int) ([]Pair, error) {
	a, args := by.Scope().Where(sideColumns("a"))
	b, more := by.Scope().Where(sideColumns("b"))
	all := slices.Concat(args, more, args, more, []any{limit})
	return db.All[Pair](ctx, tx, "SELECT "+pairColumns+livePairs+"p.county_a <> p.county_b AND ("+a+" OR "+b+") AND NOT ("+a+" AND "+b+") ORDER BY p.score DESC, p.a, p.b LIMIT ?", all...)
}

func pairOf(ctx context.Context, tx *db.Tx, a, b ref.Child) (Pair, bool, error) {
	return db.Maybe[Pair](ctx, tx, "SELECT "+pairColumns+" FROM child_pair p WHERE p.a = ? AND p.b = ?", a, b)
}

// putPair stores a pair as a person decided it.
func putPair(ctx context.Context, tx *db.Tx, p Pair) error {
	if err := dropPair(ctx, tx, p); err != nil {
		return err
	}
	return db.Insert(ctx, tx, "child_pair", p)
}

func dropPair(ctx context.Context, tx *db.Tx, p Pair) error {
	_, err := tx.Exec(ctx, "DELETE FROM child_pair WHERE a = ? AND b = ?", p.A, p.B)
	return err
}
