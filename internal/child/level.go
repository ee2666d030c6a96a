package child

import (
	"cmp"
	"context"
	"slices"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
)

// Set is what other slices tell a file of: fields that are nil stay.
type Set struct {
	Level    *int        // by the assessment that was confirmed
	Leveled  *civil.Date // since when that level holds; nil is today
	Due      *civil.Date // the earliest open duty for the child; the zero date is none
	Screened *civil.Date
	Campaign *ref.Campaign // in which something was entered of the child
	Waits    *string       // what waits to be done on special lists, as func Waits writes it
}

// Tell brings a file up to date with what another slice has found, in that
// slice's transaction; the caller has checked the actor's right to the fact
// and writes its own audit entry.
func (c *Cabinet) Tell(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child, s Set) error {
	return c.TellAll(ctx, tx, by, []News{{id, s}})
}

// News is what is told of one file.
type News struct {
	Child ref.Child
	Set
}

// TellAll is Tell for many files, each named once, with as few statements.
func (c *Cabinet) TellAll(ctx context.Context, tx *db.Tx, by access.Actor, list []News) error {
	for some := range slices.Chunk(list, maxIn) {
		sets, ids := make(map[ref.Child]Set, len(some)), make([]ref.Child, len(some))
		for i, n := range some {
			sets[n.Child], ids[i] = n.Set, n.Child
		}
		rows, err := lockAll(ctx, tx, by, ids)
		if err != nil {
			return err
		}
		if len(rows) < len(some) {
			return errs.Missing()
		}
		if err := c.tell(ctx, tx, rows, sets); err != nil {
			return err
		}
	}
	return nil
}

func (c *Cabinet) tell(ctx context.Context, tx *db.Tx, rows []Child, sets map[ref.Child]Set) error {
	today, counts := civil.DateOf(tx.Now.Time()), counting{}
	var changed, moved []Child // moved stand elsewhere in the lists of their categories
	for _, row := range rows {
		next := row
		if err := sets[row.ID].put(&next, today); err != nil {
			return err
		}
		if next == row {
			continue
		}
		counts.add(row, -1)
		counts.add(next, 1)
		changed = append(changed, next)
		if row.Level != next.Level || row.Due != next.Due {
			moved = append(moved, next)
		}
	}
	if err := setTold(ctx, tx, changed); err != nil {
		return err
	}
	if err := orderCategories(ctx, tx, moved); err != nil {
		return err
	}
	return counts.apply(ctx, tx)
}

// put writes what was told into the row of lists.
func (s Set) put(row *Child, today civil.Date) error {
	if s.Level != nil && *s.Level != row.Level {
		if *s.Level < 0 || *s.Level > MaxLevel {
			return errs.New(errs.Invalid, "风险等级应为1至4级。")
		}
		row.Level, row.Leveled = *s.Level, today
		if s.Leveled != nil {
			row.Leveled = *s.Leveled
		}
	}
	if s.Due != nil {
		row.Due = cmp.Or(s.Due.String(), NoDue)
	}
	if s.Screened != nil {
		row.Screened = *s.Screened
	}
	if s.Campaign != nil {
		row.Campaign = *s.Campaign
	}
	if s.Waits != nil {
		row.Waits = *s.Waits
	}
	return nil
}

// CloseReasons say why a file is closed.
var CloseReasons = []Bar{
	{"grown", "年满十八周岁"},
	{"moved", "迁出本县"},
	{"died", "死亡"},
	{"adopted", "被收养并迁出"},
	{"mistake", "误建或重复"},
	{"undone", "撤销导入"},
}

// Close ends a file for a reason, an id of CloseReasons: it leaves the lists,
// the numbers and the search, and stays readable by its address.
func (c *Cabinet) Close(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child, reason string) error {
	return c.CloseAll(ctx, tx, by, []ref.Child{id}, reason)
}

// CloseAll is Close for at most some hundred files. Of many the journal keeps
// one entry with their ids, as it does where they are opened together.
func (c *Cabinet) CloseAll(ctx context.Context, tx *db.Tx, by access.Actor, ids []ref.Child, reason string) error {
	if err := require(by, "child.close"); err != nil || len(ids) == 0 {
		return err
	}
	rows, err := lockAll(ctx, tx, by, ids)
	switch {
	case err != nil:
		return err
	case len(rows) < len(ids):
		return errs.Missing()
	case slices.ContainsFunc(rows, func(r Child) bool { return r.State == Closed }):
		return errs.New(errs.Conflict, "这份档案已结，不必重复办理。")
	case !known(CloseReasons, reason):
		return errs.New(errs.Invalid, "请选择结束档案的原因。")
	}
	if err := c.Retire(ctx, tx, rows, reason, 0); err != nil {
		return err
	}
	if len(ids) == 1 {
		err = audit.Write(ctx, tx, by, "child.close", "child", ids[0], map[string]string{"reason": reason})
	} else {
		err = audit.Write(ctx, tx, by, "child.close", "child", ref.Child(0), map[string]any{"reason": reason, "ids": ids})
	}
	if err != nil {
		return err
	}
	return c.Settle(ctx, tx, by, ids...)
}

