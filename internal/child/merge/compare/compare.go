// Package compare walks the files that are new or changed and finds those of
// the same child 「查重」: the job behind the pairs which a person judges.
//
// It owns child_unmatched and writes what it finds into child_pair. It promises
// a cost in proportion to what changed, never to all pairs: candidates share a
// number, a phone, or the sound of the name about the same birth. What a person
// has decided it leaves alone. It shows nothing to anybody: who may see a pair
// is decided where pairs are read.
package compare

import (
	"context"
	"slices"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/child/merge"
	"weibao/internal/db"
	"weibao/internal/pinyin"
	"weibao/internal/ref"
)

const (
	walkStep = 100 // files compared at a time
	// crowd is how many files may share a phone or a name before that says
	// nothing: the phone of a school, the name of whoever has none.
	crowd = 50
	// birthSlack is by how many months the birth dates of namesakes may differ.
	birthSlack = 24
)

// unmatched is a file that waits to be compared with others.
type unmatched struct {
	Child   ref.Child
	Version int64
}

// Match compares the files that are new or changed with those that share a
// number, a phone, or the sound of the name about the same birth, and tells how
// many it took. It costs in proportion to them; the job child.match calls it.
func Match(ctx context.Context, c *child.Cabinet, d *db.DB) (int, error) {
	total := 0
	for {
		var work []unmatched
		var found map[ref.Child][]merge.Pair
		err := d.Read(ctx, func(tx *db.Tx) (err error) {
			if work, err = waiting(ctx, tx, walkStep); err == nil {
				found, err = walk(ctx, tx, c, work)
			}
			return err
		})
		if err != nil || len(work) == 0 {
			return total, err
		}
		err = d.WriteLow(ctx, func(tx *db.Tx) error {
			for _, w := range work {
				if err := settlePairs(ctx, tx, w, found[w.Child]); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return total, err
		}
		total += len(work)
	}
}

// walk compares some files with their candidates.
func walk(ctx context.Context, tx *db.Tx, c *child.Cabinet, work []unmatched) (map[ref.Child][]merge.Pair, error) {
	ids := make([]ref.Child, len(work))
	for i, w := range work {
		ids[i] = w.Child
	}
	files, err := openFiles(ctx, tx, c, ids)
	if err != nil {
		return nil, err
	}
	candidates := map[ref.Child][]ref.Child{}
	var others []ref.Child
	towns := townCache{}
	for _, f := range files {
		if candidates[f.ID], err = candidatesOf(ctx, tx, c, towns, f); err != nil {
			return nil, err
		}
		others = append(others, candidates[f.ID]...)
	}
	slices.Sort(others)
	around, err := openFiles(ctx, tx, c, slices.Compact(others))
	if err != nil {
		return nil, err
	}
	found := map[ref.Child][]merge.Pair{}
	for id, f := range files {
		for _, other := range candidates[id] {
			g, there := around[other]
			if !there {
				continue
			}
			if p, likely := merge.Likeness(f, g, tx.Now); likely {
				found[id] = append(found[id], p)
			}
		}
	}
	return found, nil
}

// openFiles gives the files of a list that are in use, with their private parts.
func openFiles(ctx context.Context, tx *db.Tx, c *child.Cabinet, ids []ref.Child) (map[ref.Child]child.File, error) {
	rows, err := openRows(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	list := make([]ref.Child, len(rows))
	for i, r := range rows {
		list[i] = r.ID
	}
	dossiers, err := c.Dossiers(ctx, tx, access.Program, list)
	out := make(map[ref.Child]child.File, len(rows))
	for _, r := range rows {
		out[r.ID] = child.File{Child: r, Dossier: dossiers[r.ID]}
	}
	return out, err
}

// candidatesOf gives the files with which one is compared.
func candidatesOf(ctx context.Context, tx *db.Tx, c *child.Cabinet, towns townCache, f child.File) ([]ref.Child, error) {
	var out []ref.Child
	add := func(list []ref.Child, err error) error {
		if len(list) <= crowd {
			out = append(out, list...)
		}
		return err
	}
	for _, digest := range c.Blocks(f.Dossier) {
		if err := add(bearers(ctx, tx, digest, crowd+1)); err != nil {
			return nil, err
		}
	}
	places, err := towns.of(ctx, tx, f.County)
	if err != nil {
		return nil, err
	}
	for _, sound := range pinyin.Full(f.Name) {
		list, err := namesakes(ctx, tx, places, child.Clipped(sound), f.Birth, birthSlack, crowd+1)
		if len(list) > crowd && err == nil && !f.Birth.IsZero() {
			list, err = namesakes(ctx, tx, places, child.Clipped(sound), f.Birth, 0, crowd+1)
		}
		if err := add(list, err); err != nil {
			return nil, err
		}
	}
	slices.Sort(out)
	return slices.DeleteFunc(slices.Compact(out), func(id ref.Child) bool { return id == f.ID }), nil
}

// townCache remembers the towns of counties in which there are files.
type townCache map[string][]string

func (m townCache) of(ctx context.Context, tx *db.Tx, county string) ([]string, error) {
	if list, known := m[county]; known {
		return list, nil
	}
	list, err := child.Towns(ctx, tx, county, county+"999999999")
	m[county] = list
	return list, err
}

// settlePairs brings the pairs of a compared file to what was found. What a
// person has decided stays.
func settlePairs(ctx context.Context, tx *db.Tx, w unmatched, found []merge.Pair) error {
	had, err := pairsOf(ctx, tx, w.Child)
	if err != nil {
		return err
	}
	for _, p := range had {
		still := slices.ContainsFunc(found, func(f merge.Pair) bool { return f.A == p.A && f.B == p.B })
		if p.State == merge.Found && !still {
			if err := dropPair(ctx, tx, p); err != nil {
				return err
			}
		}
	}
	for _, p := range found {
		if err := notePair(ctx, tx, p); err != nil {
			return err
		}
	}
	return matched(ctx, tx, w)
}
