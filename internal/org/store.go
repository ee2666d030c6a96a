package org

import (
	"context"
	"fmt"

	"weibao/internal/access"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/ref"
)

const from = " FROM org_unit u WHERE "

func columns() string { return "SELECT " + db.ColumnsOf[Unit]("u") }

// visible is the condition of the actor's directory.
func visible(by access.Actor) (string, []any) {
	return by.Directory().Where(access.ScopeColumns("u"))
}

func find(ctx context.Context, tx *db.Tx, id ref.Unit) (Unit, error) {
	return db.Get[Unit](ctx, tx, columns()+from+"u.id = ?", id)
}

func get(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Unit) (Unit, error) {
	where, args := visible(by)
	return db.Get[Unit](ctx, tx, columns()+from+"u.id = ? AND "+where, append([]any{id}, args...)...)
}

func lock(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Unit) (Unit, error) {
	where, args := visible(by)
	return db.Get[Unit](ctx, tx, columns()+from+"u.id = ? AND "+where+tx.ForUpdate(), append([]any{id}, args...)...)
}

// list gives a page in the order of region and id.
func list(ctx context.Context, tx *db.Tx, by access.Actor, f Filter, folded string) ([]Unit, error) {
	where, args := visible(by)
	add := func(use bool, cond string, more ...any) {
		if use {
			where, args = where+" AND "+cond, append(args, more...)
		}
	}
	add(!f.Former, "u.status = 'active'")
	add(f.Former, "u.status = 'gone'")
	add(folded != "", "u.search LIKE ?", "%"+folded+"%")
	add(f.Kind != "", "u.kind = ?", f.Kind)
	add(f.Superior != 0, "u.superior = ?", f.Superior)
	add(f.Region != "", "u.region BETWEEN ? AND ?", f.first(), f.last())
	order, bound, last := " ORDER BY u.region, u.id LIMIT ?", "(u.region, u.id) > (?, ?)", f.After
	if f.Before != (Key{}) {
		order, bound, last = " ORDER BY u.region DESC, u.id DESC LIMIT ?", "(u.region, u.id) < (?, ?)", f.Before
	}
	add(last != (Key{}), bound, last.Region, last.ID)
	return db.All[Unit](ctx, tx, columns()+from+where+order, append(args, f.Limit)...)
}

func kindCounts(ctx context.Context, tx *db.Tx, by access.Actor) ([]KindCount, error) {
	where, args := visible(by)
	return db.All[KindCount](ctx, tx, "SELECT u.kind, count(*) AS n"+from+where+" AND u.status = 'active' GROUP BY u.kind", args...)
}

// KindCount is how many units are of a kind.
type KindCount struct {
	Kind Kind
	N    int64
}

func search(ctx context.Context, tx *db.Tx, by access.Actor, folded string, limit int) ([]Unit, error) {
	where, args := visible(by)
	args = append(args, "%"+folded+"%", "% "+folded+"%", limit)
	return db.All[Unit](ctx, tx, columns()+from+where+" AND u.status = 'active' AND u.search LIKE ?"+
		" ORDER BY CASE WHEN u.search LIKE ? THEN 0 ELSE 1 END, CASE WHEN u.kind IN ('village', 'group') THEN 1 ELSE 0 END, u.region, u.id LIMIT ?", args...)
}

func byIDs(ctx context.Context, tx *db.Tx, ids []ref.Unit) ([]Unit, error) {
	return db.All[Unit](ctx, tx, columns()+from+"u.id IN "+db.In(len(ids)), db.Args(ids)...)
}

func inferiors(ctx context.Context, tx *db.Tx, superior ref.Unit) ([]Unit, error) {
	return db.All[Unit](ctx, tx, columns()+from+"u.superior = ? AND u.status = 'active' ORDER BY u.region, u.id", superior)
}

func allActive(ctx context.Context, tx *db.Tx) ([]Unit, error) {
	return db.All[Unit](ctx, tx, columns()+from+"u.status = 'active' ORDER BY u.region, u.id")
}

