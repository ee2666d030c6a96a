package db

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"weibao/internal/clock"
)

// Table is how much a table holds.
type Table struct {
	Name  string
	Rows  int64 // -1 where counting took too long
	Bytes int64 // with indexes; -1 where it is not known
}

// A table is counted no longer than countTime, sizes are looked for no longer than sizeTime.
const (
	countTime = 3 * time.Second
	sizeTime  = 10 * time.Second
)

// Tables tells how much each table holds, and nothing of what. It asks tell
// for a sign of life before each.
func (d *DB) Tables(ctx context.Context, tell func(done, all int)) ([]Table, error) {
	tables, err := d.sizes(ctx)
	if err != nil {
		return nil, fmt.Errorf("db.Tables: %w", err)
	}
	for i := range tables {
		tell(i, len(tables))
		tables[i].Rows = -1
		counting, cancel := context.WithTimeout(ctx, countTime)
		n, err := Get[int64](counting, d.Reader(), "SELECT count(*) FROM "+quoted(tables[i].Name))
		late := counting.Err() != nil
		cancel()
		switch {
		case err == nil:
			tables[i].Rows = n
		case ctx.Err() != nil || !late:
			return nil, fmt.Errorf("db.Tables: %w", err)
		}
	}
	return tables, nil
}

func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func (d *DB) sizes(ctx context.Context) ([]Table, error) {
	if d.Dialect == Postgres {
		return All[Table](ctx, d.Reader(), `SELECT c.relname AS name, CAST(-1 AS BIGINT) AS rows, pg_total_relation_size(c.oid) AS bytes FROM pg_class c
			WHERE c.relkind = 'r' AND c.relnamespace = CAST(current_schema() AS regnamespace) ORDER BY c.relname`)
	}
	tables, err := All[Table](ctx, d.Reader(), `SELECT name, -1 AS rows, -1 AS bytes FROM sqlite_schema
		WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY name`)
	if err != nil {
		return nil, err
	}
	// It reads every page; a large file is left without sizes.
	looking, cancel := context.WithTimeout(ctx, sizeTime)
	defer cancel()
	found, err := All[Table](looking, d.Reader(), `SELECT s.tbl_name AS name, -1 AS rows, sum(p.pgsize) AS bytes FROM dbstat p JOIN sqlite_schema s ON s.name = p.name
		WHERE p.aggregate = 1 GROUP BY s.tbl_name`)
	if err != nil {
		return tables, ctx.Err()
	}
	for i := range tables {
		if at := slices.IndexFunc(found, func(f Table) bool { return f.Name == tables[i].Name }); at >= 0 {
			tables[i].Bytes = found[at].Bytes
		}
	}
	return tables, nil
}

// Step is a migration, and when it was applied.
type Step struct {
	Version int64
	At      clock.Instant // 0 = not yet
}

// Steps lists the migrations that the program knows.
func (d *DB) Steps(ctx context.Context) ([]Step, error) {
	p, err := d.provider()
	if err != nil {
		return nil, err
	}
	list, err := p.Status(ctx)
	if err != nil {
		return nil, fmt.Errorf("db.Steps: %w", err)
	}
	out := make([]Step, len(list))
	for i, s := range list {
		out[i].Version = s.Source.Version
		if !s.AppliedAt.IsZero() {
			out[i].At = clock.Of(s.AppliedAt)
		}
	}
	return out, nil
}

// Server tells the version of the database's program.
func (d *DB) Server(ctx context.Context) (string, error) {
	if d.Dialect == Postgres {
		return Get[string](ctx, d.Reader(), "SELECT current_setting('server_version')")
	}
	return Get[string](ctx, d.Reader(), "SELECT sqlite_version()")
}
