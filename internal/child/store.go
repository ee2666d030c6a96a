package child

import (
	"context"
	"maps"
	"slices"
	"strings"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/clock"
	"weibao/internal/db"
	"weibao/internal/ref"
)

var columns = db.ColumnsOf[Child]("c")

// listed are the columns that lists show, beside the key and what follows from
// the others; reading all of them takes as long again.
const listed = "c.name, c.sex, c.birth, c.guessed, c.unit, c.region, c.school, c.grade, c.level, c.leveled, c.categories"

type dossierRow struct {
	Child  ref.Child
	Sealed []byte
}

type gram struct {
	Town  string
	Gram  []byte
	Child ref.Child
}

type key struct {
	Digest int64
	Child  ref.Child
}

// visible is the scope of an actor over files. The program sees all.
func visible(by access.Actor) (string, []any) {
	if by.User == access.Program.User {
		return "1 = 1", nil
	}
	return by.Scope().Where(access.ScopeColumns("c"))
}

func get(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child) (Child, error) {
	where, args := visible(by)
	return db.Get[Child](ctx, tx, "SELECT "+columns+" FROM child c WHERE c.id = ? AND "+where, append([]any{id}, args...)...)
}

func lock(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child) (Child, error) {
	where, args := visible(by)
	return db.Get[Child](ctx, tx, "SELECT "+columns+" FROM child c WHERE c.id = ? AND "+where+tx.ForUpdate(), append([]any{id}, args...)...)
}

// lockAll is lock for at most maxIn files; those that the actor does not see are left out.
func lockAll(ctx context.Context, tx *db.Tx, by access.Actor, ids []ref.Child) ([]Child, error) {
	where, args := visible(by)
	return db.All[Child](ctx, tx, "SELECT "+columns+" FROM child c WHERE c.id IN "+db.In(len(ids))+" AND "+where+" ORDER BY c.id"+tx.ForUpdate(), append(db.Args(ids), args...)...)
}

// setTold writes what other slices tell of files.
func setTold(ctx context.Context, tx *db.Tx, rows []Child) error {
	if len(rows) == 0 {
		return nil
	}
	args := make([]any, 0, 8*len(rows)+1)
	for _, c := range rows {
		args = append(args, c.ID, c.Level, c.Leveled, c.Due, c.Screened, c.Campaign, c.Waits, c.Version+1)
	}
	_, err := tx.Exec(ctx, `WITH v(id, level, leveled, due, screened, campaign, waits, version) AS (VALUES
		(CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS BIGINT), CAST(? AS TEXT), CAST(? AS BIGINT))`+
		strings.Repeat(", (?, ?, ?, ?, ?, ?, ?, ?)", len(rows)-1)+`) UPDATE child SET level = v.level, leveled = v.leveled, due = v.due, screened = v.screened,
		campaign = v.campaign, waits = v.waits, version = v.version, changed = ? FROM v WHERE child.id = v.id`,
		append(args, tx.Now)...)
	return err
}

// orderCategories gives the open categories of files their level and due.
func orderCategories(ctx context.Context, tx *db.Tx, rows []Child) error {
	if len(rows) == 0 {
		return nil
	}
	args := make([]any, 0, 3*len(rows))
	for _, c := range rows {
		args = append(args, c.ID, c.Level, c.Due)
	}
	_, err := tx.Exec(ctx, "WITH v(id, level, due) AS (VALUES (CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS TEXT))"+strings.Repeat(", (?, ?, ?)", len(rows)-1)+
		") UPDATE child_category SET level = v.level, due = v.due FROM v WHERE child_category.child = v.id AND child_category.ended = ''", args...)
	return err
}

// measure makes statistics of what is searched by keys.
func measure(ctx context.Context, tx *db.Tx) error {
	if tx.Dialect != db.Postgres {
		return nil
	}
	_, err := tx.Exec(ctx, "ANALYZE child, child_key, child_gram, child_category")
	return err
}