func ofKinds(ctx context.Context, tx *db.Tx, by access.Actor, kinds []Kind) ([]Unit, error) {
	where, args := visible(by)
	return db.All[Unit](ctx, tx, columns()+from+where+" AND u.status = 'active' AND u.kind IN "+db.In(len(kinds))+" ORDER BY u.region, u.id",
		append(args, db.Args(kinds)...)...)
}

// offices gives the units that run an office for one of the regions, the nearest first.
func offices(ctx context.Context, tx *db.Tx, regions []string) ([]Unit, error) {
	return db.All[Unit](ctx, tx, columns()+from+"u.office = 1 AND u.status = 'active' AND u.region IN "+db.In(len(regions))+
		" ORDER BY u.region DESC, u.id", db.Args(regions)...)
}

// chain follows successors to the unit that exists.
func chain(ctx context.Context, tx *db.Tx, id ref.Unit) (Unit, error) {
	return db.Get[Unit](ctx, tx, `WITH RECURSIVE step(id, n) AS (
			SELECT id, 0 FROM org_unit WHERE id = ?
			UNION ALL
			SELECT x.successor, step.n + 1 FROM step JOIN org_unit x ON x.id = step.id WHERE x.status = 'gone' AND step.n < 1000
		) `+columns()+" FROM step JOIN org_unit u ON u.id = step.id WHERE u.status = 'active' LIMIT 1", id)
}

// above gives the ids of all units above one, itself included.
func above(ctx context.Context, tx *db.Tx, id ref.Unit) ([]ref.Unit, error) {
	return db.All[ref.Unit](ctx, tx, `WITH RECURSIVE step(id, n) AS (
			SELECT id, 0 FROM org_unit WHERE id = ?
			UNION ALL
			SELECT x.superior, step.n + 1 FROM step JOIN org_unit x ON x.id = step.id WHERE x.superior <> 0 AND step.n < 100
		) SELECT id FROM step`, id)
}

type unitRow struct {
	ID        ref.Unit
	Code      string
	Name      string
	ShortName string
	Kind      Kind
	Superior  ref.Unit
	Region    string
	Town      string
	County    string
	Office    int
	Covers    string
	Members   string
	Status    Status
	Successor ref.Unit
	Source    string
	ValidFrom civil.Date
	ValidTo   civil.Date
	Search    string
}

func insert(ctx context.Context, tx *db.Tx, units []Unit) error {
	rows := make([]unitRow, len(units))
	for i, u := range units {
		rows[i] = unitRow{u.ID, u.Code, u.Name, u.ShortName, u.Kind, u.Superior, u.Region, u.Town, u.County, number(u.Office),
			u.Covers, u.Members, u.Status, u.Successor, u.Source, u.ValidFrom, u.ValidTo, u.Search}
	}
	return db.InsertAll(ctx, tx, "org_unit", rows)
}

func update(ctx context.Context, tx *db.Tx, u Unit) error {
	return tx.One(ctx, `UPDATE org_unit SET name = ?, short_name = ?, kind = ?, superior = ?, region = ?, town = ?, county = ?, office = ?,
		search = ? WHERE id = ? AND status = 'active'`,
		u.Name, u.ShortName, u.Kind, u.Superior, u.Region, u.Town, u.County, number(u.Office), u.Search, u.ID)
}

func setSearch(ctx context.Context, tx *db.Tx, u Unit) error {
	return tx.One(ctx, "UPDATE org_unit SET search = ? WHERE id = ?", u.Search, u.ID)
}

func setGone(ctx context.Context, tx *db.Tx, id, successor ref.Unit, on civil.Date) error {
	return tx.One(ctx, "UPDATE org_unit SET status = 'gone', successor = ?, valid_to = ?, office = 0 WHERE id = ? AND status = 'active'", successor, on, id)
}

func dropOffice(ctx context.Context, tx *db.Tx, region string, except ref.Unit) error {
	_, err := tx.Exec(ctx, "UPDATE org_unit SET office = 0 WHERE region = ? AND office = 1 AND id <> ?", region, except)
	return err
}

