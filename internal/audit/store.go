package audit

import (
	"context"
	"strings"

	"weibao/internal/access"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/errs"
	"weibao/internal/ref"
)

func insert(tx *db.Tx, entries ...Entry) error { return db.Append(tx, "audit_entry", entries...) }

// Filter chooses entries for the audit administrator; zero fields choose all.
type Filter struct {
	Actor     ref.User
	Action    access.Permission
	Subject   string
	SubjectID int64
	From, To  clock.Instant
	Before    ref.Audit // page key: entries older than this id
	Limit     int
}

// List gives entries, newest first, to an audit administrator.
func List(ctx context.Context, tx *db.Tx, by access.Actor, f Filter) ([]Entry, error) {
	if err := by.Require("audit.list"); err != nil {
		return nil, err
	}
	return list(ctx, tx, f)
}

func list(ctx context.Context, tx *db.Tx, f Filter) ([]Entry, error) {
	var where []string
	var args []any
	add := func(use bool, cond string, arg any) {
		if use {
			where, args = append(where, cond), append(args, arg)
		}
	}
	add(f.Actor != 0, "e.actor = ?", f.Actor)
	add(f.Action != "", "e.action = ?", f.Action)
	add(f.Subject != "", "e.subject = ?", f.Subject)
	add(f.SubjectID != 0, "e.subject_id = ?", f.SubjectID)
	add(f.From != 0, "e.at >= ?", f.From)
	add(f.To != 0, "e.at <= ?", f.To)
	add(f.Before != 0, "e.id < ?", f.Before)
	limit := f.Limit
	if limit <= 0 || limit > 500 {
		limit = 50
	}
	part := func(which string) string {
		return "SELECT * FROM (SELECT " + db.ColumnsOf[Entry]("e") + " FROM audit_entry e WHERE " + strings.Join(append(where, which), " AND ") +
			" ORDER BY e.id DESC LIMIT ?) AS part"
	}
	args = append(args, limit)
	// Indexes by actor and by subject hold what is sealed; what waits for its block is little.
	return db.All[Entry](ctx, tx, "SELECT "+db.ColumnsOf[Entry]("e")+" FROM ("+part("e.block > 0")+" UNION ALL "+part("e.block = 0")+
		") AS e ORDER BY e.id DESC LIMIT ?", append(append(args, args...), limit)...)
}

func openEntries(ctx context.Context, tx *db.Tx, limit int) ([]Entry, error) {
	return db.All[Entry](ctx, tx, "SELECT "+db.ColumnsOf[Entry]("e")+
		" FROM audit_entry e WHERE e.block = 0 ORDER BY e.id LIMIT ?", limit)
}

func blockEntries(ctx context.Context, tx *db.Tx, block int64) ([]Entry, error) {
	return db.All[Entry](ctx, tx, "SELECT "+db.ColumnsOf[Entry]("e")+
		" FROM audit_entry e WHERE e.block = ? ORDER BY e.id", block)
}

func lastBlock(ctx context.Context, tx *db.Tx) (Block, bool, error) {
	return db.Maybe[Block](ctx, tx, "SELECT "+db.ColumnsOf[Block]("b")+" FROM audit_block b ORDER BY b.id DESC LIMIT 1")
}

func blocksAfter(ctx context.Context, tx *db.Tx, id int64, limit int) ([]Block, error) {
	return db.All[Block](ctx, tx, "SELECT "+db.ColumnsOf[Block]("b")+
		" FROM audit_block b WHERE b.id > ? ORDER BY b.id LIMIT ?", id, limit)
}

// insertBlock writes the block and binds its entries to it; rows that another
// process has bound meanwhile make the count differ.
func insertBlock(ctx context.Context, tx *db.Tx, b Block, ids []ref.Audit) error {
	if err := db.Insert(ctx, tx, "audit_block", b); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, "UPDATE audit_entry SET block = ? WHERE block = 0 AND id IN "+db.In(len(ids)),
		append([]any{b.ID}, db.Args(ids)...)...)
	if err == nil && n != int64(len(ids)) {
		return errs.New(errs.Conflict, "审计记录正在被另一进程封存，请重试。")
	}
	return err
}

func countEntries(ctx context.Context, tx *db.Tx) (sealed, open int64, err error) {
	type counts struct{ Sealed, Open int64 }
	c, err := db.Get[counts](ctx, tx, "SELECT count(*) FILTER (WHERE block > 0) AS sealed, count(*) FILTER (WHERE block = 0) AS open FROM audit_entry")
	return c.Sealed, c.Open, err
}

// Standing is how far the journal is sealed.
type Standing struct {
	Blocks int64         // sealed so far
	Sealed clock.Instant // when the last block was made; 0 = never
	Total  int64         // entries bound to blocks
	Open   int64         // entries that wait for a block
	Oldest clock.Instant // of the entries that wait; 0 = none
}

// StandingOf gives how far the journal is sealed to whoever has system.status.
func StandingOf(ctx context.Context, tx *db.Tx, by access.Actor) (Standing, error) {
	if err := by.Require("system.status"); err != nil {
		return Standing{}, err
	}
	last, _, err := lastBlock(ctx, tx)
	if err != nil {
		return Standing{}, err
	}
	type waiting struct {
		N      int64
		Oldest clock.Instant
	}
	w, err := db.Get[waiting](ctx, tx, "SELECT count(*) AS n, coalesce(min(at), 0) AS oldest FROM audit_entry WHERE block = 0")
	return Standing{Blocks: last.ID, Sealed: last.At, Total: last.Total, Open: w.N, Oldest: w.Oldest}, err
}