func insertAll(ctx context.Context, tx *db.Tx, b *Batch) error {
	if err := db.InsertAll(ctx, tx, "child", b.rows); err != nil {
		return err
	}
	if err := db.InsertAll(ctx, tx, "child_dossier", b.papers); err != nil {
		return err
	}
	if err := db.InsertAll(ctx, tx, "child_category", b.holds); err != nil {
		return err
	}
	if err := db.InsertAll(ctx, tx, "child_gram", b.names); err != nil {
		return err
	}
	if err := db.InsertAll(ctx, tx, "child_key", b.digests); err != nil {
		return err
	}
	if err := db.InsertAll(ctx, tx, "child_unmatched", b.fresh); err != nil {
		return err
	}
	return b.counts.apply(ctx, tx)
}

func update(ctx context.Context, tx *db.Tx, c Child) error {
	return tx.One(ctx, `UPDATE child SET name = ?, sex = ?, birth = ?, guessed = ?, region = ?, town = ?, county = ?, unit = ?, school = ?, grade = ?,
		level = ?, leveled = ?, due = ?, screened = ?, categories = ?, band = ?, turns = ?, state = ?, ended = ?, successor = ?, version = ?, changed = ? WHERE id = ?`,
		c.Name, c.Sex, c.Birth, c.Guessed, c.Region, c.Town, c.County, c.Unit, c.School, c.Grade,
		c.Level, c.Leveled, c.Due, c.Screened, c.Categories, c.Band, c.Turns, c.State, c.Ended, c.Successor, c.Version, c.Changed, c.ID)
}

func updateDossier(ctx context.Context, tx *db.Tx, id ref.Child, sealed []byte) error {
	return tx.One(ctx, "UPDATE child_dossier SET sealed = ? WHERE child = ?", sealed, id)
}

func sealedDossier(ctx context.Context, tx *db.Tx, id ref.Child) ([]byte, error) {
	return db.Get[[]byte](ctx, tx, "SELECT sealed FROM child_dossier WHERE child = ?", id)
}

func sealedDossiers(ctx context.Context, tx *db.Tx, by access.Actor, ids []ref.Child) ([]dossierRow, error) {
	where, more := visible(by)
	var out []dossierRow
	for some := range slices.Chunk(ids, maxIn) {
		rows, err := db.All[dossierRow](ctx, tx, "SELECT p.child, p.sealed FROM child_dossier p JOIN child c ON c.id = p.child WHERE p.child IN "+
			db.In(len(some))+" AND "+where, append(db.Args(some), more...)...)
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	return out, nil
}

// maxIn bounds the values of one IN list.
const maxIn = 500

// placeCategories gives the open categories of a file its place, level and due.
func placeCategories(ctx context.Context, tx *db.Tx, c Child) error {
	_, err := tx.Exec(ctx, "UPDATE child_category SET region = ?, town = ?, county = ?, level = ?, due = ? WHERE child = ? AND ended = ''",
		c.Region, c.Town, c.County, c.Level, c.Due, c.ID)
	return err
}

func endCategory(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Child, category string, on civil.Date, reason string) error {
	return tx.One(ctx, "UPDATE child_category SET ended = ?, ended_by = ?, reason = ? WHERE child = ? AND category = ? AND ended = ''",
		on, by.User, reason, id, category)
}

// CategoriesOf gives the categories of a file, those that hold first.
func CategoriesOf(ctx context.Context, tx *db.Tx, id ref.Child) ([]Category, error) {
	list, err := db.All[Category](ctx, tx, "SELECT "+db.ColumnsOf[Category]("h")+" FROM child_category h WHERE h.child = ? AND h.ended = '' ORDER BY h.id", id)
	if err != nil {
		return nil, err
	}
	past, err := db.All[Category](ctx, tx, "SELECT "+db.ColumnsOf[Category]("h")+" FROM child_category h WHERE h.child = ? AND h.ended <> '' ORDER BY h.id DESC", id)
	return append(list, past...), err
}

// deleteGrams and deleteKeys name rows by their whole key, so that each is found at once.
func deleteGrams(ctx context.Context, tx *db.Tx, list []gram) error {
	for some := range slices.Chunk(list, maxIn) {
		args := make([]any, 0, 3*len(some))
		for _, g := range some {
			args = append(args, g.Town, g.Gram, g.Child)
		}
		_, err := tx.Exec(ctx, "DELETE FROM child_gram WHERE (town, gram, child) IN (VALUES (CAST(? AS TEXT), CAST(? AS "+bytesOf(tx)+"), CAST(? AS BIGINT))"+
			strings.Repeat(", (?, ?, ?)", len(some)-1)+")", args...)
		if err != nil {
			return err
		}
	}
	return nil
}

// bytesOf is the database's word for bytes, where a statement must say of which kind its arguments are.
func bytesOf(tx *db.Tx) string {
	if tx.Dialect == db.Postgres {
		return "BYTEA"
	}
	return "BLOB"
}

func deleteKeys(ctx context.Context, tx *db.Tx, list []key) error {
	for some := range slices.Chunk(list, maxIn) {
		args := make([]any, 0, 2*len(some))
		for _, k := range some {
			args = append(args, k.Digest, k.Child)
		}
		_, err := tx.Exec(ctx, "DELETE FROM child_key WHERE (digest, child) IN (VALUES (CAST(? AS BIGINT), CAST(? AS BIGINT))"+strings.Repeat(", (?, ?)", len(some)-1)+")", args...)
		if err != nil {
			return err
		}
	}
	return nil
}

// closeRows takes files out of the lists, and their categories out of the order by due.
func closeRows(ctx context.Context, tx *db.Tx, ids []ref.Child, reason string, successor ref.Child) error {
	_, err := tx.Exec(ctx, "UPDATE child_category SET due = ? WHERE ended = '' AND due <> ? AND child IN "+db.In(len(ids)), append([]any{NoDue, NoDue}, db.Args(ids)...)...)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "UPDATE child SET state = ?, ended = ?, successor = ?, due = ?, version = version + 1, changed = ? WHERE id IN "+db.In(len(ids)),
		append([]any{Closed, reason, successor, NoDue, tx.Now}, db.Args(ids)...)...)
	return err
}

