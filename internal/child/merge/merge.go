// Package merge is where two files turn out to be those of one child: the
// pairs that a person judges 「疑似重复」, uniting two files, and taking that back.
//
// It owns child_pair and child_merge. It promises that whoever sees one file of
// a pair only learns nothing of the other but its county; that a merger and its
// undoing leave both files as they were, except where somebody changed them
// since; that "not the same" is remembered. It decides nothing by itself: what
// looks alike is for a person to judge, and the Cabinet writes the files.
package merge

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"weibao/internal/access"
	"weibao/internal/audit"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
	"weibao/internal/vault"
)

// Side says whose value of a part the merged file takes.
type Side string

// The sides of a merger.
const (
	Kept    Side = "kept"
	Dropped Side = "dropped"
	Both    Side = "both" // of parts that unite
)

// Merging is what a person decided about two files of one child.
type Merging struct {
	Keep, Drop ref.Child
	// Versions of both that the person saw; 0 = any.
	KeepVersion, DropVersion int64
	Take                     map[string]Side // by key of Part; what is missing stays as the kept file has it
	Reason                   string
}

// Merger is a merger as it is stored.
type Merger struct {
	ID         ref.Audit
	Kept       ref.Child
	Dropped    ref.Child
	At         clock.Instant
	ByUser     ref.User
	ByName     string
	Sealed     []byte
	Undone     clock.Instant
	UndoneBy   ref.User
	UndoneName string
}

// memory is what undoing a merger needs to know.
type memory struct {
	Row, Joined child.Child // the kept file's row before and after
	Was, Became child.New   // its content before and after
	Drop        child.Child // the dropped file's row before
	Added       []int64
	Started     map[int64]civil.Date // of categories whose beginning moved back
	Pair        *Pair                // as it stood before
}

// Merge unites two files of one child: one is kept with the chosen values, the
// categories of both and the higher level; the other is closed and leads to it.
func Merge(ctx context.Context, tx *db.Tx, c *child.Cabinet, by access.Actor, m Merging) (ref.Audit, error) {
	if err := by.Require("child.merge"); err != nil {
		return 0, err
	}
	if strings.TrimSpace(m.Reason) == "" {
		return 0, errs.Fields{"reason": "请说明认定为同一人的依据，例如“户口簿核对”“与监护人核实”。"}.Err()
	}
	keep, drop, was, other, err := loadBoth(ctx, tx, c, by, m)
	if err != nil {
		return 0, err
	}
	if n, err := openRequests(ctx, tx, drop.ID); err != nil || n > 0 {
		return 0, cmp.Or(err, error(errs.New(errs.Conflict, "不保留的那份档案还有申请没有办结（更正、转出等），请先办结再合并。")))
	}
	after, err := m.compose(was, other)
	if err != nil {
		return 0, err
	}
	if err := after.Normalize(civil.DateOf(tx.Now.Time())); err != nil {
		return 0, err
	}
	if !by.Scope().Sees(after.Unit, after.Region) {
		return 0, child.Outside()
	}
	mem := memory{Row: keep, Was: was, Became: after, Drop: drop}
	if mem.Pair, err = mergedPair(ctx, tx, by, keep, drop); err != nil {
		return 0, err
	}
	if err := c.Rewrite(ctx, tx, keep, was, after); err != nil {
		return 0, err
	}
	if err := unite(ctx, tx, c, by, &mem); err != nil {
		return 0, err
	}
	if err := c.Retire(ctx, tx, []child.Child{drop}, "mistake", keep.ID); err != nil {
		return 0, err
	}
	return remember(ctx, tx, c, by, m, mem)
}

// loadBoth locks both files in one order for all, so that two mergers of the
// same files take turns.
func loadBoth(ctx context.Context, tx *db.Tx, c *child.Cabinet, by access.Actor, m Merging) (keep, drop child.Child, was, other child.New, err error) {
	if m.Keep == m.Drop {
		return keep, drop, was, other, errs.New(errs.Invalid, "请选择两份不同的档案。")
	}
	if m.Keep < m.Drop {
		if keep, was, err = c.Load(ctx, tx, by, m.Keep); err == nil {
			drop, other, err = c.Load(ctx, tx, by, m.Drop)
		}
	} else {
		if drop, other, err = c.Load(ctx, tx, by, m.Drop); err == nil {
			keep, was, err = c.Load(ctx, tx, by, m.Keep)
		}
	}
	if err == nil && (m.KeepVersion != 0 && m.KeepVersion != keep.Version || m.DropVersion != 0 && m.DropVersion != drop.Version) {
		err = errs.New(errs.Conflict, "其中一份档案刚刚被他人修改，请刷新后重新核对。")
	}
	return keep, drop, was, other, err
}

// compose makes the content of the merged file.
func (m Merging) compose(was, other child.New) (child.New, error) {
	f := errs.Fields{}
	after := was.Clone()
	for key, side := range m.Take {
		p, known := child.PartOf(key)
		f.Check(known && (side != Both || p.Unites()), key, "这一项不能这样选择，请重新选择。")
		switch {
		case !known:
		case side == Dropped:
			p.Copy(&after, other)
		case side == Both && p.Unites():
			p.Unite(&after, other)
		}
	}
	after.Settle()
	return after, f.Err()
}

