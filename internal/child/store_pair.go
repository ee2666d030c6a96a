package child

import (
	"context"
	"slices"

	"weibao/internal/access"
	"weibao/internal/civil"
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

func pairsOf(ctx context.Context, tx *db.Tx, id ref.Child) ([]Pair, error) {
	list, err := db.All[Pair](ctx, tx, "SELECT "+pairColumns+" FROM child_pair p WHERE p.a = ?", id)
	if err != nil {
		return nil, err
	}
	more, err := db.All[Pair](ctx, tx, "SELECT "+pairColumns+" FROM child_pair p WHERE p.b = ?", id)
	return append(list, more...), err
}

// notePair stores what the job found, unless a person has decided.
func notePair(ctx context.Context, tx *db.Tx, p Pair) error {
	n, err := tx.Exec(ctx, "UPDATE child_pair SET score = ?, reasons = ? WHERE a = ? AND b = ? AND state = 'found'", p.Score, p.Reasons, p.A, p.B)
	if err != nil || n > 0 {
		return err
	}
	if _, known, err := pairOf(ctx, tx, p.A, p.B); err != nil || known {
		return err
	}
	return db.Insert(ctx, tx, "child_pair", p)
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

// placePairs gives the pairs of a file its place.
func placePairs(ctx context.Context, tx *db.Tx, c Child) error {
	if _, err := tx.Exec(ctx, "UPDATE child_pair SET unit_a = ?, region_a = ?, town_a = ?, county_a = ? WHERE a = ?", c.Unit, c.Region, c.Town, c.County, c.ID); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "UPDATE child_pair SET unit_b = ?, region_b = ?, town_b = ?, county_b = ? WHERE b = ?", c.Unit, c.Region, c.Town, c.County, c.ID)
	return err
}

func waiting(ctx context.Context, tx *db.Tx, limit int) ([]unmatched, error) {
	return db.All[unmatched](ctx, tx, "SELECT u.child, u.version FROM child_unmatched u ORDER BY u.child LIMIT ?", limit)
}

// unmatch puts a file among those to be compared.
func unmatch(ctx context.Context, tx *db.Tx, id ref.Child, version int64) error {
	_, err := tx.Exec(ctx, "INSERT INTO child_unmatched (child, version) VALUES (?, ?) ON CONFLICT (child) DO UPDATE SET version = excluded.version", id, version)
	return err
}

// matched takes a file from those to be compared, unless it changed meanwhile.
func matched(ctx context.Context, tx *db.Tx, w unmatched) error {
	_, err := tx.Exec(ctx, "DELETE FROM child_unmatched WHERE child = ? AND version = ?", w.Child, w.Version)
	return err
}

func openRows(ctx context.Context, tx *db.Tx, ids []ref.Child) ([]Child, error) {
	var out []Child
	for some := range slices.Chunk(ids, maxIn) {
		rows, err := db.All[Child](ctx, tx, "SELECT "+columns+" FROM child c WHERE c.state = 'open' AND c.id IN "+db.In(len(some)), db.Args(some)...)
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	return out, nil
}

func bearers(ctx context.Context, tx *db.Tx, digest int64, limit int) ([]ref.Child, error) {
	return db.All[ref.Child](ctx, tx, "SELECT k.child FROM child_key k WHERE k.digest = ? LIMIT ?", digest, limit)
}

// namesakes finds files whose name sounds like a word and whose birth is about
// the same or not known.
func namesakes(ctx context.Context, tx *db.Tx, towns []string, sound string, birth civil.Date, months, limit int) ([]ref.Child, error) {
	var out []ref.Child
	for some := range slices.Chunk(towns, maxIn) {
		text, args := "SELECT g.child FROM child_gram g JOIN child c ON c.id = g.child WHERE g.gram = ? AND g.town IN "+db.In(len(some)), append([]any{[]byte(sound)}, db.Args(some)...)
		if !birth.IsZero() {
			text, args = text+" AND (c.birth BETWEEN ? AND ? OR c.birth = '')", append(args, birth.AddMonths(-months), birth.AddMonths(months))
		}
		rows, err := db.All[ref.Child](ctx, tx, text+" LIMIT ?", append(args, limit)...)
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	return out, nil
}
