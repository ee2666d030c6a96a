package compare

import (
	"context"
	"slices"

	"weibao/internal/child"
	"weibao/internal/child/merge"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/ref"
)

// maxIn bounds the values of one IN list.
const maxIn = 500

func waiting(ctx context.Context, tx *db.Tx, limit int) ([]unmatched, error) {
	return db.All[unmatched](ctx, tx, "SELECT u.child, u.version FROM child_unmatched u ORDER BY u.child LIMIT ?", limit)
}

// matched takes a file from those to be compared, unless it changed meanwhile.
func matched(ctx context.Context, tx *db.Tx, w unmatched) error {
	_, err := tx.Exec(ctx, "DELETE FROM child_unmatched WHERE child = ? AND version = ?", w.Child, w.Version)
	return err
}

func openRows(ctx context.Context, tx *db.Tx, ids []ref.Child) ([]child.Child, error) {
	var out []child.Child
	for some := range slices.Chunk(ids, maxIn) {
		rows, err := db.All[child.Child](ctx, tx, "SELECT "+db.ColumnsOf[child.Child]("c")+" FROM child c WHERE c.state = 'open' AND c.id IN "+db.In(len(some)), db.Args(some)...)
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

func pairsOf(ctx context.Context, tx *db.Tx, id ref.Child) ([]merge.Pair, error) {
	list, err := db.All[merge.Pair](ctx, tx, "SELECT "+db.ColumnsOf[merge.Pair]("p")+" FROM child_pair p WHERE p.a = ?", id)
	if err != nil {
		return nil, err
	}
	more, err := db.All[merge.Pair](ctx, tx, "SELECT "+db.ColumnsOf[merge.Pair]("p")+" FROM child_pair p WHERE p.b = ?", id)
	return append(list, more...), err
}

// notePair stores what the job found, unless a person has decided.
func notePair(ctx context.Context, tx *db.Tx, p merge.Pair) error {
	n, err := tx.Exec(ctx, "UPDATE child_pair SET score = ?, reasons = ? WHERE a = ? AND b = ? AND state = 'found'", p.Score, p.Reasons, p.A, p.B)
	if err != nil || n > 0 {
		return err
	}
	n, err = db.Get[int64](ctx, tx, "SELECT COUNT(*) FROM child_pair WHERE a = ? AND b = ?", p.A, p.B)
	if err != nil || n > 0 {
		return err
	}
	return db.Insert(ctx, tx, "child_pair", p)
}

func dropPair(ctx context.Context, tx *db.Tx, p merge.Pair) error {
	_, err := tx.Exec(ctx, "DELETE FROM child_pair WHERE a = ? AND b = ?", p.A, p.B)
	return err
}