func changes(ctx context.Context, tx *db.Tx, ids []ref.Child) ([]Past, error) {
	return db.All[Past](ctx, tx, "SELECT "+db.ColumnsOf[Past]("p")+" FROM child_change p WHERE p.child IN "+db.In(len(ids))+" ORDER BY p.id DESC LIMIT 200", db.Args(ids)...)
}

func looks(ctx context.Context, tx *db.Tx, ids []ref.Child) ([]Look, error) {
	return db.All[Look](ctx, tx, "SELECT "+db.ColumnsOf[Look]("l")+" FROM child_reveal l WHERE l.child IN "+db.In(len(ids))+" ORDER BY l.id DESC LIMIT 200", db.Args(ids)...)
}

func looked(ctx context.Context, tx *db.Tx, who ref.User, id ref.Child, since clock.Instant) (bool, error) {
	return db.Get[bool](ctx, tx, "SELECT EXISTS (SELECT 1 FROM child_reveal l WHERE l.child = ? AND l.actor = ? AND l.at >= ?)", id, who, since)
}

// byGram finds by the beginning of what a name is found by, town by town of
// the scope, so that each is one range of the table's key.
func byGram(ctx context.Context, tx *db.Tx, by access.Actor, folded string, limit int) ([]Child, error) {
	towns, err := townsOf(ctx, tx, by)
	if err != nil {
		return nil, err
	}
	var ids []ref.Child
	for some := range slices.Chunk(towns, maxIn) {
		more, err := beginning(ctx, tx, by, some, folded, limit-len(ids))
		if err != nil {
			return nil, err
		}
		if ids = append(ids, more...); len(ids) >= limit {
			break
		}
	}
	where, args := visible(by)
	return db.All[Child](ctx, tx, "SELECT "+columns+" FROM child c WHERE c.id IN "+db.In(len(ids))+" AND "+where+" ORDER BY c.id", append(db.Args(ids), args...)...)
}

// beginning gives some files, each once, of which an entry begins with a text.
// DISTINCT would make PostgreSQL read all that there are; so a few entries are
// read, and more where many belong to the same files. Each is asked for its file:
// of a join it would, from some millions on, read all files of the county.
func beginning(ctx context.Context, tx *db.Tx, by access.Actor, towns []string, folded string, limit int) ([]ref.Child, error) {
	where, args := visible(by)
	for read := 2 * limit; ; read *= 8 {
		all := slices.Concat(db.Args(towns), []any{[]byte(folded), after(folded)}, args, []any{read})
		list, err := db.All[ref.Child](ctx, tx, "SELECT g.child FROM child_gram g WHERE g.town IN "+db.In(len(towns))+
			" AND g.gram >= ? AND g.gram < ? AND (SELECT 1 FROM child c WHERE c.id = g.child AND c.state = 'open' AND "+where+") = 1 LIMIT ?", all...)
		full := len(list) == read
		slices.Sort(list)
		if list = slices.Compact(list); err != nil || len(list) >= limit || !full {
			return list[:min(limit, len(list))], err
		}
	}
}