func moveInferiors(ctx context.Context, tx *db.Tx, old, superior ref.Unit) error {
	_, err := tx.Exec(ctx, "UPDATE org_unit SET superior = ? WHERE superior = ? AND status = 'active' AND id <> ?", superior, old, superior)
	return err
}

func setRegion(ctx context.Context, tx *db.Tx, old string, u Unit) (int64, error) {
	return tx.Exec(ctx, "UPDATE org_unit SET region = ?, town = ?, county = ? WHERE region = ?", u.Region, u.Town, u.County, old)
}

func seatOf(ctx context.Context, tx *db.Tx, region string) (Unit, bool, error) {
	return db.Maybe[Unit](ctx, tx, columns()+from+"u.region = ? AND u.status = 'active' AND u.kind IN ('government', 'district', 'township', 'village') ORDER BY u.id LIMIT 1", region)
}

func aliasesOf(ctx context.Context, tx *db.Tx, unit ref.Unit) ([]string, error) {
	return db.All[string](ctx, tx, "SELECT alias FROM org_alias WHERE unit = ? ORDER BY alias", unit)
}

// Alias is a further spelling of a unit's name.
type Alias struct {
	Unit   ref.Unit
	Folded string
	Alias  string
}

func allAliases(ctx context.Context, tx *db.Tx) ([]Alias, error) {
	return db.All[Alias](ctx, tx, "SELECT a.unit, a.folded, a.alias FROM org_alias a JOIN org_unit u ON u.id = a.unit WHERE u.status = 'active' ORDER BY a.unit, a.alias")
}

func addAlias(ctx context.Context, tx *db.Tx, a Alias) (bool, error) {
	n, err := tx.Exec(ctx, "INSERT INTO org_alias (unit, folded, alias) VALUES (?, ?, ?) ON CONFLICT (unit, folded) DO NOTHING", a.Unit, a.Folded, a.Alias)
	return n > 0, err
}

func dropAliases(ctx context.Context, tx *db.Tx, unit ref.Unit) error {
	_, err := tx.Exec(ctx, "DELETE FROM org_alias WHERE unit = ?", unit)
	return err
}

func codes(ctx context.Context, tx *db.Tx) (map[string]ref.Unit, error) {
	type row struct {
		Code string
		ID   ref.Unit
	}
	rows, err := db.All[row](ctx, tx, "SELECT code, id FROM org_unit WHERE code <> ''")
	known := make(map[string]ref.Unit, len(rows))
	for _, r := range rows {
		known[r.Code] = r.ID
	}
	return known, err
}

func insertChange(ctx context.Context, tx *db.Tx, c Change) error {
	return db.Insert(ctx, tx, "org_change", c)
}

func changesOf(ctx context.Context, tx *db.Tx, id ref.Unit) ([]Change, error) {
	return db.All[Change](ctx, tx, "SELECT "+db.ColumnsOf[Change]("c")+" FROM org_change c WHERE c.unit = ? OR c.other = ? ORDER BY c.id DESC LIMIT 500", id, id)
}

func county(ctx context.Context, tx *db.Tx) (County, bool, error) {
	return db.Maybe[County](ctx, tx, "SELECT "+db.ColumnsOf[County]("c")+" FROM org_county c ORDER BY c.at LIMIT 1")
}

func insertCounty(ctx context.Context, tx *db.Tx, c County) error {
	return db.Insert(ctx, tx, "org_county", c)
}

func countUnits(ctx context.Context, tx *db.Tx) (int64, error) {
	return db.Get[int64](ctx, tx, "SELECT count(*) FROM org_unit")
}

func number(b bool) int {
	if b {
		return 1
	}
	return 0
}

func stamp(ctx context.Context, tx *db.Tx) (string, error) {
	type row struct{ Units, Last, Aliases, Change int64 }
	r, err := db.Get[row](ctx, tx, `SELECT (SELECT count(*) FROM org_unit) AS units, (SELECT coalesce(max(id), 0) FROM org_unit) AS last,
		(SELECT count(*) FROM org_alias) AS aliases, (SELECT coalesce(max(id), 0) FROM org_change) AS change`)
	return fmt.Sprint(r), err
}
