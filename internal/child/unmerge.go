package child

import (
	"context"
	"encoding/json"
	"strings"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
)

// Unmerge undoes a merger: both files are again what they were. What was
// changed in the kept file since then stays there, part by part.
func (c *Cabinet) Unmerge(ctx context.Context, tx *db.Tx, by access.Actor, dropped ref.Child, reason string) error {
	if err := by.Require("child.merge"); err != nil {
		return err
	}
	if strings.TrimSpace(reason) == "" {
		return errs.Fields{"reason": "请说明为什么不是同一人。"}.Err()
	}
	m, known, err := mergeOf(ctx, tx, dropped)
	if err != nil {
		return err
	}
	if !known {
		return errs.Missing()
	}
	keep, now, err := c.load(ctx, tx, by, m.Kept)
	if err != nil {
		return err
	}
	drop, err := lock(ctx, tx, by, dropped)
	if err != nil {
		return err
	}
	plain, err := c.Vault.Open(ctx, tx, group(m.Kept), mergeField(m.ID), m.Sealed)
	if err != nil {
		return err
	}
	var mem memory
	if err := json.Unmarshal(plain, &mem); err != nil {
		return err
	}
	back := mem.restored(now)
	if err := c.store(ctx, tx, keep, now, back); err != nil {
		return err
	}
	if err := c.part(ctx, tx, by, mem); err != nil {
		return err
	}
	if err := c.raise(ctx, tx, drop, mem.Drop); err != nil {
		return err
	}
	return c.forget(ctx, tx, by, m, mem, differences(now, back), reason)
}

// restored takes back what the merger brought, except where somebody changed it since.
func (mem memory) restored(now New) New {
	back := now
	back.Dossier = clone(now.Dossier)
	for _, p := range parts {
		if p.Same(now, mem.Became) {
			p.copy(&back, mem.Was)
		}
	}
	back.Settle()
	return back
}

// part takes the categories of the dropped file from the kept one, and its level, due and screening.
func (c *Cabinet) part(ctx context.Context, tx *db.Tx, by access.Actor, mem memory) error {
	now, err := lock(ctx, tx, by, mem.Row.ID)
	if err != nil {
		return err
	}
	for _, id := range mem.Added {
		if err := dropCategory(ctx, tx, id); err != nil {
			return err
		}
	}
	for id, day := range mem.Started {
		if err := startCategory(ctx, tx, id, day); err != nil {
			return err
		}
	}
	held, err := categoriesOf(ctx, tx, now.ID)
	if err != nil {
		return err
	}
	next := now
	var ids []string
	for _, h := range held {
		if h.Ended.IsZero() {
			ids = append(ids, h.Category)
		}
	}
	next.Categories = joined(ids)
	if next.Level == mem.Joined.Level {
		next.Level, next.Leveled = mem.Row.Level, mem.Row.Leveled
	}
	if next.Due == mem.Joined.Due {
		next.Due = mem.Row.Due
	}
	if next.Screened == mem.Joined.Screened {
		next.Screened = mem.Row.Screened
	}
	return c.replace(ctx, tx, now, next)
}

// raise opens the dropped file again as it was.
func (c *Cabinet) raise(ctx context.Context, tx *db.Tx, row, was Child) error {
	if err := c.revive(ctx, tx, row); err != nil {
		return err
	}
	now, err := lock(ctx, tx, access.Program, row.ID)
	if err != nil {
		return err
	}
	next := now
	next.Due = was.Due
	if next == now {
		return nil
	}
	return c.replace(ctx, tx, now, next)
}

// forget marks the merger as undone and tells of it in both files.
func (c *Cabinet) forget(ctx context.Context, tx *db.Tx, by access.Actor, m Merge, mem memory, diff []Difference, reason string) error {
	if err := undo(ctx, tx, m.ID, by); err != nil {
		return err
	}
	if mem.Pair != nil {
		if err := putPair(ctx, tx, *mem.Pair); err != nil {
			return err
		}
	}
	if _, err := c.note(ctx, tx, by, "child.merge", m.Kept, diff, reason); err != nil {
		return err
	}
	opened := []Difference{{Field: "state", Before: string(Closed), After: string(Open)}}
	if _, err := c.note(ctx, tx, by, "child.merge", m.Dropped, opened, reason); err != nil {
		return err
	}
	if err := audit.Write(ctx, tx, by, "child.merge", "child", m.Kept, map[string]any{"undone": m.Dropped}); err != nil {
		return err
	}
	return c.settled(ctx, tx, by, m.Kept, m.Dropped)
}