// after is the first value beyond all that begin with a text.
func after(prefix string) []byte { return append([]byte(prefix), 0xff) }

// townsOf lists the towns of a scope in which there are files.
func townsOf(ctx context.Context, tx *db.Tx, by access.Actor) ([]string, error) {
	scope := by.Scope()
	prefix := access.Prefix(scope.Region)
	if scope.Reach == access.InRegion && len(prefix) >= 9 {
		return []string{prefix[:9]}, nil
	}
	low, high := "", "999999999"
	if scope.Reach == access.InRegion {
		low, high = prefix, prefix+"999999999"
	}
	return Towns(ctx, tx, low, high)
}

// Towns lists the towns between two in which there are files.
func Towns(ctx context.Context, tx *db.Tx, low, high string) ([]string, error) {
	// A skip from town to town over the key, for DISTINCT would read it all.
	return db.All[string](ctx, tx, `WITH RECURSIVE t(town) AS (
		SELECT (SELECT g.town FROM child_gram g WHERE g.town >= ? AND g.town <= ? ORDER BY g.town LIMIT 1)
		UNION ALL SELECT (SELECT g.town FROM child_gram g WHERE g.town > t.town AND g.town <= ? ORDER BY g.town LIMIT 1) FROM t WHERE t.town IS NOT NULL)
		SELECT town FROM t WHERE town IS NOT NULL`, low, high, high)
}

func byDigest(ctx context.Context, tx *db.Tx, by access.Actor, which string, digests []int64, limit int) ([]Child, error) {
	where, args := visible(by)
	all := slices.Concat(db.Args(digests), args, []any{limit})
	return db.All[Child](ctx, tx, "SELECT DISTINCT "+columns+" FROM child_key k JOIN child c ON c.id = k.child WHERE "+which+
		" AND c.state = 'open' AND "+where+" ORDER BY c.id LIMIT ?", all...)
}

