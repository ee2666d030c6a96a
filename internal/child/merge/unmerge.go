package merge

import (
	"context"
	"encoding/json"
	"strings"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/child"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/vault"
)

// Unmerge undoes a merger: both files are again what they were. What was
// changed in the kept file since then stays there, part by part.
func Unmerge(ctx context.Context, tx *db.Tx, c *child.Cabinet, by access.Actor, dropped ref.Child, reason string) error {
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
	keep, now, err := c.Load(ctx, tx, by, m.Kept)
	if err != nil {
		return err
	}
	drop, _, err := c.Locked(ctx, tx, by, dropped)
	if err != nil {
		return err
	}
	plain, err := c.Vault.Open(ctx, tx, vault.GroupOf("child", m.Kept), mergeField(m.ID), m.Sealed)
	if err != nil {
		return err
	}
	var mem memory
	if err := json.Unmarshal(plain, &mem); err != nil {
		return err
	}
	back := mem.restored(now)
	if err := c.Rewrite(ctx, tx, keep, now, back); err != nil {
		return err
	}
	if err := part(ctx, tx, c, by, mem); err != nil {
		return err
	}
	if err := raise(ctx, tx, c, drop, mem.Drop); err != nil {
		return err
	}
	return forget(ctx, tx, c, by, m, mem, child.Differences(now, back), reason)
}

// restored takes back what the merger brought, except where somebody changed it since.
func (mem memory) restored(now child.New) child.New {
	back := now.Clone()
	for _, p := range child.Parts() {
		if p.Same(now, mem.Became) {
			p.Copy(&back, mem.Was)
		}
	}
	back.Settle()
	return back
}

// part takes the categories of the dropped file from the kept one, and its level, due and screening.
func part(ctx context.Context, tx *db.Tx, c *child.Cabinet, by access.Actor, mem memory) error {
	now, err := c.Get(ctx, tx, by, mem.Row.ID)
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
	held, err := child.CategoriesOf(ctx, tx, now.ID)
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
	next.Categories = child.Joined(ids)
	if next.Level == mem.Joined.Level {
		next.Level, next.Leveled = mem.Row.Level, mem.Row.Leveled
	}
	if next.Due == mem.Joined.Due {
		next.Due = mem.Row.Due
	}
	if next.Screened == mem.Joined.Screened {
		next.Screened = mem.Row.Screened
	}
	return c.Put(ctx, tx, now, next)
}

// raise opens the dropped file again as it was.
func raise(ctx context.Context, tx *db.Tx, c *child.Cabinet, row, was child.Child) error {
	if err := c.Raise(ctx, tx, row); err != nil {
		return err
	}
	now, err := c.Get(ctx, tx, access.Program, row.ID)
	if err != nil {
		return err
	}
	next := now
	next.Due = was.Due
	if next == now {
		return nil
	}
	return c.Put(ctx, tx, now, next)
}

// forget marks the merger as undone and tells of it in both files.
func forget(ctx context.Context, tx *db.Tx, c *child.Cabinet, by access.Actor, m Merger, mem memory, diff []child.Difference, reason string) error {
	if err := undo(ctx, tx, m.ID, by); err != nil {
		return err
	}
	if mem.Pair != nil {
		if err := putPair(ctx, tx, *mem.Pair); err != nil {
			return err
		}
	}
	if _, err := c.Note(ctx, tx, by, "child.merge", m.Kept, diff, reason); err != nil {
		return err
	}
	opened := []child.Difference{{Field: "state", Before: string(child.Closed), After: string(child.Open)}}
	if _, err := c.Note(ctx, tx, by, "child.merge", m.Dropped, opened, reason); err != nil {
		return err
	}
	if err := audit.Write(ctx, tx, by, "child.merge", "child", m.Kept, map[string]any{"undone": m.Dropped}); err != nil {
		return err
	}
	return c.Settle(ctx, tx, by, m.Kept, m.Dropped)
}