// unite gives the kept file the categories of both, the higher level, the
// earlier due and the later screening.
func unite(ctx context.Context, tx *db.Tx, c *child.Cabinet, by access.Actor, mem *memory) error {
	now, err := c.Get(ctx, tx, by, mem.Row.ID)
	if err != nil {
		return err
	}
	next := now
	if mem.Drop.Level > next.Level {
		next.Level, next.Leveled = mem.Drop.Level, mem.Drop.Leveled
	}
	next.Due, next.Screened = min(next.Due, mem.Drop.Due), later(next.Screened, mem.Drop.Screened)
	held, err := child.CategoriesOf(ctx, tx, now.ID)
	if err != nil {
		return err
	}
	more, err := child.CategoriesOf(ctx, tx, mem.Drop.ID)
	if err != nil {
		return err
	}
	mem.Started = map[int64]civil.Date{}
	for _, h := range more {
		if !h.Ended.IsZero() {
			continue
		}
		i := slices.IndexFunc(held, func(own child.Category) bool { return own.Ended.IsZero() && own.Category == h.Category })
		if i < 0 {
			id, err := move(ctx, tx, c, h, next)
			if err != nil {
				return err
			}
			mem.Added = append(mem.Added, id)
			next.Categories = child.Joined(append(next.CategoryIDs(), h.Category))
		} else if h.Started.Before(held[i].Started) {
			mem.Started[held[i].ID] = held[i].Started
			if err := startCategory(ctx, tx, held[i].ID, h.Started); err != nil {
				return err
			}
		}
	}
	mem.Joined = next
	return c.Put(ctx, tx, now, next)
}

// move copies a category into another file, its evidence sealed anew.
func move(ctx context.Context, tx *db.Tx, c *child.Cabinet, h child.Category, to child.Child) (int64, error) {
	words, err := c.Vault.OpenText(ctx, tx, vault.GroupOf("child", h.Child), child.EvidenceField(h.ID), h.Evidence)
	if err != nil {
		return 0, err
	}
	h.ID, h.Child = int64(ref.New[ref.Audit](tx.Now.Time())), to.ID
	h.Region, h.Town, h.County, h.Level, h.Due = to.Region, to.Town, to.County, to.Level, to.Due
	if h.Evidence, err = c.Vault.SealText(ctx, tx, vault.GroupOf("child", to.ID), child.EvidenceField(h.ID), words); err != nil {
		return 0, err
	}
	return h.ID, db.Insert(ctx, tx, "child_category", h)
}

// mergedPair marks the pair and gives it as it stood.
func mergedPair(ctx context.Context, tx *db.Tx, by access.Actor, keep, drop child.Child) (*Pair, error) {
	p, known, err := pairOf(ctx, tx, min(keep.ID, drop.ID), max(keep.ID, drop.ID))
	if err != nil || !known {
		return nil, err
	}
	before := p
	p.State, p.Decided, p.DecidedBy, p.DecidedName = Merged, tx.Now, by.User, by.Name
	return &before, putPair(ctx, tx, p)
}

// remember stores the merger with what undoes it, and tells of it in both files.
func remember(ctx context.Context, tx *db.Tx, c *child.Cabinet, by access.Actor, m Merging, mem memory) (ref.Audit, error) {
	plain, err := json.Marshal(mem)
	if err != nil {
		return 0, err
	}
	row := Merger{ID: ref.New[ref.Audit](tx.Now.Time()), Kept: m.Keep, Dropped: m.Drop, At: tx.Now, ByUser: by.User, ByName: by.Name}
	if row.Sealed, err = c.Vault.Seal(ctx, tx, vault.GroupOf("child", m.Keep), mergeField(row.ID), plain); err != nil {
		return 0, err
	}
	if err := db.Insert(ctx, tx, "child_merge", row); err != nil {
		return 0, err
	}
	if _, err := c.Note(ctx, tx, by, "child.merge", m.Keep, child.Differences(mem.Was, mem.Became), m.Reason); err != nil {
		return 0, err
	}
	closed := []child.Difference{{Field: "state", Before: string(child.Open), After: string(child.Closed)}}
	if _, err := c.Note(ctx, tx, by, "child.merge", m.Drop, closed, m.Reason); err != nil {
		return 0, err
	}
	if err := audit.Write(ctx, tx, by, "child.merge", "child", m.Keep, map[string]any{"dropped": m.Drop}); err != nil {
		return 0, err
	}
	return row.ID, c.Settle(ctx, tx, by, m.Drop, m.Keep)
}

func mergeField(id ref.Audit) vault.Field {
	return vault.Field{Table: "child_merge", Column: "sealed", Row: int64(id)}
}

// Merges lists the mergers that hold into a file, the latest first.
func Merges(ctx context.Context, tx *db.Tx, c *child.Cabinet, by access.Actor, id ref.Child) ([]Merger, error) {
	if _, err := c.Get(ctx, tx, by, id); err != nil {
		return nil, err
	}
	return mergesInto(ctx, tx, id)
}

// later gives the later of two days, earlier the earlier one that is known.
func later(a, b civil.Date) civil.Date {
	if b.After(a) {
		return b
	}
	return a
}