func keysOf(ctx context.Context, tx *db.Tx, by access.Actor, digests map[int64]string) ([]key, error) {
	where, more := visible(by)
	var out []key
	for some := range slices.Chunk(slices.Sorted(maps.Keys(digests)), maxIn) {
		rows, err := db.All[key](ctx, tx, "SELECT k.digest, k.child FROM child_key k CROSS JOIN child c WHERE c.id = k.child AND k.digest IN "+db.In(len(some))+
			" AND c.state = 'open' AND "+where+" ORDER BY k.child", append(db.Args(some), more...)...)
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	return out, nil
}

// list merges the indexes of the levels. SQLite takes from each no more than the
// page shows; PostgreSQL would read all of them and sort, so there the keys of
// a page are found in each level first, and the rows read for what is shown.
func list(ctx context.Context, tx *db.Tx, f Filter, p place) ([]Child, error) {
	levels := []int{f.Level}
	if f.Level == AnyLevel && p.column != "unit" {
		levels = []int{0, 1, 2, 3, 4}
	}
	var parts []string
	var args []any
	for _, level := range levels {
		text, more := part(f, p, level, tx.Dialect == db.SQLite)
		if tx.Dialect == db.Postgres {
			text, more = "SELECT * FROM ("+text+" ORDER BY due, id LIMIT ?) AS p", append(more, f.Limit)
		}
		parts, args = append(parts, text), append(args, more...)
	}
	text, args := strings.Join(parts, " UNION ALL ")+" ORDER BY due, id LIMIT ?", append(args, f.Limit)
	if tx.Dialect == db.Postgres {
		text = "SELECT k.due, k.id, " + listed + " FROM (" + text + ") AS k JOIN child c ON c.id = k.id ORDER BY k.due, k.id"
	}
	return db.All[Child](ctx, tx, text, args...)
}

// part finds the files of one level: their keys, or whole.
func part(f Filter, p place, level int, whole bool) (string, []any) {
	from, alias, id := " FROM child c WHERE c.state = 'open' AND ", "c", "c.id"
	var args []any
	switch {
	case f.Category != "" && p.column != "unit":
		from, alias, id = " FROM child_category h JOIN child c ON c.id = h.child WHERE h.ended = '' AND c.state = 'open' AND h.category = ? AND ", "h", "h.child"
		args = append(args, f.Category)
	case f.Category != "":
		from += "c.categories LIKE ? AND "
		args = append(args, "% "+f.Category+" %")
	}
	text := "SELECT " + alias + ".due AS due, " + id + " AS id"
	if whole {
		text += ", " + listed
	}
	text += from + alias + "." + p.column + " = ?"
	args = append(args, p.value)
	if level != AnyLevel {
		text, args = text+" AND "+alias+".level = ?", append(args, level)
	}
	if f.Sex != "" {
		text, args = text+" AND c.sex = ?", append(args, f.Sex)
	}
	if f.Age != 0 {
		text, args = text+" AND c.band = ?", append(args, f.Age-1)
	}
	if f.After != (Key{}) {
		text, args = text+" AND ("+alias+".due, "+id+") > (?, ?)", append(args, f.After.Due, f.After.ID)
	}
	return text, args
}

// addCells adds to the kept numbers.
func addCells(ctx context.Context, tx *db.Tx, cells []Cell) error {
	for some := range slices.Chunk(cells, 100) {
		args := make([]any, 0, 6*len(some))
		for _, c := range some {
			args = append(args, c.Region, c.Category, c.Level, c.Sex, c.Band, c.N)
		}
		_, err := tx.Exec(ctx, "INSERT INTO child_count (region, category, level, sex, band, n) VALUES "+
			strings.TrimSuffix(strings.Repeat("(?,?,?,?,?,?),", len(some)), ",")+
			" ON CONFLICT (region, category, level, sex, band) DO UPDATE SET n = child_count.n + excluded.n", args...)
		if err != nil {
			return err
		}
	}
	return nil
}

// addWaits adds to the kept numbers of what waits.
func addWaits(ctx context.Context, tx *db.Tx, waits []wait) error {
	for some := range slices.Chunk(waits, 100) {
		args := make([]any, 0, 5*len(some))
		for _, w := range some {
			args = append(args, w.Region, w.Due, w.Kind, w.Categories, w.N)
		}
		_, err := tx.Exec(ctx, "INSERT INTO child_wait (region, due, kind, categories, n) VALUES "+strings.TrimSuffix(strings.Repeat("(?,?,?,?,?),", len(some)), ",")+
			" ON CONFLICT (region, due, kind, categories) DO UPDATE SET n = child_wait.n + excluded.n", args...)
		if err != nil {
			return err
		}
	}
	return nil
}

// forgetWaits drops the numbers of days for which nothing waits any more.
func forgetWaits(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, "DELETE FROM child_wait WHERE n = 0")
	return err
}

// waiting sums what waits in a place: whenever, and before a day.
func waiting(ctx context.Context, tx *db.Tx, region string, on civil.Date, categories []string) ([]Waiting, error) {
	where, args := "", []any{region, on}
	for _, c := range categories {
		where, args = where+" OR w.categories LIKE ?", append(args, "% "+c+" %")
	}
	if where != "" {
		where = " AND (" + strings.TrimPrefix(where, " OR ") + ")"
	}
	return db.All[Waiting](ctx, tx, "SELECT w.kind, w.categories, CAST(sum(CASE w.due WHEN '' THEN w.n ELSE 0 END) AS BIGINT) AS n, CAST(sum(CASE w.due WHEN '' THEN 0 ELSE w.n END) AS BIGINT) AS late"+
		" FROM child_wait w WHERE w.region = ? AND w.due < ?"+where+" GROUP BY w.kind, w.categories", args...)
}

func turning(ctx context.Context, tx *db.Tx, today civil.Date, limit int) ([]Child, error) {
	return db.All[Child](ctx, tx, "SELECT "+columns+" FROM child c WHERE c.state = 'open' AND c.turns <> '' AND c.turns <= ? ORDER BY c.turns, c.id LIMIT ?"+
		tx.SkipLocked(), today, limit)
}

