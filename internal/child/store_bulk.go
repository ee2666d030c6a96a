package child

import (
	"context"
	"slices"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/ref"
)

func byIDs(ctx context.Context, tx *db.Tx, by access.Actor, ids []ref.Child) ([]Child, error) {
	where, more := visible(by)
	var out []Child
	for some := range slices.Chunk(ids, maxIn) {
		rows, err := db.All[Child](ctx, tx, "SELECT "+columns+" FROM child c WHERE c.id IN "+db.In(len(some))+" AND "+where, append(db.Args(some), more...)...)
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	return out, nil
}

func byWholeName(ctx context.Context, tx *db.Tx, by access.Actor, town string, folded []string) ([]Child, error) {
	where, more := visible(by)
	var out []Child
	for some := range slices.Chunk(folded, maxIn) {
		args := []any{town}
		for _, g := range some {
			args = append(args, []byte(g))
		}
		rows, err := db.All[Child](ctx, tx, "SELECT DISTINCT "+columns+" FROM child_gram g CROSS JOIN child c WHERE c.id = g.child AND g.town = ? AND g.gram IN "+
			db.In(len(some))+" AND c.state = 'open' AND "+where, append(args, more...)...)
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	return out, nil
}

func inPlace(ctx context.Context, tx *db.Tx, by access.Actor, category string, after ref.Child, limit int) ([]Child, error) {
	where, args := visible(by)
	args = append(args, after)
	if category != "" {
		where += " AND c.id > ? AND c.categories LIKE ?"
		args = append(args, "% "+category+" %")
	} else {
		where += " AND c.id > ?"
	}
	return db.All[Child](ctx, tx, "SELECT "+columns+" FROM child c WHERE "+where+" AND c.state = 'open' ORDER BY c.id LIMIT ?", append(args, limit)...)
}