// Retire closes files, perhaps into another. It serves parts as Rewrite does.
func (c *Cabinet) Retire(ctx context.Context, tx *db.Tx, rows []Child, reason string, successor ref.Child) error {
	papers, err := c.Dossiers(ctx, tx, access.Program, idsOf(rows))
	if err != nil {
		return err
	}
	var digests []key
	var names []gram
	counts := counting{}
	for _, r := range rows {
		for _, k := range c.keys(papers[r.ID]) {
			digests = append(digests, key{k, r.ID})
		}
		for _, g := range grams(r.Name) {
			names = append(names, gram{r.Town, []byte(g), r.ID})
		}
		counts.add(r, -1)
	}
	if err := deleteKeys(ctx, tx, digests); err != nil {
		return err
	}
	if err := deleteGrams(ctx, tx, names); err != nil {
		return err
	}
	if err := closeRows(ctx, tx, idsOf(rows), reason, successor); err != nil {
		return err
	}
	return counts.apply(ctx, tx)
}

func idsOf(rows []Child) []ref.Child {
	ids := make([]ref.Child, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	return ids
}

// Reopen brings a closed file back into use.
func (c *Cabinet) Reopen(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child, reason string) error {
	if err := require(by, "child.close"); err != nil {
		return err
	}
	row, err := lock(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if row.State != Closed || row.Successor != 0 {
		return errs.New(errs.Conflict, "只有已结且没有并入其他档案的，才能恢复。")
	}
	if err := c.Raise(ctx, tx, row); err != nil {
		return err
	}
	if _, err := c.Note(ctx, tx, by, "child.close", id, []Difference{{Field: "state", Before: string(Closed), After: string(Open)}}, reason); err != nil {
		return err
	}
	if err := audit.Write(ctx, tx, by, "child.close", "child", id, map[string]string{"reopened": row.Ended}); err != nil {
		return err
	}
	return c.Settle(ctx, tx, by, id)
}

// Raise brings a closed file back. It serves parts as Rewrite does.
func (c *Cabinet) Raise(ctx context.Context, tx *db.Tx, row Child) error {
	d, err := c.dossier(ctx, tx, row.ID)
	if err != nil {
		return err
	}
	var digests []key
	for _, k := range c.keys(d) {
		digests = append(digests, key{k, row.ID})
	}
	if err := db.InsertAll(ctx, tx, "child_key", digests); err != nil {
		return err
	}
	if err := unmatch(ctx, tx, row.ID, row.Version+1); err != nil {
		return err
	}
	next := row
	next.State, next.Ended, next.Successor = Open, "", 0
	next.Band, next.Turns = bandOf(row.Birth, civil.DateOf(tx.Now.Time()))
	return c.Put(ctx, tx, row, next)
}

// Turn moves the files whose age crosses a band into it, some at a time, and
// tells how many. It runs every day, at cost proportional to birthdays, and
// drops the kept numbers that have come to nothing.
func (c *Cabinet) Turn(ctx context.Context, d *db.DB) (int, error) {
	total := 0
	for {
		n := 0
		err := d.WriteLow(ctx, func(tx *db.Tx) error {
			today := civil.DateOf(tx.Now.Time())
			rows, err := turning(ctx, tx, today, turnStep)
			n = len(rows)
			for _, row := range rows {
				next := row
				next.Band, next.Turns = bandOf(row.Birth, today)
				if err := c.Put(ctx, tx, row, next); err != nil {
					return err
				}
				if c.Grown == nil {
					continue
				}
				if err := c.Grown(ctx, tx, next); err != nil {
					return err
				}
			}
			return err
		})
		if total += n; err != nil {
			return total, err
		}
		if n < turnStep {
			return total, d.WriteLow(ctx, func(tx *db.Tx) error { return forgetWaits(ctx, tx) })
		}
	}
}

const turnStep = 200

// Cells gives the kept numbers of a division in the actor's scope, of one
// category or, with "", of all children once.
func (c *Cabinet) Cells(ctx context.Context, tx *db.Tx, by access.Actor, regions []string) ([]Cell, error) {
	if err := MayCount(by, regions); err != nil {
		return nil, err
	}
	return cells(ctx, tx, regions)
}

// Totals gives how many children of each level there are in some divisions:
// cells of all ages and both sexes.
func (c *Cabinet) Totals(ctx context.Context, tx *db.Tx, by access.Actor, regions []string) ([]Cell, error) {
	if err := MayCount(by, regions); err != nil {
		return nil, err
	}
	return totals(ctx, tx, regions)
}

// MayCount tells whether an actor may know the numbers of some divisions.
func MayCount(by access.Actor, regions []string) error {
	if err := by.Require("child.numbers"); err != nil {
		return err
	}
	scope := by.Scope()
	if !by.Can("child.show") { // numbers alone, of the county: the page covers the small ones
		scope = by.Directory()
	}
	for _, r := range regions {
		if !scope.Sees(0, r) {
			return errs.Missing()
		}
	}
	return nil
}
