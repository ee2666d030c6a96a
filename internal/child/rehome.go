package child

import (
	"context"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/db"
	"weibao/internal/ref"
)

// Rehome gives some files of a division that is no longer in force the one in
// its place, and tells which. Nothing else of them changes, and their care goes
// on with its clocks, for whoever did it has gone along. The job of changed
// divisions calls it until it gives none; whoever else follows files is told by it.
func (c *Cabinet) Rehome(ctx context.Context, tx *db.Tx, was, now string, limit int) ([]Child, error) {
	ids, err := standing(ctx, tx, was, limit)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	for _, id := range ids {
		row, before, err := c.Locked(ctx, tx, access.Program, id)
		if err != nil {
			return nil, err
		}
		after := before.Clone()
		after.Region = now
		for _, p := range []*Place{&after.Dossier.Places.Registered, &after.Dossier.Places.Residence, &after.Dossier.Places.School, &after.Dossier.Places.Occurrence} {
			if p.Region == was {
				p.Region = now
			}
		}
		if err := c.Rewrite(ctx, tx, row, before, after); err != nil {
			return nil, err
		}
		if _, err := c.Note(ctx, tx, access.Program, "region.edit", id, Differences(before, after), "随行政区划撤并"); err != nil {
			return nil, err
		}
	}
	if err := audit.Write(ctx, tx, access.Program, "region.rehome", "child", ref.Child(0), map[string]any{"from": was, "to": now, "ids": ids}); err != nil {
		return nil, err
	}
	return lockAll(ctx, tx, access.Program, ids)
}