func cells(ctx context.Context, tx *db.Tx, regions []string) ([]Cell, error) {
	return db.All[Cell](ctx, tx, "SELECT region, category, level, sex, band, n FROM child_count WHERE n <> 0 AND region IN "+db.In(len(regions))+
		" ORDER BY region, category, level, sex, band", db.Args(regions)...)
}

func totals(ctx context.Context, tx *db.Tx, regions []string) ([]Cell, error) {
	return db.All[Cell](ctx, tx, "SELECT region, level, CAST(sum(n) AS BIGINT) AS n FROM child_count WHERE category = '' AND region IN "+db.In(len(regions))+
		" GROUP BY region, level ORDER BY region, level", db.Args(regions)...)
}

// recount counts everything anew and takes from it what is kept.
func recount(ctx context.Context, tx *db.Tx) (counting, error) {
	truth := counting{cells: map[Cell]int64{}, waits: map[wait]int64{}}
	rows, err := db.All[Child](ctx, tx, "SELECT "+columns+" FROM child c WHERE c.state = 'open'")
	if err != nil {
		return truth, err
	}
	for _, r := range rows {
		truth.add(r, 1)
	}
	kept, err := db.All[Cell](ctx, tx, "SELECT region, category, level, sex, band, n FROM child_count WHERE n <> 0")
	if err != nil {
		return truth, err
	}
	for _, k := range kept {
		n := k.N
		k.N = 0
		truth.cells[k] -= n
	}
	waits, err := db.All[wait](ctx, tx, "SELECT "+db.ColumnsOf[wait]("w")+" FROM child_wait w WHERE w.n <> 0")
	for _, w := range waits {
		n := w.N
		w.N = 0
		truth.waits[w] -= n
	}
	return truth, err
}

// walk gives open files of a scope in the order of their ids.
func walk(ctx context.Context, tx *db.Tx, by access.Actor, after ref.Child, limit int) ([]Child, error) {
	where, args := visible(by)
	return db.All[Child](ctx, tx, "SELECT "+columns+" FROM child c WHERE c.state = 'open' AND c.id > ? AND "+where+" ORDER BY c.id LIMIT ?",
		slices.Concat([]any{after}, args, []any{limit})...)
}

// united lists a file and all that were merged into it.
func united(ctx context.Context, tx *db.Tx, id ref.Child) ([]ref.Child, error) {
	return db.All[ref.Child](ctx, tx, `WITH RECURSIVE part(id) AS (
		SELECT c.id FROM child c WHERE c.id = ?
		UNION ALL SELECT n.id FROM part p JOIN child n ON n.successor = p.id WHERE n.successor > 0)
		SELECT id FROM part`, id)
}

// placePairs gives the pairs of a file its place.
func placePairs(ctx context.Context, tx *db.Tx, c Child) error {
	if _, err := tx.Exec(ctx, "UPDATE child_pair SET unit_a = ?, region_a = ?, town_a = ?, county_a = ? WHERE a = ?", c.Unit, c.Region, c.Town, c.County, c.ID); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "UPDATE child_pair SET unit_b = ?, region_b = ?, town_b = ?, county_b = ? WHERE b = ?", c.Unit, c.Region, c.Town, c.County, c.ID)
	return err
}

// unmatched is a file that waits to be compared with others.
type unmatched struct {
	Child   ref.Child
	Version int64
}

// unmatch puts a file among those to be compared.
func unmatch(ctx context.Context, tx *db.Tx, id ref.Child, version int64) error {
	_, err := tx.Exec(ctx, "INSERT INTO child_unmatched (child, version) VALUES (?, ?) ON CONFLICT (child) DO UPDATE SET version = excluded.version", id, version)
	return err
}

// standing gives some files of a division, those in use first: a closed one may be opened again.
func standing(ctx context.Context, tx *db.Tx, region string, limit int) ([]ref.Child, error) {
	open, err := db.All[ref.Child](ctx, tx, "SELECT c.id FROM child c WHERE c.region = ? AND c.state = 'open' LIMIT ?", region, limit)
	if err != nil || len(open) > 0 {
		return open, err
	}
	return db.All[ref.Child](ctx, tx, "SELECT c.id FROM child c WHERE c.region = ? AND c.state <> 'open' LIMIT ?", region, limit)
}
