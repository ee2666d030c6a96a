package imports

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/child/imports/roster"
	"weibao/internal/db"
	"weibao/internal/ref"
)

// Line is a row of a list as its preview shows it.
type Line struct {
	Number      int
	Cells       []string
	Faults      []roster.Fault
	Differences []roster.Difference
	Candidates  []Candidate
	Files       map[ref.Child]child.Child // of the row's file and candidates
	Child       ref.Child
	Decision    Decision
	Applied     bool
}

// Lines lists the rows of an outcome, a page at a time by their number in the
// list. Their values are as private as the list, which the actor's unit holds.
func (k *Desk) Lines(ctx context.Context, tx *db.Tx, by access.Actor, b Batch, o Outcome, after int64, limit int) ([]Line, error) {
	if b.Shredded != 0 {
		return nil, nil
	}
	rows, err := rowsOf(ctx, tx, b.ID, o, after, limit)
	if err != nil {
		return nil, err
	}
	details, err := k.details(ctx, tx, rows)
	if err != nil {
		return nil, err
	}
	var ids []ref.Child
	for i, r := range rows {
		ids = append(ids, r.Child)
		for _, c := range details[i].Candidates {
			ids = append(ids, c.Child)
		}
	}
	files, err := k.Presents(ctx, tx, by, ids)
	if err != nil {
		return nil, err
	}
	out := make([]Line, len(rows))
	for i, r := range rows {
		d := details[i]
		out[i] = Line{Number: int(r.Number), Cells: d.Cells, Faults: d.Faults, Differences: d.Differences, Candidates: d.Candidates,
			Child: r.Child, Decision: r.Decision, Applied: r.Applied != 0, Files: map[ref.Child]child.Child{}}
		for _, id := range append([]ref.Child{r.Child}, candidatesOf(d)...) {
			if at, there := files[id]; there {
				out[i].Files[id] = at.Child
			}
		}
	}
	return out, nil
}

func candidatesOf(d detail) []ref.Child {
	var out []ref.Child
	for _, c := range d.Candidates {
		out = append(out, c.Child)
	}
	return out
}

// Fresh lists the rows of children without a file, a page at a time by their
// number in the list.
func (k *Desk) Fresh(ctx context.Context, tx *db.Tx, b Batch, after int64, limit int) ([]Line, error) {
	if b.Shredded != 0 {
		return nil, nil
	}
	blocks, err := blocksFrom(ctx, tx, b.ID, after, limit/blockLines+2)
	if err != nil {
		return nil, err
	}
	opened, err := k.openBlocks(ctx, tx, blocks)
	if err != nil {
		return nil, err
	}
	var out []Line
	for i, lines := range opened {
		ids := unpackIDs(blocks[i].Children)
		for n, l := range lines {
			if int64(l.Number) <= after || len(out) == limit {
				continue
			}
			made := Line{Number: l.Number, Cells: l.Cells}
			if n < len(ids) {
				made.Child, made.Applied = ids[n], ids[n] != 0
			}
			out = append(out, made)
		}
	}
	return out, nil
}

// Undecided counts the doubtful rows of which nobody said yet what they are.
func (k *Desk) Undecided(ctx context.Context, tx *db.Tx, b Batch) (int64, error) {
	return undecided(ctx, tx, b.ID)
}
