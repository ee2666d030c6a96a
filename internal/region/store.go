package region

import (
	"context"
	"fmt"
	"strings"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/ref"
)

const from = " FROM region r WHERE "

func columns() string { return "SELECT " + db.ColumnsOf[Region]("r") }

// visible is the condition of the actor's directory.
func visible(by access.Actor) (string, []any) {
	return by.Directory().Where(access.Columns{Unit: "r.code", Region: "r.code", Town: "r.town", County: "r.county"})
}

func find(ctx context.Context, tx *db.Tx, code string) (Region, bool, error) {
	return db.Maybe[Region](ctx, tx, columns()+from+"r.code = ?", code)
}

func lock(ctx context.Context, tx *db.Tx, code string) (Region, error) {
	return db.Get[Region](ctx, tx, columns()+from+"r.code = ?"+tx.ForUpdate(), code)
}

func children(ctx context.Context, tx *db.Tx, parent string) ([]Region, error) {
	return db.All[Region](ctx, tx, columns()+from+"r.parent = ? AND r.status = 'active' ORDER BY r.code", parent)
}

// Node is a division with the number of those below it.
type Node struct {
	Region
	Below int64
}

func nodes(ctx context.Context, tx *db.Tx, by access.Actor, parent string) ([]Node, error) {
	where, args := visible(by)
	return db.All[Node](ctx, tx, columns()+`, (SELECT count(*) FROM region c WHERE c.parent = r.code AND c.status = 'active') AS below`+
		from+"r.parent = ? AND r.status = 'active' AND "+where+" ORDER BY r.code", append([]any{parent}, args...)...)
}

// Choice is a division to choose: its code, short name and what finds it.
type Choice struct{ Code, ShortName, Search string }

func choices(ctx context.Context, tx *db.Tx, by access.Actor, parent string) ([]Choice, error) {
	where, args := visible(by)
	return db.All[Choice](ctx, tx, "SELECT r.code, r.short_name, r.search"+from+"r.parent = ? AND r.status = 'active' AND "+where+" ORDER BY r.code", append([]any{parent}, args...)...)
}

func names(ctx context.Context, tx *db.Tx, codes []string) ([]Choice, error) {
	return db.All[Choice](ctx, tx, "SELECT r.code, r.short_name, '' AS search"+from+"r.code IN "+db.In(len(codes)), db.Args(codes)...)
}

func gone(ctx context.Context, tx *db.Tx, by access.Actor, after string, limit int) ([]Region, error) {
	where, args := visible(by)
	return db.All[Region](ctx, tx, columns()+from+where+" AND r.status = 'gone' AND r.code > ? ORDER BY r.code LIMIT ?", append(args, after, limit)...)
}

func search(ctx context.Context, tx *db.Tx, by access.Actor, folded string, levels []Level, limit int) ([]Region, error) {
	where, args := visible(by)
	args = append(args, "%"+folded+"%")
	level := ""
	if len(levels) > 0 {
		level = " AND r.level IN " + db.In(len(levels))
		args = append(args, db.Args(levels)...)
	}
	return db.All[Region](ctx, tx, columns()+from+where+" AND r.status = 'active' AND r.search LIKE ?"+level+
		" ORDER BY CASE WHEN r.search LIKE ? THEN 0 ELSE 1 END, r.level, r.code LIMIT ?", append(args, "% "+folded+"%", limit)...)
}

func byCodes(ctx context.Context, tx *db.Tx, codes []string) ([]Region, error) {
	return db.All[Region](ctx, tx, columns()+from+"r.code IN "+db.In(len(codes)), db.Args(codes)...)
}

func under(ctx context.Context, tx *db.Tx, first, last string) ([]Region, error) {
	return db.All[Region](ctx, tx, columns()+from+"r.code BETWEEN ? AND ? ORDER BY r.code", first, last)
}

func insert(ctx context.Context, tx *db.Tx, rows []Region) error {
	return db.InsertAll(ctx, tx, "region", rows)
}

func setName(ctx context.Context, tx *db.Tx, r Region) error {
	return tx.One(ctx, "UPDATE region SET name = ?, short_name = ?, search = ? WHERE code = ?", r.Name, r.ShortName, r.Search, r.Code)
}

func setGone(ctx context.Context, tx *db.Tx, code, successor string, on civil.Date) error {
	return tx.One(ctx, "UPDATE region SET status = 'gone', successor = ?, valid_to = ? WHERE code = ? AND status = 'active'", successor, on, code)
}

// highest gives the largest code in a range, gone ones included.
func highest(ctx context.Context, tx *db.Tx, first, last string) (string, error) {
	return db.Get[string](ctx, tx, "SELECT coalesce(max(code), '') FROM region WHERE code BETWEEN ? AND ?", first, last)
}

func insertChanges(ctx context.Context, tx *db.Tx, rows []Change) error {
	return db.InsertAll(ctx, tx, "region_change", rows)
}

func changesOf(ctx context.Context, tx *db.Tx, code string) ([]Change, error) {
	return db.All[Change](ctx, tx, "SELECT "+db.ColumnsOf[Change]("c")+" FROM region_change c WHERE c.code = ? OR c.other = ? ORDER BY c.id DESC LIMIT 500", code, code)
}

// chain follows successors to the division in force.
func chain(ctx context.Context, tx *db.Tx, code string) (Region, error) {
	return db.Get[Region](ctx, tx, `WITH RECURSIVE step(code, n) AS (
			SELECT code, 0 FROM region WHERE code = ?
			UNION ALL
			SELECT r.successor, step.n + 1 FROM step JOIN region r ON r.code = step.code WHERE r.status = 'gone' AND step.n < 1000
		) `+columns()+" FROM step JOIN region r ON r.code = step.code WHERE r.status = 'active' LIMIT 1", code)
}

// Move is a code that things may still hold, with the one in its place.
type Move struct{ OldCode, NewCode string }

func moves(ctx context.Context, tx *db.Tx, first, last string) ([]Move, error) {
	return db.All[Move](ctx, tx, `WITH RECURSIVE step(old_code, code, n) AS (
			SELECT code, successor, 1 FROM region WHERE status = 'gone' AND code BETWEEN ? AND ?
			UNION ALL
			SELECT step.old_code, r.successor, step.n + 1 FROM step JOIN region r ON r.code = step.code WHERE r.status = 'gone' AND step.n < 1000
		) SELECT step.old_code, r.code AS new_code FROM step JOIN region r ON r.code = step.code WHERE r.status = 'active' ORDER BY step.old_code`, first, last)
}

func count(ctx context.Context, tx *db.Tx, by access.Actor) ([]LevelCount, error) {
	where, args := visible(by)
	return db.All[LevelCount](ctx, tx, "SELECT r.level, count(*) AS n FROM region r WHERE r.status = 'active' AND "+where+" GROUP BY r.level ORDER BY r.level", args...)
}

// LevelCount is how many divisions in force stand on a level.
type LevelCount struct {
	Level Level
	N     int64
}

// ancestors gives the codes of the divisions above, highest first.
func ancestors(code string) []string {
	var codes []string
	for _, n := range []int{2, 4, 6, 9} {
		if above := code[:n] + strings.Repeat("0", 12-n); above != code && (len(codes) == 0 || codes[len(codes)-1] != above) {
			codes = append(codes, above)
		}
	}
	return codes
}

func local(parent string, level Level, n int) string {
	if level == Township {
		return fmt.Sprintf("%s%03d000", parent[:6], n)
	}
	return fmt.Sprintf("%s%03d", parent[:9], n)
}

func insertUpload(ctx context.Context, tx *db.Tx, u Upload) error {
	return db.Insert(ctx, tx, "region_upload", u)
}

func upload(ctx context.Context, tx *db.Tx, holder ref.User, id UploadID) (Upload, error) {
	return db.Get[Upload](ctx, tx, "SELECT "+db.ColumnsOf[Upload]("u")+" FROM region_upload u WHERE u.id = ? AND u.holder = ?", id, holder)
}

func dropUpload(ctx context.Context, tx *db.Tx, id UploadID) error {
	return tx.One(ctx, "DELETE FROM region_upload WHERE id = ?", id)
}

func dropUploads(ctx context.Context, tx *db.Tx, before clock.Instant) error {
	_, err := tx.Exec(ctx, "DELETE FROM region_upload WHERE at < ?", before)
	return err
}
